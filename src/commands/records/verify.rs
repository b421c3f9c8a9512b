//! `record_type: "input_file"`, `"damage"` and `"verify_summary"`: what the input holds, and what is wrong with it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{LocationRecord, SCHEMA_VERSION, nano_digits};
use crate::commands::audit_finding::Finding;
use crate::commands::output::Record;
use crate::commands::zone::Zone;
use crate::query::{InputFacts, TimeSpan};
use crate::source::{Account, Damage, FileAccount};

/// One file of the input.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "input_file")]
pub struct InputFileRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `input_file`.
    pub record_type: &'static str,
    /// The file as it was named.
    pub path: &'a str,
    /// `json_lines`, `json_document`, `length_prefixed_json`, `length_prefixed_protobuf`.
    pub form: &'static str,
    /// `none`, `zstd`, `gzip`, `zstd_frames`.
    pub compression: &'static str,
    /// Bytes, as they lie in the file.
    pub bytes: u64,
    /// The SHA-256 of those bytes, in lower-case hex.
    pub sha256: Option<&'a str>,
    /// Lines or frames that hold anything: those read whole and those damaged. The last line is neither while it is
    /// unfinished, unless part of it is damaged; finding `unfinished_line` names it.
    pub messages: u64,
    /// Of those, how many could not be read whole.
    pub damaged: u64,
    /// Log records, copies included.
    pub records: u64,
    /// Time of the first event, RFC 3339 with offset.
    pub first_time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub first_time_unix_nano: Option<String>,
    /// Time of the last event.
    pub last_time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub last_time_unix_nano: Option<String>,
}

impl<'a> InputFileRecord<'a> {
    /// The record of a file with events in that span of time.
    #[must_use]
    pub fn new(file: &'a FileAccount, span: TimeSpan, zone: Zone) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "input_file",
            path: &file.name,
            form: file.form.as_str(),
            compression: file.compression.as_str(),
            bytes: file.bytes,
            sha256: file.sha256.as_deref(),
            messages: file.messages,
            damaged: file.damaged,
            records: file.records,
            first_time: span.first.map(|time| zone.rfc3339(time)),
            first_time_unix_nano: nano_digits(span.first),
            last_time: span.last.map(|time| zone.rfc3339(time)),
            last_time_unix_nano: nano_digits(span.last),
        }
    }
}

/// A place that could not be read.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "damage")]
pub struct DamageRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `damage`.
    pub record_type: &'static str,
    /// The line or frame it lies in.
    pub location: LocationRecord<'a>,
    /// `torn`, `not_json`, `not_otlp`, `bad_utf8`, `nul_run`, `too_deep`, `bad_frame`, `read_error`.
    pub kind: &'static str,
    /// What is wrong, for people.
    pub reason: String,
    /// Offset in the file of the first byte that could not be read.
    pub at_byte: u64,
    /// How many bytes could not be read.
    pub bytes: u64,
}

impl<'a> DamageRecord<'a> {
    /// The record of a place in the file of that name.
    #[must_use]
    pub fn new(damage: &'a Damage, file: &'a str) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "damage",
            location: LocationRecord::new(damage.location, file),
            kind: damage.kind.as_str(),
            reason: damage.reason.english(),
            at_byte: damage.at_byte,
            bytes: damage.bytes,
        }
    }
}

/// What the whole input holds.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "verify_summary")]
pub struct VerifySummaryRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `verify_summary`.
    pub record_type: &'static str,
    /// Files that were read.
    pub files: u64,
    /// Bytes, as they lie in the files.
    pub bytes: u64,
    /// Lines or frames that hold anything: those read whole and those damaged.
    pub messages: u64,
    /// Of those, how many could not be read whole.
    pub damaged: u64,
    /// Log records, copies included.
    pub records: u64,
    /// Of those, how many had been read before.
    pub duplicates: u64,
    /// Records with a name that no known release of Codex sends; copies, here and below, are left out.
    pub unknown_events: u64,
    /// Records without a name.
    pub unnamed_records: u64,
    /// Records that belong to no conversation.
    pub records_without_conversation: u64,
    /// Conversations.
    pub conversations: u64,
    /// Conversations whose start is not in the input.
    pub conversations_without_start: u64,
    /// Conversations in which no response was completed after the last prompt.
    pub conversations_without_answer: u64,
    /// Time of the first event, RFC 3339 with offset.
    pub first_time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub first_time_unix_nano: Option<String>,
    /// Time of the last event.
    pub last_time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub last_time_unix_nano: Option<String>,
    /// Records by event name.
    pub events: BTreeMap<&'a str, u64>,
    /// Records by user: the e-mail address, else the account id.
    pub users: BTreeMap<&'a str, u64>,
    /// Records by Codex's release.
    pub app_versions: BTreeMap<&'a str, u64>,
    /// Records by `service.name`.
    pub services: BTreeMap<&'a str, u64>,
    /// Records by `host.name`.
    pub hosts: BTreeMap<&'a str, u64>,
    /// What an auditor must know, the worst first.
    pub findings: Vec<VerifyFindingRecord<'a>>,
}

/// One thing that an auditor must know of the input.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct VerifyFindingRecord<'a> {
    /// What it is, e.g. `damaged`.
    pub code: &'static str,
    /// `error`, `warning`, `note`.
    pub severity: &'static str,
    /// What it is, for people.
    pub text: String,
    /// The first place that it is about; null when it is about none.
    pub location: Option<LocationRecord<'a>>,
}

impl<'a> VerifySummaryRecord<'a> {
    /// The summary of what was read and heard.
    #[must_use]
    pub(crate) fn new(
        account: &'a Account,
        facts: &'a InputFacts,
        findings: &'a [Finding],
        zone: Zone,
    ) -> Self {
        let sum = |of| account.total(of);
        let counts = |counts: &'a BTreeMap<Box<str>, u64>| {
            counts.iter().map(|(name, count)| (name.as_ref(), *count)).collect()
        };
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "verify_summary",
            files: account.opened().count() as u64,
            bytes: sum(|file| file.bytes),
            messages: sum(|file| file.messages),
            damaged: sum(|file| file.damaged),
            records: sum(|file| file.records),
            duplicates: facts.copies.count,
            unknown_events: facts.unknown.values().map(|sightings| sightings.count).sum(),
            unnamed_records: facts.unnamed.count + facts.nameless_events.count,
            records_without_conversation: facts.without_conversation.count,
            conversations: facts.conversations,
            conversations_without_start: facts.without_start.count,
            conversations_without_answer: facts.unanswered.count,
            first_time: facts.span.first.map(|time| zone.rfc3339(time)),
            first_time_unix_nano: nano_digits(facts.span.first),
            last_time: facts.span.last.map(|time| zone.rfc3339(time)),
            last_time_unix_nano: nano_digits(facts.span.last),
            events: counts(&facts.events),
            users: counts(&facts.users),
            app_versions: counts(&facts.app_versions),
            services: counts(&facts.services),
            hosts: counts(&facts.hosts),
            findings: findings
                .iter()
                .map(|finding| VerifyFindingRecord {
                    code: finding.code,
                    severity: finding.severity.as_str(),
                    text: finding.text.english(),
                    location: finding
                        .location
                        .map(|location| LocationRecord::new(location, account.file_name(location.file))),
                })
                .collect(),
        }
    }
}

/// The columns of all three, as one sheet holds them: each row fills those of its record type.
#[derive(Debug)]
pub struct VerifyColumns(Map<String, Value>);

impl Serialize for VerifyColumns {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Record for VerifyColumns {
    const OPEN_MEMBERS: &'static [&'static str] =
        &["events", "users", "app_versions", "services", "hosts", "findings"];

    fn template() -> Self {
        let members = [
            serde_json::to_value(InputFileRecord::default()),
            serde_json::to_value(DamageRecord::default()),
            serde_json::to_value(VerifySummaryRecord::default()),
        ];
        let mut columns = Map::new();
        for members in members {
            let Ok(Value::Object(members)) = members else { continue };
            for (name, value) in members {
                columns.entry(name).or_insert(value);
            }
        }
        Self(columns)
    }
}
