//! The totals of a trace, added up from what was noted of a meter.

use std::fmt;

use crate::engine::table::By;
use crate::engine::time::{Instant, Seconds};
use crate::model::emission::Stretch;
use crate::model::labels::{Device, Path, ReadKind, Standing};
use crate::model::ledger::Window;
use crate::model::witness::{Fate, Note};
use crate::text::number::counted;

/// The totals of a trace. The ledger counts the same numbers independently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Leaked reads delivered, by path.
    pub leaked: By<Path, u64>,
    /// Closing reads delivered, by path.
    pub closing: By<Path, u64>,
    /// E4s delivered, by whether the recipient was the registered supplier.
    pub e4: By<Standing, u64>,
    /// Notices of removed schedules delivered.
    pub notices: u64,
    /// Scheduled runs that passed the check but failed on the device.
    pub failed_runs: u64,
    /// Device-seconds of exposure in the window.
    pub exposure: u64,
    /// The same by device.
    pub exposure_of: By<Device, u64>,
}

impl Sums {
    /// Adds up what was noted.
    pub fn of(notes: &[(Instant, Note)], window: &Window) -> Self {
        let mut sums = Self::default();
        let mut opened = [None; 2];
        let exposed = |from: Instant, until: Instant| (until - from.max(window.start)).0.max(0) as u64;
        for (at, note) in notes {
            match note {
                Note::Pushed(kind, _, part, Fate::Delivered { .. }) => sums.read(*kind, Path::Push, part),
                Note::Pulled(kind, _, part, _) => sums.read(*kind, Path::Pull, part),
                Note::Refused(_, standing, part, Fate::Delivered { .. }) => {
                    sums.e4[*standing] += u64::from(part.count);
                }
                Note::Notice(_, part, Fate::Delivered { .. }) => sums.notices += u64::from(part.count),
                Note::RunFailed(_, part, _) => sums.failed_runs += u64::from(part.count),
                Note::CaseOpened(device) => opened[*device] = Some(*at),
                Note::CaseClosed(device, _) => {
                    sums.exposure_of[Device::at(*device)] +=
                        opened[*device].take().map_or(0, |from| exposed(from, *at));
                }
                _ => {}
            }
        }
        for ((_, exposure), from) in sums.exposure_of.each_mut().zip(opened) {
            *exposure += from.map_or(0, |from| exposed(from, window.horizon));
        }
        sums.exposure = sums.exposure_of.values().sum();
        sums
    }

    /// Leaked reads delivered by either path.
    pub fn leaked_reads(&self) -> u64 {
        self.leaked.values().sum()
    }

    /// What DP072 counted: leaked pushed reads, and E4s to a supplier that is not registered.
    pub fn unwanted_alerts(&self) -> u64 {
        self.leaked[Path::Push] + self.e4[Standing::Unregistered]
    }

    fn read(&mut self, kind: ReadKind, path: Path, part: &Stretch) {
        match kind {
            ReadKind::Leaked => self.leaked[path] += u64::from(part.count),
            ReadKind::Closing => self.closing[path] += u64::from(part.count),
            ReadKind::Rightful | ReadKind::Repeated | ReadKind::Orphaned => {}
        }
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: u64, noun: &str| counted(n as usize, noun);
        let (pushed, pulled) = (self.leaked[Path::Push], self.leaked[Path::Pull]);
        write!(
            f,
            "Delivered in total: {} ({pushed} pushed, {pulled} pulled), {}, {}, {}\n{}, {}, exposure {}",
            count(self.leaked_reads(), "leaked read"),
            count(self.e4.values().sum(), "E4"),
            count(self.notices, "notice"),
            count(self.closing.values().sum(), "closing read"),
            count(self.unwanted_alerts(), "unwanted alert"),
            count(self.failed_runs, "failed scheduled run"),
            Seconds(self.exposure as i64)
        )
    }
}
