//! TOML as a tree in which every key knows its line.

use toml::de::{DeTable, DeValue};

use super::tree::{Entry, Node, SyntaxFault, Value};

/// The tree, as far as it can be made out, and what makes the text no TOML.
pub(super) fn read(text: &str) -> (Node, Vec<SyntaxFault>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines(text);
    let faults = errors.iter().map(|error| SyntaxFault {
        line: error.span().map_or(1, |span| lines.line_of(span.start)),
        message: error.message().replace('\n', ", "),
    });
    (Node::new(1, lines.map(table.get_ref())), faults.collect())
}

struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn line_of(&self, byte: usize) -> usize {
        let before = self.0.as_bytes().get(..byte).unwrap_or_default();
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    fn map(&self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<(usize, Entry)> = (table.iter())
            .map(|(key, value)| {
                let start = key.span().start;
                let line = self.line_of(start);
                let node = Node::new(line, self.value(value.get_ref()));
                (start, Entry { key: key.get_ref().to_string(), line, node })
            })
            .collect();
        entries.sort_by_key(|(start, _)| *start);
        Value::Map(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    fn value(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Number(number.to_string()),
            DeValue::Float(number) => Value::Number(number.to_string()),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(moment) => Value::Number(moment.to_string()),
            DeValue::Array(values) => Value::List(
                (values.iter())
                    .map(|value| Node::new(self.line_of(value.span().start), self.value(value.get_ref())))
                    .collect(),
            ),
            DeValue::Table(table) => self.map(table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_knows_its_line_in_any_spelling() {
        let (root, faults) = read(
            "a = 1\n[otel]\nlog_user_prompt = true\n\n[otel.exporter.\"otlp-http\"]\nendpoint = 'x'\n\
             [other]\nb = { c = [\n 1 ] }\n",
        );
        assert_eq!(faults, []);
        let line = |path: &[&str]| root.at(path).map(|entry| entry.line);
        assert_eq!(line(&["otel", "log_user_prompt"]), Some(3));
        assert_eq!(line(&["otel", "exporter", "otlp-http"]), Some(5));
        assert_eq!(line(&["otel", "exporter", "otlp-http", "endpoint"]), Some(6));
        assert_eq!(root.at(&["other", "b", "c"]).map(|entry| entry.node.items()[0].line), Some(9));
    }

    #[test]
    fn a_fault_is_told_with_its_line_and_the_rest_is_read() {
        let (root, faults) =
            read("[otel]\nexporter = \"otlp-http\"\n[otel.exporter.otlp-http]\nendpoint = 'x'\n");
        assert_eq!(faults.first().map(|fault| fault.line), Some(3), "{faults:?}");
        assert_eq!(root.at(&["otel", "exporter"]).and_then(|entry| entry.node.text()), Some("otlp-http"));
        assert_eq!(read("[otel\n").1.len(), 1);
    }
}
