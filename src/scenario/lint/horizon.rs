//! A window that ends before many 6.23s can come.

use super::section;
use crate::engine::time::Seconds;
use crate::model::laws::Laws;
use crate::model::plan::Class;
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::table::Table;

/// Points at which a law is looked at.
const POINTS: u32 = 2_000;
/// The largest share of late 6.23s that causes no warning.
const LATE: f64 = 0.25;

/// The law of delays of 6.23 for each class of the gaining supplier.
const BY_CLASS: [(Class, &str); 3] =
    [(Class::Mature, "to-623.mature"), (Class::Immature, "to-623.immature"), (Class::NonUser, "to-623.non-user")];

/// Warns if more than [`LATE`] of the 6.23s take longer than the whole window: even those of the first day's switches
/// come after the horizon, and the results leave them open.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    let Some(market) = &scenario.market else { return };
    let window = Seconds(scenario.window.horizon.0 - scenario.window.start.0);
    let mut laws: Laws = scenario.laws.clone();
    let mut late = 0.0;
    for (class, name) in BY_CLASS {
        let Some(law) = laws.by_name(name) else { continue };
        let at = |point: u32| law.at((f64::from(point) + 0.5) / f64::from(POINTS));
        let longer = (0..POINTS).filter_map(at).filter(|length| *length > window).count();
        late += market.class_shares[class as usize] * longer as f64 / f64::from(POINTS);
    }
    let place = section(root, "time").and_then(|mut time| time.get("horizon")).map(|v| v.span());
    if let (Some(place), true) = (place, late > LATE) {
        let days = window.0 / 86_400;
        let message = format!(
            "by the laws of the delay of 6.23, {:.0} % take longer than the whole window of {days} days, so results \
             leave them open",
            late * 100.0
        );
        sink.warning(Lint::ShortHorizon, place, message, "write a later `horizon` in [time], or shorter laws");
    }
}
