//! `metrics.csv`: one row for each policy, metric, set of labels and way of reducing a run to a number.

use super::table::{Csv, LabelColumns, text};
use super::{Form, RenderError, Report};
use crate::text::number::plain;

/// The form.
pub const FORM: Form = Form {
    name: Some("csv"),
    file: Some("metrics.csv"),
    about: "Means and intervals as CSV: the contents of metrics.csv",
    is_data: true,
    render,
};

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    let estimates = report.estimates();
    let columns = LabelColumns::of(estimates.iter().map(|estimate| estimate.number.margin.as_slice()));
    let head = ["policy", "metric", "margin"].into_iter().chain(columns.names());
    let tail = ["reduction", "unit", "estimator", "value", "low", "high", "method", "n", "sd", "runs_low", "runs_high"];
    let mut table = Csv::new(head.chain(tail))?;
    for estimate in estimates {
        let (number, summary) = (&estimate.number, &estimate.summary);
        let bound = |place: usize| summary.interval.map_or(String::new(), |interval| plain(interval[place]));
        let [runs_low, runs_high] = summary.runs.map(plain);
        let head =
            [&*report.cube().policies()[estimate.policy].policy, number.metric.id, &number.margin_name()].map(text);
        let tail = [
            text(number.reduction.name()),
            text(number.metric.unit.name()),
            text(summary.estimator.name()),
            plain(summary.value),
            bound(0),
            bound(1),
            text(summary.method.name()),
            summary.n.to_string(),
            plain(summary.sd),
            runs_low,
            runs_high,
        ];
        table.row(head.into_iter().chain(columns.fields(&number.margin, &number.labels)).chain(tail))?;
    }
    table.bytes()
}
