//! One exporter of Codex's `[otel]`: a word or a table, with an address that is used as written.

use std::sync::LazyLock;

use regex::Regex;

use super::codex_keys::{check_table_of_text, ignored_key, wrong_type};
use super::endpoint::{Carrier, Endpoint};
use super::finding::{Place, Sheet};
use super::receiver::Listener;
use super::secrets::masked;
use super::tree::{Entry, Value};
use crate::words::{Sentence, sentence};

/// A variable as people write it where they take it to be put in. A `$` elsewhere is a part of the value.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{[^}]+\}|^\$[A-Za-z_][A-Za-z0-9_]*$").expect("the pattern is a constant")
});

/// Where log events are sent.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    pub(super) carrier: Carrier,
    pub(super) endpoint: Endpoint,
    /// Whether headers are sent along, as far as this file says.
    pub(super) has_headers: bool,
    /// Where that is said.
    pub(super) place: Place,
}

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Log events: the trail.
    Logs,
    /// Spans.
    Traces,
    /// Metrics.
    Metrics,
}

impl Signal {
    pub(super) const ALL: [Self; 3] = [Self::Logs, Self::Traces, Self::Metrics];

    /// The key under `[otel]`.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Logs => "exporter",
            Self::Traces => "trace_exporter",
            Self::Metrics => "metrics_exporter",
        }
    }

    /// The path that an OTLP receiver has for it.
    fn path(self) -> &'static str {
        match self {
            Self::Logs => "/v1/logs",
            Self::Traces => "/v1/traces",
            Self::Metrics => "/v1/metrics",
        }
    }

    fn spoken(self) -> Sentence {
        match self {
            Self::Logs => sentence!("log events"),
            Self::Traces => sentence!("spans"),
            Self::Metrics => sentence!("metrics"),
        }
    }

    /// A line that exports it to a Collector on this machine.
    pub(super) fn example(self) -> String {
        let (key, path) = (self.key(), self.path());
        format!(
            "{key} = {{ otlp-http = {{ endpoint = \"http://127.0.0.1:4318{path}\", protocol = \"binary\" }} \
             }}"
        )
    }
}

/// Reads an exporter; where it sends to, if it does. The listeners are those for that signal, as far as they are known.
pub(super) fn read_exporter(
    sheet: &mut Sheet<'_>,
    entry: &Entry,
    signal: Signal,
    listeners: &[Listener],
) -> Option<Destination> {
    match &entry.node.value {
        Value::Text(word) => {
            read_word(sheet, entry, word, signal);
            None
        }
        Value::Map(kinds) => match kinds.as_slice() {
            [kind] => read_table(sheet, kind, signal, listeners),
            [] => {
                let text = sentence!("`{}` is an empty table: Codex refuses the whole file.", entry.key);
                sheet.error("exporter_empty", entry.line, text).fix(signal.example());
                None
            }
            [first, second, ..] => {
                let text = sentence!(
                    "`{}` names two exporters, {} and {}. It takes one, and Codex refuses the whole file.",
                    entry.key,
                    first.key,
                    second.key
                );
                sheet.error("exporter_twice", second.line, text).hide_value();
                None
            }
        },
        _ => {
            wrong_type(sheet, entry, &sentence!("a table or \"none\""), &signal.example());
            None
        }
    }
}

fn read_word(sheet: &mut Sheet<'_>, entry: &Entry, word: &str, signal: Signal) {
    let key = &entry.key;
    match word {
        "none" if signal == Signal::Logs => {
            let text = sentence!("`{key}` is \"none\": Codex exports no log event. No trail.", key);
            sheet.error("exporter_none", entry.line, text).fix(signal.example());
        }
        "statsig" if signal == Signal::Logs => {
            let text = sentence!(
                "`{key}` is \"statsig\": log events go to OpenAI, not to a Collector of yours.",
                key
            );
            sheet.error("exporter_statsig", entry.line, text).fix(signal.example());
        }
        "none" | "statsig" => {}
        "otlp-http" | "otlp-grpc" => {
            let text = sentence!(
                "`{key}` is the string \"{word}\", without an address. It must be a table; Codex refuses \
                 the whole file.",
                key,
                word
            );
            sheet.error("exporter_string", entry.line, text).fix(signal.example());
        }
        _ => {
            let text = sentence!(
                "`{key}` is \"{word}\", which Codex does not know: it refuses the whole file. There are \
                 \"none\", otlp-http and otlp-grpc.",
                key,
                word
            );
            sheet.error("exporter_unknown", entry.line, text).fix(signal.example());
        }
    }
}

fn read_table(
    sheet: &mut Sheet<'_>,
    kind: &Entry,
    signal: Signal,
    listeners: &[Listener],
) -> Option<Destination> {
    let (carrier, known): (_, &[&str]) = match kind.key.as_str() {
        "otlp-http" => (Carrier::Http, &["endpoint", "protocol", "headers", "tls"]),
        "otlp-grpc" => (Carrier::Grpc, &["endpoint", "headers", "tls"]),
        other => {
            let text = sentence!(
                "Codex knows no exporter `{other}` and refuses the whole file. There are otlp-http and \
                 otlp-grpc.",
                other
            );
            sheet.error("exporter_unknown", kind.line, text).hide_value().fix(signal.example());
            return None;
        }
    };
    let table = format!("[otel.{}.{}]", signal.key(), kind.key);
    if !matches!(kind.node.value, Value::Map(_)) {
        wrong_type(sheet, kind, &sentence!("a table with an endpoint"), &signal.example());
        return None;
    }
    for entry in kind.node.entries() {
        if !known.contains(&entry.key.as_str()) {
            ignored_key(sheet, entry, &table, &kind.node, known);
        }
    }
    let tls = kind.node.get("tls");
    if let Some(tls) = tls {
        check_table_of_text(sheet, tls, "tls = { ca-certificate = \"…\" }");
        let known = ["ca-certificate", "client-certificate", "client-private-key"];
        let table = format!("{}.tls]", table.trim_end_matches(']'));
        for entry in tls.node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            ignored_key(sheet, entry, &table, &tls.node, &known);
        }
    }
    read_headers(sheet, kind);
    if carrier == Carrier::Http {
        read_protocol(sheet, kind);
    }
    let (endpoint, entry) = read_endpoint(sheet, kind, carrier, signal)?;
    match carrier {
        Carrier::Http => check_http_path(sheet, entry, &endpoint, signal, listeners),
        Carrier::Grpc => check_grpc_path(sheet, entry, &endpoint),
    }
    let has_headers = kind.node.get("headers").is_some_and(|headers| !headers.node.entries().is_empty());
    Some(Destination { carrier, endpoint, has_headers, place: sheet.place(entry.line) })
}

fn read_protocol(sheet: &mut Sheet<'_>, kind: &Entry) {
    let fix = "protocol = \"binary\"";
    match kind.node.get("protocol") {
        None => {
            let text =
                sentence!("otlp-http has no `protocol`. It is required; Codex refuses the whole file.");
            sheet.error("protocol_missing", kind.line, text).fix(fix);
        }
        Some(entry) => match entry.node.text() {
            Some("binary" | "json") => {}
            Some(word) => {
                let text = sentence!(
                    "The protocol \"{word}\" is unknown: Codex refuses the whole file. There are \"binary\" \
                     and \"json\".",
                    word
                );
                sheet.error("protocol_unknown", entry.line, text).fix(fix);
            }
            None => {
                wrong_type(sheet, entry, &sentence!("text"), fix);
            }
        },
    }
}

fn read_headers(sheet: &mut Sheet<'_>, kind: &Entry) {
    let Some(headers) = kind.node.get("headers") else { return };
    check_table_of_text(sheet, headers, "headers = { \"x-api-key\" = \"…\" }");
    for header in headers.node.entries() {
        if header.node.text().is_some_and(|value| VARIABLE.is_match(value)) {
            let text = sentence!(
                "The header `{}` holds a variable, but Codex sends header values as written, so its name is \
                 what arrives. Leave it out here and set $OTEL_EXPORTER_OTLP_HEADERS for Codex.",
                header.key
            );
            sheet.warning("header_not_expanded", header.line, text).hide_value();
        }
    }
}

fn read_endpoint<'k>(
    sheet: &mut Sheet<'_>,
    kind: &'k Entry,
    carrier: Carrier,
    signal: Signal,
) -> Option<(Endpoint, &'k Entry)> {
    let address = match carrier {
        Carrier::Http => format!("http://127.0.0.1:4318{}", signal.path()),
        Carrier::Grpc => "http://127.0.0.1:4317".to_owned(),
    };
    let fix = format!("endpoint = \"{address}\"");
    let Some(entry) = kind.node.get("endpoint") else {
        let text = sentence!("{} has no `endpoint`. It is required; Codex refuses the whole file.", kind.key);
        sheet.error("endpoint_missing", kind.line, text).fix(fix);
        return None;
    };
    let Some(written) = entry.node.text() else {
        wrong_type(sheet, entry, &sentence!("text"), &fix);
        return None;
    };
    let shown = masked(written);
    // What has no scheme is told to have none.
    let is_host = |endpoint: &Endpoint| {
        let no_host = |c: char| c.is_whitespace() || "${}".contains(c);
        !endpoint.host.is_empty() && (endpoint.scheme.is_empty() || !endpoint.host.contains(no_host))
    };
    let Some(endpoint) = Endpoint::read(written).filter(is_host) else {
        let text =
            sentence!("`{written}` is no address, so no {} leave Codex.", signal.spoken(), written = shown);
        sheet.error("endpoint_invalid", entry.line, text).fix(fix);
        return None;
    };
    if !matches!(endpoint.scheme.as_str(), "http" | "https") {
        let text = sentence!(
            "`{written}` does not begin with http:// or https://, so no {} leave Codex.",
            signal.spoken(),
            written = shown
        );
        // What is a variable throughout is no address for anybody but a shell.
        let meant =
            if written.contains('$') { address } else { format!("http://{}", without_scheme(&shown)) };
        sheet.error("endpoint_scheme", entry.line, text).fix(format!("endpoint = \"{meant}\""));
        return None;
    }
    Some((endpoint, entry))
}

fn without_scheme(written: &str) -> &str {
    written.trim().split_once("://").map_or(written.trim(), |(_, rest)| rest)
}

fn check_grpc_path(sheet: &mut Sheet<'_>, entry: &Entry, endpoint: &Endpoint) {
    if !matches!(endpoint.path.as_str(), "" | "/") {
        let text = sentence!("gRPC has no path, but the address ends with `{}`.", endpoint.path);
        // Who wrote the path of HTTP wrote the port of HTTP, too.
        let port = endpoint.port.map(|port| if port == 4318 { 4317 } else { port });
        let meant = Endpoint { port, ..endpoint.clone() };
        sheet.warning("endpoint_path", entry.line, text).fix(format!("endpoint = \"{}\"", meant.url("")));
    }
}

/// Codex appends nothing: the path must be that of the signal. What stands between the two may take one more before it.
fn check_http_path(
    sheet: &mut Sheet<'_>,
    entry: &Entry,
    endpoint: &Endpoint,
    signal: Signal,
    listeners: &[Listener],
) {
    let path = endpoint.path.as_str();
    let is_there =
        |listener: &&Listener| listener.carrier == Carrier::Http && listener.has_port(endpoint.port);
    let listener = listeners.iter().find(is_there);
    let Some(taken) = listener.map_or(Some(signal.path()), |listener| listener.logs_path.as_deref()) else {
        return;
    };
    let is_direct = listener.is_some() && endpoint.is_loopback();
    if path == taken || (path.ends_with(taken) && !is_direct) {
        return;
    }
    let fix = format!("endpoint = \"{}\"", endpoint.url(taken));
    let lost = is_direct
        || matches!(path.trim_end_matches('/'), "" | "/v1" | "/v1/logs" | "/v1/traces" | "/v1/metrics");
    let spoken = signal.spoken();
    let text = match path {
        "" | "/" => sentence!(
            "The address has no path. Codex appends none, so {spoken} are posted to `/`, which a Collector \
             does not answer. They belong to {}.",
            taken,
            spoken
        ),
        _ => sentence!(
            "Codex posts {spoken} to exactly `{path}`; a Collector takes them at {} only.",
            taken,
            spoken,
            path
        ),
    };
    let finding = if lost && signal == Signal::Logs {
        sheet.error("endpoint_path", entry.line, text)
    } else {
        sheet.warning("endpoint_path", entry.line, text)
    };
    finding.fix(fix);
}
