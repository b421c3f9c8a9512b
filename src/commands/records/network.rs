//! `record_type: "network_decision"` and `"network_summary"`: what the agent tried to reach.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LocationRecord, SCHEMA_VERSION, nano_digits};
use crate::commands::output::Record;
use crate::commands::zone::Zone;
use crate::query::NetworkRow;

/// One request as Codex's network proxy judged it; of several verdicts the last is what happened.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "network_decision")]
pub struct NetworkDecisionRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `network_decision`.
    pub record_type: &'static str,
    /// Time of the last verdict, RFC 3339 with offset.
    pub time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub time_unix_nano: Option<String>,
    /// `conversation.id`.
    pub conversation_id: Option<&'a str>,
    /// The host asked for, never a URL.
    pub server_address: Option<&'a str>,
    /// The port asked for.
    pub server_port: Option<u64>,
    /// `http`, `https_connect`, `socks5_tcp`, `socks5_udp`.
    pub protocol: Option<&'a str>,
    /// The HTTP method, or `none`.
    pub method: Option<&'a str>,
    /// The program's end of the connection.
    pub client_address: Option<&'a str>,
    /// The request's id, in newer releases.
    pub execution_id: Option<&'a str>,
    /// `allow`, `deny`, `ask`, else `unknown`.
    pub decision: &'static str,
    /// The verdict as written.
    pub decision_raw: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
    /// Who judged.
    pub source: Option<&'a str>,
    /// What the verdict is about.
    pub scope: Option<&'a str>,
    /// Whether the policy was overridden.
    pub overridden: Option<bool>,
    /// How many verdicts were folded into this one.
    pub records: u64,
    /// The tool call during which it happened, where exactly one fits.
    pub call_id: Option<&'a str>,
    /// The call's tool.
    pub tool_name: Option<&'a str>,
    /// What the call ran, for people.
    pub command: Option<&'a str>,
    /// `time` when the call is told by time; null without a call.
    pub call_basis: Option<&'static str>,
    /// Where the last verdict lies.
    pub location: LocationRecord<'a>,
}

impl<'a> NetworkDecisionRecord<'a> {
    /// The record of a row that lies in the file of that name.
    #[must_use]
    pub fn new(row: &'a NetworkRow, file: &'a str, zone: Zone) -> Self {
        let last = &row.request.last;
        let time = last.order.time();
        let call = row.call.as_ref();
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "network_decision",
            time: time.map(|time| zone.rfc3339(time)),
            time_unix_nano: nano_digits(time),
            conversation_id: row.conversation_id.as_deref(),
            server_address: last.server_address.as_deref(),
            server_port: last.server_port,
            protocol: last.protocol.as_deref(),
            method: last.method.as_deref(),
            client_address: last.client_address.as_deref(),
            execution_id: last.execution_id.as_deref(),
            decision: last.decision.as_str(),
            decision_raw: last.decision_raw.as_deref(),
            reason: last.reason.as_deref(),
            source: last.source.as_deref(),
            scope: last.scope.as_deref(),
            overridden: last.overridden,
            records: row.request.verdicts,
            call_id: call.and_then(|call| call.call_id.as_deref()),
            tool_name: call.and_then(|call| call.tool_name.as_deref()),
            command: call.and_then(|call| call.result.as_ref()?.command.as_deref()),
            call_basis: call.map(|_| "time"),
            location: LocationRecord::new(last.order.location(), file),
        }
    }
}

impl Record for NetworkDecisionRecord<'_> {
    fn template() -> Self {
        Self::default()
    }
}

/// How many requests to one host had one verdict.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "network_summary")]
pub struct NetworkSummaryRecord {
    /// 1.
    pub schema_version: u8,
    /// `network_summary`.
    pub record_type: &'static str,
    /// The host asked for.
    pub server_address: Option<String>,
    /// `allow`, `deny`, `ask`, else `unknown`.
    pub decision: &'static str,
    /// How many requests.
    pub requests: u64,
    /// In how many conversations.
    pub conversations: u64,
    /// Time of the first, RFC 3339 with offset.
    pub first_time: Option<String>,
    /// The same in nanoseconds since 1970, as digits.
    pub first_time_unix_nano: Option<String>,
    /// Time of the last.
    pub last_time: Option<String>,
    /// The same in nanoseconds since 1970, as digits.
    pub last_time_unix_nano: Option<String>,
}

impl Record for NetworkSummaryRecord {
    fn template() -> Self {
        Self::default()
    }
}
