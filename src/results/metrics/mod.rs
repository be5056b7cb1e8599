//! The catalogue of metrics, a file for each subject. A metric is one declaration in its file.

mod alerts;
mod cases;
mod reads;
mod requests;
mod stocks;
mod suppliers;
mod traffic;

pub use alerts::*;
pub use cases::*;
pub use reads::*;
pub use requests::*;
pub use stocks::*;
pub use suppliers::*;
pub use traffic::*;

use super::metric::Metric;

/// All metrics, in the order of results.
pub(super) static GROUPS: &[&[&Metric]] =
    &[alerts::ALL, reads::ALL, cases::ALL, stocks::ALL, requests::ALL, suppliers::ALL, traffic::ALL];

/// The margins of a number that is counted for the cases of a switch: by cause and fuel, by generation of the devices, and by
/// the suppliers of the switch.
macro_rules! of_cases {
    ($sums:ident => $number:expr $(, $more:expr)*) => {
        &[
            $(&$more,)*
            &Per(|r, (cause, fuel): (Cause, Fuel)| { let $sums = &r.ledger.causes[cause][fuel]; $number }),
            &Per(|r, kind: DeviceKind| { let $sums = &r.ledger.kinds[kind]; $number }),
            &Per(|r, Losing(supplier)| { let $sums = r.losing(supplier); $number }),
            &Per(|r, Gaining(supplier)| { let $sums = r.gaining(supplier); $number }),
        ]
    };
}
use of_cases;
