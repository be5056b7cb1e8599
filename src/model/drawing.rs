//! Drawing a market's meters. Every meter that switches is drawn as a whole, with all its later switches, from its own name.
//!
//! Repeat switching needs no memory of who has switched: all meters share one hazard that begins 40 days after a switch,
//! so the number of first switches a day follows from the volumes, and a meter's next switch from one exponential draw.

use rand_distr::Distribution;
use rand_distr::weighted::WeightedAliasIndex;

use super::civil::{Civil, plus_working_days};
use super::classes::{Classes, Shares};
use super::draw::{self, First, FirstSwitch, Lot};
use super::gainers::Gainers;
use super::injection::Transfer;
use super::laws::Laws;
use super::market::{ClassRule, Conventions, Flow, Market, MarketAlert, Often, Weights};
use super::plan::*;
use super::window::Window;
use crate::engine::law::{Law, exponential, poisson};
use crate::engine::random::{Draws, Purpose};
use crate::engine::time::{DAY, Day, HOUR, Instant, Seconds};

/// Most switches of one meter that are followed. Draws with numbers from it on are those of the transfers of books.
const MOST_SWITCHES: u32 = 20;
/// Most rare alerts of one kind and meter in a window; their draws are numbered in fourteen bits, twice what one a day makes in twenty
/// years.
const MOST_RARE_ALERTS: u32 = (1 << 14) - 1;
/// Most transfers of books in one scenario, for failures and sales together.
pub const MOST_TRANSFERS: usize = 12;

/// A market made ready for drawing over a window.
pub struct Drawing<'m> {
    market: &'m Market,
    laws: &'m Laws,
    conventions: Conventions,
    civil: &'m Civil,
    // What is counted, and the same with the warm-up before it.
    window: Window,
    life: Window,
    first: Day,
    flows: [Flow; 2],
    losing: WeightedAliasIndex<f64>,
    gainers: Gainers,
    suppliers: Vec<Weights>,
    classes: Classes,
    // By their first dates.
    transfers: Vec<Transfer>,
    shelves: Vec<Shelf>,
}

/// What is drawn of a supplier once in a run.
struct Habit {
    /// Share of meters that it reads by billing calendar.
    calendar_share: f64,
    /// Shares of its cases by class.
    classes: Shares,
    /// Seconds in which it becomes a User, where it has dates of its own.
    user_dates: Vec<Instant>,
}

/// What of a supplier's book nothing but its transfers would make switch in the window.
struct Shelf {
    of: SupplierId,
    // First date of the first of them; it names the meters.
    day: Day,
    // The places of its transfers, and how many meters are there by the first date of each, by fuel. A later transfer
    // finds the meters of the earlier ones among its own.
    transfers: Vec<(usize, [u32; 2])>,
}

impl Shelf {
    fn meters(&self, fuel: Fuel) -> u32 {
        self.transfers.iter().map(|(_, meters)| meters[fuel as usize]).max().unwrap_or(0)
    }
}

/// How a switch comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Chosen,
    Erroneous,
    Return,
    Moved(Book),
}
impl<'m> Drawing<'m> {
    /// Makes a market ready; `weights` has at least two suppliers with a share and two with gains, and `transfers` is in
    /// the order of their first dates. `life` is the window with the warm-up before it.
    ///
    /// # Errors
    /// When the weights cannot be drawn from.
    pub fn new(
        market: &'m Market,
        laws: &'m Laws,
        weights: &[Weights],
        transfers: &[Transfer],
        conventions: Conventions,
        ([window, life], civil): ([Window; 2], &'m Civil),
    ) -> Result<Self, String> {
        let alias = |what: &str, weights: Vec<f64>| {
            WeightedAliasIndex::new(weights).map_err(|e| format!("the suppliers' {what} cannot be drawn from: {e}"))
        };
        let first = life.first;
        let flows = Fuel::ALL.map(|fuel| market.flow(fuel, first, life.days));
        let all: f64 = weights.iter().map(|w| w.share).sum();
        let mut shelves: Vec<Shelf> = Vec::new();
        for (place, transfer) in transfers.iter().enumerate() {
            let share = weights.get(transfer.from.0 as usize).map_or(0.0, |w| w.share) / all;
            let day = transfer.first();
            let meters = Fuel::ALL.map(|fuel| market.book(fuel, day, share, &flows[fuel as usize]));
            match shelves.iter_mut().find(|shelf| shelf.of == transfer.from) {
                Some(shelf) => shelf.transfers.push((place, meters)),
                None => shelves.push(Shelf { of: transfer.from, day, transfers: vec![(place, meters)] }),
            }
        }
        Ok(Self {
            market,
            laws,
            conventions,
            civil,
            window,
            life,
            first,
            transfers: transfers.to_vec(),
            shelves,
            flows,
            losing: alias("shares", weights.iter().map(|w| w.share).collect())?,
            gainers: Gainers::new(weights, &market.pairs)?,
            suppliers: weights.to_vec(),
            classes: Classes::new(market, weights),
        })
    }

    /// Switches that are expected in the window and its warm-up, withdrawn ones and those that move with a book among them.
    pub fn expected_switches(&self) -> f64 {
        let moved = self.shelves.iter().flat_map(|shelf| Fuel::ALL.map(|fuel| self.expected_to_move(shelf, fuel)));
        self.market.expected_switches(&self.life) + moved.sum::<f64>()
    }

    /// A meter moves once with the book, unless it stays at each transfer.
    fn expected_to_move(&self, shelf: &Shelf, fuel: Fuel) -> f64 {
        let sizes = || shelf.transfers.iter().map(|(place, meters)| (*place, meters[fuel as usize]));
        let mut steps: Vec<u32> = sizes().map(|(_, meters)| meters).collect();
        steps.sort_unstable();
        let below = std::iter::once(0).chain(steps.iter().copied());
        let of_step = |(below, meters): (u32, &u32)| {
            let there = sizes().filter(|(_, there)| there >= meters);
            let stays: f64 = there.map(|(place, _)| 1.0 - self.transfers[place].part_in_window()).product();
            f64::from(meters - below) * (1.0 - stays)
        };
        below.zip(&steps).map(of_step).sum()
    }

    /// Calls `each` with every meter that switches in the window or its warm-up, by fuel, day and number.
    pub fn each_meter(&self, draws: &Draws, each: impl FnMut(MeterPlan, FirstSwitch)) {
        self.each_nth_meter(draws, 1, each);
    }

    /// Calls `each` with the first meter and each `n`-th one after it of every fuel, day and kind of first switch: a sample.
    pub fn each_nth_meter(&self, draws: &Draws, n: usize, mut each: impl FnMut(MeterPlan, FirstSwitch)) {
        let habits = self.habits(draws);
        for fuel in Fuel::ALL {
            let flow = &self.flows[fuel as usize];
            for i in 0..self.life.days {
                let day = self.first.plus(i as i32);
                let lot = Lot::day(draws, fuel, day);
                let firsts = poisson(lot.uniform(draw::ARRIVALS, 0), flow.firsts[i]);
                let withdrawn =
                    poisson(lot.uniform(draw::WITHDRAWALS, 0), flow.volume[i] * self.market.withdrawn_share);
                for (count, kind) in [(firsts, First::Chosen), (withdrawn, First::Withdrawn)] {
                    for number in (0..count as u32).step_by(n) {
                        let first = FirstSwitch { fuel, day, number, kind };
                        if let Some(plan) = self.meter(draws, first, None, &habits) {
                            each(plan, first);
                        }
                    }
                }
            }
        }
        for (place, shelf) in self.shelves.iter().enumerate() {
            for fuel in Fuel::ALL {
                // Two books that begin to move on one day number their meters in turn.
                let before = self.shelves[..place].iter().filter(|other| other.day == shelf.day);
                let from: u32 = before.map(|other| other.meters(fuel)).sum();
                for number in (0..shelf.meters(fuel)).step_by(n) {
                    let first = FirstSwitch { fuel, day: shelf.day, number: from + number, kind: First::Book };
                    let Some(moved) = self.first_move(shelf, number, &Lot::switch(draws, first, 0), fuel) else {
                        continue;
                    };
                    if let Some(plan) = self.meter(draws, first, Some(moved), &habits) {
                        each(plan, first);
                    }
                }
            }
        }
    }

    /// The transfer by which a meter leaves its supplier's book, and its date.
    fn first_move(&self, shelf: &Shelf, number: u32, lot: &Lot<'_>, fuel: Fuel) -> Option<(&Transfer, Day)> {
        let there = shelf.transfers.iter().filter(|(_, meters)| number < meters[fuel as usize]);
        let moves = there.filter_map(|(place, _)| {
            let transfer = &self.transfers[*place];
            transfer.date_of(fuel, lot).map(|(date, _)| (transfer, date))
        });
        moves.min_by_key(|(_, date)| *date)
    }

    fn habits(&self, draws: &Draws) -> Vec<Habit> {
        let by_supplier = self.market.class_rule == ClassRule::BySupplier;
        let habit = |(place, (weights, classes)): (u16, (&Weights, Shares))| {
            let lot = Lot::supplier(draws, place);
            let is_none_a_user = classes[Class::NonUser as usize] >= 1.0;
            let user_dates = match weights.user_from {
                Some(date) => vec![date],
                None if by_supplier && is_none_a_user => self.user_dates(&lot),
                None => Vec::new(),
            };
            let drawn = || self.market.calendar_share.at(lot.uniform(draw::CALENDAR_SHARE, 0));
            Habit { calendar_share: weights.collection.calendar_share.unwrap_or_else(drawn), classes, user_dates }
        };
        (0..).zip(self.suppliers.iter().zip(self.classes.draw(draws))).map(habit).collect()
    }

    /// One after another, each so long after the one before as a case would wait. A supplier that has become a User is followed by
    /// another of its kind, so that the share of gains by non-Users stays what the market says.
    fn user_dates(&self, lot: &Lot<'_>) -> Vec<Instant> {
        let mut dates = Vec::new();
        let mut last = self.life.start;
        for n in 0.. {
            let Some(wait) = lot.duration(&self.laws.to_623_non_user, draw::USER_DATE, n) else { break };
            last = last + wait.max(Seconds(1));
            dates.push(last);
            if last >= self.life.horizon || n > 10_000 {
                break;
            }
        }
        dates
    }

    /// One meter with all its switches in the window; where it is `moved` with a book, by this transfer and on this date,
    /// that is the first.
    fn meter(
        &self,
        draws: &Draws,
        first: FirstSwitch,
        moved: Option<(&Transfer, Day)>,
        habits: &[Habit],
    ) -> Option<MeterPlan> {
        let lot = Lot::switch(draws, first, 0);
        let drawn = || SupplierId(self.losing.sample(&mut lot.stream(draw::LOSING, 0)) as u16);
        let holder = moved.map_or_else(drawn, |(transfer, _)| transfer.from);
        // A book that moves is of all regions alike.
        let regions = if moved.is_some() { self.market.region_shares } else { self.market.regions_of_switches() };
        let region = pick(&regions, lot.uniform(draw::REGION, 0)).unwrap_or(0);
        let (devices, pusher) = match first.fuel {
            Fuel::Electricity => (1, 0),
            Fuel::Gas => (self.conventions.gas_devices, self.conventions.gas_pusher),
        };
        let practice = self.practice(&lot, 0, holder, habits);
        let prepays = lot.happens(draw::PAYMENT, self.market.prepay_share);
        let payment = if prepays { Payment::Prepay } else { Payment::Credit };
        let mut switches = Vec::with_capacity(1);
        let mut day = moved.map_or(first.day, |(_, date)| date);
        let (mut registered, mut returns_to) = (holder, None);
        let mut watch = Instant(i64::MAX);
        for generation in 0..MOST_SWITCHES {
            let lot = Lot::switch(draws, first, generation);
            let returning = returns_to.take();
            let (to, origin) = match (returning, moved.filter(|_| generation == 0)) {
                (_, Some((transfer, _))) => (transfer.to, Origin::Moved(transfer.book())),
                (Some(back), None) => (back, Origin::Return),
                (None, None) => {
                    let chosen = first.kind != First::Withdrawn;
                    let erroneous = chosen && lot.happens(draw::ERRONEOUS, self.market.erroneous_share);
                    (self.gainer(&lot, registered)?, if erroneous { Origin::Erroneous } else { Origin::Chosen })
                }
            };
            let switch = self.switch(&lot, (first, payment), day, to, origin, habits);
            let notice = match origin {
                Origin::Moved(_) => Seconds(0),
                _ => lot.duration(&self.laws.notice, draw::NOTICE, 0).unwrap_or_default(),
            };
            watch = watch.min(switch.known.min(switch.ssd - notice));
            switches.push(switch);
            if first.kind == First::Withdrawn {
                break;
            }
            let next = if origin == Origin::Erroneous {
                returns_to = Some(registered);
                self.return_day(&lot, day)
            } else {
                self.next_day(&lot, first.fuel, day, self.market.hazard_of(region))
            };
            registered = to;
            match next {
                Some(next) if next.0 < self.first.0 + self.life.days as i32 => day = next,
                _ => break,
            }
        }
        let off_wan = if lot.happens(draw::OFF_AIR, self.market.off_air_share) {
            vec![(self.life.start.min(watch), self.life.horizon)]
        } else {
            Vec::new()
        };
        let smets1 = lot.happens(draw::DEVICE_KIND, self.market.smets1_share(first.day.plus(-1)));
        let mut plan = MeterPlan {
            kind: if smets1 { DeviceKind::Smets1 } else { DeviceKind::Smets2 },
            payment,
            s1sp_checks: smets1 && self.conventions.s1sp_checks,
            devices,
            pusher,
            region: Region::ALL[region],
            practice,
            off_wan,
            watch,
            switches,
            alerts: self.alerts(&lot),
            removal: self.conventions.removal,
            ..MeterPlan::new(first.meter(), first.fuel, holder)
        };
        for (n, transfer) in self.transfers.iter().enumerate() {
            let of_transfer = Lot::switch(draws, first, MOST_SWITCHES + n as u32);
            let origin = Origin::Moved(transfer.book());
            transfer.move_book(&mut plan, transfer.date_of(first.fuel, &lot), |date, _| {
                self.switch(&of_transfer, (first, payment), date, transfer.to, origin, habits)
            });
        }
        Some(plan)
    }

    fn gainer(&self, lot: &Lot<'_>, loser: SupplierId) -> Option<SupplierId> {
        let other = || (0..self.suppliers.len() as u16).map(SupplierId).find(|s| *s != loser);
        self.gainers.draw(lot, loser).or_else(other)
    }

    fn switch(
        &self,
        lot: &Lot<'_>,
        (first, payment): (FirstSwitch, Payment),
        date: Day,
        to: SupplierId,
        origin: Origin,
        habits: &[Habit],
    ) -> SwitchPlan {
        let laws = self.laws;
        let gas_start = if first.fuel == Fuel::Gas { self.conventions.gas_day_start } else { Seconds(0) };
        let ssd = self.civil.midnight(date) + gas_start;
        let erroneous = origin == Origin::Erroneous;
        let book = if let Origin::Moved(book) = origin { Some(book) } else { None };
        let fails = book.is_some_and(|book| book.cause == TransferCause::Failure);
        let habit = &habits[to.0 as usize];
        let drawn = || pick(&habit.classes, lot.uniform(draw::CLASS, 0)).map_or(Class::Mature, |i| Class::ALL[i]);
        let user_date = habit.user_dates.iter().copied().find(|date| *date > ssd);
        let class = match (origin, self.suppliers[to.0 as usize].user_from) {
            (Origin::Moved(_), _) => Class::Mature,
            (_, Some(date)) if date > ssd => Class::NonUser,
            // One that has become a User lately.
            (_, Some(_)) if habit.classes[Class::NonUser as usize] >= 1.0 => Class::Immature,
            _ => drawn(),
        };
        let draw = |law: &Law, purpose: Purpose, index: u32| lot.duration(law, purpose, index).unwrap_or_default();
        let known = if fails {
            ssd - Transfer::KNOWN_BEFORE
        } else if lot.happens(draw::LATE, self.market.late_share) {
            ssd + draw(&laws.late_feed, draw::KNOWN, 1)
        } else {
            ssd - draw(&laws.known_before, draw::KNOWN, 0)
        };
        let delay = if erroneous {
            let sends = lot.happens(draw::ERRONEOUS_SENDS, self.market.erroneous_sends);
            if sends { lot.duration(&laws.to_623_mature, draw::SENDING, 0) } else { None }
        } else {
            match user_date.filter(|_| class == Class::NonUser) {
                Some(date) => Some(date - ssd),
                None => lot.duration(laws.to_623(class, payment), draw::SENDING, 0),
            }
        };
        let weights = &self.suppliers[to.0 as usize];
        let waits_for_capacity = class == Class::NonUser && weights.user_from.is_some() && weights.has_capacity;
        let sending = match delay {
            _ if book.is_some() => Sending::Queued(ssd),
            None => Sending::Never,
            Some(Seconds(0)) => {
                let ahead = known + draw(&laws.ahead, draw::AHEAD, 0);
                Sending::At(if ahead <= ssd - HOUR { ahead } else { ssd })
            }
            Some(_) if waits_for_capacity && !erroneous => Sending::Queued(ssd),
            Some(delay) => Sending::At(ssd + delay),
        };
        // The law of an erroneous transfer replaces the class's: nobody waits for its gainer to become a User.
        let user_from = match (class, erroneous, delay) {
            (Class::NonUser, false, Some(delay)) => Some(ssd + delay),
            _ => None,
        };
        let request = |device: u32| {
            let mut latency =
                draw(&laws.processing, draw::PROCESSING, device) + draw(&laws.round_trip, draw::ROUND_TRIP, device);
            if first.fuel == Fuel::Gas && device == 0 {
                latency += draw(&laws.waking, draw::WAKING, device);
            }
            let fails = geometric(lot.uniform(draw::FAILURES, device), self.market.no_response);
            CosRequest { latency, fails, retry: self.market.retry, ..CosRequest::new(sending) }
        };
        // Only gas has a second device to draw for.
        let reading = request(0);
        let cos = [reading, if first.fuel == Fuel::Gas { request(1) } else { reading }];
        let configures = if class == Class::Mature { &laws.configures_mature } else { &laws.configures_immature };
        let withdrawn = (first.kind == First::Withdrawn).then(|| {
            let notice = draw(&laws.notice, draw::NOTICE, 0);
            let before = Seconds(libm::ceil(lot.uniform(draw::WITHDRAWN, 0) * notice.0 as f64) as i64);
            ssd - before.max(Seconds(1))
        });
        SwitchPlan {
            known,
            withdrawn,
            erroneous: matches!(origin, Origin::Erroneous | Origin::Return),
            book,
            injected: fails,
            class,
            user_from,
            cos,
            configures: lot.duration(configures, draw::CONFIGURES, 0),
            practice: self.practice(lot, 1, to, habits),
            ..SwitchPlan::new(to, date, ssd)
        }
    }

    /// How a supplier reads this meter (calibration 8.15 to 8.17): by billing calendar, by DCC schedules, or by both. `place` is 0 for the
    /// practice before a switch and 1 for the one after it.
    fn practice(&self, lot: &Lot<'_>, place: u32, owner: SupplierId, habits: &[Habit]) -> Practice {
        let collection = &self.suppliers[owner.0 as usize].collection;
        let has_calendar = lot.uniform(draw::BY_CALENDAR, place) < habits[owner.0 as usize].calendar_share;
        let both = collection.both_share.unwrap_or(self.market.both_share);
        let has_schedules = !has_calendar || (both > 0.0 && lot.uniform(draw::BOTH, place) < both);
        Practice {
            calendar: has_calendar.then(|| self.calendar(lot, place, owner)),
            schedules: if has_schedules { self.schedules(lot, place, owner, has_calendar) } else { Vec::new() },
        }
    }

    fn calendar(&self, lot: &Lot<'_>, place: u32, owner: SupplierId) -> Calendar {
        let monthly_share =
            self.suppliers[owner.0 as usize].collection.monthly_share.unwrap_or(self.market.monthly_share);
        let offset = lot.duration(&self.laws.push_offset, draw::PUSH_OFFSET, place).unwrap_or_default();
        let u = lot.uniform(draw::CALENDAR_PERIOD, place);
        let due = if u < monthly_share {
            // The same draw picks the day of the month, 1 to 28.
            Recurrence::monthly((u / monthly_share * 28.0) as i32)
        } else {
            Recurrence::daily()
        };
        Calendar { due, offset: Seconds(offset.0.rem_euclid(DAY.0)) }
    }

    /// Daily schedules; at least one `beside` a calendar, for a meter without any is read by the calendar alone.
    fn schedules(&self, lot: &Lot<'_>, place: u32, owner: SupplierId, beside: bool) -> Vec<Schedule> {
        let collection = &self.suppliers[owner.0 as usize].collection;
        let mut counts = collection.schedule_counts.unwrap_or(self.market.schedule_counts);
        if beside {
            counts[0] = 0.0;
        }
        let count = pick(&counts, lot.uniform(draw::SCHEDULES, place)).unwrap_or(0);
        let readings = [Reading::DailyReadLog, Reading::Profile, Reading::ConsumptionLog, Reading::PrepaymentLog];
        let schedule = |(reads, index): (&Reading, u32)| {
            let second = lot.duration(&self.laws.run_second, draw::RUN_SECOND, index).unwrap_or_default();
            let second = second.0.rem_euclid(DAY.0) as u32;
            Schedule::daily(owner, *reads, second)
        };
        readings[..count].iter().zip(place * 8..).map(schedule).collect()
    }

    /// The device alerts that a meter raises in the window (R17).
    fn alerts(&self, lot: &Lot<'_>) -> Vec<DeviceAlert> {
        let Window { start, horizon, .. } = self.window;
        let mut alerts = Vec::new();
        for (kind, alert) in (0..).zip(&self.market.alerts) {
            let MarketAlert { code, critical, often } = *alert;
            // The draws of a kind: whether or how many, then their seconds.
            let number = |n: u32| kind << 14 | n;
            let uniform = |n: u32| lot.uniform(draw::DEVICE_ALERT, number(n));
            let mut raise = |raised| alerts.push(DeviceAlert::new(code, critical, raised));
            match often {
                Often::DailyOn(share) if uniform(0) < share => raise(Raised::Daily((uniform(1) * 86_400.0) as u32)),
                Often::DailyOn(_) => {}
                Often::AYear(times) => {
                    let seconds = (horizon - start).0 as f64;
                    let count = poisson(uniform(0), times * seconds / (365.25 * 86_400.0)) as u32;
                    for n in 1..=count.min(MOST_RARE_ALERTS) {
                        raise(Raised::Once(start + Seconds((uniform(n) * seconds) as i64)));
                    }
                }
            }
        }
        alerts
    }

    /// An erroneous transfer's return: detection, agreement in working days, re-registration (calibration 8.8).
    fn return_day(&self, lot: &Lot<'_>, day: Day) -> Option<Day> {
        let days = |law: &Law, purpose: Purpose| lot.duration(law, purpose, 0).map(|d| (d.0 + DAY.0 - 1) / DAY.0);
        let limit = self.life.days as i64;
        let detected = days(&self.laws.et_detection, draw::ET_DETECTION)?;
        let agreement = days(&self.laws.et_agreement, draw::ET_AGREEMENT)?;
        let back = days(&self.laws.et_return, draw::ET_RETURN)?;
        if detected + agreement + back > limit {
            return None;
        }
        Some(plus_working_days(day.plus(detected as i32), agreement).plus(back as i32))
    }

    /// The day of the next switch, if it lies in the window (calibration 8.22); `hazard` is that of the meter's region over the mean.
    fn next_day(&self, lot: &Lot<'_>, fuel: Fuel, day: Day, hazard: f64) -> Option<Day> {
        let cumulative = &self.flows[fuel as usize].cumulative;
        let free = (day.0 - self.first.0) as usize + self.market.dead_time_days as usize;
        let spent = cumulative.get(free)?;
        let target = spent + exponential(lot.uniform(draw::NEXT_SWITCH, 0)) / hazard;
        let index = cumulative.partition_point(|sum| *sum < target);
        (index < cumulative.len()).then(|| self.first.plus(index as i32 - 1))
    }
}

/// The index that a uniform draw picks among weights.
fn pick(weights: &[f64], u: f64) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    let mut rest = u * total;
    weights.iter().position(|w| {
        rest -= w;
        rest < 0.0
    })
}

/// How many failures precede the first success.
fn geometric(u: f64, failure: f64) -> u32 {
    // Most succeed at once, and cost no logarithm.
    if u > failure {
        return 0;
    }
    libm::floor(libm::log(u) / libm::log(failure)).min(1_000.0) as u32
}
