//! Every capture and every fixture, listed and shown, as a person reviewed it.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use crate::harness::{fixtures, said};

/// The inputs under `fixtures/captures`, as they are named on the command line: each file, and each folder whose
/// files belong together. The forms other than JSON lines are in [`crate::input`].
fn captures() -> Vec<String> {
    let mut inputs = vec!["captures/rotated".to_owned(), "captures/signals".to_owned()];
    for folder in ["collector", "damaged", "raw-json"] {
        inputs.extend(names_in(&format!("captures/{folder}")));
    }
    inputs
}

/// The fixtures beside the captures, the damaged ones among them.
fn small_fixtures() -> Vec<String> {
    let own = names_in(".").into_iter().filter_map(|name| Some(name.strip_prefix("./")?.to_owned()));
    own.chain(names_in("damaged")).collect()
}

/// The JSON lines in a folder of the fixtures, by name.
fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(fixtures().join(folder)).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("an ordinary name"))
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "jsonl"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{folder} is empty");
    names
}

/// Compares what the program says of each input with the snapshot of that name. An input that differs does not hide
/// the ones behind it.
fn assert_reviewed(question: &str, inputs: &[String], answer: impl Fn(&str) -> String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut differing = Vec::new();
    for input in inputs {
        let subject = input.trim_start_matches("captures/").trim_end_matches(".jsonl").replace('/', "_");
        let name = format!("{question}_{subject}");
        let text = answer(input);
        let compare = || settings.bind(|| insta::assert_snapshot!(name.as_str(), text));
        if catch_unwind(std::panic::AssertUnwindSafe(compare)).is_err() {
            differing.push(name);
        }
    }
    assert!(differing.is_empty(), "not as reviewed: {}", differing.join(", "));
}

#[test]
fn every_folder_of_captures_is_reviewed_here() {
    let mut folders: Vec<String> = fs::read_dir(fixtures().join("captures"))
        .expect("the captures")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("an ordinary name"))
        .collect();
    folders.sort();
    assert_eq!(folders, ["collector", "damaged", "forms", "raw-json", "rotated", "signals"]);
}

#[test]
fn every_capture_is_listed_as_it_was_reviewed() {
    assert_reviewed("list", &captures(), |input| said(&format!("list -f {input}")));
}

#[test]
fn every_capture_is_listed_in_json_as_it_was_reviewed() {
    assert_reviewed("list_json", &captures(), |input| said(&format!("list --json -f {input}")));
}

#[test]
fn every_capture_is_shown_as_it_was_reviewed() {
    assert_reviewed("show", &captures(), |input| said(&format!("show -f {input}")));
}

#[test]
fn the_records_of_three_captures_are_as_they_were_reviewed() {
    let inputs = ["network-0.169.0", "tui-0.77.0", "websocket-0.169.0"]
        .map(|name| format!("captures/collector/{name}.jsonl"));
    assert_reviewed("show_json", &inputs, |input| said(&format!("show --json -f {input}")));
}

#[test]
fn every_small_fixture_is_listed_and_shown_as_it_was_reviewed() {
    assert_reviewed("fixture", &small_fixtures(), |input| {
        format!(
            "$ codex-audit list -f {input}\n{}\n$ codex-audit show -f {input}\n{}",
            said(&format!("list -f {input}")),
            said(&format!("show -f {input}"))
        )
    });
}
