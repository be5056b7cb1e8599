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
    let kinds = [DeviceKind::Smets2, DeviceKind::Smets1].map(|k| (k.name(), k));
    let kind = table.get("kind").map_or(Some(DeviceKind::Smets2), |v| v.one_of(&kinds, sink));
    let payments = [Payment::Credit, Payment::Prepay].map(|p| (p.name(), p));
    let payment = table.get("payment").map_or(Some(Payment::Credit), |v| v.one_of(&payments, sink));
    let holder = table.required("holder", "\"losing\"", sink).and_then(|v| context.names.supplier(&v, sink));
    let certificate = table.get("certificate").map(|v| certificate(&v, holder, context, sink));
    let calendar = table.get("calendar").and_then(|v| calendar(&v, sink));
    let schedules = table.get("schedules").map_or(Some(Vec::new()), |v| schedules(&v, holder, context, sink));
    let regions = Region::ALL.map(|r| (r.name(), r));
    let region = table.get("region").map_or(Some(Region::North), |v| v.one_of(&regions, sink));
    let off_wan = table.get("off-wan").map_or(Some(Vec::new()), |v| off_wan(&v, context, sink));
    let alerts = table.get("alerts").map_or(Some(Vec::new()), |v| alerts(&v, context, sink));
    table.finish(sink);
    let (fuel, kind) = (fuel?, kind?);
    let (devices, pusher) = match fuel {
        Fuel::Electricity => (1, 0),
        Fuel::Gas => (context.conventions.gas_devices, context.conventions.gas_pusher),
    };
    let holder = holder?;
    let (holder, switches) = match certificate {
        Some(foreign) => (foreign?, vec![inherited(holder, fuel, context)]),
        None => (holder, Vec::new()),
    };
    Some(MeterPlan {
        copies: copies? as u64,
        kind,
        payment: payment?,
        s1sp_checks: kind == DeviceKind::Smets1 && context.conventions.s1sp_checks,
        devices,
        pusher,
        region: region?,
        practice: Practice { calendar, schedules: schedules? },
        off_wan: off_wan?,
        watch: switches.first().map_or(context.window.start, |switch| switch.ssd),
        switches,
        alerts: alerts?,
        removal: context.conventions.removal,
        ..MeterPlan::new(MeterId(id? as u64), fuel, holder)
    })
}

/// Whose certificate a meter has at the outset, where that is not its holder.
fn certificate(
    value: &Value<'_, '_>,
    holder: Option<SupplierId>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<SupplierId> {
    let supplier = context.names.supplier(value, sink)?;
    if Some(supplier) == holder {
        return value.refuse("another supplier than `holder`", "leave it out: a meter trusts its holder", sink);
    }
    Some(supplier)
}

/// The switch that brought a meter to its holder the day before the window, and whose 6.23 has not been sent.
fn inherited(holder: SupplierId, fuel: Fuel, context: &Context<'_>) -> SwitchPlan {
    let date = context.window.first.plus(-1);
    let gas_start = if fuel == Fuel::Gas { context.conventions.gas_day_start } else { Seconds(0) };
    let ssd = context.civil.midnight(date) + gas_start;
    let habit = context.habits.get(holder.0 as usize).copied().unwrap_or_default();
    SwitchPlan {
        class: habit.class.unwrap_or(Class::Mature),
        user_from: habit.user_from.filter(|from| *from > ssd),
        cos: [never(); 2],
        ..SwitchPlan::new(holder, date, ssd)
    }
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
        (Every::Days(1), None) => Some(Recurrence::daily()),
        (Every::Days(1), Some(_)) => {
            let anchor = anchor_value?;
            let message = format!("`{}` has no bearing on a daily period", anchor.path());
            let help = "leave it out; a schedule's first and last dates are `from` and `until`";
            sink.error(anchor.key_span(), message, help);
            None
        }
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
        if value.string(sink) != Some("none") {
            let help =
                "write for example { period = \"daily\", offset = \"10 min\" }, or \"none\" for a meter without one";
            return value.refuse("a calendar", help, sink);
        }
        return None;
    }
    let mut table = value.table(sink)?;
    let due = recurrence(&mut table, sink);
    let offset = table.required("offset", "\"10 min\"", sink).and_then(|v| {
        let below_a_day = |length: &Seconds| (0..DAY.0).contains(&length.0);
        let read = |text: &str| {
            let length = quantity::duration(text).ok().filter(below_a_day);
            length.ok_or_else(|| "write the time from midnight with its unit, as in \"10 min\"".to_owned())
        };
        v.quantity("a length of time below a day", read, sink)
    });
    table.finish(sink);
    Some(Calendar { due: due?, offset: offset? })
}

/// The first and the last date of a schedule, where it has them.
fn term(table: &mut Table<'_, '_>, sink: &mut Sink) -> Option<Term> {
    let (from, until) = (table.get("from"), table.get("until"));
    let date = |value: &Option<Value<'_, '_>>, sink: &mut Sink| match value {
        Some(value) => day(value, sink).map(Some),
        None => Some(None),
    };
    let (first, last) = (date(&from, sink), date(&until, sink));
    let (first, last) = (first?, last?);
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        return until?.refuse("no earlier than `from`", "`until` is the date of the last run", sink);
    }
    Some(Term { first, last })
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
        let term = term(&mut table, sink);
        table.finish(sink);
        Some(Schedule { owner: owner?, reads: reads?, due: due?, second: at?.0 as u32, term: term? })
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

/// Most alerts that one line of `alerts` makes with `every`.
const MOST_REPEATS: i64 = 10_000;

/// Device alerts other than pushed reads (R17): once at a time, from then on at a period, or daily at a second of the UTC day.
fn alerts(value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<DeviceAlert>> {
    let one = |item: &Value<'_, '_>, sink: &mut Sink| {
        let mut table = item.table(sink)?;
        let kind = alert_kind(&mut table, sink);
        let (at, daily) = (table.get("at"), table.get("daily"));
        let (every, until) = (table.get("every"), table.get("until"));
        table.finish(sink);
        let raised = match (at, daily, every, until) {
            (Some(at), None, None, None) => vec![Raised::Once(context.names.instant(&at, None, sink)?)],
            (Some(at), None, Some(every), Some(until)) => repeated((&at, &every, &until), context, sink)?,
            (None, Some(daily), None, None) => {
                vec![Raised::Daily(daily.quantity("a time of day", quantity::time_of_day, sink)?.0 as u32)]
            }
            _ => {
                let help = "write at = 2018-12-24T18:00:00, alone or with every = \"10 min\" and until = 2018-12-25, or daily = \"18:00\" (UTC)";
                return item.refuse("one time at which it is raised", help, sink);
            }
        };
        let (code, critical) = kind?;
        Some(raised.into_iter().map(move |raised| DeviceAlert::new(code, critical, raised)))
    };
    let items = value.array(sink)?;
    let read: Vec<_> = items.iter().map(|item| one(item, sink)).collect();
    Some(read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

/// From `at` on at a period, before `until`.
fn repeated(
    (at, every, until): (&Value<'_, '_>, &Value<'_, '_>, &Value<'_, '_>),
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Vec<Raised>> {
    let from = context.names.instant(at, None, sink);
    let period = positive(every, sink);
    let end = context.names.instant(until, None, sink);
    let (from, period, end) = (from?, period?, end?);
    if end <= from {
        return until.refuse("later than `at`", "alerts are raised from `at` to before `until`", sink);
    }
    let count = ((end - from).0 - 1) / period.0 + 1;
    if count > MOST_REPEATS {
        let help = format!("choose a longer period or an earlier `until`: a line makes at most {MOST_REPEATS} alerts");
        return every.refuse("such that the line ends", help, sink);
    }
    Some((0..count).map(|n| Raised::Once(from + Seconds(n * period.0))).collect())
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
    let starts = Starts {
        ssd,
        ready: known.into_iter().chain(habit.user_from).max().unwrap_or(ssd),
        off_wan: place.map_or(&[], |place| &meters[place].off_wan),
    };
    let cos = match &cos_value {
        None => Some(Cos { requests: vec![never(); 2], chases: Vec::new(), exact: None }),
        Some(v) => requests(v, devices, starts, context, sink),
    };
    let sends = cos.as_ref().is_some_and(|cos| cos.requests.iter().any(|c| !matches!(c.sending, Sending::Never)));
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
    let Cos { requests: mut cos, chases, exact } = cos?;
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
        known: known?,
        withdrawn,
        erroneous,
        class,
        user_from,
        cos: [cos[0], cos[cos.len() - 1]],
        cancelling: Cancelling {
            deletes_schedules: loser.deletes_schedules.then_some(acts),
            thins_calendar: loser.thins_calendar.then_some(acts),
            late_passes_from: None,
        },
        configures,
        practice: reads,
        chases,
        ..SwitchPlan::new(to, date, ssd)
    });
    Some(Said { meter: meter.id, ssd, from, span: value.span(), exact })
}

/// Where a script says which supplier a switch leaves.
struct Said {
    meter: MeterId,
    ssd: Instant,
    from: SupplierId,
    span: Range<usize>,
    // Where it says in which second its 6.23 executes.
    exact: Option<Range<usize>>,
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
        let next = meter.switches.iter().find(|next| next.ssd > switch.ssd && next.withdrawn.is_none());
        let too_late = |request: &CosRequest| {
            next.is_some_and(|next| matches!(request.sending, Sending::At(at) if at >= next.ssd))
        };
        if let Some(exact) = of_switch.and_then(|said| said.exact.clone())
            && switch.cos[..meter.devices as usize].iter().any(too_late)
        {
            let help = "let it execute before the next switch starts, or write cos = \"never\"";
            sink.error(exact, "a later switch has started by then, and the 6.23 is abandoned", help);
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
        latency: default("switch.latency", positive),
        retry: default("switch.retry", positive),
        ..CosRequest::new(Sending::Never)
    }
}

/// What decides in which second a 6.23 can execute.
#[derive(Clone, Copy)]
struct Starts<'m> {
    ssd: Instant,
    /// From when on the DCC accepts it: it knows of the switch, and the supplier is a User.
    ready: Instant,
    off_wan: &'m [(Instant, Instant)],
}

/// How the 6.23s of a switch go out.
struct Cos {
    requests: Vec<CosRequest>,
    chases: Vec<Chase>,
    // Where a second of execution stands.
    exact: Option<Range<usize>>,
}

/// `cos`: one request, or a list with one for each device.
fn requests(
    value: &Value<'_, '_>,
    devices: Option<usize>,
    starts: Starts<'_>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Cos> {
    if !value.is_array() {
        return request(value, starts, context, sink);
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
    let (mut requests, mut exact) = (Vec::new(), None);
    for item in &items {
        let one = request(item, starts, context, sink)?;
        if !one.chases.is_empty() {
            let help = "one ask covers all devices: write cos = { detected = …, response = … } once, not as a list";
            return item.refuse("its own way of sending for each device", help, sink);
        }
        requests.extend(one.requests.first());
        exact = exact.or(one.exact);
    }
    Some(Cos { requests, chases: Vec::new(), exact })
}

fn request(value: &Value<'_, '_>, starts: Starts<'_>, context: &Context<'_>, sink: &mut Sink) -> Option<Cos> {
    let ssd = starts.ssd;
    let cos = |request, chases, exact| Some(Cos { requests: vec![request; 2], chases, exact });
    const WRITE: &str = "write cos = \"never\", \"queue\", { send = \"78 d 1 h\" }, { execute = 2019-02-17T01:00:00 } or { detected = \"28 d\", response = \"50 d 1 h\" }";
    let words = |text: &str| match text {
        "never" => Ok(Sending::Never),
        "queue" => Ok(Sending::Queued(ssd)),
        _ => Err(WRITE.to_owned()),
    };
    let mut request = never();
    if value.is_string() {
        request.sending = value.quantity("a way of sending 6.23", words, sink)?;
        return cos(request, Vec::new(), None);
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
            request.sending = Sending::At(sent_to_execute(v, at, &request, starts, sink)?);
        }
        (None, None, Some(detected), Some(response)) => {
            let (detection, response) = (positive(detected, sink)?, positive(response, sink)?);
            let from = context.window.start;
            chases.push(Chase { detector: Detector::Monitoring, detection, response: Some(response), from });
        }
        _ => return value.refuse("one way of sending 6.23", WRITE, sink),
    }
    table.finish(sink);
    cos(request, chases, execute.map(|v| v.span()))
}

/// When a 6.23 is sent that is to execute in a second, if it can.
fn sent_to_execute(
    value: &Value<'_, '_>,
    at: Instant,
    request: &CosRequest,
    starts: Starts<'_>,
    sink: &mut Sink,
) -> Option<Instant> {
    let Starts { ssd, ready, off_wan } = starts;
    if request.fails > 0 {
        let help = "leave out `fails`, or write `send` in place of `execute`";
        sink.error(value.key_span(), "the attempts that fail would put the execution off", help);
        return None;
    }
    if off_wan.iter().any(|(from, to)| *from <= at && at < *to) {
        let help = "choose a second outside its `off-wan` windows, or write `send`: it then executes at the return";
        return value.refuse("a second in which the meter is on the WAN", help, sink);
    }
    if at < ssd {
        let first = if ready < ssd { ssd } else { ready + request.latency };
        let Ok(first) = jiff::Timestamp::from_second(first.0) else { return None };
        let help = format!("write execute = {first} or later: 6.23 acts at the supply start at the earliest");
        return value.refuse("at or after the supply start", help, sink);
    }
    if at == ssd && ready < ssd {
        // Future-dated it acts to the second; it is sent as soon as it is accepted, a day ahead at most.
        return Some(ready.max(ssd - Seconds::days(1)));
    }
    let earliest = ready.max(ssd);
    if at - request.latency >= earliest {
        return Some(at - request.latency);
    }
    let Ok(first) = jiff::Timestamp::from_second((earliest + request.latency).0) else { return None };
    let help = format!(
        "write execute = {first} or later: 6.23 is accepted once DCC knows of the switch and its sender is a DCC User, and from SSD on it \
         takes its `latency` of {}",
        request.latency
    );
    value.refuse("a second in which the 6.23 can execute", help, sink)
}
