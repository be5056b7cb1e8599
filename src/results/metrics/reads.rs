//! Reads.

use super::of_cases;
use crate::model::cause::Cause;
use crate::model::labels::*;
use crate::model::plan::{DeviceKind, Fuel};
use crate::results::dimension::{Addressee, Gaining, Losing, On, Pair, ReadsPerConsumer};
use crate::results::metric::{Per, declare};
use crate::results::reading::per_thousand;

/// The margin of a stage of a kind of reads by path.
macro_rules! reads_at {
    ($kind:ident, $stage:ident) => {
        &[&Per(|r, path: Path| r.reads(ReadKind::$kind, path, ReadStage::$stage))]
    };
}

declare! {
    LEAKED_EMITTED = "leaked-reads.emitted", Count, Sum,
        "Reads dated after the SSD at which their addressee lost the meter, including pushes off the WAN. A push off \
         the WAN never leaves the meter."
        => reads_at!(Leaked, Emitted);
    LEAKED_LOST_ON_AIR = "leaked-reads.lost-on-air", Count, Sum, "Leaked reads pushed by a meter off the WAN."
        => reads_at!(Leaked, LostOnAir);
    LEAKED_BLOCKED = "leaked-reads.blocked", Count, Sum,
        "Leaked reads that crossed the WAN and were withheld by a DCC filter or by the SMETS1 service provider."
        => reads_at!(Leaked, Blocked);
    LEAKED_DELIVERED = "leaked-reads.delivered", Count, Sum,
        "Leaked reads, pushed or pulled, that reached the supplier that lost the meter. `addressee` is the supplier \
         that receives them; `losing` and `gaining` are the suppliers of the current switch. After two switches the \
         addressee may be a supplier further back than `losing`."
        => of_cases!(sums => sums.unwanted.reads(),
            Per(|r, path: Path| r.reads(ReadKind::Leaked, path, ReadStage::Delivered)),
            Per(|r, Addressee(supplier)| r.ledger.received(supplier).reads()),
            Per(|r, Pair { losing, gaining }| r.ledger.pairs.get(losing, gaining).unwanted.reads()));
    LEAKED_HELD = "leaked-reads.held", Count, Sum, "Leaked reads that wait for the addressee's gateway at the horizon."
        => reads_at!(Leaked, Held);
    LEAKED_LOST = "leaked-reads.lost", Count, Sum,
        "Leaked reads given up because the addressee's gateway was unavailable for two \
         days." => reads_at!(Leaked, Lost);
    LEAKED_RETAINED = "leaked-reads.retained", Count, Sum, "Leaked reads that the addressee kept."
        => reads_at!(Leaked, Retained);
    LEAKED_PUSHED_ON = "leaked-reads.pushed-on", Count, Flow, "Leaked pushed reads delivered on a local day."
        => &[&Per(|r, On(day)| r.on(Channel::LeakedPush, day))];
    LEAKED_PULLED_ON = "leaked-reads.pulled-on", Count, Flow,
        "Leaked reads that DCC schedules pulled on a local day."
        => &[&Per(|r, On(day)| r.on(Channel::LeakedPull, day))];
    LEAKED_RATE = "leaked-reads.per-1000-switches", PerThousand, Sum,
        "Leaked reads delivered for each thousand switches that started in the window; 0 if none did."
        => &[&Per(|r, ()| per_thousand(r.leaked(), r.started()))];
    CLOSING_DELIVERED = "closing-reads.delivered", Count, Sum,
        "Snapshots of SSD's midnight delivered to the supplier that lost the meter, which is entitled to them."
        => reads_at!(Closing, Delivered);
    CLOSING_RETAINED = "closing-reads.retained", Count, Sum,
        "Closing reads that the supplier that lost the meter kept." => reads_at!(Closing, Retained);
    RIGHTFUL_DELIVERED = "rightful-reads.delivered", Count, Sum,
        "Reads delivered to the registered supplier, from the notice of the first switch on."
        => reads_at!(Rightful, Delivered);
    RIGHTFUL_RETAINED = "rightful-reads.retained", Count, Sum, "Rightful reads that the registered supplier kept."
        => reads_at!(Rightful, Retained);
    REPEATED_DELIVERED = "repeated-reads.delivered", Count, Sum,
        "Reads that show a supplier that is not registered its own data once more." => reads_at!(Repeated, Delivered);
    ORPHANED_DELIVERED = "orphaned-reads.delivered", Count, Sum,
        "Reads pushed while the meter holds no supplier's certificate. No supplier can read them."
        => &[&Per(|r, ()| r.reads(ReadKind::Orphaned, Path::Push, ReadStage::Delivered))];
    PER_CONSUMER = "reads.per-consumer", Count, Sum,
        "Meter points by the number of leaked reads, pushed or pulled, that they suffered. Those without any are left \
         out."
        => &[&Per(|r, group: ReadsPerConsumer| {
            r.ledger.leaks_per_meter.range(group.range()).map(|(_, meters)| meters).sum()
        })];
    PER_CONSUMER_MOST = "reads.per-consumer-most", Count, Peak, "Most leaked reads that one meter point suffered."
        => &[&Per(|r, ()| r.ledger.leaks_per_meter.keys().next_back().copied().unwrap_or(0))];
}
