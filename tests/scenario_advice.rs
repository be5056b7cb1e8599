//! Scenarios that cannot mean what they say: each problem is reported once, at its place, with a remedy that is
//! accepted when followed.

mod script;

use meterchurn::scenario::diagnostics::{Diagnostic, Files, Finding, Sink};
use meterchurn::scenario::resolved::resolved;
use meterchurn::scenario::table;
use meterchurn::study::load;
use meterchurn::study::session::Session;
use script::RIGHT;

/// A market of two suppliers and a tail of small ones.
const MARKET: &str = r#"schema = 1
title = "A market"
supplier = [
    { id = "large", share = 60, gains = 40, source = "s", kind = "assumed" },
    { id = "second", share = 32, gains = 41, source = "s", kind = "assumed" },
]
[time]
start = 2018-11-01
horizon = 2019-01-01
warm-up = "0 d"
[market]
path = [{ on = 2018-10-31, meters = 20000, source = "s", kind = "observed" }]
switching = { value = { "2018-11" = 0.0155, "2018-12" = 0.0155 }, source = "s", kind = "derived" }
small-suppliers = { count = 3, share = 8, gains = 19, source = "s", kind = "assumed" }
"#;

/// All findings on a text: errors and warnings.
fn findings_on(text: &str) -> Vec<Finding> {
    match load("test", text) {
        Ok((_, warnings)) => warnings,
        Err(invalid) => invalid.into(),
    }
}

/// A line of a scenario, the mistake that replaces it, the text at which it is reported, part of the remedy, and the
/// line that follows the remedy.
type Advice<'t> = (&'t str, &'t str, &'t str, &'t str, &'t str);

/// Checks that each mistake is reported once, at its place and with its remedy, and that following the remedy clears
/// it.
#[track_caller]
fn ends_when_followed(scenario: &str, all: &[Advice<'_>]) {
    assert_eq!(findings_on(scenario), [], "the scenario itself is right");
    for (line, mistake, place, says, followed) in all {
        assert_eq!(scenario.matches(line).count(), 1, "{line}");
        let text = scenario.replace(line, mistake);
        let findings = findings_on(&text);
        let [finding] = findings.as_slice() else { panic!("{mistake}: {findings:#?}") };
        let at = text.get(finding.span.clone()).unwrap_or_default();
        let help = finding.help.as_deref().unwrap_or_default();
        assert!(at.contains(place), "{mistake}: at {at:?}, not {place:?}: {finding:#?}");
        assert!(help.contains(says), "{mistake}: {says:?} is not in {help:?}");
        let findings = findings_on(&scenario.replace(line, followed));
        assert_eq!(findings, [], "{followed} is what the remedy says: {help}");
    }
}

#[test]
fn remedies_repeat_dates_and_durations_in_the_right_notation() {
    let ssd = "ssd = 2018-12-01";
    let send = "{ send = \"78 d\" }";
    ends_when_followed(
        RIGHT,
        &[
            (ssd, "ssd = 01/12/2018", "01/12/2018", "write 2018-12-01, without quotes", ssd),
            (ssd, "ssd = 1.12.2018", "1.12.2018", "write 2018-12-01, without quotes", ssd),
            (ssd, "ssd = 2018/12/01", "2018/12/01", "write 2018-12-01, without quotes", ssd),
            (ssd, "ssd = \"01/12/2018\"", "01/12/2018", "write 2018-12-01, without quotes", ssd),
            (ssd, "ssd = \"2018-12-01\"", "2018-12-01", "write 2018-12-01, without quotes", ssd),
            (send, "{ send = 78 }", "78", "\"78 d\"", send),
            (send, "{ send = 1.5 }", "1.5", "\"1.5 d\"", "{ send = \"1.5 d\" }"),
            (send, "{ send = 50 days }", "50 days", "\"50 d\"", "{ send = \"50 d\" }"),
            (send, "{ send = 50 d }", "50 d", "\"50 d\"", "{ send = \"50 d\" }"),
        ],
    );
}

#[test]
fn remedies_spell_out_shorthand() {
    let calendar = "calendar = { period = \"daily\", offset = \"10 min\" }";
    let used = "use = [{ mitigation = \"1\" }]";
    let cos = "cos = { send = \"78 d\" }";
    ends_when_followed(
        RIGHT,
        &[
            (calendar, "calendar = \"daily\"", "daily", "{ period = \"daily\", offset = \"10 min\" }", calendar),
            (calendar, "calendar = { period = \"daily\", offset = \"00:10\" }", "00:10", "\"10 min\"", calendar),
            (used, "use = [\"1\"]", "\"1\"", "{ mitigation = \"1\" }", used),
            ("schema = 1", "schema = 2", "2", "write 1", "schema = 1"),
            // A second after the supply start, because execution takes a second.
            (
                cos,
                "cos = { execute = 2018-11-30T12:00:00 }",
                "2018-11-30",
                "execute = 2018-12-01T00:00:00Z",
                "cos = { execute = 2018-12-01T00:00:00Z }",
            ),
        ],
    );
}

#[test]
fn the_remedy_for_a_metric_without_a_stat_is_the_whole_query() {
    let expect = |that: &str| format!("[[expect]]\nthat = \"{that}\"\nkind = \"golden\"\n[[policy]]\nid = \"prompt\"");
    ends_when_followed(
        RIGHT,
        &[(
            "[[policy]]\nid = \"prompt\"",
            &expect("leaked-reads.delivered == 77"),
            "leaked-reads.delivered",
            "leaked-reads.delivered.total",
            &expect("leaked-reads.delivered.total == 77"),
        )],
    );
}

#[test]
fn an_invalid_supplier_id_is_one_finding_wherever_it_is_used() {
    let findings = findings_on(&RIGHT.replacen("id = \"gaining\"", "id = \"Gaining\"", 1));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.message.contains("supplier[1].id"), "{finding:#?}");
}

#[test]
fn a_time_that_occurs_twice_in_london_is_reported_with_both_in_utc() {
    // On 28 October 2018 they go from 02:00 summer time, 01:00 UTC, back to 01:00.
    let [first, second] = ["start = 2018-10-28T00:30:00Z", "start = 2018-10-28T01:30:00Z"];
    let (line, twice, place) = ("start = 2018-03-01", "start = 2018-10-28T01:30:00", "2018-10-28T01:30:00");
    let advice = [first, second].map(|utc| (line, twice, place, utc.trim_start_matches("start = "), utc));
    ends_when_followed(RIGHT, &advice);
}

#[test]
fn a_date_outside_the_model_s_years_never_deletes_the_section_that_holds_it() {
    const NEVER: &str = "9999-12-31";
    let (class, ssd, adoption) = ("class = \"immature\"", "ssd = 2018-12-01", "adoption = 0.5");
    let inject = |until: &str| {
        format!("[[inject]]\nkind = \"miss-623\"\nfrom = 2018-11-01\nuntil = {until}\n[[policy]]\nid = \"prompt\"")
    };
    let (never, horizon) = (inject(NEVER), inject("2019-03-01"));
    ends_when_followed(
        RIGHT,
        &[
            (class, "user-from = 9999-12-31", NEVER, "2018-12-01", "user-from = 2018-12-01"),
            (ssd, "ssd = 2018-12-01\nknown = 9999-12-31", NEVER, "2018-12-01", "ssd = 2018-12-01\nknown = 2018-12-01"),
            (
                ssd,
                "ssd = 2018-12-01\nwithdrawn = 9999-12-31",
                NEVER,
                "write for example",
                "ssd = 2018-12-01\nwithdrawn = 2018-11-30",
            ),
            (ssd, "ssd = 9999-12-31", NEVER, "2018-12-01", ssd),
            ("{ send = \"78 d\" }", "{ send = 9999-12-31 }", NEVER, "2018-12-01", "{ send = 2018-12-01 }"),
            ("{ send = \"78 d\" }", "{ execute = 9999-12-31 }", NEVER, "2018-12-01", "{ execute = 2018-12-01 }"),
            (adoption, "start = 9999-12-31", NEVER, "2018-12-01", "start = 2018-12-01"),
            ("horizon = 2019-03-01", "horizon = 9999-12-31", NEVER, "write for example", "horizon = 2019-12-01"),
            ("start = 2018-03-01", "start = 1999-12-31T23:59:59", "1999-12-31", "2018-12-01", "start = 2018-11-01"),
            ("[[policy]]\nid = \"prompt\"", &never, NEVER, "the horizon of [time]", &horizon),
        ],
    );
}

#[test]
fn keys_without_effect_are_reported_with_what_they_need() {
    let class = "class = \"immature\"";
    let opening = |rest: &str| format!("opening = \"09:00\"\n{rest}user-from = 2018-12-15");
    let (alone, beside) = (opening(""), opening("capacity = \"5 /d\"\n"));
    ends_when_followed(
        RIGHT,
        &[
            (class, "reads = { calendar = 1 }\nsource = \"s\"\nkind = \"expert\"", "reads", "leave it out", class),
            (class, "share = 1\nsource = \"s\"\nkind = \"expert\"", "share", "leave it out", class),
            (class, &alone, "opening", "add a `capacity`", &beside),
            (class, "capacity = \"5 /d\"", "capacity", "`user-from`", "capacity = \"5 /d\"\nuser-from = 2018-12-15"),
            (
                class,
                "loses = { notice = \"5 d\" }",
                "loses",
                "deletes-schedules = true",
                "loses = { notice = \"5 d\", deletes-schedules = true }",
            ),
            (
                "[time]",
                "[laws.to-623.mature]\nvalue = \"1 d\"\nsource = \"s\"\nkind = \"expert\"\n[time]",
                "mature",
                "leave it out",
                "[time]",
            ),
            ("[time]", "[traffic]\nmessages = 1.54\n[time]", "messages", "leave it out", "[traffic]\n[time]"),
        ],
    );
}

#[test]
fn settings_for_prepay_without_prepay_meters_are_reported() {
    let class = "class = \"immature\"";
    let uses = "use = [{ mitigation = \"1\" }]";
    let queue = "capacity = \"5 /d\"\nuser-from = 2018-12-15\n";
    let (first, prepay) = ("prepay-first = true", "id = 1\npayment = \"prepay\"");
    // A supplier that says so, a policy and a law; in the script there is a prepay meter, or none.
    ends_when_followed(
        RIGHT,
        &[(class, first, "prepay-first", "add a `capacity`", &format!("{queue}prepay-first = false"))],
    );
    let with_queue = RIGHT.replace(class, &format!("{queue}prepay-first = false"));
    let law_alone = "[laws.to-623.prepay]\nvalue = \"1 d\"\nsource = \"s\"\nkind = \"expert\"\n[time]";
    let banned = "use = [{ mitigation = \"ban-on-non-users\" }]\nwhat-if = true";
    let prepay_policy = "use = [{ mitigation = \"prepay-first\" }]";
    ends_when_followed(
        &with_queue,
        &[
            ("prepay-first = false", first, "prepay-first", "add a prepay meter", "prepay-first = false"),
            (uses, prepay_policy, "[[policy]]", "payment = \"prepay\"", uses),
            ("[time]", law_alone, "prepay", "a policy that draws from it", "[time]"),
        ],
    );
    let with_prepay = RIGHT.replace("id = 1\n", &format!("{prepay}\n"));
    ends_when_followed(&with_prepay, &[(uses, prepay_policy, "[[policy]]", "capacity = \"1000 /d\"", uses)]);
    let both = with_queue.replace("id = 1\n", &format!("{prepay}\n"));
    let already = findings_on(&both.replace("prepay-first = false", first).replace(uses, prepay_policy));
    let [finding] = already.as_slice() else { panic!("{already:#?}") };
    assert!(finding.message.contains("every backlog already does"), "{finding:#?}");
    assert_eq!(findings_on(&both.replace(uses, prepay_policy)), []);
    let late = with_prepay.replace(class, &format!("{class}\nuser-from = 2018-12-15"));
    assert_eq!(findings_on(&late.replace("[time]", law_alone).replace(uses, banned)), []);
}

#[test]
fn policies_that_can_never_act_are_reported() {
    let (adoption, uses) = ("adoption = 0.5", "use = [{ mitigation = \"1\" }]");
    let held = "use = [{ mitigation = \"26\" }]\nwhat-if = true";
    let banned = "use = [{ mitigation = \"20\" }]\nwhat-if = true";
    ends_when_followed(
        RIGHT,
        &[
            (uses, held, "[[policy]]", "leave the mitigation out", uses),
            (uses, banned, "[[policy]]", "class = \"non-user\"", uses),
            (adoption, "start = 2019-03-01", "2019-03-01", "within the window", "start = 2019-02-28"),
            (adoption, "adoption = 0.0", "0.0", "0.5", adoption),
            (adoption, "scope = []", "[]", "\"all\"", "scope = \"all\""),
            (uses, "use = []", "[[policy]]", "use = [{ mitigation = \"0\" }]", "use = [{ mitigation = \"0\" }]"),
            (
                uses,
                "use = [{ mitigation = \"request-throttling\" }]",
                "[[policy]]",
                "`capacity = \"600 /s\"` in [traffic]",
                "use = [{ mitigation = \"request-throttling\" }]\n[traffic]\ncapacity = \"600 /s\"\nsource = \"s\"\n\
                 kind = \"assumed\"",
            ),
        ],
    );
}

#[test]
fn injections_that_can_never_act_are_reported() {
    const LINE: &str = "[[policy]]\nid = \"prompt\"";
    let inject = |keys: &str| format!("[[inject]]\nkind = \"miss-623\"\n{keys}\n{LINE}");
    let outage = |keys: &str| format!("[[inject]]\nkind = \"wan-outage\"\n{keys}\n{LINE}");
    let cases = [
        (inject("from = 2019-03-01"), "2019-03-01", "within the window", inject("from = 2018-11-01")),
        (inject("until = 2018-03-01"), "2018-03-01", "within the window", inject("until = 2018-12-02")),
        (inject("share = 0"), "0", "0.5", inject("share = 0.5")),
        (inject("where = { meters = [7] }"), "7", "write 1, or declare it", inject("where = { meters = [1] }")),
        (
            inject("where = { gaining = [\"losing\"] }"),
            "inject",
            "`where`",
            inject("where = { gaining = [\"gaining\"] }"),
        ),
        (inject("until = 2018-12-01"), "inject", "`until`", inject("until = 2018-12-02")),
        (
            outage("where = { region = \"south\" }\nfrom = 2018-11-01\nuntil = 2018-12-01"),
            "inject",
            "`where`",
            outage("where = { region = \"north\" }\nfrom = 2018-11-01\nuntil = 2018-12-01"),
        ),
        (
            outage("from = 2018-11-01\nuntil = 2018-12-01\ncatch-up = \"6 h\""),
            "catch-up",
            "leave `catch-up` out",
            outage("from = 2018-11-01\nuntil = 2018-12-01"),
        ),
    ];
    let advice: Vec<Advice<'_>> = cases
        .iter()
        .map(|(mistake, place, says, followed)| (LINE, mistake.as_str(), *place, *says, followed.as_str()))
        .collect();
    ends_when_followed(RIGHT, &advice);
}

#[test]
fn expectations_that_always_hold_or_fail_are_reported() {
    const LINE: &str = "[[policy]]\nid = \"prompt\"";
    let expect = |that: &str, more: &str| format!("[[expect]]\nthat = \"{that}\"\n{more}\n{LINE}");
    let invariant = "kind = \"invariant\"";
    let cases = [
        (
            expect("leaked-reads.delivered.diff == 0", invariant),
            "diff",
            "policy = \"prompt\"",
            expect("leaked-reads.delivered.diff == 0", "kind = \"invariant\"\npolicy = \"prompt\""),
        ),
        (expect("switches.total >= 0", invariant), ">= 0", "\"> 0\"", expect("switches.total > 0", invariant)),
        (expect("switches.total < 0", invariant), "< 0", "\"== 0\"", expect("switches.total == 0", invariant)),
        (
            expect("switches.total > 0", "kind = \"statistical\""),
            "switches",
            "replications = 30",
            expect("switches.total > 0", "kind = \"statistical\"\n[experiment]\nreplications = 30"),
        ),
    ];
    let advice: Vec<Advice<'_>> = cases
        .iter()
        .map(|(mistake, place, says, followed)| (LINE, mistake.as_str(), *place, *says, followed.as_str()))
        .collect();
    ends_when_followed(RIGHT, &advice);
}

#[test]
fn a_script_without_switches_is_reported() {
    let line = "ssd = 2018-12-01";
    let text = RIGHT.split("[[switch]]").next().expect("all before it");
    let findings = findings_on(text);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.message.contains("no meter switches"), "{finding:#?}");
    assert_eq!(findings_on(&RIGHT.replace(line, "ssd = 2018-12-31")), []);
}

#[test]
fn labels_as_results_write_them_are_understood() {
    // `metrics.csv` parts labels by `;`.
    let expect = |that: &str| format!("{RIGHT}[[expect]]\nthat = \"{that}\"\nkind = \"invariant\"\n");
    assert_eq!(findings_on(&expect("cases.opened{cause=gainer-late;fuel=electricity}.total == 1")), []);
    assert_eq!(findings_on(&expect("cases.opened{cause=gainer-late,fuel=electricity}.total == 1")), []);
}

#[test]
fn a_warm_up_that_begins_with_the_path_needs_no_earlier_date() {
    // The default warm-up reaches back as far as the path does. It begins an hour before a midnight, because the
    // clocks went forward in between.
    let months: Vec<String> = (1..=6).map(|month| format!("\"2019-{month:02}\" = 0.0155")).collect();
    let mut text = MARKET.to_owned();
    for (old, new) in [
        ("warm-up = \"0 d\"\n", ""),
        ("start = 2018-11-01\nhorizon = 2019-01-01", "start = 2019-04-01\nhorizon = 2019-07-01"),
        ("on = 2018-10-31", "on = 2019-01-01"),
        ("\"2018-11\" = 0.0155, \"2018-12\" = 0.0155", &*months.join(", ")),
    ] {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let told = findings_on(&text);
    assert!(!told.iter().any(|finding| finding.message.contains("the path begins on")), "{told:?}");
}

#[test]
fn market_settings_that_contradict_each_other_are_reported() {
    let path = "path = [{ on = 2018-10-31, meters = 20000, source = \"s\", kind = \"observed\" }]";
    let on = "on = 2018-10-31";
    let november = "\"2018-11\" = 0.0155";
    let second = "id = \"second\"";
    ends_when_followed(
        MARKET,
        &[
            (path, "path = []", "[]", "on = 2018-11-30", path),
            (on, "on = 2018-11-15", "2018-11-15", "up to 2018-10-31", on),
            (on, "on = 2018-11-01", "2018-11-01", "up to 2018-10-31", on),
            (on, "on = 2019-01-01", "2019-01-01", "2018-10-31", on),
            (on, "on = 9999-12-31", "9999-12-31", "2018-12-01", "on = 2018-10-01"),
            (november, "\"+2018-+11\" = 0.0155", "+2018-+11", "\"2018-12\" = 0.0155", november),
            (november, "\"2018-011\" = 0.0155", "2018-011", "\"2018-12\" = 0.0155", november),
            (november, "\"2018-11\" = 0.0155, \"2018-12\" = 0.1", "2018-12", "keep one", november),
            (
                "[market]",
                "[market]\ngas-ratio = { value = 70, source = \"s\", kind = \"expert\" }",
                "0.0155",
                "at most 1",
                "[market]\ngas-ratio = { value = 64, source = \"s\", kind = \"expert\" }",
            ),
            (
                "[market]",
                "[market]\ngas-ratio = { value = { \"2018-12\" = 0.9 }, source = \"s\", kind = \"expert\" }",
                "gas-ratio",
                "\"2018-11\" = 0.89",
                "[market]\ngas-ratio = { value = { \"2018-11\" = 0.89, \"2018-12\" = 0.9 }, source = \"s\", kind = \
                 \"expert\" }",
            ),
            (
                "[market]",
                "[market]\ngas-ratio = { value = { \"2018-11\" = 0.89, \"2018-12\" = 0.9, \"2019-05\" = 1 }, source = \
                 \"s\", kind = \"expert\" }",
                "2019-05",
                "leave the month out",
                "[market]\ngas-ratio = { value = { \"2018-11\" = 0.89, \"2018-12\" = 0.9 }, source = \"s\", kind = \
                 \"expert\" }",
            ),
            (
                november,
                "\"2018-11\" = { switches = 464300, of = 29000 }",
                "29000",
                "all electricity meters",
                "\"2018-11\" = { switches = 464300, of = 29000000 }",
            ),
            (
                path,
                "path = [{ on = 2018-10-31, meters = 20000, smets1 = 0.15, source = \"s\", kind = \"observed\" }]",
                "0.15",
                "not their share",
                "path = [{ on = 2018-10-31, meters = 20000, smets1 = 3000, source = \"s\", kind = \"observed\" }]",
            ),
            (
                "[market]",
                "[laws.to-623.mature]\nvalue = { exponential = \"10 d\" }\nsource = \"s\"\nkind = \"assumed\"\n\
                 [market]",
                "10 d",
                "{ mean = \"12 d\" }",
                "[laws.to-623.mature]\nvalue = { exponential = { mean = \"10 d\" } }\nsource = \"s\"\n\
                 kind = \"assumed\"\n[market]",
            ),
            (
                "[market]",
                "[laws.to-623-prepay]\nvalue = \"1 d\"\nsource = \"s\"\nkind = \"assumed\"\n[market]",
                "to-623-prepay",
                "to-623.prepay",
                "[laws.to-623.prepay]\nvalue = \"1 d\"\nsource = \"s\"\nkind = \"assumed\"\n[market]",
            ),
            ("[market]", "[market]\nno-response = 1.0", "1.0", "0.03", "[market]\nno-response = 0.03"),
            (second, "id = \"small-02\"", "small-suppliers", "another id", second),
            (
                "[market]",
                "[dcc]\ngas-pusher = { value = \"proxy\", source = \"s\", kind = \"expert\" }\n\
                 gas-devices = { value = 1, source = \"s\", kind = \"expert\" }\n[market]",
                "proxy",
                "gas-pusher = \"meter\"",
                "[dcc]\ngas-pusher = \"meter\"\ngas-devices = { value = 1, source = \"s\", kind = \"expert\" }\n\
                 [market]",
            ),
        ],
    );
}

#[test]
fn a_roll_out_that_begins_in_the_window_begins_with_no_meters() {
    let path = |first: &str| MARKET.replace("on = 2018-10-31, meters = 20000", first);
    assert_eq!(
        findings_on(&path(
            "on = 2018-11-15, meters = 0, source = \"s\", kind = \"observed\" }, { on = 2018-12-01, meters = 1000"
        )),
        []
    );
}

#[test]
fn origins_and_tags_are_texts_and_ranges_have_two_ends() {
    let class = "class = \"immature\"";
    let title = "title = \"One meter\"";
    let traffic = |key: &str| format!("[traffic]\ncapacity = \"5 /s\"\nkind = \"expert\"\n{key}\n[time]");
    let [empty, named, one, two] = [
        "source = \"\"",
        "source = \"calibration 2.1\"",
        "source = \"s\"\nrange = 5",
        "source = \"s\"\nrange = [0.1, 0.3]",
    ]
    .map(traffic);
    ends_when_followed(
        RIGHT,
        &[
            (title, "title = \"One meter\"\ntags = [1]", "1", "\"1\"", "title = \"One meter\"\ntags = [\"1\"]"),
            (
                title,
                "title = \"One meter\"\ntags = \"x\"",
                "x",
                "[ \"a\", \"b\" ]",
                "title = \"One meter\"\ntags = [\"x\"]",
            ),
            (class, "source = \" \"", " ", "calibration 2.1", "source = \"calibration 2.1\""),
            (class, "range = [1, 2, 3]", "[1, 2, 3]", "[0.1, 0.3]", "range = [0.1, 0.3]"),
            (class, "range = [1, \"2\"]", "[1, \"2\"]", "[\"1 d\", \"5 d\"]", "range = [\"1 d\", \"5 d\"]"),
            ("[time]", &one, "5", "[0.1, 0.3]", &two),
        ],
    );
    assert_eq!(findings_on(&RIGHT.replace("[time]", &named)), []);
    assert!(findings_on(&RIGHT.replace("[time]", &empty)).iter().any(|finding| finding.message.contains("a source")));
}

// No finding without its own place, and none that follows from another.

/// Checks that the only finding on a text is at this place.
#[track_caller]
fn reported_once(text: &str, place: &str) {
    let findings = findings_on(text);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(text[finding.span.clone()].contains(place), "{finding:#?}");
}

#[test]
fn a_value_that_the_parser_made_up_gets_no_finding() {
    reported_once(&RIGHT.replace("start = 2018-03-01", "start == 2018-03-01"), "=");
    reported_once(&RIGHT.replace("horizon = 2019-03-01", "horizon == 2019-03-01"), "=");
    reported_once(&RIGHT.replace("meter = 1\n", "meter == 1\n"), "=");
}

#[test]
fn an_invalid_window_causes_no_further_findings() {
    let late = RIGHT.replace("ssd = 2018-12-01", "ssd = 2011-12-01");
    let more = "[[expect]]\nthat = \"cases.open{at=2012-01-01}.total == 1\"\nkind = \"golden\"\n\
        [[inject]]\nkind = \"wan-outage\"\nfrom = 2012-01-01\nuntil = 2012-02-01\n";
    for horizon in ["horizon = 2011-02-30", "horizon = 2012-03-01T00", "horizon = true", "horizon = 2017-01-01"] {
        reported_once(
            &format!("{}{more}", late.replace("horizon = 2019-03-01", horizon)),
            horizon.trim_start_matches("horizon = "),
        );
    }
}

#[test]
fn naming_an_invalid_supplier_or_policy_is_not_a_further_mistake() {
    let expect = "[[expect]]\nthat = \"leaked-reads.delivered.diff < 0\"\nkind = \"golden\"\npolicy = \"prompt\"\n\
        [experiment]\nbaseline = \"prompt\"\n";
    reported_once(&RIGHT.replace("\"losing\"", "\"Losing\""), "Losing");
    reported_once(&format!("{}{expect}", RIGHT.replace("adoption = 0.5", "adoption = 2")), "2");
    reported_once(&format!("{}{expect}", RIGHT.replace("id = \"prompt\"", "id = 5")), "5");
    let in_order = "[[expect]]\nthat = \"leaked-reads.delivered{losing=losing}.total > 0\"\nkind = \"golden\"\n";
    reported_once(&format!("{}{in_order}", RIGHT.replace("class = \"immature\"", "class = \"old\"")), "old");
}

#[test]
fn two_switches_with_one_supply_start_are_reported_at_the_second() {
    let again = "[[switch]]\nmeter = 1\nfrom = \"gaining\"\nto = \"losing\"\nssd = 2018-12-01\n";
    let text = format!("{RIGHT}{again}");
    let findings = findings_on(&text);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(finding.span.start, text.rfind("[[switch]]").expect("the second"), "{finding:#?}");
}

#[test]
fn a_file_that_is_not_a_scenario_at_all_is_one_finding() {
    let csv: String = (0..400).map(|n| format!("2018-11-01,{n},\"path=push;cause=x\"\n")).collect();
    let json = "{\n  \"schema\": 1,\n  \"title\": \"x\",\n  \"time\": { \"start\": \"2018\" }\n}\n";
    let utf_16: String = RIGHT.chars().flat_map(|c| [c, '\0']).collect();
    let cargo = include_str!("../Cargo.toml");
    let prose = include_str!("../docs/scenarios.md");
    for text in [&csv, json, &utf_16, cargo, prose, "schema: 1\ntitle: x\n"] {
        let findings = findings_on(text);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].message.starts_with("this file is not a scenario"), "{findings:#?}");
    }
    let mut sink = Sink::new();
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf_16.bytes()).collect();
    assert_eq!((table::decode(&bytes, &mut sink), sink.findings().len()), (None, 1));
}

#[test]
fn the_resolved_scenario_has_no_character_that_a_terminal_obeys_or_hides() {
    let title = r#"title = "\u009b31m \u202e \u200b \"quoted\" back\\slash""#;
    let text = RIGHT.replace("title = \"One meter\"", title).replace("class =", "name = '\u{feff}\u{2066}'\nclass =");
    let (scenario, _) = load("test", &text).expect("a valid scenario");
    let first = resolved(&scenario, &text);
    assert!(first.is_ascii() && first.contains("\\u009B") | first.contains("\\U0000009B"), "{first}");
    let (again, _) = load("test", &first).expect("it reads back");
    assert_eq!((&again.title, &again.suppliers), (&scenario.title, &scenario.suppliers));
    assert_eq!(resolved(&again, &first), first);
}

/// A script in which a part of a book is sold, from 10 November to 19 November.
fn sold() -> String {
    let injection = "[[inject]]\nkind = \"book-transfer\"\nwhere = { losing = [\"losing\"], gaining = [\"gaining\"] }\n\
                     from = 2018-11-10\nover = \"10 d\"\nshare = 0.3\n";
    RIGHT.replace("class = \"immature\"", "capacity = \"5 /d\"") + injection
}

#[test]
fn an_invalid_share_or_length_of_a_transfer_is_reported_with_the_allowed_range() {
    let (share, over, from) = ("share = 0.3", "over = \"10 d\"", "from = 2018-11-10");
    ends_when_followed(
        &sold(),
        &[
            (share, "share = 0", "0", "write for example 0.3", share),
            (share, "share = 1.1", "1.1", "from 0 to 1", share),
            (over, "over = \"0 d\"", "0 d", "write for example \"28 d\"", "over = \"28 d\""),
            (over, "over = \"36 h\"", "36 h", "write for example \"28 d\"", "over = \"28 d\""),
            (over, "over = \"3651 d\"", "3651 d", "write for example \"28 d\"", "over = \"28 d\""),
            (over, "over = 10", "10", "write \"10 d\", with its unit", over),
            (from, "from = 2019-03-01", "2019-03-01", "the window must hold the transfer", from),
            (from, "from = 2018-02-28", "2018-02-28", "the window must hold the transfer", from),
        ],
    );
}

#[test]
fn a_book_that_moves_beyond_the_horizon_is_reported_with_the_days_left() {
    // 20 to 28 February 2019 are nine days.
    let late = sold().replace("from = 2018-11-10", "from = 2019-02-20").replace("over = \"10 d\"", "over = \"9 d\"");
    let late = late.replace("ssd = 2018-12-01", "ssd = 2019-02-25");
    let (over, followed) = ("over = \"9 d\"", "over = \"9 d\"");
    ends_when_followed(&late, &[(over, "over = \"10 d\"", "10 d", "over = \"9 d\"", followed)]);
}

#[test]
fn who_buys_a_book_is_another_supplier_a_user_and_has_a_capacity() {
    let (parties, capacity) = ("where = { losing = [\"losing\"], gaining = [\"gaining\"] }", "capacity = \"5 /d\"");
    let place = "gaining";
    ends_when_followed(
        &sold(),
        &[
            (
                parties,
                "where = { losing = [\"losing\"], gaining = [\"losing\"] }",
                "losing",
                "another supplier",
                parties,
            ),
            (parties, "where = { losing = [\"losing\"] }", "losing", "gaining = [\"the buyer\"]", parties),
            (capacity, "class = \"immature\"", place, "capacity = \"10000 /d\"", "capacity = \"10000 /d\""),
            (
                capacity,
                "capacity = \"5 /d\"\nuser-from = 2018-11-20",
                place,
                "`user-from` make it a User by then",
                "capacity = \"5 /d\"\nuser-from = 2018-11-10",
            ),
        ],
    );
}

#[test]
fn an_empty_book_is_reported() {
    let whole = "kind = \"book-transfer\"\nwhere = { losing = [\"losing\"], gaining = [\"gaining\"] }\n\
        from = 2018-10-01\nover = \"10 d\"";
    let text = format!("{}[[inject]]\n{whole}\n", sold()).replace("from = 2018-11-10", "from = 2018-09-10");
    // A part in September and all the rest in October; what begins when all has moved finds nothing.
    let (from, late) = ("from = 2018-09-10", "from = 2018-10-11");
    ends_when_followed(&text, &[(from, late, "losing", "begin before 2018-10-01", "from = 2018-09-30")]);
    // Of a supplier without meters and gains nothing ever moves, without meters alone only what it gains.
    let third = "{ id = \"third\", share = 1, gains = 0, source = \"s\", kind = \"assumed\" },\n]\n[time]";
    let market = MARKET.replace("]\n[time]", third).replace("gains = 40", "gains = 40, capacity = \"5 /d\"")
        + "[[inject]]\nkind = \"book-transfer\"\nwhere = { losing = [\"third\"], gaining = [\"large\"] }\n\
            from = 2018-11-10\n";
    let share = "share = 1, gains = 0";
    ends_when_followed(
        &market,
        &[(share, "share = 0, gains = 1", "third", "a `share` above 0", "share = 2, gains = 1")],
    );
}

#[test]
fn thirteen_transfers_are_one_too_many() {
    let transfer = "[[inject]]\nkind = \"book-transfer\"\nwhere = { losing = [\"losing\"], gaining = [\"gaining\"] }\n\
                    from = 2018-10-01\nshare = 0.1\n";
    assert_eq!(findings_on(&format!("{}{}", sold(), transfer.repeat(11))), []);
    let findings = findings_on(&format!("{}{}", sold(), transfer.repeat(12)));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.help.as_deref().is_some_and(|help| help.contains("12 transfers")), "{finding:?}");
}

#[test]
fn a_market_without_prepay_meters_is_one_finding_about_all_that_needs_them() {
    let market = MARKET
        .replace(
            "share = 60, gains = 40",
            "share = 60, gains = 40, capacity = \"5 /d\", prepay-first = true, user-from = 2018-12-15",
        )
        .replace("[market]", "[market]\nprepay-share = { value = 0.2, source = \"s\", kind = \"observed\" }")
        + "[laws.to-623.prepay]\nvalue = \"1 d\"\nsource = \"s\"\nkind = \"expert\"\n\
           [[policy]]\nid = \"first\"\nuse = [{ mitigation = \"prepay-first\" }, { mitigation = \"1\" }]\n";
    let market = market.replace(
        "[time]",
        "[[supplier]]\nid = \"third\"\nshare = 1\nsource = \"s\"\nkind = \"assumed\"\n\
             capacity = \"5 /d\"\nuser-from = 2018-12-15\n[time]",
    );
    let market =
        market.replace("supplier = [\n", "").replace("    { id = \"large\", ", "[[supplier]]\nid = \"large\"\n");
    let market = market
        .replace(
            "share = 60, gains = 40, capacity = \"5 /d\", prepay-first = true, user-from = 2018-12-15, source = \
            \"s\", kind = \"assumed\" \
            },",
            "share = 60\ngains = 40\ncapacity = \"5 /d\"\nprepay-first = true\nuser-from = 2018-12-15\n\
                source = \"s\"\nkind = \"assumed\"",
        )
        .replace(
            "    { id = \"second\", share = 32, gains = 41, source = \"s\", kind = \"assumed\" },\n\
            ]",
            "[[supplier]]\nid = \"second\"\nshare = 32\ngains = 41\nsource = \"s\"\nkind = \"assumed\"",
        );
    let (share, zero) = ("value = 0.2", "value = 0");
    let findings = findings_on(&market.replace(share, zero));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    for idle in ["`laws.to-623.prepay`", "`supplier[0].prepay-first`", "the policy `first`"] {
        assert!(finding.message.contains(idle), "{finding:#?}");
    }
    ends_when_followed(&market, &[(share, zero, "prepay-share", "as in 0.13", "value = 0.13")]);
}

#[test]
fn months_that_switching_leaves_out_are_one_finding() {
    let longer = MARKET
        .replace("horizon = 2019-01-01", "horizon = 2019-03-01")
        .replace("\"2018-12\" = 0.0155 }", "\"2018-12\" = 0.0155, \"2019-01\" = 0.0155, \"2019-02\" = 0.0155 }");
    let months = ", \"2019-01\" = 0.0155, \"2019-02\" = 0.0155";
    let findings = findings_on(&longer.replace(months, ""));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.message.contains("in 2019-01 and 2019-02"), "{finding:#?}");
    let followed = format!("\"2018-12\" = 0.0155{months}");
    let line = followed.as_str();
    ends_when_followed(&longer, &[(line, "\"2018-12\" = 0.0155", "switching", &months[2..], line)]);
}

#[test]
fn an_injection_between_a_supplier_and_itself_is_reported() {
    const LINE: &str = "[[policy]]\nid = \"prompt\"";
    let inject = |gaining: &str| {
        format!(
            "[[inject]]\nkind = \"miss-623\"\nwhere = {{ losing = [\"losing\"], gaining = [\"{gaining}\"] }}\n{LINE}"
        )
    };
    let (mistake, followed) = (inject("losing"), inject("gaining"));
    ends_when_followed(RIGHT, &[(LINE, &mistake, "losing", "name another supplier", &followed)]);
}

#[test]
fn an_expectation_of_supply_risk_from_smets1_meters_alone_is_reported() {
    let expect = "[[expect]]\nthat = \"supply-risk.switches.total == 0\"\nkind = \"golden\"\n";
    let smets1 = RIGHT.replace("copies = 1\n", "copies = 1\nkind = \"smets1\"\n") + expect;
    let findings = findings_on(&smets1);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert!(finding.message.contains("never at supply risk"), "{finding:#?}");
    assert_eq!(findings_on(&smets1.replace("\"smets1\"", "\"smets2\"")), []);
}

#[test]
fn the_id_of_a_file_is_an_id() {
    let title = "title = \"One meter\"";
    ends_when_followed(
        RIGHT,
        &[(
            title,
            "id = \"../x\"\ntitle = \"One meter\"",
            "../x",
            "\"gainer-2\"",
            "id = \"gainer-2\"\ntitle = \"One meter\"",
        )],
    );
}

#[test]
fn a_name_given_twice_is_one_finding_at_the_second_that_says_where_the_first_is() {
    let suppliers = RIGHT.replacen("id = \"gaining\"", "id = \"losing\"", 1);
    let policies = RIGHT.replacen("id = \"prompt\"", "id = \"baseline\"", 1)
        + "[[expect]]\nthat = \"leaked-reads.delivered.total == 0\"\nkind = \"golden\"\npolicy = \"prompt\"\n";
    let meters = RIGHT.replacen("[[switch]]", "[[meter]]\nid = 1\nholder = \"gaining\"\n[[switch]]", 1);
    let primaries = RIGHT.to_owned() + &"[[primary]]\nwhat = \"leaked-reads.delivered.total\"\n".repeat(2);
    for (text, twice, note) in [
        (suppliers, "\"losing\"", "the first is on line 7"),
        (policies, "\"baseline\"", "the first is on line 23"),
        (meters, "1", "the first is on line 12"),
        (primaries, "\"leaked-reads.delivered.total\"", "the first is on line 29"),
    ] {
        let findings = findings_on(&text);
        let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
        let first = finding.first.clone().expect("the first");
        assert_eq!((&text[finding.span.clone()], &text[first.clone()]), (twice, twice));
        assert!(first.start < finding.span.start, "{finding:#?}");
        let shown = Diagnostic::all(&findings, &Files::one("a.toml", text));
        assert_eq!(shown[0].notes(), [note]);
    }
}

#[test]
fn where_the_first_is_in_a_pack_its_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("pack.toml"), "[[supplier]]\nid = \"losing\"\n").expect("a pack");
    let path = folder.path().join("a.toml");
    std::fs::write(&path, RIGHT.replacen("schema = 1\n", "schema = 1\ninclude = [\"pack.toml\"]\n", 1))
        .expect("a file");
    let found = Session::open(&path).expect_err("two suppliers of one id").diagnostics();
    let [one] = found.as_slice() else { panic!("{found:#?}") };
    let (name, other) = (&one.file, &one.first.as_ref().expect("the first").0);
    assert_ne!(name, other);
    assert!(one.notes().iter().any(|note| note.ends_with(&format!(" of {other}"))), "{:?}", one.notes());
}

#[test]
fn a_peak_of_a_small_market_names_the_number_and_a_sum_is_its_remedy() {
    let market = MARKET.replace("2018-11", "2019-02").replace("2018-12", "2019-03").replace("2018-10-31", "2019-01-31");
    let market = market.replace("2019-01-01", "2019-04-01");
    let expect = |what: &str| format!("{market}[[expect]]\nthat = \"{what} < 1e9\"\nkind = \"golden\"\n");
    let findings = findings_on(&expect("alerts.peak-minute.total"));
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(
        finding.message,
        "`alerts.peak-minute` does not scale with the number of meters: this market has 20,000 of the more than \
         250,000 that were connected on 2019-01-04"
    );
    let help = finding.help.as_deref().expect("a remedy");
    for says in ["in `path`", "such as `leaked-reads.delivered.total`", "--allow MC115"] {
        assert!(help.contains(says), "{help}");
    }
    assert_eq!(findings_on(&expect("leaked-reads.delivered.total")), []);
}
