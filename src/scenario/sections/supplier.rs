//! `[[supplier]]` and `market.small-suppliers`.

use super::market;
use crate::engine::time::{DAY, Instant, Seconds};
use crate::model::desk::{Anomaly, Desk};
use crate::model::laws::NumberKind::Assumed;
use crate::model::market::{Collection, Size, Weights};
use crate::model::plan::{Class, SupplierName};
use crate::model::varies::{Part, Scale, Span, Varies};
use crate::scenario::Supplier;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::names::Names;
use crate::scenario::parameter::{Parameter, keys};
use crate::scenario::provenance::{Origin, Sources};
use crate::scenario::quantity::{rate, time_of_day};
use crate::scenario::shape::Shape;
use crate::scenario::table::{Table, Value};

keys! { KEYS of "supplier" {
    ID, "id", Shape::Id, "its name in this file", .required("\"gainer-2\"");
    NAME: String = |v, sink| v.string(sink).map(str::to_owned), "name", Shape::Text,
        "its name for readers; the id where it is left out";
    SHARE: f64 = weight, "share", Shape::Number(0.0, 1e9), "its weight among the meters at the start", .default("0"),
        .unit("weight");
    GAINS: f64 = weight, "gains", Shape::Number(0.0, 1e9), "its weight among gains; its `share` where it is left out",
        .unit("weight"),
        .varies(Varies::Through(GAINS_PARTS));
    SIZE: Size = |v, sink| v.one_of(&Size::ALL.map(|size| (size.name(), size)), sink), "size",
        Shape::Words(|| Size::ALL.map(Size::name).to_vec()),
        "`large`, `medium` or `small`; follows from `share` where it is left out";
    CLASS: Class = |v, sink| v.one_of(&Class::ALL.map(|c| (c.name(), c)), sink), "class",
        Shape::Words(|| Class::ALL.map(Class::name).to_vec()),
        "how it handles 6.23: `mature`, `immature` or `non-user`";
    USER_FROM, "user-from", Shape::Moment, "when it becomes a DCC User";
    CAPACITY: u64 = |v, sink| v.quantity("a rate", |t| rate(t, "d"), sink), "capacity", Shape::Rate("d"),
        "6.23s of its backlog that it sends at an opening";
    OPENING: Seconds = |v, sink| v.quantity("a time of day", time_of_day, sink), "opening", Shape::TimeOfDay,
        "when a supplier with a capacity works off its backlog",
        .default("\"09:00\""), .from(Assumed, "R15"), .unit("time of day"), .beside("capacity"),
        .fixed("moves a sending within its day");
    HOURS: Seconds = opening_hours, "opening-hours", Shape::Length,
        "over how long from its opening on a supplier with a capacity sends it evenly; \"0 s\" sends all of it at once",
        .default("\"0 s\""), .from(Assumed, "no source: judgement"), .beside("capacity"),
        .varies(Varies::over("0 s", "10 h", "no source: from all at once to a long working day"));
    PREPAY_FIRST: bool = |v, sink| v.boolean(sink), "prepay-first", Shape::Truth,
        "whether a supplier with a capacity sends prepay meters' 6.23s before all others",
        .default("false"), .from(Assumed, "no source: judgement"), .beside("capacity"),
        .one_of(&["false", "true"], "no source says which");
    THRESHOLD: u64 = |v, sink| v.quantity("a rate", |t| rate(t, "d"), sink), "anomaly-threshold", Shape::Rate("d"),
        "6.23s of an opening that the DCC lets pass";
    QUARANTINE: Seconds = quarantine, "quarantine", Shape::Length,
        "how long the DCC holds 6.23s above an anomaly threshold",
        .default("\"1 d\""), .from(Assumed, "no source: the real time is not public"), .beside("anomaly-threshold"),
        .varies(Varies::over("1 h", "5 d", "no source: from an answer at once to a working week"));
    REACTS: f64 = |v, sink| v.share(sink), "reacts-to-chases", Shape::Share, "the share of chases to which it reacts",
        .default("1"),
        .unit("share");
    READS: Collection = collection, "reads", Shape::Section("supplier.reads"), "how it reads its meters";
    LOSES, "loses", Shape::Section("supplier.loses"), "what it does when it loses a scripted meter";
}}

keys! { LOSES_KEYS of "supplier.loses" {
    DELETES: bool = |v, sink| v.boolean(sink), "deletes-schedules", Shape::Truth,
        "whether it deletes its schedules before SSD",
        .default("false");
    THINS: bool = |v, sink| v.boolean(sink), "thins-calendar", Shape::Truth,
        "whether it thins the calendar before SSD: to yearly for electricity, parked for gas",
        .default("false");
    NOTICE: Seconds = |v, sink| v.duration(sink), "notice", Shape::SignedLength,
        "notice of the loss that a losing supplier of a script has before SSD",
        .default("\"5 d\""), .from(Assumed, "calibration 8.20c"),
        .fixed("a script states its own times");
    LEAD: Seconds = |v, sink| v.duration(sink), "lead", Shape::SignedLength, "time from that notice to its cancelling",
        .default("\"1 d\""), .from(Assumed, "calibration 8.20c"),
        .fixed("a script states its own times");
}}

keys! { READS_KEYS of "supplier.reads" {
    CALENDAR: f64 = |v, sink| v.share(sink), "calendar", Shape::Share, "share of its meters with a billing calendar",
        .unit("share");
    BOTH: f64 = |v, sink| v.share(sink), "both", Shape::Share, "share of those that have DCC schedules as well",
        .unit("share");
    MONTHLY: f64 = |v, sink| v.share(sink), "monthly", Shape::Share, "share of its billing calendars that are monthly",
        .unit("share");
    SCHEDULES: [f64; 5] = market::schedule_counts, "schedules", Shape::ListOf(5, &Shape::Number(0.0, 1e9)),
        "weights of 0 to 4 DCC schedules on a meter without a billing calendar", .unit("weight");
}}

keys! { SMALL_KEYS of "market.small-suppliers" {
    COUNT: i64 = |v, sink| v.integer(1..=1_000, sink), "count", Shape::Whole(1, 1_000), "how many there are",
        .required("48"),
        .unit("suppliers");
    SMALL_SHARE: f64 = weight, "share", Shape::Number(0.0, 1e9), "their weight among the meters at the start, together",
        .required("8"),
        .unit("weight");
    SMALL_GAINS: f64 = weight, "gains", Shape::Number(0.0, 1e9), "their weight among gains, together", .required("19"),
        .unit("weight");
    SMALL_READS: Collection = collection, "reads", Shape::Section("supplier.reads"), "how they read their meters";
}}

const GAINS_PARTS: &[Part] = &[Part {
    name: "not-large",
    about: "share of the weights of gains that suppliers that are not large have",
    unit: "share",
    span: Span {
        low: "0.53",
        high: "0.6",
        scale: Scale::Linear,
        why: "calibration 2.3: 53 % in December 2019 to 57 % in April 2018, with rounding",
    },
}];

fn weight(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    value.number(0.0..=1e9, sink)
}

fn quarantine(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Seconds> {
    match value.duration(sink)? {
        length if length > Seconds(0) => Some(length),
        _ => value.refuse(Mistake::OutOfRange, "longer than nothing", "write for example \"1 d\"", sink),
    }
}

fn opening_hours(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Seconds> {
    match value.duration(sink)? {
        length if length >= Seconds(0) => Some(length),
        _ => value.refuse(Mistake::OutOfRange, "not negative", "write for example \"8 h\"", sink),
    }
}

/// `reads = { calendar, both, monthly, schedules }`: how a supplier reads its meters.
fn collection(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Collection> {
    let mut table = value.table(sink)?;
    let [calendar_share, both_share, monthly_share] =
        [&CALENDAR, &BOTH, &MONTHLY].map(|field| field.optional(&mut table, sink).flatten());
    let schedule_counts = SCHEDULES.optional(&mut table, sink).flatten();
    table.finish(sink);
    Some(Collection { calendar_share, both_share, monthly_share, schedule_counts })
}

/// What a script takes from a supplier beside what the model knows of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::scenario) struct Habits {
    pub class: Option<Class>,
    pub user_from: Option<Instant>,
    pub deletes_schedules: bool,
    pub thins_calendar: bool,
    pub notice: Seconds,
    pub lead: Seconds,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            class: None,
            user_from: None,
            deletes_schedules: DELETES.usual(),
            thins_calendar: THINS.usual(),
            notice: NOTICE.usual(),
            lead: LEAD.usual(),
        }
    }
}

/// The defaults that scripts take from suppliers that cancel before SSD.
pub(in crate::scenario) fn cancelling_defaults() -> [&'static Parameter; 2] {
    [&NOTICE.parameter, &LEAD.parameter]
}

/// `[[supplier]]` and `market.small-suppliers`.
pub(in crate::scenario) fn suppliers(
    root: &mut Table<'_, '_>,
    names: &mut Names,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> (Vec<Supplier>, Vec<Habits>) {
    let (mut suppliers, mut habits, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
    for value in root.get("supplier").and_then(|v| v.array(sink)).unwrap_or_default() {
        let Some(table) = value.table(sink) else {
            names.lacks_some();
            continue;
        };
        let (supplier, habit, size) = supplier(&value, table, names, sources, sink);
        suppliers.push(supplier);
        habits.push(habit);
        sizes.push(size);
    }
    let market = root.get("market").filter(|v| v.is_table());
    if let Some(small) = market.and_then(|v| v.table(sink)?.get(market::SMALL_SUPPLIERS.parameter.key)) {
        let small = small_suppliers(&small, names, sources, sink);
        habits.resize(suppliers.len() + small.len(), Habits::default());
        suppliers.extend(small);
    }
    size_by_share(&mut suppliers, &sizes);
    (suppliers, habits)
}

/// Gives suppliers whose size is not stated the one that follows from their share.
fn size_by_share(suppliers: &mut [Supplier], stated: &[Option<Size>]) {
    let all: f64 = suppliers.iter().map(|s| s.weights.share).sum();
    for (supplier, _) in suppliers.iter_mut().zip(stated).filter(|(_, size)| size.is_none()) {
        supplier.weights.size = Size::of(supplier.weights.share / all);
    }
}

/// One supplier, what scripts take from it, and its size where it is stated.
fn supplier(
    value: &Value<'_, '_>,
    mut table: Table<'_, '_>,
    names: &mut Names,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> (Supplier, Habits, Option<Size>) {
    let id = id(value, &mut table, names, sink);
    let name = NAME.optional(&mut table, sink).flatten().unwrap_or_else(|| id.clone());
    let share = SHARE.read(&mut table, sink).unwrap_or(0.0);
    let gains = GAINS.optional(&mut table, sink).flatten().unwrap_or(share);
    let size = SIZE.optional(&mut table, sink).flatten();
    let (reacts_value, reacts) = REACTS.with_value(&mut table, sink);
    // The default is no assumption of the file's.
    let reacts_value = reacts_value.filter(|_| reacts != Some(REACTS.usual()));
    let (reads_value, collection) = READS.with_value(&mut table, sink);
    let habit = habit(&mut table, names, sink);
    let mut desk = desk(&mut table, sources, sink);
    let said = Origin::of(&mut table, sink);
    if !id.is_empty() {
        if share > 0.0 || gains > 0.0 {
            let written = format!("{{ share = {share}, gains = {gains} }}");
            sources.note_text(
                &format!("supplier.{id}"),
                "its weights in the market",
                &written,
                said.clone(),
                value.span(),
            );
        }
        let [threshold, quarantine] =
            [&THRESHOLD.parameter, &QUARANTINE.parameter].map(|p| (p, p.get(&mut table, sink)));
        for (parameter, given) in
            [(&READS.parameter, reads_value), (&REACTS.parameter, reacts_value), threshold, quarantine]
        {
            if let Some(v) = given {
                let name = format!("supplier.{id}.{}", parameter.key);
                sources.note_as(&name, parameter.about, &v, said.clone(), v.key_span());
            }
        }
    }
    if !table.finish(sink) {
        // An unknown key may be `capacity` with a slip: what needs one is not reported as well.
        desk.capacity = desk.capacity.or(Some(1));
    }
    let weights = Weights {
        name: SupplierName::of(&id),
        share,
        gains,
        size: size.unwrap_or(Size::Large),
        class: habit.class,
        user_from: habit.user_from,
        has_capacity: desk.capacity.is_some(),
        collection: collection.unwrap_or_default(),
        reacts: reacts.unwrap_or_else(|| REACTS.usual()),
    };
    (Supplier { id, name, weights, desk }, habit, size)
}

/// The id of a supplier, which from now on names it; empty where it is missing or refused.
fn id(value: &Value<'_, '_>, table: &mut Table<'_, '_>, names: &mut Names, sink: &mut Sink) -> String {
    let id_value = ID.get(table, sink);
    let id = id_value.as_ref().and_then(|v| v.id(sink)).unwrap_or_default();
    let written = id_value.as_ref().and_then(|v| v.string(&mut Sink::new())).unwrap_or_default();
    if id.is_empty() {
        names.lacks_some();
    }
    // A refused id is still a name: who refers to it makes no second mistake.
    let span = id_value.as_ref().map_or(value.span(), |v| v.span());
    if let (Some(first), false) = (names.add_supplier(written, span.clone()), id.is_empty()) {
        let message = format!("two suppliers have the id `{id}`");
        sink.repeated(Mistake::NameTwice, (span, first), message, "give every supplier its own id");
    }
    id.to_owned()
}

/// `class`, `user-from` and `loses`.
fn habit(table: &mut Table<'_, '_>, names: &Names, sink: &mut Sink) -> Habits {
    let mut habit = Habits { class: CLASS.optional(table, sink).flatten(), ..Habits::default() };
    habit.user_from = USER_FROM.get(table, sink).and_then(|v| names.instant(&v, None, sink));
    if let Some(mut loses) = LOSES.get(table, sink).and_then(|v| v.table(sink)) {
        habit.deletes_schedules = DELETES.read(&mut loses, sink).unwrap_or(habit.deletes_schedules);
        habit.thins_calendar = THINS.read(&mut loses, sink).unwrap_or(habit.thins_calendar);
        habit.notice = NOTICE.read(&mut loses, sink).unwrap_or(habit.notice);
        habit.lead = LEAD.read(&mut loses, sink).unwrap_or(habit.lead);
        loses.finish(sink);
    }
    habit
}

/// How a supplier works off a backlog.
fn desk(table: &mut Table<'_, '_>, sources: &mut Sources<'_>, sink: &mut Sink) -> Desk {
    let (given, capacity) = CAPACITY.with_value(table, sink);
    // Where the capacity is refused, what needs one is not reported as well.
    let capacity = given.map(|_| capacity.unwrap_or(1));
    let opening = OPENING.read(table, sink).unwrap_or_else(|| OPENING.usual());
    let (hours_value, hours) = HOURS.with_value(table, sink);
    let hours = hours.unwrap_or_else(|| HOURS.usual());
    if let Some(value) = hours_value {
        if capacity.is_none() {
            let help = "give the supplier a `capacity`, or leave this out";
            let _: Option<()> = value.refuse(Mistake::OutOfRange, "nothing without a `capacity`", help, sink);
        } else if opening + hours > DAY {
            let help = "open earlier, or for a shorter time";
            let _: Option<()> = value.refuse(Mistake::OutOfRange, "hours that end by midnight", help, sink);
        }
    }
    let prepay_first = PREPAY_FIRST.read(table, sink).unwrap_or_else(|| PREPAY_FIRST.usual());
    if capacity.is_some() {
        let usual = [
            (&OPENING.parameter, opening == OPENING.usual()),
            (&HOURS.parameter, hours == HOURS.usual()),
            (&PREPAY_FIRST.parameter, prepay_first == PREPAY_FIRST.usual()),
        ];
        usual.into_iter().filter(|(_, is_usual)| *is_usual).for_each(|(parameter, _)| sources.take_default(parameter));
    }
    let anomaly = anomaly(table, capacity.is_some(), sources, sink);
    Desk { capacity, opening, hours, anomaly, prepay_first }
}

/// `anomaly-threshold` and `quarantine`, of a supplier whose 6.23s go out at a capacity.
fn anomaly(
    table: &mut Table<'_, '_>,
    has_capacity: bool,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Anomaly> {
    let (threshold, quarantine) = (THRESHOLD.parameter.get(table, sink), QUARANTINE.parameter.get(table, sink));
    let Some(threshold) = threshold else {
        let help = "write anomaly-threshold = \"5000 /d\" beside it, or leave it out";
        return quarantine?.refuse(Mistake::KeyOutOfPlace, "beside an anomaly-threshold", help, sink);
    };
    if !has_capacity {
        let help = "write capacity = \"10000 /d\" beside it: the threshold counts only 6.23s that wait for a capacity";
        return threshold.refuse(Mistake::KeyOutOfPlace, "beside a capacity", help, sink);
    }
    if quarantine.is_none() {
        sources.take_default(&QUARANTINE.parameter);
    }
    let (threshold, quarantine) = (THRESHOLD.read(table, sink), QUARANTINE.read(table, sink));
    Some(Anomaly { threshold: threshold?, quarantine: quarantine? })
}

/// Small suppliers that share a weight by Zipf's law with exponent 1.
fn small_suppliers(
    value: &Value<'_, '_>,
    names: &mut Names,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Vec<Supplier> {
    let Some(mut table) = value.table(sink) else { return Vec::new() };
    let count = COUNT.read(&mut table, sink);
    let (share, gains) = (SMALL_SHARE.read(&mut table, sink), SMALL_GAINS.read(&mut table, sink));
    let collection = SMALL_READS.optional(&mut table, sink).flatten().unwrap_or_default();
    let said = Origin::of(&mut table, sink);
    table.finish(sink);
    sources.note(&market::SMALL_SUPPLIERS.parameter, value, said, value.key_span());
    let (Some(count), Some(share), Some(gains)) = (count, share, gains) else {
        names.lacks_some();
        return Vec::new();
    };
    let harmonic: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
    let mut suppliers = Vec::new();
    for i in 1..=count {
        let id = format!("small-{i:02}");
        if let Some(first) = names.add_supplier(&id, value.key_span()) {
            let message = format!("`small-suppliers` makes a supplier `{id}`, and a [[supplier]] has that id as well");
            let help = format!("give the [[supplier]] `{id}` another id");
            sink.repeated(Mistake::NameTwice, (value.key_span(), first), message, help);
        }
        let part = 1.0 / i as f64 / harmonic;
        let mut small = Supplier::new(&id);
        small.name = format!("Small supplier {i}");
        small.weights =
            Weights { share: share * part, gains: gains * part, size: Size::Small, collection, ..small.weights };
        suppliers.push(small);
    }
    suppliers
}

impl Supplier {
    /// A supplier without weights in the market, without a backlog, and with everything else at its default.
    pub fn new(id: &str) -> Self {
        let weights = Weights {
            name: SupplierName::of(id),
            share: SHARE.usual(),
            gains: SHARE.usual(),
            size: Size::Large,
            class: None,
            user_from: None,
            has_capacity: false,
            collection: Collection::default(),
            reacts: REACTS.usual(),
        };
        let desk = Desk {
            capacity: None,
            opening: OPENING.usual(),
            hours: HOURS.usual(),
            anomaly: None,
            prepay_first: PREPAY_FIRST.usual(),
        };
        Self { id: id.to_owned(), name: id.to_owned(), weights, desk }
    }
}
