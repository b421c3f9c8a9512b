//! Why something could not be read, or what ended a run, in the reader's language.

use std::io::{self, ErrorKind};

use tr::tr;

use crate::event::GlobError;
use crate::words::{Sentence, sentence};

/// Why a file of settings or prices could not be read.
pub(super) fn unread(error: &io::Error) -> Sentence {
    match error.kind() {
        ErrorKind::InvalidData => sentence!("it is not UTF-8"),
        ErrorKind::IsADirectory => sentence!("it is a folder"),
        _ => sentence!("{}", error),
    }
}

/// What ended a run.
#[must_use]
pub fn told_error(error: &anyhow::Error) -> String {
    match error.downcast_ref() {
        Some(GlobError { pattern, reason }) => {
            sentence!("{name} is no pattern: {}", reason, name = format!("`{pattern}`")).told()
        }
        None if error.is::<io::Error>() => tr!("{text}", text = format!("{error:#}")),
        None => format!("{error:#}"),
    }
}
