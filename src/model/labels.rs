//! The labels of counters: what alerts, reads, requests, cases and minute bins are counted by.

use super::market::Size;
use super::plan::{Class, Fuel, Region};
use crate::engine::table::label;

pub(crate) use crate::engine::table::index;

label!(Fuel);
label!(Class);
label!(Region);
label!(Size);

index! {
    /// Class of an alert.
    AlertClass {
        /// 0x8F0A, a pushed read.
        Read => "read",
        /// A DCC alert carrying E4.
        E4 => "e4",
        /// A DCC alert that reports the removal of a schedule.
        Notice => "notice",
        /// Another device alert, critical.
        Critical => "critical",
        /// Another device alert.
        NonCritical => "non-critical",
    }
}

impl AlertClass {
    /// Whether a device creates it, so that it crosses the WAN; the DCC creates the others.
    pub const fn is_of_device(self) -> bool {
        !matches!(self, AlertClass::E4 | AlertClass::Notice)
    }

    /// The class of a device alert other than a read.
    pub const fn of(critical: bool) -> Self {
        if critical { AlertClass::Critical } else { AlertClass::NonCritical }
    }
}

index! {
    /// Whether the addressee is the registered supplier when the alert is emitted.
    Standing {
        /// It is.
        Registered => "registered",
        /// It is not.
        Unregistered => "unregistered",
    }
}

index! {
    /// Stage of the funnel.
    Stage {
        /// Created.
        Emitted => "emitted",
        /// Device alerts: the meter was off the WAN.
        LostOnAir => "lost-on-air",
        /// Device alerts: crossed the WAN.
        Carried => "carried",
        /// Withheld by a DCC filter, or by the SMETS1 service provider.
        Blocked => "blocked",
        /// At the addressee's gateway.
        Delivered => "delivered",
        /// Waiting at the horizon for the addressee's gateway.
        Held => "held",
        /// Lost: the gateway was unavailable for two days.
        Lost => "lost",
        /// Kept by the addressee.
        Retained => "retained",
        /// Discarded on receipt.
        Discarded => "discarded",
    }
}

index! {
    /// What a read is to its receiver (R4).
    ReadKind {
        /// The receiver is registered.
        Rightful => "rightful",
        /// SSD's midnight snapshot, to the supplier that lost the meter.
        Closing => "closing",
        /// Data later than the SSD at which the receiver lost the meter.
        Leaked => "leaked",
        /// The receiver's own data again: neither leaked nor closing.
        Repeated => "repeated",
        /// Pushed while the meter holds no supplier's certificate.
        Orphaned => "orphaned",
    }
}

index! {
    /// How a read travels.
    Path {
        /// Pushed by the meter.
        Push => "push",
        /// Pulled by a DCC schedule.
        Pull => "pull",
    }
}

index! {
    /// Stage of a read. A pulled read is emitted and delivered at once.
    ReadStage {
        /// Pushed by the meter, whether or not it is on the WAN, or pulled from it.
        Emitted => "emitted",
        /// The meter was off the WAN.
        LostOnAir => "lost-on-air",
        /// Withheld on the DCC's side.
        Blocked => "blocked",
        /// Reached its receiver.
        Delivered => "delivered",
        /// Waiting at the horizon for the receiver's gateway.
        Held => "held",
        /// Lost: the gateway was unavailable for two days.
        Lost => "lost",
        /// Kept by its receiver.
        Retained => "retained",
    }
}

impl ReadStage {
    /// The stage of a pushed read whose alert is at a stage; `None` where reads are not counted apart.
    pub const fn of(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Emitted => Some(ReadStage::Emitted),
            Stage::LostOnAir => Some(ReadStage::LostOnAir),
            Stage::Blocked => Some(ReadStage::Blocked),
            Stage::Delivered => Some(ReadStage::Delivered),
            Stage::Held => Some(ReadStage::Held),
            Stage::Lost => Some(ReadStage::Lost),
            Stage::Retained => Some(ReadStage::Retained),
            Stage::Carried | Stage::Discarded => None,
        }
    }
}

index! {
    /// Device of a meter point, by its place.
    Device {
        /// The meter itself.
        Meter => "meter",
        /// The proxy that answers for a gas meter.
        Proxy => "proxy",
    }
}

index! {
    /// Service requests that are counted.
    Reference {
        /// Update Security Credentials (CoS).
        R6_23 => "6.23",
        /// Update Device Configuration (Billing Calendar).
        R6_8 => "6.8",
        /// Create Schedule.
        R5_1 => "5.1",
        /// Delete Schedule.
        R5_3 => "5.3",
        /// A scheduled read.
        Scheduled => "scheduled-read",
        /// Retrieve Device Security Credentials, by a sweep.
        R6_24_1 => "6.24.1",
        /// The CoS Party's command that places a neutral certificate.
        Neutral => "neutral-certificate",
    }
}

impl Reference {
    /// What it does, in as few words as a legend allows.
    pub const fn purpose(self) -> &'static str {
        match self {
            Reference::R6_23 => "places certificates",
            Reference::R6_8 => "sets billing calendars",
            Reference::R5_1 => "creates schedules",
            Reference::R5_3 => "deletes schedules",
            Reference::Scheduled => "scheduled reads",
            Reference::R6_24_1 => "reads certificates",
            Reference::Neutral => "places neutral certificates",
        }
    }
}

index! {
    /// What became of a request.
    Outcome {
        /// Passed the check; it may still fail on the device.
        Accepted => "accepted",
        /// Refused when sent.
        E4 => "e4",
        /// Future-dated, refused when due.
        E4WhenDue => "e4-when-due",
        /// Did not execute: no response, overtaken, or no certificate.
        Failed => "failed",
        /// Its switch was gone or superseded at its turn.
        Abandoned => "abandoned",
    }
}

index! {
    /// What became of a switch.
    SwitchOutcome {
        /// The gainer was registered.
        Registered => "registered",
        /// It was withdrawn.
        Withdrawn => "withdrawn",
    }
}

index! {
    /// How a case ended.
    Ending {
        /// 6.23 executed.
        Executed => "executed",
        /// The customer is back with the holder.
        Returned => "returned",
        /// A further switch.
        Superseded => "superseded",
    }
}

index! {
    /// Why an alert was withheld from a supplier entitled to it.
    FalseBlock {
        /// The DCC's copy did not show the registered supplier.
        StaleCopy => "stale-copy",
        /// The closing read.
        ClosingRead => "closing-read",
    }
}

index! {
    /// What is counted minute by minute.
    Channel {
        /// Leaked pushed reads, when they are delivered.
        LeakedPush => "leaked-push",
        /// Leaked pulled reads.
        LeakedPull => "leaked-pull",
        /// E4s to a supplier that is not registered, when they are delivered.
        E4 => "e4",
        /// Alerts withheld from the registered supplier because the DCC's copy did not show it.
        FalselyBlocked => "falsely-blocked",
        /// 6.23s that the DCC holds back.
        HeldBack => "held-back",
    }
}

index! {
    /// Who is responsible for a 6.23 not initiated, for the daily count.
    Owner {
        /// A mature gainer.
        Mature => "mature",
        /// An immature gainer.
        Immature => "immature",
        /// A gainer that is not a DCC User.
        NonUser => "non-user",
        /// An erroneous transfer or its return.
        Erroneous => "erroneous-transfer",
    }
}

impl Device {
    /// The device at an index of a plan's lists. The meter is the first.
    pub const fn at(place: usize) -> Self {
        if place == 0 { Device::Meter } else { Device::Proxy }
    }
}

impl Owner {
    /// The owner of a switch with this gainer's class.
    pub const fn of(class: Class, erroneous: bool) -> Self {
        match (erroneous, class) {
            (true, _) => Owner::Erroneous,
            (false, Class::Mature) => Owner::Mature,
            (false, Class::Immature) => Owner::Immature,
            (false, Class::NonUser) => Owner::NonUser,
        }
    }
}
