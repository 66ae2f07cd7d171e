//! What became of each case.

use super::case::Need;
use super::failure::Failure;
use std::fmt::{self, Debug, Display};

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The promise is kept.
    Passed,
    /// The store does not have what the case needs.
    Skipped(Need),
    /// The promise is broken.
    Failed(Failure),
}

/// A case and what became of it. `Display` is a line, with the failure's text below it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseReport {
    /// The name of the case: `create::answer_is_the_row`.
    pub name: String,
    /// What became of it.
    pub verdict: Verdict,
}

impl Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Passed => write!(f, "passed   {}", self.name),
            Verdict::Skipped(need) => write!(f, "skipped  {} (needs {need})", self.name),
            Verdict::Failed(failure) => {
                write!(f, "FAILED   {}", self.name)?;
                failure.to_string().lines().try_for_each(|line| write!(f, "\n         {line}"))
            }
        }
    }
}

/// What became of all cases, in their order. `Display` has a line for each, and the sum.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a report that nobody reads has tested nothing"]
pub struct Report {
    pub(super) cases: Vec<CaseReport>,
}

impl Report {
    /// All cases.
    #[must_use]
    pub fn cases(&self) -> &[CaseReport] {
        &self.cases
    }

    /// Those that failed, and how.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Failure)> {
        self.cases.iter().filter_map(|case| match &case.verdict {
            Verdict::Failed(failure) => Some((case.name.as_str(), failure)),
            _ => None,
        })
    }

    /// Those that were skipped, and what they need.
    pub fn skipped(&self) -> impl Iterator<Item = (&str, Need)> {
        self.cases.iter().filter_map(|case| match &case.verdict {
            Verdict::Skipped(need) => Some((case.name.as_str(), *need)),
            _ => None,
        })
    }

    /// The same report if no case failed, for a test to end with.
    ///
    /// # Errors
    /// The cases that failed.
    pub fn into_result(self) -> Result<Self, NotConformant> {
        if self.failures().next().is_none() { Ok(self) } else { Err(NotConformant(self)) }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cases.iter().try_for_each(|case| writeln!(f, "{case}"))?;
        let (failed, skipped) = (self.failures().count(), self.skipped().count());
        let passed = self.cases.len().saturating_sub(failed).saturating_sub(skipped);
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// A store that breaks a promise. `Display`, and `Debug` for a test that ends with it, name
/// the cases that failed.
#[derive(Clone, PartialEq, Eq)]
pub struct NotConformant(Report);

impl NotConformant {
    /// The whole report.
    pub fn report(&self) -> &Report {
        &self.0
    }
}

impl Display for NotConformant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.cases.len();
        write!(f, "{} of {all} cases failed", self.0.failures().count())?;
        let failed = self.0.cases.iter().filter(|c| matches!(c.verdict, Verdict::Failed(_)));
        failed.into_iter().try_for_each(|case| write!(f, "\n{case}"))
    }
}

impl Debug for NotConformant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl std::error::Error for NotConformant {}
