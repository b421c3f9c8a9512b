//! `--follow`: what is added to files that are being written, as it comes.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{codex_audit, fixture, fixtures};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program while it runs.
struct Running {
    child: Child,
    answer: Receiver<String>,
    talk: Receiver<String>,
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn start(folder: &Path, line: &str) -> Running {
    let mut call = codex_audit(line).in_folder(folder);
    let mut child = call
        .command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let answer = lines(child.stdout.take().expect("a pipe"));
    let talk = lines(child.stderr.take().expect("a pipe"));
    Running { child, answer, talk }
}

impl Running {
    fn answered(&self) -> String {
        self.answer.recv_timeout(PATIENCE).expect("a line of the answer")
    }

    /// The prompts of so many records.
    fn prompts(&self, count: usize) -> Vec<String> {
        let records = (0..count).map(|_| serde_json::from_str::<Value>(&self.answered()).expect("JSON"));
        records.map(|record| record["attributes"]["prompt"].as_str().expect("a prompt").to_owned()).collect()
    }

    fn said(&self) -> String {
        self.talk.recv_timeout(PATIENCE).expect("a line on standard error")
    }

    /// Panics if anything more comes soon.
    fn assert_silent(&self) {
        let more = self.answer.recv_timeout(Duration::from_millis(700));
        assert!(more.is_err(), "{more:?}");
    }

    fn exit(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A line with one prompt.
fn prompt(text: &str) -> String {
    format!(
        r#"{{"resourceLogs":[{{"resource":{{}},"scopeLogs":[{{"scope":{{}},"logRecords":[{{"observedTimeUnixNano":"1793581200000000000","body":{{}},"attributes":[{{"key":"event.name","value":{{"stringValue":"codex.user_prompt"}}}},{{"key":"event.timestamp","value":{{"stringValue":"2026-11-02T01:00:00.000Z"}}}},{{"key":"conversation.id","value":{{"stringValue":"01b0000f-0000-7000-8000-000000000001"}}}},{{"key":"prompt","value":{{"stringValue":"{text}"}}}}]}}]}}]}}]}}"#
    )
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("logs.jsonl");
    (folder, path)
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the file");
    file.write_all(text.as_bytes()).expect("written");
}

#[test]
fn what_is_there_comes_first_and_then_what_is_added() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    append(&path, &(prompt("two") + "\n" + &prompt("three") + "\n"));
    assert_eq!(running.prompts(2), ["two", "three"]);
    running.assert_silent();
    assert!(running.talk.try_recv().is_err(), "there is nothing to say");
}

#[test]
fn half_a_line_is_waited_for_and_is_no_damage() {
    let (folder, path) = folder();
    let line = prompt("half 中文");
    let half = line.find('文').expect("the sign") + 1;
    fs::write(&path, &line.as_bytes()[..half]).expect("written");
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    running.assert_silent();
    let mut file = OpenOptions::new().append(true).open(&path).expect("the file");
    file.write_all(&line.as_bytes()[half..]).expect("written");
    running.assert_silent();
    file.write_all(b"\n").expect("written");
    assert_eq!(running.prompts(1), ["half 中文"]);
    assert!(running.talk.try_recv().is_err(), "there is nothing to say");
}

#[test]
fn rotation_is_followed_from_the_old_file_over_those_between_to_the_new_one() {
    let (folder, path) = folder();
    let backup = |second: u8| folder.path().join(format!("logs-2026-11-02T01-00-0{second}.000-size.jsonl"));
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    // What is written right before a rotation is not lost, nor is a whole object without its line break.
    append(&path, &(prompt("two") + "\n" + &prompt("three")));
    fs::rename(&path, backup(1)).expect("renamed");
    append(&path, &("\n".to_owned() + &prompt("four") + "\n"));
    assert_eq!(running.prompts(3), ["two", "three", "four"]);
    assert_eq!(running.said(), "note: logs.jsonl was rotated; the new one is read on");
    // Two rotations at once.
    append(&path, &(prompt("five") + "\n"));
    fs::write(backup(3), prompt("six") + "\n").expect("written");
    fs::rename(&path, backup(2)).expect("renamed");
    append(&path, &(prompt("seven") + "\n"));
    assert_eq!(running.prompts(3), ["five", "six", "seven"]);
    running.assert_silent();
}

#[cfg(unix)]
#[test]
fn a_link_among_the_backups_that_cannot_be_followed_stops_nobody() {
    let (folder, path) = folder();
    for (second, to) in [(1, "nowhere"), (2, "logs-2026-11-02T01-00-02.000-size.jsonl")] {
        let link = folder.path().join(format!("logs-2026-11-02T01-00-0{second}.000-size.jsonl"));
        std::os::unix::fs::symlink(to, link).expect("a link");
    }
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    for (backup, next) in [("00-00", "two"), ("01-30", "three")] {
        let backup = folder.path().join(format!("logs-2026-11-02T01-{backup}.000-size.jsonl"));
        fs::rename(&path, backup).expect("renamed");
        append(&path, &(prompt(next) + "\n"));
        assert_eq!(running.prompts(1), [next]);
    }
}

#[test]
fn backups_that_are_named_come_first() {
    let (folder, path) = folder();
    append(&path, &(prompt("two") + "\n"));
    append(&folder.path().join("logs-2026-11-02T01-00-01.000-size.jsonl"), &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f .");
    let records: Vec<Value> =
        (0..2).map(|_| serde_json::from_str(&running.answered()).expect("JSON")).collect();
    assert_eq!(
        records.iter().map(|record| record["location"]["file"].as_str().expect("a name")).collect::<Vec<_>>(),
        ["./logs-2026-11-02T01-00-01.000-size.jsonl", "./logs.jsonl"]
    );
    append(&path, &(prompt("three") + "\n"));
    assert_eq!(running.prompts(1), ["three"]);
}

#[test]
fn a_file_that_is_emptied_is_read_from_its_beginning_and_that_is_said() {
    let (folder, path) = folder();
    append(&path, &(prompt("the first of a long file") + "\n" + &prompt("torn")[..150]));
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["the first of a long file"]);
    File::create(&path).expect("emptied");
    let said = running.said();
    assert!(said.starts_with("note: logs.jsonl was emptied, cut or rewritten"), "{said}");
    let said = running.said();
    assert!(said.starts_with("logs.jsonl:2: byte "), "what was never finished is lost: {said}");
    append(&path, &(prompt("new") + "\n"));
    assert_eq!(running.prompts(1), ["new"]);
}

#[test]
fn a_file_that_is_rewritten_in_place_is_read_from_its_beginning_however_long_it_is() {
    for more in ["", ", and more of it than there was"] {
        let (folder, path) = folder();
        append(&path, &(prompt("first") + "\n"));
        let running = start(folder.path(), "show --follow --json -f logs.jsonl");
        assert_eq!(running.prompts(1), ["first"]);
        fs::write(&path, prompt(&format!("other{more}")) + "\n").expect("rewritten");
        assert_eq!(running.prompts(1), [format!("other{more}")]);
        let said = running.said();
        assert!(said.starts_with("note: logs.jsonl was emptied, cut or rewritten"), "{said}");
        append(&path, &(prompt("third") + "\n"));
        assert_eq!(running.prompts(1), ["third"]);
        assert!(running.talk.try_recv().is_err(), "what is added is known again");
    }
}

#[test]
fn a_file_that_comes_into_a_folder_is_followed_too_and_that_is_said() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f .");
    assert_eq!(running.prompts(1), ["one"]);
    let other = folder.path().join("other.jsonl");
    append(&other, &(prompt("two") + "\n"));
    assert_eq!(running.prompts(1), ["two"]);
    assert_eq!(running.said(), "note: ./other.jsonl is new; it is read, too");
    append(&other, &(prompt("three") + "\n"));
    append(&path, &(prompt("four") + "\n"));
    let mut both = running.prompts(2);
    both.sort();
    assert_eq!(both, ["four", "three"]);
    assert!(running.talk.try_recv().is_err(), "it is new once");
    // What cannot be followed does not end what can.
    fs::write(folder.path().join("packed.gz"), fixture("damaged/truncated.gz")).expect("a copy");
    assert_eq!(running.said(), "note: ./packed.gz is new; it is read, too");
    assert!(running.said().starts_with("note: ./packed.gz cannot be followed: it holds a gzip stream"));
    append(&path, &(prompt("five") + "\n"));
    assert_eq!(running.prompts(1), ["five"]);
}

#[test]
fn a_file_that_is_renamed_within_a_followed_folder_is_not_read_again() {
    let (folder, path) = folder();
    let older = folder.path().join("logs.jsonl.1");
    append(&older, &(prompt("one") + "\n"));
    append(&path, &(prompt("two") + "\n"));
    let running = start(folder.path(), "show --follow --json --keep-duplicates -f .");
    assert_eq!(running.prompts(2), ["two", "one"]);
    // As logrotate does, of which each name was followed already or is new.
    fs::rename(&older, folder.path().join("logs.jsonl.2")).expect("renamed");
    fs::rename(&path, &older).expect("renamed");
    append(&path, &(prompt("three") + "\n"));
    assert_eq!(running.prompts(1), ["three"]);
    // Longer than it takes to look for new files.
    thread::sleep(Duration::from_secs(3));
    running.assert_silent();
    let said: Vec<String> = running.talk.try_iter().collect();
    assert!(!said.iter().any(|said| said.contains("is new")), "{said:?}");
    // What is written to the old one all the same is not lost.
    append(&folder.path().join("logs.jsonl.2"), &(prompt("late") + "\n"));
    assert_eq!(running.prompts(2), ["one", "late"]);
}

#[test]
fn what_comes_in_the_place_of_what_cannot_be_followed_is_followed() {
    let gzip = fixture("damaged/truncated.gz");
    let begin = || {
        let (folder, path) = folder();
        append(&path, &(prompt("one") + "\n"));
        let running = start(folder.path(), "show --follow --json -f .");
        assert_eq!(running.prompts(1), ["one"]);
        let other = folder.path().join("other.jsonl");
        fs::write(&other, &gzip).expect("written");
        assert_eq!(running.said(), "note: ./other.jsonl is new; it is read, too");
        assert!(running.said().starts_with("note: ./other.jsonl cannot be followed: it holds a gzip stream"));
        (folder, other, running)
    };
    let (_folder, other, running) = begin();
    fs::remove_file(&other).expect("removed");
    fs::write(&other, prompt("two") + "\n").expect("written");
    assert_eq!(running.prompts(1), ["two"]);
    let (_folder, other, running) = begin();
    append(&other, "more");
    running.assert_silent();
    fs::write(&other, prompt("three") + "\n").expect("rewritten");
    assert_eq!(running.prompts(1), ["three"]);
    assert!(running.said().starts_with("note: ./other.jsonl was emptied, cut or rewritten"));
    assert!(running.talk.try_recv().is_err(), "what cannot be followed is told once");
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for() {
    let (folder, path) = folder();
    let running = start(folder.path(), "grep --follow hello -f logs.jsonl");
    assert_eq!(running.said(), "note: logs.jsonl is not there yet; waiting for it");
    append(&path, &(prompt("no") + "\n" + &prompt("hello") + "\n"));
    let (heading, hit) = (running.answered(), running.answered());
    assert_eq!(heading, "01b0000f-0000-7000-8000-000000000001  2026-11-02 09:00:00.000 +08:00  user_prompt");
    assert_eq!(hit, "    prompt: hello");
}

#[test]
fn a_name_that_is_waited_for_may_prove_to_be_that_of_a_folder() {
    let (folder, _) = folder();
    let running = start(folder.path(), "show --follow --json -f nd");
    assert_eq!(running.said(), "note: nd is not there yet; waiting for it");
    let nd = folder.path().join("nd");
    fs::create_dir(&nd).expect("a folder");
    running.assert_silent();
    append(&nd.join("logs.jsonl"), &(prompt("one") + "\n"));
    assert_eq!(running.prompts(1), ["one"]);
    assert_eq!(running.said(), "note: nd/logs.jsonl is new; it is read, too");
    append(&nd.join("logs.jsonl"), &(prompt("two") + "\n"));
    assert_eq!(running.prompts(1), ["two"]);
}

#[test]
fn in_an_empty_folder_and_for_a_pattern_a_file_is_waited_for() {
    for (name, said) in [
        (".", "note: the folder . holds no OTLP file; waiting for one"),
        ("*.jsonl", "note: no file fits the pattern *.jsonl; waiting for one"),
    ] {
        let (folder, path) = folder();
        let running = start(folder.path(), &format!("show --follow --json -f {name}"));
        assert_eq!(running.said(), said);
        append(&path, &(prompt("one") + "\n"));
        assert_eq!(running.prompts(1), ["one"]);
        assert!(running.said().ends_with("logs.jsonl is new; it is read, too"));
    }
}

#[test]
fn a_file_that_is_removed_is_waited_for_again() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    fs::rename(&path, folder.path().join("elsewhere")).expect("renamed");
    assert_eq!(running.said(), "note: logs.jsonl is not there any more; waiting for it");
    append(&path, &(prompt("two") + "\n"));
    assert_eq!(running.prompts(1), ["two"]);
}

#[test]
fn a_record_that_comes_again_is_shown_once_and_damage_is_told_when_it_comes() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    append(&path, &(prompt("one") + "\nno json\n" + &prompt("two") + "\n"));
    assert_eq!(running.prompts(1), ["two"]);
    assert_eq!(running.said(), format!("logs.jsonl:3: byte {}: no JSON", 2 * (prompt("one").len() + 1)));
    let said = running.said();
    assert!(
        said.starts_with("note: 1 copy of a record was dropped: the same record was read before"),
        "{said}"
    );
}

#[test]
fn for_people_each_event_is_a_line_without_the_stream_of_a_response() {
    let (folder, path) = folder();
    fs::copy(fixtures().join("captures/collector/tui-0.77.0.jsonl"), &path).expect("a copy");
    let running = start(folder.path(), "show --follow --utc -f logs.jsonl");
    let told: Vec<String> = (0..6).map(|_| running.answered()).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    2026-11-20 09:25:13.393 +00:00  01a1f846-3630-7073-9d85-ddb0bc3f1a86  conversation_starts
    2026-11-20 09:25:41.422 +00:00  01a1f846-3630-7073-9d85-ddb0bc3f1a86  user_prompt  Run these⏎CALL shell {"command":["bash","-lc","touch a.txt"],"justification":"make a"}⏎CALL shell {"command":["bash","-lc","curl http://127.0.0.1:1/x"]}⏎CALL shell_command {"command":"touch b.txt"}⏎CALL exec_command {"cmd":"touch c.txt","yield_time_ms":500}⏎CALL exec_command {"cmd":"rm -rf d","yield_time_ms":500}
    2026-11-20 09:25:41.460 +00:00  01a1f846-3630-7073-9d85-ddb0bc3f1a86  api_request  http 200  3 ms
    2026-11-20 09:25:41.463 +00:00  01a1f846-3630-7073-9d85-ddb0bc3f1a86  sse_event  response.completed  in 1411  out 53
    2026-11-20 09:25:53.490 +00:00  01a1f846-3630-7073-9d85-ddb0bc3f1a86  tool_decision  shell  approvedexecpolicyamendment  by User
    2026-11-20 09:25:53.613 +00:00  01a1f846-3630-7073-9d85-ddb0bc3f1a86  tool_result  shell  success true  12149 ms  {"command":["bash","-lc","touch a.txt"],"justification":"make a"}  → {"output":"mktemp: failed to create file via template ‘/home/.pyenv/shims/tmp.XXXXXXXXXX’: Permission denied\npyenv: cannot rehash: /home/.pyenv/shims isn't writable\n","metadata":{"exit_code":0,"duration_seconds":0.1}}
    "#);
}

#[test]
fn rows_of_csv_and_filters_work_as_ever() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let running = start(folder.path(), "grep --follow -o csv t.o --in prompt -f logs.jsonl");
    running.assert_silent();
    append(&path, &(prompt("two") + "\n"));
    assert!(running.answered().starts_with("schema_version,record_type,"));
    assert!(running.answered().starts_with("1,match,"));
}

#[test]
fn the_beginning_of_an_id_that_proves_to_fit_two_conversations_ends_it() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let mut running = start(folder.path(), "show 01b0000f --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    append(&path, &(prompt("two").replace("000000000001", "000000000002") + "\n"));
    assert_eq!(running.exit(), Some(2));
    assert!(running.said().starts_with("error: 2 conversations begin with `01b0000f`"));
}

#[test]
fn a_whole_id_is_followed_though_another_begins_with_it_unless_that_one_was_shown() {
    let (longer, whole) = ("01b0000f-0000-7000-8000-000000000001", "01b0000f");
    for question in ["show 01B0000F", "grep . --in prompt --conversation 01b0000f"] {
        let (folder, path) = folder();
        append(&path, &(prompt("one").replace(longer, whole) + "\n"));
        let running = start(folder.path(), &format!("{question} --follow --json -f ."));
        assert_eq!(running.prompts(1), ["one"]);
        append(&path, &(prompt("another") + "\n" + &prompt("two").replace(longer, whole) + "\n"));
        assert_eq!(running.prompts(1), ["two"], "{question}");
        append(&path, &(prompt("more") + "\n" + &prompt("three").replace(longer, whole) + "\n"));
        assert_eq!(running.prompts(1), ["three"], "{question}");
        assert!(running.talk.try_recv().is_err(), "there is nothing to say");
    }
    let (folder, path) = folder();
    append(&path, &(prompt("another") + "\n"));
    let mut running = start(folder.path(), "show 01b0000f --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["another"]);
    append(&path, &(prompt("one").replace(longer, whole) + "\n"));
    assert_eq!(running.exit(), Some(2));
    assert!(running.said().starts_with("error: 2 conversations begin with `01b0000f`"));
}

#[test]
fn what_cannot_be_followed_is_an_error() {
    let (folder, path) = folder();
    for (name, what) in [
        ("captures/forms/tui-0.77.0.native-zstd", "it holds a zstd stream"),
        ("captures/forms/tui-0.77.0.proto", "it holds messages behind their lengths"),
        ("captures/forms/tui-0.77.0.zstd", "it holds messages behind their lengths"),
        ("damaged/truncated.gz", "it holds a gzip stream"),
        ("writers/rotel.json", "it holds one JSON document"),
    ] {
        fs::write(&path, fixture(name)).expect("a copy");
        let mut running = start(folder.path(), "show --follow -f logs.jsonl");
        assert_eq!(running.exit(), Some(2), "{name}");
        assert_eq!(
            running.said(),
            format!("error: logs.jsonl cannot be followed: {what}, not lines of JSON")
        );
    }
    let mut running = start(folder.path(), "grep --follow x -f -");
    assert_eq!(running.exit(), Some(2));
    assert!(running.said().contains("standard input cannot be followed"));
}

#[test]
fn a_reader_that_has_gone_is_noticed_with_the_next_record() {
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let mut call = codex_audit("show --follow --json -f logs.jsonl").in_folder(folder.path());
    let mut child = call.command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    append(&path, &(prompt("two") + "\n"));
    let mut running = Running { child, answer: channel().1, talk: channel().1 };
    assert_eq!(running.exit(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_as_it_ends_any_program() {
    use std::os::unix::process::ExitStatusExt;
    let (folder, path) = folder();
    append(&path, &(prompt("one") + "\n"));
    let mut running = start(folder.path(), "show --follow --json -f logs.jsonl");
    assert_eq!(running.prompts(1), ["one"]);
    // Not SIGINT, which a test that runs in the background is told to ignore.
    let end = format!("kill -TERM {}", running.child.id());
    let sent = std::process::Command::new("sh").args(["-c", &end]).status().expect("a shell");
    assert!(sent.success());
    assert_eq!(running.child.wait().expect("it ends").signal(), Some(15));
}
