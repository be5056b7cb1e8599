//! The sections `[market]`, `[dcc]` and `[[supplier]]`.

use super::Supplier;
use super::diagnostics::Sink;
use super::names::{Names, day, month, positive};
use super::provenance::{Origin, Sources, default};
use super::quantity;
use super::read_alert::alert_kind;
use super::table::{Table, Value};
use crate::engine::time::{Day, Instant, Seconds};
use crate::model::backlog::{Anomaly, Desk};
use crate::model::gainers::{Pair, Party, without_gainers};
use crate::model::market::{
    CalendarShare, ClassRule, ClassSizes, Collection, Conventions, GasRatio, Market, MarketAlert, Month, Often, Size,
    Weights,
};
use crate::model::plan::{Class, Region, ScheduleRemoval};

/// `[market]`.
pub(super) fn market(value: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<Market> {
    let mut table = value.table(sink)?;
    let path =
        table.required("path", "[{ on = 2018-11-30, meters = 176000 }]", sink).and_then(|v| path(&v, sources, sink));
    let (path, smets1) = path.unzip();
    let switching = table.required("switching", "{ \"2018-12\" = 0.0155 }", sink);
    let hazards = switching.and_then(|_| sources.read(&mut table, "market.switching", sink, hazards));
    let no_response = sources.read(&mut table, "market.no-response", sink, below_1);
    let mut share = |name, sink: &mut Sink| sources.read(&mut table, name, sink, |v, sink| v.share(sink));
    let gas_share = share("market.gas-share", sink);
    let prepay_share = share("market.prepay-share", sink);
    let late_share = share("market.late-share", sink);
    let off_air_share = share("market.off-air-share", sink);
    let erroneous_share = share("market.erroneous-share", sink);
    let erroneous_sends = share("market.erroneous-sends", sink);
    let withdrawn_share = share("market.withdrawn-share", sink);
    let both_share = share("market.both-share", sink);
    let monthly_share = share("market.monthly-calendar-share", sink);
    let gas_ratio = sources.read(&mut table, "market.gas-ratio", sink, gas_ratio);
    let dead_time = sources.read(&mut table, "market.dead-time", sink, whole_days);
    let retry = sources.read(&mut table, "market.retry", sink, positive);
    let class_shares = sources.read(&mut table, "market.class-shares", sink, class_shares);
    let by = [("supplier", ClassRule::BySupplier), ("case", ClassRule::ByCase)];
    let class_rule = sources.read(&mut table, "market.class-drawn-for", sink, |v, sink| v.one_of(&by, sink));
    let class_sizes = sources.read(&mut table, "market.class-sizes", sink, class_sizes);
    let region_shares = sources.read(&mut table, "market.region-shares", sink, region_shares);
    let region_switching = sources.read(&mut table, "market.switching-by-region", sink, region_switching);
    let schedule_counts = sources.read(&mut table, "market.schedule-counts", sink, schedule_counts);
    let calendar_share = sources.read(&mut table, "market.calendar-share", sink, calendar_share);
    let alerts = table.get("alerts").map_or(Some(Vec::new()), |v| alerts(&v, sources, sink));
    table.get("small-suppliers"); // read with the suppliers, as `pairs` is
    table.get("pairs");
    table.finish(sink);
    Some(Market {
        path: path?,
        smets1: smets1?,
        gas_share: gas_share?,
        prepay_share: prepay_share?,
        hazards: hazards?,
        gas_ratio: gas_ratio?,
        class_shares: class_shares?,
        class_rule: class_rule?,
        class_sizes: class_sizes?,
        pairs: Vec::new(),
        region_switching: region_switching?,
        region_shares: region_shares?,
        late_share: late_share?,
        off_air_share: off_air_share?,
        no_response: no_response?,
        erroneous_share: erroneous_share?,
        erroneous_sends: erroneous_sends?,
        withdrawn_share: withdrawn_share?,
        dead_time_days: dead_time?,
        calendar_share: calendar_share?,
        both_share: both_share?,
        monthly_share: monthly_share?,
        schedule_counts: schedule_counts?,
        alerts: alerts?,
        retry: retry?,
    })
}

/// A share of attempts that fail: were it all of them, a request would be tried without end.
fn below_1(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    let share = value.share(sink)?;
    if share < 1.0 { Some(share) } else { value.refuse("below 1", "write for example 0.03", sink) }
}

fn whole_days(value: &Value<'_, '_>, sink: &mut Sink) -> Option<u32> {
    let length = value.duration(sink)?;
    if length.0 < 0 || length.0 % 86_400 != 0 {
        return value.refuse("a number of whole days", "write for example \"40 d\"", sink);
    }
    Some((length.0 / 86_400) as u32) // at most 1,000 years
}

fn schedule_counts(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 5]> {
    let items = value.array(sink)?;
    let numbers: Option<Vec<f64>> = items.iter().map(|i| i.number(0.0..=1e9, sink)).collect();
    match <[f64; 5]>::try_from(numbers?) {
        Ok(weights) if weights.iter().sum::<f64>() > 0.0 => Some(weights),
        _ => {
            value.refuse("five weights", "write the weights of 0 to 4 schedules: [0.15, 0.15, 0.45, 0.20, 0.05]", sink)
        }
    }
}

/// `alerts = [ { code, class, daily-share or a-year } ]`: device alerts other than pushed reads (R17).
fn alerts(value: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<Vec<MarketAlert>> {
    let mut one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let (code, critical) = alert_kind(&mut table, sink)?;
        let (daily, yearly) = (table.get("daily-share"), table.get("a-year"));
        let often = match (daily, yearly) {
            (Some(share), None) => Often::DailyOn(share.share(sink)?),
            (None, Some(times)) => Often::AYear(times.number(0.0..=365.0, sink)?),
            (both, _) => {
                let found = if both.is_some() {
                    "both `daily-share` and `a-year`"
                } else {
                    "neither `daily-share` nor `a-year`"
                };
                let help =
                    "write daily-share = 0.01, the meters that raise it every day, or a-year = 0.5, its mean number";
                sink.error(item.span(), format!("this alert has {found}"), help);
                return None;
            }
        };
        let said = Origin::of(&mut table, sink);
        table.finish(sink);
        let name = format!("market.alerts.0x{code:04X}");
        sources.note(&name, "a device alert of the meters that switch", item, said, item.span());
        Some(MarketAlert { code, critical, often })
    };
    let read: Vec<Option<MarketAlert>> = value.array(sink)?.iter().map(|item| one(item, sink)).collect();
    read.into_iter().collect()
}

/// Numbers on dates.
type Series = Vec<(Day, f64)>;

/// The connected meters on dates, and how many of them are SMETS1.
fn path(value: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<(Series, Series)> {
    let (mut path, mut smets1) = (Series::new(), Series::new());
    let items = value.array(sink)?;
    if items.is_empty() {
        return value.refuse("at least one date", "write for example [{ on = 2018-11-30, meters = 176000 }]", sink);
    }
    for item in items {
        let mut table = item.table(sink)?;
        let on = table.required("on", "2018-11-30", sink).and_then(|v| day(&v, sink));
        let meters = table.required("meters", "176000", sink).and_then(|v| v.number(0.0..=1e9, sink));
        let of_smets1 = table.get("smets1").map_or(Some(0.0), |v| smets1_of(meters?, &v, sink));
        let said = Origin::of(&mut table, sink);
        table.finish(sink);
        sources.note("market.path", "connected meters on this date", &item, said, item.span());
        let (on, meters) = (on?, meters?);
        if path.last().is_some_and(|(last, _)| *last >= on) {
            return item.refuse("later than the one before", "write the dates of the path in ascending order", sink);
        }
        path.push((on, meters));
        smets1.push((on, of_smets1?));
    }
    Some((path, smets1))
}

/// `smets1 = 12000000`, of so many meters.
fn smets1_of(meters: f64, value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    let smets1 = value.number(0.0..=1e9, sink)?;
    if 0.0 < smets1 && smets1 < 1.0 {
        return value.refuse("a number of meters", "write how many of `meters` are SMETS1, not their share", sink);
    }
    if smets1 > meters {
        return value.refuse("at most `meters`", "write how many of the connected meters are SMETS1", sink);
    }
    Some(smets1)
}

/// `switching = { "2018-11" = 0.0175 }`: the share of electricity meters that switch in a month.
fn hazards(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Vec<(Month, f64)>> {
    by_month(value, "0.0155", sink, monthly_share)
}

/// A share, or a published count and the meters that it counts: `{ switches = 464300, of = 29000000 }`.
fn monthly_share(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    if !value.is_table() {
        return value.share(sink);
    }
    let mut table = value.table(sink)?;
    let switches = table.required("switches", "464300", sink).and_then(|v| v.number(0.0..=1e9, sink));
    let of = table.required("of", "29000000", sink);
    let meters = of.as_ref().and_then(|v| v.number(0.0..=1e9, sink));
    table.finish(sink);
    match (switches?, meters?) {
        (switches, meters) if meters > 0.0 && switches <= meters => Some(switches / meters),
        _ => of?.refuse("at least `switches`, and above 0", "write all electricity meters of the country", sink),
    }
}

/// `gas-ratio = 0.89`, or one for each month: `{ "2018-12" = 0.89 }`.
fn gas_ratio(value: &Value<'_, '_>, sink: &mut Sink) -> Option<GasRatio> {
    let number = |value: &Value<'_, '_>, sink: &mut Sink| value.number(0.0..=100.0, sink);
    if value.is_table() {
        by_month(value, "0.89", sink, number).map(GasRatio::ByMonth)
    } else {
        number(value, sink).map(GasRatio::Constant)
    }
}

/// A table of months; `example` is a value of it.
fn by_month(
    value: &Value<'_, '_>,
    example: &str,
    sink: &mut Sink,
    read: impl Fn(&Value<'_, '_>, &mut Sink) -> Option<f64>,
) -> Option<Vec<(Month, f64)>> {
    let mut table = value.table(sink)?;
    let mut months = Vec::new();
    for (key, value) in table.entries() {
        let Some(month) = month(key) else {
            let help = format!("write year and month from 2000-01 to 2099-12, as in \"2018-12\" = {example}");
            sink.error(value.key_span(), format!("`{}` is not a month", value.path()), help);
            return None;
        };
        months.push((month, read(&value, sink)?));
    }
    Some(months)
}

fn class_shares(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 3]> {
    shares(value, Class::ALL.map(Class::name), "{ mature = 0.79, immature = 0.17, non-user = 0.04 }", sink)
}

/// `class-sizes = { immature = ["medium", "small"], non-user = ["small"] }`.
fn class_sizes(value: &Value<'_, '_>, sink: &mut Sink) -> Option<ClassSizes> {
    let mut table = value.table(sink)?;
    let mut sizes = |class: &str, sink: &mut Sink| {
        let Some(value) = table.get(class) else { return Some([true; 3]) };
        let mut can_be = [false; 3];
        for item in value.array(sink)? {
            can_be[item.one_of(&Size::ALL.map(|size| (size.name(), size)), sink)? as usize] = true;
        }
        Some(can_be)
    };
    let (immature, non_user) = (sizes("immature", sink), sizes("non-user", sink));
    table.finish(sink);
    Some(ClassSizes { immature: immature?, non_user: non_user? })
}

/// `calendar-share`: a share, the same for every supplier, or `{ beta = [2, 2] }`, drawn for each.
fn calendar_share(value: &Value<'_, '_>, sink: &mut Sink) -> Option<CalendarShare> {
    if !value.is_table() {
        return value.share(sink).map(CalendarShare::Fixed);
    }
    let mut table = value.table(sink)?;
    let parameters = table.required("beta", "[2, 2]", sink);
    table.finish(sink);
    let parameters = parameters?;
    let numbers: Vec<i64> = parameters
        .array(sink)?
        .iter()
        .map(|v| v.integer(1..=i64::from(CalendarShare::MOST), sink))
        .collect::<Option<_>>()?;
    match numbers[..] {
        [a, b] => Some(CalendarShare::Beta(a as u32, b as u32)),
        _ => parameters.refuse("two whole numbers", "write for example { beta = [2, 2] }", sink),
    }
}

fn region_shares(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 3]> {
    shares(value, Region::ALL.map(Region::name), "{ north = 0.35, central = 0.35, south = 0.30 }", sink)
}

/// `switching-by-region = { north = 1.2 }`: how readily customers switch; a region that is left out has 1.
fn region_switching(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 3]> {
    let mut table = value.table(sink)?;
    let factors =
        Region::ALL.map(|region| table.get(region.name()).map_or(Some(1.0), |v| v.number(0.0..=1_000.0, sink)));
    table.finish(sink);
    let factors = [factors[0]?, factors[1]?, factors[2]?];
    if factors.iter().all(|factor| *factor > 0.0) {
        return Some(factors);
    }
    value.refuse("factors above 0", "write for example { north = 1.2, central = 1, south = 0.8 }", sink)
}

/// `pairs = [{ losing = "large", gaining = ["a"], weight = 2 }]`: how readily customers go from some suppliers to others, as a factor on gains. A
/// party is a size, or a list of suppliers.
pub(super) fn pairs(
    market: Option<&Value<'_, '_>>,
    names: &Names,
    suppliers: &[Weights],
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Vec<Pair> {
    let Some(value) = market.filter(|v| v.is_table()).and_then(|v| v.table(sink)?.get("pairs")) else {
        return Vec::new();
    };
    let party = |value: &Value<'_, '_>, sink: &mut Sink| match value.is_array() {
        true => names.suppliers(value, sink).map(Party::Listed),
        false => value.one_of(&Size::ALL.map(|size| (size.name(), size)), sink).map(Party::Of),
    };
    let mut pairs = Vec::new();
    for item in value.array(sink).unwrap_or_default() {
        let Some(mut table) = item.table(sink) else { continue };
        let losing = table.required("losing", "\"large\"", sink).and_then(|v| party(&v, sink));
        let gaining = table.required("gaining", "\"small\"", sink).and_then(|v| party(&v, sink));
        let weight = table.required("weight", "2", sink).and_then(|v| v.number(0.0..=1e6, sink));
        let said = Origin::of(&mut table, sink);
        table.finish(sink);
        sources.note("market.pairs", "how readily customers go from one supplier to another", &item, said, item.span());
        if let (Some(losing), Some(gaining), Some(weight)) = (losing, gaining, weight) {
            pairs.push(Pair { losing, gaining, weight });
        }
    }
    if let Some(loser) = without_gainers(suppliers, &pairs).first() {
        let name = names.supplier_id(*loser);
        let help = "give one of its pairs a `weight` above 0";
        sink.error(value.key_span(), format!("nobody could gain a customer of `{name}`"), help);
    }
    pairs
}

/// Shares of three kinds that make up the whole; one that is left out is 0.
fn shares(value: &Value<'_, '_>, names: [&'static str; 3], example: &str, sink: &mut Sink) -> Option<[f64; 3]> {
    let mut table = value.table(sink)?;
    let shares = names.map(|name| table.get(name).map_or(Some(0.0), |v| v.share(sink)));
    table.finish(sink);
    let shares = [shares[0]?, shares[1]?, shares[2]?];
    if (shares.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
        return value.refuse("shares that add up to 1", format!("write for example {example}"), sink);
    }
    Some(shares)
}

/// `[dcc]`.
pub(super) fn conventions(
    value: Option<Value<'_, '_>>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Conventions> {
    let Some(value) = value else {
        let names =
            ["dcc.schedule-removal", "dcc.gas-day-start", "dcc.gas-devices", "dcc.gas-pusher", "dcc.smets1-pushes"];
        names.iter().for_each(|name| sources.take_default(name));
        return Some(Conventions::default());
    };
    let mut table = value.table(sink)?;
    let removal = sources.read(&mut table, "dcc.schedule-removal", sink, |v, sink| {
        let names = [
            ("cos-success", ScheduleRemoval::CosSuccess),
            ("ssd", ScheduleRemoval::Ssd),
            ("never", ScheduleRemoval::Never),
        ];
        v.one_of(&names, sink)
    });
    let gas_day_start = sources.read(&mut table, "dcc.gas-day-start", sink, |v, sink| {
        v.quantity("a time of day", quantity::time_of_day, sink)
    });
    let devices = sources.read(&mut table, "dcc.gas-devices", sink, |v, sink| v.integer(1..=2, sink));
    let pusher =
        sources.read(&mut table, "dcc.gas-pusher", sink, |v, sink| v.one_of(&[("meter", 0_u8), ("proxy", 1)], sink));
    let checked = [("checked", true), ("unchecked", false)];
    let s1sp_checks = sources.read(&mut table, "dcc.smets1-pushes", sink, |v, sink| v.one_of(&checked, sink));
    let pusher_value = table.get("gas-pusher");
    table.finish(sink);
    let gas_devices = devices? as u8;
    if let (Some(v), Some(1), 1) = (pusher_value, pusher, gas_devices) {
        return v.refuse(
            "one of the devices that need a 6.23",
            "write gas-devices = 2, or gas-pusher = \"meter\"",
            sink,
        );
    }
    Some(Conventions {
        removal: removal?,
        gas_day_start: gas_day_start?,
        gas_devices,
        gas_pusher: pusher?,
        s1sp_checks: s1sp_checks?,
    })
}

/// What a script takes from a supplier beside what the model knows of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Habits {
    pub class: Option<Class>,
    pub user_from: Option<Instant>,
    pub deletes_schedules: bool,
    pub thins_calendar: bool,
    pub notice: Seconds,
    pub lead: Seconds,
}

/// `[[supplier]]` and `market.small-suppliers`.
pub(super) fn suppliers(
    root: &mut Table<'_, '_>,
    names: &mut Names,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> (Vec<Supplier>, Vec<Habits>) {
    let (mut suppliers, mut habits, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
    let usual = Habits {
        notice: default("supplier.notice", |v, sink| v.duration(sink)),
        lead: default("supplier.lead", |v, sink| v.duration(sink)),
        ..Habits::default()
    };
    for value in root.get("supplier").and_then(|v| v.array(sink)).unwrap_or_default() {
        let Some(mut table) = value.table(sink) else {
            names.lacks_some();
            continue;
        };
        let id_value = table.required("id", "\"gainer-2\"", sink);
        let id = id_value.as_ref().and_then(|v| v.id(sink)).unwrap_or_default();
        let written = id_value.as_ref().and_then(|v| v.string(&mut Sink::new())).unwrap_or_default();
        if id.is_empty() {
            names.lacks_some();
        }
        // One that is no identifier is known by what stands there: whoever names it makes no second mistake.
        if !names.add_supplier(written) && !id.is_empty() {
            let span = id_value.map_or(value.span(), |v| v.span());
            sink.error(span, format!("a second supplier `{id}`"), "give every supplier an id of its own");
        }
        let name = table.get("name").and_then(|v| v.string(sink)).unwrap_or(id);
        let share = table.get("share").and_then(|v| v.number(0.0..=1e9, sink)).unwrap_or(0.0);
        let gains = table.get("gains").map_or(Some(share), |v| v.number(0.0..=1e9, sink)).unwrap_or(share);
        // Some capacity stands for one that is none: what needs one is not to be told of, too.
        let capacity =
            table.get("capacity").map(|v| v.quantity("a rate", |t| quantity::rate(t, "d"), sink).unwrap_or(1));
        let opening = table.get("opening").and_then(|v| v.quantity("a time of day", quantity::time_of_day, sink));
        let prepay_first = table.get("prepay-first").and_then(|v| v.boolean(sink));
        let anomaly_values = [table.get("anomaly-threshold"), table.get("quarantine")];
        let reacts_value = table.get("reacts-to-chases");
        let reacts = reacts_value.as_ref().and_then(|v| v.share(sink)).unwrap_or(1.0);
        let reads_value = table.get("reads");
        let collection = reads_value.as_ref().and_then(|v| collection(v, sink)).unwrap_or_default();
        let size = table.get("size").and_then(|v| v.one_of(&Size::ALL.map(|size| (size.name(), size)), sink));
        sizes.push(size);
        let mut habit = usual;
        if let Some(v) = table.get("class") {
            habit.class = v.one_of(&Class::ALL.map(|c| (c.name(), c)), sink);
        }
        habit.user_from = table.get("user-from").and_then(|v| names.instant(&v, None, sink));
        if let Some(mut loses) = table.get("loses").and_then(|v| v.table(sink)) {
            habit.deletes_schedules = loses.get("deletes-schedules").and_then(|v| v.boolean(sink)).unwrap_or(false);
            habit.thins_calendar = loses.get("thins-calendar").and_then(|v| v.boolean(sink)).unwrap_or(false);
            habit.notice = loses.get("notice").and_then(|v| v.duration(sink)).unwrap_or(habit.notice);
            habit.lead = loses.get("lead").and_then(|v| v.duration(sink)).unwrap_or(habit.lead);
            loses.finish(sink);
        }
        let said = Origin::of(&mut table, sink);
        // Without a name there is nothing to list; the error has been told.
        if !id.is_empty() && (share > 0.0 || gains > 0.0) {
            let (name, written) = (format!("supplier.{id}"), format!("{{ share = {share}, gains = {gains} }}"));
            sources.note_text(&name, "its weights in the market", &written, said.clone(), value.span());
        }
        let [threshold, quarantine] = &anomaly_values;
        for (key, about, of) in [
            ("reads", "how it reads its meters", &reads_value),
            ("reacts-to-chases", "the share of chases to which it reacts", &reacts_value),
            ("anomaly-threshold", "6.23s of an opening that the DCC lets pass", threshold),
            ("quarantine", "how long the DCC keeps the others", quarantine),
        ] {
            if let (Some(v), false) = (of, id.is_empty()) {
                sources.note(&format!("supplier.{id}.{key}"), about, v, said.clone(), v.key_span());
            }
        }
        table.finish(sink);
        if capacity.is_some() && opening.is_none() {
            sources.take_default("supplier.opening");
        }
        if capacity.is_some() && prepay_first.is_none() {
            sources.take_default("supplier.prepay-first");
        }
        let user_from = habit.user_from;
        let anomaly = anomaly(threshold.as_ref(), quarantine.as_ref(), capacity.is_some(), sources, sink);
        let opening = opening.unwrap_or_else(usual_opening);
        let prepay_first = prepay_first.unwrap_or_else(usual_priority);
        let desk = Desk { capacity, opening, anomaly, prepay_first };
        let has_capacity = capacity.is_some();
        let size = size.unwrap_or(Size::Large);
        let weights = Weights { share, gains, size, class: habit.class, user_from, has_capacity, collection, reacts };
        suppliers.push(Supplier { id: id.to_owned(), name: name.to_owned(), weights, desk });
        habits.push(habit);
    }
    if let Some(small) = root.get("market").filter(|v| v.is_table()).and_then(|v| v.table(sink)?.get("small-suppliers"))
    {
        small_suppliers(&small, names, sources, &mut suppliers, &mut habits, sink);
    }
    let all: f64 = suppliers.iter().map(|s: &Supplier| s.weights.share).sum();
    for (supplier, _) in suppliers.iter_mut().zip(&sizes).filter(|(_, size)| size.is_none()) {
        supplier.weights.size = Size::of(supplier.weights.share / all);
    }
    (suppliers, habits)
}

/// `anomaly-threshold` and `quarantine`, of a supplier whose 6.23s go out at a capacity.
fn anomaly(
    threshold: Option<&Value<'_, '_>>,
    quarantine: Option<&Value<'_, '_>>,
    has_capacity: bool,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Anomaly> {
    let Some(threshold_value) = threshold else {
        let help = "write anomaly-threshold = \"5000 /d\" beside it, or leave it out";
        return quarantine?.refuse("beside an anomaly-threshold", help, sink);
    };
    if !has_capacity {
        let help = "only what waits for a capacity is counted against it: write capacity = \"10000 /d\" beside it";
        return threshold_value.refuse("beside a capacity", help, sink);
    }
    let threshold = threshold_value.quantity("a rate", |t| quantity::rate(t, "d"), sink);
    let quarantine = match quarantine {
        None => {
            sources.take_default("supplier.quarantine");
            Some(default("supplier.quarantine", |v, sink| v.duration(sink)))
        }
        Some(v) => match v.duration(sink)? {
            length if length > Seconds(0) => Some(length),
            _ => v.refuse("longer than nothing", "write for example \"1 d\"", sink),
        },
    };
    Some(Anomaly { threshold: threshold?, quarantine: quarantine? })
}

/// `reads = { calendar, both, monthly, schedules }`: how a supplier reads its meters.
fn collection(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Collection> {
    let mut table = value.table(sink)?;
    let calendar_share = table.get("calendar").and_then(|v| v.share(sink));
    let both_share = table.get("both").and_then(|v| v.share(sink));
    let monthly_share = table.get("monthly").and_then(|v| v.share(sink));
    let schedule_counts = table.get("schedules").and_then(|v| schedule_counts(&v, sink));
    table.finish(sink);
    Some(Collection { calendar_share, both_share, monthly_share, schedule_counts })
}

fn usual_opening() -> Seconds {
    default("supplier.opening", |v, sink| v.quantity("a time of day", quantity::time_of_day, sink))
}

fn usual_priority() -> bool {
    default("supplier.prepay-first", |v, sink| v.boolean(sink))
}

/// A tail of so many small suppliers that share a weight by Zipf's law with exponent 1.
fn small_suppliers(
    value: &Value<'_, '_>,
    names: &mut Names,
    sources: &mut Sources<'_>,
    suppliers: &mut Vec<Supplier>,
    habits: &mut Vec<Habits>,
    sink: &mut Sink,
) {
    let Some(mut table) = value.table(sink) else { return };
    let count = table.required("count", "48", sink).and_then(|v| v.integer(1..=1_000, sink));
    let share = table.required("share", "8", sink).and_then(|v| v.number(0.0..=1e9, sink));
    let gains = table.required("gains", "19", sink).and_then(|v| v.number(0.0..=1e9, sink));
    let collection = table.get("reads").and_then(|v| collection(&v, sink)).unwrap_or_default();
    let said = Origin::of(&mut table, sink);
    table.finish(sink);
    let about = "small suppliers that share a weight by Zipf's law with exponent 1";
    sources.note("market.small-suppliers", about, value, said, value.key_span());
    let (Some(count), Some(share), Some(gains)) = (count, share, gains) else { return names.lacks_some() };
    let harmonic: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
    for i in 1..=count {
        let id = format!("small-{i:02}");
        if !names.add_supplier(&id) {
            let message = format!("`small-suppliers` makes a supplier `{id}`, and so does a [[supplier]]");
            sink.error(value.key_span(), message, format!("give the [[supplier]] `{id}` another id"));
        }
        let part = 1.0 / i as f64 / harmonic;
        suppliers.push(Supplier {
            name: format!("Small supplier {i}"),
            id,
            weights: Weights {
                share: share * part,
                gains: gains * part,
                size: Size::Small,
                class: None,
                user_from: None,
                has_capacity: false,
                collection,
                reacts: 1.0,
            },
            desk: Desk { capacity: None, opening: usual_opening(), anomaly: None, prepay_first: usual_priority() },
        });
        habits.push(Habits::default());
    }
}
