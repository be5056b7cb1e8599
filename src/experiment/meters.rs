//! The meters of a replication: scripted or drawn, struck by injections, and reshaped by a policy.

use super::error::StudyError;
use super::scenario::{Policy, Scenario};
use crate::engine::random::Draws;
use crate::model::draw::{FirstSwitch, Lot};
use crate::model::drawing::Drawing;
use crate::model::lever::{Lots, reaction};
use crate::model::plan::{MeterId, MeterPlan, SupplierId};

/// The meters of one replication before any policy.
pub(super) struct Meters<'s> {
    scenario: &'s Scenario,
    drawing: Option<Drawing<'s>>,
    pub draws: Draws,
}

impl<'s> Meters<'s> {
    /// # Errors
    /// When the market cannot be drawn.
    pub fn new(scenario: &'s Scenario, replication: u32) -> Result<Self, StudyError> {
        let drawing = scenario.market.as_ref().map(|market| {
            let (failures, time) = (scenario.failures(), (scenario.window, &scenario.civil));
            Drawing::new(market, &scenario.laws, &scenario.weights(), &failures, scenario.conventions, time)
        });
        let drawing = drawing.transpose().map_err(StudyError::Market)?;
        Ok(Self { scenario, drawing, draws: Draws::new(scenario.experiment.seed, replication) })
    }

    /// About how many switches they have.
    pub fn expected_switches(&self) -> f64 {
        let scripted: usize = self.scenario.meters.iter().map(|meter| meter.switches.len()).sum();
        scripted as f64 + self.drawing.as_ref().map_or(0.0, Drawing::expected_switches)
    }

    /// Calls `each` with every one of them.
    pub fn each(&self, each: impl FnMut(MeterPlan, Name)) {
        self.each_nth(1, each);
    }

    /// Calls `each` with one in `n` of them, and with one at least of each fuel and day.
    pub fn each_nth(&self, n: usize, mut each: impl FnMut(MeterPlan, Name)) {
        let mut strike = |mut plan: MeterPlan, name: Name| {
            let injections = self.scenario.injections.iter();
            name.lots(&self.draws, |lots| injections.for_each(|injection| injection.apply(&mut plan, lots)));
            each(plan, name);
        };
        for plan in self.scenario.meters.iter().step_by(n) {
            strike(plan.clone(), Name::Scripted(plan.id));
        }
        if let Some(drawing) = &self.drawing {
            drawing.each_nth_meter(&self.draws, n, |plan, first| strike(plan, Name::Drawn(first)));
        }
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
        name.lots(&meters.draws, |lots| reshape(&mut plan, policy, lots, scenario));
        each(plan);
    });
    Ok(())
}

/// Calls `each` with every scripted meter's plan once faults have struck it, in the first replication.
pub(super) fn struck(scenario: &Scenario, mut each: impl FnMut(&MeterPlan)) {
    let draws = Draws::new(scenario.experiment.seed, 0);
    for meter in &scenario.meters {
        let mut plan = meter.clone();
        let injections = scenario.injections.iter();
        Name::Scripted(meter.id).lots(&draws, |lots| injections.for_each(|injection| injection.apply(&mut plan, lots)));
        each(&plan);
    }
}

/// Puts a plan under a policy: it is reshaped by its levers, and by what suppliers make of being chased.
pub(super) fn reshape(plan: &mut MeterPlan, policy: &Policy, lots: &Lots<'_>, scenario: &Scenario) {
    policy.pulls.iter().for_each(|pull| pull.apply(plan, lots, &scenario.laws));
    react(plan, lots, scenario);
}

/// What suppliers make of being chased. To be told twice changes nothing.
pub(super) fn react(plan: &mut MeterPlan, lots: &Lots<'_>, scenario: &Scenario) {
    reaction::apply(plan, lots, &|SupplierId(place)| scenario.suppliers[place as usize].weights.reacts);
}

/// Whom the draws of a meter belong to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Name {
    Scripted(MeterId),
    Drawn(FirstSwitch),
}

impl Name {
    /// Hands out the lots of the meter's switches.
    pub fn lots<T>(self, draws: &Draws, then: impl FnOnce(&Lots<'_>) -> T) -> T {
        match self {
            Name::Scripted(id) => {
                let of = |k: usize| Lot::scripted(draws, id, k as u32);
                then(&Lots { of: &of, draws, scripted: true })
            }
            Name::Drawn(first) => {
                let of = |k: usize| Lot::switch(draws, first, k as u32);
                then(&Lots { of: &of, draws, scripted: false })
            }
        }
    }
}
