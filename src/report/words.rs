//! The words of the report, as `templates/report.toml` has them.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior};
use serde::Deserialize;

/// The embedded words.
const TEMPLATE: &str = include_str!("../../templates/report.toml");

/// A section as the template describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionWords {
    pub schedule: Schedule,
    pub reference: String,
    pub title: String,
    #[serde(default)]
    pub landscape: bool,
    #[serde(default)]
    pub text: Vec<String>,
    #[serde(default)]
    pub heading_impact: String,
    #[serde(default)]
    pub heading_sign_off: String,
    /// Questions with room for an answer.
    #[serde(default)]
    pub questions: Vec<String>,
    #[serde(default)]
    pub sign_off: Vec<String>,
    #[serde(default)]
    pub sign_off_labels: Vec<String>,
}

/// What a section shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    Cover,
    Exceptions,
    Impact,
    IncomeStatement,
    BalanceSheet,
    CashFlow,
    YearToDate,
    Dimensions,
    Entities,
    Measures,
    Targets,
    Sensitivity,
    Margin,
    Journal,
    Inventory,
    Prepaid,
    Assets,
    Obligations,
    ExitCosts,
    Rollforward,
    Checks,
    Policies,
    Sources,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    title: String,
    scenario_title: String,
    scenario_warning: String,
    period: String,
    page_label: String,
    continued: String,
    run: String,
    rounding: String,
    nothing: String,
    sections: Vec<SectionWords>,
    headings: BTreeMap<String, String>,
    captions: BTreeMap<String, String>,
    figures: BTreeMap<String, String>,
}

/// Why the template cannot be used: a fault of the build, found by its tests.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    #[error("templates/report.toml: {0}")]
    Form(#[from] toml::de::Error),
    #[error("templates/report.toml: {0}")]
    Fill(#[from] minijinja::Error),
    #[error("templates/report.toml has no {table} named {name}")]
    Missing { table: &'static str, name: String },
}

/// The words with the values that fill them in.
pub struct Words {
    template: Template,
    environment: Environment<'static>,
    values: BTreeMap<&'static str, String>,
}

impl Words {
    /// The words of the embedded template, filled in with values by name.
    ///
    /// # Errors
    /// [`WordsError`] for a template that is not of the form, or names an unknown value.
    pub fn new(mut values: BTreeMap<&'static str, String>) -> Result<Self, WordsError> {
        let template: Template = toml::from_str(TEMPLATE)?;
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let rounding = environment.render_str(&template.rounding, &values)?;
        values.insert("rounding", rounding);
        Ok(Self { template, environment, values })
    }

    /// The sections in their order.
    #[must_use]
    pub fn sections(&self) -> &[SectionWords] {
        &self.template.sections
    }

    /// A text with its values filled in.
    ///
    /// # Errors
    /// [`WordsError::Fill`] for a name without a value.
    pub fn fill(&self, text: &str) -> Result<String, WordsError> {
        Ok(self.environment.render_str(text, &self.values)?)
    }

    /// The report's title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.template.title
    }

    /// The title of a scenario's report.
    ///
    /// # Errors
    /// As [`Words::fill`].
    pub fn scenario_title(&self) -> Result<String, WordsError> {
        self.fill(&self.template.scenario_title)
    }

    /// What each page of a scenario's report warns of.
    ///
    /// # Errors
    /// As [`Words::fill`].
    pub fn scenario_warning(&self) -> Result<String, WordsError> {
        self.fill(&self.template.scenario_warning)
    }

    /// The quarter in words.
    ///
    /// # Errors
    /// As [`Words::fill`].
    pub fn period(&self) -> Result<String, WordsError> {
        self.fill(&self.template.period)
    }

    /// `Page {page} of {pages}`, filled in by the drawing.
    #[must_use]
    pub fn page_label(&self) -> &str {
        &self.template.page_label
    }

    /// What a table's caption gets when it goes on over a page.
    #[must_use]
    pub fn continued(&self) -> &str {
        &self.template.continued
    }

    /// The run in words, printed on each page.
    ///
    /// # Errors
    /// As [`Words::fill`].
    pub fn run(&self) -> Result<String, WordsError> {
        self.fill(&self.template.run)
    }

    /// What stands in place of an empty table.
    #[must_use]
    pub fn nothing(&self) -> &str {
        &self.template.nothing
    }

    /// A column's heading.
    ///
    /// # Errors
    /// [`WordsError::Missing`] for an unknown name.
    pub fn heading(&self, name: &str) -> Result<String, WordsError> {
        lookup(&self.template.headings, "heading", name).cloned()
    }

    /// A caption.
    ///
    /// # Errors
    /// [`WordsError`] for an unknown name or value.
    pub fn caption(&self, name: &str) -> Result<String, WordsError> {
        self.fill(lookup(&self.template.captions, "caption", name)?)
    }

    /// A caption with values of its own.
    ///
    /// # Errors
    /// As [`Words::caption`].
    pub fn caption_of(&self, name: &str, own: &[(&'static str, String)]) -> Result<String, WordsError> {
        let mut values = self.values.clone();
        values.extend(own.iter().cloned());
        Ok(self.environment.render_str(lookup(&self.template.captions, "caption", name)?, &values)?)
    }

    /// The label of a headline figure.
    ///
    /// # Errors
    /// As [`Words::caption`].
    pub fn figure(&self, name: &str) -> Result<String, WordsError> {
        self.fill(lookup(&self.template.figures, "figure", name)?)
    }
}

fn lookup<'a>(table: &'a BTreeMap<String, String>, kind: &'static str, name: &str) -> Result<&'a String, WordsError> {
    table.get(name).ok_or_else(|| WordsError::Missing { table: kind, name: name.to_owned() })
}
