//! Files, folders, patterns, standard input: what is read.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::{codex_audit, fixture, fixtures, log, run, said};

/// A folder with copies of fixtures under other names.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, source) in files {
        fs::write(folder.path().join(name), fixture(source)).expect("a copy");
    }
    folder
}

fn said_in(folder: &Path, line: &str) -> String {
    codex_audit(line).in_folder(folder).run().text()
}

/// The first prompts of what is listed.
fn prompts(folder: &Path, line: &str) -> Vec<String> {
    codex_audit(&format!("list --json {line}")).in_folder(folder).run().column("first_prompt")
}

/// Two backups of one set, the file that is written to, and files that are none of it.
fn rotated() -> tempfile::TempDir {
    let folder = folder(&[
        ("logs.jsonl", "damaged/blank_lines.jsonl"),
        ("logs-2026-11-02T01-00-00.000-size.jsonl", "damaged/two_objects_on_one_line.jsonl"),
        ("logs-2025-12-31T23-00-00.000.jsonl", "one_conversation.jsonl"),
        ("logs-other.jsonl", "unknown_event.jsonl"),
        ("traces.jsonl", "captures/signals/traces-0.114.0.jsonl"),
    ]);
    fs::write(folder.path().join("README.md"), "Logs of the team.\n").expect("a file");
    fs::write(folder.path().join(".README.md.swp"), "b0VIM 9.1").expect("a file");
    fs::create_dir(folder.path().join("older")).expect("a folder");
    fs::write(folder.path().join("older/logs.jsonl"), fixture("two_users.jsonl")).expect("a file");
    folder
}

#[test]
fn a_folder_is_every_log_file_directly_in_it() {
    let folder = rotated();
    insta::assert_snapshot!(said_in(folder.path(), "list -f ."), @"
     START     LASTED  ID                                    MODEL          PROMPTS  CALLS  TOKENS  FIRST PROMPT
    2026-11-02 Mon  times are +08:00
     09:00:00   60 ms  01b00012-0000-7000-8000-000000000012  gpt-5.1-codex        0      0       0  –
     09:00:00   2.1 s  01b00001-0000-7000-8000-000000000001  gpt-5.1-codex        1      1   2,280  List the files, please. 请列出文件。
     09:00:00   20 ms  01b00014-0000-7000-8000-000000000014  gpt-5.1-codex        1      0      11  glued, and whole
     09:00:00   10 ms  01b00013-0000-7000-8000-000000000013  gpt-5.1-codex        1      0       0  after blank lines
    4 conversations on 1 day · 3 prompts · 1 call
    ------- stderr -------
    note: .: passed over, no OTLP in it: README.md
    [exit status: 0]
    ");
}

#[test]
fn a_folder_is_read_in_the_order_written() {
    let folder = rotated();
    let said = codex_audit("show --json -f .").in_folder(folder.path()).run();
    let mut files: Vec<String> = said
        .records()
        .iter()
        .map(|record| record["location"]["file"].as_str().expect("a name").to_owned())
        .collect();
    files.dedup();
    assert_eq!(
        files,
        [
            "./logs-other.jsonl",
            "./logs-2025-12-31T23-00-00.000.jsonl",
            "./logs-2026-11-02T01-00-00.000-size.jsonl",
            "./logs.jsonl",
        ],
        "sets by name, and in a set the file that is written to last"
    );
}

#[test]
fn a_named_file_is_that_file_alone_and_says_what_lies_beside_it() {
    let folder = rotated();
    insta::assert_snapshot!(said_in(folder.path(), "list -f logs.jsonl"), @"
     START     LASTED  ID                                    MODEL          PROMPTS  CALLS  TOKENS  FIRST PROMPT
    2026-11-02 Mon  times are +08:00
     09:00:00   10 ms  01b00013-0000-7000-8000-000000000013  gpt-5.1-codex        1      0       0  after blank lines
    1 conversation on 1 day · 1 prompt · 0 calls
    ------- stderr -------
    note: logs.jsonl: 2 rotated files beside it were not read; --rotated takes them in
    [exit status: 0]
    ");
    assert_eq!(prompts(folder.path(), "-q -f logs.jsonl"), ["after blank lines"]);
}

#[test]
fn a_named_file_brings_its_backups_where_they_are_asked_for() {
    let folder = rotated();
    let said = codex_audit("list --json --rotated -f logs.jsonl").in_folder(folder.path()).run();
    assert_eq!(said.records().len(), 3);
    assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)));
    // A backup brings the whole set too.
    let said = codex_audit("list --json --rotated -f logs-2025-12-31T23-00-00.000.jsonl")
        .in_folder(folder.path())
        .run();
    assert_eq!(said.records().len(), 3);
}

#[test]
fn a_pattern_is_every_file_that_fits() {
    let folder = rotated();
    insta::assert_snapshot!(said_in(folder.path(), "list -f 'logs-20*.jsonl'"), @"
     START     LASTED  ID                                    MODEL          PROMPTS  CALLS  TOKENS  FIRST PROMPT
    2026-11-02 Mon  times are +08:00
     09:00:00   2.1 s  01b00001-0000-7000-8000-000000000001  gpt-5.1-codex        1      1   2,280  List the files, please. 请列出文件。
     09:00:00   20 ms  01b00014-0000-7000-8000-000000000014  gpt-5.1-codex        1      0      11  glued, and whole
    2 conversations on 1 day · 2 prompts · 1 call
    ------- stderr -------
    note: logs-2025-12-31T23-00-00.000.jsonl: 1 rotated file beside it was not read; --rotated takes them in
    note: logs-2026-11-02T01-00-00.000-size.jsonl: 1 rotated file beside it was not read; --rotated takes them in
    [exit status: 0]
    ");
    let said = codex_audit("list --json --rotated -f 'logs*.jsonl'").in_folder(folder.path()).run();
    assert_eq!(said.records().len(), 4);
    assert_eq!(said.stderr, "", "no file is read twice");
}

#[cfg(unix)]
#[test]
fn a_file_whose_name_looks_like_a_pattern_is_a_file() {
    let folder = folder(&[("logs[1]*.jsonl", "one_conversation.jsonl"), ("logs1.jsonl", "two_users.jsonl")]);
    assert_eq!(prompts(folder.path(), "-f 'logs[1]*.jsonl'"), ["List the files, please. 请列出文件。"]);
}

#[test]
fn several_inputs_of_every_sort_mix() {
    let folder = rotated();
    let said = codex_audit("list --json -f older -f - -f logs-other.jsonl -f 'logs-20*'")
        .in_folder(folder.path())
        .with_stdin(fixture("denied_tool_call.jsonl"))
        .run();
    assert_eq!(said.records().len(), 2 + 1 + 1 + 2);
}

#[test]
fn a_file_that_is_named_twice_counts_once() {
    let said = run("list --json -f one_conversation.jsonl -f ./one_conversation.jsonl");
    assert_eq!(said.records()[0]["events"], 10);
    assert!(said.stderr.starts_with("note: 10 copies of records were dropped"), "{}", said.stderr);
}

#[test]
fn standard_input_is_read_where_a_dash_is_named() {
    let piped = codex_audit("show -f -").with_stdin(fixture("one_conversation.jsonl")).run();
    let expected = said("show -f one_conversation.jsonl").replace("one_conversation.jsonl:", "-:");
    assert_eq!(piped.text(), expected);
    let record =
        &codex_audit("show --json -f -").with_stdin(fixture("one_conversation.jsonl")).run().records()[0];
    assert_eq!(record["location"]["file"], "-");
}

#[cfg(unix)]
#[test]
fn a_pipe_that_has_a_name_answers_what_is_to_be_read_more_than_once() {
    for question in ["show", "show --last"] {
        let piped =
            codex_audit(&format!("{question} -f /dev/stdin")).with_stdin(fixture("one_conversation.jsonl"));
        let expected = said(&format!("{question} -f one_conversation.jsonl"));
        assert_eq!(piped.run().text(), expected.replace("one_conversation.jsonl:", "/dev/stdin:"));
    }
}

#[test]
fn what_kind_of_file_it_is_does_not_depend_on_its_name() {
    let folder = folder(&[("report.csv", "one_conversation.jsonl"), ("noextension", "two_users.jsonl")]);
    assert_eq!(prompts(folder.path(), "-f .").len(), 3);
    assert_eq!(prompts(folder.path(), "-f report.csv").len(), 1);
}

#[test]
fn what_cannot_be_opened_is_said_and_the_rest_is_answered() {
    insta::assert_snapshot!(said("list -f missing.jsonl -f unknown_event.jsonl"), @"
     START     LASTED  ID                                    MODEL          PROMPTS  CALLS  TOKENS  FIRST PROMPT
    2026-11-02 Mon  times are +08:00
     09:00:00   60 ms  01b00012-0000-7000-8000-000000000012  gpt-5.1-codex        0      0       0  –
    1 conversation on 1 day · 0 prompts · 0 calls
    ------- stderr -------
    error: missing.jsonl does not exist
    [exit status: 2]
    ");
}

#[test]
fn an_input_that_is_not_there_is_an_error() {
    insta::assert_snapshot!(said("list -f missing.jsonl"), @"
    ------- stderr -------
    error: missing.jsonl does not exist
    [exit status: 2]
    ");
    insta::assert_snapshot!(said("show -f missing.jsonl"), @"
    ------- stderr -------
    error: missing.jsonl does not exist
    [exit status: 2]
    ");
    insta::assert_snapshot!(said("list --json -f 'missing*.jsonl'"), @"
    ------- stderr -------
    error: no file fits the pattern missing*.jsonl
    [exit status: 2]
    ");
    insta::assert_snapshot!(said("list -f '['"), @"
    ------- stderr -------
    error: [ is no pattern: invalid range pattern
    [exit status: 2]
    ");
    insta::assert_snapshot!(said("list -f ''"), @"
    ------- stderr -------
    error: a file without a name does not exist
    [exit status: 2]
    ");
}

#[test]
fn a_backup_that_somebody_packed_is_not_passed_over() {
    let folder = rotated();
    let name = "logs-2025-12-30T23-00-00.000.jsonl.xz";
    fs::write(folder.path().join(name), b"\xFD7zXZ\0\0\x04packed").expect("a file");
    let said = codex_audit("list -f .").in_folder(folder.path()).run();
    let note = format!("note: ./{name} is packed with xz, which is not undone here: unpack it first\n");
    assert!(said.stderr.contains(&note), "{}", said.stderr);
    assert_eq!(said.exit, Some(3));
    let said = codex_audit("list -f logs.jsonl").in_folder(folder.path()).run();
    assert!(said.stderr.contains("3 rotated files beside it were not read"), "{}", said.stderr);
}

#[test]
fn a_folder_without_logs_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("empty")).expect("a folder");
    fs::create_dir(folder.path().join("notes")).expect("a folder");
    fs::write(folder.path().join("notes/README.md"), "hello\n").expect("a file");
    insta::assert_snapshot!(said_in(folder.path(), "list -f empty"), @"
    ------- stderr -------
    error: the folder empty holds no OTLP file
    [exit status: 2]
    ");
    insta::assert_snapshot!(said_in(folder.path(), "list -f notes"), @"
    ------- stderr -------
    error: the folder notes holds no OTLP file
    note: notes: passed over, no OTLP in it: README.md
    [exit status: 2]
    ");
}

#[test]
fn a_folder_with_other_signals_only_is_read_and_holds_no_conversation() {
    let said = run("list -f captures/signals");
    assert_eq!((said.stdout.as_str(), said.exit), ("", Some(0)));
}

#[test]
fn the_environment_names_files_where_the_command_line_does_not() {
    let named = |value: &str, line: &str| codex_audit(line).with_variable("CODEX_AUDIT_FILE", value).run();
    let separator = if cfg!(windows) { ";" } else { ":" };
    let two = named(&["one_conversation.jsonl", "two_users.jsonl"].join(separator), "list --json");
    assert_eq!(two.column("first_prompt").len(), 3);
    let overruled = named("missing.jsonl", "list --json -f one_conversation.jsonl");
    assert_eq!((overruled.records().len(), overruled.exit), (1, Some(0)));
    insta::assert_snapshot!(named("missing.jsonl", "list").text(), @"
    ------- stderr -------
    error: missing.jsonl does not exist
    [exit status: 2]
    ");
}

#[test]
fn without_any_word_on_the_input_the_usual_file_is_read_and_explained_when_it_is_missing() {
    let said = codex_audit("list").with_variable("CODEX_AUDIT_FILE", "").run();
    if Path::new("/tmp/otel-data/otel-logs.jsonl").exists() {
        assert!(!said.stderr.contains("does not exist"), "{}", said.stderr);
    } else {
        insta::assert_snapshot!(said.text(), @"
        ------- stderr -------
        error: /tmp/otel-data/otel-logs.jsonl does not exist
          Codex writes no files itself: it sends events to an OpenTelemetry Collector, which does.
          `codex-audit doctor` looks at what is set up on this machine; another file than /tmp/otel-data/otel-logs.jsonl:
          -f PATH, $CODEX_AUDIT_FILE or the settings file
        [exit status: 2]
        ");
    }
}

#[test]
fn the_rotated_set_of_a_capture_is_one_input_however_it_is_named() {
    let records = |line: &str| {
        let said = run(&format!("list -q --json {line}"));
        assert_eq!(said.exit, Some(0));
        said.stdout
    };
    let folder = records("-f captures/rotated");
    assert_eq!(folder, records("--rotated -f captures/rotated/rotated.jsonl"));
    assert_eq!(folder, records("-f 'captures/rotated/*.jsonl'"));
    assert_eq!(folder, records("-f 'captures/rotated/rotated-*' -f captures/rotated/rotated.jsonl"));
}

#[test]
fn a_file_that_is_read_is_not_said_to_be_left_out() {
    for line in
        ["-f 'captures/rotated/*.jsonl'", "-f captures/rotated/rotated.jsonl -f 'captures/rotated/rotated-*'"]
    {
        let said = run(&format!("list --json {line}"));
        assert!(!said.stderr.contains("not read"), "{line}: {}", said.stderr);
    }
}

#[test]
fn every_form_of_the_exporter_gives_the_same_answer() {
    let expected = run("list --json -f captures/collector/tui-0.77.0.jsonl").stdout;
    assert_eq!(expected.lines().count(), 1);
    for entry in fs::read_dir(fixtures().join("captures/forms")).expect("the forms") {
        let name = entry.expect("an entry").file_name().into_string().expect("an ordinary name");
        let said = run(&format!("list --json -f captures/forms/{name}"));
        assert_eq!(
            (said.stdout, said.stderr, said.exit),
            (expected.clone(), String::new(), Some(0)),
            "{name}"
        );
    }
}

/// Lets everyone into a folder as far as that, and none further.
#[cfg(unix)]
fn set_mode(folder: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[cfg(unix)]
#[test]
fn of_a_folder_that_cannot_be_listed_it_is_said_that_rotated_files_may_lie_in_it() {
    let folder = rotated();
    // The user who reads is its owner, or anyone.
    set_mode(folder.path(), 0o311);
    let said = |line: &str| {
        let said = codex_audit(line).in_folder(folder.path()).without_privileges().run();
        (said.stdout.lines().count(), said.stderr, said.exit)
    };
    let unknown = "logs.jsonl: whether rotated files lie beside it is not known; its folder cannot be listed: Permission denied (os error 13)\n";
    assert_eq!(said("list --json -f logs.jsonl"), (1, format!("note: {unknown}"), Some(0)));
    assert_eq!(said("list --json --rotated -f logs.jsonl"), (1, format!("error: {unknown}"), Some(2)));
    set_mode(folder.path(), 0o700);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_named_and_the_other_files_are_read() {
    let folder = folder(&[("a.jsonl", "one_conversation.jsonl")]);
    let link = |name: &str, to: &str| {
        std::os::unix::fs::symlink(to, folder.path().join(name)).expect("a link");
    };
    link("gone.jsonl", "removed.jsonl");
    link("round.jsonl", "round.jsonl");
    let said = codex_audit("list --json -f .").in_folder(folder.path()).run();
    assert_eq!(said.column("first_prompt").len(), 1);
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert!(
        matches!(lines[..], ["error: ./gone.jsonl does not exist", round] if round.starts_with("error: ./round.jsonl cannot be read: ")),
        "{lines:?}"
    );
    assert_eq!(said.exit, Some(2));
}

#[cfg(unix)]
#[test]
fn a_folder_that_a_pattern_cannot_look_into_is_named_and_the_others_are_read() {
    let folder = folder(&[]);
    for name in ["open", "shut"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        fs::write(folder.path().join(name).join("logs.jsonl"), fixture("one_conversation.jsonl"))
            .expect("a copy");
    }
    set_mode(folder.path(), 0o755);
    set_mode(&folder.path().join("shut"), 0);
    let said = codex_audit("list --json -f '*/*.jsonl'").in_folder(folder.path()).without_privileges().run();
    assert_eq!(said.column("first_prompt").len(), 1);
    assert!(said.stderr.starts_with("error: shut cannot be read: permission denied; "), "{}", said.stderr);
    assert_eq!(said.exit, Some(2));
    set_mode(&folder.path().join("shut"), 0o700);
}

#[test]
fn small_files_are_in_order_of_time_however_they_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 1..=9 {
        let time = format!("2026-11-02T01:00:0{number}.000Z");
        let prompt = json!({ "prompt": format!("p{number}"), "event.timestamp": time });
        let log = log(&[("01b00001-0000-7000-8000-000000000001", "user_prompt", prompt)]);
        fs::write(folder.path().join(format!("{}.jsonl", 9 - number)), log).expect("a file");
    }
    let said = |line: &str| codex_audit(line).in_folder(folder.path()).run();
    let shown = said("show --json -f .");
    let prompts = shown.records();
    let prompts: Vec<_> = prompts.iter().map(|record| &record["attributes"]["prompt"]).collect();
    assert_eq!(prompts, ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"]);
    assert_eq!(shown.stderr, "");
    let before = said("grep --json p3 -B 1 -f .");
    assert_eq!(before.records()[0]["attributes"]["prompt"], "p2");
}
