//! Which class of gainer each supplier of a market is in a run: the shares of gains come out, whoever has a class.

use meterchurn::engine::random::Draws;
use meterchurn::model::classes::{Classes, Fit, Shares};
use meterchurn::model::gainers;
use meterchurn::model::market::{Market, Size, Weights};
use meterchurn::model::plan::Class;
use meterchurn::scenario::{BUILT_IN, read};

/// The built-in market: six large suppliers, eight medium ones that gain 40.5, 48 small ones that gain 19 of 102.5.
fn built_in() -> (Market, Vec<Weights>) {
    let (scenario, _) = read("december-2018", BUILT_IN).expect("the built-in scenario");
    let weights = scenario.weights();
    (scenario.market.expect("a market"), weights)
}

fn in_runs(market: &Market, weights: &[Weights], runs: u32) -> Vec<Vec<Shares>> {
    let classes = Classes::new(market, weights);
    (0..runs).map(|run| classes.draw(&Draws::new(1, run))).collect()
}

#[test]
fn in_every_run_the_shares_of_gains_come_out_but_for_a_supplier_at_each_edge() {
    let (market, weights) = built_in();
    let gains = gainers::shares(&weights, &market.pairs);
    // The largest small supplier gains about 4.4 %, the largest medium one 7.6 %: half of each can lie beyond an edge.
    for shares in in_runs(&market, &weights, 200) {
        let of = |class: Class| -> f64 {
            shares.iter().zip(&gains).map(|(shares, gain)| shares[class as usize] * gain).sum()
        };
        assert!((of(Class::NonUser) - 0.04).abs() < 0.045, "{}", of(Class::NonUser));
        assert!((of(Class::Immature) - 0.17).abs() < 0.045 + 0.076, "{}", of(Class::Immature));
    }
}

#[test]
fn over_runs_every_supplier_is_of_a_class_as_often_as_its_size_group() {
    let (market, weights) = built_in();
    let gains = gainers::shares(&weights, &market.pairs);
    let small: f64 = weights.iter().zip(&gains).filter(|(w, _)| w.size == Size::Small).map(|(_, gain)| gain).sum();
    let runs = in_runs(&market, &weights, 2_000);
    for place in [14, 20, 61] {
        let often = runs.iter().filter(|run| run[place][Class::NonUser as usize] == 1.0).count() as f64 / 2_000.0;
        // Five standard deviations of a share of 2,000.
        assert!((often - 0.04 / small).abs() < 0.047, "small-{:02}: {often}", place - 13);
    }
}

#[test]
fn a_large_supplier_is_always_mature_and_a_medium_one_always_a_user() {
    let (market, weights) = built_in();
    for run in in_runs(&market, &weights, 200) {
        for (shares, weights) in run.iter().zip(&weights) {
            assert!(weights.size != Size::Large || *shares == [1.0, 0.0, 0.0]);
            assert!(weights.size != Size::Medium || shares[Class::NonUser as usize] == 0.0);
        }
    }
}

#[test]
fn what_has_no_room_among_suppliers_of_its_sizes_is_drawn_case_by_case() {
    let (market, weights) = built_in();
    let large: Vec<Weights> = weights.into_iter().filter(|w| w.size == Size::Large).collect();
    for run in in_runs(&market, &large, 20) {
        for shares in run {
            let close = shares.iter().zip([0.79, 0.17, 0.04]).all(|(is, due)| (is - due).abs() < 1e-12);
            assert!(close, "{shares:?}");
        }
    }
    assert!(Fit::of(&market, &large).iter().all(|fit| !fit.fits()));
}

#[test]
fn a_supplier_whose_class_the_file_fixes_counts_towards_the_shares() {
    let (market, mut weights) = built_in();
    weights[14].class = Some(Class::NonUser);
    let own = gainers::shares(&weights, &market.pairs)[14];
    let [_, non_user] = Fit::of(&market, &weights);
    assert!((non_user.share - (0.04 - own).max(0.0)).abs() < 1e-12);
}
