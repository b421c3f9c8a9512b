//! What Codex's network proxy said to a request.

use serde::{Deserialize, Serialize};

use super::attributes::Attributes;
use super::key::Key;

/// The proxy judged a request. One request can be judged twice; the last verdict is what happened.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkPolicyDecision<'a> {
    /// The verdict, normalised.
    pub decision: NetworkDecision,
    /// The verdict as written.
    pub decision_raw: Option<&'a str>,
    /// Why: `allow`, `not_allowed`, `denied`, `method_not_allowed` …
    pub reason: Option<&'a str>,
    /// Who judged: `baseline_policy`, `mode_guard`, `proxy_state`, `decider`.
    pub source: Option<&'a str>,
    /// What the verdict is about: `domain`, `non_domain`, and older words.
    pub scope: Option<&'a str>,
    /// Whether the policy was overridden.
    pub overridden: Option<bool>,
    /// `http`, `https_connect`, `socks5_tcp`, `socks5_udp`.
    pub protocol: Option<&'a str>,
    /// The host asked for, never a URL.
    pub server_address: Option<&'a str>,
    /// The port asked for.
    pub server_port: Option<u64>,
    /// The HTTP method, or `none`.
    pub method: Option<&'a str>,
    /// The program's end of the connection.
    pub client_address: Option<&'a str>,
    /// One request's id, in newer releases.
    pub execution_id: Option<&'a str>,
}

/// Whether a record of that name is a verdict of the network proxy; releases differ in how they name it.
#[must_use]
pub fn is_network_decision(event_name: &str) -> bool {
    matches!(
        event_name,
        "codex.network_proxy.policy_decision"
            | "codex.network_proxy.domain_policy_decision"
            | "codex.network_proxy.block_decision"
    )
}

/// A verdict of the network proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NetworkDecision {
    /// The request went out.
    Allow,
    /// It did not.
    Deny,
    /// A person was to be asked.
    Ask,
    /// A word that this program does not know, or none.
    Unknown,
}

impl NetworkDecision {
    /// The word used in machine output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Ask => "ask",
            Self::Unknown => "unknown",
        }
    }

    fn of(raw: Option<&str>) -> Self {
        match raw.map(str::to_ascii_lowercase).as_deref() {
            Some("allow") => Self::Allow,
            Some("deny") => Self::Deny,
            Some("ask") => Self::Ask,
            _ => Self::Unknown,
        }
    }
}

impl<'a> NetworkPolicyDecision<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        let decision_raw = attributes.filled(Key::NetworkPolicyDecision);
        Self {
            decision: NetworkDecision::of(decision_raw),
            decision_raw,
            reason: attributes.filled(Key::NetworkPolicyReason),
            source: attributes.filled(Key::NetworkPolicySource),
            scope: attributes.filled(Key::NetworkPolicyScope),
            overridden: attributes.boolean(Key::NetworkPolicyOverride),
            protocol: attributes.filled(Key::NetworkTransportProtocol),
            server_address: attributes.filled(Key::ServerAddress),
            server_port: attributes.count(Key::ServerPort),
            method: attributes.filled(Key::HttpRequestMethod),
            client_address: attributes.filled(Key::ClientAddress),
            execution_id: attributes.id(Key::ExecutionId),
        }
    }
}
