//! Lines of a hundred megabytes: read, or told as damage, in bounded time and memory.

use std::fs;
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use crate::harness::codex_audit;

const LINE_BYTES: usize = 100_000_000;

/// Far more than it takes where every library is optimised and the program is not.
const MOST_TIME: Duration = Duration::from_secs(60);

/// The line, what is read ahead behind it, and what is decoded of it.
const MOST_BYTES: u64 = 5 * LINE_BYTES as u64;

const BEGIN: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"codex_exec"}}]},"scopeLogs":[{"scope":{},"logRecords":["#;
const END: &str = "]}]}]}\n";

fn record(number: usize, output: &str) -> String {
    format!(
        concat!(
            r#"{{"observedTimeUnixNano":"{}","severityNumber":9,"severityText":"INFO","body":{{}},"attributes":["#,
            r#"{{"key":"event.name","value":{{"stringValue":"codex.tool_result"}}}},"#,
            r#"{{"key":"conversation.id","value":{{"stringValue":"01b00011-0000-7000-8000-000000000001"}}}},"#,
            r#"{{"key":"call_id","value":{{"stringValue":"call_{}"}}}},"#,
            r#"{{"key":"output","value":{{"stringValue":"{}"}}}}]}}"#
        ),
        1_793_581_200_000_000_000 + number,
        number,
        output
    )
}

/// What `verify` says of a file: messages, records, damaged bytes by kind. Panics when it took long, or much memory.
fn verified(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> (u64, u64, Vec<(String, u64)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = BufWriter::new(fs::File::create(folder.path().join("logs.jsonl")).expect("a file"));
    write(&mut file).and_then(|()| file.flush()).expect("written");
    let call = codex_audit("verify --json -f logs.jsonl").in_folder(folder.path());
    let began = Instant::now();
    let (said, peak_bytes) = call.run_and_weigh();
    let took = began.elapsed();
    assert!(took < MOST_TIME, "{took:?}");
    assert!(peak_bytes.is_none_or(|bytes| bytes < MOST_BYTES), "{peak_bytes:?} bytes");
    let records = said.records();
    let file = records.iter().find(|record| record["record_type"] == "input_file").expect("the file");
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    let damage = records.iter().filter(|record| record["record_type"] == "damage");
    let damage = damage.map(|one| (one["kind"].as_str().expect("a kind").to_owned(), number(&one["bytes"])));
    (number(&file["messages"]), number(&file["records"]), damage.collect())
}

#[test]
fn one_record_of_a_hundred_megabytes_is_read() {
    let part = r#"output 输出\n\u4e2d\""#;
    let account = verified(|file| {
        file.write_all(BEGIN.as_bytes())?;
        file.write_all(record(1, &part.repeat(LINE_BYTES / part.len())).as_bytes())?;
        file.write_all(END.as_bytes())
    });
    assert_eq!(account, (1, 1, vec![]));
}

#[test]
fn a_hundred_megabytes_of_records_on_one_line_are_read() {
    // As a Collector writes them, and a tenth of it otherwise.
    for (space, bytes) in [("", LINE_BYTES), (" ", LINE_BYTES / 10)] {
        let records = bytes / record(0, "").len();
        let account = verified(|file| {
            file.write_all(BEGIN.as_bytes())?;
            for number in 0..records {
                file.write_all(if number == 0 { space } else { "," }.as_bytes())?;
                file.write_all(record(number, "").as_bytes())?;
            }
            file.write_all(END.as_bytes())
        });
        assert_eq!(account, (1, records as u64, vec![]));
    }
}

#[test]
fn a_hundred_megabytes_of_anything_else_are_one_place_of_damage() {
    let parts = [
        ("not_json", "garbage ", LINE_BYTES),
        ("nul_run", "\0", LINE_BYTES / 10),
        ("too_deep", "[", LINE_BYTES / 10),
    ];
    let account = verified(|file| {
        for (_, part, bytes) in parts {
            file.write_all(part.repeat(bytes / part.len()).as_bytes())?;
            file.write_all(b"\n")?;
        }
        file.write_all([BEGIN, &record(1, ""), END].concat().as_bytes())
    });
    let damage = parts.map(|(kind, _, bytes)| (kind.to_owned(), bytes as u64));
    assert_eq!(account, (4, 1, damage.to_vec()));
}

#[test]
fn a_line_of_nothing_but_beginnings_is_told_place_by_place_in_time() {
    let count = 200_000;
    let begin = r#"{"resourceLogs":"#;
    let (messages, records, damage) = verified(|file| {
        file.write_all(begin.repeat(count).as_bytes())?;
        file.write_all(b"\xff\n")
    });
    assert_eq!((messages, records, damage.len()), (1, 0, count + 1));
}

#[test]
fn a_file_of_nothing_but_what_looks_like_long_frames_is_told_in_time() {
    // Each length, in every member, reaches over half the file, and ends within a member.
    let bytes = 2_000_000_u32;
    let length = bytes / 2 - (bytes / 2 - 4) % 11 + 6;
    // No text.
    let member = [&b"\x12\x09\xFF"[..], &length.to_be_bytes(), b"\x0A\x02\x12\x00"].concat();
    let all = member.repeat(bytes as usize / member.len());
    let (messages, records, damage) = verified(|file| file.write_all(&all[3..]));
    assert_eq!((messages, records, damage.len()), (2, 0, 1));
}

#[test]
fn a_conversation_of_any_number_of_models_is_listed_in_time() {
    let count = 60_000;
    let record = |number: usize| {
        record(number, "")
            .replace("\"output\"", "\"model\"")
            .replace(r#"{"stringValue":""}"#, &format!(r#"{{"stringValue":"model-{number}"}}"#))
    };
    let records: Vec<String> = (0..2 * count).map(|number| record(number % count)).collect();
    let log = [BEGIN, &records.join(","), END].concat();
    let began = Instant::now();
    let listed = codex_audit("list --json --keep-duplicates -f -").with_stdin(log).run().records();
    assert!(began.elapsed() < MOST_TIME / 4, "{:?}", began.elapsed());
    let models = listed[0]["models"].as_array().expect("the models");
    let is_in_order = models.iter().enumerate().all(|(index, model)| *model == format!("model-{index}"));
    assert!(models.len() == count && is_in_order);
}

#[test]
fn a_large_file_says_the_same_by_its_name_and_through_a_pipe() {
    // A line in some thousand is damaged, and the last one breaks off.
    let line = |number: usize| match number % 997 {
        500 => "damaged\n".to_owned(),
        _ => [BEGIN, &record(number, &"x".repeat(number % 701)), END].concat(),
    };
    let lines: String = (0..20_000).map(line).collect();
    let bytes = &lines.as_bytes()[..lines.len() - 10];
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("logs.jsonl"), bytes).expect("a file");
    for question in ["list --json", "tool-decision --undecided --json", "grep --json -F call_17777"] {
        let by_name = |options: &str| {
            let call = codex_audit(&format!("{question} -f logs.jsonl {options}"));
            let said = call.in_folder(folder.path()).run();
            let stdout = said.stdout.replace("\"logs.jsonl\"", "\"-\"");
            (stdout, said.stderr.replace("logs.jsonl:", "-:"), said.exit)
        };
        let piped = codex_audit(&format!("{question} -f -")).with_stdin(bytes).run();
        assert!(piped.stderr.contains("-:19444:"), "{}", piped.stderr);
        let piped = (piped.stdout, piped.stderr, piped.exit);
        assert!(by_name("") == piped, "{question}");
        assert!(by_name("--threads 5") == piped, "{question} on five threads");
        assert!(by_name("--threads 1") == piped, "{question} on one thread");
    }
}

#[test]
fn conversations_of_which_too_much_would_be_held_back_are_shown_one_after_the_other_all_the_same() {
    // The first one goes on to the end; none of the others can be told before it.
    let prompt = |number: usize, id: &str| {
        record(number, "hello")
            .replace("\"output\"", "\"prompt\"")
            .replace("codex.tool_result", "codex.user_prompt")
            .replace("01b00011-0000-7000-8000-000000000001", id)
    };
    let of = |number: usize| match number % 3 {
        0 => "a".to_owned(),
        _ => format!("b{}", number % 5),
    };
    let records: Vec<String> = (0..30_000).map(|number| prompt(number, &of(number))).collect();
    let log = [BEGIN, &records.join(","), END].concat();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("logs.jsonl"), log).expect("a file");
    let shown = |options: &str| {
        codex_audit(&format!("show -f logs.jsonl {options}")).in_folder(folder.path()).run().stdout
    };
    let each: Vec<String> =
        ["a", "b0", "b1", "b2", "b3", "b4"].map(|id| shown(&format!("--conversation {id}"))).into();
    let all = shown("");
    assert_eq!(all.matches("hello").count(), 30_000);
    for one in &each {
        assert!(all.contains(one.as_str()), "{one}");
    }
    assert_eq!(
        all.len(),
        each.iter().map(String::len).sum::<usize>() + each.len() - 1,
        "a line between each two"
    );
}
