//! Why a request cannot be met, in words: what, where, what next.

use std::fmt;

/// A refusal: exit status 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What cannot be done, and where.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do next, or empty.
    pub next: String,
}

impl Problem {
    /// What, why, and what next.
    pub fn new(what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            next: next.into(),
        }
    }

    /// From an error that already says what to do next.
    pub fn of(what: impl Into<String>, error: impl fmt::Display) -> Self {
        Self::new(what, error.to_string(), "")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)?;
        if !self.next.is_empty() {
            write!(f, "\n  {}", self.next.replace('\n', "\n  "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
