//! Whatever a file holds, each question ends as it promises to, and no answer steers a terminal.
#![no_main]

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::Parser as _;
use codex_audit::cli::Cli;
use codex_audit::commands::{Progress, World};
use libfuzzer_sys::fuzz_target;

const QUESTIONS: &[&[&str]] = &[
    &["list"],
    &["show", "--all"],
    &["show", "--json"],
    &["show", "-o", "csv"],
    &["grep", "-o", "md", "-C1", "e"],
    &["grep", "--json", "."],
    &["tokens", "--by", "model,hour"],
    &["tool-decision"],
    &["tool-decision", "--summary", "--json"],
    &["network"],
    &["network", "--summary", "-o", "md"],
    &["verify"],
];

/// The file that is asked about: one a process, as the fuzzer's processes run side by side.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("codex-audit-fuzz-{}", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    // The last byte picks the question: what follows a file's last line break is small change to the rest.
    let Some((pick, bytes)) = bytes.split_last() else { return };
    let question = QUESTIONS[usize::from(*pick) % QUESTIONS.len()];
    fs::write(&*FILE, bytes).expect("a file");
    let words = ["codex-audit"].iter().chain(question).chain(&["-f"]).map(OsString::from);
    let line = words.chain([FILE.clone().into_os_string()]);
    let cli = Cli::try_parse_from(line).expect("right usage");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit = cli.run(&World::ask(), &mut out, &mut err, &Progress::default()).expect("it can be written");
    assert!(matches!(exit.code(), 0 | 1 | 3), "{question:?} ended with {}", exit.code());
    let text = String::from_utf8(out).expect("UTF-8") + &String::from_utf8(err).expect("UTF-8");
    let steers = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    assert!(!text.contains(steers), "{question:?}");
});
