//! `[[switch]]`: scripted changes of supplier.

use std::ops::Range;

use super::context::Context;
use super::cos::{self, Cos, Starts};
use super::script;
use super::{meter, practice};
use crate::engine::time::{Day, Instant, Seconds};
use crate::model::laws::NumberKind::Assumed;
use crate::model::plan::{Class, CosRequest, Fuel, MeterId, MeterPlan, Practice, Sending, SupplierId, SwitchPlan};
use crate::scenario::diagnostics::{Fix, Lint, Mistake, Sink};
use crate::scenario::names::{Names, day, positive};
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::{Table, Value};
use crate::text::one_of;

keys! { KEYS of "switch" {
    METER: i64 = |v, sink| v.integer(0..=i64::MAX, sink), "meter", Shape::Whole(0, i64::MAX), "the `id` of a [[meter]]",
        .required("1");
    FROM, "from", Shape::Id, "the losing supplier", .required("\"losing\"");
    TO, "to", Shape::Id, "the gaining supplier", .required("\"gaining\"");
    SSD, "ssd", Shape::Date, "the date on which the supply starts", .required("2018-12-01");
    KNOWN, "known", Shape::FromSsd, "when the DCC learns of a scripted switch: a date, or a time from SSD",
        .default("\"-5 d\""), .from(Assumed, "calibration 8.20a"),
        .fixed("a script states its own times");
    WITHDRAWN, "withdrawn", Shape::FromSsd, "when it is withdrawn: a date, or a time from SSD";
    CLASS: Class = |v, sink| v.one_of(&Class::ALL.map(|c| (c.name(), c)), sink), "class",
        Shape::Words(|| Class::ALL.map(Class::name).to_vec()),
        "the gaining supplier's class for this switch";
    CAUSE: (Option<Class>, bool) = cause, "cause",
        Shape::Words(|| vec!["gainer-immature", "gainer-not-user", "erroneous-transfer", "gainer-late"]),
        "why its 6.23 is late";
    COS, "cos", cos::SHAPE, "how its 6.23 is sent", .default("\"never\"");
    CONFIGURES: Seconds = positive, "configures", Shape::Length, "from execution to the gaining supplier's own 6.8";
    READS, "reads", Shape::Section("switch.reads"), "how the gaining supplier reads the meter from then on";
}}

/// A cause as the class that it implies, and whether the switch is an erroneous transfer.
fn cause(value: &Value<'_, '_>, sink: &mut Sink) -> Option<(Option<Class>, bool)> {
    let causes = [
        ("gainer-immature", (Some(Class::Immature), false)),
        ("gainer-not-user", (Some(Class::NonUser), false)),
        ("erroneous-transfer", (None, true)),
        ("gainer-late", (Some(Class::Mature), false)),
    ];
    value.one_of(&causes, sink)
}

/// `[[meter]]` with their `[[switch]]`es.
pub(in crate::scenario) fn meters(root: &mut Table<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Vec<MeterPlan> {
    let (mut meters, broken) = meter::meters(root, context, sink);
    let mut said = Vec::new();
    let before = sink.errors();
    for value in root.get("switch").and_then(|v| v.array(sink)).unwrap_or_default() {
        said.extend(switch(&value, &mut meters, broken, context, sink));
    }
    // Who is registered at a time is known only if all switches are.
    let whole = sink.errors() == before && !broken;
    for meter in &mut meters {
        meter.switches.sort_by_key(|s| s.ssd);
        let twice = meter.switches.windows(2).find(|pair| pair[0].ssd == pair[1].ssd).map(|pair| pair[0].ssd);
        let mut same = said.iter().filter(|said| said.meter == meter.id && twice == Some(said.ssd));
        let first = same.next();
        match (first, same.next_back().or(first)) {
            (Some(first), Some(again)) => {
                let message = format!("meter {} has two switches with one supply start", meter.id.0);
                let spans = (again.span.clone(), first.span.clone());
                sink.repeated(Mistake::BadChain, spans, message, "give its switches different SSDs");
            }
            _ if whole => check_chain(meter, &said, context.names, sink),
            _ => {}
        }
    }
    meters.sort_by_key(|m| m.id);
    meters
}

/// What the file says of a switch that is checked once all switches are known.
struct Said {
    meter: MeterId,
    ssd: Instant,
    from: SupplierId,
    /// Where `from` is written.
    from_span: Range<usize>,
    span: Range<usize>,
    /// Where the second is written in which its 6.23 executes.
    exact: Option<Range<usize>>,
}

/// What a `[[switch]]` says.
struct Read<'a, 's> {
    meter: (Value<'a, 's>, i64),
    /// The meter's place among the others.
    place: Option<usize>,
    from: (Option<Value<'a, 's>>, Option<SupplierId>),
    to: (Option<Value<'a, 's>>, Option<SupplierId>),
    date: (Option<Value<'a, 's>>, Option<Day>),
    /// The supply start; the window's start where it cannot be read.
    ssd: Instant,
    known: Option<Instant>,
    withdrawn: Option<Instant>,
    class: Class,
    erroneous: bool,
    cos: Option<Cos>,
    configures: Option<Seconds>,
    practice: Practice,
}

fn read<'a, 's>(
    value: &Value<'a, 's>,
    meters: &[MeterPlan],
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Read<'a, 's>> {
    let mut table = value.table(sink)?;
    let (number, id) = METER.with_value(&mut table, sink);
    let from_value = FROM.get(&mut table, sink);
    let from = from_value.as_ref().and_then(|v| context.names.supplier(v, sink));
    let to_value = TO.get(&mut table, sink);
    let to = to_value.as_ref().and_then(|v| context.names.supplier(v, sink));
    let date_value = SSD.get(&mut table, sink);
    let date = date_value.as_ref().and_then(|v| day(v, sink));
    let place = id.and_then(|id| meters.iter().position(|m| m.id.0 == id as u64));
    let fuel = place.map_or(Fuel::Electricity, |place| meters[place].fuel);
    let ssd = date.map_or(context.window.start, |date| context.supply_start(date, fuel));
    let known = KNOWN.read(&mut table, sink, |v, sink| context.names.instant(v, Some(ssd), sink));
    let withdrawn = withdrawn(&mut table, ssd, context, sink);
    let habit = context.habit(to);
    let (class, erroneous) = class(&mut table, habit.class, sink);
    let starts = Starts {
        ssd,
        ready: known.into_iter().chain(habit.user_from).max().unwrap_or(ssd),
        off_wan: place.map_or(&[], |place| &meters[place].off_wan),
    };
    let devices = place.map(|place| usize::from(meters[place].devices));
    let cos_value = COS.get(&mut table, sink);
    let cos = match &cos_value {
        None => Some(Cos::never()),
        Some(v) => cos::requests(v, devices, starts, context, sink),
    };
    let sends = cos.as_ref().is_some_and(Cos::sends) && !sink.has_errors();
    if let (Some(v), Class::NonUser, None, true) = (&cos_value, class, habit.user_from, sends) {
        sink.warning(
            Lint::DeafScript,
            v.key_span(),
            "a supplier that is no DCC User sends nothing, but this script sends its 6.23",
            "give the supplier a `user-from` to send from then on, write cos = \"never\", or another class",
        );
    }
    let configures_value = CONFIGURES.parameter.get(&mut table, sink);
    let configures = CONFIGURES.read(&mut table, sink);
    let reads_value = READS.get(&mut table, sink);
    let practice = reads_value.as_ref().and_then(|v| practice::of_gainer(v, to, context, sink)).unwrap_or_default();
    if let (Some(v), None) = (&reads_value, &configures_value) {
        let help = "add configures = \"1 d\", the time from execution to the gaining supplier's own 6.8";
        v.refuse::<()>(Mistake::KeyOutOfPlace, "beside `configures`", help, sink);
    }
    table.finish(sink);
    let (meter, date) = ((number?, id?), (date_value, date));
    let (from, to) = ((from_value, from), (to_value, to));
    Some(Read { meter, place, from, to, date, ssd, known, withdrawn, class, erroneous, cos, configures, practice })
}

/// `withdrawn`, before the supply start.
fn withdrawn(table: &mut Table<'_, '_>, ssd: Instant, context: &Context<'_>, sink: &mut Sink) -> Option<Instant> {
    let value = WITHDRAWN.get(table, sink)?;
    let at = context.names.instant(&value, Some(ssd), sink)?;
    if at >= ssd {
        value.refuse::<()>(
            Mistake::WrongOrder,
            "before the supply start",
            "write for example withdrawn = \"-1 d\"",
            sink,
        );
    }
    Some(at)
}

/// The class of a switch by `class` and `cause`, or else the supplier's; and whether it is an erroneous transfer.
fn class(table: &mut Table<'_, '_>, of_supplier: Option<Class>, sink: &mut Sink) -> (Class, bool) {
    let class = CLASS.optional(table, sink).flatten();
    let (cause_value, cause) = CAUSE.with_value(table, sink);
    let (caused, erroneous) = cause.unwrap_or((None, false));
    if let (Some(v), Some(class), Some(caused)) = (&cause_value, class, caused)
        && class != caused
    {
        v.refuse::<()>(
            Mistake::Contradiction,
            "a cause that agrees with its class",
            "leave out `class` or `cause`",
            sink,
        );
    }
    (class.or(caused).or(of_supplier).unwrap_or(Class::Mature), erroneous)
}

fn switch(
    value: &Value<'_, '_>,
    meters: &mut [MeterPlan],
    broken: bool,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Said> {
    let read = read(value, meters, context, sink)?;
    let Some(place) = read.place else {
        if broken || sink.has_broken_lines() {
            return None; // its meter may be the one whose own mistakes have been reported
        }
        let known: Vec<String> = meters.iter().map(|meter| meter.id.0.to_string()).collect();
        let help = match known.as_slice() {
            [] => "declare it in [[meter]]".to_owned(),
            _ => format!("write {}, or declare it in [[meter]]", one_of(known.iter().map(String::as_str), "")),
        };
        return read.meter.0.refuse(Mistake::UnknownName, "a meter of this file", help, sink);
    };
    let ((from_value, from), (to_value, to), (date_value, date)) = (read.from, read.to, read.date);
    let (from, to, date, ssd) = (from?, to?, date?, read.ssd);
    if from == to {
        return to_value?.refuse(
            Mistake::Contradiction,
            "a supplier other than `from`",
            "name the supplier that gains the meter",
            sink,
        );
    }
    if ssd < context.window.start {
        let help = "start the window earlier, or write a later date";
        return date_value?.refuse(Mistake::OutsideWindow, "in the window of [time]", help, sink);
    }
    if let (Some(v), true) = (&date_value, ssd >= context.window.horizon) {
        let message = "this switch starts after the horizon and has no effect";
        sink.warning(Lint::AfterHorizon, v.span(), message, "end the window later, or write an earlier date");
    }
    let Cos { requests, chases, exact } = read.cos?;
    let (gainer, loser) = (context.habit(Some(to)), context.habit(Some(from)));
    let meter = &mut meters[place];
    meter.switches.push(SwitchPlan {
        known: read.known?,
        withdrawn: read.withdrawn,
        erroneous: read.erroneous,
        class: read.class,
        user_from: gainer.user_from.filter(|from| *from > ssd),
        cos: script::sent_by(to, [requests[0], requests[requests.len() - 1]], ssd, context),
        cancelling: script::cancelling(loser, ssd),
        configures: read.configures,
        practice: read.practice,
        chases,
        ..script::switch(to, date, ssd)
    });
    Some(Said { meter: meter.id, ssd, from, from_span: from_value?.span(), span: value.span(), exact })
}

/// In whatever order the file lists them, each switch leaves the supplier that is registered at its start.
fn check_chain(meter: &MeterPlan, said: &[Said], names: &Names, sink: &mut Sink) {
    let mut registered = meter.holder;
    for switch in &meter.switches {
        let of_switch = said.iter().find(|said| said.meter == meter.id && said.ssd == switch.ssd);
        if let Some(said) = of_switch.filter(|said| said.from != registered) {
            let message = "`from` is not the supplier that is registered at this switch's start";
            let (span, right) = (said.from_span.clone(), format!("\"{}\"", names.supplier_id(registered)));
            let help = format!("write {right}: the meter's `holder`, or the `to` of the switch before it");
            sink.fixable(Mistake::BadChain, span.clone(), message, (help, Fix { span, text: right }));
        }
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
        let next = meter.switches.iter().find(|next| next.ssd > switch.ssd && next.withdrawn.is_none());
        let too_late = |request: &CosRequest| {
            next.is_some_and(|next| matches!(request.sending, Sending::At(at) if at >= next.ssd))
        };
        if let Some(exact) = of_switch.and_then(|said| said.exact.clone())
            && switch.cos[..usize::from(meter.devices)].iter().any(too_late)
        {
            let help = "write a second before the next switch starts, or cos = \"never\"";
            sink.error(
                Mistake::BadChain,
                exact,
                "a later switch starts before this second, and the 6.23 is abandoned",
                help,
            );
        }
    }
}
