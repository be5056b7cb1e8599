//! A supplier sells its book, or a part of it. [`Transfer`](super::Transfer) moves the book.

use super::{InjectionKey, InjectionKind};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "book-transfer",
    about: "a supplier sells its book, or a share of it, on one date or over many days",
    takes: &["losing", "gaining", "supplier"],
    parameters: &[
        InjectionKey { name: "from", about: "first local date of the transfer" },
        InjectionKey { name: "share", about: "share of the book that moves" },
        InjectionKey { name: "over", about: "days over which it moves" },
    ],
    strike: None,
    keeps_623_back: false,
};
