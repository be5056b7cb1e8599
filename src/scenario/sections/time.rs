//! `[time]`: the window that is counted, and the warm-up before it.

use crate::engine::time::{Instant, Seconds};
use crate::model::civil::Civil;
use crate::model::laws::{Laws, NumberKind};
use crate::model::ledger::Window;
use crate::model::market::Market;
use crate::model::warm_up::Stock;
use crate::scenario::check;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::names::{EARLIEST, LATEST, Names, whole_days};
use crate::scenario::parameter::keys;
use crate::scenario::provenance::{Sources, origin};
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { KEYS of "time" {
    START, "start", Shape::Moment, "the first second that is counted", .required("2018-11-01");
    HORIZON, "horizon", Shape::Moment, "the second at which counting ends", .required("2019-03-01");
    WARM_UP: u32 = |v, sink| whole_days(v, 0..=check::LONGEST_WINDOW, "365 d", sink), "warm-up",
        Shape::WithOrigin(&Shape::Length),
        "how long before the start the market begins, simulated and not counted";
}}

/// What `[time]` says.
pub(in crate::scenario) struct Time {
    pub start: Instant,
    pub horizon: Instant,
    /// Where the file gives one.
    pub warm_up: Option<Seconds>,
}

/// `[time]`.
pub(in crate::scenario) fn time(
    value: &Value<'_, '_>,
    names: &Names,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Time> {
    let mut table = value.table(sink)?;
    let start = START.get(&mut table, sink).and_then(|v| names.instant(&v, None, sink));
    let horizon_value = HORIZON.get(&mut table, sink);
    let horizon = horizon_value.as_ref().and_then(|v| names.instant(v, None, sink));
    let warm_up = table.get(WARM_UP.parameter.key).map(|entry| warm_up(&entry, sources, sink));
    table.finish(sink);
    let (start, horizon) = (start?, horizon?);
    let warm_up = match warm_up {
        Some(length) => Some(length?),
        None => None,
    };
    if let Some(problem) = check::window(start, horizon) {
        return horizon_value?.refuse(Mistake::WrongOrder, "after the start, by 20 years at most", problem.help, sink);
    }
    Some(Time { start, horizon, warm_up })
}

/// `warm-up`: whole days before the start.
fn warm_up(entry: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<Seconds> {
    let (value, said) = origin(entry, "\"365 d\"", sink)?;
    let days = (WARM_UP.reader)(&value, sink)?;
    sources.note(&WARM_UP.parameter, &value, said.or_chosen("a choice of the scenario"), entry.key_span());
    Some(Seconds::days(days.into()))
}

/// The window, civil time around it and its warm-up, and the warm-up: what the file gives, or else what the laws need.
pub(in crate::scenario) fn begin(
    given: Option<&Time>,
    market: Option<(&Market, &Laws)>,
    sources: &mut Sources<'_>,
) -> (Window, Civil, Seconds) {
    let Some(&Time { start, horizon, warm_up }) = given else {
        let (start, horizon) = (EARLIEST.utc_midnight(), LATEST.utc_midnight());
        let civil = Civil::new(start.utc_day(), start.utc_day());
        return (Window::new(start, horizon, &civil), civil, Seconds(0));
    };
    let warm_up = match (warm_up, market) {
        (Some(given), _) => given,
        (None, None) => Seconds(0),
        (None, Some((market, laws))) => {
            let civil = Civil::new(start.utc_day(), horizon.utc_day());
            let warm_up = Stock::of(market, laws, &Window::new(start, horizon, &civil)).warm_up();
            const SOURCE: &str =
                "the time that the laws in use need, as far back as the market's numbers reach, two years at most";
            sources.put(&WARM_UP.parameter, &format!("\"{} d\"", warm_up.0 / 86_400), NumberKind::Derived, SOURCE);
            warm_up
        }
    };
    let civil = Civil::new((start - warm_up).utc_day(), horizon.utc_day());
    (Window::new(start, horizon, &civil), civil, warm_up)
}
