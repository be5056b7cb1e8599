//! Runs many meter points: each alone where nothing couples them, and by the agenda where a supplier's capacity makes
//! their order matter (R15). Both ways give the same result, which a test checks.

use std::collections::BTreeSet;

use super::civil::{Civil, is_working_day};
use super::ledger::Ledger;
use super::plan::{MeterId, MeterPlan, SupplierId};
use super::walk::{Around, Joining, OPENING_RANK, Walk};
use super::window::Window;
use super::witness::{Nobody, Note, Notes, Witness};
use crate::engine::agenda::Agenda;
use crate::engine::time::{Instant, Seconds};

/// How a supplier works off a backlog of 6.23s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// 6.23s sent at each opening; `None` sends all of them.
    pub capacity: Option<u64>,
    /// From local midnight to the opening, on Monday to Friday except bank holidays.
    pub opening: Seconds,
    /// The threshold at one opening above which the DCC treats 6.23s as an anomaly and quarantines the rest.
    pub anomaly: Option<Anomaly>,
    /// Whether 6.23s of prepay meters go before all others.
    pub prepay_first: bool,
}

/// Anomaly detection of the CoS Party (domain 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anomaly {
    /// The number of 6.23s that pass at one opening.
    pub threshold: u64,
    /// How long the others are held before they go on.
    pub quarantine: Seconds,
}

/// How far each meter is walked alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// Each meter is walked alone until a 6.23 joins a backlog, or to its end.
    Alone,
    /// The agenda takes every step of every meter.
    Agenda,
}

/// Actors of the agenda. At the same second and rank meters act by number, then suppliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Actor {
    Meter(u32),
    Supplier(SupplierId),
}

/// The priority of work in a backlog. It is compared before age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Priority {
    Prepay,
    None,
}

/// Work in a backlog, oldest first within a priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    priority: Priority,
    intended: Instant,
    meter: u32,
    device: usize,
    switch: usize,
    user_from: Option<Instant>,
}

/// A meter that is followed through a run of all meters, with its notes and its own ledger. Of several copies, the
/// first is followed.
#[derive(Debug)]
pub struct Followed {
    /// Which meter.
    pub meter: MeterId,
    /// Its own ledger. It counts in no other.
    pub ledger: Ledger,
    /// What happened to it.
    pub notes: Notes,
}

impl Followed {
    /// A meter to be followed, with an empty ledger and no notes.
    pub fn new(meter: MeterId, window: Window) -> Self {
        Self { meter, ledger: Ledger::new(window), notes: Notes::new() }
    }
}

/// Runs `meters` over the window of `ledger`.
pub fn run(meters: &[MeterPlan], desks: &[Desk], around: Around<'_>, drive: Drive, ledger: &mut Ledger) {
    run_following(meters, desks, around, drive, ledger, None);
}

/// Runs `meters` as [`run`] does and follows one of them, if it is among those that the agenda drives.
pub fn run_following(
    meters: &[MeterPlan],
    desks: &[Desk],
    around: Around<'_>,
    drive: Drive,
    ledger: &mut Ledger,
    followed: Option<&mut Followed>,
) {
    let (start, horizon) = (ledger.window.start, ledger.window.horizon);
    let mut by_agenda = Vec::new();
    for plan in meters {
        if plan.is_coupled() {
            by_agenda.extend((0..plan.copies).map(|copy| Walk::new(plan, 1, start, horizon, around).of_copy(copy)));
        } else if drive == Drive::Agenda {
            by_agenda.push(Walk::new(plan, plan.copies, start, horizon, around));
        } else {
            Walk::new(plan, plan.copies, start, horizon, around).finish(ledger, &mut Nobody);
        }
    }
    if !by_agenda.is_empty() {
        by_agenda.sort_by_key(Walk::id);
        let place = |f: &mut Followed| by_agenda.iter().position(|walk| walk.id() == f.meter);
        let followed = followed.and_then(|f| Some((place(f)? as u32, f)));
        Office {
            followed,
            drive,
            walks: by_agenda.into_iter().map(Some).collect(),
            desks,
            civil: around.civil,
            backlogs: vec![BTreeSet::new(); desks.len()],
            agenda: Agenda::default(),
        }
        .run(ledger);
    }
}

struct Office<'a> {
    // `None` once a walk has reached its end.
    walks: Vec<Option<Walk<'a>>>,
    drive: Drive,
    followed: Option<(u32, &'a mut Followed)>,
    desks: &'a [Desk],
    civil: &'a Civil,
    backlogs: Vec<BTreeSet<Work>>,
    agenda: Agenda<Actor>,
}

impl Office<'_> {
    fn run(mut self, ledger: &mut Ledger) {
        for meter in 0..self.walks.len() as u32 {
            self.schedule(meter, ledger);
        }
        while let Some(turn) = self.agenda.take_next() {
            if turn.at >= ledger.window.horizon {
                break;
            }
            match turn.key {
                Actor::Meter(meter) => {
                    let (books, mut witness) = books(&mut self.followed, meter, ledger);
                    let walk = &mut self.walks[meter as usize];
                    if let Some(joining) = walk.as_mut().and_then(|walk| walk.step(books, &mut witness)) {
                        self.join(meter, joining);
                    }
                    self.schedule(meter, ledger);
                }
                Actor::Supplier(supplier) => self.open(supplier, turn.at, ledger),
            }
        }
        for (backlog, supplier) in self.backlogs.iter().zip((0..).map(SupplierId)) {
            for work in backlog {
                ledger.waited(supplier, work.intended, ledger.window.horizon, self.civil);
                let (ledger, mut witness) = books(&mut self.followed, work.meter, ledger);
                witness.note(ledger.window.horizon, Note::StillQueued(supplier, work.device));
            }
        }
        for (meter, walk) in (0..).zip(self.walks).filter_map(|(meter, walk)| Some((meter, walk?))) {
            let (ledger, mut witness) = books(&mut self.followed, meter, ledger);
            walk.finish(ledger, &mut witness);
        }
    }

    /// Sets a meter's turn. While none of its 6.23s waits in a backlog the meter goes on to where one joins a backlog,
    /// or to its end: it meets others only there.
    fn schedule(&mut self, meter: u32, ledger: &mut Ledger) {
        let place = &mut self.walks[meter as usize];
        let Some(walk) = place else { return };
        if self.drive == Drive::Alone && !walk.waits_in_backlog() {
            let (books, mut witness) = books(&mut self.followed, meter, ledger);
            if !walk.goes_to_joining(books, &mut witness) {
                if let Some(walk) = place.take() {
                    walk.finish(books, &mut witness);
                }
                return self.agenda.cancel(Actor::Meter(meter));
            }
        }
        match walk.next() {
            Some((at, rank)) => self.agenda.set(Actor::Meter(meter), at, rank),
            None => self.agenda.cancel(Actor::Meter(meter)),
        }
    }

    fn join(&mut self, meter: u32, joining: Joining) {
        let Joining { supplier, intended, user_from, prepay, prepay_first, switch, device } = joining;
        let goes_first = prepay && (prepay_first || self.desks[supplier.0 as usize].prepay_first);
        let priority = if goes_first { Priority::Prepay } else { Priority::None };
        let backlog = &mut self.backlogs[supplier.0 as usize];
        backlog.insert(Work { priority, intended, meter, device, switch, user_from });
        if backlog.len() == 1 {
            self.set_opening(supplier, intended);
        }
    }

    fn set_opening(&mut self, supplier: SupplierId, from: Instant) {
        let at = next_opening(&self.desks[supplier.0 as usize], self.civil, from);
        self.agenda.set(Actor::Supplier(supplier), at, OPENING_RANK);
    }

    fn open(&mut self, supplier: SupplierId, at: Instant, ledger: &mut Ledger) {
        let Desk { capacity, anomaly, .. } = self.desks[supplier.0 as usize];
        let mut sent = 0;
        // Nothing joins during an opening, so ready work can be taken in parts up to the remaining capacity.
        loop {
            let left = capacity.map_or(usize::MAX, |capacity| usize::try_from(capacity - sent).unwrap_or(usize::MAX));
            let is_ready = |work: &&Work| work.user_from.is_none_or(|from| from <= at);
            let ready: Vec<Work> =
                self.backlogs[supplier.0 as usize].iter().filter(is_ready).take(left).copied().collect();
            if ready.is_empty() {
                break;
            }
            for work in ready {
                let quarantine = anomaly.filter(|anomaly| sent >= anomaly.threshold).map(|anomaly| anomaly.quarantine);
                sent += u64::from(self.grant(supplier, work, at, quarantine, ledger));
            }
        }
        if !self.backlogs[supplier.0 as usize].is_empty() {
            self.set_opening(supplier, at + Seconds(1));
        }
    }

    /// Takes work out of a backlog and gives it its turn. Returns whether that took capacity.
    fn grant(
        &mut self,
        supplier: SupplierId,
        work: Work,
        at: Instant,
        quarantine: Option<Seconds>,
        ledger: &mut Ledger,
    ) -> bool {
        self.backlogs[supplier.0 as usize].remove(&work);
        ledger.waited(supplier, work.intended, at, self.civil);
        let Work { meter, device, switch, .. } = work;
        let (books, mut witness) = books(&mut self.followed, meter, ledger);
        let walk = &mut self.walks[meter as usize];
        let sent = walk.as_mut().is_some_and(|walk| walk.grant(at, (switch, device), quarantine, books, &mut witness));
        self.schedule(meter, ledger);
        sent
    }
}

/// The ledger and the witness that a meter reports to.
fn books<'l>(
    followed: &'l mut Option<(u32, &mut Followed)>,
    meter: u32,
    all: &'l mut Ledger,
) -> (&'l mut Ledger, Option<&'l mut Notes>) {
    match followed {
        Some((place, followed)) if *place == meter => (&mut followed.ledger, Some(&mut followed.notes)),
        _ => (all, None),
    }
}

/// The first opening at or after `from`.
pub fn next_opening(desk: &Desk, civil: &Civil, from: Instant) -> Instant {
    let mut day = civil.date(from);
    loop {
        let at = civil.midnight(day) + desk.opening;
        if at >= from && is_working_day(day) {
            return at;
        }
        day = day.plus(1);
    }
}
