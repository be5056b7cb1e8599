//! Device alerts other than pushed reads (R17), of scripted meters and of a market's.

use super::context::Context;
use crate::engine::time::Seconds;
use crate::model::market::{MarketAlert, Often};
use crate::model::plan::{BILLING_DATA_LOG_UPDATED, DeviceAlert, Raised};
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::names::positive;
use crate::scenario::parameter::keys;
use crate::scenario::provenance::{Origin, Sources};
use crate::scenario::quantity;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { MARKET_KEYS of "market.alerts" {
    CODE, "code", Shape::Code, "the alert's code", .required("\"0x8F3F\"");
    CLASS: bool = class, "class", Shape::Words(|| vec!["critical", "non-critical"]), "`critical` or `non-critical`",
        .required("\"critical\"");
    DAILY_SHARE, "daily-share", Shape::Share, "share of meters that raise it every day", .unit("share");
    A_YEAR, "a-year", Shape::Number(0.0, 365.0), "mean number of alerts of a meter in a year", .unit("alerts /year");
}}

keys! { METER_KEYS of "meter.alerts" {
    OF_METER_CODE, "code", Shape::Code, "the alert's code", .required("\"0x8F3F\"");
    OF_METER_CLASS: bool = class, "class", Shape::Words(|| vec!["critical", "non-critical"]),
        "`critical` or `non-critical`", .required("\"critical\"");
    AT, "at", Shape::Moment, "the second at which it is raised";
    DAILY, "daily", Shape::TimeOfDay, "the time of day at which it is raised every day, UTC";
    EVERY, "every", Shape::Length, "the period at which it is raised again from `at` on";
    UNTIL, "until", Shape::Moment, "when the repetition ends";
}}

fn class(value: &Value<'_, '_>, sink: &mut Sink) -> Option<bool> {
    value.one_of(&[("critical", true), ("non-critical", false)], sink)
}

/// The code of an alert other than a pushed read.
fn code(value: Option<Value<'_, '_>>, sink: &mut Sink) -> Option<u16> {
    let value = value?;
    let code = value.code(sink)?;
    if code == BILLING_DATA_LOG_UPDATED {
        return value.refuse(
            Mistake::OutOfRange,
            "a code other than 0x8F0A",
            "write another code; pushed reads come from `calendar`",
            sink,
        );
    }
    Some(code)
}

/// `alerts = [{ code, class, daily-share or a-year }]` in `[market]`.
pub(super) fn market_alerts(
    value: &Value<'_, '_>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Vec<MarketAlert>> {
    let mut one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let code = code(CODE.get(&mut table, sink), sink);
        let critical = CLASS.read(&mut table, sink);
        let rates = [&DAILY_SHARE, &A_YEAR].map(|key| key.get(&mut table, sink));
        let said = Origin::of(&mut table, sink);
        if !table.finish(sink) {
            return None;
        }
        let often = often(rates, item, sink);
        let code = code?;
        let about = "a device alert of the meters that switch";
        sources.note_as(&format!("market.alerts.0x{code:04X}"), about, item, said, item.span());
        Some(MarketAlert { code, critical: critical?, often: often? })
    };
    let read: Vec<Option<MarketAlert>> = value
        .array_like("[{ code = \"0x8F3F\", class = \"critical\", a-year = 0.5 }]", sink)?
        .iter()
        .map(|item| one(item, sink))
        .collect();
    read.into_iter().collect()
}

/// How often the meters of a market raise an alert.
fn often(rates: [Option<Value<'_, '_>>; 2], item: &Value<'_, '_>, sink: &mut Sink) -> Option<Often> {
    let found = match rates {
        [Some(share), None] => return share.share(sink).map(Often::DailyOn),
        [None, Some(times)] => return times.number(0.0..=365.0, sink).map(Often::AYear),
        [Some(_), Some(_)] => "both `daily-share` and `a-year`",
        [None, None] => "neither `daily-share` nor `a-year`",
    };
    let help =
        "write daily-share = 0.01, the share of meters that raise it every day, or a-year = 0.5, its mean number";
    sink.error(Mistake::KeyOutOfPlace, item.span(), format!("this alert has {found}"), help);
    None
}

/// Most alerts that one line makes with `every`.
const MOST_REPEATS: i64 = 10_000;

/// `alerts` of a scripted meter: once at a time, from then on at a period, or daily at a time of the UTC day.
pub(super) fn meter_alerts(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<DeviceAlert>> {
    let one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let code = code(OF_METER_CODE.get(&mut table, sink), sink);
        let critical = OF_METER_CLASS.read(&mut table, sink);
        let [at, daily, every, until] = [&AT, &DAILY, &EVERY, &UNTIL].map(|key| key.get(&mut table, sink));
        if !table.finish(sink) {
            return None;
        }
        let raised = match (at, daily, every, until) {
            (Some(at), None, None, None) => vec![Raised::Once(context.names.instant(&at, None, sink)?)],
            (Some(at), None, Some(every), Some(until)) => repeated((&at, &every, &until), context, sink)?,
            (None, Some(daily), None, None) => {
                vec![Raised::Daily(daily.quantity("a time of day", quantity::time_of_day, sink)?.0 as u32)]
            }
            _ => {
                let help = "write at = 2018-12-24T18:00:00, alone or with every = \"10 min\" and until = 2018-12-25, \
                    or daily = \"18:00\" (UTC)";
                return item.refuse(Mistake::KeyOutOfPlace, "an alert with one time at which it is raised", help, sink);
            }
        };
        let (code, critical) = (code?, critical?);
        Some(raised.into_iter().map(move |raised| DeviceAlert { code, critical, raised, withheld_from: None }))
    };
    let items = value.array_like("[{ code = \"0x8F3F\", class = \"critical\", daily = \"18:00\" }]", sink)?;
    let read: Vec<_> = items.iter().map(|item| one(item, sink)).collect();
    Some(read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

/// From `at` on at a period, before `until`.
fn repeated(
    (at, every, until): (&Value<'_, '_>, &Value<'_, '_>, &Value<'_, '_>),
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Vec<Raised>> {
    let from = context.names.instant(at, None, sink);
    let period = positive(every, sink);
    let end = context.names.instant(until, None, sink);
    let (from, period, end) = (from?, period?, end?);
    if end <= from {
        return until.refuse(
            Mistake::WrongOrder,
            "later than `at`",
            "the alert is raised from `at` to before `until`",
            sink,
        );
    }
    let count = ((end - from).0 - 1) / period.0 + 1;
    if count > MOST_REPEATS {
        let help = format!("write a longer period or an earlier `until`: a line makes {MOST_REPEATS} alerts at most");
        return every.refuse(Mistake::OutOfRange, "long enough", help, sink);
    }
    Some((0..count).map(|n| Raised::Once(from + Seconds(n * period.0))).collect())
}
