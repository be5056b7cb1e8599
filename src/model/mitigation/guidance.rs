//! Row 17 of the table of mitigations: Guidance on the change of supplier for all suppliers.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::Kind;
use crate::model::lever::Lever;

/// Row 17.
pub const ROW: Mitigation = Mitigation {
    number: "17",
    name: "cos-guidance",
    line: "Guidance on the change of supplier for all suppliers.",
    actor: "all suppliers",
    does: "Some immature suppliers' cases follow mature practice.",
    limits: "No effect on non-Users; the share is a guess.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "share",
            default: Setting::Share(0.3),
            kind: Kind::Assumed,
            source: "no source: judgement",
            about: "share of immature gainers' cases that follow mature practice",
        }]
    },
    levers: |settings| vec![Lever::FollowsMature(settings.share("share"))],
};
