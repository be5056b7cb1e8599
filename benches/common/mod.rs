//! What the benchmarks share: the market of December 2018 stretched to a year, its floor, and the clock.
#![allow(dead_code, reason = "each benchmark uses a part")]

pub mod agendas;
pub mod bookings;
pub mod floor;

use std::time::Instant as Clock;

use meterchurn::engine::time::Seconds;
use meterchurn::scenario::{BUILT_IN, Policy, Scenario, read};

/// Names the expected switches in the environment.
const SWITCHES: &str = "METERCHURN_BENCH_SWITCHES";
/// The year's share of electricity meters that switch, by month: the built-in scenario's, and before May what it says
/// of May.
const HAZARDS: [f64; 12] = [0.017, 0.017, 0.017, 0.017, 0.017, 0.017, 0.017, 0.017, 0.017, 0.022, 0.0175, 0.0155];

/// Whether only the benchmark itself is tested. `cargo bench` passes `--bench`, `cargo test` does not.
pub fn is_test() -> bool {
    let given = |flag: &str| std::env::args().skip(1).any(|arg| arg == flag);
    given("--test") || !given("--bench")
}

/// The number of rounds, or one if the benchmark is only tested. The median counts.
pub fn rounds(many: usize) -> usize {
    if is_test() { 1 } else { many }
}

/// The expected switches: this many, unless the environment overrides it or the benchmark is only tested.
pub fn switches(default: f64, tested: f64) -> f64 {
    if is_test() {
        return tested;
    }
    let Ok(text) = std::env::var(SWITCHES) else { return default };
    match text.replace('_', "").parse::<f64>() {
        Ok(switches) if (1e3..=1e8).contains(&switches) => switches,
        _ => {
            eprintln!("error: {SWITCHES} is {text:?}; write a number from 1000 to 100000000");
            std::process::exit(2);
        }
    }
}

// --- The scenario ----------------------------------------------------------------------------------------------------

/// The year with this many expected switches. They are proportional to the meters, so a first reading gives the scale.
pub fn scenario_of(switches: f64) -> Scenario {
    read_text(&year(meters_for(switches)))
}

/// The number of meters with this many expected switches in the year.
pub fn meters_for(switches: f64) -> f64 {
    const MEASURE: f64 = 1e6;
    MEASURE * switches / expected(&read_text(&year(MEASURE)))
}

/// Expected switches.
pub fn expected(scenario: &Scenario) -> f64 {
    scenario.market.as_ref().expect("a market").expected_switches(&scenario.window)
}

/// The built-in scenario's text with a year's window, a constant number of meters, and a hazard for each month.
pub fn year(meters: f64) -> String {
    let hazards: Vec<String> =
        (1..).zip(HAZARDS).map(|(month, share)| format!("\"2018-{month:02}\" = {share}")).collect();
    let text = replace(BUILT_IN, "[time]", "[market]", "\nstart = 2018-01-01\nhorizon = 2019-01-01\n\n");
    let text = replace(&text, "\npath = [", "\n]", &format!("\n    {{ on = 2017-12-31, meters = {meters:.1} }},"));
    replace(&text, "\n[market.switching.value]\n", "\n\n[", &hazards.join("\n"))
}

/// `text` with `new` between the first `from` and the next `to`.
fn replace(text: &str, from: &str, to: &str, new: &str) -> String {
    let (before, rest) = text.split_once(from).expect("the built-in scenario has this section");
    let (_, after) = rest.split_once(to).expect("the built-in scenario's section ends");
    format!("{before}{from}{new}{to}{after}")
}

/// A scenario from its text, without a warm-up: what is timed is the window.
pub fn read_text(text: &str) -> Scenario {
    match read("bench", text) {
        Ok((scenario, _)) => Scenario { warm_up: Seconds(0), ..scenario },
        Err(findings) => panic!("the scenario is wrong: {:?}", findings.first()),
    }
}

/// The policy that others are held against.
pub fn baseline(scenario: &Scenario) -> &Policy {
    scenario.policies.iter().find(|p| p.id == scenario.experiment.baseline).expect("a baseline")
}

// --- Time ------------------------------------------------------------------------------------------------------------

/// How long the work takes on the wall clock.
// A benchmark reads it; what it reads goes to the screen and into no result.
#[allow(clippy::disallowed_methods)]
pub fn seconds(work: impl FnOnce()) -> f64 {
    let begun = Clock::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// Round by round.
pub fn ratios(above: &[f64], below: &[f64]) -> Vec<f64> {
    above.iter().zip(below).map(|(a, b)| a / b).collect()
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
