//! OTLP in JSON: a message is cut into the raw text of its records, and a record's text is decoded.
//!
//! Cutting and decoding are apart so that a copy can be recognised by the text of a record, and so that a record
//! that cannot be decoded costs no other.

mod compact;
mod cursor;
mod cut;
mod decode;
mod shapes;
mod text;

pub(super) use compact::{CompactReader, Learned, ReadRecord};
pub(super) use cut::{Cut, cut};
pub(super) use decode::{DecodeError, decode_record, decode_resource, decode_scope};
