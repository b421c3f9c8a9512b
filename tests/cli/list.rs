//! `list`: which conversations were there?

use serde_json::{Value, json};

use crate::harness::{codex_audit, fixture, log, run, said};

/// The only conversation in a fixture.
fn only(fixture: &str) -> Value {
    let mut records = run(&format!("list --json -f {fixture}")).records();
    assert_eq!(records.len(), 1, "{fixture} holds one conversation");
    records.remove(0)
}

/// Of each conversation: its first prompt, kind, what that rests on, and its parent's place in the list.
fn kinds(input: &str) -> Vec<String> {
    let records = run(&format!("list --json -f {input}")).records();
    let place = |id: &Value| records.iter().position(|record| record["conversation_id"] == *id);
    records
        .iter()
        .map(|record| {
            let word = |name: &str| record[name].as_str().unwrap_or("null").to_owned();
            let parent = match &record["parent_conversation_id"] {
                Value::Null => String::new(),
                id => format!(" of {}", place(id).map_or("elsewhere".to_owned(), |place| place.to_string())),
            };
            format!("{} by {}{parent}", word("kind"), word("kind_basis"))
        })
        .collect()
}

#[test]
fn a_subagent_is_told_by_the_result_that_opened_it() {
    assert_eq!(
        kinds("captures/collector/mcp-0.169.0.jsonl"),
        ["main by agent_name", "subagent by spawn_result of 0"]
    );
}

#[test]
fn a_subagent_is_told_by_a_message_that_belongs_to_no_conversation() {
    assert_eq!(
        kinds("subagent_by_communication.jsonl"),
        ["main by prompt", "subagent by agent_communication of 0"]
    );
}

#[test]
fn the_reviewer_and_its_spare_thread_are_told_apart_from_a_persons_conversations() {
    assert_eq!(
        kinds("captures/collector/reviewer-0.169.0.jsonl"),
        ["main by agent_name", "reviewer by prompt of 0", "main by prompt", "prewarmed by policy"]
    );
}

#[test]
fn codex_s_own_prompts_name_their_conversations_and_a_forged_line_does_not_name_the_parent() {
    assert_eq!(
        kinds("codex_own_conversations.jsonl"),
        ["main by prompt", "prewarmed by policy", "reviewer by prompt of 0", "title by prompt"]
    );
}

#[test]
fn without_prompts_a_reviewer_is_told_by_its_assessments_and_a_title_cannot_be_told() {
    assert_eq!(
        kinds("redacted_prompts.jsonl"),
        ["main by agent_name", "prewarmed by policy", "reviewer by assessment of 0", "null by null"]
    );
}

/// The start of a conversation under these policies.
fn start(approval: &str, sandbox: &str) -> Value {
    json!({ "approval_policy": approval, "sandbox_policy": sandbox })
}

/// The kind of a conversation that begins under these policies with that prompt.
fn kind_of_prompt(approval: &str, sandbox: &str, prompt: &str) -> String {
    let written = log(&[
        ("01b00001", "conversation_starts", start(approval, sandbox)),
        ("01b00001", "user_prompt", json!({ "prompt": prompt })),
    ]);
    codex_audit("list --json -f -").with_stdin(written).run().column("kind").remove(0)
}

#[test]
fn a_prompt_that_codex_writes_and_a_person_may_type_is_nobody_s() {
    for prompt in [
        "Review the current code changes (staged, unstaged, and untracked files) and provide prioritized findings.",
        "## Memory Writing Agent: Phase 2 (Consolidation)\nYou are a Memory Writing Agent.",
        "# Overview\n\nGenerate 0 to 3 hyperpersonalized suggestions for what this user can do",
    ] {
        assert_eq!(kind_of_prompt("on-request", "workspace-write", prompt), "null", "{prompt}");
    }
    assert_eq!(kind_of_prompt("on-request", "workspace-write", "Review the parser"), "main");
}

#[test]
fn the_desktop_app_s_titles_are_titles() {
    let prompt = "You are a helpful assistant. You will be presented with a user prompt, and your job is to provide \
                  a short title for a task that will be created from that prompt.";
    assert_eq!(kind_of_prompt("never", "read-only", prompt), "title");
}

#[test]
fn a_conversation_of_redacted_prompts_that_stands_alone_is_a_client_s_unless_it_has_codex_s_own_policies() {
    for (approval, sandbox) in [("on-request", "workspace-write"), ("never", "danger-full-access")] {
        assert_eq!(kind_of_prompt(approval, sandbox, "[REDACTED]"), "main");
    }
    assert_eq!(kind_of_prompt("never", "read-only", "[REDACTED]"), "null");
}

#[test]
fn a_conversation_of_redacted_prompts_beside_another_may_be_a_review_for_it() {
    let redacted = |id, prompts| {
        let prompt = (id, "user_prompt", json!({ "prompt": "[REDACTED]" }));
        [vec![(id, "conversation_starts", start("on-request", "workspace-write"))], vec![prompt; prompts]]
            .concat()
    };
    let kinds = |events: &[_]| codex_audit("list --json -f -").with_stdin(log(events)).run().column("kind");
    let one_behind_the_other = [redacted("01b00001", 2), redacted("01b00002", 1)].concat();
    assert_eq!(kinds(&one_behind_the_other), ["main", "main"]);
    let beside = [redacted("01b00001", 1), redacted("01b00002", 1), redacted("01b00001", 1)].concat();
    assert_eq!(kinds(&beside), ["main", "null"]);
    let behind_the_lost_start_of_another =
        [redacted("01b00001", 1), redacted("01b00002", 1).split_off(1)].concat();
    assert_eq!(kinds(&behind_the_lost_start_of_another), ["null", "null"]);
}

#[test]
fn an_agent_of_a_job_is_told_by_its_prompt_or_its_report_and_its_parent_by_the_job() {
    let result = |tool: &str, arguments: &str, output: &str| json!({ "tool_name": tool, "arguments": arguments, "output": output, "success": "true" });
    let item =
        |job| format!("You are processing one item for a generic agent job.\nJob ID: {job}\nItem ID: 1\n");
    let report = result("report_agent_job_result", r#"{"job_id":"j","item_id":"2"}"#, r#"{"accepted":true}"#);
    let written = log(&[
        ("01b00001", "conversation_starts", start("never", "workspace-write")),
        ("01b00001", "user_prompt", json!({ "prompt": "Go through rows.csv" })),
        ("01b00002", "user_prompt", json!({ "prompt": item("j") })),
        ("01b00003", "user_prompt", json!({ "prompt": "[REDACTED]" })),
        ("01b00003", "tool_result", report),
        ("01b00004", "user_prompt", json!({ "prompt": item("elsewhere") })),
        ("01b00001", "tool_result", result("spawn_agents_on_csv", "{}", r#"{"job_id":"j","status":"comple"#)),
    ]);
    let said = codex_audit("list --json -f -").with_stdin(written).run();
    assert_eq!(said.column("kind"), ["main", "subagent", "subagent", "subagent"]);
    assert_eq!(said.column("kind_basis")[1..], ["agent_job"; 3]);
    assert_eq!(said.column("parent_conversation_id"), ["null", "01b00001", "01b00001", "null"]);
}

#[test]
fn an_agent_that_is_not_the_root_is_no_client_s() {
    let written = log(&[
        ("01b00001", "conversation_starts", start("never", "workspace-write")),
        ("01b00001", "user_prompt", json!({ "prompt": "look for races" })),
        ("01b00001", "tool_result", json!({ "tool_name": "exec_command", "agent_name": "01b00001" })),
    ]);
    assert_eq!(codex_audit("list --json -f -").with_stdin(written).run().column("kind"), ["null"]);
}

#[test]
fn what_a_collector_dropped_is_not_taken_for_what_did_not_happen() {
    let kinds = |events: &[_]| codex_audit("list --json -f -").with_stdin(log(events)).run().column("kind");
    let of = |id: &'static str, approval, sandbox, prompt: &str| {
        vec![
            (id, "conversation_starts", start(approval, sandbox)),
            (id, "user_prompt", json!({ "prompt": prompt })),
        ]
    };
    let spawn = |tool: Option<&str>, output: &str| {
        let mut result = json!({ "output": output, "success": "true" });
        result["tool_name"] = json!(tool.unwrap_or_default());
        ("01b00001", "tool_result", result)
    };
    let main = of("01b00001", "never", "workspace-write", "Go through rows.csv");
    let agent = of("01b00002", "never", "workspace-write", "Count the rows");
    let other = (of("01b00001", "never", "workspace-write", "go on")).split_off(1);
    let with = |result| [main.clone(), vec![result], agent.clone(), other.clone()].concat();
    assert_eq!(kinds(&with(spawn(Some("exec_command"), "x"))), ["main", "main"]);
    assert_eq!(kinds(&with(spawn(None, "x"))), ["null", "null"], "the tool's name");
    let masked = spawn(Some("spawn_agent"), r#"{"agent_id":"****"}"#);
    assert_eq!(kinds(&with(masked)), ["null", "null"], "the agent's id");
    // A call without any result: what was alive then may have opened it, by a call that is gone as well.
    let call = ("01b00001", "tool_decision", json!({ "call_id": "1", "decision": "approved" }));
    let side_by_side = [main.clone(), agent.clone(), other].concat();
    assert_eq!(kinds(&[side_by_side.clone(), vec![call.clone()]].concat()), ["main", "null"]);
    assert_eq!(kinds(&side_by_side), ["main", "main"], "nothing was called");
    let one_behind_the_other = [main.clone(), vec![call.clone()], agent].concat();
    assert_eq!(kinds(&one_behind_the_other), ["main", "main"]);

    let spare = ("01b00003", "conversation_starts", start("never", "read-only"));
    assert_eq!(kinds(&[vec![spare.clone()], main.clone()].concat()), ["null", "main"]);
    assert_eq!(kinds(&[main.clone(), vec![spare.clone()]].concat()), ["main", "prewarmed"]);
    let without_prompts = [main[..1].to_vec(), vec![spare]].concat();
    assert_eq!(
        kinds(&without_prompts)[1],
        "null",
        "nobody has typed anything yet, or no prompts are let through"
    );
    assert_eq!(kinds(&[without_prompts, vec![call]].concat())[1], "null", "no prompts are let through");
}

#[test]
fn a_redacted_prompt_is_no_text_and_says_so() {
    for record in run("list --json -f redacted_prompts.jsonl").records() {
        assert_eq!(record["first_prompt"], Value::Null);
        assert_eq!(record["prompt_redacted"], record["prompts"] == 1, "{record}");
    }
}

#[test]
fn a_resumed_conversation_is_one_conversation_with_two_starts() {
    let record = only("resumed_conversation.jsonl");
    assert_eq!(record["starts"], 2);
    assert_eq!(record["prompts"], 2);
    assert_eq!(record["duration_ms"], 86_400_010);
    assert_eq!([&record["approval_policy"], &record["sandbox_policy"]], ["on-request", "workspace-write"]);
}

#[test]
fn the_model_is_that_of_the_start_and_all_models_are_named_in_the_order_of_appearance() {
    let record = only("model_change.jsonl");
    assert_eq!(record["model"], "gpt-5.1-codex");
    assert_eq!(record["models"], json!(["gpt-5.1-codex", "gpt-5.2-codex", "codex-mini"]));
}

#[test]
fn of_a_conversation_that_began_elsewhere_the_start_is_unknown() {
    let said = codex_audit("list --json -f -").with_stdin(second_line_of("one_conversation.jsonl")).run();
    let record = said.records().remove(0);
    assert_eq!(record["starts"], 0);
    assert_eq!(record["model"], "gpt-5.1-codex", "the first that was seen");
    for unknown in
        ["kind", "kind_basis", "provider", "approval_policy", "sandbox_policy", "mcp_servers", "first_prompt"]
    {
        // Its agent calls itself the root, which tells the kind without a start.
        let expected = match unknown {
            "kind" => json!("main"),
            "kind_basis" => json!("agent_name"),
            _ => Value::Null,
        };
        assert_eq!(record[unknown], expected, "{unknown}");
    }
}

fn second_line_of(fixture: &str) -> Vec<u8> {
    let bytes = crate::harness::fixture(fixture);
    bytes.split_inclusive(|byte| *byte == b'\n').nth(1).expect("a second line").to_vec()
}

#[test]
fn no_servers_is_an_empty_list_and_several_are_several() {
    assert_eq!(only("one_conversation.jsonl")["mcp_servers"], json!([]));
    assert_eq!(only("terminal_escapes.jsonl")["mcp_servers"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_response_that_broke_off_is_no_response() {
    let record = only("broken_off_response.jsonl");
    assert_eq!(
        record["tokens"],
        json!({"responses": 1, "input": 700, "cached_input": 0, "cache_write": 0, "output": 20, "reasoning": 0, "total": 720})
    );
    assert_eq!([&record["model_requests"], &record["model_errors"]], [2, 0]);
}

#[test]
fn counts_are_read_from_text_numbers_and_doubles_and_a_missing_total_is_the_sum() {
    assert_eq!(
        only("counts_as_text_and_number.jsonl")["tokens"],
        json!({"responses": 3, "input": 7000, "cached_input": 1200, "cache_write": null, "output": 70, "reasoning": 15, "total": 7070})
    );
}

#[test]
fn a_response_whose_counts_are_no_numbers_has_no_price_and_says_why() {
    let whole = String::from_utf8(fixture("one_conversation.jsonl")).expect("text");
    let (before, behind) = whole.split_once("\"input_token_count\",\"value\":{").expect("a count");
    let (_, behind) = behind.split_once('}').expect("its end");
    let unreadable = format!("{before}\"input_token_count\",\"value\":{{\"stringValue\":\"1e3\"}}{behind}");
    let said = codex_audit("tokens -q -f -").with_stdin(unreadable).run();
    let reason =
        "unpriced: 1 response of gpt-5.1-codex: the tokens read or written are not recorded as a number\n";
    assert!(said.stdout.contains(reason), "{}", said.stdout);
}

#[test]
fn a_warm_up_is_counted_apart_and_an_empty_answer_is_not_one() {
    let record = only("warm_up.jsonl");
    assert_eq!(record["warmups"], 1);
    assert_eq!(
        record["tokens"],
        json!({"responses": 3, "input": 3600, "cached_input": 3300, "cache_write": 0, "output": 12, "reasoning": 0, "total": 3612})
    );
    assert_eq!([&record["model_requests"], &record["model_errors"]], [5, 1]);
}

#[test]
fn a_count_that_no_record_holds_is_null_and_a_conversation_without_responses_used_nothing() {
    for record in run("list --json -f captures/collector/exec-0.45.0.jsonl").records() {
        assert_eq!(record["tokens"]["cache_write"], Value::Null, "0.45.0 does not record it");
        assert_eq!(record["network_requests"], Value::Null);
        assert_eq!(record["network_denied"], Value::Null);
        assert_eq!(record["originator"], Value::Null);
        assert_eq!(record["host"], Value::Null);
        assert_eq!(record["user_email"], Value::Null);
    }
    let nothing = json!({"responses": 0, "input": 0, "cached_input": 0, "cache_write": 0, "output": 0, "reasoning": 0, "total": 0});
    assert_eq!(only("denied_tool_call.jsonl")["tokens"], nothing);
}

#[test]
fn a_request_for_the_list_of_models_is_no_request_to_a_model() {
    let record = only("request_for_models.jsonl");
    assert_eq!(record["model_requests"], 3);
    assert_eq!(record["model_errors"], 2, "no connection, and 429");
}

#[test]
fn both_spellings_of_a_decision_are_counted_as_one() {
    assert_eq!(
        only("older_decision_spellings.jsonl")["decisions"],
        json!({
            "abort": 1,
            "approved": 2,
            "approved_for_session": 2,
            "approved_mcp_policy_amendment": 1,
            "approved_with_amendment": 2,
            "approved_with_network_policy_allow": 1,
            "denied": 1,
            "denied_with_network_policy_deny": 1,
            "network_policy_amendment": 1,
            "timed_out": 2,
            "unknown": 1,
        })
    );
}

#[test]
fn two_verdicts_on_one_network_request_are_one_request_and_the_last_one_stands() {
    let record = only("network_verdicts.jsonl");
    assert_eq!([&record["network_requests"], &record["network_denied"]], [5, 3]);
    let captured = only("captures/collector/network-0.169.0.jsonl");
    assert_eq!([&captured["network_requests"], &captured["network_denied"]], [4, 2]);
}

#[test]
fn an_execution_is_one_request_and_none_of_a_conversation_where_its_records_name_none() {
    let captured = String::from_utf8(fixture("captures/collector/network-0.169.0.jsonl")).expect("text");
    let nameless = captured.replace("\"key\":\"conversation.id\"", "\"key\":\"conversation.removed\"");
    let asked = |question: &str| {
        codex_audit(&format!("{question} --json -q -f -")).with_stdin(nameless.clone()).run().records()
    };
    let records = |rows: &[Value]| rows.iter().filter_map(|row| row["records"].as_u64()).collect::<Vec<_>>();
    let named = run("network --json -f captures/collector/network-0.169.0.jsonl").records();
    assert_eq!(records(&asked("network")), records(&named));
    assert!(asked("network --summary").iter().all(|row| row["conversations"] == 0));
}

#[test]
fn requests_to_several_hosts_that_share_an_execution_are_said_to_be_hidden() {
    let captured = String::from_utf8(fixture("captures/collector/network-0.169.0.jsonl")).expect("text");
    let ids = run("network --json -f captures/collector/network-0.169.0.jsonl").column("execution_id");
    let shared = ids.iter().fold(captured.clone(), |text, id| text.replace(id, &ids[0]));
    for question in ["network", "network --summary", "network --host nowhere.invalid", "list"] {
        let said = codex_audit(&format!("{question} --json -f -")).with_stdin(shared.clone()).run();
        assert!(
            said.stderr.contains("1 network request stands for records about several hosts"),
            "{}",
            said.stderr
        );
        let said = codex_audit(&format!("{question} --json -f -")).with_stdin(captured.clone()).run();
        assert!(!said.stderr.contains("several hosts"), "{}", said.stderr);
    }
    let said = codex_audit("show -f -").with_stdin(shared.clone()).run();
    assert!(said.stdout.contains(" records, some about other hosts"), "{}", said.stdout);
    // A host of which only hidden records are is not said to be in no record.
    let hosts = run("network --json -f captures/collector/network-0.169.0.jsonl").column("server_address");
    let told = codex_audit("network --json -f -").with_stdin(shared.clone()).run().column("server_address");
    let hidden = hosts.iter().find(|host| !told.contains(host)).expect("a host that is hidden");
    let said = codex_audit(&format!("network --host {hidden} -f -")).with_stdin(shared).run();
    assert!(!said.stderr.contains("no request is to a host"), "{}", said.stderr);
}

#[test]
fn failed_calls_without_an_id_are_counted_each() {
    let record = only("result_without_call_id.jsonl");
    assert_eq!([&record["tool_calls"], &record["tool_failures"]], [2, 2]);
}

#[test]
fn who_asked_stands_in_a_column_only_where_it_differs() {
    assert!(run("list -f two_users.jsonl").stdout.contains("USER"));
    assert!(!run("list -f two_conversations_interleaved.jsonl").stdout.contains("USER"));
    let records = run("list --json -f two_users.jsonl").records();
    assert_eq!(
        [&records[0]["user_email"], &records[0]["user_account_id"]],
        ["Li.Wei@example.com", "account-li"]
    );
    assert_eq!(records[1]["user_email"], Value::Null);
}

#[test]
fn conversations_stand_by_their_start_and_those_without_a_time_last() {
    for input in ["captures/rotated", "events_without_time.jsonl", "codex_own_conversations.jsonl"] {
        let starts: Vec<Option<u64>> = (run(&format!("list --json -f {input}")).records().iter())
            .map(|record| {
                record["start_time_unix_nano"].as_str().map(|digits| digits.parse().expect("digits"))
            })
            .collect();
        assert!(starts.len() > 1);
        assert!(starts.is_sorted_by_key(|start| (start.is_none(), *start)), "{input}: {starts:?}");
    }
}

#[test]
fn an_unknown_event_is_counted_like_any_other() {
    assert_eq!(only("unknown_event.jsonl")["events"], 3);
}

#[test]
fn an_empty_file_is_no_conversation_and_no_fault() {
    insta::assert_snapshot!(said("list -f empty.jsonl"), @"
    ------- stderr -------
    note: there is no conversation in the input, or none that the filters admit
    note: the input is empty: nothing has arrived yet, or the Collector emptied it when it started
    [exit status: 0]
    ");
    insta::assert_snapshot!(said("list --json -f empty.jsonl"), @"
    ------- stderr -------
    note: the input is empty: nothing has arrived yet, or the Collector emptied it when it started
    [exit status: 0]
    ");
}

#[test]
fn records_of_no_conversation_are_counted_on_standard_error() {
    let said = run("list --json -f record_without_attributes.jsonl");
    assert_eq!(said.stderr, "note: 2 records belong to no conversation\n");
    assert_eq!(said.records().len(), 1);
}

#[test]
fn a_child_under_the_day_of_its_eldest_has_the_date_and_the_offset_of_its_own() {
    let log = String::from_utf8(fixture("subagent_by_communication.jsonl")).expect("text");
    let starts = |eldest: &str, child: &str, zone: &str| -> Vec<String> {
        let log = ["07", "08", "09"]
            .iter()
            .fold(log.clone(), |log, time| log.replace(&format!("2026-11-02T01:00:00.{time}"), child))
            .replace("2026-11-02T01:00:00.0", eldest);
        let list = codex_audit(&format!("list -q --tz {zone} -f -")).with_stdin(log).run().stdout;
        let rows = list.lines().filter(|line| line.contains("01b000"));
        rows.filter_map(|row| Some(row.trim().split_once("  ")?.0.to_owned())).collect()
    };
    let (before, after) = ("2026-10-25T00:30:00.0", "2026-10-25T01:30:00.0");
    assert_eq!(
        starts("2026-11-02T01:00:00.0", "2026-11-05T02:00:00.0", "beijing"),
        ["09:00:00", "11-05 10:00:00"]
    );
    assert_eq!(
        starts("2026-11-02T01:00:00.0", "2027-01-05T02:00:00.0", "beijing"),
        ["09:00:00", "2027-01-05 10:00:00"]
    );
    assert_eq!(starts(before, before, "Europe/Berlin"), ["02:30:00", "02:30:00"]);
    assert_eq!(starts(before, after, "Europe/Berlin"), ["02:30:00", "2026-10-25 02:30:00 +01:00"]);
}

#[test]
fn a_conversation_over_midnight_stands_on_the_day_it_began() {
    insta::assert_snapshot!(said("list -f over_midnight_in_beijing.jsonl"), @"
     START     LASTED  ID                                    MODEL          PROMPTS  CALLS  TOKENS  FIRST PROMPT
    2026-11-02 Mon  times are +08:00
     23:59:59  1m 30s  01b00048-0000-7000-8000-000000000048  gpt-5.1-codex        2      0      11  late
    1 conversation on 1 day · 2 prompts · 0 calls
    [exit status: 0]
    ");
}

#[test]
fn a_response_of_another_tier_has_no_price_and_says_why() {
    let completed = |tier: &str| {
        let counts = json!({
            "event.kind": "response.completed", "input_token_count": "1000", "cached_token_count": 0,
            "output_token_count": "10", "service_tier": tier, "model": "gpt-5.1-codex",
        });
        let written = log(&[("01b00001", "sse_event", counts)]);
        codex_audit("tokens --explain --json -f -")
            .with_stdin(written)
            .run()
            .column("unpriced_reason")
            .remove(0)
    };
    assert_eq!(completed("priority"), "only prices of the standard service tier are known");
    assert_eq!(["", "auto", "default"].map(completed), ["null"; 3]);
}

#[test]
fn a_request_whose_last_verdict_is_not_asked_for_is_not_counted_as_in_network() {
    let verdict = |time, decision| {
        let attributes = json!({
            "event.timestamp": time, "execution.id": "e1", "server.address": "evil.test",
            "network.policy.decision": decision,
        });
        ("a", "network_proxy.policy_decision", attributes)
    };
    let log = log(&[verdict("2026-11-02T01:00:00Z", "allow"), verdict("2026-11-02T01:00:02Z", "deny")]);
    let counted = |filter: &str| {
        let said = codex_audit(&format!("list -q --json {filter} -f -")).with_stdin(log.clone()).run();
        let row = said.records().remove(0);
        json!([row["network_requests"], row["network_denied"]])
    };
    assert_eq!(counted(""), json!([1, 1]));
    assert_eq!(counted("--since 2026-11-02T01:00:01Z"), json!([1, 1]));
    assert_eq!(counted("--until 2026-11-02T01:00:01Z"), json!([0, 0]), "`network` shows none");
}

#[test]
fn a_conversation_that_begins_before_what_is_asked_for_is_marked_and_codex_s_own_prompts_are_counted_apart() {
    let file = "captures/collector/reviewer-0.169.0.jsonl";
    let cut = run(&format!("list --since '2026-11-21 05:58:13.9' -f {file}")).stdout;
    let starts: Vec<_> = cut.lines().skip(2).take(4).map(|row| &row[1..10]).collect();
    assert_eq!(starts, ["05:58:13*", "05:58:13*", "05:58:14 ", "05:58:14 "]);
    assert!(cut.ends_with(
        "\n4 conversations on 1 day · 4 prompts, 3 of them in conversations that Codex opened · 4 calls, 1✗ failed, \
         1⊘ refused\n* its start is not among what was read or asked for: the row shows only the rest\n"
    ), "{cut}");
    let whole = run(&format!("list -f {file}")).stdout;
    assert!(!whole.contains('*'), "{whole}");
}

#[test]
fn events_whose_name_was_renamed_on_the_way_are_said_to_be_in_no_column() {
    let renamed = fixture("captures/collector/exec-0.169.0.jsonl");
    let renamed = String::from_utf8(renamed).expect("UTF-8").replace("event.name", "event_name");
    let said = codex_audit("list -f -").with_stdin(renamed).run().stderr;
    let note =
        "note: 87 records have the attributes of an event, and no event.name: what they say is not counted\n";
    assert!(said.ends_with(note), "{said}");
}
