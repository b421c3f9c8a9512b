//! The tokens of one finished response.

use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::key::Key;

/// A response that was completed and counted.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseCompleted<'a> {
    /// What it used.
    pub tokens: TokenCounts,
    /// Milliseconds from the request to the first token; recorded since mid 2026.
    pub ttft_ms: Option<u64>,
    /// `priority` in fast mode; absent for the standard tier.
    pub service_tier: Option<&'a str>,
}

/// Tokens billed for one response; `None` is "not recorded". `cached_input` and `cache_write` are parts of `input`,
/// `reasoning` of `output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCounts {
    /// All tokens read.
    pub input: Option<u64>,
    /// Read from cache; not recorded by every release.
    pub cached_input: Option<u64>,
    /// Written to cache; recorded since mid 2026.
    pub cache_write: Option<u64>,
    /// All tokens written.
    pub output: Option<u64>,
    /// Spent on reasoning; not recorded by every release.
    pub reasoning: Option<u64>,
    /// Input and output. Codex sends it under the misleading name `tool_token_count`.
    pub total: Option<u64>,
}

impl<'a> ResponseCompleted<'a> {
    /// Whether an event of the stream may be one, by its `event.kind`: those that come before the end are none, and
    /// they are most of all events.
    #[must_use]
    pub fn may_be(kind: Option<&str>) -> bool {
        !kind.is_some_and(|kind| {
            kind.starts_with("response.output_")
                || matches!(kind, "response.created" | "response.in_progress")
        })
    }

    /// Whether a count is there that is none: no whole number, or one below 0 or beyond 64 bits.
    #[must_use]
    pub fn has_unreadable_count(attributes: &Attributes<'_>) -> bool {
        const COUNTS: [Key; 6] = [
            Key::InputTokenCount,
            Key::CachedTokenCount,
            Key::CacheWriteTokenCount,
            Key::OutputTokenCount,
            Key::ReasoningTokenCount,
            Key::ToolTokenCount,
        ];
        COUNTS.into_iter().any(|key| {
            attributes.get(key).is_some_and(|value| value.as_text() != Some(""))
                && attributes.count(key).is_none()
        })
    }

    /// Returns `None` for a record without counts: the bare twin that HTTP responses have, a response that broke
    /// off, or any other event of the stream.
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Option<Self> {
        if !Self::may_be(attributes.text(Key::EventKind)) {
            return None;
        }
        attributes.get(Key::InputTokenCount)?;
        let (input, output) =
            (attributes.count(Key::InputTokenCount), attributes.count(Key::OutputTokenCount));
        let sum = || input?.checked_add(output?);
        Some(Self {
            tokens: TokenCounts {
                input,
                cached_input: attributes.count(Key::CachedTokenCount),
                cache_write: attributes.count(Key::CacheWriteTokenCount),
                output,
                reasoning: attributes.count(Key::ReasoningTokenCount),
                total: attributes.count(Key::ToolTokenCount).or_else(sum),
            },
            ttft_ms: attributes.count(Key::TtftMs),
            service_tier: attributes.filled(Key::ServiceTier),
        })
    }

    /// Whether it was billed at the standard tier, by what the record says; `auto` is what a request without a word has.
    #[must_use]
    pub fn is_of_standard_tier(&self) -> bool {
        self.service_tier.is_none_or(|tier| matches!(tier, "auto" | "default" | "standard"))
    }

    /// Whether this may be the warm-up of a WebSocket connection: nothing written, no first token. It is one when
    /// the conversation's last request before it went over the WebSocket.
    #[must_use]
    pub fn may_be_warm_up(&self) -> bool {
        self.tokens.output == Some(0) && self.ttft_ms.is_none()
    }
}
