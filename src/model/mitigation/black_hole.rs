//! Row 10 of the table of mitigations: Losing suppliers discard on receipt what is not theirs.

use super::{Mitigation, Parameter, Setting};
use crate::engine::time::Seconds;
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 10.
pub const ROW: Mitigation = Mitigation {
    number: "10",
    name: "black-hole",
    line: "Losing suppliers discard on receipt what is not theirs.",
    actor: "losing supplier",
    does: "Reads of meters outside its own portfolio are discarded: as many are delivered, and none is retained.",
    limits: "Traffic is unchanged; critical alerts that it discards reach no one; after a return the portfolio lags \
        and rightful reads are discarded too.",
    source: "named in SEC Draft Proposal DP072",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "portfolio-lag",
            default: Setting::Length(Seconds::days(5)),
            kind: NumberKind::Assumed,
            source: "judgement",
            varies: Some(Varies::over("1 d", "14 d", "no source: from the next day to two weeks")),
            about: "how long the portfolio lags after a return",
        }]
    },
    levers: |settings| vec![Lever::BlackHoles { portfolio_lag: settings.length("portfolio-lag") }],
};
