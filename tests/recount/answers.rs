//! `tokens`, `tool-decision`, `network` and `grep`, counted a second time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Event, filled, inputs, is_model_request, normalised, program, read_files, tokens, without_copies,
};

/// The events of each conversation in time order; `None` has the records of none.
fn by_conversation<'e>(events: &'e [Event<'e>]) -> BTreeMap<Option<&'e str>, Vec<&'e Event<'e>>> {
    let mut conversations: BTreeMap<Option<&str>, Vec<&Event<'_>>> = BTreeMap::new();
    for event in events {
        conversations.entry(event.text("conversation.id")).or_default().push(event);
    }
    for events in conversations.values_mut() {
        events.sort_by_key(|event| event.order());
    }
    conversations
}

fn for_each_input(check: impl Fn(&str, &[Event<'_>])) {
    for (input, files) in inputs() {
        let wires = without_copies(read_files(&files));
        let events: Vec<Event<'_>> = wires.iter().enumerate().map(Event::of).collect();
        check(&input, &events);
    }
}

#[test]
fn tokens_by_conversation_are_those_of_a_recount() {
    for_each_input(|input, events| {
        let expected: BTreeMap<Option<&str>, (Value, u64)> = by_conversation(events)
            .into_iter()
            .map(|(id, events)| (id, tokens(&events)))
            .filter(|(_, (sums, warm_ups))| sums["responses"] != 0 || *warm_ups > 0)
            .collect();
        let said = program(&["tokens", "--json", "--by", "conversation", "-f", input]);
        assert_eq!(said.len(), expected.len(), "{input}");
        for record in &said {
            let id = record["group"]["conversation"].as_str();
            let (sums, warm_ups) = &expected[&id];
            for (name, value) in sums.as_object().expect("an object") {
                assert_eq!(record[name], *value, "{input}: {id:?}: {name}");
            }
            assert_eq!(record["warmups"], *warm_ups, "{input}: {id:?}");
        }
    });
}

/// US dollars in millionths of a millionth, of the one model that all captures have: 1.25, 0.125 and 10 a million
/// tokens.
fn cost_of(responses: &[&Event<'_>]) -> u64 {
    let cost = |event: &&Event<'_>| {
        let count = |name: &str| event.count(name).expect("a count");
        let (input, cached) = (count("input_token_count"), count("cached_token_count"));
        (input - cached) * 1_250_000 + cached * 125_000 + count("output_token_count") * 10_000_000
    };
    responses.iter().map(cost).sum()
}

#[test]
fn the_cost_of_every_capture_is_that_of_its_responses_at_the_listed_rates() {
    for_each_input(|input, events| {
        if !input.starts_with("captures/collector") {
            return;
        }
        let mut responses = Vec::new();
        for events in by_conversation(events).values() {
            let mut over_websocket = false;
            for event in events {
                if is_model_request(event) {
                    over_websocket = event.name() == "codex.websocket_request";
                }
                let is_warm_up = over_websocket
                    && event.count("output_token_count") == Some(0)
                    && event.count("ttft_ms").is_none();
                if event.attributes.contains_key("input_token_count") && !is_warm_up {
                    responses.push(*event);
                }
            }
        }
        assert!(responses.iter().all(|event| event.text("model") == Some("gpt-5.1-codex")), "{input}");
        let said = program(&["tokens", "--json", "--by", "model", "-f", input]);
        let cost = said[0]["cost_usd"].as_f64().expect("a cost");
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let expected = cost_of(&responses) as f64 / 1e12;
        assert!((cost - expected).abs() < 1e-12, "{input}: {cost} for {expected}");
        let explained = program(&["tokens", "--json", "--explain", "-f", input]);
        assert_eq!(explained.len(), responses.len(), "{input}");
    });
}

#[test]
fn each_decision_is_one_row_joined_with_the_records_of_its_call() {
    for_each_input(|input, events| {
        let conversations = by_conversation(events);
        let decisions = events.iter().filter(|event| event.name() == "codex.tool_decision").count();
        let said = program(&["tool-decision", "--json", "-f", input]);
        assert_eq!(said.len(), decisions, "{input}");
        for record in &said {
            let id = record["conversation_id"].as_str();
            let call = record["call_id"].as_str();
            let of_call = |name: &str| {
                let mut found = conversations[&id]
                    .iter()
                    .filter(|event| event.name() == name && call.is_some() && event.text("call_id") == call);
                (found.next().copied(), found.next().is_some())
            };
            let line = record["location"]["line"].as_u64().expect("a line");
            let place = record["location"]["record"].as_u64().expect("a place");
            let decision = (conversations[&id].iter())
                .find(|event| {
                    event.wire.line == line
                        && event.wire.record == place
                        && event.wire.file == record["location"]["file"].as_str().unwrap_or_default()
                })
                .unwrap_or_else(|| panic!("{input}: no record lies at {}", record["location"]));
            assert_eq!(decision.name(), "codex.tool_decision", "{input}");
            let raw = decision.text("decision").unwrap_or_default();
            assert_eq!(record["decision"], normalised(raw), "{input}");
            assert_eq!(record["decision_raw"].as_str(), decision.text("decision"), "{input}");
            assert_eq!(record["tool_name"].as_str(), decision.text("tool_name"), "{input}");
            assert_eq!(record["decision_source_raw"].as_str(), decision.text("source"), "{input}");
            if let (Some(result), false) = of_call("codex.tool_result") {
                let success =
                    result.attributes.get("success").map(|value| value == "true" || *value == json!(true));
                assert_eq!(record["success"].as_bool(), success, "{input}: {call:?}");
                assert_eq!(record["duration_ms"].as_u64(), result.count("duration_ms"), "{input}: {call:?}");
                assert_eq!(
                    record["arguments"].as_str(),
                    filled(&result.attributes, "arguments"),
                    "{input}: {call:?}"
                );
                let output = result.text("output").unwrap_or_default();
                let head = output.split("\nOutput:").next().unwrap_or_default();
                let noted = head
                    .lines()
                    .find_map(|line| line.strip_prefix("Process exited with code ")?.parse::<i64>().ok());
                let in_json = serde_json::from_str::<Value>(output)
                    .ok()
                    .and_then(|json| json["metadata"]["exit_code"].as_i64());
                if let Some(code) = noted.or(in_json) {
                    assert_eq!(record["exit_code"], code, "{input}: {call:?}");
                }
            }
            if let (Some(outcome), false) = of_call("codex.sandbox_outcome") {
                assert_eq!(record["sandbox_outcome"].as_str(), outcome.text("outcome"), "{input}: {call:?}");
            }
            let start = conversations[&id].iter().rfind(|event| {
                event.name() == "codex.conversation_starts" && event.order() <= decision.order()
            });
            let policy = |name: &str| start.and_then(|start| start.text(name));
            assert_eq!(record["approval_policy"].as_str(), policy("approval_policy"), "{input}");
            assert_eq!(record["sandbox_policy"].as_str(), policy("sandbox_policy"), "{input}");
        }
        let with_undecided = program(&["tool-decision", "--json", "--undecided", "-f", input]);
        let decided: BTreeSet<_> = (events.iter())
            .filter(|event| event.name() == "codex.tool_decision")
            .filter_map(|event| Some((event.text("conversation.id"), event.text("call_id")?)))
            .collect();
        let undecided = (events.iter())
            .filter(|event| event.name() == "codex.tool_result")
            .filter(|event| {
                let call = event.text("call_id");
                call.is_none_or(|call| !decided.contains(&(event.text("conversation.id"), call)))
            })
            .count();
        assert_eq!(with_undecided.len(), decisions + undecided, "{input}");
        let summed: u64 = program(&["tool-decision", "--json", "--summary", "--undecided", "-f", input])
            .iter()
            .map(|record| record["calls"].as_u64().expect("a count"))
            .sum();
        assert_eq!(summed, (decisions + undecided) as u64, "{input}");
    });
}

#[test]
fn a_review_stands_beside_the_decision_it_led_to() {
    let said = program(&["tool-decision", "--json", "-f", "captures/collector/reviewer-0.169.0.jsonl"]);
    let verdicts: Vec<_> = said
        .iter()
        .map(|record| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (
                text(&record["command"]),
                text(&record["decision"]),
                text(&record["review"]["outcome"]),
                text(&record["review"]["risk_level"]),
            )
        })
        .collect();
    let expected = [
        ("touch one.txt", "denied", "deny", "high"),
        ("touch two.txt", "approved", "allow", "low"),
        ("rm -rf three.txt", "denied", "deny", "high"),
        ("git push --force", "approved", "allow", "low"),
        ("echo five", "approved", "allow", "low"),
    ];
    let expected = expected.map(|(command, decision, outcome, risk)| {
        (command.to_owned(), decision.to_owned(), outcome.to_owned(), risk.to_owned())
    });
    assert_eq!(verdicts, expected);
}

#[test]
fn each_network_request_is_one_row_with_the_call_during_which_it_happened() {
    for_each_input(|input, events| {
        let said = program(&["network", "--json", "-f", input]);
        let expected: u64 = by_conversation(events)
            .values()
            .filter_map(|events| super::network(events))
            .map(|(requests, _)| requests)
            .sum();
        assert_eq!(said.len() as u64, expected, "{input}");
        let records: u64 = said.iter().map(|record| record["records"].as_u64().expect("a count")).sum();
        let verdicts = events.iter().filter(|event| event.name().starts_with("codex.network_proxy.")).count();
        assert_eq!(records, verdicts as u64, "{input}");
        for record in &said {
            let time: u64 =
                record["time_unix_nano"].as_str().and_then(|digits| digits.parse().ok()).expect("a time");
            let during: Vec<&str> = events
                .iter()
                .filter(|event| event.name() == "codex.tool_result")
                .filter(|event| event.text("conversation.id") == record["conversation_id"].as_str())
                .filter(|event| {
                    let span = event.time.zip(event.count("duration_ms"));
                    span.is_some_and(|(end, took)| (end - took * 1_000_000..=end).contains(&time))
                })
                .filter_map(|event| event.text("call_id"))
                .collect();
            let expected = if let [only] = during.as_slice() { Some(*only) } else { None };
            assert_eq!(record["call_id"].as_str(), expected, "{input}");
            assert_eq!(record["call_basis"].as_str(), expected.map(|_| "time"), "{input}");
        }
    });
}

#[test]
fn grep_finds_what_a_search_of_the_decoded_values_finds() {
    for needle in ["密码", "hello", "call_", "\"cmd\":\"", "\n", "exit 3", "stringValue"] {
        for_each_input(|input, events| {
            let hits: Vec<&Event<'_>> = events
                .iter()
                .filter(|event| {
                    let body = super::member(&event.wire.log_record, "body").map(super::plain);
                    let values = event.attributes.values().cloned().chain(body);
                    values.into_iter().any(|value| match value {
                        Value::String(text) => text.contains(needle),
                        Value::Array(values) => values
                            .iter()
                            .any(|value| value.as_str().is_some_and(|text| text.contains(needle))),
                        other => other.to_string().contains(needle) && !other.is_null(),
                    })
                })
                .collect();
            let said = program(&["grep", "--json", "-F", "-f", input, "--", needle]);
            assert_eq!(said.len(), hits.len(), "{input}: {needle:?}");
            for record in &said {
                assert_eq!(record["record_type"], "match");
                for found in record["matches"].as_array().expect("places") {
                    assert_eq!(found["text"], needle, "{input}");
                    let attribute = found["attribute"].as_str().expect("a name");
                    let value =
                        if attribute == "body" { &record["body"] } else { &record["attributes"][attribute] };
                    if let Some(value) = value.as_str() {
                        let at = |name: &str| {
                            usize::try_from(found[name].as_u64().expect("a place")).expect("a place")
                        };
                        assert_eq!(&value[at("start")..at("end")], needle, "{input}");
                    }
                }
            }
            let counted = program(&["grep", "--json", "-c", "-F", "-f", input, "--", needle]);
            assert_eq!(counted[0]["count"], hits.len() as u64, "{input}: {needle:?}");
        });
    }
}
