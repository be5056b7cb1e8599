//! `days.csv`: the daily series, from which every picture can be drawn again.

use super::table::{Csv, text};
use super::{Form, RenderError, Report};
use crate::report::estimates::{margin_name, series};
use crate::results::cube::Run;
use crate::results::dimension::Dimension;
use crate::results::statistics::mean_and_range;
use crate::text::number::plain;

/// The form.
pub const FORM: Form = Form { name: None, file: Some("days.csv"), about: "Daily series as CSV", is_data: true, render };

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    let cube = report.cube();
    let series = series(cube);
    let daily: Vec<_> = series.iter().filter(|series| series.metric.aggregation.is_daily()).collect();
    let columns = Dimension::ALL.iter().copied().filter(|dimension| *dimension != Dimension::At);
    let used: Vec<Dimension> =
        columns.filter(|column| daily.iter().any(|series| series.margin.contains(column))).collect();
    let head = ["policy", "metric", "margin"].into_iter().chain(used.iter().map(|column| column.name()));
    let mut table = Csv::new(head.chain(["date", "unit", "mean", "runs_low", "runs_high", "n"]))?;
    for (policy, runs) in cube.policies().iter().enumerate() {
        for series in &daily {
            let of_run = |run: &Run| series.places.days(&run.values).collect::<Vec<u64>>();
            let days: Vec<Vec<u64>> = cube.runs(policy).iter().map(of_run).collect();
            for (day, date) in series.dates.iter().enumerate() {
                let values: Vec<f64> = days.iter().map(|days| series.metric.unit.value(days[day])).collect();
                let [mean, low, high] = mean_and_range(&values);
                let label = |column: &Dimension| {
                    let position = series.margin.iter().position(|dimension| dimension == column);
                    position.map_or(String::new(), |position| text(series.labels[position]))
                };
                let head = [&*runs.policy, series.metric.id, &margin_name(&series.margin)].map(text);
                let unit = text(series.metric.unit.name());
                let tail = [(*date).to_owned(), unit, plain(mean), plain(low), plain(high), cube.n().to_string()];
                table.row(head.into_iter().chain(used.iter().map(label)).chain(tail))?;
            }
        }
    }
    table.bytes()
}
