//! Whatever the bytes of a file are: nothing panics, the account adds up, and what is whole is found.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use codex_audit::cli::Cli;
use codex_audit::commands::{Exit, Progress, World, exit_after};
use codex_audit::event::{Event, Fold, Location};
use codex_audit::source::{Form, Input, InputFile, Scan, ScanOptions, scan};
use proptest::prelude::*;

// ---------------------------------------------------------------------------------------------- what is heard

/// Keeps what tells one record from another, and where it lies.
#[derive(Clone, Debug, Default, PartialEq)]
struct Roll(Vec<(String, Location)>);

impl Roll {
    /// The records without their places.
    fn contents(self) -> Vec<String> {
        self.0.into_iter().map(|(content, _)| content).collect()
    }
}

impl Fold for Roll {
    fn fresh(&self) -> Self {
        Self::default()
    }

    fn add(&mut self, event: &Event<'_>) {
        let Event { resource, scope, record, location } = event;
        self.0.push((format!("{resource:?} {scope:?} {record:?}"), *location));
    }

    fn join(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

fn read_with(bytes: &[u8], options: ScanOptions) -> Scan<Roll> {
    let input = Input { files: vec![InputFile::in_memory(bytes)], ..Input::default() };
    scan(&input, options, &Roll::default(), |_, _| Ok(())).expect("nothing is written")
}

fn read(bytes: &[u8]) -> Scan<Roll> {
    read_with(bytes, ScanOptions { keep_duplicates: true, ..ScanOptions::default() })
}

/// Panics unless the fast way to read these bytes and the plain one say the same of them.
fn assert_both_ways_agree(bytes: &[u8]) {
    for keep_duplicates in [false, true] {
        let fast = read_with(bytes, ScanOptions { keep_duplicates, plainly: false });
        let plain = read_with(bytes, ScanOptions { keep_duplicates, plainly: true });
        assert_eq!(fast.answer, plain.answer);
        assert_eq!(format!("{:?}", fast.account), format!("{:?}", plain.account));
    }
}

/// Panics unless the account of these bytes adds up.
fn assert_account_adds_up(bytes: &[u8]) -> Scan<Roll> {
    let scan = read(bytes);
    assert!(scan.account.unopened.is_empty());
    let [file] = &scan.account.files[..] else { panic!("one file: {:?}", scan.account) };
    assert_eq!(file.bytes, bytes.len() as u64, "every byte is read");
    assert_eq!(file.records, scan.answer.0.len() as u64, "every record is heard");
    assert!(file.damaged <= file.messages);
    assert_eq!(file.damaged == 0, file.damage.is_empty(), "{file:?}");
    assert!(file.damaged <= file.damage.len() as u64, "what is damaged is listed: {file:?}");

    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let holds_something = |line: &&[u8]| !line.iter().all(u8::is_ascii_whitespace);
    let messages = text.split(|byte| *byte == b'\n').filter(holds_something).count() as u64;
    if file.form == Form::JsonLines {
        let last = file.unfinished.map(|location| location.line);
        let is_damaged = file.damage.iter().any(|damage| Some(damage.location.line) == last);
        let is_neither = last.is_some() && !is_damaged;
        assert_eq!(
            file.messages + u64::from(is_neither),
            messages,
            "a line that is not blank was read whole, is damaged or unfinished"
        );
    }

    let lines = 1 + memchr::memchr_iter(b'\n', bytes).count() as u64;
    for damage in &file.damage {
        assert!((1..=lines).contains(&damage.location.line), "{damage:?}");
        let start = usize::try_from(damage.location.byte_offset).expect("a small file");
        let begins_a_line = start == 0 || bytes[start - 1] == b'\n';
        assert!(begins_a_line || file.form != Form::JsonLines, "a line begins there: {damage:?}");
        assert!(!damage.reason.english().is_empty());
    }
    if let Some(Location { line, .. }) = file.unfinished.filter(|_| file.form == Form::JsonLines) {
        assert_eq!(line, lines, "only the last line can be unfinished");
        assert!(!bytes.ends_with(b"\n"));
    }
    let exit = exit_after(Exit::Answered, &scan.account);
    assert_eq!(exit, if file.damage.is_empty() { Exit::Answered } else { Exit::Partial });
    scan
}

/// Panics when a place of damage does not lie within its file.
fn assert_places_lie_within(bytes: &[u8]) {
    for damage in &read(bytes).account.files[0].damage {
        assert!(damage.at_byte >= damage.location.byte_offset, "{damage:?}");
        assert!(damage.at_byte + damage.bytes <= bytes.len() as u64, "{damage:?} in {} bytes", bytes.len());
    }
}

// ---------------------------------------------------------------------------------------------- what is read

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The lines of some captures of different releases and of a bare sink, and of fixtures by other writers.
fn whole_lines() -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for name in [
        "captures/collector/tui-0.77.0.jsonl",
        "captures/collector/websocket-0.169.0.jsonl",
        "other_writers.jsonl",
        "one_conversation.jsonl",
        "nested_attributes.jsonl",
    ] {
        let bytes = fs::read(fixtures().join(name)).expect("a fixture");
        lines.extend(bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
    }
    lines
}

/// One way to harm a line.
#[derive(Clone, Debug)]
enum Harm {
    /// The end is missing.
    CutOff,
    /// The beginning is missing.
    CutBefore,
    /// One byte is another.
    Byte(u8),
    /// Zero bytes stand in the middle.
    Zeros(usize),
    /// It is there twice, without a line break.
    Doubled,
    /// A part of it is there twice.
    Stutter,
    /// Other bytes stand in the middle.
    Inserted(Vec<u8>),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        3 => Just(Harm::CutOff),
        1 => Just(Harm::CutBefore),
        3 => any::<u8>().prop_map(Harm::Byte),
        1 => (1usize..5_000).prop_map(Harm::Zeros),
        1 => Just(Harm::Doubled),
        1 => Just(Harm::Stutter),
        2 => proptest::collection::vec(any::<u8>(), 1..20).prop_map(Harm::Inserted),
        2 => proptest::collection::vec(proptest::sample::select(SIGNS), 1..4)
            .prop_map(|signs| Harm::Inserted(signs.concat().into_bytes())),
    ]
}

/// What JSON and OTLP are made of, also in part.
const SIGNS: &[&str] = &[
    "{",
    "}",
    "[[",
    "\"",
    "\\",
    "\\u",
    "\\u6",
    "\\ud800",
    "null,",
    r#"{"resourceLogs":"#,
    r#"{"resource":{"#,
    // These leave many a line whole, but not as a Collector writes it.
    " ",
    "\t",
    "\\n",
    "\\u4e2d",
    "é",
    "中",
    "\u{fffd}",
    "😀",
    "0",
    r#""flags":0,"#,
    "{},",
    "{}",
    r#""body":{},"#,
    r#"{"key":"n","value":{"doubleValue":1e400}},"#,
    "e999",
];

/// The line, harmed at a place given as a share of its length.
fn harmed(line: &[u8], harm: &Harm, share: f64) -> Vec<u8> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short line"
    )]
    let at = (share * line.len() as f64) as usize;
    let (before, behind) = line.split_at(at.min(line.len() - 1));
    match harm {
        Harm::CutOff => before.to_vec(),
        Harm::CutBefore => behind.to_vec(),
        Harm::Byte(byte) => [before, &[*byte], &behind[1..]].concat(),
        Harm::Zeros(count) => [before, &vec![0; *count], behind].concat(),
        Harm::Doubled => [line, line].concat(),
        Harm::Stutter => [before, &line[at / 2..]].concat(),
        Harm::Inserted(bytes) => [before, bytes, behind].concat(),
    }
}

/// What to do to which line, and where.
type Plan = Vec<(Harm, f64, prop::sample::Index)>;

fn plan() -> impl Strategy<Value = Plan> {
    proptest::collection::vec((harm(), 0.0..1.0f64, any::<prop::sample::Index>()), 1..6)
}

fn carried_out(plan: &Plan, lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    plan.iter().map(|(harm, share, which)| harmed(which.get::<Vec<u8>>(lines), harm, *share)).collect()
}

/// Whether every element of `few` is among `many`, as often as it is there.
fn are_among(mut few: Vec<String>, mut many: Vec<String>) -> bool {
    few.sort_unstable();
    many.sort_unstable();
    let mut many = many.into_iter();
    few.into_iter().all(|wanted| many.by_ref().any(|found| found == wanted))
}

/// Runs the whole program in this process; returns its exit code, and what it wrote.
fn run(line: &[&str], bytes: &[u8]) -> (u8, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("logs.jsonl");
    fs::write(&file, bytes).expect("a file");
    let arguments =
        ["codex-audit"].iter().chain(line).map(Into::into).chain(["-f".into(), file.into_os_string()]);
    let cli = Cli::try_parse_from(arguments).expect("right usage");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let exit =
        cli.run(&World::ask(), &mut out, &mut err, &Progress::default()).expect("nothing fails but reading");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (exit.code(), text(out), text(err))
}

const LINES: [&[&str]; 12] = [
    &["list"],
    &["list", "--json"],
    &["show", "--all"],
    &["show", "--json"],
    &["show", "-o", "csv"],
    &["grep", "."],
    &["grep", "-o", "md", "e"],
    &["grep", "--json", "-C1", "codex"],
    &["tokens", "--by", "model,hour"],
    &["tool-decision", "--undecided"],
    &["tool-decision", "--summary", "--json"],
    &["network"],
];

fn assert_program_ends_well(bytes: &[u8]) {
    for line in LINES {
        let (exit, out, err) = run(line, bytes);
        assert!(matches!(exit, 0 | 1 | 3), "{line:?} ended with {exit}: {err}");
        assert_eq!(exit == 3, err.lines().any(|line| line.contains(": byte ")), "{line:?}: {err}");
        let steers = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
        assert!(!out.chars().chain(err.chars()).any(steers), "{line:?}");
    }
}

// ---------------------------------------------------------------------------------------------- the tests

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_and_accounted_for(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        assert_account_adds_up(&bytes);
    }

    #[test]
    fn any_text_made_of_json_s_own_signs_is_read_and_accounted_for(
        text in r#"([\[\]{}:,"\\\n 0u]|\{"resourceLogs":\[|\{"resource":|"scopeLogs":\[|\{"logRecords":\[|\{"attributes":|null|-1e9|\x00){0,40}"#,
    ) {
        assert_account_adds_up(text.as_bytes());
    }

    #[test]
    fn every_whole_line_among_harmed_ones_is_found(
        plan in plan(),
        kept in proptest::collection::vec(any::<prop::sample::Index>(), 1..6),
        shuffle in any::<u64>(),
        ends_with_line_break in any::<bool>(),
    ) {
        let lines = whole_lines();
        let mut written: Vec<(bool, Vec<u8>)> = carried_out(&plan, &lines)
            .into_iter()
            .map(|line| (false, line))
            .chain(kept.iter().map(|which| (true, which.get::<Vec<u8>>(&lines).clone())))
            .collect();
        let count = written.len() as u64;
        for place in (1..written.len()).rev() {
            let other = usize::try_from(shuffle.wrapping_mul(place as u64 + 1) % count).expect("small") % (place + 1);
            written.swap(place, other);
        }
        let mut bytes: Vec<u8> = written.iter().map(|(_, line)| line.as_slice()).collect::<Vec<_>>().join(&b'\n');
        if ends_with_line_break {
            bytes.push(b'\n');
        }
        let scan = assert_account_adds_up(&bytes);
        let found = scan.answer.contents();
        let whole: Vec<String> =
            written.iter().filter(|(whole, _)| *whole).flat_map(|(_, line)| read(line).answer.contents()).collect();
        prop_assert!(are_among(whole, found));
    }

    #[test]
    fn the_fast_way_to_read_says_what_the_plain_one_says(plan in plan()) {
        assert_both_ways_agree(&carried_out(&plan, &whole_lines()).join(&b'\n'));
    }

    #[test]
    fn what_the_fast_way_has_learned_from_whole_lines_passes_no_harm(plan in plan()) {
        // As a Collector writes them, so that nothing but harm is read the plain way.
        let lines: Vec<Vec<u8>> =
            whole_lines().into_iter().filter(|line| line.starts_with(br#"{"resourceLogs":["#)).collect();
        let learned_from = lines.iter().take(40).cloned();
        let harmed = carried_out(&plan, &lines);
        assert_both_ways_agree(&learned_from.chain(harmed).collect::<Vec<_>>().join(&b'\n'));
    }

    #[test]
    fn a_file_that_ends_anywhere_is_unfinished_and_keeps_every_record_before_the_end(share in 0.0..1.0f64) {
        let text = fs::read_to_string(fixtures().join("captures/collector/tui-0.77.0.jsonl")).expect("a capture");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short file")]
        let end = (share * text.len() as f64) as usize;
        let end = (0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let bytes = &text.as_bytes()[..end];
        let all = read(text.as_bytes()).answer.0;
        let scan = assert_account_adds_up(bytes);
        prop_assert!(scan.account.files[0].damage.is_empty(), "an unfinished file is not damaged");
        prop_assert!(all.starts_with(&scan.answer.0));
        // A record is whole when the last of its members is there, but for the sign that closes it.
        let closed = text[..end].matches("\"eventName\":\"event ").count();
        prop_assert!(scan.answer.0.len() + 1 >= closed, "{} of {closed}", scan.answer.0.len());
    }

    #[test]
    fn a_lost_line_break_costs_no_record(which in any::<prop::sample::Index>(), share in 0.0..1.0f64) {
        let lines: Vec<Vec<u8>> = whole_lines().into_iter().filter(|line| line.starts_with(br#"{"resourceLogs":["#)).collect();
        let line = which.get(&lines);
        let whole = read(line).answer.contents();
        // A torn object, and a whole one behind it on the same line.
        let torn = harmed(line, &Harm::CutOff, share);
        let found = assert_account_adds_up(&[torn.as_slice(), line, b"\n"].concat()).answer.contents();
        prop_assert!(found.ends_with(&whole), "the object behind the break");
        prop_assert!(whole.starts_with(&found[..found.len() - whole.len()]), "the whole records before it");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_program_ends_well_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        assert_program_ends_well(&bytes);
    }

    #[test]
    fn the_program_ends_well_on_harmed_captures(plan in plan()) {
        assert_program_ends_well(&carried_out(&plan, &whole_lines()).join(&b'\n'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_place_of_damage_lies_within_its_file(plan in plan()) {
        assert_places_lie_within(&carried_out(&plan, &whole_lines()).join(&b'\n'));
    }
}

/// The files of the Collector's other forms, and of gzip, and what is in the uncompressed original.
fn other_forms() -> Vec<Vec<u8>> {
    let form = |name: &str| fixtures().join(format!("captures/forms/tui-0.77.0.{name}"));
    let mut forms: Vec<Vec<u8>> = ["native-protozstd", "native-zstd", "proto", "protozstd", "zstd"]
        .map(|name| fs::read(form(name)).expect("a capture"))
        .into();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&fs::read(fixtures().join("captures/collector/tui-0.77.0.jsonl")).expect("a capture"))
        .expect("compressed");
    forms.push(gzip.finish().expect("compressed"));
    forms
}

#[test]
fn a_protobuf_frame_that_is_cut_off_takes_no_record_of_the_next_for_its_own() {
    let file = fs::read(fixtures().join("captures/forms/tui-0.77.0.proto")).expect("a capture");
    // A frame that is cut off may have lost the resource of its records.
    let records = |bytes: &[u8]| -> Vec<String> {
        let contents = read(bytes).answer.contents();
        contents.iter().filter_map(|content| Some(content.split_once("LogRecord")?.1.to_owned())).collect()
    };
    let whole = records(&file);
    let length = |at: usize| {
        let prefix = file[at..].first_chunk().copied().map(u32::from_be_bytes).expect("a length");
        4 + usize::try_from(prefix).expect("a short frame")
    };
    let second = length(0);
    let third = second + length(second);
    for cut in (second + 5..third).step_by(7) {
        let found = records(&[&file[..cut], &file[third..]].concat());
        assert!(are_among(found, whole.clone()), "cut at {cut}");
    }
}

/// Panics unless the account of these bytes, in whatever form, adds up.
fn assert_form_adds_up(bytes: &[u8]) -> Scan<Roll> {
    assert_both_ways_agree(bytes);
    let scan = read(bytes);
    let [file] = &scan.account.files[..] else { panic!("one file: {:?}", scan.account) };
    assert_eq!(file.bytes, bytes.len() as u64, "every byte is read");
    assert_eq!(file.records, scan.answer.0.len() as u64, "every record is heard");
    assert!(file.damaged <= file.messages, "{file:?}");
    assert_eq!(file.damaged == 0, file.damage.is_empty(), "{file:?}");
    scan
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_of_any_form_that_ends_anywhere_keeps_what_is_whole(
        which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
    ) {
        let forms = other_forms();
        let form = which.get(&forms);
        let cut = &form[..at.index(form.len())];
        let scan = assert_form_adds_up(cut);
        let (whole, found) = (read(form).answer.contents(), scan.answer.contents());
        prop_assert!(found.len() <= whole.len());
        // A protobuf message may name its resource behind its records.
        prop_assert!(form.starts_with(&[0, 0]) && form[4] == 0x0A || whole.starts_with(&found));
        prop_assert!(scan.account.files[0].damage.is_empty(), "{:?}", scan.account);
    }

    #[test]
    fn a_file_of_any_form_that_is_harmed_anywhere_is_accounted_for(
        which in any::<prop::sample::Index>(), harm in harm(), share in 0.0..1.0f64,
    ) {
        let forms = other_forms();
        assert_form_adds_up(&harmed(which.get::<Vec<u8>>(&forms), &harm, share));
    }

    #[test]
    fn a_damaged_file_that_is_cut_and_harmed_again_is_accounted_for(
        which in any::<prop::sample::Index>(), harm in harm(), share in 0.0..1.0f64,
    ) {
        let mut paths: Vec<PathBuf> = fs::read_dir(fixtures().join("damaged"))
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
            .collect();
        paths.sort();
        let bytes = harmed(&fs::read(which.get(&paths)).expect("a file"), &harm, share);
        assert_both_ways_agree(&bytes);
        assert_account_adds_up(&bytes);
    }
}

#[test]
fn a_file_of_any_form_that_has_just_begun_is_not_damaged() {
    for form in other_forms() {
        for end in 0..32 {
            let scan = assert_form_adds_up(&form[..end]);
            assert!(scan.account.files[0].damage.is_empty(), "{:?}: {:?}", &form[..end], scan.account);
        }
    }
}

#[test]
fn every_fixture_is_read_the_same_in_the_fast_and_in_the_plain_way() {
    let mut folders = vec![fixtures()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_both_ways_agree(&fs::read(&path).expect("a file"));
                files += 1;
            }
        }
    }
    assert!(files > 60, "{files} fixtures");
}

#[test]
fn what_a_resource_has_of_its_own_is_noted_either_way() {
    for odd in [
        r#""\ud800""#,
        r#"{"intValue":1}"#,
        r#"{"doubleValue":1e400}"#,
        r#"{"boolValue":true,"boolValue":true}"#,
    ] {
        let value = if odd.starts_with('{') { odd.to_owned() } else { format!(r#"{{"stringValue":{odd}}}"#) };
        let record = r#"{"observedTimeUnixNano":"1","body":{},"attributes":[]}"#;
        let line = format!(
            r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"a","value":{value}}}]}},"scopeLogs":[{{"scope":{{}},"logRecords":[{record}]}}]}}]}}"#
        );
        assert_both_ways_agree(line.as_bytes());
    }
}

#[test]
fn nesting_has_no_bottom_that_could_be_fallen_through() {
    for (opening, times) in [
        ("[", 50_000),
        (r#"{"a":"#, 50_000),
        (r#"{"resourceLogs":["#, 10_000),
        (r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":["#, 300),
    ] {
        let bytes = opening.repeat(times);
        assert_account_adds_up(bytes.as_bytes());
        assert_account_adds_up(format!("{bytes}\n").as_bytes());
    }
}
