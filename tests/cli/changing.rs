//! Files that change while they are read: what is in the answer, and what is said.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use codex_audit::commands::{Exit, exit_after};
use codex_audit::event::{Event, Fold};
use codex_audit::source::{Input, Scan, ScanOptions, scan};

use crate::harness::fixture;

/// Counts records.
#[derive(Clone, Debug, Default, PartialEq)]
struct Count(u64);

impl Fold for Count {
    fn fresh(&self) -> Self {
        Self(0)
    }

    fn add(&mut self, _: &Event<'_>) {
        self.0 += 1;
    }

    fn join(&mut self, later: Self) {
        self.0 += later.0;
    }
}

/// A file larger than what is read before the first part of the answer is delivered.
fn large_file() -> (tempfile::TempDir, PathBuf, u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("logs.jsonl");
    let capture = fixture("captures/collector/reviewer-0.169.0.jsonl");
    let times = 100;
    fs::write(&path, capture.repeat(times)).expect("a file");
    (folder, path, 121 * times as u64)
}

/// Reads the file, and does something to it when the first part of it was heard.
fn read_while(path: &Path, mut happens: impl FnMut()) -> Scan<Count> {
    let input = Input::find(&[path.display().to_string()], false);
    let options = ScanOptions { keep_duplicates: true, ..ScanOptions::default() };
    let mut has_happened = false;
    scan(&input, options, &Count(0), |_, _| {
        if !std::mem::replace(&mut has_happened, true) {
            happens();
        }
        Ok(())
    })
    .expect("nothing is written")
}

/// The one note on the file, and how a question would end.
fn told(scan: &Scan<Count>) -> (Vec<String>, Exit) {
    let notes = scan.account.files[0].notes.iter().map(|note| note.text().english()).collect();
    (notes, exit_after(Exit::Answered, &scan.account))
}

#[test]
fn a_file_that_is_emptied_is_partly_in_the_answer_and_that_is_said() {
    let (_folder, path, records) = large_file();
    let scan = read_while(&path, || drop(fs::File::create(&path).expect("emptied")));
    assert!((1..records).contains(&scan.answer.0), "{} of {records}", scan.answer.0);
    let (notes, exit) = told(&scan);
    assert!(notes.len() == 1 && notes[0].contains("became shorter while it was read"), "{notes:?}");
    assert_eq!(exit, Exit::Answered);
}

#[test]
fn what_is_added_to_a_file_meanwhile_is_read_and_no_news() {
    let (_folder, path, records) = large_file();
    let scan = read_while(&path, || {
        let mut file = OpenOptions::new().append(true).open(&path).expect("the file");
        file.write_all(&fixture("captures/collector/reviewer-0.169.0.jsonl")).expect("written");
    });
    assert_eq!(scan.answer.0, records + 121);
    assert_eq!(told(&scan), (vec![], Exit::Answered));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_rotated_away_or_removed_is_read_to_its_end_and_that_is_said() {
    let (folder, path, records) = large_file();
    let backup = folder.path().join("logs-2026-11-02T01-00-00.000-size.jsonl");
    let scan = read_while(&path, || {
        fs::rename(&path, &backup).expect("renamed");
        fs::write(&path, fixture("one_conversation.jsonl")).expect("a new file");
    });
    assert_eq!(scan.answer.0, records);
    let (notes, exit) = told(&scan);
    assert!(notes.len() == 1 && notes[0].contains("was replaced while it was read"), "{notes:?}");
    assert_eq!(exit, Exit::Answered);

    let (_folder, path, records) = large_file();
    let scan = read_while(&path, || fs::remove_file(&path).expect("removed"));
    assert_eq!(scan.answer.0, records);
    let (notes, _) = told(&scan);
    assert!(notes.len() == 1 && notes[0].contains("was renamed or removed"), "{notes:?}");
}

/// Reads a pipe and then a file, to which something happens before anyone writes to the pipe.
#[cfg(unix)]
fn read_behind_a_pipe(happens: impl FnOnce(&Path)) -> (usize, String, Option<i32>) {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("mkfifo runs");
    assert!(made.success());
    fs::write(folder.path().join("logs.jsonl"), fixture("one_conversation.jsonl")).expect("a file");
    let mut call = crate::harness::codex_audit("show --json -f pipe -f logs.jsonl").in_folder(folder.path());
    let child = (call.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
        .spawn()
        .expect("the program starts");
    // Opening waits for the program to open it, too: by then it knows which files there are.
    let mut pipe = OpenOptions::new().write(true).open(folder.path().join("pipe")).expect("a reader");
    happens(folder.path());
    pipe.write_all(&fixture("two_users.jsonl")).expect("it is read");
    drop(pipe);
    let output = child.wait_with_output().expect("it ends");
    let answer = String::from_utf8(output.stdout).expect("text");
    let talk = String::from_utf8(output.stderr).expect("text");
    (answer.lines().count(), talk, output.status.code())
}

#[cfg(unix)]
#[test]
fn a_file_that_is_rotated_away_before_its_turn_is_found_under_its_new_name() {
    let in_pipe = fixture("two_users.jsonl");
    let in_pipe = memchr::memmem::find_iter(&in_pipe, b"\"observedTimeUnixNano\"").count();
    let (records, talk, exit) = read_behind_a_pipe(|_| {});
    assert_eq!((records, talk.as_str(), exit), (in_pipe + 10, "", Some(0)));

    let (records, talk, exit) = read_behind_a_pipe(|folder| {
        let backup = folder.join("logs-2026-11-02T01-00-00.000-size.jsonl");
        fs::rename(folder.join("logs.jsonl"), backup).expect("renamed");
        fs::write(folder.join("logs.jsonl"), fixture("warm_up.jsonl")).expect("a new file");
    });
    assert_eq!((records, exit), (in_pipe + 10, Some(0)));
    assert!(talk.contains("logs.jsonl was rotated meanwhile; it was read as"), "{talk}");

    let (records, talk, exit) =
        read_behind_a_pipe(|folder| fs::remove_file(folder.join("logs.jsonl")).expect("removed"));
    assert_eq!((records, exit), (in_pipe, Some(2)), "{talk}");
    assert!(talk.contains("error: logs.jsonl does not exist"), "{talk}");
}
