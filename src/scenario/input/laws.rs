//! `[laws]`: the typical duration of each law, which scales the whole law.

use super::draft::{Draft, Note, parsed};
use super::{Amount, Change, Family, Input, Number, SetError, uncertain};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::laws::{CATALOGUE, PREPAY};
use crate::model::varies::Varies;
use crate::scenario::{Scenario, law};

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

/// The name of a mixture's share of late parts, beneath the law's.
const LATE_SHARE: &str = "late-share";

/// The law of this name that a scenario uses.
fn of(scenario: &Scenario, name: &str) -> Option<Law> {
    if name == PREPAY.0 {
        return scenario.laws.to_623_prepay.clone();
    }
    scenario.laws.clone().by_name(name).cloned()
}

fn list(scenario: &Scenario) -> Vec<Input> {
    let laws = CATALOGUE.iter().chain([&PREPAY]);
    laws.flat_map(|(name, ..)| inputs(scenario, name).unwrap_or_default()).collect()
}

fn inputs(scenario: &Scenario, name: &str) -> Option<Vec<Input>> {
    let (assumption, law) = (uncertain(scenario, name)?, of(scenario, name)?);
    let number = Number { assumption, family: &FAMILY };
    let typical = typical(&law);
    Some(match assumption.varies? {
        Varies::Between(span) => number.plain(&span, Amount::Seconds(typical?)).into_iter().collect(),
        Varies::Through(parts) => {
            let value = |part: &str| match part {
                LATE_SHARE => late_share(&law).map(Amount::Plain),
                _ => typical.map(Amount::Seconds),
            };
            parts.iter().filter_map(|part| number.part(part, value(part.name)?)).collect()
        }
        Varies::OneOf { .. } | Varies::Fixed { .. } => Vec::new(),
    })
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    let mut done: Vec<&str> = Vec::new();
    for Change { input, .. } in changes {
        let name = input.assumption.as_str();
        let (Some(mut law), false) = (of(scenario, name), done.contains(&name)) else { continue };
        done.push(name);
        let own: Vec<Change<'_>> = changes.iter().filter(|change| change.input.assumption == name).copied().collect();
        for change in &own {
            let late = change.input.name != change.input.assumption;
            law = if late { with_late_share(&law, change)? } else { scaled_to(&law, change)? };
        }
        if let Some(value) = parsed(&law::print(&law)) {
            draft.law(name, value, &Note::of(&own, &input.source));
        }
    }
    Ok(())
}

/// The law scaled to a new typical duration.
///
/// # Errors
/// When the duration is not above 0.
pub(super) fn scaled_to(law: &Law, change: &Change<'_>) -> Result<Law, SetError> {
    let factor = change.number() / change.input.value.number().unwrap_or(1.0);
    // Not a number, too.
    if !(factor > 0.0 && factor.is_finite()) {
        return Err(change.refuse("a typical duration must be above 0", "write for example 1 d"));
    }
    Ok(scaled(law, factor))
}

fn with_late_share(law: &Law, change: &Change<'_>) -> Result<Law, SetError> {
    let (asked, Some(share), Law::Mixture(parts)) = (change.number(), late_share(law), law) else {
        return Ok(law.clone());
    };
    if !(0.0..=1.0).contains(&asked) {
        return Err(change.refuse("a share must be from 0 to 1", "write for example 0.15"));
    }
    let factor = |late: bool| if late { asked / share } else { (1.0 - asked) / (1.0 - share) };
    Ok(Law::Mixture(parts.iter().map(|(weight, part)| (weight * factor(is_late(part)), part.clone())).collect()))
}

fn is_late(part: &Law) -> bool {
    *part != Law::Fixed(Seconds(0))
}

/// The weight of a mixture's parts that are not 0, as a share of all; nothing unless it has both kinds.
fn late_share(law: &Law) -> Option<f64> {
    let Law::Mixture(parts) = law else { return None };
    let sum =
        |of: &dyn Fn(&Law) -> bool| parts.iter().filter(|(_, part)| of(part)).map(|(weight, _)| weight).sum::<f64>();
    let (late, all) = (sum(&is_late), sum(&|_| true));
    (late > 0.0 && late < all).then(|| late / all)
}

/// The typical duration of a law in seconds: the median of a log-normal one, the mean of an exponential one and the
/// middle of a uniform one; of a mixture the mean of the parts that are not 0. Nothing for a law that is always 0 or
/// can be "never".
pub(super) fn typical(law: &Law) -> Option<f64> {
    let typical = match law {
        Law::Fixed(length) => length.0 as f64,
        Law::Uniform { low, high } => (low + high) / 2.0,
        Law::Exponential { mean } => *mean,
        Law::LogNormal { median, .. } => *median,
        Law::Capped(law, _) => typical(law)?,
        Law::Never => return None,
        Law::Mixture(parts) => {
            let late = || parts.iter().filter(|(_, part)| is_late(part));
            let weight: f64 = late().map(|(weight, _)| weight).sum();
            late().map(|(share, part)| share / weight * part.mean()).sum()
        }
    };
    (typical > 0.0 && typical.is_finite()).then_some(typical)
}

/// A law with all its durations this many times as long, to the millisecond, which a file states exactly.
fn scaled(law: &Law, factor: f64) -> Law {
    if factor == 1.0 {
        return law.clone();
    }
    let times = |seconds: f64| libm::round(seconds * factor * 1_000.0) / 1_000.0;
    let length = |length: Seconds| Seconds(libm::round(length.0 as f64 * factor) as i64);
    match law {
        Law::Fixed(fixed) => Law::Fixed(length(*fixed)),
        Law::Uniform { low, high } => Law::Uniform { low: times(*low), high: times(*high) },
        Law::Exponential { mean } => Law::Exponential { mean: times(*mean) },
        Law::LogNormal { median, sigma } => Law::LogNormal { median: times(*median), sigma: *sigma },
        Law::Capped(law, cap) => Law::Capped(Box::new(scaled(law, factor)), length(*cap)),
        Law::Never => Law::Never,
        Law::Mixture(parts) => {
            Law::Mixture(parts.iter().map(|(weight, part)| (*weight, scaled(part, factor))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::laws::{Laws, log_normal};

    #[test]
    fn the_typical_duration_is_the_median_the_mean_or_the_middle() {
        let day = 86_400.0;
        let fixed = Law::Fixed(Seconds::days(2));
        assert_eq!(typical(&log_normal(30.0, 1.0)), Some(30.0 * day));
        assert_eq!(typical(&Law::Exponential { mean: 5.0 }), Some(5.0));
        assert_eq!(typical(&Law::Uniform { low: 1.0, high: 4.0 }), Some(2.5));
        assert_eq!(typical(&fixed), Some(2.0 * day));
        // Of 0, 2 and 6 days by 7, 2 and 1: (2 x 2 + 6) / 3.
        let mixture =
            Law::Mixture(vec![(7.0, Law::Fixed(Seconds(0))), (2.0, fixed), (1.0, Law::Fixed(Seconds::days(6)))]);
        assert!((typical(&mixture).expect("late parts") / day - 10.0 / 3.0).abs() < 1e-12);
        assert_eq!(late_share(&mixture), Some(0.3));
        assert_eq!([typical(&Law::Never), typical(&Law::Fixed(Seconds(0)))], [None, None]);
    }

    #[test]
    fn a_scaled_law_is_the_same_law_of_longer_durations() {
        let law = Laws::default().to_623_mature;
        let (once, twice) = (typical(&law).expect("late parts"), typical(&scaled(&law, 2.0)).expect("late parts"));
        assert!((twice / once - 2.0).abs() < 1e-9 && late_share(&scaled(&law, 2.0)) == late_share(&law));
        let capped = Law::Capped(Box::new(log_normal(5.0, 0.6)), Seconds::days(20));
        assert_eq!(scaled(&capped, 0.5), Law::Capped(Box::new(log_normal(2.5, 0.6)), Seconds::days(10)));
        assert_eq!(scaled(&law, 1.0), law);
    }
}
