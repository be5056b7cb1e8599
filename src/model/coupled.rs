//! Meters whose 6.23s wait for a supplier's capacity, and so act on one another.
//!
//! What a meter does depends on others only by the turns that its 6.23s get. The turns follow from what joins which
//! backlog, and from which turns take capacity. So each meter is walked alone with the turns that are expected, and
//! once more where the others leave it other turns than those. Effects never precede their causes, so this ends: each
//! round settles at least the next opening.

use super::attend::{Joined, attend};
use super::desk::{Desk, Joining, Turn, Waiting, turns};
use super::ledger::Ledger;
use super::plan::{MeterId, MeterPlan, Payment, Sending};
use super::walk::{Around, Walk};
use super::witness::{Nobody, Witness};
use crate::engine::merge::Merge;
use crate::engine::time::Instant;

/// Where the plans of meters come from.
pub trait Plans {
    /// Passes on the plan with a number.
    fn with(&self, number: u32, then: &mut dyn FnMut(&MeterPlan));
}

impl Plans for [MeterPlan] {
    fn with(&self, number: u32, then: &mut dyn FnMut(&MeterPlan)) {
        then(&self[number as usize]);
    }
}

/// One copy of a meter, between its walks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    number: u32,
    copy: u64,
    id: MeterId,
    // What has joined backlogs on the last walk, or is expected to join.
    joined: Vec<Joined>,
}

/// Meters that act on one another, while they are collected and once they are settled.
#[derive(Debug, Default)]
pub struct Coupled {
    held: Vec<Held>,
}

impl Coupled {
    /// Holds the copies of a meter whose plan has a number.
    pub fn hold(&mut self, number: u32, plan: &MeterPlan, horizon: Instant) {
        let joined = expected(plan, horizon);
        let held = |copy| Held { number, copy, id: plan.id, joined: joined.clone() };
        self.held.extend((0..plan.copies).map(held));
    }

    /// Walks all of them until each has the turns that the others leave it, and counts them.
    pub fn settle(&mut self, plans: &(impl Plans + ?Sized), desks: &[Desk], around: Around<'_>, ledger: &mut Ledger) {
        let horizon = ledger.window.horizon;
        // What later walks count, and what the walks counted that they replace.
        let mut corrections: Option<[Ledger; 2]> = None;
        for round in 0_u32.. {
            let mut turns = self.turns(desks, around, horizon).into_iter();
            let mut is_settled = true;
            for held in &mut self.held {
                let turns: Vec<Option<Turn>> = turns.by_ref().take(held.joined.len()).collect();
                let has_them = held.joined.iter().zip(&turns).all(|(joined, turn)| joined.turn == *turn);
                if has_them && round > 0 {
                    continue;
                }
                is_settled = false;
                let had = held.joined.clone();
                held.joined.iter_mut().zip(turns).for_each(|(joined, turn)| joined.turn = turn);
                plans.with(held.number, &mut |plan| {
                    let counted = if round == 0 {
                        &mut *ledger
                    } else {
                        let none = || [Ledger::empty_like(ledger), Ledger::empty_like(ledger)];
                        let [added, replaced] = corrections.get_or_insert_with(none);
                        walk(plan, held.copy, &had, desks, around, replaced, &mut Nobody);
                        added
                    };
                    held.joined = walk(plan, held.copy, &held.joined, desks, around, counted, &mut Nobody);
                });
            }
            if is_settled {
                break;
            }
        }
        if let Some([added, replaced]) = corrections {
            ledger.merge(&added);
            ledger.take_out(&replaced);
        }
    }

    fn turns(&self, desks: &[Desk], around: Around<'_>, horizon: Instant) -> Vec<Option<Turn>> {
        let waiting = |held: &Held| {
            let meter = (held.id, held.copy);
            let waiting = move |joined: &Joined| Waiting {
                meter,
                joining: joined.joining,
                takes_capacity: joined.takes_capacity,
            };
            held.joined.iter().map(waiting).collect::<Vec<_>>()
        };
        let waiting: Vec<Waiting> = self.held.iter().flat_map(waiting).collect();
        turns(&waiting, desks, around.civil, horizon)
    }

    /// Walks the first copy of a settled meter once more.
    pub fn follow(
        &self,
        plan: &MeterPlan,
        desks: &[Desk],
        around: Around<'_>,
        ledger: &mut Ledger,
        witness: &mut impl Witness,
    ) {
        if let Some(held) = self.held.iter().find(|held| held.id == plan.id) {
            walk(plan, held.copy, &held.joined, desks, around, ledger, witness);
        }
    }
}

fn walk(
    plan: &MeterPlan,
    copy: u64,
    expected: &[Joined],
    desks: &[Desk],
    around: Around<'_>,
    ledger: &mut Ledger,
    witness: &mut impl Witness,
) -> Vec<Joined> {
    let walk = Walk::new(plan, 1, ledger.window.start, ledger.window.horizon, around).of_copy(copy);
    attend(walk, expected, desks, around.civil, ledger, witness)
}

/// What would join backlogs if nothing came in between, in the order of joining.
fn expected(plan: &MeterPlan, horizon: Instant) -> Vec<Joined> {
    let mut joined = Vec::new();
    for (k, switch) in plan.switches.iter().enumerate() {
        for device in 0..usize::from(plan.devices) {
            if let Sending::Queued(at) = switch.cos[device].sending
                && at < horizon
            {
                joined.push(Joined::expected(Joining {
                    supplier: switch.to,
                    intended: at,
                    user_from: switch.user_from,
                    prepay: plan.payment == Payment::Prepay,
                    prepay_first: switch.prepay_first,
                    switch: k as u16,
                    device: device as u8,
                }));
            }
        }
    }
    joined.sort_by_key(|joined| (joined.joining.intended, joined.joining.switch, joined.joining.device));
    joined
}
