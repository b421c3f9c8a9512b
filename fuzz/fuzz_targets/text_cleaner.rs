//! Text from a log cannot steer a terminal, hide in it or break a line.
#![no_main]

use codex_audit::render::{visible_line, visible_text};
use libfuzzer_sys::fuzz_target;

/// Stated here once more, so that a sign forgotten there is found.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let line = visible_line(&text);
    assert!(!line.contains(steers), "{line:?}");
    let lines = visible_text(&text);
    assert!(!lines.contains(|character| steers(character) && character != '\n'), "{lines:?}");
    assert_eq!(visible_line(&line), line, "clean text stays as it is");
});
