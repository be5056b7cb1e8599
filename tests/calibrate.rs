//! `calibrate`: inputs fitted to figures by simulation, laws fitted to waits, and the packs of both.

mod program;

use meterchurn::calibrate::moments::{Calibrating, Calibration, input};
use meterchurn::calibrate::target::Target;
use meterchurn::scenario::input::Setting;
use meterchurn::study::session::Session;
use meterchurn::study::{How, Stop, numbers};
use program::{assert_in_order, assert_in_order_unwrapped, file, meterchurn, stderr, stdout};
use toml::{Table, Value};

const SHARES: [&str; 2] = ["class-shares.immature=0..0.4", "class-shares.non-user=0..0.2"];

/// December 2018 with a class drawn for each case and the baseline alone.
fn december() -> Session {
    let session = Session::built_in().expect("a valid scenario");
    let set = session.parse_settings(&["market.class-drawn-for=\"case\"".to_owned()]).expect("a key");
    let session = session.set(&set).expect("a valid scenario");
    session.only(&["baseline".to_owned()]).expect("a policy").0
}

/// The same with a tenth of the meters.
fn tenth() -> Session {
    let mut root: Table = december().source().parse().expect("TOML");
    let path = root["market"]["path"].as_array_mut().expect("dates");
    for date in path {
        let meters = date["meters"].as_float().or(date["meters"].as_integer().map(|n| n as f64)).expect("a number");
        date["meters"] = Value::Float(meters / 10.0);
    }
    Session::of_text("a tenth", "tenth", &root.to_string()).expect("a valid scenario")
}

fn calibrated(session: &Session, fit: &[&str], targets: Vec<Target>, replications: u32) -> Calibration {
    let inputs = fit.iter().map(|text| input(session, text).expect("an input")).collect();
    let calibrating = Calibrating { session, inputs, targets, replications, how: How::default() };
    calibrating.run(&Stop::default(), &|_| ()).expect("a fit").expect("it is not stopped")
}

/// The means of the published figures' numbers where these inputs have these values.
fn planted(session: &Session, values: &[(&str, f64)], replications: u32) -> Vec<f64> {
    let set: Vec<Setting> = values.iter().map(|(name, value)| Setting::number(name, *value)).collect();
    let session = session.set(&set).expect("possible values");
    let queries: Vec<_> = Target::published(session.scenario()).into_iter().map(|target| target.query).collect();
    let runs: Vec<Vec<f64>> = (0..replications)
        .map(|replication| {
            let of_policies = numbers(session.scenario(), How::default(), replication, &queries);
            of_policies.expect("a simulation").remove(0)
        })
        .collect();
    (0..queries.len()).map(|i| runs.iter().map(|run| run[i]).sum::<f64>() / runs.len() as f64).collect()
}

#[test]
fn planted_shares_are_recovered_and_what_fits_as_well_fits_as_well() {
    let session = tenth();
    let known = planted(&session, &[("class-shares.immature", 0.21), ("class-shares.non-user", 0.06)], 12);
    let with_sd = |(target, value): (Target, f64)| Target { value, sd: Some(0.5), ..target };
    let targets: Vec<Target> = Target::published(session.scenario()).into_iter().zip(known).map(with_sd).collect();
    let found = calibrated(&session, &SHARES, targets, 12);
    for (fitted, planted) in found.inputs.iter().zip([0.21, 0.06]) {
        let [low, high] = fitted.widest();
        assert!(low <= planted && planted <= high, "{fitted:?}");
        assert!((fitted.value - planted).abs() < 0.03, "{fitted:?}");
    }
    assert!(found.distance < 0.5, "the planted figures are met: {found:?}");
    let [ridge] = &found.ridges[..] else { panic!("two inputs trade along one line: {found:?}") };
    assert!(found.trades && ridge.points.len() >= 5);
    // The stocks grow with both shares, so that one falls as the other rises.
    let values = |point: usize| &ridge.points[point].values;
    assert!((values(0)[0] - values(6)[0]) * (values(0)[1] - values(6)[1]) < 0.0, "{ridge:?}");
}

#[test]
fn the_shares_fitted_by_hand_lie_in_the_intervals_at_a_tenth_of_the_market() {
    let session = tenth();
    let tenth = |target: Target| Target { value: target.value / 10.0, ..target };
    let targets = Target::published(session.scenario()).into_iter().map(tenth).collect();
    let found = calibrated(&session, &SHARES, targets, 8);
    for (fitted, by_hand) in found.inputs.iter().zip([0.17, 0.04]) {
        let [low, high] = fitted.widest();
        assert!(low <= by_hand && by_hand <= high, "{fitted:?}");
    }
    assert!(found.present.rise <= found.rise, "the scenario's own shares fit as well: {:?}", found.present);
}

/// The two published stocks are two equations in two shares. With the closed form of calibration 7.3 by unit of share
/// (mature 57/0.79 and 71/0.79, immature 483/0.17 and 628/0.17, non-User 216/0.04 and 316/0.04, erroneous transfers 14
/// and 17), 758 and 1,046 are met exactly by 0.100 and 0.074: the shares fitted by hand, 0.17 and 0.04, miss them by 13
/// and 14.
#[test]
#[ignore = "a minute: simulates the whole market at some 40 points"]
fn the_published_stocks_give_the_shares_of_the_closed_form_and_a_ridge_through_those_fitted_by_hand() {
    let session = december();
    let found = calibrated(&session, &SHARES, Target::published(session.scenario()), 30);
    let [immature, non_user] = &found.inputs[..] else { panic!("{found:?}") };
    assert!((immature.value - 0.100).abs() < 0.03 && (non_user.value - 0.074).abs() < 0.015, "{found:?}");
    for (fitted, by_hand) in [(immature, 0.17), (non_user, 0.04)] {
        let [low, high] = fitted.widest();
        assert!(low < by_hand && by_hand < high, "{fitted:?}");
    }
    assert!(found.agrees && found.distance < 0.1 && found.present.rise < found.rise, "{found:?}");
    let [ridge] = &found.ridges[..] else { panic!("{found:?}") };
    assert!(ridge.points.len() >= 5 && ridge.points.iter().all(|point| point.rise < found.rise), "{ridge:?}");
    assert!(found.trades);
}

/// A market of a few thousand meters with a published stock.
const SMALL: &str = r#"
schema = 1
title = "a small market"
supplier = [
    { id = "a", share = 1, source = "s", kind = "assumed" },
    { id = "b", share = 1, source = "s", kind = "assumed" },
]
[time]
start = 2019-01-01
horizon = 2019-03-01
warm-up = "0 d"
[market]
path = [{ on = 2018-12-31, meters = 5000, source = "s", kind = "assumed" }]
class-drawn-for = { value = "case", source = "s", kind = "assumed" }
[market.class-shares]
value = { mature = 0.6, immature = 0.3, non-user = 0.1 }
source = "s"
kind = "assumed"
[market.class-sizes]
value = { immature = ["large"], non-user = ["large"] }
source = "s"
kind = "assumed"
[market.switching]
source = "s"
kind = "assumed"
[market.switching.value]
"2019-01" = 0.02
"2019-02" = 0.02
[[published]]
what = "not-initiated.open{at=2019-02-28}.total"
value = 60
sd = 2
source = "made up"
"#;

/// Puts the keys of a pack in place of those of the same names.
fn paste(into: &mut Table, pack: Table) {
    for (key, value) in pack {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) if !new.contains_key("value") => paste(old, new),
            (_, value) => _ = into.insert(key, value),
        }
    }
}

/// The scenario with a pack pasted, as the program reads it.
fn pasted(scenario: &str, pack: &str) -> Session {
    let mut root: Table = scenario.parse().expect("TOML");
    paste(&mut root, pack.parse().expect("a pack is TOML"));
    Session::of_text("pasted", "pasted", &root.to_string()).unwrap_or_else(|error| panic!("{error}\n{pack}"))
}

fn pack_of(scenario: &str, more: &[&str]) -> (String, String) {
    let (folder, path) = file("small.toml", scenario);
    let pack = folder.path().join("pack.toml").to_string_lossy().into_owned();
    let output = meterchurn(&[&["calibrate", &path, "--pack", &pack], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("parameter pack in"), "{}", stderr(&output));
    (std::fs::read_to_string(&pack).expect("a pack"), stdout(&output))
}

#[test]
fn a_pack_of_fitted_inputs_is_accepted_where_it_is_pasted() {
    let options =
        ["--fit", "class-shares.immature=0.05..0.6", "--fit", "to-623.immature=10..60", "--replications", "8"];
    let (pack, screen) = pack_of(SMALL, &options);
    assert_in_order(&pack, &["kind = \"derived\"", "calibrate: fitted by simulated moments to not-initiated.open"]);
    let session = pasted(SMALL, &pack);
    assert_eq!(session.warnings(false), "");
    let inputs = session.inputs();
    let fitted = |name: &str| inputs.iter().find(|input| input.name == name).expect("an input");
    for name in ["market.class-shares.immature", "to-623.immature"] {
        assert_eq!((fitted(name).kind.name(), fitted(name).why.as_str()), ("derived", "the scenario's own range"));
    }
    let immature = fitted("market.class-shares.immature");
    assert!(screen.contains(&format!("market.class-shares.immature={}", immature.print(&immature.value))), "{screen}");
}

#[test]
fn the_screen_puts_the_data_beside_the_fit_and_says_what_fits_as_well() {
    let (_folder, path) = file("small.toml", SMALL);
    let fixed = ["calibrate", &path, "--replications", "8", "--fit", "class-shares.immature"];
    let two = [&fixed[..], &["--fit", "to-623.immature=10..60"]].concat();
    let screen = stdout(&meterchurn(&two));
    assert_in_order_unwrapped(
        &screen,
        &[
            "2 inputs fitted to 1 figure by simulated moments",
            "Data beside the fit",
            "not-initiated.open{at=2019-02-28}.total 60",
            "95 % interval others known",
            "What fits as well",
            "fits as well if",
            "distance above the fit",
            "To run the fit: meterchurn run",
        ],
    );
    assert!(screen.lines().all(|line| line.chars().count() <= 100), "{screen}");
    let markdown = stdout(&meterchurn(&[&fixed[..], &["--format", "markdown"]].concat()));
    assert_in_order(&markdown, &["# Calibration of small", "## Data beside the fit", "| figure |", "## Estimates"]);
    let json = stdout(&meterchurn(&[&fixed[..], &["--format", "json"]].concat()));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (json["format"].as_u64(), json["inputs"][0]["name"].as_str()),
        (Some(1), Some("market.class-shares.immature"))
    );
    assert_eq!(json["figures"][0]["given"], true);
}

#[test]
fn the_fit_has_the_same_bytes_for_any_number_of_threads() {
    let (_folder, path) = file("small.toml", SMALL);
    let of = |threads: &str| {
        let options = ["calibrate", &path, "--replications", "8", "--format", "json", "-j", threads];
        let output = meterchurn(&[&options[..], &["--fit", "class-shares.immature"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(stdout(&output).contains("\"market.class-shares.immature\""), "{}", stdout(&output));
        stdout(&output)
    };
    assert_eq!(of("1"), of("3"));
}

#[test]
fn what_cannot_be_fitted_is_refused_with_what_to_write() {
    for (options, exit, parts) in [
        (&["calibrate"][..], 2, ["nothing is fitted", "--fit market.class-shares.immature"]),
        (
            &["calibrate", "--fit", "class-shares.immatur"],
            4,
            ["nothing in this scenario", "did you mean `class-shares.immature`?"],
        ),
        (&["calibrate", "--fit", "immature"], 2, ["several inputs end in `immature`", "write one of"]),
        (&["calibrate", "--fit", "dcc.gas-devices"], 2, ["has words as values", "fit another input"]),
        (&["calibrate", "--fit", "gas-share=0.5..0.4"], 2, ["`0.5..0.4` is no range", "write LOW..HIGH, as in"]),
        (&["calibrate", "--fit", "gas-share=x"], 2, ["`x` is no range", "--fit 'market.gas-share=0.41..0.45'"]),
        (
            &["calibrate", "--fit", "gas-share", "--fit", "market.gas-share"],
            2,
            ["fitted twice", "name each input once"],
        ),
        (
            &["calibrate", "--fit", "gas-share", "--replications", "3"],
            2,
            ["3 replications are too few", "--replications 8"],
        ),
        (
            &["calibrate", "--fit", "gas-share", "--to", "switches.total"],
            2,
            ["names no number and value", "QUERY=VALUE±SD"],
        ),
        (&["calibrate", "--fit", "gas-share", "--waits", "w.csv"], 2, ["cannot be used with", "--waits"]),
        (&["calibrate", "--waits", "w.csv", "--law", "notice", "-j", "2"], 2, ["cannot be used with", "--threads"]),
        (
            &["calibrate", "--waits", "w.csv", "--law", "notice", "--replications", "9"],
            2,
            ["cannot be used with", "--replications"],
        ),
        (&["calibrate", "--fit", "gas-share", "--pack", "/no/such/folder/p.toml"], 1, ["cannot write", "create it"]),
        (&["calibrate", "--waits", "/no/such.csv", "--law", "to-623.immature"], 3, ["/no/such.csv: No such file", ""]),
        (
            &["calibrate", "--waits", "w.csv", "--law", "to-623.imature"],
            4,
            ["there is no law", "did you mean `to-623.immature`?"],
        ),
    ] {
        let output = meterchurn(options);
        assert_eq!(output.status.code(), Some(exit), "{options:?}: {}", stderr(&output));
        assert_in_order(&stderr(&output), &parts);
    }
    let without = SMALL.split_once("[[published]]").expect("figures").0;
    let (_folder, path) = file("small.toml", without);
    let output = meterchurn(&["calibrate", &path, "--fit", "class-shares.immature"]);
    assert_in_order(&stderr(&output), &["no [[published]] figures", "help: give one, as in `--to"]);
}

#[test]
fn a_combination_that_is_not_possible_is_named() {
    let (_folder, path) = file("small.toml", SMALL);
    let fit = ["--fit", "class-shares.immature=0.1..0.95", "--fit", "class-shares.non-user=0.1..0.9"];
    let output = meterchurn(&[&["calibrate", &path, "--replications", "8"], &fit[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert_in_order(
        &stderr(&output),
        &["is not possible", "add up to more than 1", "help: fit within narrower ranges"],
    );
}

#[test]
fn a_figure_without_spread_needs_an_sd() {
    // Nothing is withheld without a policy that withholds.
    let (_folder, path) = file("small.toml", SMALL);
    let run = |to: &str| {
        let fixed = ["calibrate", &path, "--replications", "8", "--fit", "class-shares.immature", "--to", to];
        meterchurn(&fixed)
    };
    let output = run("alerts.blocked.total=0");
    assert_eq!(output.status.code(), Some(2));
    assert_in_order(
        &stderr(&output),
        &["is the same in every replication", "help: give its SD, as in `--to 'alerts.blocked.total=0±1'`"],
    );
    let output = run("alerts.blocked.total=0±1");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // Which share it is makes no difference to it.
    assert_in_order(&stdout(&output), &["0.1* to 0.3*", "the figures set no limit"]);
}

#[test]
fn a_calibration_that_is_asked_to_stop_has_no_result() {
    let session = tenth();
    let stop = Stop::default();
    stop.request();
    let inputs = vec![input(&session, "class-shares.immature").expect("an input")];
    let targets = Target::published(session.scenario());
    let calibrating = Calibrating { session: &session, inputs, targets, replications: 8, how: How::default() };
    assert_eq!(calibrating.run(&stop, &|_| ()).expect("nothing fails"), None);
}

/// Waits in days whose logarithms are 0 to 3, and two that are open.
const WAITS: &str =
    "days,ended\n1,sent\n2.718281828,sent\n7.389056099,sent\n20.08553692,sent\n30,open\n30,superseded\n";

fn with_waits(waits: &str, law: &str, more: &[&str]) -> (String, String) {
    let (_folder, path) = file("waits.csv", waits);
    pack_of(SMALL, &[&["--waits", &path, "--law", law], more].concat())
}

#[test]
fn a_law_fitted_to_waits_is_accepted_where_it_is_pasted() {
    let (pack, screen) = with_waits(WAITS, "to-623.immature", &["--family", "exponential"]);
    // Four sent within 31.193 days, two open for 60: 91.193 / 4 = 22.798.
    assert_in_order(&pack, &["calibrate: exponential fitted to 6 waits of", "mean = \"22.798 d\""]);
    assert_in_order_unwrapped(
        &screen,
        &[
            "Fitted to 6 waits by maximum likelihood: 4 sent, 0 returned, 1 superseded, 1 open.",
            "count as censored",
            "mean 22.80 d",
            "Kaplan-Meier",
        ],
    );
    let session = pasted(SMALL, &pack);
    let inputs = session.inputs();
    let fitted = inputs.iter().find(|input| input.name == "to-623.immature").expect("the law varies");
    assert_eq!((fitted.kind.name(), fitted.why.as_str()), ("derived", "the scenario's own range"));
}

#[test]
fn every_family_of_laws_is_accepted_where_it_is_pasted() {
    let late: String = (1..=40).map(|i| format!("{},sent\n", i * i)).collect();
    let waits = format!("days,ended\n{}{late}", "0,sent\n".repeat(60));
    for family in ["exponential", "lognormal", "two-lognormals"] {
        for law in ["to-623.mature", "to-623.immature", "notice"] {
            let (pack, _) = with_waits(&waits, law, &["--family", family]);
            let session = pasted(SMALL, &pack);
            let assumption = session.scenario().assumptions.iter().find(|a| a.name == law).expect("an assumption");
            assert_eq!(assumption.kind.name(), "derived", "{family} {law}");
        }
    }
}

#[test]
fn a_mistake_in_waits_is_named_with_file_line_and_column() {
    let (_folder, path) = file("waits.csv", "days,ended\n1,sent\n2,send\n");
    let output = meterchurn(&["calibrate", "--waits", &path, "--law", "to-623.immature"]);
    assert_eq!(output.status.code(), Some(3));
    assert_in_order(&stderr(&output), &["waits.csv: line 3, column 2 (ended): 'send'", "help: write sent"]);
}

#[test]
fn a_pack_replaces_a_pack_and_nothing_else() {
    let (_folder, waits) = file("waits.csv", WAITS);
    let (_other, path) = file("mine.toml", "title = \"mine\"\n");
    let run = |to: &str| meterchurn(&["calibrate", "--waits", &waits, "--law", "to-623.immature", "--pack", to]);
    let output = run(&path);
    assert_eq!(output.status.code(), Some(1));
    assert_in_order(&stderr(&output), &["a file that is no pack is already there", "help: "]);
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "title = \"mine\"\n");
    // Reading this one would never end.
    assert_in_order(&stderr(&run("/dev/zero")), &["a file that is no pack is already there", "help: "]);
    let pack = format!("{path}.pack");
    assert_eq!([run(&pack), run(&pack)].map(|output| output.status.code()), [Some(0); 2]);
}
