//! Where a terminal leads that is asked for a file named on it.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::render::Style;

/// What a path may hold in an address as it is.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// The address of a file; `None` where nothing can lead there, as to standard input.
pub(super) fn link_to(path: &str, style: &Style) -> Option<Arc<str>> {
    if !style.hyperlinks || path == "-" {
        return None;
    }
    let absolute = std::path::absolute(path).ok()?;
    Some(address(&absolute.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")).into())
}

fn address(path: &str) -> String {
    // A path of Windows begins with a drive's letter.
    let root = if path.starts_with('/') { "" } else { "/" };
    format!("file://{root}{}", utf8_percent_encode(path, PLAIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_nothing_that_could_end_it() {
        assert_eq!(address("/tmp/a b/日.jsonl"), "file:///tmp/a%20b/%E6%97%A5.jsonl");
        assert_eq!(address("/tmp/\x1b]8;;\x07"), "file:///tmp/%1B%5D8%3B%3B%07");
        assert_eq!(address("C:/logs/x.jsonl"), "file:///C:/logs/x.jsonl");
    }

    #[test]
    fn there_is_none_where_the_terminal_has_no_links() {
        assert_eq!(link_to("a.jsonl", &Style::default()), None);
        let style = Style { hyperlinks: true, ..Style::default() };
        assert_eq!(link_to("-", &style), None);
        assert!(link_to("a.jsonl", &style).is_some_and(|link| link.ends_with("/a.jsonl")));
    }
}
