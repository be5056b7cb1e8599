//! Waits for 6.23 as a reader gets them: the days of a wait, what is censored, and the tables.

use meterchurn::report::document::{Block, Cell, Document, Table, Text};
use meterchurn::report::outline::Outline;
use meterchurn::report::render::{Depth, FORMS, Page, Report};
use meterchurn::results::cube::Cube;
use meterchurn::results::query::Query;
use meterchurn::scenario::{self, Scenario};
use meterchurn::study;

/// Five electricity meters that switch on 1 December 2018 and are seen until 1 March 2019, 90 days later: 6.23 is sent
/// after exactly two days for two of them and never for three.
const SCRIPT: &str = r#"
schema = 1
title = "a script"
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
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = "never"
[[meter]]
id = 2
copies = 2
holder = "losing"
[[switch]]
meter = 2
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = { send = "2 d" }
"#;

fn run(text: &str) -> (Scenario, Cube) {
    let (scenario, _) = scenario::read("script", text).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let results = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    (scenario, results)
}

fn total(cube: &Cube, query: &str) -> f64 {
    let query: Query = query.parse().expect(query);
    query.values(cube, 0)[0].expect("a number")
}

#[test]
fn a_wait_of_exactly_two_days_ends_on_day_two_and_a_second_more_on_day_three() {
    let (_, cube) = run(SCRIPT);
    assert_eq!(total(&cube, "wait-days{to=sent,outcome=reached,day=2}.total"), 2.0);
    // A scripted 6.23 executes a second after it is sent.
    assert_eq!(total(&cube, "wait-days{to=executed,outcome=reached,day=3}.total"), 2.0);
    assert_eq!(total(&cube, "wait-days{to=sent,outcome=open,day=90}.total"), 3.0);
    // The groups of ages begin with their first number.
    assert_eq!(total(&cube, "time-to-623{to=sent,outcome=reached,days=2-7}.total"), 2.0);
}

/// One replication of the market of December 2018.
fn market() -> (Scenario, Cube) {
    let (mut scenario, _) =
        scenario::read("market", include_str!("../scenarios/december-2018.toml")).expect("a shipped scenario");
    scenario.experiment.replications = 1;
    let cube = study::run(&scenario, Default::default(), &|_| ()).expect("a study that ends");
    (scenario, cube)
}

fn document(scenario: &Scenario, cube: &Cube) -> Document {
    let outline = Outline::of(scenario, "digest", Vec::new());
    Document::of(&outline, cube, &outline.compare(cube, cube.baseline()), Depth::Full)
}

fn tables(document: &Document) -> impl Iterator<Item = &Table> {
    document.blocks.iter().filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None })
}

#[test]
fn the_share_sent_at_once_is_of_all_cases_that_opened() {
    let (scenario, cube) = market();
    let document = document(&scenario, &cube);
    let title = Text::from("Waits until the first 6.23 is sent");
    let table = tables(&document).find(|table| table.title == title).expect("the table");
    let (name, cells) = &table.rows[0];
    assert_eq!(*name, Text::name("baseline"));
    let at_once = total(&cube, "wait-days{to=sent,outcome=reached,day=0}.total");
    // No case is censored before the second in which it opens.
    let share = 100.0 * at_once / total(&cube, "cases.opened.total");
    assert!(matches!(cells[0], Cell::Number(shown) if (shown - share).abs() < 1e-9), "{share} in {cells:?}");
    let at_risk = tables(&document).find(|table| table.title == Text::from("Numbers at risk on a day of the wait"));
    assert_eq!(at_risk.expect("a table").rows[0].1[0], Cell::Number(total(&cube, "cases.opened.total")));
}

#[test]
fn policies_with_equal_waits_share_a_row_and_are_listed() {
    let (scenario, cube) = market();
    let document = document(&scenario, &cube);
    let table = tables(&document).find(|table| table.notes.len() > 1).expect("the table of waits");
    // A filter of the DCC withholds alerts and moves no 6.23.
    assert!(table.rows.iter().all(|(name, _)| *name != Text::name("filter-class")));
    let listed = format!("{:?}", table.notes);
    assert!(listed.contains("filter-class"), "{listed}");
}

#[test]
fn cohorts_with_too_little_follow_up_are_named() {
    let (scenario, cube) = market();
    let document = document(&scenario, &cube);
    let heading = Block::Heading("Too little follow-up for estimates of day 78".into());
    let place = document.blocks.iter().position(|block| *block == heading).expect("the heading");
    let Block::List(items) = &document.blocks[place + 1] else { panic!("no list") };
    // Most non-Users send nothing within the window.
    let named = items.iter().find(|item| item.name == Text::name("baseline").words(", non-user")).expect("non-Users");
    let said = format!("{:?}", named.text);
    assert!(said.contains("% of the cases are censored before day 78") && said.contains("largest follow-up"), "{said}");
}

#[test]
fn the_few_cases_of_a_script_have_no_survival_curves_in_the_report() {
    let (scenario, cube) = run(SCRIPT);
    let document = document(&scenario, &cube);
    assert!(tables(&document).all(|table| !format!("{:?}", table.title).contains("Waits")));
}

#[test]
fn both_metrics_of_waits_count_every_case_of_a_market_once() {
    let (_, cube) = market();
    let opened = total(&cube, "cases.opened.total");
    assert!(opened > 0.0);
    for milestone in ["sent", "executed"] {
        for outcome in ["reached", "returned", "superseded", "open"] {
            let of = |metric: &str| total(&cube, &format!("{metric}{{to={milestone},outcome={outcome}}}.total"));
            assert_eq!(of("wait-days"), of("time-to-623"), "{milestone} {outcome}");
        }
        assert_eq!(total(&cube, &format!("wait-days{{to={milestone}}}.total")), opened);
    }
}

#[test]
fn the_table_of_durations_keeps_censored_cases_at_risk_to_their_last_day() {
    let (scenario, cube) = run(SCRIPT);
    let outline = Outline::of(&scenario, "digest", study::judge(&scenario, &cube));
    let form = FORMS.iter().find(|form| form.file == Some("durations.csv")).expect("the form");
    let bytes = (form.render)(&Report::new(&outline, &cube, Page::of_width(80))).expect("a table");
    let table = String::from_utf8(bytes).expect("UTF-8");
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some(
            "policy,milestone,cohort,day,at_risk,reached,returned,superseded,censored,survival,low,high,\
             incidence_reached,incidence_returned,incidence_superseded,n"
        )
    );
    let all: Vec<&str> = lines.clone().filter(|line| line.starts_with("\"baseline\",\"sent\",\"all\",")).collect();
    assert_eq!(all.len(), 91, "days 0 to 90");
    for (day, row) in [
        (0, "0,5,0,0,0,0,1.0,,,0.0,0.0,0.0,1"),
        (2, "2,5,2,0,0,0,0.6,,,0.4,0.0,0.0,1"),
        (3, "3,3,0,0,0,0,0.6,,,0.4,0.0,0.0,1"),
        (90, "90,3,0,0,0,3,0.6,,,0.4,0.0,0.0,1"),
    ] {
        assert_eq!(all[day], format!("\"baseline\",\"sent\",\"all\",{row}"));
    }
    // A cohort without cases has no rows.
    assert!(
        lines.clone().any(|line| line.contains("\"mature\"")) && !lines.clone().any(|l| l.contains("\"immature\""))
    );
}
