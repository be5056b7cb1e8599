//! What a run costs beyond bare totals: its additions to minute bins and its bookings by cause, by pair of suppliers,
//! by age and by day, written down while meters are walked and then made once more, timed alone.
//!
//! That these are the run's own is checked: replayed into an empty ledger they give the same bins and breakdowns.

use super::seconds;
use meterchurn::engine::merge::Merge as _;
use meterchurn::engine::time::Instant;
use meterchurn::model::ages::{Milestone, Wait};
use meterchurn::model::cause::{self, CaseFate};
use meterchurn::model::civil::Civil;
use meterchurn::model::emission::Stretch;
use meterchurn::model::labels::{Channel, Ending, Outcome, Owner, ReadKind, Reference, Standing};
use meterchurn::model::ledger::{CaseSums, Ledger, SupplyRisk, Unwanted};
use meterchurn::model::plan::MeterPlan;
use meterchurn::model::walk::{Around, Walk};
use meterchurn::model::witness::{self, Note, Witness};
use meterchurn::scenario::{Policy, Scenario};
use meterchurn::study;

/// Meters that are written down before they are replayed: few enough that they stay in the cache, as the model's one
/// does.
const BLOCK: usize = 500;

/// Seconds that a run's minute bins and its breakdowns take.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cost {
    /// Additions to minute bins.
    pub bins: f64,
    /// Bookings of breakdowns.
    pub breakdowns: f64,
}

/// One addition to the minute bins.
struct Bin {
    channel: Channel,
    stretch: Stretch,
}

/// One booking.
enum Booking {
    Case {
        switch: usize,
        device: usize,
        opened: Instant,
        until: Instant,
        ending: Option<Ending>,
        sent: Option<Instant>,
        supply_risk: SupplyRisk,
    },
    Tally {
        switch: usize,
        unwanted: Unwanted,
        fate: CaseFate,
    },
    NotInitiated {
        switch: usize,
        since: Instant,
        until: Instant,
    },
    Leaks(u64),
}

/// Writes down what a walk adds, from its notes. It follows a market under a policy that filters nothing.
struct Recorder<'p> {
    plan: &'p MeterPlan,
    current: Option<usize>,
    cases: [Option<(usize, Instant)>; 2],
    sent: Vec<[Option<Instant>; 2]>,
    at_supply_risk: Vec<bool>,
    not_initiated_since: Option<Instant>,
    tally: (Unwanted, Option<CaseFate>),
    leaked: u64,
    bins: Vec<Bin>,
    bookings: Vec<Booking>,
}

impl<'p> Recorder<'p> {
    fn new(plan: &'p MeterPlan) -> Self {
        Self {
            plan,
            current: None,
            cases: [None; 2],
            sent: vec![[None; 2]; plan.switches.len()],
            at_supply_risk: vec![false; plan.switches.len()],
            not_initiated_since: None,
            tally: (Unwanted::default(), None),
            leaked: 0,
            bins: Vec::new(),
            bookings: Vec::new(),
        }
    }

    fn bin(&mut self, channel: Channel, stretch: Stretch) {
        self.bins.push(Bin { channel, stretch });
    }

    fn close(&mut self, device: usize, until: Instant, ending: Option<Ending>) {
        let Some((switch, opened)) = self.cases[device].take() else { return };
        let sent = self.sent[switch][device].map(|at| at.max(opened));
        let supply_risk = self.supply_risk(switch, device, (until - opened).0 as u64);
        self.bookings.push(Booking::Case { switch, device, opened, until, ending, sent, supply_risk });
        if device == self.plan.pusher as usize {
            self.tally.1 = Some(fate_of(ending, until));
        }
    }

    /// A prepay meter's open case is at supply risk; its switch counts once.
    fn supply_risk(&mut self, switch: usize, device: usize, seconds: u64) -> SupplyRisk {
        if device != 0 || seconds == 0 || !self.plan.checks_top_ups() {
            return SupplyRisk::default();
        }
        let again = std::mem::replace(&mut self.at_supply_risk[switch], true);
        SupplyRisk { seconds, switches: u64::from(!again) }
    }

    fn flush_tally(&mut self) {
        let (unwanted, fate) = std::mem::take(&mut self.tally);
        if let Some(switch) = self.current {
            self.bookings.push(Booking::Tally { switch, unwanted, fate: fate.unwrap_or(CaseFate::Other) });
        }
    }

    fn flush_not_initiated(&mut self, until: Instant) {
        if let (Some(since), Some(switch)) = (self.not_initiated_since.take(), self.current) {
            self.bookings.push(Booking::NotInitiated { switch, since, until });
        }
    }

    /// After every step.
    fn settle(&mut self, now: Instant) {
        let open = self.cases.iter().any(Option::is_some);
        let counts = open && self.current.is_some_and(|k| self.sent[k].iter().all(Option::is_none));
        if !counts {
            self.flush_not_initiated(now);
        } else if self.not_initiated_since.is_none() {
            self.not_initiated_since = Some(now);
        }
    }

    fn finish(&mut self, horizon: Instant) {
        self.flush_not_initiated(horizon);
        (0..2).for_each(|device| self.close(device, horizon, None));
        self.flush_tally();
        if self.leaked > 0 {
            self.bookings.push(Booking::Leaks(self.leaked));
        }
    }
}

impl Witness for Recorder<'_> {
    fn note(&mut self, at: Instant, note: Note) {
        match note {
            Note::Pushed(ReadKind::Leaked, _, stretch, witness::Fate::Delivered { .. }) => {
                self.bin(Channel::LeakedPush, stretch);
                self.tally.0.pushed += u64::from(stretch.count);
                self.leaked += u64::from(stretch.count);
            }
            Note::Pulled(ReadKind::Leaked, _, stretch, _) => {
                self.bin(Channel::LeakedPull, stretch);
                self.tally.0.pulled += u64::from(stretch.count);
                self.leaked += u64::from(stretch.count);
            }
            Note::Refused(_, Standing::Unregistered, stretch, witness::Fate::Delivered { .. }) => {
                self.bin(Channel::E4, stretch);
                self.tally.0.e4 += u64::from(stretch.count);
            }
            Note::Request(Reference::R6_23, Outcome::Accepted | Outcome::E4, sender, Some(device)) => {
                let stands = |k: &usize| {
                    let switch = &self.plan.switches[*k];
                    switch.to == sender && switch.withdrawn.is_none_or(|w| w > at)
                };
                if let Some(k) = (self.current.unwrap_or(0)..self.plan.switches.len()).find(stands) {
                    self.sent[k][device].get_or_insert(at);
                }
            }
            Note::Registered(_) => {
                self.flush_not_initiated(at);
                self.flush_tally();
                let next = self.current.map_or(0, |k| k + 1);
                self.current = (next..self.plan.switches.len()).find(|k| self.plan.switches[*k].withdrawn.is_none());
            }
            Note::CaseOpened(device) => {
                if device == self.plan.pusher as usize {
                    self.flush_tally();
                }
                self.cases[device] = self.current.map(|k| (k, at));
            }
            Note::CaseClosed(device, ending) => self.close(device, at, Some(ending)),
            _ => {}
        }
    }
}

fn fate_of(ending: Option<Ending>, until: Instant) -> CaseFate {
    match ending {
        Some(Ending::Executed) => CaseFate::Executed(until),
        Some(Ending::Superseded) => CaseFate::Superseded,
        Some(Ending::Returned) | None => CaseFate::Other,
    }
}

/// Makes one booking as the walk does.
fn book(booking: &Booking, plan: &MeterPlan, civil: &Civil, ledger: &mut Ledger) {
    let suppliers = |k: usize| {
        let earlier = plan.switches[..k].iter().rev().find(|s| s.withdrawn.is_none());
        (earlier.map_or(plan.holder, |s| s.to), plan.switches[k].to)
    };
    match *booking {
        Booking::Case { switch, device, opened, until, ending, sent, supply_risk } => {
            let waits = [sent.map_or((Wait::of(ending), until), |at| (Wait::Reached, at)), (Wait::of(ending), until)];
            let owner = Owner::of(plan.switches[switch].class, plan.switches[switch].erroneous);
            for (milestone, (wait, end)) in Milestone::ALL.iter().zip(waits) {
                ledger.waits.count(*milestone, owner, wait, end - opened, 1);
            }
            let cause = cause::of(plan, &plan.switches[switch], device, fate_of(ending, until));
            let exposure = (until - opened).0 as u64;
            let sums = CaseSums { cases: 1, exposure, supply_risk, ..CaseSums::default() };
            ledger.book(cause, plan, suppliers(switch), &sums);
            ledger.was_open(opened, until, civil, 1);
        }
        Booking::Tally { switch, unwanted, fate } => {
            let cause = cause::of(plan, &plan.switches[switch], plan.pusher as usize, fate);
            if !unwanted.is_nothing() {
                let sums = CaseSums { unwanted, ..CaseSums::default() };
                ledger.book(cause, plan, suppliers(switch), &sums);
            }
        }
        Booking::NotInitiated { switch, since, until } => {
            let owner = Owner::of(plan.switches[switch].class, plan.switches[switch].erroneous);
            let kind = plan.kind;
            ledger.hold(|ledger| &mut ledger.not_initiated[kind][owner], since, until, civil, 1);
        }
        Booking::Leaks(leaked) => *ledger.leaks_per_meter.entry(leaked).or_default() += 1,
    }
}

/// Walks the market with a recorder, untimed, and replays what it wrote down, timed.
pub fn cost(scenario: &Scenario, policy: &Policy) -> Cost {
    let mut cost = Cost::default();
    let (mut walked, mut replayed) = (Ledger::new(scenario.window), Ledger::new(scenario.window));
    let mut plans = Vec::with_capacity(BLOCK);
    let mut replay = |plans: &mut Vec<MeterPlan>| {
        block(scenario, plans, (&mut walked, &mut replayed), &mut cost);
        plans.clear();
    };
    study::each_plan(scenario, policy, 0, |plan| {
        plans.push(plan);
        if plans.len() == BLOCK {
            replay(&mut plans);
        }
    })
    .expect("a market to draw");
    replay(&mut plans);
    assert!(walked.bins == replayed.bins, "the replay fills the bins as the run does");
    assert_eq!(walked.causes, replayed.causes);
    assert_eq!(walked.kinds, replayed.kinds);
    assert_eq!(walked.pairs, replayed.pairs);
    assert_eq!(walked.waits, replayed.waits);
    assert_eq!(walked.open_cases, replayed.open_cases);
    assert_eq!(walked.not_initiated, replayed.not_initiated);
    assert_eq!(walked.leaks_per_meter, replayed.leaks_per_meter);
    cost
}

fn block(scenario: &Scenario, plans: &[MeterPlan], (walked, replayed): (&mut Ledger, &mut Ledger), cost: &mut Cost) {
    let (start, horizon) = (scenario.window.start, scenario.window.horizon);
    let (mut bins, mut bookings) = (Vec::new(), Vec::new());
    for plan in plans {
        let mut recorder = Recorder::new(plan);
        let mut walk = Walk::new(plan, 1, start, horizon, Around::time(&scenario.civil));
        while let Some((at, _)) = walk.next() {
            walk.step(walked, &mut recorder);
            recorder.settle(at);
        }
        walk.finish(walked, &mut recorder);
        recorder.finish(horizon);
        bins.append(&mut recorder.bins);
        bookings.extend(recorder.bookings.drain(..).map(|booking| (plan, booking)));
    }
    cost.bins += seconds(|| {
        for Bin { channel, stretch } in &bins {
            replayed.bins.add_daily(*channel, stretch.first, stretch.count, 1);
        }
    });
    cost.breakdowns += seconds(|| {
        for (plan, booking) in &bookings {
            book(booking, plan, &scenario.civil, replayed);
        }
    });
}
