//! What `codex-audit verify` finds, for its own drawing and for its records.

use crate::event::Location;
use crate::setup::Severity;
use crate::words::Sentence;

/// One thing that an auditor must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What it is, for scripts.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, for people: whole sentences.
    pub text: Sentence,
    /// The first place that it is about.
    pub location: Option<Location>,
}
