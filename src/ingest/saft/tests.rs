//! Files as countries write them, and hostile ones.

use super::*;
use crate::domain::Money;
use crate::ingest::limits::NESTING_MAX;

/// What a reading gave.
struct Outcome {
    lines: Vec<(u64, String)>,
    totals: Option<ControlTotals>,
    faults: Faults,
}

impl Outcome {
    /// The fields of each line, with bars between them.
    fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Code, line and message of each fault.
    fn told(&self) -> Vec<String> {
        let told = |fault: &&crate::diagnostics::Diagnostic| {
            format!("{} {}:{} {}", fault.code.as_str(), fault.place.line, fault.place.column, fault.message)
        };
        self.faults.sorted().iter().map(told).collect()
    }

    #[track_caller]
    fn is_sound(&self) {
        assert!(self.faults.is_empty(), "{}", self.faults);
        assert!(self.totals.is_some(), "totals");
    }

    #[track_caller]
    fn tells(&self, expected: &str) {
        assert_eq!(self.told(), [expected]);
    }
}

/// Gives few bytes at a time, so that texts and tags lie across the edges of what is read.
struct Few<'b>(&'b [u8]);

impl Read for Few<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(7);
        self.0.read(&mut buffer[..most])
    }
}

fn read_as(bytes: &[u8], encoding: Encoding, columns: &[&str]) -> Outcome {
    read_with(bytes, encoding, &Numbers::plain(), columns)
}

fn read_with(bytes: &[u8], encoding: Encoding, numbers: &Numbers, columns: &[&str]) -> Outcome {
    let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let request = Request { file: "saft.xml", encoding, numbers, columns: &columns };
    let (mut lines, mut faults) = (Vec::new(), Faults::default());
    let mut each = |record: Record<'_>| {
        let fields: Vec<_> = record.fields.iter().map(|field| String::from_utf8_lossy(field)).collect();
        lines.push((record.number, fields.join("|")));
    };
    let totals = read(Few(bytes), &request, &mut each, &mut faults);
    Outcome { lines, totals, faults }
}

fn read_columns(text: &str, columns: &[&str]) -> Outcome {
    read_as(text.as_bytes(), Encoding::Utf8, columns)
}

/// A file around what stands in its `GeneralLedgerEntries`.
fn file(entries: &str) -> String {
    format!(
        "<AuditFile><Header><DefaultCurrencyCode>NOK</DefaultCurrencyCode></Header><GeneralLedgerEntries>{entries}\
         </GeneralLedgerEntries></AuditFile>"
    )
}

/// A file around what stands in its only line.
fn line(inside: &str) -> String {
    file(&format!("<Journal><Transaction><Line>{inside}</Line></Transaction></Journal>"))
}

const SIDES: [&str; 2] = ["DebitAmount", "CreditAmount"];

const NORWAY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<n1:AuditFile xmlns:n1="urn:StandardAuditFile-Taxation-Financial:NO">
  <n1:Header>
    <n1:DefaultCurrencyCode>NOK</n1:DefaultCurrencyCode>
  </n1:Header>
  <n1:MasterFiles><n1:GeneralLedgerAccounts><n1:Account><n1:AccountID>9</n1:AccountID></n1:Account>
  </n1:GeneralLedgerAccounts></n1:MasterFiles>
  <n1:GeneralLedgerEntries>
    <n1:NumberOfEntries>2</n1:NumberOfEntries>
    <n1:TotalDebit>150.50</n1:TotalDebit>
    <n1:TotalCredit>150.5</n1:TotalCredit>
    <n1:Journal>
      <n1:JournalID>GL</n1:JournalID>
      <n1:Description>All of them</n1:Description>
      <n1:Transaction>
        <n1:TransactionID>7</n1:TransactionID>
        <n1:TransactionDate>2024-01-30</n1:TransactionDate>
        <n1:Description>Purchase</n1:Description>
        <n1:GLPostingDate>2024-02-01</n1:GLPostingDate>
        <n1:Line>
          <n1:RecordID>1</n1:RecordID>
          <n1:AccountID>4000</n1:AccountID>
          <n1:Analysis><n1:AnalysisType>P</n1:AnalysisType><n1:AnalysisID>2000</n1:AnalysisID></n1:Analysis>
          <n1:Analysis><n1:AnalysisType>A</n1:AnalysisType><n1:AnalysisID>10</n1:AnalysisID></n1:Analysis>
          <n1:Description>Goods</n1:Description>
          <n1:DebitAmount>
            <n1:Amount>150.50</n1:Amount>
            <n1:CurrencyCode>EUR</n1:CurrencyCode><n1:CurrencyAmount>13.20</n1:CurrencyAmount>
          </n1:DebitAmount>
          <n1:TaxInformation><n1:DebitTaxAmount><n1:Amount>9</n1:Amount></n1:DebitTaxAmount></n1:TaxInformation>
        </n1:Line>
        <n1:Line>
          <n1:RecordID>2</n1:RecordID>
          <n1:AccountID>2400</n1:AccountID>
          <n1:Description/>
          <n1:CreditAmount><n1:Amount>150.50</n1:Amount></n1:CreditAmount>
        </n1:Line>
      </n1:Transaction>
      <n1:Transaction><n1:TransactionID>8</n1:TransactionID></n1:Transaction>
    </n1:Journal>
  </n1:GeneralLedgerEntries>
  <n1:SourceDocuments><n1:Payments><n1:Payment><n1:Line><n1:AccountID>1</n1:AccountID></n1:Line></n1:Payment>
  </n1:Payments></n1:SourceDocuments>
</n1:AuditFile>
"#;

#[test]
fn reads_what_norway_writes() {
    let columns = [
        "JournalID",
        "TransactionID",
        "GLPostingDate",
        "RecordID",
        "AccountID",
        "Description",
        "DebitAmount",
        "CreditAmount",
        "CurrencyCode",
        "CurrencyAmount",
        DEFAULT_CURRENCY,
        "Analysis:A",
        "Analysis:P",
    ];
    let outcome = read_columns(NORWAY, &columns);
    outcome.is_sound();
    let expected = [
        (20, "GL|7|2024-02-01|1|4000|Goods|150.50||EUR|13.20|NOK|10|2000".to_owned()),
        (32, "GL|7|2024-02-01|2|2400|Purchase||150.50|||NOK||".to_owned()),
    ];
    assert_eq!(outcome.lines, expected);
    let amount = Money::from_cents(15050);
    let totals = ControlTotals { transactions: 2, lines: 2, debits: amount, credits: amount, stated: true };
    assert_eq!(outcome.totals, Some(totals));
}

#[test]
fn reads_what_portugal_writes() {
    let text = r#"<?xml version="1.0" encoding="windows-1252"?>
<AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"><Header><CurrencyCode>EUR</CurrencyCode></Header>
<GeneralLedgerEntries><NumberOfEntries>1</NumberOfEntries><TotalDebit>12.00</TotalDebit><TotalCredit>12.00</TotalCredit>
<Journal><JournalID>D</JournalID><Description>Diário</Description><Transaction><TransactionID>1</TransactionID>
<Lines><DebitLine><RecordID>1</RecordID><AccountID>62</AccountID><DebitAmount>12.00</DebitAmount></DebitLine>
<CreditLine><RecordID>2</RecordID><AccountID>22</AccountID><CreditAmount> 12.00 </CreditAmount></CreditLine></Lines>
</Transaction></Journal></GeneralLedgerEntries></AuditFile>"#;
    let columns = ["AccountID", "DebitAmount", "CreditAmount", "Description", DEFAULT_CURRENCY];
    let outcome = read_as(text.as_bytes(), Encoding::Windows1252, &columns);
    outcome.is_sound();
    assert_eq!(outcome.texts(), ["62|12.00||Diário|EUR", "22||12.00|Diário|EUR"]);
    let outcome = read_columns(text, &columns);
    outcome.tells("E0106 1:1 the file says that it is written in windows-1252, and is read as utf-8");
}

/// Totals may stand behind the journals, and so may nothing at all.
#[test]
fn takes_totals_wherever_they_stand() {
    let journal = "<Journal><Transaction><Line><DebitAmount>1</DebitAmount></Line></Transaction></Journal>";
    let totals = "<TotalCredit>0.00</TotalCredit><NumberOfEntries>1</NumberOfEntries><TotalDebit>1.00</TotalDebit>";
    let outcome = read_columns(&file(&format!("{journal}{totals}")), &SIDES);
    outcome.is_sound();
    assert_eq!(outcome.totals.map(|totals| totals.stated), Some(true));
    let outcome = read_columns(&file(journal), &SIDES);
    outcome.is_sound();
    assert_eq!(outcome.totals.map(|totals| totals.stated), Some(false));
}

#[test]
fn a_negative_amount_takes_from_its_own_total() {
    let lines = "<Line><DebitAmount>-1.00</DebitAmount></Line><Line><CreditAmount>-1.00</CreditAmount></Line>";
    let totals = "<NumberOfEntries>1</NumberOfEntries><TotalDebit>-1.00</TotalDebit><TotalCredit>-1.00</TotalCredit>";
    let text = file(&format!("{totals}<Journal><Transaction>{lines}</Transaction></Journal>"));
    read_columns(&text, &SIDES).is_sound();
}

#[test]
fn tells_of_totals_that_do_not_agree() {
    let cases = [
        ("2</n1:NumberOfEntries>", "3</n1:NumberOfEntries>", "E0306 9:5 NumberOfEntries is not what"),
        ("<n1:TotalDebit>150.50", "<n1:TotalDebit>150.51", "E0306 10:5 TotalDebit is not what"),
        ("<n1:TotalCredit>150.5<", "<n1:TotalCredit>150.49<", "E0306 11:5 TotalCredit is not what"),
        ("<n1:TotalDebit>150.50", "<n1:TotalDebit>", "E0306 10:5 TotalDebit is not what"),
        ("2</n1:NumberOfEntries>", "two</n1:NumberOfEntries>", "E0306 9:5 NumberOfEntries is not what"),
    ];
    for (right, wrong, expected) in cases {
        assert!(NORWAY.contains(right), "{right}");
        let outcome = read_columns(&NORWAY.replace(right, wrong), &SIDES);
        outcome.tells(&format!("{expected} the file's entries come to"));
        assert!(outcome.totals.is_some(), "the file was read");
    }
    let outcome = read_columns(&NORWAY.replace("<n1:TotalDebit>150.50</n1:TotalDebit>", ""), &SIDES);
    outcome.tells("E0306 0:0 the file states other control totals, and no TotalDebit");
    let twice = NORWAY.replace("</n1:TotalDebit>", "</n1:TotalDebit><n1:TotalDebit>150.50</n1:TotalDebit>");
    read_columns(&twice, &SIDES).tells("E0303 10:42 a control total comes twice in one element");
}

/// Of an amount that cannot be read the reader of the records tells; its total would only say so again.
#[test]
fn does_not_compare_totals_with_what_cannot_be_read() {
    let outcome = read_columns(&NORWAY.replace("<n1:Amount>150.50</n1:Amount>", "<n1:Amount>x</n1:Amount>"), &SIDES);
    outcome.is_sound();
    assert_eq!(outcome.texts(), ["x|", "|x"]);
}

#[test]
fn reads_what_xml_may_do_with_a_text() {
    let cases = [
        ("a &amp; b &lt;c&gt; &quot;&apos;", "a & b <c> \"'"),
        ("&#65;&#x42;", "AB"),
        ("<![CDATA[<x> & y]]>", "<x> & y"),
        ("a<!-- not this -->b<?nor this?>c", "abc"),
        ("\r\n  two\r\n  lines\t\r\n", "two\n  lines"),
        ("a > b ]] >", "a > b ]] >"),
        ("", ""),
    ];
    for (written, read) in cases {
        let text = line(&format!("<Description lang='no' x=\">\">{written}</Description  >"));
        let outcome = read_columns(&text, &["Description"]);
        outcome.is_sound();
        assert_eq!(outcome.texts(), [read], "{written}");
    }
}

#[test]
fn takes_empty_elements_as_empty_texts() {
    let outcome = read_columns(&line("<DebitAmount/><CreditAmount><Amount/></CreditAmount>"), &SIDES);
    outcome.is_sound();
    assert_eq!(outcome.texts(), ["|"]);
    let outcome = read_columns(&file("<Journal><Transaction><Line/></Transaction></Journal>"), &SIDES);
    outcome.is_sound();
    assert_eq!(outcome.texts(), ["|"]);
}

/// What a transaction lacks is not taken from the one before.
#[test]
fn forgets_the_transaction_before() {
    let transaction = |inside: &str| format!("<Transaction>{inside}<Line><RecordID>1</RecordID></Line></Transaction>");
    let first = transaction("<TransactionID>1</TransactionID>");
    let second = transaction("");
    let outcome = read_columns(&file(&format!("<Journal>{first}{second}</Journal>")), &["TransactionID", "RecordID"]);
    outcome.is_sound();
    assert_eq!(outcome.texts(), ["1|1", "|1"]);
}

#[test]
fn tells_of_what_could_be_read_in_two_ways() {
    let analysis = "<Analysis><AnalysisType>P</AnalysisType><AnalysisID>1</AnalysisID></Analysis>";
    // The file, the part that the fault is at, and the fault.
    let cases = [
        (
            line("<AccountID>1</AccountID><AccountID>2</AccountID>"),
            "<AccountID>2",
            "E0303 AccountID comes twice in one element",
        ),
        (line(&format!("{analysis}{analysis}")), "<Analysis>", "E0303 Analysis:P comes twice in one element"),
        (
            line("<DebitAmount>1<Amount>2</Amount></DebitAmount>"),
            "<Amount>",
            "E0206 an element stands in the midst of a text",
        ),
        (
            line("<DebitAmount><Amount>2</Amount>1</DebitAmount>"),
            "<DebitAmount>",
            "E0303 DebitAmount comes twice in one element",
        ),
        (
            file("<Journal><Transaction><Line/><AccountID>1</AccountID></Transaction></Journal>"),
            "<AccountID>",
            "E0102 AccountID stands behind lines that it belongs to",
        ),
    ];
    for (text, part, expected) in cases {
        let (code, message) = expected.split_at(5);
        let column = 1 + text.rfind(part).expect("the part");
        read_columns(&text, &["AccountID", "Analysis:P", "DebitAmount"]).tells(&format!("{code} 1:{column}{message}"));
    }
}

#[test]
fn refuses_what_is_no_saf_t() {
    let root = "E0102 1:1 the file has an element";
    let cases = [
        ("", "E0102 1:1 the file has no element".to_owned()),
        ("<Bank/>", format!("{root} Bank where SAF-T has one AuditFile")),
        ("<AuditFile/>", "E0102 1:13 the file has no ledger entries".to_owned()),
        (
            "<AuditFile/><AuditFile/>",
            "E0102 1:13 the file has an element AuditFile where SAF-T has one AuditFile".into(),
        ),
        ("journal_id,debit\n", "E0102 1:1 text stands outside of the file's element".to_owned()),
        ("<AuditFile></AuditFile>\0", "E0102 1:24 text stands outside of the file's element".to_owned()),
        (
            "<AuditFile><GeneralLedgerEntries/><GeneralLedgerEntries/></AuditFile>",
            "E0102 1:35 the file has GeneralLedgerEntries twice".to_owned(),
        ),
        (
            "<AuditFile>\n<GeneralLedgerEntries>\n<Journal>",
            "E0102 3:10 the file ends within an element that starts on line 3".to_owned(),
        ),
        (
            "<!DOCTYPE a [<!ENTITY b \"c\">]><AuditFile/>",
            "E0102 1:1 the file defines a document type of its own, which is not read".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        let outcome = read_columns(text, &SIDES);
        outcome.tells(&expected);
        assert_eq!(outcome.totals, None, "{text}");
    }
}

#[test]
fn refuses_what_is_not_well_formed() {
    let cases = [
        ("<AuditFile>\n  <Header></Head></AuditFile>", "2:11 the XML is not well formed: expected `</Header>`"),
        ("<AuditFile>\n  <Header", "2:3 the XML is not well formed: tag not closed"),
        ("<AuditFile>\n\n <!-- ", "3:2 the XML is not well formed: comment not closed"),
        ("</AuditFile>", "1:1 the XML is not well formed: close tag"),
    ];
    for (text, expected) in cases {
        let outcome = read_columns(text, &SIDES);
        let told = outcome.told().concat();
        assert!(told.starts_with(&format!("E0102 {expected}")), "{told}");
        assert_eq!(outcome.totals, None, "{text}");
    }
    let cases = ["&bomb;", "&#0;", "&#xD800;", "& co"];
    for reference in cases {
        let outcome = read_columns(&line(&format!("<Description>{reference}</Description>")), &["Description"]);
        assert_eq!((outcome.faults.total(), outcome.totals), (1, None), "{reference}");
    }
}

#[test]
fn says_where_a_text_is_not_utf_8() {
    let text = b"<AuditFile>\n<Header>\nBj\xf8rnevatn</Header></AuditFile>";
    read_as(text, Encoding::Utf8, &SIDES).tells("E0106 3:3 the file is not UTF-8");
}

#[test]
fn stops_at_its_limits() {
    let limit = RECORD_BYTES_MAX;
    let deep = "<a>".repeat(NESTING_MAX);
    let long = "x".repeat(limit + 8);
    let pieces = format!("{}<!---->", "x".repeat(64)).repeat(limit / 64 + 1);
    let cases = [
        (format!("<AuditFile>{deep}"), "the elements stand too deep in one another"),
        (line(&format!("<Description>{long}</Description>")), "a tag or a text is too long"),
        (line(&format!("<Description>{pieces}</Description>")), "a tag or a text is too long"),
        (line(&format!("<Description a='{long}'/>")), "a tag or a text is too long"),
        (line(&format!("<!-- {long} -->")), "a tag or a text is too long"),
    ];
    for (text, expected) in cases {
        let outcome = read_columns(&text, &["Description"]);
        let told = outcome.told().concat();
        assert!(told.starts_with("E0107") && told.ends_with(expected), "{told}");
        assert_eq!(outcome.totals, None);
    }
}

/// What fails is told in the words of the stream that failed.
#[test]
fn a_file_that_cannot_be_read_on_is_a_fault() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(StreamError::Ucs4.into())
        }
    }
    let source = (&b"<AuditFile>"[..]).chain(Broken);
    let request = Request { file: "saft.xml", encoding: Encoding::Utf8, numbers: &Numbers::plain(), columns: &[] };
    let mut faults = Faults::default();
    let totals = read(source, &request, &mut |_| {}, &mut faults);
    Outcome { lines: Vec::new(), totals, faults }.tells("E0106 0:0 the file is UTF-32, which closepack does not read");
}

/// Some programs write their own numbers; totals are compared all the same.
#[test]
fn compares_totals_in_the_numbers_of_the_layout() {
    let numbers = Numbers { decimal: b',', thousands: Some('.'), ..Numbers::plain() };
    let totals = "<NumberOfEntries>1</NumberOfEntries><TotalDebit>1.234,50</TotalDebit><TotalCredit>0</TotalCredit>";
    let lines = "<Line><DebitAmount>1.234,50</DebitAmount></Line>";
    let text = file(&format!("{totals}<Journal><Transaction>{lines}</Transaction></Journal>"));
    read_with(text.as_bytes(), Encoding::Utf8, &numbers, &SIDES).is_sound();
    let text = text.replacen("1.234,50", "1.234,51", 1);
    let outcome = read_with(text.as_bytes(), Encoding::Utf8, &numbers, &SIDES);
    assert_eq!(outcome.faults.total(), 1, "{}", outcome.faults);
}

#[test]
fn knows_its_columns() {
    for name in ["AccountID", "Analysis:P", DEFAULT_CURRENCY] {
        assert!(is_column(name), "{name}");
    }
    for name in ["Analysis:", "Analysis", "accountid", ""] {
        assert!(!is_column(name), "{name}");
    }
    let header = header(&["AccountID", "Analysis:P", "Konto", "Analysis:A", "Analysis:P"]);
    assert_eq!(header[COLUMNS.len()..], ["Analysis:A", "Analysis:P"]);
}
