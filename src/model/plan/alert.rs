//! Device alerts that a meter raises.

use crate::engine::time::Instant;

/// Alert code of a pushed read, 'Billing Data Log Updated' (domain 3.5); a critical alert.
pub const BILLING_DATA_LOG_UPDATED: u16 = 0x8F0A;

/// A device alert other than a pushed read (R17): it goes to whoever holds the meter's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceAlert {
    /// Its code.
    pub code: u16,
    /// Whether it is critical: a filter by class lets it pass.
    pub critical: bool,
    /// When it is raised.
    pub raised: Raised,
    /// Storm protection withholds it from this second on; by default never.
    pub withheld_from: Option<Instant>,
}

impl DeviceAlert {
    /// An alert that storm protection does not withhold.
    pub const fn new(code: u16, critical: bool, raised: Raised) -> Self {
        Self { code, critical, raised, withheld_from: None }
    }
}

/// When a device alert is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raised {
    /// In this second.
    Once(Instant),
    /// Each day, at this second of the UTC day.
    Daily(u32),
}
