//! The cost of a study, estimated before anything runs, and the limits that it must not exceed.

pub mod cost;
mod excess;
pub(super) mod limits;

pub use cost::Cost;
pub(super) use cost::expected_held;
pub use excess::{Excess, Repeated};

use super::{How, most_threads};
use crate::model::backlog::Drive;
use crate::model::draw::FirstSwitch;
use crate::scenario::Scenario;

/// Most switches that are simulated: at about 3 µs each, two thirds of a day on one thread.
pub(super) const MOST_SWITCHES: f64 = 2e10;
/// Most expected switches of one fuel on a day: six standard deviations of such a number below the draws that there
/// are.
pub(super) const MOST_A_DAY: f64 = FirstSwitch::MOST as f64 - 6.0 * 4_096.0;
/// Most device-seconds of a run: what a counter can hold.
pub(super) const MOST_DEVICE_SECONDS: f64 = u64::MAX as f64;
/// Most meters that are held at once; more have never been tried.
pub(super) const MOST_HELD: f64 = 4e6;

/// The resources of the machine that a study may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// Bytes of memory.
    pub memory: u64,
    /// Threads that run at once.
    pub threads: usize,
}

/// A study within all limits: its threads and its estimated cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    how: How,
    cost: Cost,
}

impl Budget {
    /// Checks a scenario against all limits. It gets the `threads` requested; 0 means as many as the machine has and
    /// has memory for. It never gets more than it has runs.
    ///
    /// # Errors
    /// The first limit that it exceeds.
    pub fn of(scenario: &Scenario, machine: Machine, threads: usize) -> Result<Self, Excess> {
        let budget = Self::with(scenario, machine, self::threads(scenario, machine, threads));
        let Cost { runs, values, device_seconds, .. } = budget.cost;
        budget.check_switches(budget.cost.all_switches(), runs)?;
        if device_seconds > MOST_DEVICE_SECONDS {
            return Err(Excess::DeviceSeconds { device_seconds });
        }
        limits::check_values(values, runs)?;
        limits::check_repeats(scenario, scenario.experiment.replications)?;
        limits::check_waits(scenario)?;
        budget.check_memory(machine)?;
        Ok(budget)
    }

    /// Checks a scenario whose study shares `threads` with others. It is within all limits if it is so with one thread.
    ///
    /// # Errors
    /// The first limit that it exceeds.
    pub fn in_a_suite(scenario: &Scenario, machine: Machine, threads: usize) -> Result<Self, Excess> {
        Self::of(scenario, machine, 1)?;
        Ok(Self::with(scenario, machine, threads))
    }

    /// Checks what following one meter needs: one replication under one policy can be simulated, and its meters fit
    /// into the machine's memory.
    ///
    /// # Errors
    /// The first limit that it exceeds.
    pub fn to_follow_a_meter(scenario: &Scenario, machine: Machine) -> Result<(), Excess> {
        let budget = Self::with(scenario, machine, 1);
        budget.check_switches(budget.cost.switches, 1.0)?;
        budget.check_memory(machine)
    }

    /// How the study is to be run.
    pub fn how(&self) -> How {
        self.how
    }

    /// What it will cost.
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    fn with(scenario: &Scenario, machine: Machine, threads: usize) -> Self {
        // The rest is for results, held meters and pictures.
        let how = How { threads, drive: Drive::Alone, memory: machine.memory / 4 };
        Self { how, cost: Cost::of(scenario, how) }
    }

    fn check_switches(&self, total: f64, runs: f64) -> Result<(), Excess> {
        let Cost { switches, switches_a_day, .. } = self.cost;
        if total > MOST_SWITCHES {
            return Err(Excess::Switches { total, each: switches, runs });
        }
        if switches_a_day > MOST_A_DAY {
            return Err(Excess::SwitchesADay { switches: switches_a_day });
        }
        Ok(())
    }

    fn check_memory(&self, machine: Machine) -> Result<(), Excess> {
        let Cost { held, threads, .. } = self.cost;
        if held > MOST_HELD {
            return Err(Excess::Held { meters: held });
        }
        let (needed, available) = (self.cost.memory(), machine.memory as f64);
        if needed > available {
            return Err(Excess::Memory { needed, available, threads, held });
        }
        Ok(())
    }
}

fn threads(scenario: &Scenario, machine: Machine, asked: usize) -> usize {
    let most = most_threads(scenario);
    if asked > 0 {
        return asked.min(most);
    }
    let fits = |threads: &usize| Budget::with(scenario, machine, *threads).cost.memory() <= machine.memory as f64;
    (1..=machine.threads.min(most)).rev().find(fits).unwrap_or(1)
}

/// Checks what the file alone decides: one replication of a scenario whose runs have this many `values`.
///
/// # Errors
/// The first limit that it exceeds.
pub(super) fn check_one_replication(scenario: &Scenario, values: f64) -> Result<(), Excess> {
    limits::check_values(values, scenario.policies.len() as f64)?;
    limits::check_repeats(scenario, 1)?;
    limits::check_waits(scenario)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BUILT_IN, read};

    const ROOMY: Machine = Machine { memory: 64 << 30, threads: 8 };

    fn built_in() -> Scenario {
        read("december-2018", BUILT_IN).expect("the built-in scenario").0
    }

    #[test]
    fn a_study_gets_the_threads_that_it_asks_for_or_those_of_the_machine_and_no_more_than_it_has_runs() {
        let mut scenario = built_in();
        let threads =
            |scenario: &Scenario, asked| Budget::of(scenario, ROOMY, asked).expect("within all limits").how().threads;
        assert_eq!((threads(&scenario, 3), threads(&scenario, 0)), (3, 8));
        scenario.policies.truncate(1);
        scenario.experiment.replications = 2;
        assert_eq!((threads(&scenario, 3), threads(&scenario, 0)), (2, 2));
    }

    #[test]
    fn a_machine_with_less_memory_uses_fewer_threads_until_it_is_too_small() {
        let scenario = built_in();
        let of = |megabytes: u64| Budget::of(&scenario, Machine { memory: megabytes * 1_000_000, threads: 8 }, 0);
        let threads: Vec<usize> = (20..400).filter_map(|megabytes| Some(of(megabytes).ok()?.how().threads)).collect();
        assert!(threads.is_sorted(), "{threads:?}");
        assert!(threads.first() < Some(&8) && threads.last() == Some(&8), "{threads:?}");
        let refused = of(20).expect_err("20 MB");
        assert!(matches!(refused, Excess::Memory { available: 20e6, threads: 1, .. }), "{refused:?}");
    }
}
