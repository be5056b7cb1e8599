//! Row 17 of the table of mitigations: Guidance on the change of supplier for all suppliers.

use super::{Mitigation, Parameter};
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
    parameters: || vec![Parameter::share_that_follows_mature_practice(0.3)],
    levers: |settings| vec![Lever::FollowsMature(settings.share("share"))],
};
