//! How far back a market must begin, so that the cases open at the start of the window exist.
//!
//! A case that was opened `t` before the start still lacks its 6.23 with the probability that the laws of sending give,
//! by the shares of gainers' classes, and belongs to the same customer unless another switch came between. Summed over
//! the switches before the start this is the expected stock. A warm-up that is too short lacks the older part of it.

use crate::engine::law::Law;
use crate::engine::time::{DAY, Day, Seconds};
use crate::model::laws::Laws;
use crate::model::market::Market;
use crate::model::plan::{Class, Fuel};
use crate::model::window::Window;

/// A warm-up that lacks less than this fraction of the stock is long enough.
const LACKING: f64 = 0.01;
/// Longest warm-up that is chosen where a scenario gives none, in days.
const LONGEST: i32 = 730;
/// How far back the stock is computed, in days.
const FARTHEST: i32 = 20 * 365;
/// A default warm-up is chosen in steps of this many days.
const STEP: i32 = 30;

/// The cases expected to be open at a window's start, by age.
#[derive(Debug)]
pub struct Stock {
    // Cases not initiated that were opened at least this many days before the start, from 0 on.
    older: Vec<f64>,
    // Days before the start for which the scenario's own numbers give switches.
    given: i32,
    // Cases not initiated at the end of the window.
    at_horizon: f64,
}

impl Stock {
    /// The stock of a market at the start of a window. Where the market's numbers begin later than its cases, the first
    /// ones represent the time before.
    pub fn of(market: &Market, laws: &Laws, window: &Window) -> Self {
        let survival = Survival::of(market, laws);
        let volume = |day: Day| -> f64 { Fuel::ALL.iter().map(|fuel| market.volume_on(*fuel, day)).sum() };
        let before = |age: i32| window.first.plus(-age);
        let reaches = |age: &i32| volume(before(*age)) > 0.0;
        let given = (1..=FARTHEST).take_while(reaches).count() as i32;
        // The volume on the first day that the scenario gives.
        let first = volume(before(given.max(-(window.days as i32 - 1))));
        let first = if given > 0 { first } else { volume(window.first) };
        let mut older = vec![0.0; FARTHEST as usize + 1];
        for age in (1..=FARTHEST).rev() {
            let switches = if age <= given { volume(before(age)) } else { first };
            older[age as usize - 1] = older[age as usize] + switches * survival.at(f64::from(age) - 0.5);
        }
        let at_horizon = (0..window.days as i32)
            .map(|day| volume(window.first.plus(day)) * survival.at(f64::from(window.days as i32 - day) - 0.5))
            .sum();
        Self { older, given, at_horizon }
    }

    /// Fraction of the stock that a warm-up lacks, 0 to 1. The stock at the end of the window is used where that is
    /// larger, as in a growing market.
    pub fn lacking(&self, warm_up: Seconds) -> f64 {
        let days = usize::try_from(warm_up.0 / DAY.0).unwrap_or(0).min(FARTHEST as usize);
        // There are no switches in a warm-up before the scenario's numbers begin.
        let days = days.min(self.given as usize);
        let whole = self.older[0].max(self.at_horizon);
        if whole > 0.0 { self.older[days] / whole } else { 0.0 }
    }

    /// Whether it lacks enough for a warning.
    pub fn lacks(&self, warm_up: Seconds) -> bool {
        self.lacking(warm_up) > 2.0 * LACKING
    }

    /// A warm-up that is long enough for the laws, but no longer than the scenario's numbers reach back, nor than two
    /// years.
    pub fn warm_up(&self) -> Seconds {
        let reach = self.given.min(LONGEST);
        let steps = (0..=reach).step_by(STEP as usize).chain([reach]);
        let enough = |days: &i32| self.lacking(Seconds::days(i64::from(*days))) <= LACKING;
        let days = steps.into_iter().find(enough).unwrap_or(reach);
        Seconds::days(i64::from(days))
    }

    /// The warm-up that would be long enough if the scenario's numbers reached back far enough.
    pub fn needed(&self) -> Seconds {
        let whole = self.older[0].max(self.at_horizon);
        let enough = |days: &i32| self.older[*days as usize] <= LACKING * whole;
        let days = (0..=FARTHEST).step_by(STEP as usize).find(enough).unwrap_or(FARTHEST);
        Seconds::days(i64::from(days.min(LONGEST)))
    }
}

/// The probability that a case still has no 6.23 sent some days after SSD, and that no other switch has come.
struct Survival {
    // By class and law: share of gains, and delays in days, evenly spaced quantiles in ascending order.
    classes: Vec<(f64, Vec<f64>)>,
    // A meter's hazard of another switch, per day, and the days until it begins.
    hazard: f64,
    dead_time: f64,
}

impl Survival {
    fn of(market: &Market, laws: &Laws) -> Self {
        const QUANTILES: u32 = 1_000;
        let delays = |law: &Law| -> Vec<f64> {
            let of = |n| law.at((f64::from(n) + 0.5) / f64::from(QUANTILES));
            let mut delays: Vec<f64> =
                (0..QUANTILES).map(|n| of(n).map_or(f64::INFINITY, |delay| delay.0 as f64 / DAY.0 as f64)).collect();
            delays.sort_by(f64::total_cmp);
            delays
        };
        let of_class = |(share, class): (f64, &Class)| {
            let laws = laws.of_class(*class, market.prepay_share).into_iter();
            laws.map(move |(part, law)| (share * part, delays(law)))
        };
        let months = market.hazards.len().max(1) as f64;
        Self {
            classes: market.class_shares.into_iter().zip(&Class::ALL).flat_map(of_class).collect(),
            hazard: market.hazards.iter().map(|(_, hazard)| hazard).sum::<f64>() / months / 30.4,
            dead_time: f64::from(market.dead_time_days),
        }
    }

    fn at(&self, days: f64) -> f64 {
        let unsent =
            |delays: &Vec<f64>| 1.0 - delays.partition_point(|delay| *delay <= days) as f64 / delays.len() as f64;
        let unsent: f64 = self.classes.iter().map(|(share, delays)| share * unsent(delays)).sum();
        unsent * libm::exp(-self.hazard * (days - self.dead_time).max(0.0))
    }
}
