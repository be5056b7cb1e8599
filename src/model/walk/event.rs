//! The events that lie ahead of a meter, and their order.

use crate::engine::time::Instant;
use crate::model::plan::SupplierId;

/// The rank of placing neutral certificates: after all actions of the gaining supplier.
const NEUTRAL_RANK: u8 = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The meter leaves the WAN (false) or comes back (true).
    Wan(bool),
    /// An event that only splits the stretch: a filter or black hole begins, or a portfolio catches up.
    Split,
    Register(usize),
    Withdraw(usize),
    CopyChange(usize),
    Due(usize, usize),
    Arrive(Command),
    DeleteSchedules(SupplierId),
    CreateSchedules(usize),
    SendDelete(usize),
    SendThin(usize),
    Turn(usize, usize),
    Configure(usize),
    Ask(usize, usize),
    Join(usize, usize),
    PlaceNeutral(usize),
    Sweep(usize, usize),
}

impl Event {
    /// Its order within a second.
    pub(super) fn order(self, at: Instant) -> Order {
        let mut release = (at, false);
        let (rank, kind, switch, device) = match self {
            Event::Wan(_) | Event::Split => (0, 0, 0, 0),
            Event::Register(k) => (1, 0, k, 0),
            Event::Withdraw(k) => (1, 1, k, 0),
            Event::CopyChange(k) => (2, 0, k, 0),
            Event::Due(k, device) => (3, 0, k, device),
            Event::Arrive(command) => {
                release = (command.release, !command.future_dated);
                let (rank, kind) = match command.kind {
                    CommandKind::Cos => (3, 0),
                    CommandKind::Neutral => (3, 1),
                    CommandKind::Thin | CommandKind::Configure => (4, 0),
                };
                (rank, kind, command.switch, command.device)
            }
            Event::DeleteSchedules(_) => (4, 1, 0, 0),
            Event::CreateSchedules(k) => (4, 2, k, 0),
            Event::SendDelete(k) => (6, 0, k, 0),
            Event::SendThin(k) => (6, 1, k, 0),
            Event::Turn(k, device) => (6, 2, k, device),
            Event::Configure(k) => (6, 3, k, 0),
            Event::Ask(k, chase) => (6, 4, k, chase),
            Event::Join(k, device) => (6, 5, k, device),
            Event::Sweep(k, chase) => (6, 6, k, chase),
            Event::PlaceNeutral(k) => (NEUTRAL_RANK, 0, k, 0),
        };
        Order::new(at, rank, release, kind, (switch, device))
    }
}

/// How far a command has come on the way south.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    // At the DCC, which may hold it back.
    Fresh,
    // No longer held back: it arrives at the queue.
    Released,
    // Only a meter off the WAN can delay it.
    Underway,
}

/// A command on its way to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) way: Way,
    pub(super) release: Instant,
    pub(super) future_dated: bool,
    pub(super) switch: usize,
    pub(super) device: usize,
    pub(super) sender: SupplierId,
    pub(super) kind: CommandKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandKind {
    Cos,
    // Replaces the certificate of its `sender` with a neutral one.
    Neutral,
    Thin,
    Configure,
}

/// Second, rank (R2), then the order among equals: release, future-dated before immediate, kind, switch, device (or
/// chase). Packed into one number, because events are compared far more often than they are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order(u128);

impl Order {
    const INSTANT_BITS: u32 = 40;
    const RANK_BITS: u32 = 4;
    // Release, whether immediate, kind, switch and device.
    const REST_BITS: u32 = Self::INSTANT_BITS + 1 + 4 + 16 + 8;

    fn new(
        at: Instant,
        rank: u8,
        (release, immediate): (Instant, bool),
        kind: u8,
        (switch, device): (usize, usize),
    ) -> Self {
        // Forty bits of seconds reach beyond any horizon. Seconds outside them are never before 1970, and never
        // reached.
        let instant = |t: Instant| t.0.clamp(0, (1 << Self::INSTANT_BITS) - 1) as u128;
        let turn = instant(at) << Self::RANK_BITS | u128::from(rank);
        let rest = instant(release) << 29 | u128::from(immediate) << 28 | u128::from(kind) << 24;
        Self(turn << Self::REST_BITS | rest | (switch as u128 & 0xFFFF) << 8 | (device as u128 & 0xFF))
    }

    pub(super) fn at(self) -> Instant {
        Instant((self.0 >> (Self::REST_BITS + Self::RANK_BITS)) as i64)
    }

    pub(super) fn rank(self) -> u8 {
        (self.0 >> Self::REST_BITS) as u8 & 0xF
    }
}
