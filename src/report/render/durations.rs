//! `durations.csv`: how long cases wait for their 6.23, day by day of the wait, as survival curves.

use super::table::{Csv, text};
use super::{Form, RenderError, Report};
use crate::model::ages::{Milestone, Wait};
use crate::model::labels::Owner;
use crate::results::cube::Cube;
use crate::results::durations::{DailyWaits, Durations, WAYS};
use crate::results::survival::{Curve, Step};
use crate::spread::find_below;
use crate::text::number::plain;

/// The form.
pub const FORM: Form = Form {
    name: None,
    file: Some("durations.csv"),
    about: "Waits for 6.23 by day as CSV: numbers at risk, Kaplan-Meier and Aalen-Johansen estimates",
    is_data: true,
    render,
};

/// The name of the cohort of all cases.
const ALL_CASES: &str = "all";

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    let head = ["policy", "milestone", "cohort", "day", "at_risk"].map(str::to_owned);
    let ways = WAYS.map(Wait::name);
    let incidences = ways.map(|way| format!("incidence_{way}"));
    let counts = ways.into_iter().chain(["censored", "survival", "low", "high"]).map(str::to_owned);
    let columns: Vec<String> = head.into_iter().chain(counts).chain(incidences).chain(["n".to_owned()]).collect();
    let mut table = Csv::new(columns.iter().map(String::as_str))?;
    let cube = report.cube();
    let Some(durations) = Durations::of(cube) else { return table.bytes() };
    for milestone in Milestone::ALL {
        for cohort in std::iter::once(None).chain(Owner::ALL.iter().copied().map(Some)) {
            let name = cohort.map_or(ALL_CASES, Owner::name);
            let level = report.outline().confidence;
            for (policy, rows) in by_policy(&durations, cube, level, *milestone, cohort) {
                for row in rows {
                    let head = [&*cube.policies()[policy].policy, milestone.name(), name].map(text);
                    table.row(head.into_iter().chain(row).chain([cube.n().to_string()]))?;
                }
            }
        }
    }
    table.bytes()
}

type Rows = Vec<Vec<String>>;

/// The rows of each policy. Policies with the same counts share their estimates.
fn by_policy(
    durations: &Durations<'_>,
    cube: &Cube,
    level: f64,
    milestone: Milestone,
    cohort: Option<Owner>,
) -> Vec<(usize, Rows)> {
    let policies = 0..cube.policies().len();
    let waits: Vec<DailyWaits> = policies.clone().map(|policy| durations.waits(policy, milestone, cohort)).collect();
    let first = |policy: usize| waits.iter().position(|other| *other == waits[policy]).unwrap_or(policy);
    let firsts: Vec<usize> = policies.clone().map(first).collect();
    let estimated: Vec<Rows> = find_below(waits.len(), |policy| {
        Some(if firsts[policy] == policy { rows(&waits[policy], durations.last_day(), level) } else { Vec::new() })
    });
    policies.map(|policy| (policy, estimated[firsts[policy]].clone())).collect()
}

/// A row for each day on which anybody is at risk.
fn rows(waits: &DailyWaits, last_day: u32, level: f64) -> Rows {
    let followed = |step: &&Step<3>| step.at_risk > 0 && step.at.time <= last_day;
    let curve = waits.curve();
    let survivals = |curve: &Curve<3>| curve.steps().iter().map(|step| step.survival).collect();
    let intervals = waits.intervals(level, survivals);
    let row = |(place, step): (usize, &Step<3>)| {
        let bound = |end: usize| intervals.as_ref().map_or(String::new(), |intervals| plain(intervals[place][end]));
        let counts = [u64::from(step.at.time), step.at_risk].into_iter().chain(step.at.ended).chain([step.at.censored]);
        let estimates = [plain(step.survival), bound(0), bound(1)];
        counts.map(|count| count.to_string()).chain(estimates).chain(step.incidence.map(plain)).collect()
    };
    curve.steps().iter().take_while(followed).enumerate().map(row).collect()
}
