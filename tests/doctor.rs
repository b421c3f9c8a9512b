//! `doctor` as its user meets it: on the tutorial's files, on those of `stack/`, and on broken ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use serde_json::Value;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A machine of its own: a home with the configurations of `fixtures/setup/NAME`, and a log file of Codex.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new(setup: &str) -> Self {
        let machine = Self::bare();
        let from = repository().join("fixtures/setup").join(setup);
        machine.put("codex/config.toml", &fs::read(from.join("config.toml")).expect("a configuration"));
        let collector = fs::read(from.join("otel/collector-config.yaml")).expect("a configuration");
        machine.put("codex/otel/collector-config.yaml", &collector);
        machine
    }

    /// Without configurations, and with a record of this moment.
    fn bare() -> Self {
        // Not in the system's own temporary folder, which the doctor would warn of.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let machine = Self { folder };
        // The root of a project, so that no folder around it counts.
        machine.put(".git/HEAD", b"");
        machine.put("logs/logs.jsonl", log_line(&chrono::Utc::now().to_rfc3339()).as_bytes());
        machine.private("logs/logs.jsonl");
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    #[cfg(unix)]
    fn set_mode(&self, name: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("a mode");
    }

    #[cfg(unix)]
    fn private(&self, name: &str) {
        self.set_mode(name, 0o640);
    }

    #[cfg(not(unix))]
    fn private(&self, _: &str) {}

    fn run(&self, arguments: &[&str]) -> Said {
        self.run_reading(Some("logs/logs.jsonl"), arguments)
    }

    /// Reads that file, or what is read when nobody says what.
    fn run_reading(&self, file: Option<&str>, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_codex-audit"));
        command.arg("doctor").args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("CODEX_HOME", "codex").envs(file.map(|file| ("CODEX_AUDIT_FILE", file)));
        // Without it no program starts on Windows.
        if let Some(root) = std::env::var_os("SYSTEMROOT") {
            command.env("SYSTEMROOT", root);
        }
        let output = command.output().expect("the program runs");
        Said {
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
            exit: output.status.code(),
        }
    }
}

fn log_line(time: &str) -> String {
    format!(
        "{{\"resourceLogs\":[{{\"resource\":{{}},\"scopeLogs\":[{{\"logRecords\":[{{\"attributes\":[\
         {{\"key\":\"event.name\",\"value\":{{\"stringValue\":\"codex.user_prompt\"}}}},\
         {{\"key\":\"event.timestamp\",\"value\":{{\"stringValue\":\"{time}\"}}}}]}}]}}]}}]}}\n"
    )
}

struct Said {
    stdout: String,
    stderr: String,
    exit: Option<i32>,
}

impl Said {
    /// All that was said, with what changes from run to run left out.
    fn text(&self) -> String {
        let time = Regex::new(r"\d{4}-\d\d-\d\d [0-9:]+ \+08:00").expect("a pattern");
        let age = Regex::new(r"record is [^\n]*? old").expect("a pattern");
        let stdout = time.replace_all(&self.stdout, "[time]").replace('\\', "/");
        let stdout = age.replace_all(&stdout, "record is [age] old");
        let stderr = if self.stderr.is_empty() {
            String::new()
        } else {
            format!("------- stderr -------\n{}", self.stderr)
        };
        format!("{stdout}{stderr}[exit status: {}]\n", self.exit.unwrap_or(-1))
    }

    fn findings(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn finding(&self, code: &str) -> Value {
        (self.findings().into_iter())
            .find(|finding| finding["code"] == code)
            .unwrap_or_else(|| panic!("no finding `{code}` in {}", self.stdout))
    }

    /// The codes of one severity.
    fn codes(&self, severity: &str) -> Vec<String> {
        (self.findings().iter())
            .filter(|finding| finding["severity"] == severity)
            .map(|finding| finding["code"].as_str().expect("a code").to_owned())
            .collect()
    }
}

#[test]
fn the_tutorial_s_files_are_told_what_is_wrong_with_them() {
    insta::assert_snapshot!(Machine::new("tutorial").run(&[]).text());
}

#[test]
fn files_that_are_refused_are_told_why() {
    insta::assert_snapshot!(Machine::new("refused").run(&[]).text());
}

#[test]
fn files_that_lose_records_are_told_where() {
    insta::assert_snapshot!(Machine::new("lossy").run(&[]).text());
}

#[test]
fn a_machine_without_anything_is_told_what_to_write_where() {
    insta::assert_snapshot!(Machine::bare().run(&[]).text());
}

#[test]
fn the_configurations_of_the_stack_are_clean() {
    for collector in ["collector.yaml", "small/collector.yaml"] {
        let machine = Machine::bare();
        let stack = repository().join("stack");
        let (codex, collector) = (stack.join("codex-config.toml"), stack.join(collector));
        let said = machine.run(&[
            "--json",
            "--codex-config",
            codex.to_str().expect("text"),
            "--collector-config",
            collector.to_str().expect("text"),
        ]);
        for severity in ["error", "warning", "note"] {
            assert_eq!(said.codes(severity), [""; 0], "{}", collector.display());
        }
        assert_eq!(
            said.codes("ok"),
            [
                "environment_set",
                "prompts_recorded",
                "codex_exports_logs",
                "endpoint_received",
                "file_kept",
                "logs_written",
                "codex_records",
                "log_file_current"
            ]
        );
        assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)));
    }
}

#[test]
fn what_others_must_not_read_stands_in_no_report() {
    let machine = Machine::new("tutorial");
    let address = "endpoint = 'http://127.0.0.1:4318', protocol = 'json'";
    let header = "headers = { authorization = 'Bearer sk-s3cret' }";
    for otel in [
        format!("exporter = {{ otlp-http = {{ {address}, {header} }} }}"),
        format!("exporter = {{ otlp-http = {{ {address}, {header} }}"),
        format!("exporter = {{ otlp-http = {{ {address}, {} }} }}", header.replace("headers", "haeders")),
        "[otel.exporter.otlp-http.headers]\nx = 'sk-s3cret".to_owned(),
        "[otel.exporter.otlp-http.headers]\nx = ['sk-s3cret']".to_owned(),
        "[otel.exporter.otlp-http.headers]\nx = 'sk-s3cret${TOKEN}'".to_owned(),
        "[otel.exporter.otlp-http]\nendpoint = 'http://me:s3cret@h:4318'\nprotocol = 'json'".to_owned(),
        "[otel.exporter.otlp-http]\nendpoint = 'me:s3cret@h:4318'\nprotocol = 'json'".to_owned(),
        "[otel.exporter.otlp-http]\nendpoint = 'http://me:s3cret@'\nprotocol = 'json'".to_owned(),
        "[otel.exporter.otlp-grpc]\nendpoint = 'http://me:s3cret@h:4318/v1'".to_owned(),
    ] {
        machine.put("codex/config.toml", format!("[otel]\n{otel}\n").as_bytes());
        let told = machine.run(&[]).stdout + &machine.run(&["--json"]).stdout;
        assert!(told.contains("\"severity\":\"error\"") || told.contains("header_not_expanded"), "{told}");
        assert!(!told.contains("s3cret"), "{otel}\n{told}");
    }
}

#[test]
fn what_stands_behind_a_name_that_is_told_is_not_quoted() {
    let machine = Machine::new("tutorial");
    let exporter = "exporter = { otlp-http = { x-scope = 's3cret', protocol = 'grpc', endpoint = \
                    'http://127.0.0.1:4318/v1/logs' } }";
    let signed = "[otel.exporter.otlp-http]\nprotocol = 'json'\nendpoint = 'https://h/logs?sig=s3cret'";
    for (config, codes) in [
        (
            format!("[mcp_servers.x]\nenv = {{ PAT = 's3cret',\n B = 'x' }}\n[otel]\n{exporter}\n"),
            &["inline_table_long", "protocol_unknown", "key_ignored"][..],
        ),
        (format!("[otel]\n{signed}\n"), &["endpoint_path"]),
        ("otlp = 's3cret'\notel = 's3cret'\n".to_owned(), &["otel_not_a_table"]),
    ] {
        machine.put("codex/config.toml", config.as_bytes());
        let said = machine.run(&["--json"]);
        for code in codes {
            said.finding(code);
        }
        assert!(!(said.stdout + &machine.run(&[]).stdout).contains("s3cret"), "{config}");
    }
    let collector = "s3ction: s3cret\nexporters:\n  otlphttp/x: {scope: s3cret}\n  splunk: {pat: s3cret}\n  \
                     logging: {dsn: s3cret}\n  kafka: s3cret\n  file:\n    pat: s3cret\nextensions:\n  pprof: s3cret\nconnectors: \
                     {count: s3cret}\nservice: {pipelines: {logs: {receivers: [count], exporters: []}}}\n";
    machine.put("codex/otel/collector-config.yaml", collector.as_bytes());
    let said = machine.run(&["--json"]);
    for code in
        ["component_unused", "component_renamed", "component_gone", "section_unknown", "connector_one_end"]
    {
        said.finding(code);
    }
    assert!(!(said.stdout + &machine.run(&[]).stdout).contains("s3cret"));
}

#[test]
fn a_finding_is_an_object_with_the_place_of_the_line_at_fault() {
    let machine = Machine::new("tutorial");
    let said = machine.run(&["--json"]);
    for finding in said.findings() {
        let keys: Vec<&str> = finding.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["schema_version", "record_type", "code", "severity", "subject", "text", "fix", "location"]
        );
    }
    let location = &said.finding("file_truncated")["location"];
    let text = fs::read_to_string(machine.path("codex/otel/collector-config.yaml")).expect("text");
    let offset = usize::try_from(location["byte_offset"].as_u64().expect("a number")).expect("a number");
    assert!(text[offset..].starts_with("  file/logs:"));
    assert_eq!((location["line"].as_u64(), location["record"].as_u64()), (Some(13), Some(0)));
    assert_eq!(said.exit, Some(1));
}

#[test]
fn every_format_holds_every_finding() {
    let machine = Machine::new("tutorial");
    let findings = machine.run(&["--json"]).findings().len();
    let csv = machine.run(&["-o", "csv"]).stdout;
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count(), findings);
    let markdown = machine.run(&["-o", "md"]).stdout;
    assert_eq!(markdown.lines().filter(|line| line.starts_with("- **")).count(), findings);
}

#[test]
fn a_file_that_was_named_and_is_not_there_is_exit_2() {
    let machine = Machine::new("tutorial");
    for (option, code) in [
        ("--codex-config", "codex_config_missing"),
        ("--collector-config", "collector_config_missing"),
        ("-f", "log_file_missing"),
    ] {
        let said = machine.run(&["--json", option, "no/such/file"]);
        assert_eq!(
            (said.stderr.as_str(), said.exit),
            ("error: no/such/file does not exist\n", Some(2)),
            "{option}"
        );
        assert_eq!(said.finding(code)["severity"], "error");
    }
}

#[test]
fn a_file_that_is_not_there_yet_is_the_one_that_the_collector_will_write() {
    let machine = Machine::new("tutorial");
    let collector = "codex/otel/collector-config.yaml";
    let tutorial = fs::read_to_string(machine.path(collector)).expect("a configuration");
    let elsewhere = tutorial.replace("/tmp/otel-data/otel-logs.jsonl", "/nonexistent/logs.jsonl");
    machine.put(collector, elsewhere.as_bytes());
    if Path::new("/tmp/otel-data/otel-logs.jsonl").exists() {
        return;
    }
    let said = machine.run_reading(None, &["--json"]);
    assert_eq!(said.finding("log_file_elsewhere")["fix"], "export CODEX_AUDIT_FILE=/nonexistent/logs.jsonl");
    let missing = said.finding("log_file_missing");
    assert!(
        missing["text"].as_str().expect("a text").starts_with("/nonexistent/logs.jsonl does not exist. ")
    );
}

#[test]
fn a_project_s_otel_table_is_told_to_be_ignored() {
    let machine = Machine::bare();
    machine.put(".codex/config.toml", b"model = 'x'\n[otel]\nenvironment = 'dev'\n");
    let ignored = machine.run(&["--json"]).finding("project_otel_ignored");
    assert_eq!((&ignored["severity"], &ignored["location"]["line"]), (&"warning".into(), &2.into()));
}

#[test]
fn log_files_are_judged_by_what_is_in_them() {
    let machine = Machine::bare();
    let codes = |severity: &str| -> Vec<String> {
        let mut codes = machine.run(&["--json"]).codes(severity);
        codes.retain(|code| code.contains("log_file") || code.contains("records"));
        codes
    };
    machine.put("logs/logs.jsonl", b"");
    assert_eq!(codes("warning"), ["log_file_empty"]);
    assert_eq!(machine.run(&["--json"]).stderr, "", "what a finding says is not said again");
    machine.put("logs/logs.jsonl", b"{\"resourceSpans\":[]}\n");
    assert_eq!(codes("warning"), ["no_codex_records"]);
    machine.put("logs/logs.jsonl", log_line("2026-01-01T00:00:00Z").as_bytes());
    assert_eq!((codes("warning").len(), codes("note")), (0, vec!["log_file_quiet".to_owned()]));
    machine.put("logs/logs.jsonl", format!("{}{{torn\n", log_line("2026-01-01T00:00:00Z")).as_bytes());
    let said = machine.run(&["--json"]);
    assert_eq!(said.finding("log_file_damaged")["location"]["line"], 2);
    assert_eq!(said.exit, Some(3), "part of the input could not be read");
}

#[test]
fn as_many_rotated_files_as_the_collector_keeps_are_told() {
    let machine = Machine::bare();
    for number in 1..=100 {
        let name = format!("logs/logs-2026-01-01T00-00-00.{number:03}.jsonl");
        machine.put(&name, log_line(&format!("2026-01-01T00:00:00.{number:03}Z")).as_bytes());
    }
    assert_eq!(machine.run(&["--json", "-f", "logs"]).finding("retention_reached")["severity"], "warning");
}

#[cfg(unix)]
#[test]
fn a_log_file_that_everybody_may_change_is_told() {
    let machine = Machine::bare();
    machine.set_mode("logs", 0o755);
    machine.set_mode("logs/logs.jsonl", 0o666);
    let said = machine.run(&["--json"]);
    assert_eq!(said.finding("log_file_writable_by_all")["severity"], "warning");
    assert_eq!(said.finding("log_file_readable_by_all")["severity"], "note");
}

#[test]
fn filters_are_said_not_to_apply() {
    let said = Machine::bare().run(&["--json", "--since", "today"]);
    assert!(said.stderr.starts_with("note: filters do not apply"), "{}", said.stderr);
    assert_eq!(said.finding("codex_records")["severity"], "ok");
}
