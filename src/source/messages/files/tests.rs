//! Files of every form, whole and damaged, become the same messages.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::super::compressed::tests::zstd_with_checksum;
use super::super::frame::HEADER_BYTES;
use super::*;

/// What was read: the texts with their number and offset, and the places that could not be.
#[derive(Debug, Default)]
struct Seen {
    messages: Vec<(String, Message)>,
    bad: Vec<BadFrame>,
    accounts: Vec<FileAccount>,
}

impl Seen {
    fn texts(&self) -> Vec<&str> {
        self.messages.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn places(&self) -> Vec<(u64, u64)> {
        self.messages.iter().map(|(_, message)| (message.line, message.byte_offset)).collect()
    }
}

fn read_files(files: &[InputFile]) -> Seen {
    let mut seen = Seen::default();
    let mut messages = Messages::new(files, true);
    let mut batch = Batch::default();
    while messages.next_batch(&mut batch) {
        seen.messages.extend(
            (batch.messages.iter())
                .map(|message| (String::from_utf8_lossy(batch.bytes_of(message)).into_owned(), *message)),
        );
        seen.bad.append(&mut batch.bad_frames);
    }
    (seen.accounts, _) = messages.finish();
    seen
}

fn read(bytes: &[u8]) -> Seen {
    read_files(&[InputFile::in_memory(bytes)])
}

fn line(name: &str) -> String {
    format!(
        concat!(
            r#"{{"resourceLogs":[{{"resource":{{}},"scopeLogs":[{{"scope":{{}},"logRecords":[{{"observedTimeUnixNano":"255","#,
            r#""body":{{}},"attributes":[{{"key":"event.name","value":{{"stringValue":"{0}"}}}}]}}]}}]}}]}}"#
        ),
        name
    )
}

/// The same in protobuf.
fn protobuf(name: &str) -> Vec<u8> {
    let bytes = |number: u8, content: &[u8]| {
        let length = u8::try_from(content.len()).expect("short");
        assert!(length < 0x80);
        [&[number << 3 | 2, length], content].concat()
    };
    let attribute = bytes(6, &[bytes(1, b"event.name"), bytes(2, &bytes(1, name.as_bytes()))].concat());
    let record = [&[0x59, 0xFF, 0, 0, 0, 0, 0, 0, 0], &attribute[..]].concat();
    bytes(1, &bytes(2, &bytes(2, &record)))
}

fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a small frame");
    [&length.to_be_bytes(), body].concat()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("compressed")
}

/// A way to put messages into a file.
type Frame = fn(&str) -> Vec<u8>;

const FRAMES: [(Frame, Form, Compression); 4] = [
    (|name| framed(line(name).as_bytes()), Form::LengthPrefixedJson, Compression::None),
    (|name| framed(&protobuf(name)), Form::LengthPrefixedProtobuf, Compression::None),
    (|name| framed(&zstd(line(name).as_bytes())), Form::LengthPrefixedJson, Compression::ZstdFrames),
    (|name| framed(&zstd(&protobuf(name))), Form::LengthPrefixedProtobuf, Compression::ZstdFrames),
];

#[test]
fn every_form_gives_the_same_messages() {
    let lines = format!("{}\n{}\n", line("a"), line("b"));
    for (bytes, form, compression) in [
        (lines.clone().into_bytes(), Form::JsonLines, Compression::None),
        (zstd(lines.as_bytes()), Form::JsonLines, Compression::Zstd),
        (
            zstd(&[framed(&protobuf("a")), framed(&protobuf("b"))].concat()),
            Form::LengthPrefixedProtobuf,
            Compression::Zstd,
        ),
    ] {
        let seen = read(&bytes);
        assert_eq!(seen.texts(), [line("a"), line("b")]);
        assert_eq!(seen.messages[1].1.line, 2);
        assert_eq!((seen.accounts[0].form, seen.accounts[0].compression), (form, compression));
        assert_eq!(seen.accounts[0].bytes, bytes.len() as u64);
        assert_eq!(seen.bad, []);
    }
    for (frame, form, compression) in FRAMES {
        let seen = read(&[frame("a"), frame("b")].concat());
        assert_eq!(seen.texts(), [line("a"), line("b")]);
        assert_eq!(seen.places(), [(1, 0), (2, frame("a").len() as u64)]);
        assert_eq!((seen.accounts[0].form, seen.accounts[0].compression), (form, compression));
        assert_eq!(seen.bad, []);
    }
}

#[test]
fn frames_of_several_forms_may_follow_each_other() {
    let all: Vec<u8> = FRAMES.iter().flat_map(|(frame, ..)| frame("a")).collect();
    assert_eq!(read(&all).texts(), vec![line("a"); 4]);
}

#[test]
fn a_frame_that_the_end_of_the_file_cuts_short_is_unfinished_and_no_damage() {
    for (frame, ..) in FRAMES {
        let (whole, torn) = (frame("a"), frame("b"));
        for length in 1..torn.len() {
            let seen = read(&[&whole, &torn[..length]].concat());
            assert_eq!(seen.bad, [], "{length}");
            let [(first, _), (_, last)] = &seen.messages[..] else { panic!("{length}: {:?}", seen.texts()) };
            assert_eq!(*first, line("a"));
            assert!(
                serde_json::from_str::<serde_json::Value>(seen.texts()[1]).is_err(),
                "{length}: it is not whole"
            );
            assert!(last.unended && last.line == 2 && last.byte_offset == whole.len() as u64, "{last:?}");
        }
    }
}

#[test]
fn behind_a_frame_with_a_wrong_length_the_next_one_is_read() {
    for (frame, ..) in FRAMES {
        let (one, two, three) = (frame("a"), frame("b"), frame("c"));
        for wrong in [[0, 0, 0, 0], [0xFF; 4], [0, 0, 0, 17], [0, 0, 1, 0], [0x3F, 0, 0, 0]] {
            let mut second = two.clone();
            second[..4].copy_from_slice(&wrong);
            let seen = read(&[&one[..], &second, &three].concat());
            assert_eq!(seen.texts().first(), Some(&line("a").as_str()), "{wrong:?}");
            assert_eq!(seen.texts().last(), Some(&line("c").as_str()), "{wrong:?}");
            assert_eq!(
                seen.messages.last().expect("a message").1.byte_offset,
                (one.len() + two.len()) as u64
            );
            assert_eq!(seen.bad.len(), 1, "{wrong:?}: {:?}", seen.bad);
            assert_eq!(
                (seen.bad[0].line, seen.bad[0].byte_offset, seen.bad[0].bytes),
                (2, one.len() as u64, two.len() as u64)
            );
        }
    }
}

#[test]
fn behind_a_frame_that_was_cut_off_the_next_one_is_read_and_no_value_is_joined_of_both() {
    for (frame, ..) in FRAMES {
        let torn = frame("torn");
        for length in 1..torn.len() {
            let seen = read(&[&frame("a")[..], &torn[..length], &frame("c"), &frame("d")].concat());
            let whole: Vec<_> = seen.texts().into_iter().filter(|text| is_whole(text.as_bytes())).collect();
            assert_eq!(whole, [line("a"), line("c"), line("d")], "{length}: {:?}", seen.texts());
            let [bad] = &seen.bad[..] else { panic!("{length}: {:?}", seen.bad) };
            assert_eq!((bad.line, bad.bytes), (2, length as u64), "{bad:?}");
        }
    }
}

#[test]
fn what_looks_like_a_frame_in_the_text_of_a_record_is_none() {
    let body: Vec<u8> =
        protobuf("forged").into_iter().map(|byte| if byte == 0xFF { 7 } else { byte }).collect();
    // One ends with a member of which the last byte begins a character.
    let ends_within = [&framed(&[&body[..], &[15 << 3 | 2, 1, 0xC3]].concat())[..], &[0xA9]].concat();
    for quoted in [framed(&body), ends_within, framed(br#"{"resourceLogs":[]}"#)] {
        let quoted = String::from_utf8(quoted).expect("text");
        let (quoting, next) = (framed(&protobuf(&quoted)), framed(&protobuf("b")));
        for behind in [&b""[..], &next[..2], &next[..20], &next, &[0; 50]] {
            let seen = read(&[&quoting, behind].concat());
            let (text, message) = &seen.messages[0];
            assert!(is_whole(text.as_bytes()) && text.contains("\\u0000"), "{seen:?}");
            assert!(message.byte_offset == 0 && !message.is_damaged, "{seen:?}");
        }
        for length in 1..quoting.len() {
            let seen = read(&[&next, &quoting[..length]].concat());
            assert_eq!((seen.messages.len(), seen.bad.len()), (2, 0), "{length}: {seen:?}");
            assert!(seen.messages[1].1.unended, "{length}: {seen:?}");
        }
    }
}

#[test]
fn of_a_torn_frame_as_much_is_read_where_another_was_added_behind_it_as_without() {
    let records = |seen: &Seen| seen.texts().concat().matches("event.name").count();
    let body = protobuf("a").repeat(9);
    for torn in [framed(&body), framed(&zstd_with_checksum(&body))] {
        let next = framed(&protobuf("z"));
        // Where the next frame just takes the place of what is missing, it is read as a part of the torn one.
        for length in (HEADER_BYTES..torn.len()).filter(|length| length + next.len() != torn.len()) {
            let unfinished = read(&torn[..length]);
            let seen = read(&[&torn[..length], &next].concat());
            assert_eq!(seen.texts().last(), Some(&line("z").as_str()), "{length}");
            assert_eq!(records(&seen), records(&unfinished) + 1, "{length}: {seen:?}");
            let [bad] = &seen.bad[..] else { panic!("{length}: {:?}", seen.bad) };
            assert_eq!((bad.line, bad.byte_offset, bad.bytes), (1, 0, length as u64));
        }
    }
}

#[test]
fn damage_in_a_frame_that_is_being_written_is_told() {
    // A time that is no number of 64 bits.
    let bad_record = [0x0A, 6, 0x12, 4, 0x12, 2, 0x58, 1];
    let frame = framed(&[&protobuf("a")[..], &bad_record, &protobuf("b")].concat());
    let seen = read(&[&framed(&protobuf("c"))[..], &frame[..frame.len() - 2]].concat());
    let [(_, first), (_, last)] = &seen.messages[..] else { panic!("{seen:?}") };
    assert!(!first.is_damaged && last.is_damaged && last.unended, "{seen:?}");
    let [bad] = &seen.bad[..] else { panic!("{seen:?}") };
    assert!(bad.is_partly_read && bad.line == 2, "{bad:?}");
    // In JSON it is told where the text is read.
    let mut text = line("a").into_bytes();
    text[40..60].fill(0);
    let seen = read(&framed(&text)[..text.len()]);
    assert_eq!(seen.texts(), [&String::from_utf8_lossy(&text[..text.len() - 4])]);
    assert!(seen.messages[0].1.unended, "{seen:?}");
}

#[test]
fn a_frame_with_a_member_of_another_release_is_read_whole() {
    let unknown_member = [9 << 3 | 2, 1, b'x'];
    for records in [20_000, 40_000] {
        let odd = [&protobuf("a").repeat(records)[..], &unknown_member].concat();
        let seen = read(&[framed(&protobuf("b")), framed(&odd), framed(&protobuf("c"))].concat());
        assert_eq!((seen.messages.len(), seen.bad.len()), (3, 0), "{:?}", seen.bad);
        assert_eq!(seen.texts()[1].matches("event.name").count(), records);
    }
}

#[test]
fn bytes_that_are_no_frame_are_passed_over() {
    for (frame, ..) in FRAMES {
        for garbage in [&[0; 5_000][..], b"no frame at all", &[0x0A; 300]] {
            let seen = read(&[&frame("a")[..], garbage, &frame("b")].concat());
            assert_eq!(seen.texts(), [line("a"), line("b")]);
            let [bad] = &seen.bad[..] else { panic!("{:?}", seen.bad) };
            assert_eq!((bad.byte_offset, bad.bytes), (frame("a").len() as u64, garbage.len() as u64));
            let zeros = garbage.iter().all(|byte| *byte == 0);
            assert_eq!(bad.kind, if zeros { DamageKind::NulRun } else { DamageKind::BadFrame });
            // At the end, too.
            let seen = read(&[&frame("a")[..], garbage].concat());
            assert_eq!((seen.texts(), seen.bad.len()), (vec![line("a").as_str()], 1));
        }
    }
}

#[test]
fn many_frames_keep_their_order_and_places() {
    for (frame, ..) in FRAMES {
        let bodies: Vec<_> = (0..20_000).map(|number| frame(&format!("n{number}"))).collect();
        let seen = read(&bodies.concat());
        assert_eq!(seen.messages.len(), bodies.len());
        let mut at = 0;
        for (number, (body, (text, message))) in bodies.iter().zip(&seen.messages).enumerate() {
            assert_eq!(*text, line(&format!("n{number}")));
            assert_eq!((message.line, message.byte_offset), (number as u64 + 1, at));
            at += body.len() as u64;
        }
    }
}

#[test]
fn a_hole_in_a_stream_has_the_number_of_the_line_or_the_frame_it_is_in() {
    // Each of these is a frame of its own in the stream; of the one that holds a third of them, bytes are others.
    let stream = |parts: &[Vec<u8>], broken: usize| -> Vec<u8> {
        let harmed = |(place, part): (usize, &Vec<u8>)| {
            let mut frame = zstd(part);
            if place == broken {
                let middle = frame.len() / 2;
                frame[9..middle].fill(0xFF);
            }
            frame
        };
        parts.iter().enumerate().flat_map(harmed).collect()
    };
    let lines = |from: usize, until: usize| -> Vec<u8> {
        (from..until).flat_map(|number| (line(&number.to_string()) + "\n").into_bytes()).collect()
    };
    // More than is read at once, little of it, and a line that breaks off.
    for (before, torn) in [(3, ""), (80_000, ""), (3, "{\"resourceLogs\":["), (0, "")] {
        let parts = [
            [lines(0, before), torn.into()].concat(),
            lines(before, before + 50),
            lines(before + 50, before + 60),
        ];
        let seen = read(&stream(&parts, 1));
        let [hole] = &seen.bad[..] else { panic!("one hole: {:?}", seen.bad) };
        assert_eq!(hole.line, before as u64 + 1);
        let behind = seen.messages.iter().find(|(text, _)| *text == line(&(before + 50).to_string()));
        assert_eq!(behind.expect("the line behind it").1.line, before as u64 + 2);
    }
    let frames = |from: usize, until: usize| -> Vec<u8> {
        (from..until).flat_map(|number| framed(line(&number.to_string()).as_bytes())).collect()
    };
    for before in [3, 20_000] {
        let parts = [frames(0, before), frames(before, before + 50), frames(before + 50, before + 60)];
        let seen = read(&stream(&parts, 1));
        assert_eq!(
            seen.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(),
            [before as u64 + 1],
            "{:?}",
            seen.bad
        );
    }
    let gzip = |text: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, text).expect("compressed");
        encoder.finish().expect("compressed")
    };
    let seen = read(&[gzip(&lines(0, 7)), vec![b'?'; 200]].concat());
    assert_eq!((seen.texts().len(), seen.bad[0].line), (7, 8));
}

#[test]
fn a_document_over_many_lines_is_one_message() {
    let value: serde_json::Value = serde_json::from_str(&line("a")).expect("JSON");
    let pretty = serde_json::to_string_pretty(&value).expect("JSON");
    let seen = read(pretty.as_bytes());
    assert_eq!(seen.texts(), [pretty]);
    assert_eq!(seen.accounts[0].form, Form::JsonDocument);
}

/// The files of a rotated set, oldest first; the last is the one that is written to.
fn rotated(contents: &[&[u8]]) -> (tempfile::TempDir, Vec<InputFile>) {
    let folder = tempfile::tempdir().expect("a folder");
    let names = (1..contents.len()).map(|number| format!("logs-2026-11-20T10-00-00.00{number}.jsonl"));
    let paths: Vec<PathBuf> =
        names.chain(["logs.jsonl".to_owned()]).map(|name| folder.path().join(name)).collect();
    for (path, content) in paths.iter().zip(contents) {
        fs::write(path, content).expect("a file");
    }
    (folder, paths.into_iter().map(InputFile::Path).collect())
}

#[test]
fn a_line_that_was_cut_in_two_by_a_rotation_is_one_message() {
    let whole = line("cut");
    for cut in 1..whole.len() {
        let (head, rest) = whole.split_at(cut);
        let before = format!("{}\n{head}", line("a"));
        let behind = format!("{rest}\n{}\n", line("b"));
        let (_folder, files) = rotated(&[before.as_bytes(), behind.as_bytes()]);
        let seen = read_files(&files);
        assert_eq!(seen.texts(), [line("a"), whole.clone(), line("b")]);
        let offsets = [(1, 0), (2, line("a").len() as u64 + 1), (2, rest.len() as u64 + 1)];
        assert_eq!(seen.places(), offsets);
        assert!(seen.messages.iter().all(|(_, message)| !message.unended));
    }
}

#[test]
fn a_torn_line_without_its_rest_is_damage_where_the_collector_went_on_in_another_file() {
    let head = &line("torn")[..90];
    let next = format!("{}\n", line("b"));
    let (_folder, files) = rotated(&[head.as_bytes(), next.as_bytes()]);
    let seen = read_files(&files);
    assert_eq!(seen.texts(), [head, &line("b")]);
    assert!(!seen.messages[0].1.unended, "nobody will finish it");
    let (_folder, files) = rotated(&[next.as_bytes(), head.as_bytes()]);
    assert!(read_files(&files).messages[1].1.unended, "it is being written");
}

#[test]
fn a_backup_that_is_torn_at_its_end_is_damaged_whether_the_newer_files_are_read_or_not() {
    let torn = &line("torn")[..90];
    let lines = format!("{}\n", line("a"));
    let stream = |behind: &[u8]| [zstd(lines.as_bytes()), zstd(behind)].concat();
    let frame_without_content = stream(torn.as_bytes());
    let frame_without_content = &frame_without_content[..frame_without_content.len() - 20];
    for content in [
        format!("{lines}{torn}").as_bytes(),
        &stream(torn.as_bytes()),
        frame_without_content,
        &[framed(line("a").as_bytes()), framed(line("torn").as_bytes())[..90].to_vec()].concat(),
    ] {
        let (_folder, files) = rotated(&[content, lines.as_bytes()]);
        for files in [&files[..], &files[..1]] {
            let seen = read_files(files);
            let torn = seen.messages.iter().filter(|(text, _)| !is_whole(text.as_bytes())).count();
            assert_eq!(torn + seen.bad.len(), 1, "{:?} {:?}", seen.texts(), seen.bad);
            assert!(seen.messages.iter().all(|(_, message)| !message.unended), "{:?}", seen.messages);
            assert_eq!(seen.accounts[0].unfinished, None);
        }
        let (folder, files) = rotated(&[content, lines.as_bytes()]);
        fs::remove_file(folder.path().join("logs.jsonl")).expect("removed");
        let seen = read_files(&files[..1]);
        let is_unended = seen.messages.last().is_some_and(|(_, message)| message.unended);
        assert!(is_unended || seen.accounts[0].unfinished.is_some(), "nothing says that it was closed");
    }
}

#[test]
fn a_backup_without_a_last_line_break_and_a_file_that_begins_with_it_are_whole() {
    let (_folder, files) = rotated(&[line("a").as_bytes(), format!("\n{}\n", line("b")).as_bytes()]);
    let seen = read_files(&files);
    assert_eq!(seen.texts(), [&line("a"), "", &line("b")]);
    assert_eq!(seen.bad, []);
}

#[test]
fn the_bytes_of_each_file_are_hashed_as_they_lie_there() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(read(b"abc").accounts[0].sha256.as_deref(), Some(hash));
    for form in [zstd(b"abc\n"), framed(&zstd(b"{}")), [zstd(b"abc"), vec![0; 100]].concat()] {
        let mut plain = Counted::new(Box::new(io::Cursor::new(form.clone())), true);
        io::copy(&mut plain, &mut io::sink()).expect("readable");
        assert_eq!(read(&form).accounts[0].sha256, plain.sha256());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let seen = read(&bytes);
        prop_assert_eq!(seen.accounts[0].bytes, bytes.len() as u64);
    }

    #[test]
    fn damage_to_one_frame_costs_no_other(kind in 0_usize..4, at in 0_usize..1000, garbage in proptest::collection::vec(any::<u8>(), 1..20)) {
        let (frame, ..) = FRAMES[kind];
        let mut second = frame("b");
        let at = at % second.len();
        let end = second.len().min(at + garbage.len());
        second[at..end].copy_from_slice(&garbage[..end - at]);
        let seen = read(&[frame("a"), second, frame("c")].concat());
        prop_assert!(seen.texts().contains(&line("a").as_str()), "{:?}", seen.texts());
        prop_assert!(seen.texts().contains(&line("c").as_str()), "{:?}", seen.texts());
    }
}
