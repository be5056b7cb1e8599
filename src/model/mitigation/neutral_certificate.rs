//! Row 25 of the table of mitigations: The CoS Party places a neutral certificate where 6.23 is overdue.

use super::{Mitigation, Parameter, Setting};
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 25.
pub const ROW: Mitigation = Mitigation {
    number: "25",
    name: "neutral-certificate",
    line: "The CoS Party places a neutral certificate where 6.23 is overdue.",
    actor: "CoS Party",
    does: "Some time after SSD, but not before the DCC's copy is current, leaked reads and E4s end.",
    limits: "No one can read or command the meter until 6.23 (orphan days); its alerts have no addressee; prepayment \
        top-ups break; needs a power that the SEC does not give.",
    source: "hypothetical: no source proposes it",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "after",
            default: Setting::Length(Seconds::days(14)),
            kind: NumberKind::Assumed,
            source: "no source: judgement",
            varies: Some(Varies::between("5 d", "30 d", "no source: from a working week to a month")),
            about: "from SSD to the neutral certificate",
        }]
    },
    levers: |settings| vec![Lever::PlacesNeutral(settings.length("after"))],
};
