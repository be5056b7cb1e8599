//! Adding the counts of one part of a simulation to those of another.

use std::collections::BTreeMap;

use super::digest::Fingerprint;
use super::table::{By, Label};

/// Counts that add up. Parts merge to the same whole in any order and grouping, and can be taken out of it again.
pub trait Merge {
    /// Adds the counts of another part.
    fn merge(&mut self, other: &Self);

    /// Takes out the counts of a part that was added before. What is left equals what was never merged with it.
    fn take_out(&mut self, part: &Self);

    /// Whether nothing is counted.
    fn is_nothing(&self) -> bool;
}

impl Merge for u64 {
    fn merge(&mut self, other: &Self) {
        *self += other;
    }

    fn take_out(&mut self, part: &Self) {
        *self -= part;
    }

    fn is_nothing(&self) -> bool {
        *self == 0
    }
}

impl Merge for Fingerprint {
    fn merge(&mut self, other: &Self) {
        self.add_all(*other);
    }

    fn take_out(&mut self, part: &Self) {
        self.subtract_all(*part);
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl<L: Label, T: Merge> Merge for By<L, T> {
    fn merge(&mut self, other: &Self) {
        self.each_mut().zip(other.values()).for_each(|((_, mine), theirs)| mine.merge(theirs));
    }

    fn take_out(&mut self, part: &Self) {
        self.each_mut().zip(part.values()).for_each(|((_, mine), theirs)| mine.take_out(theirs));
    }

    fn is_nothing(&self) -> bool {
        self.values().all(T::is_nothing)
    }
}

impl<T: Merge, const N: usize> Merge for [T; N] {
    fn merge(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(mine, theirs)| mine.merge(theirs));
    }

    fn take_out(&mut self, part: &Self) {
        self.iter_mut().zip(part).for_each(|(mine, theirs)| mine.take_out(theirs));
    }

    fn is_nothing(&self) -> bool {
        self.iter().all(T::is_nothing)
    }
}

/// Counts by number; an entry past the end of a list counts nothing.
impl<T: Merge + Clone> Merge for Vec<T> {
    fn merge(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(mine, theirs)| mine.merge(theirs));
        self.extend_from_slice(other.get(self.len()..).unwrap_or_default());
    }

    fn take_out(&mut self, part: &Self) {
        self.iter_mut().zip(part).for_each(|(mine, theirs)| mine.take_out(theirs));
        while self.last().is_some_and(T::is_nothing) {
            self.pop();
        }
    }

    fn is_nothing(&self) -> bool {
        self.iter().all(T::is_nothing)
    }
}

/// Counts by key; a key that is not there counts nothing.
impl<K: Ord + Copy, V: Merge + Clone> Merge for BTreeMap<K, V> {
    fn merge(&mut self, other: &Self) {
        for (key, theirs) in other {
            self.entry(*key).and_modify(|mine| mine.merge(theirs)).or_insert_with(|| theirs.clone());
        }
    }

    fn take_out(&mut self, part: &Self) {
        for (key, theirs) in part {
            if let Some(mine) = self.get_mut(key) {
                mine.take_out(theirs);
                if mine.is_nothing() {
                    self.remove(key);
                }
            }
        }
    }

    fn is_nothing(&self) -> bool {
        self.values().all(V::is_nothing)
    }
}

/// Counts that only some runs ask for; `None` counts nothing.
impl<T: Merge + Clone> Merge for Option<T> {
    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine @ None, Some(_)) => mine.clone_from(other),
            (_, None) => {}
        }
    }

    fn take_out(&mut self, part: &Self) {
        if let (Some(mine), Some(theirs)) = (self, part) {
            mine.take_out(theirs);
        }
    }

    fn is_nothing(&self) -> bool {
        self.as_ref().is_none_or(T::is_nothing)
    }
}

impl<T: Merge + ?Sized> Merge for Box<T> {
    fn merge(&mut self, other: &Self) {
        (**self).merge(other);
    }

    fn take_out(&mut self, part: &Self) {
        (**self).take_out(part);
    }

    fn is_nothing(&self) -> bool {
        (**self).is_nothing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` and `b` merged, which must not depend on which comes first, and from which each can be taken again.
    fn merged<T: Merge + Clone + PartialEq + std::fmt::Debug>(a: T, b: T) -> T {
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);
        assert_eq!(ab, ba);
        ba.take_out(&b);
        assert!(ba == a || a.is_nothing() && ba.is_nothing());
        ab
    }

    #[test]
    fn a_list_grows_to_the_longer_part() {
        assert_eq!(merged(vec![1, 2], vec![10, 20, 30]), [11, 22, 30]);
    }

    #[test]
    fn keys_of_either_part_are_kept() {
        let counts = merged(BTreeMap::from([(1, 1), (2, 2)]), BTreeMap::from([(2, 20), (3, 30)]));
        assert_eq!(counts, BTreeMap::from([(1, 1), (2, 22), (3, 30)]));
    }

    #[test]
    fn a_part_that_was_not_asked_for_adds_nothing() {
        assert_eq!(merged(Some(1), None), Some(1));
        assert_eq!(merged(Some(1), Some(2)), Some(3));
        assert_eq!(merged::<Option<u64>>(None, None), None);
    }
}
