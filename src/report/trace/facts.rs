//! What is known of a meter before anything happens to it under a policy.

use std::fmt::Write;

use super::events::{local, name};
use super::page::paragraph;
use crate::model::civil::date_of;
use crate::model::draw::{First, FirstSwitch};
use crate::model::plan::{
    Calendar, Every, MeterPlan, Payment, Practice, Recurrence, Schedule, Sending, SupplierId, SwitchPlan, TransferCause,
};
use crate::report::render::terminal::fill;
use crate::results::frame::date_text;
use crate::scenario::Scenario;
use crate::study::follow::Traced;
use crate::text::number::number;

/// Columns of the names of facts.
const NAMES: usize = 16;

/// Which meter it is, and of a drawn one what was drawn: it is in no file.
pub(super) fn head(scenario: &Scenario, traced: &Traced, replication: u32, width: usize) -> String {
    let plan = &traced.drawn;
    let prepay = if plan.payment == Payment::Prepay { ", prepay" } else { "" };
    let what = format!("{}{prepay}", plan.fuel.name());
    let holder = name(scenario, plan.holder);
    let Some(first) = traced.first else {
        let mut out = paragraph(&format!("Meter {} ({what}), initially a customer of {holder}", plan.id.0), width);
        if plan.copies > 1 {
            let which = if traced.plan.is_coupled() { "The first in the queue" } else { "One" };
            out += &paragraph(&format!("{which} of {} identical meters", plan.copies), width);
        }
        return out;
    };
    let (case, cases) = (traced.case, number(traced.cases as f64));
    let title =
        format!("Meter {case} of {cases} in replication {replication} ({what}), initially a customer of {holder}");
    let again =
        format!("`--case {case} --replication {replication} --policy ID` shows this meter under another policy");
    let mut out = paragraph(&title, width) + &paragraph(&again, width) + &paragraph("What was drawn:", width);
    for (name, text) in drawn(scenario, plan, first) {
        out += &fill(&text, width, &format!("  {name:<NAMES$}"), &" ".repeat(NAMES + 2));
    }
    out
}

/// What was drawn of a meter, before any policy and after all injections.
fn drawn(scenario: &Scenario, plan: &MeterPlan, first: FirstSwitch) -> Vec<(String, String)> {
    let (thing, kind) = match first.kind {
        First::Chosen => ("switch", "that customers choose"),
        First::Withdrawn => ("switch", "that are withdrawn"),
        First::Book => ("meter", "that move with a book"),
    };
    let mut facts = vec![
        ("devices".to_owned(), format!("{}, {}, region {}", plan.fuel.name(), plan.kind.name(), plan.region.name())),
        (
            "drawn as".to_owned(),
            format!("{} {thing} {} of those {kind} on {}", first.fuel.name(), first.number + 1, date_text(first.day)),
        ),
        ("reads".to_owned(), format!("{}: {}", name(scenario, plan.holder), practice(scenario, &plan.practice))),
    ];
    let mut from = plan.holder;
    for (place, switch) in plan.switches.iter().enumerate() {
        facts.push((format!("switch {}", place + 1), switched(scenario, plan, switch, from)));
        if switch.practice != Practice::default() {
            let reads = format!("{}: {}", name(scenario, switch.to), practice(scenario, &switch.practice));
            facts.push(("  then reads".to_owned(), reads));
        }
        if switch.withdrawn.is_none() {
            from = switch.to;
        }
    }
    for (begins, ends) in &plan.off_wan {
        facts.push(("off the WAN".to_owned(), format!("{} to {}", local(*begins), local(*ends))));
    }
    for outage in &plan.gateway_outages {
        let text = format!(
            "{}'s gateway is unavailable from {} to {}",
            name(scenario, outage.supplier),
            local(outage.from),
            local(outage.until)
        );
        facts.push(("injected".to_owned(), text));
    }
    facts
}

fn switched(scenario: &Scenario, plan: &MeterPlan, switch: &SwitchPlan, from: SupplierId) -> String {
    let class = switch.class.name();
    let mut text = format!(
        "{} to {} ({class}), SSD {}; {}",
        name(scenario, from),
        name(scenario, switch.to),
        local(switch.ssd),
        cause(scenario, switch)
    );
    if switch.known != switch.ssd {
        // Writing to a String cannot fail.
        let _ = write!(text, "; the DCC learns of it {}", local(switch.known));
    }
    if let Some(at) = switch.withdrawn {
        let _ = write!(text, "; withdrawn {}", local(at));
        return text;
    }
    let requests = &switch.cos[..usize::from(plan.devices).min(switch.cos.len())];
    for (place, request) in requests.iter().enumerate() {
        let device = match (requests.len(), place) {
            (1, _) => "",
            (_, 0) => " for the meter",
            _ => " for the gas proxy",
        };
        let sending = match request.sending {
            Sending::At(at) => format!("is sent {}", local(at)),
            Sending::Queued(at) => format!("joins its backlog {}", local(at)),
            Sending::Never => "is never sent unless somebody asks".to_owned(),
        };
        let fails = match request.fails {
            0 => String::new(),
            1 => " and fails once".to_owned(),
            n => format!(" and fails {n} times"),
        };
        let _ = write!(text, "; 6.23{device} {sending}{fails}");
    }
    if switch.injected {
        text += "; an injection strikes it";
    }
    text
}

fn cause(scenario: &Scenario, switch: &SwitchPlan) -> String {
    match switch.book {
        Some(book) => {
            let from = name(scenario, book.from);
            match book.cause {
                TransferCause::Failure => format!("{from} fails and its book moves"),
                TransferCause::Sale => format!("{from} sells its book"),
            }
        }
        None if switch.erroneous => "an erroneous transfer, or the return of one".to_owned(),
        None => "the customer chooses it".to_owned(),
    }
}

fn practice(scenario: &Scenario, practice: &Practice) -> String {
    let calendar = practice.calendar.iter().map(|Calendar { due, offset }| {
        format!("billing calendar {}, pushed {offset} after local midnight", every(due))
    });
    let schedules = practice.schedules.iter().map(|schedule| {
        let Schedule { owner, reads, due, second, .. } = schedule;
        let time = format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60);
        format!("DCC schedule of {} ({} {} at {time} UTC)", name(scenario, *owner), reads.reference(), every(due))
    });
    let all: Vec<String> = calendar.chain(schedules).collect();
    if all.is_empty() { "no billing calendar and no DCC schedule".to_owned() } else { all.join("; ") }
}

fn every(due: &Recurrence) -> String {
    match due.every {
        Every::Days(1) => "daily".to_owned(),
        Every::Days(n) => format!("every {n} days"),
        Every::Months(1) => format!("monthly on day {}", date_of(due.anchor).day()),
        Every::Months(n) => format!("every {n} months on day {}", date_of(due.anchor).day()),
    }
}
