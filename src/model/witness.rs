//! What can be seen of a walk while it goes, for `trace`. Counting does not use it.

use super::labels::{Ending, Outcome, ReadKind, Reference, Standing};
use super::plan::{Detector, Schedule, SupplierId};
use super::stretch::Stretch;
use crate::engine::time::Instant;

/// Something that happened to a meter point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The registered supplier changed.
    Registered(SupplierId),
    /// A switch to this supplier was taken back.
    Withdrawn(SupplierId),
    /// The DCC's copy shows this supplier from now on.
    CopyShows(SupplierId),
    /// The meter left the WAN, or came back.
    Wan(bool),
    /// A case opened on a device.
    CaseOpened(usize),
    /// A case of a device ended.
    CaseClosed(usize, Ending),
    /// A service request of a supplier, its outcome at the DCC, and the device that it is for, if it is for one.
    Request(Reference, Outcome, SupplierId, Option<usize>),
    /// A command of a supplier for a device did not execute; of a neutral certificate the supplier that it was to
    /// replace.
    InVain(Reference, Why, SupplierId, usize),
    /// A 6.23 was accepted before SSD and waits for it.
    FutureDated(SupplierId, usize),
    /// A 6.23 executed: the device trusts this supplier.
    CertificateChanged(SupplierId, usize),
    /// A neutral certificate replaced this supplier's on a device.
    CertificateTaken(SupplierId, usize),
    /// A request for a device waits for the meter's return to the WAN.
    WaitsForWan(Reference, usize),
    /// A device's 6.23 is in quarantine until then.
    Quarantined(usize, Instant),
    /// A command for a device waits until then: it is throttled, or the stated capacity of the way south is full.
    HeldBack(Reference, usize, Instant),
    /// The billing calendar was set again (true), or parked (false).
    CalendarSet(bool),
    /// A DCC schedule was created.
    ScheduleCreated(Schedule),
    /// A DCC schedule was removed, with a notice to its owner or without.
    ScheduleRemoved(Schedule, bool),
    /// The first unwanted alert was delivered.
    FirstUnwanted,
    /// The gaining supplier was asked for its 6.23.
    Asked(Detector),
    /// A 6.23 joined the supplier's backlog.
    JoinedBacklog(SupplierId, usize),
    /// A 6.23 still waits in the supplier's backlog at the horizon.
    StillQueued(SupplierId, usize),
    /// Pushed reads to a supplier, or without an addressee.
    Pushed(ReadKind, Option<SupplierId>, Stretch, Fate),
    /// Device alerts with this code to a supplier, or without an addressee.
    DeviceAlert(u16, Option<SupplierId>, Stretch, Fate),
    /// Runs of a schedule that brought reads to its owner, which keeps them or discards them.
    Pulled(ReadKind, Schedule, Stretch, bool),
    /// Runs of a schedule that passed the check and brought nothing: off the WAN (true), or without the owner's
    /// certificate.
    RunFailed(Schedule, Stretch, bool),
    /// Runs of a schedule that were refused: an E4 each to its owner, of this standing.
    Refused(Schedule, Standing, Stretch, Fate),
    /// Notices to the owner of a schedule that was removed.
    Notice(Schedule, Stretch, Fate),
}

/// What became of the equal alerts of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Delivered: the first in this second, the others days later.
    Delivered {
        /// The second of its emission, or a later one if the addressee's gateway was away.
        arrives: Instant,
        /// Whether the addressee discards it on receipt; always true if there is no addressee.
        discarded: bool,
    },
    /// At the horizon still undelivered for an outage of the addressee's gateway.
    Held,
    /// Given up because the addressee's gateway stayed away.
    Lost,
    /// Withheld at the DCC.
    Blocked(Stop),
    /// Sent by a meter off the WAN.
    LostOnAir,
}

/// Why an alert is stopped at the DCC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A filter of alerts to suppliers that the DCC's copy does not show (rows 13a to 13c of the mitigations).
    Filter,
    /// Storm protection (row 15).
    StormProtection,
    /// The addressee's own wish (row 14).
    Muted,
}

/// Why a command did not execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The device did not answer.
    NoAnswer,
    /// A command that was released later has executed before.
    Overtaken,
    /// The device trusts a supplier other than its sender.
    NotTrusted,
}

/// Is notified of what happens. The default ignores everything, at no cost.
pub trait Witness {
    /// Takes a note of something at a second (of periodic emissions: the first).
    fn note(&mut self, _at: Instant, _note: Note) {}
}

/// Ignores everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Witness for Nobody {}

/// The notes of a witness, in order.
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
