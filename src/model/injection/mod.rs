//! Faults that a scenario injects (model, "Injections"): each reshapes the plans that it strikes, before any policy does.
//! `of_switch` has those on 6.23 and on registration, `of_meter` those on the ways to and from a meter,
//! `book_transfer` the move of a supplier's book.

mod book_transfer;
mod of_meter;
mod of_switch;

use std::sync::Arc;

use super::lever::Lots;
use super::plan::{Fuel, MeterId, MeterPlan, Region, SupplierId};
use crate::engine::law::Law;
use crate::engine::time::{Day, Instant, Seconds};

pub use book_transfer::Transfer;

/// A fault and whom it strikes.
#[derive(Debug, Clone, PartialEq)]
pub struct Injection {
    /// What goes wrong.
    pub fault: Fault,
    /// Gaining suppliers, or those whose gateway is away; none is all.
    pub gaining: Vec<SupplierId>,
    /// Losing suppliers; none is all.
    pub losing: Vec<SupplierId>,
    /// Meters; none is all.
    pub meters: Vec<MeterId>,
    /// Share of the switches, or of the meters, that it concerns.
    pub share: f64,
    /// Switches with an SSD from this second on; for an outage its start, for a campaign its day.
    pub from: Instant,
    /// Before this second; for an outage its end.
    pub until: Instant,
    /// Its place in the scenario; names its draws.
    pub index: u32,
}

/// What goes wrong, or is done about it.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// 6.23 is never sent.
    Missing,
    /// 6.23 is first sent so much later.
    Delayed(Law),
    /// So many attempts more fail on the device.
    Failing(u32),
    /// DCC learns at its end of every switch that it would have learned of in it.
    RegistrationOutage(Outage),
    /// A refresh of the registration data: of switches that have started DCC learns at its second, if not before.
    RegistrationRefresh,
    /// The gaining supplier is no DCC User until the end; what it could not send joins its backlog.
    NotAUser {
        /// Suppliers whose backlog goes out at a stated capacity.
        queued: Vec<SupplierId>,
    },
    /// The gaining supplier puts every 6.23 that is overdue on a day into its backlog.
    BulkCampaign,
    /// Meters are off the WAN, of one region or of all.
    WanOutage(Option<Region>),
    /// Suppliers' gateways take nothing.
    GatewayOutage,
    /// A supplier's book moves, since it fails (R15) or is sold.
    BookTransfer(Transfer),
}

/// An outage of the registration data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outage {
    /// What was held up is cleared evenly over this time before the end; at the end where it is 0.
    pub clearing: Seconds,
    /// The switches that it holds up start on the first local day after they are cleared. Without it they have started in time, and
    /// only DCC learns of them late.
    pub postpones: Option<LocalDays>,
}

/// Local days that follow one another, and when supplies start on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDays {
    /// The first of them.
    pub first: Day,
    /// The midnight that begins each of them.
    pub midnights: Arc<[Instant]>,
    /// When gas's supply starts after it (R1).
    pub gas_day_start: Seconds,
}

impl LocalDays {
    /// The first of the days that begins after a second, and the supply start of a fuel on it.
    pub fn next_start(&self, after: Instant, fuel: Fuel) -> Option<(Day, Instant)> {
        let place = self.midnights.partition_point(|midnight| *midnight <= after);
        self.start(place, fuel)
    }

    /// The day at a place among them, from 0, and the supply start of a fuel on it.
    pub fn start(&self, place: usize, fuel: Fuel) -> Option<(Day, Instant)> {
        let start = *self.midnights.get(place)? + if fuel == Fuel::Gas { self.gas_day_start } else { Seconds(0) };
        Some((self.first.plus(place as i32), start))
    }
}

impl Injection {
    /// Strikes a plan where it is concerned.
    pub fn apply(&self, meter: &mut MeterPlan, lots: &Lots<'_>) {
        if !self.meters.is_empty() && !self.meters.contains(&meter.id) {
            return;
        }
        match &self.fault {
            Fault::WanOutage(region) => of_meter::wan_outage(self, *region, meter, lots),
            Fault::GatewayOutage => of_meter::gateway_outage(self, meter),
            // The market draws the switches of a book that moves with all others.
            Fault::BookTransfer(transfer) if lots.scripted => transfer.move_scripted(meter, &(lots.of)(0)),
            Fault::BookTransfer(_) => {}
            _ => of_switch::apply(self, meter, lots),
        }
    }
}
