//! The automated reviewer's verdict on a call.

use super::attributes::Attributes;
use super::key::Key;

/// What the automated reviewer said, recorded in the reviewed conversation just before the decision (opt-in).
#[derive(Clone, Debug, PartialEq)]
pub struct GuardianAssessment<'a> {
    /// The call it is about.
    pub call_id: Option<&'a str>,
    /// `approved`, `denied`, `timed_out`, `aborted`.
    pub status: Option<&'a str>,
    /// `allow` or `deny`; absent after an error, even where that denied the call.
    pub outcome: Option<&'a str>,
    /// `low`, `medium`, `high`, `critical`.
    pub risk_level: Option<&'a str>,
    /// How far the user had authorised it: `unknown`, `low`, `medium`, `high`.
    pub user_authorization: Option<&'a str>,
    /// The reviewer's reason, in its own words.
    pub rationale: Option<&'a str>,
    /// Whether the reason was cut.
    pub rationale_truncated: Option<bool>,
    /// Milliseconds since 1970 when the review began.
    pub started_at_ms: Option<u64>,
    /// Milliseconds since 1970 when the review ended.
    pub completed_at_ms: Option<u64>,
}

impl<'a> GuardianAssessment<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            call_id: attributes.id(Key::ItemId),
            status: attributes.filled(Key::Status),
            outcome: attributes.filled(Key::Outcome),
            risk_level: attributes.filled(Key::RiskLevel),
            user_authorization: attributes.filled(Key::UserAuthorization),
            rationale: attributes.filled(Key::Rationale),
            rationale_truncated: attributes.boolean(Key::RationaleTruncated),
            started_at_ms: attributes.count(Key::StartedAtMs),
            completed_at_ms: attributes.count(Key::CompletedAtMs),
        }
    }
}
