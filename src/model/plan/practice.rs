//! How suppliers read a meter: billing calendars and DCC schedules.

use super::declare::plan;
use super::{Recurrence, SupplierId};
use crate::engine::time::{Day, Instant, Seconds};

/// A billing calendar (6.8): a snapshot at local midnight, pushed `offset` later (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Local dates of the snapshots.
    pub due: Recurrence,
    /// Elapsed seconds from midnight to the push, below a day.
    pub offset: Seconds,
}

/// The service request that a DCC schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// 4.6.1 Retrieve Import Daily Read Log.
    DailyReadLog,
    /// 4.8.1 Read Active Import Profile Data.
    Profile,
    /// 4.14 Read Prepayment Daily Read Log.
    PrepaymentLog,
    /// 4.17 Retrieve Daily Consumption Log.
    ConsumptionLog,
}

impl Reading {
    /// All of them.
    pub const ALL: [Reading; 4] =
        [Reading::DailyReadLog, Reading::Profile, Reading::PrepaymentLog, Reading::ConsumptionLog];

    /// The service reference variant.
    pub const fn reference(self) -> &'static str {
        match self {
            Reading::DailyReadLog => "4.6.1",
            Reading::Profile => "4.8.1",
            Reading::PrepaymentLog => "4.14",
            Reading::ConsumptionLog => "4.17",
        }
    }

    /// Whether a run carries the last local midnight rather than the second of the run (R5).
    pub const fn carries_midnight(self) -> bool {
        !matches!(self, Reading::Profile)
    }
}

/// A DCC schedule (5.1): run by the DSP at a second of the UTC day (R5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The supplier that is checked against the DCC's copy and receives the read or the E4.
    pub owner: SupplierId,
    /// What a run reads.
    pub reads: Reading,
    /// UTC dates of the runs.
    pub due: Recurrence,
    /// Second of the UTC day, below 86,400.
    pub second: u32,
    /// The dates between which it runs.
    pub term: Term,
}

impl Schedule {
    /// A schedule that runs every day at this second of the UTC day, without end.
    pub fn daily(owner: SupplierId, reads: Reading, second: u32) -> Self {
        Self { owner, reads, due: Recurrence::daily(), second, term: Term::default() }
    }

    /// Whether its last date has passed.
    pub fn is_over(&self, at: Instant) -> bool {
        self.term.last.is_some_and(|last| last < at.utc_day())
    }
}

/// The UTC dates between which a schedule runs, both included; the default is without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Term {
    /// No run before this date.
    pub first: Option<Day>,
    /// No run after this date: from the next UTC midnight on the schedule is gone.
    pub last: Option<Day>,
}

/// When the DSP removes a supplier's schedules (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleRemoval {
    /// When a 6.23 succeeds on the device that holds them.
    CosSuccess,
    /// When the DCC's copy changes.
    Ssd,
    /// Never.
    Never,
}

plan! {
    /// How a supplier reads a meter: its billing calendar, its DCC schedules, or both. By default it reads nothing.
    #[derive(Debug, PartialEq, Eq, Default)]
    pub struct Practice {
        /// Billing calendar; `None` is a parked one.
        pub calendar: Option<Calendar>,
        /// DCC schedules.
        pub schedules: Vec<Schedule>,
    }
}
