//! Made-up heads of files in the shape of each system's export, and what is proposed for them.

use super::*;
use crate::book::layout::{Layout, SOURCES, columns_of, parse};

fn source(name: &str) -> &'static SourceColumns {
    columns_of(name).expect("a source")
}

#[track_caller]
fn looked_at(text: &str) -> Proposal {
    sniff("gl.txt", text.as_bytes(), source("ledger")).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"))
}

/// The layout that a book has with a proposal.
#[track_caller]
fn filled_in(proposal: &Proposal, source: &str) -> Layout {
    let sources = parse(&proposal.to_string()).unwrap_or_else(|faults| panic!("{faults}\n{proposal}"));
    sources[source].layout.clone()
}

/// Each preset by the head of a file, with the keys that it does not have as the file does.
#[track_caller]
fn proposes(text: &str, layout: &str, keys: &[&str], to_fill_in: &[&str]) -> Proposal {
    let proposal = looked_at(text);
    assert_eq!(filled_in(&proposal, "ledger").name, layout, "{proposal}");
    assert_eq!(proposal.to_fill_in, to_fill_in, "{proposal}");
    let dialect = proposal.toml.split("[sources.ledger.dialect]\n").nth(1).unwrap_or_default();
    let found: Vec<&str> = dialect.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(found, keys, "{proposal}");
    proposal
}

const CANONICAL: &str = "journal_id,journal_line,effective_date,entity,account,brand,segment,description,debit,credit,currency\n\
    AP-1,1,2004-03-01,IAA,6030,FETISH,apparel,\"Voucher, one\",22828.36,,USD\n\
    AP-1,2,2004-03-01,IAA,2000,CORP,corporate,Voucher,,22828.36,USD\n";

#[test]
fn closepacks_own_columns_in_any_dialect() {
    let proposal = proposes(CANONICAL, "canonical", &[], &[]);
    assert_eq!(proposal.rows.len(), 3);
    let row = ["AP-1", "2004-03-01", "IAA", "6030", "FETISH", "apparel", "USD", "1", "Voucher, one", "22828.36", ""];
    assert_eq!(proposal.rows[1], row);
    let german = CANONICAL.replace("\"Voucher, one\"", "Voucher").replace(',', ";").replace("22828.36", "22.828,36");
    let german = german.replace("2004-03-01", "01.03.2004");
    let keys = ["delimiter = \";\"", "decimal = \",\"", "thousands = \".\"", "dates = \"d.m.yyyy\""];
    let proposal = proposes(&german, "canonical", &keys, &[]);
    assert_eq!(proposal.rows[2][9..], ["".to_owned(), "22828.36".to_owned()]);
}

const ADS: &str = "Journal_ID,Journal_ID_Line_Number,JE_Line_Description,Source,Business_Unit_Code,Effective_Date,GL_Account_Number,Amount,Amount_Credit_Debit_Indicator,Amount_Currency,Segment01\n\
    J1,1,Voucher,AP,IAA,20040301,6030,22828.36,D,USD,FETISH\n\
    J1,2,Voucher,AP,IAA,20040301,2000,22828.36,C,USD,CORP\n";

#[test]
fn audit_data_standards() {
    let proposal = proposes(ADS, "ads", &[], &["brand", "segment"]);
    assert_eq!(proposal.rows[1].last().map(String::as_str), Some(""));
    assert_eq!(proposal.rows[2].last().map(String::as_str), Some("22828.36"), "C is a credit");
    assert!(proposal.found.iter().any(|sentence| sentence.contains("Segment01")), "{proposal}");
    let signed =
        ADS.replace(",Amount_Credit_Debit_Indicator", "").replace(",D,", ",").replace("22828.36,C,", "-22828.36,");
    let proposal = proposes(&signed, "ads", &[], &["brand", "segment"]);
    assert_eq!(proposal.rows[2].last().map(String::as_str), Some("22828.36"), "a negative amount is a credit");
    let named = ADS.replace("Segment01", "Brand");
    let proposal = proposes(&named, "ads", &[], &["segment"]);
    assert!(proposal.toml.contains("brand = \"Brand\""), "a heading that is a column's name is taken: {proposal}");
}

#[test]
fn trial_balance_and_chart_of_the_audit_data_standards() {
    let balance = "GL_Account_Number,Business_Unit_Code,Amount_Beginning,Amount_Ending\n1000,IAA,-5.00,7.00\n";
    let proposal = sniff("tb.csv", balance.as_bytes(), source("opening_balances")).expect("a proposal");
    assert_eq!(filled_in(&proposal, "opening_balances").name, "ads-trial-balance");
    assert_eq!(proposal.to_fill_in, ["brand", "segment"]);
    let chart = "GL_Account_Number,GL_Account_Name,Account_Type,FS_Caption\n1000,Cash,Assets,Cash\n";
    let proposal = sniff("coa.csv", chart.as_bytes(), source("chart_of_accounts")).expect("a proposal");
    assert_eq!(filled_in(&proposal, "chart_of_accounts").name, "ads-chart");
    assert_eq!(proposal.to_fill_in, ["section", "cash_flow_class"]);
    assert_eq!(proposal.rows[1], ["1000", "Cash", "asset", "debit", "Cash"]);
}

const TO_TELL: [&str; 4] = ["entity", "brand", "segment", "currency"];

#[test]
fn a_french_file_of_entries() {
    let tabs = "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tEcritureLib\tDebit\tCredit\r\n\
        AP\tAchats\t1\t20040301\t6030\tCommissions\t\"Le \tcheque\"\t0000022828,36\t0000000000,00\r\n";
    let tabs = tabs.replace("\"Le \tcheque\"", "\"Le cheque");
    let proposal = proposes(&tabs, "fec", &[], &TO_TELL);
    assert_eq!(proposal.rows[1][0], "AP-1");
    assert_eq!(proposal.rows[1][1], "2004-03-01");
    let bars =
        "JournalCode|EcritureNum|EcritureDate|CompteNum|EcritureLib|Montant|Sens\nAP|1|20040301|6030|x|  -5,00|C\n";
    let proposal = proposes(bars, "fec", &[], &TO_TELL);
    assert_eq!(proposal.rows[1][5..], ["5.00".to_owned(), String::new()], "a negative credit is a debit");
}

#[test]
fn documents_of_sap() {
    let table = "BUKRS (Company Code)|BELNR (Accounting Document Number)|GJAHR (Fiscal Year)|BUZEI|BUDAT|HKONT|SHKZG|DMBTR|HWAER|SGTXT\n\
        3000|1900000001|2004|001|20040301|6030|S|22828.36|USD|x\n3000|1900000001|2004|002|20040301|2000|H|22828.36|USD|x\n";
    let proposal = proposes(table, "sap", &[], &["brand", "segment"]);
    assert_eq!(proposal.rows[1][0], "3000-1900000001-2004");
    assert_eq!(proposal.rows[2].last().map(String::as_str), Some("22828.36"));
    let list = "Einzelpostenliste\n\nBUKRS|BELNR|GJAHR|BUZEI|BUDAT|HKONT|DMSHB|HWAER|SGTXT\n\
        3000|19|2004|001|01.03.2004|6030|   22.828,36|USD|x\n3000|19|2004|002|14.03.2004|2000|  22.828,36-|USD|x\n";
    proposes(list, "sap-list", &[], &["brand", "segment"]);
    let drawn = "Liste\n\n---------\n|BUKRS|BELNR |GJAHR|BUZEI|BUDAT     |HKONT|DMSHB       |HWAER|SGTXT|\n---------\n\
        |3000 |19    |2004 |001  |01.03.2004|6030 |   22.828,36|USD  |x    |\n---------\n";
    let proposal = proposes(drawn, "sap-list", &[], &["brand", "segment"]);
    assert_eq!(proposal.rows.len(), 2, "lines are no rows: {proposal}");
    assert_eq!(proposal.rows[1][0], "3000-19-2004");
}

#[test]
fn a_journal_report_of_quickbooks() {
    let text = "Innovo Group Inc.\r\nJournal\r\n\"March 1 - May 29, 2004\"\r\n\r\n\
        ,Date,Transaction Type,Num,Name,Memo/Description,Account,Debit,Credit\r\n\
        ,03/14/2004,Bill,AP-1,,Voucher,6030 Sales commissions,\"$22,828.36\",\r\n\
        ,,,,,Voucher,2000 Accounts payable,,\"22,828.36\"\r\n\
        ,,,,,,,\"$22,828.36\",\"$22,828.36\"\r\n\r\n";
    let proposal = proposes(text, "quickbooks-journal", &["dates = \"m/d/yyyy\""], &TO_TELL);
    assert_eq!(proposal.rows.len(), 3, "the total is no row: {proposal}");
    assert_eq!(proposal.rows[2][..3], ["Bill AP-1 of line 6", "2004-03-14", "2000"]);
    let open = text.replace("03/14", "03/04");
    let proposal = proposes(&open, "quickbooks-journal", &[], &TO_TELL);
    assert!(proposal.found.iter().any(|sentence| sentence.contains("m/d/yyyy and d/m/yyyy")), "{proposal}");
    assert_eq!(proposal.rows[1][1], "2004-03-04 or 2004-04-03?");
}

#[test]
fn journals_of_xero_and_netsuite() {
    let xero = "JournalID,JournalNumber,JournalDate,SourceType,JournalLineID,AccountCode,Description,NetAmount\n\
        a,1,1 Mar 2004,ACCPAY,b,6030,Voucher,22828.36\na,1,1 Mar 2004,ACCPAY,c,2000,Voucher,-22828.36\n";
    proposes(xero, "xero", &[], &TO_TELL);
    let netsuite = "Internal ID,Date,Period,Type,Document Number,Account,Name,Memo,Debit,Credit,Subsidiary\n\
        41000,14/3/2004,Mar 2004,Bill,AP-1,6000 Selling : 6030 Sales commissions,,Voucher,22828.36,,Parent : Child\n";
    let proposal = proposes(netsuite, "netsuite", &["dates = \"d/m/yyyy\""], &TO_TELL);
    assert_eq!(proposal.rows[1][2], "6030");
}

#[test]
fn an_audit_file_in_xml() {
    let text = "<?xml version=\"1.0\"?>\n<n1:AuditFile xmlns:n1=\"urn:x\"><n1:Header><n1:DefaultCurrencyCode>USD</n1:DefaultCurrencyCode></n1:Header>\
        <n1:GeneralLedgerEntries><n1:Journal><n1:JournalID>AP</n1:JournalID><n1:Transaction><n1:TransactionID>7</n1:TransactionID>\
        <n1:GLPostingDate>2004-03-01</n1:GLPostingDate><n1:Line><n1:RecordID>1</n1:RecordID><n1:AccountID>6030</n1:AccountID>\
        <n1:Analysis><n1:AnalysisType>P</n1:AnalysisType><n1:AnalysisID>FETISH</n1:AnalysisID></n1:Analysis>\
        <n1:DebitAmount><n1:Amount>22828.36</n1:Amount></n1:DebitAmount></n1:Line><n1:Line><n1:Rec";
    let proposal = proposes(text, "saf-t", &[], &["entity", "brand", "segment"]);
    assert_eq!(proposal.rows[1], ["AP-7", "2004-03-01", "6030", "USD", "1", "AP", "22828.36", ""]);
    assert!(proposal.found.iter().any(|sentence| sentence.contains("Analysis:P")), "{proposal}");
    let latin = text.replace("?>", " encoding=\"ISO-8859-1\"?>");
    proposes(&latin, "saf-t", &["encoding = \"iso-8859-1\""], &["entity", "brand", "segment"]);
    let other = sniff("x.xml", b"<invoice><line/></invoice>", source("ledger"));
    assert!(other.is_err_and(|refusal| refusal.message.contains("no SAF-T file")));
}

#[test]
fn an_erp_of_ones_own() {
    let text =
        "Beleg;Zeile;Datum;Mandant;Konto;Marke;Text;Betrag;S/H\n4711;1;1.3.2004;10;6030;F;Provision;22.828,36;S\n";
    let keys = ["delimiter = \";\"", "decimal = \",\"", "thousands = \".\"", "dates = \"d.m.yyyy\""];
    let proposal = proposes(text, "own", &keys, &["segment", "currency"]);
    assert_eq!(proposal.rows[1], ["4711", "2004-03-01", "10", "6030", "F", "1", "Provision", "22828.36", ""]);
    assert_eq!(filled_in(&proposal, "ledger").columns["entity"], crate::book::layout::Column::named("Mandant"));
}

#[test]
fn subledgers_by_their_own_columns() {
    for source in SOURCES.iter().filter(|source| !source.has_sides()) {
        let names: Vec<&str> = source.names().collect();
        let text = names.join(";") + "\n";
        let proposal = sniff("x.csv", text.as_bytes(), source).expect("a proposal");
        assert_eq!(filled_in(&proposal, source.source).name, "canonical");
        assert!(proposal.to_fill_in.is_empty() && proposal.toml.contains("delimiter = \";\""), "{proposal}");
    }
    let stock = "entity;brand;segment;pool;sku;quantity_on_hand;unit_cost\nIAA;F;apparel;p;1;7;12,3456\n";
    let proposal = sniff("x.csv", stock.as_bytes(), source("inventory")).expect("a proposal");
    assert!(proposal.toml.contains("decimal = \",\""), "{proposal}");
}

#[test]
fn text_in_utf_16_is_named_also_where_it_is_ascii() {
    let bytes: Vec<u8> = CANONICAL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let proposal = sniff("a:b\\c.csv", &bytes, source("ledger")).expect("a proposal");
    assert_eq!(filled_in(&proposal, "ledger").dialect.encoding, Encoding::Utf16);
    assert!(proposal.toml.contains("files = \"a-b-c.csv\""), "a name that a book can have: {proposal}");
}

#[test]
fn sheets_and_columnar_files_have_cells() {
    let rows = |text: &str| text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let proposal =
        sniff_rows("gl.xlsx", Some("Journal"), rows(&CANONICAL.replace("\"Voucher, one\"", "x")), source("ledger"));
    let proposal = proposal.expect("a proposal");
    assert!(proposal.toml.contains("sheet = \"Journal\""), "{proposal}");
    assert!(!proposal.toml.contains("dialect"), "cells have no dialect: {proposal}");
}

#[test]
fn what_cannot_be_read_says_why() {
    let why = |text: &[u8]| sniff("x", text, source("ledger")).expect_err("a refusal").message;
    let general = b"Innovo\nGeneral Ledger\n\n,Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance\n";
    assert!(why(general).starts_with("this is a General Ledger report of QuickBooks"));
    assert_eq!(why(b" \n"), "the file is empty");
    assert_eq!(why(b"\x00\x00\x00\x01binary"), "the file is no text, no workbook and no Parquet");
    assert!(why(b"Dear all,\nplease find attached\n").starts_with("no row has headings that closepack knows"));
    assert_eq!(why(b"\x1f\x8b\x08"), "the file is packed, and cannot be unpacked");
    assert!(sniff_workbook("x.xlsx", b"PK\x03\x04", source("ledger")).is_err());
}

/// A proposal is TOML from its first line to its last.
#[test]
fn a_proposal_can_be_written_to_a_file_as_it_is() {
    let text = looked_at(ADS).to_string();
    assert!(toml::from_str::<toml::Table>(&text).is_ok(), "{text}");
    assert!(text.contains("#  J1          2004-03-01"), "{text}");
}
