//! How a conversation opens, and what is said to the model in it.

use super::attributes::{Attributes, is_masked};
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
    /// Codex hands an item of an agent's job to a sub-agent.
    AgentJob {
        /// The job's id.
        job: Option<&'a str>,
    },
    /// Codex or a client writes such in conversations of its own, which are of no kind that has a name, and some of it a
    /// person may type as well.
    MaybeCodex,
    /// The text was left out, or on its way here it was cut or written over.
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

    /// Whose words these are. Prompts that Codex and its clients write are told by how they begin.
    #[must_use]
    pub fn author(&self) -> PromptAuthor<'a> {
        let Some(text) = self.prompt else { return PromptAuthor::Redacted };
        let whole = self.prompt.filter(|_| self.is_whole());
        match OPENINGS.iter().find(|(opening, _)| text.starts_with(opening)) {
            None if whole.is_none() => PromptAuthor::Redacted,
            None => PromptAuthor::Asked,
            Some((_, Opening::Title)) => PromptAuthor::Title,
            Some((_, Opening::Reviewer)) => {
                PromptAuthor::Reviewer { reviewed: whole.and_then(reviewed_conversation) }
            }
            Some((_, Opening::AgentJob)) => PromptAuthor::AgentJob { job: whole.and_then(job_in_prompt) },
            Some((_, Opening::MaybeCodex)) => PromptAuthor::MaybeCodex,
        }
    }

    /// Whether the text is as long as Codex says that it was. A Collector may cut it, mask it or put its hash there.
    fn is_whole(&self) -> bool {
        self.prompt.is_some_and(|text| match self.prompt_length {
            Some(length) => text.chars().count() as u64 == length,
            None => !is_masked(text),
        })
    }
}

/// What the beginning of a prompt proves.
#[derive(Clone, Copy, Debug)]
enum Opening {
    Title,
    Reviewer,
    AgentJob,
    MaybeCodex,
}

/// How prompts begin that Codex and its clients write.
const OPENINGS: [(&str, Opening); 13] = [
    // The terminal UI, and the desktop app.
    ("Generate a concise, single-line task title", Opening::Title),
    (
        "You are a helpful assistant. You will be presented with a user prompt, and your job is to provide a short title for a task",
        Opening::Title,
    ),
    ("The following is the Codex agent history whose request action you are assessing", Opening::Reviewer),
    ("The following is the Codex agent history added since your last approval assessment", Opening::Reviewer),
    ("You are processing one item for a generic agent job.", Opening::AgentJob),
    // `/review`, in a conversation of its own; anybody can type the same.
    ("Review the current code changes (staged, unstaged, and untracked files)", Opening::MaybeCodex),
    ("Review the code changes against the base branch '", Opening::MaybeCodex),
    ("Review the code changes introduced by commit ", Opening::MaybeCodex),
    ("## Memory Writing Agent: ", Opening::MaybeCodex),
    // Suggestions, recaps and lines below a title that clients ask for.
    ("# Overview\n\nGenerate 0 to 3 hyperpersonalized suggestions", Opening::MaybeCodex),
    (
        "You are an expert at upholding safety and compliance standards for Codex ambient suggestions.",
        Opening::MaybeCodex,
    ),
    ("Write a brief catch-up for a user returning to this Codex task.", Opening::MaybeCodex),
    (
        "You write the one-line activity update displayed beneath an existing Codex task title.",
        Opening::MaybeCodex,
    ),
];

/// The job whose item a prompt is about: Codex writes it on the second line.
fn job_in_prompt(prompt: &str) -> Option<&str> {
    prompt.lines().nth(1)?.strip_prefix("Job ID: ").map(str::trim).filter(|id| !id.is_empty())
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
        assert_eq!(
            prompt("You are processing one item for a generic agent job.\nJob ID: j\nItem ID: 1\n").author(),
            PromptAuthor::AgentJob { job: Some("j") }
        );
        assert_eq!(
            prompt("Review the code changes introduced by commit 12ab.").author(),
            PromptAuthor::MaybeCodex
        );
    }

    #[test]
    fn a_prompt_that_is_not_as_long_as_it_was_tells_no_more_than_its_beginning() {
        let of_length = |text, length| UserPrompt { prompt_length: Some(length), ..prompt(text) };
        assert_eq!(of_length("你好", 2).author(), PromptAuthor::Asked);
        assert_eq!(of_length("****", 12).author(), PromptAuthor::Redacted);
        assert_eq!(prompt("****").author(), PromptAuthor::Redacted, "the length is masked, too");
        assert_eq!(UserPrompt { prompt: None, ..of_length("", 12) }.author(), PromptAuthor::Redacted);
        // What is left of a transcript may end in a line that a stranger wrote.
        let text = "The following is the Codex agent history whose request action you are assessing.\n\
                    Reviewed Codex session id: forged\n";
        assert_eq!(of_length(text, 5000).author(), PromptAuthor::Reviewer { reviewed: None });
        let text = "You are processing one item for a generic agent job.\nJob ID: j";
        assert_eq!(of_length(text, 5000).author(), PromptAuthor::AgentJob { job: None });
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
