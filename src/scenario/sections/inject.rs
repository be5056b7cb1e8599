//! `[[inject]]`: faults, and what is done about them.

use std::sync::Arc;

use super::context::Context;
use crate::engine::time::{Instant, Seconds};
use crate::model::drawing::MOST_TRANSFERS;
use crate::model::gateway::LONGEST_HOLD;
use crate::model::injection::{
    self, Fault, Injection, InjectionKind, LocalDays, Outage, REGISTRY, Transfer, WanOutage,
};
use crate::model::plan::{Class, MeterId, Region, SupplierId, TransferCause};
use crate::scenario::diagnostics::{Lint, Mistake, Sink};
use crate::scenario::law;
use crate::scenario::names::{day, positive, whole_days};
#[cfg(test)]
use crate::scenario::parameter::Parameter;
use crate::scenario::parameter::{Key, keys};
use crate::scenario::shape::Shape;
use crate::scenario::table::{self, Table, Value};

keys! { KEYS of "inject" {
    KIND: FaultKind = |v, sink| v.one_of(&FaultKind::all(), sink), "kind",
        Shape::Words(|| REGISTRY.iter().map(|kind| kind.name).collect()),
        "what goes wrong; see `meterchurn list injections`",
        .required("\"delay-623\"");
    WHERE, "where", Shape::Section("inject.where"),
        "which switches or meters it concerns; all of them where it is left out";
    SHARE: f64 = |v, sink| v.share(sink), "share", Shape::Share,
        "the share of them that it concerns; of a book, the share that moves", .default("1"), .unit("share");
    FROM, "from", Shape::Moment, "its start; for faults of single switches, the first SSD that it concerns";
    UNTIL, "until", Shape::Moment, "its end";
    AT, "at", Shape::Moment, "the second of a refresh of the registration data";
    DELAY, "delay", Shape::Law, "how much later 6.23 is sent: a law";
    TIMES: i64 = |v, sink| v.integer(1..=1_000, sink), "times", Shape::Whole(1, 1_000), "how many more attempts fail",
        .default("1"),
        .unit("attempts");
    CLEARING: Seconds = positive, "clearing", Shape::Length,
        "the time before the end of an outage over which held-up switches are cleared; all at its end where it is left \
         out";
    SWITCHES: bool = |v, sink| v.one_of(&[("late", false), ("prevented", true)], sink), "switches",
        Shape::Words(|| vec!["late", "prevented"]),
        "what an outage of the registration data does to switches: `late` or `prevented`", .default("\"late\"");
    CATCH_UP: Seconds = positive, "catch-up", Shape::Length,
        "the time from the end of a WAN outage over which suppliers ask evenly for the scheduled reads that the estate \
         of a market has missed; they do not ask again where it is left out";
    CLOSES, "gateway-closes", Shape::Length, "time from a supplier's failure until its gateway closes";
    OVER: u32 = |v, sink| whole_days(v, 1..=LONGEST_TRANSFER, "28 d", sink), "over", Shape::Length,
        "how long the transfer of a book takes", .default("\"1 d\"");
}}

keys! { WHERE_KEYS of "inject.where" {
    GAINING, "gaining", Shape::List(&Shape::Id), "gaining suppliers";
    SUPPLIER, "supplier", Shape::List(&Shape::Id),
        "another name of `gaining`, for faults of a supplier that gains nothing";
    LOSING, "losing", Shape::List(&Shape::Id), "losing suppliers";
    METERS, "meters", Shape::List(&Shape::Whole(0, i64::MAX)), "numbers of meters";
    REGION: Region = |v, sink| v.one_of(&Region::ALL.map(|r| (r.name(), r)), sink), "region",
        Shape::Words(|| Region::ALL.map(Region::name).to_vec()), "a region of the WAN";
}}

/// Longest transfer of a book, in days.
const LONGEST_TRANSFER: i32 = 3_650;

/// A kind of injection as the reader distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::scenario) enum FaultKind {
    /// One that every injection's keys describe.
    Plain(&'static InjectionKind),
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

impl FaultKind {
    /// Kinds with keys or rules that others do not have.
    const SPECIAL: [(&'static str, FaultKind); 10] = [
        ("delay-623", FaultKind::Delayed),
        ("fail-623", FaultKind::Failing),
        ("registration-outage", FaultKind::RegistrationOutage),
        ("registration-refresh", FaultKind::RegistrationRefresh),
        ("not-a-user", FaultKind::NotAUser),
        ("bulk-campaign", FaultKind::BulkCampaign),
        ("wan-outage", FaultKind::WanOutage),
        ("gateway-outage", FaultKind::GatewayOutage),
        ("supplier-failure", FaultKind::SupplierFailure),
        ("book-transfer", FaultKind::BookTransfer),
    ];

    /// All kinds of the registry, by name.
    pub fn all() -> Vec<(&'static str, FaultKind)> {
        let kind = |known: &'static InjectionKind| {
            let special = Self::SPECIAL.iter().find(|(name, _)| *name == known.name);
            (known.name, special.map_or(FaultKind::Plain(known), |(_, kind)| *kind))
        };
        REGISTRY.iter().map(kind).collect()
    }

    /// What the model's registry says of it.
    pub fn known(self) -> Option<&'static InjectionKind> {
        let name = |name: &str| injection::by_name(name);
        match self {
            FaultKind::Plain(known) => Some(known),
            special => Self::SPECIAL.iter().find(|(_, kind)| *kind == special).and_then(|(of, _)| name(of)),
        }
    }

    fn takes(self, key: &str) -> bool {
        self.known().is_some_and(|known| known.parameters.iter().any(|parameter| parameter.name == key))
    }

    /// The keys that it cannot do without, each with an example.
    pub fn needs(self) -> &'static [(&'static str, &'static str)] {
        match self {
            FaultKind::Plain(_) | FaultKind::Failing => &[],
            FaultKind::Delayed => &[("delay", "\"28 d\"")],
            FaultKind::RegistrationOutage | FaultKind::WanOutage | FaultKind::GatewayOutage => {
                &[("from", "2018-12-01"), ("until", "2018-12-31")]
            }
            FaultKind::RegistrationRefresh => &[("at", "2018-12-01")],
            FaultKind::NotAUser => &[("until", "2018-12-31")],
            FaultKind::BulkCampaign => &[("from", "2018-12-01")],
            FaultKind::SupplierFailure | FaultKind::BookTransfer => {
                &[("where", "{ losing = [\"losing\"], gaining = [\"gaining\"] }"), ("from", "2018-12-01")]
            }
        }
    }

    /// The value of a key, which is an error where it is missing and the kind needs it.
    fn get<'a, 's>(self, key: &Key, table: &mut Table<'a, 's>, sink: &mut Sink) -> Option<Value<'a, 's>> {
        let name = key.parameter.key;
        match self.needs().iter().find(|(needed, _)| *needed == name) {
            Some((_, example)) => table.required(name, example, sink),
            None => table.get(name),
        }
    }
}

/// `[[inject]]`; transfers of books come first, by their first dates, the others in the order of the file.
pub(in crate::scenario) fn injections(
    value: Option<Value<'_, '_>>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Vec<Injection> {
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
        sink.error(
            Mistake::TooMuch,
            value.span(),
            message,
            format!("keep at most {MOST_TRANSFERS} transfers in one scenario"),
        );
    }
    injections
}

/// One entry; a supplier failure is two faults where the failed supplier's gateway closes.
fn injection(index: u32, value: &Value<'_, '_>, context: &Context<'_>, sink: &mut Sink) -> Option<Vec<Injection>> {
    let mut table = value.table(sink)?;
    let kind = KIND.read(&mut table, sink)?;
    if matches!(kind, FaultKind::SupplierFailure | FaultKind::BookTransfer) {
        return book_transfer(index, kind, table, context, sink);
    }
    let target = WHERE.get(&mut table, sink).map_or(Some(Target::default()), |v| target(&v, kind, context, sink));
    let share = if kind.takes("share") { SHARE.read(&mut table, sink) } else { Some(SHARE.usual()) };
    let span = span(kind, &mut table, context, sink);
    let within = span.as_ref().map(|span| (span.from, span.until));
    let fault = fault(kind, &mut table, (target.as_ref(), within), context, sink);
    table.finish(sink);
    let (target, span) = (target?, span?);
    span.check(kind, context, sink)?;
    let Target { gaining, losing, meters, .. } = target;
    if kind == FaultKind::BulkCampaign && (gaining.is_empty() || gaining.iter().any(|s| !context.has_capacity(*s))) {
        let help = "name suppliers in where = { gaining = [\"…\"] } and give each a capacity = \"500 /d\"";
        sink.error(
            Mistake::NoCapacity,
            value.span(),
            "a campaign needs suppliers with a capacity at which their backlog goes out",
            help,
        );
        return None;
    }
    let (from, until) = (span.from, span.until);
    Some(vec![Injection { fault: fault?, gaining, losing, meters, share: share?, from, until, index }])
}

/// What goes wrong, of the kinds that move no book.
fn fault(
    kind: FaultKind,
    table: &mut Table<'_, '_>,
    (target, span): (Option<&Target>, Option<(Instant, Instant)>),
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Fault> {
    match kind {
        FaultKind::Plain(known) => Some(Fault::Plain(known)),
        FaultKind::Delayed => law::law(&kind.get(&DELAY, table, sink)?, sink).map(Fault::Delayed),
        FaultKind::Failing => TIMES.read(table, sink).map(|times| Fault::Failing(times as u32)),
        FaultKind::RegistrationOutage => outage_of(table, span, context, sink).map(Fault::RegistrationOutage),
        FaultKind::RegistrationRefresh => Some(Fault::RegistrationRefresh),
        FaultKind::NotAUser => Some(Fault::NotAUser { queued: with_capacity(context) }),
        FaultKind::BulkCampaign => Some(Fault::BulkCampaign),
        FaultKind::WanOutage => {
            let catch_up = CATCH_UP.optional(table, sink)?;
            Some(Fault::WanOutage(WanOutage { region: target.and_then(|t| t.region), catch_up }))
        }
        FaultKind::GatewayOutage => Some(Fault::GatewayOutage),
        FaultKind::SupplierFailure | FaultKind::BookTransfer => None, // they have a reader of their own
    }
}

/// From when and until when a fault acts, with what the file writes for it.
struct Span<'a, 's> {
    from: Instant,
    until: Instant,
    from_value: Option<Value<'a, 's>>,
    until_value: Option<Value<'a, 's>>,
}

fn span<'a, 's>(
    kind: FaultKind,
    table: &mut Table<'a, 's>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Span<'a, 's>> {
    let from_value = kind.get(&FROM, table, sink);
    let until_value = match kind {
        FaultKind::BulkCampaign => None,
        FaultKind::RegistrationRefresh => kind.get(&AT, table, sink),
        _ => kind.get(&UNTIL, table, sink),
    };
    let from = from_value.as_ref().map_or(Some(Instant(0)), |v| context.names.instant(v, None, sink));
    let until = until_value.as_ref().map_or(Some(context.window.horizon), |v| context.names.instant(v, None, sink));
    Some(Span { from: from?, until: until?, from_value, until_value })
}

impl Span<'_, '_> {
    /// Whether the fault can act in the window.
    fn check(&self, kind: FaultKind, context: &Context<'_>, sink: &mut Sink) -> Option<()> {
        let (window, &Self { from, until, .. }) = (context.window, self);
        let (from_value, until_value) = (self.from_value.as_ref(), self.until_value.as_ref());
        if let (Some(v), true) = (from_value, from >= window.horizon) {
            let help = "write a start within the window of [time], or leave the injection out";
            return v.refuse(Mistake::OutsideWindow, "before the horizon", help, sink);
        }
        if kind == FaultKind::RegistrationRefresh {
            if !(window.start <= until && until < window.horizon && from <= until) {
                let help = "write a second within the window of [time] and not before `from`";
                return until_value?.refuse(Mistake::OutsideWindow, "a second of the window", help, sink);
            }
        } else if let (Some(v), true) = (until_value, until <= window.start) {
            let help = "write an end within the window of [time], or leave the injection out";
            return v.refuse(Mistake::OutsideWindow, "after the start", help, sink);
        }
        if until <= from {
            return until_value?.refuse(
                Mistake::WrongOrder,
                "later than `from`",
                "write an end that is later than the start",
                sink,
            );
        }
        Some(())
    }
}

/// A supplier's failure or the sale of its book. From the date `from` on the book of `losing` moves to `gaining`, which
/// has a capacity: the whole of it on that date where `losing` fails; a `share` of it, `over` some days, where it is
/// sold.
fn book_transfer(
    index: u32,
    kind: FaultKind,
    mut table: Table<'_, '_>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Vec<Injection>> {
    let cause = if kind == FaultKind::SupplierFailure { TransferCause::Failure } else { TransferCause::Sale };
    let is_sale = cause == TransferCause::Sale;
    let target_value = kind.get(&WHERE, &mut table, sink);
    let target = target_value.as_ref().and_then(|v| target(v, kind, context, sink));
    let date_value = kind.get(&FROM, &mut table, sink);
    let date = date_value.as_ref().and_then(|v| day(v, sink));
    let closes_value = if is_sale { None } else { CLOSES.get(&mut table, sink) };
    let closes = closes_value.as_ref().map(|v| v.duration(sink));
    let share = if is_sale { SHARE.parameter.get(&mut table, sink) } else { None };
    let share = share.map_or(Some(SHARE.usual()), |v| part(&v, sink));
    let (over_value, over) = if is_sale { OVER.with_value(&mut table, sink) } else { (None, None) };
    let over = if over_value.is_some() { over } else { Some(OVER.usual()) };
    table.finish(sink);
    let (target, date, share, over) = (target?, date?, share?, over?);
    let (from, to) = parties(target_value.as_ref()?, &target, cause, context, sink)?;
    let midnight = context.civil.midnight(date);
    if midnight < context.window.start || midnight >= context.window.horizon {
        let help = "write a date within the window of [time]: the window must hold the transfer";
        return date_value?.refuse(Mistake::OutsideWindow, "a date in the window of [time]", help, sink);
    }
    let buyer = context.habit(Some(to));
    if is_sale && (buyer.class == Some(Class::NonUser) || buyer.user_from.is_some_and(|user| user > midnight)) {
        let help = "name another buyer, or let its `class` and `user-from` make it a User by then";
        return target_value?.refuse(
            Mistake::Contradiction,
            "a buyer that is a DCC User on the date `from`",
            help,
            sink,
        );
    }
    let midnights = (0..over as i32).map(|day| context.civil.midnight(date.plus(day)));
    let midnights: Arc<[Instant]> = midnights.take_while(|at| *at < context.window.horizon).collect();
    if let (Some(v), true) = (over_value, midnights.len() < over as usize) {
        let late = over as usize - midnights.len();
        let message = format!(
            "{late} of the {over} days of `{}` come after the horizon: what moves then is not simulated",
            v.path()
        );
        let help = format!("write a later `horizon`, or over = \"{} d\"", midnights.len());
        sink.warning(Lint::AfterHorizon, v.span(), message, help);
    }
    let mut faults = Vec::new();
    if let (Some(v), Some(after)) = (closes_value, closes) {
        let after = after?;
        if after.0 < 0 {
            return v.refuse(Mistake::WrongOrder, "a time after the transfer", "write for example \"30 d\"", sink);
        }
        faults.extend(closed_gateway(from, midnight + after, index, context));
    }
    let dates = LocalDays { first: date, midnights, gas_day_start: context.conventions.gas_day_start };
    let fault = Fault::BookTransfer(Transfer { cause, from, to, share, over, dates, index });
    let Target { gaining, losing, .. } = target;
    let (from, until) = (midnight, context.window.horizon);
    faults.push(Injection { fault, gaining, losing, meters: Vec::new(), share: 1.0, from, until, index });
    Some(faults)
}

/// Who loses a book and who takes it over: one supplier each, and the second has a capacity.
fn parties(
    value: &Value<'_, '_>,
    target: &Target,
    cause: TransferCause,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<(SupplierId, SupplierId)> {
    let [successor, an_example] = match cause {
        TransferCause::Failure => {
            ["supplier of last resort", "\"the failed one\"], gaining = [\"the supplier of last resort\"]"]
        }
        TransferCause::Sale => ["buyer", "\"the seller\"], gaining = [\"the buyer\"]"],
    };
    let (&[to], &[from]) = (target.gaining.as_slice(), target.losing.as_slice()) else {
        let help = format!("write where = {{ losing = [{an_example} }}");
        return value.refuse(Mistake::Contradiction, "one losing and one gaining supplier", help, sink);
    };
    let name = context.names.supplier_id(to);
    if to == from {
        let message = format!("`{name}` cannot take over its own book");
        sink.error(Mistake::Contradiction, value.span(), message, "name another supplier as `gaining`");
        return None;
    }
    if !context.has_capacity(to) {
        let message = format!("the {successor} `{name}` has no capacity at which the 6.23s of the book could go out");
        let help = format!("give the supplier `{name}` one, as in capacity = \"10000 /d\"");
        sink.error(Mistake::NoCapacity, value.span(), message, help);
        return None;
    }
    Some((from, to))
}

/// The gateway of a failed supplier, which closes for good: what comes then is lost two days later, beyond the horizon
/// too.
fn closed_gateway(supplier: SupplierId, from: Instant, index: u32, context: &Context<'_>) -> Option<Injection> {
    let until = context.window.horizon + LONGEST_HOLD + Seconds::days(1);
    let (losing, meters) = (Vec::new(), Vec::new());
    let outage = Injection {
        fault: Fault::GatewayOutage,
        gaining: vec![supplier],
        losing,
        meters,
        share: 1.0,
        from,
        until,
        index,
    };
    (from < context.window.horizon).then_some(outage)
}

/// A share of a book that moves.
fn part(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    let share = value.share(sink)?;
    if share > 0.0 {
        return Some(share);
    }
    value.refuse(
        Mistake::OutOfRange,
        "a share above 0, up to 1",
        "write for example 0.3, or leave the injection out",
        sink,
    )
}

/// What an outage does to the switches that it holds up.
fn outage_of(
    table: &mut Table<'_, '_>,
    span: Option<(Instant, Instant)>,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Outage> {
    let (clearing_value, clearing) = CLEARING.with_value(table, sink);
    let clearing = if clearing_value.is_some() { clearing } else { Some(Seconds(0)) };
    let prevents = SWITCHES.read(table, sink);
    let ((from, until), clearing, prevents) = (span?, clearing?, prevents?);
    if let (Some(v), true) = (clearing_value, until - clearing < from) {
        return v.refuse(Mistake::OutOfRange, "no longer than the outage", "write a shorter time, as in \"7 d\"", sink);
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

fn target(value: &Value<'_, '_>, kind: FaultKind, context: &Context<'_>, sink: &mut Sink) -> Option<Target> {
    let mut table: Table<'_, '_> = value.table(sink)?;
    let InjectionKind { name, takes, .. } = kind.known()?;
    for key in WHERE_KEYS.iter().map(|parameter| parameter.key).filter(|key| !takes.contains(key)) {
        if let Some(idle) = table.get(key) {
            let message = format!("`{}` does not apply to `{name}`", idle.path());
            let help = format!("this kind takes {}", table::list(takes.iter().copied(), "`"));
            sink.error(Mistake::KeyOutOfPlace, idle.key_span(), message, help);
        }
    }
    if let (Some(again), true) = (SUPPLIER.get(&mut table, sink), table.has(GAINING.parameter.key)) {
        let message = "`supplier` and `gaining` are two names for one key";
        sink.error(
            Mistake::KeyOutOfPlace,
            again.key_span(),
            message,
            "write one of them, with all suppliers in its list",
        );
    }
    // A key that does not apply has been refused as a whole.
    let [gaining, losing, supplier] =
        [&GAINING, &LOSING, &SUPPLIER].map(|key| match takes.contains(&key.parameter.key) {
            true => key.get(&mut table, sink).map_or(Some(Vec::new()), |v| context.names.suppliers(&v, sink)),
            false => Some(Vec::new()),
        });
    let meters = METERS.get(&mut table, sink).map_or(Some(Vec::new()), |v| {
        v.array(sink)?.iter().map(|i| i.integer(0..=i64::MAX, sink).map(|n| MeterId(n as u64))).collect()
    });
    let region = REGION.optional(&mut table, sink);
    if !table.finish(sink) {
        return None;
    }
    let mut gaining = gaining?;
    gaining.extend(supplier?);
    Some(Target { gaining, losing: losing?, meters: meters?, region: region? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_registry_is_read_and_strikes() {
        for (name, kind) in FaultKind::all() {
            assert_eq!(kind.known().map(|known| known.name), Some(name));
        }
        assert!(FaultKind::SPECIAL.iter().all(|(name, _)| injection::by_name(name).is_some()));
        let plain = |known: &&InjectionKind| !FaultKind::SPECIAL.iter().any(|(name, _)| *name == known.name);
        assert!(REGISTRY.iter().filter(plain).all(|known| known.strike.is_some()));
    }

    #[test]
    fn the_keys_of_every_kind_are_those_of_the_section() {
        for known in REGISTRY {
            let declared = |keys: &[&Parameter], key: &str| keys.iter().any(|parameter| parameter.key == key);
            assert!(known.parameters.iter().all(|key| declared(KEYS, key.name)), "{known:?}");
            assert!(known.takes.iter().all(|key| declared(WHERE_KEYS, key)), "{known:?}");
        }
        for (name, kind) in FaultKind::all() {
            assert!(kind.needs().iter().all(|(key, _)| *key == "where" || kind.takes(key)), "{name}");
        }
    }
}
