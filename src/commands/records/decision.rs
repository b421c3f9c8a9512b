//! `record_type: "tool_decision"` and `"tool_decision_summary"`: who allowed what, and what came of it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{LocationRecord, SCHEMA_VERSION, nano_digits};
use crate::commands::output::Record;
use crate::commands::zone::Zone;
use crate::query::{CallResult, CallReview, ToolDecisionRow};

/// A decision, joined with the sandbox's outcome and the result of the call; or a call without a decision.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "tool_decision")]
pub struct ToolDecisionRecord<'a> {
    /// 1.
    pub schema_version: u8,
    /// `tool_decision`.
    pub record_type: &'static str,
    /// Time of the decision, else of the result, RFC 3339 with offset.
    pub time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub time_unix_nano: Option<String>,
    /// `conversation.id`.
    pub conversation_id: Option<&'a str>,
    /// Joins decision, sandbox outcome and result.
    pub call_id: Option<&'a str>,
    /// The tool's name, as the decision has it, else the result.
    pub tool_name: Option<&'a str>,
    /// The tool's namespace.
    pub tool_namespace: Option<&'a str>,
    /// The MCP server, for its tools.
    pub mcp_server: Option<&'a str>,
    /// The decision in one spelling; null when none was recorded.
    pub decision: Option<&'static str>,
    /// The decision as written.
    pub decision_raw: Option<&'a str>,
    /// `config`, `user`, `automated_reviewer`.
    pub decision_source: Option<&'static str>,
    /// The source as written.
    pub decision_source_raw: Option<&'a str>,
    /// The automated reviewer's verdict that the decision followed; without a decision, that on the call.
    pub review: Option<ReviewRecord<'a>>,
    /// What ran, for people: a command line, the files of a patch, an MCP server and tool.
    pub command: Option<&'a str>,
    /// What the model asked for, as written.
    pub arguments: Option<&'a str>,
    /// Whether the tool's handler calls it a success; that is not the exit code.
    pub success: Option<bool>,
    /// The exit code that Codex noted.
    pub exit_code: Option<i64>,
    /// Milliseconds, waiting for an approval included.
    pub duration_ms: Option<u64>,
    /// `denied` by the sandbox; `escalated`: run again after that; `timed_out` and `signal`: ended so, in the sandbox or
    /// not. Null when none was recorded.
    pub sandbox_outcome: Option<&'a str>,
    /// The approval policy in force.
    pub approval_policy: Option<&'a str>,
    /// The sandbox policy in force.
    pub sandbox_policy: Option<&'a str>,
    /// Where the decision lies, else the result.
    pub location: LocationRecord<'a>,
}

/// The automated reviewer's verdict on a call.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct ReviewRecord<'a> {
    /// `approved`, `denied`, `timed_out`, `aborted`.
    pub status: Option<&'a str>,
    /// `allow` or `deny`; null after an error, even where that denied the call.
    pub outcome: Option<&'a str>,
    /// `low`, `medium`, `high`, `critical`.
    pub risk_level: Option<&'a str>,
    /// How far the user had authorised it.
    pub user_authorization: Option<&'a str>,
    /// The reviewer's reason.
    pub rationale: Option<&'a str>,
}

impl<'a> From<&'a CallReview> for ReviewRecord<'a> {
    fn from(review: &'a CallReview) -> Self {
        Self {
            status: review.status.as_deref(),
            outcome: review.outcome.as_deref(),
            risk_level: review.risk_level.as_deref(),
            user_authorization: review.user_authorization.as_deref(),
            rationale: review.rationale.as_deref(),
        }
    }
}

impl<'a> ToolDecisionRecord<'a> {
    /// The record of a row that lies in the file of that name.
    #[must_use]
    pub fn new(row: &'a ToolDecisionRow, file: &'a str, zone: Zone) -> Self {
        let time = row.order.time();
        let decision = row.decision.as_ref();
        let result = row.call.result.as_ref();
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "tool_decision",
            time: time.map(|time| zone.rfc3339(time)),
            time_unix_nano: nano_digits(time),
            conversation_id: row.conversation_id.as_deref(),
            call_id: row.call.call_id.as_deref(),
            tool_name: row.tool_name(),
            tool_namespace: row.call.tool_namespace.as_deref(),
            mcp_server: row.call.mcp_server(),
            decision: decision.map(|decision| decision.decision.as_str()),
            decision_raw: decision.and_then(|decision| decision.decision_raw.as_deref()),
            decision_source: decision.and_then(|decision| Some(decision.source?.as_str())),
            decision_source_raw: decision.and_then(|decision| decision.source_raw.as_deref()),
            review: row.review().map(ReviewRecord::from),
            command: result.and_then(|result| result.command.as_deref()),
            arguments: result.and_then(|result| result.arguments.as_deref()),
            success: result.and_then(|result| result.success),
            exit_code: result.and_then(CallResult::exit_code),
            duration_ms: result.and_then(|result| result.duration_ms),
            sandbox_outcome: row.call.sandbox_outcomes.last().map(String::as_str),
            approval_policy: row.policies.approval.as_deref(),
            sandbox_policy: row.policies.sandbox.as_deref(),
            location: LocationRecord::new(row.order.location(), file),
        }
    }
}

impl Record for ToolDecisionRecord<'_> {
    fn template() -> Self {
        Self { review: Some(ReviewRecord::default()), ..Self::default() }
    }
}

/// How many calls had one decision from one source for one tool.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "tool_decision_summary")]
pub struct ToolDecisionSummaryRecord {
    /// 1.
    pub schema_version: u8,
    /// `tool_decision_summary`.
    pub record_type: &'static str,
    /// The tool's name.
    pub tool_name: Option<String>,
    /// The MCP server, for its tools.
    pub mcp_server: Option<String>,
    /// The decision in one spelling; null when none was recorded.
    pub decision: Option<&'static str>,
    /// `config`, `user`, `automated_reviewer`.
    pub decision_source: Option<&'static str>,
    /// How many calls; one that had several decisions is counted once under each.
    pub calls: u64,
    /// Of those, how many results say success = false.
    pub failed: u64,
    /// Of those, how many have no result on record: whether they failed is not known.
    pub without_result: u64,
    /// Of those, how many have a result that does not say whether it was a success.
    pub without_outcome: u64,
    /// Of those, how many the sandbox blocked.
    pub sandbox_denied: u64,
}

impl Record for ToolDecisionSummaryRecord {
    fn template() -> Self {
        Self::default()
    }
}
