//! Row 30 of the table of mitigations: The SEC states the duty to send 6.23.

use super::{Mitigation, Parameter};
use crate::model::lever::Lever;

/// Row 30.
pub const ROW: Mitigation = Mitigation {
    number: "30",
    name: "duty-in-the-sec",
    line: "The SEC states the duty to send 6.23.",
    actor: "code body",
    does: "More immature suppliers' cases follow mature practice, as under row 18.",
    limits: "Needs measurement; no effect on non-Users; DP072 took another route; the share is a guess.",
    source: "named in SEC Draft Proposal DP072 (the duty is implied, not explicit)",
    since: None,
    parameters: || vec![Parameter::share_that_follows_mature_practice(0.5)],
    levers: |settings| vec![Lever::FollowsMature(settings.share("share"))],
};
