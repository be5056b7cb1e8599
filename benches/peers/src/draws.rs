//! What chance decides about each meter.
//!
//! The draws are numbers of one SplitMix64 sequence, taken by place: number `meter × 8 + purpose`. So none depends on
//! the order in which a simulation asks, and Python has them too. Everything is done in integers.

use serde::{Deserialize, Serialize};

use crate::{DAY, HORIZON, SUPPLIERS};

/// Quantiles of the two delays, in seconds; `python/delays.py` wrote them.
const DELAYS: &str = include_str!("../delays.csv");
/// The number of bits that index the table of quantiles; 20 bits remain to interpolate.
const TABLE_BITS: u32 = 12;
const REST_BITS: u32 = 32 - TABLE_BITS;
/// What SplitMix64 counts up by.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const SEED: u64 = 72;

/// What a number of the sequence decides.
#[derive(Clone, Copy)]
enum Purpose {
    Switch,
    Law,
    Delay,
    Loser,
    Read,
    FirstRejection,
    SecondRejection,
    Order,
}

/// One meter's change of supplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// When the supplier changes, in seconds of the year.
    pub switch: u32,
    /// When 6.23 arrives, the horizon at the latest.
    pub until: u32,
    /// The supplier that lost the meter.
    pub loser: u8,
    /// The read alert's second of the day.
    pub read: u32,
    /// The rejections' seconds of the day.
    pub rejections: [u32; 2],
}

/// The laws to draw from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Draws {
    exponential: Vec<u64>,
    lognormal: Vec<u64>,
}

impl Default for Draws {
    fn default() -> Self {
        let number = |text: &str| text.parse::<u64>().expect("a number of seconds");
        let rows = DELAYS.lines().skip(1).map(|row| row.split_once(',').expect("two columns"));
        let (exponential, lognormal) = rows.map(|(left, right)| (number(left), number(right))).unzip();
        Self { exponential, lognormal }
    }
}

impl Draws {
    /// The case of meter `meter`.
    pub fn case(&self, meter: u32) -> Case {
        let below = |purpose, n: u32| ((u64::from(bits(meter, purpose)) * u64::from(n)) >> 32) as u32;
        let switch = below(Purpose::Switch, HORIZON);
        // One in ten waits for something that a supplier must repair.
        let law = if below(Purpose::Law, 10) == 0 { &self.lognormal } else { &self.exponential };
        let delay = quantile(law, bits(meter, Purpose::Delay));
        Case {
            switch,
            until: (u64::from(switch) + delay).min(u64::from(HORIZON)) as u32,
            loser: below(Purpose::Loser, SUPPLIERS as u32) as u8,
            read: below(Purpose::Read, DAY),
            rejections: [below(Purpose::FirstRejection, DAY), below(Purpose::SecondRejection, DAY)],
        }
    }
}

/// Where meter `meter` stands in a backlog: among the first if it is low.
pub fn order(meter: u32) -> u32 {
    bits(meter, Purpose::Order)
}

fn quantile(law: &[u64], bits: u32) -> u64 {
    let (place, rest) = ((bits >> REST_BITS) as usize, u64::from(bits & ((1 << REST_BITS) - 1)));
    law[place] + (((law[place + 1] - law[place]) * rest) >> REST_BITS)
}

/// The upper half of a number of the sequence.
fn bits(meter: u32, purpose: Purpose) -> u32 {
    let place = u64::from(meter) * 8 + purpose as u64;
    let mut z = SEED.wrapping_add(GOLDEN.wrapping_mul(place + 1));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_quantile_and_rises() {
        let draws = Draws::default();
        for law in [&draws.exponential, &draws.lognormal] {
            assert_eq!(law.len(), (1 << TABLE_BITS) + 1);
            assert!(law.is_sorted());
        }
        assert_eq!(draws.lognormal[1 << (TABLE_BITS - 1)], 20 * u64::from(DAY));
    }

    #[test]
    fn a_quantile_between_two_of_the_table_lies_between_them() {
        let law = &Draws::default().lognormal;
        assert_eq!(quantile(law, 0), law[0]);
        let between = quantile(law, u32::MAX);
        assert!(law[law.len() - 2] < between && between < law[law.len() - 1]);
    }
}
