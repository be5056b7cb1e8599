//! The sections `[[meter]]` and `[[switch]]`: scripted meters, which draw nothing of their own (R1).

use std::ops::Range;

use super::Supplier;
use super::diagnostics::Sink;
use super::names::{Names, day, positive};
use super::provenance::default;
use super::quantity;
use super::read_alert::alert_kind;
use super::read_market::Habits;
use super::table::{Table, Value};
use crate::engine::time::{DAY, Instant, Seconds};
use crate::model::civil::{Civil, date_of};
use crate::model::ledger::Window;
use crate::model::market::Conventions;
use crate::model::plan::*;

/// What scripts are read against.
pub(super) struct Context<'c> {
    pub names: &'c Names,
    pub suppliers: &'c [Supplier],
    pub habits: &'c [Habits],
    pub conventions: Conventions,
    pub window: Window,
    pub civil: &'c Civil,
}

impl Context<'_> {
    /// Whether a supplier's backlog goes out at a stated capacity.
    pub fn has_capacity(&self, supplier: SupplierId) -> bool {
        self.suppliers.get(supplier.0 as usize).is_some_and(|s| s.desk.capacity.is_some())
    }
}

/// Most copies of one meter.
const MOST_COPIES: i64 = 100_000_000;

/// `[[meter]]` with their `[[switch]]`es.
pub(super) fn meters(root: &mut Table<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Vec<MeterPlan> {
    let mut meters: Vec<MeterPlan> = Vec::new();
    let mut broken = false;
    for value in root.get("meter").and_then(|v| v.array(sink)).unwrap_or_default() {
        if let Some(meter) = meter(&value, context, sink) {
            if meters.iter().any(|m| m.id == meter.id) {
                let help =
                    "give every meter a number of its own; further switches of a meter name it again in [[switch]]";
                sink.error(value.span(), format!("a second meter {}", meter.id.0), help);
            } else {
                meters.push(meter);
            }
        } else {
            broken = true;
        }
    }
    let mut said = Vec::new();
    let before = sink.errors();
    for value in root.get("switch").and_then(|v| v.array(sink)).unwrap_or_default() {
        said.extend(switch(&value, &mut meters, broken, context, sink));
    }
    // Who is registered when is known only where all switches are.
    let whole = sink.errors() == before && !broken;
    for meter in &mut meters {
        meter.switches.sort_by_key(|s| s.ssd);
        let twice = meter.switches.windows(2).find(|pair| pair[0].ssd == pair[1].ssd).map(|pair| pair[0].ssd);
        let again = twice.and_then(|ssd| said.iter().rfind(|said| said.meter == meter.id && said.ssd == ssd));
        match again {
            Some(again) => {
                let message = format!("meter {} has two switches with one supply start", meter.id.0);
                sink.error(again.span.clone(), message, "give its switches different SSDs");
            }
            None if whole => check_chain(meter, &said, sink),
            None => {}
        }
    }
    meters.sort_by_key(|m| m.id);
    meters
}

fn meter(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<MeterPlan> {
    let mut table = value.table(sink)?;
    let id = table.required("id", "1", sink).and_then(|v| v.integer(0..=(1 << 40) - 1, sink));
    let copies = table.get("copies").map_or(Some(1), |v| v.integer(1..=MOST_COPIES, sink));
    let fuels = Fuel::ALL.map(|f| (f.name(), f));
    let fuel = table.get("fuel").map_or(Some(Fuel::Electricity), |v| v.one_of(&fuels, sink));
    let holder = table.required("holder", "\"losing\"", sink).and_then(|v| context.names.supplier(&v, sink));
    let calendar = table.get("calendar").and_then(|v| calendar(&v, sink));
    let schedules = table.get("schedules").map_or(Some(Vec::new()), |v| schedules(&v, holder, context, sink));
    let regions = Region::ALL.map(|r| (r.name(), r));
    let region = table.get("region").map_or(Some(Region::North), |v| v.one_of(&regions, sink));
    let off_wan = table.get("off-wan").map_or(Some(Vec::new()), |v| off_wan(&v, context, sink));
    let alerts = table.get("alerts").map_or(Some(Vec::new()), |v| alerts(&v, context, sink));
    table.finish(sink);
    let fuel = fuel?;
    let (devices, pusher) = match fuel {
        Fuel::Electricity => (1, 0),
        Fuel::Gas => (context.conventions.gas_devices, context.conventions.gas_pusher),
    };
    Some(MeterPlan {
        id: MeterId(id? as u64),
        copies: copies? as u64,
        fuel,
        devices,
        pusher,
        region: region?,
        holder: holder?,
        practice: Practice { calendar, schedules: schedules? },
        off_wan: off_wan?,
        watch: context.window.start,
        switches: Vec::new(),
        filters: Vec::new(),
        black_holes: Vec::new(),
        alerts: alerts?,
        gateway_outages: Vec::new(),
        neutral: None,
        forwards: None,
        removal_at_ssd_from: None,
        removal: context.conventions.removal,
    })
}

/// A period, with its anchor where it is longer than a day.
fn recurrence(table: &mut Table<'_, '_>, sink: &mut Sink) -> Option<Recurrence> {
    let periods = [
        ("daily", Every::Days(1)),
        ("weekly", Every::Days(7)),
        ("monthly", Every::Months(1)),
        ("quarterly", Every::Months(3)),
        ("six-monthly", Every::Months(6)),
        ("yearly", Every::Months(12)),
    ];
    let anchor_value = table.get("anchor");
    let every = table.required("period", "\"daily\"", sink)?.one_of(&periods, sink)?;
    let anchor = match &anchor_value {
        Some(v) => Some(day(v, sink)?),
        None => None,
    };
    match (every, anchor) {
        (Every::Days(1), _) => Some(Recurrence::daily()),
        (_, None) => {
            let help = "add the date of one snapshot, as in anchor = 2018-11-05";
            sink.error(table.span(), "a period longer than a day needs an anchor", help);
            None
        }
        (Every::Months(_), Some(anchor)) if date_of(anchor).day() > 28 => {
            anchor_value?.refuse("a day of the month up to 28", "later days do not occur in every month", sink)
        }
        (every, Some(anchor)) => Some(Recurrence { anchor, every }),
    }
}

fn calendar(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Calendar> {
    if value.is_string() {
        return value.one_of(&[("none", None)], sink).flatten();
    }
    let mut table = value.table(sink)?;
    let due = recurrence(&mut table, sink);
    let offset = table.required("offset", "\"10 min\"", sink).and_then(|v| {
        let offset = v.duration(sink)?;
        if (0..DAY.0).contains(&offset.0) {
            Some(offset)
        } else {
            v.refuse("below a day", "write for example \"10 min\"", sink)
        }
    });
    table.finish(sink);
    Some(Calendar { due: due?, offset: offset? })
}

/// DCC schedules; `usual` owns those that name no owner.
fn schedules(
    value: &Value<'_, '_>,
    usual: Option<SupplierId>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Vec<Schedule>> {
    let one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let owner = table.get("owner").map_or(usual, |v| context.names.supplier(&v, sink));
        let readings = Reading::ALL.map(|r| (r.reference(), r));
        let reads = table.required("reads", "\"4.6.1\"", sink).and_then(|v| v.one_of(&readings, sink));
        let due = recurrence(&mut table, sink);
        let at = table
            .required("at", "\"02:00\"", sink)
            .and_then(|v| v.quantity("a time of day", quantity::time_of_day, sink));
        table.finish(sink);
        Some(Schedule { owner: owner?, reads: reads?, due: due?, second: at?.0 as u32 })
    };
    let items = value.array(sink)?;
    let read: Vec<Option<Schedule>> = items.iter().map(|item| one(item, sink)).collect();
    read.into_iter().collect()
}

fn off_wan(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<(Instant, Instant)>> {
    let mut windows: Vec<(Instant, Instant)> = Vec::new();
    for item in value.array(sink)? {
        let mut table = item.table(sink)?;
        let from = table.required("from", "2018-11-01", sink).and_then(|v| context.names.instant(&v, None, sink));
        let to = table.required("to", "2018-12-01", sink).and_then(|v| context.names.instant(&v, None, sink));
        table.finish(sink);
        let (from, to) = (from?, to?);
        if to <= from {
            let help = "let `to` come later than `from`";
            sink.error(item.span(), format!("`{}` ends before it has begun", item.path()), help);
            return None;
        }
        if windows.last().is_some_and(|(_, last)| *last >= from) {
            let message = format!("`{}` begins before, or as, the window before it ends", item.path());
            let help = "join windows that touch or overlap into one, and order them by time";
            sink.error(item.span(), message, help);
            return None;
        }
        windows.push((from, to));
    }
    Some(windows)
}

/// Device alerts other than pushed reads (R17), once at a time or daily at a second of the UTC day.
fn alerts(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<DeviceAlert>> {
    let one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let kind = alert_kind(&mut table, sink);
        let (at, daily) = (table.get("at"), table.get("daily"));
        table.finish(sink);
        let raised = match (at, daily) {
            (Some(at), None) => Raised::Once(context.names.instant(&at, None, sink)?),
            (None, Some(daily)) => {
                Raised::Daily(daily.quantity("a time of day", quantity::time_of_day, sink)?.0 as u32)
            }
            _ => {
                let help = "write at = 2018-12-24T18:00:00, or daily = \"18:00\" (UTC)";
                return item.refuse("one time at which it is raised", help, sink);
            }
        };
        let (code, critical) = kind?;
        Some(DeviceAlert { code, critical, raised, withheld_from: None })
    };
    let items = value.array(sink)?;
    let read: Vec<Option<DeviceAlert>> = items.iter().map(|item| one(item, sink)).collect();
    read.into_iter().collect()
}

fn switch(
    value: &Value<'_, '_>,
    meters: &mut [MeterPlan],
    broken: bool,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Said> {
    let mut table = value.table(sink)?;
    let number = table.required("meter", "1", sink);
    let id = number.as_ref().and_then(|v| v.integer(0..=i64::MAX, sink));
    let from = table.required("from", "\"losing\"", sink).and_then(|v| context.names.supplier(&v, sink));
    let to_value = table.required("to", "\"gaining\"", sink);
    let to = to_value.as_ref().and_then(|v| context.names.supplier(v, sink));
    let ssd_value = table.required("ssd", "2018-12-01", sink);
    let date = ssd_value.as_ref().and_then(|v| day(v, sink));
    let place = id.and_then(|id| meters.iter().position(|m| m.id.0 == id as u64));
    let fuel = place.map_or(Fuel::Electricity, |i| meters[i].fuel);
    let gas_start = if fuel == Fuel::Gas { context.conventions.gas_day_start } else { Seconds(0) };
    let ssd = date.map_or(context.window.start, |date| context.civil.midnight(date) + gas_start);
    let known = match table.get("known") {
        Some(v) => context.names.instant(&v, Some(ssd), sink),
        None => Some(ssd + default("switch.known", |v, sink| v.duration(sink))),
    };
    let withdrawn_value = table.get("withdrawn");
    let withdrawn = withdrawn_value.as_ref().and_then(|v| context.names.instant(v, Some(ssd), sink));
    if let (Some(v), Some(at)) = (&withdrawn_value, withdrawn)
        && at >= ssd
    {
        v.refuse::<()>("before the supply start", "write for example withdrawn = \"-1 d\"", sink);
    }
    let classes = Class::ALL.map(|c| (c.name(), c));
    let habit = to.and_then(|to| context.habits.get(to.0 as usize)).copied().unwrap_or_default();
    let class = table.get("class").and_then(|v| v.one_of(&classes, sink));
    let causes = [
        ("gainer-immature", (Some(Class::Immature), false)),
        ("gainer-not-user", (Some(Class::NonUser), false)),
        ("erroneous-transfer", (None, true)),
        ("gainer-late", (Some(Class::Mature), false)),
    ];
    let cause_value = table.get("cause");
    let cause = cause_value.as_ref().and_then(|v| v.one_of(&causes, sink));
    let (caused, erroneous) = cause.unwrap_or((None, false));
    if let (Some(v), Some(class), Some(caused)) = (&cause_value, class, caused)
        && class != caused
    {
        v.refuse::<()>("a cause that goes with its class", "leave out `class` or `cause`", sink);
    }
    let devices = place.map(|i| meters[i].devices as usize);
    let class = class.or(caused).or(habit.class).unwrap_or(Class::Mature);
    let cos_value = table.get("cos");
    let cos = match &cos_value {
        None => Some((vec![never(); 2], Vec::new())),
        Some(v) => requests(v, devices, ssd, context, sink),
    };
    let sends = cos.as_ref().is_some_and(|(cos, _)| cos.iter().any(|c| !matches!(c.sending, Sending::Never)));
    if let (Some(v), Class::NonUser, None, true) = (&cos_value, class, habit.user_from, sends && !sink.has_errors()) {
        sink.warning(
            v.key_span(),
            "a supplier that is no DCC User sends nothing, but this 6.23 goes out as the script says",
            "give the supplier a `user-from` to send from then on, write cos = \"never\", or another class",
        );
    }
    let configures_value = table.get("configures");
    let configures = configures_value.as_ref().and_then(|v| positive(v, sink));
    let reads_value = table.get("reads");
    let reads = reads_value.as_ref().and_then(|v| practice(v, to, context, sink)).unwrap_or_default();
    if let (Some(v), None) = (&reads_value, &configures_value) {
        let help = "add configures = \"1 d\", the time from execution to the gainer's own 6.8";
        v.refuse::<()>("set up at some time", help, sink);
    }
    table.finish(sink);
    let number_value = number?;
    id?;
    let Some(place) = place else {
        if broken {
            // It may be the meter whose own mistakes are told already.
            return None;
        }
        return number_value.refuse("a meter of this file", "declare it in [[meter]] with this id", sink);
    };
    let (from, to, date) = (from?, to?, date?);
    if from == to {
        return to_value?.refuse("another supplier than `from`", "a switch has two suppliers", sink);
    }
    if ssd < context.window.start {
        return ssd_value?.refuse("in the window of [time]", "let the window start earlier, or the switch later", sink);
    }
    if let (Some(v), true) = (&ssd_value, ssd >= context.window.horizon) {
        sink.warning(v.span(), "this switch starts after the horizon and never happens", "let the window end later");
    }
    let meter = &mut meters[place];
    let loser = context.habits.get(from.0 as usize).copied().unwrap_or_default();
    let acts = ssd - loser.notice + loser.lead;
    let (mut cos, chases) = cos?;
    // One that is no User yet sends nothing; then it works off its backlog, if it has a capacity (R9).
    let user_from = habit.user_from.filter(|from| *from > ssd);
    for request in &mut cos {
        if let (Some(user), Sending::At(at)) = (habit.user_from, request.sending)
            && at < user
        {
            let queues = context.has_capacity(to);
            request.sending = if queues { Sending::Queued(at.max(ssd)) } else { Sending::At(user) };
        }
    }
    meter.switches.push(SwitchPlan {
        to,
        date,
        ssd,
        known: known?,
        withdrawn,
        erroneous,
        supplier_failure: false,
        injected: false,
        class,
        user_from,
        cos: [cos[0], cos[cos.len() - 1]],
        cancelling: Cancelling {
            deletes_schedules: loser.deletes_schedules.then_some(acts),
            thins_calendar: loser.thins_calendar.then_some(acts),
        },
        configures,
        practice: reads,
        chases,
    });
    Some(Said { meter: meter.id, ssd, from, span: value.span() })
}

/// Where a script says which supplier a switch leaves.
struct Said {
    meter: MeterId,
    ssd: Instant,
    from: SupplierId,
    span: Range<usize>,
}

/// In whatever order the file has them, each switch leaves the supplier that is registered then.
fn check_chain(meter: &MeterPlan, said: &[Said], sink: &mut Sink) {
    let mut registered = meter.holder;
    for switch in &meter.switches {
        let of_switch = said.iter().find(|said| said.meter == meter.id && said.ssd == switch.ssd);
        if let Some(said) = of_switch.filter(|said| said.from != registered) {
            let help = "let it leave the meter's `holder`, or the `to` of the switch before it";
            sink.error(said.span.clone(), "`from` is not the supplier that is registered then", help);
        }
        if switch.withdrawn.is_none() {
            registered = switch.to;
        }
    }
}

/// How the gaining supplier reads: the schedules are its own.
fn practice(
    value: &Value<'_, '_>,
    gaining: Option<SupplierId>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Practice> {
    let mut table = value.table(sink)?;
    let calendar = table.get("calendar").and_then(|v| calendar(&v, sink));
    let schedules_value = table.get("schedules");
    let schedules = schedules_value.as_ref().map_or(Some(Vec::new()), |v| schedules(v, gaining, context, sink));
    table.finish(sink);
    let schedules = schedules?;
    if let (Some(v), true) = (schedules_value, schedules.iter().any(|s| Some(s.owner) != gaining)) {
        return v.refuse("schedules of the gaining supplier", "leave out `owner`", sink);
    }
    Some(Practice { calendar, schedules })
}

fn never() -> CosRequest {
    CosRequest {
        throttle: None,
        sending: Sending::Never,
        latency: default("switch.latency", positive),
        fails: 0,
        retry: default("switch.retry", positive),
    }
}

/// `cos`: one request, or a list with one for each device.
fn requests(
    value: &Value<'_, '_>,
    devices: Option<usize>,
    ssd: Instant,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<(Vec<CosRequest>, Vec<Chase>)> {
    if !value.is_array() {
        let (request, chases) = request(value, ssd, context, sink)?;
        return Some((vec![request; 2], chases));
    }
    let items = value.array(sink)?;
    if let Some(devices) = devices.filter(|devices| *devices != items.len()) {
        let help =
            format!("this meter has {devices}: write as many entries, or one without the brackets for all devices");
        return value.refuse("one entry for each device", help, sink);
    }
    if items.is_empty() {
        return None; // the meter is none of this file, and that has been told
    }
    let mut requests = Vec::new();
    for item in &items {
        let (one, more) = request(item, ssd, context, sink)?;
        if !more.is_empty() {
            let help = "one ask covers all devices: write cos = { detected = …, response = … } once, not as a list";
            return item.refuse("its own way of sending for each device", help, sink);
        }
        requests.push(one);
    }
    Some((requests, Vec::new()))
}

fn request(
    value: &Value<'_, '_>,
    ssd: Instant,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<(CosRequest, Vec<Chase>)> {
    const WRITE: &str = "write cos = \"never\", \"queue\", { send = \"78 d 1 h\" }, { execute = 2019-02-17T01:00:00 } or { detected = \"28 d\", response = \"50 d 1 h\" }";
    let words = |text: &str| match text {
        "never" => Ok(Sending::Never),
        "queue" => Ok(Sending::Queued(ssd)),
        _ => Err(WRITE.to_owned()),
    };
    let mut request = never();
    if value.is_string() {
        request.sending = value.quantity("a way of sending 6.23", words, sink)?;
        return Some((request, Vec::new()));
    }
    let mut table = value.table(sink)?;
    if let Some(v) = table.get("latency") {
        request.latency = positive(&v, sink)?;
    }
    if let Some(v) = table.get("retry") {
        request.retry = positive(&v, sink)?;
    }
    if let Some(v) = table.get("fails") {
        request.fails = v.integer(0..=1_000, sink)? as u32;
    }
    let (send, execute) = (table.get("send"), table.get("execute"));
    let (detected, response) = (table.get("detected"), table.get("response"));
    let mut chases = Vec::new();
    match (&send, &execute, &detected, &response) {
        (Some(v), None, None, None) => {
            let word = v.is_string().then(|| v.string(sink)).flatten().and_then(|text| words(text).ok());
            request.sending = match word {
                Some(sending) => sending,
                None => Sending::At(context.names.instant(v, Some(ssd), sink)?),
            };
        }
        (None, Some(v), None, None) => {
            let at = context.names.instant(v, Some(ssd), sink)?;
            request.sending = match at.cmp(&ssd) {
                std::cmp::Ordering::Less => {
                    return v.refuse("at or after the supply start", "6.23 acts at SSD at the earliest", sink);
                }
                // Acts to the second when it is due; sent as soon as DCC may know of the switch.
                std::cmp::Ordering::Equal => Sending::At(ssd - Seconds::days(1)),
                std::cmp::Ordering::Greater => Sending::At(at - request.latency),
            };
        }
        (None, None, Some(detected), Some(response)) => {
            let (detection, response) = (positive(detected, sink)?, positive(response, sink)?);
            let from = context.window.start;
            chases.push(Chase { detector: Detector::Monitoring, detection, response: Some(response), from });
        }
        _ => return value.refuse("one way of sending 6.23", WRITE, sink),
    }
    table.finish(sink);
    Some((request, chases))
}
