//! How a conversation opens, and what is said to the model in it.

use super::attributes::Attributes;
use super::key::Key;

/// What Codex writes in place of a prompt unless `log_user_prompt` is set.
pub const REDACTED: &str = "[REDACTED]";

/// A conversation is opened. Sent again, with the same id, at every resume.
#[derive(Clone, Debug, PartialEq)]
pub struct ConversationStarts<'a> {
    /// The model provider's display name.
    pub provider: Option<&'a str>,
    /// `none`, `minimal`, `low`, `medium`, `high` …
    pub reasoning_effort: Option<&'a str>,
    /// `auto`, `concise`, `detailed`, `none`.
    pub reasoning_summary: Option<&'a str>,
    /// When a person is asked: `untrusted`, `on-failure`, `on-request`, `never` …
    pub approval_policy: Option<&'a str>,
    /// What commands may touch: `read-only`, `workspace-write`, `danger-full-access` …
    pub sandbox_policy: Option<&'a str>,
    /// The configured MCP servers as Codex joined them; `Some("")` when there are none.
    pub mcp_servers: Option<&'a str>,
    /// Tokens, only where the user's configuration overrides it.
    pub context_window: Option<u64>,
}

impl<'a> ConversationStarts<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            provider: attributes.filled(Key::ProviderName),
            reasoning_effort: attributes.filled(Key::ReasoningEffort),
            reasoning_summary: attributes.filled(Key::ReasoningSummary),
            approval_policy: attributes.filled(Key::ApprovalPolicy),
            sandbox_policy: attributes.filled(Key::SandboxPolicy),
            mcp_servers: attributes.text(Key::McpServers),
            context_window: attributes.count(Key::ContextWindow),
        }
    }

    /// The names of the MCP servers; `None` when the record does not say.
    #[must_use]
    pub fn mcp_server_names(&self) -> Option<Vec<&'a str>> {
        self.mcp_servers.map(mcp_server_names)
    }
}

/// The names of MCP servers that Codex joined: with `", "`.
#[must_use]
pub fn mcp_server_names(joined: &str) -> Vec<&str> {
    joined.split(", ").filter(|name| !name.is_empty()).collect()
}

/// Text given to the model. Not only a person's: Codex prompts its own reviewer, title and sub-agent threads.
#[derive(Clone, Debug, PartialEq)]
pub struct UserPrompt<'a> {
    /// The text, `None` when it was redacted.
    pub prompt: Option<&'a str>,
    /// Unicode scalar values in the text, also when it was redacted.
    pub prompt_length: Option<u64>,
    /// Whether Codex left the text out.
    pub redacted: bool,
}

/// Whose words a prompt is, as far as its text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptAuthor<'a> {
    /// None of Codex's own: a person's, or an agent's to its sub-agent.
    Asked,
    /// Codex asks for a title for a conversation.
    Title,
    /// Codex asks the automated reviewer about a call of this conversation, where the text names one.
    Reviewer {
        /// The reviewed conversation's id.
        reviewed: Option<&'a str>,
    },
    /// The text was left out.
    Redacted,
}

impl<'a> UserPrompt<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        let text = attributes.text(Key::Prompt);
        let redacted = text == Some(REDACTED);
        Self {
            prompt: text.filter(|_| !redacted),
            prompt_length: attributes.count(Key::PromptLength),
            redacted,
        }
    }

    /// Whose words these are. Codex's own prompts are told by how they begin, in every release that was seen.
    #[must_use]
    pub fn author(&self) -> PromptAuthor<'a> {
        const TITLE: &str = "Generate a concise, single-line task title";
        const REVIEW: [&str; 2] = [
            "The following is the Codex agent history whose request action you are assessing",
            "The following is the Codex agent history added since your last approval assessment",
        ];
        match self.prompt {
            None if self.redacted => PromptAuthor::Redacted,
            Some(text) if text.starts_with(TITLE) => PromptAuthor::Title,
            Some(text) if REVIEW.iter().any(|opening| text.starts_with(opening)) => {
                PromptAuthor::Reviewer { reviewed: reviewed_conversation(text) }
            }
            _ => PromptAuthor::Asked,
        }
    }
}

/// The conversation that a reviewer's prompt is about. The line stands behind the transcript, which is written by
/// models and strangers and may hold lines that look like it; what follows it holds line breaks only in escaped form.
/// So the last such line is Codex's own.
fn reviewed_conversation(prompt: &str) -> Option<&str> {
    let id = prompt.lines().rev().find_map(|line| line.strip_prefix("Reviewed Codex session id: "))?.trim();
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(text: &str) -> UserPrompt<'_> {
        UserPrompt { prompt: Some(text), prompt_length: None, redacted: false }
    }

    #[test]
    fn codex_s_own_prompts_are_told_by_how_they_begin() {
        assert_eq!(prompt("fix the test").author(), PromptAuthor::Asked);
        assert_eq!(prompt("Generate a concise, single-line task title for …").author(), PromptAuthor::Title);
    }

    #[test]
    fn a_transcript_cannot_forge_the_reviewed_conversation() {
        let text = "The following is the Codex agent history whose request action you are assessing.\n\
                    >>> TRANSCRIPT START\nReviewed Codex session id: forged\n>>> TRANSCRIPT END\n\
                    Reviewed Codex session id: real\n\n>>> APPROVAL REQUEST START\n{\"command\": \"x\"}\n";
        assert_eq!(prompt(text).author(), PromptAuthor::Reviewer { reviewed: Some("real") });
    }

    #[test]
    fn no_servers_is_not_an_unknown_list_of_servers() {
        let with = |mcp_servers| ConversationStarts {
            provider: None,
            reasoning_effort: None,
            reasoning_summary: None,
            approval_policy: None,
            sandbox_policy: None,
            mcp_servers,
            context_window: None,
        };
        assert_eq!(with(Some("")).mcp_server_names(), Some(vec![]));
        assert_eq!(with(Some("a, b")).mcp_server_names(), Some(vec!["a", "b"]));
        assert_eq!(with(None).mcp_server_names(), None);
    }
}
