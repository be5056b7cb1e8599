//! What a scenario uses of its inputs.

use super::Input;
use super::range::{Level, Range};
use super::schedule_counts::tilted;
use crate::model::background::Explained;
use crate::model::market::{Collection, Market, Weights};
use crate::model::plan::Class;
use crate::scenario::Scenario;

/// Whether results can depend on an input.
pub(super) fn is_used(scenario: &Scenario, name: &str) -> bool {
    lacking(scenario, name).is_none()
}

/// What a scenario lacks for results to depend on an input, in words after "without".
pub(in crate::scenario) fn lacking(scenario: &Scenario, name: &str) -> Option<&'static str> {
    let market = scenario.market.as_ref()?;
    let pulled = |law: &str| scenario.policies.iter().any(|policy| policy.draws_from(law));
    let has = |class: Class| {
        market.class_shares[class as usize] > 0.0 || scenario.suppliers.iter().any(|s| s.weights.class == Some(class))
    };
    // A fault may make any supplier a non-User.
    let faulty = !scenario.injections.is_empty();
    let some_follow = |own: fn(&Collection) -> bool| scenario.suppliers.iter().any(|s| !own(&s.weights.collection));
    let (is_used, needs) = match name {
        "market.calendar-share" => {
            (some_follow(|own| own.calendar_share.is_some()), "a supplier without a calendar share of its own")
        }
        "market.both-share" => {
            (some_follow(|own| own.both_share.is_some()), "a supplier without such a share of its own")
        }
        "market.monthly-calendar-share" => {
            (some_follow(|own| own.monthly_share.is_some()), "a supplier without such a share of its own")
        }
        "market.schedule-counts" => {
            (some_follow(|own| own.schedule_counts.is_some()), "a supplier without weights of its own")
        }
        "market.class-shares.immature" | "market.class-shares.non-user" => (
            scenario.suppliers.iter().any(|s| s.weights.gains > 0.0 && s.weights.class.is_none()),
            "a supplier that gains meters and states no `class`",
        ),
        "market.class-drawn-for" | "market.class-sizes" => {
            (has(Class::Immature) || has(Class::NonUser), "a share of immature suppliers or of non-Users")
        }
        "market.gas-ratio" | "dcc.gas-devices" | "dcc.gas-pusher" => (market.gas_share > 0.0, "a `gas-share` above 0"),
        "dcc.smets1-pushes" => {
            (market.smets1.iter().any(|(_, meters)| *meters > 0.0), "SMETS1 meters in the path of [market]")
        }
        "to-623.immature" | "configures.immature" => {
            (has(Class::Immature) || pulled(name), "a share of immature suppliers above 0")
        }
        "to-623.non-user" => (has(Class::NonUser) || faulty || pulled(name), "a share of non-Users above 0"),
        "to-623.prepay" => (market.prepay_share > 0.0 || pulled(name), "a `prepay-share` above 0"),
        "late-feed" => (market.late_share > 0.0 || pulled(name), "a `late-share` above 0"),
        "notice" => (market.withdrawn_share > 0.0 || pulled(name), "a `withdrawn-share` above 0"),
        "lead" => (pulled(name), "a policy that draws from it"),
        name if name == "market.erroneous-sends" || name.starts_with("erroneous-transfer.") => {
            (market.erroneous_share > 0.0, "an `erroneous-share` above 0")
        }
        _ => return None,
    };
    (!is_used).then_some(needs)
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
