//! What is fixed about a meter point before anything happens to it: drawn or scripted, then reshaped by a policy.
//! A plan holds intentions and faults; what comes of them is worked out by the [walk](super::walk).

use super::labels::index;
use crate::engine::time::{Day, Instant, Seconds};

/// Cloning that takes over what a value has allocated: plans are copied for every policy.
macro_rules! clone_in_place {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl Clone for $type {
            fn clone(&self) -> Self {
                let Self { $($field),+ } = self;
                Self { $($field: $field.clone()),+ }
            }

            fn clone_from(&mut self, other: &Self) {
                let Self { $($field),+ } = other;
                $(self.$field.clone_from($field);)+
            }
        }
    };
}

/// A meter point. Scripted ones have the number of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeterId(pub u64);

/// A supplier, by its place in the scenario's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierId(pub u16);

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

/// How far a gaining supplier is with its DCC systems (DP072's root causes 1 and 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A DCC User with a settled process.
    Mature,
    /// A DCC User whose systems or process are not.
    Immature,
    /// Not a DCC User: it cannot send 6.23.
    NonUser,
}

impl Class {
    /// All classes, in the order of their index.
    pub const ALL: [Class; 3] = [Class::Mature, Class::Immature, Class::NonUser];

    /// The name in scenarios and results.
    pub const fn name(self) -> &'static str {
        match self {
            Class::Mature => "mature",
            Class::Immature => "immature",
            Class::NonUser => "non-user",
        }
    }
}

/// A region of the WAN, each with a communications service of its own.
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

/// When something periodic falls due: on the anchor's date and then at each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    /// A date on which it falls due; day of month ≤ 28 where the period is in months (R3).
    pub anchor: Day,
    /// The period.
    pub every: Every,
}

/// A period of a billing calendar or a DCC schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// So many days.
    Days(u16),
    /// So many calendar months.
    Months(u16),
}

/// A billing calendar (6.8): a snapshot at local midnight, pushed `offset` later (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// Local dates of the snapshots.
    pub due: Recurrence,
    /// Elapsed seconds from midnight to the push, below a day.
    pub offset: Seconds,
}

/// The service request that a DCC schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// 4.6.1 Retrieve Import Daily Read Log.
    DailyReadLog,
    /// 4.8.1 Read Active Import Profile Data.
    Profile,
    /// 4.14 Read Prepayment Daily Read Log.
    PrepaymentLog,
    /// 4.17 Retrieve Daily Consumption Log.
    ConsumptionLog,
}

impl Reading {
    /// All of them.
    pub const ALL: [Reading; 4] =
        [Reading::DailyReadLog, Reading::Profile, Reading::PrepaymentLog, Reading::ConsumptionLog];

    /// The service reference variant.
    pub const fn reference(self) -> &'static str {
        match self {
            Reading::DailyReadLog => "4.6.1",
            Reading::Profile => "4.8.1",
            Reading::PrepaymentLog => "4.14",
            Reading::ConsumptionLog => "4.17",
        }
    }

    /// Whether a run carries the last local midnight rather than the second of the run (R5).
    pub const fn carries_midnight(self) -> bool {
        !matches!(self, Reading::Profile)
    }
}

/// A DCC schedule (5.1): run by the DSP at a second of the UTC day (R5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Who is checked against DCC's copy and gets the read or the E4.
    pub owner: SupplierId,
    /// What a run reads.
    pub reads: Reading,
    /// UTC dates of the runs.
    pub due: Recurrence,
    /// Second of the UTC day, below 86,400.
    pub second: u32,
    /// The dates between which it runs.
    pub term: Term,
}

/// The UTC dates between which a schedule runs, both included; the default is without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Term {
    /// No run before this date.
    pub first: Option<Day>,
    /// No run after this date: from the next UTC midnight on the schedule is gone.
    pub last: Option<Day>,
}

impl Schedule {
    /// Whether its last date has passed.
    pub fn is_over(&self, at: Instant) -> bool {
        self.term.last.is_some_and(|last| last < at.utc_day())
    }
}

/// How a supplier reads a meter: its billing calendar, its DCC schedules, or both.
#[derive(Debug, PartialEq, Eq, Default)]
pub struct Practice {
    /// Billing calendar; `None` is a parked one.
    pub calendar: Option<Calendar>,
    /// DCC schedules.
    pub schedules: Vec<Schedule>,
}

clone_in_place!(Practice { calendar, schedules });

/// When the gaining supplier means to send 6.23 for one device (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// First sending at this second; before SSD it is future-dated to SSD.
    At(Instant),
    /// Joins the supplier's backlog at this second and goes out at its capacity (R15).
    Queued(Instant),
    /// Never.
    Never,
}

/// One device's 6.23: when it is meant to go and what befalls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CosRequest {
    /// The first sending.
    pub sending: Sending,
    /// From an immediate request's sending to its execution, at least 1 s (R1).
    pub latency: Seconds,
    /// So many attempts fail on the device before one succeeds (R11).
    pub fails: u32,
    /// From a refusal or a failed attempt to the next one.
    pub retry: Seconds,
    /// What the DCC holds it back on its way (row 16 of the mitigations).
    pub throttle: Option<Throttle>,
}

/// How the DCC holds back service requests when its network is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// So long.
    pub delay: Seconds,
    /// In minutes in which more than this share, in parts of a thousand, of a stated capacity is asked for; always where none is stated.
    pub above: u16,
}

/// What the losing supplier means to cancel, and whether it may do so late (R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cancelling {
    /// When it sends 5.3 for its schedules.
    pub deletes_schedules: Option<Instant>,
    /// When it sends the 6.8 that thins its billing calendar.
    pub thins_calendar: Option<Instant>,
    /// From then on the DCC lets its critical commands pass although it has lost the meter (row 12 of the mitigations).
    pub late_passes_from: Option<Instant>,
}

/// Who notices that a 6.23 is missing (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// The losing supplier, from the delivery of the first unwanted alert since SSD.
    LosingSupplier,
    /// DCC's monitoring, from SSD; it sees only whether a 6.23 was sent.
    Monitoring,
    /// The DSP, from the first pushed read since SSD that it carries to another than DCC's copy shows.
    Passing,
    /// A sweep that reads the certificates of meters on the WAN, at the chase's `from` and at this period after it.
    Sweep(Seconds),
}

/// One way in which the gaining supplier is chased (R18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chase {
    /// Who notices.
    pub detector: Detector,
    /// From what the detector goes by to the ask.
    pub detection: Seconds,
    /// From the ask to the sending; `None` is no response.
    pub response: Option<Seconds>,
    /// Nobody asks before this second.
    pub from: Instant,
}

/// Why a supplier's book moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferCause {
    /// The supplier fails: to the supplier of last resort (R15).
    Failure,
    /// It sells customers to another supplier.
    Sale,
}

/// The book that a switch moves a customer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Book {
    /// Why it moves.
    pub cause: TransferCause,
    /// Whose it is.
    pub from: SupplierId,
}

/// One switch of a meter point.
#[derive(Debug, PartialEq, Eq)]
pub struct SwitchPlan {
    /// Gaining supplier.
    pub to: SupplierId,
    /// Local date of the supply start.
    pub date: Day,
    /// Second of the supply start: electricity's is local midnight (R1).
    pub ssd: Instant,
    /// K: the second in which DCC learns of it (R9).
    pub known: Instant,
    /// Taken back at this second, before SSD (R19).
    pub withdrawn: Option<Instant>,
    /// An erroneous transfer, or the return of one (R14).
    pub erroneous: bool,
    /// The book that the customer is moved with, if it is no choice of the customer's.
    pub book: Option<Book>,
    /// Touched by an injection.
    pub injected: bool,
    /// The gainer's class for this case.
    pub class: Class,
    /// From when the gainer is a DCC User; before that it does not respond to being chased (R18).
    pub user_from: Option<Instant>,
    /// A policy has the gainer take this meter's 6.23s out of its backlog first if the meter is a prepay one.
    pub prepay_first: bool,
    /// 6.23 for each device; the second entry is for gas.
    pub cos: [CosRequest; 2],
    /// What the losing supplier cancels before SSD.
    pub cancelling: Cancelling,
    /// From execution on the reading device to the gainer's own 6.8 and 5.1 (R12); `None` is never.
    pub configures: Option<Seconds>,
    /// How the gainer reads from then on.
    pub practice: Practice,
    /// How the gainer is chased.
    pub chases: Vec<Chase>,
}

clone_in_place!(SwitchPlan {
    to,
    date,
    ssd,
    known,
    withdrawn,
    erroneous,
    book,
    injected,
    class,
    user_from,
    prepay_first,
    cos,
    cancelling,
    configures,
    practice,
    chases
});

impl SwitchPlan {
    /// Whether the customer is moved because its supplier fails.
    pub fn follows_a_failure(&self) -> bool {
        self.book.is_some_and(|book| book.cause == TransferCause::Failure)
    }

    /// Whether the gainer is a DCC User by the time it gains the meter.
    pub fn gains_as_user(&self) -> bool {
        self.class != Class::NonUser && self.user_from.is_none_or(|from| from <= self.ssd)
    }

    /// Whether the gainer is no DCC User at a second.
    pub fn is_not_user_at(&self, at: Instant) -> bool {
        self.user_from.map_or(self.class == Class::NonUser, |from| from > at)
    }
}

/// What the DCC withholds from a supplier that its copy does not show (rows 13a–c of the mitigations).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// In force from this second.
    pub from: Instant,
    /// Which device alerts pass.
    pub passes: Passes,
    /// Whether E4s and notices are in its scope.
    pub dcc_alerts: bool,
}

/// Which device alerts a filter lets through to an unregistered supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passes {
    /// Critical ones, 0x8F0A among them.
    Critical,
    /// None.
    Nothing,
    /// Those whose code is listed.
    Codes(Vec<u16>),
}

/// Alert code of a pushed read, 'Billing Data Log Updated' (domain 3.5); a critical alert.
pub const BILLING_DATA_LOG_UPDATED: u16 = 0x8F0A;

impl Filter {
    /// Whether a pushed read to a supplier that DCC's copy does not show is withheld.
    pub fn blocks_pushed_reads(&self) -> bool {
        match &self.passes {
            Passes::Critical => false,
            Passes::Nothing => true,
            Passes::Codes(codes) => !codes.contains(&BILLING_DATA_LOG_UPDATED),
        }
    }

    /// Whether another device alert to such a supplier is withheld.
    pub fn blocks_alert(&self, alert: &DeviceAlert) -> bool {
        match &self.passes {
            Passes::Critical => !alert.critical,
            Passes::Nothing => true,
            Passes::Codes(codes) => !codes.contains(&alert.code),
        }
    }
}

/// A supplier that discards on receipt what its own portfolio says is not its own (row 10 of the mitigations).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlackHole {
    /// In force from this second.
    pub from: Instant,
    /// How long the portfolio lags after a meter has come back.
    pub portfolio_lag: Seconds,
}

/// A device alert other than a pushed read (R17): it goes to whoever holds the meter's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceAlert {
    /// Its code.
    pub code: u16,
    /// Whether it is critical: a filter by class lets it pass.
    pub critical: bool,
    /// When it is raised.
    pub raised: Raised,
    /// From this second on storm protection withholds it.
    pub withheld_from: Option<Instant>,
}

/// When a device alert is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raised {
    /// In this second.
    Once(Instant),
    /// Each day, at this second of the UTC day.
    Daily(u32),
}

/// A time in which a supplier's gateway takes nothing (R16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayOutage {
    /// Whose gateway.
    pub supplier: SupplierId,
    /// First second.
    pub from: Instant,
    /// First second after it.
    pub until: Instant,
}

/// A certificate of nobody that replaces a losing supplier's (row 25 of the mitigations).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neutral {
    /// For switches from this second on.
    pub from: Instant,
    /// From SSD to its sending; not before DCC's copy is current.
    pub after: Seconds,
}

/// When the DSP removes a supplier's schedules (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleRemoval {
    /// When a 6.23 succeeds on the device that holds them.
    CosSuccess,
    /// When DCC's copy changes.
    Ssd,
    /// Never.
    Never,
}

/// A meter point with all its switches within the horizon.
#[derive(Debug, PartialEq, Eq)]
pub struct MeterPlan {
    /// Its number.
    pub id: MeterId,
    /// So many alike; everything counted is multiplied by it.
    pub copies: u64,
    /// What it delivers.
    pub fuel: Fuel,
    /// Generation of its devices.
    pub kind: DeviceKind,
    /// How its customer pays.
    pub payment: Payment,
    /// Whether an S1SP withholds device alerts from a supplier that DCC's copy does not show.
    pub s1sp_checks: bool,
    /// Devices that hold supplier certificates: 1 or 2.
    pub devices: u8,
    /// Which of them the calendar, the schedules and the pushes belong to.
    pub pusher: u8,
    /// Where it is, for outages of the WAN.
    pub region: Region,
    /// Registered supplier and certificate holder at the outset.
    pub holder: SupplierId,
    /// How that supplier reads it.
    pub practice: Practice,
    /// Off the WAN from the first second to before the second; ascending, apart from one another.
    pub off_wan: Vec<(Instant, Instant)>,
    /// From when its pushes and runs are counted; before, they are the estate's background.
    pub watch: Instant,
    /// Its switches, by SSD.
    pub switches: Vec<SwitchPlan>,
    /// DCC filters that reach it.
    pub filters: Vec<Filter>,
    /// Black-holing, by supplier.
    pub black_holes: Vec<(SupplierId, BlackHole)>,
    /// Suppliers that have the DCC withhold DCC alerts to them, each from a second on (row 14 of the mitigations).
    pub muted: Vec<(SupplierId, Instant)>,
    /// Other device alerts that it raises.
    pub alerts: Vec<DeviceAlert>,
    /// Outages of suppliers' gateways; those of one supplier ascending, apart from one another.
    pub gateway_outages: Vec<GatewayOutage>,
    /// A neutral certificate, where a policy places one.
    pub neutral: Option<Neutral>,
    /// Critical alerts with these codes are forwarded to a gainer that is no User (row 27 of the mitigations).
    pub forwards: Option<(Instant, Vec<u16>)>,
    /// When schedules are removed.
    pub removal: ScheduleRemoval,
    /// From this second on they are removed when DCC's copy changes, too.
    pub removal_at_ssd_from: Option<Instant>,
}

clone_in_place!(MeterPlan {
    id,
    copies,
    fuel,
    kind,
    payment,
    s1sp_checks,
    devices,
    pusher,
    region,
    holder,
    practice,
    off_wan,
    watch,
    switches,
    filters,
    black_holes,
    muted,
    alerts,
    gateway_outages,
    neutral,
    forwards,
    removal,
    removal_at_ssd_from
});

impl MeterPlan {
    /// Whether the meter has to be on the WAN for a certificate to be read or changed. An S1SP keeps those of SMETS1.
    pub fn certificates_need_wan(&self) -> bool {
        self.kind == DeviceKind::Smets2
    }

    /// Whether its own certificate decides which top-ups it accepts: that of device 0 (domain 2.7). An S1SP passes on those of SMETS1.
    pub fn checks_top_ups(&self) -> bool {
        self.payment == Payment::Prepay && self.kind == DeviceKind::Smets2
    }

    /// Whether a 6.23 waits for a supplier's capacity, so that the meter cannot be walked alone.
    pub fn is_coupled(&self) -> bool {
        self.switches
            .iter()
            .any(|s| s.cos[..self.devices as usize].iter().any(|c| matches!(c.sending, Sending::Queued(_))))
    }
}
