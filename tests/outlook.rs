//! What the course of an ordinary meter says before anything is counted: whether the meter is silent until the 6.23 of
//! its switch executes.
//!
//! The meter is that of `one_meter`: SSD 2018-12-01, a push at 00:10 (600 s after SSD), runs at 02:00 and 03:00.

mod one_meter;

use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::course::Outlook;
use meterchurn::model::plan::{DeviceAlert, MeterPlan, Raised, Sending, SupplierId};
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

    fn outlook(&self) -> Option<Outlook<'_>> {
        Outlook::of(&self.meter, &self.scenario.window, &self.scenario.civil)
    }

    fn is_silent(&self) -> bool {
        self.outlook().expect("an ordinary meter").is_silent()
    }
}

#[test]
fn a_switch_whose_6_23_comes_ahead_is_silent() {
    let ahead = sent_after(-86_400).but(|meter| meter.switches[0].known = meter.switches[0].ssd - Seconds(100_000));
    assert!(ahead.pushes_only().is_silent());
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
fn a_6_23_that_fails_is_awaited_until_it_works() {
    let retry = |fails: u32| {
        let late = sent_after(PUSH / 2 - AT_ONCE).pushes_only();
        late.but(|meter| {
            (meter.switches[0].cos[0].fails, meter.switches[0].cos[0].retry) = (fails, Seconds(PUSH / 2 + 1))
        })
    };
    assert!(retry(0).is_silent());
    // Sent again in the second of the push, it executes in the next one.
    assert!(!retry(1).is_silent());
}

#[test]
fn a_refused_6_23_is_awaited_until_dccs_copy_shows_the_gainer() {
    let known = |after: i64| {
        let late = sent_after(10).pushes_only();
        late.but(|meter| {
            let switch = &mut meter.switches[0];
            switch.known = switch.ssd + Seconds(after);
            switch.cos[0].retry = Seconds(PUSH);
        })
    };
    assert!(known(10).is_silent());
    assert!(!known(11).is_silent());
}

#[test]
fn a_meter_off_the_wan_sends_nothing_although_its_6_23_never_executes() {
    let off = sent_after(10).pushes_only().but(|meter| meter.off_wan = vec![(meter.watch, Instant(i64::MAX / 2))]);
    assert!(off.is_silent());
    let never = sent_after(10).pushes_only().but(|meter| meter.switches[0].cos[0].sending = Sending::Never);
    assert!(!never.is_silent());
}

#[test]
fn what_takes_a_walk_has_no_outlook() {
    assert!(sent_after(10).outlook().is_some());
    let takes_a_walk = |change: fn(&mut MeterPlan)| sent_after(10).but(change).outlook().is_none();
    assert!(takes_a_walk(|meter| meter.off_wan = vec![(meter.watch, meter.watch + Seconds(1))]));
    assert!(takes_a_walk(|meter| meter.practice.schedules[0].owner = SupplierId(1)));
    assert!(takes_a_walk(|meter| meter.switches.push(meter.switches[0].clone())));
    assert!(takes_a_walk(|meter| meter.switches[0].cos[0].sending = Sending::Queued(meter.switches[0].ssd)));
}
