//! The prices that count: those of the program, and before them those of a file.

use std::fs;
use std::path::Path;

use super::Run;
use crate::query::price_book::PriceBook;

impl Run<'_> {
    /// The price book, with the prices of `named` before its own, else of the file that the settings name.
    ///
    /// # Errors
    /// When that file cannot be read or is no price book.
    pub(super) fn price_book(&self, named: Option<&Path>) -> anyhow::Result<PriceBook> {
        let book = PriceBook::builtin();
        let Some(path) = named.or(self.price_file.as_deref()) else { return Ok(book) };
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
        Ok(book.extended_with(PriceBook::from_toml(&text, &name)?))
    }
}
