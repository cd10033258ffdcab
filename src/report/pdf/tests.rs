use super::*;
use crate::domain::Money;
use crate::report::model::{self, Align, Cell, Column, KeyFigure, Row, RowKind, Table, Waterfall, WaterfallBar};

fn column(heading: &str, align: Align, wraps: bool) -> Column {
    Column { heading: heading.to_owned(), align, wraps }
}

fn long_table(rows: usize) -> Table {
    let columns = vec![column("Location", Align::Left, true), column("Amount", Align::Right, false)];
    let mut table = Table::new("Charges by location", columns);
    for number in 0..rows {
        let (kind, amount) = match number % 10 {
            0 => (RowKind::Group, Cell::Empty),
            9 => (RowKind::Subtotal, Cell::Money(Money::from_cents(-1_250))),
            _ => (RowKind::Body, Cell::Money(Money::from_cents(123_450))),
        };
        table.rows.push(Row { kind, cells: vec![Cell::Text(format!("Row {number:04}")), amount] });
    }
    table
}

fn sample(rows: usize) -> Document {
    let section = |reference: &str, title: &str, landscape, blocks| Section {
        reference: reference.to_owned(),
        title: title.to_owned(),
        landscape,
        blocks,
    };
    let bar =
        |label: &str, cents, total| WaterfallBar { label: label.to_owned(), amount: Money::from_cents(cents), total };
    let figure = KeyFigure { label: "Total charge".to_owned(), value: "1,234.50".to_owned(), alert: true };
    let bars = vec![bar("Before", 100_000, true), bar("Charge", -40_000, false), bar("After", 60_000, true)];
    Document {
        company: "Example Retail, Inc.".to_owned(),
        title: "Quarter close".to_owned(),
        period: "Quarter ended May 29, 2004 (2004-Q2)".to_owned(),
        run: "run 0123abcd".to_owned(),
        warning: None,
        page_label: "Page {page} of {pages}".to_owned(),
        continued: "continued".to_owned(),
        sections: vec![
            section(
                "A-1",
                "Cover",
                false,
                vec![Block::KeyFigures(vec![figure]), Block::Paragraph("Words.".to_owned())],
            ),
            section("B-1", "Bridge", true, vec![Block::Waterfall(Waterfall { caption: "Bridge".to_owned(), bars })]),
            section("C-1", "Charges", false, vec![Block::Heading("All".to_owned()), Block::Table(long_table(rows))]),
            section(
                "D-1",
                "Sign-off",
                false,
                vec![Block::SignOff(model::SignOff {
                    roles: vec!["Controller".to_owned()],
                    labels: vec!["Name".to_owned()],
                })],
            ),
        ],
    }
}

/// The text of each page, in drawing order, its pieces run together.
fn page_texts(bytes: &[u8]) -> Result<Vec<String>, lopdf::Error> {
    let file = lopdf::Document::load_mem(bytes)?;
    let numbers: Vec<u32> = file.get_pages().into_keys().collect();
    numbers.into_iter().map(|number| file.extract_text(&[number])).collect()
}

#[test]
fn the_same_bytes_twice() -> Result<(), PdfError> {
    let document = sample(120);
    assert_eq!(render(&document)?, render(&document)?);
    Ok(())
}

#[test]
fn a_report_without_sections_is_refused() {
    let mut document = sample(1);
    document.sections.clear();
    assert!(matches!(render(&document), Err(PdfError::NoSection)));
}

#[test]
fn blocks_without_content_are_drawn() -> Result<(), PdfError> {
    let mut document = sample(0);
    let waterfall = Waterfall { caption: String::new(), bars: Vec::new() };
    document.sections[0].blocks = vec![
        Block::Heading(String::new()),
        Block::Paragraph(String::new()),
        Block::KeyFigures(Vec::new()),
        Block::Waterfall(waterfall),
        Block::SignOff(model::SignOff::default()),
        Block::Table(Table::new("", Vec::new())),
    ];
    render(&document)?;
    Ok(())
}

#[test]
fn every_page_of_a_table_has_its_head_and_no_group_ends_a_page() -> Result<(), Box<dyn std::error::Error>> {
    let pages = page_texts(&render(&sample(300))?)?;
    let count = pages.len();
    let mut rows = 0;
    let mut table_pages = 0;
    for (place, text) in pages.iter().enumerate() {
        let has = |part: &str| text.contains(part);
        assert!(has(&format!("Page {} of {count}", place + 1)) && has("run 0123abcd"), "{text}");
        let numbers: Vec<usize> = text.split("Row ").skip(1).filter_map(|rest| rest.get(..4)?.parse().ok()).collect();
        rows += numbers.len();
        let Some(last) = numbers.last() else { continue };
        table_pages += 1;
        assert!(has("Location") && has("Amount") && has("Charges by location"));
        assert_eq!(has("Charges by location (continued)"), table_pages > 1);
        // A group is not the last row of a page, a subtotal not the first one.
        assert_ne!(last % 10, 0);
        assert_ne!(numbers[0] % 10, 9);
        assert!(numbers.len() >= 2);
    }
    assert_eq!(rows, 300);
    assert!(table_pages > 4);
    Ok(())
}

#[test]
fn a_warning_is_on_every_page_and_else_on_none() -> Result<(), Box<dyn std::error::Error>> {
    let mut document = sample(300);
    let warns = |document: &Document| -> Result<Vec<bool>, Box<dyn std::error::Error>> {
        let pages = page_texts(&render(document)?)?;
        Ok(pages.iter().map(|text| text.contains("SCENARIO low: not the books")).collect())
    };
    let without = warns(&document)?;
    assert!(without.iter().all(|warned| !warned));
    document.warning = Some("SCENARIO low: not the books".to_owned());
    let with = warns(&document)?;
    assert!(with.iter().all(|warned| *warned));
    assert_eq!(with.len(), without.len());
    Ok(())
}

#[test]
fn each_section_has_a_bookmark() -> Result<(), Box<dyn std::error::Error>> {
    let file = lopdf::Document::load_mem(&render(&sample(30))?)?;
    let contents = file.get_toc()?;
    let titles: Vec<_> = contents.toc.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["A-1 Cover", "B-1 Bridge", "C-1 Charges", "D-1 Sign-off"]);
    Ok(())
}
