//! Limits of what a scenario repeats and of its results, so that a study ends and its counters hold its numbers.

use super::excess::{Excess, Repeated};
use crate::engine::rate::Rate;
use crate::engine::time::{DAY, Instant, Seconds};
use crate::model::injection::{Fault, Outage};
use crate::model::lever::Pull;
use crate::model::market::Market;
use crate::model::plan::{Fuel, MeterPlan, Sending, SupplierId, SwitchPlan};
use crate::model::traffic::Message;
use crate::scenario::{Policy, Scenario};
use crate::study::meters::struck;

/// Most steps that repeat, such as a 6.23 that is refused and sent again: at about 0.2 µs each, six hours on one
/// thread.
pub const MOST_REPEATS: f64 = 1e11;
/// Most bytes that the results of a study may take.
pub const MOST_RESULTS: f64 = 8e9;
/// A value in memory, and its line in `metrics.csv`.
const BYTES_A_VALUE: f64 = 100.0;
/// Most bytes of one kind in a run: a quarter of what a counter can hold, since they are only estimated.
pub const MOST_COUNTED: f64 = (u64::MAX / 4) as f64;

/// The bytes that the values of all runs take, in memory and as text.
pub fn bytes_of(values: f64, runs: f64) -> f64 {
    values * runs * BYTES_A_VALUE
}

/// Checks that results are not too large.
///
/// # Errors
/// With [`Excess::Results`].
pub fn check_values(values: f64, runs: f64) -> Result<(), Excess> {
    if bytes_of(values, runs) > MOST_RESULTS { Err(Excess::Results { values, runs }) } else { Ok(()) }
}

/// Checks that this many replications of a scenario do not repeat too many steps.
///
/// # Errors
/// With [`Excess::Repeats`] or [`Excess::RepeatedBytes`].
pub fn check_repeats(scenario: &Scenario, replications: u32) -> Result<(), Excess> {
    let repeats = Repeats::of(scenario);
    let (policies, replications) = (scenario.policies.len() as f64, f64::from(replications));
    let most_swept = (0..).zip(&repeats.sweeps).max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(place, _)| place);
    let (kind, most, total) = [
        (Repeated::Script, repeats.script * policies * replications),
        (Repeated::Market, repeats.market * policies * replications),
        (Repeated::Sweep(most_swept), repeats.sweeps.iter().sum::<f64>() * replications),
    ]
    .into_iter()
    .fold((Repeated::Script, 0.0, 0.0), |(worst, most, total), (kind, number)| {
        if number >= most { (kind, number, total + number) } else { (worst, most, total + number) }
    });
    if total > MOST_REPEATS {
        return Err(Excess::Repeats { total, most, kind });
    }
    let bytes = repeats.copies * Message::CosRequest.wrapped(Fuel::Electricity) as f64;
    if scenario.traffic.is_some() && bytes > MOST_COUNTED { Err(Excess::RepeatedBytes { bytes }) } else { Ok(()) }
}

/// Checks that what a market's estate waits before a stated capacity can be counted: at most all its messages wait for
/// the longest backlog, if the published totals come evenly within each day.
///
/// # Errors
/// With [`Excess::Waits`].
pub fn check_waits(scenario: &Scenario) -> Result<(), Excess> {
    let (Some(market), Some(traffic)) = (&scenario.market, scenario.traffic) else { return Ok(()) };
    let Some(rate) = traffic.capacity.map(Rate::in_a_second) else { return Ok(()) };
    let (mut all, mut backlog, mut longest) = (0.0, 0.0_f64, 0.0_f64);
    for day in 0..scenario.window.days as i32 {
        let messages = market.meters_on(scenario.window.first.plus(day)) * traffic.totals.messages;
        longest = longest.max(backlog + messages);
        backlog = (backlog + messages - rate * DAY.0 as f64).max(0.0);
        all += messages;
    }
    let seconds = all * longest / rate;
    if seconds > MOST_COUNTED { Err(Excess::Waits { seconds }) } else { Ok(()) }
}

/// Whether the script takes almost no time to walk.
pub fn is_soon_walked(scenario: &Scenario) -> bool {
    const SOON: f64 = 1e5;
    Repeats::of(scenario).script < SOON
}

/// Steps of a run that repeat, expected.
#[derive(Debug, Clone, PartialEq)]
struct Repeats {
    // 6.23s that are sent again, of the script and of the market.
    script: f64,
    market: f64,
    // Those of the script, each copy counted.
    copies: f64,
    // Visits of sweeps, by policy.
    sweeps: Vec<f64>,
}

impl Repeats {
    fn of(scenario: &Scenario) -> Self {
        let mut repeats = Self {
            script: 0.0,
            market: scenario.market.as_ref().map_or(0.0, |market| retries_of_market(scenario, market)),
            copies: 0.0,
            sweeps: scenario.policies.iter().map(|policy| sweeps_of_market(scenario, policy)).collect(),
        };
        // The largest number under any policy that changes when 6.23 is sent or when the DCC learns of a switch.
        let pulls = || scenario.policies.iter().flat_map(|policy| &policy.pulls);
        let hold = pulls().filter_map(|pull| pull.lever.profile().holds_failures);
        let (hold, sooner) = (hold.max(), pulls().any(|pull| pull.lever.profile().sends_sooner));
        struck(scenario, |plan| {
            let retries = retries(plan, scenario.window.horizon, hold, sooner);
            repeats.script += retries * if plan.is_coupled() { plan.copies as f64 } else { 1.0 };
            repeats.copies += retries * plan.copies as f64;
            for (policy, sweeps) in scenario.policies.iter().zip(&mut repeats.sweeps) {
                *sweeps += sweeps_of(policy).map(|(pull, every)| visits(plan, pull, every, scenario)).sum::<f64>();
            }
        });
        repeats
    }
}

fn sweeps_of(policy: &Policy) -> impl Iterator<Item = (&Pull, Seconds)> {
    policy.pulls.iter().filter_map(|pull| Some((pull, pull.lever.profile().visits_every?)))
}

/// How often something happens in a period if it recurs at this interval.
fn times(from: Instant, until: Instant, every: Seconds) -> f64 {
    (until - from).0.max(0) as f64 / every.0.max(1) as f64
}

/// From when to before when a switch is the current one, if it is; the loss of it ends its 6.23s.
fn current(plan: &MeterPlan, k: usize, horizon: Instant) -> Instant {
    let next = plan.switches[k + 1..].iter().filter(|next| next.withdrawn.is_none()).map(|next| next.ssd).min();
    next.into_iter().chain(plan.switches[k].withdrawn).fold(horizon, Instant::min)
}

/// 6.23s of a scripted meter that are refused until the DCC learns of the switch, or that the device does not answer.
fn retries(plan: &MeterPlan, horizon: Instant, hold: Option<Seconds>, sooner: bool) -> f64 {
    let of = |(k, switch): (usize, &SwitchPlan)| -> f64 {
        let end = current(plan, k, horizon);
        let hold = hold.filter(|_| switch.follows_a_failure());
        let known = hold.map_or(switch.known, |hold| switch.known.max(switch.ssd + hold)).min(end);
        let of_device = |cos: &crate::model::plan::CosRequest| {
            let (planned, every) = match cos.sending {
                Sending::At(at) => (Some(at), cos.retry),
                // At most once per opening.
                Sending::Queued(at) => (Some(at), cos.retry.max(DAY)),
                Sending::Never => (None, cos.retry),
            };
            let first = if sooner { Some(planned.map_or(switch.ssd, |at| at.min(switch.ssd))) } else { planned };
            first.map_or(0.0, |first| times(first, known, every) + f64::from(cos.fails).min(times(first, end, every)))
        };
        switch.cos[..plan.devices as usize].iter().map(of_device).sum()
    };
    plan.switches.iter().enumerate().map(of).sum()
}

/// How often a sweep visits a scripted meter. It goes on until it finds a certificate that is not the registered
/// supplier's.
fn visits(plan: &MeterPlan, pull: &Pull, every: Seconds, scenario: &Scenario) -> f64 {
    let horizon = scenario.window.horizon;
    let of = |(k, switch): (usize, &SwitchPlan)| {
        if switch.withdrawn.is_some() || !pull.scope.covers(switch.to) {
            return 0.0;
        }
        let first = pull.start.next_in_step(every, switch.ssd);
        let sent = switch.cos[..plan.devices as usize].iter().filter_map(|cos| match cos.sending {
            Sending::At(at) | Sending::Queued(at) => Some(at),
            Sending::Never => None,
        });
        let is_found = plan.off_wan.is_empty() && sent.max().is_none_or(|sent| sent > first);
        let visits = times(first, current(plan, k, horizon), every);
        if is_found { visits.min(1.0) } else { visits }
    };
    plan.switches.iter().enumerate().map(of).sum()
}

/// 6.23s of a market that are refused because the DCC learns of the switch late, or that devices do not answer.
fn retries_of_market(scenario: &Scenario, market: &Market) -> f64 {
    let (window, laws) = (&scenario.window, &scenario.laws);
    let length = (window.horizon - window.start).0 as f64;
    let retry = market.retry.0.max(1) as f64;
    let mut of_a_switch = market.late_share * laws.late_feed.mean().min(length) / retry;
    // A device's attempts are limited, as they are drawn.
    of_a_switch += (market.no_response / (1.0 - market.no_response)).min(1_000.0);
    let mut outages = 0.0;
    for injection in &scenario.injections {
        match &injection.fault {
            Fault::Failing(n) => of_a_switch += injection.share * f64::from(*n),
            // Who starts later is not refused.
            Fault::RegistrationOutage(Outage { postpones: None, .. }) => {
                let until = injection.until.min(window.horizon);
                let left = |at: Instant| (until - at).0.max(0) as f64 / retry;
                outages += injection.share * flow(scenario, market, injection.from, until, left);
            }
            _ => {}
        }
    }
    let devices = 1.0 + market.gas_share * f64::from(scenario.conventions.gas_devices - 1);
    devices * (of_a_switch * market.expected_switches(window) + outages)
}

/// How often a sweep visits the meters of a market that have switched.
fn sweeps_of_market(scenario: &Scenario, policy: &Policy) -> f64 {
    let Some(market) = &scenario.market else { return 0.0 };
    let horizon = scenario.window.horizon;
    let gains: f64 = scenario.suppliers.iter().map(|s| s.weights.gains).sum();
    let of = |(pull, every): (&Pull, Seconds)| {
        let suppliers = (0..).map(SupplierId).zip(&scenario.suppliers);
        let concerned = suppliers.filter(|(id, _)| pull.scope.covers(*id)).map(|(_, s)| s.weights.gains / gains);
        let visits = |at: Instant| times(at.max(pull.start), horizon, every);
        pull.adoption.share * concerned.sum::<f64>() * flow(scenario, market, scenario.window.start, horizon, visits)
    };
    sweeps_of(policy).map(of).sum()
}

/// Expected switches of the days that begin in a time, each day weighed.
fn flow(scenario: &Scenario, market: &Market, from: Instant, until: Instant, weight: impl Fn(Instant) -> f64) -> f64 {
    let day = |n: usize| {
        let day = scenario.window.first.plus(n as i32);
        let at = scenario.civil.midnight(day);
        let volume: f64 = Fuel::ALL.iter().map(|fuel| market.volume_on(*fuel, day)).sum();
        if from < at + DAY && at < until { volume * weight(at) } else { 0.0 }
    };
    (0..scenario.window.days).map(day).sum()
}
