//! How many instructions a case costs, counted by Valgrind's Cachegrind: a number that no other load on the machine
//! disturbs. The program runs itself at two sizes of a market, so that the difference contains no start-up.
//!
//! With `--check` it fails where a row costs more than when it was last recorded here.

mod common;

use std::process::{Command, ExitCode};

use common::{is_test, read_text};
use meterchurn::results::query::Query;
use meterchurn::scenario::{BUILT_IN, Scenario};
use meterchurn::study::{self, How};

/// `--check` allows this many times the recorded number.
const TOLERANCE: f64 = 1.05;
/// Names in the environment the study that the program is to run under the counter: `scenario:policies:scale`.
const STUDY: &str = "METERCHURN_BENCH_STUDY";
const GB_YEAR: &str = include_str!("../scenarios/gb-year.toml");

/// A study of some policies in one replication, on one thread.
#[derive(Clone, Copy)]
struct Study {
    of: Of,
    policies: usize,
    /// Times the meters of the scenario.
    scale: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Of {
    GbYear,
    December,
}

/// What a study cost.
struct Cost {
    instructions: f64,
    /// Switches that started in the window or were withdrawn, under the baseline.
    cases: f64,
}

/// A row of the table.
struct Row {
    what: &'static str,
    measure: fn() -> Option<f64>,
    bar: f64,
    /// What it was when this was last written.
    recorded: f64,
}

const ROWS: [Row; 4] = [
    Row {
        what: "gb-year, one policy: instructions a case",
        measure: || by_case(Of::GbYear, 1),
        bar: 7_000.0,
        recorded: 12_800.0,
    },
    Row {
        what: "gb-year, 14 policies: instructions a case",
        measure: || by_case(Of::GbYear, 14),
        bar: 30_000.0,
        recorded: 48_100.0,
    },
    Row {
        what: "December 2018: instructions a case and policy",
        measure: || {
            let policies = scenario(Of::December).policies.len();
            let cost = Study { of: Of::December, policies, scale: 1.0 }.cost()?;
            Some(cost.instructions / cost.cases / policies as f64)
        },
        bar: 9_000.0,
        recorded: 5_170.0,
    },
    Row {
        what: "a year with traffic: millions of instructions a policy, whatever its cases",
        measure: || {
            let cost = |policies| Study { of: Of::GbYear, policies, scale: 1e-6 }.cost();
            Some((cost(14)?.instructions - cost(1)?.instructions) / 13.0 / 1e6)
        },
        bar: 60.0,
        recorded: 34.0,
    },
];

fn main() -> ExitCode {
    if let Ok(study) = std::env::var(STUDY) {
        println!("{}", Study::named(&study).expect("a study that this program names").run());
        return ExitCode::SUCCESS;
    }
    if is_test() {
        // Without the counter: do the studies still run?
        for of in [Of::GbYear, Of::December] {
            println!("{} cases", Study { of, policies: 2, scale: 1e-4 }.run());
        }
        return ExitCode::SUCCESS;
    }
    println!("{:<76}{:>10}{:>10}{:>10}", "", "measured", "bar", "recorded");
    let mut is_slower = false;
    for Row { what, measure, bar, recorded } in ROWS {
        let Some(measured) = measure() else {
            println!("skipped: Valgrind is not installed");
            return ExitCode::SUCCESS;
        };
        let verdict = if measured <= bar { "met" } else { "not met" };
        println!("{what:<76}{measured:>10.0}{bar:>10.0}{recorded:>10.0}  {verdict}");
        is_slower |= measured > recorded * TOLERANCE;
    }
    if std::env::args().any(|argument| argument == "--check") && is_slower {
        eprintln!("error: a row costs more than {TOLERANCE} times what is recorded in benches/instructions.rs");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// What a further case costs: the difference between two sizes of a market, both so large that shared ledgers no longer
/// keep their additions one by one.
fn by_case(of: Of, policies: usize) -> Option<f64> {
    let [small, large] = [0.03, 0.06].map(|scale| Study { of, policies, scale }.cost());
    let (small, large) = (small?, large?);
    Some((large.instructions - small.instructions) / (large.cases - small.cases))
}

fn scenario(of: Of) -> Scenario {
    match of {
        Of::GbYear => read_text(GB_YEAR),
        Of::December => read_text(BUILT_IN),
    }
}

impl Study {
    fn name(&self) -> String {
        let of = if self.of == Of::GbYear { "gb-year" } else { "december" };
        format!("{of}:{}:{}", self.policies, self.scale)
    }

    fn named(name: &str) -> Option<Self> {
        let mut parts = name.split(':');
        let of = if parts.next()? == "gb-year" { Of::GbYear } else { Of::December };
        Some(Self { of, policies: parts.next()?.parse().ok()?, scale: parts.next()?.parse().ok()? })
    }

    /// Runs it and returns the baseline's cases.
    fn run(&self) -> u64 {
        let mut scenario = scenario(self.of);
        scenario.market.as_mut().expect("a market").scale(self.scale);
        scenario.policies.truncate(self.policies);
        scenario.experiment.replications = 1;
        let cube = study::run(&scenario, How { threads: 1, ..How::default() }, &|_| ()).expect("a study");
        let metric = meterchurn::results::metrics::named("switches").expect("a metric");
        Query::total(metric).values(&cube, 0)[0].expect("a number") as u64
    }

    /// Runs it in a process of its own under Cachegrind; `None` where Valgrind is not installed.
    fn cost(&self) -> Option<Cost> {
        let program = std::env::current_exe().expect("the path of this program");
        let counted = Command::new("valgrind")
            .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
            .arg(program)
            .env(STUDY, self.name())
            .output()
            .ok()?;
        let (out, err) = (String::from_utf8_lossy(&counted.stdout), String::from_utf8_lossy(&counted.stderr));
        assert!(counted.status.success(), "{err}");
        let instructions = err.lines().find_map(|line| line.split_once("refs:")).expect("a count").1;
        let instructions = instructions.trim().replace(',', "").parse().expect("a number");
        Some(Cost { instructions, cases: out.trim().parse().expect("a number of cases") })
    }
}
