//! What a shell is offered that asks the program.

use std::fs;

use crate::harness::{Said, codex_audit};

/// What fish is offered for the last word of a command line.
fn offered(line: &str) -> Said {
    codex_audit(&format!("-- codex-audit {line}"))
        .with_variable("COMPLETE", "fish")
        .with_variable("CODEX_AUDIT_FILE", "captures/collector/exec-0.169.0.jsonl")
        .run()
}

#[test]
fn ids_are_offered_with_what_tells_conversations_apart() {
    insta::assert_snapshot!(offered("show 01a").text(), @r#"
    01a1f842-e0d7-7703-880d-5cfca50db215	2026-11-20 17:21 Read the file and try to write outside; token=sk
    01a1f842-dd5e-72c1-a3b5-3b9c55052b8b	2026-11-20 17:21 请检查这个目录 and list the files.⏎CALL exec_command {"
    [exit status: 0]
    "#);
    insta::assert_snapshot!(offered("list --conversation 01a1f842-e").text(), @"
    01a1f842-e0d7-7703-880d-5cfca50db215	2026-11-20 17:21 Read the file and try to write outside; token=sk
    [exit status: 0]
    ");
}

#[test]
fn names_are_those_in_the_files_that_are_named() {
    insta::assert_snapshot!(offered("tokens -f two_users.jsonl --user a").text(), @"
    account-ann	1 conversation
    account-li	1 conversation
    [exit status: 0]
    ");
    insta::assert_snapshot!(offered("tokens --file=model_change.jsonl --model gpt-5.1").text(), @"
    gpt-5.1-codex	1 conversation
    [exit status: 0]
    ");
}

#[test]
fn what_cannot_be_read_is_no_error_in_the_prompt() {
    for line in [
        "show -f no/such/file 01a",
        "show -f damaged/not_otlp.jsonl 01a",
        "list -f - --model gpt",
        "list --tz mars",
    ] {
        assert_eq!(offered(line).text(), "[exit status: 0]\n", "{line}");
    }
}

#[test]
fn nothing_that_a_shell_would_run_or_split_is_offered() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = folder.path().join("logs.jsonl");
    let record = |value: &str| {
        let attribute = |key| serde_json::json!({"key": key, "value": {"stringValue": value}});
        let keys = ["conversation.id", "model", "user.email"].map(attribute);
        let own = ["service.name", "env"].map(attribute);
        let records = serde_json::json!([{"logRecords": [{"attributes": keys}]}]);
        let resource = serde_json::json!({"attributes": own});
        serde_json::json!({"resourceLogs": [{"resource": resource, "scopeLogs": records}]}).to_string() + "\n"
    };
    let hostile = ["$(touch x)", "`id`", "a;b", "a b", "*", "~", "-x", "a\u{1b}[31m", "a|b", "'", "a\nb"];
    fs::write(&logs, hostile.map(record).concat() + &record("gpt-5.1:x@y/z+1")).expect("a file");
    let logs = logs.to_str().expect("UTF-8");
    let options = ["--conversation", "--model", "--user", "--service", "--env", "--quiet"];
    for line in options.map(|option| format!("show -f {logs} {option} ''")) {
        let said = offered(&line);
        let values: Vec<&str> = said.stdout.lines().filter(|value| !value.starts_with("--")).collect();
        assert!(values.len() == 1 && values[0].starts_with("gpt-5.1:x@y/z+1"), "{line}: {values:?}");
    }
}

#[test]
fn paths_are_offered_that_no_shell_would_run_or_split() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["$(id).jsonl", "a;b", "a-b.jsonl", "日志.jsonl"] {
        fs::write(folder.path().join(name), "").expect("a file");
    }
    let typed = folder.path().join("a").display().to_string();
    assert_eq!(offered(&format!("list --file {typed}")).stdout, format!("{typed}-b.jsonl\n"));
    let typed = format!("{}/", folder.path().display());
    let said = offered(&format!("list --file {typed}"));
    assert_eq!(said.stdout, format!("{typed}a-b.jsonl\n{typed}日志.jsonl\n"));
}
