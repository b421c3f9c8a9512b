//! The prices that count: those of the program, and before them those of a file.

use std::fs;
use std::io;
use std::path::Path;

use tr::tr;

use super::Run;
use super::reasons;
use crate::query::price_book::{PriceBook, PriceBookError};

impl Run<'_> {
    /// The price book, with the prices of `named` before its own, else of the file that the settings name.
    ///
    /// # Errors
    /// When that file cannot be read or is no price book.
    pub(super) fn price_book(&self, named: Option<&Path>) -> anyhow::Result<PriceBook> {
        let book = PriceBook::builtin();
        let Some(path) = named.or(self.price_file.as_deref()) else { return Ok(book) };
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| anyhow::Error::msg(unread(&name, &error)))?;
        let prices = PriceBook::from_toml(&text, &name).map_err(|error| anyhow::Error::msg(told(&error)))?;
        Ok(book.extended_with(prices))
    }

    /// Which prices these are, for people, where the settings put others before those of the program.
    pub(super) fn own_book(&self, prices: &PriceBook) -> Option<String> {
        self.price_file.as_ref().map(|_| version_words(prices))
    }
}

fn unread(name: &str, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return tr!("{name} does not exist", name);
    }
    tr!("{name} cannot be read: {error}", name, error = reasons::unread(error).told())
}

fn told(error: &PriceBookError) -> String {
    let line = error.line.map_or_else(String::new, |line| format!(":{line}"));
    let place = format!("{}{line}", error.origin);
    tr!("{place}: {reason}", place, reason = error.reason.told())
}

/// Which prices these are, for people.
pub(super) fn version_words(prices: &PriceBook) -> String {
    match prices.version().strip_prefix("built-in ") {
        Some(rest) => tr!("built-in {rest}", rest),
        None => prices.version().to_owned(),
    }
}
