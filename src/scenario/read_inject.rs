//! The section `[[inject]]`: faults, and what is done about them.

use std::sync::Arc;

use super::diagnostics::Sink;
use super::names::{day, positive};
use super::quantity;
use super::read_law;
use super::read_script::Context;
use super::table::{self, Table, Value};
use crate::engine::time::{DAY, Instant, Seconds};
use crate::model::drawing::MOST_TRANSFERS;
use crate::model::gateway::LONGEST_HOLD;
use crate::model::injection::{Fault, Injection, LocalDays, Outage, Transfer};
use crate::model::plan::{Class, MeterId, Region, SupplierId, TransferCause};

/// `[[inject]]`; transfers of books come first, by their first dates, the others in the order of the file.
pub(super) fn injections(value: Option<Value<'_, '_>>, context: &Context<'_>, sink: &mut Sink) -> Vec<Injection> {
    let items = value.as_ref().and_then(|v| v.array(sink)).unwrap_or_default();
    let mut injections: Vec<Injection> = Vec::new();
    for (index, item) in (0..).zip(&items) {
        injections.extend(injection(index, item, context, sink).into_iter().flatten());
    }
    injections.sort_by_key(|injection| match &injection.fault {
        Fault::BookTransfer(transfer) => (0, transfer.first()),
        _ => (1, context.window.first),
    });
    let transfers = injections.iter().filter(|i| matches!(i.fault, Fault::BookTransfer(_))).count();
    if let (Some(value), true) = (value, transfers > MOST_TRANSFERS) {
        let message = format!("{transfers} books move, by failure or by sale");
        sink.error(value.span(), message, format!("leave {MOST_TRANSFERS} transfers at most in one scenario"));
    }
    injections
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Missing,
    Delayed,
    Failing,
    RegistrationOutage,
    RegistrationRefresh,
    NotAUser,
    BulkCampaign,
    WanOutage,
    GatewayOutage,
    SupplierFailure,
    BookTransfer,
}

const KINDS: [(&str, Kind); 11] = [
    ("miss-623", Kind::Missing),
    ("delay-623", Kind::Delayed),
    ("fail-623", Kind::Failing),
    ("registration-outage", Kind::RegistrationOutage),
    ("registration-refresh", Kind::RegistrationRefresh),
    ("not-a-user", Kind::NotAUser),
    ("bulk-campaign", Kind::BulkCampaign),
    ("wan-outage", Kind::WanOutage),
    ("gateway-outage", Kind::GatewayOutage),
    ("supplier-failure", Kind::SupplierFailure),
    ("book-transfer", Kind::BookTransfer),
];

impl Kind {
    fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// The keys of `where` that bear on it.
    fn takes(self) -> &'static [&'static str] {
        match self {
            Kind::WanOutage => &["region", "meters"],
            Kind::GatewayOutage => &["supplier", "gaining", "meters"],
            Kind::SupplierFailure | Kind::BookTransfer => &["losing", "gaining", "supplier"],
            _ => &["gaining", "supplier", "losing", "meters"],
        }
    }
}

/// All keys of `where`. `supplier` and `gaining` are two names of one: a gateway gains nothing.
const WHERE: [&str; 5] = ["gaining", "supplier", "losing", "meters", "region"];

/// One entry; a supplier failure is two faults where the failed supplier's gateway closes.
fn injection(index: u32, value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<Injection>> {
    let mut table = value.table(sink)?;
    let kind = table.required("kind", "\"delay-623\"", sink).and_then(|v| v.one_of(&KINDS, sink))?;
    if matches!(kind, Kind::SupplierFailure | Kind::BookTransfer) {
        return book_transfer(index, kind, table, context, sink);
    }
    let (names, window) = (context.names, context.window);
    let target = table.get("where").map_or(Some(Target::default()), |v| target(&v, kind, context, sink));
    let share = match kind {
        // A gateway is away for all meters or none.
        Kind::GatewayOutage => Some(1.0),
        _ => table.get("share").map_or(Some(1.0), |v| v.share(sink)),
    };
    let outage = matches!(kind, Kind::RegistrationOutage | Kind::WanOutage | Kind::GatewayOutage);
    let from_value = if outage || kind == Kind::BulkCampaign {
        table.required("from", "2018-12-01", sink)
    } else {
        table.get("from")
    };
    let from = from_value.as_ref().map_or(Some(Instant(0)), |v| names.instant(v, None, sink));
    let until_value = match kind {
        Kind::BulkCampaign => None,
        Kind::RegistrationRefresh => table.required("at", "2018-12-01", sink),
        _ if outage || kind == Kind::NotAUser => table.required("until", "2018-12-31", sink),
        _ => table.get("until"),
    };
    let until = until_value.as_ref().map_or(Some(window.horizon), |v| names.instant(v, None, sink));
    let fault = match kind {
        Kind::Missing => Some(Fault::Missing),
        Kind::Delayed => {
            table.required("delay", "\"28 d\"", sink).and_then(|v| read_law::law(&v, sink)).map(Fault::Delayed)
        }
        Kind::Failing => {
            let times = table.get("times").map_or(Some(1), |v| v.integer(1..=1_000, sink));
            times.map(|times| Fault::Failing(times as u32))
        }
        Kind::RegistrationOutage => {
            outage_of(&mut table, from.zip(until), context, sink).map(Fault::RegistrationOutage)
        }
        Kind::RegistrationRefresh => Some(Fault::RegistrationRefresh),
        Kind::NotAUser => Some(Fault::NotAUser { queued: with_capacity(context) }),
        Kind::BulkCampaign => Some(Fault::BulkCampaign),
        Kind::WanOutage => Some(Fault::WanOutage(target.as_ref().and_then(|t| t.region))),
        Kind::GatewayOutage => Some(Fault::GatewayOutage),
        Kind::SupplierFailure | Kind::BookTransfer => None, // they have a reader of their own
    };
    table.finish(sink);
    let Target { gaining, losing, meters, .. } = target?;
    let (from, until) = (from?, until?);
    if let (Some(v), true) = (&from_value, from >= window.horizon) {
        return v.refuse(
            "before the horizon",
            "let it begin within the window of [time], or leave the injection out",
            sink,
        );
    }
    if let (Some(v), true) = (&until_value, until <= window.start && kind != Kind::RegistrationRefresh) {
        return v.refuse("after the start", "let it end within the window of [time], or leave the injection out", sink);
    }
    if kind == Kind::RegistrationRefresh && !(window.start <= until && until < window.horizon && from <= until) {
        let help = "let it lie in the window of [time], and not before `from`";
        return until_value?.refuse("a second of the window", help, sink);
    }
    if until <= from {
        return until_value?.refuse("later than `from`", "let it end after it has begun", sink);
    }
    if kind == Kind::BulkCampaign && (gaining.is_empty() || gaining.iter().any(|s| !context.has_capacity(*s))) {
        let help = "name suppliers in where = { gaining = [\"…\"] } and give each a capacity = \"500 /d\"";
        sink.error(value.span(), "a campaign works off a backlog at a supplier's capacity", help);
        return None;
    }
    Some(vec![Injection { fault: fault?, gaining, losing, meters, share: share?, from, until, index }])
}

/// From the date `from` on the book of `losing` moves to `gaining`, which has a capacity: the whole of it on that date where
/// `losing` fails; a `share` of it, `over` so many days, where it is sold.
fn book_transfer(
    index: u32,
    kind: Kind,
    mut table: Table<'_, '_>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Vec<Injection>> {
    let cause = if kind == Kind::SupplierFailure { TransferCause::Failure } else { TransferCause::Sale };
    let target_value = table.required("where", "{ losing = [\"losing\"], gaining = [\"gaining\"] }", sink);
    let target = target_value.as_ref().and_then(|v| target(v, kind, context, sink));
    let date_value = table.required("from", "2018-12-01", sink);
    let date = date_value.as_ref().and_then(|v| day(v, sink));
    let is_sale = cause == TransferCause::Sale;
    let closes_value = if is_sale { None } else { table.get("gateway-closes") };
    let closes = closes_value.as_ref().map(|v| v.duration(sink));
    let share_value = if is_sale { table.get("share") } else { None };
    let share = share_value.map_or(Some(1.0), |v| part(&v, sink));
    let over_value = if is_sale { table.get("over") } else { None };
    let over = over_value.as_ref().map_or(Some(1), |v| whole_days(v, sink));
    table.finish(sink);
    let (Target { gaining, losing, .. }, date, share, over) = (target?, date?, share?, over?);
    let [successor, an_example] = match cause {
        TransferCause::Failure => {
            ["supplier of last resort", "\"the failed one\"], gaining = [\"the supplier of last resort\"]"]
        }
        TransferCause::Sale => ["buyer", "\"the seller\"], gaining = [\"the buyer\"]"],
    };
    let (&[to], &[from]) = (gaining.as_slice(), losing.as_slice()) else {
        let help = format!("write where = {{ losing = [{an_example} }}");
        return target_value?.refuse("one losing and one gaining supplier", help, sink);
    };
    let name = context.names.supplier_id(to);
    if to == from {
        let message = format!("`{name}` cannot take its own book over");
        sink.error(target_value?.span(), message, "name another supplier as `gaining`");
        return None;
    }
    if !context.has_capacity(to) {
        let message = format!("the {successor} `{name}` has no capacity: the 6.23s of the book go out at it");
        let help = format!("give the supplier `{name}` one, as in capacity = \"10000 /d\"");
        sink.error(target_value?.span(), message, help);
        return None;
    }
    let midnight = context.civil.midnight(date);
    if midnight < context.window.start || midnight >= context.window.horizon {
        return date_value?.refuse("a date in the window of [time]", "the window must hold the transfer", sink);
    }
    let buyer = context.habits.get(to.0 as usize).copied().unwrap_or_default();
    if is_sale && (buyer.class == Some(Class::NonUser) || buyer.user_from.is_some_and(|user| user > midnight)) {
        let help = "let another supplier take the book over, or let its `class` and `user-from` make it a User by then";
        return target_value?.refuse("a buyer that is a DCC User on the date `from`", help, sink);
    }
    let midnights = (0..over as i32).map(|day| context.civil.midnight(date.plus(day)));
    let midnights: Arc<[Instant]> = midnights.take_while(|at| *at < context.window.horizon).collect();
    if let (Some(v), true) = (over_value, midnights.len() < over as usize) {
        let message = format!(
            "{} of the {over} days of `{}` come after the horizon: what moves then is not in the window",
            over as usize - midnights.len(),
            v.path()
        );
        let help = format!("let `horizon` be later, or write over = \"{} d\"", midnights.len());
        sink.warning(v.span(), message, help);
    }
    let dates = LocalDays { first: date, midnights, gas_day_start: context.conventions.gas_day_start };
    let fault = Fault::BookTransfer(Transfer { cause, from, to, share, over, dates, index });
    let (from, until) = (midnight, context.window.horizon);
    let mut faults = Vec::new();
    if let (Some(v), Some(after)) = (closes_value, closes) {
        let after = after?;
        if after.0 < 0 {
            return v.refuse("a time after the transfer", "write for example \"30 d\"", sink);
        }
        // It never opens again: what comes then is lost two days later, beyond the horizon too.
        let (from, until) = (midnight + after, until + LONGEST_HOLD + Seconds::days(1));
        let (fault, gaining) = (Fault::GatewayOutage, losing.clone());
        let (losing, meters) = (Vec::new(), Vec::new());
        if from < context.window.horizon {
            faults.push(Injection { fault, gaining, losing, meters, share: 1.0, from, until, index });
        }
    }
    faults.push(Injection { fault, gaining, losing, meters: Vec::new(), share: 1.0, from, until, index });
    Some(faults)
}

/// A share of a book that moves.
fn part(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    let share = value.share(sink)?;
    if share > 0.0 {
        return Some(share);
    }
    value.refuse("a share above 0, up to 1", "write for example 0.3, or leave the injection out", sink)
}

/// Longest transfer of a book, in days.
const LONGEST_TRANSFER: i64 = 3_650;

fn whole_days(value: &Value<'_, '_>, sink: &mut Sink) -> Option<u32> {
    let read = |text: &str| match quantity::duration(text).map(|length| (length.0 / DAY.0, length.0 % DAY.0)) {
        Ok((days, 0)) if (1..=LONGEST_TRANSFER).contains(&days) => Ok(days as u32),
        _ => Err("write for example \"28 d\"".to_owned()),
    };
    value.quantity(&format!("a whole number of days from 1 to {LONGEST_TRANSFER}"), read, sink)
}

/// What an outage does to the switches that it holds up.
fn outage_of(
    table: &mut Table<'_, '_>,
    span: Option<(Instant, Instant)>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Outage> {
    let clearing_value = table.get("clearing");
    let clearing = clearing_value.as_ref().map_or(Some(Seconds(0)), |v| positive(v, sink));
    let effects = [("late", false), ("prevented", true)];
    let prevents = table.get("switches").map_or(Some(false), |v| v.one_of(&effects, sink));
    let ((from, until), clearing, prevents) = (span?, clearing?, prevents?);
    if let (Some(v), true) = (clearing_value, until - clearing < from) {
        return v.refuse("no longer than the outage", "write a shorter time, as in \"7 d\"", sink);
    }
    let civil = context.civil;
    let first = civil.date(from);
    // Up to two days after the end: the last one cleared starts on the next.
    let days = (civil.date(until).0 - first.0).max(0) + 3;
    let midnights = (0..days).map(|day| civil.midnight(first.plus(day))).collect();
    let gas_day_start = context.conventions.gas_day_start;
    Some(Outage { clearing, postpones: prevents.then_some(LocalDays { first, midnights, gas_day_start }) })
}

fn with_capacity(context: &Context<'_>) -> Vec<SupplierId> {
    (0..context.suppliers.len() as u16).map(SupplierId).filter(|s| context.has_capacity(*s)).collect()
}

#[derive(Default)]
struct Target {
    gaining: Vec<SupplierId>,
    losing: Vec<SupplierId>,
    meters: Vec<MeterId>,
    region: Option<Region>,
}

fn target(value: &Value<'_, '_>, kind: Kind, context: &Context<'_>, sink: &mut Sink) -> Option<Target> {
    let mut table: Table<'_, '_> = value.table(sink)?;
    for key in WHERE.iter().filter(|key| !kind.takes().contains(key)) {
        if let Some(idle) = table.get(key) {
            let message = format!("`{}` has no bearing on `{}`", idle.path(), kind.name());
            sink.error(
                idle.key_span(),
                message,
                format!("this kind takes {}", table::list(kind.takes().iter().copied(), "`")),
            );
        }
    }
    if let (Some(again), true) = (table.get("supplier"), table.has("gaining")) {
        sink.error(
            again.key_span(),
            "`supplier` and `gaining` are two names of one key",
            "write one of them, with all suppliers in its list",
        );
    }
    // What a key has that does not belong there has been refused as a whole.
    let takes = |key: &str| kind.takes().contains(&key);
    let mut list = |key: &str, sink: &mut Sink| {
        table.get(key).filter(|_| takes(key)).map_or(Some(Vec::new()), |v| context.names.suppliers(&v, sink))
    };
    let gaining = list("gaining", sink);
    let losing = list("losing", sink);
    let supplier = list("supplier", sink);
    let meters = table.get("meters").map_or(Some(Vec::new()), |v| {
        let items = v.array(sink)?;
        items.iter().map(|i| i.integer(0..=i64::MAX, sink).map(|n| MeterId(n as u64))).collect()
    });
    let regions = Region::ALL.map(|r| (r.name(), r));
    let region = table.get("region").map(|v| v.one_of(&regions, sink));
    table.finish(sink);
    let mut gaining = gaining?;
    gaining.extend(supplier?);
    let region = match region {
        Some(region) => Some(region?),
        None => None,
    };
    Some(Target { gaining, losing: losing?, meters: meters?, region })
}
