//! The parameters of a stochastic national market: a growing base of DCC-connected meters whose customers switch
//! (calibration, sections 7 and 8). [`Drawing`](super::drawing::Drawing) draws its meters.

use super::civil::date_of;
use super::plan::{Class, Fuel, ScheduleRemoval, SupplierId, SupplierName};
use super::window::Window;
use crate::engine::law::beta;
use crate::engine::time::{Day, Instant, Seconds};

/// The parameters of a market. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    /// Connected meters on dates; between them the square root grows evenly.
    pub path: Vec<(Day, f64)>,
    /// How many of them are SMETS1, on the same dates; between them the square root grows evenly.
    pub smets1: Vec<(Day, f64)>,
    /// Share of gas meters.
    pub gas_share: f64,
    /// Share of prepay meters.
    pub prepay_share: f64,
    /// Share of electricity meters that switch in each month, 0 to 1.
    pub hazards: Vec<(Month, f64)>,
    /// Gas hazard over electricity's.
    pub gas_ratio: GasRatio,
    /// How readily customers go from one supplier to another, where gains alone do not decide.
    pub pairs: Vec<Pair>,
    /// How readily customers of each region switch, relative to one another: north, central, south.
    pub region_switching: [f64; 3],
    /// Shares of gains by class of gainer: mature, immature, non-User.
    pub class_shares: [f64; 3],
    /// Whether a class belongs to suppliers or to cases.
    pub class_rule: ClassRule,
    /// Sizes of suppliers that can be immature, and that can be non-Users.
    pub class_sizes: ClassSizes,
    /// Share of switches that the DCC learns of late.
    pub late_share: f64,
    /// Share of meters off the WAN for good.
    pub off_air_share: f64,
    /// Probability that an attempt gets no response.
    pub no_response: f64,
    /// Probability that a switch is an erroneous transfer.
    pub erroneous_share: f64,
    /// Probability that the gainer of one sends 6.23.
    pub erroneous_sends: f64,
    /// Withdrawn switches on top of the completed ones.
    pub withdrawn_share: f64,
    /// Days after a switch in which the meter does not switch again.
    pub dead_time_days: u32,
    /// Share of a supplier's meters that it reads by billing calendar.
    pub calendar_share: CalendarShare,
    /// Share of those that it also reads by DCC schedules, as DP072's own meter was.
    pub both_share: f64,
    /// Share of billing calendars that are monthly rather than daily.
    pub monthly_share: f64,
    /// Weights of 0 to 4 DCC schedules on meters without a calendar.
    pub schedule_counts: [f64; 5],
    /// From a refusal or failure to the next attempt.
    pub retry: Seconds,
    /// Shares of the WAN's regions: north, central, south.
    pub region_shares: [f64; 3],
    /// Device alerts that its meters raise beside pushed reads (R17). Only meters that switch in the window are drawn
    /// at all.
    pub alerts: Vec<MarketAlert>,
}

/// A calendar month: year and number, 1 to 12.
pub type Month = (i16, i8);

/// How readily gas meters switch relative to electricity meters.
#[derive(Debug, Clone, PartialEq)]
pub enum GasRatio {
    /// The same in every month.
    Constant(f64),
    /// For each month of [`Market::hazards`]; 0 in a month that is left out.
    ByMonth(Vec<(Month, f64)>),
}

impl GasRatio {
    /// The ratio in a month.
    pub fn of(&self, month: Month) -> f64 {
        match self {
            GasRatio::Constant(ratio) => *ratio,
            GasRatio::ByMonth(ratios) => in_month(ratios, month),
        }
    }
}

/// The value of a month; 0 where it has none.
fn in_month(values: &[(Month, f64)], month: Month) -> f64 {
    values.iter().find(|(of, _)| *of == month).map_or(0.0, |(_, value)| *value)
}

/// Whether the class of a gainer belongs to the supplier or to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassRule {
    /// Each supplier has one class in a run; a non-User becomes a User on its own date.
    BySupplier,
    /// Each case is drawn separately.
    ByCase,
}

/// The size of a supplier. Ofgem calls a supplier large from 5 % of customers on, and small below 1 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// At least a twentieth of the market.
    Large,
    /// At least a hundredth.
    Medium,
    /// Less.
    Small,
}

impl Size {
    /// All sizes, in the order of their index.
    pub const ALL: [Size; 3] = [Size::Large, Size::Medium, Size::Small];

    /// The name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Size::Large => "large",
            Size::Medium => "medium",
            Size::Small => "small",
        }
    }

    /// By the share of all meters, 0 to 1.
    pub fn of(share: f64) -> Self {
        match share {
            share if share >= 0.05 => Size::Large,
            share if share >= 0.01 => Size::Medium,
            _ => Size::Small,
        }
    }
}

/// Sizes of suppliers that can be of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassSizes {
    /// Sizes of which an immature gainer can be, by [`Size`].
    pub immature: [bool; 3],
    /// Sizes of which a non-User can be.
    pub non_user: [bool; 3],
}

impl ClassSizes {
    /// Whether a supplier of a size can have a class; any can be mature.
    pub const fn can_be(&self, class: Class, size: Size) -> bool {
        match class {
            Class::Mature => true,
            Class::Immature => self.immature[size as usize],
            Class::NonUser => self.non_user[size as usize],
        }
    }
}

/// The share of a supplier's meters that have a billing calendar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CalendarShare {
    /// The same for every supplier.
    Fixed(f64),
    /// Drawn for each supplier and run from a beta distribution with these two parameters, 1 to
    /// [`CalendarShare::MOST`].
    Beta(u32, u32),
    /// The same draw, stretched linearly so that its mean is this one, 0 to 1.
    Stretched(u32, u32, f64),
}

impl CalendarShare {
    /// Largest parameter.
    pub const MOST: u32 = 100;

    /// The same with another mean over suppliers, 0 to 1. With the distribution's own mean nothing is stretched.
    pub fn with_mean(self, mean: f64) -> Self {
        match self {
            CalendarShare::Fixed(_) => CalendarShare::Fixed(mean),
            CalendarShare::Beta(a, b) | CalendarShare::Stretched(a, b, _) => {
                let own = CalendarShare::Beta(a, b);
                if own.mean() == mean { own } else { CalendarShare::Stretched(a, b, mean) }
            }
        }
    }

    /// The mean over suppliers.
    pub fn mean(self) -> f64 {
        match self {
            CalendarShare::Fixed(share) => share,
            CalendarShare::Beta(a, b) => f64::from(a) / f64::from(a + b),
            CalendarShare::Stretched(_, _, mean) => mean,
        }
    }

    /// A supplier's share by a uniform draw.
    pub fn at(self, u: f64) -> f64 {
        match self {
            CalendarShare::Fixed(share) => share,
            CalendarShare::Beta(a, b) => beta(a, b, u),
            CalendarShare::Stretched(a, b, mean) => {
                let (share, own) = (beta(a, b, u), CalendarShare::Beta(a, b).mean());
                // Towards 1 or towards 0, so that every share stays between them.
                if mean >= own { 1.0 - (1.0 - share) * (1.0 - mean) / (1.0 - own) } else { share * mean / own }
            }
        }
    }
}

/// A device alert as the meters of a market raise it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketAlert {
    /// Its code.
    pub code: u16,
    /// Whether it is critical.
    pub critical: bool,
    /// How often.
    pub often: Often,
}

/// How often the meters that are drawn, those that switch in the window, raise a device alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Often {
    /// This share of them does every day, each at its own second.
    DailyOn(f64),
    /// Each does this many times a year on average, at any second.
    AYear(f64),
}

/// How a supplier reads its meters, where that is not the market's mix.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Collection {
    /// Share of meters read by billing calendar.
    pub calendar_share: Option<f64>,
    /// Share of those that have DCC schedules as well.
    pub both_share: Option<f64>,
    /// Share of those calendars that are monthly.
    pub monthly_share: Option<f64>,
    /// Weights of 0 to 4 DCC schedules on the other meters.
    pub schedule_counts: Option<[f64; 5]>,
}

/// A supplier's weights in the market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Names its draws.
    pub name: SupplierName,
    /// Share of meters.
    pub share: f64,
    /// Share of gains.
    pub gains: f64,
    /// How large it is.
    pub size: Size,
    /// Its class; drawn where the file gives none.
    pub class: Option<Class>,
    /// It is not a DCC User before this second.
    pub user_from: Option<Instant>,
    /// Whether its 6.23s wait for a stated capacity once it becomes one.
    pub has_capacity: bool,
    /// How it reads its meters.
    pub collection: Collection,
    /// Share of the chases of its late 6.23s to which it reacts.
    pub reacts: f64,
}

/// Suppliers that a pair names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// All of one size.
    Of(Size),
    /// Those listed.
    Listed(Vec<SupplierId>),
}

impl Party {
    pub(super) fn holds(&self, supplier: SupplierId, weights: &Weights) -> bool {
        match self {
            Party::Of(size) => weights.size == *size,
            Party::Listed(suppliers) => suppliers.contains(&supplier),
        }
    }
}

/// How readily customers go from one party to another, relative to what gains alone imply.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The suppliers that they leave.
    pub losing: Party,
    /// The suppliers that they go to.
    pub gaining: Party,
    /// How many times as readily; 0 is never.
    pub weight: f64,
}

/// The rules of the DCC on which plans depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conventions {
    /// From local midnight to the SSD of gas (R1).
    pub gas_day_start: Seconds,
    /// Devices of a gas meter point that need a 6.23.
    pub gas_devices: u8,
    /// Which of them pushes.
    pub gas_pusher: u8,
    /// When schedules are removed (R7).
    pub removal: ScheduleRemoval,
    /// Whether S1SPs withhold device alerts of SMETS1 from a supplier that the DCC's copy does not show.
    pub s1sp_checks: bool,
}

impl Default for Conventions {
    fn default() -> Self {
        Self {
            gas_day_start: Seconds::hours(5),
            gas_devices: 2,
            gas_pusher: 0,
            removal: ScheduleRemoval::CosSuccess,
            s1sp_checks: true,
        }
    }
}

/// The value on a day of a series whose square root grows evenly between its dates; 0 before the first date, the last
/// value after the last.
fn along(series: &[(Day, f64)], day: Day) -> f64 {
    let next = series.partition_point(|(on, _)| *on <= day);
    match (next.checked_sub(1).and_then(|i| series.get(i)), series.get(next)) {
        (None, _) => 0.0,
        (Some((_, value)), None) => *value,
        (Some((a, from)), Some((b, to))) => {
            let share = f64::from(day.0 - a.0) / f64::from(b.0 - a.0);
            let root = libm::sqrt(*from) + (libm::sqrt(*to) - libm::sqrt(*from)) * share;
            root * root
        }
    }
}

/// Expected switches of one fuel, day by day.
#[derive(Debug, Clone)]
pub(super) struct DailySwitches {
    /// Expected first switches of meters, by day from the market's first day on.
    pub firsts: Vec<f64>,
    /// Expected volume of all switches.
    pub volume: Vec<f64>,
    /// Hazard of a meter outside its dead time, summed from the first day to before each day.
    pub cumulative: Vec<f64>,
}

impl Market {
    /// The same market with this many times as many meters of either kind on every date.
    pub fn scale(&mut self, factor: f64) {
        self.path.iter_mut().chain(&mut self.smets1).for_each(|(_, meters)| *meters *= factor);
    }

    /// Connected meters on a day.
    pub fn meters_on(&self, day: Day) -> f64 {
        along(&self.path, day)
    }

    /// The share of SMETS1 among the meters connected at the end of a day, 0 to 1; 0 where there are none.
    pub fn smets1_share(&self, day: Day) -> f64 {
        let meters = self.meters_on(day);
        if meters > 0.0 { along(&self.smets1, day) / meters } else { 0.0 }
    }

    /// Expected switches of a fuel on a day, of the meters connected when it begins: the figures of the path are for
    /// ends of days.
    pub fn volume_on(&self, fuel: Fuel, day: Day) -> f64 {
        let date = date_of(day);
        let month = (date.year(), date.month());
        let (share, ratio) = match fuel {
            Fuel::Electricity => (1.0 - self.gas_share, 1.0),
            Fuel::Gas => (self.gas_share, self.gas_ratio.of(month)),
        };
        let hazard = in_month(&self.hazards, month) * ratio;
        self.meters_on(day.plus(-1)) * share * hazard / f64::from(date.days_in_month())
    }

    /// The meters of a supplier's book that are drawn for its transfers alone. Those that switch in the window anyway
    /// are drawn with the market, and moved with the book if they are in it on the date.
    pub(super) fn book(&self, fuel: Fuel, date: Day, share: f64, flow: &DailySwitches) -> u32 {
        let of_fuel = if fuel == Fuel::Gas { self.gas_share } else { 1.0 - self.gas_share };
        let base = self.meters_on(date.plus(-1)) * of_fuel;
        let switching: f64 = flow.firsts.iter().sum();
        libm::round(share * (base - switching).max(0.0)) as u32
    }

    /// The expected switches of a fuel on this many days from `first` on.
    pub(super) fn flow(&self, fuel: Fuel, first: Day, days: usize) -> DailySwitches {
        let share = if fuel == Fuel::Gas { self.gas_share } else { 1.0 - self.gas_share };
        let mut flow =
            DailySwitches { firsts: Vec::with_capacity(days), volume: Vec::with_capacity(days), cumulative: vec![0.0] };
        let (mut ever, mut sum) = (0.0, 0.0);
        for i in 0..days {
            let day = first.plus(i as i32);
            let (volume, base) = (self.volume_on(fuel, day), self.meters_on(day.plus(-1)) * share);
            let recent: f64 = flow.volume[i.saturating_sub(self.dead_time_days as usize)..].iter().sum();
            let eligible = (base - recent).max(volume);
            let hazard = if eligible > 0.0 { volume / eligible } else { 0.0 };
            let firsts = hazard * (base - ever).max(0.0);
            ever += firsts;
            sum += hazard;
            flow.firsts.push(firsts);
            flow.volume.push(volume);
            flow.cumulative.push(sum);
        }
        flow
    }

    /// Weights of the regions among the meters that switch.
    pub(super) fn regions_of_switches(&self) -> [f64; 3] {
        [0, 1, 2].map(|region| self.region_shares[region] * self.region_switching[region])
    }

    /// A region's hazard of switching over the mean of all meters.
    pub(super) fn hazard_of(&self, region: usize) -> f64 {
        self.region_switching[region] / self.regions_of_switches().iter().sum::<f64>()
    }

    /// Expected switches in the window, of all meters and both fuels, including withdrawn ones but not transfers of
    /// books.
    pub fn expected_switches(&self, window: &Window) -> f64 {
        let days = || (0..window.days).map(|i| window.first.plus(i as i32));
        let completed: f64 = Fuel::ALL.iter().flat_map(|fuel| days().map(|day| self.volume_on(*fuel, day))).sum();
        completed * (1.0 + self.withdrawn_share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean over a fine grid of draws.
    fn mean(share: CalendarShare) -> f64 {
        const N: u32 = 10_000;
        (0..N).map(|i| share.at((f64::from(i) + 0.5) / f64::from(N))).sum::<f64>() / f64::from(N)
    }

    #[test]
    fn a_stretched_calendar_share_has_the_mean_asked_for_and_stays_a_share() {
        for asked in [0.0, 0.1, 0.5, 0.72, 0.9, 1.0] {
            let share = CalendarShare::Beta(2, 2).with_mean(asked);
            assert!((mean(share) - asked).abs() < 1e-6, "{asked}: {}", mean(share));
            assert_eq!(share.mean(), asked);
            assert!([1e-9, 0.3, 1.0 - 1e-9].into_iter().all(|u| (0.0..=1.0).contains(&share.at(u))), "{asked}");
        }
    }

    #[test]
    fn the_stretch_is_linear() {
        // Beta(2, 2) has its median and its mean at 0.5. Its distribution function is 5/32 at 0.25 and 27/32 at 0.75.
        let (up, down) = (CalendarShare::Stretched(2, 2, 0.8), CalendarShare::Stretched(2, 2, 0.2));
        // 1 - 0.75 x 0.2 / 0.5, and 0.25 x 0.2 / 0.5.
        assert!((up.at(5.0 / 32.0) - 0.7).abs() < 1e-9 && (down.at(5.0 / 32.0) - 0.1).abs() < 1e-9);
        assert!((up.at(27.0 / 32.0) - 0.9).abs() < 1e-9 && (down.at(27.0 / 32.0) - 0.3).abs() < 1e-9);
    }
}
