//! The gaining supplier's 6.23, and what the losing supplier cancels.

use crate::engine::time::{DAY, Instant, Seconds};

/// When the gaining supplier means to send 6.23 for one device (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// First sending at this second; before SSD it is future-dated to SSD.
    At(Instant),
    /// Joins the supplier's backlog at this second and goes out at its capacity (R15).
    Queued(Instant),
    /// Never.
    Never,
}

/// The 6.23 of one device: when the gaining supplier means to send it, and what delays it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CosRequest {
    /// The first sending.
    pub sending: Sending,
    /// From an immediate request's sending to its execution, at least 1 s (R1); by default 1 s.
    pub latency: Seconds,
    /// The number of attempts that fail on the device before one succeeds (R11); by default 0.
    pub fails: u32,
    /// From a refusal or a failed attempt to the next one; by default a day.
    pub retry: Seconds,
    /// How the DCC holds it back on its way (row 16 of the mitigations); by default not at all.
    pub throttle: Option<Throttle>,
}

impl CosRequest {
    /// A request that succeeds at its first attempt, a second after it was sent.
    pub const fn new(sending: Sending) -> Self {
        Self { sending, latency: Seconds(1), fails: 0, retry: DAY, throttle: None }
    }
}

/// How the DCC holds back service requests when its network is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// For how long.
    pub delay: Seconds,
    /// Only while more than this share, in thousandths, of the stated capacity of a minute has been asked for in the
    /// last minute. Where no capacity is stated, requests are always held back.
    pub above: u16,
}

/// What the losing supplier means to cancel, and whether it may do so late (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cancelling {
    /// When it sends 5.3 for its schedules.
    pub deletes_schedules: Option<Instant>,
    /// When it sends the 6.8 that thins its billing calendar.
    pub thins_calendar: Option<Instant>,
    /// From this second on the DCC lets its critical commands pass although it has lost the meter (row 12 of the
    /// mitigations).
    pub late_passes_from: Option<Instant>,
}
