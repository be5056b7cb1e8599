//! `[dcc]`: what the DCC does where its rules leave a choice.

use crate::engine::time::Seconds;
use crate::model::laws::NumberKind::Assumed;
use crate::model::market::Conventions;
use crate::model::plan::ScheduleRemoval;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::keys;
use crate::scenario::provenance::Sources;
use crate::scenario::quantity::time_of_day;
use crate::scenario::shape::Shape;
use crate::scenario::table::{self, Table, Value};

keys! { KEYS of "dcc" {
    REMOVAL: ScheduleRemoval = removal, "schedule-removal", Shape::Words(|| vec!["cos-success", "ssd", "never"]),
        "when a supplier's schedules are removed",
        .default("\"cos-success\""), .from(Assumed, "R7"),
        .one_of(&["\"cos-success\"", "\"never\""],
            "the meter in DP072 drew E4s long after SSD, so schedules do not end then; no source says when they do");
    GAS_DAY_START: Seconds = |v, sink| v.quantity("a time of day", time_of_day, sink), "gas-day-start",
        Shape::TimeOfDay,
        "when a gas supply starts on the day of SSD, London time", .default("\"05:00\""), .from(Assumed, "R1"),
        .unit("time of day"), .fixed("the gas day starts then for everybody");
    GAS_DEVICES: i64 = |v, sink| v.integer(1..=2, sink), "gas-devices", Shape::Whole(1, 2),
        "devices of a gas meter point that need a 6.23: meter and proxy", .default("2"),
        .from(Assumed, "calibration 7.3"), .unit("devices"),
        .one_of(&["1", "2"], "one 6.23 for each device, or one for the meter point");
    GAS_PUSHER: u8 = |v, sink| v.one_of(&[("meter", 0), ("proxy", 1)], sink), "gas-pusher",
        Shape::Words(|| vec!["meter", "proxy"]),
        "the device that holds the calendar and schedules and pushes reads", .default("\"meter\""),
        .from(Assumed, "model, State"), .one_of(&["\"meter\"", "\"proxy\""], "nothing published says which");
    SMETS1_PUSHES: bool = |v, sink| v.one_of(&[("checked", true), ("unchecked", false)], sink), "smets1-pushes",
        Shape::Words(|| vec!["checked", "unchecked"]),
        "whether a SMETS1 service provider checks the addressee of a device alert", .default("\"checked\""),
        .from(Assumed, "no source: judgement, that none leaks by default"),
        .one_of(&["\"checked\"", "\"unchecked\""], "what S1SPs do is not published");
}}

fn removal(value: &Value<'_, '_>, sink: &mut Sink) -> Option<ScheduleRemoval> {
    let names = [
        ("cos-success", ScheduleRemoval::CosSuccess),
        ("ssd", ScheduleRemoval::Ssd),
        ("never", ScheduleRemoval::Never),
    ];
    value.one_of(&names, sink)
}

/// `[dcc]`.
pub(in crate::scenario) fn conventions(
    value: Option<Value<'_, '_>>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Conventions> {
    let nothing = table::parse("", sink);
    let mut table = match value {
        Some(value) => value.table(sink)?,
        None => Table::root(&nothing),
    };
    let removal = sources.read(&REMOVAL, &mut table, sink);
    let gas_day_start = sources.read(&GAS_DAY_START, &mut table, sink);
    let devices = sources.read(&GAS_DEVICES, &mut table, sink);
    let pusher = sources.read(&GAS_PUSHER, &mut table, sink);
    let s1sp_checks = sources.read(&SMETS1_PUSHES, &mut table, sink);
    let pusher_value = GAS_PUSHER.parameter.get(&mut table, sink);
    table.finish(sink);
    let gas_devices = devices? as u8;
    if let (Some(v), Some(1), 1) = (pusher_value, pusher, gas_devices) {
        let help = "write gas-devices = 2, or gas-pusher = \"meter\"";
        return v.refuse(Mistake::Contradiction, "a device that needs a 6.23", help, sink);
    }
    Some(Conventions {
        removal: removal?,
        gas_day_start: gas_day_start?,
        gas_devices,
        gas_pusher: pusher?,
        s1sp_checks: s1sp_checks?,
    })
}
