//! A window that begins in mid-history starts with the cases that are open then.

use meterchurn::results::cube::Cube;
use meterchurn::results::query::Query;
use meterchurn::{scenario, study};

/// A market of 2018 and 2019 whose window begins in `[time]` as given.
fn text(time: &str) -> String {
    let months: Vec<String> =
        (2018..=2019).flat_map(|year| (1..=12).map(move |month| format!("\"{year}-{month:02}\" = 0.015"))).collect();
    format!(
        r#"
schema = 1
title = "a market in mid-history"
supplier = [{{ id = "a", share = 30 }}, {{ id = "b", share = 30 }}]
[time]
{time}
horizon = 2019-03-01
[market]
path = [{{ on = 2017-12-31, meters = 40000, source = "s", kind = "assumed" }}]
switching = {{ value = {{ {} }}, source = "s", kind = "assumed" }}
small-suppliers = {{ count = 10, share = 40, gains = 40, source = "s", kind = "assumed" }}
"#,
        months.join(", ")
    )
}

fn run(time: &str) -> Cube {
    let (scenario, _) = scenario::read("mid-history", &text(time)).unwrap_or_else(|f| panic!("{f:#?}"));
    study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends")
}

fn warnings(time: &str) -> Vec<String> {
    let text = text(time).replace("share = 30 }", "share = 30, source = \"s\", kind = \"assumed\" }");
    scenario::read("mid-history", &text).expect("a valid scenario").1.into_iter().map(|f| f.message).collect()
}

fn total(results: &Cube, metric: &str) -> f64 {
    let query: Query = format!("{metric}.total").parse().expect("a query");
    query.values(results, 0)[0].expect("a number")
}

#[test]
fn a_warm_up_of_a_year_leaves_the_stocks_that_a_start_a_year_earlier_has() {
    let (earlier, warmed) =
        (run("start = 2018-01-01\nwarm-up = \"0 d\""), run("start = 2019-01-01\nwarm-up = \"365 d\""));
    for at in ["2019-01-01", "2019-01-31", "2019-02-28"] {
        for metric in ["not-initiated.open", "cases.open"] {
            let metric = format!("{metric}{{at={at}}}");
            assert_eq!(total(&warmed, &metric), total(&earlier, &metric), "{metric}");
        }
    }
}

#[test]
fn cases_at_the_start_and_opened_are_closed_or_open_and_only_the_windows_are_opened() {
    let (earlier, warmed) =
        (run("start = 2018-01-01\nwarm-up = \"0 d\""), run("start = 2019-01-01\nwarm-up = \"365 d\""));
    let at_start = total(&warmed, "cases.at-start");
    assert_eq!(at_start, total(&earlier, "cases.open{at=2018-12-31}"));
    assert_eq!(total(&earlier, "cases.at-start"), 0.0);
    let (opened, closed) = (total(&warmed, "cases.opened{cause=on-time}"), total(&warmed, "cases.closed"));
    assert!(opened > 0.0 && opened < total(&earlier, "cases.opened{cause=on-time}") / 4.0);
    let all = total(&warmed, "cases.opened");
    assert_eq!(at_start + all, closed + total(&warmed, "cases.open{at=2019-02-28}"));
}

#[test]
fn leaked_reads_and_switches_are_those_of_the_window() {
    let (earlier, warmed) =
        (run("start = 2018-01-01\nwarm-up = \"0 d\""), run("start = 2019-01-01\nwarm-up = \"365 d\""));
    // Fifty-nine of 424 days: about a seventh of the switches.
    let share = total(&warmed, "switches{outcome=registered}") / total(&earlier, "switches{outcome=registered}");
    assert!((share - 59.0 / 424.0).abs() < 0.01, "{share}");
    let bare = run("start = 2019-01-01\nwarm-up = \"0 d\"");
    let leaked = |results| total(results, "leaked-reads.delivered{path=push}");
    assert!(leaked(&warmed) > 1.2 * leaked(&bare), "{} against {}", leaked(&warmed), leaked(&bare));
    assert!(leaked(&warmed) < leaked(&earlier) / 2.0);
}

#[test]
fn a_market_without_a_warm_up_uses_what_its_laws_need() {
    // A tenth of the stock of non-Users is older than two years; the numbers reach back one.
    let (scenario, _) = scenario::read("mid-history", &text("start = 2019-01-01")).expect("a valid scenario");
    assert_eq!(scenario.warm_up.0, 365 * 86_400);
    let (scenario, _) = scenario::read("mid-history", &text("start = 2018-01-02")).expect("a valid scenario");
    assert_eq!(scenario.warm_up.0, 86_400);
}

#[test]
fn check_warns_where_the_laws_reach_back_before_the_market_and_is_quiet_once_the_file_decides() {
    let [warning] = &warnings("start = 2018-02-01")[..] else { panic!("{:?}", warnings("start = 2018-02-01")) };
    assert!(warning.contains("at the start are missing"), "{warning}");
    assert_eq!(warnings("start = 2018-02-01\nwarm-up = \"31 d\""), Vec::<String>::new());
}

#[test]
fn whatever_the_threads_a_warm_up_gives_the_same_results() {
    let (scenario, _) = scenario::read("mid-history", &text("start = 2019-01-01")).expect("a valid scenario");
    let digest = |threads| {
        let how = study::How { threads, ..Default::default() };
        study::run(&scenario, how, &|_| ()).expect("a study that ends").digest()
    };
    assert_eq!(digest(1), digest(2));
}
