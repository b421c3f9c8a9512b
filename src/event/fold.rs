//! The contract between a source of events and a question about them.

use super::log_record::Event;
use super::needle::Needle;

/// A question that can be answered in pieces: each piece hears its part of the input, then the pieces are joined in
/// the order of the input.
///
/// The law: cutting the input anywhere, and joining what the parts heard, gives what one fold that heard everything
/// would have. Joining is associative and keeps order; it need not be commutative. Pairing, sorting and judging
/// belong at the end, never on the way: a decision and its result may lie in different parts.
pub trait Fold: Send + Sync {
    /// A fold with the same question that has heard nothing yet.
    #[must_use]
    fn fresh(&self) -> Self;

    /// Hears one event.
    fn add(&mut self, event: &Event<'_>);

    /// Notes a copy of an event that was heard before. A question is about what happened, as a rule, and not about
    /// how often it was recorded.
    fn add_copy(&mut self, _event: &Event<'_>) {}

    /// Texts of which one must stand in a message if any event of it is to matter: a source need not hand out the
    /// events of others. `None` when every event may matter.
    fn needles(&self) -> Option<Vec<Needle>> {
        None
    }

    /// Whether an event of that name, and of that `event.kind` where it is told, may matter: a source need not hand out
    /// the others, nor read what is in them.
    fn is_about(&self, _name: &str, _kind: Option<&str>) -> bool {
        true
    }

    /// Takes in what a fold heard that listened to the part of the input right behind this one's.
    fn join(&mut self, later: Self);
}

impl<A: Fold, B: Fold> Fold for (A, B) {
    fn fresh(&self) -> Self {
        (self.0.fresh(), self.1.fresh())
    }

    fn add(&mut self, event: &Event<'_>) {
        self.0.add(event);
        self.1.add(event);
    }

    fn add_copy(&mut self, event: &Event<'_>) {
        self.0.add_copy(event);
        self.1.add_copy(event);
    }

    fn needles(&self) -> Option<Vec<Needle>> {
        let mut needles = self.0.needles()?;
        for needle in self.1.needles()? {
            // Both may be about the same conversation.
            if !needles.contains(&needle) {
                needles.push(needle);
            }
        }
        Some(needles)
    }

    fn is_about(&self, name: &str, kind: Option<&str>) -> bool {
        self.0.is_about(name, kind) || self.1.is_about(name, kind)
    }

    fn join(&mut self, later: Self) {
        self.0.join(later.0);
        self.1.join(later.1);
    }
}
