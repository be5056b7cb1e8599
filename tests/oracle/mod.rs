//! The oracle: a slow simulator that takes every push, run and request as an event of its own, in the order of
//! `docs/semantics.md`, and counts one at a time. It shares plain types with the library and no counting code, so that
//! whatever the fast engine counts in closed form can be held against it, number for number.
//!
//! - [`facts`]: what follows from a plan and a second alone;
//! - [`walk`]: the event list and what each event does;
//! - [`compare`]: the oracle's counts against an engine's ledger, in words;
//! - [`generate`]: small random markets that stress the rules;
//! - [`reshape`]: what injections and levers make of a plan, derived a second time;
//! - [`generate_policy`]: random injections and levers for those markets;
//! - [`plan_difference`]: the first thing in which two plans differ, in words.

// Each test target that includes this module uses a part of it.
#![allow(dead_code, unused_imports)]

pub mod compare;
pub mod facts;
pub mod generate;
pub mod generate_policy;
pub mod plan_difference;
pub mod reshape;
pub mod south;
pub mod walk;

use std::collections::BTreeMap;

use meterchurn::engine::rate::Rate;
use meterchurn::engine::table::By;
use meterchurn::engine::time::{Instant, Seconds};
use meterchurn::model::ages::{Age, Milestone, Wait};
use meterchurn::model::cause::Cause;
use meterchurn::model::labels::{
    AlertClass, Channel, Device, Ending, FalseBlock, Outcome, Owner, Path, ReadKind, ReadStage, Reference, Stage,
    Standing, SwitchOutcome,
};
use meterchurn::model::ledger::{CaseSums, SupplyRisk, Unwanted};
use meterchurn::model::plan::{DeviceKind, Fuel, MeterId, SupplierId};
use meterchurn::model::south::WaySouth;
use meterchurn::model::traffic::{Leg, MessageOrigin};

pub use compare::differences;
pub use plan_difference::first_difference;
pub use walk::{simulate, simulate_behind};

/// How a supplier works off its backlog (R15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplier {
    /// 6.23s for each opening; `None` is without limit.
    pub capacity: Option<u64>,
    /// From local midnight to the opening second.
    pub opening: Seconds,
    /// How long it takes to send as many as the capacity has, one after another in equal steps.
    pub hours: Seconds,
    /// So many pass at an opening, the rest is kept for so long.
    pub anomaly: Option<(u64, Seconds)>,
    /// Whether prepay meters go before all others.
    pub prepay_first: bool,
}

/// The way south under a stated capacity, and what else takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct South {
    /// The UTC minute of the first entry.
    pub first: i64,
    /// Messages of others, minute by minute.
    pub background: Vec<u64>,
    /// The messages that it takes, and the seconds in which it takes them.
    pub capacity: (u64, i64),
    /// Whether scheduled reads and 6.24.1s are among those of others, as in an estate.
    pub estate: bool,
}

impl South {
    /// The same as the engine has it.
    pub fn way(&self) -> WaySouth {
        let (messages, seconds) = self.capacity;
        WaySouth {
            first: Instant(self.first * 60),
            minutes: self.background.len(),
            rate: Rate::new(messages, Seconds(seconds)).expect("a rate above 0"),
            background: self.background.clone(),
        }
    }
}

/// What the oracle counts: the counters of the engine's ledger, kept plainly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Alerts by class, standing and stage.
    pub alerts: By<AlertClass, By<Standing, By<Stage, u64>>>,
    /// Reads by kind, path and stage.
    pub reads: By<ReadKind, By<Path, By<ReadStage, u64>>>,
    /// Service requests by reference and outcome.
    pub requests: By<Reference, By<Outcome, u64>>,
    /// Cases open when the window starts.
    pub at_start: u64,
    /// Cases opened in the window, one a device.
    pub opened: u64,
    /// Cases closed, by ending.
    pub closed: By<Ending, u64>,
    /// Cases open at the horizon.
    pub open: u64,
    /// Cases by how long they waited for their 6.23.
    pub waits: By<Milestone, By<Wait, By<Age, u64>>>,
    /// The same by who had to send it, and by the day of the wait on which it ended.
    pub waits_by_day: BTreeMap<(Milestone, Owner, Wait, u64), u64>,
    /// Device-seconds of open cases.
    pub exposure: u64,
    /// The same by device.
    pub exposure_of: By<Device, u64>,
    /// Prepay meters that could not accept their supplier's top-ups.
    pub supply_risk: SupplyRisk,
    /// Device-seconds in which certificate or the DCC's copy is not the registered supplier's.
    pub gap: u64,
    /// Alerts withheld from somebody entitled to them.
    pub false_blocks: By<FalseBlock, u64>,
    /// Critical alerts kept from everybody.
    pub lost_safety: u64,
    /// Critical alerts forwarded to a gainer that is no User.
    pub forwarded: u64,
    /// Device-seconds in which a device holds nobody's certificate.
    pub orphan: u64,
    /// Withdrawn switches whose loser had cancelled something.
    pub spoiled: u64,
    /// 6.23s taken for an anomaly.
    pub quarantined: u64,
    /// Switches by outcome.
    pub switches: By<SwitchOutcome, u64>,
    /// By cause and fuel.
    pub causes: By<Cause, By<Fuel, CaseSums>>,
    /// By kind of the meter's devices.
    pub kinds: By<DeviceKind, CaseSums>,
    /// What each supplier receives of meters that are not its own; only those that receive something.
    pub addressees: BTreeMap<SupplierId, Unwanted>,
    /// By losing and gaining supplier.
    pub pairs: BTreeMap<(SupplierId, SupplierId), CaseSums>,
    /// Work in each supplier's backlog at the end of each local day.
    pub backlogs: Vec<Vec<u64>>,
    /// Meter points not initiated, by kind and owner, at the end of each local day.
    pub not_initiated: By<DeviceKind, By<Owner, Vec<u64>>>,
    /// Open cases at the end of each local day, by age.
    pub open_cases: By<Age, Vec<u64>>,
    /// By UTC minute (second div 60).
    pub minutes: By<Channel, BTreeMap<i64, u64>>,
    /// Messages and bytes, by why they travel, leg and UTC minute.
    pub traffic: BTreeMap<(MessageOrigin, Leg, i64), (u64, u64)>,
    /// Commands south that wait for nobody, by second: those that a market's background holds, and other ones.
    pub south: BTreeMap<i64, (u64, u64)>,
    /// 6.23s that are held back, by second.
    pub held_back: BTreeMap<i64, u64>,
    /// Commands that wait in turn, by second and place: what they are, and how many meters send them.
    pub in_turn: BTreeMap<(i64, u64), (Reference, MeterId, u64)>,
    /// How many meter points suffered so many leaked reads; those with none left out.
    pub leaks_per_meter: BTreeMap<u64, u64>,
    /// Leaked reads delivered for each meter, all its copies together.
    pub each_meter: BTreeMap<MeterId, u64>,
}
