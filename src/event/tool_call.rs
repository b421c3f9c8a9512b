//! A tool call: whether it may run, what became of the run, and what came of it.

use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::key::Key;
use super::text::Text;
use super::tool_text::names_mcp_tool;

/// Whether a call may run, and who said so. A call that the configuration or a hook of it allows is `approved` by `config`.
/// A call that policy forbids outright, and one whose request a person cancels, has no such record at all.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolDecision<'a> {
    /// Joins decision, sandbox outcome and result.
    pub call_id: Option<&'a str>,
    /// The tool's name.
    pub tool_name: Option<&'a str>,
    /// `functions`, `mcp__<server>` …, in newer releases.
    pub tool_namespace: Option<&'a str>,
    /// The decision as written.
    pub decision_raw: Option<&'a str>,
    /// Who decided, as written.
    pub source_raw: Option<&'a str>,
}

/// A decision in one spelling; Codex had two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// This once.
    Approved,
    /// Until the end of the session.
    ApprovedForSession,
    /// And a rule was added so that the like may run from now on.
    ApprovedWithAmendment,
    /// And the network policy now allows the host.
    ApprovedWithNetworkPolicyAllow,
    /// And the network policy now denies the host.
    DeniedWithNetworkPolicyDeny,
    /// The network policy was amended; the older spelling does not tell which way.
    NetworkPolicyAmendment,
    /// And a rule for the MCP tool was added.
    ApprovedMcpPolicyAmendment,
    /// Not to run.
    Denied,
    /// Nobody answered in time.
    TimedOut,
    /// Not to run, and the turn ends.
    Abort,
    /// A word that this program does not know.
    Unknown,
}

impl Decision {
    /// Every decision, in the order of this list.
    pub const ALL: [Self; 11] = [
        Self::Approved,
        Self::ApprovedForSession,
        Self::ApprovedWithAmendment,
        Self::ApprovedWithNetworkPolicyAllow,
        Self::DeniedWithNetworkPolicyDeny,
        Self::NetworkPolicyAmendment,
        Self::ApprovedMcpPolicyAmendment,
        Self::Denied,
        Self::TimedOut,
        Self::Abort,
        Self::Unknown,
    ];

    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::ApprovedForSession => "approved_for_session",
            Self::ApprovedWithAmendment => "approved_with_amendment",
            Self::ApprovedWithNetworkPolicyAllow => "approved_with_network_policy_allow",
            Self::DeniedWithNetworkPolicyDeny => "denied_with_network_policy_deny",
            Self::NetworkPolicyAmendment => "network_policy_amendment",
            Self::ApprovedMcpPolicyAmendment => "approved_mcp_policy_amendment",
            Self::Denied => "denied",
            Self::TimedOut => "timed_out",
            Self::Abort => "abort",
            Self::Unknown => "unknown",
        }
    }

    /// Reads either spelling: letters only, whatever the case and the underscores.
    #[must_use]
    pub fn of(raw: &str) -> Self {
        let letters = |text: &str| text.replace('_', "").to_ascii_lowercase();
        match letters(raw).as_str() {
            // The older spelling names the kind of rule.
            "approvedexecpolicyamendment" => Self::ApprovedWithAmendment,
            word => (Self::ALL.into_iter())
                .find(|decision| letters(decision.as_str()) == word)
                .unwrap_or(Self::Unknown),
        }
    }

    /// Whether the call was not to run.
    #[must_use]
    pub fn refuses(self) -> bool {
        matches!(self, Self::Denied | Self::DeniedWithNetworkPolicyDeny | Self::TimedOut | Self::Abort)
    }
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DecisionSource {
    /// The configuration, its hooks included: no person was asked.
    Config,
    /// A person, at that moment or by an earlier answer for the session.
    User,
    /// Codex's automated reviewer.
    AutomatedReviewer,
}

impl DecisionSource {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::User => "user",
            Self::AutomatedReviewer => "automated_reviewer",
        }
    }

    /// Reads the spelling of the wire (`AutomatedReviewer`) and that of the documentation (`automated_reviewer`).
    #[must_use]
    pub fn of(raw: &str) -> Option<Self> {
        match raw.replace('_', "").to_ascii_lowercase().as_str() {
            "config" => Some(Self::Config),
            "user" => Some(Self::User),
            "automatedreviewer" => Some(Self::AutomatedReviewer),
            _ => None,
        }
    }
}

impl<'a> ToolDecision<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            call_id: attributes.id(Key::CallId),
            tool_name: attributes.filled(Key::ToolName),
            tool_namespace: attributes.filled(Key::ToolNamespace),
            decision_raw: attributes.filled(Key::Decision),
            source_raw: attributes.filled(Key::Source),
        }
    }

    /// The decision in one spelling. A record without one says nothing known.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.decision_raw.map_or(Decision::Unknown, Decision::of)
    }

    /// Who decided, where the record says so in a word that is known.
    #[must_use]
    pub fn source(&self) -> Option<DecisionSource> {
        DecisionSource::of(self.source_raw?)
    }
}

/// The sandbox denied a call, or its run was ended. A call that ran to its end has no such record.
#[derive(Clone, Debug, PartialEq)]
pub struct SandboxOutcome<'a> {
    /// Joins decision, sandbox outcome and result.
    pub call_id: Option<&'a str>,
    /// The tool's name.
    pub tool_name: Option<&'a str>,
    /// `denied`; `escalated`, which is run again after that; `timed_out` and `signal`, in the sandbox or not.
    pub outcome: Option<&'a str>,
    /// Milliseconds of the first try.
    pub initial_duration_ms: Option<u64>,
    /// Milliseconds of the second try.
    pub escalated_duration_ms: Option<u64>,
}

impl<'a> SandboxOutcome<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            call_id: attributes.id(Key::CallId),
            tool_name: attributes.filled(Key::ToolName),
            outcome: attributes.filled(Key::Outcome),
            initial_duration_ms: attributes.count(Key::InitialDurationMs),
            escalated_duration_ms: attributes.count(Key::EscalatedDurationMs),
        }
    }
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult<'a> {
    /// Joins decision, sandbox outcome and result; absent in older releases where a call failed before it ran.
    pub call_id: Option<&'a str>,
    /// The tool's name.
    pub tool_name: Option<&'a str>,
    /// `functions`, `mcp__<server>` …, in newer releases.
    pub tool_namespace: Option<&'a str>,
    /// The MCP server, for its tools.
    pub mcp_server: Option<&'a str>,
    /// What the model asked for: JSON, a patch, code or a command line.
    pub arguments: Option<Text<'a>>,
    /// What the model was told, possibly cut.
    pub output: Option<Text<'a>>,
    /// Whether telemetry cut the output.
    pub output_truncated: Option<bool>,
    /// Whether the tool's handler calls it a success, which is not the exit code: a command that exits with 3 is a
    /// success of `exec_command`.
    pub success: Option<bool>,
    /// Milliseconds, waiting for an approval included.
    pub duration_ms: Option<u64>,
    /// `/root` for the main agent, `/root/<name>` for one it started.
    pub agent_name: Option<&'a str>,
}

impl<'a> ToolResult<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            call_id: attributes.id(Key::CallId),
            tool_name: attributes.filled(Key::ToolName),
            tool_namespace: attributes.filled(Key::ToolNamespace),
            mcp_server: attributes.filled(Key::McpServer),
            arguments: attributes.undecoded(Key::Arguments),
            output: attributes.undecoded(Key::Output),
            output_truncated: attributes.boolean(Key::OutputTruncated),
            success: attributes.boolean(Key::Success),
            duration_ms: attributes.count(Key::DurationMs),
            agent_name: attributes.filled(Key::AgentName),
        }
    }

    /// The MCP server by its attribute, else by the way newer namespaces and older tool names are made of it
    /// (`mcp__<server>`, `mcp__<server>__<tool>`). Where a name does not tell the server from the tool, it is `None`.
    #[must_use]
    pub fn server(&self) -> Option<&'a str> {
        self.mcp_server.or_else(|| self.tool_namespace?.strip_prefix("mcp__")).or_else(|| {
            let (server, tool) = self.tool_name?.strip_prefix("mcp__")?.split_once("__")?;
            (!tool.contains("__")).then_some(server)
        })
    }

    /// Whether it is of an MCP server, also where it is not told of which.
    #[must_use]
    pub fn is_of_mcp(&self) -> bool {
        self.server().is_some() || self.tool_name.is_some_and(names_mcp_tool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_decision_mean_the_same() {
        for (older, newer) in [
            ("approved", "approved"),
            ("approvedforsession", "approved_for_session"),
            ("approvedexecpolicyamendment", "approved_with_amendment"),
            ("ApprovedForSession", "approved_for_session"),
            ("timedout", "timed_out"),
            ("networkpolicyamendment", "network_policy_amendment"),
            ("abort", "abort"),
        ] {
            assert_eq!(Decision::of(older).as_str(), newer);
            assert_eq!(Decision::of(newer).as_str(), newer);
        }
        assert_eq!(Decision::of("perhaps"), Decision::Unknown);
    }

    #[test]
    fn a_server_whose_name_may_go_on_is_not_told() {
        let of = |tool_name| ToolResult {
            call_id: None,
            tool_name: Some(tool_name),
            tool_namespace: None,
            mcp_server: None,
            arguments: None,
            output: None,
            output_truncated: None,
            success: None,
            duration_ms: None,
            agent_name: None,
        };
        assert_eq!(of("mcp__demo__lookup").server(), Some("demo"));
        assert_eq!(of("mcp__my__db__drop_table").server(), None);
        assert!(of("mcp__my__db__drop_table").is_of_mcp());
        assert!(!of("shell").is_of_mcp());
    }

    #[test]
    fn a_source_is_known_in_the_spelling_of_wire_and_documentation() {
        assert_eq!(DecisionSource::of("AutomatedReviewer"), Some(DecisionSource::AutomatedReviewer));
        assert_eq!(DecisionSource::of("automated_reviewer"), Some(DecisionSource::AutomatedReviewer));
        assert_eq!(DecisionSource::of("Oracle"), None);
    }
}
