//! Markets that begin too late, switch never or not in proportion, and keys that need a market.

use std::ops::Range;

use super::{idle, it, law_of, section, tables};
use crate::engine::time::{Day, Seconds};
use crate::model::civil::date_of;
use crate::model::classes::Fit;
use crate::model::laws::CATALOGUE;
use crate::model::ledger::Window;
use crate::model::market::{ClassRule, GasRatio, Market, Month};
use crate::model::warm_up::Stock;
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Lint, Mistake, Sink};
use crate::scenario::table::{Table, Value};

/// Warns of a market, or of keys that need one where there is none.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    match &scenario.market {
        Some(market) => of_market(market, scenario, root, sink),
        None => without_market(scenario, root, sink),
    }
}

fn of_market(market: &Market, scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    // With the warm-up, where the market begins.
    let window = scenario.life();
    let Some(mut table) = section(root, "market") else { return };
    // A warm-up that the file does not give begins with the path.
    let given = section(root, "time").is_some_and(|time| time.has("warm-up"));
    let too_late =
        |on: Day| if given || scenario.warm_up == Seconds(0) { on >= window.first } else { on > window.first };
    let first = market.path.first().filter(|(on, _)| too_late(*on) && lost(market, &window) > SMALL);
    let on = tables(&mut table, "path").into_iter().next().and_then(|(_, mut table)| table.get("on"));
    if let (Some((day, _)), Some(on)) = (first, on) {
        let before = date_of(window.first.plus(-1));
        if day.0 >= window.first.0 + window.days as i32 {
            let help = format!("give the meters of {before}, the day before the market begins, or of an earlier date");
            on.refuse::<()>(Mistake::OutsideWindow, "a date before the horizon", help, sink);
            return;
        }
        let message =
            format!("the path begins on {}: before that date no meter is connected and none switches", date_of(*day));
        let help = format!(
            "begin with a date up to {before}, the day before the market begins, with 0 meters if the roll-out begins \
             later"
        );
        sink.warning(Lint::LatePath, on.span(), message, help);
    }
    classes_without_room(market, scenario, &mut table, sink);
    gas_ratio_months(market, table.get("gas-ratio").as_ref(), sink);
    let Some(switching) = table.get("switching") else { return };
    if section(root, "time").is_some_and(|time| !time.has("warm-up")) {
        missing_stock(market, scenario, switching.key_span(), sink);
    }
    let days = (0..window.days as i32).map(|day| date_of(window.first.plus(day)));
    let mut missing: Vec<Month> =
        days.map(|date| (date.year(), date.month())).filter(|month| lacks(&market.hazards, *month)).collect();
    missing.dedup();
    if !missing.is_empty() {
        let entries: Vec<String> = missing.iter().map(|month| format!("\"{}\" = 0.0155", month_name(*month))).collect();
        let message = format!(
            "no meter switches in {}: `switching` leaves {} \
            out",
            months(&missing),
            it(missing.len())
        );
        let help = format!("add to `switching` for example {}; write 0 if no meter switches", entries.join(", "));
        sink.warning(Lint::NoSwitches, switching.key_span(), message, help);
    } else if market.expected_switches(&scenario.window) <= 0.0 && scenario.transfers().is_empty() {
        let help = "write a share above 0 for a month of the window, and connected meters in `path`";
        sink.warning(Lint::NoSwitches, switching.key_span(), "no meter is expected to switch in the window", help);
    }
    let too_often = market.hazards.iter().find(|(month, hazard)| hazard * market.gas_ratio.of(*month) > 1.0);
    if let (Some((month, hazard)), true) = (too_often, market.gas_share > 0.0) {
        let key = month_name(*month);
        let message = format!(
            "in {key} more gas meters would switch than exist: {hazard} of electricity's times a `gas-ratio` of {}",
            market.gas_ratio.of(*month)
        );
        let at = of_month(&switching, &key).map_or(switching.key_span(), |month| month.span());
        sink.error(
            Mistake::BadMarket,
            at,
            message,
            "write a smaller share, or a smaller `gas-ratio`: their product is at most 1",
        );
    }
}

/// The entry of a month in a table of months, plain or with its origin.
fn of_month<'a, 's>(table: &Value<'a, 's>, month: &str) -> Option<Value<'a, 's>> {
    let quiet = &mut Sink::new();
    let mut months = table.table(quiet)?;
    match months.get("value") {
        Some(value) => value.table(quiet)?.get(month),
        None => months.get(month),
    }
}

/// Checks that a table of ratios by month covers the months that have a share.
fn gas_ratio_months(market: &Market, given: Option<&Value<'_, '_>>, sink: &mut Sink) {
    let (GasRatio::ByMonth(ratios), Some(given)) = (&market.gas_ratio, given) else { return };
    if market.gas_share <= 0.0 {
        return; // any ratio of gas has no effect then
    }
    let missing = market.hazards.iter().filter(|(month, hazard)| *hazard > 0.0 && lacks(ratios, *month));
    let missing: Vec<String> = missing.map(|(month, _)| format!("\"{}\" = 0.89", month_name(*month))).collect();
    if !missing.is_empty() {
        let help = format!("add for example {}; or write one ratio for all months", missing.join(", "));
        sink.error(Mistake::BadMarket, given.key_span(), "`gas-ratio` leaves out months that `switching` has", help);
        return;
    }
    for (month, _) in ratios.iter().filter(|(month, _)| lacks(&market.hazards, *month)) {
        let month = month_name(*month);
        let at = of_month(given, &month).map_or(given.key_span(), |month| month.key_span());
        let help = "leave the month out, or give it a share in `switching`";
        sink.warning(
            Lint::IdleKey,
            at,
            format!("the gas ratio of {month} has no effect: `switching` leaves the month out"),
            help,
        );
    }
}

/// Whether a table of months leaves a month out.
fn lacks(months: &[(Month, f64)], month: Month) -> bool {
    !months.iter().any(|(other, _)| *other == month)
}

/// Months as a list in words.
fn months(all: &[Month]) -> String {
    let names: Vec<String> = all.iter().map(|month| month_name(*month)).collect();
    match names.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    }
}

/// A month as scenarios write it.
fn month_name((year, month): Month) -> String {
    format!("{year}-{month:02}")
}

/// Warns if the suppliers whose size permits a class gain less than the share of that class. The rest is then drawn
/// case by case.
fn classes_without_room(market: &Market, scenario: &Scenario, table: &mut Table<'_, '_>, sink: &mut Sink) {
    if market.class_rule == ClassRule::ByCase {
        return;
    }
    for fit in Fit::of(market, &scenario.weights()).iter().filter(|fit| fit.room > 0.0 && !fit.fits()) {
        let place = table.get("class-shares").map_or(table.span(), |v| v.key_span());
        let message = format!(
            "suppliers of a size that can be {} gain {:.1} % of switches, but that class has {:.1} %: it is drawn case \
             by case",
            fit.class.name(),
            fit.room * 100.0,
            fit.share * 100.0
        );
        let help = "give more suppliers a `size` that `class-sizes` names, change `class-sizes`, or write \
            class-drawn-for = { value = \"case\", source = \"a choice of the scenario\", kind = \"assumed\" }";
        sink.warning(Lint::ClassWithoutRoom, place, message, help);
    }
}

/// Warns if cases from before the warm-up, which would be open at the start, are missing. A scenario that sets its
/// warm-up has chosen this.
fn missing_stock(market: &Market, scenario: &Scenario, at: Range<usize>, sink: &mut Sink) {
    let (stock, warm_up) = (Stock::of(market, &scenario.laws, &scenario.window), scenario.warm_up);
    if stock.lacks(warm_up) {
        let begins = match warm_up.0 / 86_400 {
            0 => "with the window".to_owned(),
            days => format!("{days} days before the window"),
        };
        let message = format!(
            "about {:.0} % of the cases that wait for their 6.23 at the start are missing: the market begins {begins}",
            stock.lacking(warm_up) * 100.0
        );
        let help = format!(
            "begin `path` and `switching` {} days before the start, or write warm-up = \"{} d\" in [time] to leave \
             them out",
            stock.needed().0 / 86_400,
            warm_up.0 / 86_400
        );
        sink.warning(Lint::MissingStock, at, message, help);
    }
}

/// The largest share of switches that causes no warning.
const SMALL: f64 = 0.001;

/// The share of the switches that is lost because a market begins within the window rather than before it.
fn lost(market: &Market, window: &Window) -> f64 {
    let mut whole = market.clone();
    let meters = market.path.first().map_or(0.0, |(_, meters)| *meters);
    whole.path.insert(0, (window.first.plus(-1), meters));
    let (with, without) = (whole.expected_switches(window), market.expected_switches(window));
    if with > 0.0 { 1.0 - without / with } else { 0.0 }
}

fn without_market(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    if let Some(mut traffic) = section(root, "traffic") {
        let rates = ["messages", "device-alerts", "dcc-alerts"].into_iter().filter_map(|rate| traffic.get(rate));
        rates.for_each(|rate| idle(&rate, "a [market]", sink));
    }
    if let Some(mut laws) = section(root, "laws") {
        for (name, ..) in CATALOGUE {
            let drawn = scenario.policies.iter().any(|policy| policy.draws_from(name));
            if let (Some(law), false) = (law_of(&mut laws, name), drawn) {
                idle(&law, "a [market] or a policy that draws from it", sink);
            }
        }
    }
    let still = scenario.meters.iter().all(|meter| meter.switches.iter().all(|s| s.ssd >= scenario.window.horizon));
    if let (Some((meter, _)), true) = (tables(root, "meter").first(), still && scenario.transfers().is_empty()) {
        let help = "add a [[switch]] whose `ssd` lies in the window of [time]";
        sink.warning(Lint::NoSwitches, meter.span(), "no meter switches in the window, so nothing can leak", help);
    }
}
