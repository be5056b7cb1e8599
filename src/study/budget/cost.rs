//! The cost of a study, estimated before anything runs.

use super::limits;
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::law::Law;
use crate::engine::time::{DAY, Instant, Seconds};
use crate::model::backlog::{self, Drive};
use crate::model::injection::{Fault, Transfer};
use crate::model::ledger::{Ledger, Window};
use crate::model::lever::Pull;
use crate::model::market::{Market, Often};
use crate::model::plan::{Class, DeviceAlert, Fuel, MeterPlan, SupplierId};
use crate::model::walk::Around;
use crate::results::catalogue::Catalogue;
use crate::scenario::Scenario;
use crate::study::meters::struck;
use crate::study::round::BATCH;
use crate::study::shared::SharedLedgers;
use crate::study::{How, policies_at_once};

/// A meter that waits for a supplier's capacity, under each policy: what it joins and what is expected of it
/// (measured).
const BYTES_A_HELD_METER: f64 = 230.0;
/// The same under one policy at a time: its turns (measured).
const BYTES_OF_TURNS: f64 = 250.0;
/// A plan in a batch of drawn meters.
const BYTES_A_PLAN: f64 = 1_000.0;
/// The program itself, before it counts anything (measured).
const BYTES_OF_PROGRAM: f64 = 6e6;
/// A row of the catalogue: its labels and their list (measured, 115 B).
const BYTES_A_ROW: f64 = 115.0;
/// Values and text that are written of a run: about a hundred rows of a script are not zero, six hundred of a market
/// (measured).
const BYTES_WRITTEN: [f64; 2] = [80e3, 420e3];
/// Memory of the pictures while they are drawn (measured). The funnel is drawn whatever the number of days and
/// policies.
const BYTES_OF_PICTURES: f64 = 66e6;
const BYTES_OF_FUNNEL: f64 = 4e6;
/// What is written for each policy and day: a line of each daily series (measured).
const BYTES_A_POLICY_DAY: f64 = 470.0;
/// The most days and policies that the daily pictures show.
const MOST_PICTURED: (usize, usize) = (4_000, 64);
/// Channels of the minute bins that any market fills: leaked reads by either path, and E4s. Others depend on policies.
const USUAL_CHANNELS: usize = 3;
/// Numbers for each minute of the queues that are in memory at once, and of the background (measured).
const QUEUES: usize = 9;
/// What a switch asks of the way south under a stated capacity, under each policy, and sorted by second under one
/// policy at a time (measured).
const BYTES_A_SWITCH_SOUTH: f64 = 75.0;
/// Most meters of a script that is walked to see which blocks of days it touches; more meters touch all.
const MOST_TRIED: usize = 100;

/// The cost of a study: expected numbers of a run, and the memory that they take at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Policies times replications.
    pub runs: f64,
    /// Switches of a run, scripted and drawn ones, and those that move with a book.
    pub switches: f64,
    /// Most switches of one fuel that are expected to start on one day, a meter's first in the window.
    pub switches_a_day: f64,
    /// Meters of a run that wait for a supplier's capacity: they are drawn once more and walked copy by copy.
    pub held: f64,
    /// Device-seconds of a run in which all devices have the wrong certificate.
    pub device_seconds: f64,
    /// Values of a run.
    pub values: f64,
    /// Runs at once.
    pub threads: usize,
    /// Bytes of a thread's ledgers.
    pub counting: f64,
    /// Bytes that all threads share.
    pub shared: f64,
    /// Bytes of tables, texts and pictures, which are made once everything is counted.
    pub writing: f64,
}

impl Cost {
    /// The cost of a scenario that is run in this way.
    pub fn of(scenario: &Scenario, how: How) -> Self {
        let at_once = policies_at_once(scenario, how);
        let drawn = scenario.market.as_ref().map_or(0.0, |market| market.expected_switches(&scenario.window));
        let units = scenario.policies.len().div_ceil(at_once) * scenario.experiment.replications as usize;
        let values = Catalogue::number_of_values(&scenario.frame);
        let runs = scenario.policies.len() as f64 * f64::from(scenario.experiment.replications);
        let ledgers = ledgers(scenario, at_once) * ledger(scenario) as f64;
        let interplay = Interplay::of(scenario);
        let scripted: f64 = scenario.meters.iter().map(|meter| meter.switches.len() as f64).sum();
        let held_copies = held_copies(scenario);
        Self {
            runs,
            switches: scripted + held_copies + drawn + books(scenario),
            switches_a_day: scenario.market.as_ref().map_or(0.0, |market| busiest_day(scenario, market)),
            held: interplay.held,
            device_seconds: device_seconds(scenario),
            values,
            threads: how.threads.min(units).max(1),
            counting: batch(scenario, at_once) + ledgers + interplay.bytes(at_once),
            shared: BYTES_OF_PROGRAM
                + values * (BYTES_A_ROW + runs * size_of::<u64>() as f64)
                + runs * (2 * scenario.window.days * size_of::<u64>()) as f64,
            writing: writing(scenario),
        }
    }

    /// Switches of the whole study.
    pub fn all_switches(&self) -> f64 {
        self.switches * self.runs
    }

    /// Bytes of memory at once.
    pub fn memory(&self) -> f64 {
        let counting = self.threads as f64 * self.counting;
        // Not all memory of the ledgers is given back (measured).
        self.shared + counting.max(self.writing) + counting.min(self.writing) / 2.0
    }
}

/// Bytes of the plans that are walked policy by policy.
pub fn batch(scenario: &Scenario, at_once: usize) -> f64 {
    let Some(market) = scenario.market.as_ref().filter(|_| at_once > 1) else { return 0.0 };
    let drawn = market.expected_switches(&scenario.window);
    BATCH.min(drawn as usize) as f64 * (BYTES_A_PLAN + alert_bytes(market, &scenario.window))
}

/// The memory of meters that act on one another, beside ledgers.
pub struct Interplay {
    // Meters that are expected to wait for a supplier's capacity.
    held: f64,
    // Bytes under each policy, and what one policy after another takes for its rounds.
    of_a_policy: f64,
    once: f64,
}

impl Interplay {
    /// That of a scenario's runs.
    pub fn of(scenario: &Scenario) -> Self {
        let held = expected_held(scenario);
        let (mut queues, mut asks) = (0.0, 0.0);
        if scenario.states_a_capacity() {
            let drawn = scenario.market.as_ref().map_or(0.0, |market| market.expected_switches(&scenario.window));
            queues = (QUEUES * minutes(&scenario.window)) as f64;
            asks = BYTES_A_SWITCH_SOUTH * (drawn + books(scenario));
        }
        let of_a_policy = held * BYTES_A_HELD_METER + queues + asks;
        Self { held, of_a_policy, once: held * BYTES_OF_TURNS + asks }
    }

    /// Bytes that this many policies take at once.
    pub fn bytes(&self, policies: usize) -> f64 {
        policies as f64 * self.of_a_policy + self.once
    }
}

/// Bytes of the alerts that a drawn meter is expected to raise in the window, in a list that doubles as it grows.
fn alert_bytes(market: &Market, window: &Window) -> f64 {
    let years = (window.horizon - window.start).0 as f64 / (365.25 * 86_400.0);
    let expected = market.alerts.iter().map(|alert| match alert.often {
        Often::DailyOn(share) => share,
        Often::AYear(times) => times * years,
    });
    2.0 * expected.sum::<f64>() * size_of::<DeviceAlert>() as f64
}

fn minutes(window: &Window) -> usize {
    (window.days + 2) * MINUTES_A_DAY * size_of::<u64>()
}

/// The number of ledgers of this many policies at once and of what they share; policies with the same levers share as
/// one. A script's is tried before.
fn ledgers(scenario: &Scenario, at_once: usize) -> f64 {
    let mut different: Vec<&[Pull]> = Vec::new();
    for policy in &scenario.policies {
        if different.len() <= at_once && !different.contains(&policy.pulls.as_slice()) {
            different.push(&policy.pulls);
        }
    }
    let shared = SharedLedgers::most(at_once).min(different.len());
    (at_once + shared + usize::from(scenario.market.is_none())) as f64
}

/// Bytes of a run's ledger.
fn ledger(scenario: &Scenario) -> usize {
    let backlogs = scenario.frame.queues.iter().filter(|queue| **queue).count();
    let backlogs = backlogs * (scenario.window.days + 1) * size_of::<i64>();
    backlogs + tried(scenario).unwrap_or_else(|| filled(scenario))
}

/// Bytes for a market or a long script, which touch every block of days.
fn filled(scenario: &Scenario) -> usize {
    let pulls = || scenario.policies.iter().flat_map(|policy| &policy.pulls);
    let blocks = pulls().any(|pull| pull.lever.profile().filters_alerts);
    let holds_back = pulls().any(|pull| pull.lever.throttles_above().is_some());
    let channels = USUAL_CHANNELS + usize::from(blocks) + usize::from(holds_back);
    Ledger::bytes(&scenario.window, channels, scenario.counting())
}

/// Bytes for a short script: what its meters fill before any policy.
fn tried(scenario: &Scenario) -> Option<usize> {
    if scenario.market.is_some() || scenario.meters.len() > MOST_TRIED || !limits::is_soon_walked(scenario) {
        return None;
    }
    let mut ledger = scenario.ledger();
    struck(scenario, |plan| {
        let one = MeterPlan { copies: 1, ..plan.clone() };
        let desks = scenario.desks();
        backlog::run(&[one], &desks, Around::time(&scenario.civil), Drive::Alone, &mut ledger);
    });
    Some(ledger.taken())
}

/// Bytes of what is written of all runs in the end.
fn writing(scenario: &Scenario) -> f64 {
    let (policies, days) = (scenario.policies.len(), scenario.window.days);
    let has_pictures = days <= MOST_PICTURED.0 && policies <= MOST_PICTURED.1;
    let runs = policies as f64 * f64::from(scenario.experiment.replications);
    // Load-duration curves and hours of the week are drawn whatever the number of days.
    let has_pictures = has_pictures || scenario.traffic.is_some();
    let pictures = if has_pictures { BYTES_OF_PICTURES } else { BYTES_OF_FUNNEL };
    let daily = (policies * days) as f64 * BYTES_A_POLICY_DAY;
    runs * BYTES_WRITTEN[usize::from(scenario.market.is_some())] + daily + pictures
}

fn device_seconds(scenario: &Scenario) -> f64 {
    let window = &scenario.window;
    let scripted: f64 = scenario.meters.iter().map(|meter| meter.copies as f64 * f64::from(meter.devices)).sum();
    let most = |market: &Market| market.path.iter().map(|(_, meters)| *meters).fold(0.0, f64::max);
    let drawn = scenario.market.as_ref().map_or(0.0, most) * f64::from(scenario.conventions.gas_devices);
    (scripted + drawn) * (window.horizon - window.start).0 as f64
}

/// Most switches of one fuel that are expected to start on a day, or meters whose books begin to move on one date,
/// which names them.
fn busiest_day(scenario: &Scenario, market: &Market) -> f64 {
    let (window, transfers) = (&scenario.window, scenario.transfers());
    let of_fuel = market.gas_share.max(1.0 - market.gas_share);
    let books = transfers.iter().map(|transfer| {
        let same_date = transfers.iter().filter(|other| other.first() == transfer.first());
        of_fuel * same_date.map(|other| book(scenario, market, other)).sum::<f64>()
    });
    let volumes = Fuel::ALL
        .into_iter()
        .flat_map(|fuel| (0..window.days).map(move |day| market.volume_on(fuel, window.first.plus(day as i32))));
    volumes.chain(books).fold(0.0, f64::max)
}

/// Meters of a run that are expected to wait for a capacity, copy by copy.
pub fn expected_held(scenario: &Scenario) -> f64 {
    held_copies(scenario) + scenario.market.as_ref().map_or(0.0, |market| held(scenario, market))
}

/// Scripted meters that wait for a capacity once faults have struck them, copy by copy.
fn held_copies(scenario: &Scenario) -> f64 {
    let mut held = 0.0;
    struck(scenario, |plan| held += if plan.is_coupled() { plan.copies as f64 } else { 0.0 });
    held
}

/// All meters of a book when it begins to move.
fn book(scenario: &Scenario, market: &Market, transfer: &Transfer) -> f64 {
    let all: f64 = scenario.suppliers.iter().map(|s| s.weights.share).sum();
    let share = scenario.suppliers.get(transfer.from.0 as usize).map_or(0.0, |s| s.weights.share);
    share / all * market.meters_on(transfer.first().plus(-1))
}

/// Meters of a market that move with their supplier's book.
fn books(scenario: &Scenario) -> f64 {
    let Some(market) = &scenario.market else { return 0.0 };
    // The share of each book that earlier transfers have left.
    let mut left = vec![1.0; scenario.suppliers.len()];
    let mut moved = 0.0;
    for transfer in scenario.transfers() {
        let seller = transfer.from.0 as usize;
        let Some(left) = left.get_mut(seller) else { continue };
        moved += book(scenario, market, &transfer) * *left * transfer.part_in_window();
        *left *= 1.0 - transfer.part_in_window();
    }
    moved
}

/// Drawn meters that wait for a capacity: the books that move; what suppliers gain that are no DCC Users yet; what a
/// campaign finds unsent.
fn held(scenario: &Scenario, market: &Market) -> f64 {
    let (flow, unsent) = (Flow::of(scenario, market), Unsent::of(scenario, market));
    let gains: f64 = scenario.suppliers.iter().map(|s| s.weights.gains).sum();
    let suppliers = || (0..).map(SupplierId).zip(scenario.suppliers.iter().map(|s| s.weights));
    let users = suppliers().filter(|(_, weights)| weights.has_capacity).filter_map(|(_, weights)| {
        Some(weights.gains / gains * flow.between(scenario.window.start, weights.user_from?, |_| 1.0))
    });
    let struck = scenario.injections.iter().filter(|injection| injection.meters.is_empty()).map(|injection| {
        let named = |supplier: SupplierId| injection.gaining.is_empty() || injection.gaining.contains(&supplier);
        let gain = |of: &dyn Fn(SupplierId, Option<Class>) -> bool| -> f64 {
            let concerned = suppliers().filter(|(supplier, weights)| named(*supplier) && of(*supplier, weights.class));
            concerned.map(|(_, weights)| weights.gains / gains).sum()
        };
        let switches = match &injection.fault {
            // What is meant to be sent ahead of an SSD soon after the end waits too: the DCC knows of it for ten days
            // at most.
            Fault::NotAUser { queued } => {
                let until = injection.until + Seconds::days(10);
                gain(&|supplier, _| queued.contains(&supplier)) * flow.between(injection.from, until, |_| 1.0)
            }
            Fault::BulkCampaign => {
                let of = |class: Option<Class>| {
                    let late = |at| unsent.share(class, injection.from - at);
                    gain(&|_, its| its == class) * flow.between(scenario.window.start, injection.from, late)
                };
                [None, Some(Class::Mature), Some(Class::Immature), Some(Class::NonUser)].into_iter().map(of).sum()
            }
            _ => 0.0,
        };
        injection.share * switches
    });
    books(scenario) + users.sum::<f64>() + struck.sum::<f64>()
}

/// Expected switches of all suppliers, by the midnight that begins their day.
struct Flow(Vec<(Instant, f64)>);

impl Flow {
    fn of(scenario: &Scenario, market: &Market) -> Self {
        let on = |day: usize| {
            let day = scenario.window.first.plus(day as i32);
            let volume = Fuel::ALL.iter().map(|fuel| market.volume_on(*fuel, day)).sum();
            (scenario.civil.midnight(day), volume)
        };
        Self((0..scenario.window.days).map(on).collect())
    }

    /// Those of the days that a time touches, each day weighed.
    fn between(&self, from: Instant, until: Instant, weight: impl Fn(Instant) -> f64) -> f64 {
        let within = self.0.iter().filter(|(at, _)| *at + DAY > from && *at < until);
        within.map(|(at, volume)| weight(*at) * volume).sum()
    }
}

/// The share of gains whose 6.23 is still unsent some time after SSD.
struct Unsent {
    // Of each class's laws with their shares, evenly spaced, ascending; `None` is never.
    delays: [Vec<(f64, Vec<Option<Seconds>>)>; 3],
    class_shares: [f64; 3],
    never: f64,
    kept_back: bool,
}

impl Unsent {
    fn of(scenario: &Scenario, market: &Market) -> Self {
        const QUANTILES: u32 = 50;
        let laws = &scenario.laws;
        let of_law = |(share, law): (f64, &Law)| {
            let mut delays: Vec<_> =
                (0..QUANTILES).map(|n| law.at((f64::from(n) + 0.5) / f64::from(QUANTILES))).collect();
            delays.sort_by_key(|delay| delay.map_or(i64::MAX, |delay| delay.0));
            (share, delays)
        };
        let delays =
            Class::ALL.map(|class| laws.of_class(class, market.prepay_share).into_iter().map(of_law).collect());
        let kept_back = scenario.injections.iter().any(|i| match i.fault {
            Fault::Plain(kind) => kind.keeps_623_back,
            Fault::Delayed(_) => true,
            _ => false,
        });
        Self { delays, class_shares: market.class_shares, never: market.erroneous_share, kept_back }
    }

    /// The share for a supplier of this class, or of one whose cases draw their class; all if a fault may keep 6.23s
    /// back.
    fn share(&self, class: Option<Class>, since: Seconds) -> f64 {
        if self.kept_back {
            return 1.0;
        }
        let unsent = |(share, delays): &(f64, Vec<Option<Seconds>>)| {
            let sent = delays.partition_point(|delay| delay.is_some_and(|delay| delay <= since));
            share * ((delays.len() - sent) as f64 / delays.len() as f64)
        };
        let of = |laws: &Vec<_>| laws.iter().map(unsent).sum::<f64>();
        let share = match class {
            Some(class) => of(&self.delays[class as usize]),
            None => self.delays.iter().zip(self.class_shares).map(|(laws, share)| share * of(laws)).sum(),
        };
        share + self.never
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::reading::Reading;
    use crate::scenario::{BUILT_IN, read};

    const ONE_THREAD: How = How { threads: 1, drive: Drive::Alone, memory: 512 << 20 };

    fn scenario(text: &str) -> Scenario {
        read("a", text).expect("a valid scenario").0
    }

    /// A million meters for the year 2021. One in a hundred switches each month. Supplier `a` has two in five, and `b`
    /// makes half of the gains.
    fn market(more: &str) -> Scenario {
        let months: Vec<String> = (1..=12).map(|month| format!("\"2021-{month:02}\" = 0.01")).collect();
        scenario(&format!(
            "schema = 1\ntitle = \"t\"\n\
             supplier = [{{ id = \"a\", share = 40, gains = 0 }}, {{ id = \"b\", share = 60, gains = 50, \
             capacity = \"100 /d\" }}, {{ id = \"c\", share = 0, gains = 50 }}]\n\
             [time]\nstart = 2021-01-01\nhorizon = 2022-01-01\n\
             [market]\npath = [{{ on = 2020-12-31, meters = 1000000 }}]\ngas-share = 0\nwithdrawn-share = 0\n\
             switching = {{ {} }}\n{more}",
            months.join(", ")
        ))
    }

    #[test]
    fn a_market_of_a_million_of_which_a_hundredth_switches_a_month_has_120_000_switches() {
        let cost = Cost::of(&market(""), ONE_THREAD);
        assert!((cost.switches - 120_000.0).abs() < 1e-6, "{}", cost.switches);
        // Ten thousand in the 28 days of February.
        assert!((cost.switches_a_day - 10_000.0 / 28.0).abs() < 1e-9);
        assert_eq!(cost.held, 0.0);
    }

    #[test]
    fn the_estimate_of_a_plan_includes_the_alerts_of_its_meter() {
        // 73.05 times in 365.25 days are 73 in the year 2021, in a list up to twice as long.
        let scenario = market("alerts = [{ code = \"0x8F1D\", class = \"critical\", a-year = 73.05 }]\n");
        let market = scenario.market.as_ref().expect("a market");
        let alerts = alert_bytes(market, &scenario.window) / size_of::<DeviceAlert>() as f64;
        assert!((alerts - 146.0).abs() < 1e-9, "{alerts}");
    }

    #[test]
    fn the_book_of_a_failed_supplier_is_held_and_moves() {
        let failure = "[[inject]]\nkind = \"supplier-failure\"\nwhere = { losing = [\"a\"], gaining = [\"b\"] }\n\
                       from = 2021-06-01\n";
        let cost = Cost::of(&market(failure), ONE_THREAD);
        assert!((cost.held - 400_000.0).abs() < 1e-6, "two in five of a million: {}", cost.held);
        assert!((cost.switches - 520_000.0).abs() < 1e-6);
        // 140 MB for them, and less for all else.
        assert!(cost.memory() > 140e6 && cost.memory() < 280e6, "{}", cost.memory());
    }

    #[test]
    fn what_a_supplier_gains_before_it_is_a_user_is_held() {
        // Half of what starts in January and in the first ten days of February: 5,000 + 5,000 x 10 / 28.
        let fault =
            "[[inject]]\nkind = \"not-a-user\"\nwhere = { gaining = [\"b\"] }\nfrom = 2021-01-01\nuntil = 2021-02-01\n";
        assert!((Cost::of(&market(fault), ONE_THREAD).held - (5_000.0 + 50_000.0 / 28.0)).abs() < 1e-6);
    }

    #[test]
    fn a_campaign_finds_what_is_late_and_not_what_was_sent() {
        let of = |more: &str| {
            let campaign = "[[inject]]\nkind = \"bulk-campaign\"\nwhere = { gaining = [\"b\"] }\nfrom = 2021-07-01\n";
            Cost::of(&market(&format!("{campaign}{more}")), ONE_THREAD).held
        };
        // Half of the 60,000 of six months, if 6.23s may be missing.
        assert!((of("[[inject]]\nkind = \"miss-623\"\n") - 30_000.0).abs() < 1e-6);
        // Else a part of them.
        assert!(of("") > 300.0 && of("") < 10_000.0, "{}", of(""));
    }

    #[test]
    fn the_estimated_number_of_values_equals_the_catalogues() {
        for scenario in [scenario(BUILT_IN), market(""), market("[traffic]\ncapacity = \"600 /s\"\n")] {
            let (window, frame) = (scenario.window, &scenario.frame);
            let catalogue = Catalogue::of(frame);
            assert_eq!(Catalogue::number_of_values(frame), catalogue.len() as f64);
            assert_eq!(Catalogue::values(&Reading::new(&Ledger::new(window), None, frame, 0)).len(), catalogue.len());
        }
    }

    #[test]
    fn copies_are_held_where_a_fault_makes_them_wait() {
        let script = |fault: &str| {
            Cost::of(
                &scenario(&format!(
                    "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2019-03-01\n\
                     [[supplier]]\nid = \"a\"\n[[supplier]]\nid = \"b\"\ncapacity = \"1 /d\"\n\
                     [[meter]]\nid = 1\ncopies = 7\nholder = \"a\"\n\
                     [[switch]]\nmeter = 1\nfrom = \"a\"\nto = \"b\"\nssd = 2018-12-01\n\
                     cos = {{ send = \"1 d\" }}\n{fault}"
                )),
                ONE_THREAD,
            )
        };
        assert_eq!(script("").held, 0.0);
        let fault =
            "[[inject]]\nkind = \"not-a-user\"\nwhere = { gaining = [\"b\"] }\nfrom = 2018-11-01\nuntil = 2019-01-01\n";
        assert_eq!(script(fault).held, 7.0);
    }
}
