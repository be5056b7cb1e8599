//! Outages between a meter and its suppliers.

use super::SupplierId;
use crate::engine::time::Instant;

/// A time in which a supplier's gateway takes nothing (R16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayOutage {
    /// Whose gateway.
    pub supplier: SupplierId,
    /// First second.
    pub from: Instant,
    /// First second after it.
    pub until: Instant,
}
