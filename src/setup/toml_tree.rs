//! TOML as a tree in which every key knows its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::line_starts::LineStarts;
use super::tree::{Entry, Node, SyntaxFault, Value};

/// The tree, as far as it can be made out, and what makes the text no TOML.
pub(super) fn read(text: &str) -> (Node, Vec<SyntaxFault>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = LineStarts::of(text);
    let faults = errors.iter().map(|error| SyntaxFault {
        line: error.span().map_or(1, |span| lines.line_of(span.start)),
        message: error.message().replace('\n', ", "),
    });
    (Node::new(1, map_of(table.get_ref(), &lines)), faults.collect())
}

/// The lines in which an inline table goes on in the next one or ends with a comma: TOML 1.1 has that, 1.0 has not.
pub(super) fn long_inline_tables(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let table = DeTable::parse_recoverable(text).0;
    for value in table.get_ref().values() {
        find_long_tables(text, value, &mut starts);
    }
    starts.sort_unstable();
    let lines = LineStarts::of(text);
    starts.into_iter().map(|start| lines.line_of(start)).collect()
}

fn find_long_tables(text: &str, value: &Spanned<DeValue<'_>>, starts: &mut Vec<usize>) {
    match value.get_ref() {
        DeValue::Array(values) => values.iter().for_each(|value| find_long_tables(text, value, starts)),
        DeValue::Table(table) => {
            let span = value.span();
            if text[span.clone()].starts_with('{') {
                let mut members = Vec::new();
                find_members(text, table, &mut members);
                members.sort_unstable();
                let mut rest_at = span.start;
                let mut is_new = false;
                for (start, end) in members {
                    is_new |= text.get(rest_at..start).is_some_and(|before| before.contains('\n'));
                    rest_at = end;
                }
                is_new |= text.get(rest_at..span.end).is_some_and(|rest| rest.contains(['\n', ',']));
                if is_new {
                    starts.push(span.start);
                }
            }
            table.iter().for_each(|(_, value)| find_long_tables(text, value, starts));
        }
        _ => {}
    }
}

/// Where each `key = value` of a table begins and ends; those of `a.b = 1` stand in a table `a` without braces.
fn find_members(text: &str, table: &DeTable<'_>, members: &mut Vec<(usize, usize)>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::Table(dotted) if !text[value.span()].starts_with('{') => {
                find_members(text, dotted, members);
            }
            _ => members.push((key.span().start, value.span().end)),
        }
    }
}

fn map_of(table: &DeTable<'_>, lines: &LineStarts) -> Value {
    let mut entries: Vec<(usize, Entry)> = (table.iter())
        .map(|(key, value)| {
            let start = key.span().start;
            let line = lines.line_of(start);
            let node = Node::new(line, value_of(value.get_ref(), lines));
            (start, Entry { key: key.get_ref().to_string(), line, node })
        })
        .collect();
    entries.sort_by_key(|(start, _)| *start);
    Value::Map(entries.into_iter().map(|(_, entry)| entry).collect())
}

fn value_of(value: &DeValue<'_>, lines: &LineStarts) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Number(number.to_string()),
        DeValue::Float(number) => Value::Number(number.to_string()),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(moment) => Value::Number(moment.to_string()),
        DeValue::Array(values) => Value::List(
            (values.iter())
                .map(|value| Node::new(lines.line_of(value.span().start), value_of(value.get_ref(), lines)))
                .collect(),
        ),
        DeValue::Table(table) => map_of(table, lines),
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
    fn an_inline_table_of_toml_1_1_is_found() {
        for text in
            ["a = {\n b = 1 }", "a = { b = 1,\n c = 2 }", "a = { b = 1, }", "a = { b = 1\n}", "a = {\n}"]
        {
            assert_eq!(long_inline_tables(&format!("x = 1\n{text}\n")), [2], "{text}");
        }
        let nested = "[t]\na = [\n { b = { c = 1,\n d = 2 } },\n]\n";
        assert_eq!(long_inline_tables(nested), [3]);
        let old =
            "a = { b = 1, c = { d.e = 2, d.f = 3 } }\nx = { a = [\n 1,\n], b = '''\n,''' }\n[t]\na = 1\n";
        assert_eq!(long_inline_tables(old), [0; 0]);
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
