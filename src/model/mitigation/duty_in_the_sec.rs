//! Row 30 of the table of mitigations: The SEC states the duty to send 6.23.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::Kind;
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
    parameters: || {
        vec![Parameter {
            name: "share",
            default: Setting::Share(0.5),
            kind: Kind::Assumed,
            source: "no source: judgement",
            about: "share of immature gainers' cases that follow mature practice",
        }]
    },
    levers: |settings| vec![Lever::FollowsMature(settings.share("share"))],
};
