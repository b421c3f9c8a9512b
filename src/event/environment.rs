//! The small events around the work: start-up, login, plug-ins, cost and latency of a turn.

use super::attributes::Attributes;
use super::key::Key;

/// How long a phase of the start took.
#[derive(Clone, Debug, PartialEq)]
pub struct StartupPhase<'a> {
    /// E.g. `thread_start_total`.
    pub phase: Option<&'a str>,
    /// E.g. `ready`.
    pub status: Option<&'a str>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
}

impl<'a> StartupPhase<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            phase: attributes.filled(Key::StartupPhase),
            status: attributes.filled(Key::StartupStatus),
            duration_ms: attributes.count(Key::DurationMs),
        }
    }
}

/// How long a turn's first token took.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnTtft {
    /// Milliseconds.
    pub duration_ms: Option<u64>,
}

impl TurnTtft {
    pub(super) fn read(attributes: &Attributes<'_>) -> Self {
        Self { duration_ms: attributes.count(Key::DurationMs) }
    }
}

/// What the back end estimates a turn to have cost. A total of the turn: never to be added to costs of responses.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnCost<'a> {
    /// US dollars, a decimal number as text.
    pub estimated_usd: Option<&'a str>,
    /// Whether the turn was interrupted.
    pub interrupted: Option<bool>,
}

impl<'a> TurnCost<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            estimated_usd: attributes.filled(Key::UsageEstimatedUsd),
            interrupted: attributes.boolean(Key::TurnInterrupted),
        }
    }
}

/// A step to get a login working again.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthRecovery<'a> {
    /// `reload`, `refresh_token`, `external_refresh`, `done`.
    pub step: Option<&'a str>,
    /// `recovery_succeeded`, `recovery_failed_permanent` …
    pub outcome: Option<&'a str>,
    /// What went wrong.
    pub error: Option<&'a str>,
}

impl<'a> AuthRecovery<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            step: attributes.filled(Key::AuthStep),
            outcome: attributes.filled(Key::AuthOutcome),
            error: attributes.filled(Key::AuthError),
        }
    }
}

/// The installation of a plug-in was proposed to the user.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginInstall<'a> {
    /// Which.
    pub tool_name: Option<&'a str>,
    /// What the user did.
    pub response_action: Option<&'a str>,
    /// Whether it was installed.
    pub completed: Option<bool>,
}

impl<'a> PluginInstall<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            tool_name: attributes.filled(Key::PluginInstallToolName),
            response_action: attributes.filled(Key::PluginInstallResponseAction),
            completed: attributes.boolean(Key::PluginInstallCompleted),
        }
    }
}

/// An assessment of a call's risk, sent only in late 2025.
#[derive(Clone, Debug, PartialEq)]
pub struct SandboxAssessment<'a> {
    /// The call.
    pub call_id: Option<&'a str>,
    /// How it ended.
    pub status: Option<&'a str>,
    /// How risky it was held to be.
    pub risk_level: Option<&'a str>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
}

impl<'a> SandboxAssessment<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            call_id: attributes.id(Key::CallId),
            status: attributes.filled(Key::Status),
            risk_level: attributes.filled(Key::RiskLevel),
            duration_ms: attributes.count(Key::DurationMs),
        }
    }
}
