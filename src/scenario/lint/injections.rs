//! Injections that concern no switch and no meter.

use std::ops::Range;

use super::tables;
use crate::model::civil::date_of;
use crate::model::draw::FirstSwitch;
use crate::model::injection::{Fault, Injection, Transfer, WanOutage};
use crate::model::plan::{MeterId, MeterPlan, SupplierId};
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Lint, Mistake, Sink};
use crate::scenario::table::Table;
use crate::text::{one_of, visible};

/// The most pairs of a scripted meter and an injection that are tried.
const MOST_TRIED: usize = 100_000;

/// Warns of injections that concern nothing.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
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
                    scenario.strike(std::slice::from_ref(&full), &mut after);
                    after != before
                })
            });
        if tried {
            struck.iter_mut().for_each(|meter| scenario.strike(std::slice::from_ref(&full), meter));
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
        let injection = scenario.injections.iter().find(|i| i.index == index);
        let share = injection.map_or(1.0, |i| i.share);
        let to_itself = injection.filter(|i| goes_to_itself(i));
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
        } else if let (Some(v), Some(reason)) =
            (table.get("catch-up"), injection.and_then(|i| idle_catch_up(i, scenario)))
        {
            let message = format!("`{}` has no effect: {reason}", v.path());
            sink.warning(Lint::IdleKey, v.key_span(), message, "leave `catch-up` out");
        } else if let (Some(v), true) = (table.get("catch-up"), injection.is_some_and(|i| is_cut_off(i, scenario))) {
            let message = format!("`{}` goes on after the horizon: what is asked for then is not simulated", v.path());
            sink.warning(Lint::AfterHorizon, v.span(), message, "write a later `horizon`, or a shorter time");
        } else if let Some(transfer) = transfers.iter().find(|transfer| transfer.index == index) {
            let place = table.get("where").map_or(value.span(), |v| v.span());
            empty_book(transfer, &transfers, scenario, place, sink);
        }
    }
}

/// Why no scheduled read of the estate is asked for again after an outage, if none is.
fn idle_catch_up(injection: &Injection, scenario: &Scenario) -> Option<&'static str> {
    if scenario.market.is_none() {
        Some("there is no market whose estate misses reads")
    } else if scenario.traffic.is_none() {
        Some("no messages are counted without [traffic]")
    } else if !injection.meters.is_empty() {
        Some("the meters that `where` names are not the estate's")
    } else {
        (injection.until >= scenario.window.horizon).then_some("the outage ends at the horizon or later")
    }
}

/// Whether suppliers catch up on an outage until after the horizon.
fn is_cut_off(injection: &Injection, scenario: &Scenario) -> bool {
    match injection.fault {
        Fault::WanOutage(WanOutage { catch_up: Some(over), .. }) => injection.until + over > scenario.window.horizon,
        _ => false,
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

/// Whether an injection can concern a meter of the market.
fn on_market(injection: &Injection, scenario: &Scenario) -> bool {
    let Some(market) = &scenario.market else { return false };
    let lives = |supplier: &SupplierId| {
        scenario.suppliers.get(supplier.0 as usize).is_some_and(|s| s.weights.share > 0.0 || s.weights.gains > 0.0)
    };
    let any = |suppliers: &[SupplierId]| suppliers.is_empty() || suppliers.iter().any(lives);
    let region = match injection.fault {
        Fault::WanOutage(WanOutage { region: Some(region), .. }) => market.region_shares[region as usize] > 0.0,
        _ => true,
    };
    let meters = injection.meters.is_empty() || injection.meters.iter().any(|meter| *meter >= FIRST_DRAWN);
    any(&injection.gaining) && any(&injection.losing) && meters && region
}
