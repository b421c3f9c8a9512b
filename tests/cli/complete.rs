//! What a shell is offered that asks the program.

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
    for line in
        ["show -f no/such/file 01a", "show -f not_otlp.jsonl 01a", "list -f - --model gpt", "list --tz mars"]
    {
        assert_eq!(offered(line).text(), "[exit status: 0]\n", "{line}");
    }
}
