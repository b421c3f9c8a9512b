//! The language of what is said: people are told in theirs, programs in English.

use std::fs;

use serde_json::json;

use crate::harness::{codex_audit, fixtures, log, run};

/// Every command whose answer has words in it, with inputs that bring out most of them.
const QUESTIONS: [&str; 19] = [
    "list -f captures/collector/mcp-0.169.0.jsonl -f captures/collector/network-0.169.0.jsonl",
    "list -f captures/damaged/killed-collector.jsonl",
    "show 01a1f842-e -f captures/collector/exec-0.169.0.jsonl",
    "show 01a1faf7-9a7 -f captures/collector/reviewer-0.169.0.jsonl",
    "show 01a1faf5 --all -f captures/collector/websocket-0.169.0.jsonl",
    "show -f redacted_prompts.jsonl",
    "tokens --explain --prices ../docs/house-prices.toml -f captures/collector/websocket-0.169.0.jsonl",
    "verify -f damaged/torn_line.jsonl -f damaged/nul_run.jsonl",
    "show -f captures/collector/exec-0.169.0.jsonl --conversation 0 --model [",
    "list --model gpt-6 -f captures/collector/exec-0.169.0.jsonl",
    "show nobody -f captures/collector/exec-0.169.0.jsonl",
    "grep -c . -f captures/damaged/killed-collector.jsonl",
    "tokens --by conversation -f captures/collector/websocket-0.169.0.jsonl -f captures/collector/mcp-0.169.0.jsonl",
    "tool-decision -f captures/collector/appserver-0.169.0.jsonl",
    "tool-decision --summary --undecided -f captures/collector/mcp-0.169.0.jsonl -f captures/collector/reviewer-0.169.0.jsonl",
    "network -f captures/collector/network-0.169.0.jsonl",
    "verify -f captures/damaged",
    "doctor --codex-config setup/tutorial/config.toml -f nowhere.jsonl",
    "list -f nowhere.jsonl",
];

#[test]
fn every_answer_is_there_in_chinese() {
    let said = QUESTIONS.map(|line| {
        format!("$ codex-audit {line} --lang zh\n{}\n", run(&format!("{line} --lang zh")).text())
    });
    insta::assert_snapshot!(said.concat());
}

#[test]
fn the_words_of_an_event_that_is_not_known_stay_though_they_are_ours_elsewhere() {
    let connect = json!({ "auth.connection_reused": "true", "duration_ms": 5, "error.message": "failed" });
    let records = [
        ("01b", "websocket_connect", connect),
        ("01b", "turn_cost", json!({ "turn.interrupted": "true" })),
        (
            "01b",
            "brand_new",
            json!({ "in": "failed", "status": "interrupted", "error": "connection reused" }),
        ),
    ];
    let told = codex_audit("show 01b --lang zh -f -").with_stdin(log(&records)).run().stdout;
    let (_, told) = told.split_once("\n\n").expect("a heading");
    insta::assert_snapshot!(told, @"
     09:00:00.000  连接      复用连接 · 用时 5 ms · 错误 failed
             .001  费用      已中断
             .002  brand_new
      in failed · status interrupted · error connection reused
    最后一条记录 09:00:00.002；Codex 不记录会话结束，会话可能还在继续
    0 个响应
    ");
}

#[test]
fn machine_output_is_the_same_in_every_language() {
    for line in QUESTIONS {
        for format in ["json", "csv"] {
            let ask = |language| run(&format!("{line} -o {format} --lang {language}"));
            let (english, chinese) = (ask("en"), ask("zh"));
            assert_eq!(english.stdout, chinese.stdout, "{line}");
            assert_eq!(english.exit, chinese.exit, "{line}");
        }
    }
}

#[test]
fn the_language_is_asked_for_or_the_locale_s() {
    let asked = |line: &str, variables: &[(&str, &str)]| {
        let call = codex_audit(&format!("list -f nowhere.jsonl {line}")).with_variable("LC_ALL", "");
        let call = variables.iter().fold(call, |call, (name, value)| call.with_variable(name, value));
        call.run().stderr.starts_with("错误：")
    };
    assert!(!asked("", &[("LANG", "C")]));
    assert!(asked("", &[("LANG", "zh_CN.UTF-8")]));
    assert!(asked("--lang zh", &[("LANG", "C")]));
    assert!(asked("", &[("CODEX_AUDIT_LANG", "zh"), ("LANG", "C")]));
    assert!(!asked("--lang en", &[("CODEX_AUDIT_LANG", "zh"), ("LANG", "zh_CN.UTF-8")]));
    assert!(!asked("", &[("LC_ALL", "en_US.UTF-8"), ("LANG", "zh_CN.UTF-8")]));
    assert!(asked("", &[("LC_MESSAGES", "zh_CN.UTF-8"), ("LANG", "en_US.UTF-8")]));
}

#[test]
fn a_language_that_is_not_spoken_is_an_error() {
    let said = codex_audit("list").with_variable("CODEX_AUDIT_LANG", "fr").run();
    assert_eq!(said.stderr, "error: $CODEX_AUDIT_LANG: no language `fr`; there are en and zh\n");
    assert_eq!(said.exit, Some(2));
}

#[test]
fn damage_of_every_kind_is_told_in_chinese() {
    let folders = ["captures/damaged", "damaged"].map(|folder| fixtures().join(folder));
    let damaged = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("the folder is there"));
    let mut told = 0;
    for entry in damaged {
        let path = entry.expect("an entry").path();
        let said = run(&format!("list --lang zh -f {}", path.display())).stderr;
        for line in said.lines().filter(|line| line.contains("字节")) {
            let reason = line.rsplit_once('：').expect("a reason").1;
            // Names are the same in every language.
            let names =
                ["UTF-8", "U+FFFD", "JSON", "OTLP", "resourceLogs", "resourceSpans", "resourceMetrics"];
            let words = names.iter().fold(reason.to_owned(), |words, name| words.replace(name, ""));
            assert!(!words.chars().any(|letter| letter.is_ascii_alphabetic()), "{line}");
            told += 1;
        }
    }
    assert!(told > 0, "no damage was seen: this test has gone blind");
}

#[test]
fn the_settings_file_sets_the_language_of_what_is_said_even_of_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own.toml");
    let asked = |text: &str, line: &str, variables: &[(&str, &str)]| {
        fs::write(&path, text).expect("a file");
        let call = codex_audit(line).with_variable("CODEX_AUDIT_CONFIG", &path.display().to_string());
        let call = call.with_variable("LC_ALL", "");
        variables.iter().fold(call, |call, (name, value)| call.with_variable(name, value)).run()
    };
    let shown = asked("lang = 'zh'\n", "config", &[("LANG", "en_US.UTF-8")]).stdout;
    assert!(shown.contains("设置") && shown.contains("own.toml:1"), "{shown}");
    let shown = asked("lang = 'zh'\n", "config", &[("CODEX_AUDIT_LANG", "en")]).stdout;
    assert!(shown.contains("SETTING") && shown.contains("$CODEX_AUDIT_LANG"), "{shown}");
    let shown = asked("", "config", &[("LANG", "zh_CN.UTF-8")]).stdout;
    assert!(shown.contains("默认值") && shown.contains("$LANG"), "{shown}");
    let refused = asked("colour = 'auto'\n", "config", &[("LANG", "zh_CN.UTF-8")]).stderr;
    assert!(refused.contains("own.toml:1: 没有 `colour` 这个设置；是否想写 `color`？"), "{refused}");
}

#[test]
fn what_cannot_be_followed_is_told_in_chinese() {
    let said = run("grep x --follow --lang zh -f -").stderr;
    assert_eq!(said, "错误：标准输入无法跟踪：请指定文件\n");
}

/// What the program says of itself in Chinese on a terminal of 80 columns.
fn told(line: &str) -> String {
    let call = codex_audit(line).with_variable("CODEX_AUDIT_LANG", "zh").with_variable("COLUMNS", "80");
    let told = call.run();
    format!("$ codex-audit {line}\n{}\n", told.text())
}

#[test]
fn help_in_chinese_is_whole_on_a_terminal_of_any_width() {
    let help =
        |columns: &str| codex_audit("list -h --lang zh").with_variable("COLUMNS", columns).run().stdout;
    let text = |columns| help(columns).replace(char::is_whitespace, "");
    for columns in ["8", "12", "20", "30", "40"] {
        assert_eq!(text(columns), text("200"), "{columns}");
    }
    assert_eq!(help("0"), help("100"), "none is no width");
    let narrow = help("20");
    assert!(narrow.contains("\n  -f, --file <PATH>\n          要读的文\n          件、目录、\n"), "{narrow}");
}

const COMMANDS: [&str; 11] = [
    "list",
    "show",
    "grep",
    "tokens",
    "tool-decision",
    "network",
    "verify",
    "doctor",
    "config",
    "completions",
    "man",
];

#[test]
fn help_is_there_in_chinese() {
    let shared = "\n输入：";
    let of_commands = COMMANDS.iter().map(|command| {
        let help = told(&format!("{command} --help"));
        // What all of them have is shown once.
        let (own, rest) = help.split_once(shared).unwrap_or((&help, ""));
        let examples = rest.split_once("\n示例：").map(|(_, examples)| format!("\n示例：{examples}"));
        own.to_owned() + &examples.unwrap_or_default()
    });
    let said: String =
        [told("-h"), told("--help"), told("doctor -h")].into_iter().chain(of_commands).collect();
    insta::assert_snapshot!(said);
}

#[test]
fn no_line_of_chinese_help_is_wider_than_the_terminal_or_left_in_english() {
    let calls = COMMANDS.iter().flat_map(|command| [format!("{command} -h"), format!("{command} --help")]);
    for call in calls.chain(["-h".to_owned(), "--help".to_owned()]) {
        for line in told(&call).lines().skip(1) {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{call}: {line}");
            // Four words in a row, unless it is a command.
            let is_word =
                |word: &&str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase());
            let words: Vec<&str> = line.split(' ').collect();
            let is_english = words.windows(4).any(|words| words.iter().all(is_word));
            assert!(!is_english || line.starts_with("    codex-audit"), "{call}: {line}");
        }
    }
}

#[test]
fn wrong_usage_is_told_in_chinese() {
    let said = [
        "lst",
        "list --tz",
        "list -o xml",
        "list --threads x",
        "list --utc --local",
        "list --utc --utc",
        "list --utcc",
        "list --utc=3",
        "show a b",
        "grep",
        "grep -x",
        "completions fsh",
        "tokens --by dya",
        "-q",
    ]
    .map(|line| {
        let told = told(line);
        assert!(!told.contains("error") && told.contains("[exit status: 2]"), "{told}");
        told
    });
    insta::assert_snapshot!(said.concat());
}

#[test]
fn the_language_of_help_is_asked_for_like_that_of_answers() {
    let is_chinese = |line: &str, variables: &[(&str, &str)]| {
        let call = codex_audit(line).with_variable("LC_ALL", "");
        let call = variables.iter().fold(call, |call, (name, value)| call.with_variable(name, value));
        call.run().stdout.contains("用法：")
    };
    assert!(is_chinese("list -h --lang zh", &[("LANG", "C")]));
    assert!(is_chinese("--lang=zh --help", &[("LANG", "C")]));
    assert!(is_chinese("--help", &[("LANG", "zh_CN.UTF-8")]));
    assert!(!is_chinese("--help --lang en", &[("LANG", "zh_CN.UTF-8")]));
    assert!(!is_chinese("--help", &[("LANG", "C")]));
}
