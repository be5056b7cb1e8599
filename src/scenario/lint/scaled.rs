//! Peaks of a market that is much smaller than the real one.

use jiff::civil::{Date, date};

use super::tables;
use crate::model::civil::date_of;
use crate::results::metric::Aggregation;
use crate::results::query::Query;
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Code, Lint, Sink};
use crate::scenario::table::{Table, Value};
use crate::text::number::number;

/// Meters that were connected to the DCC by a date (calibration 1.1).
const CONNECTED: [(Date, f64); 8] = [
    (date(2018, 11, 30), 176_000.0),
    (date(2019, 1, 4), 250_000.0),
    (date(2019, 5, 21), 1_000_000.0),
    (date(2019, 11, 29), 3_000_000.0),
    (date(2021, 3, 31), 11_000_000.0),
    (date(2021, 11, 26), 16_300_000.0),
    (date(2022, 7, 31), 21_000_000.0),
    (date(2024, 8, 31), 32_000_000.0),
];
/// The least share of them that causes no warning.
const LEAST: f64 = 0.5;

/// Warns of a peak that an expectation, a primary number or a published figure names in such a market: the sum of more
/// meters is steadier, so peaks do not grow in proportion to a market.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    let Some(market) = &scenario.market else { return };
    let (first, meters) = (date_of(scenario.window.first), market.meters_on(scenario.window.first));
    let known = CONNECTED.iter().rev().find(|(on, _)| *on <= first);
    let Some((on, connected)) = known.filter(|(_, connected)| meters < LEAST * connected) else { return };
    let mut warn = |value: Option<Value<'_, '_>>, query: &Query| {
        let is_of_crowds = |of: Aggregation| of.is_extreme() || of == Aggregation::Share;
        let Some(value) = value.filter(|_| is_of_crowds(query.metric.aggregation)) else { return };
        let message = format!(
            "`{}` does not scale with the number of meters: this market has {} of the more than {} that were connected \
             on {on}",
            query.metric.id,
            number(meters),
            number(*connected)
        );
        let help = format!(
            "give all connected meters in `path`, or judge a sum such as `leaked-reads.delivered.total`; if you mean \
             a small market, --allow {} tells `check` and `test` so",
            Code::from(Lint::ScaledPeak)
        );
        sink.warning(Lint::ScaledPeak, value.span(), message, help);
    };
    for ((_, mut table), one) in tables(root, "expect").into_iter().zip(&scenario.expectations) {
        warn(table.get("that"), &one.query);
    }
    for ((_, mut table), one) in tables(root, "primary").into_iter().zip(&scenario.primaries) {
        warn(table.get("what"), &one.query);
    }
    for ((_, mut table), one) in tables(root, "published").into_iter().zip(&scenario.published) {
        warn(table.get("what"), &one.what);
    }
}
