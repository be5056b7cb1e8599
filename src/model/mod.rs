//! The model of a change of supplier on smart meters. It knows nothing of experiments: it takes the plan of a meter
//! point, works out what happens to it, and counts it.

pub mod ages;
mod attend;
pub mod background;
pub mod backlog;
pub mod cause;
pub mod civil;
pub mod classes;
mod conservation;
pub mod counters;
pub mod desk;
pub mod draw;
pub mod drawing;
pub mod emission;
pub mod gainers;
pub mod gateway;
pub mod injection;
pub mod interplay;
pub mod labels;
pub mod laws;
pub mod ledger;
pub mod lever;
pub mod market;
pub mod mitigation;
pub mod plan;
pub mod smooth;
pub mod south;
pub mod stock;
pub mod stretch;
pub mod sums;
pub mod traffic;
pub mod varies;
pub mod waits;
pub mod walk;
pub mod warm_up;
pub mod window;
pub mod witness;
