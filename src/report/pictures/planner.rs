//! The pictures of a capacity planner: load-duration curves, hours of the week, the queue and backlogs.

use super::Pictures;
use crate::model::traffic::Leg;
use crate::report::outline::Outline;
use crate::report::plots::{
    HeatMapPlot, HeatPanel, Listed, LoadDurationPlot, LoadPanel, PlotError, Series, TimeSeriesPlot, heat_map_png,
    heat_map_svg, load_duration_png, load_duration_svg, time_series_png, time_series_svg,
};
use crate::results::cube::Cube;
use crate::results::dimension::{Dimension, Hour, LoadPart, Weekday};
use crate::results::metric::Metric;
use crate::results::metrics;
use crate::results::query::{Places, Query};
use crate::results::statistics::median_and_range;

const LOAD: &str = "load-duration";
const HEAT: &str = "hours-of-the-week";
const QUEUE: &str = "queue";
const BACKLOG: &str = "backlog";
/// The names of the pictures.
pub(super) const NAMES: [&str; 4] = [LOAD, HEAT, QUEUE, BACKLOG];

/// The legs that are drawn: the one with a capacity, and the one that a user sees.
const DRAWN: [(Leg, &str); 2] = [(Leg::South, "WAN south"), (Leg::ToUsers, "to users")];

/// Adds the pictures of a study that counts messages or has backlogs.
pub(super) fn add(
    pictures: &mut Pictures,
    outline: &Outline,
    cube: &Cube,
    policies: &[usize],
    subtitle: &str,
) -> Result<(), PlotError> {
    let subtitle = subtitle.replace("mean of", "median of");
    let drawing = Drawing { outline, cube, policies, subtitle: &subtitle };
    if outline.traffic {
        drawing.load_duration(pictures)?;
        drawing.hours_of_the_week(pictures)?;
    }
    if outline.capacity {
        drawing.queue(pictures)?;
    }
    drawing.backlog(pictures)
}

struct Drawing<'a> {
    outline: &'a Outline,
    cube: &'a Cube,
    policies: &'a [usize],
    subtitle: &'a str,
}

impl Drawing<'_> {
    /// The median over replications.
    fn median(&self, query: &Query, policy: usize) -> f64 {
        let runs: Vec<f64> = query.values(self.cube, policy).into_iter().flatten().collect();
        median_and_range(&runs)[0]
    }

    fn load_duration(&self, pictures: &mut Pictures) -> Result<(), PlotError> {
        // The busiest minute is one of all; a part of the minutes that is not exceeded leaves the rest.
        let busiest = 100.0 / (self.outline.days * 1_440).max(1) as f64;
        let mut points = vec![(LoadPart::Max, busiest)];
        let rest = |part: &LoadPart| (10_000 - part.ten_thousandths()) as f64 / 100.0;
        points.extend(LoadPart::ALL.iter().rev().map(|part| (*part, rest(part))).filter(|(_, share)| *share > busiest));
        let shares: Vec<f64> = points.iter().map(|(_, share)| *share).collect();
        let curves = DRAWN.map(|(leg, _)| {
            let curve = |policy: &usize| {
                let of = |(part, _): &(LoadPart, f64)| {
                    let query = Query::total(&metrics::LOAD).with(Dimension::Leg, leg.name());
                    self.median(&query.with(Dimension::Quantile, part.name()), *policy)
                };
                let values = points.iter().map(of).collect();
                Series { name: self.cube.policies()[*policy].policy.clone(), values }
            };
            self.policies.iter().map(curve).collect::<Vec<Series>>()
        });
        let stated = self.outline.rate.as_ref().map(|rate| (format!("stated capacity {}", rate.words), rate.a_minute));
        let panels: Vec<LoadPanel<'_>> = DRAWN
            .iter()
            .zip(&curves)
            .filter(|(_, curves)| curves.iter().any(|curve| curve.values[0] > 0.0))
            .map(|((leg, label), curves)| {
                let limit = stated.clone().filter(|_| *leg == Leg::South);
                LoadPanel { label: (*label).to_owned(), curves, limit }
            })
            .collect();
        if panels.is_empty() {
            return Ok(());
        }
        let title = match self.outline.is_market() {
            true => "Load-duration curves by policy: changes of supplier and the estate's background",
            false => "Load-duration curves by policy: what changes of supplier cause",
        };
        let plot = LoadDurationPlot { title, subtitle: self.subtitle, shares: &shares, panels: &panels };
        pictures.take(LOAD, load_duration_svg(&plot).and_then(|svg| Ok((svg, load_duration_png(&plot)?))))
    }

    fn hours_of_the_week(&self, pictures: &mut Pictures) -> Result<(), PlotError> {
        let baseline = self.cube.baseline();
        let cell = |leg: Leg, weekday: Weekday, hour: Hour| {
            let query = Query::total(&metrics::LOAD_BY_HOUR)
                .with(Dimension::Leg, leg.name())
                .with(Dimension::Weekday, weekday.name())
                .with(Dimension::Hour, hour.name());
            self.median(&query, baseline)
        };
        let panel = |(leg, label): (Leg, &str)| HeatPanel {
            label: label.to_owned(),
            cells: std::array::from_fn(|day| std::array::from_fn(|hour| cell(leg, Weekday::ALL[day], Hour(hour)))),
        };
        let panels: Vec<HeatPanel> =
            DRAWN.map(panel).into_iter().filter(|panel| panel.cells.as_flattened().iter().any(|n| *n > 0.0)).collect();
        if panels.is_empty() {
            return Ok(());
        }
        let title = match self.outline.is_market() {
            true => "Hours of the week under the baseline: changes of supplier and the estate's background",
            false => "Hours of the week under the baseline: what changes of supplier cause",
        };
        let plot = HeatMapPlot { title, subtitle: self.subtitle, unit: "mean messages a minute", panels: &panels };
        pictures.take(HEAT, heat_map_svg(&plot).and_then(|svg| Ok((svg, heat_map_png(&plot)?))))
    }

    fn queue(&self, pictures: &mut Pictures) -> Result<(), PlotError> {
        let by_policy: Vec<Series> =
            self.policies.iter().map(|policy| self.days(&metrics::QUEUE_ON, None, *policy)).collect();
        let title = "Queue for messages to the meters (WAN south), by policy";
        self.daily(pictures, QUEUE, title, "most messages that wait on a day", &by_policy)
    }

    fn backlog(&self, pictures: &mut Pictures) -> Result<(), PlotError> {
        let mut by_supplier: Vec<Series> = self
            .outline
            .capacities
            .iter()
            .map(|(supplier, _)| self.days(&metrics::BACKLOG_OPEN, Some(supplier), self.cube.baseline()))
            .filter(|series| series.values.iter().any(|value| *value > 0.0))
            .collect();
        let most = |series: &Series| series.values.iter().copied().fold(0.0, f64::max);
        by_supplier.sort_by(|a, b| most(b).total_cmp(&most(a)));
        if by_supplier.is_empty() {
            return Ok(());
        }
        let title = "Backlogs of suppliers under the baseline";
        self.daily(pictures, BACKLOG, title, "6.23s that wait at the end of a day", &by_supplier)
    }

    /// The median of each day.
    fn days(&self, metric: &'static Metric, supplier: Option<&str>, policy: usize) -> Series {
        let catalogue = self.cube.catalogue();
        let name = supplier.unwrap_or(&self.cube.policies()[policy].policy).to_owned();
        let Some(block) = catalogue.margins(metric).next() else { return Series { name, values: Vec::new() } };
        let is_of_supplier = |place: &usize| {
            supplier.is_none_or(|supplier| block.labels(*place).iter().any(|label| **label == *supplier))
        };
        let (_, places) = Places::by_day(block, block.places().filter(is_of_supplier));
        let runs: Vec<Vec<u64>> = self.cube.runs(policy).iter().map(|run| places.days(&run.values).collect()).collect();
        let value = |day: usize| {
            let values: Vec<f64> = runs.iter().map(|days| metric.unit.value(days[day])).collect();
            median_and_range(&values)[0]
        };
        Series { name, values: (0..places.number_of_days()).map(value).collect() }
    }

    fn daily(
        &self,
        pictures: &mut Pictures,
        name: &str,
        title: &str,
        label: &str,
        series: &[Series],
    ) -> Result<(), PlotError> {
        let plot = TimeSeriesPlot {
            title,
            subtitle: self.subtitle,
            panels: vec![(label, series)],
            first_day: self.outline.first.parse().unwrap_or_default(),
            listed: Listed::HighestDay,
        };
        pictures.take(name, time_series_svg(&plot).and_then(|svg| Ok((svg, time_series_png(&plot)?))))
    }
}
