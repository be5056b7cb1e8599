//! Draws a market's meters. Every meter that switches is drawn as a whole, with all its later switches, from its own
//! name.
//!
//! Repeat switching needs no record of who has switched: all meters share one hazard that begins 40 days after a
//! switch. The number of first switches per day follows from the volumes, and a meter's next switch from one
//! exponential draw.

mod alert;
mod practice;
mod switch;

use rand_distr::Distribution;
use rand_distr::weighted::WeightedIndex;

use self::switch::Occasion;
use super::civil::Civil;
use super::classes::{Classes, Shares};
use super::draw::{self, First, FirstSwitch, Lot};
use super::gainers::Gainers;
use super::injection::Transfer;
use super::laws::Laws;
use super::market::{ClassRule, Conventions, DailySwitches, Market, Weights};
use super::plan::{Class, DeviceKind, Fuel, MeterPlan, Payment, Region, SupplierId};
use super::window::Window;
use crate::engine::law::poisson;
use crate::engine::random::Draws;
use crate::engine::time::{Day, Instant, Seconds};

/// Most switches of one meter that are followed. Draws with numbers from this one on belong to the transfers of books.
const MOST_SWITCHES: u32 = 20;
/// Most transfers of books in one scenario, for failures and sales together.
pub const MOST_TRANSFERS: usize = 12;

/// A market prepared for drawing over a window.
pub struct Drawing<'m> {
    market: &'m Market,
    laws: &'m Laws,
    conventions: Conventions,
    civil: &'m Civil,
    // The window that is counted, and that window with the warm-up before it.
    window: Window,
    life: Window,
    first: Day,
    flows: [DailySwitches; 2],
    losing: WeightedIndex<f64>,
    gainers: Gainers,
    suppliers: Vec<Weights>,
    classes: Classes,
    // By their first dates.
    transfers: Vec<Transfer>,
    shelves: Vec<Shelf>,
}

/// What is drawn once per supplier and run, for all suppliers.
pub struct Habits(Vec<Habit>);

/// What is drawn once per supplier and run.
struct Habit {
    /// The share of meters that it reads by billing calendar.
    calendar_share: f64,
    /// Shares of its cases by class.
    classes: Shares,
    /// The seconds at which it becomes a User, where it has such dates.
    user_dates: Vec<Instant>,
}

/// A customer whose meter is drawn: what the draws of all its switches depend on.
struct Customer<'d> {
    first: FirstSwitch,
    // The draws of its first switch.
    lot: Lot,
    payment: Payment,
    habits: &'d [Habit],
}

/// The part of a supplier's book that only its transfers make switch in the window.
struct Shelf {
    of: SupplierId,
    // First date of the first transfer; it names the meters.
    day: Day,
    // The places of its transfers, and by fuel how many meters are there on the first date of each. A later transfer
    // finds the meters of the earlier ones among its own.
    transfers: Vec<(usize, [u32; 2])>,
}

impl Shelf {
    fn meters(&self, fuel: Fuel) -> u32 {
        self.transfers.iter().map(|(_, meters)| meters[fuel as usize]).max().unwrap_or(0)
    }
}

impl<'m> Drawing<'m> {
    /// Prepares a market. `weights` has at least two suppliers with a share and two with gains, and `transfers` is in
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
        let weighted = |what: &str, weights: Vec<f64>| {
            WeightedIndex::new(weights).map_err(|e| format!("the suppliers' {what} cannot be drawn from: {e}"))
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
            losing: weighted("shares", weights.iter().map(|w| w.share).collect())?,
            gainers: Gainers::new(weights, &market.pairs)?,
            suppliers: weights.to_vec(),
            classes: Classes::new(market, weights),
        })
    }

    /// Expected switches in the window and its warm-up, including withdrawn ones and those that move with a book.
    pub fn expected_switches(&self) -> f64 {
        let moved = self.shelves.iter().flat_map(|shelf| Fuel::ALL.map(|fuel| self.expected_to_move(shelf, fuel)));
        self.market.expected_switches(&self.life) + moved.sum::<f64>()
    }

    /// A meter moves with the book at most once; it may stay at each transfer.
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
    pub fn each_meter(&self, draws: &Draws, mut each: impl FnMut(MeterPlan, FirstSwitch)) {
        self.each_nth_meter(draws, &self.habits(draws), 1, |plan, first, _| each(plan, first));
    }

    /// Calls `each` with a sample: the first meter and each `n`-th one after it of every fuel, day and kind of first
    /// switch. The lot is that of the meter's first switch.
    pub fn each_nth_meter(
        &self,
        draws: &Draws,
        habits: &Habits,
        n: usize,
        mut each: impl FnMut(MeterPlan, FirstSwitch, Lot),
    ) {
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
                        let lot = Lot::drawn(draws, first);
                        if let Some(plan) = self.meter((first, lot), None, habits) {
                            each(plan, first, lot);
                        }
                    }
                }
            }
        }
        for (place, shelf) in self.shelves.iter().enumerate() {
            for fuel in Fuel::ALL {
                let from = self.first_number(place, fuel);
                for number in (0..shelf.meters(fuel)).step_by(n) {
                    let first = FirstSwitch { fuel, day: shelf.day, number: from + number, kind: First::Book };
                    let lot = Lot::drawn(draws, first);
                    let Some(moved) = self.first_move(shelf, number, &lot, fuel) else { continue };
                    if let Some(plan) = self.meter((first, lot), Some(moved), habits) {
                        each(plan, first, lot);
                    }
                }
            }
        }
    }

    /// The number of a shelf's first meter. Two books that begin to move on the same day number their meters one after
    /// the other.
    fn first_number(&self, place: usize, fuel: Fuel) -> u32 {
        let before = self.shelves[..place].iter().filter(|other| other.day == self.shelves[place].day);
        before.map(|other| other.meters(fuel)).sum()
    }

    /// One of the meters that [`each_meter`](Self::each_meter) passes on; `None` if it passes on no such meter. `lot`
    /// is that of its first switch.
    pub fn one_meter(&self, (first, lot): (FirstSwitch, Lot), habits: &Habits) -> Option<MeterPlan> {
        if first.kind != First::Book {
            return self.meter((first, lot), None, habits);
        }
        let shelf = |(place, shelf): (usize, &Shelf)| {
            let number = first.number.checked_sub(self.first_number(place, first.fuel))?;
            (shelf.day == first.day && number < shelf.meters(first.fuel)).then_some((place, number))
        };
        let (place, number) = self.shelves.iter().enumerate().find_map(shelf)?;
        let moved = self.first_move(&self.shelves[place], number, &lot, first.fuel)?;
        self.meter((first, lot), Some(moved), habits)
    }

    /// The transfer by which a meter leaves its supplier's book, and its date.
    fn first_move(&self, shelf: &Shelf, number: u32, lot: &Lot, fuel: Fuel) -> Option<(&Transfer, Day)> {
        let there = shelf.transfers.iter().filter(|(_, meters)| number < meters[fuel as usize]);
        let moves = there.filter_map(|(place, _)| {
            let transfer = &self.transfers[*place];
            transfer.date_of(fuel, lot).map(|(date, _)| (transfer, date))
        });
        moves.min_by_key(|(_, date)| *date)
    }

    /// What is drawn once per supplier in a run.
    pub fn habits(&self, draws: &Draws) -> Habits {
        let by_supplier = self.market.class_rule == ClassRule::BySupplier;
        let habit = |(weights, classes): (&Weights, Shares)| {
            let lot = Lot::supplier(draws, weights.name);
            let is_none_a_user = classes[Class::NonUser as usize] >= 1.0;
            let user_dates = match weights.user_from {
                Some(date) => vec![date],
                None if by_supplier && is_none_a_user => self.user_dates(&lot),
                None => Vec::new(),
            };
            let drawn = || self.market.calendar_share.at(lot.uniform(draw::CALENDAR_SHARE, 0));
            Habit { calendar_share: weights.collection.calendar_share.unwrap_or_else(drawn), classes, user_dates }
        };
        Habits(self.suppliers.iter().zip(self.classes.draw(draws)).map(habit).collect())
    }

    /// Dates one after another, each as long after the one before as a case would wait. A supplier that becomes a User
    /// is followed by another of its kind, so that the share of gains by non-Users stays as the market states.
    fn user_dates(&self, lot: &Lot) -> Vec<Instant> {
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

    /// One meter with all its switches in the window. Where it is `moved` with a book by this transfer on this date,
    /// that is its first switch.
    fn meter(
        &self,
        (first, lot): (FirstSwitch, Lot),
        moved: Option<(&Transfer, Day)>,
        Habits(habits): &Habits,
    ) -> Option<MeterPlan> {
        let drawn = || SupplierId(self.losing.sample(&mut lot.stream(draw::LOSING, 0)) as u16);
        let holder = moved.map_or_else(drawn, |(transfer, _)| transfer.from);
        // A book that moves is spread over the regions as all meters are.
        let regions = if moved.is_some() { self.market.region_shares } else { self.market.regions_of_switches() };
        let region = pick(&regions, lot.uniform(draw::REGION, 0)).unwrap_or(0);
        let (devices, pusher) = match first.fuel {
            Fuel::Electricity => (1, 0),
            Fuel::Gas => (self.conventions.gas_devices, self.conventions.gas_pusher),
        };
        let prepays = lot.happens(draw::PAYMENT, self.market.prepay_share);
        let payment = if prepays { Payment::Prepay } else { Payment::Credit };
        let customer = Customer { first, lot, payment, habits };
        let (switches, watch) = self.switches(&customer, holder, moved, self.market.hazard_of(region))?;
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
            practice: self.practice(&lot, 0, holder, habits),
            off_wan,
            watch,
            switches,
            alerts: self.alerts(&lot),
            removal: self.conventions.removal,
            ..MeterPlan::new(first.meter(), first.fuel, holder)
        };
        for (n, transfer) in self.transfers.iter().enumerate() {
            let of_transfer = lot.switch(MOST_SWITCHES + n as u32);
            let occasion = Occasion::Moved(transfer.book());
            transfer.move_book(&mut plan, transfer.date_of(first.fuel, &lot), |date, _| {
                self.switch(&of_transfer, &customer, (date, transfer.to), occasion)
            });
        }
        Some(plan)
    }
}

/// The index that a uniform draw selects among weights.
fn pick(weights: &[f64], u: f64) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    let mut rest = u * total;
    weights.iter().position(|w| {
        rest -= w;
        rest < 0.0
    })
}
