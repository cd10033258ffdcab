//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    closepack::cli::main()
}
