//! Row 15 of the table of mitigations: The DCC limits how many alerts of one code from one device pass each day.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 15.
pub const ROW: Mitigation = Mitigation {
    number: "15",
    name: "storm-protection",
    line: "The DCC limits how many alerts of one code from one device pass each day.",
    actor: "DCC",
    does: "Counts a device's alerts of one code in a day; those above the threshold are withheld, whoever the \
        addressee is.",
    limits: "One push a day never trips it: leaked reads and E4s are unchanged. The real thresholds are not public; \
        the default is a placeholder.",
    source: "SECMP0062, live in two parts in 2020",
    since: Some((2020, 5, 6)),
    parameters: || {
        vec![Parameter {
            name: "most",
            default: Setting::Count(24),
            kind: NumberKind::Assumed,
            source: "a placeholder: the real thresholds are not public",
            varies: Some(Varies::whole("2", "100", "a placeholder: the real thresholds are not public")),
            about: "alerts of one code that pass each UTC day",
        }]
    },
    levers: |settings| vec![Lever::WithholdsRepeats { most: settings.count("most") }],
};
