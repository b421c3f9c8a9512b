//! The machine output is what `schema/` says, and `schema/` is what the program's types say.

mod generated;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

use codex_audit::cli;
use codex_audit::commands::records::schemas;
use jsonschema::Validator;
use serde_json::{Value, json};

/// Command lines that between them write every record type. A command that is not named here runs without arguments
/// of its own.
const QUESTIONS: &[&[&str]] = &[
    &["list"],
    &["show"],
    &["grep", "-C", "1", "touch|curl"],
    &["grep", "--count", "touch"],
    &["grep", "--conversations-with-matches", "."],
    &["tokens", "--by", "day,hour,week,month,model,conversation,user,service,env"],
    &["tokens", "--explain"],
    &["tool-decision", "--undecided"],
    &["tool-decision", "--undecided", "--summary"],
    &["network"],
    &["network", "--summary"],
];

/// What is read: all that real Codex sent, damaged files among it, and the small cases.
const INPUTS: &[&str] = &["fixtures/captures/*/*", "fixtures/*.jsonl", "fixtures/damaged/*.jsonl"];

/// Every record that the program writes as an answer to these questions, with its command line.
fn records() -> Vec<(String, Value)> {
    let mut questions: Vec<Vec<String>> =
        QUESTIONS.iter().map(|words| words.iter().map(|&word| word.to_owned()).collect()).collect();
    for command in cli::command().get_subcommands() {
        let name = command.get_name();
        let writes_records = !matches!(name, "completions" | "man");
        if writes_records && !questions.iter().any(|question| question[0] == name) {
            questions.push(vec![name.to_owned()]);
        }
    }
    let mut records = Vec::new();
    for (question, input) in
        questions.iter().flat_map(|question| INPUTS.iter().map(move |input| (question, input)))
    {
        let line = format!("codex-audit {} --json -f '{input}'", question.join(" "));
        let home = tempfile::tempdir().expect("a home folder");
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_codex-audit"))
            .args(question)
            .args(["--json", "-f", input])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("HOME", home.path())
            .env_remove("CODEX_HOME")
            .env_remove("CODEX_AUDIT_TZ")
            .env("CODEX_AUDIT_CONFIG", "")
            .output()
            .expect("the program runs");
        assert!(matches!(status.code(), Some(0 | 1 | 3)), "{line}: {}", String::from_utf8_lossy(&stderr));
        for text in String::from_utf8(stdout).expect("UTF-8").lines() {
            let record =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{line}: {error} in {text}"));
            records.push((line.clone(), record));
        }
    }
    records
}

/// The validator of each `record_type`.
fn validators() -> BTreeMap<String, Validator> {
    let mut validators = BTreeMap::new();
    for (name, schema) in schemas() {
        let schema = serde_json::to_value(schema).expect("JSON");
        let record_type = &schema["properties"]["record_type"];
        let types =
            record_type["enum"].as_array().cloned().unwrap_or_else(|| vec![record_type["const"].clone()]);
        for record_type in types {
            let validator =
                jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
            validators.insert(record_type.as_str().expect("a word").to_owned(), validator);
        }
    }
    validators
}

#[test]
fn the_schemas_are_those_of_the_types() {
    let files = schemas().into_iter().map(|(name, schema)| {
        let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        (format!("{name}.schema.json"), text.into_bytes())
    });
    generated::assert_current("schema", &files.collect());
}

#[test]
fn every_record_is_as_its_schema_says_and_every_schema_has_a_record() {
    let validators = validators();
    let mut seen = BTreeSet::new();
    for (line, record) in records() {
        let record_type = record["record_type"].as_str().unwrap_or_else(|| panic!("{line}: {record}"));
        let validator = validators.get(record_type).unwrap_or_else(|| {
            panic!("{line}: `{record_type}` has no schema; add its type to schemas() in src/commands/records/schema.rs")
        });
        let errors: Vec<String> = validator
            .iter_errors(&record)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{line}: {}: {record}", errors.join("; "));
        let first: Vec<&String> = record.as_object().expect("an object").keys().take(2).collect();
        assert_eq!(first, ["schema_version", "record_type"], "{line}");
        seen.insert(record_type.to_owned());
    }
    let unseen: Vec<&String> = validators.keys().filter(|record_type| !seen.contains(*record_type)).collect();
    assert!(unseen.is_empty(), "no record of {unseen:?}: add a command line to QUESTIONS that writes one");
}

#[test]
fn a_schema_notices_a_key_that_is_missing_or_new_or_of_another_type() {
    let validators = validators();
    let mut tried = BTreeSet::new();
    for (_, record) in records() {
        let record_type = record["record_type"].as_str().expect("a word").to_owned();
        if !tried.insert(record_type.clone()) {
            continue;
        }
        let validator = &validators[&record_type];
        let mut longer = record.clone();
        longer["unheard_of"] = json!(1);
        assert!(!validator.is_valid(&longer), "{record_type} takes an unknown key");
        for key in record.as_object().expect("an object").keys() {
            let mut shorter = record.clone();
            shorter.as_object_mut().expect("an object").shift_remove(key);
            assert!(!validator.is_valid(&shorter), "{record_type} does without `{key}`");
            let mut retyped = record.clone();
            retyped[key] = json!({ "of": { "another": "type" } });
            // A body is any value; the keys of a group are those of --by.
            let takes_any = matches!(key.as_str(), "body" | "group");
            assert!(takes_any || !validator.is_valid(&retyped), "{record_type} takes anything as `{key}`");
        }
    }
}
