//! Checks that apply to every scenario, whether read from a file or built in code.

use super::Supplier;
use super::table::is_id;
use crate::engine::time::Instant;
use crate::model::gainers::{Pair, without_gainers};
use crate::model::market::Weights;
use crate::model::plan::{MeterPlan, SupplierId};
use crate::text::Advice;

/// The longest window, in days.
pub(super) const LONGEST_WINDOW: i32 = 20 * 366;

/// Checks that a window ends after it starts, and is not too long.
pub(super) fn window(start: Instant, horizon: Instant) -> Option<Advice> {
    let days = (horizon - start).0 / 86_400;
    let wrong = horizon <= start || days > i64::from(LONGEST_WINDOW);
    let message = "the window must end after its start, by 20 years at most";
    wrong.then(|| Advice::new(message, "write a horizon after the start and at most 20 years after it"))
}

/// Checks an id, which is used in files and paths.
pub(crate) fn id(what: &str, id: &str) -> Option<Advice> {
    let help = "use 1 to 64 of a-z, 0-9, `.`, `_` and `-`, starting with a letter or a digit, as in \"gainer-2\"";
    (!is_id(id)).then(|| Advice::new(format!("{what} `{}` is not a valid id", super::table::cut(id)), help))
}

/// Checks that all ids are different.
pub(super) fn distinct<'i>(what: &str, ids: impl Iterator<Item = &'i str>) -> Option<Advice> {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1])?[0];
    Some(Advice::new(format!("two {what} have the id `{}`", super::table::cut(twice)), "give each its own id"))
}

/// Checks that a market has suppliers that gain customers, and suppliers that have customers at the start.
pub(super) fn market(suppliers: &[Supplier]) -> Option<Advice> {
    if suppliers.iter().filter(|s| s.weights.gains > 0.0).count() < 2 {
        let help = "give two [[supplier]] a `share` and `gains`";
        return Some(Advice::new("a market needs two suppliers with gains", help));
    }
    let none_has = suppliers.iter().all(|s| s.weights.share <= 0.0);
    let help = "give at least one [[supplier]] a `share` above 0";
    none_has.then(|| Advice::new("in a market, at least one supplier must have meters at the start", help))
}

/// Checks that the customers of every supplier can go to another supplier.
pub(super) fn gainers<'n>(
    suppliers: &[Weights],
    pairs: &[Pair],
    name: impl FnOnce(SupplierId) -> &'n str,
) -> Option<Advice> {
    let loser = *without_gainers(suppliers, pairs).first()?;
    let message = format!("no supplier can gain a customer of `{}`", name(loser));
    Some(Advice::new(message, "give one of its pairs a `weight` above 0"))
}

/// Checks that there is something to simulate.
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
