//! A supplier fails, and its book moves to the supplier of last resort. [`Transfer`](super::Transfer) moves the book.

use super::{InjectionKey, InjectionKind};

/// The row of the registry.
pub const ROW: InjectionKind = InjectionKind {
    name: "supplier-failure",
    about: "the whole book of a failed supplier moves to the supplier of last resort on one date",
    takes: &["losing", "gaining", "supplier"],
    parameters: &[
        InjectionKey { name: "from", about: "local date on which the book moves" },
        InjectionKey {
            name: "gateway-closes",
            about: "time from the transfer until the failed supplier's gateway closes; without it the gateway stays \
                open",
        },
    ],
    strike: None,
    keeps_623_back: false,
};
