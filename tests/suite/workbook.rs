//! Writes small workbooks (.xlsx), part by part.

use std::fmt::Write as _;
use std::io::Write as _;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    /// In the workbook's list of texts.
    Text(String),
    /// A text within the cell.
    Inline(String),
    /// A number as it stands in the XML.
    Number(String),
    /// Days since the workbook's first day, shown as a date.
    Date(i64),
    Bool(bool),
    /// An error, as the result of a formula.
    Error(&'static str),
}

/// A sheet: its name and its rows.
pub type Sheet = (&'static str, Vec<Vec<Cell>>);

/// The letters of a column, from 0.
pub fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8).to_string();
    if column < 26 { last } else { letters(column / 26 - 1) + &last }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn cell(cell: &Cell, place: &str, texts: &mut Vec<String>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => {
            texts.push(text.clone());
            format!("<c r=\"{place}\" t=\"s\"><v>{}</v></c>", texts.len() - 1)
        }
        Cell::Inline(text) => {
            format!("<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
        }
        Cell::Number(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
        Cell::Date(days) => format!("<c r=\"{place}\" s=\"1\"><v>{days}</v></c>"),
        Cell::Bool(value) => format!("<c r=\"{place}\" t=\"b\"><v>{}</v></c>", u8::from(*value)),
        Cell::Error(error) => format!("<c r=\"{place}\" t=\"e\"><f>NA()</f><v>{error}</v></c>"),
    }
}

fn sheet_xml(rows: &[Vec<Cell>], texts: &mut Vec<String>) -> String {
    let mut xml =
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>".to_owned();
    for (row, number) in rows.iter().zip(1..) {
        let _ = write!(xml, "<row r=\"{number}\">");
        for (column, value) in row.iter().enumerate() {
            xml += &cell(value, &format!("{}{number}", letters(column)), texts);
        }
        xml += "</row>";
    }
    xml + "</sheetData></worksheet>"
}

/// A workbook of sheets; `since_1904`: its dates count from 1904-01-01.
pub fn workbook(sheets: &[Sheet], since_1904: bool) -> Vec<u8> {
    let mut texts = Vec::new();
    let mut parts: Vec<(String, String)> = Vec::new();
    let (mut listed, mut related) = (String::new(), String::new());
    for ((name, rows), number) in sheets.iter().zip(1..) {
        parts.push((format!("xl/worksheets/sheet{number}.xml"), sheet_xml(rows, &mut texts)));
        let _ = write!(listed, "<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>", escaped(name));
        let _ = write!(
            related,
            "<Relationship Id=\"rId{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
    }
    let texts: String = texts.iter().map(|text| format!("<si><t>{}</t></si>", escaped(text))).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relationships = "http://schemas.openxmlformats.org/package/2006/relationships";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    parts.push((
        "_rels/.rels".to_owned(),
        format!(
            "<Relationships xmlns=\"{relationships}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    ));
    parts.push((
        "xl/workbook.xml".to_owned(),
        format!(
            "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><workbookPr date1904=\"{}\"/><sheets>{listed}</sheets></workbook>",
            u8::from(since_1904)
        ),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{relationships}\">{related}</Relationships>"),
    ));
    parts.push((
        "xl/styles.xml".to_owned(),
        format!(
            "<styleSheet xmlns=\"{main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
        ),
    ));
    parts.push(("xl/sharedStrings.xml".to_owned(), format!("<sst xmlns=\"{main}\">{texts}</sst>")));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, xml)| (name.as_str(), xml.as_bytes())).collect();
    archive(&parts)
}

/// An archive of parts.
pub fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file(*name, options).expect("a part");
        archive.write_all(bytes).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}
