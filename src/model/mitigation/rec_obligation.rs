//! Row 18 of the table of mitigations: An obligation in the Retail Energy Code to send 6.23.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::Kind;
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
