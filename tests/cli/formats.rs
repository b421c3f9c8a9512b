//! Table, JSON Lines, CSV and Markdown: names, order, escapes.
//!
//! The names and their order are the contract with everybody's scripts. They are stated here a second time, by hand.

use serde_json::{Value, json};

use crate::harness::{codex_audit, run, said};

/// The members of a `conversation`, in order.
const CONVERSATION: [&str; 40] = [
    "schema_version",
    "record_type",
    "conversation_id",
    "start_time",
    "start_time_unix_nano",
    "end_time",
    "end_time_unix_nano",
    "duration_ms",
    "starts",
    "kind",
    "kind_basis",
    "parent_conversation_id",
    "model",
    "models",
    "provider",
    "service_name",
    "app_version",
    "originator",
    "terminal",
    "env",
    "host",
    "user_email",
    "user_account_id",
    "auth_mode",
    "approval_policy",
    "sandbox_policy",
    "mcp_servers",
    "events",
    "prompts",
    "first_prompt",
    "prompt_redacted",
    "model_requests",
    "model_errors",
    "network_requests",
    "network_denied",
    "tool_calls",
    "tool_failures",
    "decisions",
    "tokens",
    "warmups",
];

/// The members of `tokens`, in order.
const TOKENS: [&str; 7] =
    ["responses", "input", "cached_input", "cache_write", "output", "reasoning", "total"];

/// The members of an `event`, in order.
const EVENT: [&str; 16] = [
    "schema_version",
    "record_type",
    "time",
    "time_unix_nano",
    "conversation_id",
    "event_name",
    "call_id",
    "severity",
    "scope",
    "service_name",
    "attributes",
    "resource",
    "body",
    "trace_id",
    "span_id",
    "location",
];

/// The members of a `location`, in order.
const LOCATION: [&str; 4] = ["file", "line", "record", "byte_offset"];

/// What a member may be. A count is a whole number; a moment is digits.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Type {
    Count,
    Text,
    Digits,
    Truth,
    List,
    Object,
    Any,
}

impl Type {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Count => value.is_u64(),
            Self::Text => value.as_str().is_some_and(|text| !text.is_empty()),
            Self::Digits => value.as_str().is_some_and(|text| text.parse::<u64>().is_ok()),
            Self::Truth => value.is_boolean(),
            Self::List => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Object => value.is_object(),
            Self::Any => true,
        }
    }

    /// The type of the member of that name, and whether it may be null.
    fn of(name: &str) -> (Self, bool) {
        match name {
            "schema_version" | "starts" | "events" | "prompts" | "model_requests" | "model_errors"
            | "tool_calls" | "tool_failures" | "responses" | "warmups" | "line" | "record"
            | "byte_offset" => (Self::Count, false),
            "duration_ms" | "network_requests" | "network_denied" | "input" | "cached_input"
            | "cache_write" | "output" | "reasoning" | "total" => (Self::Count, true),
            "record_type" | "file" => (Self::Text, false),
            "start_time_unix_nano" | "end_time_unix_nano" | "time_unix_nano" => (Self::Digits, true),
            "prompt_redacted" => (Self::Truth, false),
            "models" => (Self::List, false),
            "mcp_servers" => (Self::List, true),
            "decisions" | "tokens" | "attributes" | "resource" | "location" => (Self::Object, false),
            "body" => (Self::Any, true),
            _ => (Self::Text, true),
        }
    }
}

fn assert_members(object: &Value, names: &[&str]) {
    let members = object.as_object().expect("an object");
    let found: Vec<&str> = members.keys().map(String::as_str).collect();
    assert_eq!(found, names);
    for (name, value) in members {
        let (expected, nullable) = Type::of(name);
        assert!(
            expected.fits(value) || (nullable && value.is_null()),
            "`{name}` is no {expected:?}: {value}"
        );
    }
}

/// Inputs that between them hold everything there is to hold.
const INPUTS: [&str; 6] = [
    "captures/rotated",
    "captures/collector/reviewer-0.169.0.jsonl",
    "captures/collector/network-0.169.0.jsonl",
    "two_users.jsonl",
    "events_without_time.jsonl",
    "nested_attributes.jsonl",
];

#[test]
fn a_conversation_has_the_members_of_the_contract_in_their_order() {
    for input in INPUTS {
        let records = run(&format!("list --json -f {input}")).records();
        assert!(!records.is_empty());
        for record in &records {
            assert_members(record, &CONVERSATION);
            assert_members(&record["tokens"], &TOKENS);
            assert_eq!(
                [&record["schema_version"], &record["record_type"]],
                [&Value::from(1), &Value::from("conversation")]
            );
            assert!(
                record["decisions"]
                    .as_object()
                    .expect("decisions")
                    .values()
                    .all(|count| count.as_u64() > Some(0))
            );
        }
    }
}

#[test]
fn an_event_has_the_members_of_the_contract_in_their_order() {
    for input in INPUTS {
        let records = run(&format!("show --json -f {input}")).records();
        assert!(!records.is_empty());
        for record in &records {
            assert_members(record, &EVENT);
            assert_members(&record["location"], &LOCATION);
            assert_eq!(
                [&record["schema_version"], &record["record_type"]],
                [&Value::from(1), &Value::from("event")]
            );
            let flat =
                |name: &str| record[name].as_object().expect(name).values().all(|value| !value.is_object());
            assert!(flat("attributes") && flat("resource"), "nested maps are dotted keys: {record}");
        }
    }
}

#[test]
fn a_time_is_rfc_3339_with_offset_and_the_digits_are_the_same_moment() {
    for record in run("show --json -f events_without_time.jsonl -f one_conversation.jsonl").records() {
        let (time, digits) = (&record["time"], &record["time_unix_nano"]);
        assert_eq!(time.is_null(), digits.is_null());
        if let (Some(time), Some(digits)) = (time.as_str(), digits.as_str()) {
            assert!(time.ends_with("+08:00"), "{time}");
            let parsed = chrono::DateTime::parse_from_rfc3339(time).expect("RFC 3339");
            assert_eq!(parsed.timestamp_nanos_opt().expect("in range").to_string(), digits);
        }
    }
}

#[test]
fn the_short_option_is_the_long_one() {
    for question in ["list", "show"] {
        let line = format!("{question} -f one_conversation.jsonl");
        assert_eq!(said(&format!("{line} --json")), said(&format!("{line} --format json")));
        assert_eq!(said(&format!("{line} --json")), said(&format!("{line} -o json")));
        assert_eq!(said(&line), said(&format!("{line} -o table")));
    }
}

#[test]
fn a_format_that_does_not_exist_is_an_error() {
    insta::assert_snapshot!(said("list -o xml -f empty.jsonl"), @"
    ------- stderr -------
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: table, json, csv, md]

    For more information, try '--help'.
    [exit status: 2]
    ");
    assert_eq!(run("list --json -o csv -f empty.jsonl").exit, Some(2));
}

#[test]
fn json_spells_out_what_could_steer_a_terminal_and_a_reader_gets_it_back() {
    let said = run("show --json -f terminal_escapes.jsonl");
    let prompt = said.stdout.lines().nth(1).expect("the prompt");
    assert!(prompt.contains(r"\u001b[2J\u001b]0;owned\u0007"), "{prompt}");
    assert!(prompt.contains(r"abc\u202etxt.exe\u202c"), "{prompt}");
    assert!(prompt.contains(r"\u009b31m\u0085"), "{prompt}");
    assert!(prompt.contains(r"\udb40\udc41\udb40\udc42"), "{prompt}");
    let value = &said.records()[1]["attributes"]["prompt"];
    assert_eq!(value, WRITTEN);
}

/// The prompt of `terminal_escapes.jsonl`.
const WRITTEN: &str = "prompt \u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}[31m abc\u{202e}txt.exe\u{202c} \u{2066}x\u{2069} \u{200f}y\u{61c} \
                       pay\u{200b}load\u{200d}\u{2060}\u{feff}\u{ad} \u{9b}31m\u{85}\u{9d}0;x\u{9c} \u{e0041}\u{e0042} nul\u{0} del\u{7f} cr\rend\u{2028}sep\u{2029}";

#[test]
fn json_leaves_text_of_every_language_readable() {
    assert!(run("show --json -f one_conversation.jsonl").stdout.contains("请列出文件。"));
    assert!(run("list --json -f damaged/lone_surrogate.jsonl").stdout.contains('😀'));
}

/// The rows of a CSV, each a list of cells.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    reader
        .records()
        .map(|row| row.expect("a row as long as the first").iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn csv_has_the_same_names_with_dots_for_nested_ones() {
    let mut expected: Vec<String> = Vec::new();
    for name in CONVERSATION {
        match name {
            "tokens" => expected.extend(TOKENS.map(|name| format!("tokens.{name}"))),
            name => expected.push(name.to_owned()),
        }
    }
    assert_eq!(rows(&run("list -o csv -f empty.jsonl").stdout), [expected]);
    let mut expected: Vec<String> = EVENT[..15].iter().map(|name| (*name).to_owned()).collect();
    expected.extend(LOCATION.map(|name| format!("location.{name}")));
    assert_eq!(rows(&run("show -o csv -f empty.jsonl").stdout), [expected]);
}

#[test]
fn csv_holds_what_json_holds() {
    for question in ["list", "show"] {
        for input in ["captures/collector/tui-0.77.0.jsonl", "two_users.jsonl", "events_without_time.jsonl"] {
            let csv = rows(&run(&format!("{question} -o csv -f {input}")).stdout);
            let records = run(&format!("{question} --json -f {input}")).records();
            assert_eq!(csv.len(), records.len() + 1);
            for (row, record) in csv[1..].iter().zip(&records) {
                for (name, cell) in csv[0].iter().zip(row) {
                    let value = name.split('.').fold(record, |value, part| &value[part]);
                    let expected = match value {
                        Value::Null => String::new(),
                        Value::String(text) => text.clone(),
                        Value::Array(list) => {
                            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
                        }
                        other => other.to_string(),
                    };
                    assert_eq!(*cell, expected, "{name}");
                }
            }
        }
    }
}

#[test]
fn no_cell_of_csv_is_a_formula() {
    for input in ["spreadsheet_formulas.jsonl", "terminal_escapes.jsonl"] {
        for question in ["list", "show"] {
            for row in rows(&run(&format!("{question} -o csv -f {input}")).stdout) {
                for cell in row {
                    let first = cell.trim_start().chars().next().unwrap_or(' ');
                    assert!(!"=+-@＝＋－＠|%".contains(first), "{cell:?}");
                }
            }
        }
    }
}

#[test]
fn a_formula_in_csv_is_text_behind_an_apostrophe() {
    let csv = rows(&run("list -o csv -f spreadsheet_formulas.jsonl").stdout);
    let place = csv[0].iter().position(|name| name == "first_prompt").expect("the column");
    let prompts: Vec<String> = csv[1..].iter().map(|row| format!("{:?}", row[place])).collect();
    insta::assert_snapshot!(prompts.join("\n"), @r#"
    "'=cmd|' /C calc'!A0"
    "'+1+1"
    "'-2+3"
    "'@SUM(1,2)"
    "'\t=1"
    "\\u{d}=1"
    "' =1"
    "''=1"
    "'＝1"
    "plain, with \"quotes\"\nand a second line"
    "#);
}

#[test]
fn markdown_is_a_table_and_a_list_in_which_text_stays_text() {
    insta::assert_snapshot!(said("list -o md -f spreadsheet_formulas.jsonl --until '2026-11-02 09:00:02'"), @r"
    **2026-11-02 Mon**  times are +08:00

    | START | LASTED | ID | MODEL | PROMPTS | CALLS | TOKENS | FIRST PROMPT |
    | :-- | --: | :-- | :-- | --: | --: | --: | :-- |
    | 09:00:00 | 10 ms | 01b00900-0000-7000-8000-000000000900 | =1+1 +1 | 1 | 0 | 0 | =cmd&#124;' /C calc'\!A0 |
    | 09:00:01 | 10 ms | 01b00901-0000-7000-8000-000000000901 | gpt-5.1-codex | 1 | 0 | 0 | +1+1 |

    2 conversations on 1 day · 2 prompts · 0 calls

    what came later is in no row, as asked for: a conversation may go on

    [exit status: 0]
    ");
    insta::assert_snapshot!(said("show -o md -f denied_tool_call.jsonl"), @r#"
    **Conversation** 01b00004-0000-7000-8000-000000000004

    codex\_exec 0.169.0 on host-a · gpt-5.1-codex (OpenAI) · approval on-request · sandbox workspace-write

    env dev

    2026-11-02 09:00:00.000 +08:00, 230 ms · denied\_tool\_call.jsonl:1

    - 09:00:00.000 **start** gpt-5.1-codex · reasoning medium · approval on-request · sandbox workspace-write
    - .010 **prompt** Clean up
    - .100 **call** **exec\_command** · **denied by a person** · **failed** in 4 ms
      ```sh
      rm -rf /srv
      ```
      ```text
      exec_command failed: CreateProcess { message: "Rejected(\"rejected by user\")" }
      ```
    - .200 **call** **exec\_command** · approved by reviewer · exit 0 in 20 ms
      ```sh
      rm notes.txt
      ```

    last record 09:00:00.230; Codex records no end, the conversation may go on

    **0 responses**

    [exit status: 0]
    "#);
}

#[test]
fn nothing_is_coloured_into_a_pipe_unless_it_is_asked_for() {
    for question in ["list", "show"] {
        let line = format!("{question} -f denied_tool_call.jsonl");
        assert!(!run(&line).stdout.contains('\u{1b}'));
        assert_eq!(said(&line), said(&format!("{line} --color never")));
        let colored = run(&format!("{line} --color always")).stdout;
        assert!(colored.contains("\u{1b}["));
        assert_eq!(without_colours(&colored), run(&line).stdout, "colour changes nothing but colour");
    }
}

fn without_colours(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern").replace_all(text, "").into_owned()
}

#[test]
fn machine_output_is_never_coloured() {
    for format in ["json", "csv", "md"] {
        for question in ["list", "show"] {
            let line = format!("{question} -f denied_tool_call.jsonl -o {format}");
            assert_eq!(said(&line), said(&format!("{line} --color always")), "{line}");
        }
    }
}

#[test]
fn nothing_is_cut_into_a_pipe() {
    let file = "captures/collector/reviewer-0.169.0.jsonl";
    assert_eq!(said(&format!("list -f {file}")), said(&format!("list --no-trunc -f {file}")));
    assert_eq!(said(&format!("show -f {file}")), said(&format!("show --no-trunc -f {file}")));
    let longest = run(&format!("list -f {file}")).stdout.lines().map(|line| line.chars().count()).max();
    assert!(longest > Some(3_000), "the reviewer's prompt is whole: {longest:?}");
}

#[test]
fn quiet_silences_talk_and_changes_no_answer() {
    for question in ["list", "show"] {
        for format in ["table", "json", "csv", "md"] {
            let line = format!("{question} -o {format} -f captures/damaged/killed-collector.jsonl");
            let (loud, quiet) = (run(&line), run(&format!("{line} --quiet")));
            assert_eq!((&loud.stdout, loud.exit), (&quiet.stdout, quiet.exit), "{line}");
            assert_ne!(loud.stderr, "");
            assert_eq!(quiet.stderr, "", "{line}");
        }
    }
}

#[test]
fn the_program_says_its_version_in_one_line() {
    let said = run("--version");
    assert_eq!(said.stdout, concat!("codex-audit ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!((said.stderr.as_str(), said.exit), ("", Some(0)));
}

#[test]
fn the_ids_of_conversations_with_a_hit_are_csv_and_markdown_like_any_answer() {
    let record = |id: &str| {
        let attribute = |key, value| json!({"key": key, "value": {"stringValue": value}});
        let record = json!({"attributes": [attribute("conversation.id", id), attribute("prompt", "x")]});
        json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).to_string() + "\n"
    };
    let lines = ["=cmd|' /C calc'!A0", "@x", "a,b", "q\"r", "*c*"].map(record).concat();
    let said =
        |format| codex_audit(&format!("grep -l x -o {format} -f -")).with_stdin(lines.clone()).run().stdout;
    assert_eq!(said("csv"), "conversation_id\n'=cmd|' /C calc'!A0\n'@x\n\"a,b\"\n\"q\"\"r\"\n*c*\n");
    assert!(said("md").ends_with("\\*c\\*\n\n"), "{}", said("md"));
}

#[test]
fn options_of_grep_that_say_the_same_in_two_ways_go_together_as_in_grep() {
    let asked =
        |options: &str| run(&format!("grep hello -f captures/collector/exec-0.169.0.jsonl {options}"));
    let names = asked("-l");
    assert_eq!((names.stdout.lines().count(), names.exit), (1, Some(0)), "{}", names.stdout);
    assert_eq!(asked("-c -l").stdout, names.stdout);
    assert_eq!(asked("-l -C 1").stdout, names.stdout);
    assert_eq!(asked("-c -A 2").stdout, asked("-c").stdout);
}
