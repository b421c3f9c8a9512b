//! A conversation while it goes on: a line an event, as what belongs together has not all come yet.

use tr::tr;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::commands::Zone;
use crate::commands::human::beginning_of_id;
use crate::commands::records::EventRecord;
use crate::commands::rows::RowMaker;
use crate::event::{AnyValue, Event, EventKind, Key, event_family};
use crate::render::{Style, visible_line};
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

/// Between the first parts of a line.
const GAP: usize = 2;

/// Where less than this is left of a line, no further value begins.
const SHORTEST: usize = 4;

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
        let form = if style.truncate { "%m-%d %H:%M:%S %:z" } else { "%Y-%m-%d %H:%M:%S%.3f %:z" };
        let time =
            event.time().map_or_else(|| tr!("no time"), |time| zone.show(time).format(form).to_string());
        let id = event.conversation_id().map_or_else(|| tr!("no conversation"), str::to_owned);
        // On a terminal a line is to be one line: the beginning of the id leads to the rest.
        let id = if style.truncate { beginning_of_id(&id) } else { &id };
        let name = event.name().map_or_else(|| tr!("record"), |name| event_family(name).to_owned());
        let mut room = style.width.filter(|_| style.truncate).unwrap_or(usize::MAX);
        let mut line = Line::new();
        let parts = [(Tone::Plain, &*time), (Tone::Accent, id), (Tone::Strong, &*name)];
        for (part, (tone, text)) in parts.into_iter().enumerate() {
            let gap = " ".repeat(if part == 0 { 0 } else { GAP.min(room) });
            room -= gap.len();
            let (text, width) = shortened(&visible_line(text), room);
            room -= width;
            line = line.plain(gap).tone(tone, text);
        }
        for key in TOLD {
            let Some(mut value) = event.attributes().get(key).and_then(|value| told(&value)) else {
                continue;
            };
            if key == Key::DurationMs {
                value += " ms";
            }
            let heading = format!("  {}", word(key));
            let Some(left) = room.checked_sub(heading.width() + SHORTEST) else { break };
            let (value, width) = shortened(&visible_line(&value), left + SHORTEST);
            room = left + SHORTEST - width;
            line = line.tone(Tone::Dim, heading).plain(value);
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

/// The value, cut to so many columns, and how many it takes.
fn shortened(value: &str, room: usize) -> (String, usize) {
    let width = value.width();
    if width <= room {
        return (value.to_owned(), width);
    }
    if room == 0 {
        return (String::new(), 0);
    }
    let mut taken = 0;
    let head: String = value
        .chars()
        .take_while(|character| {
            taken += character.width().unwrap_or(0);
            taken < room
        })
        .collect();
    let taken = head.width() + 1;
    (head + "…", taken)
}
