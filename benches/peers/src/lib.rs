//! Two reduced models of late certificate updates, each simulated in several ways: meters that change supplier one by
//! one, and the book of a failed supplier, whose meters wait in one queue ([`solr`]).
//!
//! Every way takes the same [`draws`] and hands back the same [`totals`]; how they get from the one to the other is
//! what is compared. `README.md` says what each is and how to read the measurements.

pub mod draws;
pub mod floor;
pub mod heap;
pub mod nexo;
pub mod solr;
mod streams;
pub mod totals;
pub mod walk;

/// A day, in seconds.
pub const DAY: u32 = 86_400;
/// Days of the year.
pub const DAYS: u32 = 365;
/// The end of the year, in seconds: nothing happens then or later.
pub const HORIZON: u32 = DAYS * DAY;
/// Suppliers to lose a meter.
pub const SUPPLIERS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    /// The closed form, an event queue and a framework count the same alerts: if one of them is wrong, so are all.
    #[test]
    fn peers_agree() {
        for meters in [1, 50, 3_000] {
            let walked = walk::run(meters);
            assert_eq!(walked.cases, u64::from(meters));
            assert_eq!(walked, heap::changes(meters));
            assert_eq!(walked, heap::alerts(meters));
            assert_eq!(walked, nexo::changes(meters).expect("a simulation"));
            assert_eq!(walked, nexo::alerts(meters).expect("a simulation"));
        }
    }

    #[test]
    fn an_average_case_leaks_four_reads_and_twice_as_many_rejections() {
        let totals = walk::run(100_000);
        let reads = totals.leaked_reads() as f64 / totals.cases as f64;
        // 0.9 × 1 day + 0.1 × 20 √e days = 4.2 days, less what the horizon cuts off.
        assert!((3.7..4.2).contains(&reads), "{reads}");
        let rejections = totals.rejections() as f64 / totals.leaked_reads() as f64;
        assert!((rejections - 2.0).abs() < 0.01, "{rejections}");
    }
}
