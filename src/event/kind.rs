//! Which event a record is: Codex's names, and the typed event behind each.

use super::agents::{AgentCommunication, AgentResponse, SkillInvocation};
use super::attributes::Attributes;
use super::conversation::{ConversationStarts, UserPrompt};
use super::environment::{AuthRecovery, PluginInstall, SandboxAssessment, StartupPhase, TurnCost, TurnTtft};
use super::model_request::{ApiRequest, StreamEvent, WebsocketConnect, WebsocketRequest};
use super::network::{NetworkPolicyDecision, is_network_decision};
use super::review::GuardianAssessment;
use super::tokens::ResponseCompleted;
use super::tool_call::{SandboxOutcome, ToolDecision, ToolResult};

/// A record, read as what Codex meant by it. Names that Codex gave an event at one time and changed later lead to the
/// same kind; a name that is not known stays visible as [`EventKind::Other`].
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind<'a> {
    /// `codex.conversation_starts`: a conversation is opened, resumed or forked.
    ConversationStarts(ConversationStarts<'a>),
    /// `codex.user_prompt`: text given to the model, by a person or by Codex itself.
    UserPrompt(UserPrompt<'a>),
    /// `codex.api_request`: one attempt of a request over HTTP.
    ApiRequest(ApiRequest<'a>),
    /// `codex.websocket_connect`: the connection to the model is opened.
    WebsocketConnect(WebsocketConnect<'a>),
    /// `codex.websocket_request`: one request over the WebSocket.
    WebsocketRequest(WebsocketRequest<'a>),
    /// `codex.sse_event` or `codex.websocket_event` while a response streams, or when its stream failed.
    StreamEvent(StreamEvent<'a>),
    /// `codex.sse_event` with the token counts of a finished response.
    ResponseCompleted(ResponseCompleted<'a>),
    /// `codex.tool_decision`: whether a call may run, and who said so.
    ToolDecision(ToolDecision<'a>),
    /// `codex.sandbox_outcome`: the sandbox denied a call, or its run was ended.
    SandboxOutcome(SandboxOutcome<'a>),
    /// `codex.tool_result`: what came of a call.
    ToolResult(ToolResult<'a>),
    /// `codex.guardian_assessment`: the automated reviewer's verdict on a call.
    GuardianAssessment(GuardianAssessment<'a>),
    /// `codex.network_proxy.policy_decision` and its older names: Codex's network proxy judged a request.
    NetworkPolicyDecision(NetworkPolicyDecision<'a>),
    /// `codex.agent_response`: the final answer of an agent (opt-in).
    AgentResponse(AgentResponse<'a>),
    /// `codex.agent_communication`: one agent wrote to another.
    AgentCommunication(AgentCommunication<'a>),
    /// `codex.skill_invocation`: a skill was used.
    SkillInvocation(SkillInvocation<'a>),
    /// `codex.startup_phase`: how long a phase of the start took.
    StartupPhase(StartupPhase<'a>),
    /// `codex.turn_ttft`: how long the turn's first token took.
    TurnTtft(TurnTtft),
    /// `codex.turn_cost`: an estimate of a turn's cost by the back end.
    TurnCost(TurnCost<'a>),
    /// `codex.auth_recovery`: a step to get a login working again.
    AuthRecovery(AuthRecovery<'a>),
    /// `codex.plugin_install_*`: the installation of a plugin was proposed.
    PluginInstall(PluginInstall<'a>),
    /// `codex.sandbox_assessment` and its latency, of late 2025.
    SandboxAssessment(SandboxAssessment<'a>),
    /// `codex.http_client.custom_ca_fallback`: the custom certificates could not be used.
    CustomCaFallback,
    /// A record with a name that this program does not know.
    Other(&'a str),
    /// A record without a name, such as the notes that the telemetry code writes about itself.
    Unnamed,
}

impl<'a> EventKind<'a> {
    /// Reads the event of that name out of its attributes.
    #[must_use]
    pub fn of(name: Option<&'a str>, attributes: &'a Attributes<'a>) -> Self {
        let Some(name) = name else { return Self::Unnamed };
        match name {
            "codex.conversation_starts" => Self::ConversationStarts(ConversationStarts::read(attributes)),
            "codex.user_prompt" => Self::UserPrompt(UserPrompt::read(attributes)),
            "codex.api_request" => Self::ApiRequest(ApiRequest::read(attributes)),
            "codex.websocket_connect" => Self::WebsocketConnect(WebsocketConnect::read(attributes)),
            "codex.websocket_request" => Self::WebsocketRequest(WebsocketRequest::read(attributes)),
            "codex.sse_event" => match ResponseCompleted::read(attributes) {
                Some(completed) => Self::ResponseCompleted(completed),
                None => Self::StreamEvent(StreamEvent::read(attributes)),
            },
            "codex.websocket_event" => Self::StreamEvent(StreamEvent::read(attributes)),
            "codex.tool_decision" => Self::ToolDecision(ToolDecision::read(attributes)),
            "codex.sandbox_outcome" => Self::SandboxOutcome(SandboxOutcome::read(attributes)),
            "codex.tool_result" => Self::ToolResult(ToolResult::read(attributes)),
            "codex.guardian_assessment" => Self::GuardianAssessment(GuardianAssessment::read(attributes)),
            name if is_network_decision(name) => {
                Self::NetworkPolicyDecision(NetworkPolicyDecision::read(attributes))
            }
            "codex.agent_response" => Self::AgentResponse(AgentResponse::read(attributes)),
            "codex.agent_communication" => Self::AgentCommunication(AgentCommunication::read(attributes)),
            "codex.skill_invocation" => Self::SkillInvocation(SkillInvocation::read(attributes)),
            "codex.startup_phase" => Self::StartupPhase(StartupPhase::read(attributes)),
            "codex.turn_ttft" => Self::TurnTtft(TurnTtft::read(attributes)),
            "codex.turn_cost" => Self::TurnCost(TurnCost::read(attributes)),
            "codex.auth_recovery" => Self::AuthRecovery(AuthRecovery::read(attributes)),
            "codex.plugin_install_elicitation_sent" | "codex.plugin_install_suggestion" => {
                Self::PluginInstall(PluginInstall::read(attributes))
            }
            "codex.sandbox_assessment" | "codex.sandbox_assessment_latency" => {
                Self::SandboxAssessment(SandboxAssessment::read(attributes))
            }
            "codex.http_client.custom_ca_fallback" => Self::CustomCaFallback,
            other => Self::Other(other),
        }
    }
}

/// Whether a name is one that some release of Codex is known to send.
#[must_use]
pub fn is_known(name: &str) -> bool {
    !matches!(EventKind::of(Some(name), &Attributes::default()), EventKind::Other(_))
}

/// The name without Codex's prefix, for people: `codex.tool_result` is `tool_result`.
#[must_use]
pub fn event_family(name: &str) -> &str {
    name.strip_prefix("codex.").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::AnyValue;

    fn attributes(pairs: &[(&'static str, &'static str)]) -> Attributes<'static> {
        Attributes::new(
            pairs.iter().map(|(key, value)| ((*key).into(), AnyValue::String((*value).into()))).collect(),
        )
    }

    #[test]
    fn a_completion_without_counts_is_a_stream_event() {
        let bare = attributes(&[("event.kind", "response.completed"), ("duration_ms", "3")]);
        assert!(matches!(EventKind::of(Some("codex.sse_event"), &bare), EventKind::StreamEvent(_)));
        let failed = attributes(&[("event.kind", "response.completed"), ("error.message", "cut off")]);
        let EventKind::StreamEvent(event) = EventKind::of(Some("codex.sse_event"), &failed) else {
            panic!("a failed completion is no response")
        };
        assert_eq!(event.error_message, Some("cut off"));
    }

    #[test]
    fn an_unknown_name_stays_visible() {
        assert_eq!(
            EventKind::of(Some("codex.new_thing"), &attributes(&[])),
            EventKind::Other("codex.new_thing")
        );
        assert!(!is_known("codex.new_thing"));
        assert!(is_known("codex.tool_result"));
    }
}
