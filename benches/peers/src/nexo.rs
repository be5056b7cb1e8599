//! The framework nexosim, where one model holds all meters and schedules its own events: an event for every alert, or
//! only for changes.

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::QuerySource;
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::draws::{Case, Draws};
use crate::heap::{next_daily, switches};
use crate::streams::Streams;
use crate::totals::Totals;
use crate::{DAY, HORIZON};

/// The year begins one second after the simulation, since nothing can be scheduled for the second in which it begins.
const LEAD: u32 = 1;

/// What a meter knows.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Meter {
    loser: u8,
    trusts_loser: bool,
}

/// Changes of supplier that are still to come. Only the next is scheduled, which keeps the framework's queue short.
#[derive(Serialize, Deserialize)]
struct Switches(Vec<(u32, u32)>);

impl Switches {
    fn new(meters: u32, draws: &Draws) -> Self {
        let mut switches = switches(meters, draws);
        switches.reverse();
        Self(switches)
    }

    /// The second of the next.
    fn next(&self) -> Option<u32> {
        self.0.last().map(|&(at, _)| at)
    }

    /// Takes a meter whose change is due at the second `now`.
    fn pop_at(&mut self, now: u32) -> Option<u32> {
        self.0.pop_if(|&mut (at, _)| at == now).map(|(_, meter)| meter)
    }
}

/// All meters, with an event for every alert.
#[derive(Serialize, Deserialize)]
struct Market {
    draws: Draws,
    switches: Switches,
    meters: Vec<Meter>,
    totals: Totals,
}

#[Model]
impl Market {
    fn new(meters: u32) -> Self {
        let draws = Draws::default();
        let switches = Switches::new(meters, &draws);
        Self { draws, switches, meters: vec![Meter::default(); meters as usize], totals: Totals::default() }
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.schedule_switch(cx);
    }

    fn schedule_switch(&self, cx: &Context<Self>) {
        if let Some(at) = self.switches.next() {
            cx.schedule_event(instant(at), schedulable!(Self::switch), ()).expect("the future");
        }
    }

    #[nexosim(schedulable)]
    fn switch(&mut self, _: (), cx: &Context<Self>) {
        while let Some(meter) = self.switches.pop_at(second(cx)) {
            self.change_supplier(meter, cx);
        }
        self.schedule_switch(cx);
    }

    fn change_supplier(&mut self, meter: u32, cx: &Context<Self>) {
        self.totals.cases += 1;
        let case = self.draws.case(meter);
        let now = second(cx);
        // Nothing can be scheduled for the present second: 6.23 has come already, or the alert is due at once.
        self.meters[meter as usize] = Meter { loser: case.loser, trusts_loser: case.until > now };
        if case.until > now && case.until < HORIZON {
            // Scheduled before the alerts, so that it comes first within its second.
            cx.schedule_event(instant(case.until), schedulable!(Self::certificate), meter).expect("the future");
        }
        match next_daily(now, case.read) {
            at if at == now => self.read(meter, cx),
            at if at < HORIZON => cx.schedule_event(instant(at), schedulable!(Self::read), meter).expect("the future"),
            _ => {}
        }
        for offset in case.rejections {
            match next_daily(now, offset) {
                at if at == now => self.rejection(meter, cx),
                at if at < HORIZON => {
                    cx.schedule_event(instant(at), schedulable!(Self::rejection), meter).expect("the future");
                }
                _ => {}
            }
        }
    }

    #[nexosim(schedulable)]
    fn certificate(&mut self, meter: u32) {
        self.meters[meter as usize].trusts_loser = false;
    }

    #[nexosim(schedulable)]
    fn read(&mut self, meter: u32, cx: &Context<Self>) {
        let Meter { loser, trusts_loser } = self.meters[meter as usize];
        if trusts_loser {
            self.totals.count_read(second(cx), loser);
            cx.schedule_event(A_DAY, schedulable!(Self::read), meter).expect("the future");
        }
    }

    #[nexosim(schedulable)]
    fn rejection(&mut self, meter: u32, cx: &Context<Self>) {
        if self.meters[meter as usize].trusts_loser {
            self.totals.count_rejection(second(cx));
            cx.schedule_event(A_DAY, schedulable!(Self::rejection), meter).expect("the future");
        }
    }

    /// Answers what was counted.
    async fn totals(&mut self) -> Totals {
        self.totals.clone()
    }
}

/// All meters, with an event for each change of a meter's state.
#[derive(Serialize, Deserialize)]
struct Changes {
    draws: Draws,
    switches: Switches,
    streams: Streams,
}

#[Model]
impl Changes {
    fn new(meters: u32) -> Self {
        let draws = Draws::default();
        Self { switches: Switches::new(meters, &draws), draws, streams: Streams::default() }
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.schedule_switch(cx);
    }

    fn schedule_switch(&self, cx: &Context<Self>) {
        if let Some(at) = self.switches.next() {
            cx.schedule_event(instant(at), schedulable!(Self::switch), ()).expect("the future");
        }
    }

    #[nexosim(schedulable)]
    fn switch(&mut self, _: (), cx: &Context<Self>) {
        let now = second(cx);
        while let Some(meter) = self.switches.pop_at(now) {
            match self.draws.case(meter).until {
                // Nothing can be scheduled for the present second.
                until if until == now => self.certificate(meter, cx),
                until => cx.schedule_event(instant(until), schedulable!(Self::certificate), meter).expect("the future"),
            }
        }
        self.schedule_switch(cx);
    }

    /// Counts what was sent since the change of supplier.
    #[nexosim(schedulable)]
    fn certificate(&mut self, meter: u32, cx: &Context<Self>) {
        self.streams.count(&Case { until: second(cx), ..self.draws.case(meter) });
    }

    /// Answers what was counted.
    async fn totals(&mut self) -> Totals {
        self.streams.totals()
    }
}

const A_DAY: Duration = Duration::from_secs(DAY as u64);

/// The framework's time of a second of the year.
fn instant(second: u32) -> MonotonicTime {
    MonotonicTime::EPOCH + Duration::from_secs(u64::from(LEAD + second))
}

/// The second of the year that it is.
fn second<M: Model>(cx: &Context<M>) -> u32 {
    cx.time().as_secs() as u32 - LEAD
}

/// Runs the year with an event for every alert, on one thread.
pub fn alerts(meters: u32) -> Result<Totals, SimulationError> {
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let totals = QuerySource::new().connect(Market::totals, &mailbox).register(&mut bench);
    let mut simulation = bench.add_model(Market::new(meters), mailbox, "market").init(MonotonicTime::EPOCH)?;
    simulation.step_until(instant(HORIZON - 1))?;
    Ok(simulation.process_query(&totals, ())?)
}

/// Runs the year with an event for each change of a meter's state, on one thread. The horizon ends every wait.
pub fn changes(meters: u32) -> Result<Totals, SimulationError> {
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let totals = QuerySource::new().connect(Changes::totals, &mailbox).register(&mut bench);
    let mut simulation = bench.add_model(Changes::new(meters), mailbox, "market").init(MonotonicTime::EPOCH)?;
    simulation.step_until(instant(HORIZON))?;
    Ok(simulation.process_query(&totals, ())?)
}
