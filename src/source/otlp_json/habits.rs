//! What stands between the values of a record, as a rule: learned from the records before.
//!
//! Writers keep an order of attributes for each kind of event, so that what comes next can be guessed, and compared in
//! one go. A guess costs time when it is wrong, and never an answer: what is guessed is compared whole.

use super::cursor::{Cursor, Declined, Read, Type};
use crate::event::Key;

/// What followed what so far.
pub(super) struct Habits {
    steps: Vec<Step>,
    /// Where to go on behind a value that tells the kinds of events apart.
    behind_value: [Place; Self::VALUES],
}

/// One of the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(u16);

struct Step {
    /// All that stands between the value before and what this step is about.
    text: Box<str>,
    to: To,
    /// What came behind it the last times, newest first.
    next: [Place; 3],
    behind_run: Place,
}

/// Where a step leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    /// To a value of that type, under a key that stands there in the text of the step.
    Value { known: Option<Key>, key: Span, of_type: Type },
    /// To the end of the attributes.
    EndOfAttributes,
    /// To the end of the record, with its place in Codex's source standing there in the text of the step.
    EndOfRecord { callsite: Span },
}

/// Where something stands in the text of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: u16,
    end: u16,
}

impl Span {
    /// So many bytes that end there.
    pub(super) fn ending(end: usize, bytes: usize) -> Read<Self> {
        let place = |place: usize| u16::try_from(place).map_err(|_| Declined);
        Ok(Self { start: place(end - bytes)?, end: place(end)? })
    }

    pub(super) fn of(self, text: &str) -> &str {
        &text[usize::from(self.start)..usize::from(self.end)]
    }
}

impl Habits {
    /// Before the first attribute.
    pub(super) const FIRST: Place = Place(0);
    /// With so many steps, everything is learned anew: hostile text must not take all memory.
    const MOST: usize = 4096;
    const VALUES: usize = 256;

    pub(super) fn new() -> Self {
        let mut habits = Self { steps: Vec::new(), behind_value: [Self::FIRST; Self::VALUES] };
        habits.forget();
        habits
    }

    /// Makes ready for another record. What was learned is forgotten when it is too much.
    #[inline]
    pub(super) fn make_room(&mut self) {
        if self.steps.len() >= Self::MOST {
            self.forget();
        }
    }

    /// Goes on if what comes next is what came behind that place before.
    #[inline]
    pub(super) fn go_on(&self, place: Place, at: &mut Cursor<'_>) -> Option<(Place, To)> {
        let next = self.step(place).next;
        let next = next.into_iter().take_while(|place| *place != Place::NONE);
        let mut next = next.map(|place| (place, self.step(place)));
        next.find(|(_, step)| at.eat_joint(&step.text)).map(|(place, step)| (place, step.to))
    }

    /// Remembers what came behind a place.
    pub(super) fn learn(&mut self, behind: Place, text: &str, to: To) -> Place {
        let new = self.add(text, to);
        if behind != Place::NOWHERE && new != Place::NOWHERE {
            let next = &mut self.steps[usize::from(behind.0)].next;
            *next = [new, next[0], next[1]];
        }
        new
    }

    /// The place behind a value that tells what kind of event it is.
    pub(super) fn behind_value(&mut self, place: Place, value: &str) -> Place {
        let end =
            value.as_bytes().last_chunk::<8>().map_or(value.len() as u64, |end| u64::from_le_bytes(*end));
        let spread = (end ^ u64::from(place.0)).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        let slot = usize::from(spread[0]) % Self::VALUES;
        if self.behind_value[slot] == Place::NONE {
            self.behind_value[slot] = self.add("", To::EndOfAttributes);
        }
        self.behind_value[slot]
    }

    /// The place behind a run of attributes that begins at that place.
    pub(super) fn behind_run(&mut self, place: Place) -> Place {
        if self.step(place).behind_run == Place::NONE {
            self.steps[usize::from(place.0)].behind_run = self.add("", To::EndOfAttributes);
        }
        self.step(place).behind_run
    }

    fn step(&self, place: Place) -> &Step {
        &self.steps[usize::from(place.0)]
    }

    /// Adds a step, if there is room: a record can have ten thousands of attributes.
    fn add(&mut self, text: &str, to: To) -> Place {
        let Ok(place) = u16::try_from(self.steps.len()) else { return Place::NOWHERE };
        self.steps.push(Step { text: text.into(), to, next: [Place::NONE; 3], behind_run: Place::NONE });
        Place(place)
    }

    fn forget(&mut self) {
        self.steps.clear();
        self.behind_value = [Place::NONE; Self::VALUES];
        for _ in [Self::FIRST, Place::NOWHERE] {
            self.add("", To::EndOfAttributes);
        }
    }
}

impl Place {
    /// Nobody comes back to the first place.
    const NONE: Self = Habits::FIRST;
    /// Where nothing is foreseen.
    const NOWHERE: Self = Self(1);
}
