//! The framework nexosim, where one model holds all meters and schedules its own events: an event for every alert, or
//! only for changes.

use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::QuerySource;
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::draws::{Case, Draws};
use crate::heap::next_daily;
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

/// All meters, with an event for every alert.
#[derive(Serialize, Deserialize)]
struct Market {
    draws: Draws,
    meters: Vec<Meter>,
    totals: Totals,
}

#[Model]
impl Market {
    fn new(meters: u32) -> Self {
        Self { draws: Draws::default(), meters: vec![Meter::default(); meters as usize], totals: Totals::default() }
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for meter in 0..self.meters.len() as u32 {
            let switch = instant(self.draws.case(meter).switch);
            cx.schedule_event(switch, schedulable!(Self::switch), meter).expect("the year has not begun");
        }
    }

    #[nexosim(schedulable)]
    fn switch(&mut self, meter: u32, cx: &Context<Self>) {
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
    meters: u32,
    streams: Streams,
}

#[Model]
impl Changes {
    fn new(meters: u32) -> Self {
        Self { draws: Draws::default(), meters, streams: Streams::default() }
    }

    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for meter in 0..self.meters {
            let switch = instant(self.draws.case(meter).switch);
            cx.schedule_event(switch, schedulable!(Self::switch), meter).expect("the year has not begun");
        }
    }

    #[nexosim(schedulable)]
    fn switch(&mut self, meter: u32, cx: &Context<Self>) {
        match self.draws.case(meter).until {
            // Nothing can be scheduled for the present second.
            until if until == second(cx) => self.certificate(meter, cx),
            until => cx.schedule_event(instant(until), schedulable!(Self::certificate), meter).expect("the future"),
        }
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
