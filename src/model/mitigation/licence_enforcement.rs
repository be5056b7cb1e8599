//! Row 19 of the table of mitigations: Ofgem acts on breaches of the licence.

use super::{Mitigation, Parameter, Setting};
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 19.
pub const ROW: Mitigation = Mitigation {
    number: "19",
    name: "licence-enforcement",
    line: "Ofgem acts on breaches of the licence.",
    actor: "Ofgem",
    does: "No User is later than the limit; non-Users become Users sooner.",
    limits: "Works on the long tail only; takes months.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![
            Parameter {
                name: "latest",
                default: Setting::Length(Seconds::days(180)),
                kind: NumberKind::Assumed,
                source: "judgement: enforcement takes months",
                varies: Some(Varies::between("60 d", "365 d", "no source: from two months to a year")),
                about: "latest sending of a User after SSD",
            },
            Parameter {
                name: "non-user-scale",
                default: Setting::Share(140.0 / 365.0),
                kind: NumberKind::Derived,
                source: "calibration 8.3",
                varies: Some(Varies::between(
                    "0.2",
                    "0.8",
                    "calibration 8.3: three of nine complied within eight weeks, too few for a rate",
                )),
                about: "factor on a non-User's delay: mean 140 d instead of 365 d",
            },
        ]
    },
    levers: |settings| {
        vec![Lever::Enforces { latest: settings.length("latest"), non_user_scale: settings.share("non-user-scale") }]
    },
};
