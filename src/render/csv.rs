//! Records as CSV, in which no cell is a formula.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::json_lines::json_text;
use super::visible::clean;

/// Columns that are fixed beforehand, for records of one type. Members of nested objects get columns of their own, with
/// dotted names.
pub struct CsvColumns {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl CsvColumns {
    /// The columns of records like `template`: any of them in which each object that is to be spread over columns is
    /// filled. `open` names those whose members are not known beforehand (dotted, if nested), which become JSON text in
    /// one cell.
    pub fn of(template: &impl Serialize, open: &[&str]) -> io::Result<Self> {
        let mut names = Vec::new();
        column_names("", &object(template)?, open, &mut names);
        let places = names.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        Ok(Self { names, places })
    }

    /// Writes the names of the columns.
    pub fn write_heading(&self, out: &mut dyn Write) -> io::Result<()> {
        write_cells(out, &self.names)
    }

    /// Writes one row. A value for which there is no column is an error, not an omission.
    pub fn write_record(&self, out: &mut (impl Write + ?Sized), record: &impl Serialize) -> io::Result<()> {
        let mut cells = vec![String::new(); self.names.len()];
        self.fill("", object(record)?, &mut cells)?;
        write_cells(out, &cells)
    }

    fn fill(&self, prefix: &str, members: Map<String, Value>, cells: &mut [String]) -> io::Result<()> {
        for (key, value) in members {
            let name = format!("{prefix}{key}");
            match (self.places.get(&name), value) {
                (Some(place), value) => cells[*place] = cell(&value)?,
                (None, Value::Object(members)) => self.fill(&format!("{name}."), members, cells)?,
                (None, Value::Null) => {}
                (None, _) => return Err(io::Error::other(format!("there is no CSV column for `{name}`"))),
            }
        }
        Ok(())
    }
}

/// Writes a row of texts, for a question whose answer is no record.
///
/// # Errors
/// When it cannot be written.
pub fn write_csv_row(out: &mut impl Write, texts: &[&str]) -> io::Result<()> {
    let cells: Vec<String> = texts.iter().map(|text| text_cell(text)).collect();
    write_cells(out, &cells)
}

fn write_cells(out: &mut (impl Write + ?Sized), cells: &[String]) -> io::Result<()> {
    /// Most rows have room in it.
    const BUFFER_BYTES: usize = 1024;
    let mut csv = csv::WriterBuilder::new().buffer_capacity(BUFFER_BYTES).from_writer(out);
    csv.write_record(cells).map_err(io_error)?;
    csv.flush()
}

fn object(record: &impl Serialize) -> io::Result<Map<String, Value>> {
    match serde_json::to_value(record)? {
        Value::Object(members) => Ok(members),
        _ => Err(io::Error::other("a CSV row is made of an object")),
    }
}

fn column_names(prefix: &str, members: &Map<String, Value>, open: &[&str], names: &mut Vec<String>) {
    for (key, value) in members {
        let name = format!("{prefix}{key}");
        match value {
            Value::Object(members) if !members.is_empty() && !open.contains(&name.as_str()) => {
                column_names(&format!("{name}."), members, open, names);
            }
            _ => names.push(name),
        }
    }
}

fn cell(value: &Value) -> io::Result<String> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text_cell(text),
        Value::Array(values) if values.iter().all(|value| !value.is_array() && !value.is_object()) => {
            let texts: Vec<String> = values
                .iter()
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                .collect();
            text_cell(&texts.join("; "))
        }
        Value::Array(_) | Value::Object(_) => json_text(value)?,
    })
}

/// Text with its hazards spelled out. What a spreadsheet could take for a formula gets an
/// apostrophe before it, which makes it text.
fn text_cell(text: &str) -> String {
    let text = clean(text, "\n", "\t");
    let begins_with_space = text.starts_with(['\t', '\r', '\n']);
    let begins =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '＂' | '＇'));
    if begins_with_space || begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.into_owned()
    }
}

/// A closed pipe must stay recognisable as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::render::ink::tests::any_text;
    use crate::render::visible::is_hazard;

    fn written(template: &Value, open: &[&str], records: &[Value]) -> String {
        let mut out = Vec::new();
        let columns = CsvColumns::of(template, open).unwrap();
        columns.write_heading(&mut out).unwrap();
        for record in records {
            columns.write_record(&mut out, record).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nested_objects_become_columns_and_open_ones_become_json() {
        let template =
            json!({"id": "", "tokens": {"input": 0, "total": 0}, "models": [], "attributes": {"a": 1}});
        let records = [
            json!({"id": "b", "tokens": {"input": 100, "total": null}, "models": ["x", "y"], "attributes": {"k": "v\u{202e}"}}),
            json!({"id": null, "tokens": null, "models": [{"a": 1}], "attributes": null}),
        ];
        insta::assert_snapshot!(written(&template, &["attributes"], &records), @r#"
        id,tokens.input,tokens.total,models,attributes
        b,100,,x; y,"{""k"":""v\u202e""}"
        ,,,"[{""a"":1}]",
        "#);
    }

    #[test]
    fn an_empty_object_is_one_column() {
        assert_eq!(written(&json!({"a": 1, "b": {}}), &[], &[]), "a,b\n");
    }

    #[test]
    fn a_value_without_a_column_is_an_error() {
        let columns = CsvColumns::of(&json!({"a": 1}), &[]).unwrap();
        let mut out = Vec::new();
        assert!(columns.write_record(&mut out, &json!({"a": 1, "b": 2})).is_err());
        assert!(columns.write_record(&mut out, &json!({"a": {"kept": 1}})).is_ok());
    }

    #[test]
    fn no_cell_is_a_formula() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "＝1",
            "－1",
            "＋1",
            "＠x",
            " =1",
            "\"=1\"",
            "'=1",
            "\u{3000}=1",
            "\t=1",
            "\tx",
            "\n=1",
        ] {
            assert!(text_cell(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(text_cell("\r=1"), r"\u{d}=1");
        assert_eq!(text_cell("请 a=b"), "请 a=b");
        assert_eq!(cell(&json!(-5)).unwrap(), "-5", "a number is a number");
    }

    proptest! {
        #[test]
        fn a_reader_gets_one_harmless_cell_for_each_text(texts in proptest::collection::vec(any_text(), 3)) {
            let record = json!({"a": texts[0], "b": texts[1], "c": texts[2]});
            let written = written(&record, &[], std::slice::from_ref(&record));
            let mut reader = csv::Reader::from_reader(written.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(row.len(), 3);
            for cell in &row {
                prop_assert!(!cell.chars().any(|c| !matches!(c, '\n' | '\t') && is_hazard(c)));
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']));
            }
        }
    }
}
