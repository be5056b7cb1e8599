//! What a capacity planner reads: peaks with their times, waits and backlogs.

mod screen;
mod tables;

pub(super) use screen::add as add_screen;
pub(super) use tables::add as add_tables;

use crate::model::traffic::Leg;

/// The legs in the order of a planner's interest.
const LEGS: [(Leg, &str); 4] =
    [(Leg::South, "WAN south"), (Leg::North, "WAN north"), (Leg::ToUsers, "to users"), (Leg::FromUsers, "from users")];

/// Why short windows are marked.
const CONVENTIONS: &str = "* Short windows depend on conventions: an SSD starts at 00:00:00, a refused 6.23 is sent \
    again after exactly its retry, a backlog is sent in the second of its opening, and a sweep reads all meters in one \
    second.";
