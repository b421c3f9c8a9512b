//! Agents among themselves: their answers, their messages, their skills.

use super::attributes::Attributes;
use super::key::Key;

/// The final answer of an agent (opt-in, newest releases). The one event whose attributes name a parent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentResponse<'a> {
    /// `main` or `subagent`.
    pub agent_type: Option<&'a str>,
    /// The conversation that started this one.
    pub parent_conversation_id: Option<&'a str>,
    /// The answer, at most 64 KiB.
    pub response: Option<&'a str>,
    /// Bytes of the whole answer.
    pub response_length: Option<u64>,
    /// Whether the answer was cut.
    pub response_truncated: Option<bool>,
}

impl<'a> AgentResponse<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            agent_type: attributes.filled(Key::AgentType),
            parent_conversation_id: attributes.id(Key::ParentConversationId),
            response: attributes.filled(Key::Response),
            response_length: attributes.count(Key::ResponseLength),
            response_truncated: attributes.boolean(Key::ResponseTruncated),
        }
    }
}

/// One agent wrote to another. Carries no conversation id of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentCommunication<'a> {
    /// `spawn`, `message`, `followup`, `result`.
    pub kind: Option<&'a str>,
    /// `send` or `receive`.
    pub state: Option<&'a str>,
    /// The conversation it came from.
    pub sender_conversation_id: Option<&'a str>,
    /// The conversation it went to.
    pub receiver_conversation_id: Option<&'a str>,
}

impl<'a> AgentCommunication<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            kind: attributes.filled(Key::Kind),
            state: attributes.filled(Key::State),
            sender_conversation_id: attributes.id(Key::SenderThreadId),
            receiver_conversation_id: attributes.id(Key::ReceiverThreadId),
        }
    }
}

/// A skill was used.
#[derive(Clone, Debug, PartialEq)]
pub struct SkillInvocation<'a> {
    /// The skill's name.
    pub name: Option<&'a str>,
    /// Where it comes from: `user`, `repo`, `system`, `admin`.
    pub scope: Option<&'a str>,
    /// `explicit` or `implicit`.
    pub invocation_type: Option<&'a str>,
}

impl<'a> SkillInvocation<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            name: attributes.filled(Key::SkillName),
            scope: attributes.filled(Key::SkillScope),
            invocation_type: attributes.filled(Key::SkillInvocationType),
        }
    }
}
