//! What can be seen of a walk while it goes: the story that `trace` tells. Counting does not pass here.

use super::emission::Stretch;
use super::labels::{AlertClass, Ending, Outcome, ReadKind, Reference};
use super::plan::{Detector, Schedule, SupplierId};
use crate::engine::time::Instant;

/// Something that happened to a meter point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The registered supplier changed.
    Registered(SupplierId),
    /// A switch to this supplier was taken back.
    Withdrawn(SupplierId),
    /// DCC's copy shows this supplier from now on.
    CopyShows(SupplierId),
    /// The meter left the WAN, or came back.
    Wan(bool),
    /// A case opened on a device.
    CaseOpened(usize),
    /// A case of a device ended.
    CaseClosed(usize, Ending),
    /// A service request of a supplier, what became of it, and the device that it is for, where it is for one.
    Request(Reference, Outcome, SupplierId, Option<usize>),
    /// A 6.23 was accepted before SSD and waits for it.
    FutureDated(SupplierId, usize),
    /// A 6.23 executed: the device trusts this supplier.
    CertificateChanged(SupplierId, usize),
    /// A neutral certificate took this supplier's place on a device.
    CertificateTaken(SupplierId, usize),
    /// A request for a device waits for the meter's return to the WAN.
    WaitsForWan(Reference, usize),
    /// A device's 6.23 is in quarantine until then.
    Quarantined(usize, Instant),
    /// A command for a device waits until then: throttled, or for a stated capacity of the way south.
    HeldBack(Reference, usize, Instant),
    /// The billing calendar was set anew, or parked.
    CalendarSet(bool),
    /// A DCC schedule was created.
    ScheduleCreated(Schedule),
    /// A DCC schedule was removed, with a notice to its owner or without.
    ScheduleRemoved(Schedule, bool),
    /// The first unwanted alert was delivered.
    FirstUnwanted,
    /// Somebody asked the gaining supplier for its 6.23.
    Asked(Detector),
    /// A 6.23 joined the supplier's backlog.
    JoinedBacklog(SupplierId, usize),
    /// It still waits there at the horizon.
    StillQueued(SupplierId, usize),
    /// Pushed reads to a supplier, or nobody; delivered or not.
    Pushed(ReadKind, Option<SupplierId>, Stretch, bool),
    /// Device alerts with this code to a supplier, or nobody; delivered or not.
    DeviceAlert(u16, Option<SupplierId>, Stretch, bool),
    /// Pulled reads to a supplier.
    Pulled(ReadKind, SupplierId, Stretch),
    /// DCC alerts to a supplier; delivered or not.
    DccAlert(AlertClass, SupplierId, Stretch, bool),
}

/// Sees what happens. The default sees nothing, at no cost.
pub trait Witness {
    /// Takes a note of something at a second (of periodic emissions: the first).
    fn note(&mut self, _at: Instant, _note: Note) {}
}

/// Sees nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Witness for Nobody {}

/// What a witness wrote down.
pub type Notes = Vec<(Instant, Note)>;

impl Witness for Notes {
    fn note(&mut self, at: Instant, note: Note) {
        self.push((at, note));
    }
}

impl<W: Witness> Witness for Option<&mut W> {
    fn note(&mut self, at: Instant, note: Note) {
        if let Some(witness) = self {
            witness.note(at, note);
        }
    }
}
