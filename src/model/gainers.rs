//! Who gains a customer that leaves a supplier, by the suppliers' gains and by how readily customers go from one to
//! another.

use rand_distr::Distribution;
use rand_distr::weighted::WeightedIndex;

use super::draw::{self, Lot};
use super::market::Weights;
pub use super::market::{Pair, Party};
use super::plan::SupplierId;

/// How the gaining supplier of a switch is drawn: by inversion, so that a supplier without gains moves nobody.
pub(super) enum Gainers {
    /// By gains alone; a draw of the supplier that is being left is repeated.
    Alike(WeightedIndex<f64>),
    /// Separately for each losing supplier, where pairs matter. `None` never loses a customer.
    ByLoser(Vec<Option<WeightedIndex<f64>>>),
}

impl Gainers {
    /// Prepares the gainers among a market's suppliers.
    ///
    /// # Errors
    /// When the weights cannot be drawn from.
    pub fn new(suppliers: &[Weights], pairs: &[Pair]) -> Result<Self, String> {
        if pairs.is_empty() {
            let by_gains = WeightedIndex::new(suppliers.iter().map(|s| s.gains));
            return by_gains.map(Self::Alike).map_err(|e| format!("the suppliers' gains cannot be drawn from: {e}"));
        }
        let by_loser = (0..suppliers.len()).map(|loser| WeightedIndex::new(row(suppliers, pairs, loser)).ok());
        Ok(Self::ByLoser(by_loser.collect()))
    }

    /// The supplier that gains a customer of `loser`; `None` where none does.
    pub fn draw(&self, lot: &Lot, loser: SupplierId) -> Option<SupplierId> {
        let sample = |weighted: &WeightedIndex<f64>, i: u32| {
            SupplierId(weighted.sample(&mut lot.stream(draw::GAINING, i)) as u16)
        };
        match self {
            Gainers::Alike(weighted) => (0..64).map(|i| sample(weighted, i)).find(|s| *s != loser),
            Gainers::ByLoser(by_loser) => {
                by_loser.get(loser.0 as usize).and_then(Option::as_ref).map(|weighted| sample(weighted, 0))
            }
        }
    }
}

/// The weights with which customers of the supplier at a place go to each other supplier.
fn row(suppliers: &[Weights], pairs: &[Pair], loser: usize) -> Vec<f64> {
    let numbered = || (0..).map(SupplierId).zip(suppliers);
    let leaves = |pair: &&Pair| numbered().nth(loser).is_some_and(|(id, weights)| pair.losing.holds(id, weights));
    let of_loser: Vec<&Pair> = pairs.iter().filter(leaves).collect();
    numbered()
        .map(|(id, weights)| {
            let readily = of_loser.iter().filter(|pair| pair.gaining.holds(id, weights)).map(|pair| pair.weight);
            if id.0 as usize == loser { 0.0 } else { weights.gains * readily.product::<f64>() }
        })
        .collect()
}

/// Suppliers with meters whose customers could go to no other supplier.
pub fn without_gainers(suppliers: &[Weights], pairs: &[Pair]) -> Vec<SupplierId> {
    (0..suppliers.len())
        .filter(|loser| suppliers[*loser].share > 0.0 && row(suppliers, pairs, *loser).iter().sum::<f64>() <= 0.0)
        .map(|loser| SupplierId(loser as u16))
        .collect()
}

/// What each supplier gains, as a share of all gains.
pub fn shares(suppliers: &[Weights], pairs: &[Pair]) -> Vec<f64> {
    let gains = if pairs.is_empty() { by_gains(suppliers) } else { by_pairs(suppliers, pairs) };
    let sum: f64 = gains.iter().sum();
    gains.into_iter().map(|gain| if sum > 0.0 { gain / sum } else { 0.0 }).collect()
}

/// No customer switches to the supplier that is being left.
fn by_gains(suppliers: &[Weights]) -> Vec<f64> {
    let all: f64 = suppliers.iter().map(|s| s.gains).sum();
    let from = |loser: &Weights| if loser.gains < all { loser.share / (all - loser.gains) } else { 0.0 };
    let from_all: f64 = suppliers.iter().map(from).sum();
    suppliers.iter().map(|s| s.gains * (from_all - from(s)).max(0.0)).collect()
}

fn by_pairs(suppliers: &[Weights], pairs: &[Pair]) -> Vec<f64> {
    let mut gains = vec![0.0; suppliers.len()];
    for (loser, weights) in suppliers.iter().enumerate() {
        let row = row(suppliers, pairs, loser);
        let all: f64 = row.iter().sum();
        if all > 0.0 {
            gains.iter_mut().zip(row).for_each(|(gain, weight)| *gain += weights.share * weight / all);
        }
    }
    gains
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::market::{Collection, Size};
    use crate::model::plan::SupplierName;

    /// Three suppliers with half, three tenths and a fifth of the meters, and gains of 2, 1 and 1.
    fn suppliers() -> Vec<Weights> {
        [(0.5, 2.0), (0.3, 1.0), (0.2, 1.0)]
            .map(|(share, gains)| Weights {
                name: SupplierName::NONE,
                share,
                gains,
                size: Size::Large,
                class: None,
                user_from: None,
                has_capacity: false,
                collection: Collection::default(),
                reacts: 1.0,
            })
            .to_vec()
    }

    #[test]
    fn a_supplier_gains_from_the_others_alone() {
        // Of the first one's half a half each; of 0.3 two thirds and a third; of 0.2 two thirds and a third.
        let shares = shares(&suppliers(), &[]);
        let due = [0.3 * 2.0 / 3.0 + 0.2 * 2.0 / 3.0, 0.25 + 0.2 / 3.0, 0.25 + 0.3 / 3.0];
        assert!(shares.iter().zip(due).all(|(is, due)| (is - due).abs() < 1e-12), "{shares:?}");
    }

    #[test]
    fn pairs_of_weight_one_change_nothing() {
        let pairs = [Pair { losing: Party::Of(Size::Large), gaining: Party::Of(Size::Large), weight: 1.0 }];
        let (with, without) = (shares(&suppliers(), &pairs), shares(&suppliers(), &[]));
        assert!(with.iter().zip(without).all(|(a, b)| (a - b).abs() < 1e-12), "{with:?}");
    }

    #[test]
    fn a_pair_of_weight_three_is_chosen_three_times_as_readily() {
        let (first, second) = (Party::Listed(vec![SupplierId(0)]), Party::Listed(vec![SupplierId(1)]));
        let pairs = [Pair { losing: first, gaining: second, weight: 3.0 }];
        // Of the first one's customers three go to the second for one to the third.
        assert_eq!(row(&suppliers(), &pairs, 0), [0.0, 3.0, 1.0]);
        assert_eq!(row(&suppliers(), &pairs, 1), [2.0, 0.0, 1.0]);
    }

    #[test]
    fn a_supplier_whose_customers_have_no_gainer_is_found() {
        let all = || Party::Of(Size::Large);
        let pairs = [Pair { losing: Party::Listed(vec![SupplierId(2)]), gaining: all(), weight: 0.0 }];
        assert_eq!(without_gainers(&suppliers(), &pairs), [SupplierId(2)]);
    }
}
