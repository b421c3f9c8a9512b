//! Writes much of a kind: made on every core, written in its order.

use std::io::{self, Write};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// So many items are made into text together, by one core.
const SHARE: usize = 128;

/// The text of so many shares is in memory at a time.
const SHARES_AT_A_TIME: usize = 32;

/// Writes what `make` makes of the items, of which it is handed some that follow each other.
///
/// # Errors
/// When something cannot be made or written.
pub fn write_in_order<T: Send>(
    items: impl IntoIterator<Item = T>,
    out: &mut dyn Write,
    make: impl Fn(Vec<T>, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let mut items = items.into_iter();
    loop {
        let shares = (0..SHARES_AT_A_TIME).map(|_| items.by_ref().take(SHARE).collect());
        let shares: Vec<Vec<T>> = shares.take_while(|share: &Vec<T>| !share.is_empty()).collect();
        if shares.is_empty() {
            return Ok(());
        }
        let made = shares.into_par_iter().map(|share| {
            let mut text = Vec::new();
            make(share, &mut text).map(|()| text)
        });
        let texts: Vec<io::Result<Vec<u8>>> = made.collect();
        texts.into_iter().try_for_each(|text| out.write_all(&text?))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_on_many_cores_is_written_in_its_order() {
        for count in [0, 1, SHARE, SHARE + 1, SHARE * SHARES_AT_A_TIME + 1] {
            let mut out = Vec::new();
            let make = |numbers: Vec<usize>, text: &mut Vec<u8>| {
                numbers.iter().try_for_each(|number| writeln!(text, "{number}"))
            };
            write_in_order(0..count, &mut out, make).unwrap();
            let numbers =
                std::str::from_utf8(&out).unwrap().lines().map(|line| line.parse::<usize>().unwrap());
            assert!(numbers.eq(0..count));
        }
    }

    #[test]
    fn what_stands_before_something_that_cannot_be_made_is_written() {
        let mut out = Vec::new();
        let make = |numbers: Vec<usize>, text: &mut Vec<u8>| match numbers.first() {
            Some(0) => writeln!(text, "{}", numbers.len()),
            _ => Err(io::Error::other("cannot")),
        };
        let written = write_in_order(0..2 * SHARE, &mut out, make);
        assert_eq!(written.unwrap_err().to_string(), "cannot");
        assert_eq!(out, format!("{SHARE}\n").into_bytes());
    }
}
