//! What a scenario uses of its inputs.

use super::Input;
use super::range::{Level, Range};
use super::schedule_counts::tilted;
use crate::model::background::Explained;
use crate::model::market::{Collection, Market, Weights};
use crate::model::plan::Class;
use crate::scenario::Scenario;

/// Whether results can depend on an input.
pub(in crate::scenario) fn is_used(scenario: &Scenario, name: &str) -> bool {
    let pulled = |law: &str| scenario.policies.iter().any(|policy| policy.draws_from(law));
    let Some(market) = &scenario.market else { return true };
    let has = |class: Class| {
        market.class_shares[class as usize] > 0.0 || scenario.suppliers.iter().any(|s| s.weights.class == Some(class))
    };
    // A fault may make any supplier a non-User.
    let faulty = !scenario.injections.is_empty();
    let some_follow = |own: fn(&Collection) -> bool| scenario.suppliers.iter().any(|s| !own(&s.weights.collection));
    match name {
        "market.calendar-share" => some_follow(|own| own.calendar_share.is_some()),
        "market.both-share" => some_follow(|own| own.both_share.is_some()),
        "market.monthly-calendar-share" => some_follow(|own| own.monthly_share.is_some()),
        "market.schedule-counts" => some_follow(|own| own.schedule_counts.is_some()),
        "market.class-shares.immature" | "market.class-shares.non-user" => {
            scenario.suppliers.iter().any(|s| s.weights.gains > 0.0 && s.weights.class.is_none())
        }
        "market.class-drawn-for" | "market.class-sizes" => has(Class::Immature) || has(Class::NonUser),
        "market.erroneous-sends" => market.erroneous_share > 0.0,
        "market.gas-ratio" | "dcc.gas-devices" | "dcc.gas-pusher" => market.gas_share > 0.0,
        "dcc.smets1-pushes" => market.smets1.iter().any(|(_, meters)| *meters > 0.0),
        "to-623.immature" | "configures.immature" => has(Class::Immature) || pulled(name),
        "to-623.non-user" => has(Class::NonUser) || faulty || pulled(name),
        "to-623.prepay" => market.prepay_share > 0.0 || pulled(name),
        "late-feed" => market.late_share > 0.0 || pulled(name),
        "notice" => market.withdrawn_share > 0.0 || pulled(name),
        "lead" => pulled(name),
        name if name.starts_with("erroneous-transfer.") => market.erroneous_share > 0.0,
        _ => true,
    }
}

/// Narrows the ranges of how meters are read to what the messages of `[traffic]` leave room for: the reader refuses
/// more scheduled reads than messages.
pub(super) fn keep_within_traffic(scenario: &Scenario, inputs: &mut [Input]) {
    let (Some(market), Some(traffic)) = (&scenario.market, &scenario.traffic) else { return };
    let weights = scenario.weights();
    let fits = |market: &Market| reads(market, &weights) <= traffic.totals.messages;
    for input in inputs.iter_mut() {
        let with: Box<dyn Fn(f64) -> Option<Market>> = match input.name.as_str() {
            "market.calendar-share" => Box::new(|share| {
                Some(Market { calendar_share: market.calendar_share.with_mean(share), ..market.clone() })
            }),
            "market.schedule-counts" => Box::new(|mean| {
                Some(Market { schedule_counts: tilted(market.schedule_counts, mean)?, ..market.clone() })
            }),
            "market.both-share" => Box::new(|share| Some(Market { both_share: share, ..market.clone() })),
            "traffic.messages" => {
                let least = reads(market, &weights);
                narrow(input, |messages| messages >= least);
                continue;
            }
            _ => continue,
        };
        narrow(input, |number| with(number).is_some_and(|market| fits(&market)));
    }
}

fn reads(market: &Market, weights: &[Weights]) -> f64 {
    Explained::by(market, weights).scheduled_reads
}

/// Moves the ends of a range towards the value until both are possible.
fn narrow(input: &mut Input, possible: impl Fn(f64) -> bool) {
    let (Range::Between { low, high, .. }, Level::Number(value)) = (&mut input.range, &input.value) else { return };
    let mut narrowed = false;
    for end in [low, high] {
        if possible(*end) {
            continue;
        }
        narrowed = true;
        let (mut outside, mut inside) = (*end, *value);
        for _ in 0..40 {
            let middle = (outside + inside) / 2.0;
            if possible(middle) { inside = middle } else { outside = middle }
        }
        // Three decimals towards the value.
        let rounded = if inside < *value { libm::ceil(inside * 1e3) } else { libm::floor(inside * 1e3) } / 1e3;
        *end = if (rounded - *value) * (inside - *value) >= 0.0 { rounded } else { *value };
    }
    if narrowed {
        input.why.push_str("; narrowed to what the messages of [traffic] leave room for");
    }
}
