//! What Codex asked of the model's server, and how the answer streamed in.

use super::attributes::Attributes;
use super::key::Key;

/// One attempt of a request over HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiRequest<'a> {
    /// `/responses`, `/models` …; older releases do not say and send only requests to the model.
    pub endpoint: Option<&'a str>,
    /// The HTTP status.
    pub status: Option<u64>,
    /// Which attempt, counted from 0.
    pub attempt: Option<u64>,
    /// Milliseconds until the response's headers were there, not until it was complete.
    pub duration_ms: Option<u64>,
    /// What went wrong.
    pub error_message: Option<&'a str>,
}

impl<'a> ApiRequest<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            endpoint: attributes.filled(Key::Endpoint),
            status: attributes.count(Key::HttpResponseStatusCode),
            attempt: attributes.count(Key::Attempt),
            duration_ms: attributes.count(Key::DurationMs),
            error_message: attributes.filled(Key::ErrorMessage),
        }
    }

    /// Whether the request was to a model, not for the list of models.
    #[must_use]
    pub fn to_model(&self) -> bool {
        self.endpoint != Some("/models")
    }

    /// Whether it failed: an error, or a status of 400 or more.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.error_message.is_some() || self.status.is_some_and(|status| status >= 400)
    }
}

/// The WebSocket to the model is opened.
#[derive(Clone, Debug, PartialEq)]
pub struct WebsocketConnect<'a> {
    /// The path asked for.
    pub endpoint: Option<&'a str>,
    /// Whether it worked.
    pub success: Option<bool>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
    /// Whether a connection that was open already was used.
    pub connection_reused: Option<bool>,
    /// What went wrong.
    pub error_message: Option<&'a str>,
}

impl<'a> WebsocketConnect<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            endpoint: attributes.filled(Key::Endpoint),
            success: attributes.boolean(Key::Success),
            duration_ms: attributes.count(Key::DurationMs),
            connection_reused: attributes.boolean(Key::AuthConnectionReused),
            error_message: attributes.filled(Key::ErrorMessage),
        }
    }
}

/// One request over the WebSocket, warm-ups included.
#[derive(Clone, Debug, PartialEq)]
pub struct WebsocketRequest<'a> {
    /// Whether it could be sent.
    pub success: Option<bool>,
    /// Milliseconds that sending took.
    pub duration_ms: Option<u64>,
    /// What went wrong.
    pub error_message: Option<&'a str>,
}

impl<'a> WebsocketRequest<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            success: attributes.boolean(Key::Success),
            duration_ms: attributes.count(Key::DurationMs),
            error_message: attributes.filled(Key::ErrorMessage),
        }
    }

    /// Whether it failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.error_message.is_some() || self.success == Some(false)
    }
}

/// One event of a response's stream without token counts, or the stream's failure. A `response.completed` of this
/// kind is the bare twin of the record with the counts, or a completion that could not be used; it is no response.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamEvent<'a> {
    /// The stream's own name for it, e.g. `response.created`; `message` where the stream gave none.
    pub kind: Option<&'a str>,
    /// Milliseconds since the stream's previous event.
    pub duration_ms: Option<u64>,
    /// What went wrong; for `response.failed` the whole event as JSON.
    pub error_message: Option<&'a str>,
}

impl<'a> StreamEvent<'a> {
    pub(super) fn read(attributes: &'a Attributes<'a>) -> Self {
        Self {
            kind: attributes.filled(Key::EventKind),
            duration_ms: attributes.count(Key::DurationMs),
            error_message: attributes.filled(Key::ErrorMessage),
        }
    }
}
