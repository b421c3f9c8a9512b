//! A list that takes few bytes and few allocations, for what is kept of many records until everything has been heard.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

/// What can be kept in a [`Packed`] list: written from texts that it borrows, and read with texts borrowed from the
/// list.
pub(super) trait Packable {
    /// The same, borrowing for so long.
    type Of<'a>: Serialize + Deserialize<'a>;
}

/// A list whose items lie behind one another in as few bytes as they need.
pub(super) struct Packed<T> {
    bytes: Vec<u8>,
    /// Where the last item begins.
    last: usize,
    items: PhantomData<fn() -> T>,
}

impl<T: Packable> Packed<T> {
    /// Appends an item.
    pub(super) fn push(&mut self, item: &T::Of<'_>) {
        let item = postcard::to_stdvec(item).expect("nothing that is kept is without a length");
        self.make_room(item.len());
        self.last = self.bytes.len();
        self.bytes.extend_from_slice(&item);
    }

    /// Appends the items of another list.
    pub(super) fn append(&mut self, later: Self) {
        if self.bytes.is_empty() {
            *self = later;
        } else if !later.bytes.is_empty() {
            self.make_room(later.bytes.len());
            self.last = self.bytes.len() + later.last;
            self.bytes.extend_from_slice(&later.bytes);
        }
    }

    /// There are many lists, and most stay short: they grow by less than the double that is usual.
    fn make_room(&mut self, bytes: usize) {
        if self.bytes.capacity() - self.bytes.len() < bytes {
            self.bytes.reserve_exact(bytes.max(self.bytes.len() / 4));
        }
    }

    /// The items, first to last.
    pub(super) fn iter(&self) -> impl Iterator<Item = T::Of<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            (!rest.is_empty()).then(|| {
                let (item, behind) = unpack::<T>(rest);
                rest = behind;
                item
            })
        })
    }

    /// The last item.
    pub(super) fn last(&self) -> Option<T::Of<'_>> {
        (!self.bytes.is_empty()).then(|| unpack::<T>(&self.bytes[self.last..]).0)
    }
}

fn unpack<T: Packable>(bytes: &[u8]) -> (T::Of<'_>, &[u8]) {
    postcard::take_from_bytes(bytes).expect("items are read as they were written")
}

impl<T> Default for Packed<T> {
    fn default() -> Self {
        Self { bytes: Vec::new(), last: 0, items: PhantomData }
    }
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), ..*self }
    }
}

impl<T> PartialEq for Packed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<T> fmt::Debug for Packed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Packable, Packed};

    struct Note;

    impl Packable for Note {
        type Of<'a> = (u64, Option<&'a str>);
    }

    fn list(notes: &[(u64, Option<&str>)]) -> Packed<Note> {
        let mut list = Packed::default();
        for note in notes {
            list.push(note);
        }
        list
    }

    #[test]
    fn what_is_put_in_comes_out_in_its_order() {
        let notes = [(1, Some("one")), (u64::MAX, None), (0, Some(""))];
        let list = list(&notes);
        assert_eq!(list.iter().collect::<Vec<_>>(), notes);
        assert_eq!(list.last(), Some(notes[2]));
    }

    #[test]
    fn lists_are_joined_and_the_last_item_is_known_wherever_it_came_from() {
        let (one, two) = ((1, Some("one")), (2, Some("two")));
        for (earlier, later) in [(vec![], vec![one, two]), (vec![one], vec![two]), (vec![one, two], vec![])] {
            let mut joined = list(&earlier);
            joined.append(list(&later));
            assert_eq!(joined.iter().collect::<Vec<_>>(), [one, two]);
            assert_eq!(joined.last(), Some(two));
            assert_eq!(joined, list(&[one, two]));
        }
    }

    #[test]
    fn an_empty_list_takes_no_room_and_a_long_one_little_more_than_its_items() {
        let empty = list(&[]);
        assert_eq!((empty.bytes.capacity(), empty.last()), (0, None));
        let long = list(&vec![(7, Some("text")); 1000]);
        assert_eq!(long.bytes.len(), 7 * 1000);
        assert!(long.bytes.capacity() <= 7 * 1250);
    }
}
