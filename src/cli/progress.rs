//! One line that shows how far a long read has come.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ingest::watch::Watch;

/// A read that is over before this is not shown.
const SHOWN_AFTER: Duration = Duration::from_millis(500);
/// How often the line is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_millis(100);

/// Draws how far a read has come, once it lasts; the line is gone when the read is over.
pub(super) struct Progress {
    after: Duration,
    /// Where the line is drawn, made when there is something to draw.
    target: fn() -> ProgressDrawTarget,
    state: Mutex<Option<Reading>>,
}

/// The read that is going on.
struct Reading {
    seen: Seen,
    opened: Instant,
    drawn: Instant,
    line: Option<ProgressBar>,
}

/// How far a read has come.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    file: String,
    /// The file's size, 0 where it is not known.
    size: u64,
    bytes: u64,
    lines: u64,
}

impl Progress {
    /// On standard error, where that is a terminal.
    pub fn on_stderr() -> Self {
        Self { after: SHOWN_AFTER, target: ProgressDrawTarget::stderr, state: Mutex::new(None) }
    }

    fn state(&self) -> MutexGuard<'_, Option<Reading>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Progress {
    fn opens(&self, file: &str, bytes: u64) {
        self.closes();
        let seen = Seen { file: file.to_owned(), size: bytes, bytes: 0, lines: 0 };
        let now = Instant::now();
        *self.state() = Some(Reading { seen, opened: now, drawn: now, line: None });
    }

    fn read(&self, bytes: u64, lines: u64) {
        let mut state = self.state();
        let Some(reading) = &mut *state else { return };
        reading.seen.bytes += bytes;
        reading.seen.lines += lines;
        let elapsed = reading.opened.elapsed();
        if elapsed >= self.after && (reading.line.is_none() || reading.drawn.elapsed() >= DRAWN_EVERY) {
            reading.drawn = Instant::now();
            let words = reading.seen.words(elapsed);
            reading.line.get_or_insert_with(|| empty_line((self.target)())).set_message(words);
        }
    }

    fn closes(&self) {
        if let Some(Reading { line: Some(line), .. }) = self.state().take() {
            line.finish_and_clear();
        }
    }
}

fn empty_line(target: ProgressDrawTarget) -> ProgressBar {
    let line = ProgressBar::with_draw_target(None, target);
    // The template is right, and without it the line would only look otherwise.
    ProgressStyle::with_template("{wide_msg}").map_or(line.clone(), |style| line.with_style(style))
}

impl Seen {
    /// What the line says: bytes, lines, rate, time left.
    fn words(&self, elapsed: Duration) -> String {
        let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = self.bytes.saturating_mul(1_000) / milliseconds;
        let mut words = vec![format!("reading {}", self.file)];
        words.push(match (self.bytes.min(self.size) * 100).checked_div(self.size) {
            Some(percent) => format!("{} of {} ({percent} %)", megabytes(self.bytes), megabytes(self.size)),
            None => megabytes(self.bytes),
        });
        words.push(format!("{} lines", grouped(self.lines)));
        words.push(format!("{}/s", megabytes(rate)));
        if let Some(seconds) = self.size.saturating_sub(self.bytes).checked_div(rate).filter(|_| self.size > 0) {
            words.push(format!("{} left", time(seconds)));
        }
        words.join("  ")
    }
}

/// Bytes in megabytes of a million, with one decimal.
fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", grouped(bytes / 1_000_000), bytes % 1_000_000 / 100_000)
}

/// Whole seconds, as people say them.
fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A number with commas between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    use indicatif::TermLike;

    use super::*;

    /// What was drawn on the terminal of the tests.
    static DRAWN: Mutex<String> = Mutex::new(String::new());

    #[derive(Debug)]
    struct Screen;

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            100
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            DRAWN.lock().expect("a lock").push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.write_str("<cleared>")
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn progress(after: Duration) -> Progress {
        let target = || ProgressDrawTarget::term_like(Box::new(Screen));
        Progress { after, target, state: Mutex::new(None) }
    }

    /// One test, for both draw on the one screen.
    #[test]
    fn only_a_read_that_lasts_is_drawn_and_it_is_cleared() {
        let quick = progress(Duration::from_secs(3_600));
        quick.opens("2004-Q2/ledger.csv", 1_000);
        quick.read(1_000, 10);
        quick.closes();
        assert_eq!(*DRAWN.lock().expect("a lock"), "");

        let long = progress(Duration::ZERO);
        long.read(5, 5);
        long.opens("2004-Q2/ledger.csv", 4_000_000);
        std::thread::scope(|scope| {
            scope.spawn(|| long.read(1_000_000, 10));
        });
        std::thread::sleep(DRAWN_EVERY);
        long.read(1_000_000, 10);
        let drawn = DRAWN.lock().expect("a lock").clone();
        assert!(drawn.contains("reading 2004-Q2/ledger.csv  2.0 MB of 4.0 MB (50 %)  20 lines"), "{drawn}");
        long.closes();
        assert!(DRAWN.lock().expect("a lock")[drawn.len()..].contains("<cleared>"));
    }

    #[test]
    fn the_line_has_bytes_lines_rate_and_time_left() {
        let seen = Seen { file: "l.csv".to_owned(), size: 885_000_000, bytes: 412_340_000, lines: 4_659_123 };
        let words = "reading l.csv  412.3 MB of 885.0 MB (46 %)  4,659,123 lines  206.1 MB/s  2 s left";
        assert_eq!(seen.words(Duration::from_secs(2)), words);
        let unknown = Seen { size: 0, ..seen.clone() };
        assert_eq!(unknown.words(Duration::from_secs(2)), "reading l.csv  412.3 MB  4,659,123 lines  206.1 MB/s");
        let beyond = Seen { size: 1, ..seen };
        assert!(beyond.words(Duration::ZERO).contains("(100 %)"));
        let nothing = Seen { file: "l.csv".to_owned(), size: 5, bytes: 0, lines: 0 };
        assert_eq!(nothing.words(Duration::from_secs(1)), "reading l.csv  0.0 MB of 0.0 MB (0 %)  0 lines  0.0 MB/s");
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(
            [0, 59, 60, 3_599, 3_600, 7_265].map(time),
            ["0 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "2 h 1 min"]
        );
    }
}
