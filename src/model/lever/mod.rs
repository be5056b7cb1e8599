//! Levers: the elementary changes that mitigations are made of. A lever reshapes the plan of a meter point; the walk
//! knows nothing of policies. Levers of the DCC follow the supplier that holds the meter at the outset.
//!
//! To add a lever, add a variant to [`Lever`], and the compiler asks for its arm in `Lever::with`; that arm names the
//! lever's own file, which implements `Effect`: what it does to a plan, when it is idle, what it draws, and what it
//! asks of the estate's background and of the limits of a study.

mod acts;
mod bans_non_users;
mod black_holes;
mod chases;
mod deletes_schedules;
mod effect;
mod enforces;
mod filters;
mod follows_mature;
mod forwards;
mod hardens_feed;
mod holds_failures;
mod mutes_dcc_alerts;
mod passes_late_commands;
mod places_neutral;
pub mod reaction;
mod reads_by_schedule;
mod reads_half_hourly;
mod reads_monthly;
mod removes_schedules_at_ssd;
mod sends_ahead;
mod sends_at_ssd;
mod sends_prepay_first;
mod thins_calendar;
mod throttles;
mod withholds_repeats;

pub use self::acts::Acts;
use self::effect::{Effect, Seen};
pub use self::effect::{EstateChange, Profile};
use super::course::Outlook;
use super::draw::{self, Lot};
use super::laws::Laws;
use super::plan::{Detector, MeterPlan, Passes, SupplierId};
use crate::engine::law::Law;
use crate::engine::time::{Instant, Seconds};

/// One elementary change.
#[derive(Debug, Clone, PartialEq)]
pub enum Lever {
    /// Gaining suppliers that are Users send 6.23 at SSD at the latest.
    SendsAtSsd,
    /// Gaining suppliers that are Users send a future-dated 6.23 once the DCC knows of the switch.
    SendsAhead,
    /// This share of immature gainers' cases follows mature practice.
    FollowsMature(f64),
    /// Users send by a deadline after SSD, and non-Users become Users faster.
    Enforces {
        /// Latest sending of a User, from SSD.
        latest: Seconds,
        /// Factor on a non-User's delay.
        non_user_scale: f64,
    },
    /// Customers that would have gone to a non-User go to a User, this share of them to an immature one.
    BansNonUsers {
        /// Share of immature Users.
        immature: f64,
    },
    /// The DCC learns in time of this share of the switches that it would have learned of late.
    HardensFeed(f64),
    /// The DCC's copy changes this long after the SSD of a supplier failure's transfer.
    HoldsFailures(Seconds),
    /// The DCC holds 6.23s back when its network is busy.
    Throttles {
        /// Law of the time.
        delay: Law,
        /// Above this share of a stated capacity, in thousandths.
        above: u16,
    },
    /// Losing suppliers delete their schedules before SSD (5.3).
    DeletesSchedules,
    /// Losing suppliers thin their billing calendar before SSD (6.8).
    ThinsCalendar,
    /// The DCC lets critical commands pass of a supplier that has lost the meter.
    PassesLateCommands,
    /// Suppliers read by a daily DCC schedule where they had a billing calendar.
    ReadsBySchedule {
        /// UTC second of a scripted meter's run; others draw theirs.
        second: u32,
    },
    /// Suppliers pull the half-hourly readings of electricity meters by a daily DCC schedule.
    ReadsHalfHourly {
        /// UTC second of a scripted meter's run; others draw theirs.
        second: u32,
    },
    /// Suppliers have monthly billing calendars where they had daily or weekly ones.
    ReadsMonthly,
    /// The DCC withholds alerts from suppliers that its copy does not show.
    Filters {
        /// Which device alerts pass.
        passes: Passes,
        /// Whether E4s and notices are in scope.
        dcc_alerts: bool,
    },
    /// The DCC withholds a device's alerts of one code above a daily number.
    WithholdsRepeats {
        /// The number of alerts of one code that pass each day.
        most: u32,
    },
    /// The DSP removes schedules when the DCC's copy changes.
    RemovesSchedulesAtSsd,
    /// The CoS Party places a neutral certificate this long after SSD.
    PlacesNeutral(Seconds),
    /// Losing suppliers forward critical alerts with these codes to gainers that are not Users.
    Forwards(Vec<u16>),
    /// Suppliers have the DCC withhold DCC alerts (E4s and notices) to them.
    MutesDccAlerts,
    /// Suppliers discard what is not theirs.
    BlackHoles {
        /// Lag of their own portfolio after a return.
        portfolio_lag: Seconds,
    },
    /// Gaining suppliers take prepay meters' 6.23s out of their backlog first.
    SendsPrepayFirst,
    /// The gaining supplier is chased.
    Chases {
        /// Who notices.
        detector: Detector,
        /// Law of detection.
        detection: Law,
        /// Law of response.
        response: Law,
    },
}

impl Lever {
    /// Hands out what the lever does. A new lever has one arm here and one file.
    fn with<T>(&self, then: impl FnOnce(&dyn Effect) -> T) -> T {
        match *self {
            Lever::SendsAtSsd => then(&sends_at_ssd::SendsAtSsd),
            Lever::SendsAhead => then(&sends_ahead::SendsAhead),
            Lever::FollowsMature(share) => then(&follows_mature::FollowsMature { share }),
            Lever::Enforces { latest, non_user_scale } => then(&enforces::Enforces { latest, non_user_scale }),
            Lever::BansNonUsers { immature } => then(&bans_non_users::BansNonUsers { immature }),
            Lever::HardensFeed(share) => then(&hardens_feed::HardensFeed { share }),
            Lever::HoldsFailures(hold) => then(&holds_failures::HoldsFailures { hold }),
            Lever::Throttles { ref delay, above } => then(&throttles::Throttles { delay, above }),
            Lever::DeletesSchedules => then(&deletes_schedules::DeletesSchedules),
            Lever::ThinsCalendar => then(&thins_calendar::ThinsCalendar),
            Lever::PassesLateCommands => then(&passes_late_commands::PassesLateCommands),
            Lever::ReadsBySchedule { second } => then(&reads_by_schedule::ReadsBySchedule { second }),
            Lever::ReadsHalfHourly { second } => then(&reads_half_hourly::ReadsHalfHourly { second }),
            Lever::ReadsMonthly => then(&reads_monthly::ReadsMonthly),
            Lever::Filters { ref passes, dcc_alerts } => then(&filters::Filters { passes, dcc_alerts }),
            Lever::WithholdsRepeats { most } => then(&withholds_repeats::WithholdsRepeats { most }),
            Lever::RemovesSchedulesAtSsd => then(&removes_schedules_at_ssd::RemovesSchedulesAtSsd),
            Lever::PlacesNeutral(after) => then(&places_neutral::PlacesNeutral { after }),
            Lever::Forwards(ref codes) => then(&forwards::Forwards { codes }),
            Lever::MutesDccAlerts => then(&mutes_dcc_alerts::MutesDccAlerts),
            Lever::BlackHoles { portfolio_lag } => then(&black_holes::BlackHoles { portfolio_lag }),
            Lever::SendsPrepayFirst => then(&sends_prepay_first::SendsPrepayFirst),
            Lever::Chases { detector, ref detection, ref response } => {
                then(&chases::Chases { detector, detection, response })
            }
        }
    }

    /// Who acts under it, and when.
    pub fn acts(&self) -> Acts {
        self.with(|effect| effect.acts())
    }

    /// What does not depend on a meter.
    pub fn profile(&self) -> Profile {
        self.with(|effect| effect.profile())
    }

    /// The share of a stated capacity, in thousandths, above which it holds requests back, if it does.
    pub fn throttles_above(&self) -> Option<u16> {
        self.profile().holds_back_above
    }

    /// The number of its kind, by which its draws are named; levers without draws of their own share one number.
    pub fn kind(&self) -> u32 {
        self.profile().kind.unwrap_or(KINDS - 1)
    }

    /// The laws of the catalogue that it draws from, by name.
    pub fn laws(&self) -> &'static [&'static str] {
        self.profile().laws
    }

    /// Whether what it does to a scripted meter depends on the seed.
    pub fn draws(&self, laws: &Laws) -> bool {
        self.with(|effect| effect.varies(laws))
    }
}

/// Whether a share leaves open which cases are concerned.
fn is_partial(share: f64) -> bool {
    share > 0.0 && share < 1.0
}

/// Whether a law has more than one value.
fn varies(law: &Law) -> bool {
    match law {
        Law::Fixed(_) | Law::Never => false,
        Law::Capped(law, _) => varies(law),
        Law::Uniform { .. } | Law::Exponential { .. } | Law::LogNormal { .. } | Law::Mixture(_) => true,
    }
}

/// Which suppliers a policy concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// Those listed.
    Only(Vec<SupplierId>),
}

impl Scope {
    /// Whether a supplier is concerned.
    pub fn covers(&self, supplier: SupplierId) -> bool {
        match self {
            Scope::All => true,
            Scope::Only(list) => list.contains(&supplier),
        }
    }
}

/// How far and how fast a policy is adopted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adoption {
    /// The share that adopts it in the end, 0 to 1.
    pub share: f64,
    /// From the policy's start until the whole share has adopted it; adopters join evenly.
    pub over: Seconds,
    /// What the share is of.
    pub by: Adopter,
}

impl Adoption {
    /// Full adoption, at once.
    pub const FULL: Self = Self { share: 1.0, over: Seconds(0), by: Adopter::Meter };
}

/// What adopts a policy or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopter {
    /// Each meter point on its own.
    Meter,
    /// Each supplier, for all its meter points.
    Supplier,
}

/// A lever as a policy pulls it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pull {
    /// What changes.
    pub lever: Lever,
    /// From when.
    pub start: Instant,
    /// How far it is adopted; one draw per adopter and entry of the policy's list.
    pub adoption: Adoption,
    /// Suppliers concerned.
    pub scope: Scope,
    /// Which entry of the policy's list it belongs to, from 0; names the draw of adoption.
    pub entry: u32,
    /// Which lever of its [kind](Lever::kind) in the policy it is, from 0; with the kind it names the lever's own
    /// draws.
    pub occurrence: u32,
}

/// The draws of the switches and suppliers of a plan.
pub struct Lots<'a> {
    /// The draws of the meter's first switch.
    pub first: Lot,
    /// The draws of a supplier.
    pub supplier: &'a dyn Fn(SupplierId) -> Lot,
    /// A scripted meter takes fixed values where the market's meters draw theirs.
    pub scripted: bool,
}

impl Lots<'_> {
    /// The draws of the meter's k-th switch.
    pub fn of(&self, k: usize) -> Lot {
        self.first.switch(k as u32)
    }
}

/// Numbers of kinds are below this one.
const KINDS: u32 = 64;

impl Pull {
    /// The index of its own draws.
    pub fn index(&self) -> u32 {
        KINDS * self.occurrence + self.lever.kind()
    }

    /// Reshapes a plan. Levers are pulled in the order of the policy's list.
    pub fn apply(&self, meter: &mut MeterPlan, lots: &Lots<'_>, laws: &Laws) {
        self.lever.with(|effect| effect.reshape(self, meter, lots, laws));
    }

    /// Whether it makes no difference to a meter; `outlook` is what is to come there if the meter is ordinary. Any
    /// number of idle pulls together make no difference. A `false` may be wrong; a `true` never is.
    pub fn is_idle(&self, meter: &MeterPlan, outlook: Option<&Outlook<'_>>, lots: &Lots<'_>, laws: &Laws) -> bool {
        self.lever.with(|effect| effect.is_idle(self, &Seen { meter, outlook, lots, laws }))
    }

    /// Whether it finds nothing to act on at a meter, however it is adopted.
    pub fn finds_nothing(&self, meter: &MeterPlan, lots: &Lots<'_>, laws: &Laws) -> bool {
        self.lever.with(|effect| effect.finds_nothing(self, &Seen { meter, outlook: None, lots, laws }))
    }

    /// Whether what it does to a scripted meter depends on the seed, through its lever or through adoption.
    pub fn draws(&self, laws: &Laws) -> bool {
        let Adoption { share, over, .. } = self.adoption;
        share > 0.0 && (share < 1.0 || over > Seconds(0) || self.lever.draws(laws))
    }

    /// The second from which the lever is pulled where this supplier acts, if it ever is.
    fn reaches(&self, supplier: SupplierId, lots: &Lots<'_>) -> Option<Instant> {
        let Adoption { share, over, by } = self.adoption;
        if !self.scope.covers(supplier) {
            return None;
        }
        if share >= 1.0 && over == Seconds(0) {
            return Some(self.start);
        }
        let lot = match by {
            Adopter::Meter => lots.first,
            Adopter::Supplier => (lots.supplier)(supplier),
        };
        let u = lot.uniform(draw::ADOPTION, self.entry);
        (u < share).then(|| self.start + scale(over, u / share))
    }
}

/// A length times a factor, rounded up to whole seconds (R1).
fn scale(length: Seconds, factor: f64) -> Seconds {
    Seconds(libm::ceil(length.0 as f64 * factor) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pull(lever: Lever, adoption: Adoption) -> Pull {
        Pull { lever, start: Instant(0), adoption, scope: Scope::All, entry: 0, occurrence: 0 }
    }

    #[test]
    fn a_lever_draws_where_a_law_or_a_share_leaves_anything_open() {
        let usual = Laws::default();
        let fixed = Law::Fixed(Seconds::days(5));
        let settled = Laws { notice: fixed.clone(), lead: fixed.clone(), ..Laws::default() };
        let chases = |detection: Law| Lever::Chases { detector: Detector::Passing, detection, response: Law::Never };
        assert!(Lever::DeletesSchedules.draws(&usual) && !Lever::DeletesSchedules.draws(&settled));
        assert!(Lever::SendsAhead.draws(&usual) && !Lever::SendsAtSsd.draws(&usual));
        assert!(chases(Law::Exponential { mean: 1.0 }).draws(&usual) && !chases(fixed).draws(&usual));
        assert!(Lever::HardensFeed(0.5).draws(&usual) && !Lever::HardensFeed(1.0).draws(&usual));
    }

    #[test]
    fn a_pull_draws_where_not_everybody_takes_it_up_at_once() {
        let laws = Laws::default();
        let draws = |adoption| pull(Lever::SendsAtSsd, adoption).draws(&laws);
        assert!(!draws(Adoption::FULL));
        assert!(draws(Adoption { share: 0.5, ..Adoption::FULL }));
        assert!(draws(Adoption { over: Seconds::days(90), ..Adoption::FULL }));
        assert!(!pull(Lever::SendsAhead, Adoption { share: 0.0, ..Adoption::FULL }).draws(&laws));
    }

    #[test]
    fn kinds_of_levers_with_draws_of_their_own_keep_their_numbers() {
        let chases = |detector| Lever::Chases { detector, detection: Law::Never, response: Law::Never };
        let drawing = [
            Lever::FollowsMature(1.0),
            Lever::BansNonUsers { immature: 0.0 },
            Lever::HardensFeed(1.0),
            Lever::Throttles { delay: Law::Never, above: 0 },
            chases(Detector::LosingSupplier),
            chases(Detector::Monitoring),
            chases(Detector::Passing),
            chases(Detector::Sweep(Seconds(1))),
        ];
        assert_eq!(drawing.map(|lever| lever.kind()), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(Lever::SendsAtSsd.kind(), 63);
    }
}
