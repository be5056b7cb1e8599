//! The catalogue of metrics, a file for each subject. A metric is one declaration in its file.

mod alerts;
mod capacity;
mod cases;
mod reads;
mod requests;
mod stocks;
mod suppliers;
mod traffic;

pub use alerts::*;
pub use capacity::*;
pub use cases::*;
pub use reads::*;
pub use requests::*;
pub use stocks::*;
pub use suppliers::*;
pub use traffic::*;

use super::metric::Metric;

static GROUPS: &[&[&Metric]] =
    &[alerts::ALL, reads::ALL, cases::ALL, stocks::ALL, requests::ALL, suppliers::ALL, traffic::ALL, capacity::ALL];

/// All metrics, in the order of results.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    GROUPS.iter().flat_map(|group| group.iter().copied())
}

/// The metric of a name.
pub fn named(id: &str) -> Option<&'static Metric> {
    all().find(|metric| metric.id == id)
}

/// The margins of a number that is counted for the cases of a switch: by cause and fuel, by generation of the devices,
/// and by the suppliers of the switch.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::dimension::Dimension;

    #[test]
    fn every_metric_has_a_unique_name_and_a_definition() {
        let mut names: Vec<&str> = all().map(|metric| metric.id).collect();
        let number = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), number);
        for metric in all() {
            assert!(metric.about.ends_with('.') && !metric.definition().is_empty(), "{}", metric.id);
            assert_eq!(named(metric.id), Some(metric));
        }
    }

    #[test]
    fn daily_metrics_have_a_day_in_every_margin_and_others_in_none() {
        for metric in all() {
            for margin in metric.margins {
                let has_day = margin.dimensions().contains(&Dimension::At);
                assert_eq!(has_day, metric.aggregation.is_daily(), "{}", metric.id);
            }
        }
    }

    #[test]
    fn margins_of_a_metric_differ_in_their_labels() {
        for metric in all() {
            let sets: Vec<Vec<Dimension>> = metric.margins.iter().map(|margin| margin.dimensions()).collect();
            for (place, set) in sets.iter().enumerate() {
                assert!(!sets[..place].contains(set), "{}: {set:?}", metric.id);
            }
        }
    }

    #[test]
    fn labels_that_must_be_named_are_labels_of_every_margin() {
        for metric in all() {
            for (dimension, _) in metric.apart {
                assert!(metric.margins.iter().all(|margin| margin.dimensions().contains(dimension)), "{}", metric.id);
            }
        }
    }
}
