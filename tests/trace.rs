//! The trace of a meter adds up to the counts of the ledger, and says what became of each alert.

mod oracle;
mod program;

use std::collections::BTreeMap;
use std::process::Output;

use meterchurn::model::backlog::Drive;
use meterchurn::model::desk::Desk;
use meterchurn::model::interplay::{Interplay, South};
use meterchurn::model::labels::{AlertClass, Device, Outcome, ReadKind, ReadStage, Reference, Stage};
use meterchurn::model::ledger::Ledger;
use meterchurn::model::witness::Notes;
use meterchurn::report::trace::Sums;
use meterchurn::study::follow::{Choice, FollowError, Followed, Traced};
use meterchurn::study::session::Session;
use program::{assert_in_order, changed, file, meterchurn, shipped, stderr, stdout, unwrapped};

/// Random markets in which every meter is followed.
const MARKETS: u64 = 1_500;

/// The same totals from the ledger.
fn of_the_books(ledger: &Ledger) -> Sums {
    let reads = |kind: ReadKind| ledger.reads[kind].map(|stages| stages[ReadStage::Delivered]);
    Sums {
        leaked: reads(ReadKind::Leaked),
        closing: reads(ReadKind::Closing),
        e4: ledger.alerts[AlertClass::E4].map(|stages| stages[Stage::Delivered]),
        notices: ledger.alerts_at(AlertClass::Notice, Stage::Delivered),
        failed_runs: ledger.requests[Reference::Scheduled][Outcome::Failed],
        exposure: ledger.exposure,
        exposure_of: ledger.exposure_of,
    }
}

#[test]
fn every_trace_adds_up_to_the_ledger() {
    let mut not_delivered = 0;
    for seed in 0..MARKETS {
        let (meters, suppliers, window, civil) = oracle::generate::market(seed);
        let desk = |s: &oracle::Supplier| Desk {
            capacity: s.capacity,
            opening: s.opening,
            hours: s.hours,
            anomaly: None,
            prepay_first: s.prepay_first,
        };
        let desks: Vec<Desk> = suppliers.iter().map(desk).collect();
        let all = Interplay::of(&meters, &civil, desks, South::Free, &mut Ledger::new(window));
        for meter in &meters {
            let mut followed = Followed { ledger: Ledger::new(window), notes: Notes::new() };
            all.follow(meter, &mut followed.ledger, &mut followed.notes);
            let (told, booked) = (Sums::of(&followed.notes, &window), of_the_books(&followed.ledger));
            assert_eq!(told, booked, "market {seed}, meter {:?}", meter.id);
            let at_risk = if meter.checks_top_ups() { told.exposure_of[Device::Meter] } else { 0 };
            assert_eq!(at_risk, followed.ledger.supply_risk.seconds, "market {seed}, meter {:?}", meter.id);
            let alerts =
                |stage: Stage| AlertClass::ALL.iter().map(|c| followed.ledger.alerts_at(*c, stage)).sum::<u64>();
            not_delivered += alerts(Stage::Held) + alerts(Stage::Lost) + alerts(Stage::Blocked);
        }
    }
    assert!(not_delivered > 10_000, "{not_delivered} alerts were held, lost or blocked");
}

/// The trace of the meter of DP072's incident, after these changes to its file.
fn story(changes: &[(&str, &str)], policy: Option<&str>) -> String {
    let mut text = std::fs::read_to_string(shipped("dp072-incident")).expect("a shipped scenario");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let (_folder, path) = file("story.toml", text);
    let policy: Vec<&str> = policy.iter().flat_map(|policy| ["--policy", policy]).collect();
    traced(&[&[&*path, "--meter", "1"], &*policy].concat())
}

/// What `trace` prints with these arguments.
#[track_caller]
fn traced(arguments: &[&str]) -> String {
    let output = meterchurn(&[&["trace"], arguments].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output)
}

/// The text before which tables are inserted: the first policy of the incident.
const POLICIES: &str = "[[policy]]\nid    = \"baseline\"";

#[track_caller]
fn says(story: &str, lines: &[&str]) {
    for line in lines {
        assert!(unwrapped(story).contains(&unwrapped(line)), "{line} is not in\n{story}");
    }
}

#[test]
fn a_gateway_outage_at_the_horizon_shows_in_both_lines_and_totals() {
    // The losing supplier's gateway becomes unavailable on 5 December at noon. The horizon is midnight on the 7th,
    // within two days.
    let away = "[[inject]]\nkind = \"gateway-outage\"\nwhere = { supplier = [\"losing\"] }\n\
        from = 2018-12-05T12:00:00\nuntil = 2018-12-20\n";
    let told =
        story(&[("horizon = 2019-03-01", "horizon = 2018-12-07"), (POLICIES, &format!("{away}{POLICIES}"))], None);
    says(
        &told,
        &[
            "2018-12-02 00:10:00 GMT  day 1    0x8F0A pushed to losing: a leaked read, daily until 2018-12-05 (4 in \
             all)",
            "2018-12-06 00:10:00 GMT  day 5    0x8F0A pushed to losing: a leaked read, not delivered by the horizon: \
             its gateway is unavailable",
            // Two runs on each of days 0 to 5; those of day 5 are held.
            "Delivered in total: 4 leaked reads (4 pushed, 0 pulled), 10 E4s",
        ],
    );
}

#[test]
fn alerts_held_for_a_gateway_arrive_if_it_returns_and_are_lost_if_it_does_not() {
    let away = |until: &str| {
        format!(
            "[[inject]]\nkind = \"gateway-outage\"\nwhere = {{ supplier = [\"losing\"] }}\n\
            from = 2018-12-05T12:00:00\nuntil = {until}\n{POLICIES}"
        )
    };
    let back = story(&[(POLICIES, &away("2018-12-07T12:00:00"))], None);
    says(
        &back,
        &["a leaked read, accepted by its gateway only at 2018-12-07 12:00:00 GMT, daily until 2018-12-07 (2 in all)"],
    );
    let gone = story(&[(POLICIES, &away("2018-12-20"))], None);
    // The pushes of 6 to 17 December are given up after two days; that of the 18th waits until the 20th.
    says(&gone, &["a leaked read, lost: its gateway is unavailable for two days, daily until 2018-12-17 (12 in all)"]);
}

#[test]
fn failed_runs_and_lost_pushes_show_their_reason() {
    let off = ("copies    = 1", "copies    = 1\noff-wan = [{ from = 2018-11-10, to = 2018-11-12 }]");
    let told = story(&[off], None);
    says(
        &told,
        &[
            "0x8F0A pushed to losing: its own customer's read, lost: the meter is off the WAN, daily until \
             2018-11-11 (2 in all)",
            "DCC schedule of losing (4.6.1 at 02:00:00 UTC) fails: the meter is off the WAN, daily until \
             2018-11-11 (2 in all)",
            " 4 failed scheduled runs,",
        ],
    );
}

#[test]
fn the_cos_party_places_a_neutral_certificate() {
    let policy =
        format!("[[policy]]\nid = \"neutral\"\nuse = [{{ mitigation = \"25\", after = \"5 d\" }}]\n{POLICIES}");
    let told = story(&[(POLICIES, &policy)], Some("neutral"));
    says(&told, &["2018-12-06 00:00:00 GMT  day 5    the CoS Party sends a neutral certificate to replace losing's"]);
}

#[test]
fn the_trace_of_a_prepay_meter_says_how_long_top_ups_are_refused() {
    let told = story(&[("copies    = 1", "copies    = 1\npayment = \"prepay\"")], None);
    // From 1 December to 17 February, 01:00:01.
    says(&told, &["Meter 1 (electricity, prepay), initially a customer of losing", "At supply risk for 78 d 1 h 1 s:"]);
    assert!(!story(&[], None).contains("supply risk"));
}

#[test]
fn times_in_summer_are_marked_bst() {
    let told = story(
        &[("horizon = 2019-03-01", "horizon = 2019-05-01"), ("cos   = {", "cos = { send = 2019-04-10 } #")],
        None,
    );
    says(&told, &["2019-04-10 00:00:00 BST  day 129  6.23 from gaining: accepted"]);
}

// Drawn meters.

/// A small market over two months with three policies, one of which ends leaks by push.
const MARKET: &str = r#"
schema = 1
title = "a small market"
supplier = [
    { id = "a", share = 1 },
    { id = "b", share = 1, class = "immature" },
    { id = "c", share = 1, class = "non-user" },
]
[time]
start = 2019-01-01
horizon = 2019-03-01
[market]
path = [{ on = 2018-12-31, meters = 3000 }]
switching = { "2019-01" = 0.02, "2019-02" = 0.02 }
[experiment]
replications = 3
[[policy]]
id = "baseline"
[[policy]]
id = "filter"
use = [{ mitigation = "13b" }]
[[policy]]
id = "escalation"
use = [{ mitigation = "4" }]
"#;

/// The market in which supplier c is small and fails on 20 January. Supplier b takes over its book and can send one
/// 6.23 a working day.
fn with_a_backlog() -> String {
    let small = MARKET.replace("id = \"c\", share = 1", "id = \"c\", share = 0.1");
    small.replace("class = \"immature\"", "capacity = \"1 /d\"").replace(
        "[experiment]",
        "[[inject]]\nkind = \"supplier-failure\"\nwhere = { losing = [\"c\"], gaining = [\"b\"] }\n\
         from = 2019-01-20\n[experiment]",
    )
}

fn session(text: &str) -> Session {
    Session::of_text("market", "market", text).expect("a valid scenario")
}

fn follow(session: &Session, policy: &str, replication: u32, choice: Choice) -> Result<Traced, FollowError> {
    let policy = session.scenario().policies.iter().find(|p| p.id == policy).expect("a policy");
    session.follow(policy, replication, choice)
}

fn leaked(traced: &Traced) -> u64 {
    Sums::of(&traced.followed.notes, &traced.followed.ledger.window).leaked_reads()
}

/// Leaked reads of every meter of a replication under a policy, by case.
fn leaked_of_each(session: &Session, policy: &str, replication: u32) -> BTreeMap<u64, u64> {
    let of = |case: u64| follow(session, policy, replication, Choice::Case(case));
    let cases = of(1).expect("a meter").cases;
    (1..=cases).map(|case| (case, leaked(&of(case).expect("a meter")))).collect()
}

/// Leaked reads of a run.
fn leaked_in_run(session: &Session, policy: &str, replication: u32) -> u64 {
    let policy = session.scenario().policies.iter().find(|p| p.id == policy).expect("a policy");
    let ledger = meterchurn::study::simulate(session.scenario(), policy, replication, Drive::Alone).expect("a run");
    ledger.reads_at(ReadKind::Leaked, ReadStage::Delivered)
}

#[test]
fn the_leaked_reads_of_all_cases_add_up_to_those_of_the_run() {
    for text in [MARKET.to_owned(), with_a_backlog()] {
        let session = session(&text);
        for (policy, replication) in [("baseline", 0), ("escalation", 1)] {
            let each = leaked_of_each(&session, policy, replication);
            let run = leaked_in_run(&session, policy, replication);
            assert!(run > 0 && each.len() > 50, "{run} reads of {} meters", each.len());
            assert_eq!(each.values().sum::<u64>(), run, "{policy}, replication {replication}");
        }
    }
}

#[test]
fn the_worst_meter_is_the_first_with_most_leaked_reads_in_a_scan_of_all() {
    for text in [MARKET.to_owned(), with_a_backlog()] {
        let session = session(&text);
        for (policy, replication) in [("baseline", 0), ("baseline", 2), ("escalation", 1)] {
            let each = leaked_of_each(&session, policy, replication);
            let most = each.values().max().expect("a meter");
            let first = each.iter().find(|(_, leaked)| *leaked == most).expect("a meter").0;
            let worst = follow(&session, policy, replication, Choice::Worst).expect("a meter");
            assert_eq!((worst.case, leaked(&worst)), (*first, *most), "{policy}, replication {replication}");
        }
    }
}

#[test]
fn the_worst_meter_of_the_script_is_found_by_its_reads_a_copy() {
    // Meter 1 leaks 78 reads. The other switches on 1 January and leaks a read on each of 2 to 11 January from each of
    // its ten copies, 100 in all.
    let other = "[[meter]]\nid = 0\ncopies = 10\nholder = \"losing\"\n\
        calendar = { period = \"daily\", offset = \"10 min\" }\n[[switch]]\nmeter = 0\nfrom = \"losing\"\n\
        to = \"gaining\"\nssd = 2019-01-01\ncos = { execute = 2019-01-11T12:00:00 }\n";
    let (_folder, path) = changed("dp072-incident", POLICIES, &format!("{other}{POLICIES}"));
    says(&traced(&[&path, "--worst"]), &["Meter 1 (electricity)", "Delivered in total: 78 leaked reads"]);
    says(&traced(&[&path, "--meter", "0"]), &["One of 10 identical meters", "Delivered in total: 10 leaked reads"]);
}

#[test]
fn where_no_read_leaks_the_worst_meter_is_the_first_and_a_note_says_so() {
    // Without a billing calendar the meter of the incident pushes nothing.
    let output = meterchurn(&["trace", &shipped("dp072-incident"), "--worst", "--policy", "schedules-only"]);
    says(&stdout(&output), &["Meter 1 (electricity)", "Delivered in total: 0 leaked reads"]);
    assert!(stderr(&output).contains("note: no leaked read is delivered from any meter"), "{}", stderr(&output));
}

#[test]
fn a_case_is_the_same_meter_under_every_policy_and_another_in_another_replication() {
    let session = session(MARKET);
    let of = |policy: &str, replication| follow(&session, policy, replication, Choice::Case(20)).expect("a meter");
    let (baseline, filter, other) = (of("baseline", 0), of("filter", 0), of("baseline", 1));
    assert_eq!((baseline.first, &baseline.drawn), (filter.first, &filter.drawn));
    assert_ne!(baseline.drawn, other.drawn);
}

#[test]
fn the_trace_of_a_drawn_meter_says_what_was_drawn_and_how_to_ask_for_it_again() {
    let text = with_a_backlog();
    let (_folder, path) = file("market.toml", &text);
    let session = session(&text);
    let each = follow(&session, "baseline", 1, Choice::Case(1)).expect("a meter").cases;
    // A meter of the book of c, which fails: the last that is drawn.
    let told = traced(&[&path, "--case", &each.to_string(), "--replication", "1"]);
    says(
        &told,
        &[
            &format!("Meter {each} of {each} in replication 1 ("),
            &format!("`--case {each} --replication 1 --policy ID` shows this meter under another policy"),
            "What was drawn:",
            "initially a customer of c",
            "switch 1 c to b (",
            "c fails and its book moves",
            "joins its backlog 2019-01-",
            "an injection strikes it",
            "Policy: baseline",
        ],
    );
}

#[test]
fn without_a_choice_the_error_says_what_can_be_asked_and_its_example_works() {
    let (_folder, market) = file("my market.toml", MARKET);
    let (_folder, two) = changed("dp072-incident", "[[switch]]", "[[meter]]\nid = 2\nholder = \"losing\"\n[[switch]]");
    for arguments in [vec!["trace"], vec!["trace", &market], vec!["trace", &two]] {
        let output = meterchurn(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("error: no meter is chosen\nhelp: "), "{}", stderr(&output));
        follow_the_example(&output);
    }
}

#[test]
fn the_only_meter_of_a_scenario_needs_no_choice() {
    let incident = shipped("dp072-incident");
    for more in [&[][..], &["--diff", "filter-code"]] {
        let chosen = traced(&[&[&*incident, "--meter", "1"], more].concat());
        assert_eq!(traced(&[&[&*incident], more].concat()), chosen, "{more:?}");
    }
}

#[test]
fn two_files_with_long_names_have_short_names_in_a_table_of_80_columns() {
    let (folder, before) = changed("dp072-fifty-days", "2019-01-20", "2019-01-20");
    let long = format!("{}.toml", "a-scenario-after-the-change-".repeat(3));
    let after = folder.path().join(&long);
    let text = std::fs::read_to_string(&before).expect("the file").replace("2019-01-20", "2019-01-10");
    std::fs::write(&after, text).expect("a file");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_meterchurn"));
    command.args(["trace", &before, "--diff", &after.to_string_lossy()]).env("COLUMNS", "80");
    let told = stdout(&command.output().expect("the program starts"));
    let is_wide = |line: &&str| line.chars().count() > 80;
    let wide: Vec<&str> = told.lines().filter(is_wide).collect();
    assert_eq!(wide, [format!("> the second: {}", after.display())], "{told}");
    says(&told, &["First difference: 2019-01-10 00:59:59 GMT, only under the second: 6.23 from gaining: accepted"]);
    assert_in_order(&told, &["< the first: ", "> the second: ", "┆ the first ┆ the second ┆ difference │"]);
}

#[test]
fn a_meter_that_is_not_there_is_refused_with_the_ones_that_are() {
    let (_folder, market) = file("market.toml", MARKET);
    let incident = shipped("dp072-incident");
    let cases = follow(&session(MARKET), "baseline", 2, Choice::Case(1)).expect("a meter").cases;
    let output = meterchurn(&["trace", &market, "--case", "100000", "--replication", "2"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains(&format!("error: replication 2 has {cases} meters")), "{}", stderr(&output));
    follow_the_example(&output);
    let output = meterchurn(&["trace", &market, "--meter", "1"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("this scenario draws its meters"), "{}", stderr(&output));
    follow_the_example(&output);
    let output = meterchurn(&["trace", &incident, "--meter", "2"]);
    assert!(stderr(&output).contains("the ids of its script are 1\n"), "{}", stderr(&output));
    let output = meterchurn(&["trace", &market, "--worst", "--diff", "filtre"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("did you mean `filter`?"), "{}", stderr(&output));
}

/// Runs the command in the last line of an error.
#[track_caller]
fn follow_the_example(output: &Output) {
    let told = stderr(output);
    let example = told.lines().last().and_then(|line| line.trim().strip_prefix("meterchurn ")).expect("an example");
    let command = format!("{} {example}", env!("CARGO_BIN_EXE_meterchurn"));
    let again = std::process::Command::new("sh").args(["-c", &command]).output().expect("a shell");
    assert!(again.status.success(), "{command}: {}", stderr(&again));
}

#[test]
fn two_choices_are_refused() {
    let incident = shipped("dp072-incident");
    for choices in [&["--worst", "--case", "1"][..], &["--worst", "--meter", "1"], &["--case", "1", "--meter", "1"]] {
        let output = meterchurn(&[&["trace", &*incident], choices].concat());
        assert_eq!(output.status.code(), Some(2), "{choices:?}");
    }
}

#[test]
fn a_market_of_more_switches_than_a_replication_may_have_is_refused_at_once() {
    // A billion electricity meters, of which nine tenths switch in January: 29 million a day, and there are separate
    // draws for 17 million.
    let text = MARKET.replace("meters = 3000", "meters = 1_000_000_000").replace("[market]", "[market]\ngas-share = 0");
    let (_folder, path) = file("huge.toml", text.replace("\"2019-01\" = 0.02", "\"2019-01\" = 0.9"));
    let output = meterchurn(&["trace", &path, "--worst"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("switches of one fuel on one day exceed the limit"), "{}", stderr(&output));
}

// Two policies.

/// The lines of a trace that are marked.
fn marked(told: &str) -> Vec<&str> {
    told.lines().filter(|line| line.contains("< 0x") || line.contains("> 0x")).collect()
}

#[test]
fn a_policy_does_not_differ_from_itself() {
    let (_folder, market) = file("market.toml", MARKET);
    for (path, choice) in [(&shipped("dp072-incident"), ["--meter", "1"]), (&market, ["--case", "20"])] {
        let told = traced(&[path, choice[0], choice[1], "--diff", "baseline"]);
        says(&told, &["No difference: both lead to the same events"]);
        assert_eq!(marked(&told), Vec::<&str>::new());
        assert!(!told.contains("First difference"), "{told}");
    }
}

#[test]
fn the_first_event_that_differs_is_named_and_the_totals_follow() {
    // A filter by code withholds the closing read of 1 December and the 78 leaked reads after it. The 156 E4s stay.
    let told = traced(&[&shipped("dp072-incident"), "--meter", "1", "--diff", "filter-code"]);
    says(
        &told,
        &[
            "First difference: 2018-12-01 00:10:00 GMT, only under baseline: 0x8F0A pushed to losing: the closing read",
            "Compared: < baseline, > filter-code",
            "│ leaked reads ┆ 78 ┆ 0 ┆ -78 │",
            "│ unwanted alerts ┆ 234 ┆ 156 ┆ -78 │",
            "│ exposure ┆ 78 d 1 h 1 s ┆ 78 d 1 h 1 s ┆ 0 s │",
        ],
    );
    let common = "2018-12-01 00:00:00 GMT  day 0    SSD: gaining is the registered supplier";
    assert_eq!(told.matches(common).count(), 1, "{told}");
    assert_eq!(marked(&told).len(), 2, "{told}");
}

#[test]
fn without_a_choice_the_first_meter_that_takes_another_course_in_another_scenario_is_shown() {
    // The second of two meters has its 6.23 a day later.
    let two = std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario")
        + "\n[[meter]]\nid = 2\nholder = \"losing\"\ncalendar = { period = \"daily\", offset = \"10 min\" }\n\
           [[switch]]\nmeter = 2\nfrom = \"losing\"\nto = \"gaining\"\nssd = 2018-12-01\ncos = { send = \"9 d 1 h\" }\n";
    let (_before, before) = file("before.toml", &two);
    let (_after, after) = file("after.toml", two.replace("9 d 1 h", "10 d 1 h"));
    let told = traced(&[&before, "--diff", &after]);
    says(
        &told,
        &["Meter 2", &format!("< the first: {before} > the second: {after}"), "│ leaked reads ┆ 9 ┆ 10 ┆ +1 │"],
    );
    says(&traced(&[&before, "--diff", &before]), &["No meter of replication 0 takes another course"]);
}

#[test]
fn a_meter_that_only_one_of_two_scenarios_has_is_shown_as_such() {
    let one = std::fs::read_to_string(shipped("dp072-fifty-days")).expect("a shipped scenario");
    let (_before, before) = file("before.toml", &one);
    let (_after, after) = file("after.toml", one + "\n[[meter]]\nid = 2\nholder = \"losing\"\n");
    says(&traced(&[&before, "--diff", &after]), &[&format!("Only {after} has this meter:"), "Meter 2"]);
}

#[test]
fn a_run_of_daily_events_is_split_where_only_one_policy_has_it() {
    // Neutral certificates are placed five days after SSD, at midnight from 5 to 6 December: until then both leak, on 2
    // to 5 December.
    let policy =
        format!("[[policy]]\nid = \"neutral\"\nuse = [{{ mitigation = \"25\", after = \"5 d\" }}]\n{POLICIES}");
    let (_folder, path) = changed("dp072-incident", POLICIES, &policy);
    let told = traced(&[&path, "--meter", "1", "--policy", "baseline", "--diff", "neutral"]);
    says(
        &told,
        &["2018-12-02 00:10:00 GMT day 1 0x8F0A pushed to losing: a leaked read, daily until 2018-12-05 (4 in all)"],
    );
    assert!(told.contains("2018-12-06 00:10:00 GMT  day 5    < 0x8F0A"), "{told}");
}

#[test]
fn every_line_of_a_trace_is_within_the_page() {
    let (_folder, market) = file("market.toml", with_a_backlog());
    for more in [&[][..], &["--diff", "escalation"], &["--diff", "filter"]] {
        let told = traced(&[&[&*market, "--worst"], more].concat());
        // Where stdout is no terminal, a page has 100 columns.
        assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    }
}
