//! What Codex did: one log record with its resource and scope, and the typed event inside it.
//!
//! The wire splits a record from its resource and scope; here they travel together. Nothing in this floor
//! opens a file, keeps a total or draws anything.

mod agents;
mod any_value;
mod attributes;
mod conversation;
mod environment;
mod filter;
mod fold;
mod key;
mod kind;
mod log_record;
mod model_request;
mod needle;
mod network;
mod order;
mod review;
mod text;
mod time;
mod tokens;
mod tool_call;
mod tool_text;

pub use agents::{AgentCommunication, AgentResponse, SkillInvocation};
pub use any_value::{AnyValue, name_of_double};
pub use attributes::Attributes;
pub use conversation::{ConversationStarts, PromptAuthor, REDACTED, UserPrompt, mcp_server_names};
pub use environment::{AuthRecovery, PluginInstall, SandboxAssessment, StartupPhase, TurnCost, TurnTtft};
pub use filter::{EventFilter, GlobError, IdCondition, begins_with, host_glob, name_glob};
pub use fold::Fold;
pub use key::Key;
pub use kind::{EventKind, event_family, is_known};
pub use log_record::{Event, LogRecord, Resource, Scope};
pub use model_request::{ApiRequest, StreamEvent, WebsocketConnect, WebsocketRequest};
pub use needle::{Needle, holds_numbered};
pub use network::{NetworkDecision, NetworkPolicyDecision, is_network_decision};
pub use order::{EventOrder, Location};
pub use review::GuardianAssessment;
pub use text::{Decode, Text};
pub use time::{UnixNano, nanoseconds_of};
pub use tokens::{ResponseCompleted, TokenCounts};
pub use tool_call::{Decision, DecisionSource, SandboxOutcome, ToolDecision, ToolResult};
pub use tool_text::{
    Ending, MorePermissions, RunTerms, agent_job, command_line, ending, is_refused_by_sandbox, is_shell,
    names_mcp_tool, output_body, patched_files, run_terms, spawned_conversation,
};
