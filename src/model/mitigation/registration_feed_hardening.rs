//! Row 28 of the table of mitigations: The DCC learns of switches in time that it learned of late.

use super::{Mitigation, Parameter, Setting};
use crate::model::laws::NumberKind;
use crate::model::lever::Lever;
use crate::model::varies::Varies;

/// Row 28.
pub const ROW: Mitigation = Mitigation {
    number: "28",
    name: "registration-feed-hardening",
    line: "The DCC learns in time of switches of which it would have learned late.",
    actor: "registration data providers",
    does: "Late switches are known at SSD: fewer E4s for the gaining supplier, fewer pulled leaks, fewer false blocks.",
    limits: "No effect on missing 6.23s; outages of the feed remain.",
    source: "MP200 (Central Switching Service) and refreshes of the registration data",
    since: Some((2022, 7, 18)),
    parameters: || {
        vec![Parameter {
            name: "share",
            default: Setting::Share(0.95),
            kind: NumberKind::Derived,
            source: "calibration 8.20: late share from 2 % to 0.1 %",
            varies: Some(Varies::between("0.8", "1", "calibration 8.20: both late shares are judgement")),
            about: "share of late switches that become known in time",
        }]
    },
    levers: |settings| vec![Lever::HardensFeed(settings.share("share"))],
};
