//! How a supplier reads a scripted meter: its billing calendar and its DCC schedules.

use super::context::Context;
use crate::engine::time::{DAY, Seconds};
use crate::model::civil::date_of;
use crate::model::plan::{Calendar, Every, Practice, Reading, Recurrence, Schedule, SupplierId, Term};
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::names::day;
use crate::scenario::parameter::{Field, Key, keys};
use crate::scenario::quantity;
use crate::scenario::shape::Shape;
use crate::scenario::table::{Table, Value};

keys! { CALENDAR_KEYS of "meter.calendar" {
    PERIOD: Every = every, "period", Shape::Words(periods), "how often reads are pushed", .required("\"daily\"");
    ANCHOR, "anchor", Shape::Date, "the date of one snapshot, for periods longer than a day";
    OFFSET: Seconds = offset, "offset", Shape::Length, "time from local midnight to the push", .required("\"10 min\"");
}}

keys! { SCHEDULE_KEYS of "meter.schedules" {
    OWNER, "owner", Shape::Id, "the supplier that gets the reads; the holder of the meter where it is left out";
    READING: Reading = reading, "reads", Shape::Words(|| Reading::ALL.map(Reading::reference).to_vec()),
        "the service request that it runs", .required("\"4.6.1\"");
    RUN_PERIOD: Every = every, "period", Shape::Words(periods), "how often it runs", .required("\"daily\"");
    RUN_ANCHOR, "anchor", Shape::Date, "the date of one run, for periods longer than a day";
    RUN_AT: Seconds = |v, sink| v.quantity("a time of day", quantity::time_of_day, sink), "at", Shape::TimeOfDay,
        "when it runs, UTC",
        .required("\"02:00\""), .unit("time of day");
    FROM, "from", Shape::Date, "the date of its first run";
    UNTIL, "until", Shape::Date, "the date of its last run";
}}

keys! { READS_KEYS of "switch.reads" {
    NEW_CALENDAR, "calendar", CALENDAR_SHAPE, "the calendar that the gaining supplier sets";
    NEW_SCHEDULES, "schedules", Shape::List(&Shape::Section("meter.schedules")),
        "the schedules that the gaining supplier sets", .default("[]");
}}

/// A billing calendar, or none.
pub(super) const CALENDAR_SHAPE: Shape =
    Shape::Either(&[Shape::Words(|| vec!["none"]), Shape::Section("meter.calendar")]);

const PERIODS: [(&str, Every); 6] = [
    ("daily", Every::Days(1)),
    ("weekly", Every::Days(7)),
    ("monthly", Every::Months(1)),
    ("quarterly", Every::Months(3)),
    ("six-monthly", Every::Months(6)),
    ("yearly", Every::Months(12)),
];

fn periods() -> Vec<&'static str> {
    PERIODS.iter().map(|(name, _)| *name).collect()
}

fn every(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Every> {
    value.one_of(&PERIODS, sink)
}

fn reading(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Reading> {
    value.one_of(&Reading::ALL.map(|r| (r.reference(), r)), sink)
}

fn offset(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Seconds> {
    let read = |text: &str| {
        let length = quantity::duration(text).ok().filter(|length| (0..DAY.0).contains(&length.0));
        length.ok_or_else(|| "write the time from midnight with its unit, as in \"10 min\"".into())
    };
    value.quantity("a length of time below a day", read, sink)
}

/// A period, with its anchor where it is longer than a day.
fn recurrence(
    (period, anchor): (&Field<Every>, &Key),
    table: &mut Table<'_, '_>,
    sink: &mut Sink,
) -> Option<Recurrence> {
    let anchor_value = anchor.get(table, sink);
    let every = period.read(table, sink)?;
    let anchor = match &anchor_value {
        Some(v) => Some(day(v, sink)?),
        None => None,
    };
    match (every, anchor) {
        (Every::Days(1), None) => Some(Recurrence::daily()),
        (Every::Days(1), Some(_)) => {
            let anchor = anchor_value?;
            let message = format!("`{}` has no effect on a daily period", anchor.path());
            let help = "leave it out; a schedule's first and last dates are `from` and `until`";
            sink.error(Mistake::KeyOutOfPlace, anchor.key_span(), message, help);
            None
        }
        (_, None) => {
            let help = "add the date of one snapshot, as in anchor = 2018-11-05";
            sink.error(Mistake::MissingKey, table.span(), "a period longer than a day needs an anchor", help);
            None
        }
        (Every::Months(_), Some(anchor)) if date_of(anchor).day() > 28 => {
            let help = "write a date such as 2018-11-05: later days do not occur in every month";
            anchor_value?.refuse(Mistake::OutOfRange, "a day of the month up to 28", help, sink)
        }
        (every, Some(anchor)) => Some(Recurrence { anchor, every }),
    }
}

/// A billing calendar; nothing for a meter without one.
pub(super) fn calendar(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Calendar> {
    if value.is_string() {
        if value.string(sink) != Some("none") {
            let help = "write for example { period = \"daily\", offset = \"10 min\" }, or \"none\" for a meter without \
                a calendar";
            return value.refuse(Mistake::MissingKey, "a calendar", help, sink);
        }
        return None;
    }
    let mut table = value.table(sink)?;
    let due = recurrence((&PERIOD, &ANCHOR), &mut table, sink);
    let offset = OFFSET.read(&mut table, sink);
    table.finish(sink);
    Some(Calendar { due: due?, offset: offset? })
}

/// The first and the last date of a schedule, where it has them.
fn term(table: &mut Table<'_, '_>, sink: &mut Sink) -> Option<Term> {
    let (from, until) = (FROM.get(table, sink), UNTIL.get(table, sink));
    let date = |value: &Option<Value<'_, '_>>, sink: &mut Sink| match value {
        Some(value) => day(value, sink).map(Some),
        None => Some(None),
    };
    let (first, last) = (date(&from, sink), date(&until, sink));
    let (first, last) = (first?, last?);
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        let help = "write the date of the last run, at or after `from`, or leave `until` out";
        return until?.refuse(Mistake::WrongOrder, "no earlier than `from`", help, sink);
    }
    Some(Term { first, last })
}

/// DCC schedules; `usual` owns those that name no owner.
pub(super) fn schedules(
    value: &Value<'_, '_>,
    usual: Option<SupplierId>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Vec<Schedule>> {
    let one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let owner = OWNER.get(&mut table, sink).map_or(usual, |v| context.names.supplier(&v, sink));
        let reads = READING.read(&mut table, sink);
        let due = recurrence((&RUN_PERIOD, &RUN_ANCHOR), &mut table, sink);
        let at = RUN_AT.read(&mut table, sink);
        let term = term(&mut table, sink);
        table.finish(sink);
        Some(Schedule { owner: owner?, reads: reads?, due: due?, second: at?.0 as u32, term: term? })
    };
    let items = value.array_like("[{ reads = \"4.6.1\", period = \"daily\", at = \"02:00\" }]", sink)?;
    let read: Vec<Option<Schedule>> = items.iter().map(|item| one(item, sink)).collect();
    read.into_iter().collect()
}

/// How the gaining supplier reads; its schedules are its own.
pub(super) fn of_gainer(
    value: &Value<'_, '_>,
    gaining: Option<SupplierId>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Practice> {
    let mut table = value.table(sink)?;
    let calendar = NEW_CALENDAR.get(&mut table, sink).and_then(|v| calendar(&v, sink));
    let schedules_value = NEW_SCHEDULES.get(&mut table, sink);
    let schedules = NEW_SCHEDULES.read(&mut table, sink, |v, sink| schedules(v, gaining, context, sink));
    table.finish(sink);
    let schedules = schedules?;
    if let (Some(v), true) = (schedules_value, schedules.iter().any(|s| Some(s.owner) != gaining)) {
        return v.refuse(Mistake::Contradiction, "schedules of the gaining supplier", "leave out `owner`", sink);
    }
    Some(Practice { calendar, schedules })
}
