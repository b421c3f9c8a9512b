//! Damaged input, copies, closed pipes: what is said of them, and the exit code.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::harness::{Said, codex_audit, fixture, run, said};

/// What stands on standard error, and the exit code.
fn talk(said: &Said) -> String {
    format!("{}[exit status: {}]", said.stderr, said.exit.expect("no signal"))
}

#[test]
fn damage_is_listed_with_its_place_and_the_rest_is_answered() {
    insta::assert_snapshot!(talk(&run("list -f captures/damaged/killed-collector.jsonl")), @"
    note: 1 record belongs to no conversation
    captures/damaged/killed-collector.jsonl:8: byte 134870: the object breaks off; the 3 whole records before it are read; another object begins behind it
    note: 128 copies of records were dropped: the same record was read before; --keep-duplicates counts them
    [exit status: 3]
    ");
    insta::assert_snapshot!(talk(&run("list -f damaged/not_otlp.jsonl")), @"
    damaged/not_otlp.jsonl:2: byte 2233: JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics
    damaged/not_otlp.jsonl:3: byte 2280: no JSON
    damaged/not_otlp.jsonl:4: byte 2324: JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics
    damaged/not_otlp.jsonl:5: byte 2330: JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics
    damaged/not_otlp.jsonl:6: byte 2333: JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics
    damaged/not_otlp.jsonl:7: byte 2348: JSON, but no OTLP: it has none of resourceLogs, resourceSpans, resourceMetrics
    [exit status: 3]
    ");
    insta::assert_snapshot!(talk(&run("list -f damaged/torn_then_good_on_one_line.jsonl")), @"
    damaged/torn_then_good_on_one_line.jsonl:1: byte 2224: the object breaks off; the 2 whole records before it are read; another object begins behind it
    [exit status: 3]
    ");
    insta::assert_snapshot!(talk(&run("list -f damaged/nul_run.jsonl")), @"
    damaged/nul_run.jsonl:2: byte 1447: 64 zero bytes; another object begins behind it
    damaged/nul_run.jsonl:3: byte 2713: 16 zero bytes
    [exit status: 3]
    ");
    insta::assert_snapshot!(talk(&run("list -f damaged/bad_utf8.jsonl")), @"
    damaged/bad_utf8.jsonl:1: byte 1721: 2 bytes that are no UTF-8, shown as U+FFFD
    [exit status: 3]
    ");
    insta::assert_snapshot!(talk(&run("list -f damaged/too_deep.jsonl")), @"
    damaged/too_deep.jsonl:1: byte 1441: a log record that cannot be read: nested too deep
    [exit status: 3]
    ");
}

#[test]
fn a_file_in_utf_16_is_named_as_what_it_is() {
    let units = String::from_utf8(fixture("captures/collector/tui-0.77.0.jsonl")).expect("text");
    let bytes: Vec<u8> = ["\u{feff}", &units[..=units.find('\n').expect("a line")]]
        .iter()
        .flat_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    insta::assert_snapshot!(talk(&codex_audit("list -f -").with_stdin(bytes).run()), @"
    note: there is no conversation in the input, or none that the filters admit
    -:1: byte 0: 2 bytes that are no UTF-8, shown as U+FFFD
    -:1: byte 0: 1412 zero bytes
    -:2: byte 2827: a zero byte
    note: - is text in UTF-16, as older PowerShells write it, and can only be read in UTF-8: iconv -f UTF-16 -t UTF-8, or Set-Content -Encoding utf8, makes it so
    [exit status: 3]
    ");
}

#[test]
fn every_question_says_the_same_of_the_same_damage() {
    for file in [
        "captures/damaged/killed-collector.jsonl",
        "damaged/not_otlp.jsonl",
        "damaged/nul_run.jsonl",
        "damaged/bad_utf8.jsonl",
        "damaged/too_deep.jsonl",
    ] {
        let expected = run(&format!("list --json -f {file}"));
        let damage = |said: &Said| -> Vec<String> {
            said.stderr.lines().filter(|line| line.contains(": byte ")).map(str::to_owned).collect()
        };
        assert!(!damage(&expected).is_empty(), "{file}");
        for line in ["list", "show", "show --json", "show --last", "show -o csv"] {
            let said = run(&format!("{line} -f {file}"));
            assert_eq!(damage(&said), damage(&expected), "{line} {file}");
            assert_eq!(said.exit, Some(3), "{line} {file}");
        }
    }
}

#[test]
fn the_place_of_a_break_is_the_byte_behind_the_last_whole_record() {
    let bytes = fixture("damaged/torn_then_good_on_one_line.jsonl");
    let said = run("list -f damaged/torn_then_good_on_one_line.jsonl");
    let at = byte_of(&said.stderr);
    assert!(bytes[..at].ends_with(b"}"), "a whole record ends there");
    assert!(bytes[at..].starts_with(b",{\"observedTimeUnixNano\""), "the torn one begins there");
}

#[test]
fn bytes_that_are_no_text_do_not_move_the_place_of_a_break_behind_them() {
    let bytes = fixture("damaged/bad_utf8_before_a_break.jsonl");
    let said = run("list -f damaged/bad_utf8_before_a_break.jsonl");
    let at = byte_of(said.stderr.lines().nth(1).expect("two places"));
    assert!(bytes[..at].ends_with(b"}") && bytes[at..].starts_with(b",{"), "byte {at}");
}

#[test]
fn a_byte_order_mark_does_not_move_the_place_of_damage() {
    let mut bytes = b"\xef\xbb\xbf{\"no\":\"otlp\"}\n".to_vec();
    let said = codex_audit("list -f -").with_stdin(bytes.clone()).run();
    assert_eq!(byte_of(&said.stderr), 3);
    bytes.splice(3..3, *b"  ");
    let said = codex_audit("list -f -").with_stdin(bytes).run();
    assert_eq!(byte_of(&said.stderr), 5);
}

/// The `N` of `…: byte N: …`.
fn byte_of(line: &str) -> usize {
    let (_, rest) = line.split_once(": byte ").expect("a place");
    rest.split(':').next().and_then(|digits| digits.parse().ok()).expect("a number")
}

#[test]
fn an_unfinished_last_line_is_no_damage() {
    insta::assert_snapshot!(talk(&run("list -f damaged/unfinished_last_line.jsonl")), @"
    note: damaged/unfinished_last_line.jsonl:2: the last line is unfinished, as while it is being written; its whole records are counted
    [exit status: 0]
    ");
    let record = &run("list --json -f damaged/unfinished_last_line.jsonl").records()[0];
    assert_eq!(record["events"], 4, "the whole records of the unfinished line count");
}

#[test]
fn an_unfinished_line_may_end_in_the_middle_of_a_character() {
    let said = run("list -f damaged/unfinished_in_a_character.jsonl");
    assert_eq!(said.exit, Some(0), "{}", said.stderr);
}

#[test]
fn an_unfinished_line_that_got_its_line_break_is_damage() {
    let mut bytes = fixture("damaged/unfinished_last_line.jsonl");
    bytes.push(b'\n');
    let said = codex_audit("list -f -").with_stdin(bytes).run();
    assert_eq!(said.exit, Some(3), "{}", said.stderr);
}

#[test]
fn a_whole_last_line_without_its_line_break_is_an_ordinary_line() {
    let said = run("list --json -f damaged/whole_last_line_without_newline.jsonl");
    assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)));
    assert_eq!(said.records()[0]["events"], 2);
}

#[test]
fn blank_lines_marks_and_line_ends_of_windows_and_other_signals_are_no_damage() {
    for (file, events) in [
        ("damaged/blank_lines.jsonl", 2),
        ("damaged/crlf_and_bom.jsonl", 2),
        ("other_signals.jsonl", 2),
        ("damaged/two_objects_on_one_line.jsonl", 3),
    ] {
        let said = run(&format!("list --json -f {file}"));
        assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)), "{file}");
        assert_eq!(said.records()[0]["events"], events, "{file}");
    }
}

#[test]
fn damage_is_counted_where_it_is_too_much_to_list() {
    let said = codex_audit("list -f -").with_stdin("no json\n".repeat(250)).run();
    let lines: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 103, "{}", said.stderr);
    insta::assert_snapshot!(lines[98..].join("\n"), @"
    -:98: byte 776: no JSON
    -:99: byte 784: no JSON
    -:100: byte 792: no JSON
    note: 150 more damaged places are not listed; `verify --json` lists all
    note: nothing in the input is OTLP as a Collector writes it: was another file meant? Codex's own session files, under ~/.codex, are not in this form
    ");
    assert_eq!(said.exit, Some(3));
}

#[test]
fn a_record_that_was_delivered_twice_is_one_record() {
    let said = run("list --json -f delivered_twice.jsonl");
    assert_eq!(
        said.stderr,
        "note: 3 copies of records were dropped: the same record was read before; --keep-duplicates counts them\n"
    );
    // The same start from another machine is another start.
    assert_eq!([&said.records()[0]["events"], &said.records()[0]["starts"]], [3, 2]);
    assert_eq!(run("show --json -f delivered_twice.jsonl").records().len(), 3);
}

#[test]
fn copies_are_counted_where_they_are_asked_for() {
    let said = run("list --json --keep-duplicates -f delivered_twice.jsonl");
    assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)));
    assert_eq!([&said.records()[0]["events"], &said.records()[0]["starts"]], [6, 4]);
    assert_eq!(run("show --json --keep-duplicates -f delivered_twice.jsonl").records().len(), 6);
}

#[test]
fn a_file_and_its_copy_are_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["logs.jsonl", "copy of logs.jsonl"] {
        fs::write(folder.path().join(name), fixture("one_conversation.jsonl")).expect("a copy");
    }
    let both = codex_audit("list --json -f .").in_folder(folder.path()).run();
    assert_eq!(both.stdout, run("list --json -f one_conversation.jsonl").stdout);
}

#[test]
fn of_copies_the_first_in_the_input_is_the_one_that_is_shown() {
    let said = run("show --json -f delivered_twice.jsonl -f delivered_twice.jsonl");
    let places: Vec<String> = said
        .records()
        .iter()
        .map(|record| format!("{}:{}", record["location"]["line"], record["location"]["record"]))
        .collect();
    assert_eq!(places, ["1:0", "4:0", "1:1"]);
}

#[test]
fn damage_outranks_nothing_found_and_an_error_outranks_damage() {
    assert_eq!(run("show 77777 -f damaged/not_otlp.jsonl").exit, Some(3));
    assert_eq!(run("show 77777 -f one_conversation.jsonl").exit, Some(1));
    assert_eq!(run("list -f damaged/not_otlp.jsonl -f missing.jsonl").exit, Some(2));
}

#[test]
fn a_pattern_that_the_shell_has_opened_out_is_told_from_other_wrong_usage() {
    let files = "one_conversation.jsonl nested_attributes.jsonl";
    insta::assert_snapshot!(talk(&run(&format!("list -f {files}"))), @"
    error: unexpected argument 'nested_attributes.jsonl' found

      tip: to read files, write -f before each, or one pattern in quotes: -f '*.jsonl'

    Usage: codex-audit list [OPTIONS]

    For more information, try '--help'.
    [exit status: 2]
    ");
    insta::assert_snapshot!(talk(&run(&format!("list --lang zh -f {files}"))), @"
    错误：多出一个参数 `nested_attributes.jsonl`

      要读文件，请在每个文件前写 -f，或把通配符放在引号里：-f '*.jsonl'

    用法：codex-audit list [选项]

    详见 `--help`。
    [exit status: 2]
    ");
}

#[test]
fn a_value_that_means_nothing_is_wrong_usage_and_says_what_would_do() {
    let told = |line: &str| {
        let said = run(&format!("{line} -f one_conversation.jsonl"));
        assert_eq!((said.stdout.as_str(), said.exit), ("", Some(2)), "{line}");
        said.stderr.lines().next().unwrap_or_default().to_owned() + "\n"
    };
    let lines = ["show ''", "list --conversation ''", "list --threads 0", "tokens --by day,model,day"];
    insta::assert_snapshot!(lines.map(told).concat(), @"
    error: invalid value '' for '[ID]': every id begins so: give an id; `show --last` shows the conversation that was opened last
    error: invalid value '' for '--conversation <ID>': every id begins so: give an id; `show --last` shows the conversation that was opened last
    error: invalid value '0' for '--threads <N>': it is no whole number from 1 on
    error: --by: `day` is given more than once
    ");
    let in_chinese = lines.map(|line| told(&format!("{line} --lang zh")));
    insta::assert_snapshot!(in_chinese.concat(), @"
    错误：`` 不是 `[ID]` 的有效值：空的 ID 与任何会话都相符，请写出 ID；`show --last` 显示最后打开的会话
    错误：`` 不是 `--conversation <ID>` 的有效值：空的 ID 与任何会话都相符，请写出 ID；`show --last` 显示最后打开的会话
    错误：`0` 不是 `--threads <N>` 的有效值：应为正整数
    错误：--by：`day` 只能写一次
    ");
}

#[test]
fn wrong_usage_is_2() {
    insta::assert_snapshot!(talk(&run("lst")), @"
    error: unrecognized subcommand 'lst'

      tip: a similar subcommand exists: 'list'

    Usage: codex-audit [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [exit status: 2]
    ");
    insta::assert_snapshot!(talk(&run("list --jsn -f empty.jsonl")), @"
    error: unexpected argument '--jsn' found

      tip: a similar argument exists: '--json'

    Usage: codex-audit list --json

    For more information, try '--help'.
    [exit status: 2]
    ");
    for line in
        ["", "list extra", "show a b", "list --threads many", "list --since", "list --color sometimes"]
    {
        let said = run(line);
        assert_eq!((said.stdout.as_str(), said.exit), ("", Some(2)), "{line}");
        assert_ne!(said.stderr, "", "{line}");
    }
}

/// Reads one line of the answer, then no more.
fn read_one_line(line: &str) -> (String, String, Option<i32>) {
    let mut call = codex_audit(line);
    let mut child = call
        .command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut first = String::new();
    BufReader::with_capacity(16, child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    let mut talk = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut talk).expect("text");
    (first, talk, child.wait().expect("the program ends").code())
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for line in ["show --json", "show -o csv", "show -o md", "show"] {
        // More than a pipe holds, so that the program must notice.
        let (first, talk, exit) = read_one_line(&format!("{line} --keep-duplicates -f captures/rotated"));
        assert!(first.ends_with('\n'), "{line}");
        assert_eq!((talk.as_str(), exit), ("", Some(0)), "{line}");
    }
}

#[test]
fn talk_that_nobody_reads_changes_neither_the_answer_nor_the_exit_code() {
    for line in [
        "list -f damaged/bad_utf8.jsonl",
        "verify --since today --json -f one_conversation.jsonl",
        "show -f no/such/file.jsonl",
        "list --tz mars -f one_conversation.jsonl",
    ] {
        let heard = run(line);
        assert_ne!(heard.stderr, "", "{line}");
        let (_, closed) = std::io::pipe().expect("a pipe");
        let output = codex_audit(line).command.stdin(Stdio::null()).stderr(closed).output().expect("it ends");
        assert_eq!(output.status.code(), heard.exit, "{line}");
        assert_eq!(String::from_utf8(output.stdout).expect("text"), heard.stdout, "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    for line in [
        "list",
        "list --json",
        "list -o csv",
        "show",
        "show --follow",
        "grep .",
        "grep --count .",
        "tokens --by model",
        "tool-decision --json",
        "verify",
        "completions bash",
        "show --json -f captures/rotated",
        "--version",
        "--help",
        "--help --lang zh",
    ] {
        let reads_logs = !line.starts_with("completions");
        let input = if reads_logs { " -f one_conversation.jsonl" } else { "" };
        let mut call = codex_audit(&format!("{line}{input}"));
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
        let output = call.command.stdin(Stdio::null()).stdout(full).output().expect("the program ends");
        let talk = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{line}: {talk}");
        assert!(talk.contains("No space left on device"), "{line}: {talk}");
    }
}

#[test]
fn a_line_for_people_goes_to_standard_error_and_never_into_the_answer() {
    let said = said("list --json -f damaged/not_otlp.jsonl");
    let (answer, _) = said.split_once("------- stderr -------").expect("talk");
    assert!(answer.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{answer}");
}

#[test]
fn each_text_of_a_list_is_searched_and_shown_by_itself() {
    let value = |text: &str| format!(r#"{{"stringValue":"{text}"}}"#);
    let list = format!(r#"{{"arrayValue":{{"values":[{},{}]}}}}"#, value("foo"), value("xx\\nxxfoo"));
    let record = format!(r#"{{"attributes":[{{"key":"tags","value":{list}}}]}}"#);
    let line = format!("{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{record}]}}]}}]}}\n");
    let said = codex_audit("grep foo -q -f -").with_stdin(line).run();
    insta::assert_snapshot!(said.stdout, @"
    no conversation  no time  record
        tags: foo
        tags:2: xxfoo
    ");
}

#[test]
fn what_is_quoted_of_a_damaged_record_is_short_whatever_it_holds() {
    let value = "x cannot be read: ".repeat(2_000);
    let line = format!(
        "{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"attributes\":\"{value}\"}}]}}]}}]}}\n"
    );
    let said = codex_audit("list -f -").with_stdin(line).run();
    insta::assert_snapshot!(talk(&said), @r#"
    note: there is no conversation in the input, or none that the filters admit
    -:1: byte 46: a log record that cannot be read: invalid type: string "x cannot be read: x cannot be read: x cannot be read: x cannot be read: x cann…nnot be read: x cannot be read: x cannot be read: x cannot be read: ", expected a list of attributes
    [exit status: 3]
    "#);
}

#[test]
fn what_is_damaged_and_was_otlp_is_not_taken_for_another_file() {
    let line = r#"{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"body":NaN}]}]}]}"#;
    let said = codex_audit("list -f -").with_stdin(line).run();
    insta::assert_snapshot!(talk(&said), @"
    note: there is no conversation in the input, or none that the filters admit
    -:1: byte 0: no JSON from byte 79 on
    [exit status: 3]
    ");
}
