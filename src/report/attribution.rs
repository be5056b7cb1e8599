//! `attribution.csv`: what each mitigation of a policy contributes.

use super::render::RenderError;
use super::render::table::{Csv, text};
use crate::results::attribution::Attribution;
use crate::results::statistics::Summary;
use crate::text::number::plain;

/// The file of a results folder that says what each mitigation contributes, if that was asked for.
pub const FILE: &str = "attribution.csv";

/// The table as CSV: for each policy and number a row for each mitigation before any other, after all others and as the
/// mean over all orders, and one for all together.
///
/// # Errors
/// When the writer fails, which in memory it does not.
pub fn csv(attributions: &[Attribution]) -> Result<Vec<u8>, RenderError> {
    let mut table = Csv::new([
        "policy",
        "number",
        "unit",
        "mitigation",
        "contribution",
        "n",
        "mean",
        "sd",
        "low",
        "high",
        "method",
        "level",
    ])?;
    for Attribution { policy, numbers } in attributions {
        for attributed in numbers {
            let mut row = |mitigation: &str, contribution: &str, summary: &Summary| {
                let [low, high] = summary.interval.map_or([String::new(), String::new()], |bounds| bounds.map(plain));
                table.row([
                    text(policy),
                    text(&attributed.number),
                    text(&attributed.unit),
                    text(mitigation),
                    text(contribution),
                    summary.n.to_string(),
                    plain(summary.value),
                    plain(summary.sd),
                    low,
                    high,
                    text(summary.method.name()),
                    plain(summary.level),
                ])
            };
            for part in &attributed.parts {
                row(&part.mitigation, "first", &part.first)?;
                row(&part.mitigation, "last", &part.last)?;
                row(&part.mitigation, "shapley", &part.shapley)?;
            }
            row("", "whole", &attributed.whole)?;
        }
    }
    table.bytes()
}
