//! Faults for a person: each as a compiler shows it, with its record, and a table of kinds when there are many.

use std::fmt::Write;

use super::{Diagnostic, Faults, SourceLine, width};

/// Columns of a record that are shown around the field.
const WINDOW_COLUMNS: usize = 100;
/// Up to so many faults all are shown; of more, only the first of each kind.
const SHOWN_IN_FULL_MAX: usize = 50;
/// How many faults of a kind are shown when there are more than [`SHOWN_IN_FULL_MAX`] in all.
const SHOWN_PER_KIND: usize = 10;
/// From so many faults on a table of kinds follows them.
const SUMMARY_FROM: usize = 21;

/// Whether parts of a message stand out by colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Plain,
    /// ANSI colours, for a terminal.
    Colours,
}

impl Paint {
    fn of(self, colour: &str, text: &str) -> String {
        match self {
            Self::Colours if !text.is_empty() => format!("\u{1b}[{colour}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }

    /// What is wrong.
    #[must_use]
    pub fn alarm(self, text: &str) -> String {
        self.of("1;31", text)
    }

    /// What must be read.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.of("1", text)
    }

    /// The frame around it.
    #[must_use]
    pub fn frame(self, text: &str) -> String {
        self.of("1;34", text)
    }
}

/// One fault, over several lines.
#[must_use]
pub fn fault(fault: &Diagnostic, paint: Paint) -> String {
    let number = fault.source.as_ref().map(|_| fault.place.line.to_string()).unwrap_or_default();
    let margin = " ".repeat(number.len().max(1));
    let mut text = headline(&format!("error[{}]", fault.code.as_str()), &fault.message, paint);
    let field = if fault.place.field.is_empty() { String::new() } else { format!(" ({})", fault.place.field) };
    let _ = writeln!(text, "{margin}{} {}", paint.frame("-->"), shown(&(fault.place_in_words() + &field)));
    if let Some(source) = &fault.source {
        text += &snippet(source, &number, &margin, paint);
    }
    let value = if repeats(fault) { "" } else { &fault.value };
    text += &notes(&margin, &[("value", value), ("expected", &fault.expected), ("help", &fault.help)], paint);
    text
}

/// The first line of a message: what it is, and what is wrong.
#[must_use]
pub fn headline(what: &str, message: &str, paint: Paint) -> String {
    format!("{}{}\n", paint.alarm(what), paint.strong(&format!(": {}", shown(message))))
}

/// What else is to be said, each on a line of its own; what is empty is left out.
#[must_use]
pub fn notes(margin: &str, notes: &[(&str, &str)], paint: Paint) -> String {
    let mut text = String::new();
    for (name, note) in notes.iter().filter(|(_, note)| !note.is_empty()) {
        let _ = writeln!(text, "{margin} {} {}: {}", paint.frame("="), paint.strong(name), shown(note));
    }
    text
}

/// True when the carets point at the value already.
fn repeats(fault: &Diagnostic) -> bool {
    let marked = fault.source.as_ref().and_then(SourceLine::marked);
    marked.is_some_and(|marked| marked == fault.value || marked.trim_matches(['"', '\'']) == fault.value)
}

fn snippet(source: &SourceLine, number: &str, margin: &str, paint: Paint) -> String {
    let window = source.window(WINDOW_COLUMNS);
    let bar = paint.frame(&format!("{margin} |"));
    let mut text = format!("{bar}\n{} {}\n", paint.frame(&format!("{number} |")), window.text);
    if let Some((before, carets)) = window.carets {
        let _ = writeln!(text, "{bar} {}{}", " ".repeat(before), paint.alarm(&"^".repeat(carets)));
    }
    text
}

/// A text without what would disturb a terminal.
fn shown(text: &str) -> String {
    text.chars().map(width::shown).collect()
}

/// True when each fault is shown in full.
#[must_use]
pub const fn shows_all(faults: &Faults) -> bool {
    faults.total() <= SHOWN_IN_FULL_MAX
}

/// All faults: the kept ones by place, a table of kinds when there are many, what else is to be told (`note`, a line or
/// nothing), and last how many there are. The table comes last because that is what a terminal still shows.
#[must_use]
pub fn faults(faults: &Faults, paint: Paint, note: &str) -> String {
    let mut text = String::new();
    let sorted = faults.sorted();
    let mut of_kind = std::collections::BTreeMap::new();
    for found in sorted {
        let shown = of_kind.entry(found.code).or_insert(0_usize);
        if shows_all(faults) || *shown < SHOWN_PER_KIND {
            *shown += 1;
            text += &fault(found, paint);
            text.push('\n');
        }
    }
    if faults.total() >= SUMMARY_FROM {
        let _ = writeln!(text, "{}", paint.strong("  faults   shown   files  kind"));
        for kind in faults.summary() {
            let shown = of_kind.get(&kind.code).copied().unwrap_or_default();
            let (code, words) = (kind.code.as_str(), kind.code.kind());
            let _ = writeln!(text, "{:>8}{shown:>8}{:>8}  {code} {words}", kind.count, kind.files);
        }
        text.push('\n');
    }
    if !note.is_empty() {
        let _ = writeln!(text, "{note}");
    }
    let noun = if faults.total() == 1 { "fault" } else { "faults" };
    let _ = writeln!(text, "{} {noun}; nothing was published", faults.total());
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Place, Spot};
    use super::*;

    fn amount(line: u64, record: &str, value: &str) -> Diagnostic {
        let start = record.find(value).expect("the value");
        let mut place = Place::line("2004-Q2/ledger.csv", line);
        place.column = start + 1;
        place.field = "debit".to_owned();
        let source = SourceLine::new(record.as_bytes(), Some(start..start + value.len()));
        let message = "the amount has more than two decimal places";
        let help = "round the amount where it comes from; closepack does not round what it reads";
        let expected = "an amount such as -1234.50";
        Diagnostic::new(Code::BadAmount, Spot::shown(place, source), message, value, expected, help)
    }

    #[test]
    fn a_fault_shows_its_record_with_carets() {
        let record = "JE-1,2,2004-05-26,II,4000,CRAFT,accessories,Sale,12.345,,USD\n";
        let expected = "\
error[E0202]: the amount has more than two decimal places
  --> 2004-Q2/ledger.csv:17:50 (debit)
   |
17 | JE-1,2,2004-05-26,II,4000,CRAFT,accessories,Sale,12.345,,USD
   |                                                  ^^^^^^
   = expected: an amount such as -1234.50
   = help: round the amount where it comes from; closepack does not round what it reads
";
        assert_eq!(amount(17, record, "12.345").to_string(), expected);
    }

    #[test]
    fn the_margin_is_as_wide_as_the_line_number() {
        let said = amount(1_234_567, "12.345", "12.345").to_string();
        assert!(
            said.contains("\n       --> 2004-Q2/ledger.csv:1234567:1 (debit)\n        |\n1234567 | 12.345\n"),
            "{said}"
        );
    }

    #[test]
    fn without_a_record_the_value_is_told() {
        let fault = Diagnostic::new(Code::Calendar, Place::line("calendar.csv", 3), "m", "2004-05-30", "e", "h");
        let expected = "error[E0120]: m\n --> calendar.csv:3\n  = value: 2004-05-30\n  = expected: e\n  = help: h\n";
        assert_eq!(fault.to_string(), expected);
    }

    #[test]
    fn a_value_that_the_carets_do_not_show_is_told() {
        let source = SourceLine::new(b"JE-1,2", Some(5..6));
        let spot = Spot::shown(Place::line("l.csv", 2), source);
        let said = Diagnostic::new(Code::DuplicateKey, spot, "m", "JE-1 line 2", "e", "h").to_string();
        assert!(said.contains("\n  |      ^\n  = value: JE-1 line 2\n"), "{said}");
    }

    #[test]
    fn what_would_disturb_a_terminal_is_escaped() {
        let place = Place::file("a\u{1b}[2J.csv");
        let said = Diagnostic::new(Code::BadDate, place, "m\u{7}", "v\u{202e}", "e\n", "h\r").to_string();
        assert!(
            said.lines().all(|line| !line.chars().any(|letter| letter.is_control() || letter == '\u{202e}')),
            "{said}"
        );
        assert!(said.contains("a\\u{1b}[2J.csv") && said.contains("v\\u{202e}") && said.contains("e\\n"), "{said}");
    }

    #[test]
    fn colours_change_nothing_else() {
        let painted = fault(&amount(17, "1,12.345", "12.345"), Paint::Colours);
        assert!(painted.starts_with("\u{1b}[1;31merror[E0202]\u{1b}[0m"), "{painted}");
        let mut plain = String::new();
        for part in painted.split('\u{1b}') {
            let text = part.strip_prefix('[').and_then(|part| part.split_once('m')).map_or(part, |(_, text)| text);
            plain.push_str(text);
        }
        assert_eq!(plain, amount(17, "1,12.345", "12.345").to_string());
    }

    fn collected(counts: &[(Code, u64)]) -> Faults {
        let mut found = Faults::default();
        for (code, count) in counts {
            (1..=*count).for_each(|line| found.add(*code, Place::line("l.csv", line), "m", "", "e", "h"));
        }
        found
    }

    #[test]
    fn a_single_fault_ends_with_its_number() {
        assert!(
            collected(&[(Code::BadDate, 1)]).to_string().ends_with("  = help: h\n\n1 fault; nothing was published\n")
        );
    }

    #[test]
    fn many_faults_are_summed_up_by_kind() {
        let said = collected(&[(Code::BadDate, 3), (Code::BadAmount, 12_345)]).to_string();
        assert_eq!(said.matches("error[E0202]").count(), SHOWN_PER_KIND);
        assert_eq!(said.matches("error[E0201]").count(), 3);
        let end = "
  faults   shown   files  kind
   12345      10       1  E0202 amount that cannot be read
       3       3       1  E0201 date that cannot be read

12348 faults; nothing was published
";
        assert!(said.ends_with(end), "{said}");
    }

    #[test]
    fn up_to_fifty_faults_are_all_shown() {
        let said = collected(&[(Code::BadDate, 25), (Code::BadAmount, 25)]).to_string();
        assert_eq!((said.matches("error[").count(), said.contains("shown")), (50, true));
        let said = collected(&[(Code::BadDate, 20)]).to_string();
        assert_eq!((said.matches("error[").count(), said.contains("shown")), (20, false));
    }

    #[test]
    fn a_note_stands_before_the_number() {
        let said = faults(&collected(&[(Code::BadDate, 1)]), Paint::Plain, "see there");
        assert!(said.ends_with("\nsee there\n1 fault; nothing was published\n"), "{said}");
    }
}
