//! A second derivation of how injections and levers reshape a plan, from `docs/semantics.md` alone. Each of them turns
//! a plan into a new one; every fact of a switch is asked anew of the plan as it stands, none is carried along.

use meterchurn::engine::law::Law;
use meterchurn::engine::random::Purpose;
use meterchurn::engine::time::{DAY, Day, HOUR, Instant, Seconds};
use meterchurn::model::draw;
use meterchurn::model::injection::{Fault, Injection, Outage, Transfer};
use meterchurn::model::laws::Laws;
use meterchurn::model::lever::{Adopter, Adoption, Lever, Lots, Pull, Scope};
use meterchurn::model::plan::Cancelling;
use meterchurn::model::plan::{
    BlackHole, Book, Chase, Class, CosRequest, Detector, DeviceAlert, Every, Filter, Fuel, GatewayOutage, MeterPlan,
    Neutral, Payment, Practice, Raised, Reading, Recurrence, Schedule, Sending, SupplierId, SwitchPlan, Term, Throttle,
    TransferCause,
};

use super::facts;

/// Injections strike first, in their order, then the levers in theirs, each on what the one before left.
pub fn reshape(meter: &MeterPlan, injections: &[Injection], pulls: &[Pull], laws: &Laws, lots: &Lots<'_>) -> MeterPlan {
    let faulty = injections.iter().fold(meter.clone(), |meter, injection| struck(&meter, injection, lots));
    pulls.iter().fold(faulty, |meter, pull| pulled(&meter, pull, laws, lots))
}

// What both need.

/// The plan with each of its switches replaced.
fn each_switch(meter: &MeterPlan, new: impl Fn(usize, &SwitchPlan) -> SwitchPlan) -> MeterPlan {
    let switches = meter.switches.iter().enumerate().map(|(k, switch)| new(k, switch)).collect();
    MeterPlan { switches, ..meter.clone() }
}

/// The switch with the requests of the devices that the meter has replaced; that of a second device which is not there
/// means nothing, but stays.
fn each_request(meter: &MeterPlan, switch: &SwitchPlan, new: impl Fn(CosRequest) -> CosRequest) -> SwitchPlan {
    let there = |device: usize| device < usize::from(meter.devices);
    let request = |device: usize| if there(device) { new(switch.cos[device]) } else { switch.cos[device] };
    SwitchPlan { cos: [request(0), request(1)], ..switch.clone() }
}

/// As above, by the time of sending alone.
fn each_sending(meter: &MeterPlan, switch: &SwitchPlan, new: impl Fn(Sending) -> Sending) -> SwitchPlan {
    each_request(meter, switch, |request| CosRequest { sending: new(request.sending), ..request })
}

/// The supplier that a switch leaves: the one registered just before, since no two switches share an SSD.
fn left(meter: &MeterPlan, switch: &SwitchPlan) -> SupplierId {
    facts::registered(meter, Instant(switch.ssd.0 - 1))
}

// Injections.

/// The plan after an injection.
pub fn struck(meter: &MeterPlan, injection: &Injection, lots: &Lots<'_>) -> MeterPlan {
    if !lists(&injection.meters, &meter.id) {
        return meter.clone();
    }
    match injection.fault {
        Fault::WanOutage(outage)
            if outage.region.is_none_or(|region| region == meter.region) && hits(injection, 0, lots) =>
        {
            let off_wan = by_the_second(&meter.off_wan, (injection.from, injection.until));
            return MeterPlan { off_wan, ..meter.clone() };
        }
        Fault::WanOutage(_) => return meter.clone(),
        Fault::GatewayOutage => return gateways_away(meter, injection),
        Fault::BookTransfer(ref transfer) if lots.scripted => return book_moved(meter, transfer, lots),
        Fault::BookTransfer(_) => return meter.clone(),
        Fault::BulkCampaign => return in_campaign(meter, injection, lots),
        _ => {}
    }
    each_switch(meter, |k, switch| {
        if !concerns(injection, meter, switch) || !hits(injection, k, lots) {
            return switch.clone();
        }
        if injection.fault == Fault::RegistrationRefresh {
            let known = if switch.known > injection.until { injection.until } else { switch.known };
            return SwitchPlan { known, ..switch.clone() };
        }
        if let Fault::RegistrationOutage(outage) = &injection.fault {
            let next = meter.switches.get(k + 1).map(|next| next.ssd);
            let part = lots.of(k).uniform(draw::CLEARED, injection.index);
            return held_up(meter.fuel, switch, next, outage, injection.until, part);
        }
        let faulty = with_fault(meter, injection, k, switch, lots);
        SwitchPlan { injected: true, ..faulty }
    })
}

/// A switch of which the DCC learns when an outage is cleared, so many parts of the clearing before its end.
fn held_up(
    fuel: Fuel,
    switch: &SwitchPlan,
    next: Option<Instant>,
    outage: &Outage,
    until: Instant,
    part: f64,
) -> SwitchPlan {
    let whole_seconds = (outage.clearing.0 as f64 * part).floor() as i64;
    let known = Instant(until.0 - whole_seconds).max(switch.known);
    let Some(days) = &outage.postpones else { return SwitchPlan { known, injected: true, ..switch.clone() } };
    let gas = if fuel == Fuel::Gas { days.gas_day_start } else { Seconds(0) };
    // The first local day that begins after that.
    let Some(n) = days.midnights.iter().position(|midnight| *midnight > known) else { return switch.clone() };
    let starts = days.midnights[n] + gas;
    if next.is_some_and(|next| starts >= next) {
        return switch.clone();
    }
    if starts <= switch.ssd {
        return SwitchPlan { known, ..switch.clone() };
    }
    let moved = |at: Instant| at + (starts - switch.ssd);
    let mut moves = switch.clone();
    moves.known = known;
    moves.ssd = starts;
    moves.date = days.first.plus(n as i32);
    moves.withdrawn = switch.withdrawn.map(moved);
    moves.user_from = match switch.user_from {
        Some(at) if at > switch.ssd => Some(moved(at)),
        as_it_was => as_it_was,
    };
    moves.cancelling = Cancelling {
        deletes_schedules: switch.cancelling.deletes_schedules.map(moved),
        thins_calendar: switch.cancelling.thins_calendar.map(moved),
        ..switch.cancelling
    };
    for request in &mut moves.cos {
        request.sending = match request.sending {
            Sending::At(at) => Sending::At(moved(at)),
            Sending::Queued(at) => Sending::Queued(moved(at)),
            Sending::Never => Sending::Never,
        };
    }
    moves
}

fn concerns(injection: &Injection, meter: &MeterPlan, switch: &SwitchPlan) -> bool {
    let goes_by = match injection.fault {
        Fault::RegistrationOutage(_) => switch.known,
        _ => switch.ssd,
    };
    lists(&injection.gaining, &switch.to)
        && lists(&injection.losing, &left(meter, switch))
        && injection.from <= goes_by
        && (goes_by < injection.until
            || is_ahead_of_its_time(injection, meter, switch)
            || (injection.fault == Fault::RegistrationRefresh && goes_by <= injection.until))
}

/// Whether a supplier that is no User until the end would send for some device before it.
fn is_ahead_of_its_time(injection: &Injection, meter: &MeterPlan, switch: &SwitchPlan) -> bool {
    let early = |device: usize| match switch.cos[device].sending {
        Sending::At(t) => t < injection.until,
        Sending::Queued(_) | Sending::Never => false,
    };
    matches!(injection.fault, Fault::NotAUser { .. }) && (0..usize::from(meter.devices)).any(early)
}

/// An empty list names all.
fn lists<T: PartialEq>(list: &[T], who: &T) -> bool {
    list.is_empty() || list.contains(who)
}

fn hits(injection: &Injection, k: usize, lots: &Lots<'_>) -> bool {
    injection.share >= 1.0 || lots.of(k).uniform(draw::INJECTED, injection.index) < injection.share
}

fn with_fault(meter: &MeterPlan, injection: &Injection, k: usize, switch: &SwitchPlan, lots: &Lots<'_>) -> SwitchPlan {
    let not_before_ssd = |t: Instant| t.max(switch.ssd);
    match &injection.fault {
        Fault::Plain(kind) if kind.name == "miss-623" => each_sending(meter, switch, |_| Sending::Never),
        Fault::Delayed(law) => {
            let delay = law.at(lots.of(k).uniform(draw::INJECTED_DELAY, injection.index));
            each_sending(meter, switch, |sending| match (sending, delay) {
                (_, None) | (Sending::Never, _) => Sending::Never,
                (Sending::At(t), Some(delay)) => Sending::At(not_before_ssd(t) + delay),
                (Sending::Queued(t), Some(delay)) => Sending::Queued(t + delay),
            })
        }
        Fault::Failing(more) => {
            each_request(meter, switch, |request| CosRequest { fails: request.fails + more, ..request })
        }
        Fault::NotAUser { queued } => {
            let end = injection.until;
            let kept_back = each_sending(meter, switch, |sending| match sending {
                Sending::At(t) if t < end && queued.contains(&switch.to) => Sending::Queued(not_before_ssd(t)),
                Sending::At(t) if t < end => Sending::At(end),
                as_planned => as_planned,
            });
            SwitchPlan { user_from: Some(end), ..kept_back }
        }
        _ => switch.clone(),
    }
}

/// What is off in either: ends of spans are looked at one by one, and a span goes on where another one is on.
fn by_the_second(spans: &[(Instant, Instant)], more: (Instant, Instant)) -> Vec<(Instant, Instant)> {
    let all: Vec<(Instant, Instant)> = spans.iter().copied().chain([more]).collect();
    let off = |t: Instant| all.iter().any(|(from, until)| *from <= t && t < *until);
    let mut starts: Vec<Instant> = all.iter().map(|s| s.0).filter(|t| !off(Instant(t.0 - 1))).collect();
    let mut ends: Vec<Instant> = all.iter().map(|s| s.1).filter(|t| !off(*t)).collect();
    starts.sort();
    starts.dedup();
    ends.sort();
    ends.dedup();
    starts.into_iter().zip(ends).collect()
}

fn gateways_away(meter: &MeterPlan, injection: &Injection) -> MeterPlan {
    let owns = |s: SupplierId| meter.practice.schedules.iter().any(|schedule| schedule.owner == s);
    let gains = |s: SupplierId| meter.switches.iter().any(|switch| switch.to == s);
    let hears = |s: SupplierId| s == meter.holder || owns(s) || gains(s);
    let mut plan = meter.clone();
    for supplier in (0..1_000).map(SupplierId).filter(|s| hears(*s) && lists(&injection.gaining, s)) {
        let own: Vec<(Instant, Instant)> =
            plan.gateway_outages.iter().filter(|o| o.supplier == supplier).map(|o| (o.from, o.until)).collect();
        plan.gateway_outages.retain(|o| o.supplier != supplier);
        for (from, until) in by_the_second(&own, (injection.from, injection.until)) {
            plan.gateway_outages.push(GatewayOutage { supplier, from, until });
        }
    }
    plan
}

fn in_campaign(meter: &MeterPlan, injection: &Injection, lots: &Lots<'_>) -> MeterPlan {
    let day = injection.from;
    let current = facts::current(meter, Instant(day.0 - 1));
    each_switch(meter, |k, switch| {
        let user = match switch.user_from {
            Some(from) => from <= day,
            None => switch.class != Class::NonUser,
        };
        let concerned = lists(&injection.gaining, &switch.to) && lists(&injection.losing, &left(meter, switch));
        if current != Some(k) || !user || !concerned || !hits(injection, k, lots) {
            return switch.clone();
        }
        each_sending(meter, switch, |sending| match sending {
            Sending::At(t) if t <= day => Sending::At(t),
            Sending::At(_) | Sending::Never => Sending::Queued(day),
            Sending::Queued(t) => Sending::Queued(t),
        })
    })
}

/// Number of a meter's date among those of a transfer, if it is to move at all.
fn number_of_date(transfer: &Transfer, lots: &Lots<'_>) -> Option<usize> {
    if transfer.share == 1.0 && transfer.over == 1 {
        return Some(0);
    }
    let u = lots.of(0).uniform(draw::TRANSFERRED, transfer.index);
    let number = (f64::from(transfer.over) * (u / transfer.share)).floor() as usize;
    (u < transfer.share).then_some(number.min(transfer.over as usize - 1))
}

fn book_moved(meter: &MeterPlan, transfer: &Transfer, lots: &Lots<'_>) -> MeterPlan {
    let (seller, buyer) = (transfer.from, transfer.to);
    let gas = if meter.fuel == Fuel::Gas { transfer.dates.gas_day_start } else { Seconds(0) };
    let start_of = |number: usize| transfer.dates.midnights.get(number).map(|midnight| *midnight + gas);
    let mut plan = meter.clone();
    if transfer.share == 1.0 {
        let first = start_of(0).expect("the first date is in the window");
        plan = each_switch(&plan, |_, switch| {
            if switch.to != seller || switch.ssd < first {
                return switch.clone();
            }
            let schedules = switch.practice.schedules.iter().map(|s| Schedule { owner: buyer, ..*s }).collect();
            let practice = Practice { schedules, ..switch.practice.clone() };
            SwitchPlan { to: buyer, practice, ..switch.clone() }
        });
    }
    if let Some((number, ssd)) = number_of_date(transfer, lots).and_then(|number| Some((number, start_of(number)?))) {
        let date = transfer.dates.first.plus(number as i32);
        plan = moved_on(&plan, transfer, date, ssd);
    }
    // One after the other, each judged by those that stand before it.
    let all = std::mem::take(&mut plan.switches);
    for switch in all {
        let registered = facts::registered(&plan, Instant(switch.ssd.0 - 1));
        let of_another_book = switch.book.is_some_and(|book| book.from != registered);
        if switch.to != registered && !of_another_book {
            plan.switches.push(switch);
        }
    }
    plan
}

/// The plan with the transfer's switch on the meter's date, if it is in the book just before.
fn moved_on(meter: &MeterPlan, transfer: &Transfer, date: Day, ssd: Instant) -> MeterPlan {
    let fails = transfer.cause == TransferCause::Failure;
    let in_book = facts::registered(meter, Instant(ssd.0 - 1)) == transfer.from;
    let mut plan = meter.clone();
    if in_book || fails {
        plan.switches.retain(|s| !(s.ssd == ssd && s.withdrawn.is_some()));
    }
    if !in_book || plan.switches.iter().any(|s| s.ssd == ssd) {
        return plan;
    }
    // Executes after one second, and is sent again after a day.
    let cos = CosRequest { latency: Seconds(1), retry: Seconds(86_400), ..CosRequest::new(Sending::Queued(ssd)) };
    let known = Instant(ssd.0 - 86_400);
    let place = plan.switches.iter().filter(|s| s.ssd < ssd).count();
    plan.switches.insert(
        place,
        SwitchPlan {
            known,
            book: Some(Book { cause: transfer.cause, from: transfer.from }),
            injected: fails,
            cos: [cos, cos],
            ..SwitchPlan::new(transfer.to, date, ssd)
        },
    );
    MeterPlan { watch: plan.watch.min(known), ..plan }
}

// Levers.

/// The plan after a lever.
pub fn pulled(meter: &MeterPlan, pull: &Pull, laws: &Laws, lots: &Lots<'_>) -> MeterPlan {
    let on = On { meter, pull, lots };
    match &pull.lever {
        Lever::SendsAtSsd => on.sooner(|_, switch| on.gaining_user(switch).then_some(switch.ssd)),
        Lever::SendsAhead => on.sooner(|k, switch| {
            let ahead = laws.ahead.at(on.draw(k, draw::AHEAD, 1)).map(|ahead| switch.known + ahead);
            let in_time = ahead.filter(|at| (switch.ssd - *at) >= HOUR);
            on.gaining_user(switch).then_some(in_time.unwrap_or(switch.ssd))
        }),
        Lever::BansNonUsers { immature } => each_switch(meter, |k, switch| {
            if !on.gains(switch) || is_user(switch) {
                return switch.clone();
            }
            let late = on.draw(k, draw::IMPROVES, named(pull)) < *immature;
            let law = match &laws.to_623_prepay {
                Some(prepay) if meter.payment == Payment::Prepay => prepay,
                _ if late => &laws.to_623_immature,
                _ => &laws.to_623_mature,
            };
            let after = law.at(on.draw(k, draw::IMPROVED, named(pull)));
            let sends = |sending: Sending| match (sending, after) {
                _ if switch.erroneous => sending,
                (Sending::Never, _) | (_, None) => Sending::Never,
                (_, Some(after)) => Sending::At(switch.ssd + after),
            };
            let class = if late { Class::Immature } else { Class::Mature };
            SwitchPlan { class, user_from: None, ..each_sending(meter, switch, sends) }
        }),
        Lever::HardensFeed(share) => each_switch(meter, |k, switch| {
            let late = switch.known > switch.ssd && !switch.injected;
            let mended = on.gains(switch) && late && on.draw(k, draw::IMPROVES, named(pull)) < *share;
            SwitchPlan { known: if mended { switch.ssd } else { switch.known }, ..switch.clone() }
        }),
        Lever::HoldsFailures(hold) => each_switch(meter, |_, switch| {
            let fails = matches!(switch.book, Some(Book { cause: TransferCause::Failure, .. }));
            if !on.gains(switch) || !fails {
                return switch.clone();
            }
            let known = switch.known.max(switch.ssd + *hold);
            let waits = each_sending(meter, switch, |sending| match sending {
                Sending::At(t) => Sending::At(t.max(known)),
                Sending::Queued(t) => Sending::Queued(t.max(known)),
                Sending::Never => Sending::Never,
            });
            SwitchPlan { known, ..waits }
        }),
        Lever::Throttles { delay, above } => each_switch(meter, |k, switch| {
            let delay = delay.at(on.draw(k, draw::IMPROVED, named(pull))).filter(|_| on.gains(switch));
            let throttle = delay.map(|delay| Throttle { delay, above: *above });
            let slower = |request: CosRequest| CosRequest { throttle: throttle.or(request.throttle), ..request };
            each_request(meter, switch, slower)
        }),
        Lever::FollowsMature(share) => on.sooner(|k, switch| {
            let has_own_law = meter.payment == Payment::Prepay && laws.to_623_prepay.is_some();
            let follows = on.gaining_user(switch)
                && !has_own_law
                && switch.class == Class::Immature
                && on.draw(k, draw::IMPROVES, named(pull)) < *share;
            let practice = laws.to_623_mature.at(on.draw(k, draw::IMPROVED, named(pull)));
            practice.filter(|_| follows).map(|after| switch.ssd + after)
        }),
        Lever::Enforces { latest, non_user_scale } => {
            let users = on.sooner(|_, switch| on.gaining_user(switch).then_some(switch.ssd + *latest));
            // Whether the gainer is a User goes by the plan as it was; sending sooner changes nothing of that.
            each_switch(&users, |_, switch| {
                let others = on.gains(switch) && !is_user(switch);
                if others { on.hastened(switch, *non_user_scale) } else { switch.clone() }
            })
        }
        Lever::SendsPrepayFirst => each_switch(meter, |_, switch| {
            let first = on.gains(switch) && meter.payment == Payment::Prepay;
            SwitchPlan { prepay_first: first || switch.prepay_first, ..switch.clone() }
        }),
        Lever::DeletesSchedules => each_switch(meter, |k, switch| {
            let mut switch = switch.clone();
            if let Some(at) = on.cancels_at(k, &switch, laws) {
                switch.cancelling.deletes_schedules = Some(at);
            }
            switch
        }),
        Lever::ThinsCalendar => each_switch(meter, |k, switch| {
            let mut switch = switch.clone();
            if let Some(at) = on.cancels_at(k, &switch, laws) {
                switch.cancelling.thins_calendar = Some(at);
            }
            switch
        }),
        Lever::PassesLateCommands => each_switch(meter, |_, switch| {
            let mut switch = switch.clone();
            let new = on.start(left(meter, &switch));
            switch.cancelling.late_passes_from = [new, switch.cancelling.late_passes_from].into_iter().flatten().min();
            switch
        }),
        Lever::ReadsBySchedule { second } => {
            on.each_practice(|practice, owner, k| scheduled(practice, owner, on.run_second(*second, laws, k, 63)))
        }
        Lever::ReadsHalfHourly { .. } if meter.fuel == Fuel::Gas => meter.clone(),
        Lever::ReadsHalfHourly { second } => on.each_practice(|practice, owner, k| {
            let mut practice = practice.clone();
            if practice.schedules.iter().all(|schedule| schedule.reads != Reading::Profile) {
                let (second, due, term) = (on.run_second(*second, laws, k, 62), Recurrence::daily(), Term::default());
                practice.schedules.push(Schedule { owner, reads: Reading::Profile, due, second, term });
            }
            practice
        }),
        Lever::ReadsMonthly => on.each_practice(|practice, _, k| {
            let day = if lots.scripted { 0 } else { (28.0 * on.draw(k, draw::MONTH_DAY, 0)).floor() as i32 };
            let mut practice = practice.clone();
            if let Some(calendar) = practice.calendar.as_mut().filter(|c| matches!(c.due.every, Every::Days(_))) {
                // The first of January 2010, and so many days on.
                calendar.due = Recurrence { anchor: Day(14_610 + day), every: Every::Months(1) };
            }
            practice
        }),
        Lever::Filters { passes, dcc_alerts } => {
            let added = |from| Filter { from, passes: passes.clone(), dcc_alerts: *dcc_alerts };
            let new = on.start(meter.holder).map(added);
            MeterPlan { filters: meter.filters.iter().cloned().chain(new).collect(), ..meter.clone() }
        }
        Lever::MutesDccAlerts => {
            let own = &meter.practice.schedules;
            let of_gainers = meter.switches.iter().flat_map(|switch| &switch.practice.schedules);
            let owners: Vec<SupplierId> = own.iter().chain(of_gainers).map(|schedule| schedule.owner).collect();
            let last = owners.iter().max().map_or(0, |last| last.0 + 1);
            let owners = (0..last).map(SupplierId).filter(|supplier| owners.contains(supplier));
            let new = owners.filter_map(|supplier| Some((supplier, on.start(supplier)?)));
            MeterPlan { muted: meter.muted.iter().copied().chain(new).collect(), ..meter.clone() }
        }
        Lever::WithholdsRepeats { most } => {
            let mut meter = meter.clone();
            let Some(start) = on.start(meter.holder) else { return meter };
            let all = meter.alerts.clone();
            for (place, alert) in meter.alerts.iter_mut().enumerate() {
                // The second of the day of another that this one is counted after, if it comes on the same day.
                let comes = |other: &DeviceAlert| match (alert.raised, other.raised) {
                    (_, Raised::Daily(second)) => Some(i64::from(second)),
                    (Raised::Once(this), Raised::Once(at)) if this.utc_day() == at.utc_day() => {
                        Some(at.0.rem_euclid(DAY.0))
                    }
                    (_, Raised::Once(_)) => None,
                };
                let own = match alert.raised {
                    Raised::Daily(second) => i64::from(second),
                    Raised::Once(at) => at.0.rem_euclid(DAY.0),
                };
                let earlier = |(other_place, other): &(usize, &DeviceAlert)| {
                    other.code == alert.code && comes(other).is_some_and(|at| (at, *other_place) < (own, place))
                };
                if all.iter().enumerate().filter(earlier).count() >= *most as usize {
                    alert.withheld_from = [Some(start), alert.withheld_from].into_iter().flatten().min();
                }
            }
            meter
        }
        Lever::RemovesSchedulesAtSsd => {
            let new = on.start(meter.holder);
            MeterPlan {
                removal_at_ssd_from: [new, meter.removal_at_ssd_from].into_iter().flatten().min(),
                ..meter.clone()
            }
        }
        Lever::PlacesNeutral(after) => {
            let new = on.start(meter.holder).map(|from| Neutral { from, after: *after });
            MeterPlan { neutral: new.or(meter.neutral), ..meter.clone() }
        }
        Lever::Forwards(codes) => {
            let new = on.start(meter.holder).map(|from| (from, codes.clone()));
            MeterPlan { forwards: new.or(meter.forwards.clone()), ..meter.clone() }
        }
        Lever::BlackHoles { portfolio_lag } => {
            let hole = |from| BlackHole { from, portfolio_lag: *portfolio_lag };
            // By going through all possible numbers none comes twice, and they ascend.
            let ever = |supplier: &SupplierId| {
                meter.holder == *supplier || meter.switches.iter().any(|switch| switch.to == *supplier)
            };
            let last = meter.switches.iter().map(|switch| switch.to).max().max(Some(meter.holder));
            let new = (0..=last.map_or(0, |last| last.0)).map(SupplierId);
            let new = new.filter(ever).filter_map(|supplier| on.start(supplier).map(|from| (supplier, hole(from))));
            MeterPlan { black_holes: meter.black_holes.iter().copied().chain(new).collect(), ..meter.clone() }
        }
        Lever::Chases { detector, detection, response } => each_switch(meter, |k, switch| {
            // The page names two detectors; the others see what monitoring sees, whoever lost the meter.
            let concerned = match detector {
                Detector::LosingSupplier => left(meter, switch),
                Detector::Monitoring | Detector::Passing | Detector::Sweep(_) => switch.to,
            };
            let detected = on.drawn(k, detection, draw::DETECTION).zip(on.start(concerned));
            let new = detected.map(|(detection, from)| Chase {
                detector: *detector,
                detection,
                response: on.drawn(k, response, draw::RESPONSE),
                from,
            });
            SwitchPlan { chases: switch.chases.iter().copied().chain(new).collect(), ..switch.clone() }
        }),
    }
}

/// A User at SSD, as the page has it: by class and by `user_from` both.
fn is_user(switch: &SwitchPlan) -> bool {
    switch.class != Class::NonUser && switch.user_from.is_none_or(|from| from <= switch.ssd)
}

/// A practice whose calendar, if any, has given way to a daily schedule at the end of the list.
fn scheduled(practice: &Practice, owner: SupplierId, second: u32) -> Practice {
    if practice.calendar.is_none() {
        return practice.clone();
    }
    let new = Schedule { owner, reads: Reading::DailyReadLog, due: Recurrence::daily(), second, term: Term::default() };
    Practice { calendar: None, schedules: practice.schedules.iter().copied().chain([new]).collect() }
}

/// The name of a lever's own draws: 64 numbers for each place among those of its kind, then the kind.
fn named(pull: &Pull) -> u32 {
    let kind = match &pull.lever {
        Lever::FollowsMature(_) => 0,
        Lever::BansNonUsers { .. } => 1,
        Lever::HardensFeed(_) => 2,
        Lever::Throttles { .. } => 3,
        Lever::Chases { detector: Detector::LosingSupplier, .. } => 4,
        Lever::Chases { detector: Detector::Monitoring, .. } => 5,
        Lever::Chases { detector: Detector::Passing, .. } => 6,
        Lever::Chases { detector: Detector::Sweep(_), .. } => 7,
        other => panic!("{other:?} has no draws of its own"),
    };
    64 * pull.occurrence + kind
}

/// A lever about to reshape a plan.
struct On<'p, 'l> {
    meter: &'p MeterPlan,
    pull: &'p Pull,
    lots: &'p Lots<'l>,
}

impl On<'_, '_> {
    /// The second of the day at which a schedule runs that the lever gives to a meter: the parameter's in a script.
    fn run_second(&self, scripted: u32, laws: &Laws, k: usize, index: u32) -> u32 {
        if self.lots.scripted {
            return scripted;
        }
        laws.run_second.at(self.draw(k, draw::RUN_SECOND, index)).map_or(0, |at| at.0.rem_euclid(DAY.0) as u32)
    }

    fn draw(&self, k: usize, purpose: Purpose, index: u32) -> f64 {
        self.lots.of(k).uniform(purpose, index)
    }

    /// A law drawn with the lever's own index.
    fn drawn(&self, k: usize, law: &Law, purpose: Purpose) -> Option<Seconds> {
        law.at(self.draw(k, purpose, named(self.pull)))
    }

    /// From when on the lever is pulled where this supplier acts.
    fn start(&self, supplier: SupplierId) -> Option<Instant> {
        let covered = match &self.pull.scope {
            Scope::All => true,
            Scope::Only(some) => some.contains(&supplier),
        };
        let Adoption { share, over, by } = self.pull.adoption;
        let at_once = share >= 1.0 && over.0 == 0;
        let u = match by {
            Adopter::Meter => self.draw(0, draw::ADOPTION, self.pull.entry),
            Adopter::Supplier => (self.lots.supplier)(supplier).uniform(draw::ADOPTION, self.pull.entry),
        };
        match (covered, at_once) {
            (false, _) => None,
            (true, true) => Some(self.pull.start),
            (true, false) if u >= share => None,
            // Of those that join at all, so great a part has joined before this one.
            (true, false) => Some(self.pull.start + Seconds((over.0 as f64 * (u / share)).ceil() as i64)),
        }
    }

    fn gains(&self, switch: &SwitchPlan) -> bool {
        self.start(switch.to).is_some_and(|start| switch.ssd >= start)
    }

    /// How the meter is read, changed for the holder, if the first loss comes after the start, and for gainers.
    fn each_practice(&self, new: impl Fn(&Practice, SupplierId, usize) -> Practice) -> MeterPlan {
        let changed = each_switch(self.meter, |k, switch| {
            let practice = new(&switch.practice, switch.to, k);
            SwitchPlan {
                practice: if self.gains(switch) { practice } else { switch.practice.clone() },
                ..switch.clone()
            }
        });
        let lost = self.meter.switches.first().map_or(Instant(i64::MAX), |first| first.ssd);
        let in_time = self.start(self.meter.holder).is_some_and(|start| start <= lost);
        let practice = &self.meter.practice;
        MeterPlan { practice: if in_time { new(practice, self.meter.holder, 0) } else { practice.clone() }, ..changed }
    }

    fn gaining_user(&self, switch: &SwitchPlan) -> bool {
        self.gains(switch) && is_user(switch)
    }

    /// The plan with what is not queued sent at the given second at the latest; `None` leaves a switch alone.
    fn sooner(&self, at: impl Fn(usize, &SwitchPlan) -> Option<Instant>) -> MeterPlan {
        each_switch(self.meter, |k, switch| match at(k, switch) {
            None => switch.clone(),
            Some(at) => each_sending(self.meter, switch, |sending| match sending {
                Sending::Never => Sending::At(at),
                Sending::At(planned) => Sending::At(planned.min(at)),
                Sending::Queued(planned) => Sending::Queued(planned),
            }),
        })
    }

    /// A switch whose gainer is no User yet and becomes one faster: its times are drawn towards SSD.
    fn hastened(&self, switch: &SwitchPlan, factor: f64) -> SwitchPlan {
        let drawn_in = |t: Instant| switch.ssd + Seconds(((t - switch.ssd).0 as f64 * factor).ceil() as i64);
        let sends = each_sending(self.meter, switch, |sending| match sending {
            Sending::At(t) => Sending::At(drawn_in(t)),
            // Queued at a time is not sent at it.
            as_planned @ (Sending::Queued(_) | Sending::Never) => as_planned,
        });
        let user_from = switch.user_from.map(|from| if from > switch.ssd { drawn_in(from) } else { from });
        SwitchPlan { user_from, ..sends }
    }

    /// When the losing supplier, warned of its loss, comes to cancel; not before the policy starts.
    fn cancels_at(&self, k: usize, switch: &SwitchPlan, laws: &Laws) -> Option<Instant> {
        let notice = laws.notice.at(self.draw(k, draw::NOTICE, 0))?;
        let lead = laws.lead.at(self.draw(k, draw::LEAD, 0))?;
        let at = switch.ssd - notice + lead;
        self.start(left(self.meter, switch)).filter(|start| at >= *start).map(|_| at)
    }
}
