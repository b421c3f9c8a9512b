//! Hands rows out in time order within each conversation, while the input is still being read.
//!
//! What is held grows with the number of conversations, by an id each, and not with the input.
//!
//! Records of a conversation come out of order: a request's records are grouped by scope, batches overtake each other.
//! Rows are held back a while; each conversation's rows then take the places that its rows had in the input, the
//! earliest first. Disorder over a longer stretch than what is held back cannot be mended so; it is counted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::event::EventOrder;

/// A row is held back until so many bytes of the input have followed it.
const HELD_INPUT_BYTES: u64 = 4 * 1024 * 1024;

/// Rows on their way out.
#[derive(Debug)]
pub struct InTimeOrder<R> {
    /// `None` to hold all to the end.
    hold_bytes: Option<usize>,
    held_bytes: usize,
    /// Whose turn it is, in the order of the input, and how many bytes of that had been read before the row came.
    turns: VecDeque<(Option<String>, u64)>,
    input_bytes: u64,
    waiting: BTreeMap<Option<String>, BinaryHeap<Reverse<Held<R>>>>,
    last_out: BTreeMap<Option<String>, EventOrder>,
    out_of_order: u64,
}

#[derive(Debug)]
struct Held<R> {
    order: EventOrder,
    bytes: usize,
    row: R,
}

impl<R> PartialEq for Held<R> {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl<R> Eq for Held<R> {}

impl<R> PartialOrd for Held<R> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for Held<R> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

impl<R> InTimeOrder<R> {
    /// Holds rows back until there are more than `hold_bytes` of them, or until some megabytes of the input have
    /// followed; without a number, to the end.
    #[must_use]
    pub fn holding(hold_bytes: Option<usize>) -> Self {
        Self {
            hold_bytes,
            held_bytes: 0,
            turns: VecDeque::new(),
            input_bytes: 0,
            waiting: BTreeMap::new(),
            last_out: BTreeMap::new(),
            out_of_order: 0,
        }
    }

    /// Takes in the next row of the input, of about so many bytes.
    pub fn push(&mut self, conversation: Option<&str>, order: EventOrder, bytes: usize, row: R) {
        let conversation = conversation.map(str::to_owned);
        self.held_bytes += bytes;
        self.waiting.entry(conversation.clone()).or_default().push(Reverse(Held { order, bytes, row }));
        self.turns.push_back((conversation, self.input_bytes));
    }

    /// So many more bytes of the input have been read, the rows pushed since the last time in them.
    pub fn input_read(&mut self, bytes: usize) {
        self.input_bytes += bytes as u64;
    }

    /// The next row that need not be held back any longer.
    pub fn next_ready(&mut self) -> Option<R> {
        let followed_by = self.input_bytes - self.turns.front()?.1;
        let is_ready =
            self.hold_bytes.is_some_and(|most| self.held_bytes > most || followed_by >= HELD_INPUT_BYTES);
        if is_ready { self.next_held() } else { None }
    }

    /// The next row, however short it was held back: for the end of the input.
    pub fn next_held(&mut self) -> Option<R> {
        let (conversation, _) = self.turns.pop_front()?;
        let heap = self.waiting.get_mut(&conversation)?;
        let Reverse(held) = heap.pop()?;
        if heap.is_empty() {
            self.waiting.remove(&conversation);
        }
        self.held_bytes -= held.bytes;
        match self.last_out.get_mut(&conversation) {
            Some(last) if held.order < *last => self.out_of_order += 1,
            Some(last) => *last = held.order,
            None => {
                self.last_out.insert(conversation, held.order);
            }
        }
        Some(held.row)
    }

    /// How many rows came out later than a row of their conversation that happened after them.
    #[must_use]
    pub fn out_of_order(&self) -> u64 {
        self.out_of_order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Location, UnixNano};

    fn order(time: u64, line: u64) -> EventOrder {
        EventOrder::new(UnixNano::new(time), Location { line, ..Location::default() })
    }

    fn all(rows: &mut InTimeOrder<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| rows.next_held()).collect()
    }

    #[test]
    fn each_conversation_keeps_its_places_and_fills_them_in_time_order() {
        let mut rows = InTimeOrder::holding(Some(100));
        rows.push(Some("a"), order(2, 1), 1, "a2");
        rows.push(Some("b"), order(9, 2), 1, "b9");
        rows.push(Some("a"), order(1, 3), 1, "a1");
        assert_eq!(rows.next_ready(), None);
        assert_eq!(all(&mut rows), ["a1", "b9", "a2"]);
        assert_eq!(rows.out_of_order(), 0);
    }

    #[test]
    fn within_one_moment_the_order_of_the_input_is_kept() {
        let mut rows = InTimeOrder::holding(Some(100));
        rows.push(None, order(1, 1), 1, "first");
        rows.push(None, order(1, 2), 1, "second");
        assert_eq!(all(&mut rows), ["first", "second"]);
    }

    #[test]
    fn a_row_leaves_when_enough_of_the_input_has_passed() {
        let mut rows = InTimeOrder::holding(Some(100));
        rows.push(None, order(1, 1), 1, "rare");
        for _ in 0..4 {
            assert_eq!(rows.next_ready(), None);
            rows.input_read(1024 * 1024);
        }
        assert_eq!(rows.next_ready(), Some("rare"));
    }

    #[test]
    fn memory_is_bounded_and_disorder_beyond_it_is_counted() {
        let mut rows = InTimeOrder::holding(Some(1));
        rows.push(None, order(2, 1), 1, "late");
        rows.push(None, order(3, 2), 1, "later");
        assert_eq!(rows.next_ready(), Some("late"));
        assert_eq!(rows.next_ready(), None);
        rows.push(None, order(1, 3), 1, "early");
        assert_eq!(all(&mut rows), ["early", "later"]);
        assert_eq!(rows.out_of_order(), 1);
    }
}
