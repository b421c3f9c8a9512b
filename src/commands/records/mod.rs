//! The records of the machine output, one type a file, in the words that scripts rely on.

mod conversation;
mod decision;
mod event;
mod finding;
mod matched;
mod network;
mod schema;
mod setting;
mod usage;
mod verify;

use schemars::JsonSchema;
use serde::Serialize;

pub use conversation::ConversationRecord;
pub use decision::{ToolDecisionRecord, ToolDecisionSummaryRecord};
pub use event::EventRecord;
pub use finding::FindingRecord;
pub use matched::MatchRecord;
pub use network::{NetworkDecisionRecord, NetworkSummaryRecord};
pub use schema::schemas;
pub use setting::SettingRecord;
pub use usage::{PricedResponseRecord, TokenUsageRecord};
pub use verify::{DamageRecord, InputFileRecord, VerifyColumns, VerifyFindingRecord, VerifySummaryRecord};

use crate::event::{Location, UnixNano};

/// The version of the machine output. Within one version, keys are never removed and never change their type.
pub const SCHEMA_VERSION: u8 = 1;

/// Where a record lies.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct LocationRecord<'a> {
    /// The file as it was named.
    pub file: &'a str,
    /// The line, or the frame of a framed file, counted from 1.
    pub line: u64,
    /// The record within its line, counted from 0.
    pub record: u32,
    /// Offset in bytes of the line's first byte in the file.
    pub byte_offset: u64,
}

impl<'a> LocationRecord<'a> {
    /// A location with the name of its file.
    #[must_use]
    pub fn new(location: Location, file: &'a str) -> Self {
        let Location { line, record, byte_offset, .. } = location;
        Self { file, line, record, byte_offset }
    }
}

/// Nanoseconds since 1970 as digits: a JSON reader that keeps numbers as doubles would lose some of them.
#[must_use]
pub fn nano_digits(time: Option<UnixNano>) -> Option<String> {
    time.map(|time| time.get().to_string())
}
