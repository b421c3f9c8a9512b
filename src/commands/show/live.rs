//! A conversation while it goes on: a line an event, as what belongs together has not all come yet.

use crate::commands::Zone;
use crate::commands::records::EventRecord;
use crate::commands::rows::RowMaker;
use crate::event::{AnyValue, Event, EventKind, Key, event_family};
use crate::render::Style;
use crate::report::{Line, Tone};

/// Says each event in a line, without what a response's stream is made of unless it is asked for.
#[derive(Clone)]
pub(super) struct LiveEvents {
    pub(super) with_streams: bool,
}

/// What of an event is worth the line, in this order.
const TOLD: [Key; 22] = [
    Key::Prompt,
    Key::ToolName,
    Key::Decision,
    Key::Source,
    Key::Success,
    Key::Outcome,
    Key::Status,
    Key::RiskLevel,
    Key::NetworkPolicyDecision,
    Key::ServerAddress,
    Key::ServerPort,
    Key::StartupPhase,
    Key::EventKind,
    Key::HttpResponseStatusCode,
    Key::ErrorMessage,
    Key::DurationMs,
    Key::InputTokenCount,
    Key::OutputTokenCount,
    Key::Arguments,
    Key::Output,
    Key::Response,
    Key::Rationale,
];

/// So much of a value is shown where lines are cut.
const SHOWN_CHARACTERS: usize = 60;

impl RowMaker for LiveEvents {
    type Found<'a> = ();
    type Record<'a> = EventRecord<'a>;

    fn find(&self, event: &Event<'_>) -> Option<()> {
        match event.kind() {
            EventKind::StreamEvent(stream) => {
                (self.with_streams || stream.error_message.is_some()).then_some(())
            }
            _ => Some(()),
        }
    }

    fn record<'a>(&self, event: &Event<'a>, _: Option<()>, file: &'a str, zone: Zone) -> EventRecord<'a> {
        EventRecord::new(event, file, zone)
    }

    fn lines(&self, event: &Event<'_>, _: Option<()>, zone: Zone, style: &Style) -> Vec<Line> {
        let time = event.time().map_or_else(
            || "no time".to_owned(),
            |time| zone.show(time).format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string(),
        );
        let id = event.conversation_id().unwrap_or("no conversation");
        let mut line = Line::new()
            .plain(format!("{time}  "))
            .tone(Tone::Accent, id)
            .plain("  ")
            .tone(Tone::Strong, event.name().map_or("record", event_family));
        for key in TOLD {
            let Some(value) = event.attributes().get(key).and_then(told) else { continue };
            let value = if style.truncate { shortened(&value) } else { value };
            line = line.tone(Tone::Dim, format!("  {}=", key.text())).plain(value);
        }
        vec![line]
    }
}

fn told(value: &AnyValue<'_>) -> Option<String> {
    match value {
        AnyValue::String(text) => Some(text.as_str().to_owned()).filter(|text| !text.is_empty()),
        AnyValue::Bool(truth) => Some(truth.to_string()),
        AnyValue::Int(number) => Some(number.to_string()),
        AnyValue::Double(number) => Some(number.to_string()),
        _ => None,
    }
}

fn shortened(value: &str) -> String {
    let mut characters = value.chars();
    let head: String = characters.by_ref().take(SHOWN_CHARACTERS).collect();
    if characters.next().is_some() { head + "…" } else { head }
}
