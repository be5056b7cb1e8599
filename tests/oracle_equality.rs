//! The engine equals the enumerating oracle, number for number, on random small markets.

mod oracle;

use meterchurn::model::backlog::{self, Desk, Drive};
use meterchurn::model::ledger::Ledger;

/// Markets tried in the quick suite; `--ignored` tries many more.
const QUICK: u64 = 3_000;
const LONG: u64 = 20_000;

fn engine(seed: u64, drive: Drive) -> (Ledger, Vec<String>) {
    let (meters, suppliers, window, civil) = oracle::generate::market(seed);
    let desks: Vec<Desk> =
        suppliers.iter().map(|s| Desk { capacity: s.capacity, opening: s.opening, user_from: s.user_from }).collect();
    let mut ledger = Ledger::new(window);
    ledger.each_meter = Some(Default::default());
    backlog::run(&meters, &desks, &civil, drive, &mut ledger);
    let counts = oracle::simulate(&meters, &suppliers, window, &civil);
    let mut differences = oracle::differences(&counts, &ledger);
    if let Err(law) = ledger.check_conservation() {
        differences.push(law);
    }
    (ledger, differences)
}

fn compare(seeds: impl Iterator<Item = u64>) {
    let mut broken = 0;
    for seed in seeds {
        let (_, differences) = engine(seed, Drive::Alone);
        if !differences.is_empty() {
            broken += 1;
            println!("market {seed}:\n  {}", differences.join("\n  "));
        }
        assert!(broken < 10, "too many markets differ; see above");
    }
    assert_eq!(broken, 0, "markets that differ are listed above");
}

#[test]
fn the_engine_equals_the_oracle_on_thousands_of_random_markets() {
    compare(0..QUICK);
}

#[test]
#[ignore = "minutes; run by .ci/run"]
fn the_engine_equals_the_oracle_on_many_more_random_markets() {
    compare(QUICK..LONG);
}

#[test]
fn meters_walked_alone_or_driven_by_the_agenda_give_the_same_ledger() {
    for seed in 0..500 {
        assert_eq!(engine(seed, Drive::Alone).0, engine(seed, Drive::Agenda).0, "market {seed}");
    }
}

#[test]
fn the_order_in_which_meters_are_given_does_not_show() {
    for seed in 0..300 {
        let (mut meters, suppliers, window, civil) = oracle::generate::market(seed);
        let desks: Vec<Desk> = suppliers
            .iter()
            .map(|s| Desk { capacity: s.capacity, opening: s.opening, user_from: s.user_from })
            .collect();
        let mut run = |reverse: bool| {
            if reverse {
                meters.reverse();
            }
            let mut ledger = Ledger::new(window);
            backlog::run(&meters, &desks, &civil, Drive::Agenda, &mut ledger);
            ledger
        };
        assert_eq!(run(false), run(true), "market {seed}");
    }
}
