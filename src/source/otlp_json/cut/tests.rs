//! Messages that break anywhere keep what is whole.

use super::*;

#[test]
fn a_resource_in_a_scope_or_a_record_is_an_unknown_member_where_the_text_is_whole() {
    let whole = r#"{"resourceLogs":[{"scopeLogs":[{"resource":{"a":1},"logRecords":[{"resource":{"b":2},"body":{}},{"body":{}}]}]}]}"#;
    let (records, gaps) = texts(whole);
    assert_eq!((records.len(), gaps), (2, Vec::new()));
}

#[test]
fn an_unknown_list_that_can_hold_no_records_is_nothing_but_unknown() {
    for list in [r#""attributes":[{"key":"a"}]"#, r#""links":[{"a":1}]"#] {
        assert_eq!(texts(&format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{{list}}}]}}]}}"#)).1, []);
    }
    assert_eq!(texts(r#"{"resourceLogs":[],"meta":[{"body":"x"}]}"#).1, []);
}

fn texts(message: &str) -> (Vec<String>, Vec<(Range<usize>, DamageKind)>) {
    let mut parts = Cut::default();
    cut(message, &mut parts);
    let records = parts
        .records()
        .map(|record| format!("{}/{}/{}", record.resource, record.scope, record.text))
        .collect();
    (records, parts.gaps.iter().map(|gap| (gap.range.clone(), gap.kind)).collect())
}

fn message(record: &str) -> String {
    format!(
        r#"{{"resourceLogs":[{{"resource":{{}},"scopeLogs":[{{"scope":{{}},"logRecords":[{record}]}}]}}]}}"#
    )
}

#[test]
fn a_name_with_escapes_is_the_same_name() {
    let plain = message(r#"{"a":1}"#);
    assert_eq!(texts(&plain).0, [r#"{}/{}/{"a":1}"#]);
    for name in ["resourceLogs", "resource", "scopeLogs", "scope", "logRecords"] {
        let (first, rest) = name.split_at(1);
        let escaped = format!("\"\\u{:04x}{rest}\":", u32::from(first.as_bytes()[0]));
        let message = plain.replace(&format!("\"{name}\":"), &escaped);
        assert_ne!(message, plain);
        assert_eq!(texts(&message), texts(&plain), "{message}");
    }
    // A name that is none for half a character is no reason to lose what stands beside it.
    assert_eq!(texts(&plain.replace("\"scope\":", "\"\\ud800\":{},\"scope\":")), texts(&plain));
}

#[test]
fn a_control_character_in_a_name_is_no_json() {
    let plain = message(r#"{"a":1}"#);
    for name in ["resourceLogs", "resource", "scopeLogs", "scope", "logRecords", "a"] {
        for control in ["\u{c}", "\u{1}", "\t"] {
            let (first, rest) = name.split_at(1);
            let broken = plain.replace(&format!("\"{name}\":"), &format!("\"{first}{control}{rest}\":"));
            assert_eq!(texts(&broken).1.len(), 1, "{broken}");
        }
    }
}

#[test]
fn records_come_with_their_surroundings_in_any_order_of_members() {
    let sorted = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"a":1},{"b":2}],"scope":{"name":"s"}}],"resource":{"r":0}}]}"#;
    assert_eq!(texts(sorted).0, [r#"{"r":0}/{"name":"s"}/{"a":1}"#, r#"{"r":0}/{"name":"s"}/{"b":2}"#]);
    for scopes in ["scopeLogs", "scope_logs", "instrumentationLibraryLogs", "deprecatedScopeLogs"] {
        let bare = format!(r#"{{"resource":{{"r":0}},"{scopes}":[{{"logRecords":[{{"a":1}}]}}]}}"#);
        assert_eq!(texts(&bare), (vec![r#"{"r":0}//{"a":1}"#.into()], vec![]));
    }
}

#[test]
fn other_signals_and_empty_objects_are_no_damage() {
    for message in [
        "",
        "{}",
        r#"{"resourceLogs":[]}"#,
        r#"{"resourceLogs":null}"#,
        r#"{"resourceSpans":[{"scopeSpans":[{}]}]}"#,
        r#"{"resourceMetrics":[]}"#,
        r#"{"resource_spans":[{}]}"#,
        r#"{"resource_metrics":[]}"#,
        r#"{"resource_profiles":[]}"#,
        r#"{"resourceLogs":[null,{"scopeLogs":[null,{"logRecords":[null]}]}]}"#,
        r#"{"resource":{"attributes":[]},"schemaUrl":""}"#,
        r#"{"resource":{},"scopeMetrics":[{}]}"#,
        r#"{"path":"/v1/logs","body":{"resourceLogs":[]}}"#,
    ] {
        assert_eq!(texts(message), (vec![], vec![]), "{message}");
    }
}

#[test]
fn a_list_that_may_be_the_missing_one_is_damage_and_names_the_member() {
    for (name, misspelled) in [("logRecords", "logRecorts"), ("scopeLogs", "scopeLorgs")] {
        let line = message(r#"{"body":{}}"#).replace(name, misspelled);
        let mut parts = Cut::default();
        cut(&line, &mut parts);
        let [gap] = parts.gaps.as_slice() else { panic!("one gap: {:?}", parts.gaps) };
        assert_eq!(gap.kind, DamageKind::NotOtlp);
        assert!(line[..gap.range.start].ends_with(&format!("\"{misspelled}\":")), "{line}");
        let reason = gap.reason(&|place| place as u64);
        let expected = format!(
            "a list of objects under \"{misspelled}\", which is not known there, and no \"{name}\": it may hold records"
        );
        assert_eq!(reason.english(), expected);
    }
    // What is not known is passed over where nothing is missing, or where it is no such list.
    for member in [r#""new":[{"a":1}],"logRecords":[]"#, r#""new":{"a":[{}]}"#, r#""new":[]"#, r#""new":[1]"#]
    {
        let line = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{{member}}}]}}]}}"#);
        assert_eq!(texts(&line), (vec![], vec![]), "{line}");
    }
}

#[test]
fn two_whole_objects_on_one_line_are_both_read() {
    let line = message(r#"{"a":1}"#) + &message(r#"{"b":2}"#);
    assert_eq!(texts(&line), (vec![r#"{}/{}/{"a":1}"#.into(), r#"{}/{}/{"b":2}"#.into()], vec![]));
}

#[test]
fn wherever_an_object_breaks_off_its_whole_records_and_the_next_object_are_read() {
    let torn = message(r#"{"a":"1"},{"b":"x{y"}"#);
    let good = message(r#"{"c":3}"#);
    let first = torn.find(r#"{"a""#).expect("the first record");
    let second = torn.find(r#"{"b""#).expect("the second record");
    for length in 1..torn.len() {
        let line = format!("{}{good}", &torn[..length]);
        let (records, gaps) = texts(&line);
        let whole = usize::from(length >= first + r#"{"a":"1"}"#.len())
            + usize::from(length >= second + r#"{"b":"x{y"}"#.len());
        assert_eq!(records.len(), whole + 1, "{line}");
        assert!(records[whole].ends_with(r#"{"c":3}"#), "{line}");
        assert_eq!(gaps.len(), 1, "{line}");
        assert_eq!(gaps[0].0.end, length, "{line}");
        assert_eq!(gaps[0].1, DamageKind::Torn, "{line}");
    }
}

#[test]
fn a_break_costs_no_object_behind_it_whoever_wrote_them() {
    let bare = |record: &str| {
        format!(r#"{{"resource":{{}},"scopeLogs":[{{"scope":{{}},"logRecords":[{record}]}}]}}"#)
    };
    let snake =
        |record: &str| format!(r#"{{"resource_logs": [{{"scope_logs": [{{"log_records": [{record}]}}]}}]}}"#);
    for (torn, good) in [(bare(r#"{"b":2}"#), bare(r#"{"c":3}"#)), (snake(r#"{"b":2}"#), snake(r#"{"c":3}"#))]
    {
        for length in 1..torn.len() {
            let (records, gaps) = texts(&format!("{}{good}{good}", &torn[..length]));
            let found = records.iter().filter(|record| record.ends_with(r#"/{"c":3}"#)).count();
            assert_eq!((found, gaps.len(), gaps[0].0.end), (2, 1, length), "{} {records:?}", &torn[..length]);
        }
    }
}

#[test]
fn wherever_a_byte_is_bad_the_elements_behind_it_are_read() {
    let element = |record: &str| {
        format!(r#"{{"resource":{{"r":"x"}},"scopeLogs":[{{"scope":{{}},"logRecords":[{record}]}}]}}"#)
    };
    let (first, last) = (element(r#"{"a":"1"}"#), element(r#"{"z":9}"#));
    let broken = element(r#"{"b":"2"},{"c":"3"}"#);
    let whole = format!(r#"{{"resourceLogs":[{first},{broken},{last}]}}"#);
    let begin = whole.find(&broken).expect("the second element");
    for place in begin..begin + broken.len() {
        for bad in ["\u{1}", ""] {
            if bad.is_empty() && whole.as_bytes()[place].is_ascii_alphanumeric() {
                // A letter less in a name or a text is another matter.
                continue;
            }
            let line = format!("{}{bad}{}", &whole[..place], &whole[place + 1..]);
            let (records, gaps) = texts(&line);
            assert!(records[0].ends_with(r#"/{"a":"1"}"#), "{line}");
            assert!(records.last().expect("a record").ends_with(r#"{"r":"x"}/{}/{"z":9}"#), "{line}");
            assert!((1..=2).contains(&gaps.len()), "{line} {gaps:?}");
            assert!(gaps.iter().all(|(range, _)| range.end <= begin + broken.len() + 20), "{line} {gaps:?}");
        }
    }
    // A hole, from anywhere to the next element.
    for place in begin..begin + broken.len() {
        let (records, gaps) = texts(&format!("{}{last}]}}", &whole[..place]));
        assert!(records.last().expect("a record").ends_with(r#"{"r":"x"}/{}/{"z":9}"#), "{place}");
        assert!(place == begin || gaps.len() == 1, "{place} {gaps:?}");
    }
}

#[test]
fn a_line_of_nothing_but_values_and_elements_is_read_in_one_go() {
    let line = format!("{{}} {{] {}{}", "{} ".repeat(200_000), "[{\"resource\":{".repeat(200_000));
    let (records, gaps) = texts(&line);
    assert!(records.is_empty() && !gaps.is_empty());
    let line = format!("{{\"resourceLogs\":[1{}", ",{\"resource\":{\u{1}".repeat(200_000));
    assert!(texts(&line).1.len() < 4, "side by side they are one");
}

#[test]
fn an_element_of_a_broken_object_is_no_object_of_its_own() {
    let element = r#"{"resource":{},"scopeLogs":[{"logRecords":[{"a":1}]}]}"#;
    for begin in [r#"{"resourceLogs":["#, "["] {
        let (records, gaps) = texts(&format!("{begin}{element},{element},{{\"resource\":"));
        assert_eq!((records.len(), gaps.len()), (2, 1), "{begin}");
    }
}

#[test]
fn of_an_object_without_its_beginning_the_elements_behind_the_first_are_read() {
    let element = r#"{"resource":{},"scopeLogs":[{"logRecords":[{"a":1}]}]}"#;
    for whole in 1..4 {
        let elements = vec![element; whole].join(", ");
        let (records, gaps) = texts(&format!("Logs\":[{elements}]}}"));
        assert_eq!((records.len(), gaps), (whole, vec![(0..7, DamageKind::NotJson)]));
    }
    // Whose records those are that lost their resource is not known, so that they are not read.
    let (records, gaps) =
        texts(&format!("\"}}]}},\"scopeLogs\":[{{\"logRecords\":[{{\"a\":1}}]}}]}},{element}]}}"));
    assert_eq!((records.len(), gaps.len()), (1, 1));
    // What follows and is none of that is damage as ever.
    let (records, gaps) = texts(&format!("Logs\":[{element}]}}]hello{element}"));
    assert_eq!((records.len(), gaps.len()), (2, 2));
}

#[test]
fn an_object_that_goes_on_and_is_no_json_did_not_break_off() {
    let record = r#"{"a":"b"}"#;
    let plain = message(&format!("{record},{record}"));
    let second = plain.rfind(record).expect("the second record");
    for (bad, place) in [
        ("{\"a\":\"b\u{1}\"}", 7),
        ("{\"a\u{1}\":\"b\"}", 3),
        (r#"{"a":NaN}"#, 5),
        (r#"{"a":"b",}"#, 9),
        (r#"{"a" "b"}"#, 5),
        (r#"{"a":"\x"}"#, 7),
        (r#"{"a":01}"#, 6),
        (r#"{"a":tru}"#, 8),
    ] {
        let line = format!("{}{bad}{}", &plain[..second], &plain[second + record.len()..]);
        let mut parts = Cut::default();
        cut(&line, &mut parts);
        let [gap] = parts.gaps.as_slice() else { panic!("one gap: {:?}", parts.gaps) };
        assert_eq!((parts.records().count(), gap.kind), (1, DamageKind::NotJson), "{line}");
        let reason = gap.reason(&|place| 1_000 + place as u64);
        let expected =
            format!("no JSON from byte {} on; the whole record before it is read", 1_000 + second + place);
        assert_eq!(reason.english(), expected, "{line}");
    }
}

#[test]
fn a_line_that_is_no_json_is_one_place_of_damage() {
    let (_, gaps) = texts("2026-11-02T01:00:00Z info collector started");
    assert_eq!(gaps, [(0..43, DamageKind::NotJson)]);
}

#[test]
fn a_line_of_nothing_but_beginnings_is_read_in_one_go() {
    // Were each beginning read to the end of the line, this would take hours.
    let beginning = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"arrayValue":{"values":["#;
    let (records, gaps) = texts(&beginning.repeat(50_000));
    assert_eq!((records.len(), gaps.len()), (0, 50_000));
}

#[test]
fn what_is_no_otlp_is_named_for_what_it_is() {
    let kind = |message: &str| texts(message).1.first().map(|(_, kind)| *kind);
    assert_eq!(kind("hello"), Some(DamageKind::NotJson));
    assert_eq!(kind(r#"{"hello":1}"#), Some(DamageKind::NotOtlp));
    assert_eq!(kind("17"), Some(DamageKind::NotOtlp));
    assert_eq!(kind(r#"{"resourceLogs":5}"#), Some(DamageKind::NotOtlp));
    // Log documents that others make of OTLP.
    let mapped = r#"{"@timestamp":"1","attributes":{},"body":{},"resource":{"attributes":{}},"scope":{}}"#;
    assert_eq!(kind(mapped), Some(DamageKind::NotOtlp));
    assert_eq!(kind(r#"{"resource":{"attributes":{}},"scope":{},"body":""}"#), Some(DamageKind::NotOtlp));
    assert_eq!(kind(r#"{"time":"x","attributes":{},"body":{}}"#), Some(DamageKind::NotOtlp));
    assert_eq!(kind(r#"{"resourceLogs":[{"sco"#), Some(DamageKind::Torn));
    assert_eq!(kind(&format!("\0\0\0{}", message("{}"))), Some(DamageKind::NulRun));
    assert_eq!(kind(&("[".repeat(100_000))), Some(DamageKind::TooDeep));
}

#[test]
fn an_escape_that_is_none_is_told_wherever_it_stands_and_whatever_is_behind_it() {
    let whole = message(r#"{"a":"bc"},{"d":1}"#);
    let behind = ["", "\u{1}", "中\u{1}", "中", "é中", "x中", "😀", "\u{2028}\n", "\u{fffd}\u{fffd}"];
    for place in ["\"resourceLogs", "\"resource", "\"scope", "\"logRecords", "\"a", "\"b"] {
        for escape in ["u", "u6", "u65", "uD83D\\u6"] {
            for behind in behind {
                let broken = whole.replacen(place, &format!("{place}\\{escape}{behind}"), 1);
                assert!(!texts(&broken).1.is_empty(), "{broken}");
            }
        }
    }
}

#[test]
fn elements_side_by_side_that_break_off_are_damage_and_only_the_last_may_be_unfinished() {
    let torn = r#"{"resource":{},"scopeLogs":[{"logRecords":[{"body":{},"#;
    let line = format!("{{\"resourceLogs\":[{}", torn.repeat(4));
    let mut parts = Cut::default();
    cut(&line, &mut parts);
    let found: Vec<_> = parts.gaps.iter().map(|gap| (gap.range.len(), gap.open_ended)).collect();
    assert_eq!(found, [(3 * torn.len() + 17, false), (torn.len(), true)]);
}

#[test]
fn zero_bytes_of_elements_side_by_side_are_all_told() {
    let element = "{\"resource\":\0\0\0,";
    let line = format!("{{\"resourceLogs\":[{}", element.repeat(3));
    let mut parts = Cut::default();
    cut(&line, &mut parts);
    let reasons: Vec<_> = parts.gaps.iter().map(|gap| gap.reason(&|place| place as u64)).collect();
    let told = reasons.iter().filter(|reason| reason.english().starts_with("3 zero bytes")).count();
    assert_eq!((told, reasons.len()), (3, 3));
}

#[test]
fn a_list_of_another_signal_within_whole_text_is_an_unknown_member() {
    for member in [r#""resourceSpans":[]"#, r#""resourceLogs":[]"#] {
        let line = format!(
            r#"{{"resourceLogs":[{{{member},"scopeLogs":[{{{member},"logRecords":[{{"body":{{}}}}]}}]}}]}}"#
        );
        let (records, gaps) = texts(&line);
        assert_eq!((records.len(), gaps), (1, Vec::new()), "{line}");
    }
}

#[test]
fn records_under_another_name_are_told_also_beside_the_list_that_is_known() {
    let record = r#"{"timeUnixNano":"1","body":{}}"#;
    let list = format!(r#"[{{"logRecords":[{record}]}}]"#);
    for line in [
        format!(r#"{{"resource":{{}},"scopeLogs":[],"scopeLogz":{list}}}"#),
        format!(r#"{{"resourceLogs":[],"resourceLogz":[{{"scopeLogs":{list}}}]}}"#),
        format!(r#"{{"resourceLogs":[{{"scopeLogz":[{{"logRecords":[{record}]}}],"scopeLogs":[]}}]}}"#),
        format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":null,"logRecordz":[{record}]}}]}}]}}"#),
        format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[],"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{record}]}}]}}]}}]}}"#
        ),
    ] {
        let (records, gaps) = texts(&line);
        assert_eq!((records.len(), gaps.len(), gaps[0].1), (0, 1, DamageKind::NotOtlp), "{line}");
    }
}

#[test]
fn each_list_under_another_name_is_told() {
    let record = r#"{"timeUnixNano":"1","body":{}}"#;
    let (_, gaps) = texts(&format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecordz":[{record}],"logRecordy":[{record}]}}]}}]}}"#
    ));
    assert_eq!(gaps.len(), 2, "{gaps:?}");
}

#[test]
fn attributes_that_have_lost_their_record_are_no_records() {
    let record = r#"{"observedTimeUnixNano":"1","body":{},"attributes":[{"key":"a","value":{}},{ "key":"b","value":{}}]}"#;
    let whole = message(&format!("{record},{record}"));
    let lost = r#"{"observedTimeUnixNano":"1","body":{},"attributes":["#;
    let line = whole.replacen(lost, "", 1);
    for line in [line.clone(), format!("{line}}}")] {
        let (records, gaps) = texts(&line);
        assert_eq!(records.len(), 0, "{records:?}");
        let attributes = r#"{"key":"a","value":{}},{ "key":"b","value":{}}"#;
        let start = line.find(attributes).expect("they are there");
        assert!(
            gaps.iter().any(|(range, _)| range.start <= start && start + attributes.len() <= range.end),
            "{gaps:?}"
        );
    }
    let named = message(r#"{"key":"a","body":{}}"#);
    assert_eq!((texts(&named).0.len(), texts(&named).1.len()), (1, 0), "an unknown member of a record");
    let glued = message(r#"{"body":{}},{"key":"a","value":{}},{"key":"b","value":{}},{"body":{}}"#);
    let (records, gaps) = texts(&glued);
    assert_eq!((records.len(), gaps.len()), (2, 1), "{records:?} {gaps:?}");
}
