//! Prepay meters that do not exist, and what needs them.

use super::{idle, it, law_of, section, tables};
use crate::model::laws::PREPAY;
use crate::model::lever::Lever;
use crate::model::plan::Payment;
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::table::Table;
use crate::scenario::{Policy, Scenario};
use crate::text::visible;

/// Warns of what needs prepay meters where there are none. Returns whether one warning covers all of it.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) -> bool {
    let covered = idle_prepay_share(scenario, root, sink);
    if !covered {
        prepay_law(scenario, root, sink);
    }
    covered
}

/// Gives one warning about everything that needs prepay meters where `prepay-share` is 0. Returns whether it did.
fn idle_prepay_share(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) -> bool {
    let share = section(root, "market").and_then(|mut market| market.get("prepay-share"));
    let Some(share) = share.filter(|_| !has_prepay(scenario)) else { return false };
    let law =
        section(root, "laws").and_then(|mut laws| law_of(&mut laws, PREPAY.0)).map(|law| format!("`{}`", law.path()));
    let mut idle: Vec<String> = law.into_iter().collect();
    for (place, (_, mut table)) in tables(root, "supplier").into_iter().enumerate() {
        let first = table.get("prepay-first").filter(|_| puts_prepay_first(scenario, place) && table.has("capacity"));
        idle.extend(first.map(|first| format!("`{}`", first.path())));
    }
    let policies = scenario.policies.iter().filter(|policy| sends_prepay_first(policy));
    idle.extend(policies.map(|policy| format!("the policy `{}`", visible(&policy.id))));
    if idle.is_empty() {
        return false;
    }
    let verb = if idle.len() == 1 { "has" } else { "have" };
    let message = format!("no meter is prepay, so {} {verb} no effect", idle.join(", "));
    let help = format!("write a `prepay-share` above 0, as in 0.13, or leave {} out", it(idle.len()));
    sink.warning(Lint::IdleKey, share.key_span(), message, help);
    true
}

/// Whether a supplier's backlog sends 6.23s of prepay meters first.
pub(super) fn puts_prepay_first(scenario: &Scenario, place: usize) -> bool {
    scenario.suppliers.get(place).is_some_and(|supplier| supplier.desk.prepay_first)
}

pub(super) fn sends_prepay_first(policy: &Policy) -> bool {
    policy.pulls.iter().any(|pull| pull.lever == Lever::SendsPrepayFirst)
}

/// Warns of a law for prepay meters that nothing draws from. A market's prepay meters draw from it, and under some
/// policies so do scripted ones.
fn prepay_law(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    let Some(mut laws) = section(root, "laws") else { return };
    let pulled = scenario.policies.iter().any(|policy| policy.draws_from(PREPAY.0));
    let wants = match &scenario.market {
        Some(market) if market.prepay_share > 0.0 => return,
        _ if pulled && has_prepay(scenario) => return,
        Some(_) => "a `prepay-share` above 0",
        None if pulled => "a prepay meter",
        None => "a [market] or a policy that draws from it",
    };
    if let Some(law) = law_of(&mut laws, PREPAY.0) {
        idle(&law, wants, sink);
    }
}

/// Whether any meter is prepay, or may be drawn as prepay.
pub(super) fn has_prepay(scenario: &Scenario) -> bool {
    scenario.market.as_ref().is_some_and(|market| market.prepay_share > 0.0)
        || scenario.meters.iter().any(|meter| meter.payment == Payment::Prepay)
}
