//! `record_type: "conversation"`: one conversation of `codex-audit list`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{SCHEMA_VERSION, nano_digits};
use crate::commands::output::Record;
use crate::commands::zone::Zone;
use crate::query::{ConversationSummary, TokenTotals};

/// One conversation.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(title = "conversation")]
pub struct ConversationRecord {
    /// 1.
    pub schema_version: u8,
    /// `conversation`.
    pub record_type: &'static str,
    /// `conversation.id`.
    pub conversation_id: String,
    /// Time of its first event, RFC 3339 with offset.
    pub start_time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub start_time_unix_nano: Option<String>,
    /// Time of its last event, RFC 3339 with offset.
    pub end_time: Option<String>,
    /// The same in nanoseconds since 1970.
    pub end_time_unix_nano: Option<String>,
    /// Milliseconds from the first event to the last.
    pub duration_ms: Option<u64>,
    /// How often it was opened; 0 when its start lies outside the input, more than 1 when it was resumed.
    pub starts: u64,
    /// main, subagent, title, reviewer, prewarmed; null when the log cannot tell.
    pub kind: Option<&'static str>,
    /// The fact that `kind` rests on.
    pub kind_basis: Option<&'static str>,
    /// The conversation that opened this one, or that it reviews.
    pub parent_conversation_id: Option<String>,
    /// The model it started with, else the first one seen.
    pub model: Option<String>,
    /// Every model, in the order of appearance.
    pub models: Vec<String>,
    /// The model provider's display name.
    pub provider: Option<String>,
    /// `service.name`.
    pub service_name: Option<String>,
    /// Codex's release.
    pub app_version: Option<String>,
    /// Which client asked.
    pub originator: Option<String>,
    /// `terminal.type`.
    pub terminal: Option<String>,
    /// `env`.
    pub env: Option<String>,
    /// `host.name`.
    pub host: Option<String>,
    /// `user.email`.
    pub user_email: Option<String>,
    /// `user.account_id`.
    pub user_account_id: Option<String>,
    /// `auth_mode`.
    pub auth_mode: Option<String>,
    /// The approval policy it started with.
    pub approval_policy: Option<String>,
    /// The sandbox policy it started with.
    pub sandbox_policy: Option<String>,
    /// The MCP servers it started with; null when its start lies outside the input.
    pub mcp_servers: Option<Vec<String>>,
    /// Log records.
    pub events: u64,
    /// Prompts, Codex's own included.
    pub prompts: u64,
    /// The text of the first prompt; null when there is none or it was redacted.
    pub first_prompt: Option<String>,
    /// Whether a prompt was redacted.
    pub prompt_redacted: bool,
    /// Requests to the model, each attempt.
    pub model_requests: u64,
    /// Of those, how many had an error or a status of 400 or more.
    pub model_errors: u64,
    /// Requests through Codex's network proxy; null without any record of it.
    pub network_requests: Option<u64>,
    /// Of those, how many were denied.
    pub network_denied: Option<u64>,
    /// Results of tool calls.
    pub tool_calls: u64,
    /// Of those, how many say success = false.
    pub tool_failures: u64,
    /// Decisions on tool calls, by normalised decision.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Tokens of its responses, warm-ups apart.
    pub tokens: TokensRecord,
    /// Warm-ups of WebSocket connections, which are no responses.
    pub warmups: u64,
}

/// Tokens of some responses. A count is null when none of the responses recorded it.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct TokensRecord {
    /// How many responses.
    pub responses: u64,
    /// Tokens read, cached ones included.
    pub input: Option<u128>,
    /// Read from cache, a part of input.
    pub cached_input: Option<u128>,
    /// Written to cache, a part of input.
    pub cache_write: Option<u128>,
    /// Tokens written, reasoning included.
    pub output: Option<u128>,
    /// Spent on reasoning, a part of output.
    pub reasoning: Option<u128>,
    /// Input and output.
    pub total: Option<u128>,
}

impl From<&TokenTotals> for TokensRecord {
    fn from(totals: &TokenTotals) -> Self {
        Self {
            responses: totals.responses,
            input: totals.input(),
            cached_input: totals.cached_input(),
            cache_write: totals.cache_write(),
            output: totals.output(),
            reasoning: totals.reasoning(),
            total: totals.total(),
        }
    }
}

impl ConversationRecord {
    /// The record of a conversation.
    #[must_use]
    pub fn new(summary: ConversationSummary, zone: Zone) -> Self {
        let duration_ms =
            summary.end.zip(summary.start).and_then(|(end, start)| end.milliseconds_since(start));
        Self {
            schema_version: SCHEMA_VERSION,
            record_type: "conversation",
            conversation_id: summary.id,
            start_time: summary.start.map(|time| zone.rfc3339(time)),
            start_time_unix_nano: nano_digits(summary.start),
            end_time: summary.end.map(|time| zone.rfc3339(time)),
            end_time_unix_nano: nano_digits(summary.end),
            duration_ms,
            starts: summary.starts,
            kind: summary.kind.map(|(kind, _)| kind.as_str()),
            kind_basis: summary.kind.map(|(_, basis)| basis.as_str()),
            parent_conversation_id: summary.parent,
            model: summary.model,
            models: summary.models,
            provider: summary.provider,
            service_name: summary.service_name,
            app_version: summary.app_version,
            originator: summary.originator,
            terminal: summary.terminal,
            env: summary.env,
            host: summary.host,
            user_email: summary.user_email,
            user_account_id: summary.user_account_id,
            auth_mode: summary.auth_mode,
            approval_policy: summary.approval_policy,
            sandbox_policy: summary.sandbox_policy,
            mcp_servers: summary.mcp_servers,
            events: summary.events,
            prompts: summary.prompts,
            first_prompt: summary.first_prompt,
            prompt_redacted: summary.prompt_redacted,
            model_requests: summary.model_requests,
            model_errors: summary.model_errors,
            network_requests: summary.network.map(|network| network.requests),
            network_denied: summary.network.map(|network| network.denied),
            tool_calls: summary.tool_calls,
            tool_failures: summary.tool_failures,
            decisions: summary
                .decisions
                .iter()
                .map(|(decision, count)| (decision.as_str(), *count))
                .collect(),
            tokens: TokensRecord::from(&summary.tokens),
            warmups: summary.warm_ups,
        }
    }
}

impl Record for ConversationRecord {
    const OPEN_MEMBERS: &'static [&'static str] = &["decisions"];

    fn template() -> Self {
        Self::default()
    }
}
