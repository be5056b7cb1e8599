//! The event list and what each event does. Every push, run and turn is an event; the list is ordered by second, rank
//! and the ties of `docs/semantics.md`, "Order within a second".

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use meterchurn::engine::merge::Merge;
use meterchurn::engine::table::By;
use meterchurn::engine::time::{Day, Instant, Seconds};
use meterchurn::model::ages::{Age, Milestone, Wait};
use meterchurn::model::cause::Cause;
use meterchurn::model::civil::{Civil, date_of, is_working_day};
use meterchurn::model::labels::{
    self, AlertClass, Channel, Ending, FalseBlock, Outcome, Owner, Path, ReadKind, ReadStage, Reference, Stage,
    Standing, SwitchOutcome,
};
use meterchurn::model::ledger::{CaseSums, SupplyRisk, Unwanted, Window};
use meterchurn::model::plan::{
    BILLING_DATA_LOG_UPDATED, Calendar, Class, Detector, DeviceAlert, DeviceKind, Every, Fuel, MeterPlan, Passes,
    Payment, Raised, Recurrence, Schedule, ScheduleRemoval, Sending, SupplierId, Throttle,
};
use meterchurn::model::south::place;
use meterchurn::model::traffic::{Leg, Message, MessageOrigin};

use super::compare::kind_in_turn;
use super::facts::{self, End};
use super::south::{Served, serve};
use super::{Counts, South, Supplier};

/// Everything that can happen. Switches and devices are by their place in the plan.
#[derive(Debug, Clone)]
enum Event {
    /// The end of a local day: stocks are looked at, before anything of the new day.
    DayEnds,
    /// Rank 1: a switch starts.
    Starts {
        switch: usize,
    },
    /// Rank 1: a switch is taken back.
    Withdrawn {
        switch: usize,
    },
    /// Rank 2: the DCC learns of a switch, so that its copy may change.
    Known,
    /// Rank 2: the copy for the present may change to a switch's gainer.
    CopyChanges {
        switch: usize,
    },
    /// Rank 3: a future-dated 6.23 is due.
    Due {
        switch: usize,
        device: usize,
    },
    /// Rank 3: a 6.23 executes, unless it was overtaken.
    Certificate {
        switch: usize,
        device: usize,
        release: Instant,
        due: bool,
    },
    /// Rank 4: a 6.8 executes, if it may.
    CalendarCommand {
        command: CalendarCommand,
        release: Instant,
    },
    /// Rank 4: schedules that 5.3 deleted go.
    Deletes {
        ids: Vec<u64>,
    },
    /// Rank 4: schedules that 5.1 created come.
    Creates {
        owner: SupplierId,
        schedules: Vec<Schedule>,
    },
    /// Rank 5: a calendar pushes a snapshot.
    Push {
        calendar: u64,
        midnight: Instant,
    },
    /// Rank 5: a schedule runs.
    Run {
        schedule: u64,
    },
    /// Rank 5: a device alert is raised.
    Raises {
        alert: usize,
    },
    /// Rank 5: an unwanted alert reaches the gateway that was away.
    Hears,
    /// Rank 6: the losing supplier sends 5.3.
    SendsDeletion {
        switch: usize,
    },
    /// Rank 6: the losing supplier sends 6.8.
    SendsThinning {
        switch: usize,
    },
    /// Rank 6: the gainer sends its own 6.8 and 5.1.
    Configures {
        switch: usize,
    },
    /// Rank 6: a turn of a device's 6.23, or its joining of the backlog.
    Turn {
        switch: usize,
        device: usize,
        token: u64,
    },
    /// Rank 6: the gainer is asked to send.
    Ask {
        switch: usize,
        chase: usize,
    },
    /// Rank 8: the CoS Party sends neutral certificates.
    PlacesNeutral {
        switch: usize,
    },
    /// Rank 3: a neutral certificate takes the place of a supplier's, unless it was overtaken.
    Neutralised {
        switch: usize,
        device: usize,
        replaced: SupplierId,
        release: Instant,
    },
    /// Rank 6: a sweep comes by.
    Sweeps {
        switch: usize,
        chase: usize,
    },
    /// Rank 7: a supplier works off its backlog.
    Opens {
        supplier: usize,
    },
    Sends {
        supplier: usize,
    },
}

/// What a 6.8 does to the calendar, and for whom.
#[derive(Debug, Clone)]
struct CalendarCommand {
    sender: SupplierId,
    /// The switch for whose sake it is sent.
    switch: usize,
    change: Change,
}

#[derive(Debug, Clone)]
enum Change {
    /// The gainer's own calendar, or a parked one.
    Own(Option<Calendar>),
    /// The losing supplier's thinning.
    Thin,
}

/// The order of events. `release` and `due_first` order the commands of a second among themselves; `number` is the
/// order of insertion and decides nothing that can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    at: Instant,
    rank: i8,
    point: usize,
    release: Instant,
    immediate: bool,
    switch: usize,
    device: usize,
    number: u64,
}

/// A case of one device.
#[derive(Debug, Clone)]
struct Case {
    switch: usize,
    device: usize,
    opened: Instant,
    end: Option<(Ending, Instant)>,
    exposure: u64,
    /// The part of the exposure in which nothing had been submitted under the switch.
    unsent: u64,
    /// Seconds in which the meter could not accept its supplier's top-ups.
    at_risk: u64,
    /// Whether something had been when it ended.
    sent: bool,
    unwanted: Unwanted,
}

/// A device's 6.23 for one switch.
#[derive(Debug, Clone, Default)]
struct Request {
    /// Its one next turn, with the token of the event that brings it; an event with another token is stale.
    next: Option<(Instant, u64)>,
    queued: bool,
    submitted: bool,
    /// Accepted, and neither refused, failed nor executed yet.
    under_way: bool,
    failed: u32,
}

/// One device.
#[derive(Debug, Clone)]
struct Device {
    holder: Option<SupplierId>,
    /// The open case, by its place in the list of cases.
    case: Option<usize>,
    /// Release of the last command that executed.
    executed: Option<Instant>,
}

/// One meter point, or several copies that are alike.
#[derive(Debug)]
struct Point<'a> {
    plan: &'a MeterPlan,
    weight: u64,
    copy: u64,
    /// Up to here stocks have been integrated.
    now: Instant,
    devices: Vec<Device>,
    cases: Vec<Case>,
    /// By switch: what suppliers received that had lost the meter, while the reading device had no case under it.
    without_case: Vec<Unwanted>,
    /// What suppliers received before the first switch, with the supplier.
    before_any_switch: Vec<(SupplierId, Unwanted)>,
    requests: Vec<[Request; 2]>,
    calendar: Option<(u64, Calendar)>,
    /// When calendars of the past were replaced.
    replaced: BTreeMap<u64, Instant>,
    schedules: Vec<(u64, Schedule)>,
    /// Losses (path, switch) whose closing read has been.
    closings: BTreeSet<(Path, usize)>,
    /// By switch: something was cancelled for it that cannot be undone.
    cancelled: Vec<bool>,
    spoiled: Vec<bool>,
    /// By switch: the losing supplier's first unwanted alert has been.
    noticed: Vec<bool>,
    /// By switch: the DSP has seen a push pass to a stranger.
    passed: Vec<bool>,
    leaked: u64,
    /// Suppliers whose last schedules were removed with a notice.
    removed_of: BTreeSet<SupplierId>,
}

/// Work of a backlog, in the order in which it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Work {
    intended: Instant,
    point: usize,
    device: usize,
    switch: usize,
    token: u64,
}

struct Simulation<'a> {
    civil: &'a Civil,
    window: Window,
    // The first supply start, if it comes before the window's.
    life: Instant,
    suppliers: &'a [Supplier],
    south: Option<(&'a South, &'a Served)>,
    points: Vec<Point<'a>>,
    backlogs: Vec<BTreeSet<Work>>,
    /// Of each supplier its last opening, what is left of what was ready then, and what has gone.
    of_today: Vec<(Instant, VecDeque<Work>, u64)>,
    agenda: BTreeMap<Key, Event>,
    inserted: u64,
    ids: u64,
    counts: Counts,
}

/// Enumerates everything that happens to a market before the horizon, and counts it.
pub fn simulate(meters: &[MeterPlan], suppliers: &[Supplier], window: Window, civil: &Civil) -> Counts {
    once(meters, suppliers, None, window, civil)
}

/// The same behind the queue that it makes before the way south: again and again, until the queue stays the same.
pub fn simulate_behind(
    south: &South,
    meters: &[MeterPlan],
    suppliers: &[Supplier],
    window: Window,
    civil: &Civil,
) -> (Counts, Served) {
    let mut served = serve(south, &Counts::default());
    loop {
        let counts = once(meters, suppliers, Some((south, &served)), window, civil);
        let made = serve(south, &counts);
        if made == served {
            return (counts, served);
        }
        served = made;
    }
}

fn once(
    meters: &[MeterPlan],
    suppliers: &[Supplier],
    south: Option<(&South, &Served)>,
    window: Window,
    civil: &Civil,
) -> Counts {
    let starts = meters.iter().flat_map(|meter| meter.switches.iter().map(|switch| switch.ssd));
    let mut simulation = Simulation {
        civil,
        window,
        life: starts.fold(window.start, Instant::min),
        suppliers,
        south,
        points: points(meters),
        backlogs: vec![BTreeSet::new(); suppliers.len()],
        of_today: vec![(window.start, VecDeque::new(), 0); suppliers.len()],
        agenda: BTreeMap::new(),
        inserted: 0,
        ids: 0,
        counts: Counts::default(),
    };
    simulation.prepare();
    while let Some((key, event)) = simulation.agenda.pop_first() {
        simulation.happens(key, event);
    }
    simulation.finish()
}

/// The meter points in order of their number and copy; only copies that compete for capacity are told apart.
fn points(meters: &[MeterPlan]) -> Vec<Point<'_>> {
    let mut sorted: Vec<&MeterPlan> = meters.iter().collect();
    sorted.sort_by_key(|plan| plan.id);
    let mut points = Vec::new();
    for plan in sorted {
        let devices = usize::from(plan.devices);
        let queued = |sending: Sending| matches!(sending, Sending::Queued(_));
        let coupled = plan.switches.iter().any(|switch| switch.cos[..devices].iter().any(|cos| queued(cos.sending)));
        let (copies, weight) = if coupled { (plan.copies, 1) } else { (1, plan.copies) };
        for copy in 0..copies {
            points.push(Point {
                plan,
                weight,
                copy,
                now: Instant(i64::MIN),
                devices: vec![Device { holder: Some(plan.holder), case: None, executed: None }; devices],
                cases: Vec::new(),
                without_case: vec![Unwanted::default(); plan.switches.len()],
                before_any_switch: Vec::new(),
                requests: vec![Default::default(); plan.switches.len()],
                calendar: None,
                replaced: BTreeMap::new(),
                schedules: Vec::new(),
                closings: BTreeSet::new(),
                removed_of: BTreeSet::new(),
                cancelled: vec![false; plan.switches.len()],
                spoiled: vec![false; plan.switches.len()],
                noticed: vec![false; plan.switches.len()],
                passed: vec![false; plan.switches.len()],
                leaked: 0,
            });
        }
    }
    points
}

impl Point<'_> {
    fn reading_device(&self) -> usize {
        usize::from(self.plan.pusher)
    }

    fn has_open_case(&self) -> bool {
        self.devices.iter().any(|device| device.case.is_some())
    }

    /// Whether the registered supplier has an open case to end and has submitted nothing for its switch.
    fn not_initiated(&self, current: usize) -> bool {
        self.has_open_case() && !self.requests[current].iter().any(|request| request.submitted)
    }
}

/// Who answers for an uninitiated 6.23.
fn owner(class: Class, erroneous: bool) -> Owner {
    if erroneous {
        return Owner::Erroneous;
    }
    match class {
        Class::Mature => Owner::Mature,
        Class::Immature => Owner::Immature,
        Class::NonUser => Owner::NonUser,
    }
}

/// What an alert is about, as far as its funnel depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alert {
    Read(ReadKind),
    Device { critical: bool, code: u16, withheld: bool },
    E4,
    Notice,
}

impl<'a> Simulation<'a> {
    // ---- the event list ----

    fn insert(&mut self, at: Instant, rank: i8, point: usize, switch: usize, device: usize, event: Event) {
        self.insert_command(at, rank, point, (at, true), switch, device, event);
    }

    #[allow(clippy::too_many_arguments)]
    fn insert_command(
        &mut self,
        at: Instant,
        rank: i8,
        point: usize,
        (release, immediate): (Instant, bool),
        switch: usize,
        device: usize,
        event: Event,
    ) {
        if at >= self.window.horizon {
            return; // Nothing happens there.
        }
        self.inserted += 1;
        self.agenda.insert(Key { at, rank, point, release, immediate, switch, device, number: self.inserted }, event);
    }

    fn new_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// What is certain from the start: switches, intentions, day ends and openings.
    fn prepare(&mut self) {
        let days = self.window.days as i32;
        for n in 1..=days {
            self.insert(self.civil.midnight(self.window.first.plus(n)), -1, 0, 0, 0, Event::DayEnds);
        }
        let mut earliest = self.window.start;
        for point in 0..self.points.len() {
            let plan = self.points[point].plan;
            self.sets_calendar(point, plan.practice.calendar, None);
            self.adds_schedules(point, &plan.practice.schedules, None);
            self.lists_alerts(point);
            for (index, switch) in plan.switches.iter().enumerate() {
                match switch.withdrawn {
                    Some(at) => self.insert(at, 1, point, index, 0, Event::Withdrawn { switch: index }),
                    None => {
                        self.insert(switch.ssd, 1, point, index, 0, Event::Starts { switch: index });
                        let changes = switch.known.max(switch.ssd);
                        self.insert(changes, 2, point, index, 0, Event::CopyChanges { switch: index });
                        for (chase, plan) in switch.chases.iter().enumerate() {
                            match plan.detector {
                                Detector::Monitoring => {
                                    let at = (switch.ssd + plan.detection).max(plan.from);
                                    self.insert(at, 6, point, index, 0, Event::Ask { switch: index, chase });
                                }
                                Detector::Sweep(every) => {
                                    let mut at = plan.from;
                                    while at < switch.ssd {
                                        at = at + every;
                                    }
                                    self.insert(at, 6, point, index, 0, Event::Sweeps { switch: index, chase });
                                }
                                Detector::LosingSupplier | Detector::Passing => {}
                            }
                        }
                        if let Some(neutral) = plan.neutral
                            && switch.ssd >= neutral.from
                        {
                            let at = switch.known.max(switch.ssd + neutral.after);
                            self.insert(at, 8, point, index, 0, Event::PlacesNeutral { switch: index });
                        }
                    }
                }
                self.insert(switch.known, 2, point, index, 0, Event::Known);
                if let Some(at) = switch.cancelling.deletes_schedules {
                    self.insert(at, 6, point, index, 0, Event::SendsDeletion { switch: index });
                }
                if let Some(at) = switch.cancelling.thins_calendar {
                    self.insert(at, 6, point, index, 0, Event::SendsThinning { switch: index });
                }
                for device in 0..usize::from(plan.devices) {
                    match switch.cos[device].sending {
                        Sending::At(at) => self.next_turn(point, index, device, at),
                        Sending::Queued(at) => {
                            earliest = earliest.min(at);
                            self.points[point].requests[index][device].queued = true;
                            self.next_turn(point, index, device, at);
                        }
                        Sending::Never => {}
                    }
                }
            }
        }
        let last = self.civil.date(self.window.horizon);
        for (index, supplier) in self.suppliers.iter().enumerate() {
            let mut day = self.civil.date(earliest).plus(-1);
            while day <= last {
                let at = self.civil.midnight(day) + supplier.opening;
                if is_working_day(day) {
                    self.insert(at, 7, index, 0, 0, Event::Opens { supplier: index });
                }
                day = day.plus(1);
            }
        }
    }

    fn happens(&mut self, key: Key, event: Event) {
        let (t, p) = (key.at, key.point);
        match event {
            Event::DayEnds => return self.day_ends(t),
            Event::Opens { supplier } => return self.opens(supplier, t),
            Event::Sends { supplier } => return self.sends(supplier, t),
            _ => self.integrate(p, t),
        }
        match event {
            Event::DayEnds | Event::Opens { .. } | Event::Sends { .. } | Event::Known => {}
            Event::Starts { switch } => self.starts(p, switch, t),
            Event::Withdrawn { switch } => self.withdrawn(p, switch),
            Event::CopyChanges { switch } => self.copy_changes(p, switch, t),
            Event::Due { switch, device } => self.due(p, switch, device, t),
            Event::Certificate { switch, device, release, due } => {
                self.reaches(p, due, true, t);
                self.certificate(p, switch, device, release, t);
            }
            Event::CalendarCommand { command, release } => self.calendar_command(p, command, release, t),
            Event::Deletes { ids } => self.points[p].schedules.retain(|(id, _)| !ids.contains(id)),
            Event::Creates { owner, schedules } => {
                self.points[p].schedules.retain(|(_, schedule)| schedule.owner != owner);
                self.adds_schedules(p, &schedules, Some(t));
            }
            Event::Push { calendar, midnight } => self.push(p, calendar, midnight, t),
            Event::Run { schedule } => self.run(p, schedule, t),
            Event::Raises { alert } => {
                let plan = self.points[p].plan;
                let DeviceAlert { critical, code, withheld_from, .. } = plan.alerts[alert];
                let withheld = withheld_from.is_some_and(|from| from <= t);
                let holder = self.points[p].devices[self.points[p].reading_device()].holder;
                self.alert(p, Alert::Device { critical, code, withheld }, holder, t);
            }
            Event::Hears => self.unwanted(p, t),
            Event::PlacesNeutral { switch } => self.places_neutral(p, switch, t),
            Event::Neutralised { switch, device, replaced, release } => {
                self.neutralised(p, (switch, device), replaced, release, t);
            }
            Event::Sweeps { switch, chase } => self.sweeps(p, switch, chase, t),
            Event::SendsDeletion { switch } => self.sends_deletion(p, switch, t),
            Event::SendsThinning { switch } => self.sends_thinning(p, switch, t),
            Event::Configures { switch } => self.configures(p, switch, t),
            Event::Turn { switch, device, token } => self.turn_comes(p, switch, device, token, t),
            Event::Ask { switch, chase } => self.ask(p, switch, chase, t),
        }
    }

    // ---- stocks ----

    /// Adds the stretch since the last event of a meter point to exposure and gap. The state held throughout it.
    fn integrate(&mut self, p: usize, until: Instant) {
        let point = &mut self.points[p];
        let (held_from, now) = (point.now, point.now.max(self.window.start));
        point.now = until;
        if until <= now {
            return;
        }
        let seconds = (until - now).0 as u64;
        let registered = facts::registered(point.plan, held_from);
        let copy = facts::copy(point.plan, held_from, held_from);
        let refuses_top_ups = facts::tops_up_at_the_meter(point.plan) && point.devices[0].holder != Some(registered);
        if let (true, Some(case)) = (refuses_top_ups, point.devices[0].case) {
            point.cases[case].at_risk += seconds;
            self.counts.supply_risk.seconds += seconds * point.weight;
        }
        for device in &point.devices {
            if let Some(case) = device.case {
                point.cases[case].exposure += seconds;
                let of = &point.cases[case];
                self.counts.exposure_of[if of.device == 0 { labels::Device::Meter } else { labels::Device::Proxy }] +=
                    seconds * point.weight;
                if !point.requests[of.switch][of.device].submitted {
                    point.cases[case].unsent += seconds;
                }
                self.counts.exposure += seconds * point.weight;
            }
            if device.holder != Some(registered) || copy != registered {
                self.counts.gap += seconds * point.weight;
            }
            if device.holder.is_none() {
                self.counts.orphan += seconds * point.weight;
            }
        }
    }

    /// Looks at the stocks of the last second before `t`.
    fn day_ends(&mut self, t: Instant) {
        let last_second = Instant(t.0 - 1);
        let mut not_initiated = By::<DeviceKind, By<Owner, u64>>::default();
        let mut open = By::<Age, u64>::default();
        for point in &self.points {
            for case in point.devices.iter().filter_map(|device| device.case) {
                open[age((last_second - point.cases[case].opened).0 as u64)] += point.weight;
            }
            if let Some(current) = facts::current(point.plan, last_second)
                && point.not_initiated(current)
            {
                let switch = &point.plan.switches[current];
                not_initiated[point.plan.kind][owner(switch.class, switch.erroneous)] += point.weight;
            }
        }
        for (age, levels) in self.counts.open_cases.each_mut() {
            levels.push(open[age]);
        }
        self.counts.backlogs.resize(self.backlogs.len(), Vec::new());
        for (levels, backlog) in self.counts.backlogs.iter_mut().zip(&self.backlogs) {
            levels.push(backlog.len() as u64);
        }
        for (kind, owners) in self.counts.not_initiated.each_mut() {
            for (owner, levels) in owners.each_mut() {
                levels.push(not_initiated[kind][owner]);
            }
        }
    }

    fn finish(mut self) -> Counts {
        let horizon = self.window.horizon;
        // The day in which the horizon lies, or that it ends, is looked at just before the horizon.
        while self.counts.open_cases[Age::AtOnce].len() < self.window.days {
            self.day_ends(horizon);
        }
        for p in 0..self.points.len() {
            self.integrate(p, horizon);
            let point = &self.points[p];
            let mut book = |cause: Cause, suppliers: (SupplierId, SupplierId), sums: &CaseSums| {
                add(&mut self.counts.causes[cause][point.plan.fuel], sums);
                add(&mut self.counts.kinds[point.plan.kind], sums);
                add(self.counts.pairs.entry(suppliers).or_default(), sums);
            };
            let mut at_risk = BTreeSet::new();
            for case in &point.cases {
                // A case of the warm-up alone is not counted; what comes later under its switch is.
                let before_window = case.end.is_some_and(|(_, at)| at < self.window.start);
                let opened_in_window = case.opened >= self.window.start;
                if opened_in_window {
                    self.counts.opened += point.weight;
                } else if !before_window {
                    self.counts.at_start += point.weight;
                }
                let end = match case.end {
                    Some((Ending::Executed, at)) => End::Executed(at),
                    Some((Ending::Superseded, _)) => End::Superseded,
                    Some((Ending::Returned, _)) | None => End::Neither,
                };
                let cause = facts::cause(point.plan, &point.plan.switches[case.switch], case.device, end);
                let switch = &point.plan.switches[case.switch];
                let losing = facts::registered(point.plan, Instant(switch.ssd.0 - 1));
                // Of a switch whose case opened again the first one counts.
                let begins = case.at_risk > 0 && at_risk.insert(case.switch);
                let supply_risk = SupplyRisk {
                    seconds: case.at_risk * point.weight,
                    switches: if begins { point.weight } else { 0 },
                };
                self.counts.supply_risk.switches += supply_risk.switches;
                let sums = CaseSums {
                    cases: if opened_in_window { point.weight } else { 0 },
                    exposure: case.exposure * point.weight,
                    unwanted: case.unwanted.times(point.weight),
                    supply_risk,
                };
                book(cause, (losing, switch.to), &sums);
                match case.end {
                    Some(_) if before_window => {}
                    Some((ending, _)) => self.counts.closed[ending] += point.weight,
                    None => self.counts.open += point.weight,
                }
                if !opened_in_window {
                    continue;
                }
                let ending = match case.end {
                    Some((Ending::Executed, _)) => Wait::Reached,
                    Some((Ending::Returned, _)) => Wait::Returned,
                    Some((Ending::Superseded, _)) => Wait::Superseded,
                    None => Wait::Open,
                };
                let still_open_but_sent = case.end.is_none() && point.requests[case.switch][case.device].submitted;
                let sent = if case.sent || still_open_but_sent { Wait::Reached } else { ending };
                let switch = &point.plan.switches[case.switch];
                let owner = owner(switch.class, switch.erroneous);
                for (milestone, wait, seconds) in
                    [(Milestone::Sent, sent, case.unsent), (Milestone::Executed, ending, case.exposure)]
                {
                    self.counts.waits[milestone][wait][age(seconds)] += point.weight;
                    let day = (milestone, owner, wait, day_of_wait(seconds));
                    *self.counts.waits_by_day.entry(day).or_default() += point.weight;
                }
            }
            for (switch, unwanted) in point.plan.switches.iter().zip(&point.without_case) {
                let cause = facts::cause(point.plan, switch, point.reading_device(), End::Neither);
                let losing = facts::registered(point.plan, Instant(switch.ssd.0 - 1));
                let sums = CaseSums { unwanted: unwanted.times(point.weight), ..CaseSums::default() };
                book(cause, (losing, switch.to), &sums);
            }
            for (addressee, unwanted) in &point.before_any_switch {
                let sums = CaseSums { unwanted: unwanted.times(point.weight), ..CaseSums::default() };
                book(Cause::EarlierSwitch, (*addressee, point.plan.holder), &sums);
            }
            *self.counts.each_meter.entry(point.plan.id).or_default() += point.leaked * point.weight;
            if point.leaked > 0 {
                *self.counts.leaks_per_meter.entry(point.leaked).or_default() += point.weight;
            }
        }
        self.counts
    }

    // ---- registration and cases ----

    fn starts(&mut self, p: usize, switch: usize, t: Instant) {
        let to = self.points[p].plan.switches[switch].to;
        if self.is_of_the_window(p, switch) {
            self.counts.switches[SwitchOutcome::Registered] += self.points[p].weight;
        }
        for device in 0..self.points[p].devices.len() {
            let holder = self.points[p].devices[device].holder;
            self.ends_case(p, device, if holder == Some(to) { Ending::Returned } else { Ending::Superseded }, t);
            if holder != Some(to) {
                self.opens_case(p, switch, device, t);
            }
        }
        // Back at a meter that trusts it still, a supplier creates anew what was removed.
        let point = &self.points[p];
        let still_trusted = point.devices[point.reading_device()].holder == Some(to);
        let of_it = |schedule: &Schedule| schedule.owner == to && facts::exists(schedule, t);
        let has_none = !point.schedules.iter().any(|(_, schedule)| of_it(schedule));
        if still_trusted
            && has_none
            && point.removed_of.contains(&to)
            && let Some(delay) = point.plan.switches[switch].configures
        {
            self.insert(t + delay, 6, p, switch, 0, Event::Configures { switch });
        }
    }

    fn opens_case(&mut self, p: usize, switch: usize, device: usize, t: Instant) {
        let point = &mut self.points[p];
        point.devices[device].case = Some(point.cases.len());
        point.cases.push(Case {
            switch,
            device,
            opened: t,
            end: None,
            exposure: 0,
            unsent: 0,
            at_risk: 0,
            sent: false,
            unwanted: Unwanted::default(),
        });
    }

    fn ends_case(&mut self, p: usize, device: usize, ending: Ending, t: Instant) {
        let point = &mut self.points[p];
        if let Some(case) = point.devices[device].case.take() {
            point.cases[case].end = Some((ending, t));
            point.cases[case].sent = point.requests[point.cases[case].switch][device].submitted;
        }
    }

    fn withdrawn(&mut self, p: usize, switch: usize) {
        if self.is_of_the_window(p, switch) {
            self.counts.switches[SwitchOutcome::Withdrawn] += self.points[p].weight;
        }
        if self.points[p].cancelled[switch] {
            self.spoils(p, switch);
        }
    }

    /// Whether a switch would start in the window.
    fn is_of_the_window(&self, p: usize, switch: usize) -> bool {
        let ssd = self.points[p].plan.switches[switch].ssd;
        self.window.start <= ssd && ssd < self.window.horizon
    }

    fn spoils(&mut self, p: usize, switch: usize) {
        let counts = self.is_of_the_window(p, switch);
        let point = &mut self.points[p];
        if !std::mem::replace(&mut point.spoiled[switch], true) && counts {
            self.counts.spoiled += point.weight;
        }
    }

    fn copy_changes(&mut self, p: usize, switch: usize, t: Instant) {
        let plan = self.points[p].plan;
        let policy = plan.removal_at_ssd_from.is_some_and(|from| t >= from);
        if (policy || plan.removal == ScheduleRemoval::Ssd) && facts::shown(plan, t, t) == Some(switch) {
            self.removes_schedules(p, Some(plan.switches[switch].to), t);
        }
    }

    // ---- 6.23 ----

    /// A device's 6.23 has one next turn: a new one takes the place of the old one.
    fn next_turn(&mut self, p: usize, switch: usize, device: usize, at: Instant) {
        let token = self.new_id();
        self.points[p].requests[switch][device].next = Some((at, token));
        self.insert(at, 6, p, switch, device, Event::Turn { switch, device, token });
    }

    fn turn_comes(&mut self, p: usize, switch: usize, device: usize, token: u64, t: Instant) {
        let request = &self.points[p].requests[switch][device];
        if request.next != Some((t, token)) {
            return;
        }
        if request.queued {
            let supplier = usize::from(self.points[p].plan.switches[switch].to.0);
            self.backlogs[supplier].insert(Work { intended: t, point: p, device, switch, token });
        } else {
            self.turn(p, switch, device, None, t);
        }
    }

    /// What may go is put in order once a day.
    fn opens(&mut self, supplier: usize, t: Instant) {
        let mut ready: Vec<Work> = self.backlogs[supplier]
            .iter()
            .filter(|work| {
                let user_from = self.points[work.point].plan.switches[work.switch].user_from;
                user_from.is_none_or(|from| from <= t)
            })
            .cloned()
            .collect();
        ready.sort_by_key(|work| {
            let plan = self.points[work.point].plan;
            let is_first = self.suppliers[supplier].prepay_first || plan.switches[work.switch].prepay_first;
            !(is_first && plan.payment == Payment::Prepay)
        });
        self.of_today[supplier] = (t, ready.into(), 0);
        self.sends(supplier, t);
    }

    fn sends(&mut self, supplier: usize, t: Instant) {
        let Supplier { capacity, hours, anomaly, .. } = self.suppliers[supplier];
        loop {
            let (opening, ready, sent) = &mut self.of_today[supplier];
            let (opening, sent) = (*opening, *sent);
            if capacity.is_some_and(|capacity| sent >= capacity) {
                return;
            }
            // The day is divided into as many steps as there is capacity.
            let due = capacity.map_or(opening, |all| opening + Seconds(hours.0 * sent as i64 / all as i64));
            if due > t {
                self.insert(due, 7, supplier, 0, 0, Event::Sends { supplier });
                return;
            }
            let Some(work) = ready.pop_front() else { return };
            self.backlogs[supplier].remove(&work);
            let request = &self.points[work.point].requests[work.switch][work.device];
            if request.next != Some((work.intended, work.token)) {
                continue; // Replaced by another turn.
            }
            self.integrate(work.point, t);
            let quarantine = anomaly.filter(|(threshold, _)| sent >= *threshold).map(|(_, kept)| kept);
            if self.turn(work.point, work.switch, work.device, quarantine, t) {
                self.of_today[supplier].2 += 1;
            }
        }
    }

    /// A turn; says whether it was a submission.
    fn turn(&mut self, p: usize, switch: usize, device: usize, quarantine: Option<Seconds>, t: Instant) -> bool {
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        let cos = this.cos[device];
        self.points[p].requests[switch][device].next = None;
        // 1
        let withdrawn = this.withdrawn.is_some_and(|at| at <= t);
        let started = this.ssd <= t;
        if withdrawn || (started && facts::current(plan, t) != Some(switch)) {
            self.request(p, Reference::R6_23, Outcome::Abandoned, t);
            return false;
        }
        // 2
        let state = &self.points[p].devices[device];
        if started && state.holder == Some(this.to) && state.case.is_none() {
            return false;
        }
        // 3
        self.points[p].requests[switch][device].submitted = true;
        // 4, 5
        let acts = t.max(this.ssd);
        if facts::copy(plan, t, acts) != this.to {
            self.request(p, Reference::R6_23, Outcome::E4, t);
            self.next_turn(p, switch, device, t + cos.retry);
            return true;
        }
        self.request(p, Reference::R6_23, Outcome::Accepted, t);
        self.points[p].requests[switch][device].under_way = true;
        let quarantine = quarantine.filter(|kept| kept.0 > 0);
        if quarantine.is_some() && t >= self.window.start {
            self.counts.quarantined += self.points[p].weight;
        }
        if let Some(kept) = quarantine {
            let acts = acts.max(t + kept);
            self.insert_command(acts, 3, p, (acts, false), switch, device, Event::Due { switch, device });
        } else if !started {
            self.insert_command(acts, 3, p, (acts, false), switch, device, Event::Due { switch, device });
        } else {
            self.immediate(p, switch, device, t);
        }
        true
    }

    /// An immediate 6.23 is processed.
    fn immediate(&mut self, p: usize, switch: usize, device: usize, t: Instant) {
        let cos = self.points[p].plan.switches[switch].cos[device];
        if self.attempt_fails(p, switch, device) {
            self.request(p, Reference::R6_23, Outcome::Failed, t);
            self.goes_unanswered(p, Message::Cos { future_dated: false }, t);
            self.next_turn(p, switch, device, t + cos.retry);
        } else {
            let executes = self.travels(p, (switch, device), Reference::R6_23, t);
            let event = Event::Certificate { switch, device, release: t, due: false };
            self.insert_command(executes, 3, p, (t, true), switch, device, event);
        }
    }

    fn attempt_fails(&mut self, p: usize, switch: usize, device: usize) -> bool {
        let fails = self.points[p].plan.switches[switch].cos[device].fails;
        let request = &mut self.points[p].requests[switch][device];
        if request.failed < fails {
            request.under_way = false;
            request.failed += 1;
            return true;
        }
        false
    }

    fn due(&mut self, p: usize, switch: usize, device: usize, t: Instant) {
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        let again = t + this.cos[device].retry;
        if this.withdrawn.is_some_and(|at| at <= t) || facts::copy(plan, t, t) != this.to {
            self.points[p].requests[switch][device].under_way = false;
            self.request(p, Reference::R6_23, Outcome::E4WhenDue, t);
            self.next_turn(p, switch, device, again);
        } else if t > this.ssd {
            self.immediate(p, switch, device, t); // It comes out of quarantine.
        } else if self.attempt_fails(p, switch, device) {
            self.request(p, Reference::R6_23, Outcome::Failed, t);
            self.goes_unanswered(p, Message::Cos { future_dated: true }, t);
            self.next_turn(p, switch, device, again);
        } else if !facts::answers_on_certificates(plan, t) {
            let executes = facts::on_wan_from(plan, t);
            let event = Event::Certificate { switch, device, release: t, due: true };
            self.insert_command(executes, 3, p, (t, false), switch, device, event);
        } else {
            self.reaches(p, true, true, t);
            self.certificate(p, switch, device, t, t);
        }
    }

    /// A command reaches the device: whether nothing released later has executed before it.
    fn is_overtaken(&self, p: usize, device: usize, release: Instant) -> bool {
        self.points[p].devices[device].executed.is_some_and(|last| release < last)
    }

    fn certificate(&mut self, p: usize, switch: usize, device: usize, release: Instant, t: Instant) {
        self.points[p].requests[switch][device].under_way = false;
        if self.is_overtaken(p, device, release) {
            self.request(p, Reference::R6_23, Outcome::Failed, t);
            return;
        }
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        let sender = this.to;
        let state = &mut self.points[p].devices[device];
        state.executed = Some(release);
        state.holder = Some(sender);
        let sender_is_registered = facts::registered(plan, t) == sender;
        if sender_is_registered {
            self.ends_case(p, device, Ending::Executed, t);
        } else if self.points[p].devices[device].case.is_none()
            && let Some(current) = facts::current(plan, t)
        {
            self.reopens(p, current, device, t);
        }
        if device == self.points[p].reading_device() {
            if plan.removal == ScheduleRemoval::CosSuccess {
                self.removes_schedules(p, Some(sender), t);
            }
            if sender_is_registered && let Some(delay) = this.configures {
                self.insert(t + delay, 6, p, switch, device, Event::Configures { switch });
            }
        }
    }

    /// A case opens after SSD: the registered supplier sends again.
    fn reopens(&mut self, p: usize, current: usize, device: usize, t: Instant) {
        self.opens_case(p, current, device, t);
        // A turn that is still to come, also in a backlog, stands.
        let gaining = &self.points[p].plan.switches[current];
        if let (Sending::At(planned) | Sending::Queued(planned), None) =
            (gaining.cos[device].sending, self.points[p].requests[current][device].next)
        {
            self.next_turn(p, current, device, t + (planned - gaining.ssd).max(Seconds(0)));
        }
    }

    // ---- neutral certificates ----

    fn places_neutral(&mut self, p: usize, switch: usize, t: Instant) {
        let plan = self.points[p].plan;
        if facts::current(plan, t) != Some(switch) {
            return;
        }
        for device in 0..self.points[p].devices.len() {
            let state = &self.points[p].devices[device];
            if let (Some(replaced), Some(_)) = (state.holder, state.case) {
                self.request(p, Reference::Neutral, Outcome::Accepted, t);
                let executes = self.travels(p, (switch, device), Reference::Neutral, t);
                let event = Event::Neutralised { switch, device, replaced, release: t };
                self.insert_command(executes, 3, p, (t, true), switch, device, event);
            }
        }
    }

    fn neutralised(
        &mut self,
        p: usize,
        (_, device): (usize, usize),
        replaced: SupplierId,
        release: Instant,
        t: Instant,
    ) {
        self.reaches(p, false, false, t);
        if self.is_overtaken(p, device, release) || self.points[p].devices[device].holder != Some(replaced) {
            self.request(p, Reference::Neutral, Outcome::Failed, t);
            return;
        }
        let plan = self.points[p].plan;
        self.points[p].devices[device].executed = Some(release);
        self.points[p].devices[device].holder = None;
        if let (None, Some(current)) = (self.points[p].devices[device].case, facts::current(plan, t)) {
            self.reopens(p, current, device, t);
        }
        if device == self.points[p].reading_device() && plan.removal == ScheduleRemoval::CosSuccess {
            self.removes_schedules(p, None, t);
        }
    }

    // ---- calendars and schedules ----

    /// All device alerts of the window are listed.
    fn lists_alerts(&mut self, p: usize) {
        for (alert, what) in self.points[p].plan.alerts.iter().enumerate() {
            match what.raised {
                Raised::Once(at) if at >= self.window.start => self.insert(at, 5, p, 0, 0, Event::Raises { alert }),
                Raised::Once(_) => {}
                Raised::Daily(second) => {
                    let mut day = self.window.start.utc_day();
                    while day <= self.window.horizon.utc_day() {
                        let at = day.utc_midnight() + Seconds(i64::from(second));
                        if at >= self.window.start {
                            self.insert(at, 5, p, 0, 0, Event::Raises { alert });
                        }
                        day = day.plus(1);
                    }
                }
            }
        }
    }

    /// The meter has a new calendar: all its pushes to come are listed. The plan's first one wrote any midnight.
    fn sets_calendar(&mut self, p: usize, calendar: Option<Calendar>, set: Option<Instant>) {
        let id = self.new_id();
        let point = &mut self.points[p];
        if let (Some((before, _)), Some(now)) = (point.calendar, set) {
            point.replaced.insert(before, now);
        }
        point.calendar = calendar.map(|calendar| (id, calendar));
        let Some(calendar) = calendar else { return };
        let mut day = self.civil.date(set.unwrap_or(self.life)).plus(-2);
        let last = self.civil.date(self.window.horizon);
        while day <= last {
            let midnight = self.civil.midnight(day);
            let at = midnight + calendar.offset;
            let wrote = set.is_none_or(|set| midnight >= set);
            // Before the first switch nobody has lost anything, and before the window nothing is counted.
            if wrote && facts::is_due(&calendar.due, day) && at >= self.life {
                self.insert(at, 5, p, 0, 0, Event::Push { calendar: id, midnight });
            }
            day = day.plus(1);
        }
    }

    /// New schedules: all their runs to come are listed.
    fn adds_schedules(&mut self, p: usize, schedules: &[Schedule], from: Option<Instant>) {
        let from = from.unwrap_or(self.life).max(self.life);
        for schedule in schedules {
            let id = self.new_id();
            self.points[p].schedules.push((id, *schedule));
            self.points[p].removed_of.remove(&schedule.owner);
            let mut day = from.utc_day();
            while day <= self.window.horizon.utc_day() {
                let at = day.utc_midnight() + Seconds(i64::from(schedule.second));
                let before = schedule.term.first.is_some_and(|first| day < first);
                let after = schedule.term.last.is_some_and(|last| day > last);
                if facts::is_due(&schedule.due, day) && at >= from && !before && !after {
                    self.insert(at, 5, p, 0, 0, Event::Run { schedule: id });
                }
                day = day.plus(1);
            }
        }
    }

    /// Every schedule that is not the supplier's goes, with a notice to its owner.
    fn removes_schedules(&mut self, p: usize, keeps: Option<SupplierId>, t: Instant) {
        let schedules = std::mem::take(&mut self.points[p].schedules);
        let (kept, removed) = schedules.into_iter().partition(|(_, schedule)| Some(schedule.owner) == keeps);
        self.points[p].schedules = kept;
        let removed: Vec<(u64, Schedule)> = removed;
        for (_, schedule) in removed.into_iter().filter(|(_, schedule)| facts::exists(schedule, t)) {
            self.points[p].removed_of.insert(schedule.owner);
            self.alert(p, Alert::Notice, Some(schedule.owner), t);
        }
    }

    /// A 6.8 is sent: it arrives like any command of the reading device.
    fn sends_calendar_command(&mut self, p: usize, command: CalendarCommand, t: Instant) {
        let (switch, device) = (command.switch, self.points[p].reading_device());
        let executes = self.travels(p, (switch, device), Reference::R6_8, t);
        self.insert_command(executes, 4, p, (t, true), switch, device, Event::CalendarCommand { command, release: t });
    }

    fn calendar_command(&mut self, p: usize, command: CalendarCommand, release: Instant, t: Instant) {
        let device = self.points[p].reading_device();
        let holds = self.points[p].devices[device].holder == Some(command.sender);
        self.message(p, Leg::North, Message::CalendarResponse, t);
        self.message(p, Leg::ToUsers, Message::CalendarResponse, t);
        if !holds || self.is_overtaken(p, device, release) {
            self.request(p, Reference::R6_8, Outcome::Failed, t);
            return;
        }
        self.points[p].devices[device].executed = Some(release);
        match command.change {
            Change::Own(calendar) => self.sets_calendar(p, calendar, Some(t)),
            Change::Thin => {
                let thinned = match (self.points[p].plan.fuel, self.points[p].calendar) {
                    (Fuel::Electricity, Some((_, calendar))) => {
                        Some(Calendar { due: yearly_from(self.civil.date(t)), ..calendar })
                    }
                    (Fuel::Gas, _) | (_, None) => None,
                };
                self.sets_calendar(p, thinned, Some(t));
                self.cancels(p, command.switch, t);
            }
        }
    }

    /// Something was cancelled for a switch; if that has been withdrawn meanwhile, it is spoiled now.
    fn cancels(&mut self, p: usize, switch: usize, t: Instant) {
        self.points[p].cancelled[switch] = true;
        if self.points[p].plan.switches[switch].withdrawn.is_some_and(|at| at <= t) {
            self.spoils(p, switch);
        }
    }

    fn sends_deletion(&mut self, p: usize, switch: usize, t: Instant) {
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        // The supplier that the switch leaves.
        let sender = facts::registered(plan, this.ssd - Seconds(1));
        let own: Vec<u64> = self.points[p]
            .schedules
            .iter()
            .filter(|(_, schedule)| schedule.owner == sender && facts::exists(schedule, t))
            .map(|(id, _)| *id)
            .collect();
        if this.withdrawn.is_some_and(|at| at <= t) || own.is_empty() {
            return;
        }
        let refused = t >= this.ssd || facts::copy(plan, t, t) != sender;
        for _ in &own {
            self.request(p, Reference::R5_3, if refused { Outcome::E4 } else { Outcome::Accepted }, t);
        }
        if !refused {
            self.cancels(p, switch, t);
            self.insert(t + Seconds(1), 4, p, switch, 0, Event::Deletes { ids: own });
        }
    }

    fn sends_thinning(&mut self, p: usize, switch: usize, t: Instant) {
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        // The supplier that the switch leaves.
        let sender = facts::registered(plan, this.ssd - Seconds(1));
        let thick = self.points[p].calendar.is_some_and(|(_, calendar)| calendar.due.every != Every::Months(12));
        if this.withdrawn.is_some_and(|at| at <= t) || !thick {
            return;
        }
        let blocked = this.cancelling.late_passes_from.is_none_or(|from| from > t);
        if blocked && (t >= this.ssd || facts::copy(plan, t, t) != sender) {
            self.request(p, Reference::R6_8, Outcome::E4, t);
        } else {
            self.request(p, Reference::R6_8, Outcome::Accepted, t);
            self.sends_calendar_command(p, CalendarCommand { sender, switch, change: Change::Thin }, t);
        }
    }

    fn configures(&mut self, p: usize, switch: usize, t: Instant) {
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        let shown = facts::copy(plan, t, t) == this.to;
        let outcome = if shown { Outcome::Accepted } else { Outcome::E4 };
        self.request(p, Reference::R6_8, outcome, t);
        for _ in &this.practice.schedules {
            self.request(p, Reference::R5_1, outcome, t);
        }
        if shown {
            let command = CalendarCommand { sender: this.to, switch, change: Change::Own(this.practice.calendar) };
            self.sends_calendar_command(p, command, t);
            let event = Event::Creates { owner: this.to, schedules: this.practice.schedules.clone() };
            self.insert(t + Seconds(1), 4, p, switch, 0, event);
        }
    }

    // ---- pushes and runs ----

    fn push(&mut self, p: usize, calendar: u64, midnight: Instant, t: Instant) {
        let point = &self.points[p];
        if point.replaced.get(&calendar).is_some_and(|replaced| midnight >= *replaced) {
            return; // It was not there any more to write it.
        }
        let receiver = point.devices[point.reading_device()].holder;
        let kind = match receiver {
            Some(receiver) => self.kind(p, receiver, midnight, Path::Push, t),
            None => ReadKind::Orphaned,
        };
        self.passes(p, receiver, t);
        self.alert(p, Alert::Read(kind), receiver, t);
    }

    fn run(&mut self, p: usize, schedule: u64, t: Instant) {
        let point = &self.points[p];
        let Some((_, schedule)) = point.schedules.iter().find(|(id, _)| *id == schedule).copied() else { return };
        let plan = point.plan;
        if facts::copy(plan, t, t) != schedule.owner {
            self.alert(p, Alert::E4, Some(schedule.owner), t);
            return;
        }
        if facts::off_wan(plan, t) || point.devices[point.reading_device()].holder != Some(schedule.owner) {
            if self.watched(p, t) {
                self.request(p, Reference::Scheduled, Outcome::Failed, t);
                self.goes_unanswered(p, Message::Read(schedule.reads), t);
            }
            return;
        }
        let data = if schedule.reads.carries_midnight() { self.civil.midnight(self.civil.date(t)) } else { t };
        let kind = self.kind(p, schedule.owner, data, Path::Pull, t);
        if self.watched(p, t) {
            let response = Message::ReadResponse(schedule.reads);
            let why = if kind == ReadKind::Rightful { MessageOrigin::Ordinary } else { MessageOrigin::Caused };
            self.travels_because(why, p, Leg::South, Message::Read(schedule.reads), t);
            self.takes_the_way(p, Message::Read(schedule.reads), t);
            self.travels_because(why, p, Leg::North, response, t);
            self.travels_because(why, p, Leg::ToUsers, response, t);
        }
        self.read(p, kind, Path::Pull, ReadStage::Emitted, t);
        self.read(p, kind, Path::Pull, ReadStage::Delivered, t);
        if !self.discards(p, kind, Some(schedule.owner), t) {
            self.read(p, kind, Path::Pull, ReadStage::Retained, t);
        }
        if kind == ReadKind::Leaked && self.watched(p, t) {
            self.bin(p, Channel::LeakedPull, t);
            self.book(p, schedule.owner, Unwanted { pulled: 1, ..Unwanted::default() }, t);
        }
    }

    /// What a read is to its receiver (R4). The first closing read of a path that is counted makes later ones
    /// repetitions.
    fn kind(&mut self, p: usize, receiver: SupplierId, data: Instant, path: Path, t: Instant) -> ReadKind {
        let watched = self.watched(p, t);
        let point = &mut self.points[p];
        if facts::registered(point.plan, t) == receiver {
            return ReadKind::Rightful;
        }
        // Certificates and schedules only ever come to who was registered at some time.
        let Some(lost) = facts::lost_at(point.plan, receiver, t) else {
            panic!("meter {:?}: a read at {t:?} for {receiver:?}, never registered: no valid plan", point.plan.id)
        };
        let switch = &point.plan.switches[lost];
        if data > switch.ssd {
            ReadKind::Leaked
        } else if data == self.civil.midnight(switch.date) && (!watched || point.closings.insert((path, lost))) {
            ReadKind::Closing
        } else {
            ReadKind::Repeated
        }
    }

    /// Sends an alert through the funnel. Nobody may be its addressee.
    fn alert(&mut self, p: usize, alert: Alert, addressee: Option<SupplierId>, t: Instant) {
        if self.watched(p, t) {
            return self.funnel(p, alert, addressee, t);
        }
        // Not counted; but the losing supplier may hear of it.
        let counts = std::mem::take(&mut self.counts);
        self.funnel(p, alert, addressee, t);
        self.counts = counts;
    }

    fn funnel(&mut self, p: usize, alert: Alert, addressee: Option<SupplierId>, t: Instant) {
        let plan = self.points[p].plan;
        let is_registered = Some(facts::registered(plan, t)) == addressee;
        let standing = if is_registered { Standing::Registered } else { Standing::Unregistered };
        let class = match alert {
            Alert::Read(_) => AlertClass::Read,
            Alert::Device { critical: true, .. } => AlertClass::Critical,
            Alert::Device { critical: false, .. } => AlertClass::NonCritical,
            Alert::E4 => AlertClass::E4,
            Alert::Notice => AlertClass::Notice,
        };
        let weight = self.points[p].weight;
        let at = |counts: &mut Counts, stage: Stage| {
            counts.alerts[class][standing][stage] += weight;
            if let (Alert::Read(kind), Some(stage)) = (alert, read_stage(stage)) {
                counts.reads[kind][Path::Push][stage] += weight;
            }
        };

        let message = match alert {
            Alert::Read(_) => Message::PushedRead,
            Alert::Device { critical: true, .. } => Message::CriticalAlert,
            Alert::Device { .. } => Message::NonCriticalAlert,
            Alert::E4 | Alert::Notice => Message::DccAlert,
        };
        // Refusals and notices there are only because a supplier changes, whoever gets them.
        let why = match alert {
            Alert::Read(ReadKind::Rightful) => MessageOrigin::Ordinary,
            Alert::Device { .. } if is_registered => MessageOrigin::Ordinary,
            Alert::Read(_) | Alert::Device { .. } | Alert::E4 | Alert::Notice => MessageOrigin::Caused,
        };
        at(&mut self.counts, Stage::Emitted);
        if matches!(alert, Alert::Read(_) | Alert::Device { .. }) {
            if facts::off_wan(plan, t) {
                at(&mut self.counts, Stage::LostOnAir);
                return;
            }
            at(&mut self.counts, Stage::Carried);
            self.travels_because(why, p, Leg::North, message, t);
        }
        let safety = matches!(alert, Alert::Device { critical: true, .. });
        let repeated = matches!(alert, Alert::Device { withheld: true, .. });
        let asked_for_none = |supplier| plan.muted.iter().any(|(who, from)| Some(*who) == supplier && *from <= t);
        if matches!(alert, Alert::E4 | Alert::Notice) && asked_for_none(addressee) {
            at(&mut self.counts, Stage::Blocked);
            return;
        }
        if self.is_blocked(p, alert, addressee, t) {
            at(&mut self.counts, Stage::Blocked);
            if is_registered {
                self.counts.false_blocks[FalseBlock::StaleCopy] += weight;
                self.bin(p, Channel::FalselyBlocked, t);
            }
            if alert == Alert::Read(ReadKind::Closing) {
                self.counts.false_blocks[FalseBlock::ClosingRead] += weight;
            }
            if safety {
                self.counts.lost_safety += weight;
            }
            return;
        }
        if safety && addressee.is_none() {
            self.counts.lost_safety += weight;
        }
        if repeated {
            at(&mut self.counts, Stage::Blocked);
            return;
        }
        // The gateway: the second in which the alert arrives, or is given up.
        let (arrives, lost) = match addressee {
            Some(supplier) => facts::at_gateway(plan, supplier, t),
            None => (t, false),
        };
        if arrives >= self.window.horizon {
            at(&mut self.counts, Stage::Held);
            return;
        }
        if lost {
            at(&mut self.counts, Stage::Lost);
            return;
        }
        at(&mut self.counts, Stage::Delivered);
        if addressee.is_some() {
            self.travels_because(why, p, Leg::ToUsers, message, arrives);
        }
        let discarded = match alert {
            Alert::Read(kind) => self.discards(p, kind, addressee, t),
            Alert::Device { .. } => {
                addressee.is_none() || self.black_holes(p, addressee, t, |lagging| lagging || !is_registered)
            }
            Alert::E4 | Alert::Notice => false,
        };
        if safety && discarded && addressee.is_some() {
            self.counts.lost_safety += weight;
        }
        let discarded = discarded || addressee.is_none();
        at(&mut self.counts, if discarded { Stage::Discarded } else { Stage::Retained });
        match alert {
            Alert::Read(ReadKind::Leaked) => self.bin(p, Channel::LeakedPush, arrives),
            Alert::E4 if !is_registered => self.bin(p, Channel::E4, arrives),
            Alert::Read(_) | Alert::Device { .. } | Alert::E4 | Alert::Notice => {}
        }
        if let (Alert::Device { critical: true, code, .. }, Some(_), Some((from, codes))) =
            (alert, addressee, &plan.forwards)
        {
            let not_a_user = facts::current(plan, t).is_some_and(|k| match plan.switches[k].user_from {
                Some(from) => t < from,
                None => plan.switches[k].class == Class::NonUser,
            });
            if *from <= t && codes.contains(&code) && !is_registered && !discarded && not_a_user {
                self.counts.forwarded += weight;
            }
        }
        let unwanted = match alert {
            Alert::Read(ReadKind::Leaked) => Unwanted { pushed: 1, ..Unwanted::default() },
            Alert::E4 if !is_registered => Unwanted { e4: 1, ..Unwanted::default() },
            _ => return,
        };
        if let Some(addressee) = addressee {
            self.book(p, addressee, unwanted, t);
        }
        if arrives == t {
            self.unwanted(p, t);
        } else {
            self.insert(arrives, 5, p, 0, 0, Event::Hears);
        }
    }

    fn is_blocked(&self, p: usize, alert: Alert, addressee: Option<SupplierId>, t: Instant) -> bool {
        let plan = self.points[p].plan;
        let shown = facts::copy(plan, t, t);
        if addressee.is_none_or(|addressee| addressee == shown) {
            return false;
        }
        // The S1SP lets no alert of a device pass to a stranger; E4s and notices are the DCC's own.
        if plan.s1sp_checks && matches!(alert, Alert::Read(_) | Alert::Device { .. }) {
            return true;
        }
        plan.filters.iter().filter(|filter| filter.from <= t).any(|filter| {
            let passes = |critical: bool, code: u16| match &filter.passes {
                Passes::Critical => critical,
                Passes::Codes(codes) => codes.contains(&code),
                Passes::Nothing => false,
            };
            match alert {
                Alert::Read(_) => !passes(true, BILLING_DATA_LOG_UPDATED),
                Alert::Device { critical, code, .. } => !passes(critical, code),
                Alert::E4 | Alert::Notice => filter.dcc_alerts,
            }
        })
    }

    /// Whether the receiver black-holes a read.
    fn discards(&self, p: usize, kind: ReadKind, receiver: Option<SupplierId>, t: Instant) -> bool {
        self.black_holes(p, receiver, t, |lagging| match kind {
            ReadKind::Leaked | ReadKind::Repeated => true,
            ReadKind::Rightful => lagging,
            ReadKind::Closing | ReadKind::Orphaned => false,
        })
    }

    /// Whether a receiver black-holes now and the thing is not its own, given whether its portfolio lags.
    fn black_holes(
        &self,
        p: usize,
        receiver: Option<SupplierId>,
        t: Instant,
        not_its_own: impl Fn(bool) -> bool,
    ) -> bool {
        let plan = self.points[p].plan;
        plan.black_holes.iter().any(|(supplier, hole)| {
            let applies = Some(*supplier) == receiver && hole.from <= t;
            applies && not_its_own(facts::portfolio_lags(plan, *supplier, hole.portfolio_lag, t))
        })
    }

    /// Books a leaked read or an unwanted E4 under the current switch and the last case of the reading device.
    fn book(&mut self, p: usize, addressee: SupplierId, unwanted: Unwanted, t: Instant) {
        if !self.watched(p, t) {
            return;
        }
        let point = &mut self.points[p];
        point.leaked += unwanted.pushed + unwanted.pulled;
        self.counts.addressees.entry(addressee).or_default().merge(&unwanted.times(point.weight));
        let device = point.reading_device();
        let Some(current) = facts::current(point.plan, t) else {
            point.before_any_switch.push((addressee, unwanted));
            return;
        };
        match point.cases.iter_mut().rev().find(|case| case.device == device && case.switch == current) {
            Some(case) => case.unwanted.merge(&unwanted),
            None => point.without_case[current].merge(&unwanted),
        }
    }

    // ---- chasing ----

    /// An unwanted alert was delivered: the first one with an open case is where the losing supplier begins to detect.
    fn unwanted(&mut self, p: usize, t: Instant) {
        let point = &mut self.points[p];
        let Some(current) = facts::current(point.plan, t) else { return };
        if !point.has_open_case() || std::mem::replace(&mut point.noticed[current], true) {
            return;
        }
        let plan = point.plan;
        for (chase, chasing) in plan.switches[current].chases.iter().enumerate() {
            if chasing.detector == Detector::LosingSupplier {
                let at = (t + chasing.detection).max(chasing.from);
                self.insert(at, 6, p, current, 0, Event::Ask { switch: current, chase });
            }
        }
    }

    /// The DSP carries a push: one to a stranger, while a case is open, is where it begins to detect.
    fn passes(&mut self, p: usize, receiver: Option<SupplierId>, t: Instant) {
        let plan = self.points[p].plan;
        let stranger = receiver.is_some_and(|receiver| receiver != facts::copy(plan, t, t));
        let Some(current) = facts::current(plan, t) else { return };
        let seen = stranger && !facts::off_wan(plan, t) && self.points[p].has_open_case();
        if !seen || std::mem::replace(&mut self.points[p].passed[current], true) {
            return;
        }
        for (chase, chasing) in plan.switches[current].chases.iter().enumerate() {
            if chasing.detector == Detector::Passing {
                let at = (t + chasing.detection).max(chasing.from);
                self.insert(at, 6, p, current, 0, Event::Ask { switch: current, chase });
            }
        }
    }

    fn sweeps(&mut self, p: usize, switch: usize, chase: usize, t: Instant) {
        let plan = self.points[p].plan;
        let chasing = plan.switches[switch].chases[chase];
        let Detector::Sweep(every) = chasing.detector else { return };
        if facts::current(plan, t) != Some(switch) {
            return;
        }
        let answers = facts::answers_on_certificates(plan, t);
        if self.points[p].has_open_case() {
            for _ in 0..plan.devices {
                self.request(p, Reference::R6_24_1, if answers { Outcome::Accepted } else { Outcome::Failed }, t);
                if answers {
                    self.message(p, Leg::South, Message::ReadCredentials, t);
                    self.takes_the_way(p, Message::ReadCredentials, t);
                    self.message(p, Leg::North, Message::Credentials, t);
                    self.message(p, Leg::ToUsers, Message::Credentials, t);
                }
            }
            if answers {
                self.insert(t + chasing.detection, 6, p, switch, 0, Event::Ask { switch, chase });
                return;
            }
        }
        self.insert(t + every, 6, p, switch, 0, Event::Sweeps { switch, chase });
    }

    fn ask(&mut self, p: usize, switch: usize, chase: usize, t: Instant) {
        let plan = self.points[p].plan;
        let this = &plan.switches[switch];
        let is_user = match this.user_from {
            Some(from) => from <= t,
            None => this.class != Class::NonUser,
        };
        if facts::current(plan, t) != Some(switch) || !self.points[p].has_open_case() || !is_user {
            return;
        }
        let Some(response) = this.chases[chase].response else { return };
        let sends = t + response.max(Seconds(1));
        for device in 0..self.points[p].devices.len() {
            let request = &self.points[p].requests[switch][device];
            let open = self.points[p].devices[device].case.is_some();
            let by_sweep = matches!(this.chases[chase].detector, Detector::Sweep(_));
            let in_vain = by_sweep && open && request.next.is_none() && !request.under_way;
            if request.queued || (request.submitted && !in_vain) {
                continue;
            }
            let earlier = match request.next {
                Some((planned, _)) => sends < planned,
                None => request.submitted || this.cos[device].sending == Sending::Never,
            };
            if earlier {
                self.next_turn(p, switch, device, sends);
            }
        }
    }

    // ---- counting ----

    /// Whether emissions are counted: from the later of the window's start and the meter's `watch` on.
    fn watched(&self, p: usize, t: Instant) -> bool {
        t >= self.window.start && t >= self.points[p].plan.watch
    }

    fn request(&mut self, p: usize, reference: Reference, outcome: Outcome, t: Instant) {
        let request = match reference {
            Reference::R6_23 => Some(Message::CosRequest),
            Reference::R6_8 | Reference::R5_1 | Reference::R5_3 | Reference::R6_24_1 => Some(Message::Request),
            Reference::Scheduled | Reference::Neutral => None,
        };
        let sweeps_in_vain = reference == Reference::R6_24_1 && outcome == Outcome::Failed;
        if let Some(request) = request {
            if matches!(outcome, Outcome::Accepted | Outcome::E4) || sweeps_in_vain {
                self.message(p, Leg::FromUsers, request, t);
                self.message(p, Leg::ToUsers, Message::Answer, t);
            } else if outcome == Outcome::E4WhenDue {
                self.message(p, Leg::ToUsers, Message::Answer, t);
            }
        }
        if t >= self.window.start {
            self.counts.requests[reference][outcome] += self.points[p].weight;
        }
    }

    fn read(&mut self, p: usize, kind: ReadKind, path: Path, stage: ReadStage, t: Instant) {
        if self.watched(p, t) {
            self.counts.reads[kind][path][stage] += self.points[p].weight;
        }
    }

    /// A message on a leg, in a second, that a change of supplier causes.
    fn message(&mut self, p: usize, leg: Leg, message: Message, t: Instant) {
        self.travels_because(MessageOrigin::Caused, p, leg, message, t);
    }

    fn travels_because(&mut self, why: MessageOrigin, p: usize, leg: Leg, message: Message, t: Instant) {
        if t < self.window.start {
            return;
        }
        let (weight, fuel) = (self.points[p].weight, self.points[p].plan.fuel);
        let size = match leg {
            Leg::South | Leg::North => message.payload(fuel),
            Leg::FromUsers | Leg::ToUsers => message.wrapped(fuel),
        };
        let entry = self.counts.traffic.entry((why, leg, t.0.div_euclid(60))).or_default();
        *entry = (entry.0 + weight, entry.1 + weight * size);
    }

    /// A message south that takes its part of the capacity but whose own wait does not matter.
    fn takes_the_way(&mut self, p: usize, message: Message, t: Instant) {
        if t >= self.window.start {
            let weight = self.points[p].weight;
            let (in_background, others) = self.counts.south.entry(t.0).or_default();
            *(if matches!(message, Message::Read(_) | Message::ReadCredentials) { in_background } else { others }) +=
                weight;
        }
    }

    /// A command to which nobody answers; off the WAN it does not even go out, but to an S1SP.
    fn goes_unanswered(&mut self, p: usize, command: Message, t: Instant) {
        let plan = self.points[p].plan;
        let is_read = matches!(command, Message::Read(_));
        if !facts::off_wan(plan, t) || !is_read && facts::answers_on_certificates(plan, t) {
            self.message(p, Leg::South, command, t);
            self.takes_the_way(p, command, t);
        }
    }

    /// A command's whole way from its release: when the device gets it. A throttle holds back at the DCC, then the way
    /// south may be full.
    fn travels(
        &mut self,
        p: usize,
        (switch, device): (usize, usize),
        reference: Reference,
        release: Instant,
    ) -> Instant {
        let plan = self.points[p].plan;
        let cos = &plan.switches[switch].cos[device];
        let is_623 = reference == Reference::R6_23;
        let gets_through = |t: Instant| match reference {
            Reference::R6_8 => facts::on_wan_from(plan, t),
            _ => facts::answers_on_certificates_from(plan, t),
        };
        let mut at = gets_through(release + cos.latency.max(Seconds(1)));
        if let Some(Throttle { delay, above }) = cos.throttle.filter(|_| is_623)
            && delay.0 > 0
            && self.south.is_none_or(|(south, served)| served.is_busy(south, at, above))
        {
            if at < self.window.horizon {
                self.bin(p, Channel::HeldBack, at);
                if at >= self.window.start {
                    *self.counts.held_back.entry(at.0).or_default() += self.points[p].weight;
                }
            }
            at = gets_through(at + delay);
        }
        if at >= self.window.horizon {
            return at;
        }
        let calendar = reference == Reference::R6_8;
        let command = if calendar { Message::Calendar } else { Message::Cos { future_dated: false } };
        self.message(p, Leg::South, command, at);
        let place = place((plan.id, self.points[p].copy), kind_in_turn(reference), (switch, device), release);
        if at >= self.window.start {
            let (.., copies) = self.counts.in_turn.entry((at.0, place)).or_insert((reference, plan.id, 0));
            *copies += self.points[p].weight;
        }
        gets_through(self.south.map_or(at, |(_, served)| served.goes_south(at, place)))
    }

    /// 6.23, or a neutral certificate, reaches a device, which answers. A future-dated one has gone ahead of its
    /// second.
    fn reaches(&mut self, p: usize, future_dated: bool, supplier_hears: bool, t: Instant) {
        if future_dated {
            self.message(p, Leg::South, Message::Cos { future_dated }, t);
            self.takes_the_way(p, Message::Cos { future_dated }, t);
        }
        for response in
            if future_dated { vec![Message::CosAccepted, Message::CosExecuted] } else { vec![Message::CosResponse] }
        {
            self.message(p, Leg::North, response, t);
        }
        if supplier_hears {
            self.message(p, Leg::ToUsers, Message::DccAlert, t);
        }
    }

    fn bin(&mut self, p: usize, channel: Channel, t: Instant) {
        if t >= self.window.start {
            *self.counts.minutes[channel].entry(t.0.div_euclid(60)).or_default() += self.points[p].weight;
        }
    }
}

/// The stage of a read that has come as far as its alert; some stages are of alerts alone.
fn read_stage(stage: Stage) -> Option<ReadStage> {
    match stage {
        Stage::Carried | Stage::Discarded => None,
        Stage::Emitted => Some(ReadStage::Emitted),
        Stage::LostOnAir => Some(ReadStage::LostOnAir),
        Stage::Blocked => Some(ReadStage::Blocked),
        Stage::Held => Some(ReadStage::Held),
        Stage::Lost => Some(ReadStage::Lost),
        Stage::Delivered => Some(ReadStage::Delivered),
        Stage::Retained => Some(ReadStage::Retained),
    }
}

fn add(sums: &mut CaseSums, more: &CaseSums) {
    sums.cases += more.cases;
    sums.exposure += more.exposure;
    sums.unwanted.pushed += more.unwanted.pushed;
    sums.unwanted.pulled += more.unwanted.pulled;
    sums.unwanted.e4 += more.unwanted.e4;
    sums.supply_risk.seconds += more.supply_risk.seconds;
    sums.supply_risk.switches += more.supply_risk.switches;
}

/// The group of an age: 0, up to 1, 2, 7, 14, 28, 50, 78, 182 and 365 days, longer.
fn age(seconds: u64) -> Age {
    match seconds {
        0 => Age::AtOnce,
        1..86_400 => Age::Day1,
        86_400..172_800 => Age::Day2,
        172_800..604_800 => Age::Week1,
        604_800..1_209_600 => Age::Week2,
        1_209_600..2_419_200 => Age::Week4,
        2_419_200..4_320_000 => Age::Day50,
        4_320_000..6_739_200 => Age::Day78,
        6_739_200..15_724_800 => Age::HalfYear,
        15_724_800..31_536_000 => Age::Year,
        _ => Age::Longer,
    }
}

/// The day of a wait that has this length: the days of 86,400 s that it has begun.
fn day_of_wait(seconds: u64) -> u64 {
    (0..).find(|day| seconds <= day * 86_400).unwrap_or(u64::MAX)
}

/// Yearly from a date on, its day of the month at most 28.
fn yearly_from(day: Day) -> Recurrence {
    let past_28 = (i32::from(date_of(day).day()) - 28).max(0);
    Recurrence { anchor: day.plus(-past_28), every: Every::Months(12) }
}
