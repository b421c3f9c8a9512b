//! Which conversations can be told in one reading of the input, with few of their events in memory at a time?

use std::collections::HashMap;

use super::by_conversation::ByConversation;
use super::conversation_story::{Pass, Role};
use crate::event::{Event, EventFilter, Fold, Location};

/// Hears which part of the input each conversation spans.
#[derive(Clone, Debug, Default)]
pub struct StoryPlan {
    filter: EventFilter,
    spans: ByConversation<Span>,
}

/// The part of the input in which the events of a conversation lie that its story is made of.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: Location,
    last: Location,
    events: u64,
}

impl Default for Span {
    /// No part.
    fn default() -> Self {
        let end = Location { file: u32::MAX, line: u64::MAX, record: u32::MAX, byte_offset: u64::MAX };
        Self { first: end, last: Location::default(), events: 0 }
    }
}

impl StoryPlan {
    /// Plans stories of what `filter` admits.
    #[must_use]
    pub fn new(filter: EventFilter) -> Self {
        Self { filter, ..Self::default() }
    }

    /// Divides the conversations, in the order in which they are to be told, into passes in which no more than
    /// `most_events` are held back: a conversation is told when all of it, and all before it, was heard. One that has
    /// more by itself has none beside it.
    #[must_use]
    pub fn passes(self, in_order: impl IntoIterator<Item = Option<String>>, most_events: u64) -> Vec<Pass> {
        let spans: HashMap<Option<String>, Box<Span>> = self.spans.into_sorted().into_iter().collect();
        let mut passes = Vec::new();
        let mut pass = Pass::new();
        // Where each conversation of the pass is told, which only goes on, and how many events there are up to it.
        let mut told: Vec<(Location, u64)> = Vec::new();
        for id in in_order {
            let span = spans.get(&id).map_or_else(Span::default, |span| **span);
            let events_before = |place: usize| place.checked_sub(1).map_or(0, |last| told[last].1);
            let gone = events_before(told.partition_point(|(at, _)| *at < span.first));
            let mut events = events_before(told.len());
            if !pass.is_empty() && events - gone + span.events > most_events {
                passes.push(std::mem::take(&mut pass));
                told.clear();
                events = 0;
            }
            let at = told.last().map_or(span.last, |(at, _)| span.last.max(*at));
            told.push((at, events + span.events));
            pass.insert(id, span.last);
        }
        if !pass.is_empty() {
            passes.push(pass);
        }
        passes
    }
}

impl Fold for StoryPlan {
    fn fresh(&self) -> Self {
        Self::new(self.filter.clone())
    }

    fn add(&mut self, event: &Event<'_>) {
        if Role::of(event, &self.filter).is_some() {
            let span = self.spans.of(event.conversation_id());
            span.first = span.first.min(event.location);
            span.last = span.last.max(event.location);
            span.events += 1;
        }
    }

    fn join(&mut self, later: Self) {
        self.spans.join(later.spans, |span, later| {
            span.first = span.first.min(later.first);
            span.last = span.last.max(later.last);
            span.events += later.events;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The passes over an input in which each letter is an event of that conversation.
    fn passes(input: &str, order: &str, most_events: u64) -> Vec<String> {
        let mut plan = StoryPlan::default();
        for (line, id) in (0..).zip(input.chars()) {
            let location = Location { line, ..Location::default() };
            let mut one = StoryPlan::default();
            *one.spans.of(Some(&id.to_string())) = Span { first: location, last: location, events: 1 };
            plan.join(one);
        }
        let passes = plan.passes(order.chars().map(|id| Some(id.to_string())), most_events);
        passes.into_iter().map(|pass| pass.into_keys().flatten().collect()).collect()
    }

    #[test]
    fn conversations_that_lie_behind_one_another_are_told_in_one_reading() {
        assert_eq!(passes("aaabbbccc", "abc", 3), ["abc"]);
        assert_eq!(passes("aababbcbcc", "abc", 7), ["abc"]);
    }

    #[test]
    fn what_would_be_held_back_too_long_waits_for_another_reading() {
        assert_eq!(passes("abbbcccda", "abcd", 4), ["a", "bcd"]);
        assert_eq!(passes("aaabbbccc", "cba", 3), ["c", "b", "a"]);
    }

    #[test]
    fn a_conversation_of_more_events_than_may_be_held_is_told_without_others_beside_it() {
        assert_eq!(passes("abbbbbcbc", "abc", 2), ["a", "b", "c"]);
    }

    #[test]
    fn a_conversation_of_which_nothing_was_heard_is_told_with_the_others() {
        assert_eq!(passes("ab", "axb", 2), ["abx"]);
    }
}
