//! Checks that hold for a scenario however it is made: from a file, or in code.

use super::Supplier;
use super::table::is_id;
use crate::engine::time::Instant;
use crate::model::gainers::{Pair, without_gainers};
use crate::model::market::Weights;
use crate::model::plan::{MeterPlan, SupplierId};
use crate::text::Advice;

/// Longest window, days.
pub(super) const LONGEST_WINDOW: i32 = 20 * 366;

/// A window ends after it starts, and not too long after.
pub(super) fn window(start: Instant, horizon: Instant) -> Option<Advice> {
    let days = (horizon - start).0 / 86_400;
    let wrong = horizon <= start || days > i64::from(LONGEST_WINDOW);
    let message = "the window must end after its start, by 20 years at most";
    wrong.then(|| Advice::new(message, "write a horizon after the start and at most 20 years after it"))
}

/// An id names things in files and paths.
pub(super) fn id(what: &str, id: &str) -> Option<Advice> {
    let help = "take 1 to 64 of a-z, 0-9, `.`, `_` and `-`, the first a letter or a digit, as in \"gainer-2\"";
    (!is_id(id)).then(|| Advice::new(format!("{what} `{}` is not a valid id", super::table::cut(id)), help))
}

/// Of several things each has its own id.
pub(super) fn distinct<'i>(what: &str, ids: impl Iterator<Item = &'i str>) -> Option<Advice> {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1])?[0];
    Some(Advice::new(format!("two {what} have the id `{}`", super::table::cut(twice)), "give each its own id"))
}

/// A market has suppliers to gain customers, and suppliers that have them.
pub(super) fn market(suppliers: &[Supplier]) -> Option<Advice> {
    if suppliers.iter().filter(|s| s.weights.gains > 0.0).count() < 2 {
        let help = "give two [[supplier]] a `share` and `gains`";
        return Some(Advice::new("a market needs two suppliers with gains", help));
    }
    let nobody = suppliers.iter().all(|s| s.weights.share <= 0.0);
    let help = "give at least one [[supplier]] a `share` above 0";
    nobody.then(|| Advice::new("in a market some supplier must have the meters at the start", help))
}

/// Every supplier's customers have somebody to go to.
pub(super) fn gainers<'n>(
    suppliers: &[Weights],
    pairs: &[Pair],
    name: impl FnOnce(SupplierId) -> &'n str,
) -> Option<Advice> {
    let loser = *without_gainers(suppliers, pairs).first()?;
    let message = format!("no supplier can gain a customer of `{}`", name(loser));
    Some(Advice::new(message, "give one of its pairs a `weight` above 0"))
}

/// There is something to simulate.
pub(super) fn not_empty(has_market: bool, meters: &[MeterPlan]) -> Option<Advice> {
    let help = "add a [market], or [[meter]] and [[switch]]";
    (!has_market && meters.is_empty()).then(|| Advice::new("nothing to simulate", help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Seconds;

    #[test]
    fn a_window_has_at_most_twenty_years() {
        let start = Instant(0);
        assert_eq!(window(start, start + Seconds::days(i64::from(LONGEST_WINDOW))), None);
        assert!(window(start, start + Seconds::days(i64::from(LONGEST_WINDOW) + 1)).is_some());
        assert!(window(start, start).is_some());
    }

    #[test]
    fn a_second_of_one_id_is_found_wherever_it_is() {
        assert_eq!(distinct("suppliers", ["b", "a", "c"].into_iter()), None);
        let problem = distinct("suppliers", ["b", "a", "b"].into_iter()).expect("b occurs twice");
        assert_eq!(problem.message, "two suppliers have the id `b`");
    }
}
