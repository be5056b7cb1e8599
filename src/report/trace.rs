//! The trace of one meter: what happens to it, event by event.

use std::fmt::{self, Write};

use crate::engine::table::By;
use crate::engine::time::{Instant, Seconds};
use crate::model::backlog::Followed;
use crate::model::civil::{Civil, london};
use crate::model::emission::Stretch;
use crate::model::labels::{Device, Outcome, Path, ReadKind, Reference, Standing};
use crate::model::ledger::Window;
use crate::model::plan::{Detector, MeterPlan, Payment, Schedule, SupplierId};
use crate::model::witness::{Fate, Note, Stop, Why};
use crate::scenario::Scenario;
use crate::text::visible;

/// One line of the trace: an event, or a run of daily events.
struct Line {
    at: Instant,
    text: String,
    // The last alert of a run of equal alerts, and their number.
    last: Instant,
    count: u64,
    // Whether the run repeats by local day rather than by UTC day.
    by_local_day: bool,
}

impl Line {
    fn once(at: Instant, text: String) -> Self {
        Self { at, text, last: at, count: 1, by_local_day: false }
    }
}

/// Describes what was noted of a meter, in order of time. Daily alerts take one line, which gives their last day.
pub fn story(scenario: &Scenario, plan: &MeterPlan, followed: &Followed) -> String {
    let mut lines: Vec<Line> = Vec::new();
    for (at, note) in &followed.notes {
        describe(scenario, plan, *at, note, &mut lines);
    }
    // The sort is stable: events of the same second keep their order.
    lines.sort_by_key(|line| line.at);
    let mut out = String::new();
    let prepay = if plan.payment == Payment::Prepay { ", prepay" } else { "" };
    let what = format!("{}{prepay}", plan.fuel.name());
    let _ = writeln!(out, "Meter {} ({what}), initially a customer of {}", plan.id.0, name(scenario, plan.holder));
    if plan.copies > 1 {
        let which = if plan.is_coupled() { "The first in the queue" } else { "One" };
        let _ = writeln!(out, "{which} of {} identical meters", plan.copies);
    }
    let _ = writeln!(
        out,
        "Times are London time (GMT is UTC, BST is one hour ahead); days count from the last supply start\n"
    );
    let mut ssds: Vec<Instant> = plan.switches.iter().filter(|s| s.withdrawn.is_none()).map(|s| s.ssd).collect();
    ssds.sort();
    for line in &lines {
        let day = ssds
            .iter()
            .rev()
            .find(|ssd| **ssd <= line.at)
            .map_or("       ".to_owned(), |ssd| format!("day {:<3}", (line.at - *ssd).0 / 86_400));
        let run = match line.count {
            1 => String::new(),
            n => format!(", daily until {} ({n} in all)", date(line.last)),
        };
        let _ = writeln!(out, "{}  {day}  {}{run}", local(line.at), line.text);
    }
    let sums = Sums::of(&followed.notes, &followed.ledger.window);
    let _ = writeln!(out, "\n{sums}");
    if plan.checks_top_ups() {
        let risk = Seconds(sums.exposure_of[Device::Meter] as i64);
        let _ = writeln!(
            out,
            "At supply risk for {risk}: the meter is inferred to refuse its supplier's top-ups while exposed"
        );
    }
    out
}

/// The totals of a trace. The ledger counts the same numbers independently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Leaked reads delivered, by path.
    pub leaked: By<Path, u64>,
    /// Closing reads delivered, by path.
    pub closing: By<Path, u64>,
    /// E4s delivered, by whether the recipient was the registered supplier.
    pub e4: By<Standing, u64>,
    /// Notices of removed schedules delivered.
    pub notices: u64,
    /// Scheduled runs that passed the check but failed on the device.
    pub failed_runs: u64,
    /// Device-seconds of exposure in the window.
    pub exposure: u64,
    /// The same by device.
    pub exposure_of: By<Device, u64>,
}

impl Sums {
    /// Adds up what was noted.
    pub fn of(notes: &[(Instant, Note)], window: &Window) -> Self {
        let mut sums = Self::default();
        let mut opened = [None; 2];
        let exposed = |from: Instant, until: Instant| (until - from.max(window.start)).0.max(0) as u64;
        for (at, note) in notes {
            match note {
                Note::Pushed(kind, _, part, Fate::Delivered { .. }) => sums.read(*kind, Path::Push, part),
                Note::Pulled(kind, _, part, _) => sums.read(*kind, Path::Pull, part),
                Note::Refused(_, standing, part, Fate::Delivered { .. }) => {
                    sums.e4[*standing] += u64::from(part.count);
                }
                Note::Notice(_, part, Fate::Delivered { .. }) => sums.notices += u64::from(part.count),
                Note::RunFailed(_, part, _) => sums.failed_runs += u64::from(part.count),
                Note::CaseOpened(device) => opened[*device] = Some(*at),
                Note::CaseClosed(device, _) => {
                    sums.exposure_of[Device::at(*device)] +=
                        opened[*device].take().map_or(0, |from| exposed(from, *at));
                }
                _ => {}
            }
        }
        for ((_, exposure), from) in sums.exposure_of.each_mut().zip(opened) {
            *exposure += from.map_or(0, |from| exposed(from, window.horizon));
        }
        sums.exposure = sums.exposure_of.values().sum();
        sums
    }

    fn read(&mut self, kind: ReadKind, path: Path, part: &Stretch) {
        match kind {
            ReadKind::Leaked => self.leaked[path] += u64::from(part.count),
            ReadKind::Closing => self.closing[path] += u64::from(part.count),
            ReadKind::Rightful | ReadKind::Repeated | ReadKind::Orphaned => {}
        }
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pushed, pulled) = (self.leaked[Path::Push], self.leaked[Path::Pull]);
        let unwanted = pushed + self.e4[Standing::Unregistered];
        write!(
            f,
            "Delivered in total: {} leaked reads ({pushed} pushed, {pulled} pulled), {} E4s, {} notices, {} closing \
             reads\n\
             {unwanted} unwanted alerts, {} failed scheduled runs, exposure {}",
            pushed + pulled,
            self.e4.values().sum::<u64>(),
            self.notices,
            self.closing.values().sum::<u64>(),
            self.failed_runs,
            Seconds(self.exposure as i64)
        )
    }
}

fn date(at: Instant) -> String {
    local(at).chars().take(10).collect()
}

fn local(at: Instant) -> String {
    jiff::Timestamp::from_second(at.0)
        .map(|t| {
            let clock = london().to_offset_info(t);
            format!("{} {}", clock.offset().to_datetime(t).strftime("%Y-%m-%d %H:%M:%S"), clock.abbreviation())
        })
        .unwrap_or_else(|_| at.0.to_string())
}

fn name(scenario: &Scenario, supplier: SupplierId) -> String {
    scenario.suppliers.get(supplier.0 as usize).map_or_else(|| format!("supplier {}", supplier.0), |s| visible(&s.id))
}

fn device(plan: &MeterPlan, device: usize) -> &'static str {
    match (plan.devices, device) {
        (1, _) | (_, 0) => "the meter",
        _ => "the gas proxy",
    }
}

fn describe(scenario: &Scenario, plan: &MeterPlan, at: Instant, note: &Note, lines: &mut Vec<Line>) {
    let who = |supplier: SupplierId| name(scenario, supplier);
    let filter_of_devices = if plan.s1sp_checks { "the SMETS1 service provider" } else { DCC_FILTER };
    let addressee = |supplier: Option<SupplierId>| supplier.map_or("no supplier".to_owned(), &who);
    // The device is named only where a meter point has more than one.
    let target = |d: usize| if plan.devices > 1 { format!(" for {}", device(plan, d)) } else { String::new() };
    let line = match note {
        Note::Registered(s) => format!("SSD: {} is the registered supplier", who(*s)),
        Note::Withdrawn(s) => format!("the switch to {} is withdrawn", who(*s)),
        Note::CopyShows(s) => format!("DCC's copy of registration shows {}", who(*s)),
        Note::Wan(on) => if *on { "back on the WAN" } else { "off the WAN" }.to_owned(),
        Note::CaseOpened(d) => {
            format!("exposure of {} begins: it trusts a supplier other than the registered one", device(plan, *d))
        }
        Note::CaseClosed(d, ending) => format!("exposure of {} ends: {}", device(plan, *d), ending.name()),
        Note::Request(Reference::Neutral, _, s, d) => {
            let target = d.map_or(String::new(), target);
            format!("the CoS Party sends a neutral certificate{target} to replace {}'s", who(*s))
        }
        Note::Request(Reference::R6_24_1, outcome, ..) => {
            let answer = if *outcome == Outcome::Accepted { "it answers" } else { "no answer: it is off the WAN" };
            format!("a sweep reads the meter's certificates (6.24.1): {answer}")
        }
        Note::InVain(reference, why, s, d) => {
            let what = match reference {
                Reference::Neutral => format!("the neutral certificate replacing {}'s{}", who(*s), target(*d)),
                _ => format!("{} of {}{}", reference.name(), who(*s), target(*d)),
            };
            format!("{what} does not execute: {}", reason(*why))
        }
        Note::Request(reference, outcome, s, d) => {
            let target = d.map_or(String::new(), target);
            format!("{} from {}{target}: {}", reference.name(), who(*s), words(*outcome))
        }
        Note::FutureDated(s, d) => format!("the 6.23 of {} for {} waits for SSD", who(*s), device(plan, *d)),
        Note::CertificateChanged(s, d) => format!("6.23 executed: {} trusts {}", device(plan, *d), who(*s)),
        Note::CertificateTaken(s, d) => {
            format!("a neutral certificate replaces {}'s: no supplier controls {}", who(*s), device(plan, *d))
        }
        Note::Quarantined(d, until) => {
            format!("6.23{} exceeds the anomaly threshold: quarantined until {}", target(*d), local(*until))
        }
        Note::HeldBack(reference, d, until) => {
            let until = local(*until);
            format!("{}{} waits until {until}: held back, or queued for the way south", reference.name(), target(*d))
        }
        Note::WaitsForWan(reference, d) => format!("{}{} waits for the WAN", reference.name(), target(*d)),
        Note::CalendarSet(set) => {
            if *set { "billing calendar set (6.8)" } else { "billing calendar parked (6.8)" }.to_owned()
        }
        Note::ScheduleCreated(s) => format!("{} created (5.1)", schedule(scenario, s)),
        Note::ScheduleRemoved(s, notice) => {
            let how = if *notice { "with a notice to its owner" } else { "by its owner (5.3)" };
            format!("{} removed, {how}", schedule(scenario, s))
        }
        Note::FirstUnwanted => "the first unwanted alert has been delivered".to_owned(),
        Note::Asked(Detector::LosingSupplier) => "first request: the losing supplier asks for the 6.23".to_owned(),
        Note::Asked(Detector::Passing) => {
            "first request: the DCC saw a read go to the losing supplier and asks for the 6.23".to_owned()
        }
        Note::Asked(Detector::Sweep(_)) => {
            "first request: a sweep found the losing supplier's certificate and asks for the 6.23".to_owned()
        }
        Note::Asked(Detector::Monitoring) => "first request: the gaining supplier is asked for its 6.23".to_owned(),
        Note::StillQueued(s, d) => {
            format!("at the horizon the 6.23 of {} for {} is still in its backlog", who(*s), device(plan, *d))
        }
        Note::JoinedBacklog(s, d) => format!("the 6.23 of {} for {} joins its backlog", who(*s), device(plan, *d)),
        Note::Pushed(kind, s, part, fate) => {
            let text = format!(
                "0x8F0A pushed to {}: {}{}",
                addressee(*s),
                read(*kind),
                words_of_fate(*fate, part, filter_of_devices)
            );
            return stretches(&scenario.civil, lines, at, part, (text, true));
        }
        Note::DeviceAlert(code, s, part, fate) => {
            let text = format!(
                "device alert 0x{code:04X} to {}{}",
                addressee(*s),
                words_of_fate(*fate, part, filter_of_devices)
            );
            return stretches(&scenario.civil, lines, at, part, (text, false));
        }
        Note::Pulled(kind, s, part, discarded) => {
            let fate = if *discarded { ", discarded on receipt" } else { "" };
            let text = format!("{} runs: {}{fate}", schedule(scenario, s), read(*kind));
            return stretches(&scenario.civil, lines, at, part, (text, false));
        }
        Note::RunFailed(s, part, off_wan) => {
            let why = if *off_wan { "the meter is off the WAN" } else { "the meter trusts another supplier" };
            let text = format!("{} fails: {why}", schedule(scenario, s));
            return stretches(&scenario.civil, lines, at, part, (text, false));
        }
        Note::Refused(s, _, part, fate) => {
            let text = format!("{} refused: E4{}", schedule(scenario, s), words_of_fate(*fate, part, DCC_FILTER));
            return stretches(&scenario.civil, lines, at, part, (text, false));
        }
        Note::Notice(s, part, fate) => {
            format!("notice to {} of its removed schedule{}", who(s.owner), words_of_fate(*fate, part, DCC_FILTER))
        }
    };
    lines.push(Line::once(at, line));
}

/// Adds a stretch of equal alerts. It continues an earlier line if nothing that the trace shows lies between them, and
/// is otherwise a new line.
fn stretches(
    civil: &Civil,
    lines: &mut Vec<Line>,
    at: Instant,
    stretch: &Stretch,
    (text, by_local_day): (String, bool),
) {
    let (last, count) = (stretch.last(), u64::from(stretch.count));
    let since_midnight = |at: Instant| at - civil.midnight(civil.date(at));
    let goes_on = |line: &Line| {
        let next = if by_local_day {
            civil.date(at) == civil.date(line.last).plus(1) && since_midnight(at) == since_midnight(line.last)
        } else {
            at == line.last + Seconds::days(1)
        };
        next && line.text == text && line.by_local_day == by_local_day
    };
    match lines.iter_mut().find(|line| goes_on(line)) {
        Some(line) => (line.last, line.count) = (last, line.count + count),
        None => lines.push(Line { at, text, last, count, by_local_day }),
    }
}

/// Describes a schedule by its owner, reference and time.
fn schedule(scenario: &Scenario, schedule: &Schedule) -> String {
    let (owner, second) = (name(scenario, schedule.owner), schedule.second);
    let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
    format!("DCC schedule of {owner} ({} at {time} UTC)", schedule.reads.reference())
}

/// What withholds the DCC's own alerts from suppliers that are not entitled to them.
const DCC_FILTER: &str = "the DCC's filter";

/// What became of alerts, where they were not simply delivered and kept. `by` withholds them from suppliers that are
/// not entitled to them.
fn words_of_fate(fate: Fate, part: &Stretch, by: &str) -> String {
    match fate {
        Fate::Delivered { arrives, .. } if arrives != part.first => {
            format!(", accepted by its gateway only at {}", local(arrives))
        }
        Fate::Delivered { discarded: true, .. } => ", discarded on receipt".to_owned(),
        Fate::Delivered { .. } => String::new(),
        Fate::Held => ", not delivered by the horizon: its gateway is unavailable".to_owned(),
        Fate::Lost => ", lost: its gateway is unavailable for two days".to_owned(),
        Fate::Blocked(Stop::Filter) => format!(", withheld by {by}"),
        Fate::Blocked(Stop::StormProtection) => ", withheld by storm protection".to_owned(),
        Fate::Blocked(Stop::Muted) => ", withheld at the supplier's request".to_owned(),
        Fate::LostOnAir => ", lost: the meter is off the WAN".to_owned(),
    }
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::NoAnswer => "the device does not answer",
        Why::Overtaken => "a command released later executed first",
        Why::NotTrusted => "the device trusts another supplier",
    }
}

fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::E4 => "refused with E4",
        Outcome::E4WhenDue => "refused with E4 when due",
        Outcome::Failed => "did not execute",
        Outcome::Abandoned => "abandoned",
    }
}

fn read(kind: ReadKind) -> &'static str {
    match kind {
        ReadKind::Rightful => "its own customer's read",
        ReadKind::Closing => "the closing read",
        ReadKind::Leaked => "a leaked read",
        ReadKind::Repeated => "its own data again",
        ReadKind::Orphaned => "a read that no supplier can open",
    }
}
