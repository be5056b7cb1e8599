//! The runs of several policies in one replication: meters are drawn once, and what several policies have in common at
//! a meter is counted once for all of them. Those that wait for a supplier's capacity are drawn once more when all have
//! joined.

use std::collections::BTreeMap;

use super::division::{Division, copied, each_course};
use super::error::StudyError;
use super::meters::{Meters, Name, react, reshape};
use super::shared::{PolicySet, SharedLedgers};
use crate::engine::merge::Merge;
use crate::model::course::{self, Closing, Items, Outlook, Receipts, Received};
use crate::model::interplay::{Interplay, Plans, South};
use crate::model::ledger::Ledger;
use crate::model::lever::Pull;
use crate::model::plan::{MeterId, MeterPlan};
use crate::model::south::WaySouth;
use crate::scenario::{Policy, Scenario};
use crate::study::budget::expected_held;

/// Meters that one policy walks before the next one does, so that plans and its ledger stay in the processor's caches.
pub(super) const BATCH: usize = 1 << 13;

/// The same for a policy alone: its ledger stays in the caches anyway, and the plans should, too.
const BATCH_OF_ONE: usize = 1 << 6;

/// Switches drawn or walked between two reports of progress.
const REPORTED_EVERY: u64 = 1 << 12;

/// One meter in this many is sampled for what policies share.
const SAMPLED: usize = 64;

/// Adding one ledger to another takes about as long as walking this many switches for each day of the window.
const ADDING_A_DAY: f64 = 14.0;

/// The effort of a walk of a switch, in hundreds of instructions, as that of items.
const WALK: u64 = 160;

/// The effort of closing a meter, in hundreds of instructions.
const CLOSING: u64 = 5;

/// The share of the work that rounds take once all meters have been walked.
const ROUNDS: f64 = 0.1;

/// A run that is over.
pub(super) struct Walked<'s> {
    /// What it counted.
    pub ledger: Ledger,
    /// Its meters that act on one another, with their turns, and the queue before the way south.
    pub interplay: Interplay<'s>,
}

/// The runs of several policies in one replication, each counted in a ledger like `empty`. `progress` is called from
/// time to time with the share of the work done, which is a guess for meters that act on one another: the number of
/// rounds is not known in advance.
///
/// # Errors
/// When a conservation law breaks, or the market cannot be drawn.
pub(super) fn walked<'s>(
    scenario: &'s Scenario,
    policies: &[Policy],
    replication: u32,
    empty: &dyn Fn() -> Ledger,
    progress: &mut dyn FnMut(f64),
) -> Result<Vec<Walked<'s>>, StudyError> {
    let mut shown: f64 = 0.0;
    // What is left is a guess, which may turn out too small.
    let progress: &mut dyn FnMut(f64) = &mut |share| {
        shown = shown.max(share.min(1.0));
        progress(shown);
    };
    let meters = Meters::new(scenario, replication)?;
    let ways: Vec<Option<WaySouth>> = policies.iter().map(|policy| scenario.way_south(policy)).collect();
    // What one walk counts for meets the same queue.
    let sharing: PolicySet = ways.iter().map(|way| policies.len() > 1 && *way == ways[0]).collect();
    let (shared, walks) = if policies.len() > 1 {
        shared_ledgers(scenario, policies, &meters, sharing, empty)
    } else {
        let in_window = 1.0 - meters.expected_in_warm_up() / meters.expected_switches().max(1.0);
        (SharedLedgers::default(), in_window)
    };
    let settled_in_sample = meters.settled();
    let halves = policies.iter().zip(ways).map(|(policy, way)| Half::new(policy, way, scenario, empty())).collect();
    let mut round = Round::new(scenario, policies, &meters, (halves, shared, sharing));
    let size = if policies.len() > 1 { BATCH } else { BATCH_OF_ONE };
    let held = expected_held(scenario) * (1 + policies.len()) as f64;
    let whole = meters.expected_switches() * (1.0 + walks) + held;
    let whole = if held > 0.0 || scenario.states_a_capacity() { whole * (1.0 + ROUNDS) } else { whole };
    let mut reported = 0;
    meters.each(|plan, name| {
        round.take(plan, name);
        if round.batch.len() == size {
            round.walk();
        }
        let done = round.done + meters.settled() - settled_in_sample;
        if done >= reported + REPORTED_EVERY {
            progress(done as f64 / whole);
            reported = done;
        }
    });
    round.walk();
    round.done += meters.settled() - settled_in_sample;
    progress(round.done as f64 / whole);
    round.attend(size, &mut |done| progress(done as f64 / whole));
    round.finish(replication, progress)
}

struct Round<'s, 'r> {
    scenario: &'s Scenario,
    policies: &'r [Policy],
    meters: &'r Meters<'s>,
    halves: Vec<Half<'s, 'r>>,
    shared: SharedLedgers,
    // The policies that may share walks.
    sharing: PolicySet,
    batch: Vec<Drawn>,
    // Meters that wait for a supplier's capacity under any policy.
    held: Vec<MeterId>,
    // Memory for a meter under a policy, and for what policies leave open at it.
    copy: Option<MeterPlan>,
    open: Vec<Open>,
    // Switches drawn or walked so far; each costs about the same.
    done: u64,
}

/// The run of one policy, in progress.
struct Half<'s, 'r> {
    policy: &'r Policy,
    run: Walked<'s>,
}

impl AsMut<Ledger> for Half<'_, '_> {
    fn as_mut(&mut self) -> &mut Ledger {
        &mut self.run.ledger
    }
}

/// A meter before any policy is applied.
struct Drawn {
    plan: MeterPlan,
    name: Name,
    // The policies for which it has been counted.
    counted: PolicySet,
}

/// What is to be counted for a policy once it is known what a meter's common items bring.
struct Open {
    place: usize,
    common: Items,
    // What its other items bring.
    received: Received,
    closing: Closing,
}

impl<'s, 'r> Round<'s, 'r> {
    /// Nothing counted yet.
    fn new(
        scenario: &'s Scenario,
        policies: &'r [Policy],
        meters: &'r Meters<'s>,
        (halves, shared, sharing): (Vec<Half<'s, 'r>>, SharedLedgers, PolicySet),
    ) -> Self {
        let (batch, held, copy, open) = (Vec::new(), Vec::new(), None, Vec::new());
        Self { scenario, policies, meters, halves, shared, sharing, batch, held, copy, open, done: 0 }
    }

    /// Counts a meter for the policies that share what is counted, and adds it to the batch for all others.
    fn take(&mut self, mut plan: MeterPlan, name: Name) {
        self.done += plan.switches.len() as u64;
        let counted = if self.sharing.len() > 0 { self.count_shared(&mut plan, name) } else { PolicySet::default() };
        if !counted.has_all(0..self.halves.len()) {
            self.batch.push(Drawn { plan, name, counted });
        }
    }

    /// Counts a meter for policies that share what is counted, and returns them.
    fn count_shared(&mut self, plan: &mut MeterPlan, name: Name) -> PolicySet {
        let Self { scenario, meters, sharing, .. } = *self;
        let policies = self.policies.iter();
        let idle = with_outlook(plan, scenario, |before| {
            let idle = unmoved_at(plan, name, before, policies, sharing, meters, scenario);
            let before = before.filter(|_| !plan.is_chased());
            before.map_or(Some(idle), |before| {
                self.count_courses((plan, name), before, idle);
                None
            })
        });
        let Some(idle) = idle else { return sharing };
        let Some((set, ledger)) = self.shared.within(idle) else { return PolicySet::default() };
        meters.lots(name, |lots| react(plan, lots, scenario));
        course::count(plan, ledger, self.halves[0].run.interplay.around());
        self.done += plan.switches.len() as u64;
        set
    }

    /// Counts an ordinary meter for all policies that may share: what they have in common with its course before any
    /// policy once, and the rest for each. Under the `idle` ones all is common.
    fn count_courses(&mut self, (plan, name): (&MeterPlan, Name), before: &Outlook<'_>, mut idle: PolicySet) {
        let Self { scenario, policies, meters, sharing, ref mut halves, ref mut shared, .. } = *self;
        let (held, copy, open) = (&mut self.held, &mut self.copy, &mut self.open);
        let (all, closing) = (before.items(), before.closing(&scenario.window));
        let (mut division, mut is_held) = (Division::new(all, idle), false);
        let busy = sharing.without(idle);
        open.clear();
        let policies = busy.places().map(|place| (place, &policies[place]));
        each_course((plan, name), policies, (meters, scenario), copy, |place, plan, course| {
            let Walked { ledger, interplay } = &mut halves[place].run;
            let Some(course) = course else {
                is_held |= !interplay.take(plan, ledger);
                return;
            };
            let ((common, own), mut receipts) = (before.compared(course), Receipts::default());
            course.count_items(own, ledger, &mut receipts);
            division.add(place, common);
            let its = course.closing(&scenario.window);
            if (common, own) == (all, Items::default()) && its == closing {
                idle = idle.with(place);
            } else {
                open.push(Open { place, common, received: receipts.of(own), closing: its });
            }
        });
        let mut receipts = Receipts::default();
        for (items, set) in division.groups() {
            shared.covering(set, halves, |ledger| before.count_items(items, ledger, &mut receipts));
        }
        let received = receipts.of(all);
        shared.covering(idle, halves, |ledger| closing.count(plan, received, ledger));
        for Open { place, common, received, closing } in open.drain(..) {
            closing.count(plan, received.and(receipts.of(common)), &mut halves[place].run.ledger);
        }
        if is_held {
            held.push(plan.id);
        }
        self.done += plan.switches.len() as u64 * u64::from(1 + busy.len());
    }

    /// Walks the meters of the batch, policy by policy, and holds those that wait for a supplier's capacity.
    fn walk(&mut self) {
        let Self { scenario, meters, ref mut halves, ref mut batch, ref mut held, ref mut done, .. } = *self;
        let (mut copy, policies) = (None, halves.len());
        let mut is_held = vec![false; batch.len()];
        for (place, half) in halves.iter_mut().enumerate() {
            let moved = batch.iter_mut().zip(&mut is_held).filter(|(drawn, _)| !drawn.counted.contains(place));
            for (Drawn { plan, name, counted }, is_held) in moved {
                // The last policy needs no copy.
                let plan = if counted.has_all(place + 1..policies) { plan } else { copied(&mut copy, plan) };
                meters.lots(*name, |lots| reshape(plan, half.policy, lots, scenario));
                if half.run.interplay.take(plan, &mut half.run.ledger) {
                    *done += plan.switches.len() as u64;
                } else {
                    *is_held = true;
                }
            }
        }
        held.extend(batch.iter().zip(is_held).filter(|(_, is_held)| *is_held).map(|(drawn, _)| drawn.plan.id));
        batch.clear();
    }

    /// Completes the ledgers of the meters that have no turns, and walks those that have. They are drawn once more,
    /// `size` at a time.
    fn attend(&mut self, size: usize, progress: &mut dyn FnMut(u64)) {
        let shared = std::mem::take(&mut self.shared);
        for (place, half) in self.halves.iter_mut().enumerate() {
            shared.of_policy(place).for_each(|part| half.run.ledger.merge(part));
        }
        drop(shared);
        let Self { scenario, meters, ref mut halves, ref mut held, ref mut done, .. } = *self;
        for Half { run: Walked { ledger, interplay }, .. } in halves.iter_mut() {
            interplay.expect(ledger);
        }
        held.sort();
        held.dedup();
        let mut copy = None;
        for held in held.chunks(size) {
            let drawn = held.iter().filter_map(|id| {
                let name = meters.named(*id);
                Some((meters.one(name)?, name))
            });
            let drawn: Vec<(MeterPlan, Name)> = drawn.collect();
            *done += drawn.len() as u64;
            for half in halves.iter_mut() {
                for (plan, name) in &drawn {
                    let copy = copied(&mut copy, plan);
                    meters.lots(*name, |lots| reshape(copy, half.policy, lots, scenario));
                    *done += u64::from(half.run.interplay.begin(copy, &mut half.run.ledger));
                }
            }
            progress(*done);
        }
    }

    /// Settles each policy's meters among one another.
    fn finish(self, replication: u32, progress: &mut dyn FnMut(f64)) -> Result<Vec<Walked<'s>>, StudyError> {
        let Self { scenario, meters, halves, .. } = self;
        let number = halves.len() as f64;
        let finish = |(place, half): (usize, Half<'s, '_>)| {
            let Half { policy, run: Walked { mut ledger, mut interplay } } = half;
            interplay.settle(&Again { scenario, meters, policy }, &mut ledger);
            let broken = |law| StudyError::Conservation { policy: policy.id.clone(), replication, law };
            ledger.check_conservation().map_err(broken)?;
            ledger.settle();
            let share = (place + 1) as f64 / number;
            progress(1.0 - (1.0 - share) * ROUNDS / (1.0 + ROUNDS));
            Ok(Walked { ledger, interplay })
        };
        halves.into_iter().enumerate().map(finish).collect()
    }
}

impl<'s, 'r> Half<'s, 'r> {
    fn new(policy: &'r Policy, way: Option<WaySouth>, scenario: &'s Scenario, ledger: Ledger) -> Self {
        let south = way.map_or(South::Free, |way| South::made(way, policy.throttles()));
        Self { policy, run: Walked { ledger, interplay: Interplay::new(&scenario.civil, scenario.desks(), south) } }
    }
}

/// The meters of a replication under a policy, drawn again.
struct Again<'a> {
    scenario: &'a Scenario,
    meters: &'a Meters<'a>,
    policy: &'a Policy,
}

impl Plans for Again<'_> {
    fn with(&self, meter: MeterId, then: &mut dyn FnMut(&MeterPlan)) {
        let name = self.meters.named(meter);
        let mut plan = self.meters.one(name).expect("a meter is drawn again as it was drawn before");
        self.meters.lots(name, |lots| reshape(&mut plan, self.policy, lots, self.scenario));
        then(&plan);
    }
}

/// Ledgers for the sets of policies that have most in common, estimated by a sample, and how often each drawn switch is
/// walked with them. Switches that are settled before the window are never walked.
fn shared_ledgers(
    scenario: &Scenario,
    policies: &[Policy],
    meters: &Meters<'_>,
    sharing: PolicySet,
    empty: &dyn Fn() -> Ledger,
) -> (SharedLedgers, f64) {
    let (mut sample, mut copy): (BTreeMap<PolicySet, u64>, _) = (BTreeMap::new(), None);
    // Switches, and how often they are walked: the others are walked by themselves.
    let (mut sampled, mut walked) = (0, 0);
    let others = (0..policies.len()).filter(|place| !sharing.contains(*place)).count() as u64;
    meters.each_nth(SAMPLED, |plan, name| {
        let switches = plan.switches.len() as u64;
        sampled += switches;
        let idle = with_outlook(&plan, scenario, |before| {
            let idle = unmoved_at(&plan, name, before, policies.iter(), sharing, meters, scenario);
            let Some(before) = before.filter(|_| !plan.is_chased()) else {
                *sample.entry(idle).or_default() += switches * WALK;
                return idle;
            };
            let mut division = Division::new(before.items(), idle);
            let busy = sharing.without(idle).places().map(|place| (place, &policies[place]));
            each_course((&plan, name), busy, (meters, scenario), &mut copy, |place, _, course| {
                division.add(place, course.map_or(Items::default(), |course| before.compared(course).0));
            });
            *sample.entry(idle).or_default() += CLOSING;
            for (items, set) in division.groups() {
                *sample.entry(set).or_default() += items.effort();
            }
            idle
        });
        walked += switches * (u64::from(sharing.without(idle).len()) + others + u64::from(idle.len().min(1)));
    });
    let adding = ADDING_A_DAY * WALK as f64 * scenario.window.days as f64 * sampled as f64
        / (meters.expected_switches() - meters.expected_in_warm_up()).max(1.0);
    let shared = SharedLedgers::for_sample(policies.len(), &sample, adding as u64, empty);
    let in_window = sampled as f64 / (sampled + meters.settled()).max(1) as f64;
    (shared, walked as f64 / sampled.max(1) as f64 * in_window)
}

/// Passes on what is to come at a meter before any policy, if it is ordinary.
fn with_outlook<T>(plan: &MeterPlan, scenario: &Scenario, then: impl FnOnce(Option<&Outlook<'_>>) -> T) -> T {
    // Where commands may wait for the way south, a plan alone does not say when they execute.
    if scenario.states_a_capacity() { then(None) } else { Outlook::with(plan, &scenario.window, &scenario.civil, then) }
}

/// The policies, of those that may share walks, whose levers are all idle at a meter.
fn unmoved_at<'p>(
    plan: &MeterPlan,
    name: Name,
    outlook: Option<&Outlook<'_>>,
    policies: impl Iterator<Item = &'p Policy>,
    sharing: PolicySet,
    meters: &Meters<'_>,
    scenario: &Scenario,
) -> PolicySet {
    if plan.is_coupled() {
        return PolicySet::default();
    }
    meters.lots(name, |lots| {
        let is_idle = |pull: &Pull| pull.is_idle(plan, outlook, lots, &scenario.laws);
        let is_idle = |policy: &Policy| policy.pulls.iter().all(is_idle);
        policies.enumerate().map(|(place, policy)| sharing.contains(place) && is_idle(policy)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    #[test]
    fn reported_progress_grows_to_about_the_whole() {
        let text = include_str!("../../scenarios/gb-year.toml");
        let (mut scenario, _) = read("gb-year", text).expect("a valid scenario");
        scenario.market.as_mut().expect("a market").scale(1.0 / 500.0);
        for policies in [1, 4] {
            let mut shares = Vec::new();
            let (several, progress) = (&scenario.policies[..policies], &mut |share| shares.push(share));
            walked(&scenario, several, 0, &|| scenario.ledger(), progress).expect("conservation holds");
            assert!(shares.is_sorted(), "{shares:?}");
            // 20,000 switches, and what they cost by a sample of some 300.
            let last = shares.last().copied().unwrap_or_default();
            assert!((last - 1.0).abs() < 0.1, "{policies} policies: {last}");
        }
    }

    #[test]
    fn a_run_that_breaks_a_law_of_conservation_is_an_error_that_names_policy_replication_and_law() {
        let (scenario, _) = read("incident", include_str!("../../scenarios/dp072-incident.toml")).expect("valid");
        let meters = Meters::new(&scenario, 0).expect("scripted meters");
        let mut half = Half::new(&scenario.policies[1], None, &scenario, scenario.ledger());
        half.run.ledger.open += 1;
        let round = Round::new(
            &scenario,
            &scenario.policies,
            &meters,
            (vec![half], SharedLedgers::default(), PolicySet::default()),
        );
        let error = round.finish(7, &mut |_| ()).err().expect("a case is open that never opened").to_string();
        let law = "policy nothing, replication 7: cases at the start + opened = closed + open";
        assert!(error.contains(law), "{error}");
    }
}
