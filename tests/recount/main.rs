//! Counts every capture and every fixture a second time, with nothing but a JSON parser, and compares with what the
//! program says.
//!
//! Nothing of the program is used here but its output: whoever breaks a rule in `src/` must break it here as well.

mod answers;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use serde_json::{Map, Value, json};

// ---------------------------------------------------------------------------------------------- the input

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The names of the JSON lines in a folder of the fixtures, as they are given on the command line.
fn names_in(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(fixtures().join(folder))
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("an ordinary name"))
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "jsonl"))
        .map(|name| if folder == "." { name } else { format!("{folder}/{name}") })
        .collect();
    names.sort();
    names
}

/// What is named on the command line, and the files behind it in the order in which they were written.
fn inputs() -> Vec<(String, Vec<String>)> {
    let mut inputs = vec![
        (
            "captures/rotated".to_owned(),
            vec![
                "captures/rotated/rotated-2026-11-20T22-04-31.388-size.jsonl".to_owned(),
                "captures/rotated/rotated-2026-11-20T22-04-31.422-size.jsonl".to_owned(),
                "captures/rotated/rotated.jsonl".to_owned(),
            ],
        ),
        ("captures/signals".to_owned(), names_in("captures/signals")),
    ];
    let single = [names_in("captures/collector"), names_in("captures/raw-json"), names_in(".")].concat();
    // Of the files in `damaged` a strict parser reads these; the others have accounts written by hand.
    let odd = ["blank_lines", "crlf_and_bom", "two_objects_on_one_line", "whole_last_line_without_newline"];
    let odd = odd.map(|name| format!("damaged/{name}.jsonl"));
    inputs.extend(single.into_iter().chain(odd).map(|name| (name.clone(), vec![name])));
    assert!(inputs.len() > 40, "the fixtures are there");
    inputs
}

/// One log record as it lies in a file.
#[derive(Clone)]
struct Wire {
    file: String,
    line: u64,
    /// Its place within the line.
    record: u64,
    byte_offset: u64,
    resource: Value,
    scope: Value,
    log_record: Value,
}

fn read_files(files: &[String]) -> Vec<Wire> {
    files
        .iter()
        .flat_map(|file| read_file(file, &fs::read(fixtures().join(file)).expect("the file")))
        .collect()
}

fn read_file(file: &str, bytes: &[u8]) -> Vec<Wire> {
    let mut wires = Vec::new();
    let mut byte_offset = 0;
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let text = std::str::from_utf8(line).unwrap_or_else(|error| panic!("{file}: {error}"));
        let text = if index == 0 { text.trim_start_matches('\u{feff}') } else { text };
        let mut found = Vec::new();
        for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            collect(&document.unwrap_or_else(|error| panic!("{file}: {error}")), &mut found);
        }
        wires.extend(found.into_iter().zip(0..).map(|((resource, scope, log_record), record)| Wire {
            file: file.to_owned(),
            line: index as u64 + 1,
            record,
            byte_offset,
            resource,
            scope,
            log_record,
        }));
        byte_offset += line.len() as u64;
    }
    wires
}

/// The records of a document: an object of some signal, one `ResourceLogs`, or an array of either.
fn collect(document: &Value, found: &mut Vec<(Value, Value, Value)>) {
    for element in elements(document) {
        if let Some(resource_logs) = member(element, "resourceLogs") {
            for element in elements(resource_logs) {
                collect(element, found);
            }
        }
        for scope_logs in member(element, "scopeLogs").map_or(&[][..], elements) {
            for record in member(scope_logs, "logRecords").map_or(&[][..], elements) {
                let part = |of: &Value, name| of.get(name).cloned().unwrap_or_default();
                found.push((part(element, "resource"), part(scope_logs, "scope"), record.clone()));
            }
        }
    }
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The member under its name in camelCase or in `snake_case`; null is none.
fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let snake: String = name
        .chars()
        .flat_map(|letter| {
            letter.is_uppercase().then_some('_').into_iter().chain([letter.to_ascii_lowercase()])
        })
        .collect();
    object.get(name).or_else(|| object.get(&snake)).filter(|value| !value.is_null())
}

/// Each record once, where it is found first: the same is what has the same content in the same surroundings.
fn without_copies(wires: Vec<Wire>) -> Vec<Wire> {
    let mut seen = HashSet::new();
    let content = |wire: &Wire| [&wire.resource, &wire.scope, &wire.log_record].map(Value::to_string);
    wires.into_iter().filter(|wire| seen.insert(content(wire))).collect()
}

// ---------------------------------------------------------------------------------------------- one record

/// The plain value of an OTLP value.
fn plain(value: &Value) -> Value {
    if let Some(text) = member(value, "stringValue").or_else(|| member(value, "bytesValue")) {
        return text.clone();
    }
    if let Some(truth) = member(value, "boolValue") {
        return truth.clone();
    }
    if let Some(number) = member(value, "intValue") {
        let parsed = number.as_str().and_then(|digits| digits.parse::<i64>().ok());
        return parsed.map_or_else(|| number.clone(), Value::from);
    }
    if let Some(number) = member(value, "doubleValue") {
        return number.clone();
    }
    if let Some(list) = member(value, "arrayValue") {
        return member(list, "values").map_or(&[][..], elements).iter().map(plain).collect();
    }
    if let Some(map) = member(value, "kvlistValue") {
        let pairs = member(map, "values").map_or(&[][..], elements);
        return pairs.iter().map(|pair| (key(pair), plain(&pair["value"]))).collect();
    }
    Value::Null
}

fn key(pair: &Value) -> String {
    pair["key"].as_str().expect("a key").to_owned()
}

/// Attributes as one flat object: nested maps with dotted keys, of a repeated key the last value.
fn flat(block: &Value) -> Map<String, Value> {
    fn add(into: &mut Map<String, Value>, prefix: &str, pairs: &[Value]) {
        for pair in pairs {
            let name = format!("{prefix}{}", key(pair));
            match member(&pair["value"], "kvlistValue") {
                Some(map) => add(into, &format!("{name}."), member(map, "values").map_or(&[][..], elements)),
                None => drop(into.insert(name, plain(&pair["value"]))),
            }
        }
    }
    let mut into = Map::new();
    add(&mut into, "", member(block, "attributes").map_or(&[][..], elements));
    into
}

/// Nanoseconds since 1970 of `2026-11-20T09:21:34.054Z`, the only form that Codex writes.
fn nanoseconds(stamp: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| stamp.get(range)?.parse::<u64>().ok();
    if stamp.len() != 24 || !stamp.ends_with('Z') {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let leap = |year: u64| {
        u64::from(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)))
    };
    let days_before_year: u64 = (1970..year).map(|year| 365 + leap(year)).sum();
    let months = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = days_before_year + months.iter().take(usize::try_from(month).ok()? - 1).sum::<u64>() + day - 1;
    let seconds = ((days * 24 + number(11..13)?) * 60 + number(14..16)?) * 60 + number(17..19)?;
    Some((seconds * 1_000 + number(20..23)?) * 1_000_000)
}

/// A record with what the rules say about it.
struct Event<'a> {
    wire: &'a Wire,
    attributes: Map<String, Value>,
    resource: Map<String, Value>,
    /// Nanoseconds since 1970; `None` stands behind all others.
    time: Option<u64>,
    /// Where it stands in the input.
    place: usize,
}

impl<'a> Event<'a> {
    fn of((place, wire): (usize, &'a Wire)) -> Self {
        let attributes = flat(&wire.log_record);
        let stamped = attributes.get("event.timestamp").and_then(Value::as_str).and_then(nanoseconds);
        let clock = |name: &str| {
            let value = member(&wire.log_record, name)?;
            value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|nanoseconds| *nanoseconds != 0)
        };
        let time = stamped.or_else(|| clock("observedTimeUnixNano")).or_else(|| clock("timeUnixNano"));
        Self { wire, attributes, resource: flat(&wire.resource), time, place }
    }

    fn order(&self) -> (bool, Option<u64>, usize) {
        (self.time.is_none(), self.time, self.place)
    }

    /// The text under a name; `""` is none.
    fn text(&self, name: &str) -> Option<&str> {
        filled(&self.attributes, name)
    }

    /// The count under a name, from a number or from digits.
    fn count(&self, name: &str) -> Option<u64> {
        let value = self.attributes.get(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the fixtures' doubles are small and whole"
        )]
        let whole = |number: f64| number as u64;
        value.as_u64().or_else(|| value.as_f64().map(whole)).or_else(|| value.as_str()?.parse().ok())
    }

    fn is_false(&self, name: &str) -> bool {
        self.attributes.get(name).is_some_and(|value| *value == json!(false) || *value == json!("false"))
    }

    fn name(&self) -> &str {
        self.text("event.name").unwrap_or_default()
    }
}

fn filled<'a>(attributes: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    attributes.get(name)?.as_str().filter(|text| !text.is_empty())
}

// ---------------------------------------------------------------------------------------------- `list`

/// The word for a decision in either of Codex's spellings.
fn normalised(decision: &str) -> &'static str {
    match decision {
        "approved" => "approved",
        "approvedforsession" | "approved_for_session" => "approved_for_session",
        "approvedexecpolicyamendment" | "approved_with_amendment" => "approved_with_amendment",
        "approved_with_network_policy_allow" => "approved_with_network_policy_allow",
        "denied_with_network_policy_deny" => "denied_with_network_policy_deny",
        "networkpolicyamendment" => "network_policy_amendment",
        "approved_mcp_policy_amendment" => "approved_mcp_policy_amendment",
        "denied" => "denied",
        "timedout" | "timed_out" => "timed_out",
        "abort" => "abort",
        _ => "unknown",
    }
}

/// How many requests the verdicts of the network proxy are about, and how many of them ended with `deny`.
fn network(events: &[&Event<'_>]) -> Option<(u64, u64)> {
    // The first verdict on each request, and the decision of the last.
    let mut requests: Vec<(&Event<'_>, String)> = Vec::new();
    for event in events.iter().filter(|event| event.name().starts_with("codex.network_proxy.")) {
        let same_request = |first: &Event<'_>| match (first.text("execution.id"), event.text("execution.id"))
        {
            (None, None) => {
                let same = |name: &str| first.attributes.get(name) == event.attributes.get(name);
                let ends = ["client.address", "server.address", "server.port", "http.request.method"];
                let passed = event.time.zip(first.time).map(|(now, then)| now - then);
                ends.into_iter().all(same) && passed.is_some_and(|passed| passed <= 1_000_000_000)
            }
            (one, other) => one == other,
        };
        let decision = event.text("network.policy.decision").unwrap_or_default().to_owned();
        match requests.iter_mut().rev().find(|(first, _)| same_request(first)) {
            Some(request) => request.1 = decision,
            None => requests.push((event, decision)),
        }
    }
    let denied = requests.iter().filter(|(_, decision)| decision == "deny").count();
    (!requests.is_empty()).then_some((requests.len() as u64, denied as u64))
}

fn is_model_request(event: &Event<'_>) -> bool {
    event.name() == "codex.websocket_request"
        || (event.name() == "codex.api_request" && event.text("endpoint") != Some("/models"))
}

/// The sums over the responses, and how many completions are warm-ups: nothing written, no time to a first token, and
/// the last request to the model before it went over the WebSocket.
fn tokens(events: &[&Event<'_>]) -> (Value, u64) {
    const NAMES: [(&str, &str); 6] = [
        ("input", "input_token_count"),
        ("cached_input", "cached_token_count"),
        ("cache_write", "cache_write_token_count"),
        ("output", "output_token_count"),
        ("reasoning", "reasoning_token_count"),
        ("total", "tool_token_count"),
    ];
    let mut warm_ups = 0;
    let mut responses: Vec<&Event<'_>> = Vec::new();
    let mut last_request = "";
    for event in events {
        if is_model_request(event) {
            last_request = event.name();
        }
        if event.name() != "codex.sse_event" || !event.attributes.contains_key("input_token_count") {
            continue;
        }
        let nothing_written =
            event.count("output_token_count") == Some(0) && event.count("ttft_ms").is_none();
        if nothing_written && last_request == "codex.websocket_request" {
            warm_ups += 1;
        } else {
            responses.push(event);
        }
    }
    let mut sums = json!({ "responses": responses.len() });
    for (name, attribute) in NAMES {
        let recorded: Vec<u64> = responses
            .iter()
            .filter_map(|response| match response.count(attribute) {
                None if name == "total" => {
                    Some(response.count("input_token_count")? + response.count("output_token_count")?)
                }
                count => count,
            })
            .collect();
        let unknown = recorded.is_empty() && !responses.is_empty();
        sums[name] = if unknown { Value::Null } else { recorded.iter().sum::<u64>().into() };
    }
    (sums, warm_ups)
}

/// What `list` has to say of one conversation, by name. Its events come in the order of time.
fn recount(id: &str, events: &[&Event<'_>]) -> Map<String, Value> {
    let named = |name: &str| events.iter().filter(|event| event.name() == name).copied().collect::<Vec<_>>();
    let first_of = |name: &str| events.iter().find_map(|event| event.text(name));
    let first_of_resource = |name: &str| events.iter().find_map(|event| filled(&event.resource, name));
    let starts = named("codex.conversation_starts");
    let of_start = |name: &str| starts.first().and_then(|start| start.text(name));
    let prompts = named("codex.user_prompt");
    let redacted = |prompt: &&Event<'_>| prompt.text("prompt") == Some("[REDACTED]");
    let first_prompt =
        prompts.first().filter(|prompt| !redacted(prompt)).and_then(|prompt| prompt.text("prompt"));
    let results = named("codex.tool_result");
    let mut models: Vec<&str> = Vec::new();
    for model in events.iter().filter_map(|event| event.text("model")) {
        if !models.contains(&model) {
            models.push(model);
        }
    }
    let requests: Vec<_> = events.iter().filter(|event| is_model_request(event)).collect();
    let failed = requests.iter().filter(|request| {
        request.text("error.message").is_some()
            || request.count("http.response.status_code") >= Some(400)
            || (request.name() == "codex.websocket_request" && request.is_false("success"))
    });
    let mut decisions: BTreeMap<&str, u64> = BTreeMap::new();
    for decision in named("codex.tool_decision") {
        *decisions.entry(normalised(decision.text("decision").unwrap_or_default())).or_default() += 1;
    }
    let (tokens, warm_ups) = tokens(events);
    let network = network(events);
    let times: Vec<u64> = events.iter().filter_map(|event| event.time).collect();
    let servers = starts.first().and_then(|start| start.attributes.get("mcp_servers")?.as_str());
    let version = events
        .iter()
        .find_map(|event| event.text("app.version").or_else(|| filled(&event.resource, "service.version")));
    let expected = json!({
        "conversation_id": id,
        "start_time_unix_nano": times.first().map(u64::to_string),
        "end_time_unix_nano": times.last().map(u64::to_string),
        "duration_ms": times.last().zip(times.first()).map(|(last, first)| (last - first) / 1_000_000),
        "starts": starts.len(),
        "model": of_start("model").or(models.first().copied()),
        "models": models,
        "provider": of_start("provider_name"),
        "service_name": first_of_resource("service.name"),
        "app_version": version,
        "originator": first_of("originator"),
        "terminal": first_of("terminal.type"),
        "env": first_of_resource("env"),
        "host": first_of_resource("host.name"),
        "user_email": first_of("user.email"),
        "user_account_id": first_of("user.account_id"),
        "auth_mode": first_of("auth_mode"),
        "approval_policy": of_start("approval_policy"),
        "sandbox_policy": of_start("sandbox_policy"),
        "mcp_servers": servers.map(|names| names.split(", ").filter(|name| !name.is_empty()).collect::<Vec<_>>()),
        "events": events.len(),
        "prompts": prompts.len(),
        "first_prompt": first_prompt,
        "prompt_redacted": prompts.iter().any(redacted),
        "model_requests": requests.len(),
        "model_errors": failed.count(),
        "network_requests": network.map(|(requests, _)| requests),
        "network_denied": network.map(|(_, denied)| denied),
        "tool_calls": results.len(),
        "tool_failures": results.iter().filter(|result| result.is_false("success")).count(),
        "decisions": decisions,
        "tokens": tokens,
        "warmups": warm_ups,
    });
    expected.as_object().expect("an object").clone()
}

/// What the program writes to standard output as JSON Lines.
fn program(line: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_codex-audit"))
        .args(line)
        .current_dir(fixtures())
        .env_clear()
        .output()
        .expect("the program runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn assert_list_agrees(input: &str, wires: &[Wire]) {
    let events: Vec<Event<'_>> = wires.iter().enumerate().map(Event::of).collect();
    let mut conversations: BTreeMap<&str, Vec<&Event<'_>>> = BTreeMap::new();
    for event in &events {
        if let Some(id) = event.text("conversation.id") {
            conversations.entry(id).or_default().push(event);
        }
    }
    let listed = program(&["list", "--json", "-f", input]);
    let ids: BTreeSet<&str> = listed.iter().filter_map(|record| record["conversation_id"].as_str()).collect();
    assert_eq!(ids.len(), listed.len(), "{input}: a conversation stands twice in the list");
    assert_eq!(ids, conversations.keys().copied().collect(), "{input}");
    for record in &listed {
        let id = record["conversation_id"].as_str().expect("an id");
        let mut events = conversations[id].clone();
        events.sort_by_key(|event| event.order());
        for (name, expected) in recount(id, &events) {
            assert_eq!(record[&name], expected, "{input}: {id}: {name}");
        }
        for (name, value) in record.as_object().expect("an object") {
            let elsewhere = [
                "schema_version",
                "record_type",
                "start_time",
                "end_time",
                "kind",
                "kind_basis",
                "parent_conversation_id",
            ];
            let known = elsewhere.contains(&name.as_str()) || recount(id, &events).contains_key(name);
            assert!(known, "`{name}` is not counted here: {value}");
        }
    }
}

#[test]
fn list_says_what_a_recount_finds() {
    for (input, files) in inputs() {
        assert_list_agrees(&input, &without_copies(read_files(&files)));
    }
}

// ---------------------------------------------------------------------------------------------- `show`

/// Equal, where a number may be written with or without a fraction.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        (one, other) => one == other,
    }
}

fn severity(log_record: &Value) -> Value {
    const NAMES: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
    let text = member(log_record, "severityText").and_then(Value::as_str).filter(|text| !text.is_empty());
    let of_number = || match member(log_record, "severityNumber")? {
        Value::String(name) => NAMES.into_iter().find(|short| name.contains(short)),
        number => NAMES.get(usize::try_from(number.as_u64()?).ok()?.checked_sub(1)? / 4).copied(),
    };
    text.or_else(of_number).into()
}

/// An id in lower-case hex, from hex or base64 of that many bytes; null when it is absent or all zeros.
fn id(log_record: &Value, name: &str, bytes: usize) -> Value {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let Some(text) = member(log_record, name).and_then(Value::as_str) else { return Value::Null };
    let hex = if text.len() == bytes * 2 {
        text.to_lowercase()
    } else {
        let decoded = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
        let digits = decoded.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.map(|digit| char::from(HEX[usize::from(digit)])).collect()
    };
    if hex.len() == bytes * 2 && hex.bytes().any(|digit| digit != b'0') { hex.into() } else { Value::Null }
}

fn assert_show_agrees(input: &str, wires: &[Wire]) {
    let events: Vec<Event<'_>> = wires.iter().enumerate().map(Event::of).collect();
    let by_place: BTreeMap<(&str, u64, u64), &Event<'_>> = events
        .iter()
        .map(|event| ((event.wire.file.as_str(), event.wire.line, event.wire.record), event))
        .collect();
    let shown = program(&["show", "--json", "-f", input]);
    assert_eq!(shown.len(), events.len(), "{input}: records");
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<Option<&str>, (bool, Option<u64>, usize)> = BTreeMap::new();
    for record in &shown {
        let location = &record["location"];
        let number = |name: &str| location[name].as_u64().expect("a number");
        let place = (location["file"].as_str().expect("a name"), number("line"), number("record"));
        let event = by_place.get(&place).unwrap_or_else(|| panic!("{input}: no record lies at {location}"));
        assert!(seen.insert(place), "{input}: {location} is shown twice");
        assert_eq!(number("byte_offset"), event.wire.byte_offset, "{input}: {location}");
        let scope = event.wire.scope.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let body = member(&event.wire.log_record, "body").map_or(Value::Null, plain);
        let expected = json!({
            "time_unix_nano": event.time.map(|time| time.to_string()),
            "conversation_id": event.text("conversation.id"),
            "event_name": event.text("event.name"),
            "call_id": event.text("call_id"),
            "severity": severity(&event.wire.log_record),
            "scope": scope,
            "service_name": filled(&event.resource, "service.name"),
            "attributes": event.attributes,
            "resource": event.resource,
            "body": body,
            "trace_id": id(&event.wire.log_record, "traceId", 16),
            "span_id": id(&event.wire.log_record, "spanId", 8),
        });
        for (name, expected) in expected.as_object().expect("an object") {
            assert!(
                same(&record[name], expected),
                "{input}: {location}: {name} is {}, not {expected}",
                record[name]
            );
        }
        let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            keys(&record["attributes"]),
            keys(&expected["attributes"]),
            "{input}: the order as written"
        );
        let before = last.insert(event.text("conversation.id"), event.order());
        assert!(
            before < Some(event.order()),
            "{input}: {location} stands behind a later event of its conversation"
        );
    }
}

#[test]
fn show_says_what_the_files_hold() {
    for (input, files) in inputs() {
        assert_show_agrees(&input, &without_copies(read_files(&files)));
    }
}

#[test]
fn a_location_leads_to_the_record_in_the_file() {
    for file in [
        "captures/collector/exec-0.169.0-batched.jsonl",
        "damaged/blank_lines.jsonl",
        "damaged/crlf_and_bom.jsonl",
    ] {
        let bytes = fs::read(fixtures().join(file)).expect("the file");
        for record in program(&["show", "--json", "-f", file]) {
            let number = |name: &str| {
                usize::try_from(record["location"][name].as_u64().expect("a number")).expect("small")
            };
            let (before, rest) = bytes.split_at(number("byte_offset"));
            assert!(before.is_empty() || before.ends_with(b"\n"), "a line begins there");
            assert_eq!(memchr::memchr_iter(b'\n', before).count() + 1, number("line"));
            let line = rest.split(|byte| *byte == b'\n').next().expect("a line");
            let text = String::from_utf8_lossy(line);
            let id = record["attributes"]["event.timestamp"].as_str().unwrap_or("flushing OTEL metrics");
            assert!(text.contains(id), "{file}: {}", record["location"]);
        }
    }
}

// ---------------------------------------------------------------------------------------------- copies and damage

#[test]
fn with_duplicates_kept_every_record_of_the_rotated_files_is_there() {
    let (_, files) = inputs().remove(0);
    let wires = read_files(&files);
    let copies = wires.len() - without_copies(wires.clone()).len();
    assert_eq!((wires.len(), copies), (2_710, 2_168), "eight captures with 542 records, five times over");
    assert_eq!(
        program(&["show", "--json", "--keep-duplicates", "-f", "captures/rotated"]).len(),
        wires.len()
    );
}

/// The Collector was killed while it held the end of a request. Its file is, line by line:
///
/// | lines | what |
/// |---|---|
/// | 1, 2 | both requests of `exec-0.77.0` |
/// | 3, 4 | both requests of `appserver-0.169.0` |
/// | 5 to 7 | the first three requests of `tui-0.77.0` |
/// | 8 | 4,095 bytes of the fourth request of `tui-0.77.0`, then the first request of `exec-0.77.0`, sent again |
/// | 9 to 11 | the second request of `exec-0.77.0` and both of `appserver-0.169.0`, sent again |
///
/// Of the torn request three records are whole. What was sent again is byte for byte what was there before, so that
/// its 128 records are copies.
fn killed_collector() -> Vec<Wire> {
    const FILE: &str = "captures/damaged/killed-collector.jsonl";
    let sent = |name: &str| {
        fs::read_to_string(fixtures().join(format!("captures/collector/{name}.jsonl"))).expect("a capture")
    };
    let (exec, appserver, tui) = (sent("exec-0.77.0"), sent("appserver-0.169.0"), sent("tui-0.77.0"));
    let torn = tui.lines().nth(3).expect("four requests");
    let first_exec = exec.lines().next().expect("a request");
    let mut lines: Vec<String> =
        exec.lines().chain(appserver.lines()).chain(tui.lines().take(3)).map(str::to_owned).collect();
    lines.push(format!("{}{first_exec}", &torn[..4_095]));
    lines.extend(exec.lines().skip(1).chain(appserver.lines()).map(str::to_owned));
    let written = lines.join("\n") + "\n";
    let found = fs::read(fixtures().join(FILE)).expect("the file");
    assert!(written.as_bytes() == found, "the file is made of these parts");

    let mut wires = Vec::new();
    let mut byte_offset = 0;
    for (line, text) in (1..).zip(&lines) {
        let mut of_line = if line == 8 {
            let mut whole = read_file(FILE, torn.as_bytes());
            whole.truncate(3);
            whole.extend(read_file(FILE, first_exec.as_bytes()));
            whole
        } else {
            read_file(FILE, text.as_bytes())
        };
        for (record, wire) in (0..).zip(&mut of_line) {
            (wire.line, wire.record, wire.byte_offset) = (line, record, byte_offset);
        }
        wires.append(&mut of_line);
        byte_offset += text.len() as u64 + 1;
    }
    wires
}

#[test]
fn of_a_collector_that_was_killed_everything_is_read_but_the_lost_end_of_one_request() {
    let wires = killed_collector();
    let kept = without_copies(wires.clone());
    assert_eq!(wires.len() - kept.len(), 128);
    assert_list_agrees("captures/damaged/killed-collector.jsonl", &kept);
    assert_show_agrees("captures/damaged/killed-collector.jsonl", &kept);
}
