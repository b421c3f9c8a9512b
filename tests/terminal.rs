//! The program on a terminal of its own: pagers, progress, and what is said beside them.

#![cfg(target_os = "linux")]

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use memchr::memmem;

/// A command line on a terminal of 80 columns.
fn terminal(command: &str, variables: &[(&str, &str)]) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_codex-audit"));
    let mut terminal = Command::new("script");
    terminal
        .args(["--quiet", "--return", "--command"])
        .arg(format!("stty columns 80 rows 24; {command}"))
        .arg("/dev/null")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", program.parent().expect("a folder").display()))
        .env("HOME", "/nonexistent")
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    terminal
}

/// All that it shows, and the exit code; `None` where `script` is not there.
fn shown(command: &str, variables: &[(&str, &str)]) -> Option<(String, Option<i32>)> {
    let Ok(output) = terminal(command, variables).output() else {
        // Not by `eprintln!`, which a test that passes keeps to itself.
        drop(writeln!(io::stderr(), "skipped, because script is not installed: {command}"));
        return None;
    };
    let text = String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n");
    Some((text, output.status.code()))
}

#[test]
fn a_terminal_shows_an_answer_through_the_pager_and_what_is_said_of_it_afterwards() {
    let pager = [("CODEX_AUDIT_PAGER", "sed -n '$s/.*/[the end]/;p'"), ("PAGER", "false")];
    let Some((text, exit)) = shown("codex-audit list -f damaged/unfinished_last_line.jsonl", &pager) else {
        return;
    };
    assert_eq!(exit, Some(0));
    let lines: Vec<&str> = text.lines().collect();
    let [.., end, note, more] = lines[..] else { panic!("{text}") };
    assert_eq!(end, "[the end]", "{text}");
    assert!(note.starts_with("note: damaged/unfinished_last_line.jsonl:2: "), "{text}");
    assert!(more.starts_with("  ") && note.len() <= 80, "{text}");
}

#[test]
fn no_part_of_a_match_stands_where_the_heading_of_another_would() {
    let command = "codex-audit grep -q 'touch|AKIA' -f captures/collector/exec-0.169.0.jsonl";
    let Some((text, _)) = shown(command, &[("PAGER", "")]) else { return };
    assert!(text.contains("\n      "), "nothing is wrapped: {text}");
    for line in text.lines() {
        assert!(line.starts_with("    ") || line.starts_with("01a1f842-"), "{line}");
    }
}

#[test]
fn what_was_decided_and_by_whom_is_told_apart_on_a_narrow_terminal() {
    let files = "-f captures/collector/appserver-0.169.0.jsonl -f captures/collector/tui-0.77.0.jsonl";
    let command = format!("codex-audit tool-decision -q {files}");
    let Some((text, _)) = shown(&command, &[("PAGER", "")]) else { return };
    for decision in ["approved        a person", "approved for …  a person", "approved with…  a person"] {
        assert!(text.contains(decision), "{decision}: {text}");
    }
    let summary = format!("stty columns 60; {command} --summary");
    let Some((text, _)) = shown(&summary, &[("PAGER", "")]) else { return };
    assert!(text.contains("CALLS  FAILED\n"), "{text}");
}

#[test]
fn what_was_asked_of_the_network_keeps_its_host_and_port_on_a_narrow_terminal() {
    let command = "codex-audit network -q -f captures/collector/network-0.169.0.jsonl";
    let Some((text, _)) = shown(command, &[("PAGER", "")]) else { return };
    for target in ["GET blocked.invalid:80", "CONNECT evil.invalid:443"] {
        assert!(text.contains(target), "{target}: {text}");
    }
}

#[test]
fn every_product_of_a_cost_is_there_on_a_narrow_terminal() {
    let command = "codex-audit tokens --explain -q -f captures/collector/websocket-0.169.0.jsonl";
    let Some((text, _)) = shown(command, &[("PAGER", "")]) else { return };
    assert!(text.contains("  1,182 × 1.25  640 × 0.125  56 × 10.00  0.0021175\n"), "{text}");
}

#[test]
fn each_conversation_that_the_beginning_of_an_id_fits_is_one_line() {
    let Some((text, _)) = shown("codex-audit show 01a1 -f captures/collector", &[("PAGER", "")]) else {
        return;
    };
    let candidates: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(candidates.len(), 22, "{text}");
    for line in candidates {
        assert!(line.starts_with("  01a1f") && unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
}

#[test]
fn what_is_said_keeps_within_a_terminal_and_is_one_line_in_a_pipe() {
    let command = "codex-audit list -q -f no/such/folder/with/a/long/name/otel-logs.jsonl -f nowhere/otel-logs.jsonl \
                   --lang zh; codex-audit list --conversation 77 --model nobody --lang zh -f one_conversation.jsonl";
    let Some((text, _)) = shown(command, &[("PAGER", "")]) else { return };
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{text}");
    let piped = "codex-audit list -f damaged/unfinished_last_line.jsonl 2>&1 >/dev/null | cat";
    let Some((text, _)) = shown(piped, &[]) else { return };
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.len() > 80, "{text}");
}

#[test]
fn how_much_of_a_long_text_is_left_out_is_said_in_the_reader_s_language() {
    let command = "codex-audit show 01a1f849-6cf -q -f captures/collector/mcp-0.169.0.jsonl --lang";
    for (language, said) in [("en", " … 22 more lines; --no-trunc"), ("zh", " 还有 22 行；--no-trunc")]
    {
        let Some((text, _)) = shown(&format!("{command} {language}"), &[("PAGER", "")]) else { return };
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_pager_that_is_left_early_changes_no_exit_code() {
    for (line, code) in [
        ("verify -f damaged/not_otlp.jsonl", 3),
        ("doctor -f one_conversation.jsonl", 1),
        ("show -q --keep-duplicates -f captures/rotated", 0),
    ] {
        let pager = [("PAGER", "head -n 1")];
        let Some((text, exit)) = shown(&format!("codex-audit {line}"), &pager) else { return };
        assert_eq!(exit, Some(code), "{line}: {text}");
        assert!(!text.contains("error: "), "{line}: {text}");
    }
}

#[test]
fn a_pager_that_cannot_be_started_is_a_note_and_the_answer_is_there() {
    let missing = [("PAGER", "/no/such/pager -x")];
    let Some((text, exit)) = shown("codex-audit list -f one_conversation.jsonl", &missing) else { return };
    assert_eq!(exit, Some(0));
    assert!(text.contains("1 conversation on 1 day"), "{text}");
    assert!(text.contains("\nnote: the pager `/no/such/pager -x` cannot be started: No such file"), "{text}");
}

#[test]
fn no_pager_shows_what_is_for_programs_or_goes_elsewhere_or_is_to_be_shown_without() {
    let pager = [("PAGER", "sed 's/.*/PAGED/'")];
    for line in [
        "codex-audit list -f one_conversation.jsonl --no-pager",
        "codex-audit list -f one_conversation.jsonl --json",
        "codex-audit list -f one_conversation.jsonl -o csv",
        "codex-audit list -f one_conversation.jsonl | tail -n 1",
        "codex-audit completions bash",
        "codex-audit show 77777 -f one_conversation.jsonl",
        "codex-audit list --tz mars",
    ] {
        let Some((text, _)) = shown(line, &pager) else { return };
        assert!(!text.contains("PAGED") && !text.is_empty(), "{line}: {text}");
    }
}

#[test]
fn the_usual_pager_leaves_what_fits_on_the_screen_there() {
    if Command::new("less").arg("--version").output().is_err() {
        drop(writeln!(io::stderr(), "skipped, because less is not installed"));
        return;
    }
    // It would wait for a key, and none is pressed.
    let Some((text, exit)) = shown("codex-audit list -f one_conversation.jsonl", &[]) else { return };
    assert_eq!(exit, Some(0));
    assert!(text.contains("1 conversation on 1 day"), "{text}");
}

#[test]
fn a_long_read_says_how_far_it_has_come_and_leaves_no_trace_of_it() {
    // It goes on when Enter is pressed.
    let line = "(cat one_conversation.jsonl; read key < /dev/tty) | codex-audit list -f -";
    let Some((text, exit)) = shown_to_a_typist(line, "", "reading ", "\n") else { return };
    assert_eq!(exit, Some(0));
    let (line, answer) = text.rsplit_once("\r\u{1b}[2K").unwrap_or_else(|| panic!("not erased: {text:?}"));
    assert!(line.contains("reading ") && line.contains("KiB"), "{text:?}");
    assert!(answer.contains("1 conversation on 1 day") && !answer.contains("reading"), "{text:?}");
}

/// A read that takes longer than anyone waits without a word.
const SLOW: &str = "(cat one_conversation.jsonl; sleep 0.9) | codex-audit list -f -";

#[test]
fn nothing_is_said_of_a_read_that_is_short_or_where_nobody_looks_or_it_is_not_wanted() {
    for line in [
        "codex-audit list -f one_conversation.jsonl".to_owned(),
        format!("{SLOW} -q"),
        format!("{SLOW} 2> /dev/null"),
        format!("({SLOW}) 2>&1 | cat"),
        format!("TERM=dumb; export TERM; {SLOW}"),
    ] {
        let Some((text, _)) = shown(&line, &[("PAGER", "")]) else { return };
        assert!(text.contains("1 conversation on 1 day"), "{line}: {text:?}");
        assert!(!text.contains("reading") && !text.contains('\u{1b}'), "{line}: {text:?}");
    }
}

/// The program on a terminal where somebody presses a key when they see that text.
fn shown_to_a_typist(command: &str, pager: &str, seen: &str, key: &str) -> Option<(String, Option<i32>)> {
    let mut terminal = terminal(command, &[("PAGER", pager)]);
    let Ok(mut child) = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else { return None };
    let mut keyboard = child.stdin.take().expect("a keyboard");
    let mut screen = child.stdout.take().expect("a screen");
    let mut key = Some(key);
    let (mut shown, mut more) = (Vec::new(), [0; 4096]);
    loop {
        let read = screen.read(&mut more).expect("a screen that shows something, or that it has ended");
        if read == 0 {
            break;
        }
        shown.extend_from_slice(&more[..read]);
        if memmem::find(&shown, seen.as_bytes()).is_some()
            && let Some(key) = key.take()
        {
            keyboard.write_all(key.as_bytes()).and_then(|()| keyboard.flush()).expect("a key can be pressed");
        }
    }
    let exit = child.wait().expect("it ends");
    let shown = String::from_utf8_lossy(&shown).replace("\r\n", "\n");
    assert_eq!(key, None, "{seen:?} is never there: {shown:?}");
    Some((shown, exit.code()))
}

const CTRL_C: &str = "\u{3}";

#[test]
fn ctrl_c_ends_at_once_with_130_and_leaves_the_terminal_clean() {
    // It waits for what is typed, which is nothing.
    let line = "exec codex-audit list -f -";
    let Some((text, exit)) = shown_to_a_typist(line, "", "reading ", CTRL_C) else { return };
    assert_eq!(exit, Some(130), "{text:?}");
    let (line, rest) = text.rsplit_once("\r\u{1b}[2K").unwrap_or_else(|| panic!("not erased: {text:?}"));
    assert!(line.contains("reading ") && !rest.contains("reading"), "{text:?}");
    assert!(rest.ends_with("\u{1b}[0m"), "{text:?}");
}

#[test]
fn what_follows_has_no_pager_and_ctrl_c_ends_it() {
    let line = "exec codex-audit show --follow -f one_conversation.jsonl";
    let Some((text, exit)) = shown_to_a_typist(line, "sed 's/.*/PAGED/'", "in 1200", CTRL_C) else { return };
    assert_eq!(exit, Some(130), "{text:?}");
    assert!(!text.contains("PAGED"), "{text:?}");
}

#[test]
fn what_follows_is_a_line_an_event_on_a_terminal_of_any_width() {
    let folder = tempfile::tempdir().expect("a folder");
    let signs = folder.path().join("signs.jsonl");
    let log = include_str!("../fixtures/one_conversation.jsonl");
    // Each is two columns wide, and its two characters are one and none.
    std::fs::write(&signs, log.replace("List the files, please.", &"⚠️".repeat(60))).expect("a log");
    let signs = signs.display();
    for columns in [8, 20, 24, 40, 60, 80, 81] {
        let line = format!(
            "stty columns {columns}; exec codex-audit show --follow -f captures/collector/mcp-0.169.0.jsonl \
             -f {signs} -f missing"
        );
        let Some((text, _)) = shown_to_a_typist(&line, "", "waiting", CTRL_C) else { return };
        let events: Vec<&str> = text.lines().filter(|line| line.starts_with("11-")).collect();
        assert_eq!(events.len(), 34, "{text}");
        for event in events {
            assert!(unicode_width::UnicodeWidthStr::width(event) <= columns, "{columns}: {event}");
        }
    }
}

/// Says of itself that it began and ended, does not hear Ctrl-C, and is left with Enter, though not at once: the program
/// hears Ctrl-C on a thread of its own. It reads so much of the answer.
fn deaf_pager(reads: &str) -> String {
    format!("sh -c 'trap \"\" INT; {reads}; echo begins; read key < /dev/tty; sleep 0.3; echo ends'")
}

const CTRL_C_AND_ENTER: &str = "\u{3}\n";

#[test]
fn in_a_pager_ctrl_c_is_the_pager_s_and_what_is_left_of_the_answer_is_broken_off_with_it() {
    // More than a pipe holds. The shell would hear Ctrl-C, too.
    let line = "exec codex-audit show --keep-duplicates -f captures/rotated";
    let pager = deaf_pager("read line");
    let Some((text, exit)) = shown_to_a_typist(line, &pager, "begins", CTRL_C_AND_ENTER) else {
        return;
    };
    assert_eq!(exit, Some(130), "{text:?}");
    assert!(text.contains("begins\n") && text.contains("ends\n"), "the pager was left behind: {text:?}");
}

#[test]
fn an_answer_that_is_whole_keeps_its_exit_code_whatever_is_pressed_in_the_pager() {
    let line = "exec codex-audit verify -f damaged/not_otlp.jsonl";
    let pager = deaf_pager("cat > /dev/null");
    let Some((text, exit)) = shown_to_a_typist(line, &pager, "begins", CTRL_C_AND_ENTER) else {
        return;
    };
    assert_eq!(exit, Some(3), "{text:?}");
    assert!(text.contains("ends\n"), "{text:?}");
}

#[test]
fn links_are_no_colours_and_are_there_where_the_terminal_has_them() {
    let kitty = ("TERM", "xterm-kitty");
    let verify = "codex-audit verify -q -f one_conversation.jsonl";
    for (line, variables, expected) in [
        (verify.to_owned(), vec![kitty], true),
        (format!("{verify} --color never"), vec![kitty], true),
        (format!("{verify} --hyperlink never"), vec![kitty, ("NO_COLOR", "")], false),
        (verify.to_owned(), vec![("TERM", "xterm")], false),
        (format!("{verify} --hyperlink always | cat"), vec![("TERM", "xterm")], true),
        (format!("{verify} | cat"), vec![kitty], false),
        // It may show escapes as they are.
        (verify.to_owned(), vec![kitty, ("PAGER", "sed p")], false),
    ] {
        // Whichever comes last counts.
        let variables: Vec<_> = [("PAGER", "")].into_iter().chain(variables).collect();
        let Some((text, _)) = shown(&line, &variables) else { return };
        assert_eq!(text.contains("\u{1b}]8;;file:///"), expected, "{line} {variables:?}: {text:?}");
        let has_colour = variables.contains(&("NO_COLOR", ""));
        assert_eq!(text.contains("\u{1b}[2m"), has_colour, "{line} {variables:?}: {text:?}");
    }
}
