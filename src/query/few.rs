//! A list that has one element, as a rule, or a few.

use std::ops::{Deref, DerefMut};

/// Without room to spare: adding an element moves the others, and so it is for lists that stay short.
#[derive(Clone, Debug)]
pub(super) struct Few<T>(Box<[T]>);

impl<T> Few<T> {
    /// Adds an element behind the others.
    pub(super) fn push(&mut self, element: T) {
        let mut all = std::mem::take(&mut self.0).into_vec();
        all.reserve_exact(1);
        all.push(element);
        self.0 = all.into_boxed_slice();
    }

    /// The elements, to be taken apart.
    pub(super) fn into_vec(self) -> Vec<T> {
        self.0.into_vec()
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn elements_stay_in_the_order_they_came_in() {
        let mut few = Few::default();
        assert!(few.is_empty());
        few.push("one");
        few.push("two");
        few[0] = "1";
        assert_eq!(few.clone().into_vec(), ["1", "two"]);
    }
}
