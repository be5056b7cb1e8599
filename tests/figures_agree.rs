//! No two figures of a study contradict each other: random markets in front of random capacities.

use meterchurn::results::cube::Cube;
use meterchurn::results::query::Query;
use meterchurn::scenario::read;
use meterchurn::study;

const COMMANDS: [&str; 4] = ["6.23", "6.8", "neutral", "other"];
const QUANTILES: [&str; 6] = ["p50", "p90", "p95", "p99", "p99.9", "max"];
const TARGETS: [&str; 8] = ["1s", "10s", "60s", "5min", "30min", "1h", "4h", "24h"];

/// A market of some tens of thousands of meters, a book that moves, and a capacity that is too small now and then.
fn market(seed: u64) -> String {
    let pick = |n: u64, of: u64| (seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (8 * n)) % of;
    let capacity = ["4 /s", "150 /min", "20000 /h", "90 /min", "1 /s"][pick(1, 5) as usize];
    format!(
        r#"
schema = 1
title = "a market"
supplier = [
    {{ id = "a", share = 50, gains = 10 }}, {{ id = "fails", share = 5, gains = 0 }},
    {{ id = "takes-over", share = 45, gains = 90, capacity = "{desk} /d" }},
]
[time]
start = 2021-09-01
horizon = 2021-10-15
[market]
path = [{{ on = 2021-03-01, meters = {meters} }}, {{ on = 2021-12-31, meters = {meters} }}]
no-response = 0.1
switching = {{ "2021-03" = 0.02, "2021-04" = 0.02, "2021-05" = 0.02, "2021-06" = 0.02, "2021-07" = 0.02, "2021-08" = 0.02, "2021-09" = 0.02, "2021-10" = 0.02 }}
[traffic]
capacity = "{capacity}"
[[inject]]
kind = "supplier-failure"
where = {{ losing = ["fails"], gaining = ["takes-over"] }}
from = 2021-09-10
[experiment]
replications = 2
seed = {seed}
[[policy]]
id = "baseline"
[[policy]]
id = "neutral"
use = [{{ mitigation = "25" }}]
[[policy]]
id = "throttled"
use = [{{ mitigation = "16", delay = "1 h", above = 0.9 }}]
"#,
        desk = 100 + pick(2, 900),
        meters = 20_000 + pick(3, 40_000),
    )
}

/// A number of each run of a policy.
fn runs(cube: &Cube, policy: usize, query: &str) -> Vec<f64> {
    let query: Query = query.parse().unwrap_or_else(|advice| panic!("{query}: {advice:?}"));
    let places = query.places(cube.catalogue()).unwrap_or_else(|| panic!("no values for {query:?}"));
    cube.runs(policy).iter().map(|run| query.number(&places, &run.values)).collect()
}

#[test]
fn waits_agree_with_one_another_in_every_run() {
    let mut delayed_in = 0;
    for seed in 0..5 {
        let (scenario, _) = read("market", &market(seed)).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
        for policy in 0..scenario.policies.len() {
            let of = |query: &str| runs(&results, policy, query);
            for command in COMMANDS {
                let count = |metric: &str| of(&format!("{metric}{{command={command}}}.total"));
                let (messages, delayed, waited) =
                    (count("capacity.messages"), count("capacity.delayed"), count("capacity.waited"));
                let waits: Vec<Vec<f64>> = QUANTILES
                    .iter()
                    .map(|quantile| of(&format!("capacity.wait{{command={command},quantile={quantile}}}.total")))
                    .collect();
                let within: Vec<Vec<f64>> = TARGETS
                    .iter()
                    .map(|target| of(&format!("capacity.within{{command={command},within={target}}}.total")))
                    .collect();
                for run in 0..messages.len() {
                    let place = format!("market {seed}, policy {policy}, run {run}, {command}");
                    assert!(delayed[run] <= messages[run], "{place}: more wait than come");
                    let waits: Vec<f64> = waits.iter().map(|quantile| quantile[run]).collect();
                    assert!(waits.is_sorted(), "{place}: {waits:?}");
                    let longest = waits[waits.len() - 1];
                    // Each that waits waits a second at least, and none longer than the longest.
                    assert!(delayed[run] <= waited[run], "{place}: {} s of {}", waited[run], delayed[run]);
                    assert!(waited[run] <= delayed[run] * longest, "{place}: the mean exceeds the longest wait");
                    assert_eq!(longest > 0.0, delayed[run] > 0.0, "{place}");
                    let shares: Vec<f64> = within.iter().map(|target| target[run]).collect();
                    assert!(shares.is_sorted() && shares[shares.len() - 1] <= 100.0, "{place}: {shares:?}");
                    // 95 % wait no longer than p95.
                    if waits[2] <= 60.0 {
                        assert!(shares[2] >= 95.0, "{place}: {} % within 60 s, p95 {} s", shares[2], waits[2]);
                    }
                    delayed_in += u32::from(command == "6.23" && delayed[run] > 0.0);
                }
            }
            for metric in ["capacity.messages", "capacity.delayed", "capacity.waited"] {
                let all = of(&format!("{metric}.total"));
                let parts = COMMANDS.map(|command| of(&format!("{metric}{{command={command}}}.total")));
                for (run, all) in all.into_iter().enumerate() {
                    let sum: f64 = parts.iter().map(|part| part[run]).sum();
                    assert_eq!(sum, all, "market {seed}, policy {policy}, run {run}: {metric}");
                }
            }
            let (busy, queue) = (of("capacity.busy-minutes.total"), of("capacity.longest-queue.total"));
            let longest = of("capacity.wait{quantile=max}.total");
            for run in 0..busy.len() {
                assert_eq!(busy[run] > 0.0, longest[run] > 0.0, "market {seed}, policy {policy}, run {run}");
                assert_eq!(queue[run] > 0.0, longest[run] > 0.0, "market {seed}, policy {policy}, run {run}");
            }
            assert!(of("capacity.unsettled-minutes.total").iter().all(|minutes| *minutes == 0.0), "market {seed}");
        }
    }
    assert!(delayed_in >= 5, "6.23s waited in {delayed_in} runs only");
}

#[test]
fn peaks_agree_with_one_another_and_with_the_load_in_every_run() {
    const WINDOWS: [&str; 5] = ["minute", "5min", "15min", "hour", "day"];
    const PARTS: [&str; 6] = ["p1", "p50", "p95", "p99.9", "p99.99", "max"];
    let (scenario, _) = read("market", &market(1)).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    for policy in 0..scenario.policies.len() {
        let of = |query: &str| runs(&results, policy, query);
        for leg in ["wan-south", "wan-north", "to-users"] {
            let windows = |metric: &str| -> Vec<Vec<f64>> {
                WINDOWS.iter().map(|per| of(&format!("{metric}{{leg={leg},per={per}}}.total"))).collect()
            };
            let [caused, joint, background] =
                ["traffic.peak-messages", "traffic.joint-peak", "background.peak-messages"].map(windows);
            let [beside, part] = ["traffic.background-at-peak", "traffic.caused-at-joint-peak"].map(windows);
            let times = windows("traffic.joint-peak-time");
            let totals =
                ["traffic.messages", "background.messages"].map(|metric| of(&format!("{metric}{{leg={leg}}}.total")));
            let load: Vec<Vec<f64>> =
                PARTS.iter().map(|part| of(&format!("traffic.load{{leg={leg},quantile={part}}}.total"))).collect();
            for run in 0..results.n() {
                let place = format!("policy {policy}, run {run}, {leg}");
                let of_run = |windows: &[Vec<f64>]| -> Vec<f64> { windows.iter().map(|runs| runs[run]).collect() };
                for windows in [&caused, &joint, &background] {
                    assert!(of_run(windows).is_sorted(), "{place}: a longer window has fewer messages");
                }
                for per in 0..WINDOWS.len() {
                    let [caused, joint, background] = [&caused, &joint, &background].map(|of| of[per][run]);
                    assert!(joint >= caused.max(background) && joint <= caused + background, "{place}: {joint}");
                    assert!(part[per][run] <= caused && beside[per][run] <= background, "{place}");
                    assert!(caused + beside[per][run] <= joint, "{place}: the peak of both is no peak");
                    let length = [60.0, 300.0, 900.0, 3_600.0, 86_400.0][per];
                    assert_eq!(times[per][run] % length, 0.0, "{place}: a window begins within another");
                }
                assert!(joint[4][run] <= totals[0][run] + totals[1][run], "{place}: a day has more than the window");
                assert!(of_run(&load).is_sorted(), "{place}");
                assert_eq!(load[PARTS.len() - 1][run], joint[0][run], "{place}: two busiest minutes");
            }
        }
        let (queue, days) = (of("capacity.longest-queue.total"), of("capacity.queue-on.max"));
        assert_eq!(queue, days, "policy {policy}: two longest queues");
    }
}
