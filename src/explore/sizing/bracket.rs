//! Bisection over whole numbers: the least value from which on a limit holds.

use std::collections::BTreeMap;

/// What is known of a limit in a replication: at which values it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bracket(BTreeMap<u64, bool>);

impl Bracket {
    /// Notes whether the limit holds at a value.
    pub fn note(&mut self, value: u64, holds: bool) {
        self.0.insert(value, holds);
    }

    /// Whether the limit holds at a value that was tried.
    pub fn at(&self, value: u64) -> Option<bool> {
        self.0.get(&value).copied()
    }

    /// The largest value at which it does not hold.
    pub fn fails(&self) -> Option<u64> {
        self.0.iter().rev().find(|(_, holds)| !**holds).map(|(value, _)| *value)
    }

    /// The least value such that it holds there and at every larger value that was tried.
    pub fn holds(&self) -> Option<u64> {
        let above = self.fails().map_or(0, |fails| fails + 1);
        self.0.range(above..).next().map(|(value, _)| *value)
    }

    /// Whether it holds at a smaller value than one at which it does not.
    pub fn is_broken(&self) -> bool {
        self.fails().is_some_and(|fails| self.0.range(..fails).any(|(_, holds)| *holds))
    }

    /// The next value to try, if the least value is to be known to within a part of itself, and to within one.
    pub fn next(&self, within: f64) -> Option<u64> {
        let (fails, holds) = (self.fails()?, self.holds()?);
        let gap = holds - fails;
        (gap > 1 && gap as f64 > within * holds as f64).then(|| fails + gap / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bisects between two values with the least one at which the limit holds. Returns the bracket and the values that
    /// were tried.
    fn bisected(low: u64, high: u64, least: u64, within: f64) -> (Bracket, Vec<u64>) {
        let (mut bracket, mut tried) = (Bracket::default(), Vec::new());
        [low, high].iter().for_each(|value| bracket.note(*value, *value >= least));
        while let Some(value) = bracket.next(within) {
            bracket.note(value, value >= least);
            tried.push(value);
        }
        (bracket, tried)
    }

    #[test]
    fn the_least_value_is_found_in_as_many_steps_as_the_range_has_bits() {
        for least in [101, 137, 163, 164] {
            let (bracket, tried) = bisected(100, 164, least, 0.0);
            assert_eq!((bracket.fails(), bracket.holds()), (Some(least - 1), Some(least)));
            assert!(tried.len() <= 6, "{tried:?}");
        }
    }

    #[test]
    fn a_tolerance_stops_it_sooner() {
        let (bracket, tried) = bisected(500, 1_000, 763, 0.01);
        // 750, 875, 812, 781, 765, 757, 761: 8 of 765 are more than 1 %, and 4 are not.
        assert_eq!((bracket.fails(), bracket.holds(), tried.len()), (Some(761), Some(765), 7));
    }

    #[test]
    fn nothing_is_tried_where_the_limit_holds_everywhere_or_nowhere() {
        assert!(bisected(1, 9, 0, 0.0).1.is_empty());
        let (bracket, tried) = bisected(1, 9, 10, 0.0);
        assert_eq!((tried.len(), bracket.holds()), (0, None));
    }

    #[test]
    fn a_limit_that_holds_below_a_value_at_which_it_fails_is_no_threshold() {
        let mut bracket = Bracket::default();
        [(10, true), (20, false), (30, true)].iter().for_each(|(value, holds)| bracket.note(*value, *holds));
        assert!(bracket.is_broken());
        assert_eq!((bracket.fails(), bracket.holds()), (Some(20), Some(30)));
    }
}
