//! The sections `[market]`, `[dcc]` and `[[supplier]]`.

use super::Supplier;
use super::diagnostics::Sink;
use super::quantity;
use super::read::Names;
use super::table::{Table, Value};
use crate::engine::time::{Day, Seconds};
use crate::model::backlog::Desk;
use crate::model::civil::day_of;
use crate::model::market::{Conventions, Market, Weights};
use crate::model::plan::{Class, ScheduleRemoval};

/// `[market]`.
pub(super) fn market(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Market> {
    let mut table = value.table(sink)?;
    let path = table.required("path", sink).and_then(|v| path(&v, sink));
    let hazards = table.required("switching", sink).and_then(|v| hazards(&v, sink));
    let mut share = |key: &str, default: f64, sink: &mut Sink| match table.get(key) {
        Some(value) => value.share(sink),
        None => Some(default),
    };
    let gas_share = share("gas-share", 0.43, sink);
    let late_share = share("late-share", 0.02, sink);
    let off_air_share = share("off-air-share", 0.03, sink);
    let no_response = share("no-response", 0.03, sink);
    let erroneous_share = share("erroneous-share", 0.006, sink);
    let erroneous_sends = share("erroneous-sends", 0.5, sink);
    let withdrawn_share = share("withdrawn-share", 0.02, sink);
    let monthly_share = share("monthly-calendar-share", 0.1, sink);
    let gas_ratio = table.get("gas-ratio").map_or(Some(0.89), |v| v.number(0.0..=100.0, sink));
    let dead_time = table.get("dead-time").map_or(Some(40), |v| {
        let length = v.duration(sink)?;
        if length.0 < 0 || length.0 % 86_400 != 0 {
            return v.refuse("a number of whole days", "write for example \"40 d\"", sink);
        }
        u32::try_from(length.0 / 86_400).ok()
    });
    let retry = table.get("retry").map_or(Some(Seconds::hours(24)), |v| positive(&v, sink));
    let class_shares = table.get("class-shares").map_or(Some([0.79, 0.17, 0.04]), |v| class_shares(&v, sink));
    let schedule_counts = table.get("schedule-counts").map_or(Some([0.15, 0.15, 0.45, 0.20, 0.05]), |v| {
        let items = v.array(sink)?;
        let numbers: Option<Vec<f64>> = items.iter().map(|i| i.number(0.0..=1e9, sink)).collect();
        match <[f64; 5]>::try_from(numbers?) {
            Ok(weights) if weights.iter().sum::<f64>() > 0.0 => Some(weights),
            _ => {
                v.refuse("five weights", "write the weights of 0 to 4 schedules: [0.15, 0.15, 0.45, 0.20, 0.05]", sink)
            }
        }
    });
    table.get("small-suppliers");
    table.finish(sink);
    Some(Market {
        path: path?,
        gas_share: gas_share?,
        hazards: hazards?,
        gas_ratio: gas_ratio?,
        class_shares: class_shares?,
        late_share: late_share?,
        off_air_share: off_air_share?,
        no_response: no_response?.min(0.999),
        erroneous_share: erroneous_share?,
        erroneous_sends: erroneous_sends?,
        withdrawn_share: withdrawn_share?,
        dead_time_days: dead_time?,
        monthly_share: monthly_share?,
        schedule_counts: schedule_counts?,
        retry: retry?,
    })
}

fn positive(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Seconds> {
    let length = value.duration(sink)?;
    if length.0 < 1 { value.refuse("a duration above 0", "write for example \"24 h\"", sink) } else { Some(length) }
}

fn path(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Vec<(Day, f64)>> {
    let mut path: Vec<(Day, f64)> = Vec::new();
    for item in value.array(sink)? {
        let mut table = item.table(sink)?;
        let on = table.required("on", sink).and_then(|v| v.date(sink));
        let meters = table.required("meters", sink).and_then(|v| v.number(0.0..=1e9, sink));
        table.get("source").map(|v| v.string(sink));
        table.finish(sink);
        let (on, meters) = (day_of(on?), meters?);
        if path.last().is_some_and(|(last, _)| *last >= on) {
            return item.refuse("later than the one before", "write the dates of the path in ascending order", sink);
        }
        path.push((on, meters));
    }
    Some(path)
}

/// `switching = { "2018-11" = 0.0175 }`: the share of electricity meters that switch in a month.
fn hazards(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Vec<((i16, i8), f64)>> {
    let mut table = value.table(sink)?;
    let mut hazards = Vec::new();
    for (key, value) in table.entries() {
        let month = key.split_once('-').and_then(|(y, m)| Some((y.parse().ok()?, m.parse().ok()?)));
        match month {
            Some((year, month)) if (1..=12).contains(&month) => hazards.push(((year, month), value.share(sink)?)),
            _ => {
                sink.error(value.key_span(), "not a month", "write year and month, as in \"2018-12\" = 0.0155");
                return None;
            }
        }
    }
    Some(hazards)
}

fn class_shares(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 3]> {
    let mut table = value.table(sink)?;
    let shares = Class::ALL.map(|class| table.get(class.name()).map_or(Some(0.0), |v| v.share(sink)));
    table.finish(sink);
    let shares = [shares[0]?, shares[1]?, shares[2]?];
    if (shares.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
        return value.refuse(
            "shares that add up to 1",
            "write for example { mature = 0.79, immature = 0.17, non-user = 0.04 }",
            sink,
        );
    }
    Some(shares)
}

/// `[dcc]`.
pub(super) fn conventions(value: Option<Value<'_, '_>>, sink: &mut Sink) -> Conventions {
    let mut conventions = Conventions::default();
    let Some(mut table) = value.and_then(|v| v.table(sink)) else { return conventions };
    if let Some(removal) = table.get("schedule-removal").and_then(|v| {
        let names = [
            ("cos-success", ScheduleRemoval::CosSuccess),
            ("ssd", ScheduleRemoval::Ssd),
            ("never", ScheduleRemoval::Never),
        ];
        v.one_of(&names, sink)
    }) {
        conventions.removal = removal;
    }
    if let Some(start) =
        table.get("gas-day-start").and_then(|v| v.quantity("a time of day", quantity::time_of_day, sink))
    {
        conventions.gas_day_start = start;
    }
    if let Some(devices) = table.get("gas-devices").and_then(|v| v.integer(1..=2, sink)) {
        conventions.gas_devices = devices as u8;
    }
    if let Some(pusher) = table.get("gas-pusher").and_then(|v| v.one_of(&[("meter", 0_u8), ("proxy", 1)], sink)) {
        conventions.gas_pusher = pusher.min(conventions.gas_devices - 1);
    }
    table.finish(sink);
    conventions
}

/// What a script takes from a supplier beside what the model knows of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Habits {
    pub class: Option<Class>,
    pub deletes_schedules: bool,
    pub thins_calendar: bool,
    pub notice: Seconds,
    pub lead: Seconds,
}

/// `[[supplier]]` and `market.small-suppliers`.
pub(super) fn suppliers(root: &mut Table<'_, '_>, names: &mut Names, sink: &mut Sink) -> (Vec<Supplier>, Vec<Habits>) {
    let (mut suppliers, mut habits) = (Vec::new(), Vec::new());
    for value in root.get("supplier").and_then(|v| v.array(sink)).unwrap_or_default() {
        let Some(mut table) = value.table(sink) else { continue };
        let id_value = table.required("id", sink);
        let id = id_value.as_ref().and_then(|v| v.id(sink)).unwrap_or_default();
        if !id.is_empty() && !names.add_supplier(id) {
            let span = id_value.map_or(value.span(), |v| v.span());
            sink.error(span, format!("a second supplier `{id}`"), "give every supplier an id of its own");
        }
        let name = table.get("name").and_then(|v| v.string(sink)).unwrap_or(id);
        let share = table.get("share").and_then(|v| v.number(0.0..=1e9, sink)).unwrap_or(0.0);
        let gains = table.get("gains").map_or(Some(share), |v| v.number(0.0..=1e9, sink)).unwrap_or(share);
        let capacity = table.get("capacity").and_then(|v| v.quantity("a rate", |t| quantity::rate(t, "d"), sink));
        let opening = table.get("opening").and_then(|v| v.quantity("a time of day", quantity::time_of_day, sink));
        let mut habit = Habits { notice: Seconds::days(5), lead: Seconds::days(1), ..Habits::default() };
        if let Some(v) = table.get("class") {
            habit.class = v.one_of(&Class::ALL.map(|c| (c.name(), c)), sink);
        }
        if let Some(mut loses) = table.get("loses").and_then(|v| v.table(sink)) {
            habit.deletes_schedules = loses.get("deletes-schedules").and_then(|v| v.boolean(sink)).unwrap_or(false);
            habit.thins_calendar = loses.get("thins-calendar").and_then(|v| v.boolean(sink)).unwrap_or(false);
            habit.notice = loses.get("notice").and_then(|v| v.duration(sink)).unwrap_or(habit.notice);
            habit.lead = loses.get("lead").and_then(|v| v.duration(sink)).unwrap_or(habit.lead);
            loses.finish(sink);
        }
        table.finish(sink);
        let desk = Desk { capacity, opening: opening.unwrap_or(Seconds::hours(9)), user_from: None };
        suppliers.push(Supplier { id: id.to_owned(), name: name.to_owned(), weights: Weights { share, gains }, desk });
        habits.push(habit);
    }
    if let Some(small) = root.get("market").filter(|v| v.is_table()).and_then(|v| v.table(sink)?.get("small-suppliers"))
    {
        small_suppliers(&small, names, &mut suppliers, &mut habits, sink);
    }
    (suppliers, habits)
}

/// A tail of so many small suppliers that share a weight by Zipf's law with exponent 1.
fn small_suppliers(
    value: &Value<'_, '_>,
    names: &mut Names,
    suppliers: &mut Vec<Supplier>,
    habits: &mut Vec<Habits>,
    sink: &mut Sink,
) {
    let Some(mut table) = value.table(sink) else { return };
    let count = table.required("count", sink).and_then(|v| v.integer(1..=1_000, sink));
    let share = table.required("share", sink).and_then(|v| v.number(0.0..=1e9, sink));
    let gains = table.required("gains", sink).and_then(|v| v.number(0.0..=1e9, sink));
    table.finish(sink);
    let (Some(count), Some(share), Some(gains)) = (count, share, gains) else { return };
    let harmonic: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
    for i in 1..=count {
        let id = format!("small-{i:02}");
        names.add_supplier(&id);
        let part = 1.0 / i as f64 / harmonic;
        suppliers.push(Supplier {
            name: format!("Small supplier {i}"),
            id,
            weights: Weights { share: share * part, gains: gains * part },
            desk: Desk { capacity: None, opening: Seconds::hours(9), user_from: None },
        });
        habits.push(Habits::default());
    }
}
