//! A layout for a header that no preset has: what its headings are likely to mean.

use std::collections::BTreeMap;

use crate::book::layout::{
    Amounts, Column, Dialect, Heading, Layout, Negative, OtherColumns, Shape, SourceColumns, heading,
};

/// What such a layout is called in a proposal.
pub const NAME: &str = "own";

/// Fewer headings that are known make no header.
const KNOWN_LEAST: usize = 3;

/// What systems call a ledger's columns, besides closepack's own names; English, German, French.
const LEDGER_HEADINGS: [(&str, &[&str]); 9] = [
    (
        "journal_id",
        &[
            "Journal ID",
            "Journal",
            "Entry",
            "Entry No",
            "Entry Number",
            "Document",
            "Document No",
            "Document Number",
            "Voucher",
            "Transaction ID",
            "Transaction",
            "JE Number",
            "Beleg",
            "Belegnummer",
            "Belegnr",
            "Buchungsnummer",
            "Pièce",
            "N° pièce",
            "Écriture",
        ],
    ),
    ("journal_line", &["Line", "Line No", "Line Number", "Journal Line", "Zeile", "Position", "Ligne"]),
    (
        "effective_date",
        &[
            "Effective Date",
            "Posting Date",
            "Date",
            "Entry Date",
            "Accounting Date",
            "GL Date",
            "Transaction Date",
            "Datum",
            "Buchungsdatum",
            "Date comptable",
        ],
    ),
    (
        "entity",
        &[
            "Entity",
            "Company",
            "Company Code",
            "Subsidiary",
            "Business Unit",
            "Mandant",
            "Gesellschaft",
            "Buchungskreis",
            "Société",
        ],
    ),
    (
        "account",
        &[
            "Account",
            "Account Number",
            "Account No",
            "Account Code",
            "GL Account",
            "G/L Account",
            "Nominal",
            "Konto",
            "Kontonummer",
            "Sachkonto",
            "Compte",
        ],
    ),
    ("brand", &["Brand", "Class", "Product Line", "Marke", "Marque"]),
    ("segment", &["Segment", "Division", "Department", "Sparte", "Segment code", "Secteur"]),
    (
        "description",
        &["Description", "Memo", "Text", "Narrative", "Details", "Line Description", "Buchungstext", "Libellé"],
    ),
    ("currency", &["Currency", "Currency Code", "Curr", "Währung", "Devise"]),
];

const DEBITS: [&str; 6] = ["Debit", "Debit Amount", "Dr", "Soll", "Sollbetrag", "Débit"];
const CREDITS: [&str; 6] = ["Credit", "Credit Amount", "Cr", "Haben", "Habenbetrag", "Crédit"];
const AMOUNTS: [&str; 6] = ["Amount", "Net Amount", "Amount in local currency", "Betrag", "Montant", "Value"];
const INDICATORS: [&str; 6] = ["D/C", "DC", "Dr/Cr", "Debit/Credit", "S/H", "Soll/Haben"];

/// A layout of a source's canonical columns that headings name; nothing where hardly any is known.
#[must_use]
pub fn layout(source: &SourceColumns, header: &[String]) -> Option<Layout> {
    let columns: BTreeMap<String, Column> = source
        .names()
        .filter_map(|name| Some((name.to_owned(), Column::named(&known_as(name, source, header)?))))
        .collect();
    let amounts: Vec<Amounts> = if source.has_sides() { amounts(header).into_iter().collect() } else { Vec::new() };
    (columns.len() + amounts.len() >= KNOWN_LEAST && !(source.has_sides() && amounts.is_empty())).then(|| Layout {
        name: NAME.to_owned(),
        shape: Shape::Table,
        dialect: Dialect::plain(),
        columns,
        amounts,
        totals: Vec::new(),
        other_columns: OtherColumns::Ignored,
    })
}

/// The heading of a canonical column: its own name, or one that systems give it.
fn known_as(name: &str, source: &SourceColumns, header: &[String]) -> Option<String> {
    let headings = LEDGER_HEADINGS.iter().find(|(known, _)| source.has_sides() && *known == name);
    let names = std::iter::once(name).chain(headings.into_iter().flat_map(|(_, names)| names.iter().copied()));
    first(&names.collect::<Vec<_>>(), header)
}

/// The first of several names that the header has, as the header writes it.
fn first(names: &[&str], header: &[String]) -> Option<String> {
    names.iter().find_map(|name| match heading(header.iter().map(String::as_str), name) {
        Heading::At(at) => header.get(at).map(|text| text.trim().to_owned()),
        Heading::Missing | Heading::Twice(..) => None,
    })
}

fn amounts(header: &[String]) -> Option<Amounts> {
    if let (Some(debit), Some(credit)) = (first(&DEBITS, header), first(&CREDITS, header)) {
        return Some(Amounts::DebitCredit { debit, credit, negative: Negative::Refused });
    }
    let amount = first(&AMOUNTS, header)?;
    let texts = |texts: [&str; 2]| texts.map(str::to_owned).to_vec();
    Some(match first(&INDICATORS, header) {
        None => Amounts::Signed { amount },
        Some(indicator) => {
            Amounts::Indicated { amount, indicator, debit: texts(["D", "S"]), credit: texts(["C", "H"]) }
        }
    })
}
