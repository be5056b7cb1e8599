//! How long cases wait until their first 6.23 is sent: survival curves under the baseline and each policy that differs,
//! and by who has to send.

use super::{Block, Cell, Document, Item, Spread, Table, Text, definitions};
use crate::model::ages::Milestone;
use crate::model::labels::Owner;
use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::dimension::WaitDay;
use crate::results::durations::{DailyWaits, Durations, FEWEST_AT_RISK, FollowUp, REACHED, RETURNED, SUPERSEDED};
use crate::results::metrics;
use crate::results::survival::Curve;
use crate::text::number::number;

/// The days of waits that a reader is shown. The last are DP072's 78 days.
const SHOWN: [u32; 5] = [0, 1, 7, 28, 78];

/// Adds the section where a market is simulated. The few cases of a script need no curves.
pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    let Some(durations) = Durations::of(cube).filter(|_| outline.is_market()) else { return };
    let waits = |policy: usize, cohort| durations.waits(policy, Milestone::Sent, cohort);
    let (mut rows, folded) = by_policy(cube, |policy| waits(policy, None));
    if rows.iter().all(|row| row.waits.cases() == 0) {
        return;
    }
    let days: Vec<u32> = SHOWN.into_iter().filter(|day| *day <= durations.last_day()).collect();
    let section = Section { until: days.last().copied().unwrap_or(0), days, level: outline.confidence };
    let of_cohort = |owner: &Owner| {
        let name = Text::name(&*cube.policies()[cube.baseline()].policy).words(format!(", {}", owner.name()));
        Row { name, waits: waits(cube.baseline(), Some(*owner)) }
    };
    let cohorts: Vec<Row> = Owner::ALL.iter().map(of_cohort).filter(|row| row.waits.cases() > 0).collect();
    rows.splice(1..1, cohorts);
    let mut estimates = section.table("Waits until the first 6.23 is sent", section.estimates(), &rows);
    estimates.notes.push(section.explained().into());
    estimates.notes.extend(folded.iter().map(|names| {
        let names = names.iter().map(|policy| &*cube.policies()[*policy].policy);
        Text::from("Equal in every replication: ").then(Text::names(names)).words(".")
    }));
    estimates.definitions = definitions([&metrics::WAIT_DAYS]);
    document.push(Block::Table(estimates));
    let mut at_risk = section.table("Numbers at risk on a day of the wait", section.numbers_at_risk(), &rows);
    let note =
        "Cases that have neither ended nor been censored at the horizon before the day, in the mean of replications.";
    at_risk.notes.push(note.into());
    document.push(Block::Table(at_risk));
    let named: Vec<Item> = rows.iter().filter_map(|row| section.too_little(row)).collect();
    if !named.is_empty() {
        document.push(Block::Heading(format!("Too little follow-up for estimates of day {}", section.until).into()));
        document.push(Block::List(named));
    }
}

/// A row of a table: a policy or a cohort.
struct Row {
    name: Text,
    waits: DailyWaits,
}

/// The baseline and each policy whose waits differ from those before it, and the policies that share a row.
fn by_policy(cube: &Cube, waits: impl Fn(usize) -> DailyWaits) -> (Vec<Row>, Vec<Vec<usize>>) {
    let baseline = cube.baseline();
    let others = (0..cube.policies().len()).filter(|policy| *policy != baseline);
    let (mut rows, mut groups) = (Vec::<Row>::new(), Vec::<Vec<usize>>::new());
    for policy in std::iter::once(baseline).chain(others) {
        let waits = waits(policy);
        match rows.iter().position(|row| row.waits == waits) {
            Some(place) => groups[place].push(policy),
            None => {
                rows.push(Row { name: Text::name(&*cube.policies()[policy].policy), waits });
                groups.push(vec![policy]);
            }
        }
    }
    groups.retain(|group| group.len() > 1);
    (rows, groups)
}

/// A column: its heading, and its cell of waits and their curve.
type Column = (Text, Box<dyn Fn(&DailyWaits, &Curve<3>) -> Cell>);

struct Section {
    /// Days of waits, ascending.
    days: Vec<u32>,
    /// The last of them.
    until: u32,
    level: f64,
}

impl Section {
    fn explained(&self) -> String {
        format!(
            "Of the pooled cases of all replications. Sent, returned and superseded: Aalen–Johansen estimates of the \
             share in per cent, that day included. Median and 90 % quantile: the day by which the Kaplan–Meier \
             estimate of the cases that still wait has fallen to a half and a tenth; a dash if it stays above up to \
             day {}. Restricted mean: the mean wait up to day {}, in days, each begun day counted whole; its {} % \
             interval is from a bootstrap over whole replications.",
            WaitDay::LAST,
            self.until,
            number(self.level * 100.0)
        )
    }

    fn table(&self, title: &str, columns: Vec<Column>, rows: &[Row]) -> Table {
        let cells = |row: &Row| {
            let curve = row.waits.curve();
            (row.name.clone(), columns.iter().map(|(_, cell)| cell(&row.waits, &curve)).collect())
        };
        Table {
            title: title.into(),
            notes: Vec::new(),
            rows_are: "policy",
            rows: rows.iter().map(cells).collect(),
            columns: columns.iter().map(|(heading, _)| heading.clone()).collect(),
            definitions: Vec::new(),
        }
    }

    fn estimates(&self) -> Vec<Column> {
        let (until, level) = (self.until, self.level);
        let per_cent = |heading: String, way: usize, day: u32| -> Column {
            (heading.into(), Box::new(move |_, curve| Cell::Number(100.0 * curve.incidence(way, day))))
        };
        let quantile = |heading: &str, share: f64| -> Column {
            let cell = move |curve: &Curve<3>| {
                let day = curve.quantile(share).filter(|day| *day <= WaitDay::LAST as u32);
                day.map_or(Cell::Missing, |day| Cell::Number(f64::from(day)))
            };
            (heading.into(), Box::new(move |_, curve| cell(curve)))
        };
        let mean = move |waits: &DailyWaits, curve: &Curve<3>| {
            let interval = waits.intervals(level, |curve| vec![curve.restricted_mean(until)]);
            let spread = interval.map_or(Spread::None, |found| Spread::Interval(found[0]));
            Cell::Mean(curve.restricted_mean(until), spread)
        };
        let mut columns: Vec<Column> =
            self.days.iter().map(|day| per_cent(format!("sent by\nday {day}"), REACHED, *day)).collect();
        columns.push(quantile("median,\ndays", 0.5));
        columns.push(quantile("90 % quan-\ntile, days", 0.9));
        columns.push((format!("restricted\nmean, {until} d").into(), Box::new(mean)));
        columns.push(per_cent(format!("returned\nby day {until}"), RETURNED, until));
        columns.push(per_cent(format!("superseded\nby day {until}"), SUPERSEDED, until));
        columns
    }

    fn numbers_at_risk(&self) -> Vec<Column> {
        let column = |day: &u32| -> Column {
            let day = *day;
            let cell = move |waits: &DailyWaits, curve: &Curve<3>| curve.at_risk(day) as f64 / waits.n().max(1) as f64;
            (format!("day {day}").into(), Box::new(move |waits, curve| Cell::Number(cell(waits, curve))))
        };
        self.days.iter().map(column).collect()
    }

    /// What a reader has to know of a row whose cases were followed for too short a time.
    fn too_little(&self, row: &Row) -> Option<Item> {
        let FollowUp { largest, censored, enough_until } = row.waits.too_little_follow_up(self.until)?;
        let at_risk = match enough_until {
            Some(day) => format!("{FEWEST_AT_RISK} cases a replication are at risk up to day {day}"),
            None => format!("{FEWEST_AT_RISK} cases a replication are at risk on no day"),
        };
        let largest = match largest {
            day if day > WaitDay::LAST as u32 => format!("the largest follow-up is beyond day {}", WaitDay::LAST),
            day => format!("the largest follow-up is day {day}"),
        };
        let text = format!(
            "{at_risk}; {} % of the cases are censored before day {}; {largest}",
            number(100.0 * censored),
            self.until
        );
        Some(Item { name: row.name.clone(), text: text.into(), more: None })
    }
}
