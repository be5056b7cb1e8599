//! `[market]`: meters and switches that are drawn at random.

use super::alert::market_alerts;
use crate::engine::time::Day;
use crate::engine::time::Seconds;
use crate::model::gainers::{Pair, Party};
use crate::model::laws::NumberKind::{Assumed, Derived, Observed};
use crate::model::market::{CalendarShare, ClassRule, ClassSizes, GasRatio, Market, MarketAlert, Month, Size, Weights};
use crate::model::plan::{Class, Region};
use crate::model::varies::{Part, Scale, Span, Varies};
use crate::scenario::check;
use crate::scenario::diagnostics::{Fix, Mistake, Sink};
use crate::scenario::names::{Names, day, month, positive, whole_days};
use crate::scenario::parameter::{Field, keys};
use crate::scenario::provenance::{Origin, Sources};
use crate::scenario::quantity;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { KEYS of "market" {
    PATH, "path", Shape::List(&Shape::Section("market.path")),
        "connected meters on dates; between two dates the square root grows evenly",
        .required("[{ on = 2018-11-30, meters = 176000 }]"), .from(Observed, "calibration 1.1"), .unit("meters"),
        .varies(Varies::Through(PATH_PARTS));
    SWITCHING: Vec<(Month, f64)> = hazards, "switching", SWITCHING_SHAPE,
        "share of electricity meters that switch in a month",
        .required("{ \"2018-12\" = 0.0155 }"), .from(Derived, "calibration 7.1"), .unit("share"),
        .varies(Varies::Through(SWITCHING_PARTS));
    GAS_SHARE: f64 = share, "gas-share", Shape::Share, "share of gas meters", .default("0.43"),
        .from(Derived, "calibration 1.2"),
        .unit("share"), .range("0.41", "0.45", "calibration 1.2: from meters in smart mode to all domestic meters");
    PREPAY_SHARE: f64 = share, "prepay-share", Shape::Share, "share of prepay meters", .default("0.13"),
        .from(Observed, "calibration 1.2: 13 % of smart meters at the end of 2022, DESNZ via trade press"),
        .unit("share"), .range("0.08", "0.18", "one national count; among customers who switch, nothing is published");
    GAS_RATIO: GasRatio = gas_ratio, "gas-ratio", GAS_RATIO_SHAPE, "gas meters' switching over electricity's",
        .default("0.89"), .from(Derived, "calibration 2.1"), .unit("ratio"),
        .range("0.87", "0.96", "calibration 2.1: the published pairs, with what their rounding allows");
    CLASS_SHARES: [f64; 3] = class_shares, "class-shares",
        Shape::Keyed(|| Class::ALL.map(Class::name).to_vec(), &Shape::Share),
        "shares of gains by class of the gaining supplier",
        .default("{ mature = 0.79, immature = 0.17, non-user = 0.04 }"),
        .from(Assumed, "calibration 8.4: fitted to the two published stocks"), .unit("share"),
        .varies(Varies::Through(CLASS_PARTS));
    CLASS_RULE: ClassRule =
        |v, sink| v.one_of(&[("supplier", ClassRule::BySupplier), ("case", ClassRule::ByCase)], sink),
        "class-drawn-for", Shape::Words(|| vec!["supplier", "case"]),
        "whether a class is drawn once for each gaining supplier and run, or for each case",
        .default("\"supplier\""), .from(Assumed, "calibration 7.3"),
        .one_of(&["\"supplier\"", "\"case\""], "calibration 7.3: either reading gives the published stocks");
    CLASS_SIZES: ClassSizes = class_sizes, "class-sizes", CLASS_SIZES_SHAPE,
        "sizes of suppliers that can be immature or non-Users; large is 5 % of meters or more, small below 1 %",
        .default("{ immature = [\"medium\", \"small\"], non-user = [\"small\"] }"),
        .from(Assumed, "DP072: new suppliers; calibration 2.4: 56 of 62 suppliers were small or medium"),
        .one_of(CLASS_SIZES_VALUES, "DP072 speaks of new suppliers; no source names their sizes");
    LATE_SHARE: f64 = share, "late-share", Shape::Share, "share of switches that the DCC learns of late",
        .default("0.02"), .from(Assumed, "calibration 8.20"), .unit("share"),
        .varies(Varies::over("0.001", "0.05", "calibration 8.20: 0.1 % since July 2022; before, no source"));
    OFF_AIR_SHARE: f64 = share, "off-air-share", Shape::Share, "share of meters off the WAN for good",
        .default("0.03"), .from(Assumed, "calibration 8.14"), .unit("share"),
        .range("0.01", "0.095", "calibration 8.14: at most the 9.5 % that were not in smart mode in 2024");
    NO_RESPONSE: f64 = below_1, "no-response", Shape::Share,
        "probability that an attempt gets no response from the device",
        .default("0.03"), .from(Assumed, "calibration 8.14"), .unit("probability"),
        .varies(Varies::over("0.005", "0.1", "no source: from one attempt in 200 to one in ten"));
    ERRONEOUS_SHARE: f64 = share, "erroneous-share", Shape::Share, "probability that a switch is an erroneous transfer",
        .default("0.006"), .from(Derived, "calibration 8.7"), .unit("probability"),
        .range("0.003", "0.013", "calibration 2.5: 0.6 % published, about 1 % often quoted");
    ERRONEOUS_SENDS: f64 = share, "erroneous-sends", Shape::Share,
        "probability that the gainer of an erroneous transfer sends 6.23",
        .default("0.5"), .from(Assumed, "calibration 8.9"), .unit("probability"),
        .range("0.1", "0.9", "nothing is published");
    WITHDRAWN_SHARE: f64 = share, "withdrawn-share", Shape::Share,
        "switches withdrawn before SSD, on top of the completed ones",
        .default("0.02"), .from(Assumed, "calibration 8.20d"), .unit("share"),
        .varies(Varies::over("0.005", "0.1", "calibration 2.1: 22 % more start than complete; most stop earlier"));
    DEAD_TIME: u32 = |v, sink| whole_days(v, 0..=366_000, "40 d", sink), "dead-time", Shape::Length,
        "time after a switch in which the meter does not switch again",
        .default("\"40 d\""), .from(Derived, "calibration 8.22"),
        .varies(Varies::whole("28 d", "60 d", "calibration 8.22: around what gives 8.4 % of repeats in a year"));
    CALENDAR_SHARE: CalendarShare = calendar_share, "calendar-share", CALENDAR_SHAPE,
        "share of a supplier's meters with a billing calendar: one share for all, or drawn for each supplier and run \
         from a beta distribution, which `mean` stretches to another mean",
        .default("{ beta = [2, 2] }"), .from(Assumed, "calibration 8.17"), .unit("share"),
        .varies(Varies::Through(CALENDAR_PARTS));
    BOTH_SHARE: f64 = share, "both-share", Shape::Share,
        "share of the meters with a billing calendar that have DCC schedules as well",
        .default("0.1"), .from(Assumed, "no source: judgement; DP072's own meter had both"), .unit("share"),
        .range("0", "0.5", "nothing is published; DP072 shows one meter with both");
    MONTHLY_SHARE: f64 = share, "monthly-calendar-share", Shape::Share,
        "share of billing calendars that are monthly rather than daily",
        .default("0.1"), .from(Assumed, "calibration 5"), .unit("share"),
        .range("0.02", "0.3", "no source: daily reads are the default since smart meters were installed");
    SCHEDULE_COUNTS: [f64; 5] = schedule_counts, "schedule-counts", Shape::ListOf(5, &Shape::Number(0.0, 1e9)),
        "weights of 0 to 4 DCC schedules on a meter without a billing calendar",
        .default("[0.15, 0.15, 0.45, 0.20, 0.05]"), .from(Assumed, "calibration 8.15"), .unit("weight"),
        .varies(Varies::Through(SCHEDULE_PARTS));
    RETRY: Seconds = positive, "retry", Shape::Length, "time from a refusal or failure of 6.23 to the next attempt",
        .default("\"24 h\""), .from(Assumed, "R9, R11"),
        .varies(Varies::over("1 h", "72 h", "no source: from the next hour to after a weekend"));
    REGION_SHARES: [f64; 3] = region_shares, "region-shares",
        Shape::Keyed(|| Region::ALL.map(Region::name).to_vec(), &Shape::Share), "shares of meters by region of the WAN",
        .default("{ north = 0.35, central = 0.35, south = 0.30 }"), .from(Assumed, "no source: judgement"),
        .unit("share"), .fixed("regions differ only where a file says so");
    REGION_SWITCHING: [f64; 3] = region_switching, "switching-by-region",
        Shape::Keyed(|| Region::ALL.map(Region::name).to_vec(), &Shape::Number(0.0, 1_000.0)),
        "how readily customers of each region of the WAN switch, relative to one another",
        .default("{ north = 1, central = 1, south = 1 }"), .from(Assumed, "no source: judgement"), .unit("factor"),
        .fixed("regions differ only where a file says so");
    ALERTS, "alerts", Shape::List(&Shape::Section("market.alerts")),
        "device alerts other than pushed reads, of the meters that switch";
    SMALL_SUPPLIERS, "small-suppliers", Shape::Section("market.small-suppliers"),
        "small suppliers whose weights follow Zipf's law with exponent 1";
    PAIRS, "pairs", Shape::List(&Shape::Section("market.pairs")),
        "how readily customers switch between given suppliers", .unit("factor");
}}

keys! { PATH_KEYS of "market.path" {
    ON: Day = day, "on", Shape::Date, "the date", .required("2018-11-30");
    METERS: f64 = |v, sink| v.number(0.0..=1e9, sink), "meters", Shape::Number(0.0, 1e9),
        "connected meters on that date", .required("176000"),
        .unit("meters");
    SMETS1, "smets1", Shape::Number(0.0, 1e9), "how many of them are SMETS1", .default("0"), .unit("meters");
}}

keys! { PAIR_KEYS of "market.pairs" {
    LOSING, "losing", PARTY_SHAPE, "the losing suppliers: a size, or a list of ids", .required("\"large\"");
    GAINING, "gaining", PARTY_SHAPE, "the gaining suppliers: a size, or a list of ids", .required("\"small\"");
    WEIGHT: f64 = |v, sink| v.number(0.0..=1e6, sink), "weight", Shape::Number(0.0, 1e6), "the factor on gains",
        .required("2"), .unit("factor");
}}

/// The share of a month, or a published count and its base.
const SWITCHING_SHAPE: Shape = Shape::Months(&Shape::Either(&[
    Shape::Share,
    Shape::Table(&[("switches", true, Shape::Number(0.0, 1e9)), ("of", true, Shape::Number(0.0, 1e9))]),
]));
/// One ratio, or one for each month.
const GAS_RATIO_SHAPE: Shape = Shape::Either(&[Shape::Number(0.0, 100.0), Shape::Months(&Shape::Number(0.0, 100.0))]);
/// The sizes of suppliers of two classes.
const CLASS_SIZES_SHAPE: Shape = Shape::Keyed(
    || vec![Class::Immature.name(), Class::NonUser.name()],
    &Shape::List(&Shape::Words(|| Size::ALL.map(Size::name).to_vec())),
);
/// One share, or a beta distribution.
const CALENDAR_SHAPE: Shape = Shape::Either(&[
    Shape::Share,
    Shape::Table(&[
        ("beta", true, Shape::ListOf(2, &Shape::Whole(1, CalendarShare::MOST as i64))),
        ("mean", false, Shape::Share),
    ]),
]);
/// A size, or a list of suppliers.
const PARTY_SHAPE: Shape =
    Shape::Either(&[Shape::Words(|| Size::ALL.map(Size::name).to_vec()), Shape::List(&Shape::Id)]);

/// What `class-sizes` can be.
const CLASS_SIZES_VALUES: &[&str] = &[
    "{ immature = [\"medium\", \"small\"], non-user = [\"small\"] }",
    "{ immature = [\"large\", \"medium\", \"small\"], non-user = [\"large\", \"medium\", \"small\"] }",
];

const PATH_PARTS: &[Part] = &[Part {
    name: "",
    about: "factor on the connected meters of all dates",
    unit: "factor",
    span: Span {
        low: "0.95",
        high: "1.05",
        scale: Scale::Linear,
        why: "published and rounded; two paths through them differ by 8 % in switches (calibration 7.1)",
    },
}];
const SWITCHING_PARTS: &[Part] = &[Part {
    name: "",
    about: "factor on the share of meters that switch, of all months",
    unit: "factor",
    span: Span {
        low: "0.5",
        high: "1.1",
        scale: Scale::Linear,
        why: "calibration 4: how readily customers with smart meters switch, relative to all",
    },
}];
const CLASS_PARTS: &[Part] = &[
    Part {
        name: "immature",
        about: "share of gains of immature suppliers; mature ones take the rest",
        unit: "share",
        span: Span {
            low: "0.1",
            high: "0.3",
            scale: Scale::Linear,
            why: "calibration 7.3: 17 % to 25 % go with the published stocks; further by what they count",
        },
    },
    Part {
        name: "non-user",
        about: "share of gains of suppliers that are not DCC Users; mature ones take the rest",
        unit: "share",
        span: Span { low: "0.02", high: "0.08", scale: Scale::Linear, why: "calibration 4: 2 % to 8 %" },
    },
];
const CALENDAR_PARTS: &[Part] = &[Part {
    name: "",
    about: "mean over suppliers of the share of meters with a billing calendar",
    unit: "share",
    span: Span { low: "0.1", high: "0.9", scale: Scale::Linear, why: "nothing is published" },
}];
const SCHEDULE_PARTS: &[Part] = &[Part {
    name: "",
    about: "mean number of DCC schedules on a meter without a billing calendar",
    unit: "mean",
    span: Span {
        low: "1",
        high: "3",
        scale: Scale::Linear,
        why: "calibration 8.15: DP072's three to four alerts a day imply two to three; messages allow fewer",
    },
}];

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
    if share < 1.0 { Some(share) } else { value.refuse(Mistake::OutOfRange, "below 1", "write for example 0.03", sink) }
}

/// Weights of 0 to 4 schedules.
pub(super) fn schedule_counts(value: &Value<'_, '_>, sink: &mut Sink) -> Option<[f64; 5]> {
    let items = value.array(sink)?;
    let numbers: Option<Vec<f64>> = items.iter().map(|i| i.number(0.0..=1e9, sink)).collect();
    match <[f64; 5]>::try_from(numbers?) {
        Ok(weights) if weights.iter().sum::<f64>() > 0.0 => Some(weights),
        _ => value.refuse(
            Mistake::WrongType,
            "five weights",
            "write the weights of 0 to 4 schedules: [0.15, 0.15, 0.45, 0.20, 0.05]",
            sink,
        ),
    }
}

/// Numbers on dates.
type Series = Vec<(Day, f64)>;

/// The connected meters on dates, and how many of them are SMETS1.
fn path(value: &Value<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Option<(Series, Series)> {
    let (mut path, mut smets1) = (Series::new(), Series::new());
    let items = value.array_like("[{ on = 2018-11-30, meters = 176000 }]", sink)?;
    if items.is_empty() {
        let help = "write for example [{ on = 2018-11-30, meters = 176000 }]";
        return value.refuse(Mistake::WrongType, "a list with at least one date", help, sink);
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
            let message = format!("`{}` is not later than the date before it", item.path());
            let help = "write the dates of the path in ascending order";
            sink.error(Mistake::WrongOrder, item.span(), message, help);
            return None;
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
        return value.refuse(
            Mistake::OutOfRange,
            "a number of meters",
            "write how many of `meters` are SMETS1, not their share",
            sink,
        );
    }
    if smets1 > meters {
        return value.refuse(
            Mistake::OutOfRange,
            "at most `meters`",
            "write how many of the connected meters are SMETS1",
            sink,
        );
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
        _ => of?.refuse(
            Mistake::OutOfRange,
            "at least `switches`, and above 0",
            "write all electricity meters of the country",
            sink,
        ),
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
            let message = format!("`{}` is not a month", value.path());
            match key.get(..7).filter(|start| quantity::date(key).is_some() && month(start).is_some()) {
                Some(right) => {
                    let fix = Fix { span: value.key_span(), text: format!("\"{right}\"") };
                    let help = format!("write year and month alone: \"{right}\"");
                    sink.fixable(Mistake::BadNotation, value.key_span(), message, (help, fix));
                }
                None => {
                    let help = format!("write year and month from 2000-01 to 2099-12, as in \"2018-12\" = {example}");
                    sink.error(Mistake::BadNotation, value.key_span(), message, help);
                }
            }
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

/// `calendar-share`: a share, the same for every supplier, or `{ beta = [2, 2], mean = 0.72 }`, drawn for each.
fn calendar_share(value: &Value<'_, '_>, sink: &mut Sink) -> Option<CalendarShare> {
    if !value.is_table() {
        return value.share(sink).map(CalendarShare::Fixed);
    }
    let mut table = value.table(sink)?;
    let parameters = table.required("beta", "[2, 2]", sink);
    let mean = table.get("mean").map(|v| v.share(sink));
    table.finish(sink);
    let parameters = parameters?;
    let numbers: Vec<i64> = parameters
        .array(sink)?
        .iter()
        .map(|v| v.integer(1..=i64::from(CalendarShare::MOST), sink))
        .collect::<Option<_>>()?;
    match numbers[..] {
        [a, b] => {
            let own = CalendarShare::Beta(a as u32, b as u32);
            Some(match mean {
                Some(mean) => own.with_mean(mean?),
                None => own,
            })
        }
        _ => parameters.refuse(Mistake::WrongType, "two whole numbers", "write for example { beta = [2, 2] }", sink),
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
    value.refuse(
        Mistake::OutOfRange,
        "factors above 0",
        "write for example { north = 1.2, central = 1, south = 0.8 }",
        sink,
    )
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
        sink.problem(Mistake::BadMarket, value.key_span(), problem);
    }
    pairs
}

/// Shares of three kinds that make up the whole; one that is left out is 0.
fn shares(value: &Value<'_, '_>, names: [&'static str; 3], example: &str, sink: &mut Sink) -> Option<[f64; 3]> {
    let mut table = value.table(sink)?;
    let shares = names.map(|name| table.get(name).map_or(Some(0.0), |v| v.share(sink)));
    if !table.finish(sink) {
        return None;
    }
    let shares = [shares[0]?, shares[1]?, shares[2]?];
    if (shares.iter().sum::<f64>() - 1.0).abs() > 1e-9 {
        return value.refuse(
            Mistake::BadMarket,
            "shares that add up to 1",
            format!("write for example {example}"),
            sink,
        );
    }
    Some(shares)
}
