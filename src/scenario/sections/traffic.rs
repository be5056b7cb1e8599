//! `[traffic]`: the messages of the whole estate. Without it no messages are counted.

use crate::engine::rate::Rate;
use crate::model::background::{Explained, HOURS, Totals};
use crate::model::laws::NumberKind::Derived;
use crate::model::market::{Market, Weights};
use crate::results::series::Resolution;
use crate::scenario::TrafficPlan;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::{Field, keys};
use crate::scenario::provenance::{Origin, Sources};
use crate::scenario::quantity;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

/// Largest capacity, messages a second: far beyond any network, and a minute of it fits the counters.
const MOST_A_SECOND: f64 = 1e12;

keys! { KEYS of "traffic" {
    MESSAGES: f64 = a_day, "messages", Shape::Number(0.0, 1e6),
        "service messages for a meter and day, scheduled reads among them",
        .default("1.54"), .from(Derived, "calibration 3.1: July 2022"), .unit("messages /d"),
        .range("1.12", "1.62", "calibration 3.1: from 2019 to July 2022, with what its rounding allows");
    DEVICE_ALERTS: f64 = a_day, "device-alerts", Shape::Number(0.0, 1e6),
        "device alerts for a meter and day, pushed reads among them",
        .default("2.46"), .from(Derived, "calibration 3.1: July 2022"), .unit("alerts /d"),
        .range("2.35", "2.6", "calibration 3.1: a published total, rounded");
    DCC_ALERTS: f64 = a_day, "dcc-alerts", Shape::Number(0.0, 1e6), "alerts that the DCC raises for a meter and day",
        .default("0.13"), .from(Derived, "calibration 3.1: July 2022"), .unit("alerts /d"),
        .range("0.125", "0.14", "calibration 3.1: a published total, rounded");
    PROFILE: [f64; HOURS] = profile, "profile", Shape::ListOf(HOURS, &Shape::Number(0.0, 1e9)),
        "weights of the 24 hours of the local day for messages and alerts that are no reads; left out, they come evenly";
    CAPACITY: Rate = capacity, "capacity", Shape::RateOfService, "messages that the network takes towards the meters";
    SERIES: Resolution = series, "series", Shape::Words(|| Resolution::ALL.iter().map(|step| step.name()).collect()),
        "steps of the series of messages, queue and waits that a run writes to a file of its own; left out, there is \
         none";
}}

fn a_day(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    value.number(0.0..=1e6, sink)
}

fn capacity(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Rate> {
    let Some(rate) = value.quantity("a rate", quantity::rate_of_service, sink)? else {
        return value.refuse(Mistake::OutOfRange, "a rate above 0", "leave it out where it is not known", sink);
    };
    if rate.in_a_second() > MOST_A_SECOND {
        return value.refuse(Mistake::OutOfRange, "at most 10^12 a second", "write a smaller rate", sink);
    }
    Some(rate)
}

fn profile(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; HOURS]> {
    let items = value.array(sink)?;
    let numbers: Option<Vec<f64>> = items.iter().map(|item| item.number(0.0..=1e9, sink)).collect();
    match <[f64; HOURS]>::try_from(numbers?) {
        Ok(weights) if weights.iter().sum::<f64>() > 0.0 => Some(weights),
        _ => value.refuse(Mistake::WrongType, "24 weights", "write a weight for each hour from 00:00 to 23:00", sink),
    }
}

fn series(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Resolution> {
    let words: Vec<(&str, Resolution)> = Resolution::ALL.iter().map(|step| (step.name(), *step)).collect();
    value.one_of(&words, sink)
}

/// `[traffic]`.
pub(in crate::scenario) fn traffic(
    value: &Value<'_, '_>,
    market: Option<(&Market, &[Weights])>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<TrafficPlan> {
    let mut table = value.table(sink)?;
    // Without a market there is no estate whose messages the rates could describe: their defaults are no assumptions
    // then.
    let mut rate =
        |field: &'static Field<f64>, sink: &mut Sink| match market.is_some() || table.has(field.parameter.key) {
            true => sources.read(field, &mut table, sink),
            false => field.read(&mut table, sink),
        };
    let (messages, device_alerts) = (rate(&MESSAGES, sink), rate(&DEVICE_ALERTS, sink));
    let dcc_alerts = rate(&DCC_ALERTS, sink);
    let (capacity_value, capacity) = CAPACITY.with_value(&mut table, sink);
    let (profile_value, profile) = PROFILE.with_value(&mut table, sink);
    let (series_value, series) = SERIES.with_value(&mut table, sink);
    let said = Origin::of(&mut table, sink);
    for (parameter, value) in [(&PROFILE.parameter, &profile_value), (&CAPACITY.parameter, &capacity_value)] {
        if let Some(value) = value {
            sources.note(parameter, value, said.clone(), value.key_span());
        }
    }
    table.finish(sink);
    // What is written and cannot be read is an error, and no default.
    let profile = profile_value.map_or(Some(None), |_| profile.map(Some))?;
    let totals = Totals { messages: messages?, device_alerts: device_alerts?, dcc_alerts: dcc_alerts?, profile };
    if let Some((market, suppliers)) = market {
        let Explained { scheduled_reads, pushed_reads } = Explained::by(market, suppliers);
        if totals.messages < scheduled_reads || totals.device_alerts < pushed_reads {
            let help = format!(
                "the market's reads alone make {scheduled_reads:.2} messages and {pushed_reads:.2} device alerts for a \
                 meter and day: raise `messages` and `device-alerts`, or change `schedule-counts` and \
                 `monthly-calendar-share`"
            );
            return value.refuse(Mistake::BadMarket, "no less than the reads of its meters", help, sink);
        }
    }
    let capacity = capacity_value.map_or(Some(None), |_| capacity.map(Some))?;
    let series = series_value.map_or(Some(None), |_| series.map(Some))?;
    Some(TrafficPlan { totals, capacity, series })
}
