//! What the reader of scenario files refuses, and how: it reports every mistake at its place, and no text makes it
//! panic.

mod script;

use std::path::PathBuf;

use meterchurn::engine::time::Instant;
use meterchurn::model::laws::NumberKind;
use meterchurn::model::plan::Class;
use meterchurn::results::expectation::Status;
use meterchurn::scenario::diagnostics::{Finding, Severity, Sink};
use meterchurn::scenario::{BUILT_IN, BUILT_IN_ID, Scenario, read, table};
use meterchurn::study::{self, How};
use proptest::prelude::*;
use script::RIGHT;

/// The right scenario with one line replaced.
fn with(line: &str, replacement: &str) -> String {
    assert_eq!(RIGHT.matches(line).count(), 1, "{line}");
    RIGHT.replace(line, replacement)
}

fn accepted(text: &str) -> Scenario {
    read("test", text).unwrap_or_else(|findings| panic!("{findings:#?}")).0
}

fn refused(text: &str) -> Vec<Finding> {
    let Err(findings) = read("test", text) else { panic!("accepted:\n{text}") };
    let errors: Vec<Finding> = findings.into_iter().filter(|f| f.severity == Severity::Error).collect();
    assert!(!errors.is_empty());
    errors.iter().for_each(|error| assert_inside(error, text));
    errors
}

#[track_caller]
fn assert_inside(finding: &Finding, text: &str) {
    let span = &finding.span;
    assert!(span.start <= span.end && span.end <= text.len(), "{finding:?} in {} bytes", text.len());
}

/// The only error, at this text of the file.
#[track_caller]
fn one_error_at<'t>(text: &'t str, place: &str) -> (Finding, &'t str) {
    let errors = refused(text);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let found = &text[errors[0].span.clone()];
    assert!(found.contains(place), "{found:?} is not {place:?}: {errors:#?}");
    (errors[0].clone(), found)
}

fn help(finding: &Finding) -> &str {
    finding.help.as_deref().unwrap_or_default()
}

fn shipped() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    files
        .iter()
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn the_scenario_that_the_tests_break_is_right() {
    assert_eq!(accepted(RIGHT).meters.len(), 1);
    assert!(read("test", RIGHT).unwrap().1.is_empty());
}

#[test]
fn the_built_in_scenario_is_the_shipped_one() {
    assert!(read(BUILT_IN_ID, BUILT_IN).is_ok());
    assert!(shipped().iter().any(|(id, text)| id == BUILT_IN_ID && text == BUILT_IN));
}

// Text that is not a scenario.

#[test]
fn an_empty_file_is_one_finding_that_names_what_a_scenario_begins_with() {
    for text in ["", "# nothing yet\n"] {
        let findings = refused(text);
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding.message, "this file is empty");
        assert!(["schema = 1", "title", "[time]"].iter().all(|key| help(finding).contains(key)), "{finding:?}");
    }
}

#[test]
fn a_file_cut_off_within_a_table_is_refused() {
    refused(&RIGHT[..RIGHT.find("10 min").unwrap()]);
}

#[test]
fn deep_nesting_is_refused_without_a_stack_overflow() {
    for (open, close) in [("[", "]"), ("{ a = ", " }")] {
        refused(&format!("{RIGHT}x = {}1{}\n", open.repeat(50_000), close.repeat(50_000)));
    }
    refused(&format!("{RIGHT}[{}a]\n", "a.".repeat(50_000)));
}

#[test]
fn a_million_keys_are_refused_in_time() {
    let text: String = (0..1_000_000).map(|i| format!("k{i}=1\n")).collect();
    assert!(text.len() > table::LARGEST_FILE);
    refused(&text);
}

#[test]
fn more_keys_than_a_scenario_can_need_are_refused_below_the_size_limit_too() {
    let keys: String = (0..table::MOST_KEYS + 1).map(|i| format!("k{i}=1\n")).collect();
    refused(&(keys + RIGHT));
}

#[test]
fn duplicate_keys_are_refused_at_the_second_one() {
    let text = with("copies = 1\n", "copies = 1\ncopies = 2\n");
    let error = refused(&text).remove(0);
    assert!(error.span.start > text.find("copies = 1").unwrap(), "{error:?}");
}

#[test]
fn all_syntax_errors_are_reported_with_the_mistakes_after_them() {
    let text =
        with("copies = 1\n", "copies = = 1\n").replace("\"78 d\"", "78").replace("id = \"prompt\"", "id = prompt");
    assert!(refused(&text).len() >= 3, "{:#?}", refused(&text));
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_their_line() {
    let mut sink = Sink::new();
    assert_eq!(table::decode(b"schema = 1\ntitle = \"\xff\"\n", &mut sink), None);
    let findings = sink.into_findings();
    assert!(findings[0].message.contains("UTF-8") && findings[0].message.contains("line 2"), "{findings:?}");
}

#[test]
fn a_file_above_the_size_limit_is_refused_before_it_is_read() {
    let mut sink = Sink::new();
    assert_eq!(table::decode(&vec![b'#'; table::LARGEST_FILE + 1], &mut sink), None);
    assert!(sink.has_errors());
}

// Numbers.

#[test]
fn numbers_that_are_no_share_are_refused() {
    for number in ["nan", "inf", "-inf", "-0.1", "1.1", "1e400", "\"half\"", "true"] {
        one_error_at(&with("adoption = 0.5", &format!("adoption = {number}")), number);
    }
}

#[test]
fn numbers_that_are_no_count_are_refused() {
    for number in ["0", "-1", "1.5", "nan", "100000001", "9223372036854775807"] {
        let text = with("copies = 1\n", &format!("copies = {number}\n"));
        assert_eq!(&text[refused(&text)[0].span.clone()], number);
    }
}

#[test]
fn a_mistake_in_a_meter_does_not_make_its_switches_wrong() {
    one_error_at(&with("copies = 1\n", "copies = 0\n"), "0");
}

#[test]
fn an_integer_that_does_not_fit_is_refused() {
    refused(&with("copies = 1\n", "copies = 99999999999999999999\n"));
}

#[test]
fn market_figures_that_are_not_finite_are_refused() {
    for number in ["nan", "inf", "-1", "1e300"] {
        let text = BUILT_IN.replacen("meters = 176000", &format!("meters = {number}"), 1);
        one_error_at(&text, number);
    }
}

// Durations.

#[test]
fn a_duration_without_a_unit_is_refused_with_an_example() {
    let text = with("\"78 d\"", "\"78\"");
    let (error, _) = one_error_at(&text, "78");
    assert!(help(&error).contains(" d") || error.message.contains("unit"), "{error:?}");
}

#[test]
fn a_bare_number_is_no_duration() {
    one_error_at(&with("\"10 min\"", "10"), "10");
}

#[test]
fn a_negative_duration_is_refused_where_time_cannot_run_backwards() {
    one_error_at(&with("\"10 min\"", "\"-10 min\""), "-10 min");
    one_error_at(&with("send = \"78 d\"", "send = \"78 d\", latency = \"-1 s\""), "-1 s");
    one_error_at(&with("send = \"78 d\"", "send = \"78 d\", latency = \"0 s\""), "0 s");
    one_error_at(&with("send = \"78 d\"", "detected = \"-28 d\", response = \"50 d\""), "-28 d");
}

#[test]
fn a_negative_duration_is_accepted_where_it_means_before_the_supply_start() {
    accepted(&with("send = \"78 d\"", "send = \"-1 d\""));
    accepted(&with("ssd = 2018-12-01\n", "ssd = 2018-12-01\nknown = \"-3 d\"\nwithdrawn = \"-1 d\"\n"));
}

#[test]
fn a_duration_that_overflows_is_refused() {
    refused(&with("\"78 d\"", "\"99999999999999999999 d\""));
    refused(&with("\"78 d\"", "\"9223372036854775807 d\""));
}

#[test]
fn an_offset_of_a_whole_day_is_refused() {
    one_error_at(&with("\"10 min\"", "\"24 h\""), "24 h");
}

// Names.

#[test]
fn an_unknown_supplier_is_answered_with_the_nearest_one() {
    let text = with("to = \"gaining\"", "to = \"gainig\"");
    let (error, _) = one_error_at(&text, "gainig");
    assert!(help(&error).contains("\"gaining\""), "{error:?}");
}

#[test]
fn an_unknown_key_is_answered_with_the_nearest_one() {
    let text = with("copies = 1\n", "copys = 1\n");
    let error = refused(&text).remove(0);
    assert!(help(&error).contains("copies"), "{error:?}");
}

#[test]
fn an_unknown_baseline_is_refused_at_its_value_with_the_nearest_policy() {
    let text = format!("{RIGHT}[experiment]\nbaseline = \"promt\"\n");
    let (error, found) = one_error_at(&text, "promt");
    assert_eq!(found, "\"promt\"");
    assert!(help(&error).contains("write \"prompt\""), "{error:?}");
    let rendered = meterchurn::scenario::diagnostics::render("x.toml", &text, &[error], false);
    // Two lines after the 27 that are right; the value follows `baseline = `, 11 characters.
    assert!(rendered.contains("x.toml:29:12"), "{rendered}");
}

#[test]
fn a_second_supplier_meter_or_policy_of_one_name_is_refused() {
    for again in
        ["[[supplier]]\nid = \"losing\"\n", "[[meter]]\nid = 1\nholder = \"losing\"\n", "[[policy]]\nid = \"prompt\"\n"]
    {
        assert_eq!(refused(&format!("{RIGHT}{again}")).len(), 1, "{again}");
    }
}

// Switches.

#[test]
fn a_switch_from_a_supplier_that_is_not_registered_is_refused() {
    let text = format!("{RIGHT}[[switch]]\nmeter = 1\nfrom = \"losing\"\nto = \"gaining\"\nssd = 2019-01-01\n");
    assert!(refused(&text)[0].message.contains("registered"));
}

#[test]
fn two_switches_of_one_meter_with_one_supply_start_are_refused() {
    let text = format!("{RIGHT}[[switch]]\nmeter = 1\nfrom = \"losing\"\nto = \"gaining\"\nssd = 2018-12-01\n");
    assert!(refused(&text)[0].message.contains("one supply start"), "{:?}", refused(&text));
}

#[test]
fn a_switch_of_an_undeclared_meter_is_refused() {
    one_error_at(&with("meter = 1\n", "meter = 2\n"), "2");
}

#[test]
fn a_switch_to_the_same_supplier_is_refused() {
    one_error_at(&with("to = \"gaining\"", "to = \"losing\""), "losing");
}

#[test]
fn a_switch_before_the_window_is_refused() {
    one_error_at(&with("ssd = 2018-12-01", "ssd = 2018-02-28"), "2018-02-28");
}

#[test]
fn a_withdrawal_after_the_supply_start_is_refused() {
    one_error_at(&with("ssd = 2018-12-01\n", "ssd = 2018-12-01\nwithdrawn = \"1 d\"\n"), "1 d");
}

// Time.

#[test]
fn a_horizon_before_the_start_is_refused() {
    one_error_at(&with("horizon = 2019-03-01", "horizon = 2018-02-28"), "2018-02-28");
    one_error_at(&with("horizon = 2019-03-01", "horizon = 2018-03-01"), "2018-03-01");
}

#[test]
fn a_window_of_more_than_twenty_years_is_refused() {
    one_error_at(&with("horizon = 2019-03-01", "horizon = 2099-03-01"), "2099-03-01");
}

#[test]
fn a_date_that_no_calendar_has_is_refused() {
    refused(&with("ssd = 2018-12-01", "ssd = 2018-11-31"));
    refused(&with("ssd = 2018-12-01", "ssd = 2018-02-29"));
}

#[test]
fn a_local_time_that_the_clocks_skip_is_refused() {
    // On 25 March 2018 London goes from 01:00 to 02:00.
    let text = with("start = 2018-03-01", "start = 2018-03-25T01:30:00");
    let (error, _) = one_error_at(&text, "2018-03-25T01:30:00");
    assert!(help(&error).contains("clocks go forward"), "{error:?}");
}

#[test]
fn a_local_time_that_occurs_twice_is_the_first_one() {
    // On 28 October 2018 01:30 occurs in summer time, 00:30 UTC, and an hour later again.
    let scenario = accepted(&with("start = 2018-03-01", "start = 2018-10-28T01:30:00"));
    assert_eq!(scenario.window.start, Instant(1_540_686_600)); // 2018-10-28T00:30:00Z
}

#[test]
fn a_time_in_utc_is_taken_as_it_is() {
    let scenario = accepted(&with("start = 2018-03-01", "start = 2018-10-28T01:30:00Z"));
    assert_eq!(scenario.window.start, Instant(1_540_690_200));
}

// Any text at all.

/// Reads it; whatever comes, findings lie inside the text and can be shown.
fn survives(id: &str, text: &str) {
    let findings = match read(id, text) {
        Ok((_, warnings)) => warnings,
        Err(findings) => {
            assert!(findings.iter().any(|f| f.severity == Severity::Error), "refused without a reason");
            findings.into()
        }
    };
    findings.iter().for_each(|finding| assert_inside(finding, text));
    meterchurn::scenario::diagnostics::render("x.toml", text, &findings, false);
}

#[test]
fn every_shipped_scenario_cut_off_anywhere_is_read_without_a_panic() {
    for (id, text) in shipped() {
        for at in (0..text.len()).step_by(37).filter(|at| text.is_char_boundary(*at)) {
            survives(&id, &text[..at]);
        }
    }
}

#[test]
fn every_shipped_scenario_with_a_character_replaced_anywhere_is_read_without_a_panic() {
    let others = ['"', '[', '{', '}', '=', '\n', '-', '9', '\u{0}', 'é', '\u{1f600}'];
    for (id, text) in shipped() {
        for (n, at) in (0..text.len()).step_by(37).filter(|at| text.is_char_boundary(*at)).enumerate() {
            let rest = &text[at..];
            let length = rest.chars().next().map_or(0, char::len_utf8);
            survives(&id, &format!("{}{}{}", &text[..at], others[n % others.len()], &rest[length..]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scenario_with_anything_put_in_anywhere_is_read_without_a_panic(
        at in 0..RIGHT.len(),
        what in "\\PC{0,12}|[\\[\\]{}=\"'\n,.0-9-]{0,12}",
    ) {
        survives("test", &format!("{}{what}{}", &RIGHT[..at], &RIGHT[at..]));
    }

    #[test]
    fn a_scenario_with_a_value_of_any_kind_is_read_without_a_panic(
        line in 0_usize..30,
        value in "[0-9]{1,25}|-?[0-9]{1,4}\\.[0-9]e-?[0-9]{1,3}|\"-?[0-9]{1,22} ?(d|h|s|min|w)?\"|\
            [0-9]{4}-[0-9]{2}-[0-9]{2}|\\[\\]|\\{\\}|nan|inf|true",
    ) {
        let text: String = RIGHT
            .lines()
            .enumerate()
            .map(|(n, old)| match old.split_once(" = ") {
                Some((key, _)) if n == line => format!("{key} = {value}\n"),
                _ => format!("{old}\n"),
            })
            .collect();
        survives("test", &text);
    }
}

#[test]
fn a_switchs_own_cause_goes_before_its_suppliers_class() {
    let text = with("ssd = 2018-12-01", "ssd = 2018-12-01\ncause = \"gainer-late\"");
    assert_eq!(accepted(&text).meters[0].switches[0].class, Class::Mature); // its supplier is immature
}

#[test]
fn a_class_and_a_cause_that_contradict_are_refused() {
    let text = with("ssd = 2018-12-01", "ssd = 2018-12-01\nclass = \"mature\"\ncause = \"gainer-immature\"");
    one_error_at(&text, "gainer-immature");
}

#[test]
fn switches_may_stand_in_any_order_but_each_leaves_who_is_registered_then() {
    let back = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2019-02-01\n[[switch]]";
    let (first, _) = accepted(&with("[[switch]]", back)).meters[0]
        .switches
        .split_first()
        .map(|(f, r)| (f.ssd, r.len()))
        .expect("two");
    assert!(first < accepted(&with("[[switch]]", back)).meters[0].switches[1].ssd);
    let wrong = with("[[switch]]", &back.replace("\"gaining\"\nto = \"losing\"", "\"losing\"\nto = \"gaining\""));
    let (error, _) = one_error_at(&wrong, "\"losing\"");
    let first = wrong.find("[[switch]]").expect("the first one");
    assert_eq!(error.span.start, first + wrong[first..].find("\"losing\"").expect("its `from`"));
}

#[test]
fn a_gaining_suppliers_schedules_are_its_own() {
    let reads = |owner: &str| {
        with(
            "ssd = 2018-12-01",
            &format!(
                "ssd = 2018-12-01\nconfigures = \"1 d\"\nreads = {{ schedules = [{{ {owner}reads = \"4.6.1\", period = \
                 \"daily\", at = \"02:00\" }}] }}"
            ),
        )
    };
    let switch = &accepted(&reads("")).meters[0].switches[0];
    assert_eq!(switch.practice.schedules[0].owner, switch.to);
    one_error_at(&reads("owner = \"losing\", "), "owner");
}

#[test]
fn what_the_gainer_sets_up_needs_a_time_at_which_it_does() {
    let text = with("ssd = 2018-12-01", "ssd = 2018-12-01\nreads = { calendar = \"none\" }");
    assert!(help(&one_error_at(&text, "calendar").0).contains("configures"));
}

#[test]
fn an_ask_for_one_device_alone_is_refused() {
    let text = with("cos = { send = \"78 d\" }", "cos = [{ detected = \"1 d\", response = \"1 d\" }]");
    one_error_at(&text, "detected");
}

#[test]
fn all_unknown_mitigations_of_a_policy_are_reported_at_once() {
    let text = with("use = [{ mitigation = \"1\" }]", "use = [{ mitigation = \"99\" }, { mitigation = \"98\" }]");
    assert_eq!(refused(&text).len(), 2);
}

#[test]
fn labels_of_a_ratio_must_exist_too_and_bounds_must_stand_in_order() {
    let expect = |that: &str| format!("{RIGHT}[[expect]]\nthat = \"{that}\"\nkind = \"invariant\"\n");
    one_error_at(&expect("leaked-reads.delivered{path=psh}.ratio < 1"), "psh");
    one_error_at(&expect("leaked-reads.delivered.total within 70..60"), "70..60");
    accepted(&expect("leaked-reads.delivered{path=push}.ratio < 1"));
}

#[test]
fn an_injection_takes_no_key_of_another_kind_and_ends_after_it_begins() {
    let inject = |lines: &str| format!("{RIGHT}[[inject]]\n{lines}\n");
    one_error_at(&inject("kind = \"miss-623\"\ntimes = 3"), "times");
    one_error_at(&inject("kind = \"miss-623\"\nfrom = 2019-01-01\nuntil = 2018-12-01"), "2018-12-01");
    accepted(&inject("kind = \"fail-623\"\ntimes = 3"));
}

#[test]
fn an_injection_takes_in_where_only_what_bears_on_its_kind() {
    let day = "from = 2018-12-01\nuntil = 2018-12-02";
    let inject = |kind: &str, target: &str| {
        let lines = if kind.ends_with("outage") { day } else { "" };
        format!("{RIGHT}[[inject]]\nkind = \"{kind}\"\nwhere = {{ {target} }}\n{lines}\n")
    };
    for (kind, idle, takes) in [
        ("miss-623", "region = \"north\"", "`gaining`, `supplier`, `losing`, `meters`"),
        ("registration-outage", "region = \"north\"", "`gaining`, `supplier`, `losing`, `meters`"),
        ("wan-outage", "gaining = [\"gaining\"]", "`region`, `meters`"),
        ("wan-outage", "losing = [\"losing\"]", "`region`, `meters`"),
        ("gateway-outage", "losing = [\"losing\"]", "`supplier`, `gaining`, `meters`"),
        ("gateway-outage", "region = \"north\"", "`supplier`, `gaining`, `meters`"),
    ] {
        let text = inject(kind, idle);
        let key = idle.split(' ').next().unwrap_or_default();
        let (error, found) = one_error_at(&text, key);
        assert_eq!(found, key);
        assert!(error.message.contains(kind) && help(&error).ends_with(takes), "{error:?}");
    }
    accepted(&inject("miss-623", "gaining = [\"gaining\"], losing = [\"losing\"], meters = [1]"));
    accepted(&inject("wan-outage", "region = \"north\", meters = [1]"));
    accepted(&inject("gateway-outage", "supplier = [\"losing\"], meters = [1]"));
}

#[test]
fn a_whole_book_moves_so_a_supplier_failure_takes_no_meters() {
    let failure = "[[inject]]\nkind = \"supplier-failure\"\nfrom = 2018-11-10\n";
    let target = "where = { losing = [\"losing\"], gaining = [\"gaining\"], meters = [1] }\n";
    let right = with("class = \"immature\"", "capacity = \"5 /d\"");
    assert_eq!(one_error_at(&format!("{right}{failure}{target}"), "meters").1, "meters");
}

#[test]
fn supplier_is_another_name_of_gaining_but_only_one_of_them_may_stand() {
    let inject = |target: &str| format!("{RIGHT}[[inject]]\nkind = \"miss-623\"\nwhere = {{ {target} }}\n");
    let by_either = ["gaining", "supplier"].map(|key| accepted(&inject(&format!("{key} = [\"gaining\"]"))).injections);
    assert_eq!(by_either[0], by_either[1]);
    let both = inject("gaining = [\"gaining\"], supplier = [\"losing\"]");
    let (error, found) = one_error_at(&both, "supplier");
    assert_eq!(found, "supplier");
    assert!(error.message.contains("two names for one key"), "{error:?}");
}

fn expecting(that: &str) -> String {
    format!("{RIGHT}[[expect]]\nthat = \"{that}\"\nkind = \"golden\"\n")
}

#[test]
fn a_refused_unit_is_answered_with_the_right_one() {
    for (that, remedy) in [
        ("exposure.days.total == 5 s", "the unit of `exposure.days` is d: write a number in it, as in \"5 d\""),
        ("exposure.seconds.total < 5 d", "the unit of `exposure.seconds` is s: write a number in it, as in \"5 s\""),
        ("gap.days.total within 5..6 days", "the unit of `gap.days` is d: write a number in it, as in \"6 d\""),
        ("switches.total == 5 d", "`switches` is a count: write 5, without a unit"),
    ] {
        let text = expecting(that);
        assert_eq!(help(&one_error_at(&text, that).0), remedy);
    }
    let capacity = with("class = \"immature\"", "capacity = \"500 /h\"");
    assert!(help(&one_error_at(&capacity, "500 /h").0).contains("a count a day, as in \"500 /d\""));
}

#[test]
fn an_unknown_value_of_a_label_is_answered_with_the_known_ones() {
    for (that, message, remedy) in [
        (
            "leaked-reads.delivered{path=pll}.total == 1",
            "no value `pll`",
            "did you mean `pull`? its values are `push`, `pull`",
        ),
        ("switches{outcome=x}.total == 1", "no value `x`", "its values are `registered`, `withdrawn`"),
        // The window is 2018-03-01 to before 2019-03-01.
        ("cases.open{at=2019-03-01}.total == 1", "no value `2019-03-01`", "its days go from 2018-03-01 to 2019-02-28"),
    ] {
        let text = expecting(that);
        let (error, _) = one_error_at(&text, that);
        assert!(error.message.contains(message), "{error:?}");
        assert_eq!(help(&error), remedy);
    }
}

#[test]
fn an_unknown_label_is_answered_with_the_known_ones() {
    for (that, message, remedy) in [
        (
            "requests{referenc=6.23}.total == 1",
            "no label `referenc`",
            "did you mean `reference`? its labels are reference and outcome",
        ),
        ("traffic.messages{leg=wan-south}.total == 1", "no values in this scenario", "need a section [traffic]"),
        (
            "leaked-reads.delivered{path=push,cause=on-time}.total == 1",
            "have all of these labels",
            "path; or addressee",
        ),
    ] {
        let text = expecting(that);
        let (error, _) = one_error_at(&text, that);
        assert!(error.message.contains(message) && help(&error).contains(remedy), "{error:?}");
    }
}

#[test]
fn a_supplier_of_last_resort_needs_a_capacity() {
    let failure = "[[inject]]\nkind = \"supplier-failure\"\nwhere = { losing = [\"losing\"], gaining = [\"gaining\"] \
        }\nfrom = 2018-11-10\n";
    assert!(help(&one_error_at(&format!("{RIGHT}{failure}"), "losing").0).contains("capacity"));
    accepted(&format!("{}{failure}", with("class = \"immature\"", "class = \"immature\"\ncapacity = \"5 /d\"")));
}

/// Name, value, kind and source of the laws that a script's outputs show.
fn laws_shown(text: &str) -> Vec<(String, String, NumberKind, String)> {
    let shown =
        accepted(text).assumptions.into_iter().filter(|a| ["notice", "lead", "ahead"].contains(&a.name.as_str()));
    shown.map(|a| (a.name, a.value, a.kind, a.source)).collect()
}

#[test]
fn laws_that_a_policy_draws_from_are_among_the_assumptions_of_a_script() {
    // 6 deletes schedules before SSD and 2 future-dates the 6.23; 1 draws from no law.
    assert_eq!(laws_shown(RIGHT), []);
    let uses = |number: &str| with("mitigation = \"1\"", &format!("mitigation = \"{number}\""));
    let of_the_program =
        |name: &str, value: &str, source: &str| (name.into(), value.into(), NumberKind::Assumed, source.into());
    let [notice, lead] = [
        of_the_program("notice", "{ uniform = [\"3 d\", \"10 d\"] }", "calibration 8.20c"),
        of_the_program("lead", "{ lognormal = { median = \"1 d\", sigma = 0.5 } }", "calibration 8.20c"),
    ];
    assert_eq!(laws_shown(&uses("6")), [notice, lead.clone()]);
    let ahead = of_the_program("ahead", "{ uniform = [\"0 s\", \"3 d\"] }", "calibration 8.20b");
    assert_eq!(laws_shown(&uses("2")), [ahead]);
    // A value that the file gives appears once, as given.
    let said = "[laws.notice]\nvalue = \"7 d\"\nsource = \"a survey\"\nkind = \"expert\"\n";
    let stated = ("notice".into(), "\"7 d\"".into(), NumberKind::Expert, "a survey".into());
    assert_eq!(laws_shown(&format!("{}{said}", uses("6"))), [stated, lead]);
}

fn warnings(text: &str) -> Vec<Finding> {
    read("test", text).unwrap_or_else(|findings| panic!("{findings:#?}")).1
}

#[test]
fn no_shipped_scenario_is_warned_of() {
    for (id, text) in shipped() {
        assert_eq!(read(&id, &text).map(|(_, warnings)| warnings), Ok(Vec::new()), "{id}");
    }
}

#[test]
fn a_623_that_a_supplier_sends_without_being_a_user_is_warned_of() {
    let warned = |class: &str, lines: &str, cos: &str| {
        let text =
            with("class = \"immature\"\n", class).replace("ssd = 2018-12-01\n", &format!("ssd = 2018-12-01\n{lines}"));
        let text = text.replace("{ send = \"78 d\" }", cos);
        let warnings = warnings(&text);
        warnings
            .iter()
            .for_each(|w| assert!(w.message.contains("no DCC User") && &text[w.span.clone()] == "cos", "{w:?}"));
        !warnings.is_empty()
    };
    let sends = "{ send = \"78 d\" }";
    assert!(warned("class = \"non-user\"\n", "", sends));
    assert!(warned("", "class = \"non-user\"\n", sends));
    assert!(warned("", "cause = \"gainer-not-user\"\n", "{ execute = 2019-02-17T01:00:00 }"));
    assert!(warned("class = \"non-user\"\n", "", "\"queue\""));
    assert!(!warned("class = \"non-user\"\n", "", "\"never\""));
    assert!(!warned("class = \"non-user\"\nuser-from = 2019-01-01\n", "", sends));
    assert!(!warned("class = \"non-user\"\n", "class = \"mature\"\n", sends));
}

#[test]
fn windows_off_the_wan_that_touch_are_to_be_joined() {
    let windows = |second: &str| {
        let first = "{ from = 2018-12-01, to = 2018-12-05 }";
        with("copies = 1\n", &format!("copies = 1\noff-wan = [{first}, {second}]\n"))
    };
    accepted(&windows("{ from = 2018-12-06, to = 2018-12-07 }"));
    for second in ["{ from = 2018-12-05, to = 2018-12-07 }", "{ from = 2018-11-05, to = 2018-11-07 }"] {
        let text = windows(second);
        let (error, _) = one_error_at(&text, second);
        assert!(help(&error).contains("join windows that touch"), "{error:?}");
    }
    let text = windows("{ from = 2018-12-07, to = 2018-12-06 }");
    let (error, _) = one_error_at(&text, "2018-12-07");
    assert!(error.message.contains("ends before"), "{error:?}");
}

#[test]
fn the_example_of_the_documentation_holds_what_it_expects() {
    let page = include_str!("../docs/scenarios.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example in TOML");
    let (scenario, findings) = read("example", example).expect("a valid scenario");
    assert_eq!(findings, []);
    let results = study::run(&scenario, How::default(), &|_| ()).expect("conservation holds");
    let verdicts = study::judge(&scenario, &results);
    assert!(!verdicts.is_empty() && verdicts.iter().all(|v| v.verdict == Status::Pass), "{verdicts:?}");
}

/// Writes what the errors of missing keys give as examples, where they say, until none is missing.
fn completed(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let findings = read("test", &text).err().unwrap_or_default();
        let Some(missing) = findings.iter().find(|f| f.message.ends_with("is missing")) else { return text };
        let example = help(missing).split('`').nth(1).expect("an example");
        let line_end =
            text[missing.span.start..].find('\n').map_or(text.len(), |length| missing.span.start + length + 1);
        let place = if missing.message.starts_with("at the top") { 0 } else { line_end };
        text.insert_str(place, &format!("{example}\n"));
    }
}

#[test]
fn the_example_for_a_missing_key_is_valid_in_its_place() {
    let market = "[time]\n[market]\n[market.small-suppliers]\n[[market.alerts]]\na-year = 0.5\n[[supplier]]\n[[policy]]\n\
        [[expect]]\n\
        [[inject]]\nkind = \"delay-623\"\n";
    let script = "[time]\n[[supplier]]\nid = \"losing\"\n[[supplier]]\nid = \"gaining\"\ncapacity = \"500 /d\"\n[[meter]]\n\
        [[switch]]\n[[expect]]\n[[policy]]\n\
        [[inject]]\nkind = \"supplier-failure\"\n";
    for text in [market, script] {
        let text = completed(text);
        let findings = read("test", &text).err().unwrap_or_default();
        let errors: Vec<&Finding> = findings.iter().filter(|f| f.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
    }
}

#[test]
fn the_reader_refuses_a_market_in_which_no_supplier_has_meters() {
    let text: String = BUILT_IN
        .lines()
        .map(|line| match line.split_once("share = ").filter(|_| line.contains("gains = ")) {
            Some((head, tail)) => format!("{head}share = 0, {}\n", tail.split_once(',').unwrap_or_default().1),
            None => format!("{line}\n"),
        })
        .collect();
    let errors = refused(&text);
    assert!(errors.iter().any(|error| error.message.contains("at least one supplier must have meters")), "{errors:#?}");
}

#[test]
fn what_a_warning_says_of_a_missing_origin_ends_the_warning() {
    let of = |text: &str| -> Vec<String> {
        let (_, findings) = read("test", text).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let silent = findings.iter().filter(|f| f.message.contains("does not say where its number comes from"));
        silent.map(|f| help(f).to_owned()).collect()
    };
    let silent = of(&format!("{RIGHT}[traffic]\ncapacity = \"5 /s\"\n"));
    assert!(silent.iter().all(|help| help.contains("write `source = ")), "{silent:?}");
    assert_eq!(silent.len(), 1);
    let told = of(&format!("{RIGHT}[traffic]\ncapacity = \"5 /s\"\nsource = \"us\"\nkind = \"expert\"\n"));
    assert_eq!(told, Vec::<String>::new());
}
