//! What form a file has, told by its first bytes: never by its name, which its owner chooses.

use std::fs::File;
use std::io;
use std::iter;
use std::path::Path;

use memchr::memmem;
use serde::de::IgnoredAny;

use super::bytes::{Counted, Peeked};
use super::compressed::{Content, HEAD_BYTES, compression_of};
use super::frame::{self, HEADER_BYTES, Header};
use crate::source::form::Compression;
use crate::words::{Sentence, sentence};

/// How to cut the content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Lines,
    Document,
    Frames,
}

impl Layout {
    /// The layout of content that begins so. A file whose first line or frame is damaged has the layout of what
    /// follows; what fits nothing is lines, each of which will be found to be no JSON.
    pub(super) fn of(head: &[u8]) -> Self {
        match frame::header(head) {
            Header::Frame { .. } if frame::begins_frame(head) => return Self::Frames,
            // A length begins with 0, as no text does: so little of a frame is one that is still being written.
            Header::TooShort if head.first() == Some(&0) => return Self::Frames,
            Header::Frame { .. } | Header::TooShort | Header::None => {}
        }
        let text = skip_blank(head);
        if matches!(text.first(), Some(b'{' | b'[')) {
            let is_all = head.len() < HEAD_BYTES;
            return if is_document(text, is_all) { Self::Document } else { Self::Lines };
        }
        let first_object = memmem::find(head, b"{\"resource").unwrap_or(head.len());
        // At the end of what was looked at, two bytes may look like a frame.
        let is_known = |at: &usize| head.len() - at >= HEADER_BYTES || head.len() < HEAD_BYTES;
        let mut frames = iter::successors(frame::find(head, 1), |at| frame::find(head, at + 1));
        let first_frame = frames.find(|at| is_known(at) && frame::begins_frame(&head[*at..]));
        let first_frame = first_frame.unwrap_or(head.len());
        if first_frame < first_object { Self::Frames } else { Self::Lines }
    }
}

/// Whether content that begins so is text in UTF-16, which is read as damaged UTF-8.
pub(super) fn is_utf16(head: &[u8]) -> bool {
    match head {
        [0xFF, 0xFE, first, second, ..] | [0xFE, 0xFF, second, first, ..] => (*first == 0) != (*second == 0),
        // Without a mark, by the bracket that JSON begins with.
        [b'{' | b'[', 0, _, 0, ..] | [0, b'{' | b'[', 0, _, ..] => true,
        _ => false,
    }
}

/// What packed content that begins so, where that cannot be undone here.
pub(super) fn foreign_packer(head: &[u8]) -> Option<&'static str> {
    const MAGICS: [(&[u8], &str); 5] = [
        (b"\xFD7zXZ\0", "xz"),
        (b"BZh", "bzip2"),
        (b"\x04\x22\x4D\x18", "lz4"),
        (b"PK\x03\x04", "zip"),
        (b"7z\xBC\xAF\x27\x1C", "7z"),
    ];
    MAGICS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, packer)| *packer)
}

/// Behind a byte order mark, white space, and zero bytes that a power failure left.
fn skip_blank(head: &[u8]) -> &[u8] {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let blank = head.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)).count();
    &head[blank..]
}

/// Whether text that begins with a bracket is one value over several lines. A line that breaks off with a whole
/// object on the next line is none.
fn is_document(text: &[u8], is_all: bool) -> bool {
    let Some(line_end) = memchr::memchr(b'\n', text) else { return false };
    let (first, rest) = (&text[..line_end], &text[line_end + 1..]);
    let is_whole = |text: &[u8]| serde_json::from_slice::<IgnoredAny>(text).is_ok();
    let objects_begin_lines =
        rest.starts_with(b"{\"resource") || memmem::find(rest, b"\n{\"resource").is_some();
    if is_whole(first) || (objects_begin_lines && first.trim_ascii() != b"[") {
        return false;
    }
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    match values.next() {
        // Where it fits on the first line, others follow it there: objects that were glued together.
        Some(Ok(_)) => values.byte_offset() > line_end,
        // It may go on behind what was looked at; or it breaks off, which an indented line tells from a torn one.
        Some(Err(error)) => error.is_eof() && (!is_all || matches!(rest.first(), Some(b' ' | b'\t'))),
        None => false,
    }
}

/// What a file that begins so holds, for people, where it is not lines.
pub(in crate::source) fn whole_file_form(head: &[u8]) -> Option<Sentence> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    match (compression_of(head), Layout::of(head)) {
        (Compression::Zstd, _) => Some(sentence!("a zstd stream")),
        (Compression::Gzip, _) => Some(sentence!("a gzip stream")),
        (_, Layout::Frames) => Some(sentence!("messages behind their lengths")),
        (_, Layout::Document) => Some(sentence!("one JSON document")),
        (_, Layout::Lines) => None,
    }
}

/// Whether a file of a folder holds OTLP, by its first bytes. An empty file may: it may be about to be written.
///
/// # Errors
/// When it cannot be read.
pub(in crate::source) fn is_worth_reading(path: &Path) -> io::Result<bool> {
    const NAMES: [&str; 10] = [
        "\"resourceLogs\"",
        "\"resourceSpans\"",
        "\"resourceMetrics\"",
        "\"resourceProfiles\"",
        "\"scopeLogs\"",
        "\"resource_logs\"",
        "\"resource_spans\"",
        "\"resource_metrics\"",
        "\"resource_profiles\"",
        "\"scope_logs\"",
    ];
    let file = Peeked::new(Counted::new(Box::new(File::open(path)?), false));
    let mut content = Content::of(file)?;
    let head = content.peek(HEAD_BYTES)?;
    if Layout::of(head) == Layout::Frames {
        return Ok(true);
    }
    let holds_a_name = |text: &[u8]| NAMES.iter().any(|name| memmem::find(text, name.as_bytes()).is_some());
    if is_utf16(head) {
        // It cannot be read, which is to be said if it holds what is looked for.
        let text: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
        return Ok(holds_a_name(&text));
    }
    Ok(skip_blank(head).is_empty() || holds_a_name(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = br#"{"resourceLogs":[{"resource":{},"scopeLogs":[]}]}"#;

    fn framed(body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("a small frame");
        [&length.to_be_bytes(), body].concat()
    }

    #[test]
    fn a_layout_is_told_by_the_first_bytes() {
        let compressed = zstd::encode_all(LINE, 0).expect("compressed");
        for (layout, head) in [
            (Layout::Lines, LINE.to_vec()),
            (Layout::Lines, b"".to_vec()),
            (Layout::Lines, [b"\xef\xbb\xbf\n", LINE].concat()),
            (Layout::Lines, [b"\0\0\0\0\0", LINE].concat()),
            (Layout::Lines, [LINE, b"\n", LINE].concat()),
            (Layout::Lines, [b"\"}},{\"key\":\"env\"}]}]}]}\n", LINE].concat()),
            (Layout::Lines, ["\t中{\"key\":\"env\"}\n".as_bytes(), LINE].concat()),
            (Layout::Frames, framed(LINE)),
            (Layout::Frames, framed(&compressed)),
            (Layout::Frames, framed(&[0x0A, 0x02, 0x12, 0x00])),
        ] {
            assert_eq!(Layout::of(&head), layout, "{:?}", String::from_utf8_lossy(&head));
        }
    }

    #[test]
    fn a_document_over_many_lines_is_one_value_and_a_torn_line_is_none() {
        let pretty = b"{\n  \"resourceLogs\": [\n    {\n      \"scopeLogs\": []\n    }\n  ]\n}\n";
        let array = b"[\n{\"resource\": {},\n\"scopeLogs\": []}\n]";
        assert_eq!(Layout::of(pretty), Layout::Document);
        assert_eq!(Layout::of(&pretty[..30]), Layout::Document, "also when it breaks off");
        assert_eq!(Layout::of(array), Layout::Document);
        assert_eq!(Layout::of(&[LINE, LINE, b"\n"].concat()), Layout::Lines, "two objects on one line");
        for torn in 1..LINE.len() {
            let torn = &LINE[..torn];
            assert_eq!(Layout::of(&[torn, b"\n"].concat()), Layout::Lines);
            assert_eq!(Layout::of(&[torn, b"\n", LINE, b"\n"].concat()), Layout::Lines);
        }
    }

    #[test]
    fn a_file_whose_first_message_is_damaged_has_the_layout_of_the_rest() {
        assert_eq!(Layout::of(&[b"hello\n", LINE, b"\n"].concat()), Layout::Lines);
        assert_eq!(Layout::of(&[b"\xff\xfe\x00garbage", LINE].concat()), Layout::Lines);
        let compressed = framed(&zstd::encode_all(LINE, 0).expect("compressed"));
        assert_eq!(Layout::of(&[b"\0\0\0\0garbage", &compressed[..]].concat()), Layout::Frames);
        assert_eq!(Layout::of(b"no OTLP at all"), Layout::Lines);
    }

    #[test]
    fn lines_behind_empty_ones_are_no_frames() {
        for letter in b' '..=b'~' {
            let text = [b"\n\n\n\n\n", &[letter][..], b"\":\"aaaa\"}}]}]}]}\n", LINE, b"\n", LINE].concat();
            assert_ne!(Layout::of(&text), Layout::Frames, "{letter}");
        }
    }

    #[test]
    fn text_is_no_frame_wherever_what_is_looked_at_ends() {
        for known in 1..=2 * HEADER_BYTES {
            let before = "x".repeat(HEAD_BYTES - known - " 43172".len());
            let text = [&before, " 43172\n", &"2026-11-02T01:00:00Z info ".repeat(10)].concat();
            assert_eq!(Layout::of(&text.as_bytes()[..HEAD_BYTES]), Layout::Lines, "{known}");
        }
    }

    #[test]
    fn utf_16_is_told_with_a_mark_or_without() {
        let text = String::from_utf8_lossy(LINE);
        for begin in ["", "\u{feff}"] {
            let units: Vec<u16> = format!("{begin}{text}").encode_utf16().collect();
            assert!(is_utf16(&units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>()));
            assert!(is_utf16(&units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<u8>>()));
        }
        for other in [LINE, b"", b"{", b"\xff\xfe", b"\xff\xfe\x00\x00", b"\0\0\0\x05hello", &framed(LINE)] {
            assert!(!is_utf16(other), "{other:?}");
        }
    }

    #[test]
    fn a_stream_is_told_by_its_magic() {
        assert_eq!(compression_of(&zstd::encode_all(LINE, 0).expect("compressed")), Compression::Zstd);
        assert_eq!(compression_of(&[0x1F, 0x8B, 0x08, 0x00]), Compression::Gzip);
        assert_eq!(compression_of(LINE), Compression::None);
    }
}
