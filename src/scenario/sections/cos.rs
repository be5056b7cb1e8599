//! `cos` of a `[[switch]]`: how its 6.23s go out.

use super::context::Context;
use crate::engine::time::{Instant, Seconds};
use crate::model::laws::NumberKind::Assumed;
use crate::model::plan::{Chase, CosRequest, Detector, Sending};
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::names::positive;
use crate::scenario::parameter::{Parameter, keys};
use crate::scenario::shape::Shape;
use crate::scenario::table::{Table, Value};
use std::ops::Range;

keys! { KEYS of "switch.cos" {
    SEND, "send", Shape::Either(&[WAYS, Shape::FromSsd]),
        "when 6.23 is sent: a date, a time from SSD, `queue` or `never`";
    EXECUTE, "execute", Shape::FromSsd, "the second at which the meter executes it";
    DETECTED, "detected", Shape::Length, "time from SSD until the losing supplier notices and asks for it";
    RESPONSE, "response", Shape::Length, "time from that ask until 6.23 is sent";
    LATENCY: Seconds = positive, "latency", Shape::Length, "from sending a scripted 6.23 to its execution",
        .default("\"1 s\""),
        .from(Assumed, "R1"), .fixed("a script states its seconds");
    RETRY: Seconds = positive, "retry", Shape::Length,
        "from a refusal or failure of a scripted 6.23 to the next attempt",
        .default("\"24 h\""), .from(Assumed, "R9, R11"), .fixed("a script states its attempts");
    FAILS: i64 = |v, sink| v.integer(0..=1_000, sink), "fails", Shape::Whole(0, 1_000),
        "how many attempts fail on the device", .default("0"),
        .unit("attempts");
}}

/// What needs no table: a 6.23 that waits for the supplier's capacity, or that is never sent.
const WAYS: Shape = Shape::Words(|| vec!["queue", "never"]);
/// One way of sending 6.23.
const WAY: Shape = Shape::Either(&[WAYS, Shape::Section("switch.cos")]);
/// One way for all devices, or a list with one for each.
pub(super) const SHAPE: Shape = Shape::Either(&[WAYS, Shape::Section("switch.cos"), Shape::List(&WAY)]);

/// The numbers that scripts take from the catalogue.
pub(in crate::scenario) fn defaults() -> [&'static Parameter; 2] {
    [&LATENCY.parameter, &RETRY.parameter]
}

/// A 6.23 that is never sent, with its other numbers at their defaults.
pub(in crate::scenario) fn never() -> CosRequest {
    CosRequest {
        latency: LATENCY.usual(),
        fails: FAILS.usual() as u32,
        retry: RETRY.usual(),
        ..CosRequest::new(Sending::Never)
    }
}

/// What decides in which second a 6.23 can execute.
#[derive(Clone, Copy)]
pub(super) struct Starts<'m> {
    pub ssd: Instant,
    /// From when on the DCC accepts it: it knows of the switch, and the supplier is a User.
    pub ready: Instant,
    pub off_wan: &'m [(Instant, Instant)],
}

/// How the 6.23s of a switch go out.
pub(super) struct Cos {
    pub requests: Vec<CosRequest>,
    pub chases: Vec<Chase>,
    /// Where a second of execution is written.
    pub exact: Option<Range<usize>>,
}

impl Cos {
    /// None goes out.
    pub fn never() -> Self {
        Self { requests: vec![never(); 2], chases: Vec::new(), exact: None }
    }

    /// Whether one of them is sent at all.
    pub fn sends(&self) -> bool {
        self.requests.iter().any(|request| !matches!(request.sending, Sending::Never))
    }
}

/// `cos`: one request, or a list with one for each device.
pub(super) fn requests(
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
        let help = format!(
            "write {devices} {}, or one without the brackets for all devices of the meter",
            if devices == 1 { "entry" } else { "entries" }
        );
        return value.refuse(Mistake::Contradiction, "one entry for each device", help, sink);
    }
    if items.is_empty() {
        return None; // its meter does not exist, which has been reported
    }
    let (mut requests, mut exact) = (Vec::new(), None);
    for item in &items {
        let one = request(item, starts, context, sink)?;
        if !one.chases.is_empty() {
            let help = "one ask covers all devices: write cos = { detected = …, response = … } once, not as a list";
            return item.refuse(Mistake::KeyOutOfPlace, "a way of sending that differs by device", help, sink);
        }
        requests.extend(one.requests.first());
        exact = exact.or(one.exact);
    }
    Some(Cos { requests, chases: Vec::new(), exact })
}

const WRITE: &str = "write cos = \"never\", \"queue\", { send = \"78 d 1 h\" }, { execute = 2019-02-17T01:00:00 } or \
                     { detected = \"28 d\", response = \"50 d 1 h\" }";

/// One way of sending, for all devices.
fn request(value: &Value<'_, '_>, starts: Starts<'_>, context: &Context<'_>, sink: &mut Sink) -> Option<Cos> {
    let words = |text: &str| match text {
        "never" => Ok(Sending::Never),
        "queue" => Ok(Sending::Queued(starts.ssd)),
        _ => Err(WRITE.into()),
    };
    let mut request = never();
    if value.is_string() {
        request.sending = value.quantity("a way of sending 6.23", words, sink)?;
        return Some(Cos { requests: vec![request; 2], chases: Vec::new(), exact: None });
    }
    let mut table = value.table(sink)?;
    request.latency = LATENCY.read(&mut table, sink)?;
    request.retry = RETRY.read(&mut table, sink)?;
    request.fails = FAILS.read(&mut table, sink)? as u32;
    let (mut chases, mut exact) = (Vec::new(), None);
    let ways = ways(&mut table, sink);
    if !table.finish(sink) {
        return None;
    }
    match ways {
        [Some(v), None, None, None] => {
            let word = v.is_string().then(|| v.string(sink)).flatten().and_then(|text| words(text).ok());
            request.sending = match word {
                Some(sending) => sending,
                None => Sending::At(context.names.instant(&v, Some(starts.ssd), sink)?),
            };
        }
        [None, Some(v), None, None] => {
            let at = context.names.instant(&v, Some(starts.ssd), sink)?;
            request.sending = Sending::At(sent_to_execute(&v, at, &request, starts, sink)?);
            exact = Some(v.span());
        }
        [None, None, Some(detected), Some(response)] => {
            let (detection, response) = (positive(&detected, sink)?, positive(&response, sink)?);
            let from = context.window.start;
            chases.push(Chase { detector: Detector::Monitoring, detection, response: Some(response), from });
        }
        _ => return value.refuse(Mistake::KeyOutOfPlace, "one way of sending 6.23", WRITE, sink),
    }
    Some(Cos { requests: vec![request; 2], chases, exact })
}

/// `send`, `execute`, `detected` and `response`.
fn ways<'a, 's>(table: &mut Table<'a, 's>, sink: &mut Sink) -> [Option<Value<'a, 's>>; 4] {
    [&SEND, &EXECUTE, &DETECTED, &RESPONSE].map(|key| key.get(table, sink))
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
        sink.error(Mistake::BadExecution, value.key_span(), "the attempts that fail would delay the execution", help);
        return None;
    }
    if off_wan.iter().any(|(from, to)| *from <= at && at < *to) {
        let help =
            "write a second outside its `off-wan` windows, or write `send`: it then executes when the meter is back";
        return value.refuse(Mistake::BadExecution, "a second in which the meter is on the WAN", help, sink);
    }
    if at < ssd {
        let first = if ready < ssd { ssd } else { ready + request.latency };
        let Ok(first) = jiff::Timestamp::from_second(first.0) else { return None };
        let help = format!("write execute = {first} or later: 6.23 takes effect at the supply start at the earliest");
        let said = (help, first.to_string());
        return value.refuse_for(Mistake::BadExecution, "at or after the supply start", said, sink);
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
        "write execute = {first} or later: 6.23 is accepted once the DCC knows of the switch and its sender is a DCC \
         User, and after SSD it takes its `latency` of {}",
        request.latency
    );
    let said = (help, first.to_string());
    value.refuse_for(Mistake::BadExecution, "a second in which the 6.23 can execute", said, sink)
}
