//! Row 31 of the table of mitigations: The DCC service flags show gaining suppliers correctly where there is a smart
//! meter.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 31.
pub const ROW: Mitigation = Mitigation {
    number: "31",
    name: "correct-service-flags",
    line: "The DCC service flags show gaining suppliers correctly where there is a smart meter.",
    actor: "DCC, registration data providers",
    does: "Gaining suppliers that did not know of the smart meter follow mature practice.",
    limits: "Helps unaware gainers only; no effect on non-Users; the share is a guess.",
    source: "MP077",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "share",
            default: Setting::Share(0.1),
            kind: NumberKind::Assumed,
            source: "no source: judgement",
            varies: Some(Varies::between("0.01", "0.5", "no source: from hardly a case to every other")),
            about: "share of immature gainers' cases that are late for lack of a correct flag",
        }]
    },
    levers: |settings| vec![Lever::FollowsMature(settings.share("share"))],
};
