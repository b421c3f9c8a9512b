//! Lines of a configuration as they may be shown to others: without passwords, tokens and the values of headers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// User and password in an address, with and without a scheme before them.
static USERINFO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)([a-z][a-z0-9+.-]*://)[^\s"']*@|[^\s"':=]+:[^\s"']*@"#)
        .expect("the pattern is a constant")
});

/// A name whose value is a secret or holds some, with the sign between them in TOML, YAML and JSON.
static SECRET_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:header|auth|token|secret|passw|credential|key)[\w.\-"']*(?:\s*=|["']\s*:|\s*:\s|\s*:$)"#,
    )
    .expect("the pattern is a constant")
});

/// A name at the beginning of a line with the sign behind it, or a table's header in TOML.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*(?:\[+\w[\w.\-"' \]]*$|(?:- )?[\w.\-/"']+\s*[=:]\s*)"#)
        .expect("the pattern is a constant")
});

/// The query of an address, which may be a signature.
static QUERY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\?\S.*").expect("the pattern is a constant"));

/// The first member of a table that is written in one line. A variable has braces too.
static INLINE_TABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^$])\{\s*[^\s}]").expect("the pattern is a constant"));

/// A line as it may be quoted: without the members of an inline table, any of which may be a secret.
pub(super) fn masked_line(line: &str) -> String {
    if INLINE_TABLE.is_match(line) { name_alone(line).into_owned() } else { masked(line) }
}

/// The text with `…` for user, password and query of an address, and for all that follows a secret's name.
pub(super) fn masked(text: &str) -> String {
    let text = USERINFO.replace_all(text, "$1…@");
    let text = QUERY.replace(&text, "?…");
    match SECRET_NAME.find(&text) {
        Some(name) if !text[name.end()..].trim().is_empty() => {
            format!("{} …", text[..name.end()].trim_end())
        }
        _ => text.into_owned(),
    }
}

/// A line with `…` for all that is not the name at its beginning, and for all of a line that has none, which may go on
/// with the value of another. A table's header is a name.
pub(super) fn name_alone(line: &str) -> Cow<'_, str> {
    match NAME.find(line) {
        Some(name) if name.end() < line.len() => Cow::Owned(format!("{} …", name.as_str().trim_end())),
        Some(_) => Cow::Borrowed(line),
        None => Cow::Borrowed("…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_must_not_read_is_left_out_of_a_line_and_the_rest_is_kept() {
        for (line, shown) in [
            (
                r#"otel.exporter.otlp-http.headers."x-k" = "sk-1""#,
                r#"otel.exporter.otlp-http.headers."x-k" = …"#,
            ),
            (r#"{"Authorization":"Basic eA=="}"#, r#"{"Authorization": …"#),
            ("  headers: {x: sk-1}", "  headers: …"),
            ("    token: sk-1", "    token: …"),
            ("  headers:", "  headers:"),
            (r#"endpoint = "http://me:pa/ss@h:1/v1/logs""#, r#"endpoint = "http://…@h:1/v1/logs""#),
            ("me:pass@h:4318", "…@h:4318"),
            (
                r#"endpoint = "http://auth.example.com:4318/""#,
                r#"endpoint = "http://auth.example.com:4318/""#,
            ),
            ("log_user_prompt = true", "log_user_prompt = true"),
            ("endpoint: https://h/v1/logs?sig=a'b c", "endpoint: https://h/v1/logs?…"),
        ] {
            assert_eq!(masked(line), shown);
        }
        for (line, shown) in [
            (r#"a = { headers = { "x" = "sk-1" } }"#, "a = …"),
            ("  splunk: {pat: sk-1, endpoint: x}", "  splunk: …"),
            ("  - {pat: sk-1}", "…"),
            (r#"{"pat": "sk-1"}"#, "…"),
            ("a = {}", "a = {}"),
            (r#""exporters": {"#, r#""exporters": {"#),
            ("path: ${env:DIR}/logs.jsonl", "path: ${env:DIR}/logs.jsonl"),
        ] {
            assert_eq!(masked_line(line), shown);
        }
        for (line, shown) in [
            ("x-scope = 'sk-1", "x-scope = …"),
            ("[otel", "[otel"),
            ("  x-scope: sk-1", "  x-scope: …"),
            ("[otel.exporter.\"otlp-http\".headers", "[otel.exporter.\"otlp-http\".headers"),
            ("\"x-scope\" = 'sk-1'", "\"x-scope\" = …"),
            ("  - 'sk-1", "…"),
            ("['sk-1'", "…"),
            ("Bearer c2stMQ==", "…"),
            ("exporters:", "exporters:"),
        ] {
            assert_eq!(name_alone(line), shown);
        }
    }
}
