//! The pictures of the READMEs: what a terminal shows, in its colours.

#![cfg(target_os = "linux")]

mod generated;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anstyle_svg::{Term, WIN10_CONSOLE};

/// Each picture with the width of the terminal in columns, and its command line.
const PICTURES: [(&str, usize, &str); 2] = [
    ("show.svg", 100, "codex-audit show 01a1f842-d -f exec-0.169.0.jsonl"),
    ("tool-decision.svg", 156, "codex-audit tool-decision -f exec-0.169.0.jsonl -f reviewer-0.169.0.jsonl"),
];

/// All that the terminal shows, colours and all.
fn shown(columns: usize, command: &str) -> Option<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_codex-audit"));
    let terminal = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("stty columns {columns} rows 50; {command}"))
        .arg("/dev/null")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/captures/collector"))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", program.parent().expect("a folder").display()))
        .env("HOME", "/nonexistent")
        .env("SHELL", "/bin/sh")
        .env("TERM", "xterm")
        .env("PAGER", "")
        .stdin(Stdio::null())
        .output();
    let Ok(output) = terminal else {
        // Not by `eprintln!`, which a test that passes keeps to itself.
        drop(writeln!(io::stderr(), "skipped, because script is not installed: {command}"));
        return None;
    };
    Some(String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n"))
}

#[test]
fn the_pictures_show_what_the_program_prints() {
    let mut pictures = BTreeMap::new();
    for (name, columns, command) in PICTURES {
        let Some(screen) = shown(columns, command) else { return };
        let prompt = format!("\u{1b}[2m$\u{1b}[0m {command}\n");
        let picture = Term::new().palette(WIN10_CONSOLE).render_svg(&(prompt + &screen));
        pictures.insert(name.to_owned(), picture.into_bytes());
    }
    generated::assert_current("pictures", &pictures);
}
