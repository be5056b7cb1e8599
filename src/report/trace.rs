//! One meter's story, event by event, in the words of the trade.

use std::fmt::Write;

use jiff::tz::TimeZone;

use crate::engine::time::{Instant, Seconds};
use crate::experiment::scenario::Scenario;
use crate::experiment::scenario::diagnostics::visible;
use crate::model::backlog::Followed;
use crate::model::civil::Civil;
use crate::model::emission::Stretch;
use crate::model::labels::{AlertClass, Outcome, ReadKind, ReadStage, Stage};
use crate::model::plan::{Detector, MeterPlan, SupplierId};
use crate::model::witness::Note;

/// What happens on one line: once, or daily from there on.
struct Told {
    at: Instant,
    text: String,
    // Of a run of equal alerts: the last of them, and how many.
    last: Instant,
    count: u64,
    // Whether a run keeps to the local day rather than the UTC day.
    by_local_day: bool,
}

impl Told {
    fn once(at: Instant, text: String) -> Self {
        Self { at, text, last: at, count: 1, by_local_day: false }
    }
}

/// Tells what was noted of a meter, in order of time. Alerts that come daily are told once, with their last day.
pub fn story(scenario: &Scenario, plan: &MeterPlan, followed: &Followed) -> String {
    let mut lines: Vec<Told> = Vec::new();
    for (at, note) in &followed.notes {
        tell(scenario, plan, *at, note, &mut lines);
    }
    // Stable: what happened in one second stays in its order.
    lines.sort_by_key(|told| told.at);
    let mut out = String::new();
    let fuel = plan.fuel.name();
    let _ = writeln!(out, "Meter {} ({fuel}), customer of {} at first", plan.id.0, name(scenario, plan.holder));
    if plan.copies > 1 {
        let which = if plan.is_coupled() { "The first in line" } else { "One" };
        let _ = writeln!(out, "{which} of {} alike", plan.copies);
    }
    let _ = writeln!(out, "Times are London's, with the day counted from the last supply start\n");
    let mut ssds: Vec<Instant> = plan.switches.iter().filter(|s| s.withdrawn.is_none()).map(|s| s.ssd).collect();
    ssds.sort();
    for told in &lines {
        let day = ssds
            .iter()
            .rev()
            .find(|ssd| **ssd <= told.at)
            .map_or("       ".to_owned(), |ssd| format!("day {:<3}", (told.at - *ssd).0 / 86_400));
        let run = match told.count {
            1 => String::new(),
            n => format!(", daily until {} ({n} in all)", date(told.last)),
        };
        let _ = writeln!(out, "{}  {day}  {}{run}", local(told.at), told.text);
    }
    let ledger = &followed.ledger;
    let leaked = ledger.reads_at(ReadKind::Leaked, ReadStage::Delivered);
    let e4 = ledger.alerts_at(AlertClass::E4, Stage::Delivered);
    let _ = writeln!(
        out,
        "\nIn sum: {leaked} leaked reads and {e4} E4s delivered; {} unwanted alerts; exposure {}",
        ledger.unwanted_alerts(),
        Seconds(ledger.exposure as i64)
    );
    out
}

fn date(at: Instant) -> String {
    local(at).chars().take(10).collect()
}

fn local(at: Instant) -> String {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_second(at.0)
        .map(|t| zone.to_datetime(t).strftime("%Y-%m-%d %H:%M:%S").to_string())
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

fn tell(scenario: &Scenario, plan: &MeterPlan, at: Instant, note: &Note, lines: &mut Vec<Told>) {
    let who = |supplier: SupplierId| name(scenario, supplier);
    let addressee = |supplier: Option<SupplierId>| supplier.map_or("nobody".to_owned(), &who);
    // A meter point with one device needs no telling which.
    let target = |d: usize| if plan.devices > 1 { format!(" for {}", device(plan, d)) } else { String::new() };
    let line = match note {
        Note::Registered(s) => format!("SSD: {} is the registered supplier", who(*s)),
        Note::Withdrawn(s) => format!("the switch to {} is withdrawn", who(*s)),
        Note::CopyShows(s) => format!("DCC's copy of registration shows {}", who(*s)),
        Note::Wan(on) => if *on { "back on the WAN" } else { "off the WAN" }.to_owned(),
        Note::CaseOpened(d) => {
            format!("exposure of {} begins: it trusts another supplier than the registered one", device(plan, *d))
        }
        Note::CaseClosed(d, ending) => format!("exposure of {} ends: {}", device(plan, *d), ending.name()),
        Note::Request(reference, outcome, s, d) => {
            let target = d.map_or(String::new(), target);
            format!("{} from {}{target}: {}", reference.name(), who(*s), words(*outcome))
        }
        Note::FutureDated(s, d) => format!("the 6.23 of {} for {} waits for SSD", who(*s), device(plan, *d)),
        Note::CertificateChanged(s, d) => format!("6.23 executed: {} trusts {}", device(plan, *d), who(*s)),
        Note::CertificateTaken(s, d) => {
            format!("a neutral certificate takes the place of {}'s: nobody controls {}", who(*s), device(plan, *d))
        }
        Note::Quarantined(d, until) => {
            format!("6.23{} is one of too many: in quarantine until {}", target(*d), local(*until))
        }
        Note::HeldBack(reference, d, until) => {
            let until = local(*until);
            format!("{}{} waits until {until}, held back or for the way south", reference.name(), target(*d))
        }
        Note::WaitsForWan(reference, d) => format!("{}{} waits for the WAN", reference.name(), target(*d)),
        Note::CalendarSet(set) => {
            if *set { "billing calendar set (6.8)" } else { "billing calendar parked (6.8)" }.to_owned()
        }
        Note::ScheduleCreated(s) => format!("DCC schedule of {} created (5.1): {}", who(s.owner), s.reads.reference()),
        Note::ScheduleRemoved(s, notice) => {
            let told = if *notice { "with a notice to its owner" } else { "by its owner (5.3)" };
            format!("DCC schedule {} of {} removed, {told}", s.reads.reference(), who(s.owner))
        }
        Note::FirstUnwanted => "the first unwanted alert has been delivered".to_owned(),
        Note::Asked(Detector::LosingSupplier) => "first request: the losing supplier asks for the 6.23".to_owned(),
        Note::Asked(Detector::Passing) => {
            "first request: the DCC saw a read pass to the losing supplier and asks for the 6.23".to_owned()
        }
        Note::Asked(Detector::Sweep(_)) => {
            "first request: a sweep found the losing supplier's certificate and asks for the 6.23".to_owned()
        }
        Note::Asked(Detector::Monitoring) => "first request: the gaining supplier is asked for its 6.23".to_owned(),
        Note::StillQueued(s, d) => {
            format!("at the horizon the 6.23 of {} for {} still waits in its backlog", who(*s), device(plan, *d))
        }
        Note::JoinedBacklog(s, d) => format!("the 6.23 of {} for {} joins its backlog", who(*s), device(plan, *d)),
        Note::Pushed(kind, s, stretch, delivered) => {
            let fate = if *delivered { "" } else { ", not delivered" };
            let text = format!("0x8F0A pushed to {}: {}{fate}", addressee(*s), read(*kind));
            stretches(&scenario.civil, lines, at, stretch, (text, true));
            return;
        }
        Note::DeviceAlert(code, s, stretch, delivered) => {
            let fate = if *delivered { "" } else { ", not delivered" };
            let text = format!("device alert 0x{code:04X} to {}{fate}", addressee(*s));
            stretches(&scenario.civil, lines, at, stretch, (text, false));
            return;
        }
        Note::Pulled(kind, s, stretch) => {
            let text = format!("DCC schedule of {} runs: {}", who(*s), read(*kind));
            stretches(&scenario.civil, lines, at, stretch, (text, false));
            return;
        }
        Note::DccAlert(AlertClass::E4, s, stretch, delivered) => {
            let fate = if *delivered { "" } else { ", blocked" };
            let text = format!("DCC schedule of {} refused: E4{fate}", who(*s));
            stretches(&scenario.civil, lines, at, stretch, (text, false));
            return;
        }
        Note::DccAlert(class, s, _, delivered) => {
            format!("DCC alert ({}) to {}{}", class.name(), who(*s), if *delivered { "" } else { ", blocked" })
        }
    };
    lines.push(Told::once(at, line));
}

/// A stretch of equal alerts: a line of its own, or the continuation of one where only something that does not show
/// stands between them.
fn stretches(
    civil: &Civil,
    lines: &mut Vec<Told>,
    at: Instant,
    stretch: &Stretch,
    (text, by_local_day): (String, bool),
) {
    let (last, count) = (stretch.last(), u64::from(stretch.count));
    let since_midnight = |at: Instant| at - civil.midnight(civil.date(at));
    let goes_on = |told: &Told| {
        let next = if by_local_day {
            civil.date(at) == civil.date(told.last).plus(1) && since_midnight(at) == since_midnight(told.last)
        } else {
            at == told.last + Seconds::days(1)
        };
        next && told.text == text && told.by_local_day == by_local_day
    };
    match lines.iter_mut().find(|told| goes_on(told)) {
        Some(told) => (told.last, told.count) = (last, told.count + count),
        None => lines.push(Told { at, text, last, count, by_local_day }),
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
        ReadKind::Repeated => "its own data once more",
        ReadKind::Orphaned => "a read that nobody can open",
    }
}
