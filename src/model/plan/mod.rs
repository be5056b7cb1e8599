//! What is fixed about a meter point before anything happens to it: drawn or scripted, then reshaped by a policy.
//! A plan holds intentions and faults; the [walk](super::walk) works out what follows from them.
//!
//! To add a field, declare it with its default, set it where it is drawn, read or reshaped, and use it in the walk.
//! Nothing else lists the fields.

mod alert;
mod declare;
mod measure;
mod meter;
mod outage;
mod practice;
mod recurrence;
mod request;
mod supplier;
mod switch;

pub use alert::{BILLING_DATA_LOG_UPDATED, DeviceAlert, Raised};
pub use measure::{BlackHole, Chase, Detector, Filter, Neutral, Passes};
pub use meter::{DeviceKind, Fuel, MeterId, MeterPlan, Payment, Region};
pub use outage::GatewayOutage;
pub use practice::{Calendar, Practice, Reading, Schedule, ScheduleRemoval, Term};
pub use recurrence::{Every, Recurrence};
pub use request::{Cancelling, CosRequest, Sending, Throttle};
pub use supplier::{Class, SupplierId, SupplierName};
pub use switch::{Book, SwitchPlan, TransferCause};
