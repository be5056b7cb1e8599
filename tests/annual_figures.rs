//! Published figures of switching, and how near the shipped scenarios come to them (calibration 2 and 7.1).
//!
//! No scenario holds a whole year, and scenarios count the meters on the DCC rather than all of Great Britain's. What
//! can be held against the published volumes are therefore the monthly shares: as shares of 29.0 million electricity
//! meter points.

use jiff::civil::{Date, date};
use meterchurn::engine::time::Seconds;
use meterchurn::model::civil::day_of;
use meterchurn::model::ledger::Window;
use meterchurn::model::plan::MeterPlan;
use meterchurn::scenario::{Scenario, read};
use meterchurn::study::each_plan;

const METER_POINTS: f64 = 29.0e6;
/// Calibration 2.2, January to December; the mean is 1.
const SEASONS: [f64; 12] = [0.75, 0.88, 1.18, 1.25, 0.95, 0.87, 1.00, 1.00, 1.08, 1.16, 0.97, 0.91];

fn shipped(id: &str) -> Scenario {
    let path = format!("{}/scenarios/{id}.toml", env!("CARGO_MANIFEST_DIR"));
    read(id, &std::fs::read_to_string(path).expect("a shipped scenario")).expect("a valid one").0
}

/// Monthly shares of a scenario, from the first of one month to before the first of another.
fn shares(scenario: &Scenario, from: Date, until: Date) -> Vec<f64> {
    let hazards = &scenario.market.as_ref().expect("a market").hazards;
    let within = |(year, month): (i16, i8)| (from..until).contains(&date(year, month, 1));
    hazards.iter().filter(|(month, _)| within(*month)).map(|(_, share)| *share).collect()
}

/// Completed switches of a meter, and the erroneous transfers among them. The return from one does not count as another
/// switch.
fn switches(plan: &MeterPlan) -> (u64, u64) {
    let (mut all, mut erroneous, mut away) = (0, 0, false);
    for switch in plan.switches.iter().filter(|s| s.withdrawn.is_none()) {
        let is_return = away;
        away = switch.erroneous && !is_return;
        if !is_return {
            all += 1;
            erroneous += u64::from(away);
        }
    }
    (all, erroneous)
}

/// The same over replications of the baseline.
fn drawn(scenario: &Scenario, replications: u32) -> (u64, u64) {
    let mut sum = (0, 0);
    for replication in 0..replications {
        each_plan(scenario, &scenario.policies[0], replication, |plan| {
            let (all, erroneous) = switches(&plan);
            sum = (sum.0 + all, sum.1 + erroneous);
        })
        .expect("a market that can be drawn");
    }
    sum
}

#[test]
fn erroneous_transfers_are_0_600_percent_of_switches_within_0_03_points() {
    // 0.03 points are four standard errors of a share of 0.6 % in 0.006 x 0.994 / (0.0003 / 4)^2 switches.
    const NEEDED: u64 = 1_060_267;
    // The built-in market expects some 9,300 switches in a replication.
    const REPLICATIONS: u32 = 120;
    let (all, erroneous) = drawn(&shipped("december-2018"), REPLICATIONS);
    assert!(all >= NEEDED, "{all} switches are too few for four standard errors");
    let percent = 100.0 * erroneous as f64 / all as f64;
    assert!((percent - 0.600).abs() <= 0.03, "{percent} % of {all}");
}

#[test]
fn monthly_shares_come_within_2_percent_of_the_published_volumes() {
    let season = |months: std::ops::Range<usize>| SEASONS[months].iter().sum::<f64>() / 12.0;
    for (id, from, until, others, published) in [
        // Energy UK: 1,453,622 from June to August.
        ("december-2018", date(2018, 6, 1), date(2018, 9, 1), 0.0, 1_453_622.0),
        // Energy UK: over 5.8 million in the year; ElectraLink: 2,236,000 from January to May.
        ("december-2018", date(2018, 6, 1), date(2019, 1, 1), 2_236_000.0, 5.8e6),
        // ElectraLink: 6.3 million in the year; June to November by season are 6.08 twelfths of it.
        ("november-2019-growth", date(2019, 6, 1), date(2019, 12, 1), 0.0, 6.3e6 * season(5..11)),
        // ElectraLink: 1.3 million in the year, spread evenly.
        ("december-2022-low-churn", date(2022, 10, 1), date(2023, 1, 1), 0.0, 1.3e6 / 4.0),
        // ElectraLink: 475,000 in the month.
        ("october-2024-recovery", date(2024, 10, 1), date(2024, 11, 1), 0.0, 475_000.0),
    ] {
        let volume = others + METER_POINTS * shares(&shipped(id), from, until).iter().sum::<f64>();
        assert!((volume / published - 1.0).abs() <= 0.02, "{id} from {from}: {volume}, published {published}");
    }
}

#[test]
fn december_2018_lies_between_the_two_published_counts() {
    // About 435,000 by ElectraLink, 464,300 by Energy UK.
    let december = shares(&shipped("december-2018"), date(2018, 12, 1), date(2019, 1, 1))[0];
    assert!((435_000.0..=464_300.0).contains(&(METER_POINTS * december)), "{december}");
}

#[test]
fn a_market_draws_the_volume_that_its_monthly_shares_say() {
    // A tenth of the meter points, all electricity and all there from the start.
    for (id, from, until) in [
        ("december-2018", date(2018, 6, 1), date(2019, 1, 1)),
        ("november-2019-growth", date(2019, 6, 1), date(2019, 12, 1)),
        ("december-2022-low-churn", date(2022, 10, 1), date(2023, 1, 1)),
    ] {
        let mut scenario = Scenario { warm_up: Seconds(0), ..shipped(id) };
        let due = METER_POINTS / 10.0 * shares(&scenario, from, until).iter().sum::<f64>();
        let [start, horizon] = [from, until].map(|day| scenario.civil.midnight(day_of(day)));
        scenario.window = Window::new(start, horizon, &scenario.civil);
        let market = scenario.market.as_mut().expect("a market");
        (market.path, market.gas_share) = (vec![(day_of(date(2018, 1, 1)), METER_POINTS / 10.0)], 0.0);
        let (all, _) = drawn(&scenario, 1);
        // First switches are a Poisson number. With k switches a meter the later ones make the variance at most 1 + k
        // times the mean, and k is below a half here.
        let z = (all as f64 - due) / (1.5 * due).sqrt();
        assert!(z.abs() < 4.0, "{id}: {all} switches, due {due}, z {z}");
    }
}
