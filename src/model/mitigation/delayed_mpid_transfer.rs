//! Row 26 of the table of mitigations: A failed supplier's market participant id moves only some time after the
//! transfer.

use super::{Mitigation, Parameter, Setting};
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 26.
pub const ROW: Mitigation = Mitigation {
    number: "26",
    name: "delayed-mpid-transfer",
    line: "A failed supplier's market participant id moves only some time after the transfer.",
    actor: "SMKI PMA",
    does: "The DCC's copy goes on showing the failed supplier, whose schedules are not refused in the meantime.",
    limits: "Supplier failures only; the supplier of last resort sends no 6.23 before the transfer, and pulled reads \
        leak in the meantime.",
    source: "MP185, live 17 November 2021",
    since: Some((2021, 11, 17)),
    parameters: || {
        vec![Parameter {
            name: "hold",
            default: Setting::Length(Seconds::days(14)),
            kind: NumberKind::Assumed,
            source: "no source: judgement",
            varies: Some(Varies::between("5 d", "30 d", "no source: from a working week to a month")),
            about: "from SSD to the change of the DCC's copy",
        }]
    },
    levers: |settings| vec![Lever::HoldsFailures(settings.length("hold"))],
};
