//! `--stats`: how long a study took and how much it did, on stderr. Results contain no times of day.

use std::time::{Duration, Instant};

use super::machine;
use crate::model::labels::{Path, Reference};
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;
use crate::text::number::number;

/// The phases of a study, in order.
const PHASES: [&str; 4] = ["reading", "simulating", "statistics", "writing"];

/// Times the phases.
pub struct Stopwatch {
    since: Instant,
    laps: Vec<Duration>,
}

impl Stopwatch {
    /// Begins the first phase.
    #[allow(clippy::disallowed_methods, reason = "it feeds nothing back into results")]
    pub fn start() -> Self {
        Self { since: Instant::now(), laps: Vec::new() }
    }

    /// Ends a phase and begins the next.
    pub fn lap(&mut self) {
        let laps: Duration = self.laps.iter().sum();
        self.laps.push(self.since.elapsed().saturating_sub(laps));
    }

    /// The time since it was started.
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// The time that was spent on simulating; none before that phase has ended.
    pub fn simulating(&self) -> Duration {
        self.laps.get(1).copied().unwrap_or_default()
    }

    /// The table.
    pub fn table(&self, cube: &Cube, threads: usize) -> String {
        let simulating = self.simulating();
        let mut rows: Vec<[String; 3]> = PHASES.iter().zip(&self.laps).map(|(phase, lap)| time(phase, *lap)).collect();
        let Counted { switches, events, summed } = Counted::of(cube);
        let runs = (cube.policies().len() * cube.n()) as u64;
        for (name, count, what) in [
            ("runs", runs, "policies × replications"),
            ("cases", switches, "switches, completed or withdrawn"),
            ("events", events, "cases, certificates that became wrong or right, unscheduled requests"),
            ("summed", summed, "alerts and scheduled requests, counted in closed form"),
        ] {
            rows.push([name.into(), format!("{} ({}/s)", number(count as f64), rate(count, simulating)), what.into()]);
        }
        rows.push(["threads".into(), threads.to_string(), String::new()]);
        if let Some(bytes) = machine::peak() {
            rows.push(["memory".into(), format!("{:.0} MB", bytes as f64 / 1e6), "peak of the process".into()]);
        }
        let [first, second] = [0, 1].map(|i| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0));
        let line = |[name, value, what]: &[String; 3]| {
            format!("  {name:first$}  {value:second$}  {what}").trim_end().to_owned() + "\n"
        };
        "Stats\n".to_owned() + &rows.iter().map(line).collect::<String>()
    }
}

fn time(phase: &str, lap: Duration) -> [String; 3] {
    [phase.into(), format!("{:.2} s", lap.as_secs_f64()), String::new()]
}

fn rate(count: u64, time: Duration) -> String {
    // What takes no time has no meaningful rate.
    number(count as f64 / time.as_secs_f64().max(1e-3))
}

/// What the runs of a study have counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counted {
    switches: u64,
    // Changes of state that have a counter of their own.
    events: u64,
    summed: u64,
}

impl Counted {
    fn of(cube: &Cube) -> Self {
        let total = |query: Query| -> u64 {
            let Some(places) = query.places(cube.catalogue()) else { return 0 };
            cube.policies().iter().flat_map(|policy| &policy.runs).map(|run| places.total(&run.values)).sum()
        };
        let requests = || Query::total(&metrics::REQUESTS);
        let scheduled = total(requests().with(Dimension::Reference, Reference::Scheduled.name()));
        let reads = [
            &metrics::LEAKED_DELIVERED,
            &metrics::CLOSING_DELIVERED,
            &metrics::RIGHTFUL_DELIVERED,
            &metrics::REPEATED_DELIVERED,
        ];
        let pulled = reads.map(|metric| total(Query::total(metric).with(Dimension::Path, Path::Pull.name())));
        let switches = total(Query::total(&metrics::SWITCHES));
        let cases = total(Query::total(&metrics::OPENED)) + total(Query::total(&metrics::CLOSED));
        Self {
            switches,
            events: switches + cases + total(requests()) - scheduled,
            summed: scheduled + total(Query::total(&metrics::ALERTS_EMITTED)) + pulled.iter().sum::<u64>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::catalogue::Catalogue;
    use crate::results::cube::Runs;
    use crate::scenario::read;
    use crate::study;

    #[test]
    fn the_fifty_days_count_as_one_case_of_a_few_events_and_a_hundred_e4s() {
        let text = include_str!("../../scenarios/dp072-fifty-days.toml");
        let (scenario, _) = read("a", text).expect("a shipped scenario");
        let cube = study::run(&scenario, Default::default(), &|_| ()).expect("conservation holds");
        let counted = Counted::of(&cube);
        assert_eq!(counted.switches, 1);
        // The switch, the case's beginning and end, and its 6.23.
        assert_eq!(counted.events, 4);
        // 120 pushes from November to February, 100 E4s, and 60 reads in November; two notices end the schedules.
        assert_eq!(counted.summed, 120 + 100 + 60 + 2);
    }

    #[test]
    fn every_phase_has_its_row() {
        let mut watch = Stopwatch::start();
        PHASES.iter().for_each(|_| watch.lap());
        let policy = Runs { policy: "baseline".to_owned(), runs: Vec::new() };
        let none = Cube::new(Catalogue::default(), Vec::new(), vec![policy], 0).expect("a cube without runs");
        let table = watch.table(&none, 3);
        for name in PHASES.iter().chain(&["cases", "events", "threads"]) {
            assert!(table.contains(&format!("\n  {name} ")), "{name}:\n{table}");
        }
    }
}
