//! Levers: the elementary changes that mitigations are made of. A lever reshapes the plan of a meter point; the walk
//! knows nothing of policies.

use super::draw::{self, Lot};
use super::laws::Laws;
use super::plan::{
    BlackHole, Chase, Class, Detector, Filter, MeterPlan, Passes, Practice, Reading, Recurrence, Schedule, Sending,
    SupplierId,
};
use crate::engine::law::Law;
use crate::engine::time::{DAY, HOUR, Instant, Seconds};

/// One elementary change.
#[derive(Debug, Clone, PartialEq)]
pub enum Lever {
    /// Gaining suppliers that are Users send 6.23 at SSD at the latest.
    SendsAtSsd,
    /// Gaining suppliers that are Users send a future-dated 6.23 once DCC knows of the switch.
    SendsAhead,
    /// This share of immature gainers' cases follow mature practice.
    FollowsMature(f64),
    /// Users send at the latest so long after SSD; non-Users become Users this much faster.
    Enforces {
        /// Latest sending of a User.
        latest: Seconds,
        /// Factor on a non-User's delay.
        non_user_scale: f64,
    },
    /// Losing suppliers delete their schedules before SSD (5.3).
    DeletesSchedules,
    /// Losing suppliers thin their billing calendar before SSD (6.8).
    ThinsCalendar,
    /// Suppliers read by a daily DCC schedule where they had a billing calendar.
    ReadsBySchedule {
        /// UTC second of a scripted meter's run; others draw theirs.
        second: u32,
    },
    /// The DCC withholds alerts from suppliers that its copy does not show.
    Filters {
        /// Which device alerts pass.
        passes: Passes,
        /// Whether E4s and notices are in scope.
        dcc_alerts: bool,
    },
    /// Suppliers discard what is not theirs.
    BlackHoles {
        /// Lag of their own portfolio after a return.
        portfolio_lag: Seconds,
    },
    /// The gaining supplier is chased.
    Chases {
        /// Who notices.
        detector: Detector,
        /// Law of detection.
        detection: Law,
        /// Law of response.
        response: Law,
    },
}

/// Which suppliers a policy concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// Those listed.
    Only(Vec<SupplierId>),
}

impl Scope {
    /// Whether a supplier is concerned.
    pub fn covers(&self, supplier: SupplierId) -> bool {
        match self {
            Scope::All => true,
            Scope::Only(list) => list.contains(&supplier),
        }
    }
}

/// A lever as a policy pulls it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// What changes.
    pub lever: Lever,
    /// From when.
    pub start: Instant,
    /// Share of meter points that it reaches; one draw a meter and mitigation.
    pub adoption: f64,
    /// Suppliers concerned.
    pub scope: Scope,
    /// Names the draws: place of the mitigation in the registry, then of the lever in the mitigation.
    pub index: u32,
}

/// How a meter's switches draw.
pub struct Lots<'a> {
    /// The draws of its k-th switch.
    pub of: &'a dyn Fn(usize) -> Lot<'a>,
    /// A scripted meter takes fixed values where the market's meters draw theirs.
    pub scripted: bool,
}

impl Pull {
    /// Reshapes a plan. Levers are pulled in the order of the policy's list.
    pub fn apply(&self, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        if self.adoption < 1.0 && (lots.of)(0).uniform(draw::ADOPTION, self.index) >= self.adoption {
            return;
        }
        match &self.lever {
            Lever::Filters { passes, dcc_alerts } => {
                if self.scope.covers(meter.holder) {
                    meter.filters.push(Filter { from: self.start, passes: passes.clone(), dcc_alerts: *dcc_alerts });
                }
            }
            Lever::BlackHoles { portfolio_lag } => self.black_hole(meter, *portfolio_lag),
            Lever::ReadsBySchedule { second } => self.read_by_schedule(meter, lots, laws, *second),
            _ => self.apply_to_switches(meter, lots, laws),
        }
    }

    fn black_hole(&self, meter: &mut MeterPlan, portfolio_lag: Seconds) {
        let mut suppliers: Vec<SupplierId> =
            std::iter::once(meter.holder).chain(meter.switches.iter().map(|s| s.to)).collect();
        suppliers.sort();
        suppliers.dedup();
        for supplier in suppliers.into_iter().filter(|s| self.scope.covers(*s)) {
            meter.black_holes.push((supplier, BlackHole { from: self.start, portfolio_lag }));
        }
    }

    /// A meter is converted if its supplier can still act for it when the policy starts.
    fn read_by_schedule(&self, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws, second: u32) {
        let convert = |practice: &mut Practice, owner: SupplierId, place: usize| {
            if practice.calendar.take().is_some() {
                let drawn = || laws.run_second.at((lots.of)(place).uniform(draw::RUN_SECOND, 63)).unwrap_or_default();
                let second = if lots.scripted { second } else { drawn().0.rem_euclid(DAY.0) as u32 };
                practice.schedules.push(Schedule {
                    owner,
                    reads: Reading::DailyReadLog,
                    due: Recurrence::daily(),
                    second,
                });
            }
        };
        let first_loss = meter.switches.first().map(|s| s.ssd);
        if self.scope.covers(meter.holder) && first_loss.is_none_or(|ssd| ssd >= self.start) {
            let holder = meter.holder;
            convert(&mut meter.practice, holder, 0);
        }
        for (k, switch) in meter.switches.iter_mut().enumerate() {
            if self.scope.covers(switch.to) && switch.ssd >= self.start {
                convert(&mut switch.practice, switch.to, k);
            }
        }
    }

    fn apply_to_switches(&self, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        let devices = meter.devices as usize;
        let mut registered = meter.holder;
        for k in 0..meter.switches.len() {
            let lot = (lots.of)(k);
            let switch = &mut meter.switches[k];
            let losing = registered;
            if switch.withdrawn.is_none() {
                registered = switch.to;
            }
            let is_user = switch.class != Class::NonUser && switch.user_from.is_none_or(|from| from <= switch.ssd);
            let gains = self.scope.covers(switch.to) && switch.ssd >= self.start;
            let cos = &mut switch.cos[..devices];
            match &self.lever {
                Lever::SendsAtSsd if gains && is_user => {
                    cos.iter_mut().for_each(|c| sooner(&mut c.sending, switch.ssd))
                }
                Lever::SendsAhead if gains && is_user => {
                    let ahead = lot.duration(&laws.ahead, draw::AHEAD, 1).unwrap_or_default();
                    let at = switch.known + ahead;
                    let at = if at <= switch.ssd - HOUR { at } else { switch.ssd };
                    cos.iter_mut().for_each(|c| sooner(&mut c.sending, at));
                }
                Lever::FollowsMature(share) if gains && is_user && switch.class == Class::Immature => {
                    if lot.uniform(draw::IMPROVES, self.index) < *share
                        && let Some(delay) = lot.duration(&laws.to_623_mature, draw::IMPROVED, self.index)
                    {
                        cos.iter_mut().for_each(|c| sooner(&mut c.sending, switch.ssd + delay));
                    }
                }
                Lever::Enforces { latest, non_user_scale } if gains => {
                    if is_user {
                        let at = switch.ssd + *latest;
                        cos.iter_mut().for_each(|c| sooner(&mut c.sending, at));
                    } else {
                        let scaled = |at: Instant| switch.ssd + scale(at - switch.ssd, *non_user_scale);
                        for request in cos.iter_mut() {
                            if let Sending::At(at) = request.sending {
                                request.sending = Sending::At(scaled(at));
                            }
                        }
                        switch.user_from =
                            switch.user_from.map(|from| if from > switch.ssd { scaled(from) } else { from });
                    }
                }
                Lever::DeletesSchedules | Lever::ThinsCalendar if self.scope.covers(losing) => {
                    let notice = lot.duration(&laws.notice, draw::NOTICE, 0).unwrap_or_default();
                    let lead = lot.duration(&laws.lead, draw::LEAD, 0);
                    let Some(at) = lead.map(|lead| switch.ssd - notice + lead).filter(|at| *at >= self.start) else {
                        continue;
                    };
                    if self.lever == Lever::ThinsCalendar {
                        switch.cancelling.thins_calendar = Some(at);
                    } else {
                        switch.cancelling.deletes_schedules = Some(at);
                    }
                }
                Lever::Chases { detector, detection, response } => {
                    let concerned = match detector {
                        Detector::LosingSupplier => losing,
                        Detector::Monitoring | Detector::Passing | Detector::Sweep(_) => switch.to,
                    };
                    if self.scope.covers(concerned)
                        && let Some(detection) = lot.duration(detection, draw::DETECTION, self.index)
                    {
                        let response = lot.duration(response, draw::RESPONSE, self.index);
                        switch.chases.push(Chase { detector: *detector, detection, response, from: self.start });
                    }
                }
                _ => {}
            }
        }
    }
}

fn sooner(sending: &mut Sending, at: Instant) {
    match sending {
        Sending::At(planned) => *planned = at.min(*planned),
        Sending::Never => *sending = Sending::At(at),
        Sending::Queued(_) => {}
    }
}

fn scale(length: Seconds, factor: f64) -> Seconds {
    Seconds(libm::ceil(length.0 as f64 * factor) as i64)
}
