//! Faults for a program: one JSON object a line.

use serde::Serialize;

use super::{Code, Diagnostic, Faults, SourceLine};

/// A fault as an object; what does not exist is null.
#[derive(Serialize)]
struct FaultObject<'a> {
    r#type: &'static str,
    severity: &'static str,
    code: Code,
    kind: &'static str,
    message: &'a str,
    file: &'a str,
    sheet: Option<&'a str>,
    cell: Option<String>,
    line: Option<u64>,
    column: Option<usize>,
    field: Option<&'a str>,
    value: Option<&'a str>,
    expected: &'a str,
    help: &'a str,
    text: Option<String>,
}

impl<'a> FaultObject<'a> {
    fn of(fault: &'a Diagnostic) -> Self {
        let place = &fault.place;
        Self {
            r#type: "fault",
            severity: "error",
            code: fault.code,
            kind: fault.code.kind(),
            message: &fault.message,
            file: &place.file,
            sheet: filled(&fault.sheet),
            cell: fault.cell(),
            line: Some(place.line).filter(|line| *line > 0),
            column: Some(place.column).filter(|column| *column > 0),
            field: filled(&place.field),
            value: filled(&fault.value),
            expected: &fault.expected,
            help: &fault.help,
            text: fault.source.as_ref().map(SourceLine::text),
        }
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'static str,
    faults: usize,
    kinds: Vec<KindObject>,
    rejects: Option<&'a str>,
    published: bool,
}

#[derive(Serialize)]
struct KindObject {
    code: Code,
    kind: &'static str,
    files: usize,
    count: usize,
}

/// An object for each kept fault, by place, and last one of type `summary` with the number of each kind and the file
/// that lists them all, where there is one.
///
/// # Errors
/// Those of `serde_json`, which no fault causes.
pub fn faults(faults: &Faults, rejects: Option<&str>) -> serde_json::Result<String> {
    let mut text = String::new();
    for fault in faults.sorted() {
        text += &serde_json::to_string(&FaultObject::of(fault))?;
        text.push('\n');
    }
    let kinds = faults.summary().into_iter().map(|found| KindObject {
        code: found.code,
        kind: found.code.kind(),
        files: found.files,
        count: found.count,
    });
    let (kinds, total) = (kinds.collect(), faults.total());
    let summary = Summary { r#type: "summary", faults: total, kinds, rejects, published: false };
    text += &serde_json::to_string(&summary)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::super::{Place, Spot};
    use super::*;

    #[test]
    fn a_fault_and_the_summary_are_objects() {
        let mut place = Place::line("2004-Q1/ledger.csv", 2);
        place.column = 3;
        place.field = "debit".to_owned();
        let mut found = Faults::default();
        let spot = Spot::shown(place, SourceLine::new(b"a,\"1.0\t05\"\n", Some(2..9)));
        found.add(Code::BadAmount, spot, "m", "1.0\t05", "e", "h");
        found.add(Code::MissingFile, Place::file("shares.csv"), "m", "", "e", "h");
        let said = faults(&found, Some("out/2004-Q1/rejects.csv")).expect("text");
        let expected = r#"{"type":"fault","severity":"error","code":"E0202","kind":"amount that cannot be read","message":"m","file":"2004-Q1/ledger.csv","sheet":null,"cell":null,"line":2,"column":3,"field":"debit","value":"1.0\t05","expected":"e","help":"h","text":"a,\"1.0\t05\""}
{"type":"fault","severity":"error","code":"E0101","kind":"missing file","message":"m","file":"shares.csv","sheet":null,"cell":null,"line":null,"column":null,"field":null,"value":null,"expected":"e","help":"h","text":null}
{"type":"summary","faults":2,"kinds":[{"code":"E0101","kind":"missing file","files":1,"count":1},{"code":"E0202","kind":"amount that cannot be read","files":1,"count":1}],"rejects":"out/2004-Q1/rejects.csv","published":false}
"#;
        assert_eq!(said, expected);
    }
}
