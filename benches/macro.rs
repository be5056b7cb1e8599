//! The targets: ratios of whole runs, timed alternately and printed as one table. `benches/README.md`
//! says what each row means. A slow result is printed and is not an error.

mod common;

use std::hint::black_box;

use common::bookings::cost;
use common::floor::{Floor, draw_plans};
use common::{baseline, median, meters_for, ratios, read_text, rounds, scenario_of, seconds, switches, year};
use meterchurn::model::backlog::Drive;
use meterchurn::scenario::Scenario;
use meterchurn::study::{self, How};

/// Expected switches of the large market, unless the environment says otherwise: what Great Britain makes in a lively
/// year.
const DEFAULT_SWITCHES: f64 = 1e7;
/// Rounds; the median counts.
const ROUNDS: usize = 3;
/// Expected switches where only the benchmark itself is tested.
const TEST_SWITCHES: f64 = 2e4;
/// The large market has this many times the switches of the small one.
const GROWTH: f64 = 10.0;
/// Policies of a study.
const POLICIES: usize = 12;
/// Most expected switches of the other markets: they need no more to show their result, and coupled meters are held in
/// memory.
const MOST: [f64; 3] = [1e5, 5e5, 2e5];
/// Share of the meters whose supplier fails in the wave, and the working days in which its successor sends their 6.23s.
const FAILS: (&str, f64, f64) = ("large-6", 0.09, 25.0);

/// What is measured in each round.
#[derive(Default)]
struct Rounds {
    large: Vec<f64>,
    plans: Vec<f64>,
    draws: Vec<f64>,
    counting: Vec<f64>,
    small: Vec<f64>,
    bins: Vec<f64>,
    breakdowns: Vec<f64>,
    one_thread: Vec<f64>,
    two_threads: Vec<f64>,
    // Of the two threads: processors that they had, and work that one thread does in the processor time of the same
    // work by two.
    processors: Vec<f64>,
    work: Vec<f64>,
    one_policy: Vec<f64>,
    twelve_policies: Vec<f64>,
    uncoupled: Vec<f64>,
    wave: Vec<f64>,
}

fn main() {
    let switches = switches(DEFAULT_SWITCHES, TEST_SWITCHES);
    let [study_size, policy_size, wave_size] = MOST.map(|most| (switches / 20.0).min(most));
    let (large, small) = (scenario_of(switches), scenario_of(switches / GROWTH));
    let all = study_of(study_size, POLICIES, 4);
    let (one, twelve) = (study_of(policy_size, 1, 1), study_of(policy_size, POLICIES, 1));
    let (uncoupled, wave) = (scenario_of(wave_size), wave_of(wave_size));

    let mut peak = None;
    let mut floor = None;
    let mut cases = [0; 4];
    let mut t = Rounds::default();
    for round in 1..=rounds(ROUNDS) {
        eprintln!("round {round} of {}", rounds(ROUNDS));
        // The first thing that the process does at length, so that the peak is this run's.
        t.large.push(seconds(|| cases[0] = simulate(&large)));
        peak = peak.or_else(peak_megabytes);
        t.small.push(seconds(|| cases[1] = simulate(&small)));
        t.plans.push(seconds(|| draw_plans(&large)));
        let floor = floor.get_or_insert_with(|| Floor::of(&small, baseline(&small)));
        t.draws.push(seconds(|| floor.draw(cases[0])));
        t.counting.push(seconds(|| floor.count(cases[0])));
        let extras = cost(&small, baseline(&small));
        t.bins.push(extras.bins);
        t.breakdowns.push(extras.breakdowns);
        let times = [1, 2].map(|threads| {
            let (before, time) = (processor_seconds(), run(&all, threads));
            (time, before.zip(processor_seconds()).map(|(before, after)| after - before))
        });
        let [(one_thread, used_by_one), (two_threads, used_by_two)] = times;
        t.one_thread.push(one_thread);
        t.two_threads.push(two_threads);
        t.processors.extend(used_by_two.map(|used| used / two_threads));
        t.work.extend(used_by_one.zip(used_by_two).map(|(one, two)| one / two));
        t.one_policy.push(run(&one, 1));
        t.twelve_policies.push(run(&twelve, 1));
        t.uncoupled.push(seconds(|| cases[2] = simulate(&uncoupled)));
        t.wave.push(seconds(|| cases[3] = simulate(&wave)));
    }
    print(&t, cases, peak, [switches, study_size, policy_size, wave_size]);
}

// --- What is timed ---------------------------------------------------------------------------------------------------

/// One run under the baseline; says how many cases it had.
fn simulate(scenario: &Scenario) -> u64 {
    let ledger = study::simulate(scenario, baseline(scenario), 0, Drive::Alone).expect("a run");
    black_box(&ledger).switches.values().sum()
}

/// A whole study on this many threads.
fn run(scenario: &Scenario, threads: usize) -> f64 {
    seconds(|| {
        black_box(study::run(scenario, How { threads, ..How::default() }, &|_| ()).expect("a study"));
    })
}

/// The first policies of the built-in scenario, the baseline the first of them.
fn study_of(switches: f64, policies: usize, replications: u32) -> Scenario {
    let mut scenario = scenario_of(switches);
    scenario.policies.truncate(policies);
    scenario.experiment.replications = replications;
    scenario
}

/// The year in which a large supplier fails: its whole book waits for its successor's capacity.
fn wave_of(switches: f64) -> Scenario {
    let meters = meters_for(switches);
    let (failed, share, days) = FAILS;
    let capacity = (meters * share / days).max(1.0);
    let text =
        year(meters).replace("id = \"large-1\",", &format!("id = \"large-1\", capacity = \"{capacity:.0} /d\","));
    let inject = format!(
        "\n[[inject]]\nkind = \"supplier-failure\"\nwhere = {{ losing = [\"{failed}\"], gaining = [\"large-1\"] }}\n\
         from = 2018-06-15\n"
    );
    read_text(&(text + &inject))
}

/// The process's largest resident memory so far, if the system reports it.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1_024.0 / 1e6)
}

/// Processor time of all threads of the process so far, if the system reports it. Its unit is a hundredth of a second
/// to programs.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name, in brackets, may hold anything; user and system time are the twelfth and thirteenth field
    // behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map_while(|field| field.parse::<f64>().ok());
    Some((times.next()? + times.next()?) / 100.0)
}

// --- The table -------------------------------------------------------------------------------------------------------

/// What a measured number ought to be.
enum Bar {
    AtMost(f64),
    AtLeast(f64),
    None,
}

impl Bar {
    fn told(&self, measured: Option<f64>) -> [String; 2] {
        let verdict = |met: Option<bool>| met.map_or("not measured", |met| if met { "met" } else { "NOT MET" });
        match *self {
            Bar::AtMost(bar) => [format!("<= {bar}"), verdict(measured.map(|m| m <= bar)).into()],
            Bar::AtLeast(bar) => [format!(">= {bar}"), verdict(measured.map(|m| m >= bar)).into()],
            Bar::None => ["none".into(), String::new()],
        }
    }
}

fn print(t: &Rounds, cases: [u64; 4], peak: Option<f64>, sizes: [f64; 4]) {
    let of_case = |times: &[f64], cases: u64| median(times) * 1e9 / cases as f64;
    let floor: Vec<f64> = t.draws.iter().zip(&t.counting).map(|(d, c)| d + c).collect();
    let extras: Vec<f64> = t.bins.iter().zip(&t.breakdowns).map(|(a, b)| a + b).collect();
    let bare: Vec<f64> = t.small.iter().zip(&extras).map(|(all, extras)| all - extras).collect();
    let added: Vec<f64> = t.wave.iter().zip(&t.uncoupled).map(|(wave, alone)| wave - alone).collect();
    let coupled = cases[3].saturating_sub(cases[2]).max(1);
    let coupled_case: Vec<f64> = added.iter().map(|time| time / coupled as f64).collect();
    let case: Vec<f64> = t.uncoupled.iter().map(|time| time / cases[2] as f64).collect();

    let [switches, study_size, policy_size, wave_size] = sizes.map(count);
    let meters = count(meters_for(sizes[0]));
    let small = count(sizes[0] / GROWTH);
    println!("{} rounds, each number the median of the rounds' own\n", t.large.len());
    println!("{:<58}{:>12}", "", "ns/case");
    for (what, value) in [
        (format!("year of {switches} switches, {meters} meters"), of_case(&t.large, cases[0])),
        ("  its plans alone".into(), of_case(&t.plans, cases[0])),
        ("  floor: draws alone".into(), of_case(&t.draws, cases[0])),
        ("  floor: counting alone".into(), of_case(&t.counting, cases[0])),
        (format!("year of {small} switches"), of_case(&t.small, cases[1])),
        ("  minute bins alone".into(), of_case(&t.bins, cases[1])),
        ("  breakdowns alone".into(), of_case(&t.breakdowns, cases[1])),
        (format!("year of {wave_size} switches, nothing coupled"), of_case(&t.uncoupled, cases[2])),
        (format!("  each of {coupled} coupled cases beside them"), median(&coupled_case) * 1e9),
    ] {
        println!("{what:<58}{value:>12.0}");
    }

    println!("\n{:<58}{:>12}  {:<8}", "", "measured", "target");
    let year = median(&ratios(&t.large, &floor));
    for (what, measured, bar) in [
        (format!("year of {switches} switches: time / floor"), Some(year), Bar::None),
        ("  its peak memory, MB".into(), peak, Bar::AtMost(500.0)),
        (
            format!("{POLICIES} policies x 4 of {study_size}: two threads' speed / one's"),
            Some(median(&ratios(&t.one_thread, &t.two_threads))),
            Bar::AtLeast(1.8),
        ),
        ("  processors that the two threads had".into(), middle(&t.processors), Bar::None),
        ("  2 x processor time of one thread / of two".into(), middle(&t.work).map(|work| 2.0 * work), Bar::None),
        (
            format!("growth from {small} to {switches}: time / time"),
            Some(median(&ratios(&t.large, &t.small))),
            Bar::AtMost(11.0),
        ),
        (
            format!("{POLICIES} policies / one, {policy_size}"),
            Some(median(&ratios(&t.twelve_policies, &t.one_policy))),
            Bar::AtMost(8.0),
        ),
        (
            format!("bins and breakdowns: time / bare totals', {small}"),
            Some(median(&ratios(&t.small, &bare))),
            Bar::AtMost(1.5),
        ),
        (
            format!("supplier's failure: coupled case / uncoupled, {wave_size}"),
            Some(median(&ratios(&coupled_case, &case))),
            Bar::None,
        ),
    ] {
        let shown = measured.map_or("-".into(), |m| if m >= 30.0 { format!("{m:.0}") } else { format!("{m:.2}") });
        let [bar, verdict] = bar.told(measured);
        println!("{:<58}{shown:>12}  {bar:<8}{verdict}", what);
    }
}

fn middle(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| median(values))
}

/// A large number to two digits.
fn count(n: f64) -> String {
    if n >= 1e6 { format!("{:.2}m", n / 1e6) } else { format!("{:.1}k", n / 1e3) }
}
