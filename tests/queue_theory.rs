//! The queue in front of the way south against theory: Poisson arrivals and constant service (M/D/1).

use meterchurn::engine::rate::Rate;
use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::plan::MeterId;
use meterchurn::model::south::{Ask, Demand, Kind, SouthQueue, WaySouth};

const DAYS: usize = 60;
/// Six a minute are served, so that a service takes ten seconds.
const SERVICE: f64 = 10.0;

/// Arrivals a second at which the way is used to this share.
fn arrivals(used: f64) -> f64 {
    used / SERVICE
}

/// The queue that Poisson arrivals make, each in the second in which it comes.
fn queue(used: f64) -> SouthQueue {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut uniform = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut demand = Demand::default();
    let mut at = 0.0;
    for n in 0.. {
        at += -libm::log(1.0 - uniform()) / arrivals(used);
        if at >= DAYS as f64 * 86_400.0 {
            break;
        }
        // Places ascend, so that those of one second keep their order.
        demand.ask(Ask { at: Instant(at as i64), place: n << 32, meter: MeterId(n), copies: 1, kind: Kind::Cos });
    }
    let rate = Rate::new(6, Seconds(60)).expect("a rate above 0");
    let way = WaySouth { first: Instant(0), minutes: (DAYS + 1) * 1_440, rate, background: Vec::new() };
    SouthQueue::new(&way, &demand, &[])
}

/// Erlang's distribution of the wait: the share that waits no longer than this many seconds.
fn share_within(used: f64, seconds: f64) -> f64 {
    let terms = (0..=(seconds / SERVICE) as u32).map(|k| {
        let rest = arrivals(used) * (seconds - f64::from(k) * SERVICE);
        // (-rest)^k / k!
        let series: f64 = (1..=k).map(|n| -rest / f64::from(n)).product();
        series * libm::exp(rest)
    });
    (1.0 - used) * terms.sum::<f64>()
}

#[test]
fn the_mean_wait_is_that_of_pollaczek_and_khinchine() {
    for used in [0.3, 0.6, 0.8] {
        let queue = queue(used);
        let waits = &queue.strain().waits_of[Kind::Cos];
        let mean = waits.sum() as f64 / waits.number() as f64;
        let theory = used * SERVICE / (2.0 * (1.0 - used));
        // Arrivals are counted in whole seconds, which changes no wait by a second or more. The rest is chance.
        assert!((mean - theory).abs() < 0.5 + 0.03 * theory, "{used}: {mean} for {theory}");
    }
}

#[test]
fn waits_are_distributed_as_erlang_found() {
    for used in [0.3, 0.6, 0.8] {
        let queue = queue(used);
        let waits = &queue.strain().waits_of[Kind::Cos];
        for seconds in [5, 20, 45, 60] {
            let share = |within: u64| waits.at_most(within) as f64 / waits.number() as f64;
            // A wait in whole seconds is up to a second more or less.
            let (low, high) = (share_within(used, seconds as f64 - 1.0), share_within(used, seconds as f64 + 1.0));
            let found = share(seconds);
            assert!(low - 0.01 < found && found < high + 0.01, "{used}, {seconds} s: {found}, {low} to {high}");
        }
    }
}

#[test]
fn what_all_wait_is_the_integral_of_how_many_wait() {
    for used in [0.3, 0.6, 0.8] {
        let queue = queue(used);
        assert_eq!(queue.waiting().last(), Some(0), "none waits at the end");
        assert_eq!(queue.strain().waits.sum(), queue.strain().message_seconds);
    }
}
