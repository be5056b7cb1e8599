//! A meter point with its devices.

use super::declare::plan;
use super::{
    BlackHole, DeviceAlert, Filter, GatewayOutage, Neutral, Practice, ScheduleRemoval, Sending, SupplierId, SwitchPlan,
};
use crate::engine::table::index;
use crate::engine::time::Instant;

/// A meter point. Scripted ones have the number of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeterId(pub u64);

/// What the meter point delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fuel {
    /// One device holds supplier certificates.
    Electricity,
    /// Meter and gas proxy hold them.
    Gas,
}

impl Fuel {
    /// All fuels, in the order of their index.
    pub const ALL: [Fuel; 2] = [Fuel::Electricity, Fuel::Gas];

    /// The name in scenarios and results.
    pub const fn name(self) -> &'static str {
        match self {
            Fuel::Electricity => "electricity",
            Fuel::Gas => "gas",
        }
    }
}

index! {
    /// Generation of the equipment of a meter point.
    DeviceKind {
        /// The devices hold supplier certificates and address their alerts by them.
        Smets2 => "smets2",
        /// A SMETS1 service provider (S1SP) holds the certificates for the devices (domain 2.7).
        Smets1 => "smets1",
    }
}

index! {
    /// How a customer pays.
    Payment {
        /// By bill.
        Credit => "credit",
        /// Ahead, by top-ups that the meter accepts or refuses (domain 2.7).
        Prepay => "prepay",
    }
}

/// A region of the WAN; each has its own communications service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Region {
    /// North: Scotland and the north of England.
    North,
    /// Central: the Midlands, Wales and the east of England.
    Central,
    /// South.
    South,
}

impl Region {
    /// All regions, in the order of their index.
    pub const ALL: [Region; 3] = [Region::North, Region::Central, Region::South];

    /// The name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Region::North => "north",
            Region::Central => "central",
            Region::South => "south",
        }
    }
}

plan! {
    /// A meter point with all its switches within the horizon.
    ///
    /// ```
    /// use meterchurn::engine::time::{Day, Seconds};
    /// use meterchurn::model::plan::{CosRequest, Fuel, MeterId, MeterPlan, Sending, SupplierId, SwitchPlan};
    ///
    /// let ssd = Day(17_866).utc_midnight(); // 1 December 2018, when London is on UTC
    /// let late = CosRequest::new(Sending::At(ssd + Seconds::days(78)));
    /// let switch = SwitchPlan { cos: [late; 2], ..SwitchPlan::new(SupplierId(1), Day(17_866), ssd) };
    /// let meter = MeterPlan { switches: vec![switch], ..MeterPlan::new(MeterId(1), Fuel::Gas, SupplierId(0)) };
    /// assert_eq!(meter.devices, 2);
    /// assert!(!meter.is_coupled());
    /// ```
    #[derive(Debug, PartialEq, Eq)]
    pub struct MeterPlan {
        /// Its number.
        pub id: MeterId,
        /// What it delivers.
        pub fuel: Fuel,
        /// Registered supplier and certificate holder at the outset.
        pub holder: SupplierId,
    } else {
        /// The number of such meter points; every count is multiplied by it. By default 1.
        pub copies: u64 = 1,
        /// Generation of its devices; by default SMETS2.
        pub kind: DeviceKind = DeviceKind::Smets2,
        /// How its customer pays; by default by bill.
        pub payment: Payment = Payment::Credit,
        /// Whether an S1SP withholds device alerts from a supplier that the DCC's copy does not show; by default not.
        pub s1sp_checks: bool = false,
        /// Devices that hold supplier certificates, 1 or 2; by default 2 for gas.
        pub devices: u8 = if fuel == Fuel::Gas { 2 } else { 1 },
        /// Which of them the calendar, the schedules and the pushes belong to; by default the first.
        pub pusher: u8 = 0,
        /// Where it is, for outages of the WAN; by default in the north.
        pub region: Region = Region::North,
        /// How the holder reads it; by default not at all.
        pub practice: Practice = Practice::default(),
        /// Off the WAN from the first second to before the second; ascending, apart from one another. By default never.
        pub off_wan: Vec<(Instant, Instant)> = Vec::new(),
        /// The second from which its pushes and runs are counted; before it they are part of the estate's background.
        /// By default all are counted.
        pub watch: Instant = Instant(i64::MIN),
        /// Its switches, by SSD; by default none.
        pub switches: Vec<SwitchPlan> = Vec::new(),
        /// DCC filters that reach it; by default none.
        pub filters: Vec<Filter> = Vec::new(),
        /// Black-holing, by supplier; by default none.
        pub black_holes: Vec<(SupplierId, BlackHole)> = Vec::new(),
        /// Suppliers for which the DCC withholds DCC alerts at their wish, each from a second on (row 14 of the
        /// mitigations); by default none.
        pub muted: Vec<(SupplierId, Instant)> = Vec::new(),
        /// Other device alerts that it raises; by default none.
        pub alerts: Vec<DeviceAlert> = Vec::new(),
        /// Outages of suppliers' gateways; those of one supplier ascending, apart from one another. By default none.
        pub gateway_outages: Vec<GatewayOutage> = Vec::new(),
        /// A neutral certificate, where a policy places one; by default none.
        pub neutral: Option<Neutral> = None,
        /// Critical alerts with these codes are forwarded to a gainer that is not a User (row 27 of the mitigations);
        /// by default none is.
        pub forwards: Option<(Instant, Vec<u16>)> = None,
        /// When schedules are removed; by default when a 6.23 succeeds.
        pub removal: ScheduleRemoval = ScheduleRemoval::CosSuccess,
        /// From this second on schedules are also removed when the DCC's copy changes; by default never.
        pub removal_at_ssd_from: Option<Instant> = None,
    }
}

impl MeterPlan {
    /// Whether the meter has to be on the WAN for a certificate to be read or changed. An S1SP keeps those of SMETS1.
    pub fn certificates_need_wan(&self) -> bool {
        self.kind == DeviceKind::Smets2
    }

    /// Whether its own certificate decides which top-ups it accepts: that of device 0 (domain 2.7). An S1SP passes on
    /// those of SMETS1.
    pub fn checks_top_ups(&self) -> bool {
        self.payment == Payment::Prepay && self.kind == DeviceKind::Smets2
    }

    /// Whether a supplier gains it that had it before.
    pub fn comes_back(&self) -> bool {
        let had = |k: usize, supplier| self.holder == supplier || self.switches[..k].iter().any(|s| s.to == supplier);
        self.switches.iter().enumerate().any(|(k, switch)| had(k, switch.to))
    }

    /// Whether anybody is to chase a 6.23.
    pub fn is_chased(&self) -> bool {
        self.switches.iter().any(|switch| !switch.chases.is_empty())
    }

    /// Whether a 6.23 waits for a supplier's capacity, so that the meter cannot be walked alone.
    pub fn is_coupled(&self) -> bool {
        self.switches
            .iter()
            .any(|s| s.cos[..self.devices as usize].iter().any(|c| matches!(c.sending, Sending::Queued(_))))
    }
}
