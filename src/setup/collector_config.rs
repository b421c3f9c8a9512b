//! The Collector's YAML: does every log record that arrives end in a file that keeps it?

use super::file_exporter::{FileRole, check_files, path_of};
use super::finding::{Finding, Sheet, Subject};
use super::pipelines::{
    Components, Pipeline, check_components, kind_of, read_pipelines, tell_hidden, trail, with_plain_ids,
};
use super::receiver::{Listener, read_receiver};
use super::tree::{Entry, Node, Value};
use super::{variables, yaml_tree};
use crate::words::{Sentence, sentence};

/// The parts of a Collector's configuration.
const SECTIONS: [&str; 6] = ["receivers", "processors", "exporters", "connectors", "extensions", "service"];

/// Processors that drop records, and that change them.
const DROPPING: [&str; 6] =
    ["filter", "probabilistic_sampler", "tail_sampling", "log_dedup", "logdedup", "rate_limiter"];
const CHANGING: [&str; 6] = ["attributes", "redaction", "resource", "transform", "groupbyattrs", "schema"];

/// What a Collector's configuration says.
#[derive(Debug)]
pub struct CollectorConfig {
    /// What was found.
    pub findings: Vec<Finding>,
    /// Where it writes log records, as far as that is known without its environment.
    pub log_paths: Vec<String>,
    /// The receivers of the trail.
    pub(super) listeners: Vec<Listener>,
}

impl CollectorConfig {
    /// Reads the text of the file of that name.
    #[must_use]
    pub fn read(name: &str, text: &str) -> Self {
        let mut sheet = Sheet::new(Subject::CollectorConfig, name, text);
        let (log_paths, listeners) = match yaml_tree::read(text).map(variables::expand).map(with_plain_ids) {
            Ok(root) if matches!(root.value, Value::Map(_)) => read_root(&mut sheet, &root),
            Ok(_) => {
                sheet.error(
                    "collector_config_empty",
                    None,
                    sentence!("This is no Collector configuration: it has no sections."),
                );
                (Vec::new(), Vec::new())
            }
            Err(fault) => {
                let text = sentence!("The Collector cannot read this and does not start: {}.", fault.message);
                sheet.error("collector_config_not_yaml", fault.line, text).hide_value();
                (Vec::new(), Vec::new())
            }
        };
        Self { findings: sheet.into_findings(), log_paths, listeners }
    }
}

fn read_root(sheet: &mut Sheet<'_>, root: &Node) -> (Vec<String>, Vec<Listener>) {
    for entry in root.entries() {
        if !SECTIONS.contains(&entry.key.as_str()) {
            let text = sentence!("The Collector knows no section `{}` and refuses to start.", entry.key);
            let meant =
                SECTIONS.iter().find(|name| strsim::osa_distance(name, &entry.key.to_lowercase()) <= 2);
            sheet.error("section_unknown", entry.line, text).hide_value().fix =
                meant.map(|name| format!("{name}:"));
        }
    }
    tell_hidden(sheet, root);
    let components = Components::read(root);
    let pipelines = read_pipelines(sheet, root);
    check_components(sheet, root, &components, &pipelines);
    check_telemetry(sheet, root);
    let trail = trail(&components, &pipelines);
    let may_be_hidden = components.hides("pipelines")
        || pipelines.iter().any(|pipeline| pipeline.signal == "logs" && pipeline.hides("exporters"));
    if trail.is_empty() && !may_be_hidden {
        tell_no_trail(sheet, root, &pipelines);
    }
    check_processors(sheet, &trail, &pipelines);
    let receivers: Vec<&Entry> = (components.receivers.iter().copied())
        .filter(|receiver| {
            kind_of(&receiver.key) == "otlp" && trail.iter().any(|pipeline| pipeline.hears(&receiver.key))
        })
        .collect();
    let from_elsewhere = trail
        .iter()
        .flat_map(|pipeline| &pipeline.receivers)
        .any(|receiver| kind_of(&receiver.key) != "otlp" && !components.is_connector(&receiver.key));
    let may_be_hidden = ["receivers", "connectors"].iter().any(|section| components.hides(section))
        || trail.iter().any(|pipeline| pipeline.hides("receivers"));
    if !trail.is_empty() && receivers.is_empty() && !from_elsewhere && !may_be_hidden {
        let text = sentence!(
            "No OTLP receiver feeds the pipeline that writes log records: nothing of Codex arrives there."
        );
        let line = trail.first().map(|pipeline| pipeline.line);
        sheet.error("logs_not_received", line, text).fix("      receivers: [otlp]");
    }
    let listeners: Vec<Listener> =
        receivers.iter().flat_map(|receiver| read_receiver(sheet, receiver)).collect();
    let files: Vec<(&Entry, FileRole)> = (components.exporters.iter().copied())
        .filter(|exporter| kind_of(&exporter.key) == "file")
        .map(|exporter| (exporter, role_of(exporter, &trail, &pipelines)))
        .collect();
    check_files(sheet, &files);
    let written: Vec<&Entry> =
        files.iter().filter(|(_, role)| role.is_trail()).map(|(exporter, _)| *exporter).collect();
    if !written.is_empty() && !receivers.is_empty() && !sheet.has_errors() {
        for pipeline in &trail {
            for exporter in written.iter().filter(|exporter| pipeline.writes_to(&exporter.key)) {
                let Some(path) = shown_path(exporter) else { continue };
                let text = sentence!(
                    "Log records go through the pipeline `{}` to `{}`: {}",
                    pipeline.id,
                    exporter.key,
                    path
                );
                sheet.ok("logs_written", pipeline.line, text);
            }
        }
    }
    let paths = written.iter().filter_map(|exporter| path_of(exporter)).map(str::to_owned);
    (paths.collect(), listeners)
}

fn shown_path(exporter: &Entry) -> Option<Sentence> {
    let path = &exporter.node.get("path")?.node;
    Some(match (&path.value, &path.variable) {
        (Value::Text(path), None) => sentence!("{path}.", path),
        (Value::Text(path), Some(variable)) => {
            sentence!("{path}, unless the Collector's environment sets {variable}.", path, variable)
        }
        (Value::Unknown(path), _) => sentence!("{path}, which only the Collector's environment knows.", path),
        _ => return None,
    })
}

fn role_of(exporter: &Entry, trail: &[&Pipeline], pipelines: &[Pipeline]) -> FileRole {
    let signals: Vec<&str> = (pipelines.iter())
        .filter(|pipeline| pipeline.writes_to(&exporter.key))
        .map(|pipeline| pipeline.signal.as_str())
        .collect();
    if signals.is_empty() {
        FileRole::Unused
    } else if !trail.iter().any(|pipeline| pipeline.writes_to(&exporter.key)) {
        FileRole::Other
    } else if signals.iter().any(|signal| *signal != "logs") {
        FileRole::Mixed
    } else {
        FileRole::Trail
    }
}

fn tell_no_trail(sheet: &mut Sheet<'_>, root: &Node, pipelines: &[Pipeline]) {
    let fix =
        "service:\n  pipelines:\n    logs/audit:\n      receivers: [otlp]\n      exporters: [file/logs]";
    let line = root.at(&["service", "pipelines"]).or(root.get("service")).map(|entry| entry.line);
    match pipelines.iter().find(|pipeline| pipeline.signal == "logs") {
        None => {
            let text = sentence!("There is no pipeline for logs, so no log record of Codex is taken.");
            sheet.error("logs_pipeline_missing", line, text).fix(fix);
        }
        Some(pipeline) => {
            let text = sentence!(
                "The pipeline `{}` writes to no file exporter: log records reach no file.",
                pipeline.id
            );
            sheet
                .error("logs_not_written", pipeline.exporters_line, text)
                .fix("      exporters: [file/logs]");
        }
    }
}

fn check_processors(sheet: &mut Sheet<'_>, trail: &[&Pipeline], pipelines: &[Pipeline]) {
    for pipeline in trail {
        for processor in &pipeline.processors {
            let (id, line) = (&processor.key, processor.line);
            match kind_of(id) {
                "batch" => {
                    let text = sentence!(
                        "The `batch` processor in `{}` answers Codex before the record is in the file, hides \
                         every error of the file, and loses what it holds when the Collector is killed. \
                         Release 0.166 of the Collector is to come without it.",
                        pipeline.id
                    );
                    sheet.warning("batch_processor", line, text).fix = pipeline.without(id);
                }
                kind if DROPPING.contains(&kind) => {
                    let text = sentence!(
                        "The processor `{id}` in `{}` drops records before they are written.",
                        pipeline.id,
                        id
                    );
                    sheet.warning("processor_drops", line, text).fix = pipeline.without(id);
                }
                kind if CHANGING.contains(&kind) => {
                    let text = sentence!(
                        "The processor `{id}` in `{}` changes records before they are written: the file is \
                         no longer what Codex sent.",
                        pipeline.id,
                        id
                    );
                    sheet.note("processor_changes", line, text).fix = pipeline.without(id);
                }
                "memory_limiter" => {
                    let text = sentence!(
                        "The processor `{id}` in `{}` refuses records when memory is short, and Codex does \
                         not send them again.",
                        pipeline.id,
                        id
                    );
                    sheet.note("processor_refuses", line, text).fix = pipeline.without(id);
                }
                _ => {}
            }
        }
    }
    let others: Vec<(&Pipeline, &Entry)> = (pipelines.iter())
        .filter(|pipeline| !trail.iter().any(|other| other.id == pipeline.id))
        .filter_map(|pipeline| {
            Some((pipeline, pipeline.processors.iter().find(|entry| kind_of(&entry.key) == "batch")?))
        })
        .collect();
    if let Some((_, first)) = others.first() {
        let names: Vec<String> = others.iter().map(|(pipeline, _)| format!("`{}`", pipeline.id)).collect();
        let text = sentence!(
            "The `batch` processor is used in {} too. Release 0.166 of the Collector is to come without it.",
            Sentence::of_names(names)
        );
        sheet.note("batch_processor_elsewhere", first.line, text);
    }
}

fn check_telemetry(sheet: &mut Sheet<'_>, root: &Node) {
    if let Some(entry) = root.at(&["service", "telemetry", "metrics", "address"]) {
        let address = entry.node.text().unwrap_or("127.0.0.1:8888");
        let (host, port) = address.rsplit_once(':').unwrap_or((address, "8888"));
        let text = sentence!(
            "Today's releases of the Collector know no `service.telemetry.metrics.address` and refuse to start; \
             its own counters, which show refused and failed records, are set under `readers` now."
        );
        let host = if host.is_empty() { "0.0.0.0" } else { host };
        let fix = format!(
            "      readers:\n        - pull:\n            exporter:\n              \
             prometheus:\n                host: {host}\n                port: {port}"
        );
        sheet.error("telemetry_address", entry.line, text).fix(fix);
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Severity;
    use super::*;

    const GOOD: &str = "\
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:4318
        max_request_body_size: 67108864
exporters:
  file/logs:
    path: /var/lib/audit/logs.jsonl
    rotation:
      max_backups: 0
service:
  pipelines:
    logs:
      receivers: [otlp]
      exporters: [file/logs]
";

    /// What is found in a configuration, as `severity code line`, without what is as it should be.
    fn found(text: &str) -> Vec<String> {
        let mut findings = CollectorConfig::read("c.yaml", text).findings;
        findings.sort_by_key(|finding| (finding.severity, finding.place.as_ref().map(|place| place.line)));
        (findings.iter())
            .filter(|finding| finding.severity != Severity::Ok)
            .map(|finding| {
                let line = finding.place.as_ref().map_or(0, |place| place.line);
                format!("{} {} {line}", finding.severity.as_str(), finding.code)
            })
            .collect()
    }

    /// What is found in the good one with one thing changed.
    fn found_with(good: &str, changed: &str) -> Vec<String> {
        assert_eq!(GOOD.matches(good).count(), 1, "{good}");
        found(&GOOD.replace(good, changed))
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn a_good_configuration_has_no_fault() {
        assert_eq!(found(GOOD), NOTHING);
        let config = CollectorConfig::read("c.yaml", GOOD);
        assert_eq!(config.log_paths, ["/var/lib/audit/logs.jsonl"]);
        assert!(config.findings.iter().any(|finding| finding.code == "logs_written"));
    }

    #[test]
    fn a_file_that_is_emptied_or_deleted_is_told() {
        let rotation = "    rotation:\n      max_backups: 0\n";
        assert_eq!(found_with(rotation, ""), ["error file_truncated 8"]);
        assert_eq!(found_with(rotation, "    append: false\n"), ["error file_truncated 10"]);
        assert_eq!(found_with(rotation, "    append: true\n"), ["note append_buffered 10"]);
        for text in ["yes", "'true'", "1"] {
            let found = found_with(rotation, &format!("    append: {text}\n"));
            assert_eq!(found, ["error file_key_wrong_type 10"], "{text}");
        }
        assert_eq!(found_with(rotation, "    append: ${env:KEEP}\n"), ["note retention_unknown 10"]);
        assert_eq!(found_with(rotation, "    rotation:\n"), ["warning rotation_deletes 10"]);
        assert_eq!(found_with("max_backups: 0", "max_backups: 5"), ["warning rotation_deletes 11"]);
        assert_eq!(found_with("max_backups: 0", "max_backups: ${env:N:-0}"), NOTHING);
        for written in ["0x5", "0o5", "05", "1_000", "!!int '7'", "!!int 7", "5.0", "1.9", "1e1"] {
            let found = found_with("max_backups: 0", &format!("max_backups: {written}"));
            assert_eq!(found, ["warning rotation_deletes 11"], "{written}");
        }
        for written in ["0x0", "!!int '0'", "0.0", "0.9", "-0.5"] {
            assert_eq!(
                found_with("max_backups: 0", &format!("max_backups: {written}")),
                NOTHING,
                "{written}"
            );
        }
        assert_eq!(
            found_with("max_backups: 0", "max_backups: 0\n      max_days: 30\n      localtime: true"),
            ["warning rotation_deletes_by_age 12", "note rotation_localtime 13"]
        );
        assert_eq!(found_with("/var/lib/audit", "/tmp/otel-data"), ["warning file_path_temporary 9"]);
        assert_eq!(found_with("/var/lib/audit", "data"), ["note file_path_relative 9"]);
        assert_eq!(found_with("/var/lib/audit", "${env:DIR}"), ["note file_path_unknown 9"]);
        assert_eq!(found_with("/var/lib/audit", "/var/run"), ["warning file_path_temporary 9"]);
        for (path, fixed) in [
            ("|\n      /tmp/x.jsonl", "    path: /var/lib/otelcol/audit/x.jsonl"),
            ("'/tmp/x: #1.jsonl'", "    path: \"/var/lib/otelcol/audit/x: #1.jsonl\""),
        ] {
            let text = GOOD.replace("/var/lib/audit/logs.jsonl", path);
            let findings = CollectorConfig::read("c.yaml", &text).findings;
            let fix = findings.iter().find_map(|finding| finding.fix.as_deref());
            assert_eq!(fix, Some(format!("{fixed}\n    create_directory: true").as_str()));
        }
        for device in ["/dev/stdout", "/dev/null"] {
            let found = found_with("/var/lib/audit/logs.jsonl", device);
            assert_eq!(found, ["error file_path_device 9"], "{device}");
        }
        for unusable in ["", "''", "5", "[a]"] {
            let found = found_with("/var/lib/audit/logs.jsonl", unusable);
            assert_eq!(found, ["error file_path_missing 9"], "{unusable}");
        }
    }

    #[test]
    fn what_only_the_environment_knows_of_a_file_is_not_said_to_be_kept() {
        let judged = |rotation: &str| {
            let text = GOOD.replace("rotation:\n      max_backups: 0", rotation);
            let findings = CollectorConfig::read("c.yaml", &text).findings;
            let is_kept = findings.iter().any(|finding| finding.code == "file_kept");
            (found(&text), is_kept)
        };
        let unknown =
            |severity: &str, line: u64| (vec![format!("{severity} retention_unknown {line}")], false);
        assert_eq!(judged("rotation:\n      max_backups: ${env:KEEP}"), unknown("note", 11));
        assert_eq!(
            judged("rotation:\n      max_backups: 0\n      max_days: ${env:DAYS}"),
            unknown("note", 12)
        );
        assert_eq!(judged("rotation: ${env:ROT}"), unknown("note", 10));
        assert_eq!(judged("rotation:\n      max_backups: '5'"), unknown("warning", 11));
    }

    #[test]
    fn what_makes_the_collector_refuse_to_start_is_an_error() {
        let cases = [
            ("    path:", "    append: true\n    path:", "append_with_rotation 9"),
            ("    path:", "    sending_queue: {}\n    path:", "file_key_unknown 9"),
            ("    path:", "    file_path:", "file_path_missing 8"),
            ("    path:", "    format: text\n    path:", "file_format_unknown 9"),
            ("    path:", "    compression: gzip\n    path:", "file_compression_unknown 9"),
            ("    path:", "    directory_permissions: '0700'\n    path:", "directory_permissions_alone 9"),
            ("max_backups", "max_backup", "file_key_unknown 11"),
            ("max_backups: 0", "max_backups: -1", "rotation_negative 11"),
            ("max_backups: 0", "max_megabytes: -1", "rotation_negative 11"),
            ("      max_backups", "      enabled: false\n      max_backups", "file_key_unknown 11"),
            ("receivers: [otlp]", "receivers: [otpl]", "component_undeclared 15"),
            ("exporters: [file/logs]", "exporters: [file/logs, debug]", "component_undeclared 16"),
            ("      exporters: [file/logs]\n", "", "pipeline_incomplete 14"),
            ("    logs:", "    log:", "pipeline_unknown 14"),
            ("[otlp]", "otlp", "pipeline_without_list 15"),
            ("[file/logs]", "{file/logs: }", "pipeline_without_list 16"),
            ("exporters:\n  file", "exporters:\n  logging:\n  file", "component_gone 8"),
            ("service:\n", "servce:\n", "section_unknown 12"),
            (
                "service:\n",
                "connectors:\n  count:\nservice:\n  extensions: [pprof]\n",
                "component_undeclared 15",
            ),
            ("receivers: [otlp]", "receivers: [otlp]\n      receivers: []", "collector_config_not_yaml 16"),
            ("127.0.0.1:4318", "localhost", "receiver_address 5"),
            ("127.0.0.1:4318", "http://127.0.0.1:4318", "receiver_address 5"),
            ("127.0.0.1:4318", "127.0.0.1:4318/v1/logs", "receiver_address 5"),
            ("127.0.0.1:4318", "127.0.0.1:0", "receiver_address 5"),
            ("127.0.0.1:4318", "127.0.0.1:4318\n        enabled: false", "receiver_without_protocol 2"),
        ];
        for (good, changed, expected) in cases {
            let found = found_with(good, changed);
            assert!(found.contains(&format!("error {expected}")), "{changed}: {found:?}");
        }
        let append = GOOD
            .replace("    rotation:\n      max_backups: 0\n", "    append: true\n    compression: zstd\n");
        let found_in_append =
            ["warning append_with_compression 10", "note append_buffered 10", "note zstd_framing 11"];
        assert_eq!(found(&append), found_in_append);
        let span_metrics = GOOD.replace("service:\n", "connectors:\n  spanmetrics:\nservice:\n").replace(
            "exporters: [file/logs]",
            "processors: [spanmetrics]\n      exporters: [file/logs, spanmetrics]",
        );
        assert_eq!(found(&span_metrics), ["error connector_one_end 13", "error component_undeclared 18"]);
    }

    #[test]
    fn white_space_around_the_parts_of_an_id_is_none_of_it() {
        let spaced = GOOD
            .replace("  file/logs:", "  'file / logs':")
            .replace("[otlp]", "[' otlp']")
            .replace("    logs:", "    ' logs / audit ':")
            .replace("service:\n", "extensions:\n  'pprof/ 1':\nservice:\n  extensions: [pprof/1]\n");
        assert_eq!(found(&spaced), NOTHING);
    }

    #[test]
    fn log_records_must_get_from_the_receiver_to_a_file() {
        assert_eq!(found_with("    logs:", "    traces:")[0], "error logs_pipeline_missing 13");
        let debug =
            GOOD.replace("[file/logs]", "[debug]").replace("  file/logs:\n", "  debug:\n  file/logs:\n");
        assert_eq!(found(&debug), ["error logs_not_written 17", "warning file_exporter_unused 9"]);
        let deaf =
            GOOD.replace("service:", "connectors:\n  forward:\nservice:").replace("[otlp]", "[forward]");
        assert_eq!(found(&deaf)[0], "error connector_one_end 13");
        let forwarded = deaf + "    logs/in:\n      receivers: [otlp]\n      exporters: [forward]\n";
        assert_eq!(found(&forwarded), NOTHING);
    }

    #[test]
    fn what_a_variable_hides_is_not_said_to_be_missing() {
        let hidden = |from: &str, to: &str, variable: &str| {
            let (before, rest) = GOOD.split_once(from).expect("the part");
            let (_, after) = rest.split_once(to).expect("its end");
            found(&format!("{before}{from} {variable}\n{to}{after}"))
        };
        let file = "${file:x.yaml}";
        assert_eq!(hidden("receivers:", "exporters:\n", file), ["note config_part_unknown 1"]);
        assert_eq!(hidden("  otlp:", "exporters:\n", file), ["note config_part_unknown 2"]);
        assert_eq!(hidden("    protocols:", "exporters:\n", file), ["note config_part_unknown 3"]);
        assert_eq!(hidden("      http:", "exporters:\n", file), ["note config_part_unknown 4"]);
        let switch = "127.0.0.1:4318\n        enabled: ${env:ON}";
        assert_eq!(found_with("127.0.0.1:4318", switch), ["note config_part_unknown 6"]);
        assert_eq!(hidden("\nexporters:", "service:\n", file), ["note config_part_unknown 7"]);
        assert_eq!(hidden("  file/logs:", "service:\n", file), ["note config_part_unknown 8"]);
        let (before, _) = GOOD.split_once("  pipelines:").expect("the part");
        assert_eq!(found(&format!("{before}  pipelines: {file}\n")), ["note config_part_unknown 13"]);
        assert_eq!(found_with("[file/logs]", "['${env:EXPORTER}']"), ["note config_part_unknown 16"]);
        assert_eq!(found_with("[otlp]", "${env:RECEIVERS}"), ["note config_part_unknown 15"]);
        assert_eq!(found_with("[file/logs]", "${env:EXPORTERS:-[file/logs]}"), NOTHING);
    }

    #[test]
    fn processors_of_the_trail_are_told_by_what_they_do_to_it() {
        let with = |processor: &str| {
            found(&GOOD.replace("service:\n", &format!("processors:\n  {processor}:\nservice:\n")).replace(
                "      exporters: [file/logs]",
                &format!("      processors: [{processor}]\n      exporters: [file/logs]"),
            ))
        };
        assert_eq!(with("batch/2"), ["warning batch_processor 18"]);
        assert_eq!(with("filter/quiet"), ["warning processor_drops 18"]);
        assert_eq!(with("remotetap"), NOTHING);
        assert_eq!(with("redaction"), ["note processor_changes 18"]);
        assert_eq!(with("memory_limiter"), ["note processor_refuses 18"]);
        assert_eq!(with("spanmetrics")[0], "error component_gone 13");
        let twice = GOOD.replace("service:\n", "processors:\n  remotetap:\nservice:\n").replace(
            "      exporters: [file/logs]",
            "      processors: [remotetap, remotetap]\n      exporters: [file/logs]",
        );
        assert_eq!(found(&twice), ["error processor_twice 18"]);
    }

    #[test]
    fn the_fix_of_a_pipeline_leaves_out_nothing_that_a_variable_names() {
        let fix = |processors: &str, exporters: &str| {
            let text = GOOD.replace("service:\n", "processors:\n  batch:\nservice:\n").replace(
                "      exporters: [file/logs]",
                &format!("      processors: {processors}\n      exporters: {exporters}"),
            );
            let findings = CollectorConfig::read("c.yaml", &text).findings;
            let batch = findings.into_iter().find(|finding| finding.code == "batch_processor");
            batch.expect("a finding").fix
        };
        let whole = "    logs:\n      receivers: [otlp]\n      exporters: [file/logs]";
        assert_eq!(fix("[batch]", "[file/logs]").as_deref(), Some(whole));
        assert_eq!(fix("[batch, '${env:P}']", "[file/logs]"), None);
        assert_eq!(fix("[batch]", "[file/logs, '${env:E}']"), None);
    }

    #[test]
    fn a_receiver_that_is_no_tcp_needs_no_port() {
        let with = |transport: &str| {
            found_with(
                "      http:",
                &format!("      grpc: {{transport: {transport}, endpoint: /s}}\n      http:"),
            )
        };
        assert_eq!(with("unix"), NOTHING);
        assert_eq!(with("'${env:T}'"), NOTHING);
        assert_eq!(with("tcp4"), ["error receiver_address 4"]);
    }

    #[test]
    fn a_receiver_that_is_open_to_the_network_is_told() {
        for address in ["0.0.0.0:4318", "'[::]:4318'", "':4318'", "${env:A:-0.0.0.0:4318}"] {
            assert_eq!(found_with("127.0.0.1:4318", address), ["warning receiver_exposed 5"], "{address}");
        }
        for empty in [
            "auth:",
            "auth: {enabled: false, authenticator: basic}",
            "tls: {client_ca_file: }",
            "tls: {enabled: false, client_ca_file: ca.pem}",
        ] {
            let open = format!("0.0.0.0:4318\n        {empty}");
            assert_eq!(found_with("127.0.0.1:4318", &open), ["warning receiver_exposed 5"], "{empty}");
        }
        let keyed = "0.0.0.0:4318\n        tls: {client_ca_file: ca.pem}";
        assert_eq!(found_with("127.0.0.1:4318", keyed), NOTHING);
        assert_eq!(found_with("127.0.0.1:4318", "${env:A}"), NOTHING);
    }

    #[test]
    fn old_names_and_files_that_two_write_to_are_told() {
        let old = GOOD.replace("exporters:\n  file", "exporters:\n  otlphttp/loki:\n  file");
        assert_eq!(found(&old), ["note component_renamed 8", "note component_unused 8"]);
        let telemetry =
            GOOD.replace("service:\n", "service:\n  telemetry:\n    metrics:\n      address: ':8888'\n");
        assert_eq!(found(&telemetry), ["error telemetry_address 15"]);
        let two = GOOD.replace("service:\n", "  file/2:\n    path: /var/lib/audit/logs.jsonl\nservice:\n")
            + "    traces:\n      receivers: [otlp]\n      exporters: [file/2, file/logs]\n";
        assert_eq!(
            found(&two),
            ["error file_shared 13", "note file_mixed 8", "note other_file_truncated 12"]
        );
        let unused = GOOD.replace("service:\n", "  file/2:\n    path: /var/lib/audit/logs.jsonl\nservice:\n");
        assert_eq!(found(&unused), ["warning file_exporter_unused 12"]);
        let zstd = found_with("    path:", "    compression: zstd\n    path:");
        assert_eq!(zstd, ["note zstd_framing 9"]);
        let grouped = |path: &str| {
            let text = GOOD.replace("/var/lib/audit/logs.jsonl", path);
            found(&text.replace("    path:", "    group_by: {enabled: true}\n    path:"))
        };
        assert_eq!(grouped("/var/lib/audit/*/logs.jsonl"), ["warning file_group_by 9"]);
        for path in ["/var/lib/audit/logs.jsonl", "'*.jsonl'", "/*/*.jsonl"] {
            assert_eq!(grouped(path)[0], "error file_group_by_path 10", "{path}");
        }
        let group_by = |keeping: &str| {
            let text = GOOD.replace("rotation:\n      max_backups: 0", keeping);
            let text = text.replace("    path: ", "    group_by: {enabled: true}\n    path: /*");
            let findings = CollectorConfig::read("c.yaml", &text).findings;
            let told = findings.into_iter().find(|finding| finding.code == "file_group_by");
            told.expect("a finding").text.english().ends_with("is emptied.")
        };
        assert!(group_by("append: false") && !group_by("append: true") && !group_by("rotation:"));
    }
}
