//! A conversation while it goes on: a line an event, as what belongs together has not all come yet.

use tr::tr;

use crate::commands::Zone;
use crate::commands::human::beginning_of_id;
use crate::commands::records::EventRecord;
use crate::commands::rows::RowMaker;
use crate::event::{AnyValue, Event, EventKind, Key, event_family};
use crate::render::{Style, columns, one_line};
use crate::report::{Line, Tone};

/// Writes each event by itself, for people in a line, and without what a response's stream is made of unless it is asked
/// for.
#[derive(Clone)]
pub(super) struct EachEvent {
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
    Key::InputTokenCount,
    Key::OutputTokenCount,
    Key::DurationMs,
    Key::Arguments,
    Key::Output,
    Key::Response,
    Key::Rationale,
];

/// The word before a value that does not speak for itself.
fn word(key: Key) -> String {
    match key {
        Key::Source => tr!("by "),
        Key::Success => tr!("success "),
        Key::RiskLevel => tr!("risk "),
        Key::ServerPort => tr!("port "),
        Key::HttpResponseStatusCode => "http ".to_owned(),
        Key::ErrorMessage => tr!("error "),
        Key::InputTokenCount => tr!("in "),
        Key::OutputTokenCount => tr!("out "),
        Key::Output => "→ ".to_owned(),
        _ => String::new(),
    }
}

/// Where less than this is left of a line, no further value begins.
const SHORTEST: usize = 4;

impl RowMaker for EachEvent {
    type Found<'a> = ();
    type Record<'a> = EventRecord<'a>;

    fn find(&self, event: &Event<'_>) -> Option<()> {
        if self.with_streams {
            return Some(());
        }
        match event.kind() {
            EventKind::StreamEvent(stream) => stream.error_message.is_some().then_some(()),
            _ => Some(()),
        }
    }

    fn record<'a>(&self, event: &Event<'a>, _: Option<()>, file: &'a str, zone: Zone) -> EventRecord<'a> {
        EventRecord::new(event, file, zone)
    }

    fn lines(&self, event: &Event<'_>, _: Option<()>, zone: Zone, style: &Style) -> Vec<Line> {
        let form = if style.truncate { "%m-%d %H:%M:%S %:z" } else { "%Y-%m-%d %H:%M:%S%.3f %:z" };
        let time =
            event.time().map_or_else(|| tr!("no time"), |time| zone.show(time).format(form).to_string());
        let id = event.conversation_id().map_or_else(|| tr!("no conversation"), str::to_owned);
        // On a terminal a line is to be one line: the beginning of the id leads to the rest.
        let id = if style.truncate { beginning_of_id(&id) } else { &id };
        let name = event.name().map_or_else(|| tr!("record"), |name| event_family(name).to_owned());
        let mut line =
            Line::new().plain(time).plain("  ").tone(Tone::Accent, id).plain("  ").tone(Tone::Strong, name);
        let width = style.width.filter(|_| style.truncate);
        for key in TOLD {
            let Some(value) = event.attributes().get(key).and_then(|value| told(&value)) else { continue };
            line = line.tone(Tone::Dim, format!("  {}", word(key)));
            if width.is_some_and(|width| columns(&line) + SHORTEST > width) {
                line.0.pop();
                break;
            }
            line = line.plain(value);
            if key == Key::DurationMs {
                line = line.plain(" ms");
            }
        }
        vec![one_line(&line, width)]
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
