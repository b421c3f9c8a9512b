//! Which events a question is about, as a description that a source may also use to skip work.

use globset::{GlobBuilder, GlobMatcher};

use super::key::Key;
use super::log_record::Event;
use super::needle::Needle;
use super::time::UnixNano;

/// The events a question is about. Every condition that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Not before this moment.
    pub since: Option<UnixNano>,
    /// Before this moment.
    pub until: Option<UnixNano>,
    /// Only conversations with such an id.
    pub conversation: Option<IdCondition>,
    /// Only events of this user: the e-mail address or the account id, in any letter case.
    pub user: Option<String>,
    /// Only events of this `service.name`.
    pub service: Option<String>,
    /// Only events of this `env`.
    pub env: Option<String>,
    /// Only events of models that match.
    pub model: Option<GlobMatcher>,
}

/// What the id of a conversation has to be, in any letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdCondition {
    /// It begins so.
    BeginsWith(String),
    /// It is this one.
    Is(String),
}

impl IdCondition {
    /// The id, or the beginning of it.
    #[must_use]
    pub fn text(&self) -> &str {
        let (Self::BeginsWith(text) | Self::Is(text)) = self;
        text
    }

    /// Whether it holds for this id.
    #[must_use]
    pub fn fits(&self, id: &str) -> bool {
        match self {
            Self::BeginsWith(prefix) => begins_with(id, prefix),
            Self::Is(whole) => id.eq_ignore_ascii_case(whole),
        }
    }
}

/// A pattern that is no glob.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no pattern: {reason}")]
pub struct GlobError {
    /// As given.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a glob for names of models or tools, e.g. `gpt-5.1*`.
///
/// # Errors
/// When `pattern` is not a valid glob.
pub fn name_glob(pattern: &str) -> Result<GlobMatcher, GlobError> {
    glob(&GlobBuilder::new(pattern), pattern)
}

/// Reads a glob for names of hosts, which are the same in any letter case, e.g. `*.example.com`.
///
/// # Errors
/// When `pattern` is not a valid glob.
pub fn host_glob(pattern: &str) -> Result<GlobMatcher, GlobError> {
    glob(GlobBuilder::new(pattern).case_insensitive(true), pattern)
}

fn glob(builder: &GlobBuilder<'_>, pattern: &str) -> Result<GlobMatcher, GlobError> {
    let glob = builder
        .build()
        .map_err(|error| GlobError { pattern: pattern.to_owned(), reason: error.kind().to_string() })?;
    Ok(glob.compile_matcher())
}

impl EventFilter {
    /// Whether no condition is set.
    #[must_use]
    pub fn admits_everything(&self) -> bool {
        self.conversation.is_none() && !self.divides_conversations()
    }

    /// Whether events of one conversation may be admitted and others of it not.
    #[must_use]
    pub fn divides_conversations(&self) -> bool {
        self.since.is_some()
            || self.until.is_some()
            || self.user.is_some()
            || self.service.is_some()
            || self.env.is_some()
            || self.model.is_some()
    }

    /// A text that stands in every message with an event that is admitted, if one can be told.
    #[must_use]
    pub fn needle(&self) -> Option<Needle> {
        Needle::of_text(self.conversation.as_ref()?.text(), true)
    }

    /// Whether the question is about the conversation of this event.
    #[must_use]
    pub fn admits_conversation(&self, event: &Event<'_>) -> bool {
        self.admits_id(event.conversation_id())
    }

    /// Whether the question is about the conversation of that id, or about events of none.
    #[must_use]
    pub fn admits_id(&self, conversation: Option<&str>) -> bool {
        self.conversation.as_ref().is_none_or(|wanted| conversation.is_some_and(|id| wanted.fits(id)))
    }

    /// Whether the question is about this event. An event that lacks what a condition asks for is not admitted: an
    /// event without time is in no span of time.
    #[must_use]
    pub fn admits(&self, event: &Event<'_>) -> bool {
        let in_time = || {
            (self.since.is_none() && self.until.is_none())
                || event.time().is_some_and(|time| {
                    self.since.is_none_or(|since| time >= since)
                        && self.until.is_none_or(|until| time < until)
                })
        };
        let of_user = || {
            self.user.as_deref().is_none_or(|user| {
                [Key::UserEmail, Key::UserAccountId].iter().any(|key| {
                    event.attributes().text(*key).is_some_and(|text| text.eq_ignore_ascii_case(user))
                })
            })
        };
        let of_model =
            || self.model.as_ref().is_none_or(|glob| event.model().is_some_and(|model| glob.is_match(model)));
        let of_service =
            || self.service.as_deref().is_none_or(|service| event.resource.service_name() == Some(service));
        let of_env = || self.env.as_deref().is_none_or(|env| event.resource.env() == Some(env));
        self.admits_conversation(event) && of_service() && of_env() && of_model() && of_user() && in_time()
    }
}

/// Whether an id begins with `prefix`, in any letter case.
#[must_use]
pub fn begins_with(id: &str, prefix: &str) -> bool {
    id.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{AnyValue, Attributes, Location, LogRecord, Resource, Scope};

    fn admits(filter: &EventFilter, attributes: &[(&'static str, &'static str)]) -> bool {
        let text = |value: &'static str| AnyValue::String(value.into());
        let record = LogRecord {
            attributes: Attributes::new(
                attributes.iter().map(|(key, value)| ((*key).into(), text(value))).collect(),
            ),
            ..LogRecord::default()
        };
        let resource =
            Resource { attributes: Attributes::new(vec![("env".into(), text("dev"))]), fingerprint: 0 };
        filter.admits(&Event {
            resource: &resource,
            scope: &Scope::default(),
            record: &record,
            location: Location::default(),
        })
    }

    #[test]
    fn the_span_of_time_is_half_open() {
        let at = |text| UnixNano::from_rfc3339(text);
        let filter = EventFilter {
            since: at("2026-11-20T00:00:00Z"),
            until: at("2026-11-21T00:00:00Z"),
            ..EventFilter::default()
        };
        assert!(admits(&filter, &[("event.timestamp", "2026-11-20T00:00:00Z")]));
        assert!(!admits(&filter, &[("event.timestamp", "2026-11-21T00:00:00Z")]));
        assert!(!admits(&filter, &[]), "an event without time is in no span of time");
    }

    #[test]
    fn a_user_is_an_address_or_an_account_in_any_case() {
        let filter = EventFilter { user: Some("Li@Example.com".into()), ..EventFilter::default() };
        assert!(admits(&filter, &[("user.email", "li@example.com")]));
        assert!(admits(&filter, &[("user.account_id", "li@example.com")]));
        assert!(!admits(&filter, &[("user.email", "wang@example.com")]));
    }

    #[test]
    fn a_model_glob_matches_the_whole_name() {
        let filter =
            EventFilter { model: Some(name_glob("gpt-5.1*").expect("a glob")), ..EventFilter::default() };
        assert!(admits(&filter, &[("model", "gpt-5.1-codex")]));
        assert!(!admits(&filter, &[("model", "gpt-5")]));
        assert!(!admits(&filter, &[]));
        assert!(name_glob("gpt-[").is_err());
    }

    #[test]
    fn a_host_is_the_same_in_any_letter_case() {
        let glob = host_glob("*.Example.com").expect("a glob");
        assert!(glob.is_match("WWW.example.COM"));
        assert!(!glob.is_match("example.com"));
    }

    #[test]
    fn the_environment_is_the_resource_s() {
        assert!(admits(&EventFilter { env: Some("dev".into()), ..EventFilter::default() }, &[]));
        assert!(!admits(&EventFilter { env: Some("production".into()), ..EventFilter::default() }, &[]));
    }
}
