//! The trace of a meter: what happens to it, event by event, under one policy or under two.

mod difference;
mod events;
mod facts;
mod page;
mod sums;

use self::events::events;
use self::page::{DayCount, TIMES, paragraph, row};
use crate::engine::time::Seconds;
use crate::model::labels::Device;
use crate::scenario::Scenario;
use crate::study::follow::Traced;
use crate::text::visible;

pub use difference::difference;
pub use sums::Sums;

/// Describes what happens to a meter under a policy, in order of time, within a page of `width` columns. Daily alerts
/// take one entry, which gives their last day.
pub fn story(scenario: &Scenario, traced: &Traced, policy: &str, replication: u32, width: usize) -> String {
    let mut out = facts::head(scenario, traced, replication, width);
    out += &paragraph(&format!("Policy: {}", visible(policy)), width);
    out += &paragraph(TIMES, width);
    out.push('\n');
    let days = DayCount::of(&traced.plan);
    for event in events(scenario, &traced.plan, &traced.followed) {
        out += &row("", &event, &days, &event.whole_text(), width);
    }
    let sums = Sums::of(&traced.followed.notes, &traced.followed.ledger.window);
    out.push('\n');
    sums.to_string().lines().for_each(|line| out += &paragraph(line, width));
    if traced.plan.checks_top_ups() {
        let risk = Seconds(sums.exposure_of[Device::Meter] as i64);
        let risk =
            format!("At supply risk for {risk}: the meter is inferred to refuse its supplier's top-ups while exposed");
        out += &paragraph(&risk, width);
    }
    out
}
