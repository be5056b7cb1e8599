//! Faults that a scenario injects (model, "Injections"): each reshapes the plans that it strikes, before any policy
//! does.
//!
//! Each kind is one file: its name, what it does and takes, and how it strikes a plan. To add one, write such a file
//! and add its line to [`REGISTRY`]. A kind with keys that no other has also needs a variant of [`Fault`] and its
//! reader; the compiler then asks for it wherever it matters.

mod local_days;
mod spans;
mod struck;
mod transfer;

use super::lever::Lots;
use super::plan::{MeterId, MeterPlan, SupplierId};
use crate::engine::law::Law;
use crate::engine::time::Instant;

pub use local_days::LocalDays;
pub use registration_outage::Outage;
pub use transfer::Transfer;
pub use wan_outage::WanOutage;

/// Declares the file of each kind of injection and its place in the registry, in one line.
macro_rules! registry {
    ($($file:ident),+ $(,)?) => {
        $(mod $file;)+

        /// All kinds of injections, in the order in which they are listed.
        pub const REGISTRY: &[InjectionKind] = &[$($file::ROW),+];
    };
}

registry! {
    miss_623,
    delay_623,
    fail_623,
    registration_outage,
    registration_refresh,
    not_a_user,
    bulk_campaign,
    wan_outage,
    gateway_outage,
    supplier_failure,
    book_transfer,
}

/// How a fault strikes a plan.
pub type Strike = fn(&Injection, &mut MeterPlan, &Lots<'_>);

/// A kind of injection as scenarios name it.
#[derive(Debug, Clone, Copy)]
pub struct InjectionKind {
    /// The value of `kind` in `[[inject]]`.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// The keys of `where` that apply to it. `supplier` and `gaining` are two names of one.
    pub takes: &'static [&'static str],
    /// Its other keys.
    pub parameters: &'static [InjectionKey],
    /// How it strikes a plan, if all that it needs is in every injection: whom it concerns, its share and its time.
    pub strike: Option<Strike>,
    /// Whether it can keep a 6.23 from being sent.
    pub keeps_623_back: bool,
}

/// Kinds are the same if their names are.
impl PartialEq for InjectionKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A key of a kind of injection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InjectionKey {
    /// The key.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// The kind of injection with this name.
pub fn by_name(name: &str) -> Option<&'static InjectionKind> {
    REGISTRY.iter().find(|kind| kind.name == name)
}

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
    /// The share of the switches, or of the meters, that it concerns.
    pub share: f64,
    /// It concerns switches with an SSD from this second on; for an outage its start, for a campaign its day.
    pub from: Instant,
    /// It concerns switches with an SSD before this second; for an outage its end, for a refresh its second.
    pub until: Instant,
    /// Its place in the scenario; names its draws.
    pub index: u32,
}

/// What goes wrong, or puts it right.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// A kind with a strike of its own in the registry.
    Plain(&'static InjectionKind),
    /// 6.23 is first sent later by this law.
    Delayed(Law),
    /// This many more attempts fail on the device.
    Failing(u32),
    /// The DCC learns only at the end of every switch that it would have learned of during the outage.
    RegistrationOutage(Outage),
    /// A refresh of the registration data: at its second the DCC learns of switches that have started, if it does not
    /// know of them already.
    RegistrationRefresh,
    /// The gaining supplier is not a DCC User until the end; what it could not send joins its backlog.
    NotAUser {
        /// Suppliers whose backlog goes out at a stated capacity.
        queued: Vec<SupplierId>,
    },
    /// The gaining supplier puts every 6.23 that is overdue on a day into its backlog.
    BulkCampaign,
    /// Meters are off the WAN, of one region or of all.
    WanOutage(WanOutage),
    /// Suppliers' gateways take nothing.
    GatewayOutage,
    /// A supplier's book moves because the supplier fails (R15) or sells it.
    BookTransfer(Transfer),
}

impl Injection {
    /// Whether a second is in the injection's time.
    fn holds(&self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }

    /// Strikes a plan where it is concerned.
    pub fn apply(&self, meter: &mut MeterPlan, lots: &Lots<'_>) {
        if !self.meters.is_empty() && !self.meters.contains(&meter.id) {
            return;
        }
        match &self.fault {
            Fault::Plain(kind) => {
                if let Some(strike) = kind.strike {
                    strike(self, meter, lots);
                }
            }
            Fault::Delayed(law) => delay_623::strike(self, law, meter, lots),
            Fault::Failing(times) => fail_623::strike(self, *times, meter, lots),
            Fault::RegistrationOutage(outage) => registration_outage::strike(self, outage, meter, lots),
            Fault::RegistrationRefresh => registration_refresh::strike(self, meter, lots),
            Fault::NotAUser { queued } => not_a_user::strike(self, queued, meter, lots),
            Fault::BulkCampaign => bulk_campaign::strike(self, meter, lots),
            Fault::WanOutage(outage) => wan_outage::strike(self, outage.region, meter, lots),
            Fault::GatewayOutage => gateway_outage::strike(self, meter),
            // The market draws the switches of a book that moves with all others.
            Fault::BookTransfer(transfer) if lots.scripted => transfer.move_scripted(meter, &lots.first),
            Fault::BookTransfer(_) => {}
        }
    }
}
