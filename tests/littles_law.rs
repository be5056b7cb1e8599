//! Little's law on every sample path: what all that pass through a system spend in it is the integral of how many are
//! there. As an identity it holds to the second, in a growing market too; that a mean stock is rate times mean stay
//! does not.

use std::collections::{BTreeMap, BTreeSet};

use meterchurn::engine::merge::Merge;
use meterchurn::engine::time::Instant;
use meterchurn::model::backlog::Drive;
use meterchurn::model::cause::Cause;
use meterchurn::model::labels::Reference;
use meterchurn::model::ledger::Ledger;
use meterchurn::model::plan::{Fuel, MeterPlan};
use meterchurn::model::walk::{Around, Walk};
use meterchurn::model::witness::{Note, Notes};
use meterchurn::scenario::{Scenario, read};
use meterchurn::study::follow::{Choice, follow};
use meterchurn::study::{each_plan, simulate};

fn scenario(text: &str) -> Scenario {
    read("littles-law", text).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

/// How a stock changes, by second.
#[derive(Default)]
struct Stock(BTreeMap<Instant, i64>);

impl Stock {
    fn change(&mut self, at: Instant, by: i64) {
        *self.0.entry(at).or_default() += by;
    }

    /// The integral up to a second, by the levels between changes.
    fn integral(&self, until: Instant) -> i64 {
        let (mut area, mut level, mut since) = (0, 0, until);
        for (at, by) in self.0.range(..until) {
            area += level * (*at - since).0;
            (level, since) = (level + by, *at);
        }
        area + level * (until - since).0
    }

    /// The level in the last second before this one.
    fn before(&self, at: Instant) -> i64 {
        self.0.range(..at).map(|(_, by)| by).sum()
    }

    fn add_cases(&mut self, notes: &Notes) {
        for (at, note) in notes {
            match note {
                Note::CaseOpened(_) => self.change(*at, 1),
                Note::CaseClosed(..) => self.change(*at, -1),
                _ => {}
            }
        }
    }

    /// From joining a backlog to the turn; what still waits at the horizon never leaves.
    fn add_backlog(&mut self, notes: &Notes) {
        // A meter that has switched on may have one of an earlier gaining supplier left, which is given up at its turn.
        let mut waiting = BTreeSet::new();
        for (at, note) in notes {
            match note {
                Note::JoinedBacklog(supplier, device) => {
                    assert!(waiting.insert((*supplier, *device)), "a second one of this supplier and device");
                    self.change(*at, 1);
                }
                Note::Request(Reference::R6_23, _, supplier, Some(device)) if waiting.remove(&(*supplier, *device)) => {
                    self.change(*at, -1);
                }
                _ => {}
            }
        }
    }
}

/// Two meters of one supplier: a gas one whose devices wait 30 and 40 days, and four alike that wait 50 from two weeks
/// later.
const SCRIPT: &str = r#"
schema = 1
title = "two scripted meters"
supplier = [{ id = "losing" }, { id = "gaining" }]
[time]
start = 2018-11-01
horizon = 2019-02-01
[dcc]
gas-day-start = "00:00"
[[meter]]
id = 1
fuel = "gas"
holder = "losing"
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = [{ execute = 2018-12-31T00:00:00 }, { execute = 2019-01-10T00:00:00 }]
[[meter]]
id = 2
copies = 4
holder = "losing"
[[switch]]
meter = 2
from = "losing"
to = "gaining"
ssd = 2018-12-15
cos = { execute = 2019-02-03T00:00:00 }
"#;

#[test]
fn exposure_is_the_integral_of_open_cases_counted_by_hand() {
    // Open: 2 from 1 December (14 days), 6 from the 15th (16 days), 5 from the 31st (10 days), 4 from 10 January to the
    // horizon (22 days). By cases: 30 + 40 + 4 x 48 days, what lies beyond the horizon cut off.
    let by_levels = 2 * 14 + 6 * 16 + 5 * 10 + 4 * 22;
    let by_cases = 30 + 40 + 4 * 48;
    assert_eq!((by_levels, by_cases), (262, 262));
    let scenario = scenario(SCRIPT);
    let ledger = simulate(&scenario, &scenario.policies[0], 0, Drive::Alone).expect("conservation");
    assert_eq!(ledger.exposure, 262 * 86_400);
    // All changes fall on midnight, so the stock at the end of each day is the stock of that day.
    assert_eq!(ledger.open_cases.values().flat_map(|age| age.levels()).sum::<u64>(), 262);
}

/// A growing market with everything that opens and ends cases: returns, repeat switches, failures, gas, neutral
/// certificates.
const MARKET: &str = r#"
schema = 1
title = "a growing market"
supplier = [{ id = "a", share = 5, gains = 1 }, { id = "b", share = 1, gains = 3 }, { id = "c", share = 1, gains = 2 }]
[time]
start = 2018-09-01
horizon = 2019-03-01
[market]
path = [{ on = 2018-08-31, meters = 10000 }, { on = 2019-02-28, meters = 60000 }]
erroneous-share = 0.1
late-share = 0.1
no-response = 0.2
[market.switching]
2018-09 = 0.02
2018-10 = 0.03
2018-11 = 0.02
2018-12 = 0.02
2019-01 = 0.02
2019-02 = 0.02
[[policy]]
id = "neutral"
use = [{ mitigation = "25" }]
"#;

#[test]
fn exposure_is_the_integral_of_open_cases_in_a_drawn_market_for_each_cause_and_fuel() {
    let scenario = scenario(MARKET);
    let horizon = scenario.window.horizon;
    for policy in &scenario.policies {
        let whole = simulate(&scenario, policy, 0, Drive::Alone).expect("conservation");
        let mut all = Stock::default();
        // A meter whose cases differ in cause, as after a repeat switch, counts with those that have the same causes.
        let mut by_causes: BTreeMap<Vec<(Cause, Fuel)>, (Stock, u64)> = BTreeMap::new();
        let mut ledger = Ledger::new(scenario.window);
        each_plan(&scenario, policy, 0, |plan| {
            let (before, exposed, mut notes) = (ledger.causes, ledger.exposure, Notes::new());
            Walk::new(&plan, 1, scenario.window.start, horizon, Around::time(&scenario.civil))
                .finish(&mut ledger, &mut notes);
            all.add_cases(&notes);
            let each = Cause::ALL.iter().flat_map(|cause| Fuel::ALL.map(|fuel| (*cause, fuel)));
            let new = |(cause, fuel): &(Cause, Fuel)| ledger.causes[*cause][*fuel].cases > before[*cause][*fuel].cases;
            let (stock, exposure) = by_causes.entry(each.filter(new).collect()).or_default();
            stock.add_cases(&notes);
            *exposure += ledger.exposure - exposed;
        })
        .expect("a market that can be drawn");
        assert!(whole.exposure > 0 && whole.open > 0 && by_causes.len() > 2 * Cause::COUNT, "{}", by_causes.len());
        assert_eq!(all.integral(horizon), whole.exposure as i64, "{}", policy.id);
        for (causes, (stock, exposure)) in &by_causes {
            assert_eq!(stock.integral(horizon), *exposure as i64, "{}: {causes:?}", policy.id);
        }
    }
}

#[test]
fn a_backlogs_stock_adds_up_to_the_waits_counted_by_hand() {
    // Three 6.23s join on Saturday, 1 December; one goes out each working day at 09:00: on Monday 3rd, Tuesday and
    // Wednesday. Seen at the ends of days they wait 2, 3 and 4; the stock is 3 on Saturday and Sunday, 2 on Monday, 1
    // on Tuesday.
    let text = SCRIPT.replace("{ id = \"gaining\" }", "{ id = \"gaining\", capacity = \"1 /d\" }");
    let text = text.replace("copies = 4", "copies = 3").replace("ssd = 2018-12-15", "ssd = 2018-12-01");
    let text = text.replace("{ execute = 2019-02-03T00:00:00 }", "\"queue\"");
    let scenario = scenario(&text);
    let ledger = simulate(&scenario, &scenario.policies[0], 0, Drive::Alone).expect("conservation");
    let levels = ledger.backlogs[1].levels();
    assert_eq!(levels[29..36], [0, 3, 3, 2, 1, 0, 0]); // from 30 November
    assert_eq!(levels.iter().sum::<u64>(), 2 + 3 + 4);
    // 2 d 9 h, 3 d 9 h and 4 d 9 h, and a second each to execute, beside the gas meter's 70 days.
    assert_eq!(ledger.exposure, 70 * 86_400 + (2 + 3 + 4) * 86_400 + 3 * (9 * 3_600 + 1));
}

/// A supplier fails, another sells a twentieth of its customers, and their successor sends four 6.23s a working day;
/// some are left at the horizon.
const FAILURE: &str = r#"
schema = 1
title = "a failed supplier's book"
supplier = [
    { id = "a", share = 9, gains = 1 }, { id = "fails", share = 1, gains = 0 },
    { id = "takes-over", share = 1, gains = 1, capacity = "4 /d" },
]
[time]
start = 2018-11-01
horizon = 2019-02-01
[market]
path = [{ on = 2018-10-31, meters = 1500 }]
switching = { "2018-11" = 0.01, "2018-12" = 0.01, "2019-01" = 0.01 }
no-response = 0.1
[[inject]]
kind = "supplier-failure"
where = { losing = ["fails"], gaining = ["takes-over"] }
from = 2018-11-20
[[inject]]
kind = "book-transfer"
where = { losing = ["a"], gaining = ["takes-over"] }
from = 2018-12-01
over = "20 d"
share = 0.05
"#;

/// Every meter that waits for a capacity, with its notes and books.
fn queued(scenario: &Scenario) -> Vec<(Notes, Ledger)> {
    let baseline = &scenario.policies[0];
    let (mut cases, mut case) = (Vec::new(), 0);
    let mut held = |plan: MeterPlan| {
        case += 1;
        cases.extend(plan.is_coupled().then_some(case));
    };
    each_plan(scenario, baseline, 0, &mut held).expect("a market");
    let story = |case| follow(scenario, baseline, 0, Choice::Case(case)).expect("a meter").followed;
    cases.into_iter().map(story).map(|followed| (followed.notes, followed.ledger)).collect()
}

#[test]
fn a_backlogs_stock_is_that_of_the_6_23s_that_wait_in_a_drawn_market() {
    let scenario = scenario(FAILURE);
    let whole = simulate(&scenario, &scenario.policies[0], 0, Drive::Alone).expect("conservation");
    let stories = queued(&scenario);
    let mut stock = Stock::default();
    stories.iter().for_each(|(notes, _)| stock.add_backlog(notes));
    let ends: Vec<i64> = (1..=scenario.window.days as i32)
        .map(|day| stock.before(scenario.civil.midnight(scenario.window.first.plus(day))))
        .collect();
    let levels: Vec<i64> = whole.backlogs[2].levels().into_iter().map(|level| level as i64).collect();
    assert_eq!(ends, levels);
    let most = levels.iter().max().copied().unwrap_or(0);
    assert!(most > 100 && levels[levels.len() - 1] > 0, "{levels:?}");
    // One by one: the ends of days that each 6.23 sees from joining to its turn add up to the stock of all days.
    let seen: i64 = stories
        .iter()
        .map(|(notes, _)| {
            let mut own = Stock::default();
            own.add_backlog(notes);
            let midnight = |day| scenario.civil.midnight(scenario.window.first.plus(day));
            (1..=scenario.window.days as i32).map(|day| own.before(midnight(day))).sum::<i64>()
        })
        .sum();
    assert_eq!(seen, levels.iter().sum::<i64>());
}

#[test]
fn the_books_of_meters_followed_one_by_one_are_those_of_the_run() {
    let scenario = scenario(FAILURE);
    let whole = simulate(&scenario, &scenario.policies[0], 0, Drive::Alone).expect("conservation");
    let mut sum = Ledger::new(scenario.window);
    let baseline = &scenario.policies[0];
    let mut cases = 0;
    each_plan(&scenario, baseline, 0, |_| cases += 1).expect("a market");
    for case in 1..=cases {
        sum.merge(&follow(&scenario, baseline, 0, Choice::Case(case)).expect("a meter").followed.ledger);
    }
    // Backlogs are the suppliers' and in no meter's books.
    sum.backlogs.clone_from(&whole.backlogs);
    assert!(sum == whole);
}
