//! Small parts by themselves: the agenda beside two other queues on this model's own pattern, a draw and each law's
//! inversion, and the walk of one case of each typical kind. `benches/README.md` says how to read them. Nothing here
//! fails for being slow.

mod common;

use std::hint::black_box;

use common::{agendas, is_test, median, rounds, seconds};
use meterchurn::engine::law::{Law, beta, normal, poisson};
use meterchurn::engine::random::{Draws, Entity, Purpose};
use meterchurn::engine::time::{DAY, Day, HOUR, Instant, Seconds};
use meterchurn::model::cause::Cause;
use meterchurn::model::ledger::Ledger;
use meterchurn::model::plan::*;
use meterchurn::model::walk::{Around, Walk};
use meterchurn::model::witness::Nobody;
use meterchurn::scenario::{BUILT_IN, read};

/// Rounds; the median counts.
const ROUNDS: usize = 5;

fn main() {
    println!("{} rounds, each number the median", rounds(ROUNDS));
    agendas::compare();
    draws();
    cases();
}

/// Nanoseconds of each of `count` items.
fn nanoseconds(count: usize, mut work: impl FnMut()) -> f64 {
    let times: Vec<f64> = (0..rounds(ROUNDS)).map(|_| seconds(&mut work)).collect();
    median(&times) * 1e9 / count as f64
}

// --- Draws -----------------------------------------------------------------------------------------------------------

/// Different uniform draws that a law is inverted at, again and again.
const DRAWN: usize = 4_096;

fn draws() {
    let draws = Draws::new(1, 0);
    let uniform = |i: usize| draws.uniform(Entity(3 << 61 | i as u64), Purpose(6), 0);
    let repeats = if is_test() { 1 } else { 500 };
    let at: Vec<f64> = (0..DRAWN).map(uniform).collect();
    let each = |name: &str, invert: &dyn Fn(f64) -> f64| {
        let work = || {
            for _ in 0..repeats {
                black_box(at.iter().map(|u| invert(*u)).sum::<f64>());
            }
        };
        println!("{name:<44}{:>8.1}", nanoseconds(DRAWN * repeats, work));
    };

    println!("\n{:<44}{:>8}", "Draws", "ns");
    let one = draws.of(Entity(3 << 61));
    let within = |i: usize| one.uniform(Purpose(6), i as u32);
    for (name, draw) in [
        ("named uniform, the first of its entity", &uniform as &dyn Fn(usize) -> f64),
        ("named uniform, a further one", &within),
    ] {
        let time = nanoseconds(DRAWN * repeats, || {
            black_box((0..DRAWN * repeats).map(draw).sum::<f64>());
        });
        println!("{name:<44}{time:>8.1}");
    }
    let (built_in, _) = read("bench", BUILT_IN).expect("the built-in scenario");
    let laws = built_in.laws;
    let length = |law: &Law, u: f64| law.at(u).map_or(0.0, |length| length.0 as f64);
    let days = |n: f64| n * DAY.0 as f64;
    let log_normal = Law::LogNormal { median: days(30.0), sigma: 1.0 };
    for (name, law) in [
        ("fixed", Law::Fixed(DAY)),
        ("uniform", Law::Uniform { low: 0.0, high: days(3.0) }),
        ("exponential", Law::Exponential { mean: days(365.0) }),
        ("log-normal", log_normal.clone()),
        ("log-normal, capped", Law::Capped(Box::new(log_normal), Seconds::days(60))),
        ("mixture: to-623.mature", laws.to_623_mature),
    ] {
        each(&format!("law {name}"), &|u| length(black_box(&law), u));
    }
    each("standard normal", &normal);
    each("Beta(2, 2)", &|u| beta(2, 2, u));
    each("Poisson, mean 0.5", &|u| poisson(u, 0.5) as f64);
    each("Poisson, mean 10,000", &|u| poisson(u, 1e4) as f64);
}

// --- Cases -----------------------------------------------------------------------------------------------------------

/// Different dates and seconds of each kind of case, so that minute bins are struck at arbitrary places as in a market.
const VARIANTS: i32 = 4_000;

fn cases() {
    // The year's window, and civil time around it.
    let scenario = common::scenario_of(1e3);
    let (window, around) = (scenario.window, Around::time(&scenario.civil));
    let repeats = if is_test() { 1 } else { 50 };
    println!("\n{:<44}{:>8}  booked as", "Walk of a case", "ns");
    for (name, make) in KINDS {
        let plans: Vec<MeterPlan> = (0..VARIANTS)
            .map(|i| {
                // Every day but the last hundred, so that the case and what follows it fall into the window.
                let date = window.first.plus(20 + i % (window.days as i32 - 120));
                let ssd = scenario.civil.midnight(date);
                let mut plan = plain(u64::from(i.unsigned_abs()), ssd, date);
                plan.practice.calendar = Some(daily_at(i));
                make(&mut plan, i);
                plan
            })
            .collect();
        let mut ledger = Ledger::new(window);
        let time = nanoseconds(plans.len() * repeats, || {
            for _ in 0..repeats {
                for plan in &plans {
                    Walk::new(black_box(plan), 1, window.start, window.horizon, around)
                        .finish(&mut ledger, &mut Nobody);
                }
            }
        });
        let booked = |cause: &&Cause| ledger.causes[**cause].values().any(|sums| sums.cases > 0);
        let causes: Vec<&str> = Cause::ALL.iter().filter(booked).map(|cause| cause.name()).collect();
        println!("{name:<44}{time:>8.0}  {}", causes.join(", "));
    }
}

/// Makes a plan one of its kind.
type Make = fn(&mut MeterPlan, i32);

const KINDS: [(&str, Make); 6] = [
    ("on time: sent a day ahead", |plan, _| send(plan, -DAY)),
    ("78 days late, by calendar", |plan, _| send(plan, Seconds::days(78))),
    ("78 days late, by two schedules", |plan, i| {
        by_schedules(plan, i);
        send(plan, Seconds::days(78));
    }),
    ("gainer no User before the horizon", |plan, _| {
        let switch = &mut plan.switches[0];
        switch.class = Class::NonUser;
        switch.user_from = Some(switch.ssd + Seconds::days(400));
        send(plan, Seconds::days(400));
    }),
    ("gas with two devices, 21 days late", |plan, _| {
        (plan.fuel, plan.devices) = (Fuel::Gas, 2);
        plan.switches[0].cos[1].latency = Seconds(9);
        plan.switches[0].ssd = plan.switches[0].ssd + Seconds::hours(5);
        send(plan, Seconds::days(21));
    }),
    ("off the WAN from SSD on for 30 days", |plan, _| {
        let ssd = plan.switches[0].ssd;
        plan.off_wan = vec![(ssd, ssd + Seconds::days(30))];
        send(plan, Seconds(0));
    }),
];

/// The first sending of 6.23 for each device, so long after SSD.
fn send(plan: &mut MeterPlan, after: Seconds) {
    for switch in &mut plan.switches {
        let at = switch.ssd + after;
        switch.cos.iter_mut().for_each(|request| request.sending = Sending::At(at));
    }
}

fn daily_at(i: i32) -> Calendar {
    Calendar { due: Recurrence::daily(), offset: Seconds(i64::from(i) * 7 % 7_200) }
}

fn by_schedules(plan: &mut MeterPlan, i: i32) {
    let run = |reads, second| Schedule::daily(plan.holder, reads, second);
    let second = i.unsigned_abs() * 5 % 21_600;
    plan.practice.schedules = vec![run(Reading::DailyReadLog, second), run(Reading::Profile, (second * 3) % 21_600)];
    plan.practice.calendar = None;
}

/// An electricity meter that a mature supplier gains, which then reads it by calendar.
fn plain(id: u64, ssd: Instant, date: Day) -> MeterPlan {
    let request = CosRequest { latency: Seconds(7), ..CosRequest::new(Sending::Never) };
    let switch = SwitchPlan {
        known: ssd - Seconds::days(5),
        cos: [request; 2],
        configures: Some(DAY + HOUR),
        practice: Practice { calendar: Some(daily_at(id as i32 + 1)), schedules: Vec::new() },
        ..SwitchPlan::new(SupplierId(1), date, ssd)
    };
    MeterPlan {
        region: Region::South,
        watch: ssd - Seconds::days(6),
        switches: vec![switch],
        ..MeterPlan::new(MeterId(id), Fuel::Electricity, SupplierId(0))
    }
}
