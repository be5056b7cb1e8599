//! The meters of a replication: scripted or drawn, struck by injections, and reshaped by a policy.

use std::cell::{Cell, RefCell};

use super::error::StudyError;
use crate::engine::random::Draws;
use crate::model::course;
use crate::model::draw::{FirstSwitch, Lot};
use crate::model::drawing::{Drawing, Habits};
use crate::model::ledger::Ledger;
use crate::model::lever::{Lots, reaction};
use crate::model::plan::{MeterId, MeterPlan, SupplierId};
use crate::model::walk::{Around, Walk};
use crate::model::witness::Nobody;
use crate::scenario::{Policy, Scenario};

/// The meters of one replication before any policy.
pub(super) struct Meters<'s> {
    scenario: &'s Scenario,
    drawing: Option<(Drawing<'s>, Habits)>,
    draws: Draws,
    // Of every supplier, in the order of the scenario.
    suppliers: Vec<Lot>,
    // What is counted while meters are walked before the window belongs to no run.
    scratch: RefCell<Ledger>,
    // Switches of drawn meters that are settled before the window and therefore belong to no run.
    settled: Cell<u64>,
}

impl<'s> Meters<'s> {
    /// # Errors
    /// When the market cannot be drawn.
    pub fn new(scenario: &'s Scenario, replication: u32) -> Result<Self, StudyError> {
        let drawing = scenario.market.as_ref().map(|market| {
            let (transfers, time) = (scenario.transfers(), ([scenario.window, scenario.life()], &scenario.civil));
            Drawing::new(market, &scenario.laws, &scenario.weights(), &transfers, scenario.conventions, time)
        });
        let drawing = drawing.transpose().map_err(StudyError::Market)?;
        let draws = Draws::new(scenario.experiment.seed, replication);
        let drawing = drawing.map(|drawing| {
            let habits = drawing.habits(&draws);
            (drawing, habits)
        });
        let suppliers =
            scenario.suppliers.iter().map(|supplier| Lot::supplier(&draws, supplier.weights.name)).collect();
        let scratch = RefCell::new(Ledger::new(scenario.window));
        Ok(Self { scenario, drawing, draws, suppliers, scratch, settled: Cell::new(0) })
    }

    /// Switches of meters that were drawn so far and belong to no run: all is settled at them before the window.
    pub fn settled(&self) -> u64 {
        self.settled.get()
    }

    /// Expected switches drawn for the warm-up, including those of meters that the window does not count.
    pub fn expected_in_warm_up(&self) -> f64 {
        let market = self.scenario.market.as_ref();
        market.map_or(0.0, |market| {
            market.expected_switches(&self.scenario.life()) - market.expected_switches(&self.scenario.window)
        })
    }

    /// The expected number of their switches, warm-up included.
    pub fn expected_switches(&self) -> f64 {
        let scripted: usize = self.scenario.meters.iter().map(|meter| meter.switches.len()).sum();
        scripted as f64 + self.drawing.as_ref().map_or(0.0, |(drawing, _)| drawing.expected_switches())
    }

    /// Calls `each` with every one of them.
    pub fn each(&self, each: impl FnMut(MeterPlan, Name)) {
        self.each_nth(1, each);
    }

    /// Calls `each` with one in `n` of them, and with at least one of each fuel and day.
    pub fn each_nth(&self, n: usize, mut each: impl FnMut(MeterPlan, Name)) {
        self.each_scripted(n, &mut each);
        self.each_drawn(n, &mut each);
    }

    /// The same of scripted meters alone.
    pub fn each_scripted(&self, n: usize, mut each: impl FnMut(MeterPlan, Name)) {
        for plan in self.scenario.meters.iter().step_by(n) {
            let (mut plan, name) = (plan.clone(), self.scripted(plan.id));
            self.strike(&mut plan, name);
            each(plan, name);
        }
    }

    /// The same of drawn meters alone.
    pub fn each_drawn(&self, n: usize, mut each: impl FnMut(MeterPlan, Name)) {
        let Some((drawing, habits)) = &self.drawing else { return };
        drawing.each_nth_meter(&self.draws, habits, n, |mut plan, first, lot| {
            let name = Name::Drawn(first, lot);
            self.strike(&mut plan, name);
            if self.joins(&mut plan) {
                each(plan, name);
            } else {
                self.settled.set(self.settled.get() + plan.switches.len() as u64);
            }
        });
    }

    /// The meter with a name, as [`each`](Self::each) passes it on; `None` if it passes on no such meter.
    pub fn one(&self, name: Name) -> Option<MeterPlan> {
        let mut plan = match name {
            Name::Scripted(id, _) => {
                let place = self.scenario.meters.binary_search_by_key(&id, |meter| meter.id).ok()?;
                self.scenario.meters[place].clone()
            }
            Name::Drawn(first, lot) => {
                let (drawing, habits) = self.drawing.as_ref()?;
                drawing.one_meter((first, lot), habits)?
            }
        };
        self.strike(&mut plan, name);
        let is_there = matches!(name, Name::Scripted(..)) || self.joins(&mut plan);
        is_there.then_some(plan)
    }

    /// The name of the meter whose plan has a number.
    pub fn named(&self, id: MeterId) -> Name {
        let is_scripted = self.scenario.meters.binary_search_by_key(&id, |meter| meter.id).is_ok();
        if is_scripted {
            return self.scripted(id);
        }
        let first = FirstSwitch::of(id);
        Name::Drawn(first, Lot::drawn(&self.draws, first))
    }

    fn scripted(&self, id: MeterId) -> Name {
        Name::Scripted(id, Lot::scripted(&self.draws, id))
    }

    /// Calls `then` with the lots of a meter.
    pub fn lots<T>(&self, name: Name, then: impl FnOnce(&Lots<'_>) -> T) -> T {
        let supplier = |SupplierId(place)| self.suppliers[usize::from(place)];
        let (first, scripted) = match name {
            Name::Scripted(_, lot) => (lot, true),
            Name::Drawn(_, lot) => (lot, false),
        };
        then(&Lots { first, supplier: &supplier, scripted })
    }

    /// Lets the injections strike a plan.
    fn strike(&self, plan: &mut MeterPlan, name: Name) {
        let injections = self.scenario.injections.iter();
        self.lots(name, |lots| injections.for_each(|injection| injection.apply(plan, lots)));
    }

    /// Whether a drawn meter belongs to the window: it switches there, or a case of it is open at the start. Also sets
    /// the time from which it is watched. Before the window no policy has an effect on it.
    fn joins(&self, plan: &mut MeterPlan) -> bool {
        let start = self.scenario.window.start;
        let Some(first) = plan.switches.first() else { return true };
        if first.ssd >= start && first.withdrawn.is_none_or(|at| at >= start) {
            return true;
        }
        // What waits for a capacity depends on other meters, so a case may be open.
        let walked = || {
            let mut walk = Walk::new(plan, plan.copies, start, start, Around::time(&self.scenario.civil));
            let scratch = &mut *self.scratch.borrow_mut();
            while walk.next().is_some() {
                walk.step(scratch, &mut Nobody);
            }
            walk.is_settled()
        };
        let settled =
            !plan.is_coupled() && course::is_settled(plan, start, &self.scenario.civil).unwrap_or_else(walked);
        let mut later =
            plan.switches.iter().filter(|switch| switch.ssd >= start).map(|switch| switch.known.min(switch.ssd));
        if settled {
            let Some(notice) = later.next() else { return false };
            plan.watch = notice.max(start);
        } else {
            plan.watch = start;
        }
        true
    }
}

/// Calls `each` with every meter's plan under a policy.
///
/// # Errors
/// When the market cannot be drawn.
pub fn each_plan(
    scenario: &Scenario,
    policy: &Policy,
    replication: u32,
    mut each: impl FnMut(MeterPlan),
) -> Result<(), StudyError> {
    let meters = Meters::new(scenario, replication)?;
    meters.each(|mut plan, name| {
        meters.lots(name, |lots| reshape(&mut plan, policy, lots, scenario));
        each(plan);
    });
    Ok(())
}

/// Calls `each` with every scripted meter's plan once faults have struck it, in the first replication.
pub(super) fn struck(scenario: &Scenario, mut each: impl FnMut(&MeterPlan)) {
    for meter in &scenario.meters {
        let mut plan = meter.clone();
        scenario.strike(&scenario.injections, &mut plan);
        each(&plan);
    }
}

/// Puts a plan under a policy: reshapes it by the policy's levers, and by how suppliers react to being chased.
pub(super) fn reshape(plan: &mut MeterPlan, policy: &Policy, lots: &Lots<'_>, scenario: &Scenario) {
    policy.pulls.iter().for_each(|pull| pull.apply(plan, lots, &scenario.laws));
    react(plan, lots, scenario);
}

/// How suppliers react to being chased. Applying it twice changes nothing.
pub(super) fn react(plan: &mut MeterPlan, lots: &Lots<'_>, scenario: &Scenario) {
    reaction::apply(plan, lots, &|SupplierId(place)| scenario.suppliers[place as usize].weights.reacts);
}

/// The identity of a meter, with the draws of its first switch, so that they are found once and not by every policy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name {
    Scripted(MeterId, Lot),
    Drawn(FirstSwitch, Lot),
}
