//! Tables indexed by the variants of an enum, so that a counter is addressed by its labels and never by a number.

use std::fmt;
use std::ops::{Index, IndexMut};

/// An enum whose variants index a [`By`].
pub trait Label: Copy + 'static {
    /// One `T` for each label: an array.
    type Table<T>: AsRef<[T]> + AsMut<[T]>;

    /// Every label, in the order of its index.
    const ALL: &'static [Self];

    /// The number of labels.
    const COUNT: usize = Self::ALL.len();

    /// The position in [`Label::ALL`].
    fn index(self) -> usize;

    /// The name in results.
    fn name(self) -> &'static str;

    /// A table of the values that `value` returns, called in the order of [`Label::ALL`].
    fn table<T>(value: impl FnMut(Self) -> T) -> Self::Table<T>;
}

/// Makes a label of an enum without fields that has `ALL` and `name`.
macro_rules! label {
    ($name:ident) => {
        impl $crate::engine::table::Label for $name {
            type Table<T> = [T; $name::ALL.len()];
            const ALL: &'static [Self] = &$name::ALL;

            #[inline]
            fn index(self) -> usize {
                self as usize
            }

            fn name(self) -> &'static str {
                $name::name(self)
            }

            fn table<T>(mut value: impl FnMut(Self) -> T) -> Self::Table<T> {
                std::array::from_fn(|index| value($name::ALL[index]))
            }
        }
    };
}
pub(crate) use label;

/// Declares an enum whose variants are labels, each with its name in results.
macro_rules! index {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident => $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every variant, in the order of its index.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The number of variants.
            pub const COUNT: usize = Self::ALL.len();
            /// The name in results.
            pub const fn name(self) -> &'static str { match self { $($name::$variant => $text),+ } }
        }
        $crate::engine::table::label!($name);
    };
}
pub(crate) use index;

/// The only label of what has no labels.
impl Label for () {
    type Table<T> = [T; 1];
    const ALL: &'static [()] = &[()];

    fn index(self) -> usize {
        0
    }

    fn name(self) -> &'static str {
        ""
    }

    fn table<T>(mut value: impl FnMut(()) -> T) -> [T; 1] {
        [value(())]
    }
}

/// One `T` for each label of `L`, kept in place without allocation. Tables nest: `By<Row, By<Column, u64>>` is indexed
/// by `table[row][column]`.
pub struct By<L: Label, T>(L::Table<T>);

impl<L: Label, T> By<L, T> {
    /// The table of the values that `value` returns, called in the order of the labels.
    pub fn from_fn(value: impl FnMut(L) -> T) -> Self {
        Self(L::table(value))
    }

    /// Each label with its value, in the order of the labels.
    pub fn each(&self) -> impl DoubleEndedIterator<Item = (L, &T)> + Clone {
        L::ALL.iter().copied().zip(self.values())
    }

    /// Each label with its value, in the order of the labels.
    pub fn each_mut(&mut self) -> impl Iterator<Item = (L, &mut T)> {
        L::ALL.iter().copied().zip(self.0.as_mut())
    }

    /// The values, in the order of their labels.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.0.as_ref().iter()
    }

    /// The table of what `value` makes of each value.
    pub fn map<U>(&self, mut value: impl FnMut(&T) -> U) -> By<L, U> {
        By::from_fn(|label| value(&self[label]))
    }
}

impl<L: Label, T> Index<L> for By<L, T> {
    type Output = T;

    #[inline]
    fn index(&self, label: L) -> &T {
        &self.0.as_ref()[label.index()]
    }
}

impl<L: Label, T> IndexMut<L> for By<L, T> {
    #[inline]
    fn index_mut(&mut self, label: L) -> &mut T {
        &mut self.0.as_mut()[label.index()]
    }
}

impl<L: Label, T: Clone> Clone for By<L, T> {
    fn clone(&self) -> Self {
        self.map(T::clone)
    }
}

impl<L: Label, T: Copy> Copy for By<L, T> where L::Table<T>: Copy {}

impl<L: Label, T: Default> Default for By<L, T> {
    fn default() -> Self {
        Self::from_fn(|_| T::default())
    }
}

impl<L: Label, T: PartialEq> PartialEq for By<L, T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref() == other.0.as_ref()
    }
}

impl<L: Label, T: Eq> Eq for By<L, T> {}

impl<L: Label, T: fmt::Debug> fmt::Debug for By<L, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.each().map(|(label, value)| (label.name(), value))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    index! {
        /// Two labels.
        Side {
            /// The first.
            Left => "left",
            /// The second.
            Right => "right",
        }
    }

    #[test]
    fn each_label_has_its_own_value() {
        let mut table = By::<Side, By<Side, u64>>::default();
        table[Side::Left][Side::Right] += 2;
        table[Side::Right][Side::Left] += 3;
        let sums: Vec<(Side, u64)> = table.each().map(|(side, row)| (side, row.values().sum())).collect();
        assert_eq!(sums, [(Side::Left, 2), (Side::Right, 3)]);
        assert_eq!(table[Side::Left].map(|n| n + 1), By::from_fn(|side| if side == Side::Right { 3 } else { 1 }));
    }

    #[test]
    fn a_table_is_printed_by_the_names_of_its_labels() {
        assert_eq!(format!("{:?}", By::from_fn(|side: Side| side.index())), r#"{"left": 0, "right": 1}"#);
    }

    #[test]
    fn a_table_takes_no_more_memory_than_its_values() {
        assert_eq!(size_of::<By<Side, By<Side, u64>>>(), Side::COUNT * Side::COUNT * size_of::<u64>());
    }
}
