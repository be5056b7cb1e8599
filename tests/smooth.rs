//! What is read off a plan whose switch goes smoothly: when it is done, and whether the meter is silent until then.
//!
//! The meter is that of `one_meter`: SSD 2018-12-01, a push at 00:10 (600 s after SSD), runs at 02:00 and 03:00.

mod one_meter;

use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::plan::{DeviceAlert, MeterPlan, Raised, Sending, SupplierId};
use meterchurn::model::smooth::Smooth;
use meterchurn::scenario::{Scenario, read};

use one_meter::script;

const PUSH: i64 = 600;
const RUN: i64 = 2 * 3_600;
/// A latency that does not count: an immediate 6.23 takes a second at least.
const AT_ONCE: i64 = 1;

struct Case {
    scenario: Scenario,
    meter: MeterPlan,
    ssd: Instant,
}

/// The meter, with its 6.23 sent this many seconds after SSD and executed a second later.
fn sent_after(seconds: i64) -> Case {
    let (scenario, _) = read("one-meter", &script().text()).expect("a valid scenario");
    let mut meter = scenario.meters[0].clone();
    let switch = &mut meter.switches[0];
    let ssd = switch.ssd;
    switch.known = ssd;
    for request in &mut switch.cos {
        (request.sending, request.latency, request.fails) = (Sending::At(ssd + Seconds(seconds)), Seconds(0), 0);
    }
    Case { scenario, meter, ssd }
}

impl Case {
    fn but(mut self, change: impl FnOnce(&mut MeterPlan)) -> Self {
        change(&mut self.meter);
        self
    }

    fn pushes_only(self) -> Self {
        self.but(|meter| meter.practice.schedules.clear())
    }

    fn runs_only(self) -> Self {
        self.but(|meter| meter.practice.calendar = None)
    }

    fn smooth(&self) -> Option<Smooth> {
        Smooth::of(&self.meter, self.scenario.window.horizon, &self.scenario.civil)
    }

    /// Seconds from SSD until it is done.
    fn done(&self) -> Option<i64> {
        self.smooth().map(|smooth| smooth.done.0 - self.ssd.0)
    }

    fn is_silent(&self) -> bool {
        self.smooth().expect("a smooth switch").is_silent
    }
}

#[test]
fn a_switch_whose_6_23_comes_ahead_is_done_at_ssd_and_silent() {
    let ahead = sent_after(-86_400).but(|meter| meter.switches[0].known = meter.switches[0].ssd - Seconds(100_000));
    assert_eq!((ahead.done(), ahead.is_silent()), (Some(0), true));
}

#[test]
fn a_late_switch_is_done_when_its_last_device_executes() {
    let late = sent_after(10).but(|meter| {
        meter.devices = 2;
        meter.switches[0].cos[1].latency = Seconds(30);
    });
    assert_eq!(late.done(), Some(40));
}

#[test]
fn a_late_meter_is_silent_until_the_second_of_the_losers_next_push() {
    assert!(sent_after(PUSH - AT_ONCE).pushes_only().is_silent());
    assert!(!sent_after(PUSH).pushes_only().is_silent());
}

#[test]
fn a_late_meter_is_silent_until_the_second_of_the_losers_next_run() {
    assert!(sent_after(RUN - AT_ONCE).runs_only().is_silent());
    assert!(!sent_after(RUN).runs_only().is_silent());
}

#[test]
fn a_late_meter_is_silent_until_a_device_raises_an_alert() {
    let raised = |after: i64, raised: fn(Instant) -> Raised| {
        let alert = |ssd| DeviceAlert::new(0x8010, true, raised(ssd));
        let late = sent_after(after).pushes_only().runs_only();
        let ssd = late.ssd;
        late.but(|meter| meter.alerts = vec![alert(ssd)]).is_silent()
    };
    let once = |ssd: Instant| Raised::Once(ssd + Seconds(50));
    assert!(raised(49, once) && !raised(50, once));
    // December has no daylight saving time: SSD is a UTC midnight.
    let daily = |_| Raised::Daily(50);
    assert!(raised(49, daily) && !raised(50, daily));
    // An alert before SSD does not matter.
    assert!(raised(100, |ssd| Raised::Once(ssd - Seconds(1))));
}

#[test]
fn what_disturbs_a_switch_makes_it_not_smooth() {
    assert!(sent_after(10).smooth().is_some());
    let disturbs = |change: fn(&mut MeterPlan)| sent_after(10).but(change).smooth().is_none();
    assert!(disturbs(|meter| meter.off_wan = vec![(meter.watch, meter.watch + Seconds(1))]));
    assert!(disturbs(|meter| meter.switches[0].cos[0].fails = 1));
    assert!(disturbs(|meter| meter.switches[0].cos[0].sending = Sending::Never));
    assert!(disturbs(|meter| meter.switches[0].known = meter.switches[0].ssd + Seconds(1)));
    assert!(disturbs(|meter| meter.practice.schedules[0].owner = SupplierId(1)));
    assert!(disturbs(|meter| meter.switches.push(meter.switches[0].clone())));
    // What executes beyond the horizon is never done.
    assert!(disturbs(|meter| meter.switches[0].cos[0].sending = Sending::At(Instant(i64::MAX / 2))));
}
