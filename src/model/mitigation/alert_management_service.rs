//! Row 14 of the table of mitigations: Suppliers use the DCC's alert management service.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 14.
pub const ROW: Mitigation = Mitigation {
    number: "14",
    name: "alert-management-service",
    line: "Suppliers use the DCC's alert management service.",
    actor: "losing supplier",
    does: "It stops no critical alert, and 0x8F0A is one: leaked reads stay. With dcc-alerts it withholds E4s and \
        notices.",
    limits: "Critical alerts are still delivered; a supplier that mutes E4s no longer notices a missing 6.23 by them.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "dcc-alerts",
            default: Setting::Flag(false),
            kind: NumberKind::Assumed,
            source: "no source: judgement; TABASC says only that the service does not stop critical alerts",
            varies: Some(Varies::one_of(
                &["false", "true"],
                "TABASC does not say which alerts suppliers have withheld",
            )),
            about: "whether suppliers have the service withhold E4s and notices",
        }]
    },
    levers: |settings| if settings.flag("dcc-alerts") { vec![Lever::MutesDccAlerts] } else { Vec::new() },
};
