//! What happens to a meter as a reader sees it: one event, or a run of equal daily ones, a line.

use crate::engine::time::{Day, Instant, Seconds};
use crate::model::civil::{Civil, london};
use crate::model::emission::Stretch;
use crate::model::labels::{Outcome, ReadKind, Reference};
use crate::model::plan::{Detector, MeterPlan, Schedule, SupplierId};
use crate::model::witness::{Fate, Note, Stop, Why};
use crate::scenario::Scenario;
use crate::study::follow::Followed;
use crate::text::visible;

/// An event, or a run of equal events on consecutive days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// The second of the first of them.
    pub at: Instant,
    /// What happens.
    pub text: String,
    /// The second of the last of them.
    pub last: Instant,
    /// How many there are.
    pub count: u64,
    /// Whether the run repeats by local day rather than by UTC day.
    pub by_local_day: bool,
}

impl Event {
    fn once(at: Instant, text: String) -> Self {
        Self { at, text, last: at, count: 1, by_local_day: false }
    }

    /// What happens, and until when if it is a run.
    pub fn whole_text(&self) -> String {
        match self.count {
            1 => self.text.clone(),
            n => format!("{}, daily until {} ({n} in all)", self.text, date(self.last)),
        }
    }

    /// Whether two events differ only in when they happen and how often.
    pub fn is_like(&self, other: &Event) -> bool {
        self.text == other.text && self.by_local_day == other.by_local_day
    }

    /// After how many of its events one at this second comes; none if it has no event then, or if that is its first.
    pub fn number_before(&self, civil: &Civil, at: Instant) -> Option<u64> {
        let days = u64::try_from(civil.date(at).0 - civil.date(self.at).0).ok()?;
        // By UTC days the local date may be another one.
        let near = days.saturating_sub(1)..=days + 1;
        near.into_iter().find(|n| (1..self.count).contains(n) && self.nth(civil, *n) == at)
    }

    /// The first `n` of its events and the others, where there are any.
    pub fn split(mut self, civil: &Civil, n: u64) -> (Event, Option<Event>) {
        if n >= self.count {
            return (self, None);
        }
        let rest = Event { at: self.nth(civil, n), count: self.count - n, ..self.clone() };
        (self.last, self.count) = (self.nth(civil, n - 1), n);
        (self, Some(rest))
    }

    /// The second of the event after `n` others.
    fn nth(&self, civil: &Civil, n: u64) -> Instant {
        days_later(civil, self.at, i32::try_from(n).unwrap_or(i32::MAX), self.by_local_day)
    }
}

/// The same time of the day, local or UTC, this many days later.
fn days_later(civil: &Civil, at: Instant, days: i32, by_local_day: bool) -> Instant {
    if !by_local_day {
        return at + Seconds::days(days.into());
    }
    let day: Day = civil.date(at);
    civil.midnight(day.plus(days)) + (at - civil.midnight(day))
}

/// What was noted of a meter, in order of time.
pub(super) fn events(scenario: &Scenario, plan: &MeterPlan, followed: &Followed) -> Vec<Event> {
    let mut events = Vec::new();
    for (at, note) in &followed.notes {
        describe(scenario, plan, *at, note, &mut events);
    }
    // The sort is stable: events of the same second keep their order.
    events.sort_by_key(|event| event.at);
    events
}

pub(super) fn date(at: Instant) -> String {
    local(at).chars().take(10).collect()
}

pub(super) fn local(at: Instant) -> String {
    jiff::Timestamp::from_second(at.0)
        .map(|t| {
            let clock = london().to_offset_info(t);
            format!("{} {}", clock.offset().to_datetime(t).strftime("%Y-%m-%d %H:%M:%S"), clock.abbreviation())
        })
        .unwrap_or_else(|_| at.0.to_string())
}

pub(super) fn name(scenario: &Scenario, supplier: SupplierId) -> String {
    scenario.suppliers.get(supplier.0 as usize).map_or_else(|| format!("supplier {}", supplier.0), |s| visible(&s.id))
}

fn device(plan: &MeterPlan, device: usize) -> &'static str {
    match (plan.devices, device) {
        (1, _) | (_, 0) => "the meter",
        _ => "the gas proxy",
    }
}

fn describe(scenario: &Scenario, plan: &MeterPlan, at: Instant, note: &Note, events: &mut Vec<Event>) {
    let who = |supplier: SupplierId| name(scenario, supplier);
    let filter_of_devices = if plan.s1sp_checks { "the SMETS1 service provider" } else { DCC_FILTER };
    let addressee = |supplier: Option<SupplierId>| supplier.map_or("no supplier".to_owned(), &who);
    // The device is named only where a meter point has more than one.
    let target = |d: usize| if plan.devices > 1 { format!(" for {}", device(plan, d)) } else { String::new() };
    let event = match note {
        Note::Registered(s) => format!("SSD: {} is the registered supplier", who(*s)),
        Note::Withdrawn(s) => format!("the switch to {} is withdrawn", who(*s)),
        Note::CopyShows(s) => format!("the DCC's copy of registration shows {}", who(*s)),
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
            format!("{}{} waits until {until}: held back, or queued for WAN south", reference.name(), target(*d))
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
            return stretches(&scenario.civil, events, at, part, (text, true));
        }
        Note::DeviceAlert(code, s, part, fate) => {
            let text = format!(
                "device alert 0x{code:04X} to {}{}",
                addressee(*s),
                words_of_fate(*fate, part, filter_of_devices)
            );
            return stretches(&scenario.civil, events, at, part, (text, false));
        }
        Note::Pulled(kind, s, part, discarded) => {
            let fate = if *discarded { ", discarded on receipt" } else { "" };
            let text = format!("{} runs: {}{fate}", schedule(scenario, s), read(*kind));
            return stretches(&scenario.civil, events, at, part, (text, false));
        }
        Note::RunFailed(s, part, off_wan) => {
            let why = if *off_wan { "the meter is off the WAN" } else { "the meter trusts another supplier" };
            let text = format!("{} fails: {why}", schedule(scenario, s));
            return stretches(&scenario.civil, events, at, part, (text, false));
        }
        Note::Refused(s, _, part, fate) => {
            let text = format!("{} refused: E4{}", schedule(scenario, s), words_of_fate(*fate, part, DCC_FILTER));
            return stretches(&scenario.civil, events, at, part, (text, false));
        }
        Note::Notice(s, part, fate) => {
            format!("notice to {} of its removed schedule{}", who(s.owner), words_of_fate(*fate, part, DCC_FILTER))
        }
    };
    events.push(Event::once(at, event));
}

/// Adds a stretch of equal alerts. It continues an earlier run if nothing that the trace shows lies between them, and
/// is otherwise a new one.
fn stretches(
    civil: &Civil,
    events: &mut Vec<Event>,
    at: Instant,
    stretch: &Stretch,
    (text, by_local_day): (String, bool),
) {
    let (last, count) = (stretch.last(), u64::from(stretch.count));
    let goes_on = |event: &Event| {
        event.text == text && event.by_local_day == by_local_day && at == days_later(civil, event.last, 1, by_local_day)
    };
    match events.iter_mut().find(|event| goes_on(event)) {
        Some(event) => (event.last, event.count) = (last, event.count + count),
        None => events.push(Event { at, text, last, count, by_local_day }),
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
