//! `show`: what happened in one conversation?

use std::fs;

use serde_json::json;

use crate::harness::{codex_audit, fixture, log, run, said};

const TWO: &str = "two_conversations_interleaved.jsonl";

#[test]
fn the_beginning_of_an_id_is_enough() {
    insta::assert_snapshot!(said(&format!("show 01b00003 -f {TWO}")), @"
    Conversation 01b00003-0000-7000-8000-000000000003
    codex_exec 0.169.0 on host-a · gpt-5.1-codex (OpenAI) · approval never · sandbox read-only
    env dev
    2026-11-02 09:00:00.005 +08:00, 196 ms · two_conversations_interleaved.jsonl:1

     09:00:00.005  start     gpt-5.1-codex · reasoning medium · approval never · sandbox read-only
             .020  prompt    second asks first
             .101  call      exec_command · denied by a person · failed in 20 ms
                             $ rm -rf b
                             │ exec_command failed: rejected by user
             .201  model     response · first token after 12 ms
                             tokens in 200 (0 cached) · out 20 (0 reasoning)
    last record 09:00:00.201; Codex records no end, the conversation may go on
    1 response: in 200 (0 cached) · out 20 (0 reasoning) · about $0.00045 at API list prices
    [exit status: 0]
    ");
}

#[test]
fn an_id_is_found_in_any_letter_case() {
    let upper = run(&format!("show 01B00003-0000-7000-8000-000000000003 -f {TWO}"));
    assert_eq!(upper.text(), run(&format!("show 01b00003 -f {TWO}")).text());
}

#[test]
fn an_argument_and_the_option_mean_the_same() {
    for format in ["table", "json", "csv", "md"] {
        assert_eq!(
            said(&format!("show 01b00003 -f {TWO} -o {format}")),
            said(&format!("show --conversation 01b00003 -f {TWO} -o {format}"))
        );
    }
}

#[test]
fn a_beginning_that_fits_two_conversations_is_asked_back() {
    insta::assert_snapshot!(said(&format!("show 01b0000 -f {TWO}")), @"
    ------- stderr -------
    error: 2 conversations begin with `01b0000`; give more of the id:
      01b00002-0000-7000-8000-000000000002  2026-11-02 09:00:00 +08:00  first asks second
      01b00003-0000-7000-8000-000000000003  2026-11-02 09:00:00 +08:00  second asks first
    [exit status: 2]
    ");
}

#[test]
fn machine_output_is_asked_back_too_and_holds_nothing() {
    for format in ["json", "csv"] {
        let said = run(&format!("show 01b0000 -f {TWO} -o {format}"));
        assert_eq!((said.stdout.as_str(), said.exit), ("", Some(2)), "{format}");
        assert!(said.stderr.contains("01b00002-0000-7000-8000-000000000002"), "{}", said.stderr);
        assert!(said.stderr.contains("01b00003-0000-7000-8000-000000000003"), "{}", said.stderr);
    }
}

#[test]
fn an_id_with_which_another_begins_is_that_id() {
    let line = "--json -f conversation_id_within_another.jsonl";
    for question in ["show 01b", "show 01B", "list --conversation 01b", "grep . --conversation 01b"] {
        let said = run(&format!("{question} {line}"));
        assert_eq!(said.exit, Some(0), "{question}: {}", said.stderr);
        let ids = said.column("conversation_id");
        assert!(ids.iter().all(|id| id == "01b"), "{question}: {ids:?}");
    }
    assert_eq!(run(&format!("show 01 {line}")).exit, Some(2));
    // Rows are told apart even where the input can be read but once.
    let once =
        codex_audit("show 01b --json -f -").with_stdin(fixture("conversation_id_within_another.jsonl"));
    let said = once.run();
    assert_eq!(
        (said.column("conversation_id").as_slice(), said.exit),
        (["01b".to_owned(), "01b".to_owned()].as_slice(), Some(0))
    );
    // The beginning of another may be the newest.
    let newest = "show --last --until '2026-11-02 09:00:01' -f conversation_id_within_another.jsonl --json";
    assert_eq!(run(newest).column("conversation_id")[0], "01b");
}

#[test]
fn ids_that_differ_in_letter_case_alone_are_asked_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let prompt = |id| (id, "user_prompt", serde_json::json!({ "prompt": "hello" }));
    fs::write(folder.path().join("logs.jsonl"), log(&[prompt("01b"), prompt("01B")])).expect("written");
    for question in ["show 01b", "show 01b --json", "list --conversation 01b"] {
        let said = codex_audit(&format!("{question} -f logs.jsonl")).in_folder(folder.path()).run();
        assert_eq!(said.exit, Some(2), "{question}");
        assert!(said.stderr.starts_with("error: 2 conversations begin with `01b`"), "{}", said.stderr);
    }
}

#[test]
fn an_id_that_is_not_there_is_nothing_found() {
    insta::assert_snapshot!(said(&format!("show 77777 -f {TWO}")), @"
    ------- stderr -------
    note: no conversation begins with `77777`; `codex-audit list` shows which there are
    [exit status: 1]
    ");
    insta::assert_snapshot!(said(&format!("show 77777 -f {TWO} --json")), @"
    ------- stderr -------
    note: no conversation begins with `77777`; `codex-audit list` shows which there are
    [exit status: 1]
    ");
    insta::assert_snapshot!(said(&format!("show 请 -f {TWO}")), @"
    ------- stderr -------
    note: no conversation begins with `请`; `codex-audit list` shows which there are
    [exit status: 1]
    ");
}

#[test]
fn an_input_without_events_is_nothing_found() {
    insta::assert_snapshot!(said("show -f empty.jsonl"), @"
    ------- stderr -------
    note: there is no event in the input, or none that the filters admit
    note: the input is empty: nothing has arrived yet, or the Collector emptied it when it started
    [exit status: 1]
    ");
    insta::assert_snapshot!(said("show --last -f empty.jsonl"), @"
    ------- stderr -------
    note: there is no conversation in the input, or none that the filters admit
    note: the input is empty: nothing has arrived yet, or the Collector emptied it when it started
    [exit status: 1]
    ");
}

#[test]
fn the_last_conversation_is_the_one_that_was_opened_last() {
    let said = run("show --last --json -f captures/rotated");
    let mut ids = said.column("conversation_id");
    ids.dedup();
    assert_eq!(ids, ["01a1f849-6e29-7892-849b-b26f3a8933e4"]);
    assert_eq!(said.records().len(), 11);
}

#[test]
fn where_no_conversation_is_the_last_it_is_said_why() {
    let records = log(&[("01b", "user_prompt", json!({ "prompt": "hello" }))]);
    let said = |missing: &str| {
        let log = String::from_utf8(records.clone()).expect("text").replace(missing, "other");
        codex_audit("show --last -f -").with_stdin(log).run().text()
    };
    insta::assert_snapshot!(said("observedTimeUnixNano"), @"
    ------- stderr -------
    note: no conversation in the input has a time, or none that the filters admit
    [exit status: 1]
    ");
    insta::assert_snapshot!(said("conversation.id"), @"
    ------- stderr -------
    note: there is no conversation in the input, or none that the filters admit
    [exit status: 1]
    ");
}

#[test]
fn the_last_conversation_is_found_on_standard_input_too() {
    let piped = crate::harness::codex_audit("show --last -f -")
        .with_stdin(crate::harness::fixture("two_conversations_interleaved.jsonl"))
        .run();
    assert_eq!(piped.text().replace(" · -:", &format!(" · {TWO}:")), said(&format!("show --last -f {TWO}")));
    assert!(piped.stdout.starts_with("Conversation 01b00003"), "{}", piped.stdout);
}

#[test]
fn an_id_and_another_choice_of_conversation_do_not_go_together() {
    for line in ["show 01b --last", "show 01b --conversation 01b", "show --last --conversation 01b"] {
        assert_eq!(run(&format!("{line} -f {TWO}")).exit, Some(2), "{line}");
    }
}

#[test]
fn the_events_of_a_stream_are_one_count_unless_all_are_asked_for() {
    let folded = run("show -f captures/collector/websocket-0.114.0.jsonl");
    let all = run("show --all -f captures/collector/websocket-0.114.0.jsonl");
    assert_eq!(folded.stdout.matches("stream events").count(), 4);
    assert!(!folded.stdout.contains("response.created"));
    assert!(!all.stdout.contains("stream events"));
    assert_eq!(all.stdout.matches("  stream    ").count(), 15);
}

#[test]
fn machine_output_holds_every_record_whether_all_are_asked_for_or_not() {
    let file = "captures/collector/websocket-0.114.0.jsonl";
    assert_eq!(said(&format!("show --json -f {file}")), said(&format!("show --json --all -f {file}")));
}

#[test]
fn events_are_told_in_the_order_of_time_and_ties_in_the_order_of_the_input() {
    let said = run("show --json -f out_of_order_records.jsonl");
    let names: Vec<String> = said
        .records()
        .iter()
        .map(|record| {
            let place = record["attributes"]["place"].as_str().unwrap_or_default();
            format!("{} {place}", record["event_name"].as_str().expect("a name"))
        })
        .collect();
    assert_eq!(
        names,
        [
            "codex.conversation_starts ",
            "codex.user_prompt ",
            "codex.sse_event ",
            "codex.tool_decision ",
            "codex.tool_result ",
            "codex.tie first of two at one moment",
            "codex.tie second of two at one moment",
        ]
    );
}

#[test]
fn an_event_without_any_time_stands_last_and_is_not_of_1970() {
    let said = run("show 01b00040 --json -f events_without_time.jsonl");
    let times: Vec<(String, String)> =
        said.column("event_name").into_iter().zip(said.column("time")).collect();
    let times: Vec<(&str, &str)> = times.iter().map(|(name, time)| (name.as_str(), time.as_str())).collect();
    assert_eq!(
        times,
        [
            ("codex.tool_decision", "2026-11-02T09:00:00.000123456+08:00"),
            ("codex.observed_time", "2026-11-02T09:00:04.000000001+08:00"),
            ("codex.own_time", "2026-11-02T09:00:05.000+08:00"),
            ("codex.user_prompt", "null"),
        ]
    );
}

#[test]
fn what_cannot_be_read_of_one_conversation_is_said_for_another_too() {
    let said = run("show 01a1f846 -f captures/damaged/killed-collector.jsonl");
    assert_eq!(said.exit, Some(3));
    assert!(
        said.stderr.starts_with("captures/damaged/killed-collector.jsonl:8: byte 134870: "),
        "{}",
        said.stderr
    );
}

#[test]
fn an_attribute_s_type_is_kept() {
    let said = run("show --json -f nested_attributes.jsonl");
    let record = &said.records()[1];
    insta::assert_snapshot!(serde_json::to_string_pretty(&record["attributes"]).expect("JSON"), @r#"
    {
      "event.name": "codex.nested",
      "map.inner.leaf": 1,
      "map.list": [
        "a",
        2,
        true,
        1.5,
        null,
        {
          "k": "v"
        }
      ],
      "bytes": "AAEC",
      "double": 0.25,
      "not_a_number": "NaN",
      "endless": "-Infinity",
      "empty": null,
      "large": 9223372036854775807,
      "too_large": "99999999999999999999",
      "twice": "last",
      "event.timestamp": "2026-11-02T01:00:00.010Z",
      "conversation.id": "01b00024-0000-7000-8000-000000000024",
      "app.version": "0.169.0",
      "originator": "codex_exec",
      "terminal.type": "xterm",
      "model": "gpt-5.1-codex",
      "slug": "gpt-5.1-codex"
    }
    "#);
    assert_eq!(record["body"], serde_json::json!({"note": "a body that is a map"}));
}

#[test]
fn every_writer_s_way_to_put_a_record_is_read() {
    let records = run("show --json -f other_writers.jsonl").records();
    let seen: Vec<String> = records
        .iter()
        .map(|record| {
            let word = |name: &str| record[name].as_str().unwrap_or("null").to_owned();
            let prompt = record["attributes"]["prompt"].as_str().unwrap_or("–");
            let body = &record["body"];
            format!("{prompt} | {} | {} | {} | {body}", word("severity"), word("trace_id"), word("span_id"))
        })
        .collect();
    insta::assert_snapshot!(seen.join("\n"), @r#"
    – | INFO | null | null | null
    snake_case names, severity by name | WARN | 000102030405060708090a0b0c0d0e0f | 0001020304050607 | "snake_case"
    ids in base64 | INFO | 0102030405060708090a0b0c0d0e0f10 | 0102030405060708 | null
    ids in capital hex | INFO | a61c93e731bbc1356f2fa80b9eaa76ba | 3431e7940f668f9d | null
    a bare ResourceLogs | INFO | null | null | null
    an array of ResourceLogs | INFO | null | null | null
    numbers as JavaScript writes them | INFO | null | null | null
    spaces between the values | INFO | null | null | null
    "#);
}

#[test]
fn half_a_surrogate_pair_is_one_replacement_character_and_costs_nothing_else() {
    let said = run("show --json -f damaged/lone_surrogate.jsonl");
    assert_eq!(said.exit, Some(0));
    assert_eq!(said.records()[1]["attributes"]["prompt"], "half a pair: \u{fffd}, and a whole one: 😀");
}

#[test]
fn a_request_over_the_websocket_that_failed_is_said_to_have_failed_without_colours_too() {
    let request = |success: &str| ("a", "websocket_request", json!({ "success": success }));
    let said = codex_audit("show -f -").with_stdin(log(&[request("true"), request("false")])).run().stdout;
    let lines: Vec<_> = said.lines().filter(|line| line.contains("WebSocket")).collect();
    assert!(
        lines[0].ends_with("  over WebSocket") && lines[1].ends_with("  failed over WebSocket"),
        "{said}"
    );
}

#[test]
fn what_went_wrong_at_the_start_is_said_in_words() {
    let phase = |status: &str| {
        let attributes = json!({ "startup.phase": "warmup", "startup.status": status, "duration_ms": "3" });
        ("a", "startup_phase", attributes)
    };
    let connect =
        |success: &str| ("a", "websocket_connect", json!({ "success": success, "endpoint": "/responses" }));
    let records = [phase("ready"), phase("timed_out"), connect("true"), connect("false")];
    let said = codex_audit("show -f -").with_stdin(log(&records)).run().stdout;
    for words in ["  warmup 3 ms · warmup 3 ms timed_out\n", "  /responses\n", "  /responses · failed\n"] {
        assert!(said.contains(words), "{said}");
    }
}
