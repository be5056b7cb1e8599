//! `[market]`: meters and switches that are drawn at random.

use super::alert::market_alerts;
use crate::engine::time::Day;
use crate::engine::time::Seconds;
use crate::model::gainers::{Pair, Party};
use crate::model::laws::NumberKind::{Assumed, Derived, Observed};
use crate::model::market::{CalendarShare, ClassRule, ClassSizes, GasRatio, Market, MarketAlert, Month, Size, Weights};
use crate::model::plan::{Class, Region};
use crate::scenario::check;
use crate::scenario::diagnostics::Sink;
use crate::scenario::names::{Names, day, month, positive, whole_days};
use crate::scenario::parameter::{Field, keys};
use crate::scenario::provenance::{Origin, Sources};
use crate::scenario::table::Value;

keys! { KEYS of "market" {
    PATH, "path", "connected meters on dates; between two dates the square root grows evenly",
        .required("[{ on = 2018-11-30, meters = 176000 }]"), .from(Observed, "calibration 1.1"), .unit("meters");
    SWITCHING: Vec<(Month, f64)> = hazards, "switching", "share of electricity meters that switch in a month",
        .required("{ \"2018-12\" = 0.0155 }"), .from(Derived, "calibration 7.1"), .unit("share");
    GAS_SHARE: f64 = share, "gas-share", "share of gas meters", .default("0.43"), .from(Derived, "calibration 1.2"),
        .unit("share");
    PREPAY_SHARE: f64 = share, "prepay-share", "share of prepay meters", .default("0.13"),
        .from(Observed, "calibration 1.2: 13 % of smart meters at the end of 2022, DESNZ via trade press"),
        .unit("share");
    GAS_RATIO: GasRatio = gas_ratio, "gas-ratio", "gas meters' switching over electricity's",
        .default("0.89"), .from(Derived, "calibration 2.1"), .unit("ratio");
    CLASS_SHARES: [f64; 3] = class_shares, "class-shares", "shares of gains by class of the gaining supplier",
        .default("{ mature = 0.79, immature = 0.17, non-user = 0.04 }"),
        .from(Assumed, "calibration 8.4: fitted to the two published stocks"), .unit("share");
    CLASS_RULE: ClassRule =
        |v, sink| v.one_of(&[("supplier", ClassRule::BySupplier), ("case", ClassRule::ByCase)], sink),
        "class-drawn-for", "whether a class is drawn once for each gaining supplier and run, or for each case",
        .default("\"supplier\""), .from(Assumed, "calibration 7.3");
    CLASS_SIZES: ClassSizes = class_sizes, "class-sizes",
        "sizes of suppliers that can be immature or non-Users; large is 5 % of meters or more, small below 1 %",
        .default("{ immature = [\"medium\", \"small\"], non-user = [\"small\"] }"),
        .from(Assumed, "DP072: new suppliers; calibration 2.4: 56 of 62 suppliers were small or medium");
    LATE_SHARE: f64 = share, "late-share", "share of switches that DCC learns of late",
        .default("0.02"), .from(Assumed, "calibration 8.20"), .unit("share"), .range("0.001", "0.02");
    OFF_AIR_SHARE: f64 = share, "off-air-share", "share of meters off the WAN for good",
        .default("0.03"), .from(Assumed, "calibration 8.14"), .unit("share"), .range("0.03", "0.06");
    NO_RESPONSE: f64 = below_1, "no-response", "probability that an attempt gets no response from the device",
        .default("0.03"), .from(Assumed, "calibration 8.14"), .unit("probability");
    ERRONEOUS_SHARE: f64 = share, "erroneous-share", "probability that a switch is an erroneous transfer",
        .default("0.006"), .from(Derived, "calibration 8.7"), .unit("probability"), .range("0.003", "0.013");
    ERRONEOUS_SENDS: f64 = share, "erroneous-sends", "probability that the gainer of an erroneous transfer sends 6.23",
        .default("0.5"), .from(Assumed, "calibration 8.9"), .unit("probability");
    WITHDRAWN_SHARE: f64 = share, "withdrawn-share", "switches withdrawn before SSD, on top of the completed ones",
        .default("0.02"), .from(Assumed, "calibration 8.20d"), .unit("share");
    DEAD_TIME: u32 = |v, sink| whole_days(v, 0..=366_000, "40 d", sink), "dead-time",
        "time after a switch in which the meter does not switch again",
        .default("\"40 d\""), .from(Derived, "calibration 8.22");
    CALENDAR_SHARE: CalendarShare = calendar_share, "calendar-share",
        "share of a supplier's meters with a billing calendar: one share for all, or drawn for each supplier and run \
         from a beta distribution",
        .default("{ beta = [2, 2] }"), .from(Assumed, "calibration 8.17"), .unit("share");
    BOTH_SHARE: f64 = share, "both-share",
        "share of the meters with a billing calendar that have DCC schedules as well",
        .default("0.1"), .from(Assumed, "no source: judgement; DP072's own meter had both"), .unit("share");
    MONTHLY_SHARE: f64 = share, "monthly-calendar-share",
        "share of billing calendars that are monthly rather than daily",
        .default("0.1"), .from(Assumed, "calibration 5"), .unit("share");
    SCHEDULE_COUNTS: [f64; 5] = schedule_counts, "schedule-counts",
        "weights of 0 to 4 DCC schedules on a meter without a billing calendar",
        .default("[0.15, 0.15, 0.45, 0.20, 0.05]"), .from(Assumed, "calibration 8.15"), .unit("weight");
    RETRY: Seconds = positive, "retry", "time from a refusal or failure of 6.23 to the next attempt",
        .default("\"24 h\""), .from(Assumed, "R9, R11");
    REGION_SHARES: [f64; 3] = region_shares, "region-shares", "shares of meters by region of the WAN",
        .default("{ north = 0.35, central = 0.35, south = 0.30 }"), .from(Assumed, "no source: judgement"),
        .unit("share");
    REGION_SWITCHING: [f64; 3] = region_switching, "switching-by-region",
        "how readily customers of each region of the WAN switch, relative to one another",
        .default("{ north = 1, central = 1, south = 1 }"), .from(Assumed, "no source: judgement"), .unit("factor");
    ALERTS, "alerts", "device alerts other than pushed reads, of the meters that switch";
    SMALL_SUPPLIERS, "small-suppliers", "small suppliers whose weights follow Zipf's law with exponent 1";
    PAIRS, "pairs", "how readily customers switch between given suppliers", .unit("factor");
}}

keys! { PATH_KEYS of "market.path" {
    ON: Day = day, "on", "the date", .required("2018-11-30");
    METERS: f64 = |v, sink| v.number(0.0..=1e9, sink), "meters", "connected meters on that date", .required("176000"),
        .unit("meters");
    SMETS1, "smets1", "how many of them are SMETS1", .default("0"), .unit("meters");
}}

keys! { PAIR_KEYS of "market.pairs" {
    LOSING, "losing", "the losing suppliers: a size, or a list of ids", .required("\"large\"");
    GAINING, "gaining", "the gaining suppliers: a size, or a list of ids", .required("\"small\"");
    WEIGHT: f64 = |v, sink| v.number(0.0..=1e6, sink), "weight", "the factor on gains", .required("2"), .unit("factor");
}}

fn share(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    value.share(sink)
}

/// `[market]`; its pairs are read once the suppliers are known.
pub(in crate::scenario) fn market(value: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<Market> {
    let mut table = value.table(sink)?;
    let path = PATH.get(&mut table, sink).and_then(|v| path(&v, sources, sink));
    let (path, smets1) = path.unzip();
    let hazards = sources.read(&SWITCHING, &mut table, sink);
    let mut share = |field: &'static Field<f64>, sink: &mut Sink| sources.read(field, &mut table, sink);
    let [gas_share, prepay_share, late_share, off_air_share, no_response] =
        [&GAS_SHARE, &PREPAY_SHARE, &LATE_SHARE, &OFF_AIR_SHARE, &NO_RESPONSE].map(|field| share(field, sink));
    let [erroneous_share, erroneous_sends, withdrawn_share, both_share, monthly_share] =
        [&ERRONEOUS_SHARE, &ERRONEOUS_SENDS, &WITHDRAWN_SHARE, &BOTH_SHARE, &MONTHLY_SHARE]
            .map(|field| share(field, sink));
    let gas_ratio = sources.read(&GAS_RATIO, &mut table, sink);
    let (dead_time, retry) = (sources.read(&DEAD_TIME, &mut table, sink), sources.read(&RETRY, &mut table, sink));
    let class_shares = sources.read(&CLASS_SHARES, &mut table, sink);
    let class_rule = sources.read(&CLASS_RULE, &mut table, sink);
    let class_sizes = sources.read(&CLASS_SIZES, &mut table, sink);
    let region_shares = sources.read(&REGION_SHARES, &mut table, sink);
    let region_switching = sources.read(&REGION_SWITCHING, &mut table, sink);
    let schedule_counts = sources.read(&SCHEDULE_COUNTS, &mut table, sink);
    let calendar_share = sources.read(&CALENDAR_SHARE, &mut table, sink);
    let alerts = match ALERTS.get(&mut table, sink) {
        Some(v) => market_alerts(&v, sources, sink),
        None => Some(Vec::<MarketAlert>::new()),
    };
    // Read with the suppliers.
    SMALL_SUPPLIERS.get(&mut table, sink);
    PAIRS.get(&mut table, sink);
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

/// Weights of 0 to 4 schedules.
pub(super) fn schedule_counts(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 5]> {
    let items = value.array(sink)?;
    let numbers: Option<Vec<f64>> = items.iter().map(|i| i.number(0.0..=1e9, sink)).collect();
    match <[f64; 5]>::try_from(numbers?) {
        Ok(weights) if weights.iter().sum::<f64>() > 0.0 => Some(weights),
        _ => {
            value.refuse("five weights", "write the weights of 0 to 4 schedules: [0.15, 0.15, 0.45, 0.20, 0.05]", sink)
        }
    }
}

/// Numbers on dates.
type Series = Vec<(Day, f64)>;

/// The connected meters on dates, and how many of them are SMETS1.
fn path(value: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<(Series, Series)> {
    let (mut path, mut smets1) = (Series::new(), Series::new());
    let items = value.array(sink)?;
    if items.is_empty() {
        let help = "write for example [{ on = 2018-11-30, meters = 176000 }]";
        return value.refuse("a list with at least one date", help, sink);
    }
    for item in items {
        let mut table = item.table(sink)?;
        let (on, meters) = (ON.read(&mut table, sink), METERS.read(&mut table, sink));
        let of_smets1 = SMETS1.get(&mut table, sink).map_or(Some(0.0), |v| smets1_of(meters?, &v, sink));
        let said = Origin::of(&mut table, sink);
        table.finish(sink);
        sources.note(&PATH.parameter, &item, said, item.span());
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

/// `pairs = [{ losing = "large", gaining = ["a"], weight = 2 }]`: how readily customers go from some suppliers to
/// others, as a factor on gains. A party is a size, or a list of suppliers.
pub(in crate::scenario) fn pairs(
    market: Option<&Value<'_, '_>>,
    names: &Names,
    suppliers: &[Weights],
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Vec<Pair> {
    let Some(value) = market.filter(|v| v.is_table()).and_then(|v| v.table(sink)?.get(PAIRS.parameter.key)) else {
        return Vec::new();
    };
    let party = |value: &Value<'_, '_>, sink: &mut Sink| match value.is_array() {
        true => names.suppliers(value, sink).map(Party::Listed),
        false => value.one_of(&Size::ALL.map(|size| (size.name(), size)), sink).map(Party::Of),
    };
    let mut pairs = Vec::new();
    for item in value.array(sink).unwrap_or_default() {
        let Some(mut table) = item.table(sink) else { continue };
        let (losing, gaining) = (LOSING.read(&mut table, sink, party), GAINING.read(&mut table, sink, party));
        let weight = WEIGHT.read(&mut table, sink);
        let said = Origin::of(&mut table, sink);
        table.finish(sink);
        sources.note(&PAIRS.parameter, &item, said, item.span());
        if let (Some(losing), Some(gaining), Some(weight)) = (losing, gaining, weight) {
            pairs.push(Pair { losing, gaining, weight });
        }
    }
    if let Some(problem) = check::gainers(suppliers, &pairs, |loser| names.supplier_id(loser)) {
        sink.problem(value.key_span(), problem);
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
