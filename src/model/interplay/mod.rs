//! Meters that act on one another: through the backlog of a supplier (R15), and through the way south when its capacity
//! is stated.
//!
//! What a meter does depends on others only by the turns that its 6.23s get at suppliers' desks, and by the seconds in
//! which its commands leave for the way south. Both are known once all meters are walked. So the meters are walked with
//! what is expected, and those to which that does not apply are walked once more, until it applies to all. Effects
//! never precede their causes, so each round settles at least the next opening or the next second. What 64 rounds do
//! not settle is reported.

mod held;

use self::held::Held;
use super::attend::{Joined, attend};
use super::civil::Civil;
use super::course;
use super::desk::{Desk, Turn, Waiting, turns};
use super::ledger::Ledger;
use super::plan::{MeterId, MeterPlan};
use super::south::{Demand, SouthQueue, WaySouth};
use super::walk::{Around, Walk};
use super::witness::{Nobody, Witness};
use crate::engine::merge::Merge;
use crate::engine::time::Instant;

/// The most rounds in which the queue before the way south changes. Minutes that are still unsettled then are counted.
const MOST_ROUNDS: u32 = 64;
/// How often turns are worked out before the first walk of the meters that have them.
const MOST_OUTLOOKS: usize = 6;

/// Where the plans of meters come from.
pub trait Plans {
    /// Passes on the plan of a meter, which is one of those that were walked or held.
    fn with(&self, meter: MeterId, then: &mut dyn FnMut(&MeterPlan));
}

/// What commands meet on the way south.
#[derive(Debug)]
pub enum South<'a> {
    /// No capacity is stated: nothing waits.
    Free,
    /// A queue that is known, because others make it.
    Known(&'a SouthQueue),
    /// The queue that these meters make.
    Made(Box<Made>),
}

/// A queue that the meters of a run make.
#[derive(Debug)]
pub struct Made {
    way: WaySouth,
    // The shares of its capacity above which commands are held back.
    shares: Vec<u16>,
    // The queue behind which the meters have been walked.
    queue: SouthQueue,
    // Meters that have been walked behind another queue and fare otherwise behind this one, ascending, and that queue.
    outdated: Option<(SouthQueue, Vec<MeterId>)>,
}

impl South<'_> {
    /// The queue that the meters of a run make. The background is the first to ask. `shares` are those above which a
    /// throttle holds commands back.
    pub fn made(way: WaySouth, shares: Vec<u16>) -> Self {
        let queue = SouthQueue::new(&way, &Demand::default(), &shares);
        Self::Made(Box::new(Made { way, shares, queue, outdated: None }))
    }
}

/// The meters of a run that act on one another.
#[derive(Debug)]
pub struct Interplay<'a> {
    civil: &'a Civil,
    desks: Vec<Desk>,
    south: South<'a>,
    held: Vec<Held>,
    // How many of them have been walked.
    begun: usize,
}

/// What is to be walked once more.
#[derive(Debug, Default)]
struct Due {
    // Places of held meters, ascending, with the turns that the others leave them, if these may be other turns.
    held: Vec<(usize, Option<Vec<Option<Turn>>>)>,
    // Other meters, ascending.
    others: Vec<MeterId>,
}

/// What later walks count, and what the walks counted that they replace.
struct Corrections {
    added: Ledger,
    replaced: Ledger,
}

impl Corrections {
    /// None yet.
    fn to(ledger: &Ledger) -> Self {
        Self { added: Ledger::empty_like(ledger), replaced: Ledger::empty_like(ledger) }
    }

    /// Walks meters that have no turns as they were walked, which replaces that, and in other surroundings.
    fn walk_others(&mut self, meters: Vec<MeterId>, plans: &impl Plans, before: Around<'_>, after: Around<'_>) {
        for meter in meters {
            plans.with(meter, &mut |plan| {
                course::count(plan, &mut self.replaced, before);
                course::count(plan, &mut self.added, after);
            });
        }
    }

    /// Changes what asks for the way south accordingly. Returns whether that is a change.
    fn change(&mut self, demand: &mut Demand) -> bool {
        let (added, replaced) = (take_demand(&mut self.added), take_demand(&mut self.replaced));
        demand.merge(&added);
        demand.take_out(&replaced);
        added != replaced
    }
}

impl<'a> Interplay<'a> {
    /// No meters yet.
    pub fn new(civil: &'a Civil, desks: Vec<Desk>, south: South<'a>) -> Self {
        Self { civil, desks, south, held: Vec::new(), begun: 0 }
    }

    /// All these meters, walked and settled. Each has a number of its own.
    pub fn of(meters: &[MeterPlan], civil: &'a Civil, desks: Vec<Desk>, south: South<'a>, ledger: &mut Ledger) -> Self {
        let mut interplay = Self::new(civil, desks, south);
        for plan in meters {
            interplay.take(plan, ledger);
        }
        interplay.expect(ledger);
        let plans = InMemory::new(meters);
        for plan in &plans.plans {
            interplay.begin(plan, ledger);
        }
        interplay.settle(&plans, ledger);
        interplay
    }

    /// What surrounds a meter that has no turns: civil time, and the queue before the way south.
    pub fn around(&self) -> Around<'_> {
        Around { civil: self.civil, south: self.queue() }
    }

    /// The queue before the way south, if its capacity is stated.
    pub fn queue(&self) -> Option<&SouthQueue> {
        match &self.south {
            South::Free => None,
            South::Known(queue) => Some(queue),
            South::Made(made) => Some(&made.queue),
        }
    }

    /// The same, for good. None that others made.
    pub fn into_queue(self) -> Option<SouthQueue> {
        match self.south {
            South::Made(made) => Some(made.queue),
            South::Free | South::Known(_) => None,
        }
    }

    /// Walks a meter that has no turns, or holds the copies of any other. Returns whether it was walked.
    pub fn take(&mut self, plan: &MeterPlan, ledger: &mut Ledger) -> bool {
        if plan.is_coupled() {
            self.held.extend(Held::copies(plan, ledger.window.horizon));
            return false;
        }
        course::count(plan, ledger, self.around());
        true
    }

    /// Works out the turns and the queue that are to be expected, once all meters were taken.
    pub fn expect(&mut self, ledger: &Ledger) {
        self.held.sort_by_key(|held| (held.meter, held.copy()));
        for _ in 0..MOST_OUTLOOKS {
            let (turns, mut from, mut is_news) = (self.turns(ledger.window.horizon), 0, false);
            for held in &mut self.held {
                let own = &turns[from..from + held.joinings()];
                from += own.len();
                held.set_turns(own);
                is_news |= held.expect(ledger.window.horizon);
            }
            if !is_news {
                break;
            }
        }
        let South::Made(made) = &mut self.south else { return };
        let mut demand = ledger.demand().cloned().unwrap_or_default();
        self.held.iter().for_each(|held| held.ask(ledger.window.start, &mut demand));
        demand.tidy();
        let queue = SouthQueue::new(&made.way, &demand, &made.shares);
        let outdated = ascending(made.queue.faring_otherwise(&queue, ledger.demand().unwrap_or(&demand)));
        made.outdated = Some((std::mem::replace(&mut made.queue, queue), outdated));
    }

    /// Walks the copies of a meter if they are the next among those held, by number. Returns whether they are.
    pub fn begin(&mut self, plan: &MeterPlan, ledger: &mut Ledger) -> bool {
        let from = self.begun;
        while self.held.get(self.begun).is_some_and(|held| held.meter == plan.id) {
            let joined = self.walk(plan, &self.held[self.begun], self.around(), ledger, &mut Nobody);
            self.held[self.begun].keep(&joined);
            self.begun += 1;
        }
        self.begun > from
    }

    /// Walks meters again until each has the turns and waits that the others leave it. Before, all were taken, what is
    /// to be expected was worked out, and those held have begun.
    pub fn settle(&mut self, plans: &impl Plans, ledger: &mut Ledger) {
        let (mut demand, horizon) = (take_demand(ledger), ledger.window.horizon);
        let mut corrections: Option<Corrections> = None;
        if let South::Made(made) = &mut self.south
            && let Some((before, meters)) = made.outdated.take()
        {
            let corrections = corrections.get_or_insert_with(|| Corrections::to(ledger));
            corrections.walk_others(meters, plans, self.behind(Some(&before)), self.around());
            corrections.change(&mut demand);
        }
        // Whether others may have changed the turns and the queue since they were worked out.
        let (mut changes_turns, mut changes_demand, mut rounds) = (true, true, 0);
        loop {
            let turns = changes_turns.then(|| self.turns(horizon));
            let queue = match &self.south {
                South::Made(made) if changes_demand => {
                    demand.tidy();
                    Some(SouthQueue::new(&made.way, &demand, &made.shares))
                }
                _ => None,
            };
            let asking = queue.as_ref().map_or(Vec::new(), |queue| self.faring_otherwise(&demand, queue));
            let gives_up = !asking.is_empty() && rounds == MOST_ROUNDS;
            let due = self.due(turns.as_deref(), if gives_up { &[] } else { &asking });
            let is_settled = due.held.is_empty() && due.others.is_empty();
            if !is_settled {
                rounds += u32::from(!asking.is_empty() && !gives_up);
                let corrections = corrections.get_or_insert_with(|| Corrections::to(ledger));
                let queue = queue.as_ref().filter(|_| !gives_up);
                changes_turns = self.walk_again(due, queue, plans, corrections);
                changes_demand = corrections.change(&mut demand) || gives_up;
            }
            if let (South::Made(made), Some(queue)) = (&mut self.south, queue) {
                // Then the queue is that of what is asked for, and some commands were walked behind another one.
                if gives_up && is_settled {
                    ledger.unsettled_minutes = made.queue.differing_minutes(&queue);
                }
                if !gives_up || is_settled {
                    made.queue = queue;
                }
            }
            if is_settled {
                break;
            }
        }
        if let Some(Corrections { added, replaced }) = corrections {
            ledger.merge(&added);
            ledger.take_out(&replaced);
        }
        if let Some(place) = ledger.traffic.as_mut().and_then(|traffic| traffic.demand_mut()) {
            *place = demand;
        }
    }

    /// Walks meters as they were walked, which replaces that, and with other turns and behind another queue, if there
    /// is one. Returns whether something joins otherwise.
    fn walk_again(
        &mut self,
        due: Due,
        queue: Option<&SouthQueue>,
        plans: &impl Plans,
        corrections: &mut Corrections,
    ) -> bool {
        let mut joins_otherwise = false;
        for (place, turns) in due.held {
            plans.with(self.held[place].meter, &mut |plan| {
                self.walk(plan, &self.held[place], self.around(), &mut corrections.replaced, &mut Nobody);
                turns.iter().for_each(|turns| self.held[place].set_turns(turns));
                let after = self.behind(queue);
                let joined = self.walk(plan, &self.held[place], after, &mut corrections.added, &mut Nobody);
                joins_otherwise |= self.held[place].keep(&joined);
            });
        }
        corrections.walk_others(due.others, plans, self.around(), self.behind(queue));
        joins_otherwise
    }

    fn behind<'q>(&'q self, queue: Option<&'q SouthQueue>) -> Around<'q> {
        Around { south: queue.or(self.queue()), ..self.around() }
    }

    /// The meters of which a command would fare otherwise behind another queue, ascending.
    fn faring_otherwise(&self, demand: &Demand, queue: &SouthQueue) -> Vec<MeterId> {
        self.queue().map_or(Vec::new(), |present| ascending(present.faring_otherwise(queue, demand)))
    }

    /// What is to be walked again: held meters whose turns are to be others, and meters of which a command fares
    /// otherwise.
    fn due(&self, turns: Option<&[Option<Turn>]>, asking: &[MeterId]) -> Due {
        let mut due = Due::default();
        let (mut from, mut is_held) = (0, vec![false; asking.len()]);
        for (place, held) in self.held.iter().enumerate() {
            let asks = asking.binary_search(&held.meter);
            if let Ok(asks) = asks {
                is_held[asks] = true;
            }
            let until = from + held.joinings();
            let own = turns.map(|turns| &turns[from..until]);
            if asks.is_ok() || own.is_some_and(|own| !held.has_turns(own)) {
                due.held.push((place, own.map(<[_]>::to_vec)));
            }
            from = until;
        }
        let others = asking.iter().zip(is_held).filter(|(_, is_held)| !is_held);
        due.others = others.map(|(meter, _)| *meter).collect();
        due
    }

    /// The turns of all that joined or is expected to join backlogs, meter by meter.
    fn turns(&self, horizon: Instant) -> Vec<Option<Turn>> {
        let waiting = self.held.iter().flat_map(|held| {
            let of = |Joined { joining, takes_capacity, .. }| Waiting {
                meter: (held.meter, held.copy()),
                joining,
                takes_capacity,
            };
            held.joined().map(of)
        });
        turns(waiting, &self.desks, self.civil, horizon)
    }

    /// Walks a copy of a meter that is held. Returns what joined.
    fn walk(
        &self,
        plan: &MeterPlan,
        held: &Held,
        around: Around<'_>,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) -> Vec<Joined> {
        let walk = Walk::new(plan, 1, ledger.window.start, ledger.window.horizon, around).of_copy(held.copy());
        let joined: Vec<Joined> = held.joined().collect();
        attend(walk, &joined, &self.desks, self.civil, ledger, witness)
    }

    /// Walks the first copy of a meter once more, once all are settled.
    pub fn follow(&self, plan: &MeterPlan, ledger: &mut Ledger, witness: &mut impl Witness) {
        let first = self.held.partition_point(|held| held.meter < plan.id);
        if let Some(held) = self.held.get(first).filter(|held| held.meter == plan.id) {
            self.walk(plan, held, self.around(), ledger, witness);
        } else {
            Walk::new(plan, 1, ledger.window.start, ledger.window.horizon, self.around()).finish(ledger, witness);
        }
    }
}

fn ascending(mut meters: Vec<MeterId>) -> Vec<MeterId> {
    meters.sort_unstable();
    meters.dedup();
    meters
}

/// Takes the demand out of a ledger and leaves none.
fn take_demand(ledger: &mut Ledger) -> Demand {
    ledger.traffic.as_mut().and_then(|traffic| traffic.demand_mut()).map(std::mem::take).unwrap_or_default()
}

/// Plans of meters that are all in memory.
pub struct InMemory<'p> {
    // By meter.
    plans: Vec<&'p MeterPlan>,
}

impl<'p> InMemory<'p> {
    /// These plans; each is of another meter.
    pub fn new(plans: &'p [MeterPlan]) -> Self {
        let mut plans: Vec<&MeterPlan> = plans.iter().collect();
        plans.sort_by_key(|plan| plan.id);
        Self { plans }
    }
}

impl Plans for InMemory<'_> {
    fn with(&self, meter: MeterId, then: &mut dyn FnMut(&MeterPlan)) {
        if let Ok(place) = self.plans.binary_search_by_key(&meter, |plan| plan.id) {
            then(self.plans[place]);
        }
    }
}
