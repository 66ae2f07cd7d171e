//! The results of a run.

use super::case::Capability;
use super::failure::Failure;
use std::fmt::{self, Debug, Display};

/// The result of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The store keeps the promise.
    Passed,
    /// The case did not run, because the store lacks this capability.
    Skipped(Capability),
    /// The store breaks the promise.
    Failed(Failure),
}

/// A case and its result. `Display` writes one line, followed by the failure if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseReport {
    /// The name of the case, such as `create::returned_task_equals_the_stored_row`.
    pub name: String,
    /// The result.
    pub verdict: Verdict,
}

impl Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Passed => write!(f, "passed   {}", self.name),
            Verdict::Skipped(capability) => {
                write!(f, "skipped  {} (requires {capability})", self.name)
            }
            Verdict::Failed(failure) => {
                write!(f, "FAILED   {}", self.name)?;
                failure.to_string().lines().try_for_each(|line| write!(f, "\n         {line}"))
            }
        }
    }
}

/// The results of all cases, in the order in which they ran. `Display` writes a line for each,
/// and the totals.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "failures are only in the report"]
pub struct Report {
    pub(super) cases: Vec<CaseReport>,
}

impl Report {
    /// The results of all cases.
    #[must_use]
    pub fn cases(&self) -> &[CaseReport] {
        &self.cases
    }

    /// The names of the cases that failed, with their failures.
    pub fn failures(&self) -> impl Iterator<Item = (&str, &Failure)> {
        self.cases.iter().filter_map(|case| match &case.verdict {
            Verdict::Failed(failure) => Some((case.name.as_str(), failure)),
            _ => None,
        })
    }

    /// The names of the skipped cases, with the capability that the store lacks.
    pub fn skipped(&self) -> impl Iterator<Item = (&str, Capability)> {
        self.cases.iter().filter_map(|case| match &case.verdict {
            Verdict::Skipped(capability) => Some((case.name.as_str(), *capability)),
            _ => None,
        })
    }

    /// Returns the report if no case failed. Unwrap it at the end of a test.
    ///
    /// # Errors
    /// At least one case failed.
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

/// The error of a store that failed at least one case. `Display` and `Debug` both list the
/// failed cases, so that unwrapping it in a test shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct NotConformant(Report);

impl NotConformant {
    /// The full report, including the cases that passed.
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
