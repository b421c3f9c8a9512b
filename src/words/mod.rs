//! What is said, in English and in the reader's language.
//!
//! English text in the source is the name of a message; `po/zh_CN.po` holds it in Chinese, and a test sees to it that
//! nothing is missing there. `tr!` says a message at once. A [`Sentence`] is for what programs are told too: it keeps
//! its parts apart, because JSON and CSV hold it in English whatever the reader's language is.

mod language;
mod sentence;

pub use language::Language;
pub(crate) use sentence::sentence;
pub use sentence::{Count, Part, Sentence};
