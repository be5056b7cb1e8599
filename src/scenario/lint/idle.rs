//! Settings, injections and policies without effect, because something that they work with is missing.

use std::ops::Range;

use super::{law_of, section, tables};
use crate::engine::random::Draws;
use crate::engine::time::{Day, Seconds};
use crate::model::civil::date_of;
use crate::model::classes::Fit;
use crate::model::draw::{FirstSwitch, Lot};
use crate::model::injection::{Fault, Injection, Transfer};
use crate::model::laws::{CATALOGUE, PREPAY};
use crate::model::ledger::Window;
use crate::model::lever::{Lever, Lots};
use crate::model::market::{ClassRule, GasRatio, Market, Month, Weights};
use crate::model::plan::{Class, MeterId, MeterPlan, Payment, Sending, SupplierId, TransferCause};
use crate::model::warm_up::Stock;
use crate::scenario::diagnostics::{Lint, Mistake, Sink};
use crate::scenario::sections::supplier::Habits;
use crate::scenario::table::{Table, Value};
use crate::scenario::{Policy, Scenario};
use crate::text::{one_of, visible};

/// The most pairs of a scripted meter and an injection that are tried.
const MOST_TRIED: usize = 100_000;

/// Warns of what has no effect.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, habits: &[Habits], sink: &mut Sink) {
    match &scenario.market {
        Some(market) => of_market(market, scenario, root, sink),
        None => without_market(scenario, root, sink),
    }
    let without_prepay = idle_prepay_share(scenario, root, sink);
    if !without_prepay {
        prepay_law(scenario, root, sink);
    }
    suppliers(scenario, habits, without_prepay, root, sink);
    injections(scenario, root, sink);
    policies(scenario, without_prepay, root, sink);
}

/// Warns of a key that has no effect because something else is missing.
fn idle(value: &Value<'_, '_>, wants: &str, sink: &mut Sink) {
    let message = format!("`{}` has no effect without {wants}", value.path());
    sink.warning(Lint::IdleKey, value.key_span(), message, format!("add {wants}, or leave it out"));
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

fn it(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
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

/// Gives one warning about everything that needs prepay meters where `prepay-share` is 0. Returns whether it did.
fn idle_prepay_share(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) -> bool {
    let share = section(root, "market").and_then(|mut market| market.get("prepay-share"));
    let Some(share) = share.filter(|_| !has_prepay(scenario)) else { return false };
    let law =
        section(root, "laws").and_then(|mut laws| law_of(&mut laws, PREPAY.0)).map(|law| format!("`{}`", law.path()));
    let mut idle: Vec<String> = law.into_iter().collect();
    for (place, (_, mut table)) in tables(root, "supplier").into_iter().enumerate() {
        let first = table.get("prepay-first").filter(|_| puts_prepay_first(scenario, place) && table.has("capacity"));
        idle.extend(first.map(|first| format!("`{}`", first.path())));
    }
    let policies = scenario.policies.iter().filter(|policy| sends_prepay_first(policy));
    idle.extend(policies.map(|policy| format!("the policy `{}`", visible(&policy.id))));
    if idle.is_empty() {
        return false;
    }
    let verb = if idle.len() == 1 { "has" } else { "have" };
    let message = format!("no meter is prepay, so {} {verb} no effect", idle.join(", "));
    let help = format!("write a `prepay-share` above 0, as in 0.13, or leave {} out", it(idle.len()));
    sink.warning(Lint::IdleKey, share.key_span(), message, help);
    true
}

/// Whether a supplier's backlog sends 6.23s of prepay meters first.
fn puts_prepay_first(scenario: &Scenario, place: usize) -> bool {
    scenario.suppliers.get(place).is_some_and(|supplier| supplier.desk.prepay_first)
}

fn sends_prepay_first(policy: &Policy) -> bool {
    policy.pulls.iter().any(|pull| pull.lever == Lever::SendsPrepayFirst)
}

/// Warns of a law for prepay meters that nothing draws from. A market's prepay meters draw from it, and under some
/// policies so do scripted ones.
fn prepay_law(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    let Some(mut laws) = section(root, "laws") else { return };
    let pulled = scenario.policies.iter().any(|policy| policy.draws_from(PREPAY.0));
    let wants = match &scenario.market {
        Some(market) if market.prepay_share > 0.0 => return,
        _ if pulled && has_prepay(scenario) => return,
        Some(_) => "a `prepay-share` above 0",
        None if pulled => "a prepay meter",
        None => "a [market] or a policy that draws from it",
    };
    if let Some(law) = law_of(&mut laws, PREPAY.0) {
        idle(&law, wants, sink);
    }
}

/// Whether any meter is prepay, or may be drawn as prepay.
fn has_prepay(scenario: &Scenario) -> bool {
    scenario.market.as_ref().is_some_and(|market| market.prepay_share > 0.0)
        || scenario.meters.iter().any(|meter| meter.payment == Payment::Prepay)
}

fn suppliers(scenario: &Scenario, habits: &[Habits], without_prepay: bool, root: &mut Table<'_, '_>, sink: &mut Sink) {
    for (place, (_, mut table)) in tables(root, "supplier").into_iter().enumerate() {
        if scenario.market.is_none() {
            let is_zero = |v: &Value<'_, '_>| v.number(0.0..=0.0, &mut Sink::new()).is_some();
            let share = table.get("share").filter(|v| !is_zero(v)); // 0 is the default
            let others = ["gains", "size", "reads"].into_iter().filter_map(|key| table.get(key));
            share.into_iter().chain(others).for_each(|v| idle(&v, "a [market]", sink));
        }
        let (supplier, capacity) = (SupplierId(place as u16), table.get("capacity"));
        if let (Some(opening), None) = (table.get("opening"), &capacity) {
            idle(&opening, "a `capacity`", sink);
        }
        let puts_first = puts_prepay_first(scenario, place) && !without_prepay;
        match (table.get("prepay-first"), &capacity) {
            (Some(first), None) => idle(&first, "a `capacity`", sink),
            (Some(first), Some(_)) if puts_first && !has_prepay(scenario) => idle(&first, "a prepay meter", sink),
            _ => {}
        }
        if let (Some(capacity), false) = (capacity, works_off_a_backlog(scenario, supplier)) {
            let message = format!("`{}` has no effect: no 6.23 ever joins this supplier's backlog", capacity.path());
            let help = "leave it out, or add what fills a backlog: cos = \"queue\" in a [[switch]], `user-from`, or an \
                [[inject]] of the kind supplier-failure, book-transfer, not-a-user or bulk-campaign";
            sink.warning(Lint::IdleKey, capacity.key_span(), message, help);
        }
        let Some(loses) = table.get("loses") else { continue };
        let cancels = habits.get(place).is_some_and(|habit| habit.deletes_schedules || habit.thins_calendar);
        if scenario.meters.is_empty() {
            idle(&loses, "a [[meter]]", sink);
        } else if !cancels {
            idle(&loses, "deletes-schedules = true or thins-calendar = true in it", sink);
        }
    }
}

/// Whether anything can put a 6.23 into a supplier's backlog.
fn works_off_a_backlog(scenario: &Scenario, supplier: SupplierId) -> bool {
    let fills = |injection: &Injection| match &injection.fault {
        Fault::BookTransfer(transfer) => transfer.to == supplier,
        Fault::BulkCampaign | Fault::NotAUser { .. } => {
            injection.gaining.is_empty() || injection.gaining.contains(&supplier)
        }
        _ => false,
    };
    let queues = |meter: &MeterPlan| {
        let mut switches = meter.switches.iter().filter(|switch| switch.to == supplier);
        switches.any(|switch| switch.cos.iter().any(|cos| matches!(cos.sending, Sending::Queued(_))))
    };
    let has_user_from = scenario.suppliers.get(supplier.0 as usize).is_some_and(|s| s.weights.user_from.is_some());
    has_user_from || scenario.injections.iter().any(fills) || scenario.meters.iter().any(queues)
}

fn injections(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    let (tables, transfers) = (tables(root, "inject"), scenario.transfers());
    let mut strikes: Vec<(bool, u32)> = Vec::new();
    let mut struck: Vec<MeterPlan> = scenario.meters.clone();
    let tried = scenario.meters.len() * scenario.injections.len() <= MOST_TRIED;
    for injection in &scenario.injections {
        let mut full = Injection { share: 1.0, ..injection.clone() };
        if let Fault::BookTransfer(transfer) = &mut full.fault {
            // A meter that is in the book at any time, whatever is drawn.
            (transfer.share, transfer.over) = (1.0, 1);
        }
        // Try it both with and without the effects of the earlier faults on a meter.
        let on_script = !tried
            || [false, true].into_iter().any(|alone| {
                scenario.meters.iter().zip(&mut struck).any(|(meter, struck)| {
                    let before = if alone { meter.clone() } else { struck.clone() };
                    let mut after = before.clone();
                    strike(&full, &mut after, scenario);
                    after != before
                })
            });
        if tried {
            struck.iter_mut().for_each(|meter| strike(&full, meter, scenario));
        }
        strikes.push((on_script || on_market(&full, scenario), injection.index));
    }
    // One entry may become two faults.
    strikes.sort_by_key(|(strikes, index)| (*index, !strikes));
    strikes.dedup_by_key(|(_, index)| *index);
    for ((value, mut table), (strikes, index)) in tables.into_iter().zip(strikes) {
        let known = |meter: u64| {
            scenario.meters.iter().any(|m| m.id.0 == meter) || scenario.market.is_some() && meter >= FIRST_DRAWN.0
        };
        let quiet = &mut Sink::new();
        let named = table.get("where").and_then(|v| v.table(quiet)?.get("meters")?.array(quiet)).unwrap_or_default();
        let unknown = named.iter().find(|v| v.integer(0..=i64::MAX, quiet).is_some_and(|meter| !known(meter as u64)));
        if let Some(unknown) = unknown {
            let known: Vec<String> = scenario.meters.iter().map(|meter| meter.id.0.to_string()).collect();
            let help = match known.as_slice() {
                [] => "declare it in [[meter]], or leave the injection out".to_owned(),
                _ => format!("write {}, or declare it in [[meter]]", one_of(known.iter().map(String::as_str), "")),
            };
            unknown.refuse::<()>(Mistake::UnknownName, "a meter of this file", help, sink);
            continue;
        }
        let share = scenario.injections.iter().find(|i| i.index == index).map_or(1.0, |i| i.share);
        let to_itself = scenario.injections.iter().find(|i| i.index == index).filter(|i| goes_to_itself(i));
        if let (Some(injection), Some(v)) = (to_itself, table.get("where")) {
            let id = scenario.suppliers.get(usize::from(injection.losing[0].0)).map_or("", |s| s.id.as_str());
            let message = format!("this injection changes nothing: no switch goes from `{}` to itself", visible(id));
            sink.warning(
                Lint::IdleInjection,
                v.span(),
                message,
                "name another supplier as `losing` or `gaining`, or leave one of them out",
            );
        } else if let (Some(v), true) = (table.get("share"), share <= 0.0) {
            let message = format!("`{}` is 0, so this injection has no effect", v.path());
            sink.warning(
                Lint::IdleInjection,
                v.span(),
                message,
                "write a share above 0, as in 0.5, or leave the injection out",
            );
        } else if !strikes {
            let help = "change `where`, `from` or `until` so that a switch or a meter of this file is concerned, or \
                leave the injection out";
            sink.warning(
                Lint::IdleInjection,
                value.span(),
                "this injection changes nothing: it concerns no switch and no meter",
                help,
            );
        } else if let Some(transfer) = transfers.iter().find(|transfer| transfer.index == index) {
            let place = table.get("where").map_or(value.span(), |v| v.span());
            empty_book(transfer, &transfers, scenario, place, sink);
        }
    }
}

/// Whether an injection concerns only switches from a supplier to itself.
fn goes_to_itself(injection: &Injection) -> bool {
    let of_switches = !matches!(injection.fault, Fault::BookTransfer(_) | Fault::GatewayOutage | Fault::WanOutage(_));
    of_switches && injection.losing.len() == 1 && injection.losing == injection.gaining
}

/// Warns of a book that is empty, or holds only what the supplier gains in the window.
fn empty_book(transfer: &Transfer, transfers: &[Transfer], scenario: &Scenario, place: Range<usize>, sink: &mut Sink) {
    let Some(supplier) = scenario.suppliers.get(transfer.from.0 as usize) else { return };
    let id = visible(&supplier.id);
    let is_over = |earlier: &Transfer| {
        let same_date = earlier.over == 1 && earlier.first() == transfer.first() && earlier.index < transfer.index;
        same_date || earlier.first().plus(earlier.over as i32) <= transfer.first()
    };
    let took_all = |other: &Transfer| other.from == transfer.from && other.is_whole() && is_over(other);
    let comes_back = transfers.iter().any(|other| other.to == transfer.from);
    if let (Some(other), false) = (transfers.iter().find(|other| took_all(other)), comes_back) {
        let last = date_of(other.first().plus(other.over as i32 - 1));
        let message = format!("nothing is left of the book of `{id}`: all of it has moved by {last}");
        let help =
            format!("write an earlier `from`, to begin before {}, or leave the transfer out", date_of(other.first()));
        sink.warning(Lint::IdleInjection, place, message, help);
    } else if scenario.market.is_some() && scenario.meters.is_empty() && supplier.weights.share <= 0.0 {
        let message = format!("`{id}` has no `share` of the meters: only what it gains in the window can move");
        sink.warning(
            Lint::IdleInjection,
            place,
            message,
            "give the supplier that loses its book a `share` above 0, or leave the injection out",
        );
    }
}

/// The first number of a market's meters. They are numbered from the first day on.
const FIRST_DRAWN: MeterId = MeterId(FirstSwitch::MOST as u64);

fn strike(injection: &Injection, meter: &mut MeterPlan, scenario: &Scenario) {
    let (draws, id) = (Draws::new(scenario.experiment.seed, 0), meter.id);
    let of = |k: usize| Lot::scripted(&draws, id, k as u32);
    let supplier = |id| scenario.lot_of(id, &draws);
    injection.apply(meter, &Lots { of: &of, supplier: &supplier, scripted: true });
}

/// Whether an injection can concern a meter of the market.
fn on_market(injection: &Injection, scenario: &Scenario) -> bool {
    let Some(market) = &scenario.market else { return false };
    let lives = |supplier: &SupplierId| {
        scenario.suppliers.get(supplier.0 as usize).is_some_and(|s| s.weights.share > 0.0 || s.weights.gains > 0.0)
    };
    let any = |suppliers: &[SupplierId]| suppliers.is_empty() || suppliers.iter().any(lives);
    let region = match injection.fault {
        Fault::WanOutage(Some(region)) => market.region_shares[region as usize] > 0.0,
        _ => true,
    };
    let meters = injection.meters.is_empty() || injection.meters.iter().any(|meter| *meter >= FIRST_DRAWN);
    any(&injection.gaining) && any(&injection.losing) && meters && region
}

fn policies(scenario: &Scenario, without_prepay: bool, root: &mut Table<'_, '_>, sink: &mut Sink) {
    for (value, mut table) in tables(root, "policy") {
        let quiet = &mut Sink::new();
        let id = table.get("id").and_then(|v| v.string(quiet)).unwrap_or_default();
        let Some(policy) = scenario.policies.iter().find(|policy| policy.id == id) else { continue };
        let uses = table.get("use").and_then(|v| v.array(quiet)).unwrap_or_default();
        if uses.is_empty() && id != "baseline" && id != scenario.experiment.baseline {
            let help =
                "add for example use = [{ mitigation = \"1\" }], or use = [{ mitigation = \"0\" }] if you mean that";
            sink.warning(
                Lint::IdlePolicy,
                value.span(),
                format!("the policy `{id}` uses no mitigation and changes nothing"),
                help,
            );
        }
        if let (Some(v), true) = (table.get("adoption"), policy.pulls.iter().any(|pull| pull.adoption.share <= 0.0)) {
            let help = "write a share above 0, as in 0.5, or leave the policy out";
            sink.warning(Lint::IdlePolicy, v.span(), format!("the policy `{id}` is never taken up"), help);
        }
        if sends_prepay_first(policy) && !without_prepay {
            prepay_policy(policy, &value, scenario, sink);
        }
        let uses = |is: fn(&Lever) -> bool| policy.pulls.iter().any(|pull| is(&pull.lever));
        let fails = |transfer: &Transfer| transfer.cause == TransferCause::Failure;
        if uses(|lever| matches!(lever, Lever::HoldsFailures(_))) && !scenario.transfers().iter().any(fails) {
            let message = format!("the policy `{id}` holds identifiers of failed suppliers, but no supplier fails");
            let help = "add an [[inject]] of kind = \"supplier-failure\", or leave the mitigation out";
            sink.warning(Lint::IdlePolicy, value.span(), message, help);
        }
        if uses(|lever| matches!(lever, Lever::BansNonUsers { .. } | Lever::Forwards(_))) && !has_non_users(scenario) {
            let message = format!(
                "the policy `{id}` concerns suppliers that are not DCC Users, but all suppliers are \
                DCC Users"
            );
            let help = "give a [[supplier]] class = \"non-user\", or leave the mitigation out";
            sink.warning(Lint::IdlePolicy, value.span(), message, help);
        }
        if throttles(policy) && !scenario.states_a_capacity() {
            let message =
                format!("the policy `{id}` throttles requests when the network is full, but no capacity is stated");
            sink.warning(
                Lint::IdlePolicy,
                value.span(),
                message,
                "write `capacity = \"600 /s\"` in [traffic], or leave the mitigation out",
            );
        }
    }
}

fn prepay_policy(policy: &Policy, value: &Value<'_, '_>, scenario: &Scenario, sink: &mut Sink) {
    let id = &policy.id;
    if !has_prepay(scenario) {
        let message = format!("the policy `{id}` sends 6.23s of prepay meters first, but no meter is prepay");
        let help = match scenario.market {
            Some(_) => "write a `prepay-share` above 0 in [market], or leave the mitigation out",
            None => "write payment = \"prepay\" in a [[meter]], or leave the mitigation out",
        };
        sink.warning(Lint::IdlePolicy, value.span(), message, help);
    } else if scenario.desks().iter().all(|desk| desk.capacity.is_none()) {
        let message = format!("the policy `{id}` orders the backlogs of suppliers, but no supplier has a `capacity`");
        let help = "write for example capacity = \"1000 /d\" in a [[supplier]], or leave the mitigation out";
        sink.warning(Lint::IdlePolicy, value.span(), message, help);
    } else if scenario.desks().iter().all(|desk| desk.capacity.is_none() || desk.prepay_first) {
        let message = format!("the policy `{id}` sends 6.23s of prepay meters first, but every backlog already does");
        sink.warning(
            Lint::IdlePolicy,
            value.span(),
            message,
            "leave out the suppliers' `prepay-first`, or the mitigation",
        );
    }
}

/// Whether any gaining supplier may not be a DCC User.
fn has_non_users(scenario: &Scenario) -> bool {
    let late = |weights: &Weights| weights.class == Some(Class::NonUser) || weights.user_from.is_some();
    let scripted = scenario.meters.iter().flat_map(|meter| &meter.switches);
    scenario.market.as_ref().is_some_and(|market| market.class_shares[Class::NonUser as usize] > 0.0)
        || scenario.weights().iter().any(late)
        || scripted.into_iter().any(|switch| switch.class == Class::NonUser || switch.user_from.is_some())
        || scenario.injections.iter().any(|injection| matches!(injection.fault, Fault::NotAUser { .. }))
}

fn throttles(policy: &Policy) -> bool {
    policy.pulls.iter().any(|pull| pull.lever.throttles_above().is_some())
}
