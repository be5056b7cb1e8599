//! Runs many meter points, each alone, also where a supplier's capacity makes their order matter (R15). The agenda is
//! the reference: it takes every step in the order of time. Both ways give the same result, which a test checks.

use std::collections::{BTreeSet, VecDeque};

use super::civil::Civil;
use super::desk::{Desk, Joining, next_opening};
use super::interplay::{Interplay, South};
use super::ledger::Ledger;
use super::plan::{MeterPlan, SupplierId};
use super::walk::{Around, OPENING_RANK, Walk};
use super::witness::Nobody;
use crate::engine::agenda::Agenda;
use crate::engine::time::{Instant, Seconds};

/// How meters are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// Each meter is walked alone, with the turns that its 6.23s get in suppliers' backlogs.
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

/// Work in a backlog, in the desk's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    // Whether others go first, and when it was meant to be sent.
    order: (bool, Instant),
    meter: u32,
    device: usize,
    switch: usize,
    user_from: Option<Instant>,
}

/// Runs `meters` over the window of `ledger`, behind a queue before the way south that others make, if there is one.
pub fn run(meters: &[MeterPlan], desks: &[Desk], around: Around<'_>, drive: Drive, ledger: &mut Ledger) {
    match drive {
        Drive::Agenda => Office::of(meters, desks, around, ledger).run(ledger),
        Drive::Alone => {
            let south = around.south.map_or(South::Free, South::Known);
            Interplay::of(meters, around.civil, desks.to_vec(), south, ledger);
        }
    }
}

/// The reference: the agenda takes every step of every meter.
struct Office<'a> {
    // `None` once a walk has reached its end.
    walks: Vec<Option<Walk<'a>>>,
    desks: &'a [Desk],
    civil: &'a Civil,
    backlogs: Vec<BTreeSet<Work>>,
    // Of each supplier, the day's work that is going out.
    sending: Vec<Option<Sending>>,
    agenda: Agenda<Actor>,
}

/// What a supplier sends after an opening.
struct Sending {
    opening: Instant,
    // What was ready at the opening, in the desk's order.
    ready: VecDeque<Work>,
    sent: u64,
}

impl<'a> Office<'a> {
    fn of(meters: &'a [MeterPlan], desks: &'a [Desk], around: Around<'a>, ledger: &Ledger) -> Self {
        let (start, horizon) = (ledger.window.start, ledger.window.horizon);
        let mut walks = Vec::new();
        for plan in meters {
            if plan.is_coupled() {
                walks.extend((0..plan.copies).map(|copy| Walk::new(plan, 1, start, horizon, around).of_copy(copy)));
            } else {
                walks.push(Walk::new(plan, plan.copies, start, horizon, around));
            }
        }
        walks.sort_by_key(Walk::id);
        Self {
            walks: walks.into_iter().map(Some).collect(),
            desks,
            civil: around.civil,
            backlogs: vec![BTreeSet::new(); desks.len()],
            sending: desks.iter().map(|_| None).collect(),
            agenda: Agenda::default(),
        }
    }

    fn run(mut self, ledger: &mut Ledger) {
        for meter in 0..self.walks.len() as u32 {
            self.schedule(meter);
        }
        while let Some(turn) = self.agenda.take_next() {
            if turn.at >= ledger.window.horizon {
                break;
            }
            match turn.key {
                Actor::Meter(meter) => {
                    let walk = &mut self.walks[meter as usize];
                    if let Some(joining) = walk.as_mut().and_then(|walk| walk.step(ledger, &mut Nobody)) {
                        self.join(meter, joining);
                    }
                    self.schedule(meter);
                }
                Actor::Supplier(supplier) => self.open(supplier, turn.at, ledger),
            }
        }
        for (backlog, supplier) in self.backlogs.iter().zip((0..).map(SupplierId)) {
            for work in backlog {
                ledger.waited(supplier, work.order.1, ledger.window.horizon, self.civil);
            }
        }
        self.walks.into_iter().flatten().for_each(|walk| walk.finish(ledger, &mut Nobody));
    }

    /// Sets a meter's turn.
    fn schedule(&mut self, meter: u32) {
        match self.walks[meter as usize].as_ref().and_then(Walk::next) {
            Some((at, rank)) => self.agenda.set(Actor::Meter(meter), at, rank),
            None => self.agenda.cancel(Actor::Meter(meter)),
        }
    }

    fn join(&mut self, meter: u32, joining: Joining) {
        let Joining { supplier, intended, user_from, switch, device, .. } = joining;
        let (switch, device) = (usize::from(switch), usize::from(device));
        let order = joining.order(&self.desks[supplier.0 as usize]);
        let backlog = &mut self.backlogs[supplier.0 as usize];
        backlog.insert(Work { order, meter, device, switch, user_from });
        if backlog.len() == 1 && self.sending[supplier.0 as usize].is_none() {
            self.set_opening(supplier, intended);
        }
    }

    fn set_opening(&mut self, supplier: SupplierId, from: Instant) {
        let at = next_opening(&self.desks[supplier.0 as usize], self.civil, from);
        self.agenda.set(Actor::Supplier(supplier), at, OPENING_RANK);
    }

    /// The supplier opens, or goes on sending.
    fn open(&mut self, supplier: SupplierId, at: Instant, ledger: &mut Ledger) {
        let place = supplier.0 as usize;
        let desk = self.desks[place];
        let is_ready = |work: &&Work| work.user_from.is_none_or(|from| from <= at);
        let opened =
            || Sending { opening: at, ready: self.backlogs[place].iter().filter(is_ready).copied().collect(), sent: 0 };
        let mut sending = self.sending[place].take().unwrap_or_else(opened);
        while desk.capacity.is_none_or(|capacity| sending.sent < capacity) && !sending.ready.is_empty() {
            let next = desk.sends(sending.opening, sending.sent);
            if next > at {
                self.agenda.set(Actor::Supplier(supplier), next, OPENING_RANK);
                self.sending[place] = Some(sending);
                return;
            }
            let Some(work) = sending.ready.pop_front() else { break };
            let anomaly = desk.anomaly.filter(|anomaly| sending.sent >= anomaly.threshold);
            sending.sent +=
                u64::from(self.grant(supplier, work, at, anomaly.map(|anomaly| anomaly.quarantine), ledger));
        }
        if !self.backlogs[place].is_empty() {
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
        ledger.waited(supplier, work.order.1, at, self.civil);
        let Work { meter, device, switch, .. } = work;
        let walk = &mut self.walks[meter as usize];
        let grant = |walk: &mut Walk<'_>| walk.grant(at, (switch, device), quarantine, ledger, &mut Nobody);
        let sent = walk.as_mut().is_some_and(grant);
        self.schedule(meter);
        sent
    }
}
