//! Traffic of the whole estate that changes of supplier do not cause, in closed form: expected messages by minute,
//! under each policy.
//!
//! The published totals include everything, scheduled reads and daily pushes too. Those follow from how suppliers read
//! meters, and fall into the minutes that the laws of runs and pushes give. The rest is unexplained and spread over the
//! day, evenly or by a profile. A policy that changes how suppliers read changes the explained part, and one that
//! sweeps the estate's certificates adds its questions and answers. An outage of the WAN takes out the meters that it
//! concerns; suppliers may ask later for what they have missed.

use std::iter::successors;
use std::ops::Range;
use std::sync::Arc;

use super::civil::Civil;
use super::injection::{Fault, Injection, WanOutage};
use super::laws::Laws;
use super::lever::{EstateChange, Pull};
use super::market::{Conventions, Market, Weights};
use super::plan::{Region, SupplierId};
use super::time_of_day::TimeOfDay;
use super::traffic::{Leg, Minutes};
use super::window::Window;
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::table::By;
use crate::engine::time::{DAY, Instant, MINUTE, Seconds};

const DAYS_A_MONTH: f64 = 30.4;

/// Published totals per meter and day: a message is a request with its response (calibration 3.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Messages: one command south, one response north.
    pub messages: f64,
    /// Device alerts, pushed reads among them.
    pub device_alerts: f64,
    /// Alerts that the DCC itself creates.
    pub dcc_alerts: f64,
    /// Weights of the hours of the local day, over which what reading does not explain is spread; evenly if there are
    /// none.
    pub profile: Option<[f64; HOURS]>,
}

/// Hours of a profile.
pub const HOURS: usize = 24;

impl Totals {
    /// What reading does not explain of a daily total, in a minute of an hour of the local day.
    fn in_a_minute(&self, rest: f64, hour: usize) -> f64 {
        let even = rest / MINUTES_A_DAY as f64;
        match &self.profile {
            Some(weights) => even * HOURS as f64 * weights[hour] / weights.iter().sum::<f64>(),
            None => even,
        }
    }
}

/// The part of the totals that the practice of reading explains, per meter and day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explained {
    /// Scheduled reads, a part of the messages.
    pub scheduled_reads: f64,
    /// Pushed reads, a part of the device alerts.
    pub pushed_reads: f64,
}

impl Explained {
    /// Explained by a market's mix of practices and those of its suppliers, weighted by their meters.
    pub fn by(market: &Market, suppliers: &[Weights]) -> Self {
        practices(market, suppliers).into_iter().fold(ReadingMix::default(), ReadingMix::plus).explained()
    }
}

/// How suppliers read, per meter of the whole estate, so that several suppliers' values add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct ReadingMix {
    // The suppliers' share of all meters.
    meters: f64,
    // Billing calendars by period, and scheduled reads per day.
    daily: f64,
    monthly: f64,
    schedules: f64,
    // Electricity meters of which no schedule brings half-hourly readings.
    without_half_hourly: f64,
}

impl ReadingMix {
    fn plus(self, other: Self) -> Self {
        Self {
            meters: self.meters + other.meters,
            daily: self.daily + other.daily,
            monthly: self.monthly + other.monthly,
            schedules: self.schedules + other.schedules,
            without_half_hourly: self.without_half_hourly + other.without_half_hourly,
        }
    }

    fn explained(self) -> Explained {
        Explained { scheduled_reads: self.schedules, pushed_reads: self.daily + self.monthly / DAYS_A_MONTH }
    }

    /// The practice after a share of the meters has adopted a change.
    fn changed(self, change: EstateChange, share: f64) -> Self {
        match change {
            EstateChange::BySchedule => Self {
                daily: self.daily * (1.0 - share),
                monthly: self.monthly * (1.0 - share),
                schedules: self.schedules + share * (self.daily + self.monthly),
                ..self
            },
            EstateChange::Monthly => {
                Self { daily: self.daily * (1.0 - share), monthly: self.monthly + share * self.daily, ..self }
            }
            EstateChange::HalfHourly => Self {
                schedules: self.schedules + share * self.without_half_hourly,
                without_half_hourly: self.without_half_hourly * (1.0 - share),
                ..self
            },
            EstateChange::Sweep(_) => self,
        }
    }
}

/// The mix of each supplier, in their order.
fn practices(market: &Market, suppliers: &[Weights]) -> Vec<ReadingMix> {
    let all: f64 = suppliers.iter().map(|s| s.share).sum();
    let of = |supplier: &Weights| {
        let counts = supplier.collection.schedule_counts.unwrap_or(market.schedule_counts);
        let weighted: f64 = counts.iter().zip(0..).map(|(weight, n)| weight * f64::from(n)).sum();
        // On meters without a calendar, and on those that have schedules beside one, which all have at least one
        // schedule.
        let alone = weighted / counts.iter().sum::<f64>();
        let some = counts[1..].iter().sum::<f64>();
        let beside = if some > 0.0 { weighted / some } else { 0.0 };
        // The second schedule of a meter brings its half-hourly readings.
        let profiles = counts[2..].iter().sum::<f64>();
        let profiles_beside = if some > 0.0 { profiles / some } else { 0.0 };
        let monthly = supplier.collection.monthly_share.unwrap_or(market.monthly_share);
        let calendars = supplier.collection.calendar_share.unwrap_or(market.calendar_share.mean());
        let both = supplier.collection.both_share.unwrap_or(market.both_share);
        let meters = supplier.share / all;
        ReadingMix {
            meters,
            daily: meters * calendars * (1.0 - monthly),
            monthly: meters * calendars * monthly,
            schedules: meters * ((1.0 - calendars) * alone + calendars * both * beside),
            without_half_hourly: meters
                * (1.0 - market.gas_share)
                * ((1.0 - calendars) * (1.0 - profiles / counts.iter().sum::<f64>())
                    + calendars * (1.0 - both * profiles_beside)),
        }
    };
    suppliers.iter().map(of).collect()
}

/// The meters of a market, the same under every policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Estate {
    window: Window,
    // For each UTC day that the window touches, and for one more: the meters, and the minute at which a local day
    // begins.
    days: Vec<(f64, usize)>,
    practices: Vec<ReadingMix>,
    // When scheduled reads run in the UTC day, and when meters push in the local day.
    runs: TimeOfDay,
    pushes: TimeOfDay,
    // `None` where no messages are asked for.
    totals: Option<Totals>,
    outages: Vec<Outage>,
    // The share of the meters in each region.
    regions: [(Region, f64); 3],
    devices_a_meter: f64,
    on_wan: f64,
}

/// An outage of the WAN, as the estate sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Outage {
    from: Instant,
    until: Instant,
    // The share of the meters of its region, or of all, that is off the WAN.
    share: f64,
    region: Option<Region>,
    // The time from its end over which suppliers ask for the scheduled reads that they have missed, if they do.
    catch_up: Option<Seconds>,
}

impl Outage {
    /// The outage of an injection, if it is one that concerns the meters of a market.
    fn of(injection: &Injection) -> Option<Self> {
        let &Injection { fault: Fault::WanOutage(outage), ref meters, share, from, until, .. } = injection else {
            return None;
        };
        let WanOutage { region, catch_up } = outage;
        meters.is_empty().then_some(Self { from, until, share, region, catch_up })
    }

    fn concerns(&self, region: Region) -> bool {
        self.region.is_none_or(|of| of == region)
    }

    fn holds(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }
}

impl Estate {
    /// The estate of a market and its suppliers over a window, with the outages of the WAN among these injections.
    pub fn new(
        window: &Window,
        (market, suppliers, conventions): (&Market, &[Weights], Conventions),
        (laws, injections): (&Laws, &[Injection]),
        totals: Option<Totals>,
        civil: &Civil,
    ) -> Self {
        let (first, last) = (window.start.utc_day(), Instant(window.horizon.0 - 1).utc_day());
        let of_regions: f64 = market.region_shares.iter().sum();
        let day = |day: i32| {
            let date = first.plus(day);
            let local = (civil.midnight(date) - date.utc_midnight()).0.rem_euclid(DAY.0) as usize / 60;
            (market.meters_on(date), local)
        };
        Self {
            window: *window,
            days: (0..=last.0 - first.0 + 1).map(day).collect(),
            practices: practices(market, suppliers),
            runs: TimeOfDay::of(&laws.run_second),
            pushes: TimeOfDay::of(&laws.push_offset),
            totals,
            outages: injections.iter().filter_map(Outage::of).collect(),
            regions: Region::ALL.map(|region| (region, market.region_shares[region as usize] / of_regions)),
            devices_a_meter: 1.0 + market.gas_share * f64::from(conventions.gas_devices - 1),
            on_wan: 1.0 - market.off_air_share,
        }
    }

    /// UTC minutes of the days that the window touches.
    const fn minutes(&self) -> usize {
        self.days.len().saturating_sub(1) * MINUTES_A_DAY
    }

    /// The place of the local day in which a minute lies, and the minutes since its midnight.
    fn local(&self, place: usize) -> (usize, usize) {
        let (day, minute) = (place / MINUTES_A_DAY, place % MINUTES_A_DAY);
        let [(_, this), (_, next)] = [self.days[day], self.days[day + 1]];
        // In summer a local day begins in the last hour of the UTC day before.
        if next > 0 && minute >= next {
            (day + 1, minute - next)
        } else {
            (day, minute + if this > 0 { MINUTES_A_DAY - this } else { 0 })
        }
    }

    /// Meters on the local date of a minute.
    fn meters(&self, place: usize) -> f64 {
        self.days[self.local(place).0].0
    }

    /// The outages of a minute.
    fn outages_in(&self, place: usize) -> impl Iterator<Item = &Outage> {
        let at = self.minute(place);
        self.outages.iter().filter(move |outage| outage.holds(at))
    }

    /// The share of the meters that no outage has taken off the WAN in a minute. Outages of one region are independent.
    fn connected(&self, place: usize) -> f64 {
        let of_region = |(region, share): &(Region, f64)| {
            let of = self.outages_in(place).filter(|outage| outage.concerns(*region));
            share * of.map(|outage| 1.0 - outage.share).product::<f64>()
        };
        // The shares of the regions may not quite add up to 1.
        if self.outages_in(place).next().is_none() { 1.0 } else { self.regions.iter().map(of_region).sum() }
    }

    /// The part of what is missed in a minute that is missed for an outage: in proportion to the meters that each of
    /// the outages of the minute concerns.
    fn blame(&self, outage: &Outage, place: usize) -> f64 {
        let weight = |outage: &Outage| -> f64 {
            let regions = self.regions.iter().filter(|(region, _)| outage.concerns(*region));
            outage.share * regions.map(|(_, share)| share).sum::<f64>()
        };
        let all: f64 = self.outages_in(place).map(weight).sum();
        if all > 0.0 { weight(outage) / all } else { 0.0 }
    }

    fn minute(&self, place: usize) -> Instant {
        self.window.start.utc_day().utc_midnight() + Seconds(60 * place as i64)
    }
}

/// A change, with when and how far it is adopted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Measure {
    change: EstateChange,
    start: Instant,
    // The share that adopts it in the end, joining evenly over a time.
    share: f64,
    over: Seconds,
}

impl Measure {
    /// The share of the meters concerned that has adopted it by a second.
    fn adopted(&self, at: Instant) -> f64 {
        let since = (at - self.start).0 as f64;
        match self.over.0 {
            _ if since < 0.0 => 0.0,
            0 => self.share,
            over => self.share * (since / over as f64).min(1.0),
        }
    }

    /// How often the meters concerned are swept before a second, on average; each is first swept when it adopts the
    /// measure.
    fn sweeps_before(&self, at: Instant, every: Seconds) -> f64 {
        let (since, every) = ((at - self.start).0, every.0.max(1));
        if since <= 0 {
            return 0.0;
        }
        // Of the sweeps begun, those that have reached all meters, and the parts of the others.
        let begun = (since + every - 1) / every;
        let whole = if since > self.over.0 { ((since - self.over.0 + every - 1) / every).min(begun) } else { 0 };
        let partial: i64 = begun - whole;
        // The sum of their times since then is an arithmetic series.
        let sum = partial as f64 * since as f64 - every as f64 * (whole + begun - 1) as f64 * partial as f64 / 2.0;
        self.share * (whole as f64 + if partial > 0 { sum / self.over.0 as f64 } else { 0.0 })
    }

    /// The first second from one on in which a sweep may reach meters. `None` if the change is no sweep.
    fn next_sweep(&self, from: Instant) -> Option<Instant> {
        let EstateChange::Sweep(every) = self.change else { return None };
        let (since, every) = ((from - self.start).0, every.0.max(1));
        Some(match since.rem_euclid(every) {
            _ if since < 0 => self.start,
            // A sweep lasts as long as the meters took to adopt the measure.
            begun if begun <= self.over.0 => from,
            begun => from + Seconds(every - begun),
        })
    }
}

/// Expected messages of the estate under a policy, rounded, minute by minute from midnight UTC of the first day. They
/// are computed on demand: a window may have ten million minutes.
#[derive(Debug, Clone, PartialEq)]
pub struct Background {
    estate: Arc<Estate>,
    measures: Vec<Measure>,
    // Suppliers grouped by the measures that concern them.
    groups: Vec<(Vec<bool>, ReadingMix)>,
    // Scheduled reads that suppliers ask for once more, in each minute from one to before another.
    catch_ups: Vec<(Range<usize>, f64)>,
}

impl Background {
    /// The background under the levers of a policy, in the order of its list.
    pub fn under(estate: &Arc<Estate>, pulls: &[Pull]) -> Self {
        let changes: Vec<(&Pull, EstateChange)> =
            pulls.iter().filter_map(|pull| Some((pull, pull.lever.profile().estate?))).collect();
        let measure = |(pull, change): &(&Pull, EstateChange)| Measure {
            change: *change,
            start: pull.start,
            share: pull.adoption.share,
            over: pull.adoption.over,
        };
        let mut groups: Vec<(Vec<bool>, ReadingMix)> = Vec::new();
        for (supplier, practice) in (0..).map(SupplierId).zip(&estate.practices) {
            let concerned: Vec<bool> = changes.iter().map(|(pull, _)| pull.scope.covers(supplier)).collect();
            match groups.iter_mut().find(|(of_group, _)| *of_group == concerned) {
                Some((_, sum)) => *sum = sum.plus(*practice),
                None => groups.push((concerned, *practice)),
            }
        }
        let measures = changes.iter().map(measure).collect();
        let mut background = Self { estate: Arc::clone(estate), measures, groups, catch_ups: Vec::new() };
        background.catch_ups = estate.outages.iter().filter_map(|outage| background.catch_up_of(outage)).collect();
        background
    }

    /// The minutes after an outage in which suppliers ask for the reads that they have missed in the window's days, and
    /// how many they ask for in each.
    fn catch_up_of(&self, outage: &Outage) -> Option<(Range<usize>, f64)> {
        let estate = &self.estate;
        let minutes = self.minute_of(outage.from)..self.minute_of(outage.until);
        let caught_up = self.minute_of(outage.until + outage.catch_up?).max(minutes.end + 1);
        let missed = self.stretches().into_iter().map(|stretch| {
            let off = stretch.start.max(minutes.start)..stretch.end.min(minutes.end);
            if off.is_empty() {
                return 0.0;
            }
            let (meters, _) = estate.days[stretch.start / MINUTES_A_DAY];
            let a_day = self.explained(&stretch).map_or(0.0, |(_, now)| now.scheduled_reads);
            let share = (1.0 - estate.connected(off.start)) * estate.blame(outage, off.start);
            let reads: f64 = off.map(|minute| estate.runs.in_a_minute(a_day, minute % MINUTES_A_DAY)).sum();
            meters * reads * share
        });
        let a_minute = missed.sum::<f64>() / (caught_up - minutes.end) as f64;
        Some((minutes.end..caught_up, a_minute))
    }

    /// The first minute that begins at or after a second.
    fn minute_of(&self, at: Instant) -> usize {
        let since = (at - self.estate.minute(0)).0 + MINUTE.0 - 1;
        usize::try_from(since.div_euclid(MINUTE.0)).unwrap_or(0)
    }

    /// The background of the same estate under other levers.
    pub fn changed(&self, pulls: &[Pull]) -> Self {
        Self::under(&self.estate, pulls)
    }

    /// An empty background: no time passes and nothing is expected.
    pub fn idle(&self) -> Self {
        let estate = Estate { days: Vec::new(), practices: Vec::new(), outages: Vec::new(), ..(*self.estate).clone() };
        Self { estate: Arc::new(estate), measures: Vec::new(), groups: Vec::new(), catch_ups: Vec::new() }
    }

    /// Messages of a leg, minute by minute. What users send is unknown: requests for anything unscheduled are not
    /// published.
    pub fn minutes(&self, leg: Leg) -> impl Iterator<Item = u64> {
        let mut minutes = Vec::with_capacity(self.estate.minutes());
        let mut days = self.days();
        while let Some(legs) = days.next_day() {
            minutes.extend_from_slice(&legs[leg]);
        }
        minutes.into_iter()
    }

    /// Messages of all legs, minute by minute of one UTC day after another.
    pub fn days(&self) -> Days<'_> {
        let parts = PartsOfDay::default();
        let legs = By::from_fn(|_| [0; MINUTES_A_DAY]);
        Days { background: self, stretches: self.stretches(), next: 0, parts, legs }
    }

    /// 6.24.1s sent by sweeps of the estate, one per device.
    pub fn sweeping_requests(&self) -> u64 {
        self.sweeping(self.in_window(0..self.estate.minutes())).map(|minute| self.swept(minute).all).sum()
    }

    /// Those of some minutes in which sweeps may reach devices, in order.
    fn sweeping(&self, minutes: Range<usize>) -> impl Iterator<Item = usize> {
        let next = move |from: usize| {
            let (first, at) = (self.estate.minute(0), self.estate.minute(from));
            let next = self.measures.iter().filter_map(|measure| measure.next_sweep(at)).min()?;
            let place = usize::try_from((next - first).0 / MINUTE.0).ok()?;
            (place < minutes.end).then_some(place)
        };
        successors(next(minutes.start), move |last| next(last + 1))
    }

    /// Those of some minutes that begin in the window.
    fn in_window(&self, minutes: Range<usize>) -> Range<usize> {
        let Window { start, horizon, .. } = self.estate.window;
        let from = self.minute_of(start).clamp(minutes.start, minutes.end);
        from..self.minute_of(horizon).clamp(from, minutes.end)
    }

    /// The minutes of the window in parts of UTC days within which the practice of reading changes only evenly.
    fn stretches(&self) -> Vec<Range<usize>> {
        let last = self.estate.minutes();
        let mut cuts: Vec<usize> = (0..=last).step_by(MINUTES_A_DAY).collect();
        let measures = self.measures.iter().flat_map(|measure| [measure.start, measure.start + measure.over]);
        let outages = self
            .estate
            .outages
            .iter()
            .flat_map(|outage| [outage.from, outage.until, outage.until + outage.catch_up.unwrap_or_default()]);
        // A minute belongs to what holds at its first second.
        cuts.extend(measures.chain(outages).map(|at| self.minute_of(at)).filter(|minute| *minute < last));
        cuts.sort_unstable();
        cuts.dedup();
        cuts.windows(2).map(|cuts| cuts[0]..cuts[1]).collect()
    }

    /// Writes the messages of a stretch of a UTC day that begins with the minute `first`, with the practice at the
    /// stretch's middle.
    fn fill(&self, of_day: Range<usize>, first: usize, parts: &mut PartsOfDay, legs: &mut By<Leg, Minutes>) {
        let (estate, minutes) = (&self.estate, first + of_day.start..first + of_day.end);
        let (meters, _) = estate.days[first / MINUTES_A_DAY];
        let Some((totals, (usual, now))) = estate.totals.zip(self.explained(&minutes)) else {
            return legs.each_mut().for_each(|(_, counts)| counts[of_day.clone()].fill(0));
        };
        let connected = estate.connected(minutes.start);
        let catch_up: f64 = self.catch_ups.iter().filter(|(of, _)| of.contains(&minutes.start)).map(|(_, n)| n).sum();
        let rates = |Part { minute, since_midnight, hour, .. }: Part| {
            let rest = |rest: f64| totals.in_a_minute(rest, hour);
            let messages =
                estate.runs.in_a_minute(now.scheduled_reads, minute) + rest(totals.messages - usual.scheduled_reads);
            let alerts = estate.pushes.in_a_minute(now.pushed_reads, since_midnight)
                + rest(totals.device_alerts - usual.pushed_reads);
            // The DCC raises its own alerts whether or not a meter is on the WAN.
            let (messages, alerts, of_dcc) = (connected * messages, connected * alerts, rest(totals.dcc_alerts));
            let rates = [messages, messages + alerts, messages + alerts + of_dcc];
            rates.map(|rate| libm::round(meters * rate + connected * catch_up) as u64)
        };
        for part in parts.of(estate, of_day, first) {
            let minutes = part.minute..part.ends;
            for (leg, count) in [Leg::South, Leg::North, Leg::ToUsers].into_iter().zip(rates(*part)) {
                legs[leg][minutes.clone()].fill(count);
            }
        }
    }

    /// What reading explains in a stretch, per meter and day: usually, and with the practice at its middle. `None` if
    /// no messages are asked for.
    fn explained(&self, minutes: &Range<usize>) -> Option<(Explained, Explained)> {
        self.estate.totals?;
        let middle = self.estate.minute((minutes.start + minutes.end) / 2);
        let sum = |practice: ReadingMix, other| practice.plus(other);
        let usual = self.groups.iter().map(|(_, practice)| *practice).fold(ReadingMix::default(), sum).explained();
        let now = self.groups.iter().map(|(concerned, practice)| {
            let measures = self.measures.iter().zip(concerned).filter(|(_, concerned)| **concerned);
            measures.fold(*practice, |practice, (measure, _)| practice.changed(measure.change, measure.adopted(middle)))
        });
        let now = now.fold(ReadingMix::default(), sum).explained();
        // The totals are of meters on the WAN, so a change is of those alone.
        let on_wan = |usual: f64, now: f64| usual + self.estate.on_wan * (now - usual);
        let now = Explained {
            scheduled_reads: on_wan(usual.scheduled_reads, now.scheduled_reads),
            pushed_reads: on_wan(usual.pushed_reads, now.pushed_reads),
        };
        Some((usual, now))
    }

    /// Devices whose certificates a sweep reads in a minute.
    fn swept(&self, minute: usize) -> Swept {
        let Window { start, horizon, .. } = self.estate.window;
        let at = self.estate.minute(minute);
        let (from, until) = (at.max(start), (at + MINUTE).min(horizon));
        let mut share = 0.0;
        for (n, measure) in self.measures.iter().enumerate() {
            let EstateChange::Sweep(every) = measure.change else { continue };
            let sweeps = measure.sweeps_before(until, every) - measure.sweeps_before(from, every);
            let concerned = self.groups.iter().filter(|(concerned, _)| concerned[n]);
            if sweeps > 0.0 {
                share += sweeps * concerned.map(|(_, practice)| practice.meters).sum::<f64>();
            }
        }
        if share == 0.0 {
            return Swept { all: 0, answering: 0 };
        }
        let devices = self.estate.meters(minute) * self.estate.devices_a_meter * share;
        let answering = devices * self.estate.on_wan * self.estate.connected(minute);
        Swept { all: libm::round(devices) as u64, answering: libm::round(answering) as u64 }
    }
}

/// The messages of a background, one UTC day after another.
pub struct Days<'b> {
    background: &'b Background,
    stretches: Vec<Range<usize>>,
    next: usize,
    parts: PartsOfDay,
    legs: By<Leg, Minutes>,
}

impl Days<'_> {
    /// The messages of the next UTC day, by leg and minute.
    pub fn next_day(&mut self) -> Option<&By<Leg, Minutes>> {
        let Self { background, parts, legs, .. } = self;
        loop {
            let minutes = self.stretches.get(self.next)?.clone();
            self.next += 1;
            let first = minutes.start / MINUTES_A_DAY * MINUTES_A_DAY;
            background.fill(minutes.start - first..minutes.end - first, first, parts, legs);
            for minute in background.sweeping(minutes.clone()) {
                let Swept { all, answering } = background.swept(minute);
                legs[Leg::South][minute - first] += answering;
                legs[Leg::North][minute - first] += answering;
                legs[Leg::ToUsers][minute - first] += all + answering;
            }
            let within = background.in_window(minutes.clone());
            for outside in [minutes.start..within.start, within.end..minutes.end] {
                legs.each_mut().for_each(|(_, counts)| counts[outside.start - first..outside.end - first].fill(0));
            }
            if minutes.end.is_multiple_of(MINUTES_A_DAY) {
                return Some(legs);
            }
        }
    }
}

/// A part of a UTC day in which the laws and the profile of the estate give all minutes the same rates.
#[derive(Debug, Clone, Copy)]
struct Part {
    // Its first minute, and the first after it.
    minute: usize,
    ends: usize,
    // Minutes from local midnight, and the local hour, at its first minute.
    since_midnight: usize,
    hour: usize,
}

/// The parts of a stretch of a UTC day. Most days have those of the day before.
#[derive(Default)]
struct PartsOfDay {
    parts: Vec<Part>,
    // The minutes of the day, and where local midnights are in it.
    of: Option<(Range<usize>, [usize; 2])>,
}

impl PartsOfDay {
    /// The parts of a stretch of the day that begins with the minute `first`.
    fn of(&mut self, estate: &Estate, of_day: Range<usize>, first: usize) -> &[Part] {
        let day = first / MINUTES_A_DAY;
        let key = Some((of_day.clone(), [estate.days[day].1, estate.days[day + 1].1]));
        if self.of != key {
            (self.of, self.parts) = (key, Self::found(estate, of_day, first));
        }
        &self.parts
    }

    fn found(estate: &Estate, of_day: Range<usize>, first: usize) -> Vec<Part> {
        let has_profile = estate.totals.is_some_and(|totals| totals.profile.is_some());
        let (mut parts, mut present): (Vec<Part>, _) = (Vec::new(), None);
        for minute in of_day {
            let (_, since_midnight) = estate.local(first + minute);
            // The last hour of a day of 25 is like the one before.
            let hour = (since_midnight / 60).min(HOURS - 1);
            let part = Some((
                estate.runs.part(minute),
                estate.pushes.part(since_midnight),
                Some(hour).filter(|_| has_profile),
            ));
            match parts.last_mut() {
                Some(last) if part == present => last.ends = minute + 1,
                _ => parts.push(Part { minute, ends: minute + 1, since_midnight, hour }),
            }
            present = part;
        }
        parts
    }
}

/// Numbers of devices swept.
struct Swept {
    all: u64,
    // Those on the WAN.
    answering: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(share: f64, over: Seconds) -> Measure {
        Measure { change: EstateChange::Sweep(Seconds(100)), start: Instant(1_000), share, over }
    }

    #[test]
    fn sweeps_come_at_the_start_and_at_each_period_after_it() {
        let (all, every) = (measure(1.0, Seconds(0)), Seconds(100));
        // At 1,000, 1,100 and 1,200; each counts from the second after it on.
        let before = [1_000, 1_001, 1_100, 1_101, 1_201].map(|at| all.sweeps_before(Instant(at), every));
        assert_eq!(before, [0.0, 1.0, 1.0, 2.0, 3.0]);
        assert_eq!(measure(0.25, Seconds(0)).sweeps_before(Instant(1_201), every), 0.75);
    }

    #[test]
    fn between_sweeps_nothing_is_swept() {
        // From 1,000 on, every 100 seconds, each for 30 seconds.
        let sweeps = measure(1.0, Seconds(30));
        let next = [0, 1_000, 1_030, 1_031, 1_099].map(|from| sweeps.next_sweep(Instant(from)));
        assert_eq!(next, [1_000, 1_000, 1_030, 1_100, 1_100].map(|at| Some(Instant(at))));
        let before = |at| sweeps.sweeps_before(Instant(at), Seconds(100));
        assert_eq!((before(1_000), before(1_031), before(1_100)), (0.0, 1.0, 1.0));
    }

    #[test]
    fn who_takes_a_measure_up_gradually_is_swept_gradually() {
        // Over 200 seconds: after 50 a quarter has been swept once; after 150 three quarters have, and a quarter of
        // them twice.
        let gradual = measure(1.0, Seconds(200));
        let before = [1_050, 1_150, 1_300].map(|at| gradual.sweeps_before(Instant(at), Seconds(100)));
        assert_eq!(before[..2], [0.25, 1.0]);
        // After 300: all once, all twice, half three times.
        assert_eq!(before[2], 2.5);
    }
}
