//! Row 27 of the table of mitigations: Losing suppliers forward critical alerts to gainers that are not DCC Users.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 27.
pub const ROW: Mitigation = Mitigation {
    number: "27",
    name: "critical-alert-forwarding",
    line: "Losing suppliers forward critical alerts to gainers that are not DCC Users.",
    actor: "losing supplier",
    does: "Listed critical alerts that still come to it are passed on by hand; the leak becomes authorised use.",
    limits: "Nothing leaks less; listed alerts only; ends nothing.",
    source: "SEC guidance 'Managing Critical Alerts after DCC User to Non-DCC User churn'",
    since: None,
    parameters: || {
        vec![Parameter {
            name: "codes",
            default: Setting::Codes(vec![0x8F3F]),
            kind: NumberKind::Assumed,
            source: "a placeholder: the guidance's list was not read",
            varies: Some(Varies::fixed("a list of codes, which the guidance would give")),
            about: "codes that are forwarded",
        }]
    },
    levers: |settings| vec![Lever::Forwards(settings.codes("codes"))],
};
