//! The changes of state that make up a meter's fingerprint, by number.

use super::Walk;

/// A change of state that enters the fingerprint. Fingerprints are stored, so a change keeps its number for ever, and
/// a number is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::model) enum Change {
    /// The meter leaves the WAN (0) or comes back (1).
    Wan = 1,
    /// This supplier is registered.
    Registered = 2,
    /// The switch to this supplier is withdrawn.
    Withdrawn = 3,
    /// The DCC's copy shows this supplier.
    CopyShows = 4,
    /// A case opens on this device.
    CaseOpened = 5,
    /// A case closes: the device, and twice the ending.
    CaseClosed = 6,
    /// A 6.23 executes: twice the supplier, and the device.
    CertificateChanged = 7,
    /// The billing calendar is set (1) or parked (0) by the gaining supplier, thinned (3) or parked (2) by the losing
    /// one.
    CalendarSet = 8,
    /// This many schedules are removed.
    SchedulesRemoved = 9,
    /// This supplier's schedules are created.
    SchedulesCreated = 10,
    /// A service request: 256 times the reference, and the outcome.
    Request = 11,
    /// A neutral certificate executes on this device.
    CertificateTaken = 12,
}

impl Walk<'_> {
    /// Adds a change of state to the fingerprint. `detail` is defined in the description of the change.
    pub(super) fn trail(&mut self, change: Change, detail: u64) {
        self.hash.event(self.now.0, change as u8, detail);
    }
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn numbers_of_changes_are_those_of_the_stored_fingerprints() {
        use Change::*;
        let all = [
            Wan,
            Registered,
            Withdrawn,
            CopyShows,
            CaseOpened,
            CaseClosed,
            CertificateChanged,
            CalendarSet,
            SchedulesRemoved,
            SchedulesCreated,
            Request,
            CertificateTaken,
        ];
        assert_eq!(all.map(|change| change as u8), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
}
