//! `verify` as its user meets it: what it says of whole, damaged, copied and doubtful input, and how it ends.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

struct Said {
    out: String,
    err: String,
    exit: Option<i32>,
}

/// Runs a command line in a folder, with these bytes on standard input.
fn run_in(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Said {
    let home = tempfile::tempdir().expect("a home folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_codex-audit"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", home.path());
    if let Some(root) = std::env::var_os("SYSTEMROOT") {
        command.env("SYSTEMROOT", root);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(stdin).expect("it reads its input");
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { out: text(output.stdout), err: text(output.stderr), exit: output.status.code() }
}

fn run(arguments: &[&str]) -> Said {
    run_in(&fixtures(), arguments, b"")
}

impl Said {
    fn records(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).expect("JSON Lines")).collect()
    }

    fn of_type(&self, record_type: &str) -> Vec<Value> {
        self.records().into_iter().filter(|record| record["record_type"] == record_type).collect()
    }

    fn summary(&self) -> Value {
        self.of_type("verify_summary").pop().expect("one summary")
    }

    /// The findings: code and severity.
    fn findings(&self) -> Vec<(String, String)> {
        let findings = self.summary()["findings"].as_array().expect("a list").clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        findings.iter().map(|finding| (text(&finding["code"]), text(&finding["severity"]))).collect()
    }
}

fn pairs(findings: &[(&str, &str)]) -> Vec<(String, String)> {
    findings.iter().map(|(code, severity)| ((*code).to_owned(), (*severity).to_owned())).collect()
}

/// A line with one record of a conversation at that time.
fn line(time: &str, conversation: &str, name: &str) -> String {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let attributes = [
        text("event.timestamp", time),
        text("conversation.id", conversation),
        text("event.name", name),
        text("app.version", "0.169.0"),
    ];
    let record = json!({"body": {}, "attributes": attributes});
    let resource_logs = json!({"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": [record]}]});
    format!("{}\n", json!({"resourceLogs": [resource_logs]}))
}

const START: &str = "codex.conversation_starts";

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn a_whole_file_has_no_findings_and_ends_with_0() {
    let said = run(&["verify", "--json", "-f", "captures/collector/tui-0.77.0.jsonl"]);
    assert_eq!(said.exit, Some(0));
    let records = said.records();
    assert_eq!(records.len(), 2);
    let file = &records[0];
    assert_eq!(
        [
            &file["form"],
            &file["compression"],
            &file["bytes"],
            &file["messages"],
            &file["damaged"],
            &file["records"]
        ],
        [&json!("json_lines"), &json!("none"), &json!(22_479), &json!(4), &json!(0), &json!(24)]
    );
    assert_eq!(file["sha256"], "f03f13ca2d915065a415f453197461f7699a8107587ed1d745dcdca369f057cf");
    let summary = said.summary();
    assert_eq!(summary["findings"], json!([]));
    assert_eq!(summary["events"]["codex.sse_event"], 15);
    assert_eq!([&summary["conversations"], &summary["conversations_without_start"]], [&json!(1), &json!(0)]);
}

#[test]
fn each_form_is_named_and_holds_the_same_records() {
    let said = run(&["verify", "--json", "-f", "captures/forms"]);
    let forms: Vec<_> = said
        .of_type("input_file")
        .iter()
        .map(|file| {
            assert_eq!(
                [&file["messages"], &file["records"], &file["damaged"]],
                [&json!(4), &json!(24), &json!(0)]
            );
            let name = Path::new(file["path"].as_str().expect("a path")).extension().expect("an extension");
            let word = |member: &str| file[member].as_str().expect("a word").to_owned();
            (name.to_str().expect("text").to_owned(), word("form"), word("compression"))
        })
        .collect();
    let expected = [
        ("native-protozstd", "length_prefixed_protobuf", "zstd"),
        ("native-zstd", "json_lines", "zstd"),
        ("proto", "length_prefixed_protobuf", "none"),
        ("protozstd", "length_prefixed_protobuf", "zstd_frames"),
        ("zstd", "length_prefixed_json", "zstd_frames"),
    ];
    assert_eq!(forms, expected.map(|(name, form, by)| (name.to_owned(), form.to_owned(), by.to_owned())));
    let summary = said.summary();
    assert_eq!([&summary["records"], &summary["duplicates"]], [&json!(120), &json!(96)]);
    assert_eq!(summary["events"]["codex.sse_event"], 15, "each record counts once");
}

#[test]
fn what_was_read_before_a_checksum_failed_is_not_said_to_be_in_no_answer() {
    let lines = fs::read(fixtures().join("captures/damaged/killed-collector.jsonl")).expect("a fixture");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&lines).expect("packed");
    let mut packed = packed.finish().expect("packed");
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    let said = run_in(&fixtures(), &["verify", "--json", "-f", "-"], &packed);
    assert_eq!(said.exit, Some(3));
    assert!(said.summary()["records"].as_u64().is_some_and(|records| records > 0));
    let damage = said.of_type("damage");
    let reason = damage.last().expect("damage")["reason"].as_str().expect("text").to_owned();
    assert!(reason.ends_with("matching checksum; what was read of it before may be altered"), "{reason}");
    let summary = said.summary();
    let text = summary["findings"][0]["text"].as_str().expect("text");
    assert!(
        text.ends_with("may be altered.") && !text.contains("what stands there is in no answer"),
        "{text}"
    );
}

#[test]
fn damage_is_listed_place_by_place_and_ends_with_3() {
    let said = run(&["verify", "--json", "-f", "captures/damaged/killed-collector.jsonl"]);
    assert_eq!(said.exit, Some(3));
    let damage = said.of_type("damage");
    assert_eq!(damage.len(), 1);
    assert_eq!(
        [&damage[0]["kind"], &damage[0]["location"]["line"], &damage[0]["at_byte"], &damage[0]["bytes"]],
        [&json!("torn"), &json!(8), &json!(134_870), &json!(504)]
    );
    assert!(said.findings().contains(&("damaged".to_owned(), "error".to_owned())));
    let summary = said.summary();
    let finding = &summary["findings"][0];
    assert_eq!([&finding["code"], &finding["location"]["line"]], [&json!("damaged"), &json!(8)]);
}

#[test]
fn a_warning_ends_with_1_and_a_note_with_0() {
    let note = run(&["verify", "--json", "-f", "unknown_event.jsonl"]);
    assert_eq!((note.findings(), note.exit), (pairs(&[("unknown_event", "note")]), Some(0)));
    assert_eq!(note.summary()["unknown_events"], 2);
    let folder = folder(&[("logs.jsonl", &line("2026-11-20T10:00:00Z", "a", "codex.user_prompt"))]);
    let warning = run_in(folder.path(), &["verify", "--json", "-f", "logs.jsonl"], b"");
    assert_eq!(
        (warning.findings(), warning.exit),
        (
            pairs(&[("conversation_without_start", "warning"), ("conversation_without_answer", "note")]),
            Some(1)
        )
    );
}

#[test]
fn a_prompt_that_no_answer_follows_is_noted() {
    let text = [("20T10:00:00Z", START), ("20T10:00:01Z", "codex.user_prompt")]
        .map(|(time, name)| line(&format!("2026-11-{time}"), "a", name));
    let folder = folder(&[("logs.jsonl", &text.concat())]);
    let said = run_in(folder.path(), &["verify", "--json", "-f", "logs.jsonl"], b"");
    assert_eq!((said.findings(), said.exit), (pairs(&[("conversation_without_answer", "note")]), Some(0)));
    let summary = said.summary();
    assert_eq!(
        [&summary["conversations_without_answer"], &summary["findings"][0]["location"]["line"]],
        [&json!(1), &json!(2)]
    );
}

#[test]
fn what_sums_and_spans_of_time_leave_out_is_named() {
    let start = line("2026-11-20T10:00:00Z", "a", START);
    let without_time = line("some day", "a", START);
    assert_eq!(
        run_in(&fixtures(), &["verify", "--json", "-f", "-"], (start.clone() + &without_time).as_bytes())
            .findings(),
        pairs(&[("record_without_time", "note")])
    );
    for (count, is_readable) in [("12", true), ("", true), ("-1", false), ("18446744073709551616", false)] {
        let tokens = json!({"key": "output_token_count", "value": {"stringValue": count}});
        let more = start.replace("\"attributes\":[", &format!("\"attributes\":[{tokens},"));
        let said = run_in(&fixtures(), &["verify", "--json", "-f", "-"], more.as_bytes());
        let expected = if is_readable { vec![] } else { pairs(&[("unreadable_token_count", "warning")]) };
        assert_eq!((said.findings(), said.exit), (expected, Some(i32::from(!is_readable))), "{count}");
    }
}

#[test]
fn input_without_any_record_is_not_passed_in_silence() {
    let said = run(&["verify", "--json", "-f", "captures/signals"]);
    assert_eq!((said.findings(), said.exit), (pairs(&[("no_records", "warning")]), Some(1)));
    assert!(said.of_type("input_file").iter().all(|file| file["messages"].as_u64() > Some(0)));
    assert_eq!(run(&["verify", "-f", "empty.jsonl"]).exit, Some(1));
}

#[test]
fn a_file_that_is_a_copy_has_times_of_its_own() {
    let text = line("2026-11-20T10:00:00Z", "a", START);
    let folder = folder(&[("a.jsonl", &text), ("b.jsonl", &text)]);
    let said = run_in(folder.path(), &["verify", "--json", "-f", "."], b"");
    let times: Vec<_> = said.of_type("input_file").iter().map(|file| file["first_time"].clone()).collect();
    assert_eq!(times, vec![json!("2026-11-20T18:00:00.000+08:00"); 2]);
    assert_eq!((said.findings(), said.exit), (pairs(&[("duplicates", "note")]), Some(0)));
    let kept = run_in(folder.path(), &["verify", "--json", "--keep-duplicates", "-f", "."], b"");
    assert_eq!(kept.summary()["events"][START], 2);
    assert_eq!(kept.summary()["duplicates"], 1);
}

#[test]
fn it_is_said_whether_copies_count() {
    let said = |option: &[&str]| {
        let arguments = [&["verify", "--json", "-f", "delivered_twice.jsonl"], option].concat();
        let findings = run(&arguments).summary()["findings"].as_array().expect("a list").clone();
        let on_copies = findings.iter().find(|finding| finding["code"] == "duplicates").expect("a finding");
        on_copies["text"].as_str().expect("text").to_owned()
    };
    assert!(said(&[]).ends_with(" a copy of it. Each record counts once."));
    assert!(
        said(&["--keep-duplicates"])
            .ends_with(" a copy of it. Each copy counts, as --keep-duplicates asks for.")
    );
}

#[test]
fn a_silence_is_noted_and_warned_of_where_it_was_asked_for() {
    let text = ["20T10:00:00Z", "20T15:00:00Z", "23T10:00:00Z"]
        .map(|time| line(&format!("2026-11-{time}"), "a", START));
    let folder = folder(&[("logs.jsonl", &text.concat())]);
    let said = |gap: &[&str]| {
        let arguments = [&["verify", "--json", "-f", "logs.jsonl"], gap].concat();
        run_in(folder.path(), &arguments, b"")
    };
    let by_itself = said(&[]);
    assert_eq!((by_itself.findings(), by_itself.exit), (pairs(&[("silent_gap", "note")]), Some(0)));
    let asked = said(&["--gap", "4h"]);
    assert_eq!((asked.findings(), asked.exit), (pairs(&[("silent_gap", "warning"); 2]), Some(1)));
    assert_eq!(said(&["--gap", "7d"]).exit, Some(0));
    let wrong = said(&["--gap", "soon"]);
    assert_eq!(wrong.exit, Some(2));
    assert!(wrong.err.contains("no span `soon`"), "{}", wrong.err);
}

#[test]
fn clocks_that_go_back_are_warned_of() {
    let text = ["10:05:00", "10:00:00"].map(|time| line(&format!("2026-11-20T{time}Z"), "a", START));
    let folder = folder(&[("logs.jsonl", &text.concat())]);
    let said = run_in(folder.path(), &["verify", "--json", "-f", "logs.jsonl"], b"");
    assert_eq!((said.findings(), said.exit), (pairs(&[("clock_disorder", "warning")]), Some(1)));
    assert_eq!(said.summary()["findings"][0]["location"]["line"], 2);
}

#[test]
fn a_set_that_has_reached_the_exporter_s_limit_is_warned_of() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..100 {
        let name = format!("logs-2026-11-{:02}T{:02}-00-00.000-size.jsonl", number / 24 + 1, number % 24);
        let text = if number == 0 { line("2026-11-01T00:00:00Z", "a", START) } else { String::new() };
        fs::write(folder.path().join(name), text).expect("a file");
    }
    fs::write(folder.path().join("logs.jsonl"), "").expect("a file");
    let said = run_in(folder.path(), &["verify", "--json", "--rotated", "-f", "logs.jsonl"], b"");
    assert_eq!((said.findings(), said.exit), (pairs(&[("retention_at_risk", "warning")]), Some(1)));
    assert!(said.summary()["findings"][0]["text"].as_str().expect("text").contains("exactly as many"));
    fs::remove_file(folder.path().join("logs-2026-11-01T00-00-00.000-size.jsonl")).expect("removed");
    fs::write(folder.path().join("logs.jsonl"), line("2026-11-06T00:00:00Z", "a", START)).expect("a file");
    let said = run_in(folder.path(), &["verify", "--json", "--rotated", "-f", "logs.jsonl"], b"");
    assert_eq!((said.findings(), said.exit), (pairs(&[("retention_at_risk", "note")]), Some(0)));
}

#[test]
fn other_writers_forms_are_counted() {
    let said = run(&["verify", "--json", "-f", "damaged/crlf_and_bom.jsonl"]);
    assert_eq!(
        (said.findings(), said.exit),
        (pairs(&[("conversation_without_answer", "note"), ("writer_deviation", "note")]), Some(0))
    );
    let summary = run(&["verify", "--json", "-f", "other_writers.jsonl"]).summary();
    let text = summary["findings"].to_string();
    for what in
        ["snake_case (1)", "severities by name (1)", "JSON numbers, which other readers may round (1)"]
    {
        assert!(text.contains(what), "{text}");
    }
}

#[test]
fn an_unfinished_line_is_a_note_with_its_place() {
    let said = run(&["verify", "--json", "-f", "damaged/unfinished_last_line.jsonl"]);
    assert_eq!(
        (said.findings(), said.exit),
        (pairs(&[("unfinished_line", "note"), ("conversation_without_answer", "note")]), Some(0))
    );
    let bytes = fs::read(fixtures().join("damaged/unfinished_last_line.jsonl")).expect("the fixture");
    let last = bytes.iter().rposition(|byte| *byte == b'\n').expect("a line break") + 1;
    assert_eq!(said.summary()["findings"][0]["location"]["byte_offset"], last as u64);
}

#[test]
fn standard_input_is_hashed_too() {
    let text = line("2026-11-20T10:00:00Z", "a", START);
    let folder = folder(&[("logs.jsonl", &text)]);
    let hash = |arguments: &[&str]| {
        let said = run_in(folder.path(), arguments, text.as_bytes());
        said.of_type("input_file")[0]["sha256"].clone()
    };
    assert_eq!(hash(&["verify", "--json", "-f", "-"]), hash(&["verify", "--json", "-f", "logs.jsonl"]));
}

#[test]
fn what_cannot_be_opened_is_an_error() {
    let said = run(&["verify", "--json", "-f", "missing.jsonl"]);
    assert_eq!((said.out.as_str(), said.exit), ("", Some(2)));
    let said = run(&["verify", "--json", "-f", "missing.jsonl", "-f", "one_conversation.jsonl"]);
    assert_eq!((said.findings(), said.exit), (pairs(&[("unopened", "error")]), Some(2)));
    assert_eq!(said.of_type("input_file").len(), 1);
}

#[test]
fn a_sheet_holds_all_three_kinds_of_rows() {
    let said = run(&["verify", "-o", "csv", "-f", "captures/damaged/killed-collector.jsonl"]);
    let kinds: Vec<_> = said.out.lines().map(|row| row.split(',').nth(1).expect("a second cell")).collect();
    assert_eq!(kinds, ["record_type", "input_file", "damage", "verify_summary"]);
}

#[test]
fn for_people_it_ends_with_what_no_file_can_show() {
    let said = run(&["verify", "-f", "one_conversation.jsonl"]);
    insta::assert_snapshot!(said.out, @"
     FILE                    FORM         BYTES  MESSAGES  DAMAGED  RECORDS  FIRST EVENT                 LAST EVENT                  SHA-256
     one_conversation.jsonl  JSON lines  11,137         3        0       10  2026-11-02 09:00:00 +08:00  2026-11-02 09:00:02 +08:00  914c3a2b2ea20b483b66dd0f5cb4f9c99bb2f01a1ae2bc17994be88a6716701c
    1 file · 11,137 bytes · 3 messages · 10 records · 1 conversation
    events from 2026-11-02 09:00:00 +08:00 to 2026-11-02 09:00:02 +08:00
    records by release: 0.169.0 (10)
    records by service: codex_exec (10)
    records by machine: host-a (10)
    records by user: none is named (10)

     EVENT                      RECORDS
     codex.api_request                2
     codex.conversation_starts        1
     codex.sse_event                  4
     codex.tool_decision              1
     codex.tool_result                1
     codex.user_prompt                1

    Nothing to say against the input.

    No file shows what was never written to it: Codex drops events when its queue of 2,048 overflows or the Collector does not answer, and what a Collector had not written when it was killed is gone.
    Whole is not the same as genuine: who can write to the files can change them. Keep these hashes, which --no-trunc shows whole, where the files are not.
    Names, users and times are what Codex reported of itself.
    ");
}

#[test]
fn numbers_too_large_and_members_that_are_there_twice_are_counted_and_read() {
    for (input, records, told) in [
        ("numbers_out_of_range", 8, "a number too large for a double, kept as text (3)"),
        // Not the second line: a list of attributes may name one twice.
        ("duplicated_keys", 4, "messages with a member twice in one object (2)"),
    ] {
        let said = run(&["verify", "--json", "-f", &format!("damaged/{input}.jsonl")]);
        let summary = said.summary();
        assert_eq!(summary["records"], records, "{input}");
        assert!(summary["findings"].to_string().contains(told), "{input}: {}", summary["findings"]);
    }
    let shown = run(&["show", "--json", "-f", "damaged/numbers_out_of_range.jsonl"]);
    let kept: Vec<Value> = shown
        .records()
        .iter()
        .map(|record| record["attributes"]["ttft_ms"].clone())
        .filter(Value::is_string)
        .collect();
    assert_eq!(kept, ["99999999999999999999", "1e400", "1e400"]);
}

#[test]
fn a_value_that_another_of_the_same_key_hides_is_warned_of() {
    let once = line("2026-11-20T10:00:00Z", "a", START);
    let pair = r#"{"key":"x","value":{"stringValue":"1"}},"#;
    let with = |pairs: &str| once.replace(r#""attributes":["#, &format!(r#""attributes":[{pairs}"#));
    // The first list is the resource's.
    let in_resource = once.replacen(r#""attributes":["#, &format!(r#""attributes":[{pair}{pair}"#), 1);
    let warned = || pairs(&[("repeated_attribute", "warning")]);
    for (text, expected) in [
        (once.clone(), vec![]),
        (with(pair), vec![]),
        (with(&pair.repeat(2)), warned()),
        (format!("{once}{in_resource}"), warned()),
    ] {
        let said = run_in(&fixtures(), &["verify", "--json", "-f", "-"], text.as_bytes());
        assert_eq!((said.findings(), said.exit), (expected.clone(), Some(i32::from(!expected.is_empty()))));
    }
}

#[test]
fn a_value_of_an_unknown_kind_is_warned_of() {
    let once = line("2026-11-20T10:00:00Z", "a", START);
    for misspelled in ["stringWalue", "x"] {
        let text = once.replace(
            r#""attributes":["#,
            &format!(r#""attributes":[{{"key":"x","value":{{"{misspelled}":"1"}}}},"#),
        );
        let said = run_in(&fixtures(), &["verify", "--json", "-f", "-"], text.as_bytes());
        assert_eq!((said.findings(), said.exit), (pairs(&[("unknown_value_kind", "warning")]), Some(1)));
    }
}

#[test]
fn what_a_collector_s_processors_did_to_records_is_said() {
    let capture =
        fs::read_to_string(fixtures().join("captures/collector/exec-0.169.0.jsonl")).expect("a capture");
    let codes = |log: &str, options: &[&str]| {
        let arguments = [&["verify", "--json", "-f", "-"], options].concat();
        let findings = run_in(&fixtures(), &arguments, log.as_bytes()).findings();
        findings.into_iter().map(|(code, severity)| format!("{code} {severity}")).collect::<Vec<_>>()
    };
    let untouched = codes(&capture, &[]);
    let mark = |key: &str| {
        let marked = format!(r#"{{"key":"{key}","value":{{"stringValue":"x"}}}},{{"key":"event.timestamp""#);
        capture.replace(r#"{"key":"event.timestamp""#, &marked)
    };
    let on_a_second_way = capture.replace(
        r#"{"resource":{"attributes":["#,
        r#"{"resource":{"attributes":[{"key":"k8s.pod.name","value":{"stringValue":"p"}},"#,
    );
    for (changed, code) in [
        (capture.replace("event.name", "event_name"), "event_without_name warning"),
        (capture.replace("conversation.id", "conversation_id"), "event_without_conversation warning"),
        (capture.replace(r#""key":"success""#, r#""key":"done""#), "result_without_outcome warning"),
        (capture.replace("_token_count", "_count"), "responses_without_counts note"),
        (capture.replace("2026-11-20T", "2026-11-20 at "), "unreadable_time warning"),
        (capture.replace("2026-11-20T", "1970-01-20T"), "implausible_time warning"),
        (mark("sampling.threshold"), "thinned_out warning"),
        (mark("first_observed_timestamp"), "thinned_out warning"),
        (mark("redaction.masked.keys"), "masked_on_the_way note"),
        (capture.clone() + &on_a_second_way, "changed_copy warning"),
    ] {
        assert!(!untouched.iter().any(|found| found == code), "{code} of the capture: {untouched:?}");
        let found = codes(&changed, &[]);
        assert!(found.iter().any(|found| found == code), "{code} is not among {found:?}");
        assert!(!found.iter().any(|found| found.starts_with("conversation_without_answer")), "{code}");
    }
    let twice = capture.repeat(2);
    for options in [&[][..], &["--keep-duplicates"]] {
        assert!(
            !codes(&twice, options).contains(&"changed_copy warning".to_owned()),
            "a copy is no other record"
        );
    }
}

#[test]
fn records_of_other_programs_and_calls_side_by_side_are_what_they_are() {
    let codes = |log: &str| run_in(&fixtures(), &["verify", "--json", "-f", "-"], log.as_bytes()).findings();
    let start = line("2026-11-20T10:00:00Z", "a", START);
    let of_another =
        line("1999-11-20T10:00:00Z", "a", "nginx.access").replace("app.version", "sampling.priority");
    let found = codes(&(start.clone() + &of_another));
    assert!(
        found.iter().all(|(code, _)| !["thinned_out", "implausible_time"].contains(&code.as_str())),
        "{found:?}"
    );
    let decision = |call: &str| {
        let named = format!(r#""key":"call_id","value":{{"stringValue":"{call}"}}}},{{"key":"app.version""#);
        line("2026-11-20T10:00:01Z", "a", "codex.tool_decision")
            .replace(r#""body""#, r#""observedTimeUnixNano":"1795168801000000000","body""#)
            .replace(r#""key":"app.version""#, &named)
    };
    assert_eq!(codes(&(start.clone() + &decision("1") + &decision("2"))), []);
    let changed = decision("1").replace("0.169.0", "****");
    assert_eq!(codes(&(start + &decision("1") + &changed)), pairs(&[("changed_copy", "warning")]));
}

#[test]
fn where_and_by_whom_records_were_made_is_said_also_of_those_that_do_not_tell() {
    let named = line("2026-11-02T01:00:00Z", "a", START);
    let with_user = named.replace(
        r#"{"key":"conversation.id""#,
        r#"{"key":"user.email","value":{"stringValue":"li@example.cn"}},{"key":"conversation.id""#,
    );
    let said = run_in(&fixtures(), &["verify", "-f", "-"], (with_user + &named).as_bytes()).out;
    for told in [
        "\nrecords by machine: none is named (2)\n",
        "\nrecords by user: li@example.cn (1) · none is named (1)\n",
    ] {
        assert!(said.contains(told), "{said}");
    }
}
