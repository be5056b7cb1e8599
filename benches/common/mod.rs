//! What the benchmarks share: the market of December 2018 stretched to a year, its floor, and the clock.
#![allow(dead_code, reason = "each benchmark uses a part")]

pub mod agendas;
pub mod bookings;

use std::hint::black_box;
use std::time::Instant as Clock;

use meterchurn::engine::random::{Draws, mix};
use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::drawing::Drawing;
use meterchurn::model::labels::{Channel, ReadKind, Standing};
use meterchurn::model::ledger::Ledger;
use meterchurn::model::walk::{Around, Walk};
use meterchurn::model::witness::{Fate, Note, Witness};
use meterchurn::scenario::{BUILT_IN, Policy, Scenario, read};
use meterchurn::study;

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

// --- The floor -------------------------------------------------------------------------------------------------------

/// Draws every plan of the market and drops it.
pub fn draw_only(scenario: &Scenario) {
    let market = scenario.market.as_ref().expect("a market");
    let weights = scenario.weights();
    let conventions = scenario.conventions;
    let drawing =
        Drawing::new(market, &scenario.laws, &weights, &[], conventions, ([scenario.window; 2], &scenario.civil))
            .expect("weights to draw from");
    let draws = Draws::new(scenario.experiment.seed, 0);
    drawing.each_meter(&draws, |plan, first| {
        black_box((plan, first));
    });
}

/// Makes this many updates of 256 counters and of bins as large as the model's.
pub fn count_only(scenario: &Scenario, updates: &Updates) {
    let mut counters = [0_u64; 256];
    for i in 0..updates.counters {
        counters[black_box(i as usize % 256)] += 1;
    }
    black_box(counters);
    let mut ledger = Ledger::new(scenario.window);
    let days = scenario.window.days as u64;
    for i in 0..updates.bins {
        let place = mix(i);
        let channel = Channel::ALL[(place % Channel::ALL.len() as u64) as usize];
        let (day, minute) = ((place >> 8) % days, (place >> 24) % 1_440);
        let count = 1 + (place >> 40) % (days - day);
        let first = scenario.window.start + Seconds((day * 86_400 + minute * 60) as i64);
        ledger.bins.add_daily(channel, first, count as u32, 1);
    }
    black_box(&ledger);
}

/// Additions to counters and to bins.
#[derive(Debug, Default, Clone, Copy)]
pub struct Updates {
    /// To counters.
    pub counters: u64,
    /// To bins.
    pub bins: u64,
}

impl Updates {
    /// Multiplies all numbers by this factor.
    pub fn times(self, factor: f64) -> Self {
        let of = |n: u64| (n as f64 * factor) as u64;
        Self { counters: of(self.counters), bins: of(self.bins) }
    }
}

/// Adds up what a note represents in the ledger.
impl Witness for Updates {
    fn note(&mut self, _at: Instant, note: Note) {
        let (counters, bins) = match note {
            // Alerts emitted, carried, delivered, retained; reads emitted, delivered, retained.
            Note::Pushed(kind, _, _, Fate::Delivered { .. }) => (7, u64::from(kind == ReadKind::Leaked)),
            // Lost on the air: the baseline filters nothing.
            Note::Pushed(..) => (3, 0),
            Note::Pulled(kind, ..) => (3, u64::from(kind == ReadKind::Leaked)),
            Note::Refused(_, standing, ..) => (3, u64::from(standing == Standing::Unregistered)),
            Note::Notice(..) => (3, 0),
            Note::Request(..) | Note::InVain(..) | Note::Registered(_) | Note::Withdrawn(_) | Note::CaseOpened(_) => {
                (1, 0)
            }
            // Endings, cases, exposure twice, and two steps of the daily stock.
            Note::CaseClosed(..) => (6, 0),
            _ => (0, 0),
        };
        self.counters += counters;
        self.bins += bins;
    }
}

/// Walks every meter once with a witness, untimed: the updates, and the cases. What passes without a note is left out;
/// on the other side, steps within one second and requests before the window count an addition that the ledger spares.
pub fn count_updates(scenario: &Scenario, policy: &Policy) -> (Updates, u64) {
    let (mut updates, mut ledger) = (Updates::default(), Ledger::new(scenario.window));
    let (start, horizon) = (scenario.window.start, scenario.window.horizon);
    study::each_plan(scenario, policy, 0, |plan| {
        let mut walk = Walk::new(&plan, plan.copies, start, horizon, Around::time(&scenario.civil));
        while walk.next().is_some() {
            walk.step(&mut ledger, &mut updates);
            // The gap grows at every step.
            updates.counters += 1;
        }
        walk.finish(&mut ledger, &mut updates);
        // The fingerprint is two words.
        updates.counters += 2;
    })
    .expect("a market to draw");
    updates.counters += ledger.open * 6;
    (updates, ledger.switches.values().sum())
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
