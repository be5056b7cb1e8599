//! Counts of whole numbers from which any percentile can be read, and which merge without loss.

use super::merge::Merge;

/// Numbers below this one are counted exactly. Above, each power of two is divided into half as many steps, so that a
/// number is known to 1 part in 1,024.
const EXACT: u64 = 2_048;

/// A histogram of whole numbers: exact below 2,048, and to 0.1 % above. Their number, sum and largest are exact.
///
/// ```
/// use meterchurn::engine::histogram::Histogram;
///
/// let mut waits = Histogram::default();
/// waits.add(0, 98);
/// waits.add(60, 2);
/// assert_eq!(waits.percentile(980), Some(0));
/// assert_eq!(waits.percentile(990), Some(60));
/// assert_eq!(waits.at_most(59), 98);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histogram {
    // By step; the list ends at the largest number.
    counts: Vec<u64>,
    number: u64,
    sum: u128,
    largest: u64,
}

impl Histogram {
    /// Counts a number this many times.
    pub fn add(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let place = step(value);
        if self.counts.len() <= place {
            self.counts.resize(place + 1, 0);
        }
        self.counts[place] += times;
        self.number += times;
        self.sum += u128::from(value) * u128::from(times);
        self.largest = self.largest.max(value);
    }

    /// Counts the whole parts of `times` fractions with one denominator, whose numerators begin at `first` and grow by
    /// `by`.
    pub fn add_evenly(&mut self, first: u128, by: u128, denominator: u128, times: u64) {
        let value = |n: u64| u64::try_from((first + by * u128::from(n)) / denominator).unwrap_or(u64::MAX);
        // The first of them that exceeds a number.
        let exceeding = |value: u64| {
            let missing = ((u128::from(value) + 1) * denominator).saturating_sub(first);
            u64::try_from(missing.div_ceil(by.max(1))).unwrap_or(u64::MAX)
        };
        let mut n = 0;
        while n < times {
            let place = step(value(n));
            let next = if by == 0 { times } else { exceeding(last_of(place)).clamp(n + 1, times) };
            if self.counts.len() <= place {
                self.counts.resize(place + 1, 0);
            }
            self.counts[place] += next - n;
            n = next;
        }
        if times > 0 {
            self.number += times;
            self.sum += sum_of_whole_parts(u128::from(times), first, by, denominator);
            self.largest = self.largest.max(value(times - 1));
        }
    }

    /// How many numbers are counted.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Their sum.
    pub const fn sum(&self) -> u128 {
        self.sum
    }

    /// The largest, or 0 of none.
    pub const fn largest(&self) -> u64 {
        self.largest
    }

    /// The least number that at least this many thousandths of them do not exceed; `None` of none. It is exact below
    /// 2,048, and above at most 0.1 % too large.
    pub fn percentile(&self, thousandths: u64) -> Option<u64> {
        if self.number == 0 {
            return None;
        }
        let due = (u128::from(self.number) * u128::from(thousandths.min(1_000))).div_ceil(1_000).max(1);
        let mut counted = 0_u128;
        let place = self.counts.iter().position(|count| {
            counted += u128::from(*count);
            counted >= due
        });
        Some(place.map_or(self.largest, last_of).min(self.largest))
    }

    /// How many numbers do not exceed this one; above 2,048 those of its step are included.
    pub fn at_most(&self, value: u64) -> u64 {
        self.counts.iter().take(step(value) + 1).sum()
    }

    /// Takes away the counts of a part of them. The largest number stays as it is.
    pub fn without(mut self, part: &Self) -> Self {
        self.counts.iter_mut().zip(&part.counts).for_each(|(all, part)| *all = all.saturating_sub(*part));
        self.number = self.counts.iter().sum();
        self.sum = self.sum.saturating_sub(part.sum);
        let last = self.counts.iter().rposition(|count| *count > 0);
        self.counts.truncate(last.map_or(0, |last| last + 1));
        self.largest = last.map_or(0, |last| last_of(last).min(self.largest));
        self
    }
}

/// The sum of the whole parts of `(first + by * n) / denominator` for n below `times`, as in Euclid's algorithm.
fn sum_of_whole_parts(mut times: u128, mut first: u128, mut by: u128, mut denominator: u128) -> u128 {
    let mut sum = 0;
    loop {
        sum += times * (times - 1) / 2 * (by / denominator) + times * (first / denominator);
        (by, first) = (by % denominator, first % denominator);
        let last = by * times + first;
        if last < denominator {
            return sum;
        }
        // Count the points under the line by columns in place of rows.
        times = last / denominator;
        first = last % denominator;
        (denominator, by) = (by, denominator);
    }
}

/// The step of a number.
const fn step(value: u64) -> usize {
    if value < EXACT {
        return value as usize;
    }
    let half = EXACT / 2;
    // Powers of two above the exact numbers.
    let power = (value / half).ilog2() as u64;
    ((power * half) + (value >> power)) as usize
}

/// The last number of a step.
const fn last_of(place: usize) -> u64 {
    let (place, half) = (place as u64, EXACT / 2);
    if place < EXACT {
        return place;
    }
    let power = place / half - 1;
    let first = (place - power * half) << power;
    first + ((1 << power) - 1)
}

impl Merge for Histogram {
    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.number += other.number;
        self.sum += other.sum;
        self.largest = self.largest.max(other.largest);
    }

    /// The largest number is known to its step only, once the part had the largest of all.
    fn take_out(&mut self, part: &Self) {
        *self = std::mem::take(self).without(part);
    }

    fn is_nothing(&self) -> bool {
        self.number == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_in_its_step_and_steps_follow_one_another() {
        let mut value = 0_u64;
        while value < 1 << 40 {
            let place = step(value);
            assert!(value <= last_of(place), "{value}");
            assert!(place == 0 || last_of(place - 1) < value, "{value}");
            // No step is wider than a thousandth of its numbers.
            assert!(last_of(place) - value <= value / 1_000, "{value}");
            value += 1 + value / 700;
        }
        let largest = step(u64::MAX);
        assert_eq!(last_of(largest), u64::MAX);
        assert!(largest < 60_000);
    }

    #[test]
    fn a_percentile_is_the_least_number_that_as_many_do_not_exceed() {
        let mut numbers = Histogram::default();
        (1..=100).for_each(|n| numbers.add(n, 1));
        let of = |thousandths| numbers.percentile(thousandths).expect("a hundred numbers");
        assert_eq!([0, 500, 505, 990, 999, 1_000].map(of), [1, 50, 51, 99, 100, 100]);
        assert_eq!(Histogram::default().percentile(500), None);
        assert_eq!((numbers.number(), numbers.sum(), numbers.largest()), (100, 5_050, 100));
    }

    #[test]
    fn fractions_in_even_steps_are_counted_as_one_by_one() {
        for (first, by, denominator, times) in [(0, 60, 7, 25), (5, 1, 600, 1_500), (3, 7, 1, 9), (0, 0, 5, 4)] {
            let (mut at_once, mut singly) = (Histogram::default(), Histogram::default());
            at_once.add_evenly(first, by, denominator, times);
            (0..u128::from(times)).for_each(|n| singly.add(((first + by * n) / denominator) as u64, 1));
            assert_eq!(at_once, singly);
        }
    }

    #[test]
    fn parts_merge_to_the_whole_and_are_taken_from_it() {
        let (mut one, mut other) = (Histogram::default(), Histogram::default());
        one.add(3, 2);
        one.add(70, 1);
        other.add(3, 1);
        other.add(9_000, 4);
        let mut both = one.clone();
        both.merge(&other);
        assert_eq!((both.number(), both.sum(), both.largest()), (8, 36_079, 9_000));
        assert_eq!(both.without(&other), one);
    }
}
