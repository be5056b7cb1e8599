//! Scenarios built in code.

use jiff::civil::Date;

use super::check;
use super::diagnostics::Invalid;
use super::names::{EARLIEST, LATEST, Names};
use super::places::Places;
use super::sections::context::Context;
use super::sections::cos::never;
use super::sections::primary;
use super::sections::script;
use super::sections::supplier::Habits;
use super::sections::switch::KNOWN;
use super::{Experiment, Policy, Scenario, Supplier, TrafficPlan};
use crate::engine::time::{Day, Seconds};
use crate::model::civil::{Civil, day_of};
use crate::model::injection::Injection;
use crate::model::laws::Laws;
use crate::model::ledger::Window;
use crate::model::market::{Conventions, Market, Weights};
use crate::model::plan::{
    Calendar, CosRequest, DeviceKind, Fuel, MeterId, MeterPlan, Practice, Reading, Recurrence, Schedule, Sending,
    SupplierId, Term,
};
use crate::results::expectation::Expectation;
use crate::text::Advice;

/// Builds a scenario from values instead of a file. A window and something to simulate are required. Without a policy,
/// the scenario has a baseline that changes nothing.
///
/// ```
/// use jiff::civil::date;
/// use meterchurn::engine::time::Seconds;
/// use meterchurn::scenario::builder::{Meter, Switch};
/// use meterchurn::scenario::{Scenario, Supplier};
///
/// let scenario = Scenario::builder("two-switches")
///     .window(date(2018, 11, 1), date(2019, 3, 1))
///     .suppliers(["a", "b"].map(Supplier::new))
///     .meter(
///         Meter::of("a")
///             .pushing_daily(Seconds::minutes(10))
///             .switch(Switch::to("b", date(2018, 12, 1)).executing_after(Seconds::days(3)))
///             .switch(Switch::to("a", date(2019, 1, 1))),
///     )
///     .build()?;
/// assert_eq!(scenario.meters[0].switches.len(), 2);
/// # Ok::<(), meterchurn::scenario::Invalid>(())
/// ```
#[derive(Debug, Clone)]
pub struct Builder {
    id: String,
    title: String,
    story: String,
    window: Option<(Date, Date)>,
    warm_up_days: i32,
    suppliers: Vec<Supplier>,
    conventions: Conventions,
    laws: Laws,
    market: Option<Market>,
    traffic: Option<TrafficPlan>,
    meters: Vec<Meter>,
    injections: Vec<Injection>,
    policies: Vec<Policy>,
    expectations: Vec<Expectation>,
    experiment: Experiment,
}

impl Scenario {
    /// Begins a scenario with this id.
    pub fn builder(id: &str) -> Builder {
        Builder {
            id: id.to_owned(),
            title: String::new(),
            story: String::new(),
            window: None,
            warm_up_days: 0,
            suppliers: Vec::new(),
            conventions: Conventions::default(),
            laws: Laws::default(),
            market: None,
            traffic: None,
            meters: Vec::new(),
            injections: Vec::new(),
            policies: Vec::new(),
            expectations: Vec::new(),
            experiment: Experiment::default(),
        }
    }
}

impl Builder {
    /// Sets the title: what the scenario is, in one line. The default is its id.
    pub fn title(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    /// Sets the story: what happened and what the scenario assumes, in several lines.
    pub fn story(self, story: &str) -> Self {
        Self { story: story.to_owned(), ..self }
    }

    /// Sets the window: the local days from `first` up to, but not including, `end` are counted.
    pub fn window(self, first: Date, end: Date) -> Self {
        Self { window: Some((first, end)), ..self }
    }

    /// Sets the number of days by which a market begins before the window. They are simulated but not counted.
    pub fn warm_up(self, days: u16) -> Self {
        Self { warm_up_days: days.into(), ..self }
    }

    /// Adds suppliers. The model identifies them by index, starting at 0. Sizes are used as given.
    pub fn suppliers(mut self, suppliers: impl IntoIterator<Item = Supplier>) -> Self {
        self.suppliers.extend(suppliers);
        self
    }

    /// Sets what the DCC does where its rules leave a choice.
    pub fn conventions(self, conventions: Conventions) -> Self {
        Self { conventions, ..self }
    }

    /// Sets the distributions of delays.
    pub fn laws(self, laws: Laws) -> Self {
        Self { laws, ..self }
    }

    /// Sets the market: meters and switches that are drawn at random.
    pub fn market(self, market: Market) -> Self {
        Self { market: Some(market), ..self }
    }

    /// Counts messages, with these settings.
    pub fn traffic(self, traffic: TrafficPlan) -> Self {
        Self { traffic: Some(traffic), ..self }
    }

    /// Adds a scripted meter. Meters are numbered from 1 in the order in which they are added.
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meters.push(meter);
        self
    }

    /// Adds a fault.
    pub fn injection(mut self, injection: Injection) -> Self {
        self.injections.push(injection);
        self
    }

    /// Adds a policy.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Adds an expectation: what the results must show.
    pub fn expect(mut self, expectation: Expectation) -> Self {
        self.expectations.push(expectation);
        self
    }

    /// Sets the seed, replications, confidence and baseline.
    pub fn experiment(self, experiment: Experiment) -> Self {
        Self { experiment, ..self }
    }

    /// Builds the scenario. Its list of assumptions is empty, because values given in code have no source.
    ///
    /// # Errors
    /// The first problem found by the checks that also apply to files.
    pub fn build(mut self) -> Result<Scenario, Invalid> {
        let (window, civil) = self.time()?;
        self.check_names()?;
        let meters = self.plans(window, &civil)?;
        refuse(check::not_empty(self.market.is_some(), &meters))?;
        let weights: Vec<Weights> = self.suppliers.iter().map(|s| s.weights).collect();
        if let Some(market) = &self.market {
            refuse(check::market(&self.suppliers))?;
            refuse(check::gainers(&weights, &market.pairs, |loser| &self.suppliers[usize::from(loser.0)].id))?;
        }
        if !self.policies.iter().any(|policy| policy.id == Policy::existing_practice().id) {
            self.policies.insert(0, Policy::existing_practice());
        }
        let around =
            self.market.as_ref().map(|market| (market, self.conventions, (&self.laws, self.injections.as_slice())));
        let frame = super::frame(&self.suppliers, self.traffic.as_ref(), around, &self.policies, (&window, &civil));
        for expectation in &self.expectations {
            refuse(self.unknown_policy(&expectation.policy))?;
            expectation.query.check(&frame)?;
        }
        refuse(self.unknown_policy(&self.experiment.baseline))?;
        Ok(Scenario {
            title: if self.title.is_empty() { self.id.clone() } else { self.title },
            id: self.id,
            story: self.story,
            tags: Vec::new(),
            window,
            warm_up: Seconds::days(self.warm_up_days.into()),
            civil,
            suppliers: self.suppliers,
            conventions: self.conventions,
            laws: self.laws,
            market: self.market,
            traffic: self.traffic,
            frame,
            meters,
            injections: self.injections,
            policies: self.policies,
            expectations: self.expectations,
            primaries: primary::usual(),
            published: Vec::new(),
            experiment: self.experiment,
            assumptions: Vec::new(),
            sunsets: Vec::new(),
            places: Places::default(),
        })
    }

    fn time(&self) -> Result<(Window, Civil), Advice> {
        let Some((first, end)) = self.window else {
            return Err(Advice::new("the scenario has no window", "call `window` with its first day and its end"));
        };
        let days = [first, end].map(day_of);
        refuse(days.into_iter().find_map(unknown_day))?;
        let around = Civil::new(days[0], days[1]);
        let [start, horizon] = days.map(|day| around.midnight(day));
        refuse(check::window(start, horizon))?;
        let civil = Civil::new((start - Seconds::days(self.warm_up_days.into())).utc_day(), horizon.utc_day());
        Ok((Window::new(start, horizon, &civil), civil))
    }

    fn check_names(&self) -> Result<(), Advice> {
        let suppliers = || self.suppliers.iter().map(|s| s.id.as_str());
        let policies = || self.policies.iter().map(|p| p.id.as_str());
        refuse(check::id("the scenario's id", &self.id))?;
        refuse(suppliers().find_map(|id| check::id("the supplier id", id)))?;
        refuse(policies().find_map(|id| check::id("the policy id", id)))?;
        refuse(check::distinct("suppliers", suppliers()))?;
        refuse(check::distinct("policies", policies()))
    }

    fn unknown_policy(&self, id: &str) -> Option<Advice> {
        let known = self.policies.iter().any(|policy| policy.id == id);
        let message = format!("there is no policy `{}`", super::table::cut(id));
        (!known).then(|| Advice::new(message, "add it with `policy`"))
    }

    fn supplier(&self, id: &str) -> Result<SupplierId, Advice> {
        let message = || format!("there is no supplier `{}`", super::table::cut(id));
        let place = self.suppliers.iter().position(|supplier| supplier.id == id);
        place.map(|place| SupplierId(place as u16)).ok_or_else(|| Advice::new(message(), "add it with `suppliers`"))
    }

    fn plans(&self, window: Window, civil: &Civil) -> Result<Vec<MeterPlan>, Advice> {
        let habits: Vec<Habits> = self.suppliers.iter().map(Habits::of).collect();
        let names = Names::new();
        let (suppliers, conventions) = (self.suppliers.as_slice(), self.conventions);
        let context = Context { names: &names, suppliers, habits: &habits, conventions, window, civil };
        (1..).zip(&self.meters).map(|(id, meter)| self.plan(MeterId(id), meter, &context)).collect()
    }

    fn plan(&self, id: MeterId, meter: &Meter, context: &Context<'_>) -> Result<MeterPlan, Advice> {
        let mut registered = self.supplier(&meter.holder)?;
        let mut plan = script::meter(id, registered, (meter.fuel, meter.kind), context);
        plan.copies = meter.copies;
        plan.practice.calendar = meter.push.map(|offset| Calendar { due: Recurrence::daily(), offset });
        plan.practice.schedules = meter.schedules.iter().map(|schedule| schedule.of(registered)).collect();
        for switch in &meter.switches {
            let to = self.supplier(&switch.to)?;
            refuse((to == registered).then(|| {
                let message = format!("a switch of meter {} goes to the supplier that it is with", id.0);
                Advice::new(message, "name another supplier")
            }))?;
            let planned = switch.plan(to, context.habit(Some(registered)), plan.fuel, context)?;
            let in_order = plan.switches.last().is_none_or(|before| before.ssd < planned.ssd);
            let message = || format!("the switches of meter {} are not in the order of their dates", id.0);
            refuse((!in_order).then(|| Advice::new(message(), "add the earlier one first")))?;
            plan.switches.push(planned);
            registered = to;
        }
        Ok(plan)
    }
}

impl Habits {
    /// The settings that scripts take from a supplier built in code.
    fn of(supplier: &Supplier) -> Self {
        let Weights { class, user_from, .. } = supplier.weights;
        Self { class, user_from, ..Self::default() }
    }
}

fn refuse(problem: Option<Advice>) -> Result<(), Advice> {
    problem.map_or(Ok(()), Err)
}

fn unknown_day(day: Day) -> Option<Advice> {
    let known = EARLIEST <= day && day < LATEST;
    (!known).then(|| Advice::new("the scenario has a date outside 2000 to 2099", "use dates from 2000 to 2099"))
}

/// A scripted meter.
#[derive(Debug, Clone)]
pub struct Meter {
    holder: String,
    copies: u64,
    fuel: Fuel,
    kind: DeviceKind,
    push: Option<Seconds>,
    schedules: Vec<Daily>,
    switches: Vec<Switch>,
}

/// A schedule that runs daily at a fixed second of the UTC day.
#[derive(Debug, Clone, Copy)]
struct Daily {
    reads: Reading,
    at: Seconds,
}

impl Daily {
    fn of(self, owner: SupplierId) -> Schedule {
        let due = Recurrence::daily();
        Schedule { owner, reads: self.reads, due, second: self.at.0 as u32, term: Term::default() }
    }
}

impl Meter {
    /// A SMETS2 electricity meter that this supplier holds at the start of the window and does not read.
    pub fn of(holder: &str) -> Self {
        Self {
            holder: holder.to_owned(),
            copies: 1,
            fuel: Fuel::Electricity,
            kind: DeviceKind::Smets2,
            push: None,
            schedules: Vec::new(),
            switches: Vec::new(),
        }
    }

    /// Sets the number of identical meters that it represents.
    pub fn copies(self, copies: u64) -> Self {
        Self { copies, ..self }
    }

    /// Sets its fuel.
    pub fn fuel(self, fuel: Fuel) -> Self {
        Self { fuel, ..self }
    }

    /// Sets its generation.
    pub fn kind(self, kind: DeviceKind) -> Self {
        Self { kind, ..self }
    }

    /// Gives it a billing calendar that pushes every local day, this long after midnight.
    pub fn pushing_daily(self, after_midnight: Seconds) -> Self {
        Self { push: Some(after_midnight), ..self }
    }

    /// Adds a DCC schedule of its holder that runs every day, this long after UTC midnight.
    pub fn read_daily(mut self, reads: Reading, at: Seconds) -> Self {
        self.schedules.push(Daily { reads, at });
        self
    }

    /// Adds a switch. Switches must be added in order of date.
    pub fn switch(mut self, switch: Switch) -> Self {
        self.switches.push(switch);
        self
    }
}

/// A scripted switch.
#[derive(Debug, Clone)]
pub struct Switch {
    to: String,
    date: Date,
    executes_after: Option<Seconds>,
}

impl Switch {
    /// A switch to this supplier, with supply starting on this date. Its 6.23 is never sent unless set otherwise.
    pub fn to(supplier: &str, date: Date) -> Self {
        Self { to: supplier.to_owned(), date, executes_after: None }
    }

    /// Makes the meter execute its 6.23 this long after the supply start.
    pub fn executing_after(self, delay: Seconds) -> Self {
        Self { executes_after: Some(delay), ..self }
    }

    fn plan(
        &self,
        to: SupplierId,
        loser: Habits,
        fuel: Fuel,
        context: &Context<'_>,
    ) -> Result<crate::model::plan::SwitchPlan, Advice> {
        let date = day_of(self.date);
        refuse(unknown_day(date))?;
        let ssd = context.supply_start(date, fuel);
        let message = || format!("the switch on {} starts before the window", self.date);
        refuse((ssd < context.window.start).then(|| Advice::new(message(), "start the window earlier")))?;
        let request = match self.executes_after {
            None => never(),
            Some(delay) => {
                let request = never();
                let message = || format!("the 6.23 of the switch on {} cannot execute so soon", self.date);
                refuse((delay < request.latency).then(|| {
                    Advice::new(message(), format!("write {} or more: the time that it takes", request.latency))
                }))?;
                CosRequest { sending: Sending::At(ssd + delay - request.latency), ..request }
            }
        };
        let habit = context.habit(Some(to));
        let bare = script::switch(to, date, ssd);
        Ok(crate::model::plan::SwitchPlan {
            known: ssd + KNOWN.parameter.usual(|v, sink| v.duration(sink)),
            class: habit.class.unwrap_or(bare.class),
            user_from: habit.user_from.filter(|from| *from > ssd),
            cos: script::sent_by(to, [request; 2], ssd, context),
            cancelling: script::cancelling(loser, ssd),
            practice: Practice::default(),
            ..bare
        })
    }
}
