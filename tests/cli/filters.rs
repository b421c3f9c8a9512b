//! Which events a question is about.

use serde_json::{Value, json};

use crate::harness::{Said, codex_audit, log, run, said};

/// The ids in what is listed, without their last twelve characters, which repeat the number.
fn ids(line: &str) -> Vec<String> {
    let ids = run(&format!("list -q --json {line}")).column("conversation_id");
    ids.into_iter().map(|id| id.split('-').next().unwrap_or_default().to_owned()).collect()
}

fn names(said: &Said) -> Vec<String> {
    said.column("event_name").iter().map(|name| name.trim_start_matches("codex.").to_owned()).collect()
}

#[test]
fn what_came_later_than_asked_for_is_not_said_to_be_unrecorded() {
    for (until, listed, shown) in [
        ("", "", "Codex records no end, the conversation may go on"),
        (
            " --until 2026-11-02T01:00:00.2Z",
            "what came later is in no row, as asked for: a conversation may go on\n",
            "what came later was not asked for",
        ),
    ] {
        let list = run(&format!("list -f one_conversation.jsonl{until}")).stdout;
        assert!(list.ends_with(listed) && list.contains("may go on") != listed.is_empty(), "{list}");
        let show = run(&format!("show -f one_conversation.jsonl{until}")).stdout;
        assert!(show.contains(&format!("; {shown}\n")), "{show}");
    }
}

#[test]
fn since_takes_its_moment_in_and_until_leaves_it_out() {
    let between = |since: &str, until: &str| {
        names(&run(&format!("show --json -f one_conversation.jsonl --since {since} --until {until}")))
    };
    assert_eq!(
        between("2026-11-02T01:00:00.400Z", "2026-11-02T01:00:01.401Z"),
        ["user_prompt", "api_request", "sse_event"]
    );
    assert_eq!(between("2026-11-02T01:00:00.401Z", "2026-11-02T01:00:01.400Z"), ["api_request"]);
    assert_eq!(between("2026-11-02T01:00:00.400Z", "2026-11-02T01:00:00.400000001Z"), ["user_prompt"]);
}

#[test]
fn a_conversation_is_counted_by_its_events_within_the_span() {
    let record = &run("list --json -f one_conversation.jsonl --since '2026-11-02 09:00:01'").records()[0];
    assert_eq!([&record["events"], &record["prompts"], &record["tool_calls"]], [7, 0, 1]);
    assert_eq!(record["starts"], 0, "its start lies before the span");
    assert_eq!(record["start_time"], "2026-11-02T09:00:01.400+08:00");
    assert_eq!(record["kind"], "main", "what kind it is does not hang on the span");
}

#[test]
fn conversations_without_an_event_in_the_span_are_not_there() {
    assert_eq!(
        ids("-f captures/rotated --until '2026-11-20 17:22:25'"),
        ["01a1f842", "01a1f842", "01a1f843"]
    );
    assert_eq!(ids("-f captures/rotated --since '2026-11-20 17:28:00'"), ["01a1f849", "01a1f849"]);
    assert_eq!(ids("-f captures/rotated --since 2026-11-21"), [""; 0]);
}

#[test]
fn a_warm_up_is_one_though_its_request_is_not_asked_for() {
    let span = "-q -f captures/collector/websocket-0.169.0.jsonl --since 2026-11-20T21:55:30.465Z";
    let listed = &run(&format!("list --json {span}")).records()[0];
    let summed = &run(&format!("tokens --by conversation --json {span}")).records()[0];
    for (record, counts) in [(listed, &listed["tokens"]), (summed, summed)] {
        assert_eq!(["responses", "input"].map(|name| counts[name].as_u64()), [Some(3), Some(5_466)]);
        assert_eq!(record["warmups"], 1);
    }
    let shown = said(&format!("show --last {span}"));
    assert!(shown.contains("warm-up of the connection") && shown.contains("in 5,466 "), "{shown}");
}

#[test]
fn an_event_without_a_time_is_in_no_span() {
    assert_eq!(ids("-f events_without_time.jsonl"), ["01b00040", "01b00041"]);
    assert_eq!(ids("-f events_without_time.jsonl --since 1970-01-02"), ["01b00040"]);
    let shown = run("show --json -f events_without_time.jsonl --until 2100-01-01");
    assert_eq!(names(&shown), ["tool_decision", "observed_time", "own_time"]);
}

#[test]
fn a_span_back_from_now_is_understood() {
    // Twenty years: the fixtures are of 2026.
    assert_eq!(ids("-f one_conversation.jsonl --since -7300d"), ["01b00001"]);
    assert_eq!(ids("-f one_conversation.jsonl --until -7300d"), [""; 0]);
    assert_eq!(ids("-f one_conversation.jsonl --until=-1042w6d23h59m60s"), [""; 0]);
}

#[test]
fn a_conversation_is_chosen_by_the_beginning_of_its_id() {
    assert_eq!(ids("-f captures/rotated --conversation 01a1f847-7639"), ["01a1f847"]);
    assert_eq!(ids("-f captures/rotated --conversation 77"), [""; 0]);
}

#[test]
fn a_beginning_that_fits_several_is_asked_back() {
    insta::assert_snapshot!(said("list -f captures/rotated --conversation 01a1f842"), @"
    ------- stderr -------
    error: 2 conversations begin with `01a1f842`; give more of the id:
      01a1f842-dd5e-72c1-a3b5-3b9c55052b8b  2026-11-20 17:21:34 +08:00  请检查这个目录 and list the files.⏎CALL…
      01a1f842-e0d7-7703-880d-5cfca50db215  2026-11-20 17:21:34 +08:00  Read the file and try to write outside;…
    [exit status: 2]
    ");
}

#[test]
fn of_many_conversations_that_an_id_may_mean_the_newest_are_named() {
    let asked = |count: u64| {
        let ids: Vec<String> = (1..=count).map(|number| format!("id-{number:03}")).collect();
        let prompts: Vec<_> = ids.iter().map(|id| (id.as_str(), "user_prompt", json!({}))).collect();
        codex_audit("list -f - --conversation id-").with_stdin(log(&prompts)).run().stderr
    };
    let of_103 = asked(103);
    let lines: Vec<&str> = of_103.lines().collect();
    insta::assert_snapshot!(lines[..3].join("\n"), @"
    error: 103 conversations begin with `id-`; give more of the id:
      (3 others are not shown)
      id-004  2026-11-02 09:00:00 +08:00
    ");
    assert_eq!(lines.len(), 102, "{of_103}");
    assert!(lines[101].starts_with("  id-103 "), "{of_103}");
    assert_eq!(asked(101).lines().nth(1), Some("  (1 other is not shown)"));
    assert_eq!(asked(100).lines().count(), 101, "all of them");
}

#[test]
fn a_model_is_chosen_by_a_pattern() {
    let events = |pattern: &str| {
        run(&format!("list --json -f model_change.jsonl --model '{pattern}'")).column("events")
    };
    assert_eq!(events("gpt-5.1-codex"), ["2"]);
    assert_eq!(events("gpt-5.*"), ["4"]);
    assert_eq!(events("*codex*"), ["5"]);
    assert_eq!(events("{codex-mini,gpt-5.2-codex}"), ["3"]);
    assert_eq!(events("gpt"), [""; 0], "a pattern fits a whole name");
}

#[test]
fn a_user_is_an_address_or_an_account_in_any_letter_case() {
    for li in ["li.wei@example.com", "LI.WEI@EXAMPLE.COM", "account-li"] {
        assert_eq!(ids(&format!("-f two_users.jsonl --user {li}")), ["01b00038"], "{li}");
    }
    assert_eq!(ids("-f two_users.jsonl --user account-ann"), ["01b00039"]);
    assert_eq!(ids("-f two_users.jsonl --user account"), [""; 0], "a part of a name is no name");
}

#[test]
fn services_and_environments_are_chosen_by_name() {
    assert_eq!(ids("-f two_users.jsonl --service codex-tui"), ["01b00039"]);
    assert_eq!(ids("-f two_users.jsonl --env production"), ["01b00038"]);
    assert_eq!(ids("-f two_users.jsonl --env production --service codex-tui"), [""; 0]);
    assert_eq!(ids("-f two_users.jsonl --env prod"), [""; 0]);
}

#[test]
fn every_filter_is_the_same_for_list_and_show() {
    for filter in [
        "--since '2026-11-20 17:24' --until '2026-11-20 17:25'",
        "--model 'gpt-5.1*'",
        "--model other",
        "--service codex_cli_rs",
        "--env production",
        "--user nobody",
        "--conversation 01a1f843-a33a",
    ] {
        let listed = run(&format!("list -q --json -f captures/rotated {filter}")).records();
        let events: u64 = listed.iter().filter_map(|record| record["events"].as_u64()).sum();
        let shown = run(&format!("show -q --json -f captures/rotated {filter}")).records();
        let of_conversations = shown.iter().filter(|record| record["conversation_id"] != Value::Null).count();
        assert_eq!(of_conversations as u64, events, "{filter}");
    }
}

#[test]
fn a_filter_that_admits_nothing_is_an_empty_list_and_nothing_found() {
    insta::assert_snapshot!(said("list -f two_users.jsonl --env none"), @"
    ------- stderr -------
    note: there is no conversation in the input, or none that the filters admit
    note: no event is of the environment `none`; there are staging, production
    [exit status: 0]
    ");
    insta::assert_snapshot!(said("list --json -f two_users.jsonl --env none"), @"
    ------- stderr -------
    note: no event is of the environment `none`; there are staging, production
    [exit status: 0]
    ");
    insta::assert_snapshot!(said("show -f two_users.jsonl --env none"), @"
    ------- stderr -------
    note: there is no event in the input, or none that the filters admit
    note: no event is of the environment `none`; there are staging, production
    [exit status: 1]
    ");
}

#[test]
fn what_cannot_be_understood_is_an_error_that_names_what_can() {
    insta::assert_snapshot!(said("list -f empty.jsonl --since tomorrow"), @r#"
    ------- stderr -------
    error: --since: no time `tomorrow`; understood are RFC 3339, YYYY-MM-DD, "YYYY-MM-DD HH:MM[:SS]", now, today, yesterday, and spans back from now such as -3h or -7d
    [exit status: 2]
    "#);
    insta::assert_snapshot!(said("list -f empty.jsonl --until 2026-13-01"), @r#"
    ------- stderr -------
    error: --until: no time `2026-13-01`; understood are RFC 3339, YYYY-MM-DD, "YYYY-MM-DD HH:MM[:SS]", now, today, yesterday, and spans back from now such as -3h or -7d
    [exit status: 2]
    "#);
    insta::assert_snapshot!(said("list -f empty.jsonl --model '[a'"), @"
    ------- stderr -------
    error: `[a` is no pattern: unclosed character class; missing ']'
    [exit status: 2]
    ");
    insta::assert_snapshot!(said("list -f empty.jsonl --since 2026-11-02 --until 2026-11-01"), @"
    ------- stderr -------
    error: --since is not before --until: no event can lie between them
    [exit status: 2]
    ");
    insta::assert_snapshot!(said("list -f empty.jsonl --since 2026-11-02 --until 2026-11-02"), @"
    ------- stderr -------
    error: --since is not before --until: no event can lie between them
    [exit status: 2]
    ");
}

#[test]
fn a_filter_that_fits_nothing_at_all_is_named_with_what_was_meant() {
    insta::assert_snapshot!(said("list -f two_users.jsonl --user li.wie@example.com --env prod"), @"
    ------- stderr -------
    note: there is no conversation in the input, or none that the filters admit
    note: no event is of the user `li.wie@example.com`; did you mean `Li.Wei@example.com`?
    note: no event is of the environment `prod`; there are production, staging
    [exit status: 0]
    ");
    insta::assert_snapshot!(said("tokens -f model_change.jsonl --model gpt-5.1-codx"), @"
    ------- stderr -------
    note: no response with token counts is in the input, or none that the filters admit
    note: no event is of a model that fits `gpt-5.1-codx`; did you mean `gpt-5.1-codex`?
    [exit status: 0]
    ");
    insta::assert_snapshot!(said("grep . -f two_users.jsonl --service codex"), @"
    ------- stderr -------
    note: no event is of the service `codex`; there are codex-tui, codex_exec
    [exit status: 1]
    ");
    insta::assert_snapshot!(said("tool-decision -f captures/rotated --conversation 01a1f482"), @"
    ------- stderr -------
    note: no decision on a tool call is recorded in the input, or none that is asked for; --undecided adds calls without a decision
    note: no conversation begins with `01a1f482`; did you mean `01a1f842-dd5e-72c1-a3b5-3b9c55052b8b`?
    note: 2,168 copies of records were dropped: the same record was read before; --keep-duplicates counts them
    [exit status: 1]
    ");
    // Each alone is there, and so nothing is mistyped.
    insta::assert_snapshot!(said("show 01b00038 -f two_users.jsonl --service codex-tui"), @"
    ------- stderr -------
    note: the other filters admit nothing of the conversation that begins with `01b00038`
    [exit status: 1]
    ");
    assert_eq!(said("list -q -f two_users.jsonl --env none"), "[exit status: 0]\n");
}

#[test]
fn a_tool_a_host_or_an_attribute_that_is_not_there_is_named_with_what_is() {
    let noted = |line: &str| {
        let said = run(line);
        assert_eq!(said.exit, Some(1), "{line}");
        said.stderr
    };
    let calls = "-f captures/collector/exec-0.169.0.jsonl";
    insta::assert_snapshot!(noted(&format!("tool-decision --tool exec_comand {calls}")), @"note: no call is of a tool that fits `exec_comand`; did you mean `exec_command`?");
    insta::assert_snapshot!(noted(&format!("tool-decision --tool 'mcp_*' --summary {calls}")), @"note: no call is of a tool that fits `mcp_*`; there are shell, apply_patch, update_plan, exec_command, shell_command");
    insta::assert_snapshot!(noted(&format!("tool-decision --tool shell {calls}")), @"note: no decision on a tool call is recorded in the input, or none that is asked for; --undecided adds calls without a decision");
    insta::assert_snapshot!(noted("network --host evil.invlid -f captures/collector/network-0.169.0.jsonl"), @"note: no request is to a host that fits `evil.invlid`; did you mean `evil.invalid`?");
    insta::assert_snapshot!(noted(&format!("grep hello --in promt,body {calls}")), @"note: no event has an attribute `promt`; did you mean `prompt`?");
    insta::assert_snapshot!(noted(&format!("grep -c 'no such text' --in prompt {calls}")), @"");
    insta::assert_snapshot!(noted(&format!("grep -l hello --in nothing {calls}")), @"note: no event has an attribute `nothing`; there are endpoint, attempt, model, outcome, output and 47 more");
}

#[test]
fn what_is_written_by_number_is_found_wherever_it_stands() {
    // The second line has characters that are written by their numbers, such as only a writer does that escapes more
    // than it must.
    let line = |id: &str, host: &str, prompt: &str| {
        format!(
            concat!(
                r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"host.name","value":{{"stringValue":"{}"}}}}]}},"#,
                r#""scopeLogs":[{{"scope":{{}},"logRecords":[{{"observedTimeUnixNano":"1793581200000000000","body":{{}},"#,
                r#""attributes":[{{"key":"event.name","value":{{"stringValue":"codex.user_prompt"}}}},"#,
                r#"{{"key":"conversation.id","value":{{"stringValue":"{}"}}}},"#,
                r#"{{"key":"prompt","value":{{"stringValue":"{}"}}}}]}}]}}]}}]}}"#
            ),
            host, id, prompt
        )
    };
    for (host, id, prompt) in [
        ("build", "01b00011-0000-7000-8000-000000000002", r"please fi\u006Eish"),
        ("build", r"01b00011-0000-7000-8000-00000000000\u0032", "please finish"),
        (r"bui\u006cd", "01b00011-0000-7000-8000-000000000002", r"please fi\u006eish \ud83d\ude00"),
    ] {
        let lines =
            [line("01b00011-0000-7000-8000-000000000001", "x", "no"), line(id, host, prompt)].join("\n");
        let found = |question: &str| {
            let said = codex_audit(&format!("{question} --json -f -")).with_stdin(lines.clone()).run();
            assert_eq!(said.exit, Some(0), "{question} {lines}");
            said.column("conversation_id")
        };
        let second = ["01b00011-0000-7000-8000-000000000002"];
        assert_eq!(found("grep -F finish"), second);
        assert_eq!(found("show 01b00011-0000-7000-8000-000000000002"), second);
        assert_eq!(found("list --conversation 01b00011-0000-7000-8000-000000000002"), second);
    }
}
