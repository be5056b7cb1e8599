//! `--stats`: how long a study took and how much it did, on stderr. Results contain no times of day.

use std::time::{Duration, Instant};

use super::machine;
use crate::report::text::number;
use crate::results::cube::Results;
use crate::results::metric;

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

    /// The table.
    pub fn table(&self, results: &Results, threads: usize) -> String {
        let simulating = self.laps.get(1).copied().unwrap_or_default();
        let mut rows: Vec<[String; 3]> = PHASES.iter().zip(&self.laps).map(|(phase, lap)| time(phase, *lap)).collect();
        let Counted { switches, events, summed } = Counted::of(results);
        let runs = results.runs.iter().map(Vec::len).sum::<usize>() as u64;
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
    fn of(results: &Results) -> Self {
        let mut counted = Self::default();
        for (place, row) in results.catalogue.iter().enumerate() {
            let count = || results.runs.iter().flatten().map(|run| run.values[place]).sum::<u64>();
            // One family of each metric: each family adds up to the total.
            match metric::METRICS[row.metric].name {
                "switches" => counted.switches += count(),
                "cases.opened" if row.label("cause").is_some() => counted.events += count(),
                "cases.closed" => counted.events += count(),
                "requests" if row.label("reference") == Some("scheduled-read") => counted.summed += count(),
                "requests" => counted.events += count(),
                "alerts.emitted" => counted.summed += count(),
                name if name.ends_with("reads.delivered") && row.label("path") == Some("pull") => {
                    counted.summed += count();
                }
                _ => {}
            }
        }
        counted.events += counted.switches;
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;
    use crate::study;

    #[test]
    fn the_fifty_days_count_as_one_case_of_a_few_events_and_a_hundred_e4s() {
        let text = include_str!("../../scenarios/dp072-fifty-days.toml");
        let (scenario, _) = read("a", text).expect("a shipped scenario");
        let results = study::run(&scenario, Default::default(), &|_| ()).expect("conservation holds");
        let counted = Counted::of(&results);
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
        let none = Results { catalogue: Vec::new(), runs: Vec::new(), baseline: 0 };
        let table = watch.table(&none, 3);
        for name in PHASES.iter().chain(&["cases", "events", "threads"]) {
            assert!(table.contains(&format!("\n  {name} ")), "{name}:\n{table}");
        }
    }
}
