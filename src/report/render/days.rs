//! `days.csv`: the daily series, from which every picture can be drawn again.

use super::table::{Csv, LabelColumns, text};
use super::{Form, RenderError, Report};
use crate::report::estimates::{margin_name, series};
use crate::results::cube::Run;
use crate::results::statistics::{Estimator, mean_and_range, median_and_range};
use crate::text::number::plain;

/// The form.
pub const FORM: Form = Form { name: None, file: Some("days.csv"), about: "Daily series as CSV", is_data: true, render };

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    let cube = report.cube();
    let series = series(cube);
    let daily: Vec<_> = series.iter().filter(|series| series.metric.aggregation.is_daily()).collect();
    let columns = LabelColumns::of(daily.iter().map(|series| series.margin.as_slice()));
    let head = ["policy", "metric", "margin"].into_iter().chain(columns.names());
    let mut table = Csv::new(head.chain(["date", "unit", "estimator", "value", "runs_low", "runs_high", "n"]))?;
    for (policy, runs) in cube.policies().iter().enumerate() {
        for series in &daily {
            let of_run = |run: &Run| series.places.days(&run.values).collect::<Vec<u64>>();
            let days: Vec<Vec<u64>> = cube.runs(policy).iter().map(of_run).collect();
            for (day, date) in series.dates.iter().enumerate() {
                let values: Vec<f64> = days.iter().map(|days| series.metric.unit.value(days[day])).collect();
                let (estimator, [value, low, high]) = match series.metric.aggregation.is_extreme() {
                    true => (Estimator::Median, median_and_range(&values)),
                    false => (Estimator::Mean, mean_and_range(&values)),
                };
                let head = [&*runs.policy, series.metric.id, &margin_name(&series.margin)].map(text);
                let unit = text(series.metric.unit.name());
                let (estimator, n) = (text(estimator.name()), cube.n().to_string());
                let tail = [(*date).to_owned(), unit, estimator, plain(value), plain(low), plain(high), n];
                table.row(head.into_iter().chain(columns.fields(&series.margin, &series.labels)).chain(tail))?;
            }
        }
    }
    table.bytes()
}
