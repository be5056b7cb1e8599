//! What a reader is shown: definitions and units beside numbers, why something is expected, what rates would be taken
//! of; and what the machine-readable summary keeps.

use std::collections::BTreeMap;

use meterchurn::report::outline::Outline;
use meterchurn::report::render::{Page, Report, form};
use meterchurn::results::cube::Cube;
use meterchurn::results::metric::Aggregation;
use meterchurn::results::metrics;
use meterchurn::results::query::Query;
use meterchurn::scenario::{self, Scenario};
use meterchurn::study;
use serde_json::Value;

struct Ran {
    scenario: Scenario,
    results: Cube,
}

impl Ran {
    fn of(text: &str) -> Self {
        let (scenario, _) = scenario::read("script", text).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
        Self { scenario, results }
    }

    fn outline(&self) -> Outline {
        Outline::of(&self.scenario, "digest", study::judge(&self.scenario, &self.results))
    }

    /// The study in a form, on pages of 80 columns.
    fn form(&self, name: &str) -> String {
        let outline = self.outline();
        let report = Report::new(&outline, &self.results, Page::of_width(80).full());
        let bytes = (form(name).expect("a form").render)(&report).expect("a report");
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn screen(&self) -> String {
        self.form("table")
    }

    /// The lines of the table with a title, with its notes and definitions.
    fn table(&self, title: &str) -> String {
        let screen = self.screen();
        let from = screen.find(title).unwrap_or_else(|| panic!("no {title}:\n{screen}"));
        let until = screen[from..].find("\n\n").map_or(screen.len(), |at| from + at);
        screen[from..until].to_owned()
    }

    fn summary(&self) -> Value {
        serde_json::from_str(&self.form("json")).expect("JSON")
    }
}

/// DP072's meter three times over: a push and a refused run a day until 2019-02-28, and a filter that lets no 0x8F0A
/// pass.
fn script(more: &str) -> String {
    format!(
        r#"
schema = 1
title = "a script"
story = """
The first line of a story,
and its second with a {{control}}."""
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
[[supplier]]
id = "gaining"
[[meter]]
id = 1
copies = 3
holder = "losing"
calendar = {{ period = "daily", offset = "10 min" }}
schedules = [{{ owner = "losing", reads = "4.6.1", period = "daily", at = "02:00" }}]
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = "never"
[[policy]]
id = "filter"
use = [{{ mitigation = "13b" }}]
{more}
"#
    )
    .replace("{control}", "\\u001b")
}

#[test]
fn the_screen_of_a_script_fits_80_columns() {
    let screen = Ran::of(&script(EXPECTATION)).screen();
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
    insta::assert_snapshot!(screen);
}

#[test]
fn a_page_of_markdown_says_the_same_as_the_screen() {
    insta::assert_snapshot!(Ran::of(&script(EXPECTATION)).form("markdown"));
}

#[test]
fn names_and_stories_cannot_act_on_a_terminal() {
    for form in ["table", "markdown", "csv", "json"] {
        let text = Ran::of(&script(EXPECTATION)).form(form);
        assert!(!text.contains('\u{1b}'), "{form}:\n{text}");
    }
}

/// 89 nights of three meters.
const EXPECTATION: &str = "[[expect]]\nthat = \"leaked-reads.delivered{path=push}.total == 267\"\nkind = \"golden\"\n\
    why = \"89 nights, \\u001b 3 meters\"";

#[test]
fn each_number_of_a_table_is_defined_beneath_it_in_the_words_of_the_catalogue() {
    let ran = Ran::of(&script(""));
    for (title, metrics) in [
        (
            "Alerts and leaked reads",
            &["unwanted-alerts.delivered", "alerts.delivered", "leaked-reads.emitted", "leaked-reads.delivered"][..],
        ),
        ("Exposure, stocks", &["exposure.days", "not-initiated.open", "cases.open", "reads.per-consumer"]),
        ("Requests", &["requests"]),
        ("Side effects", &["closing-reads.retained", "false-blocks", "spoiled-switches"]),
    ] {
        let table = ran.table(title);
        let words = table.split_whitespace().collect::<Vec<_>>().join(" ");
        for name in metrics {
            let metric = metrics::named(name).expect("a metric");
            assert_eq!(words.matches(&format!("{name} {}", metric.definition())).count(), 1, "{table}");
        }
    }
}

#[test]
fn definitions_say_what_they_include_and_exclude() {
    assert!(metrics::UNWANTED_DELIVERED.about.contains("Leaked pulled reads are not alerts"));
    assert!(metrics::LEAKED_EMITTED.about.contains("including pushes off the WAN"));
    assert!(metrics::EXPOSURE_DAYS.about.contains("Devices off the WAN and devices that no supplier reads count"));
}

#[test]
fn published_figures_are_shown_inside_or_outside_of_what_was_simulated() {
    // A twentieth of the meters, so that both figures lie far above every replication.
    let (mut scenario, _) = scenario::read("december-2018", scenario::BUILT_IN).expect("valid");
    scenario.market.as_mut().expect("a market").scale(1.0 / 20.0);
    scenario.policies.truncate(1);
    scenario.expectations.clear();
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    let screen = Ran { scenario, results }.screen();
    let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    for published in ["758", "1,046"] {
        let expected = format!("published {published}: outside the interval of the mean [");
        let from = words.find(&expected).unwrap_or_else(|| panic!("{published}:\n{screen}"));
        let rest = &words[from..words[from..].find("]").map_or(words.len(), |at| from + at + 60)];
        assert!(rest.contains("], outside the range of replications ["), "{rest}");
    }
}

#[test]
fn what_leaves_a_device_is_emitted_on_the_screen_in_files_and_in_pictures() {
    let screen = Ran::of(&script("")).screen();
    assert!(screen.contains("emitted") && !screen.contains("created"), "{screen}");
    assert!(metrics::all().all(|metric| !metric.about.contains("created")));
}

#[test]
fn blocked_closing_reads_and_other_false_blocks_are_apart() {
    // Three closing reads of the filter; nothing of anybody registered.
    let table = Ran::of(&script("")).table("Side effects");
    let filter = table.lines().find(|line| line.contains("filter")).expect("a row");
    assert!(table.contains("closing") && table.contains("blocked") && !table.contains("falsely"), "{table}");
    assert_eq!(filter.split('┆').next_back().map(|cell| cell.trim_matches([' ', '│'])), Some("3"), "{table}");
}

#[test]
fn refused_623s_are_in_the_table_of_requests() {
    // Sent at SSD, two days before the DCC learns of the switch: refused on two mornings, then accepted.
    let late = script("").replace("cos = \"never\"", "known = \"36 h\"\ncos = { send = \"0 s\", retry = \"24 h\" }");
    let table = Ran::of(&late).table("Requests");
    let cells: Vec<&str> =
        table.lines().find(|l| l.contains("baseline")).expect("a row").split('┆').map(str::trim).collect();
    // Each of three meters has one device that is concerned or two; all are refused twice.
    let [accepted, refused] = [1, 2].map(|place| cells[place].parse::<u32>().expect("a count"));
    assert!(accepted > 0 && refused == 2 * accepted, "{table}");
}

#[test]
fn every_column_says_its_unit_and_none_repeats_another() {
    let table = Ran::of(&script("")).table("Exposure, stocks");
    for unit in ["device-days", "meter points", "devices", "unwanted alerts"] {
        assert!(table.contains(unit), "{unit}:\n{table}");
    }
    assert!(!table.contains("gap"), "{table}");
}

/// A 6.23 that goes missing for a meter in about one of fifty replications.
fn rarely(replications: u32) -> String {
    let prompt = script("").replace("cos = \"never\"", "cos = { send = \"1 h\" }");
    format!("{prompt}\n[[inject]]\nkind = \"miss-623\"\nshare = 0.02\n[experiment]\nreplications = {replications}\n")
}

/// The answer for two replications, in the first of which some 6.23s of three copies of a meter go missing, after
/// further lines.
fn answer(more: &str) -> String {
    let text = rarely(2).replace("share = 0.02", "share = 0.5").replace("[[inject]]", &format!("{more}\n[[inject]]"));
    let ran = Ran::of(&(text + "seed = 2\n"));
    let outline = ran.outline();
    let report = Report::new(&outline, &ran.results, Page::of_width(100));
    let screen = (form("table").expect("a form").render)(&report).expect("a report");
    String::from_utf8(screen).expect("UTF-8")
}

/// The cells of a row of the table of changes.
fn cells<'t>(answer: &'t str, first: &str) -> Vec<&'t str> {
    let row = answer.lines().find(|line| line.trim_start().starts_with(first)).unwrap_or_else(|| panic!("{answer}"));
    row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn changes_of_what_may_be_0_are_in_its_own_unit_and_the_heading_says_so() {
    let answer = answer("");
    // None and 267 leaked reads, all of which the filter takes away: their mean may be 0.
    assert_eq!(cells(&answer, "change")[..3], ["change", "leaked reads", "unwanted alerts"], "{answer}");
    assert_eq!(cells(&answer, "filter ")[1..3], ["-133.5 ±3,398 ?"; 2], "{answer}");
}

#[test]
fn a_heading_says_which_of_several_changes_are_in_per_cent() {
    // A thousand schedules of the losing supplier are refused each day, so that the alerts are far from 0.
    let answer = answer(
        "[[meter]]\nid = 2\ncopies = 1000\nholder = \"losing\"\n\
         schedules = [{ owner = \"losing\", reads = \"4.6.1\", period = \"daily\", at = \"02:00\" }]\n\
         [[switch]]\nmeter = 2\nfrom = \"losing\"\nto = \"gaining\"\nssd = 2018-12-01\ncos = \"never\"",
    );
    assert_eq!(cells(&answer, "change")[..3], ["change", "leaked reads", "unwanted alerts, %"], "{answer}");
    assert!(!answer.contains("change in %"), "{answer}");
}

#[test]
fn metrics_csv_and_the_summary_have_the_same_numbers() {
    // Under this seed in one of the hundred replications.
    let ran = Ran::of(&(rarely(100) + "seed = 2\n"));
    let text = ran.form("csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().expect("a head").iter().map(str::to_owned).collect();
    let column = |name: &str| head.iter().position(|column| column == name).unwrap_or_else(|| panic!("no {name}"));
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.expect("a row")).collect();
    let baseline: Vec<_> = records.iter().filter(|record| &record[0] == "baseline").collect();
    let summary = ran.summary();
    let entries = summary["policies"][0]["metrics"].as_array().expect("metrics");
    assert_eq!(entries.len(), baseline.len());
    for (entry, record) in entries.iter().zip(baseline) {
        for key in ["metric", "margin", "method"] {
            assert_eq!(entry[key], record[column(key)], "{entry}");
        }
        assert_eq!(entry["stat"], record[column("reduction")], "{entry}");
        assert_eq!(entry["value"].as_f64(), record[column("value")].parse().ok(), "{entry}");
        let labels = entry["labels"].as_object().expect("labels");
        for (label, value) in labels {
            assert_eq!(value, &record[column(label)], "{entry}");
        }
    }
    // Kept although 99 % of replications have none.
    let rare = entries.iter().find(|e| e["metric"] == "leaked-reads.delivered" && e["labels"]["cause"] == "injected");
    assert!(rare.is_some_and(|entry| entry["runs"] == serde_json::json!([0.0, 0.0])), "{rare:?}");
}

#[test]
fn the_rows_of_each_margin_add_up_to_the_total() {
    let text = Ran::of(&script("")).form("csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut sums: BTreeMap<(String, String), BTreeMap<String, f64>> = BTreeMap::new();
    for record in reader.deserialize::<BTreeMap<String, String>>() {
        let row = record.expect("a row");
        let metric = metrics::named(&row["metric"]).expect("a metric");
        if metric.has_total() && metric.aggregation == Aggregation::Sum {
            let margins = sums.entry((row["policy"].clone(), row["metric"].clone())).or_default();
            *margins.entry(row["margin"].clone()).or_default() += row["value"].parse::<f64>().expect("a number");
        }
    }
    assert!(sums.len() > 60 && sums.values().any(|margins| margins.len() > 4));
    for (of, margins) in sums {
        let total = margins["total"];
        // What does not occur is left out, so a margin that is not there adds up to 0.
        assert!(margins.values().all(|sum| (sum - total).abs() < 1e-9), "{of:?}: {margins:?}");
    }
}

#[test]
fn no_interval_of_the_summary_reaches_below_0_and_each_names_its_method() {
    let summary = Ran::of(&rarely(60)).summary();
    for policy in summary["policies"].as_array().expect("policies") {
        for entry in policy["metrics"].as_array().expect("metrics") {
            let method = entry["method"].as_str().expect("a method");
            let has = entry["interval"].as_array();
            assert_eq!(has.is_some(), ["student-t", "bootstrap-t", "order-statistics"].contains(&method), "{entry}");
            assert!(has.is_none_or(|bounds| bounds[0].as_f64().is_some_and(|low| low >= 0.0)), "{entry}");
        }
    }
}

#[test]
fn a_number_too_rare_for_an_interval_says_in_how_many_runs_there_was_any() {
    let ran = Ran::of(&rarely(60));
    let summary = ran.summary();
    let entries = summary["policies"][0]["metrics"].as_array().expect("metrics").iter();
    let leaked = entries.clone().find(|e| e["metric"] == "leaked-reads.delivered" && e["labels"]["path"] == "push");
    let leaked = leaked.expect("some leaked");
    assert_eq!(leaked["method"], "too-rare");
    let runs = leaked["at_least_one"]["runs"].as_u64().expect("a number");
    assert!((1..=3).contains(&runs), "{leaked}");
    assert!(
        ran.table("Alerts and leaked reads").contains(&format!("in {runs} of 60")),
        "{}",
        ran.table("Alerts and leaked reads")
    );
}

#[test]
fn supply_risk_is_shown_with_its_definition_where_there_is_any() {
    let prepay = Ran::of(&script("").replace("id = 1\n", "id = 1\npayment = \"prepay\"\n"));
    let shown = prepay.table("Prepay meters at supply risk");
    let row = shown.lines().find(|line| line.contains("baseline")).expect("a row");
    let cells: Vec<&str> = row.split('┆').map(|cell| cell.trim_matches([' ', '│'])).collect();
    // Three meters, each for 90 days.
    assert_eq!(cells[1..], ["270", "3"], "{shown}");
    assert!(shown.contains("by inference"), "{shown}");
    assert!(!Ran::of(&script("")).screen().contains("supply risk"));
}

#[test]
fn a_ratio_is_judged_and_shown_as_one_of_means() {
    // 6.23s are late by a law, and a filter sets in on one of the days.
    let text = script(
        "[[inject]]\nkind = \"delay-623\"\ndelay = { uniform = [\"1 d\", \"60 d\"] }\n\
         [[expect]]\nthat = \"leaked-reads.delivered{path=push}.ratio < 0.5\"\npolicy = \"filter\"\n\
         kind = \"statistical\"\n\
         [experiment]\nreplications = 30\n",
    )
    .replace("cos = \"never\"", "cos = { send = \"2 d\" }");
    let ran = Ran::of(&text.replace("id = \"filter\"\n", "id = \"filter\"\nstart = 2018-12-20\n"));
    let value = |policy: usize| {
        let query: Query = "leaked-reads.delivered{path=push}.total".parse().expect("a query");
        query.values(&ran.results, policy).into_iter().map(|v| v.expect("a number")).sum::<f64>()
    };
    let place = |id: &str| ran.scenario.policies.iter().position(|p| p.id == id).expect("a policy");
    let verdict = &study::judge(&ran.scenario, &ran.results)[0];
    assert_eq!(verdict.value, Some(value(place("filter")) / value(place("baseline"))));
}
