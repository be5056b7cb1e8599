//! Row 20 of the table of mitigations: Suppliers that are not DCC Users may not take on customers.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 20.
pub const ROW: Mitigation = Mitigation {
    number: "20",
    name: "ban-on-non-users",
    line: "Suppliers that are not DCC Users may not take on customers.",
    actor: "Ofgem",
    does: "Customers who would have gone to a non-User go to a User.",
    limits: "The stock of open cases remains; it needs a final order for each supplier.",
    source: "Ofgem's final orders of 2020",
    since: Some((2020, 3, 6)),
    parameters: || {
        vec![Parameter {
            name: "immature",
            default: Setting::Share(17.0 / 96.0),
            kind: NumberKind::Derived,
            source: "calibration 7.3: 17 of 96 parts of the Users' gains",
            varies: Some(Varies::between(
                "0.05",
                "0.3",
                "as the share of immature suppliers among all Users, which is fitted",
            )),
            about: "share of these customers that go to an immature User",
        }]
    },
    levers: |settings| vec![Lever::BansNonUsers { immature: settings.share("immature") }],
};
