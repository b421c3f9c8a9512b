//! `${env:NAME:-default}` in a Collector's configuration: the default where there is one, else unknown.

use super::tree::{Entry, Node, Value};
use super::yaml_tree::{self, plain_scalar};

/// The tree with every default put in. What has none is unknown: the environment is the Collector's, not ours.
pub(super) fn expand(node: Node) -> Node {
    let value = match node.value {
        Value::Text(text) if text.contains('$') => {
            return match expand_text(&text) {
                Some((expanded, variable)) => {
                    let is_whole = text.starts_with("${") && text.find('}') == Some(text.len() - 1);
                    let value = match yaml_tree::read(&expanded) {
                        Ok(read) if is_whole => read.in_line(node.line).value,
                        _ if variable.is_some() => plain_scalar(&expanded),
                        _ => Value::Text(expanded),
                    };
                    Node { value, variable, ..node }
                }
                None => Node { value: Value::Unknown(text), ..node },
            };
        }
        Value::List(nodes) => Value::List(nodes.into_iter().map(expand).collect()),
        Value::Map(entries) => {
            Value::Map(entries.into_iter().map(|entry| Entry { node: expand(entry.node), ..entry }).collect())
        }
        other => other,
    };
    Node { value, ..node }
}

/// The text with its defaults, and the first variable that could change it.
fn expand_text(text: &str) -> Option<(String, Option<String>)> {
    let mut expanded = String::new();
    let mut variable = None;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        expanded.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some(braced) = after.strip_prefix('{') {
            let (inside, after) = braced.split_once('}')?;
            let name = inside.strip_prefix("env:").unwrap_or(inside);
            let (name, default) = name.split_once(":-")?;
            if name.contains(':') || default.contains('$') {
                return None;
            }
            expanded.push_str(default);
            variable = variable.or_else(|| Some(name.to_owned()));
            rest = after;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded.push_str(rest);
    Some((expanded, variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_its_default_or_unknown() {
        let value = |text: &str| {
            let node = expand(Node::new(1, Value::Text(text.to_owned())));
            (node.value, node.variable)
        };
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(
            value("${env:DIR:-/var/lib}/logs.jsonl"),
            (text("/var/lib/logs.jsonl"), Some("DIR".to_owned()))
        );
        assert_eq!(value("${KEEP:-true}"), (Value::Bool(true), Some("KEEP".to_owned())));
        let list = Value::List(vec![Node::new(1, text("a")), Node::new(1, text("b"))]);
        assert_eq!(value("${env:LIST:-[a, b]}"), (list, Some("LIST".to_owned())));
        assert_eq!(value("$$5"), (text("$5"), None));
        assert_eq!(value("${env:DIR}/x"), (Value::Unknown("${env:DIR}/x".to_owned()), None));
        assert_eq!(value("${file:/etc/x}").1, None);
        assert_eq!(value("${broken"), (Value::Unknown("${broken".to_owned()), None));
    }
}
