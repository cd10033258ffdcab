//! Faults for a spreadsheet: the whole list as CSV.

use std::io::Write;

use super::{Diagnostic, SourceLine};

/// The columns of the list.
pub const COLUMNS: [&str; 13] = [
    "severity", "code", "kind", "file", "sheet", "line", "column", "field", "value", "message", "expected", "help",
    "text",
];

/// Writes the list, one row a fault, in the order in which it is given them.
///
/// People open it in a spreadsheet, which takes a text for a formula when it starts with `=`, `+`, `-`, `@`, a tab or
/// a carriage return. Such a text has an apostrophe before it: the value `-5` is written `'-5`.
pub struct RejectsWriter<W: Write> {
    rows: csv::Writer<W>,
    written: usize,
}

impl<W: Write> RejectsWriter<W> {
    /// Begins the list with its header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn new(writer: W) -> csv::Result<Self> {
        let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(writer);
        rows.write_record(COLUMNS)?;
        Ok(Self { rows, written: 0 })
    }

    /// Adds a fault.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn add(&mut self, fault: &Diagnostic) -> csv::Result<()> {
        let place = &fault.place;
        let number = |number: u64| if number == 0 { String::new() } else { number.to_string() };
        let text = fault.source.as_ref().map(SourceLine::text).unwrap_or_default();
        self.rows.write_record([
            "error",
            fault.code.as_str(),
            fault.code.kind(),
            &harmless(&place.file),
            &harmless(&fault.sheet),
            &number(place.line),
            &number(place.column as u64),
            &harmless(&place.field),
            &harmless(&fault.value),
            &harmless(&fault.message),
            &harmless(&fault.expected),
            &harmless(&fault.help),
            &harmless(&text),
        ])?;
        self.written += 1;
        Ok(())
    }

    /// How many faults were added.
    #[must_use]
    pub const fn written(&self) -> usize {
        self.written
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.rows.flush()
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Place, Spot};
    use super::*;

    #[test]
    fn a_text_is_no_formula() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-5", "'-5"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("1-2", "1-2"),
            ("'x", "'x"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), written);
        }
    }

    #[test]
    fn a_fault_is_a_row() {
        let mut place = Place::line("2004-Q1/ledger.csv", 2);
        place.column = 3;
        place.field = "debit".to_owned();
        let spot = Spot::shown(place, SourceLine::new(b"=a,-1.005\n", Some(3..9)));
        let mut bytes = Vec::new();
        let mut list = RejectsWriter::new(&mut bytes).expect("a header");
        list.add(&Diagnostic::new(Code::BadAmount, spot, "m", "-1.005", "e", "h")).expect("a row");
        list.add(&Diagnostic::new(Code::MissingFile, Place::file("a.csv"), "m", "", "e", "h")).expect("a row");
        list.flush().expect("written");
        assert_eq!(list.written(), 2);
        drop(list);
        let expected = "\
severity,code,kind,file,sheet,line,column,field,value,message,expected,help,text
error,E0202,amount that cannot be read,2004-Q1/ledger.csv,,2,3,debit,'-1.005,m,e,h,\"'=a,-1.005\"
error,E0101,missing file,a.csv,,,,,,m,e,h,
";
        assert_eq!(String::from_utf8(bytes).expect("text"), expected);
    }
}
