//! `market.schedule-counts`: the mean number of schedules. The weight of k schedules is multiplied by t to the power of
//! k: of all weights with that mean, these differ least from the scenario's (least relative entropy).

use toml::Value;

use super::draft::{Draft, Note};
use super::{Amount, Change, Family, Input, Number, SetError, uncertain};
use crate::model::varies::Varies;
use crate::scenario::Scenario;

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

fn list(scenario: &Scenario) -> Vec<Input> {
    let (Some(market), Some(assumption)) = (&scenario.market, uncertain(scenario, "market.schedule-counts")) else {
        return Vec::new();
    };
    let Some(Varies::Through(parts)) = assumption.varies else { return Vec::new() };
    let number = Number { assumption, family: &FAMILY };
    let varied = market.schedule_counts.iter().filter(|weight| **weight > 0.0).count() > 1;
    let mean = Amount::Plain(mean(&market.schedule_counts));
    parts.iter().filter(|_| varied).filter_map(|part| number.part(part, mean)).collect()
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    let (Some(market), Some(change)) = (&scenario.market, changes.last()) else { return Ok(()) };
    let Some(weights) = tilted(market.schedule_counts, change.number()) else {
        let help = "write a mean between the smallest and the largest number of schedules that has a weight";
        return Err(change.refuse("the weights of the scenario cannot have this mean", help));
    };
    let value = Value::Array(weights.map(Value::Float).to_vec());
    draft.number(&["market"], "schedule-counts", value, &Note::of(changes, &change.input.source));
    Ok(())
}

/// The mean number of schedules by these weights of 0 to 4.
pub(super) fn mean(weights: &[f64; 5]) -> f64 {
    let sum: f64 = weights.iter().sum();
    weights.iter().zip(0_u8..).map(|(weight, k)| weight * f64::from(k)).sum::<f64>() / sum
}

/// The weights with another mean and the same sum; nothing where no tilt has it.
pub(super) fn tilted(weights: [f64; 5], asked: f64) -> Option<[f64; 5]> {
    if mean(&weights) == asked {
        return Some(weights);
    }
    let possible: Vec<f64> = (0_u8..).zip(&weights).filter(|(_, w)| **w > 0.0).map(|(k, _)| f64::from(k)).collect();
    let (least, most) = (*possible.first()?, *possible.last()?);
    if !(least < asked && asked < most) {
        return None;
    }
    let sum: f64 = weights.iter().sum();
    let by = |log_t: f64| {
        // Relative to the end that gains, so that nothing overflows.
        let end = if log_t > 0.0 { most } else { least };
        let mut tilted = weights;
        tilted.iter_mut().zip(0_u8..).for_each(|(weight, k)| *weight *= libm::exp(log_t * (f64::from(k) - end)));
        let all: f64 = tilted.iter().sum();
        tilted.map(|weight| weight / all * sum)
    };
    let (mut low, mut high) = (-60.0, 60.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if mean(&by(middle)) < asked { low = middle } else { high = middle }
    }
    Some(by((low + high) / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: [f64; 5] = [0.15, 0.15, 0.45, 0.20, 0.05];

    #[test]
    fn tilted_weights_have_the_mean_asked_for_and_keep_their_sum() {
        assert!((mean(&DEFAULT) - 1.85).abs() < 1e-12);
        for asked in [0.01, 1.0, 1.5, 1.85, 3.0, 3.99] {
            let weights = tilted(DEFAULT, asked).expect("a possible mean");
            assert!((mean(&weights) - asked).abs() < 1e-9, "{asked}: {}", mean(&weights));
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_tilt_is_a_power_of_one_factor() {
        let weights = tilted(DEFAULT, 2.5).expect("a possible mean");
        let t = weights[1] / weights[0] * DEFAULT[0] / DEFAULT[1];
        for k in 1..5 {
            assert!((weights[k] / weights[k - 1] * DEFAULT[k - 1] / DEFAULT[k] - t).abs() < 1e-9 * t, "{k}");
        }
    }

    #[test]
    fn a_mean_that_the_weights_cannot_have_is_refused_and_their_own_changes_nothing() {
        assert_eq!(tilted(DEFAULT, mean(&DEFAULT)), Some(DEFAULT));
        for asked in [-1.0, 0.0, 4.0, 5.0, f64::NAN] {
            assert_eq!(tilted(DEFAULT, asked), None, "{asked}");
        }
        assert_eq!(tilted([0.0, 1.0, 0.0, 1.0, 0.0], 0.5), None);
    }
}
