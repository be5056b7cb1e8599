//! What policies add to plans: filters, black-holing, neutral certificates, and the chasing of gaining suppliers.

use super::{BILLING_DATA_LOG_UPDATED, DeviceAlert};
use crate::engine::time::{Instant, Seconds};

/// Who notices that a 6.23 is missing (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// The losing supplier, from the delivery of the first unwanted alert since SSD.
    LosingSupplier,
    /// The DCC's monitoring, from SSD; it sees only whether a 6.23 was sent.
    Monitoring,
    /// The DSP, from the first pushed read since SSD that it carries to a supplier that the DCC's copy does not show.
    Passing,
    /// A sweep that reads the certificates of meters on the WAN, at the chase's `from` and at this period after it.
    Sweep(Seconds),
}

/// One way in which the gaining supplier is chased (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chase {
    /// Who notices.
    pub detector: Detector,
    /// From what the detector sees to the ask.
    pub detection: Seconds,
    /// From the ask to the sending; `None` if there is no response.
    pub response: Option<Seconds>,
    /// No ask comes before this second.
    pub from: Instant,
}

/// What the DCC withholds from a supplier that its copy does not show (rows 13a–c of the mitigations).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// In force from this second.
    pub from: Instant,
    /// Which device alerts pass.
    pub passes: Passes,
    /// Whether E4s and notices are in its scope.
    pub dcc_alerts: bool,
}

/// Which device alerts a filter lets through to an unregistered supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passes {
    /// Critical ones, 0x8F0A among them.
    Critical,
    /// None.
    Nothing,
    /// Those whose code is listed.
    Codes(Vec<u16>),
}

impl Filter {
    /// Whether a pushed read to a supplier that the DCC's copy does not show is withheld.
    pub fn blocks_pushed_reads(&self) -> bool {
        self.passes.blocks(BILLING_DATA_LOG_UPDATED, true)
    }

    /// Whether another device alert to such a supplier is withheld.
    pub fn blocks_alert(&self, alert: &DeviceAlert) -> bool {
        self.passes.blocks(alert.code, alert.critical)
    }
}

impl Passes {
    /// Whether an alert with a code is withheld.
    pub fn blocks(&self, code: u16, critical: bool) -> bool {
        match self {
            Passes::Critical => !critical,
            Passes::Nothing => true,
            Passes::Codes(codes) => !codes.contains(&code),
        }
    }
}

/// A supplier that discards on receipt what does not belong to its own portfolio (row 10 of the mitigations).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlackHole {
    /// In force from this second.
    pub from: Instant,
    /// How long the portfolio lags after a meter has come back.
    pub portfolio_lag: Seconds,
}

/// A neutral certificate, which belongs to no supplier, in place of a losing supplier's (row 25 of the mitigations).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neutral {
    /// For switches from this second on.
    pub from: Instant,
    /// From SSD to its sending; not before the DCC's copy is current.
    pub after: Seconds,
}
