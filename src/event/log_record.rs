//! One log record of the OpenTelemetry data model, with the resource and scope it belongs to.

use std::borrow::Cow;

use super::any_value::AnyValue;
use super::attributes::Attributes;
use super::key::Key;
use super::kind::EventKind;
use super::order::{EventOrder, Location};
use super::text::Text;
use super::time::UnixNano;

/// What produced a record: one process of Codex on one machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource<'a> {
    /// `service.name`, `host.name`, `env` and the like.
    pub attributes: Attributes<'a>,
    /// A fingerprint of the resource as it was written. Codex writes its attributes in an order that differs from
    /// one start to the next, so equal fingerprints mean the same process almost surely; 0 when there is none.
    pub fingerprint: u64,
}

impl Resource<'_> {
    /// `service.name`: which of Codex's programs.
    #[must_use]
    pub fn service_name(&self) -> Option<&str> {
        self.attributes.filled(Key::ServiceName)
    }

    /// `env`: the value of `otel.environment` in Codex's configuration.
    #[must_use]
    pub fn env(&self) -> Option<&str> {
        self.attributes.filled(Key::Env)
    }

    /// The same resource with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Resource<'static> {
        Resource { attributes: self.attributes.into_owned(), fingerprint: self.fingerprint }
    }
}

/// The instrumentation scope: which part of Codex wrote the record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope<'a> {
    /// The scope's name, e.g. `codex_otel.log_only`.
    pub name: Option<Cow<'a, str>>,
}

impl Scope<'_> {
    /// The same scope with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> Scope<'static> {
        Scope { name: self.name.map(|name| Cow::Owned(name.into_owned())) }
    }
}

/// One record without the resource and scope around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogRecord<'a> {
    /// `timeUnixNano`; Codex never sets it.
    pub time: Option<UnixNano>,
    /// `observedTimeUnixNano`: when the SDK took the record in.
    pub observed_time: Option<UnixNano>,
    /// `severityNumber`, 1 to 24.
    pub severity_number: Option<u8>,
    /// `severityText`.
    pub severity_text: Option<Cow<'a, str>>,
    /// `body`; empty for Codex's ordinary events.
    pub body: AnyValue<'a>,
    /// The attributes, in which Codex puts everything.
    pub attributes: Attributes<'a>,
    /// `traceId` as lower-case hex.
    pub trace_id: Option<Cow<'a, str>>,
    /// `spanId` as lower-case hex.
    pub span_id: Option<Cow<'a, str>>,
    /// `eventName` of the wire: for Codex the place in its source, not the name of the event.
    pub callsite: Option<Text<'a>>,
}

impl<'a> LogRecord<'a> {
    /// Empties the record and keeps the room for another one's attributes, which stand in `text`.
    pub fn clear(&mut self, text: &'a str) {
        let Self { time, observed_time, severity_number, severity_text, body, attributes, .. } = self;
        (*time, *observed_time, *severity_number, *severity_text) = (None, None, None, None);
        *body = AnyValue::Empty;
        attributes.clear(text);
        (self.trace_id, self.span_id, self.callsite) = (None, None, None);
    }

    /// The same record with nothing borrowed.
    #[must_use]
    pub fn into_owned(self) -> LogRecord<'static> {
        let owned = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        LogRecord {
            time: self.time,
            observed_time: self.observed_time,
            severity_number: self.severity_number,
            severity_text: owned(self.severity_text),
            body: self.body.into_owned(),
            attributes: self.attributes.into_owned(),
            trace_id: owned(self.trace_id),
            span_id: owned(self.span_id),
            callsite: self.callsite.map(Text::into_owned),
        }
    }
}

/// The scopes of Codex's events, of all releases.
const SCOPES_OF_EVENTS: [&str; 6] = [
    "codex_otel.log_only",
    "codex_otel.network_proxy",
    "codex_otel.agent_communication",
    "codex_otel::otel_event_manager",
    "codex_otel::otel_manager",
    "codex_otel::traces::otel_manager",
];

/// One record with all that is known around it.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What produced it.
    pub resource: &'a Resource<'a>,
    /// Which part of Codex wrote it.
    pub scope: &'a Scope<'a>,
    /// The record itself.
    pub record: &'a LogRecord<'a>,
    /// Where it lies.
    pub location: Location,
}

impl<'a> Event<'a> {
    /// The record's attributes.
    #[must_use]
    pub fn attributes(&self) -> &'a Attributes<'a> {
        &self.record.attributes
    }

    /// The event's name, e.g. `codex.tool_result`: the attribute `event.name`. The wire's own `eventName` holds a
    /// place in Codex's source and is no name.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.attributes().filled(Key::EventName)
    }

    /// Whether it is one of Codex's events by its scope and its attributes, and its name was left out or renamed on the
    /// way. What Codex's telemetry notes about itself has no name either, and no attributes.
    #[must_use]
    pub fn lacks_its_name(&self) -> bool {
        let of_events = |scope| SCOPES_OF_EVENTS.contains(&scope);
        self.name().is_none()
            && !self.attributes().is_empty()
            && self.scope.name.as_deref().is_some_and(of_events)
    }

    /// When it happened: `event.timestamp`, else the observed time, else the record's own time.
    #[must_use]
    pub fn time(&self) -> Option<UnixNano> {
        (self.attributes().text(Key::EventTimestamp).and_then(UnixNano::from_rfc3339))
            .or(self.record.observed_time)
            .or(self.record.time)
    }

    /// Where it stands among the events of its conversation.
    #[must_use]
    pub fn order(&self) -> EventOrder {
        EventOrder::new(self.time(), self.location)
    }

    /// The conversation it belongs to.
    #[must_use]
    pub fn conversation_id(&self) -> Option<&'a str> {
        self.attributes().id(Key::ConversationId)
    }

    /// The model named on the record.
    #[must_use]
    pub fn model(&self) -> Option<&'a str> {
        self.attributes().filled(Key::Model)
    }

    /// Who signed in: the e-mail address, else the account's id.
    #[must_use]
    pub fn user(&self) -> Option<&'a str> {
        self.attributes().filled(Key::UserEmail).or_else(|| self.attributes().filled(Key::UserAccountId))
    }

    /// Codex's release: `app.version`, else the resource's `service.version`.
    #[must_use]
    pub fn app_version(&self) -> Option<&'a str> {
        let of_resource = || self.resource.attributes.filled(Key::ServiceVersion);
        self.attributes().filled(Key::AppVersion).or_else(of_resource)
    }

    /// The typed event.
    #[must_use]
    pub fn kind(&self) -> EventKind<'a> {
        EventKind::of(self.name(), self.attributes())
    }

    /// `severityText`, else the name that OpenTelemetry gives the number.
    #[must_use]
    pub fn severity(&self) -> Option<&'a str> {
        const NAMES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        (self.record.severity_text.as_deref().filter(|text| !text.is_empty())).or_else(|| {
            let number = usize::from(self.record.severity_number?);
            NAMES.get(number.checked_sub(1)? / 4).copied()
        })
    }
}
