//! How fast the model goes: the market of December 2018, stretched to a year, on one thread, beside a floor of the same
//! run.
//!
//! Timed are, three rounds of each in turn:
//!
//! - **model**: [`study::simulate`] of the baseline policy, which draws and counts every case (a switch);
//! - **plans**: the same plans drawn by `Drawing::each_meter` and thrown away;
//! - **draws**: as many draws as the plans take, from one generator, with laws read from tables;
//! - **counting**: as many additions to counters and minute bins as the cases need, at the market's minutes.
//!
//! Draws and counting together are the floor. `benches/README.md` says how to read the ratios. Nothing here fails for
//! being slow.

mod common;

use std::hint::black_box;

use common::floor::{Floor, draw_plans};
use common::{baseline, expected, median, ratios, rounds, scenario_of, seconds, switches};
use meterchurn::model::backlog::Drive;
use meterchurn::study;

/// Expected switches, unless the environment says otherwise.
const DEFAULT_SWITCHES: f64 = 1e6;
/// Rounds; the median counts.
const ROUNDS: usize = 3;
/// Expected switches where only the benchmark itself is tested.
const TEST_SWITCHES: f64 = 2e3;

fn main() {
    let scenario = scenario_of(switches(DEFAULT_SWITCHES, TEST_SWITCHES));
    let (policy, rounds) = (baseline(&scenario), rounds(ROUNDS));
    let floor = Floor::of(&scenario, policy);
    let cases = floor.cases;
    println!("December 2018 stretched to a year, policy {}, one thread, {rounds} rounds", policy.id);
    println!("cases: {cases} switches counted, {:.0} expected", expected(&scenario));
    let [counters, bins] = floor.updates();
    println!("updates a case: {counters:.1} counters, {bins:.1} bins\n");

    let (mut model, mut plans, mut draws, mut counting) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        model.push(seconds(|| {
            black_box(study::simulate(&scenario, policy, 0, Drive::Alone).expect("a run"));
        }));
        plans.push(seconds(|| draw_plans(&scenario)));
        draws.push(seconds(|| floor.draw(cases)));
        counting.push(seconds(|| floor.count(cases)));
    }

    let floor: Vec<f64> = draws.iter().zip(&counting).map(|(d, c)| d + c).collect();
    println!("{:<28}{:>10}{:>14}{:>12}", "", "seconds", "cases/s", "ns/case");
    for (name, times) in [
        ("model", &model),
        ("plans", &plans),
        ("draws", &draws),
        ("counting", &counting),
        ("floor = draws + counting", &floor),
    ] {
        let time = median(times);
        let cases = cases as f64;
        println!("{name:<28}{time:>10.3}{:>14.0}{:>12.1}", cases / time, time * 1e9 / cases);
    }
    println!();
    println!("model / plans {:.2}", median(&ratios(&model, &plans)));
    println!("model / floor {:.2}", median(&ratios(&model, &floor)));
}
