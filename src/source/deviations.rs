//! In what other writers differ from the Collector of today: nothing that is not understood, but worth knowing.
//!
//! Counted are messages, and only among those that had to be read patiently: what a Collector writes has none of this.
//! Inside a JSON string every quotation mark is escaped, so that what is looked for can stand nowhere else.

use memchr::memmem;

/// How many messages differ in what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deviations {
    /// Lines that end in a carriage return and a line feed.
    pub carriage_returns: u64,
    /// Files that begin with a byte order mark.
    pub byte_order_marks: u64,
    /// Several whole objects on one line.
    pub several_objects: u64,
    /// A `ResourceLogs` without the object around it.
    pub bare_resource_logs: u64,
    /// Member names in `snake_case`.
    pub snake_case_names: u64,
    /// Severities by the name of their number.
    pub severity_names: u64,
    /// Integers that are JSON numbers, which a reader may round.
    pub bare_integers: u64,
}

impl Deviations {
    /// Notes in what a message differs that was read patiently.
    pub(super) fn note(&mut self, text: &str) {
        let has = |part: &str| memmem::find(text.as_bytes(), part.as_bytes()).is_some();
        let objects = memmem::find_iter(text.as_bytes(), "{\"resourceLogs\":").take(2).count();
        let bare =
            ["{\"resource\":", "{\"scopeLogs\":"].iter().any(|begin| text.trim_start().starts_with(begin));
        let snake = ["\"resource_logs\":", "\"scope_logs\":", "\"log_records\":"].into_iter().any(has);
        self.several_objects += u64::from(objects > 1);
        self.bare_resource_logs += u64::from(bare);
        self.snake_case_names += u64::from(snake);
        self.severity_names += u64::from(has(":\"SEVERITY_NUMBER_"));
        self.bare_integers += u64::from(has_bare_integer(text));
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
        } = other;
        self.carriage_returns += carriage_returns;
        self.byte_order_marks += byte_order_marks;
        self.several_objects += several_objects;
        self.bare_resource_logs += bare_resource_logs;
        self.snake_case_names += snake_case_names;
        self.severity_names += severity_names;
        self.bare_integers += bare_integers;
    }
}

/// What stands behind each occurrence of a name.
fn behind<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    memmem::find_iter(text.as_bytes(), name).filter_map(move |at| text.get(at + name.len()..))
}

fn has_bare_integer(text: &str) -> bool {
    behind(text, "\"intValue\":")
        .any(|value| value.starts_with(|first: char| first == '-' || first.is_ascii_digit()))
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
        let of = |text| {
            let found = noted(text);
            [
                found.several_objects,
                found.bare_resource_logs,
                found.snake_case_names,
                found.severity_names,
                found.bare_integers,
            ]
        };
        assert_eq!(of(r#"{"resourceLogs":[]}{"resourceLogs":[]}{"resourceLogs":[]}"#), [1, 0, 0, 0, 0]);
        assert_eq!(of(r#"{"resource":{},"scopeLogs":[]}"#), [0, 1, 0, 0, 0]);
        assert_eq!(of(r#"{"resource_logs":[]}"#), [0, 0, 1, 0, 0]);
        assert_eq!(of(r#"{"severityNumber":"SEVERITY_NUMBER_INFO"}"#), [0, 0, 0, 1, 0]);
        assert_eq!(of(r#"[{"intValue":1},{"intValue":-1}]"#), [0, 0, 0, 0, 1]);
    }
}
