//! Rebuilds when the embedded book changes: its files are compiled into the program.

fn main() {
    println!("cargo::rerun-if-changed=data/book");
}
