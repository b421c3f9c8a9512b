//! What the program says of itself: help, completions and manual pages, and the files made from them.

mod generated;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use codex_audit::cli;

/// What the program prints, which must be an answer.
fn printed(arguments: &[&str]) -> Vec<u8> {
    let Output { status, stdout, stderr } = codex_audit(arguments);
    assert!(status.success(), "codex-audit {arguments:?}: {}", String::from_utf8_lossy(&stderr));
    stdout
}

/// Runs the program among files that are named as in the examples.
fn codex_audit(arguments: &[&str]) -> Output {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let capture = fixtures.join("captures/collector/exec-0.169.0.jsonl");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("otel-data")).expect("a folder");
    for name in ["otel-logs.jsonl", "otel-data/otel-logs.jsonl"] {
        std::fs::copy(&capture, folder.path().join(name)).expect("a copy");
    }
    Command::new(env!("CARGO_BIN_EXE_codex-audit"))
        .args(arguments)
        .current_dir(folder.path())
        .env("CODEX_AUDIT_FILE", "otel-logs.jsonl")
        .env_remove("CODEX_AUDIT_TZ")
        .env("CODEX_AUDIT_CONFIG", "")
        .output()
        .expect("the program runs")
}

fn subcommands() -> Vec<String> {
    cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// The name of each command, with the end of its long help. The program itself is the one without a name.
fn examples() -> Vec<(String, String)> {
    let program = cli::command();
    let texts = std::iter::once((String::new(), &program))
        .chain(program.get_subcommands().map(|command| (command.get_name().to_owned(), command)));
    texts
        .map(|(name, command)| {
            (name, command.get_after_long_help().map(ToString::to_string).unwrap_or_default())
        })
        .collect()
}

/// The command lines of the examples, whole where they go over several lines.
fn command_lines(examples: &str) -> Vec<String> {
    let lines: Vec<&str> = examples.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    lines.join("\n").replace("\\\n", "").lines().map(str::to_owned).collect()
}

fn manual_pages() -> BTreeMap<String, Vec<u8>> {
    let mut pages = BTreeMap::from([("codex-audit.1".to_owned(), printed(&["man"]))]);
    for name in subcommands() {
        pages.insert(format!("codex-audit-{name}.1"), printed(&["man", &name]));
    }
    pages
}

fn completions() -> BTreeMap<String, Vec<u8>> {
    let scripts = [
        ("bash", "codex-audit.bash"),
        ("zsh", "_codex-audit"),
        ("fish", "codex-audit.fish"),
        ("powershell", "_codex-audit.ps1"),
        ("elvish", "codex-audit.elv"),
    ];
    scripts.map(|(shell, name)| (name.to_owned(), printed(&["completions", shell]))).into()
}

#[test]
fn the_command_line_is_sound() {
    cli::command().debug_assert();
}

#[test]
fn the_completions_are_what_the_program_prints() {
    generated::assert_current("completions", &completions());
}

#[test]
fn the_manual_pages_are_what_the_program_prints() {
    generated::assert_current("man", &manual_pages());
}

#[test]
fn every_command_ends_its_long_help_with_two_to_six_examples() {
    for (name, text) in examples() {
        let (count, title) = (command_lines(&text).len(), text.lines().next());
        assert_eq!(title, Some("Examples:"), "of `{name}`: write one in src/commands/help.rs");
        assert!((2..=6).contains(&count), "`{name}` has {count} examples");
    }
}

#[test]
fn every_example_fits_in_a_manual_page_of_80_columns() {
    for (name, text) in examples() {
        for line in text.lines().filter_map(|line| line.strip_prefix("    ")) {
            assert!(line.len() <= 69, "`{name}`: {} columns: {line}", line.len());
        }
    }
}

#[test]
fn every_example_is_answered() {
    for (name, text) in examples() {
        for line in command_lines(&text) {
            let words = shlex::split(&line).unwrap_or_else(|| panic!("not a command line: {line}"));
            // Up to where the shell would send the output elsewhere.
            let own: Vec<&str> =
                words.iter().map(String::as_str).take_while(|word| !matches!(*word, "|" | ">")).collect();
            let (program, arguments) = own.split_first().expect("a program");
            assert_eq!(*program, "codex-audit");
            assert!(name.is_empty() || arguments.first() == Some(&name.as_str()), "of `{name}`: {line}");
            // What follows files ends only when it is ended.
            let arguments: Vec<&str> =
                arguments.iter().copied().filter(|argument| *argument != "--follow").collect();
            let Output { status, stderr, .. } = codex_audit(&arguments);
            // 1: the capture that the examples meet here holds nothing of the kind.
            assert!(matches!(status.code(), Some(0 | 1)), "{line}: {}", String::from_utf8_lossy(&stderr));
        }
    }
}

#[test]
fn a_command_that_reads_logs_has_the_shared_arguments_and_another_has_not() {
    for name in subcommands() {
        let help = String::from_utf8(printed(&[&name, "--help"])).expect("text");
        let reads_logs = !matches!(name.as_str(), "completions" | "man");
        for heading in ["Input:", "Filters:", "Time:", "Output:"] {
            assert_eq!(
                help.lines().any(|line| line == heading),
                reads_logs,
                "{heading} in the help of `{name}`"
            );
        }
    }
}

#[test]
fn every_manual_page_has_its_sections_in_order() {
    let all = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "PRIVACY",
        "LIMITATIONS",
        "EXAMPLES",
        "SEE ALSO",
    ];
    for (name, page) in manual_pages() {
        let page = String::from_utf8(page).expect("text");
        let headings: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix(".SH "))
            .map(|heading| heading.trim_matches('"'))
            .filter(|heading| all.contains(heading))
            .collect();
        let reads_logs = !matches!(name.as_str(), "codex-audit-completions.1" | "codex-audit-man.1");
        let expected: Vec<&str> = all
            .into_iter()
            .filter(|heading| {
                reads_logs || !matches!(*heading, "ENVIRONMENT" | "FILES" | "PRIVACY" | "LIMITATIONS")
            })
            .collect();
        assert_eq!(headings, expected, "{name}");
    }
}

#[test]
fn a_page_of_no_command_is_wrong_usage() {
    let Output { status, stdout, stderr } = codex_audit(&["man", "lst"]);
    assert_eq!((status.code(), stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&stderr).starts_with("error: no command `lst`; there are list, show, "));
}

#[test]
fn each_reader_that_is_installed_takes_the_files_without_a_complaint() {
    for (name, script) in completions() {
        match name.as_str() {
            "codex-audit.bash" => complains_not("bash", &["-n"], &script),
            "_codex-audit" => complains_not("zsh", &["-n"], &script),
            "codex-audit.fish" => complains_not("fish", &["--no-execute"], &script),
            _ => {}
        }
    }
    for page in manual_pages().values() {
        complains_not("groff", &["-man", "-Tutf8", "-ww", "-z"], page);
    }
}

/// Hands `text` to a program, if it is there, which must not say anything.
fn complains_not(program: &str, arguments: &[&str], text: &[u8]) {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else { return };
    child.stdin.take().expect("a pipe").write_all(text).expect("it reads");
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    assert!(status.success() && stderr.is_empty(), "{program}: {}", String::from_utf8_lossy(&stderr));
}
