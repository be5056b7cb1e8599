//! Suppliers as plans name them.

/// A supplier, by its place in the scenario's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierId(pub u16);

/// How far a gaining supplier is with its DCC systems (DP072's root causes 1 and 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A DCC User with a settled process.
    Mature,
    /// A DCC User whose systems or process are not.
    Immature,
    /// Not a DCC User: it cannot send 6.23.
    NonUser,
}

impl Class {
    /// All classes, in the order of their index.
    pub const ALL: [Class; 3] = [Class::Mature, Class::Immature, Class::NonUser];

    /// The name in scenarios and results.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Mature => "mature",
            Class::Immature => "immature",
            Class::NonUser => "non-user",
        }
    }
}
