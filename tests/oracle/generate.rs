//! Small random markets that stress the rules. Times are drawn so that they often fall on the very second of something
//! else: an order within a second that is got wrong only shows there.

use meterchurn::engine::time::{Day, Instant, Seconds};
use meterchurn::model::civil::{Civil, date_of, day_of};
use meterchurn::model::ledger::Window;
use meterchurn::model::plan::{
    BILLING_DATA_LOG_UPDATED, BlackHole, Book, Calendar, Cancelling, Chase, Class, CosRequest, Detector, DeviceAlert,
    DeviceKind, Every, Filter, Fuel, GatewayOutage, MeterId, MeterPlan, Neutral, Passes, Payment, Practice, Raised,
    Reading, Recurrence, Schedule, ScheduleRemoval, Sending, SupplierId, SwitchPlan, Term, Throttle, TransferCause,
};

use super::{South, Supplier};

/// Days before the window in which a meter may have switched already.
const LONGEST_WARM_UP: i32 = 60;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A splitmix64 generator: the same seed gives the same market on every machine.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `low ..= high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    /// True so many times in a hundred.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.between(0, from.len() as i64 - 1) as usize]
    }

    /// Of very different lengths, from seconds to weeks.
    pub(super) fn length(&mut self) -> i64 {
        match self.between(0, 5) {
            0 => self.between(1, 3),
            1 => self.between(1, 2 * HOUR),
            2 => DAY,
            3 => self.between(1, 2 * DAY),
            4 => self.between(1, 10) * DAY,
            _ => self.between(1, 40 * DAY),
        }
    }
}

/// The seconds that matter to a meter, on which other times are made to fall.
struct Seams<'a> {
    civil: &'a Civil,
    /// Single seconds: SSDs, edges of outages, and whatever has been drawn so far.
    seconds: Vec<i64>,
    /// Offsets of pushes from local midnight.
    offsets: Vec<i64>,
    /// Seconds of the UTC day at which schedules run.
    runs: Vec<i64>,
    /// Offsets of openings from local midnight.
    openings: Vec<i64>,
}

impl Seams<'_> {
    /// The time itself, or a second close by at which something else happens.
    fn near(&mut self, draw: &mut Draw, t: i64) -> i64 {
        let midnight = |t: i64| self.civil.midnight(self.civil.date(Instant(t))).0;
        let nearby: Vec<i64> = self.seconds.iter().copied().filter(|s| (s - t).abs() <= 6 * DAY).collect();
        let seam = match draw.between(0, 9) {
            0 if !self.offsets.is_empty() => midnight(t) + draw.pick(&self.offsets),
            1 if !self.runs.is_empty() => t.div_euclid(DAY) * DAY + draw.pick(&self.runs),
            2 if !self.openings.is_empty() => midnight(t) + draw.pick(&self.openings),
            3 => midnight(t),
            4 | 5 if !nearby.is_empty() => draw.pick(&nearby),
            6 if !nearby.is_empty() => draw.pick(&nearby) + draw.pick(&[-1, 1, -DAY, DAY]),
            _ => t,
        };
        self.seconds.push(seam);
        seam
    }
}

/// A random small market. Its plans are valid in the sense of `docs/semantics.md`.
pub fn market(seed: u64) -> (Vec<MeterPlan>, Vec<Supplier>, Window, Civil) {
    let draw = &mut Draw(seed ^ 0x6D65_7465_7263_6875);
    let base = draw.pick(&[
        (2018, 9, 1),
        (2018, 10, 10),
        (2018, 10, 27),
        (2018, 11, 20),
        (2019, 1, 20),
        (2019, 3, 1),
        (2019, 3, 25),
    ]);
    let first = day_of(jiff_date(base)).plus(draw.between(0, 20) as i32);
    let length = if draw.chance(60) { draw.between(30, 100) } else { draw.between(30, 200) };
    let civil = Civil::new(first.plus(-LONGEST_WARM_UP), first.plus(length as i32));
    let mut start = civil.midnight(first).0;
    let mut horizon = civil.midnight(first.plus(length as i32)).0;
    if draw.chance(15) {
        start += draw.between(-1, DAY);
        horizon += draw.between(-1, DAY);
    }
    let window = Window::new(Instant(start), Instant(horizon), &civil);

    // Draws of their own, which shift no others.
    let hours = &mut Draw(seed ^ 0x686F_7572_7320_6F66);
    let suppliers: Vec<Supplier> = (0..draw.between(2, 4))
        .map(|_| Supplier {
            capacity: draw.pick(&[None, Some(1), Some(1), Some(2), Some(3)]),
            anomaly: draw.chance(30).then(|| (draw.pick(&[0, 1, 1, 2]), Seconds(draw.length()))),
            prepay_first: draw.chance(30),
            hours: Seconds(hours.pick(&[0, 0, 0, 7, 1_800, 1_800])),
            opening: Seconds(draw.pick(&[0, 1, 8 * HOUR + 1_800, 9 * HOUR, 9 * HOUR, 23 * HOUR + 1_800])),
        })
        .collect();

    let meters = draw.between(1, 5) as usize;
    let mut ids: Vec<u64> = (0..meters as u64).map(|n| 10 * n + draw.next() % 10).collect();
    if draw.chance(30) {
        ids.reverse(); // The order of a market is by number, not by place.
    }
    let plans = ids.into_iter().map(|id| meter(draw, MeterId(id), &suppliers, window, &civil)).collect();
    (plans, suppliers, window, civil)
}

/// A way south that is full in some markets, now and then, mostly when their commands come.
pub fn south(seed: u64, meters: &[MeterPlan], window: &Window) -> Option<South> {
    const MOST_MINUTES: usize = 10 * 1_440;
    let draw = &mut Draw(seed ^ 0x736F_7574_6800_0000);
    if !draw.chance(40) {
        return None;
    }
    let arrivals = |meter: &MeterPlan| -> Vec<i64> {
        let cos = meter.switches.iter().flat_map(|switch| switch.cos.iter().map(|cos| (switch.ssd, *cos)));
        cos.filter_map(|(ssd, cos)| match cos.sending {
            Sending::At(at) => Some((at.max(ssd) + cos.latency).0.div_euclid(MINUTE)),
            Sending::Queued(_) | Sending::Never => None,
        })
        .collect()
    };
    let mut minutes: Vec<i64> = meters.iter().flat_map(arrivals).collect();
    minutes.sort();
    let first = minutes.first()? - draw.between(0, 3);
    let capacity = (draw.between(1, 30) as u64, draw.pick(&[60, 60, 7, 1]));
    let a_minute = (capacity.0 * 60).div_ceil(capacity.1 as u64);
    let quiet = |draw: &mut Draw| if draw.chance(90) { 0 } else { draw.next() % (2 * a_minute) };
    let mut background: Vec<u64> = (0..MOST_MINUTES).map(|_| quiet(draw)).collect();
    for minute in minutes {
        let at = usize::try_from(minute - first - draw.between(0, 2)).unwrap_or(0);
        if let (Some(background), true) = (background.get_mut(at), draw.chance(50)) {
            *background += draw.next() % (capacity.0 * draw.pick(&[2, 60, 60, 1_500]));
        }
    }
    // Nothing asks for the way before the window.
    let before = usize::try_from(window.start.0.div_euclid(MINUTE) + 1 - first).unwrap_or(0);
    background.iter_mut().take(before).for_each(|messages| *messages = 0);
    // The first minute is that of a UTC midnight.
    let missing = usize::try_from(first.rem_euclid(1_440)).unwrap_or(0);
    background.splice(0..0, std::iter::repeat_n(0, missing));
    Some(South { first: first - missing as i64, background, capacity, estate: meters.len().is_multiple_of(2) })
}

fn jiff_date((year, month, day): (i16, i8, i8)) -> jiff::civil::Date {
    jiff::civil::date(year, month, day)
}

fn meter(draw: &mut Draw, id: MeterId, suppliers: &[Supplier], window: Window, civil: &Civil) -> MeterPlan {
    let count = suppliers.len() as i64;
    let (start, horizon) = (window.start.0, window.horizon.0);
    let fuel = if draw.chance(55) { Fuel::Electricity } else { Fuel::Gas };
    let devices = if fuel == Fuel::Gas { 2 } else { 1 };
    let gas_day = draw.pick(&[5 * HOUR, 5 * HOUR, 0]);
    let holder = SupplierId(draw.between(0, count - 1) as u16);
    // Also in the middle and at the end of its hours.
    let at = |supplier: &Supplier| [0, 1, 2].map(|half| supplier.opening.0 + supplier.hours.0 * half / 2);
    let openings = suppliers.iter().flat_map(at).collect();
    let mut seams = Seams { civil, seconds: Vec::new(), offsets: Vec::new(), runs: Vec::new(), openings };
    let mut practice = practice(draw, holder, window, &mut seams);
    // Left over from a switch before the window.
    if let (Some(schedule), true) = (practice.schedules.first_mut(), draw.chance(15)) {
        schedule.owner = SupplierId(draw.between(0, count - 1) as u16);
    }

    // Supply starts, as they follow one another.
    let mut dates: Vec<Day> = Vec::new();
    let mut day = window.first.plus(draw.between(1, (window.days as i64 * 2 / 3).max(2)) as i32);
    if draw.chance(25) {
        // In the warm-up, some of it well before the window and some just before.
        let before =
            if draw.chance(50) { draw.between(0, 4) } else { draw.between(5, i64::from(LONGEST_WARM_UP) - 10) };
        day = window.first.plus(-before as i32);
    }
    for _ in 0..draw.pick(&[1, 1, 2, 2, 2, 3, 3, 4]) {
        dates.push(day);
        let gap = if draw.chance(65) { draw.between(1, 5) } else { draw.between(6, 50) };
        day = day.plus(gap as i32);
    }
    let ssd_of = |date: Day| civil.midnight(date).0 + if fuel == Fuel::Gas { gas_day } else { 0 };
    let ssds: Vec<i64> = dates.iter().map(|date| ssd_of(*date)).collect();
    seams.seconds.extend(&ssds);

    let off_wan = outages(draw, window, &ssds, &mut seams);
    let queues = draw.chance(35);
    let mut registered = holder;
    let mut before = None;
    let mut switches = Vec::new();
    for (n, &date) in dates.iter().enumerate() {
        let (ssd, next) = (ssds[n], ssds.get(n + 1).copied());
        let mut to = SupplierId(draw.between(0, count - 1) as u16);
        if let Some(back) = before
            && draw.chance(50)
        {
            to = back;
        }
        if to == registered {
            to = SupplierId((to.0 + 1) % count as u16);
        }
        let withdrawn = draw.chance(15).then(|| {
            let at = ssd - draw.pick(&[1, HOUR, DAY, 3 * DAY, 10 * DAY]);
            Instant(seams.near(draw, at).min(ssd - 1))
        });
        let mut this = switch(draw, to, date, ssd, next, withdrawn, queues, window, &mut seams);
        this.book = draw.chance(30).then(|| Book {
            cause: draw.pick(&[TransferCause::Failure, TransferCause::Failure, TransferCause::Sale]),
            from: registered,
        });
        if before == Some(to) && draw.chance(40) {
            // A return that the DCC learns of late: who is back holds the certificate, and the DCC's copy is against
            // it.
            let late = ssd + draw.between(DAY, 4 * DAY);
            this.known = Instant(seams.near(draw, late).max(ssd));
            this.cos.iter_mut().for_each(|cos| cos.retry = cos.retry.max(Seconds(HOUR)));
        }
        switches.push(this);
        if withdrawn.is_none() {
            before = Some(registered);
            registered = to;
        }
    }

    let filters = (0..draw.pick(&[0, 0, 1, 1, 2])).map(|_| filter(draw, window, &ssds, &mut seams)).collect();
    let mut black_holes = Vec::new();
    for supplier in 0..count as u16 {
        if draw.chance(20) {
            let from = middle_or_start(draw, window, &mut seams);
            let lag = draw.pick(&[0, 1, HOUR, 10 * MINUTE, DAY, 3 * DAY, 30 * DAY]);
            black_holes.push((SupplierId(supplier), BlackHole { from, portfolio_lag: Seconds(lag) }));
        }
    }
    let mut muted = Vec::new();
    for supplier in 0..count as u16 {
        if draw.chance(20) {
            muted.push((SupplierId(supplier), middle_or_start(draw, window, &mut seams)));
        }
    }
    let alerts = (0..draw.pick(&[0, 0, 0, 1, 2, 3])).map(|_| device_alert(draw, window, &mut seams)).collect();
    let gateway_outages = gateway_outages(draw, count, window, &ssds, &mut seams);
    let neutral = draw.chance(20).then(|| Neutral {
        from: middle_or_start(draw, window, &mut seams),
        after: Seconds(draw.pick(&[0, 1, HOUR, DAY, 3 * DAY, 14 * DAY])),
    });
    let forwards = draw.chance(40).then(|| (middle_or_start(draw, window, &mut seams), vec![0x8F3F]));
    let removal_at_ssd_from = draw.chance(15).then(|| middle_or_start(draw, window, &mut seams));
    let watch = if draw.chance(70) {
        start
    } else {
        let at = start + draw.between(0, (horizon - start) * 2 / 3);
        seams.near(draw, at).max(start)
    };
    let kind = if draw.chance(70) { DeviceKind::Smets2 } else { DeviceKind::Smets1 };
    MeterPlan {
        copies: draw.pick(&[1, 1, 1, 2, 3]),
        kind,
        payment: if draw.chance(40) { Payment::Prepay } else { Payment::Credit },
        s1sp_checks: kind == DeviceKind::Smets1 && draw.chance(70),
        devices,
        pusher: draw.between(0, i64::from(devices) - 1) as u8,
        region: draw.pick(&meterchurn::model::plan::Region::ALL),
        practice,
        off_wan,
        // A closing read falls after an SSD: in the window it is always watched.
        watch: switches.iter().find(|s| s.ssd.0 >= start).map_or(Instant(watch), |first| Instant(watch).min(first.ssd)),
        switches,
        filters,
        black_holes,
        muted,
        alerts,
        gateway_outages,
        neutral,
        forwards,
        removal_at_ssd_from,
        removal: draw.pick(&[
            ScheduleRemoval::CosSuccess,
            ScheduleRemoval::CosSuccess,
            ScheduleRemoval::Ssd,
            ScheduleRemoval::Never,
        ]),
        ..MeterPlan::new(id, fuel, holder)
    }
}

/// Raised once on a seam, or daily.
fn device_alert(draw: &mut Draw, window: Window, seams: &mut Seams) -> DeviceAlert {
    let raised = if draw.chance(40) {
        let at = draw.between(window.start.0 - DAY, window.horizon.0);
        Raised::Once(Instant(seams.near(draw, at)))
    } else {
        let second = draw.between(0, DAY - 1);
        seams.runs.push(second);
        Raised::Daily(second as u32)
    };
    let critical = draw.chance(50);
    let withheld_from = draw.chance(20).then(|| middle_or_start(draw, window, seams));
    DeviceAlert { code: draw.pick(&[0x8F3F, 0x8F01, 0x81A0]), critical, raised, withheld_from }
}

/// Gateways that are away: those of one supplier ascending and apart, some so close that a retry meets the next one.
fn gateway_outages(
    draw: &mut Draw,
    suppliers: i64,
    window: Window,
    ssds: &[i64],
    seams: &mut Seams,
) -> Vec<GatewayOutage> {
    let mut all = Vec::new();
    for supplier in 0..suppliers as u16 {
        if !draw.chance(35) {
            continue;
        }
        // At the horizon an alert may still be waiting.
        let first = match draw.between(0, 1) {
            0 => window.horizon.0 - draw.between(0, 2 * DAY),
            _ if ssds.is_empty() => window.start.0,
            _ => draw.pick(ssds) + draw.between(-2 * DAY, 10 * DAY),
        };
        let mut at = seams.near(draw, first);
        for _ in 0..draw.pick(&[1, 1, 2, 3]) {
            let from = at;
            let length = draw.pick(&[1, 299, 300, 301, HOUR, DAY, 2 * DAY, 2 * DAY + 1, 3 * DAY, 3 * DAY, 3 * DAY]);
            let end = seams.near(draw, from + length);
            let until = end.max(from + 1);
            all.push(GatewayOutage { supplier: SupplierId(supplier), from: Instant(from), until: Instant(until) });
            at = until + draw.pick(&[1, 100, 299, 300, DAY]);
        }
    }
    all
}

/// A supplier's way of reading.
fn practice(draw: &mut Draw, owner: SupplierId, window: Window, seams: &mut Seams) -> Practice {
    let calendar = draw.chance(80).then(|| {
        let offset = match draw.between(0, 9) {
            0 => 0,
            1 => draw.pick(&[22 * HOUR, 23 * HOUR - 1, 23 * HOUR + 1_800, DAY - 1]),
            2 => draw.between(4, 6) * HOUR,
            _ => draw.between(0, 2 * HOUR),
        };
        seams.offsets.push(offset);
        Calendar { due: recurrence(draw, window), offset: Seconds(offset) }
    });
    let schedules = (0..draw.pick(&[0, 1, 1, 2, 3]))
        .map(|_| {
            let second = match draw.between(0, 6) {
                0 => 0,
                1 => DAY - 1,
                2 => 23 * HOUR + draw.pick(&[0, 29 * MINUTE, 30 * MINUTE, 31 * MINUTE]),
                3 => seams.offsets.last().map_or(4 * HOUR, |offset| (offset + draw.pick(&[0, -HOUR])).rem_euclid(DAY)),
                4 => draw.pick(&[4, 5]) * HOUR + draw.pick(&[-1, 0, 1]),
                _ => draw.between(0, DAY - 1),
            };
            seams.runs.push(second);
            let (reads, due, term) = (draw.pick(&Reading::ALL), recurrence(draw, window), term(draw, window, seams));
            Schedule { owner, reads, due, second: second as u32, term }
        })
        .collect();
    Practice { calendar, schedules }
}

/// Mostly without end; else bounds near something that happens, or a term without a day.
fn term(draw: &mut Draw, window: Window, seams: &mut Seams) -> Term {
    let date = |draw: &mut Draw, seams: &mut Seams| {
        let at = draw.between(window.start.0 - DAY, window.horizon.0);
        Instant(seams.near(draw, at)).utc_day()
    };
    let first = draw.chance(10).then(|| date(draw, seams));
    let last = draw.chance(15).then(|| date(draw, seams));
    Term { first, last }
}

/// Mostly daily; anchors before, at and after the window's start, with a day of month of at most 28.
fn recurrence(draw: &mut Draw, window: Window) -> Recurrence {
    let every = match draw.between(0, 9) {
        0..=5 => Every::Days(1),
        6 => Every::Days(7),
        7 => Every::Days(draw.between(2, 30) as u16),
        8 => Every::Months(1),
        _ => Every::Months(draw.pick(&[3, 12])),
    };
    let day = window.first.plus(draw.between(-60, 30) as i32);
    let past_28 = (i32::from(date_of(day).day()) - 28).max(0);
    Recurrence { anchor: day.plus(-past_28), every }
}

/// Stretches off the WAN: ascending, apart from one another, some of them around a supply start.
fn outages(draw: &mut Draw, window: Window, ssds: &[i64], seams: &mut Seams) -> Vec<(Instant, Instant)> {
    let mut drawn: Vec<(i64, i64)> = (0..draw.pick(&[0, 0, 1, 1, 2, 3]))
        .map(|_| {
            let around = match ssds {
                [] => window.start.0,
                _ => draw.pick(ssds) + draw.between(-2 * DAY, 4 * DAY),
            };
            let from = if draw.chance(70) { around } else { draw.between(window.start.0 - DAY, window.horizon.0) };
            let from = seams.near(draw, from);
            let until = from + draw.length();
            (from, seams.near(draw, until).max(from + 1))
        })
        .collect();
    drawn.sort_unstable();
    let mut outages: Vec<(Instant, Instant)> = Vec::new();
    for (from, to) in drawn {
        if outages.last().is_none_or(|(_, before)| before.0 < from) {
            seams.seconds.extend([from, to]);
            outages.push((Instant(from), Instant(to)));
        }
    }
    outages
}

fn middle_or_start(draw: &mut Draw, window: Window, seams: &mut Seams) -> Instant {
    if draw.chance(40) {
        return window.start;
    }
    let middle = draw.between(window.start.0, window.horizon.0);
    Instant(seams.near(draw, middle))
}

fn filter(draw: &mut Draw, window: Window, ssds: &[i64], seams: &mut Seams) -> Filter {
    let from = match draw.between(0, 2) {
        0 if !ssds.is_empty() => {
            let after = draw.pick(ssds) + draw.between(0, 5 * DAY);
            Instant(seams.near(draw, after))
        }
        _ => middle_or_start(draw, window, seams),
    };
    let passes = match draw.between(0, 4) {
        0 => Passes::Critical,
        4 => Passes::Nothing,
        1 => Passes::Codes(vec![0x8F01, BILLING_DATA_LOG_UPDATED]),
        2 => Passes::Codes(vec![0x8F01]),
        _ => Passes::Codes(Vec::new()),
    };
    Filter { from, passes, dcc_alerts: draw.chance(40) }
}

#[allow(clippy::too_many_arguments)]
fn switch(
    draw: &mut Draw,
    to: SupplierId,
    date: Day,
    ssd: i64,
    next: Option<i64>,
    withdrawn: Option<Instant>,
    queues: bool,
    window: Window,
    seams: &mut Seams,
) -> SwitchPlan {
    let practice = practice(draw, to, window, seams);
    let known = match draw.between(0, 9) {
        0 => ssd,
        1 => ssd + draw.pick(&[-1, 1, HOUR]),
        2 | 3 => {
            let late = ssd + draw.between(1, 4 * DAY);
            seams.near(draw, late)
        }
        4 => {
            let early = ssd - draw.between(1, 3 * DAY);
            seams.near(draw, early)
        }
        _ => ssd - draw.between(5, 28) * DAY,
    };
    let first = request(draw, ssd, known, next, queues, window, seams);
    let second = if draw.chance(50) { first } else { request(draw, ssd, known, next, queues, window, seams) };
    let cos = if draw.chance(50) { [first, second] } else { [second, first] };
    let mut cancel = |draw: &mut Draw| {
        draw.chance(35).then(|| {
            let at = ssd + draw.pick(&[-10 * DAY, -3 * DAY, -DAY, -DAY, -HOUR, -2, -1, 0, 1, HOUR, 2 * DAY]);
            Instant(seams.near(draw, at))
        })
    };
    let (deletes_schedules, thins_calendar) = (cancel(draw), cancel(draw));
    let late_passes_from = if draw.chance(40) { cancel(draw) } else { None };
    let cancelling = Cancelling { deletes_schedules, thins_calendar, late_passes_from };
    let class = draw.pick(&[Class::Mature, Class::Mature, Class::Immature, Class::NonUser]);
    let user_from = draw.chance(if class == Class::NonUser { 50 } else { 15 }).then(|| {
        let at = ssd + draw.between(-5 * DAY, 20 * DAY);
        Instant(seams.near(draw, at))
    });
    let chases = (0..draw.pick(&[0, 0, 1, 1, 2]))
        .map(|_| {
            let length = |draw: &mut Draw| Seconds(draw.pick(&[0, 1, HOUR, DAY, 5 * DAY, 28 * DAY]));
            Chase {
                detector: draw.pick(&[
                    Detector::LosingSupplier,
                    Detector::LosingSupplier,
                    Detector::Monitoring,
                    Detector::Monitoring,
                    Detector::Passing,
                    Detector::Sweep(Seconds(DAY)),
                    Detector::Sweep(Seconds(10 * DAY)),
                ]),
                detection: length(draw),
                response: draw.chance(85).then(|| length(draw)),
                from: middle_or_start(draw, window, seams),
            }
        })
        .collect();
    SwitchPlan {
        known: Instant(known),
        withdrawn,
        erroneous: draw.chance(15),
        injected: draw.chance(8),
        class,
        user_from,
        prepay_first: draw.chance(20),
        cos,
        cancelling,
        configures: draw.chance(75).then(|| Seconds(draw.pick(&[0, 1, 5 * MINUTE, HOUR, DAY, 3 * DAY]))),
        practice,
        chases,
        ..SwitchPlan::new(to, date, Instant(ssd))
    }
}

/// A device's 6.23: future-dated, at SSD, late, close to the next switch, queued or never.
fn request(
    draw: &mut Draw,
    ssd: i64,
    known: i64,
    next: Option<i64>,
    queues: bool,
    window: Window,
    seams: &mut Seams,
) -> CosRequest {
    let mut latency = if draw.chance(40) { 1 } else { draw.between(1, 2 * HOUR) };
    let around_next = next.map(|next| next - draw.between(1, latency + 1));
    let at = match draw.between(0, 9) {
        0 => ssd,
        1 => known,
        2 | 3 => ssd - draw.between(1, 12 * DAY),
        4 if next.is_some() => around_next.unwrap_or(ssd),
        5 | 6 => ssd + draw.between(1, 2 * DAY),
        _ => ssd + draw.length(),
    };
    let at = if draw.chance(50) { seams.near(draw, at) } else { at };
    // Often the execution, rather than the sending, falls on a seam.
    let arrives = seams.near(draw, at + latency);
    if draw.chance(50) && (1..=2 * HOUR).contains(&(arrives - at)) {
        latency = arrives - at;
    }
    let at = if draw.chance(20) { arrives - latency } else { at };
    let at = Instant(at.max(window.start.0 - 40 * DAY));
    let sending = match draw.between(0, 9) {
        0 => Sending::Never,
        1..=6 if queues => Sending::Queued(at),
        _ => Sending::At(at),
    };
    // A retry of a second only where no refusal is in sight: days of refusals would be hundreds of thousands of turns.
    let retries = [DAY, DAY, DAY, HOUR, HOUR, if known <= ssd.min(at.0) { 1 } else { DAY - 1 }];
    CosRequest {
        throttle: draw
            .chance(10)
            .then(|| Throttle { delay: Seconds(draw.length()), above: draw.pick(&[0, 900, 1_000, 1_500]) }),
        sending,
        latency: Seconds(latency),
        fails: draw.pick(&[0, 0, 0, 0, 1, 1, 2, 3]),
        retry: Seconds(draw.pick(&retries)),
    }
}
