//! Suppliers as plans name them.

use crate::engine::random::mix;

/// A supplier, by its place in the scenario's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierId(pub u16);

/// Names the draws of a supplier, whatever its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierName(u64);

impl SupplierName {
    /// The draws of a market that belong to no supplier.
    pub const NONE: Self = Self(0);

    /// The name of the supplier with this id.
    ///
    /// ```
    /// use meterchurn::model::plan::SupplierName;
    ///
    /// assert_eq!(SupplierName::of("large-1"), SupplierName::of("large-1"));
    /// assert_ne!(SupplierName::of("large-1"), SupplierName::of("large-2"));
    /// ```
    pub fn of(id: &str) -> Self {
        Self(id.bytes().fold(1, |name, byte| mix(name ^ u64::from(byte))))
    }

    /// 61 bits that name it among suppliers.
    pub(crate) const fn bits(self) -> u64 {
        self.0 >> 3
    }
}

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
