//! The texts of one element of a SAF-T file, by column, in memory that is used again.

/// Elements whose texts lines are made of; the later is the nearer to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Journal,
    Transaction,
    Line,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    Kept,
    /// The element has one already.
    Twice,
    /// Lines have been read without it.
    Late,
}

/// The texts that a journal, a transaction or a line has of the wanted columns.
pub struct Values {
    text: String,
    spans: Vec<Option<(usize, usize)>>,
    /// Whether a line has been made of them.
    used: bool,
}

impl Values {
    /// No texts of so many columns.
    pub fn new(columns: usize) -> Self {
        Self { text: String::new(), spans: vec![None; columns], used: false }
    }

    /// Forgets all, for the next element.
    pub fn clear(&mut self) {
        self.text.clear();
        self.spans.fill(None);
        self.used = false;
    }

    /// Keeps a column's text.
    pub fn put(&mut self, column: usize, text: &str) -> Put {
        if self.spans[column].is_some() {
            return Put::Twice;
        }
        if self.used {
            return Put::Late;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.spans[column] = Some((start, self.text.len()));
        Put::Kept
    }

    /// A column's text, where it has one that is not empty.
    pub fn get(&self, column: usize) -> Option<&str> {
        self.spans[column].map(|(start, end)| &self.text[start..end]).filter(|text| !text.is_empty())
    }

    /// Says that a line is made of them.
    pub const fn mark_used(&mut self) {
        self.used = true;
    }
}

/// The texts that the open elements have, and what of them a line has.
pub struct Texts {
    levels: [Values; 3],
    /// The header's currency, and the column that wants it.
    pub currency: String,
    currency_column: Option<usize>,
}

impl Texts {
    /// No texts of so many columns.
    pub fn new(columns: usize, currency_column: Option<usize>) -> Self {
        let levels = [Values::new(columns), Values::new(columns), Values::new(columns)];
        Self { levels, currency: String::new(), currency_column }
    }

    /// The texts of a level.
    pub const fn of(&mut self, level: Level) -> &mut Values {
        &mut self.levels[level as usize]
    }

    /// A line's text of a column: the nearest that is not empty.
    pub fn get(&self, column: usize) -> &str {
        let default = || (self.currency_column == Some(column)).then_some(self.currency.as_str());
        self.levels.iter().rev().find_map(|values| values.get(column)).or_else(default).unwrap_or_default()
    }
}
