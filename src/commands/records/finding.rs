//! `record_type: "finding"`: one thing that `codex-audit doctor` looked at.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LocationRecord, SCHEMA_VERSION};
use crate::commands::output::Record;
use crate::setup::Finding;

/// One thing that was looked at, wrong or right.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "finding")]
pub struct FindingRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `finding`.
    pub record_type: &'static str,
    /// What was found, e.g. `file_truncated`.
    pub code: &'static str,
    /// `error`, `warning`, `note`, `ok`.
    pub severity: &'static str,
    /// `codex_config`, `collector_config`, `log_files`.
    pub subject: &'static str,
    /// What was found, for people.
    pub text: String,
    /// The text to put there; null when there is nothing to put.
    pub fix: Option<&'a str>,
    /// The line at fault; null when it is no line's.
    pub location: Option<LocationRecord<'a>>,
}

impl<'a> FindingRecord<'a> {
    /// The record of a finding.
    #[must_use]
    pub fn new(finding: &'a Finding) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "finding",
            code: finding.code,
            severity: finding.severity.as_str(),
            subject: finding.subject.as_str(),
            text: finding.text.english(),
            fix: finding.fix.as_deref(),
            location: finding.place.as_ref().map(|place| LocationRecord {
                file: &place.file,
                line: place.line,
                record: 0,
                byte_offset: place.byte_offset,
            }),
        }
    }
}

impl Record for FindingRecord<'_> {
    fn template() -> Self {
        Self { location: Some(LocationRecord::default()), ..Self::default() }
    }
}
