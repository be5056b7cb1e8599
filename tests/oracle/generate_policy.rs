//! Random injections and levers for the markets of [`generate`](super::generate). Windows and starts often fall on the
//! very second of a supply start, or of the DCC's learning of it: an edge that is taken for the other side only shows
//! there.

use meterchurn::engine::law::Law;
use meterchurn::engine::random::Draws;
use meterchurn::engine::time::{Day, Instant, Seconds};
use meterchurn::model::civil::Civil;
use meterchurn::model::draw::Lot;
use meterchurn::model::injection::{Fault, Injection, LocalDays, Outage, Transfer, WanOutage, by_name};
use meterchurn::model::laws::Laws;
use meterchurn::model::ledger::Window;
use meterchurn::model::lever::{Adopter, Adoption, Lever, Lots, Pull, Scope};
use meterchurn::model::plan::{
    BILLING_DATA_LOG_UPDATED, Detector, MeterId, MeterPlan, Passes, Region, Sending, SupplierId, SupplierName,
    SwitchPlan, TransferCause,
};

use super::generate::{self, Draw};
use super::{South, Supplier};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A market, and what is to reshape its plans.
pub struct Study {
    /// Plans as they are before.
    pub meters: Vec<MeterPlan>,
    /// Suppliers.
    pub suppliers: Vec<Supplier>,
    /// The way south, where its capacity is stated.
    pub south: Option<South>,
    /// The window.
    pub window: Window,
    /// The calendar.
    pub civil: Civil,
    /// Faults, in the order of the file.
    pub injections: Vec<Injection>,
    /// Levers, in the order of the list.
    pub pulls: Vec<Pull>,
    /// Laws that levers draw from.
    pub laws: Laws,
    /// The draws of all.
    pub draws: Draws,
    /// Whether the meters count as scripted ones.
    pub scripted: bool,
}

impl Study {
    /// Calls `then` with the lots of a meter.
    pub fn with_lots<T>(&self, meter: MeterId, then: impl FnOnce(&Lots<'_>) -> T) -> T {
        let supplier = |id: SupplierId| Lot::supplier(&self.draws, SupplierName::of(&id.0.to_string()));
        then(&Lots { first: Lot::scripted(&self.draws, meter), supplier: &supplier, scripted: self.scripted })
    }
}

/// The kinds of levers, as [`kind_of_lever`] names them.
pub const LEVERS: [&str; 23] = [
    "sends at SSD",
    "sends ahead",
    "follows mature practice",
    "enforces",
    "deletes schedules",
    "thins calendar",
    "lets late commands pass",
    "reads by schedule",
    "reads half-hourly",
    "filters",
    "bans non-Users",
    "hardens the feed",
    "holds failures",
    "throttles",
    "reads monthly",
    "withholds repeats",
    "mutes DCC alerts",
    "removes schedules at SSD",
    "places a neutral certificate",
    "forwards",
    "black-holes",
    "sends prepay first",
    "chases",
];

/// What a lever does, for tallies.
pub fn kind_of_lever(lever: &Lever) -> &'static str {
    match lever {
        Lever::SendsAtSsd => "sends at SSD",
        Lever::SendsAhead => "sends ahead",
        Lever::FollowsMature(_) => "follows mature practice",
        Lever::Enforces { .. } => "enforces",
        Lever::DeletesSchedules => "deletes schedules",
        Lever::ThinsCalendar => "thins calendar",
        Lever::PassesLateCommands => "lets late commands pass",
        Lever::ReadsBySchedule { .. } => "reads by schedule",
        Lever::ReadsHalfHourly { .. } => "reads half-hourly",
        Lever::Filters { .. } => "filters",
        Lever::BansNonUsers { .. } => "bans non-Users",
        Lever::HardensFeed(_) => "hardens the feed",
        Lever::HoldsFailures(_) => "holds failures",
        Lever::Throttles { .. } => "throttles",
        Lever::ReadsMonthly => "reads monthly",
        Lever::WithholdsRepeats { .. } => "withholds repeats",
        Lever::MutesDccAlerts => "mutes DCC alerts",
        Lever::RemovesSchedulesAtSsd => "removes schedules at SSD",
        Lever::PlacesNeutral(_) => "places a neutral certificate",
        Lever::Forwards(_) => "forwards",
        Lever::BlackHoles { .. } => "black-holes",
        Lever::SendsPrepayFirst => "sends prepay first",
        Lever::Chases { .. } => "chases",
    }
}

/// The market of this number with random injections and levers.
pub fn study(seed: u64) -> Study {
    let (mut meters, suppliers, window, civil) = generate::market(seed);
    let draw = &mut Draw(seed ^ 0x7265_7368_6170_6521);
    let mut seams = Seams::of(&meters, window);
    let mut injections: Vec<Injection> =
        (0..draw.between(0, 3)).map(|n| injection(draw, n as u32, &meters, &suppliers, &mut seams, &civil)).collect();
    if draw.chance(15) {
        // Several books, or one several times.
        for injection in &mut injections {
            injection.fault =
                Fault::BookTransfer(transfer(draw, injection.index, &meters, suppliers.len() as u16, window, &civil));
        }
    }
    injections.sort_by_key(|injection| match &injection.fault {
        Fault::BookTransfer(transfer) => (0, transfer.dates.first),
        _ => (1, window.first),
    });
    let mut pulls: Vec<Pull> =
        (0..draw.between(0, 4)).map(|_| pull(draw, suppliers.len() as u16, window, &mut seams)).collect();
    let mut laws = laws(draw, &meters, &pulls);
    settle(&mut meters, &mut pulls, &mut laws);
    for injection in &injections {
        // Refused until the outage ends: each second would be hundreds of thousands of turns.
        if matches!(injection.fault, Fault::RegistrationOutage(_)) {
            patient(&mut meters);
        }
    }
    Study {
        south: generate::south(seed, &meters, &window),
        meters,
        suppliers,
        window,
        civil,
        injections,
        pulls,
        laws,
        draws: Draws::new(seed, 0),
        scripted: draw.chance(50),
    }
}

/// Keeps out what the page leaves open: what a `notice` or an `ahead` of `never` means, and what two black-holings of
/// one supplier do whose portfolios lag differently.
fn settle(meters: &mut [MeterPlan], pulls: &mut [Pull], laws: &mut Laws) {
    for law in [&mut laws.ahead, &mut laws.notice] {
        *law = Law::Capped(Box::new(law.clone()), Seconds(30 * DAY));
    }
    let mut lag = None;
    for pull in pulls {
        if let Lever::BlackHoles { portfolio_lag } = &mut pull.lever {
            *portfolio_lag = *lag.get_or_insert(*portfolio_lag);
        }
    }
    if let Some(lag) = lag {
        meters.iter_mut().flat_map(|meter| &mut meter.black_holes).for_each(|(_, hole)| hole.portfolio_lag = lag);
    }
}

fn patient(meters: &mut [MeterPlan]) {
    for cos in meters.iter_mut().flat_map(|meter| &mut meter.switches).flat_map(|switch| &mut switch.cos) {
        cos.retry = cos.retry.max(Seconds(HOUR));
    }
}

/// The seconds on which edges are made to fall: of supply starts, of the DCC's learning of them, of sendings.
struct Seams {
    seconds: Vec<i64>,
    window: Window,
}

impl Seams {
    fn of(meters: &[MeterPlan], window: Window) -> Self {
        let of_switch = |switch: &SwitchPlan| {
            let sent = switch.cos.iter().filter_map(|cos| match cos.sending {
                Sending::At(at) => Some(at.0),
                Sending::Queued(_) | Sending::Never => None,
            });
            [switch.ssd.0, switch.known.0].into_iter().chain(sent).collect::<Vec<i64>>()
        };
        Self { seconds: meters.iter().flat_map(|meter| &meter.switches).flat_map(of_switch).collect(), window }
    }

    /// Mostly the very second of something; such seconds become seams themselves.
    fn edge(&mut self, draw: &mut Draw) -> i64 {
        let (start, horizon) = (self.window.start.0, self.window.horizon.0);
        let at = match draw.between(0, 9) {
            0..=5 if !self.seconds.is_empty() => draw.pick(&self.seconds),
            6 | 7 if !self.seconds.is_empty() => draw.pick(&self.seconds) + draw.pick(&[-1, 1, -DAY, DAY]),
            _ => draw.between(start - 20 * DAY, horizon),
        };
        self.seconds.push(at);
        at
    }
}

fn outage(draw: &mut Draw, from: i64, until: i64, civil: &Civil) -> Outage {
    let clearing = if draw.chance(50) { Seconds(0) } else { Seconds(draw.between(0, until - from)) };
    let first = civil.date(Instant(from));
    let days = civil.date(Instant(until)).0 - first.0 + 3;
    let midnights = (0..days).map(|day| civil.midnight(first.plus(day))).collect();
    let local = LocalDays { first, midnights, gas_day_start: Seconds(draw.pick(&[0, 5 * 3_600])) };
    Outage { clearing, postpones: draw.chance(50).then_some(local) }
}

fn injection(
    draw: &mut Draw,
    index: u32,
    meters: &[MeterPlan],
    suppliers: &[Supplier],
    seams: &mut Seams,
    civil: &Civil,
) -> Injection {
    let from = if draw.chance(35) { seams.window.start.0 } else { seams.edge(draw) };
    let until = if draw.chance(35) { seams.window.horizon.0 } else { seams.edge(draw) };
    let (from, until) = (from.min(until), from.max(until).max(from + 1));
    let fault = match draw.between(0, 14) {
        0 => Fault::Plain(by_name("miss-623").expect("a kind of the registry")),
        1 => Fault::Delayed(law(draw)),
        2 => Fault::Failing(draw.pick(&[0, 1, 1, 2, 3])),
        3 => Fault::RegistrationOutage(outage(draw, from, until, civil)),
        4 | 11 => Fault::BulkCampaign,
        5 => {
            let region = draw.pick(&[None, Some(Region::North), Some(Region::South)]);
            Fault::WanOutage(WanOutage { region, catch_up: None })
        }
        6 => Fault::GatewayOutage,
        9 | 10 | 12 => Fault::RegistrationRefresh,
        7 | 13 | 14 => Fault::BookTransfer(transfer(draw, index, meters, suppliers.len() as u16, seams.window, civil)),
        _ => {
            let limited = |n: &usize| suppliers[*n].capacity.is_some();
            Fault::NotAUser { queued: (0..suppliers.len()).filter(limited).map(|n| SupplierId(n as u16)).collect() }
        }
    };
    let ids: Vec<MeterId> = meters.iter().map(|meter| meter.id).collect();
    let count = suppliers.len() as u16;
    let meters = match draw.between(0, 9) {
        0..=5 => Vec::new(),
        6 => vec![MeterId(1_000)],
        _ => (0..draw.between(1, 2)).map(|_| draw.pick(&ids)).collect(),
    };
    let listed = |draw: &mut Draw| if draw.chance(60) { Vec::new() } else { some_suppliers(draw, count) };
    let (gaining, losing) = (listed(draw), listed(draw));
    let share = draw.pick(&[1.0, 1.0, 1.0, 0.5, 0.5, 0.0]);
    Injection { fault, gaining, losing, meters, share, from: Instant(from), until: Instant(until), index }
}

/// Often on the day of a switch, or around it; a failure or a sale, some of which go on beyond the horizon.
fn transfer(
    draw: &mut Draw,
    index: u32,
    meters: &[MeterPlan],
    suppliers: u16,
    window: Window,
    civil: &Civil,
) -> Transfer {
    let from = draw.between(0, i64::from(suppliers) - 1) as u16;
    let to = (from + draw.between(1, i64::from(suppliers) - 1) as u16) % suppliers;
    let cause = draw.pick(&[TransferCause::Failure, TransferCause::Sale, TransferCause::Sale]);
    let (share, over) = match cause {
        TransferCause::Failure => (1.0, 1),
        TransferCause::Sale => (draw.pick(&[1.0, 1.0, 0.7, 0.3]), draw.pick(&[1, 2, 10, 60])),
    };
    let (earliest, latest) = (window.first, window.first.plus(window.days as i32 - 1));
    let of_switches: Vec<Day> = meters.iter().flat_map(|m| &m.switches).map(|s| s.date).collect();
    let first = if draw.chance(50) && !of_switches.is_empty() {
        draw.pick(&of_switches).plus(-draw.between(0, over - 1) as i32).max(earliest).min(latest)
    } else {
        earliest.plus(draw.between(1, window.days as i64 - 1) as i32)
    };
    let in_window = (0..over as i32).map(|day| civil.midnight(first.plus(day))).filter(|at| *at < window.horizon);
    let mut midnights: Vec<Instant> = in_window.collect();
    if midnights.is_empty() {
        midnights.push(civil.midnight(first));
    }
    let dates = LocalDays { first, midnights: midnights.into(), gas_day_start: Seconds(draw.pick(&[0, 5 * HOUR])) };
    Transfer { cause, from: SupplierId(from), to: SupplierId(to), share, over: over as u32, dates, index }
}

/// One supplier at least.
fn some_suppliers(draw: &mut Draw, count: u16) -> Vec<SupplierId> {
    let sure = draw.between(0, i64::from(count) - 1) as u16;
    (0..count).filter(|n| *n == sure || draw.chance(40)).map(SupplierId).collect()
}

fn pull(draw: &mut Draw, count: u16, window: Window, seams: &mut Seams) -> Pull {
    // A lever that is younger than the others is drawn apart, so that theirs stay what they were.
    let apart = &mut Draw(draw.0 ^ 0x6861_6C66_0000_0000);
    let lever = match lever(draw) {
        _ if apart.chance(4) => Lever::ReadsHalfHourly { second: apart.pick(&[0, 1, 4 * HOUR as u32, 86_399]) },
        lever => lever,
    };
    let start = if draw.chance(35) { window.start } else { Instant(seams.edge(draw)) };
    let scope = if draw.chance(50) { Scope::All } else { Scope::Only(some_suppliers(draw, count)) };
    let (entry, occurrence) = (draw.between(0, 7) as u32, draw.pick(&[0, 0, 0, 1, 2, 7]));
    let adoption = Adoption {
        share: draw.pick(&[1.0, 1.0, 1.0, 0.5]),
        over: Seconds(draw.pick(&[0, 0, 0, 1, 7 * DAY, 60 * DAY])),
        by: draw.pick(&[Adopter::Meter, Adopter::Supplier]),
    };
    Pull { lever, start, adoption, scope, entry, occurrence }
}

fn lever(draw: &mut Draw) -> Lever {
    match draw.between(0, 25) {
        0 => Lever::SendsAtSsd,
        22 => Lever::SendsPrepayFirst,
        1 => Lever::SendsAhead,
        2 | 23 => Lever::FollowsMature(draw.pick(&[1.0, 1.0, 0.5, 0.0])),
        3 | 4 => Lever::Enforces {
            latest: Seconds(draw.pick(&[0, 1, HOUR, DAY, 5 * DAY])),
            non_user_scale: draw.pick(&[0.0, 1.0 / 3.0, 0.5, 0.1, 1.0]),
        },
        5 => Lever::DeletesSchedules,
        6 => Lever::ThinsCalendar,
        7 => Lever::ReadsBySchedule { second: draw.pick(&[0, 1, 4 * HOUR as u32, 86_399]) },
        8 => {
            let passes = match draw.between(0, 3) {
                0 => Passes::Critical,
                1 => Passes::Nothing,
                2 => Passes::Codes(vec![BILLING_DATA_LOG_UPDATED]),
                _ => Passes::Codes(vec![0x8F01]),
            };
            Lever::Filters { passes, dcc_alerts: draw.chance(40) }
        }
        12 => Lever::BansNonUsers { immature: draw.pick(&[0.0, 0.5, 1.0]) },
        13 => Lever::HardensFeed(draw.pick(&[0.5, 1.0])),
        14 => Lever::HoldsFailures(Seconds(draw.pick(&[0, 1, DAY, 14 * DAY]))),
        15 => Lever::Throttles { delay: law(draw), above: draw.pick(&[0, 900, 1_000, 1_500]) },
        16 => Lever::ReadsMonthly,
        17 => Lever::WithholdsRepeats { most: draw.pick(&[0, 1, 2]) },
        18 => Lever::RemovesSchedulesAtSsd,
        19 => Lever::PlacesNeutral(Seconds(draw.pick(&[0, 1, HOUR, DAY, 7 * DAY]))),
        20 => Lever::Forwards(vec![draw.pick(&[0x8F3F, 0x8F01])]),
        21 => Lever::MutesDccAlerts,
        24 => Lever::PassesLateCommands,
        9 => Lever::BlackHoles { portfolio_lag: Seconds(draw.pick(&[0, 1, HOUR, DAY, 3 * DAY, 30 * DAY])) },
        _ => Lever::Chases {
            detector: draw.pick(&[
                Detector::LosingSupplier,
                Detector::LosingSupplier,
                Detector::Monitoring,
                Detector::Monitoring,
                Detector::Passing,
                Detector::Sweep(Seconds(10 * DAY)),
            ]),
            detection: law(draw),
            response: law(draw),
        },
    }
}

/// Short against the window, so that what is drawn matters; every family at times.
fn law(draw: &mut Draw) -> Law {
    match draw.between(0, 11) {
        0..=3 => Law::Fixed(Seconds(draw.pick(&[0, 1, HOUR, DAY, 5 * DAY]))),
        4 | 5 => Law::Uniform { low: 0.0, high: (10 * DAY) as f64 },
        6 => Law::Exponential { mean: DAY as f64 },
        7 => Law::LogNormal { median: (3 * DAY) as f64, sigma: 1.0 },
        8 => Law::Mixture(vec![(0.5, Law::Fixed(Seconds(0))), (0.3, Law::Never), (0.2, Law::Fixed(Seconds(DAY)))]),
        9 => Law::Capped(Box::new(Law::LogNormal { median: DAY as f64, sigma: 2.0 }), Seconds(5 * DAY)),
        10 => Law::Never,
        _ => Law::Fixed(Seconds(draw.length())),
    }
}

/// The laws that levers draw from: as they are by default, others, or such that what is drawn meets an edge.
fn laws(draw: &mut Draw, meters: &[MeterPlan], pulls: &[Pull]) -> Laws {
    let mut laws = Laws::default();
    for which in [&mut laws.ahead, &mut laws.to_623_mature, &mut laws.to_623_immature, &mut laws.notice, &mut laws.lead]
    {
        if draw.chance(40) {
            *which = law(draw);
        }
    }
    laws.to_623_prepay = draw.chance(25).then(|| law(draw));
    if draw.chance(30) {
        laws.run_second = Law::Uniform { low: 0.0, high: (2 * DAY) as f64 };
    }
    let switches: Vec<&SwitchPlan> = meters.iter().flat_map(|meter| &meter.switches).collect();
    if switches.is_empty() {
        return laws;
    }
    if draw.chance(40) {
        // A future-dated 6.23 is sent an hour before SSD to the second, or just not.
        let switch = draw.pick(&switches);
        let ahead = switch.ssd.0 - HOUR - switch.known.0 + draw.pick(&[-1, 0, 0, 1]);
        laws.ahead = Law::Fixed(Seconds(ahead.max(0)));
    }
    if !pulls.is_empty() && draw.chance(40) {
        // The losing supplier acts in the very second in which a policy starts, or just not.
        let (switch, start) = (draw.pick(&switches), pulls[draw.between(0, pulls.len() as i64 - 1) as usize].start);
        let lead = draw.pick(&[0, HOUR, DAY, 5 * DAY]);
        let notice = switch.ssd.0 - start.0 + lead + draw.pick(&[-1, 0, 0, 1]);
        laws.notice = Law::Fixed(Seconds(notice.max(0)));
        laws.lead = Law::Fixed(Seconds(lead));
    }
    laws
}
