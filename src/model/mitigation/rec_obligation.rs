//! Row 18 of the table of mitigations: An obligation in the Retail Energy Code to send 6.23.

use super::{Mitigation, Parameter};
use crate::model::lever::Lever;

/// Row 18.
pub const ROW: Mitigation = Mitigation {
    number: "18",
    name: "rec-obligation",
    line: "An obligation in the Retail Energy Code to send 6.23.",
    actor: "code body",
    does: "More immature suppliers' cases follow mature practice.",
    limits: "Slow; needs measurement; no effect on non-Users; the share is a guess.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || vec![Parameter::share_that_follows_mature_practice(0.5)],
    levers: |settings| vec![Lever::FollowsMature(settings.share("share"))],
};
