//! Protobuf becomes the Collector's own text, wherever it breaks off.

use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7F {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
    bytes
}

fn tag(number: u64, kind: u64) -> Vec<u8> {
    varint(number << 3 | kind)
}

fn bytes(number: u64, content: &[u8]) -> Vec<u8> {
    [tag(number, 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn fixed64(number: u64, value: u64) -> Vec<u8> {
    [tag(number, 1), value.to_le_bytes().to_vec()].concat()
}

/// A message of one signal around some records.
fn around(records: &[Vec<u8>]) -> Vec<u8> {
    let scope = bytes(1, &bytes(1, b"scope"));
    let records: Vec<u8> = records.iter().flat_map(|record| bytes(2, record)).collect();
    let resource = bytes(1, &bytes(1, &[bytes(1, b"k"), bytes(2, &bytes(1, b"v"))].concat()));
    bytes(1, &[resource, bytes(2, &[scope, records].concat())].concat())
}

fn record(name: &str) -> Vec<u8> {
    [fixed64(11, 7), bytes(6, &[bytes(1, b"event.name"), bytes(2, &bytes(1, name.as_bytes()))].concat())]
        .concat()
}

fn span() -> Vec<u8> {
    [bytes(1, &[1; 16]), bytes(2, &[2; 8]), bytes(5, b"name"), fixed64(7, 1), fixed64(8, 2)].concat()
}

fn metric() -> Vec<u8> {
    [bytes(1, b"name"), bytes(3, b"ms"), bytes(7, &bytes(1, &fixed64(3, 1)))].concat()
}

fn text(message: &[u8]) -> (String, Written) {
    let mut json = Vec::new();
    let written = write_json(message, &mut json);
    (String::from_utf8_lossy(&json).into_owned(), written)
}

/// The frames of a length-prefixed file.
fn frames(file: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut rest = file;
    while let Some((prefix, body)) = rest.split_first_chunk::<4>() {
        let (frame, behind) = body.split_at(u32::from_be_bytes(*prefix) as usize);
        frames.push(frame);
        rest = behind;
    }
    frames
}

/// Both files were written by the Collector's own library, pdata v1.63.0, from the same random messages.
#[test]
fn the_text_is_the_collector_s_own_byte_for_byte() {
    let folder = std::env::var_os("CODEX_AUDIT_PDATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/protobuf/random"),
        Into::into,
    );
    let protobuf = std::fs::read(folder.with_extension("proto")).expect("the messages");
    let json = std::fs::read(folder.with_extension("jsonl")).expect("the lines");
    let lines: Vec<_> = json.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    let frames = frames(&protobuf);
    assert_eq!(frames.len(), lines.len());
    for (frame, line) in frames.into_iter().zip(lines) {
        assert!(begins_message(frame, frame.len()));
        let mut json = Vec::new();
        assert_eq!(write_json(frame, &mut json), Written::Whole);
        assert_eq!(String::from_utf8_lossy(&json), String::from_utf8_lossy(line));
        assert_eq!(json, line);
    }
}

#[test]
fn members_come_in_the_collector_s_order_whatever_theirs_was() {
    let entity = [bytes(3, b"host.id"), bytes(2, b"host"), bytes(4, b"d1"), bytes(4, b"d2")].concat();
    let resource = bytes(1, &[bytes(3, &entity), bytes(1, &bytes(1, b"k"))].concat());
    let scope_logs = bytes(2, &[bytes(3, b"url"), bytes(2, &record("n")), bytes(1, &[])].concat());
    let message = bytes(1, &[scope_logs, resource].concat());
    let expected = concat!(
        r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"k","value":{}}],"entityRefs":[{"type":"host","#,
        r#""idKeys":["host.id"],"descriptionKeys":["d1","d2"]}]},"scopeLogs":[{"scope":{},"logRecords":["#,
        r#"{"observedTimeUnixNano":"7","body":{},"attributes":[{"key":"event.name","value":{"stringValue":"n"}}]}"#,
        r#"],"schemaUrl":"url"}]}]}"#
    );
    assert_eq!(text(&message), (expected.to_owned(), Written::Whole));
}

#[test]
fn a_message_that_is_set_twice_has_the_members_of_both() {
    let attribute = |key: &[u8]| bytes(1, &bytes(1, &bytes(1, key)));
    let (json, _) = text(&bytes(1, &[attribute(b"a"), attribute(b"b")].concat()));
    assert_eq!(
        json,
        r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{}},{"key":"b","value":{}}]}}]}"#
    );
}

#[test]
fn records_under_their_name_from_before_2022_are_read() {
    let message = bytes(1, &bytes(1000, &bytes(2, &record("old"))));
    let (json, written) = text(&message);
    assert!(json.contains(r#""scopeLogs":[{"scope":{},"logRecords":[{"observedTime"#), "{json}");
    assert_eq!(written, Written::Whole);
}

#[test]
fn messages_of_other_signals_are_told_apart_and_hold_no_records() {
    let profile = [bytes(1, &[8, 1]), bytes(2, &[]), fixed64(3, 5), bytes(5, &[])].concat();
    // As releases before 1.8 of OTLP have it: the eleventh member was a time, then a count.
    let old_profile = [profile.clone(), tag(11, 0), varint(1 << 60)].concat();
    for (record, name) in [
        (span(), "resourceSpans"),
        (metric(), "resourceMetrics"),
        (profile, "resourceProfiles"),
        (old_profile, "resourceProfiles"),
    ] {
        assert_eq!(text(&around(&[record])), (format!("{{\"{name}\":[]}}"), Written::Whole));
    }
    assert!(text(&around(&[vec![], record("a")])).0.contains(r#""stringValue":"a""#));
    let dictionary = bytes(2, &[bytes(1, &[8, 1]), bytes(2, &[8, 1, 16, 2]), bytes(5, b"main")].concat());
    let (json, written) = text(&[around(&[]), dictionary].concat());
    assert_eq!((json.as_str(), written), (r#"{"resourceProfiles":[]}"#, Written::Whole));
}

#[test]
fn a_log_record_with_nothing_but_text_is_one() {
    let (json, _) = text(&around(&[bytes(5, &bytes(1, b"hello"))]));
    assert!(json.contains(r#""body":{"stringValue":"hello"}"#), "{json}");
}

#[test]
fn a_record_that_cannot_be_read_costs_no_other() {
    let bad = [fixed64(11, 7), vec![0x0F]].concat();
    let (json, written) = text(&around(&[record("a"), bad, record("b")]));
    assert!(json.contains(r#""stringValue":"a""#) && json.contains(r#""stringValue":"b""#), "{json}");
    let expected = MessagePart::LogRecord.unread(&Fault::UnknownType.sentence());
    assert_eq!(written, Written::PartlyUnread(expected));
    serde_json::from_str::<IgnoredAny>(&json).expect("whole JSON");
}

#[test]
fn what_may_hold_records_under_another_number_is_told() {
    let records = |number| [bytes(2, &record("a")), bytes(number, &record("b"))].concat();
    for message in [
        bytes(8, &bytes(2, &record("a"))),
        bytes(2, &bytes(8, &record("a"))),
        bytes(2, &records(8)),
        [bytes(2, &records(2)), bytes(8, &records(2))].concat(),
    ] {
        let Written::PartlyUnread(reason) = text(&bytes(1, &message)).1 else { panic!("{message:?}") };
        let expected = "a member with the number 8, which is not known there: it may hold records";
        assert_eq!(reason.english(), expected);
    }
    for member in [bytes(8, b"text"), fixed64(8, 1), bytes(8, b"")] {
        let message = bytes(1, &bytes(2, &[bytes(2, &record("a")), member].concat()));
        assert_eq!(text(&message).1, Written::Whole);
    }
}

#[test]
fn no_flipped_bit_loses_a_record_without_a_word() {
    let several = [around(&[record("codex.a"), record("codex.b")]), around(&[record("codex.c")])].concat();
    let long = "x".repeat(300);
    let in_codex =
        [bytes(3, b"INFO"), record(&long), bytes(5, &bytes(1, b"said")), bytes(12, b"a place")].concat();
    let count = |json: &str| json.matches("\"body\":").count();
    for (message, records) in [
        (several, 3),
        (around(&[record("codex.a")]), 1),
        (around(&[record(&long)]), 1),
        (around(&[in_codex]), 1),
    ] {
        assert_eq!(count(&text(&message).0), records);
        for place in 0..message.len() {
            // The eighth bit of a tag makes another number of it and of the byte behind: what follows cannot be told
            // from a member of a release to come.
            for bit in 0..7 {
                let mut flipped = message.clone();
                flipped[place] ^= 1 << bit;
                let (json, written) = text(&flipped);
                assert!(
                    count(&json) >= records || written != Written::Whole,
                    "bit {bit} of byte {place}: {json}"
                );
            }
        }
    }
}

#[test]
fn no_flipped_bit_before_what_is_being_written_loses_a_record_without_a_word() {
    let first = around(&[record("codex.a"), record(&"x".repeat(300))]);
    let second = around(&[record("codex.c")]);
    let message = [&first[..], &second[..second.len() - 3]].concat();
    let count = |json: &str| json.matches("\"body\":").count();
    let (json, written) = text(&message);
    assert_eq!((count(&json), written.damage()), (2, None));
    for place in 0..first.len() {
        for bit in 0..7 {
            let mut flipped = message.clone();
            flipped[place] ^= 1 << bit;
            let (json, written) = text(&flipped);
            assert!(count(&json) >= 2 || written.damage().is_some(), "bit {bit} of byte {place}: {json}");
        }
    }
}

#[test]
fn wherever_a_message_breaks_off_its_whole_records_are_written_and_the_text_breaks_off_too() {
    let whole = around(&[record("first"), record("second")]);
    let find = |text: &[u8]| memchr::memmem::find(&whole, text).expect("it is there") + text.len();
    let (first, second) = (find(b"first"), find(b"second"));
    for length in 0..whole.len() {
        let (json, written) = text(&whole[..length]);
        assert_eq!(matches!(written, Written::BrokenOff { .. }), length > 0, "{length}: {written:?} {json}");
        let records = usize::from(length >= first) + usize::from(length >= second);
        assert_eq!(json.matches("event.name").count(), records, "{length}: {json}");
        assert!(
            length == 0 || serde_json::from_str::<IgnoredAny>(&json).is_err_and(|error| error.is_eof()),
            "{json}"
        );
    }
}

#[test]
fn a_bottomless_value_ends_somewhere() {
    let mut value = bytes(1, b"bottom");
    for _ in 0..2_000 {
        value = bytes(5, &bytes(1, &value));
    }
    let (json, _) = text(&around(&[[record("a"), bytes(5, &value)].concat()]));
    serde_json::from_str::<IgnoredAny>(&json).expect("whole JSON");
    assert!(!json.contains("bottom"));
}

proptest! {
    #[test]
    fn any_bytes_become_json_or_the_beginning_of_it(message in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut json = Vec::new();
        let written = write_json(&message, &mut json);
        if !matches!(written, Written::BrokenOff { .. }) {
            prop_assert!(serde_json::from_slice::<IgnoredAny>(&json).is_ok(), "{}", String::from_utf8_lossy(&json));
        }
    }

    #[test]
    fn a_changed_byte_leaves_json_or_the_beginning_of_it(at in 0_usize..80, byte: u8) {
        let mut message = around(&[record("first"), record("second")]);
        let at = at % message.len();
        message[at] = byte;
        let mut json = Vec::new();
        let written = write_json(&message, &mut json);
        let parsed = serde_json::from_slice::<IgnoredAny>(&json);
        match written {
            Written::BrokenOff { .. } => prop_assert!(parsed.is_err_and(|error| error.is_eof())),
            _ => prop_assert!(parsed.is_ok()),
        }
    }
}
