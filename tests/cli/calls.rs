//! Tool calls whose records are not the usual ones: what each says is of its own place, and no more than it says.

use serde_json::{Value, json};

use crate::harness::{Said, codex_audit, fixture, log};

/// The conversation of the calls.
const CONVERSATION: &str = "01b00001-0000-7000-8000-000000000001";

/// What a question about the records of one conversation is answered with.
fn asked(question: &str, records: &[(&str, Value)]) -> Said {
    let records: Vec<_> =
        records.iter().map(|(event, attributes)| (CONVERSATION, *event, attributes.clone())).collect();
    codex_audit(&format!("{question} -f -")).with_stdin(log(&records)).run()
}

fn decision(decision: &str, source: &str) -> (&'static str, Value) {
    let attributes =
        json!({ "call_id": "call_1", "tool_name": "exec_command", "decision": decision, "source": source });
    ("tool_decision", attributes)
}

fn review(status: &str, outcome: &str, risk: &str) -> (&'static str, Value) {
    let attributes = json!({ "item.id": "call_1", "status": status, "outcome": outcome, "risk_level": risk });
    ("guardian_assessment", attributes)
}

fn result(success: &str) -> (&'static str, Value) {
    let attributes = json!({
        "call_id": "call_1", "tool_name": "exec_command", "success": success, "duration_ms": "1",
        "arguments": r#"{"cmd":"make"}"#, "output": "x",
    });
    ("tool_result", attributes)
}

#[test]
fn records_of_one_moment_are_joined_in_whatever_order_they_lie() {
    let at_once = |(event, mut attributes): (&'static str, Value)| {
        attributes["event.timestamp"] = json!("2026-11-02T01:00:00.100Z");
        (event, attributes)
    };
    let records =
        [review("denied", "deny", "high"), decision("denied", "AutomatedReviewer"), result("false")]
            .map(at_once);
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let told =
            asked("tool-decision --undecided --json", &order.map(|index| records[index].clone())).records();
        let told: Vec<_> =
            told.iter().map(|row| [&row["decision"], &row["review"]["status"], &row["success"]]).collect();
        assert_eq!(json!(told), json!([["denied", "denied", false]]), "{order:?}");
    }
}

#[test]
fn a_review_that_is_recorded_late_is_of_the_reviewer_s_decision() {
    let late = [decision("approved", "AutomatedReviewer"), review("approved", "allow", "low")];
    assert_eq!(asked("tool-decision --json", &late).records()[0]["review"]["status"], "approved");
    let of_none = [decision("approved", "Config"), review("timed_out", "deny", "high")];
    assert_eq!(asked("tool-decision --json", &of_none).records()[0]["review"], Value::Null);
}

#[test]
fn each_decision_on_a_call_carries_the_review_that_it_followed() {
    let reviewed_twice = [
        review("approved", "allow", "low"),
        decision("approved", "AutomatedReviewer"),
        review("denied", "deny", "high"),
        decision("denied", "AutomatedReviewer"),
        result("false"),
    ];
    let records = asked("tool-decision --json", &reviewed_twice).records();
    let told =
        records.iter().map(|row| [&row["decision"], &row["review"]["status"], &row["review"]["risk_level"]]);
    assert_eq!(
        json!(told.collect::<Vec<_>>()),
        json!([["approved", "approved", "low"], ["denied", "denied", "high"]])
    );
    let shown = asked("show", &reviewed_twice).stdout;
    let words = "exec_command · approved by reviewer, then denied by reviewer · failed";
    assert!(shown.contains(words), "{shown}");
    let reviews: Vec<_> = shown.lines().filter(|line| line.contains("review: ")).map(str::trim).collect();
    assert_eq!(reviews, ["review: allow · risk low", "review: deny · risk high"]);
}

#[test]
fn a_review_is_not_that_of_a_decision_before_it() {
    let records = [decision("approved", "Config"), review("aborted", "", "low"), result("false")];
    assert_eq!(asked("tool-decision --json", &records).records()[0]["review"], Value::Null);
    let undecided = asked("tool-decision --json --undecided", &records[1..]).records();
    assert_eq!(undecided[0]["review"]["status"], "aborted");
}

#[test]
fn a_call_with_two_decisions_is_one_call() {
    let sandbox = ("sandbox_outcome", json!({ "call_id": "call_1", "outcome": "denied" }));
    let retried = [decision("approved", "Config"), decision("approved", "User"), sandbox, result("false")];
    let summary = asked("tool-decision --summary", &retried).stdout;
    let footer = "\n1 call · 1 recorded as blocked by the sandbox · a call with several decisions stands in several rows\n";
    assert!(summary.contains(footer), "{summary}");
    let asked_twice = [decision("approved", "User"), decision("approved", "User"), result("false")];
    let rows = asked("tool-decision --summary --json", &asked_twice).records();
    assert_eq!((&rows[0]["calls"], &rows[0]["failed"]), (&json!(1), &json!(1)), "{rows:?}");
}

#[test]
fn what_is_not_known_to_have_failed_is_not_said_to_have_succeeded() {
    let of_call = |(event, mut attributes): (&'static str, Value), call: &str| {
        attributes["call_id"] = json!(call);
        (event, attributes)
    };
    let mut silent = of_call(result("false"), "call_2");
    silent.1.as_object_mut().expect("attributes").remove("success");
    let records = [
        decision("approved", "Config"),
        of_call(decision("approved", "Config"), "call_2"),
        silent,
        of_call(decision("approved", "Config"), "call_3"),
        of_call(result("false"), "call_3"),
    ];
    let summary = asked("tool-decision --summary", &records).stdout;
    insta::assert_snapshot!(summary, @r"
     TOOL          DECISION  BY      CALLS  FAILED  UNKNOWN
     exec_command  approved  config      3       1        2
    3 calls · 1 call without a result on record · 1 call with a result that does not say whether it failed
    A request that a person cancels leaves no record in Codex's logs: such calls are not in this table.
    ");
    let footer = "\n3 decisions · 1 call without a result on record · 1 call with a result that does not say whether it failed\n";
    let rows = asked("tool-decision", &records).stdout;
    assert!(rows.contains(footer), "{rows}");
    let counted = asked("tool-decision --summary --json", &records).records();
    let counted: Vec<_> =
        ["calls", "failed", "without_result", "without_outcome"].map(|key| &counted[0][key]).into();
    assert_eq!(json!(counted), json!([3, 1, 1, 1]));
    let all_known =
        asked("tool-decision --summary", &[decision("approved", "Config"), result("true")]).stdout;
    assert!(!all_known.contains("UNKNOWN") && !all_known.contains("without"), "{all_known}");
}

#[test]
fn a_row_holds_the_first_of_very_many_things_that_the_sandbox_did() {
    let sandbox = ("sandbox_outcome", json!({ "call_id": "call_1", "outcome": "timed_out" }));
    let mut records = vec![decision("approved", "Config"), result("false")];
    records.splice(1..1, std::iter::repeat_n(sandbox, 50));
    let rows = asked("tool-decision", &records).stdout;
    let outcome = format!("{}46 more in the sandbox · failed", "timed out · ".repeat(4));
    assert!(rows.contains(&outcome), "{rows}");
}

#[test]
fn a_call_of_an_mcp_server_that_is_not_told_is_no_command_line() {
    let drop =
        json!({ "call_id": "call_1", "tool_name": "mcp__my__db__drop", "arguments": r#"{"t":"users"}"# });
    let records = [("tool_result", drop)];
    assert_eq!(asked("tool-decision --undecided --json", &records).column("mcp_server"), ["null"]);
    let shown = asked("show", &records).stdout;
    assert!(shown.contains(" mcp__my__db__drop {\"t\":\"users\"}\n") && !shown.contains('$'), "{shown}");
}

#[test]
fn a_run_that_was_ended_is_not_said_to_be_in_a_sandbox_nor_a_second_one_to_be_outside() {
    let told = |outcome: &str| {
        let outcome = ("sandbox_outcome", json!({ "call_id": "call_1", "outcome": outcome }));
        asked("show", &[outcome, result("false")]).stdout
    };
    assert!(told("timed_out").contains(" · failed in 1 ms · timed out\n"), "{}", told("timed_out"));
    assert!(told("signal").contains(" · ended by a signal\n"));
    assert!(told("escalated").contains(" · run again, blocked by the sandbox at first\n"));
}

#[test]
fn a_command_that_asked_to_leave_the_sandbox_and_still_runs_is_said_to() {
    let result = json!({
        "call_id": "call_1", "tool_name": "exec_command", "success": "true", "duration_ms": "2500",
        "arguments": r#"{"cmd":"sleep 9","workdir":"/etc","sandbox_permissions":"require_escalated","justification":"to wait\n│ x"}"#,
        "output": "Chunk ID: a\nWall time: 0.5 s\nProcess running with session ID 5\nOutput:\n",
    });
    let records = [decision("approved", "User"), ("tool_result", result)];
    let shown = asked("show", &records).stdout;
    assert!(
        shown.contains(" · approved by a person · left running, as session 5; the call took 2.5 s, "),
        "{shown}"
    );
    let lines: Vec<&str> = shown.lines().map(str::trim).collect();
    let terms = ["in /etc", "asked to run outside the sandbox", "reason given: to wait⏎│ x"];
    assert!(lines.windows(3).any(|lines| lines == terms), "{shown}");
    let table = asked("tool-decision", &records).stdout;
    assert!(table.contains(" ↗ sleep 9\n") && table.contains("↗ asked for more"), "{table}");
    assert!(table.contains(" left running "), "{table}");
}

#[test]
fn a_refusal_of_the_sandbox_that_only_the_output_tells_is_told_by_show_and_tool_decision() {
    let result = json!({
        "call_id": "call_1", "tool_name": "exec_command", "success": "false",
        "arguments": r#"{"cmd":"touch /x"}"#,
        "output": "exec_command failed: CreateProcess { message: \"Codex(Sandbox(Denied { output: ExecToolCallOutput { exit_code: 1, stdout: \\\"\\\" } }))\" }",
    });
    let records = [decision("approved", "Config"), ("tool_result", result)];
    for (question, said) in [
        ("show", " · failed, exit 1 · BLOCKED BY SANDBOX\n"),
        ("tool-decision", " BLOCKED BY SANDBOX · failed, exit 1 "),
    ] {
        let answer = asked(question, &records).stdout;
        assert!(answer.contains(said), "{answer}");
    }
    assert_eq!(asked("tool-decision --json", &records).records()[0]["sandbox_outcome"], Value::Null);
}

#[test]
fn a_tool_of_an_mcp_server_is_found_by_the_name_that_is_shown() {
    let result = json!({
        "call_id": "call_1", "tool_name": "lookup", "success": "true", "mcp_server": "demo", "arguments": "{}",
    });
    for tool in ["'MCP demo.lookup'", "'MCP *'", "lookup"] {
        for summary in ["", " --summary"] {
            let said = asked(
                &format!("tool-decision --undecided --tool {tool}{summary}"),
                &[("tool_result", result.clone())],
            );
            assert!(said.stdout.contains(" MCP demo.lookup "), "{tool}: {}", said.stdout);
        }
    }
}

#[test]
fn a_folder_closes_no_quotes_whatever_its_name() {
    let shown = |workdir: &str| {
        let result = json!({
            "call_id": "call_1", "tool_name": "exec_command", "success": "true",
            "arguments": json!({ "cmd": "ls", "workdir": workdir }).to_string(),
        });
        asked("show", &[("tool_result", result)]).stdout
    };
    for (workdir, said) in [
        (r#"/tmp/x\" · approved by a person"#, r#"in "/tmp/x\\\" · approved by a person""#),
        (r"C:\My Files\", r#"in "C:\\My Files\\""#),
        (r"C:\Files", r"in C:\Files"),
    ] {
        assert!(shown(workdir).contains(&format!("{said}\n")), "{}", shown(workdir));
    }
}

#[test]
fn a_call_that_was_run_again_is_not_said_to_be_blocked_where_a_narrow_terminal_cuts_the_words() {
    let outcome = |outcome: &str| {
        let attributes = json!({ "call_id": "call_1", "tool_name": "exec_command", "outcome": outcome });
        ("sandbox_outcome", attributes)
    };
    let records = [
        decision("approved", "Config"),
        outcome("denied"),
        decision("approved", "User"),
        outcome("escalated"),
        result("true"),
    ];
    let said = asked("tool-decision", &records).stdout;
    assert_eq!(
        said.matches(" run again, blocked by the sandbox at first · exit unknown ").count(),
        2,
        "{said}"
    );
    let summary = asked("tool-decision --summary --json", &records).records();
    assert!(summary.iter().all(|row| row["sandbox_denied"] == 0), "{summary:?}");
}

#[test]
fn a_call_that_was_never_finished_is_among_those_without_a_decision() {
    let blocked = json!({ "call_id": "call_2", "tool_name": "exec_command", "outcome": "denied" });
    let records = [review("denied", "deny", "high"), ("sandbox_outcome", blocked)];
    let told = asked("tool-decision --undecided --json", &records).records();
    let told: Vec<_> = told
        .iter()
        .map(|row| [&row["call_id"], &row["decision"], &row["review"]["status"], &row["sandbox_outcome"]])
        .collect();
    assert_eq!(json!(told), json!([["call_1", null, "denied", null], ["call_2", null, null, "denied"]]));
    assert_eq!(asked("tool-decision", &records).exit, Some(1), "none is a decision");
}

#[test]
fn what_was_not_asked_for_is_not_said_to_be_unrecorded() {
    let mut decided = decision("denied", "User");
    decided.1["event.timestamp"] = json!("2026-11-02T01:00:00Z");
    let mut failed = result("false");
    failed.1["event.timestamp"] = json!("2026-11-02T01:00:02Z");
    let records = [decided, failed];
    let show = |filter: &str| asked(&format!("show {filter} --tz utc"), &records).stdout;
    let since = show("--since 2026-11-02T01:00:01Z");
    assert!(since.contains("exec_command · no decision among what was asked for · failed"), "{since}");
    let until = show("--until 2026-11-02T01:00:01Z");
    assert!(until.contains("denied by a person · no result among what was asked for"), "{until}");
    let whole = show("--conversation 01b00001");
    assert!(whole.contains("exec_command · denied by a person · failed"), "{whole}");
}

#[test]
fn records_of_no_conversation_are_not_joined() {
    let of_none = |(event, attributes): (&'static str, Value)| ("", event, attributes);
    let log = log(&[of_none(decision("denied", "User")), of_none(result("true"))]);
    let told = codex_audit("tool-decision --undecided --json -f -").with_stdin(log).run().records();
    let told: Vec<_> = told.iter().map(|row| [&row["decision"], &row["success"]]).collect();
    assert_eq!(json!(told), json!([["denied", null], [null, true]]));
}

#[test]
fn neither_policies_nor_calls_of_no_conversation_are_said_to_be_those_of_another_record() {
    let verdict = json!({ "network.policy.decision": "deny", "server.address": "a.example" });
    let records = |id: &'static str| {
        log(&[
            (id, "conversation_starts", json!({ "approval_policy": "never", "sandbox_policy": "read-only" })),
            (id, "tool_decision", json!({ "call_id": "call_1", "decision": "approved" })),
            (id, "network_proxy.policy_decision", verdict.clone()),
            (id, "tool_result", json!({ "call_id": "call_1", "duration_ms": "60000", "success": "true" })),
        ])
    };
    let asked = |question: &str, name: &str| {
        [CONVERSATION, ""].map(|id| {
            let said = codex_audit(&format!("{question} --json -f -")).with_stdin(records(id)).run();
            said.column(name).remove(0)
        })
    };
    assert_eq!(asked("tool-decision", "approval_policy"), ["never", "null"]);
    assert_eq!(asked("tool-decision", "sandbox_policy"), ["read-only", "null"]);
    assert_eq!(asked("network", "call_id"), ["call_1", "null"]);
    assert_eq!(asked("network", "call_basis"), ["time", "null"]);
}

#[test]
fn an_address_with_colons_is_told_from_its_port() {
    let log = String::from_utf8(fixture("network_verdicts.jsonl")).expect("text");
    let log = log.replace("example.org", "2001:db8::1").replace("example.net", "[2001:db8::2]");
    let said = |question: &str| codex_audit(question).with_stdin(log.clone()).run();
    for question in ["network -f -", "show -f -"] {
        let told = said(question).stdout;
        assert!(told.contains("CONNECT [2001:db8::1]:443 "), "{told}");
        assert!(told.contains("PUT [2001:db8::2]:80 "), "{told}");
    }
    let addresses = said("network --json -f -").column("server_address");
    assert!(addresses.contains(&"2001:db8::1".to_owned()), "{addresses:?}");
}

#[test]
fn a_command_cannot_steer_the_terminal() {
    let arguments = json!({ "cmd": "echo \u{1b}[2J\u{9b}31m\u{202e}" }).to_string();
    let call = json!({ "call_id": "call_1", "tool_name": "exec_command", "arguments": arguments });
    let records = [("tool_result", call)];
    let command = "echo \\u{1b}[2J\\u{9b}31m\\u{202e}\n";
    for question in ["show", "tool-decision --undecided"] {
        let said = asked(question, &records).stdout;
        assert!(said.contains(command), "{said}");
    }
}

#[test]
fn whatever_refuses_a_call_is_asked_for_in_one_word() {
    let of_each = ["denied", "timed_out", "abort", "denied_with_network_policy_deny", "approved", "ask"];
    let records = of_each.map(|word| decision(word, "User"));
    let refused = asked("tool-decision --decision refused --json", &records);
    assert_eq!(json!(refused.column("decision")), json!(of_each[..4]));
    let more = asked("tool-decision --decision refused,approved --json", &records);
    assert_eq!(json!(more.column("decision")), json!(of_each[..5]));
}

#[test]
fn a_review_that_names_no_call_is_none_and_is_shown() {
    let review = json!({ "status": "denied", "outcome": "deny", "risk_level": "high" });
    let records = [("guardian_assessment", review)];
    assert_eq!(asked("tool-decision --undecided --json", &records).stdout, "");
    let shown = asked("show", &records).stdout;
    assert!(shown.contains("guardian_assessment") && shown.contains("outcome deny"), "{shown}");
}

#[test]
fn a_tool_of_an_mcp_server_that_is_named_like_a_shell_asks_nothing_of_the_sandbox() {
    let result = json!({
        "call_id": "call_1", "tool_name": "shell", "mcp_server": "demo", "success": "true", "duration_ms": "1",
        "arguments": r#"{"workdir":"/etc","sandbox_permissions":"require_escalated"}"#, "output": "x",
    });
    let records = [decision("approved", "User"), ("tool_result", result)];
    assert!(!asked("tool-decision", &records).stdout.contains('↗'));
    let shown = asked("show", &records).stdout;
    assert!(shown.contains(" · ok in 1 ms") && !shown.contains("outside the sandbox"), "{shown}");
}
