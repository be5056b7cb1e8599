//! `[[meter]]`: meters whose switches are scripted; nothing of them is drawn at random (R1).

use std::ops::Range;

use super::alert::meter_alerts;
use super::context::Context;
use super::practice::{CALENDAR_SHAPE, calendar, schedules};
use super::script;
use crate::engine::time::Instant;
use crate::model::draw::FirstSwitch;
use crate::model::plan::{DeviceKind, Fuel, MeterId, MeterPlan, Payment, Practice, Region, SupplierId};
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::{Table, Value};

/// Most copies of one meter.
const MOST_COPIES: i64 = 100_000_000;
/// Largest number of a scripted meter.
const LARGEST_ID: i64 = (1 << 40) - 1;

keys! { KEYS of "meter" {
    ID: i64 = |v, sink| v.integer(0..=LARGEST_ID, sink), "id", Shape::Whole(0, LARGEST_ID), "its number in this file",
        .required("1");
    COPIES: i64 = |v, sink| v.integer(1..=MOST_COPIES, sink), "copies", Shape::Whole(1, MOST_COPIES),
        "how many meters it stands for", .default("1"),
        .unit("meters");
    FUEL: Fuel = |v, sink| v.one_of(&Fuel::ALL.map(|f| (f.name(), f)), sink), "fuel",
        Shape::Words(|| Fuel::ALL.map(Fuel::name).to_vec()), "`electricity` or `gas`",
        .default("\"electricity\"");
    KIND: DeviceKind = kind, "kind", Shape::Words(|| vec![DeviceKind::Smets2.name(), DeviceKind::Smets1.name()]),
        "`smets2` or `smets1`", .default("\"smets2\"");
    PAYMENT: Payment = payment, "payment", Shape::Words(|| vec![Payment::Credit.name(), Payment::Prepay.name()]),
        "`credit` or `prepay`", .default("\"credit\"");
    HOLDER, "holder", Shape::Id, "the supplier that is registered at the start", .required("\"losing\"");
    CERTIFICATE, "certificate", Shape::Id,
        "the supplier that the meter trusts at the start; the holder where it is left out";
    CALENDAR, "calendar", CALENDAR_SHAPE, "its billing calendar; none where it is left out";
    SCHEDULES, "schedules", Shape::List(&Shape::Section("meter.schedules")), "the DCC schedules on it", .default("[]");
    REGION: Region = |v, sink| v.one_of(&Region::ALL.map(|r| (r.name(), r)), sink), "region",
        Shape::Words(|| Region::ALL.map(Region::name).to_vec()), "its region of the WAN",
        .default("\"north\"");
    OFF_WAN, "off-wan", Shape::List(&Shape::Section("meter.off-wan")), "when it is off the WAN", .default("[]");
    ALERTS, "alerts", Shape::List(&Shape::Section("meter.alerts")), "device alerts other than pushed reads",
        .default("[]");
}}

keys! { OFF_WAN_KEYS of "meter.off-wan" {
    FROM, "from", Shape::Moment, "the second at which it goes off the WAN", .required("2018-11-01");
    TO, "to", Shape::Moment, "the second at which it is back", .required("2018-12-01");
}}

fn kind(value: &Value<'_, '_>, sink: &mut Sink) -> Option<DeviceKind> {
    value.one_of(&[DeviceKind::Smets2, DeviceKind::Smets1].map(|k| (k.name(), k)), sink)
}

fn payment(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Payment> {
    value.one_of(&[Payment::Credit, Payment::Prepay].map(|p| (p.name(), p)), sink)
}

/// `[[meter]]` without their switches, and whether one of them was refused.
pub(in crate::scenario) fn meters(
    root: &mut Table<'_, '_>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> (Vec<MeterPlan>, bool) {
    let (mut meters, mut broken) = (Vec::<MeterPlan>::new(), false);
    let has_market = root.get("market").is_some();
    let mut spans: Vec<Range<usize>> = Vec::new();
    for value in root.get("meter").and_then(|v| v.array(sink)).unwrap_or_default() {
        let id_span = || value.table(&mut Sink::new()).and_then(|mut table| Some(table.get("id")?.span()));
        let span = id_span().unwrap_or(value.span());
        let Some(meter) = meter(&value, context, sink) else {
            broken = true;
            continue;
        };
        let first = meters.iter().position(|known| known.id == meter.id);
        match first.and_then(|place| spans.get(place)) {
            Some(first) => {
                let message = format!("two meters have the number {}", meter.id.0);
                let help = "give every meter its own number; further switches of a meter name it in [[switch]]";
                sink.repeated(Mistake::NameTwice, (span, first.clone()), message, help);
            }
            None if has_market && meter.id.0 >= u64::from(FirstSwitch::MOST) => {
                let message = format!("the meter {} has a number of the market's meters", meter.id.0);
                let help = format!("give it a number below {}", FirstSwitch::MOST);
                sink.error(Mistake::OutOfRange, span, message, help);
            }
            None => {
                meters.push(meter);
                spans.push(span);
            }
        }
    }
    (meters, broken)
}

fn meter(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<MeterPlan> {
    let mut table = value.table(sink)?;
    let (id, copies) = (ID.read(&mut table, sink), COPIES.read(&mut table, sink));
    let (fuel, kind) = (FUEL.read(&mut table, sink), KIND.read(&mut table, sink));
    let (payment, region) = (PAYMENT.read(&mut table, sink), REGION.read(&mut table, sink));
    let holder = HOLDER.get(&mut table, sink).and_then(|v| context.names.supplier(&v, sink));
    let certificate = CERTIFICATE.get(&mut table, sink).map(|v| certificate(&v, holder, context, sink));
    let calendar = CALENDAR.get(&mut table, sink).and_then(|v| calendar(&v, sink));
    let schedules = SCHEDULES.read(&mut table, sink, |v, sink| schedules(v, holder, context, sink));
    let off_wan = OFF_WAN.read(&mut table, sink, |v, sink| off_wan(v, context, sink));
    let alerts = ALERTS.read(&mut table, sink, |v, sink| meter_alerts(v, context, sink));
    table.finish(sink);
    let (fuel, holder) = (fuel?, holder?);
    let (trusted, switches) = match certificate {
        // Its holder has gained it, and has not sent a 6.23.
        Some(foreign) => (foreign?, vec![script::inherited(holder, fuel, context)]),
        None => (holder, Vec::new()),
    };
    let bare = script::meter(MeterId(id? as u64), trusted, (fuel, kind?), context);
    Some(MeterPlan {
        copies: copies? as u64,
        payment: payment?,
        region: region?,
        practice: Practice { calendar, schedules: schedules? },
        off_wan: off_wan?,
        watch: switches.first().map_or(bare.watch, |switch| switch.ssd),
        switches,
        alerts: alerts?,
        ..bare
    })
}

/// The supplier whose certificate a meter holds at the start, where that is not its holder.
fn certificate(
    value: &Value<'_, '_>,
    holder: Option<SupplierId>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<SupplierId> {
    let supplier = context.names.supplier(value, sink)?;
    if Some(supplier) == holder {
        return value.refuse(
            Mistake::Contradiction,
            "a supplier other than `holder`",
            "leave it out: a meter trusts its holder",
            sink,
        );
    }
    Some(supplier)
}

fn off_wan(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<(Instant, Instant)>> {
    let mut windows: Vec<(Instant, Instant)> = Vec::new();
    for item in value.array_like("[{ from = 2018-11-01, to = 2018-12-01 }]", sink)? {
        let mut table = item.table_like("{ from = 2018-11-01, to = 2018-12-01 }", sink)?;
        let [from, to] =
            [&FROM, &TO].map(|key| key.get(&mut table, sink).and_then(|v| context.names.instant(&v, None, sink)));
        table.finish(sink);
        let (from, to) = (from?, to?);
        if to <= from {
            let message = format!("`{}` ends before it begins", item.path());
            sink.error(Mistake::WrongOrder, item.span(), message, "write a `to` that is later than `from`");
            return None;
        }
        if windows.last().is_some_and(|(_, last)| *last >= from) {
            let message = format!("`{}` begins before the window above it ends, or just as it does", item.path());
            let help = "join windows that touch or overlap into one, and order them by time";
            sink.error(Mistake::WrongOrder, item.span(), message, help);
            return None;
        }
        windows.push((from, to));
    }
    Some(windows)
}
