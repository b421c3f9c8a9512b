//! The automated reviewer's verdict on a call.

use super::attributes::Attributes;

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
            call_id: attributes.filled("item.id"),
            status: attributes.filled("status"),
            outcome: attributes.filled("outcome"),
            risk_level: attributes.filled("risk_level"),
            user_authorization: attributes.filled("user_authorization"),
            rationale: attributes.filled("rationale"),
            rationale_truncated: attributes.boolean("rationale_truncated"),
            started_at_ms: attributes.count("started_at_ms"),
            completed_at_ms: attributes.count("completed_at_ms"),
        }
    }
}
