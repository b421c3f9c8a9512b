//! Every file of `fixtures/damaged`, against the account of it that a person wrote by hand.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Said, fixtures, run};

/// An input as it is named on the command line, with the account that is expected of it.
fn expectations() -> Vec<(String, Value)> {
    let folder = fixtures().join("damaged");
    let names = |entry: fs::DirEntry| entry.file_name().into_string().expect("an ordinary name");
    let mut all: Vec<(String, Value)> = (fs::read_dir(&folder).expect("the folder"))
        .map(|entry| names(entry.expect("an entry")))
        .filter_map(|name| name.strip_suffix(".expected.json").map(str::to_owned))
        .map(|stem| {
            let text = fs::read_to_string(folder.join(format!("{stem}.expected.json"))).expect("an account");
            let input = if folder.join(&stem).exists() { stem } else { format!("{stem}.jsonl") };
            (format!("damaged/{input}"), serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    all.sort_by(|(left, _), (right, _)| left.cmp(right));
    all
}

/// What `verify` says, in the form in which it is expected.
fn account(said: &Said) -> Value {
    let of_type = |wanted: &str| {
        said.records().into_iter().filter(|record| record["record_type"] == wanted).collect::<Vec<_>>()
    };
    let summary = of_type("verify_summary").pop().expect("a summary");
    let unfinished = |file: &Value| {
        let findings = summary["findings"].as_array().expect("a list").iter();
        findings
            .filter(|one| one["code"] == "unfinished_line" && one["location"]["file"] == file["path"])
            .map(|one| one["location"]["line"].clone())
            .next()
    };
    let damage = of_type("damage");
    let files: Vec<Value> = of_type("input_file")
        .iter()
        .map(|file| {
            let places: Vec<Value> = (damage.iter())
                .filter(|place| place["location"]["file"] == file["path"])
                .map(|place| {
                    json!({
                        "kind": place["kind"], "line": place["location"]["line"],
                        "at_byte": place["at_byte"], "bytes": place["bytes"],
                    })
                })
                .collect();
            let path = file["path"].as_str().expect("a name");
            json!({
                "file": path.rsplit(['/', '\\']).next(), "form": file["form"],
                "compression": file["compression"], "messages": file["messages"], "damaged": file["damaged"],
                "records": file["records"], "unfinished_line": unfinished(file), "damage": places,
            })
        })
        .collect();
    Value::Array(files)
}

fn sum(said: &Said, member: &str) -> u64 {
    said.records().iter().map(|record| record[member].as_u64().expect("a number")).sum()
}

#[test]
fn every_damaged_file_has_the_account_that_was_written_for_it_by_hand() {
    for (input, expected) in expectations() {
        let said = run(&format!("verify --json -f {input}"));
        assert_eq!(account(&said), expected["files"], "{input}: {}", expected["what"]);
        let exit = said.exit.expect("no signal");
        if expected["exit"] == 3 {
            assert_eq!(exit, 3, "{input}");
        } else {
            assert!(exit < 2, "{input}: {exit}, not damaged");
        }
    }
}

#[test]
fn list_show_grep_and_tokens_agree_on_what_is_left_of_a_damaged_file() {
    for (input, expected) in expectations() {
        let files = expected["files"].as_array().expect("a list");
        let records: u64 = files.iter().map(|file| file["records"].as_u64().expect("a number")).sum();
        let damage = files.iter().map(|file| file["damage"].as_array().expect("a list").len()).sum::<usize>();
        let ask = |question: &str| {
            let said = run(&format!("{question} --json --keep-duplicates -f {input}"));
            let exit = said.exit.expect("no signal");
            assert_eq!(json!(exit), expected["exit"], "{question} {input}: {}", said.stderr);
            let told = said.stderr.lines().filter(|line| line.contains(": byte ")).count();
            assert_eq!(told, damage, "{question} {input}: {}", said.stderr);
            said
        };
        assert_eq!(sum(&ask("list"), "events"), records, "list {input}");
        assert_eq!(ask("show").records().len() as u64, records, "show {input}");
        assert_eq!(sum(&ask("grep --count ."), "count"), records, "grep {input}");
        assert_eq!(json!(sum(&ask("tokens"), "responses")), expected["responses"], "tokens {input}");
    }
}

#[test]
fn every_damaged_file_has_an_account_and_every_account_a_file() {
    let mut described = 0;
    for entry in fs::read_dir(fixtures().join("damaged")).expect("the folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("an ordinary name");
        if !name.ends_with(".expected.json") {
            described += 1;
            let input = format!("damaged/{name}");
            assert!(expectations().iter().any(|(known, _)| *known == input), "{input} has no account");
        }
    }
    assert_eq!(expectations().len(), described);
}

#[test]
fn damage_in_a_line_of_many_megabytes_is_told_with_its_place() {
    let line = crate::harness::fixture("damaged/torn_line.jsonl");
    let line = line.split(|byte| *byte == b'\n').next().expect("a line");
    let element = &line[br#"{"resourceLogs":["#.len()..line.len() - 2];
    let mut large = br#"{"resourceLogs":["#.to_vec();
    let mut elements = 0;
    while large.len() < 20 * 1024 * 1024 {
        large.extend_from_slice(element);
        large.push(b',');
        elements += 1;
    }
    let torn_at = large.len() - 1;
    large.extend_from_slice(&element[..300]);
    let torn_until = large.len();
    large.extend_from_slice(line);
    large.push(b'\n');
    let said = crate::harness::codex_audit("verify --json --keep-duplicates -f -").with_stdin(large).run();
    let files = account(&said);
    assert_eq!([&files[0]["records"], &files[0]["messages"]], [&json!(elements + 1), &json!(1)]);
    let place = &files[0]["damage"][0];
    assert_eq!(place["kind"], "torn");
    // The place is behind the last whole record; the brackets that close its surroundings are part of what broke off.
    let at = place["at_byte"].as_u64().expect("a number");
    let bytes = place["bytes"].as_u64().expect("a number");
    assert_eq!([at, at + bytes], [(torn_at - "]}]}".len()) as u64, torn_until as u64]);
}
