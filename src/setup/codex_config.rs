//! Codex's `config.toml`: does it send its log events, where to, and what does it silently ignore?

use super::codex_exporter::{Destination, Signal, read_exporter};
use super::codex_keys::{OTEL_KEYS, OtelStyle, check_table_of_text, ignored_key, wrong_type};
use super::collector_config::CollectorConfig;
use super::finding::{Finding, Place, Severity, Sheet, Subject};
use super::receiver::Listener;
use super::toml_tree;
use super::tree::{Entry, Node, SyntaxFault, Value};
use crate::words::sentence;

/// Names that the table has in other programs.
const NOT_OTEL: [&str; 4] = ["opentelemetry", "telemetry", "otlp", "open_telemetry"];

/// What a Codex configuration says.
#[derive(Debug)]
pub struct CodexConfig {
    /// What was found.
    pub findings: Vec<Finding>,
    pub(super) logs: Option<Destination>,
    pub(super) style: OtelStyle,
}

impl CodexConfig {
    /// Reads the text of the file of that name; the Collector says which paths it answers at.
    #[must_use]
    pub fn read(name: &str, text: &str, collector: Option<&CollectorConfig>) -> Self {
        let listeners = collector.map_or(&[][..], |collector| &collector.listeners);
        let mut sheet = Sheet::new(Subject::CodexConfig, name, text);
        let (root, faults) = toml_tree::read(text);
        let logs = match faults.first() {
            Some(fault) => {
                tell_fault(&mut sheet, &root, fault);
                None
            }
            None => {
                if let Some(line) = toml_tree::long_inline_tables(text).first() {
                    tell_long_inline_table(&mut sheet, *line);
                }
                read_otel(&mut sheet, &root, listeners)
            }
        };
        let style = OtelStyle::of(&sheet, root.get("otel"));
        let mut findings = sheet.into_findings();
        for finding in &mut findings {
            style.adapt(finding);
        }
        Self { findings, logs, style }
    }

    /// What there is to say when there is no such file.
    #[must_use]
    pub fn missing(name: &str) -> Self {
        let text = sentence!("{name} does not exist, so Codex exports no log event: no trail.", name);
        let mut finding = Finding::new(Subject::CodexConfig, Severity::Error, "codex_config_missing", text);
        finding.fix(format!("[otel]\n{}", Signal::Logs.example()));
        Self { findings: vec![finding], logs: None, style: OtelStyle::Header }
    }

    /// Whether a file that is not Codex's own, such as a project's, holds an `[otel]` table.
    #[must_use]
    pub fn otel_table_in(name: &str, text: &str) -> Option<Place> {
        let (root, _) = toml_tree::read(text);
        let line = root.get("otel")?.line;
        Some(Sheet::new(Subject::CodexConfig, name, text).place(line))
    }
}

fn tell_fault(sheet: &mut Sheet<'_>, root: &Node, fault: &SyntaxFault) {
    for signal in Signal::ALL {
        let Some(entry) = root.at(&["otel", signal.key()]).filter(|entry| entry.node.text().is_some()) else {
            continue;
        };
        let header = sheet.place(fault.line).quote.unwrap_or_default();
        if header.contains(&format!("otel.{}.", signal.key())) {
            sheet.error(
                "exporter_conflict",
                entry.line,
                sentence!(
                    "`{}` is a string here and a table in line {}. TOML allows one of them, so Codex refuses \
                     the whole file. Delete this line.",
                    signal.key(),
                    fault.line
                ),
            );
            return;
        }
    }
    let message = &fault.message;
    let text = sentence!("This is no TOML, so Codex refuses the whole file: {message}.", message);
    sheet.error("codex_config_not_toml", fault.line, text).hide_value();
}

fn tell_long_inline_table(sheet: &mut Sheet<'_>, line: usize) {
    let text = sentence!(
        "This inline table goes over several lines or ends with a comma, which TOML has since version 1.1: \
         releases of Codex that read TOML 1.0 refuse the whole file. A table under a [header] of its own is \
         read by all."
    );
    sheet.note("inline_table_long", line, text).hide_value();
}

fn read_otel(sheet: &mut Sheet<'_>, root: &Node, listeners: &[Listener]) -> Option<Destination> {
    misplaced_keys(sheet, root);
    let Some(otel) = root.get("otel") else {
        sheet
            .error(
                "otel_missing",
                None,
                sentence!("There is no [otel] table, so Codex exports no log event: no trail."),
            )
            .fix(format!("[otel]\n{}", Signal::Logs.example()));
        return None;
    };
    if !matches!(otel.node.value, Value::Map(_)) {
        let text = sentence!("`otel` is {}, not a table: Codex refuses the whole file.", otel.node.kind());
        sheet
            .error("otel_not_a_table", otel.line, text)
            .hide_value()
            .fix(format!("[otel]\n{}", Signal::Logs.example()));
        return None;
    }
    for entry in otel.node.entries() {
        if !OTEL_KEYS.contains(&entry.key.as_str()) {
            ignored_key(sheet, entry, "[otel]", &otel.node, &OTEL_KEYS);
        }
    }
    let logs = logs_exporter(sheet, otel, listeners);
    prompts(sheet, otel);
    environment(sheet, otel);
    trace_exporter(sheet, otel);
    metrics_exporter(sheet, root, otel);
    other_kinds(sheet, otel);
    if !sheet.has_errors()
        && let Some(logs) = &logs
    {
        let Destination { carrier, endpoint, place, .. } = logs;
        let text =
            sentence!("Log events go to {endpoint}{} over {}.", endpoint.path, carrier.spoken(), endpoint);
        sheet.ok("codex_exports_logs", usize::try_from(place.line).ok(), text);
    }
    logs
}

fn logs_exporter(sheet: &mut Sheet<'_>, otel: &Entry, listeners: &[Listener]) -> Option<Destination> {
    let Some(entry) = otel.node.get("exporter") else {
        let text =
            sentence!("[otel] has no `exporter`. Its default is \"none\": Codex exports no log event.");
        let fix = added_to_otel(sheet, otel, &Signal::Logs.example());
        sheet.error("exporter_missing", otel.line, text).fix(fix);
        return None;
    };
    read_exporter(sheet, entry, Signal::Logs, listeners)
}

/// A line for `[otel]`, under its header where the file only has those of tables within it.
fn added_to_otel(sheet: &Sheet<'_>, otel: &Entry, line: &str) -> String {
    let place = sheet.place(otel.line).quote.unwrap_or_default();
    if place.trim_start().starts_with("[otel.") && !sheet.has_line("[otel]") {
        format!("[otel]\n{line}")
    } else {
        line.to_owned()
    }
}

fn prompts(sheet: &mut Sheet<'_>, otel: &Entry) {
    let Some(entry) = otel.node.get("log_user_prompt") else {
        let text = sentence!(
            "`log_user_prompt` is not set: prompts are recorded as [REDACTED], with their length only. Set \
             it to true if an audit must say what was asked."
        );
        let fix = added_to_otel(sheet, otel, "log_user_prompt = true");
        sheet.note("prompts_redacted", otel.line, text).fix(fix);
        return;
    };
    match entry.node.value {
        Value::Bool(true) => {
            let text = sentence!("Prompts are recorded in full, with whatever secrets stand in them.");
            sheet.ok("prompts_recorded", entry.line, text);
        }
        Value::Bool(false) => {
            let text = sentence!(
                "Prompts are recorded as [REDACTED], with their length only. That is a choice; an audit \
                 cannot say what was asked."
            );
            sheet.note("prompts_redacted", entry.line, text).fix("log_user_prompt = true");
        }
        _ => {
            wrong_type(sheet, entry, &sentence!("true or false, without quotes"), "log_user_prompt = true");
        }
    }
}

fn environment(sheet: &mut Sheet<'_>, otel: &Entry) {
    match otel.node.get("environment") {
        None => {
            let text = sentence!("`environment` is not set: every record says env = \"dev\".");
            let fix = added_to_otel(sheet, otel, "environment = \"production\"");
            sheet.note("environment_default", otel.line, text).fix(fix);
        }
        Some(entry) => match entry.node.text() {
            Some(name) => {
                sheet.ok("environment_set", entry.line, sentence!("Records say env = \"{name}\".", name));
            }
            None => {
                wrong_type(sheet, entry, &sentence!("text"), "environment = \"production\"");
            }
        },
    }
}

fn trace_exporter(sheet: &mut Sheet<'_>, otel: &Entry) {
    match otel.node.get("trace_exporter") {
        Some(entry) => drop(read_exporter(sheet, entry, Signal::Traces, &[])),
        None if otel.node.get("exporter").is_some() => {
            let text = sentence!(
                "`trace_exporter` is not set. Today that means none; early releases took `exporter` for it \
                 and sent spans to the address for logs."
            );
            let fix = added_to_otel(sheet, otel, "trace_exporter = \"none\"");
            sheet.note("trace_exporter_default", otel.line, text).fix(fix);
        }
        None => {}
    }
}

fn metrics_exporter(sheet: &mut Sheet<'_>, root: &Node, otel: &Entry) {
    let analytics_off =
        root.at(&["analytics", "enabled"]).is_some_and(|entry| entry.node.value == Value::Bool(false));
    match otel.node.get("metrics_exporter") {
        Some(entry) if entry.node.text() == Some("statsig") && !analytics_off => {
            let text = sentence!(
                "Codex's metrics go to OpenAI (Statsig). The trail does not need them; \"none\" sends them \
                 nowhere."
            );
            sheet.note("metrics_to_statsig", entry.line, text).fix("metrics_exporter = \"none\"");
        }
        Some(entry) => drop(read_exporter(sheet, entry, Signal::Metrics, &[])),
        None if !analytics_off => {
            let text = sentence!(
                "`metrics_exporter` is not set: its default sends Codex's metrics to OpenAI (Statsig). \
                 \"none\" sends them nowhere."
            );
            let fix = added_to_otel(sheet, otel, "metrics_exporter = \"none\"");
            sheet.note("metrics_to_statsig", otel.line, text).fix(fix);
        }
        None => {}
    }
}

/// Keys of which only the kind of their value matters: a wrong one makes Codex refuse the file.
fn other_kinds(sheet: &mut Sheet<'_>, otel: &Entry) {
    for key in ["log_agent_responses", "log_guardian_assessments"] {
        if let Some(entry) = otel.node.get(key)
            && !matches!(entry.node.value, Value::Bool(_))
        {
            let wanted = sentence!("true or false, without quotes");
            wrong_type(sheet, entry, &wanted, &format!("{key} = true"));
        }
    }
    if let Some(entry) = otel.node.get("span_attributes") {
        check_table_of_text(sheet, entry, "span_attributes = { team = \"…\" }");
    }
    if let Some(entry) = otel.node.get("tracestate") {
        let fix = "tracestate = { vendor = { key = \"…\" } }";
        match entry.node.value {
            Value::Map(_) => {
                entry.node.entries().iter().for_each(|vendor| check_table_of_text(sheet, vendor, fix));
            }
            _ => drop(wrong_type(sheet, entry, &sentence!("a table"), fix)),
        }
    }
    if let Some(entry) = otel.node.get("tool_result") {
        let most = entry.node.get("max_bytes");
        if !matches!(entry.node.value, Value::Map(_)) {
            wrong_type(sheet, entry, &sentence!("a table"), "tool_result = { max_bytes = 2048 }");
        } else if let Some(most) = most.filter(|most| most.node.integer().is_none_or(|bytes| bytes < 0)) {
            wrong_type(sheet, most, &sentence!("a whole number"), "max_bytes = 2048");
        }
    }
}

/// Keys of `[otel]`, and tables for it under other names, at the top level of the file.
fn misplaced_keys(sheet: &mut Sheet<'_>, root: &Node) {
    for entry in root.entries() {
        let key = entry.key.as_str();
        let known_only_there = OTEL_KEYS.contains(&key) && key != "environment";
        if known_only_there {
            let text =
                sentence!("`{key}` stands outside [otel], where Codex does not know it: it is ignored.", key);
            let line = sheet.place(entry.line).quote.unwrap_or_default();
            let fix = if matches!(entry.node.value, Value::Map(_)) { None } else { Some(line) };
            let finding = sheet.warning("key_ignored", entry.line, text);
            finding.fix = fix.map(|line| format!("[otel]\n{}", line.trim()));
        } else if NOT_OTEL.contains(&key) {
            let text =
                sentence!("Codex knows no table [{key}]: it is ignored. The table is called [otel].", key);
            sheet.warning("key_ignored", entry.line, text).hide_value().fix("[otel]");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a configuration, as `severity code line`, without what is as it should be.
    fn found(text: &str) -> Vec<String> {
        let findings = CodexConfig::read("config.toml", text, None).findings;
        (findings.iter())
            .filter(|finding| finding.severity != Severity::Ok)
            .map(|finding| {
                let line = finding.place.as_ref().map_or(0, |place| place.line);
                format!("{} {} {line}", finding.severity.as_str(), finding.code)
            })
            .collect()
    }

    /// The same with a logs exporter of these lines, the first of which is line 6, in an `[otel]` without other faults.
    fn found_with(exporter: &str) -> Vec<String> {
        found(&format!(
            "[otel]\nenvironment = 'dev'\nlog_user_prompt = true\ntrace_exporter = 'none'\nmetrics_exporter \
             = 'none'\n{exporter}"
        ))
    }

    #[test]
    fn what_otel_lacks_goes_under_its_header_where_only_tables_within_it_have_one() {
        let fixes = |text: &str| -> Vec<String> {
            let findings = CodexConfig::read("config.toml", text, None).findings;
            let notes = findings.into_iter().filter(|finding| finding.code == "environment_default");
            notes.filter_map(|finding| finding.fix).collect()
        };
        let exporter =
            "[otel.exporter.otlp-http]\nendpoint = 'http://localhost:4318/v1/logs'\nprotocol = 'json'\n";
        assert_eq!(fixes(exporter), ["[otel]\nenvironment = \"production\""]);
        for otel in ["[otel]", "[otel] # Codex"] {
            assert_eq!(fixes(&format!("{otel}\n{exporter}")), ["environment = \"production\""]);
            assert_eq!(fixes(&format!("{exporter}{otel}\n")), ["environment = \"production\""]);
        }
    }

    #[test]
    fn a_fix_is_written_as_the_file_writes_otel() {
        let fixes = |text: &str| -> Vec<String> {
            let findings = CodexConfig::read("config.toml", text, None).findings;
            findings.into_iter().filter_map(|finding| finding.fix).collect()
        };
        let example = Signal::Logs.example();
        let set = "otel.trace_exporter = 'none'\notel.metrics_exporter = 'none'\n";
        assert_eq!(
            fixes(&format!("{set}otel.exporter = 'none'\notel.environment = 5\n")),
            [
                format!("otel.{example}"),
                "otel.log_user_prompt = true".to_owned(),
                "otel.environment = \"production\"".to_owned()
            ]
        );
        let set = format!("otel.environment = 'x'\notel.log_user_prompt = true\n{set}");
        assert_eq!(fixes(&set), [format!("otel.{example}")]);
        let http = "otel.exporter.\"otlp-http\"";
        assert_eq!(
            fixes(&format!("{set}{http}.endpoint = 'http://h:4318'\n{http}.log_user_prompt = true\n")),
            [
                "otel.log_user_prompt = …",
                "otel.exporter.\"otlp-http\".protocol = \"binary\"",
                "otel.exporter.\"otlp-http\".endpoint = \"http://h:4318/v1/logs\""
            ]
        );
        let table = "[otel.exporter.otlp-http]\nprotocol = 'json'\nendpoint = 'http://h:4318'\n";
        assert_eq!(fixes(&format!("{set}{table}")), ["endpoint = \"http://h:4318/v1/logs\""]);
        assert_eq!(fixes("otel = { exporter = 'none', environment = 5 }\n"), [""; 0]);
        assert_eq!(fixes("otel = {}\n[telemetry]\n"), [""; 0]);
        assert_eq!(fixes("otel = 5\n"), [format!("[otel]\n{example}")]);
    }

    #[test]
    fn a_protocol_for_grpc_is_no_key_of_the_top_level() {
        let text = "[otel.exporter.otlp-grpc]\nendpoint = 'http://localhost:4317'\nprotocol = 'binary'\n";
        let findings = CodexConfig::read("config.toml", text, None).findings;
        let ignored = findings.iter().find(|finding| finding.code == "key_ignored").expect("a finding");
        assert!(ignored.text.english().ends_with(". Delete the line: only otlp-http has a protocol."));
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn a_good_configuration_has_no_fault_in_any_spelling() {
        let inline = "tool_result = { max_bytes = 4096 }\nlog_agent_responses = true\n\
             tracestate = { vendor = { key = 'x' } }\nexporter = { otlp-http = { endpoint = 'http://127.0.0.1:4318/v1/logs', protocol = 'binary' } }";
        let table = "[otel.exporter.\"otlp-http\"]\nendpoint = 'https://otel.example.com/v1/logs'\nprotocol \
                     = 'json'\n\
                     [otel.exporter.\"otlp-http\".tls]\nca-certificate = '/etc/ca.pem'\n\
                     [otel.exporter.\"otlp-http\".headers]\nx-key = 'cost: 5$'";
        let grpc = "[otel.exporter.otlp-grpc]\nendpoint = \
                    'http://localhost:4317'\n[otel.span_attributes]\nteam = 'x'";
        for exporter in [inline, table, grpc] {
            assert_eq!(found_with(exporter), NOTHING, "{exporter}");
        }
    }

    #[test]
    fn what_older_releases_of_codex_cannot_read_is_a_note() {
        let exporter = "exporter = { otlp-grpc = {\n  endpoint = 'http://localhost:4317',\n} }";
        assert_eq!(found_with(exporter), ["note inline_table_long 6"]);
    }

    #[test]
    fn without_an_exporter_there_is_no_trail() {
        assert_eq!(found(""), ["error otel_missing 0"]);
        assert_eq!(found("otel = true"), ["error otel_not_a_table 1"]);
        assert_eq!(found_with(""), ["error exporter_missing 1"]);
        assert_eq!(found_with("exporter = 'none'"), ["error exporter_none 6"]);
        assert_eq!(found_with("exporter = 'statsig'"), ["error exporter_statsig 6"]);
    }

    #[test]
    fn what_makes_codex_refuse_the_file_is_an_error() {
        let endpoint = "endpoint = 'http://h:4318/v1/logs'";
        let cases = [
            ("exporter = 'otlp-http'", "exporter_string 6"),
            ("exporter = 'otlp'", "exporter_unknown 6"),
            ("exporter = {}", "exporter_empty 6"),
            ("exporter = 5", "wrong_type 6"),
            ("[otel.exporter.otlp-udp]", "exporter_unknown 6"),
            (&format!("[otel.exporter.otlp-http]\n{endpoint}"), "protocol_missing 6"),
            (&format!("[otel.exporter.otlp-http]\n{endpoint}\nprotocol = 'grpc'"), "protocol_unknown 8"),
            ("[otel.exporter.otlp-http]\nprotocol = 'json'", "endpoint_missing 6"),
            ("[otel.exporter.otlp-grpc]\nendpoint = 4317", "wrong_type 7"),
            ("exporter = 'none'\nexporter = 'none'", "codex_config_not_toml 7"),
            (
                &format!("exporter = 'otlp-http'\n[otel.exporter.otlp-http]\n{endpoint}"),
                "exporter_conflict 6",
            ),
        ];
        for (exporter, expected) in cases {
            assert_eq!(found_with(exporter), [format!("error {expected}")], "{exporter}");
        }
        let http = format!("[otel.exporter.otlp-http]\nprotocol = 'json'\n{endpoint}\n");
        for wrong in [
            "headers = ['a']",
            "headers = 'a=b'",
            "headers = { a = 5 }",
            "tls = true",
            "tls = { ca-certificate = 5 }",
            "[otel.span_attributes]\na = 5",
            "[otel.tool_result]\nmax_bytes = '2048'",
            "[otel.tracestate]\nvendor = 'a:b'",
        ] {
            let line = 8 + wrong.lines().count();
            assert_eq!(
                found_with(&format!("{http}{wrong}")),
                [format!("error wrong_type {line}")],
                "{wrong}"
            );
        }
        for wrong in ["tool_result = 5", "log_agent_responses = 'yes'", "tracestate = 'a:b'"] {
            assert_eq!(found_with(&format!("{wrong}\n{http}")), ["error wrong_type 6"], "{wrong}");
        }
        let two = "[otel.exporter.otlp-grpc]\nendpoint = \
                   'http://h:4317'\n[otel.exporter.otlp-http]\nprotocol = 'json'";
        assert_eq!(found_with(two), ["error exporter_twice 8"]);
        assert!(
            found("[otel]\nlog_user_prompt = 'yes'\nexporter = 'none'")
                .contains(&"error wrong_type 2".to_owned())
        );
    }

    #[test]
    fn an_address_is_used_as_written() {
        let http = |endpoint: &str| {
            found_with(&format!("[otel.exporter.otlp-http]\nprotocol = 'json'\nendpoint = '{endpoint}'"))
        };
        for lost in ["http://h:4318", "http://h:4318/", "http://h:4318/v1/traces", "http://h:4318/v1/logs/"] {
            assert_eq!(http(lost), ["error endpoint_path 8"], "{lost}");
        }
        assert_eq!(http("http://loki:3100/otlp/v1/logs"), NOTHING);
        assert_eq!(http("http://h:4318/ingest"), ["warning endpoint_path 8"]);
        assert_eq!(http("localhost:4318/v1/logs"), ["error endpoint_scheme 8"]);
        assert_eq!(http("http://:4318/v1/logs"), ["error endpoint_invalid 8"]);
        for invalid in
            ["http://$HOST:4318/v1/logs", "http://${HOST}:4318/v1/logs", "http://my host:4318/v1/logs"]
        {
            assert_eq!(http(invalid), ["error endpoint_invalid 8"], "{invalid}");
        }
        for (written, meant) in [
            (" http://h:4318/v1/logs ", "http://h:4318/v1/logs"),
            ("h:4318/v1/logs", "http://h:4318/v1/logs"),
            ("${OTEL_ENDPOINT}", "http://127.0.0.1:4318/v1/logs"),
        ] {
            let text = format!("[otel.exporter.otlp-http]\nprotocol = 'json'\nendpoint = '{written}'");
            let findings = CodexConfig::read("c", &text, None).findings;
            let scheme =
                findings.iter().find(|finding| finding.code == "endpoint_scheme").expect("a finding");
            assert_eq!(scheme.fix.as_deref(), Some(format!("endpoint = \"{meant}\"").as_str()));
        }
        let grpc = "[otel.exporter.otlp-grpc]\nendpoint = 'http://localhost:4317/v1/logs'";
        assert_eq!(found_with(grpc), ["warning endpoint_path 7"]);
    }

    #[test]
    fn the_fix_of_an_address_keeps_its_host_and_has_a_port_that_is_meant() {
        for (exporter, meant) in [
            (
                "otlp-http]\nprotocol = 'json'\nendpoint = 'https://h.example.com'",
                "https://h.example.com:443/v1/logs",
            ),
            ("otlp-grpc]\nendpoint = 'http://h:4318/v1/logs'", "http://h:4317"),
            ("otlp-grpc]\nendpoint = 'http://h:4319/v1/logs'", "http://h:4319"),
        ] {
            let findings = CodexConfig::read("c", &format!("[otel.exporter.{exporter}"), None).findings;
            let path = findings.iter().find(|finding| finding.code == "endpoint_path").expect("a finding");
            assert_eq!(path.fix.as_deref(), Some(format!("endpoint = \"{meant}\"").as_str()));
        }
    }

    #[test]
    fn what_codex_ignores_without_a_word_is_told() {
        let exporter = "[otel.exporter.otlp-http]\nprotocol = 'json'\nendpoint = 'http://h:4318/v1/logs'\n";
        assert_eq!(
            found_with(&format!("{exporter}disable_response_storage = false")),
            ["warning key_ignored 9"]
        );
        assert_eq!(found_with(&format!("{exporter}log_user_prompt = true")), ["warning key_ignored 9"]);
        assert_eq!(
            found_with(&format!("{exporter}[otel.exporter.otlp-http.tls]\nca_certificate = 'x'")),
            ["warning key_ignored 10"]
        );
        assert_eq!(
            found_with(&format!("log_user_prompts = true\n{exporter}headers = {{ key = '${{TOKEN}}' }}")),
            ["warning key_ignored 6", "warning header_not_expanded 10"]
        );
        for value in ["Basic $2a$10$N9qo8", "pa$SWORD1", "5$", "$", "$ TOKEN"] {
            let header = format!("log_user_prompts = true\n{exporter}headers = {{ key = '{value}' }}");
            assert_eq!(found_with(&header), ["warning key_ignored 6"], "{value}");
        }
        assert_eq!(
            found("log_user_prompt = true\n[telemetry]\nx = 1")[..2],
            ["warning key_ignored 1", "warning key_ignored 2"]
        );
    }

    #[test]
    fn choices_are_notes() {
        let exporter = "exporter = { otlp-grpc = { endpoint = 'http://h:4317' } }";
        assert_eq!(
            found(&format!("[otel]\n{exporter}")),
            [
                "note prompts_redacted 1",
                "note environment_default 1",
                "note trace_exporter_default 1",
                "note metrics_to_statsig 1"
            ]
        );
        let quiet = format!("[analytics]\nenabled = false\n[otel]\nlog_user_prompt = false\n{exporter}");
        assert!(!found(&quiet).iter().any(|found| found.contains("statsig")));
        assert!(found(&quiet).contains(&"note prompts_redacted 4".to_owned()));
    }
}
