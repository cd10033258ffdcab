//! Writes CSV: UTF-8, LF, RFC 4180. A field has quotes where it needs them and nowhere else.

use rust_decimal::Decimal;

use crate::domain::Money;
use crate::domain::decimal::append_plain;

/// Rows under a header. Some have a million, so that a row can be added field by field, without a text for each.
pub(super) struct Sheet {
    bytes: Vec<u8>,
    columns: usize,
    /// How many fields the row that is being written has.
    fields: usize,
}

impl Sheet {
    pub fn new(header: &[&str]) -> Self {
        let mut sheet = Self { bytes: Vec::new(), columns: header.len(), fields: 0 };
        sheet.row(header);
        sheet
    }

    /// Adds a row. A field that a spreadsheet would take for a formula is the source's own text, and stays as it is:
    /// the files are for machines, and what they say must be what was read.
    pub fn row<T: AsRef<[u8]>>(&mut self, fields: &[T]) {
        fields.iter().for_each(|field| self.field(field.as_ref()));
        self.end();
    }

    /// Adds fields that many rows have in common.
    pub fn encoded(&mut self, fields: &Encoded) -> &mut Self {
        self.comma();
        self.bytes.extend_from_slice(&fields.bytes);
        self.fields += fields.fields - 1;
        self
    }

    /// Adds a field of several parts to the row.
    pub fn joined<'a>(&mut self, parts: impl Iterator<Item = &'a str>) -> &mut Self {
        self.comma();
        let start = self.bytes.len();
        parts.for_each(|part| self.bytes.extend_from_slice(part.as_bytes()));
        if needs_quotes(&self.bytes[start..]) {
            let field = self.bytes.split_off(start);
            self.quoted(&field);
        }
        self
    }

    /// Adds a field to the row.
    pub fn text(&mut self, field: &str) -> &mut Self {
        self.field(field.as_bytes());
        self
    }

    /// Adds fields to the row.
    pub fn texts<const N: usize>(&mut self, fields: [&str; N]) -> &mut Self {
        fields.iter().for_each(|field| self.field(field.as_bytes()));
        self
    }

    /// Adds amounts to the row.
    pub fn amounts<const N: usize>(&mut self, amounts: [Money; N]) -> &mut Self {
        for amount in amounts {
            self.comma();
            amount.append_to(&mut self.bytes);
        }
        self
    }

    /// Adds numbers to the row, with as many decimals as each needs; an empty field for none.
    pub fn numbers<const N: usize>(&mut self, numbers: [Option<Decimal>; N]) -> &mut Self {
        for number in numbers {
            self.comma();
            if let Some(number) = number {
                append_plain(number, &mut self.bytes);
            }
        }
        self
    }

    /// Ends the row.
    ///
    /// # Panics
    /// When the row is not as long as the header: a fault of the code that writes the file.
    pub fn end(&mut self) {
        assert_eq!(self.fields, self.columns, "a row is as long as its header");
        self.bytes.push(b'\n');
        self.fields = 0;
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The rows that were written since they were last taken.
    pub fn take(&mut self) -> Vec<u8> {
        // The next rows will need as much room.
        let room = Vec::with_capacity(self.bytes.capacity());
        std::mem::replace(&mut self.bytes, room)
    }

    /// All that was written, and not taken.
    pub fn bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn comma(&mut self) {
        if self.fields > 0 {
            self.bytes.push(b',');
        }
        self.fields += 1;
    }

    fn field(&mut self, field: &[u8]) {
        self.comma();
        if needs_quotes(field) {
            self.quoted(field);
        } else {
            self.bytes.extend_from_slice(field);
        }
    }

    fn quoted(&mut self, field: &[u8]) {
        self.bytes.push(b'"');
        for byte in field {
            if *byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(*byte);
        }
        self.bytes.push(b'"');
    }
}

fn needs_quotes(field: &[u8]) -> bool {
    field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// Fields side by side, ready to be written.
pub(super) struct Encoded {
    bytes: Vec<u8>,
    fields: usize,
}

/// Fields as they stand in a row, at least one.
pub(super) fn encoded(fields: &[&str]) -> Encoded {
    let mut sheet = Sheet { bytes: Vec::new(), columns: fields.len(), fields: 0 };
    fields.iter().for_each(|field| sheet.field(field.as_bytes()));
    Encoded { bytes: sheet.bytes, fields: fields.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same bytes as the crate that reads them writes.
    #[test]
    fn quotes_where_it_must() {
        let rows = [["a", "", "b c"], ["x,y", "say \"so\"", "\""], ["two\nlines", "a\rb", "é =1+1"]];
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        let mut sheet = Sheet::new(&["1", "2", "3"]);
        writer.write_record(["1", "2", "3"]).expect("a header");
        for row in rows {
            sheet.row(&row);
            writer.write_record(row).expect("a row");
        }
        assert_eq!(sheet.bytes(), writer.into_inner().expect("all of it"));
    }

    #[test]
    fn fields_are_added_one_by_one() {
        let mut sheet = Sheet::new(&["a", "b", "c", "d", "e"]);
        let number: Decimal = "2.50".parse().expect("a decimal");
        sheet.text("x,y").texts(["z"]).amounts([Money::from_cents(-105)]).numbers([Some(number), None]).end();
        sheet.joined(["p", "/", "q"].into_iter()).encoded(&encoded(&["1", "2,3", "4"]));
        sheet.joined(["5", ","].into_iter()).end();
        assert_eq!(sheet.bytes(), b"a,b,c,d,e\n\"x,y\",z,-1.05,2.5,\np/q,1,\"2,3\",4,\"5,\"\n");
    }
}
