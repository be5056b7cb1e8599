//! A second derivation of how injections and levers reshape a plan, from `docs/semantics.md` alone. Each of them turns a
//! plan into a new one; every fact of a switch is asked anew of the plan as it stands, none is carried along.

use meterchurn::engine::law::Law;
use meterchurn::engine::random::Purpose;
use meterchurn::engine::time::{DAY, HOUR, Instant, Seconds};
use meterchurn::model::draw;
use meterchurn::model::injection::{Fault, Injection};
use meterchurn::model::laws::Laws;
use meterchurn::model::lever::{Lever, Lots, Pull, Scope};
use meterchurn::model::plan::{
    BlackHole, Chase, Class, CosRequest, Detector, Filter, MeterPlan, Practice, Reading, Recurrence, Schedule, Sending,
    SupplierId, SwitchPlan,
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
    each_switch(meter, |k, switch| {
        if !concerns(injection, meter, switch) || !hits(injection, k, lots) {
            return switch.clone();
        }
        let faulty = with_fault(meter, injection, k, switch, lots);
        SwitchPlan { injected: true, ..faulty }
    })
}

fn concerns(injection: &Injection, meter: &MeterPlan, switch: &SwitchPlan) -> bool {
    let goes_by = match injection.fault {
        Fault::RegistrationOutage => switch.known,
        Fault::Missing | Fault::Delayed(_) | Fault::Failing(_) | Fault::NotAUser { .. } => switch.ssd,
    };
    named(&injection.meters, &meter.id)
        && named(&injection.gaining, &switch.to)
        && named(&injection.losing, &left(meter, switch))
        && (injection.from..injection.until).contains(&goes_by)
}

/// An empty list names all.
fn named<T: PartialEq>(list: &[T], who: &T) -> bool {
    list.is_empty() || list.contains(who)
}

fn hits(injection: &Injection, k: usize, lots: &Lots<'_>) -> bool {
    injection.share >= 1.0 || (lots.of)(k).uniform(draw::INJECTED, injection.index) < injection.share
}

fn with_fault(meter: &MeterPlan, injection: &Injection, k: usize, switch: &SwitchPlan, lots: &Lots<'_>) -> SwitchPlan {
    let not_before_ssd = |t: Instant| t.max(switch.ssd);
    match &injection.fault {
        Fault::Missing => each_sending(meter, switch, |_| Sending::Never),
        Fault::Delayed(law) => {
            let delay = law.at((lots.of)(k).uniform(draw::INJECTED_DELAY, injection.index));
            each_sending(meter, switch, |sending| match (sending, delay) {
                (_, None) | (Sending::Never, _) => Sending::Never,
                (Sending::At(t), Some(delay)) => Sending::At(not_before_ssd(t) + delay),
                (Sending::Queued(t), Some(delay)) => Sending::Queued(t + delay),
            })
        }
        Fault::Failing(more) => {
            each_request(meter, switch, |request| CosRequest { fails: request.fails + more, ..request })
        }
        Fault::RegistrationOutage => SwitchPlan { known: injection.until, ..switch.clone() },
        Fault::NotAUser { queued } => {
            let end = injection.until;
            let kept_back = each_sending(meter, switch, |sending| match sending {
                Sending::At(t) if t < end && queued.contains(&switch.to) => Sending::Queued(not_before_ssd(t)),
                Sending::At(t) if t < end => Sending::At(end),
                as_planned => as_planned,
            });
            SwitchPlan { user_from: Some(end), ..kept_back }
        }
    }
}

// Levers.

/// The plan after a lever.
pub fn pulled(meter: &MeterPlan, pull: &Pull, laws: &Laws, lots: &Lots<'_>) -> MeterPlan {
    let on = On { meter, pull, lots };
    if pull.adoption < 1.0 && on.draw(0, draw::ADOPTION, pull.index) >= pull.adoption {
        return meter.clone();
    }
    match &pull.lever {
        Lever::SendsAtSsd => on.sooner(|_, switch| on.gaining_user(switch).then_some(switch.ssd)),
        Lever::SendsAhead => on.sooner(|k, switch| {
            let ahead = laws.ahead.at(on.draw(k, draw::AHEAD, 1)).map(|ahead| switch.known + ahead);
            let in_time = ahead.filter(|at| (switch.ssd - *at) >= HOUR);
            on.gaining_user(switch).then_some(in_time.unwrap_or(switch.ssd))
        }),
        Lever::FollowsMature(share) => on.sooner(|k, switch| {
            let follows = on.gaining_user(switch)
                && switch.class == Class::Immature
                && on.draw(k, draw::IMPROVES, pull.index) < *share;
            let practice = laws.to_623_mature.at(on.draw(k, draw::IMPROVED, pull.index));
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
        Lever::ReadsBySchedule { second } => {
            let run = |k: usize| {
                if lots.scripted {
                    *second
                } else {
                    let drawn = laws.run_second.at(on.draw(k, draw::RUN_SECOND, 63));
                    drawn.map_or(0, |after| after.0.rem_euclid(DAY.0) as u32)
                }
            };
            let first_in_time = meter.switches.first().is_none_or(|first| first.ssd >= pull.start);
            let gained = each_switch(meter, |k, switch| SwitchPlan {
                practice: if on.gains(switch) {
                    scheduled(&switch.practice, switch.to, run(k))
                } else {
                    switch.practice.clone()
                },
                ..switch.clone()
            });
            let holders = on.covers(meter.holder) && first_in_time;
            MeterPlan {
                practice: if holders {
                    scheduled(&meter.practice, meter.holder, run(0))
                } else {
                    meter.practice.clone()
                },
                ..gained
            }
        }
        Lever::Filters { passes, dcc_alerts } => {
            let added = Filter { from: pull.start, passes: passes.clone(), dcc_alerts: *dcc_alerts };
            let new = on.covers(meter.holder).then_some(added);
            MeterPlan { filters: meter.filters.iter().cloned().chain(new).collect(), ..meter.clone() }
        }
        Lever::BlackHoles { portfolio_lag } => {
            let hole = BlackHole { from: pull.start, portfolio_lag: *portfolio_lag };
            // By going through all possible numbers none comes twice, and they ascend.
            let ever = |supplier: &SupplierId| {
                meter.holder == *supplier || meter.switches.iter().any(|switch| switch.to == *supplier)
            };
            let last = meter.switches.iter().map(|switch| switch.to).max().max(Some(meter.holder));
            let new = (0..=last.map_or(0, |last| last.0)).map(SupplierId);
            let new = new.filter(ever).filter(|supplier| on.covers(*supplier)).map(|supplier| (supplier, hole));
            MeterPlan { black_holes: meter.black_holes.iter().copied().chain(new).collect(), ..meter.clone() }
        }
        Lever::Chases { detector, detection, response } => each_switch(meter, |k, switch| {
            // The page names two detectors; the others see what monitoring sees, whoever lost the meter.
            let concerned = match detector {
                Detector::LosingSupplier => left(meter, switch),
                Detector::Monitoring | Detector::Passing | Detector::Sweep(_) => switch.to,
            };
            let detected = on.drawn(k, detection, draw::DETECTION).filter(|_| on.covers(concerned));
            let new = detected.map(|detection| Chase {
                detector: *detector,
                detection,
                response: on.drawn(k, response, draw::RESPONSE),
                from: pull.start,
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
    let new = Schedule { owner, reads: Reading::DailyReadLog, due: Recurrence::daily(), second };
    Practice { calendar: None, schedules: practice.schedules.iter().copied().chain([new]).collect() }
}

/// A lever about to reshape a plan.
struct On<'p, 'l> {
    meter: &'p MeterPlan,
    pull: &'p Pull,
    lots: &'p Lots<'l>,
}

impl On<'_, '_> {
    fn draw(&self, k: usize, purpose: Purpose, index: u32) -> f64 {
        (self.lots.of)(k).uniform(purpose, index)
    }

    /// A law drawn with the lever's own index.
    fn drawn(&self, k: usize, law: &Law, purpose: Purpose) -> Option<Seconds> {
        law.at(self.draw(k, purpose, self.pull.index))
    }

    fn covers(&self, supplier: SupplierId) -> bool {
        match &self.pull.scope {
            Scope::All => true,
            Scope::Only(some) => some.contains(&supplier),
        }
    }

    fn gains(&self, switch: &SwitchPlan) -> bool {
        self.covers(switch.to) && switch.ssd >= self.pull.start
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
        (self.covers(left(self.meter, switch)) && at >= self.pull.start).then_some(at)
    }
}
