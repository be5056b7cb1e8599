//! Expectations that test nothing: they hold or fail whatever the results are, or they can never be judged.

use super::tables;
use crate::model::plan::{DeviceKind, Fuel, SupplierId, SwitchPlan};
use crate::results::dimension::Dimension;
use crate::results::expectation::{Expectation, Judging, Limit};
use crate::results::query::{Contrast, Query};
use crate::results::statistics::FEWEST_FOR_AN_INTERVAL;
use crate::results::unit::Unit;
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::table::Table;
use crate::text::{Advice, visible};

/// Warns of each at its `that`, once.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    for ((_, mut table), expectation) in tables(root, "expect").into_iter().zip(&scenario.expectations) {
        let Some(that) = table.get("that") else { continue };
        let found = vacuous(expectation, scenario)
            .map(|advice| (Lint::EmptyExpectation, advice))
            .or_else(|| nothing_to_count(&expectation.query, scenario).map(|advice| (Lint::EmptySample, advice)));
        if let Some((lint, Advice { message, help, .. })) = found {
            sink.warning(lint, that.span(), message, help);
        }
    }
}

/// Why an expectation tests nothing, and what to write instead.
fn vacuous(expectation: &Expectation, scenario: &Scenario) -> Option<Advice> {
    let contrast = expectation.query.contrast;
    if contrast != Contrast::Value && expectation.policy == scenario.experiment.baseline {
        let other = scenario.policies.iter().find(|policy| policy.id != expectation.policy);
        let help = match other {
            Some(other) => format!("name another policy, as in policy = \"{}\", or use .total", other.id),
            None => "use .total, or add a policy and name it".to_owned(),
        };
        return Some(Advice::new("the baseline is compared with itself", help));
    }
    if contrast != Contrast::Difference
        && let Some(advice) = decided(expectation)
    {
        return Some(advice);
    }
    let replications = scenario.experiment.replications as usize;
    if expectation.judging == Judging::Statistical && replications < FEWEST_FOR_AN_INTERVAL {
        let message = match replications {
            1 => "one replication is too few to judge this by an interval".to_owned(),
            n => format!("{n} replications are too few to judge this by an interval"),
        };
        let help = format!("write replications = {FEWEST_FOR_AN_INTERVAL} or more in [experiment], or another `kind`");
        return Some(Advice::new(message, help));
    }
    let is_one_number = matches!(expectation.limit, Limit::Equal(_));
    if expectation.judging == Judging::Statistical && is_one_number && scenario.market.is_some() {
        let message = "an interval is hardly ever one number, so this can hardly hold";
        return Some(Advice::new(message, "write a range, as in \"within 760..780\", or another `kind`"));
    }
    None
}

/// Why the outcome is known before anything is simulated: counts are never negative, and no percentage of a whole is
/// above 100.
fn decided(expectation: &Expectation) -> Option<Advice> {
    let (always, never) = match expectation.limit {
        Limit::Less(limit) => (false, limit <= 0.0),
        Limit::AtMost(limit) | Limit::Equal(limit) | Limit::Within(_, limit) => (false, limit < 0.0),
        Limit::More(limit) => (limit < 0.0, false),
        Limit::AtLeast(limit) => (limit <= 0.0, false),
    };
    if always || never {
        let outcome = if always { "holds" } else { "fails" };
        let help = "write \"== 0\" if you mean none, or \"> 0\" if you mean some";
        return Some(Advice::new(format!("this always {outcome}: no number here can be below 0"), help));
    }
    if expectation.query.metric.unit != Unit::Percent || expectation.query.contrast != Contrast::Value {
        return None;
    }
    let (always, never) = match expectation.limit {
        Limit::Less(limit) => (limit > 100.0, false),
        Limit::AtMost(limit) => (limit >= 100.0, false),
        Limit::More(limit) => (false, limit >= 100.0),
        Limit::AtLeast(limit) | Limit::Equal(limit) => (false, limit > 100.0),
        Limit::Within(low, high) => (low <= 0.0 && high >= 100.0, low > 100.0),
    };
    let outcome = if always { "holds" } else { "fails" };
    let message = format!("this always {outcome}: `{}` is a percentage from 0 to 100", expectation.query.metric.id);
    (always || never).then(|| Advice::new(message, "write a limit between 0 and 100 %"))
}

/// Why a number is always 0, and what to write instead: nothing in the scenario has what its labels ask for.
fn nothing_to_count(query: &Query, scenario: &Scenario) -> Option<Advice> {
    if query.metric.id.starts_with("supply-risk.") && all_smets1(scenario) {
        let help = "write kind = \"smets2\" for a prepay meter, or expect something else";
        return Some(Advice::new("this is always 0: SMETS1 meters are never at supply risk", help));
    }
    query.labels.iter().find_map(|(dimension, label)| {
        let (what, add) = absent(*dimension, label, scenario)?;
        let message = format!("this is always 0: {what}");
        Some(Advice::new(message, format!("{add}, or expect something else")))
    })
}

/// What no meter of the scenario is or does, for a label of an expectation, and what to add.
fn absent(dimension: Dimension, label: &str, scenario: &Scenario) -> Option<(String, &'static str)> {
    let market = scenario.market.as_ref();
    let scripted = |is: &dyn Fn(Fuel) -> bool| scenario.meters.iter().any(|meter| is(meter.fuel));
    match (dimension, label) {
        (Dimension::Fuel, "gas")
            if market.is_none_or(|market| market.gas_share <= 0.0) && !scripted(&|fuel| fuel == Fuel::Gas) =>
        {
            let add = if market.is_some() { "write a `gas-share` above 0" } else { "give a [[meter]] fuel = \"gas\"" };
            Some(("no meter is a gas meter".to_owned(), add))
        }
        (Dimension::Fuel, "electricity")
            if market.is_none_or(|market| market.gas_share >= 1.0) && !scripted(&|fuel| fuel == Fuel::Electricity) =>
        {
            let add = if market.is_some() { "write a `gas-share` below 1" } else { "add an electricity [[meter]]" };
            Some(("no meter is an electricity meter".to_owned(), add))
        }
        (Dimension::Kind, "smets1") => {
            let drawn = market.is_some_and(|market| market.smets1.iter().any(|(_, meters)| *meters > 0.0));
            let any = drawn || scenario.meters.iter().any(|meter| meter.kind == DeviceKind::Smets1);
            let add = match market {
                Some(_) => "write `smets1` in the path of [market]",
                None => "give a [[meter]] kind = \"smets1\"",
            };
            (!any).then(|| ("no meter is a SMETS1 meter".to_owned(), add))
        }
        (Dimension::Gaining | Dimension::Losing, supplier) => no_switch(dimension, supplier, scenario),
        _ => None,
    }
}

/// Whether no switch can go to, or come from, a supplier.
fn no_switch(dimension: Dimension, id: &str, scenario: &Scenario) -> Option<(String, &'static str)> {
    let place = scenario.suppliers.iter().position(|supplier| supplier.id == id)?;
    let is = |supplier: &SupplierId| usize::from(supplier.0) == place;
    let gains = dimension == Dimension::Gaining;
    let weights = &scenario.suppliers[place].weights;
    let gained = |switch: &SwitchPlan| is(&switch.to);
    let in_script =
        scenario.meters.iter().any(|meter| meter.switches.iter().any(gained) || !gains && is(&meter.holder));
    let moved = scenario.transfers().iter().any(|transfer| is(&transfer.from) || is(&transfer.to));
    // A supplier that gains a meter can lose it again, and pairs have weights of their own.
    let drawn = scenario.market.is_some() && (weights.gains > 0.0 || !gains && weights.share > 0.0);
    let verb = if gains { "gains" } else { "loses" };
    let add = if gains { "give it `gains` above 0" } else { "give it a `share` above 0" };
    (!in_script && !moved && !drawn).then(|| (format!("`{}` {verb} no meter", visible(id)), add))
}

/// Whether every meter is a scripted SMETS1 meter.
fn all_smets1(scenario: &Scenario) -> bool {
    scenario.market.is_none() && scenario.meters.iter().all(|meter| meter.kind == DeviceKind::Smets1)
}
