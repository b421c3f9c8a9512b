//! What Codex does with a key that it does not know, or whose value is of the wrong kind.

use super::finding::{Finding, Sheet};
use super::secrets::masked;
use super::tree::{Entry, Node, Value};
use crate::words::{Sentence, sentence};

/// The keys of `[otel]` that some release of Codex knows.
pub(super) const OTEL_KEYS: [&str; 10] = [
    "environment",
    "log_user_prompt",
    "exporter",
    "trace_exporter",
    "metrics_exporter",
    "span_attributes",
    "tracestate",
    "tool_result",
    "log_agent_responses",
    "log_guardian_assessments",
];

/// How a file writes `[otel]`. What puts a fault right must be written the same way, or it is another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtelStyle {
    /// Under a header, `[otel]` or that of a table within it.
    Header,
    /// As `otel.exporter = …`.
    Dotted,
    /// As `otel = { … }`, of which a line is no whole.
    Inline,
}

impl OtelStyle {
    /// The style of the file with this table.
    pub(super) fn of(sheet: &Sheet<'_>, otel: Option<&Entry>) -> Self {
        let Some(otel) = otel.filter(|otel| matches!(otel.node.value, Value::Map(_))) else {
            return Self::Header;
        };
        match dotted_key(&sheet.place(otel.line).quote.unwrap_or_default()).as_slice() {
            ["otel"] => Self::Inline,
            ["otel", ..] => Self::Dotted,
            _ => Self::Header,
        }
    }

    /// Writes what puts a finding right as the file writes it, if that can be done with a line.
    pub(super) fn adapt(self, finding: &mut Finding) {
        if self != Self::Header
            && let Some(fix) = finding.fix.take()
        {
            let line = finding.place.as_ref().and_then(|place| place.quote.as_deref()).unwrap_or_default();
            finding.fix = if self == Self::Dotted { with_prefix(line, &fix) } else { None };
        }
    }
}

/// The names before the `=` of a line, as written.
fn dotted_key(line: &str) -> Vec<&str> {
    line.split_once('=').map_or(Vec::new(), |(key, _)| key.split('.').map(str::trim).collect())
}

/// A fix for a line of a file that writes `otel.exporter = …`.
fn with_prefix(line: &str, fix: &str) -> Option<String> {
    let line = dotted_key(line);
    let (is_moved, fix) = match fix.strip_prefix("[otel]\n") {
        Some(fix) => (true, fix),
        None => (false, fix),
    };
    let key = *dotted_key(fix).first()?;
    let is_exporter = |name: &str| name.trim_matches(['"', '\'']).starts_with("otlp-");
    let before = match line.as_slice() {
        _ if is_moved => &["otel"][..],
        [before @ .., last] if *last == key => before,
        ["otel", ..] if OTEL_KEYS.contains(&key) => &line[..1],
        ["otel", ..] => match line.iter().position(|name| is_exporter(name)) {
            // What stands behind its `=` is an inline table, into which the fix goes.
            Some(at) if at + 1 < line.len() => &line[..=at],
            _ => &[],
        },
        _ => &[],
    };
    Some([before, &[fix]].concat().join("."))
}

/// Says that Codex passes over a key without a word; `present` is the table that it stands in.
pub(super) fn ignored_key(sheet: &mut Sheet<'_>, entry: &Entry, table: &str, present: &Node, known: &[&str]) {
    let key = entry.key.as_str();
    let line = sheet.place(entry.line).quote.unwrap_or_default().trim().to_owned();
    let line = if line.starts_with(key) { line } else { format!("{key} = …") };
    let belongs = sentence!(
        "`{key}` stands below {table} and so belongs to that table, where Codex does not know it: it is \
         ignored",
        key,
        table
    );
    let (text, fix) = if key == "disable_response_storage" {
        (sentence!("{belongs}. Delete the line: today's Codex has no such key anywhere.", belongs), None)
    } else if key == "protocol" {
        (sentence!("{belongs}. Delete the line: only otlp-http has a protocol.", belongs), None)
    } else if OTEL_KEYS.contains(&key) {
        (sentence!("{belongs}. It is a key of [otel]: move it up.", belongs), Some(format!("[otel]\n{line}")))
    } else if let Some(meant) = known
        .iter()
        .find(|name| strsim::osa_distance(name, &key.to_lowercase()) <= 2 && present.get(name).is_none())
    {
        let fix = masked(&line.replacen(key, meant, 1));
        (sentence!("{belongs}. Is `{meant}` meant?", belongs, meant), Some(fix))
    } else {
        (
            sentence!(
                "{belongs}. A key of the top level must stand above the first [table] of the file.",
                belongs
            ),
            None,
        )
    };
    let finding = sheet.warning("key_ignored", entry.line, text);
    finding.fix = fix;
    // Nobody knows what it was meant for, so it may be a secret.
    if !OTEL_KEYS.contains(&key) && !matches!(entry.node.value, Value::Bool(_)) {
        finding.hide_value();
    }
}

/// Checks that an entry is a table of text, whose values may be secrets.
pub(super) fn check_table_of_text(sheet: &mut Sheet<'_>, table: &Entry, fix: &str) {
    if !matches!(table.node.value, Value::Map(_)) {
        wrong_type(sheet, table, &sentence!("a table"), fix).hide_value();
    }
    for entry in table.node.entries().iter().filter(|entry| entry.node.text().is_none()) {
        let fix = format!("{} = \"…\"", entry.key);
        wrong_type(sheet, entry, &sentence!("text"), &fix).hide_value();
    }
}

/// Says that a value is of a kind that makes Codex refuse the file.
pub(super) fn wrong_type<'s>(
    sheet: &'s mut Sheet<'_>,
    entry: &Entry,
    wanted: &Sentence,
    fix: &str,
) -> &'s mut Finding {
    let text = sentence!(
        "`{}` is {}; Codex wants {wanted} and refuses the whole file.",
        entry.key,
        entry.node.kind(),
        wanted
    );
    let finding = sheet.error("wrong_type", entry.line, text);
    finding.fix(fix);
    finding
}
