//! Alerts.

use super::of_cases;
use crate::model::cause::Cause;
use crate::model::labels::*;
use crate::model::plan::{DeviceKind, Fuel};
use crate::results::dimension::{Addressee, Gaining, Losing, On, Period};
use crate::results::metric::{Per, declare};
use crate::results::reading::per_thousand;

/// The margin of a stage of alerts by class and standing.
macro_rules! alerts_at {
    ($stage:ident) => {
        &[&Per(|r, (class, standing): (AlertClass, Standing)| r.ledger.alerts[class][standing][Stage::$stage])]
    };
}

declare! {
    UNWANTED_DELIVERED = "unwanted-alerts.delivered", Count, Sum,
        "E4s and leaked pushed reads delivered to suppliers that were not registered at emission: DP072's count. \
         Leaked pulled reads are not alerts. `addressee` is the supplier that receives them; `losing` and `gaining` \
         are the suppliers of the current switch."
        => of_cases!(sums => sums.unwanted.alerts(),
            Per(|r, ()| r.ledger.unwanted_alerts()),
            Per(|r, Addressee(supplier)| r.ledger.received(supplier).alerts()));
    UNWANTED_ON = "unwanted-alerts.on", Count, Flow, "Unwanted alerts delivered on a local day."
        => &[&Per(|r, On(day)| r.on(Channel::LeakedPush, day) + r.on(Channel::E4, day))];
    UNWANTED_RATE = "unwanted-alerts.per-1000-switches", PerThousand, Sum,
        "Unwanted alerts delivered for each thousand switches that started in the window; 0 if none did."
        => &[&Per(|r, ()| per_thousand(r.ledger.unwanted_alerts(), r.started()))];
    E4_DELIVERED = "e4.delivered", Count, Sum,
        "E4s of DCC schedules delivered to a supplier that was not registered at emission. The labels are those of \
         unwanted-alerts.delivered."
        => of_cases!(sums => sums.unwanted.e4,
            Per(|r, ()| r.ledger.unwanted_e4s()),
            Per(|r, Addressee(supplier)| r.ledger.received(supplier).e4));
    E4_ON = "e4.on", Count, Flow,
        "E4s of DCC schedules delivered on a local day to a supplier that was not registered at emission."
        => &[&Per(|r, On(day)| r.on(Channel::E4, day))];
    ALERTS_EMITTED = "alerts.emitted", Count, Sum,
        "Alerts emitted by devices or the DCC, including those of meters off the WAN." => alerts_at!(Emitted);
    ALERTS_LOST_ON_AIR = "alerts.lost-on-air", Count, Sum, "Device alerts of meters off the WAN."
        => alerts_at!(LostOnAir);
    ALERTS_CARRIED = "alerts.carried", Count, Sum, "Device alerts that crossed the WAN." => alerts_at!(Carried);
    ALERTS_BLOCKED = "alerts.blocked", Count, Sum,
        "Alerts withheld by a DCC filter or by the SMETS1 service provider." => alerts_at!(Blocked);
    ALERTS_DELIVERED = "alerts.delivered", Count, Sum,
        "Alerts that reached the addressee's gateway, whether the addressee is registered or not."
        => alerts_at!(Delivered);
    ALERTS_HELD = "alerts.held", Count, Sum, "Alerts that wait for the addressee's gateway at the horizon."
        => alerts_at!(Held);
    ALERTS_LOST = "alerts.lost", Count, Sum,
        "Alerts given up because the addressee's gateway was unavailable for two days." => alerts_at!(Lost);
    ALERTS_RETAINED = "alerts.retained", Count, Sum, "Alerts that the addressee kept." => alerts_at!(Retained);
    ALERTS_DISCARDED = "alerts.discarded", Count, Sum, "Alerts that the addressee discarded on receipt."
        => alerts_at!(Discarded);
    PEAK_MINUTE = "alerts.peak-minute", Count, Peak,
        "Most unwanted alerts delivered in one UTC minute. It depends on conventions: an SSD starts at 00:00:00, and \
         pushes and runs keep to exact seconds of the day."
        => &[&Per(|r, ()| r.unwanted().most(Period::Minute))];
    PEAK_HOUR = "alerts.peak-hour", Count, Peak, "Most unwanted alerts delivered in one UTC hour."
        => &[&Per(|r, ()| r.unwanted().most(Period::Hour))];
    PEAK_DAY = "alerts.peak-day", Count, Peak, "Most unwanted alerts delivered on one UTC day."
        => &[&Per(|r, ()| r.unwanted().most(Period::Day))];
    FALSE_BLOCKS = "false-blocks", Count, Sum,
        "Alerts withheld from a supplier that is entitled to them: the closing read, or alerts of its own customers."
        => &[&Per(|r, kind: FalseBlock| r.ledger.false_blocks[kind])];
    FALSE_BLOCKS_ON = "false-blocks.on", Count, Flow,
        "Alerts withheld on a local day from the registered supplier because the DCC's copy did not show it yet."
        => &[&Per(|r, On(day)| r.on(Channel::FalselyBlocked, day))];
    LOST_SAFETY = "lost-safety-alerts", Count, Sum,
        "Critical device alerts that a filter, the SMETS1 service provider or a neutral certificate kept from every \
         supplier."
        => &[&Per(|r, ()| r.ledger.lost_safety)];
    FORWARDED = "forwarded-alerts", Count, Sum,
        "Critical device alerts that the losing supplier forwarded by hand to a gaining supplier that is not a DCC \
         User."
        => &[&Per(|r, ()| r.ledger.forwarded)];
}
