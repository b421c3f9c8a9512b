//! The screens of the program on terminals of four widths, as tmux draws them, with English and Chinese text.

#![cfg(target_os = "linux")]

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

const WIDTHS: [u16; 4] = [60, 80, 100, 160];

/// What stands on the screen when the program has ended.
const THE_END: &str = "[exit status: ";

/// The servers of tmux of one test, a folder for their sockets.
struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    /// `None`, with a word, where tmux is not there.
    fn start() -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            // Not by `eprintln!`, which a test that passes keeps to itself.
            drop(writeln!(io::stderr(), "skipped, because tmux is not installed"));
            return None;
        }
        Some(Self { folder: tempfile::tempdir().expect("a folder") })
    }

    /// Calls the server of that name; one that ends is not to be met by the next screen.
    fn call(&self, server: &str, arguments: &[&str]) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_codex-audit"));
        Command::new("tmux")
            .args(["-u", "-f", "/dev/null", "-S"])
            .arg(self.folder.path().join(server))
            .args(arguments)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/captures/collector"))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", program.parent().expect("a folder").display()))
            .env("HOME", self.folder.path())
            .env("SHELL", "/bin/sh")
            .env("TERM", "xterm")
            .env("LC_ALL", "C.UTF-8")
            .env("PAGER", "")
            .output()
            .expect("tmux runs")
    }

    /// What a terminal of that width shows of a command line.
    fn screen(&self, line: &str, width: u16) -> String {
        let command = format!("codex-audit {line}; echo \"{THE_END}$?]\"; exec sleep 60");
        let server = width.to_string();
        let started =
            self.call(&server, &["new-session", "-d", "-s", "screen", "-x", &server, "-y", "150", &command]);
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            let captured = self.call(&server, &["capture-pane", "-p", "-t", "screen"]).stdout;
            let shown = String::from_utf8(captured).expect("UTF-8");
            if shown.contains(THE_END) {
                self.call(&server, &["kill-server"]);
                return shown.trim_end().to_owned();
            }
            if Instant::now() > patience {
                self.call(&server, &["kill-server"]);
                panic!("codex-audit {line}: {shown}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Holds the screens of a command line to those that were reviewed.
fn assert_screens(name: &str, line: &str) {
    let Some(tmux) = Tmux::start() else { return };
    let screens = WIDTHS.map(|width| format!("{}\n{}\n", "─".repeat(width.into()), tmux.screen(line, width)));
    insta::assert_snapshot!(name, screens.join("\n"));
}

#[test]
fn list_on_four_terminals() {
    assert_screens("list", "list -f exec-0.169.0.jsonl -f mcp-0.169.0.jsonl -f reviewer-0.169.0.jsonl");
}

#[test]
fn show_on_four_terminals() {
    assert_screens("show", "show 01a1f842-d -f exec-0.169.0.jsonl");
}

#[test]
fn tokens_on_four_terminals() {
    assert_screens("tokens", "tokens --by conversation,model -f exec-0.169.0.jsonl -f mcp-0.169.0.jsonl");
}

#[test]
fn tool_decision_on_four_terminals() {
    assert_screens(
        "tool-decision",
        "tool-decision --undecided -f exec-0.169.0.jsonl -f reviewer-0.169.0.jsonl",
    );
}

#[test]
fn verify_on_four_terminals() {
    assert_screens("verify", "verify -f exec-0.169.0.jsonl -f reviewer-0.169.0.jsonl");
}
