//! In what other writers differ from the Collector of today: worth knowing, and nothing that is not understood but values
//! of an unknown kind.
//!
//! Counted are messages, or such values, and only among those that had to be read patiently: what a Collector writes has none of this.
//! Inside a JSON string every quotation mark is escaped, so that what is looked for can stand nowhere else.

use std::borrow::Cow;
use std::collections::HashMap;

use memchr::{memchr, memchr2, memmem};
use serde_json::value::RawValue;

/// How many messages differ in what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deviations {
    /// Lines that end in a carriage return and a line feed.
    pub carriage_returns: u64,
    /// Files that begin with a byte order mark.
    pub byte_order_marks: u64,
    /// Several objects on one line, whole or not.
    pub several_objects: u64,
    /// A `ResourceLogs` without the object around it.
    pub bare_resource_logs: u64,
    /// Member names in `snake_case`.
    pub snake_case_names: u64,
    /// Severities by the name of their number.
    pub severity_names: u64,
    /// Integers that are JSON numbers, which a reader may round.
    pub bare_integers: u64,
    /// Ids of traces or spans in base64.
    pub base64_ids: u64,
    /// A request within an object that names its path.
    pub wrapped_requests: u64,
    /// Half a surrogate pair, shown as U+FFFD.
    pub lone_surrogates: u64,
    /// Objects in which a member is there twice: lists are taken together, of the rest the last counts.
    pub repeated_members: u64,
    /// Numbers too large for a double: as values they are kept as text, elsewhere they are unknown.
    pub huge_numbers: u64,
    /// Values of attributes, and bodies, that are of a kind OTLP does not have: they are unknown.
    pub unknown_values: u64,
}

impl Deviations {
    /// Notes in what a message differs that was read patiently.
    pub(super) fn note(&mut self, text: &str) {
        let has = |name: &str| behind(text, name).next().is_some();
        let begins = text.trim_start().strip_prefix('{').unwrap_or_default().trim_start();
        let bare = begins.starts_with("\"scopeLogs\"")
            || (begins.starts_with("\"resource\"") && (has("scopeLogs") || has("scope_logs")));
        let snake = ["resource_logs", "scope_logs", "log_records"].into_iter().any(has);
        let severity_name = ["severityNumber", "severity_number"]
            .into_iter()
            .any(|name| behind(text, name).any(|value| value.starts_with("\"SEVERITY_NUMBER_")));
        let wrapped = behind(text, "body")
            .filter_map(|value| value.strip_prefix('{'))
            .any(|object| object.trim_start().starts_with("\"resource"));
        self.several_objects += u64::from(behind(text, "resourceLogs").nth(1).is_some());
        self.bare_resource_logs += u64::from(bare);
        self.snake_case_names += u64::from(snake);
        self.severity_names += u64::from(severity_name);
        self.bare_integers += u64::from(has_bare_integer(text));
        self.base64_ids += u64::from(has_base64_id(text));
        self.wrapped_requests += u64::from(wrapped);
        self.lone_surrogates += u64::from(has_lone_surrogate(text));
        let Structure { repeats_member, has_huge_number } = Structure::of(text);
        self.repeated_members += u64::from(repeats_member);
        self.huge_numbers += u64::from(has_huge_number);
        let values = ["value", "body"].into_iter().flat_map(|name| behind(text, name));
        self.unknown_values += values.filter(|value| is_of_unknown_kind(value)).count() as u64;
    }

    /// Takes in what was noted elsewhere.
    pub(super) fn join(&mut self, other: Self) {
        let Self {
            carriage_returns,
            byte_order_marks,
            several_objects,
            bare_resource_logs,
            snake_case_names,
            severity_names,
            bare_integers,
            base64_ids,
            wrapped_requests,
            lone_surrogates,
            repeated_members,
            huge_numbers,
            unknown_values,
        } = other;
        self.carriage_returns += carriage_returns;
        self.byte_order_marks += byte_order_marks;
        self.several_objects += several_objects;
        self.bare_resource_logs += bare_resource_logs;
        self.snake_case_names += snake_case_names;
        self.severity_names += severity_names;
        self.bare_integers += bare_integers;
        self.base64_ids += base64_ids;
        self.wrapped_requests += wrapped_requests;
        self.lone_surrogates += lone_surrogates;
        self.repeated_members += repeated_members;
        self.huge_numbers += huge_numbers;
        self.unknown_values += unknown_values;
    }
}

/// The text from the value of each member with that name on.
fn behind<'t>(text: &'t str, name: &str) -> impl Iterator<Item = &'t str> {
    let name = format!("\"{name}\"");
    let finder = memmem::Finder::new(&name).into_owned();
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = finder.find(rest.as_bytes())?;
            rest = &rest[at + finder.needle().len()..];
            if let Some(value) = rest.trim_start().strip_prefix(':') {
                return Some(value.trim_start());
            }
        }
    })
}

/// Whether the text begins with an object that has members, but none that is a value. Where it breaks off, it is damage.
fn is_of_unknown_kind(text: &str) -> bool {
    const KINDS: [&str; 14] = [
        "stringValue",
        "string_value",
        "boolValue",
        "bool_value",
        "intValue",
        "int_value",
        "doubleValue",
        "double_value",
        "bytesValue",
        "bytes_value",
        "arrayValue",
        "array_value",
        "kvlistValue",
        "kvlist_value",
    ];
    // A request that was noted down has a body, too.
    let is_known = |name: &str| KINDS.contains(&name) || name.starts_with("resource");
    let first =
        text.strip_prefix('{').and_then(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    if first.is_none_or(is_known) {
        return false;
    }
    let mut ends = (0..=text.len().min(LONGEST_LOOK)).rev();
    let head = &text[..ends.find(|end| text.is_char_boundary(*end)).unwrap_or(0)];
    let mut objects = serde_json::Deserializer::from_str(head).into_iter::<HashMap<String, &RawValue>>();
    match objects.next() {
        Some(Ok(members)) => !members.keys().any(|name| is_known(name)),
        // What is no JSON is damage.
        Some(Err(error)) => error.is_eof() && head.len() < text.len(),
        None => false,
    }
}

/// So many bytes of a value of an unknown kind are looked at for another kind: such values may lie within each other.
const LONGEST_LOOK: usize = 1024;

fn has_bare_integer(text: &str) -> bool {
    ["intValue", "int_value"].into_iter().any(|name| {
        behind(text, name)
            .any(|value| value.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
    })
}

/// In hex an id has 32 or 16 letters and never an equals sign, with which one in base64 always ends.
fn has_base64_id(text: &str) -> bool {
    let is_base64 = |id: &str| {
        let id = &id.as_bytes()[..id.len().min(25)];
        id.starts_with(b"\"") && memmem::find(id, b"=\"").is_some()
    };
    ["traceId", "spanId", "trace_id", "span_id"].into_iter().any(|name| behind(text, name).any(is_base64))
}

/// Half a surrogate pair, as `json.dumps` of Python and others write it.
fn has_lone_surrogate(text: &str) -> bool {
    let mut rest = text;
    let mut is_begun = false;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        if is_begun && at > 0 {
            return true;
        }
        let digits = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes()[at + 1] == b'u');
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let (is_first, is_second) = match unit {
            Some(0xD800..=0xDBFF) => (true, false),
            Some(0xDC00..=0xDFFF) => (false, true),
            _ => (false, false),
        };
        if is_begun != is_second {
            return true;
        }
        is_begun = is_first;
        let length = if unit.is_some() { 6 } else { 2 };
        rest = rest.get(at + length..).unwrap_or_default();
    }
    is_begun
}

/// What can only be told by what stands within what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Structure {
    repeats_member: bool,
    has_huge_number: bool,
}

impl Structure {
    /// Goes over objects that may break off anywhere, and others may follow.
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut found = Self::default();
        // The names of the members of all objects that are open, and how many there were when each of them began.
        let mut names: Vec<Cow<'_, str>> = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        while let Some(first) = bytes.get(at) {
            match first {
                b'{' => {
                    open.push(names.len());
                    at += 1;
                }
                b'}' => {
                    found.close(&mut open, &mut names);
                    at += 1;
                }
                b'"' => {
                    let end = end_of_string(bytes, at);
                    let blank = bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                    match bytes.get(end + blank) {
                        Some(b':') => {
                            names.push(name(&text[at..end]));
                            at = end + blank + 1;
                        }
                        Some(b',' | b'}' | b']') | None => at = end + blank,
                        Some(_) => {
                            // No string ends so: its end is missing, and a quote of the next object was taken for it.
                            while !open.is_empty() {
                                found.close(&mut open, &mut names);
                            }
                            names.clear();
                            let next = memmem::find(&bytes[at..], b"{\"resource");
                            at = next.map_or(bytes.len(), |next| at + next);
                        }
                    }
                }
                b'-' | b'0'..=b'9' => {
                    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                    let end = at + bytes[at..].iter().take_while(is_part).count();
                    let is_huge = || text[at..end].parse().is_ok_and(f64::is_infinite);
                    let is_value = || text[..at].trim_ascii_end().ends_with([':', '[', ',']);
                    found.has_huge_number |= !open.is_empty() && is_huge() && is_value();
                    at = end;
                }
                _ => at += 1,
            }
        }
        while !open.is_empty() {
            found.close(&mut open, &mut names);
        }
        found
    }

    /// Looks at the names of the innermost object, which ends.
    fn close(&mut self, open: &mut Vec<usize>, names: &mut Vec<Cow<'_, str>>) {
        let Some(begin) = open.pop() else { return };
        let members = &mut names[begin..];
        if members.len() > 1 {
            members.sort_unstable();
            self.repeats_member |= members.windows(2).any(|pair| pair[0] == pair[1]);
        }
        names.truncate(begin);
    }
}

/// Where a string ends that begins there: behind its closing quote, or where the text ends.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// A member's name, of what stands in its quotes.
fn name(quoted: &str) -> Cow<'_, str> {
    let plain = &quoted[1..quoted.len() - 1];
    if plain.contains('\\') {
        serde_json::from_str(quoted).map_or(Cow::Borrowed(plain), Cow::Owned)
    } else {
        Cow::Borrowed(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(text: &str) -> Deviations {
        let mut deviations = Deviations::default();
        deviations.note(text);
        deviations
    }

    #[test]
    fn what_a_collector_writes_differs_in_nothing() {
        let text = r#"{"resourceLogs":[{"resource":{},"scopeLogs":[{"logRecords":[{"severityNumber":9,"traceId":"00112233445566778899aabbccddeeff","attributes":[{"key":"n","value":{"intValue":"1"}},{"key":"log_records","value":{"stringValue":"{\"resourceLogs\":"}}]}]}]}]}"#;
        assert_eq!(noted(text), Deviations::default());
    }

    #[test]
    fn each_difference_is_noted_once_a_message() {
        let of = |text: &str| {
            let found = noted(text);
            [
                found.several_objects,
                found.bare_resource_logs,
                found.snake_case_names,
                found.severity_names,
                found.bare_integers,
                found.base64_ids,
                found.wrapped_requests,
                found.lone_surrogates,
                found.repeated_members,
                found.huge_numbers,
            ]
        };
        let glued = r#"{"resourceLogs":[]}{"resourceLogs":[]}{"resourceLogs":[]}"#;
        for (place, text) in [
            glued,
            r#"{"resource":{},"scopeLogs":[]}"#,
            r#"{"resource_logs":[]}"#,
            r#"{"severityNumber":"SEVERITY_NUMBER_INFO"}"#,
            r#"[{"intValue":1},{"intValue":-1}]"#,
            r#"{"traceId":"phyT5zG7wTVvL6gLnqp2ug==","spanId":"NDHnlA9mj50="}"#,
            r#"{"path":"/v1/logs","body":{"resourceLogs":[]}}"#,
            r#"{"stringValue":"half \ud83d of a pair, \ud83d\ude00 and \\ud83d"}"#,
            r#"{"body":{},"body":{},"attributes":[],"attributes":[]}"#,
            r#"[{"doubleValue":1e400},{"doubleValue":-1e400}]"#,
        ]
        .into_iter()
        .enumerate()
        {
            let mut expected = [0; 10];
            expected[place] = 1;
            assert_eq!(of(text), expected, "{text}");
            let spaced = text.replace(':', " : ").replace('{', "{ ");
            assert_eq!(of(&spaced), expected, "{spaced}");
        }
        assert_eq!(of(r#"{"resource":{},"scope":{}}"#), [0; 10], "no OTLP");
    }

    #[test]
    fn values_of_an_unknown_kind_are_counted_one_by_one() {
        for (text, unknown) in [
            (r#"[{"value":{"stringWalue":"a"}},{"value":{"x":{"y":1}}},{"body":{"z":1}}]"#, 3),
            (r#"[{"value":{}},{"value":null},{"value":{"stringValue":"a"}},{"value":7},{"body":{}}]"#, 0),
            (r#"{"value":{"new":1,"string\u0056alue":"a"}}"#, 0),
            (r#"{"path":"/v1/logs","body":{"resourceLogs":[]}}"#, 0),
            (r#"{"value":{"kvlistValue":{"values":[{"key":"a","value":{"stringWalue":"b"}}]}}}"#, 1),
            (r#"{"value":{"stringWalue":"breaks o"#, 0),
        ] {
            assert_eq!(noted(text).unknown_values, unknown, "{text}");
        }
        let glued = format!(r#"{{"value":{{"stri{{"resourceLogs":[{}]}}"#, "1,".repeat(LONGEST_LOOK));
        assert_eq!(noted(&glued).unknown_values, 0, "damage");
        let long = format!(r#"{{"value":{{"stringWalue":"{}"}}}}"#, "é".repeat(LONGEST_LOOK));
        assert_eq!(noted(&long).unknown_values, 1);
        // Were each read to its end, this would take hours.
        assert!(noted(&r#"{"value":{"x":"#.repeat(100_000)).unknown_values > 99_000);
    }

    #[test]
    fn half_a_pair_is_told_from_a_whole_one_wherever_it_stands() {
        for (text, is_half) in [
            (r#""\ud83d\ude00""#, false),
            (r#""\ud83d\ude00\ud83d\ude00""#, false),
            (r#""\\ud83d""#, false),
            (r#""\u4e2d\u0020""#, false),
            (r#""\ud83d""#, true),
            (r#""\ude00\ud83d""#, true),
            (r#""\ud83d\ude00\ude00""#, true),
            (r#""\ud83d\ud83d\ude00""#, true),
            (r#""\\\ud83d""#, true),
            (r#""中\uDC00""#, true),
        ] {
            assert_eq!(has_lone_surrogate(text), is_half, "{text}");
        }
    }

    #[test]
    fn a_member_is_there_twice_only_within_one_object() {
        for (text, repeats) in [
            (r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#, false),
            (r#"{"a":"b","b":"a","c":"\"a\":"}"#, false),
            (r#"{"a":1,"b":{"c":[{"d":1}]},"a":2}"#, true),
            (r#"{"a" : 1 , "a" : 2}"#, true),
            (r#"{"a":1,"\u0061":2}"#, true),
            (r#"{"b":1,"c":[{"a":1,"a":2}]}"#, true),
            // The object breaks off, in a string or elsewhere, and another follows.
            (r#"{"a":1,"b":"tor{"resourceLogs":[],"b":1}"#, false),
            (r#"{"a":1,"b":"tor{"resourceLogs":[],"resourceLogs":[]}"#, true),
            (r#"{"a":1,"a":"tor{"resourceLogs":[]}"#, true),
            (r#"{"a":1,"b":{"resourceLogs":[],"a":1}{"a":1}"#, false),
            (r#"{"a":1,"b":"tor\{"resourceLogs":[],"b":1}"#, false),
            (r#"e":1},"a":1,"a":2"#, false),
            (r#"{"a":1,"a":"#, true),
            (r#"{"a":1,"a"#, false),
            (r#""\"#, false),
        ] {
            assert_eq!(Structure::of(text).repeats_member, repeats, "{text}");
        }
    }

    #[test]
    fn a_number_is_too_large_only_where_it_is_one() {
        for (text, is_huge) in [
            (r#"{"a":1e400}"#.to_owned(), true),
            (r#"{"a":[1, -1E+400]}"#.to_owned(), true),
            (format!(r#"{{"a":{}}}"#, "9".repeat(400)), true),
            (r#"{"a":1e300,"b":"1e400","c":1e-400}"#.to_owned(), false),
            ("commit 5e999 was built".to_owned(), false),
            (r#"{"a":1} 5e999"#.to_owned(), false),
        ] {
            assert_eq!(Structure::of(&text).has_huge_number, is_huge, "{text}");
        }
    }
}
