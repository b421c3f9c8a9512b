//! Every program that writes such files, each with the same record.

use std::fs;

use serde_json::Value;

use crate::harness::{fixtures, run};

/// The files of the writers, as they are named on the command line.
fn writers() -> Vec<String> {
    let entries = fs::read_dir(fixtures().join("writers")).expect("the folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("an ordinary name"))
        .map(|name| format!("writers/{name}"))
        .collect();
    names.sort();
    names
}

#[test]
fn the_same_record_is_the_same_event_whoever_wrote_it() {
    let event = |file: &str| {
        let said = run(&format!("show --json -f {file}"));
        assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)), "{file}");
        let [mut event] = <[Value; 1]>::try_from(said.records()).expect("one record");
        event.as_object_mut().expect("an object").remove("location");
        event
    };
    let expected = event("writers/collector-0.160.jsonl");
    assert_eq!(expected["attributes"]["map.k"], "v");
    assert_eq!(expected["trace_id"], "a61c93e731bbc1356f2fa80b9eaa76ba");
    assert!(writers().len() > 12);
    for file in writers() {
        assert_eq!(event(&file), expected, "{file}");
    }
}

#[test]
fn in_what_a_writer_differs_is_counted() {
    let told: Vec<String> = (writers().iter())
        .map(|file| {
            let said = run(&format!("verify --json -f {file}"));
            let summary = said.records().pop().expect("a summary");
            let findings = summary["findings"].as_array().expect("a list").clone();
            let deviation = findings.iter().find(|one| one["code"] == "writer_deviation");
            let text = deviation.map_or("–", |one| one["text"].as_str().expect("text"));
            format!("{file}: {}", text.rsplit("understood: ").next().unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    writers/collector-0.130.jsonl: –
    writers/collector-0.131.jsonl: –
    writers/collector-0.160.jsonl: –
    writers/collector-0.62.jsonl: messages with severities by name (1).
    writers/cpp.jsonl: –
    writers/java-bare.jsonl: messages without the object around ResourceLogs (1).
    writers/java-wrapped.jsonl: –
    writers/javascript.jsonl: messages with integers as JSON numbers, which other readers may round (1).
    writers/protobuf-text-names.jsonl: messages with names in snake_case (1), messages with severities by name (1), messages with ids in base64 (1).
    writers/protojson.jsonl: messages with severities by name (1), messages with ids in base64 (1).
    writers/python.jsonl: –
    writers/rotel.json: –
    writers/rust-serde.jsonl: –
    writers/wrapped-request.jsonl: requests within an object that names their path (1).
    ");
}
