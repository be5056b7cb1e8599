//! What a ledger counts with, and the one list of counters from which a ledger's fields, its empty state and its merge
//! derive.

use std::collections::BTreeMap;

use super::labels::Channel;
use super::window::Window;
use crate::engine::bins::MinuteBins;
use crate::engine::digest::Fingerprint;
use crate::engine::merge::Merge;
use crate::engine::table::{By, Label};
use crate::engine::time::Instant;

/// A counter of a ledger.
pub trait Counter: Merge {
    /// The counter before anything is counted in a window.
    fn empty(window: &Window) -> Self;
}

macro_rules! empty_by_default {
    ($([$($of:tt)*] $type:ty),+ $(,)?) => {$(
        impl<$($of)*> Counter for $type {
            fn empty(_: &Window) -> Self {
                Self::default()
            }
        }
    )+};
}

empty_by_default! {
    [] u64,
    [] Fingerprint,
    [T: Merge + Clone] Vec<T>,
    [T: Merge + Clone] Option<T>,
    [K: Ord + Copy, V: Merge + Clone] BTreeMap<K, V>,
}

impl<L: Label, T: Counter> Counter for By<L, T> {
    fn empty(window: &Window) -> Self {
        Self::from_fn(|_| T::empty(window))
    }
}

impl Counter for MinuteBins<Channel> {
    fn empty(window: &Window) -> Self {
        Self::new(window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day())
    }
}

/// Declares a struct of counters with its [`Merge`] from one list of fields. With a leading `window: Window`, it is a
/// ledger: it can be empty for a window, and name the counters in which two of them differ.
macro_rules! counters {
    (
        $(#[$doc:meta])*
        $name:ident {
            $(#[$wdoc:meta])*
            window: Window,
            $($(#[$fdoc:meta])* $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        pub struct $name {
            $(#[$wdoc])*
            pub window: Window,
            $($(#[$fdoc])* pub $field: $type,)+
        }

        impl $name {
            /// The names of the counters.
            pub const COUNTERS: &'static [&'static str] = &[$(stringify!($field)),+];

            /// Nothing counted yet.
            pub fn new(window: Window) -> Self {
                Self { $($field: $crate::model::counters::Counter::empty(&window),)+ window }
            }

            /// The names of the counters that differ from another ledger's.
            pub fn differing(&self, other: &Self) -> Vec<&'static str> {
                let differs = [$((stringify!($field), self.$field != other.$field)),+];
                differs.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
            }
        }

        /// The other ledger must cover the same window.
        impl $crate::engine::merge::Merge for $name {
            fn merge(&mut self, other: &Self) {
                $($crate::engine::merge::Merge::merge(&mut self.$field, &other.$field);)+
            }

            fn take_out(&mut self, part: &Self) {
                $($crate::engine::merge::Merge::take_out(&mut self.$field, &part.$field);)+
            }

            fn is_nothing(&self) -> bool {
                [$($crate::engine::merge::Merge::is_nothing(&self.$field)),+].into_iter().all(|nothing| nothing)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)+
        }

        impl $crate::engine::merge::Merge for $name {
            #[inline]
            fn merge(&mut self, other: &Self) {
                $($crate::engine::merge::Merge::merge(&mut self.$field, &other.$field);)+
            }

            fn take_out(&mut self, part: &Self) {
                $($crate::engine::merge::Merge::take_out(&mut self.$field, &part.$field);)+
            }

            fn is_nothing(&self) -> bool {
                [$($crate::engine::merge::Merge::is_nothing(&self.$field)),+].into_iter().all(|nothing| nothing)
            }
        }

        impl $crate::model::counters::Counter for $name {
            fn empty(_: &Window) -> Self {
                Self::default()
            }
        }
    };
}
pub(crate) use counters;
