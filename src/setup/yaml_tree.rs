//! YAML as a tree in which every key knows its line, read as the Collector reads it: a repeated key is a fault.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::tree::{Entry, Node, SyntaxFault, Value};

/// No Collector's configuration is nested deeper.
const DEEPEST: usize = 100;
/// Nor is it longer, unless aliases of aliases blow it up.
const MOST_NODES: usize = 200_000;

/// The first document of the text.
pub(super) fn read(text: &str) -> Result<Node, SyntaxFault> {
    let mut builder = Builder::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| SyntaxFault {
            line: error.marker().line().max(1),
            message: error.info().to_owned(),
        })?;
        let line = span.start.line().max(1);
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        builder.hear(event, line).map_err(|message| SyntaxFault { line, message })?;
    }
    Ok(builder.root.unwrap_or(Node::new(1, Value::Null)))
}

/// A scalar that is not quoted, by the core schema of YAML 1.2.
pub(super) fn plain_scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            let number = Value::Number(text.to_owned());
            let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
                && (text.parse::<f64>().is_ok() || Node::new(1, number.clone()).integer().is_some());
            if is_number { number } else { Value::Text(text.to_owned()) }
        }
    }
}

/// A scalar by its tag, if it has one, else by how it is written.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_plain = match tag.filter(|tag| tag.is_yaml_core_schema()) {
        Some(tag) => tag.suffix != "str",
        None => style == ScalarStyle::Plain,
    };
    if is_plain { plain_scalar(text) } else { Value::Text(text.to_owned()) }
}

#[derive(Default)]
struct Builder {
    root: Option<Node>,
    /// What is open, outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

struct Open {
    line: usize,
    anchor: usize,
    content: Content,
    /// How many nodes were there when it was opened.
    nodes_before: usize,
}

enum Content {
    List(Vec<Node>),
    /// The entries, the keys so far, and the key whose value comes next with its line.
    Map(Vec<Entry>, HashSet<String>, Option<(String, usize)>),
}

impl Builder {
    fn hear(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.place(Node::new(line, scalar(&text, style, tag.as_deref())), anchor, 1)
            }
            Event::Alias(anchor) => {
                let (node, size) = self.anchors.get(&anchor).cloned().ok_or("an alias of itself")?;
                self.place(Node { line, ..node }, 0, size)
            }
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, Content::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.begin(line, anchor, Content::Map(Vec::new(), HashSet::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { line, anchor, content, nodes_before }) = self.open.pop() else {
                    return Ok(());
                };
                let value = match content {
                    Content::List(nodes) => Value::List(nodes),
                    Content::Map(entries, ..) => Value::Map(merged(entries)),
                };
                let inside = self.nodes - nodes_before;
                self.nodes = nodes_before;
                self.place(Node::new(line, value), anchor, inside + 1)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, content: Content) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("nested deeper than {DEEPEST} levels"));
        }
        self.open.push(Open { line, anchor, content, nodes_before: self.nodes });
        Ok(())
    }

    fn place(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), String> {
        self.nodes += size;
        if self.nodes > MOST_NODES {
            return Err("larger than any configuration: aliases of aliases".to_owned());
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(node),
            Some(Content::List(nodes)) => nodes.push(node),
            Some(Content::Map(entries, keys, key)) => match key.take() {
                Some((key, line)) => entries.push(Entry { key, line, node }),
                None => {
                    let name = match node.value {
                        Value::Text(text) | Value::Number(text) => text,
                        Value::Bool(truth) => truth.to_string(),
                        _ => String::new(),
                    };
                    if !keys.insert(name.clone()) {
                        return Err(format!("the key `{name}` stands twice in the same place"));
                    }
                    *key = Some((name, node.line));
                }
            },
        }
        Ok(())
    }
}

/// The entries with those of `<<` behind them, as far as their keys are not there.
fn merged(mut entries: Vec<Entry>) -> Vec<Entry> {
    let Some(at) = entries.iter().position(|entry| entry.key == "<<") else { return entries };
    let merge = entries.remove(at).node;
    let sources =
        if let Value::List(nodes) = &merge.value { nodes.as_slice() } else { std::slice::from_ref(&merge) };
    let mut keys: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in sources.iter().flat_map(Node::entries) {
        if keys.insert(entry.key.clone()) {
            entries.push(entry.clone());
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_knows_its_line_and_empty_values_are_null() {
        let root = read(
            "receivers:\n  otlp:\n    protocols: {grpc: , http: {endpoint: '1'}}\nprocessors:\n  batch:\n",
        )
        .expect("YAML");
        let at = |path: &[&str]| root.at(path).map(|entry| (entry.line, entry.node.value.clone()));
        assert_eq!(at(&["processors", "batch"]), Some((5, Value::Null)));
        assert_eq!(at(&["receivers", "otlp", "protocols", "grpc"]), Some((3, Value::Null)));
        assert_eq!(
            at(&["receivers", "otlp", "protocols", "http", "endpoint"]),
            Some((3, Value::Text("1".into())))
        );
    }

    #[test]
    fn anchors_and_merges_are_followed() {
        let root =
            read("a: &keep\n  max: 0\n  path: one\nb:\n  <<: *keep\n  path: two\nc: *keep\n").expect("YAML");
        assert_eq!(root.at(&["b", "max"]).and_then(|entry| entry.node.integer()), Some(0));
        assert_eq!(root.at(&["b", "path"]).and_then(|entry| entry.node.text()), Some("two"));
        assert_eq!(root.at(&["c", "path"]).and_then(|entry| entry.node.text()), Some("one"));
    }

    #[test]
    fn faults_are_told_with_their_line() {
        assert_eq!(read("a: 1\nb: 2\na: 3\n").map_err(|fault| fault.line), Err(3));
        assert_eq!(read("a:\n\t- b\n").map_err(|fault| fault.line), Err(2));
        assert!(read(&"[".repeat(5_000)).is_err());
        let bomb: String = (0..20).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
            format!("{text}a{}: &a{} [*a{n}, *a{n}, *a{n}, *a{n}]\n", n + 1, n + 1)
        });
        assert!(read(&bomb).is_err());
        assert_eq!(read("").map(|root| root.value), Ok(Value::Null));
    }
}
