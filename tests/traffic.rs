//! Messages and bytes on each leg, counted by hand for the meter of `one_meter`, and the estate's background.

mod one_meter;

use meterchurn::results::metrics;
use meterchurn::results::query::Query;
use meterchurn::scenario::{BUILT_IN, BUILT_IN_ID, Scenario, read};
use meterchurn::study::{self, How};
use std::sync::Arc;

use meterchurn::model::background::{Background, Estate, Explained, Totals};
use meterchurn::model::traffic::Leg;
use one_meter::*;

const ON: &str = "[traffic]";

#[test]
fn a_change_of_supplier_causes_its_commands_and_the_reads_that_go_astray() {
    let ran = script().top(ON).run();
    // South: the 6.23.
    assert_eq!(ran.left_alone("traffic.messages{leg=wan-south}"), 1.0);
    assert_eq!(ran.left_alone("traffic.bytes{leg=wan-south}"), 1_885.0);
    // North: 78 leaked reads, the closing one, and the response to 6.23.
    assert_eq!(ran.left_alone("traffic.messages{leg=wan-north}"), 80.0);
    assert_eq!(ran.left_alone("traffic.bytes{leg=wan-north}"), 79.0 * 557.0 + 318.0);
    // The response comes on the day of the last leak.
    assert_eq!(ran.left_alone("traffic.peak-messages{leg=wan-north,per=day}"), 2.0);
}

#[test]
fn what_the_registered_supplier_reads_is_ordinary() {
    let ran = script().top(ON).run();
    // Two scheduled reads a day in the 30 days of November.
    assert_eq!(ran.left_alone("traffic.ordinary-messages{leg=wan-south}"), 60.0);
    // Their responses, and of 120 pushes those that neither leak nor close.
    assert_eq!(ran.left_alone("traffic.ordinary-messages{leg=wan-north}"), 60.0 + 41.0);
    assert_eq!(ran.left_alone("traffic.ordinary-messages{leg=to-users}"), 60.0 + 41.0);
    assert_eq!(ran.left_alone("traffic.ordinary-messages{leg=from-users}"), 0.0);
}

#[test]
fn refusals_cross_no_wan_but_reach_the_user() {
    let ran = script().top(ON).run();
    // To users: 79 reads, 156 E4s, 2 notices, the answer to 6.23 and the word that it was executed.
    assert_eq!(ran.left_alone("traffic.messages{leg=to-users}"), 239.0);
    assert_eq!(ran.left_alone("traffic.messages{leg=from-users}"), 1.0);
    assert_eq!(ran.left_alone("traffic.bytes{leg=from-users}"), 4_638.0);
}

#[test]
fn commands_wait_for_a_stated_capacity_and_execute_later() {
    let ran = script().top("[traffic]\ncapacity = \"1 /s\"").meter("copies = 120").run();
    // Without a market the meters' own reads ask for the capacity, too: 120 each in 60 minutes of November, and 120
    // 6.23s in one of February: twice what a minute takes.
    assert_eq!(ran.left_alone("capacity.peak-use"), 200.0);
    assert_eq!(ran.left_alone("capacity.busy-minutes"), 61.0);
    assert_eq!(ran.left_alone("capacity.longest-queue"), 119.0);
    // The 6.23s wait 0, 1 .. 119 s, and the devices of all act with the last.
    let of = |metric: &str| ran.left_alone(metric);
    assert_eq!(of("capacity.waited{command=6.23}"), 119.0 * 120.0 / 2.0);
    assert_eq!(of("capacity.delayed{command=6.23}"), 119.0);
    assert_eq!(of("capacity.messages{command=6.23}"), 120.0);
    assert_eq!(of("capacity.wait{command=6.23,quantile=p50}"), 59.0);
    assert_eq!(of("capacity.wait{command=6.23,quantile=p95}"), 113.0);
    assert_eq!(of("capacity.wait{command=6.23,quantile=max}"), 119.0);
    // 0 to 60 s: 61 of 120.
    assert_eq!(of("capacity.within{command=6.23,within=60s}"), 50.833);
    assert_eq!(of("exposure.seconds"), 120.0 * (6_742_800.0 + 119.0));
    assert_eq!(of("capacity.unsettled-minutes"), 0.0);
    // The reads wait as well: in 60 seconds 120 at once.
    assert_eq!(of("capacity.waited{command=other}"), 60.0 * 119.0 * 120.0 / 2.0);
}

#[test]
fn a_capacity_can_be_stated_in_any_unit() {
    let of = |capacity: &str| {
        let ran = script().top(&format!("[traffic]\ncapacity = \"{capacity}\"")).meter("copies = 120").run();
        ran.left_alone("capacity.waited{command=6.23}")
    };
    assert_eq!(of("60 /min"), of("1 /s"));
    // A message in ten seconds: 0, 10 .. 1,190 s.
    assert_eq!(of("6 /min"), 10.0 * 119.0 * 120.0 / 2.0);
    assert_eq!(of("360 /h"), of("6 /min"));
}

#[test]
fn throttling_holds_back_what_comes_in_a_busy_minute_and_nothing_else() {
    let uses = r#"{ mitigation = "16", delay = "1 h", above = 0.9 }"#;
    let busy = script().top("[traffic]\ncapacity = \"1 /s\"").meter("copies = 55").using(uses).run();
    // 55 of 60 are more than nine tenths; an hour later nothing else is waiting, and they wait as long as without.
    assert_eq!(busy.difference("exposure.seconds"), 55.0 * 3_600.0);
    let quiet = script().top("[traffic]\ncapacity = \"1 /s\"").meter("copies = 54").using(uses).run();
    assert_eq!(quiet.difference("exposure.seconds"), 0.0);
    // Where no capacity is stated, it always holds.
    assert_eq!(script().using(uses).run().difference("exposure.seconds"), 3_600.0);
}

#[test]
fn a_filter_saves_the_way_to_the_user_and_nothing_on_the_wan() {
    let ran = script().top(ON).using(r#"{ mitigation = "13b" }"#).run();
    assert_eq!(ran.difference("traffic.messages{leg=wan-north}"), 0.0);
    assert_eq!(ran.difference("traffic.messages{leg=to-users}"), -79.0); // 78 leaks and the closing read
}

#[test]
fn a_sweep_pays_for_its_question() {
    let ran =
        script().top(ON).using(r#"{ mitigation = "22", every = "30 d", detection = "1 d", response = "90 d" }"#).run();
    // 79 bytes out, 225 back; nothing else changes, for the answer would come after the 6.23 that comes anyhow.
    assert_eq!(ran.difference("traffic.bytes{leg=wan-south}"), 79.0);
    assert_eq!(ran.difference("traffic.bytes{leg=wan-north}"), 225.0);
}

#[test]
fn the_background_adds_up_to_the_published_totals_and_explains_a_part_of_them() {
    let (scenario, _) = read(BUILT_IN_ID, BUILT_IN).expect("the built-in scenario");
    let market = scenario.market.as_ref().expect("a market");
    let explained = Explained::by(market, &scenario.weights());
    // Half the meters: 0.15 × 1 + 0.45 × 2 + 0.20 × 3 + 0.05 × 4 = 1.85 schedules; 0.9 + 0.1 / 30.4 pushes. A tenth of
    // the other half has schedules, too, 1.85 / 0.85 of them where there are any.
    assert!((explained.scheduled_reads - (0.925 + 0.05 * 1.85 / 0.85)).abs() < 1e-9);
    assert!((explained.pushed_reads - 0.4516).abs() < 1e-4);
    let first = scenario.window.start.utc_day();
    let meter_days: f64 = (0..scenario.window.days as i32).map(|day| market.meters_on(first.plus(day))).sum();
    // 2019, 2021 and July 2022 (calibration 3.1).
    for messages in [1.12, 1.31, 1.54] {
        let totals = Totals { messages, device_alerts: 2.46, dcc_alerts: 0.13, profile: None };
        let market = (market, scenario.weights(), scenario.conventions);
        let estate = Estate::new(
            &scenario.window,
            (market.0, &market.1, market.2),
            (&scenario.laws, &[]),
            Some(totals),
            &scenario.civil,
        );
        let background = Background::under(&Arc::new(estate), &[]);
        let a_day = |leg| background.minutes(leg).sum::<u64>() as f64 / meter_days;
        let close = |value: f64, due: f64| assert!((value / due - 1.0).abs() < 0.02, "{value} for {due}");
        close(a_day(Leg::South), messages);
        close(a_day(Leg::North), messages + 2.46);
        close(a_day(Leg::ToUsers), messages + 2.46 + 0.13);
        assert!(messages > explained.scheduled_reads); // the unexplained rest is not negative
    }
}

/// 144,000 meters in the first ten days of 2021, a quarter of them supplier `a`'s. Half are pushed daily, by default;
/// the other half have one daily schedule each. A meter and day has one message and one device alert, so half of each
/// is unexplained.
fn estate(market: &str, rest: &str) -> Scenario {
    estate_with("", market, rest)
}

/// The same with changes to its text.
fn estate_of(changes: &[(&str, &str)], rest: &str) -> Scenario {
    let mut text = estate_text("", "", rest);
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    read("t", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}")).0
}

/// The same with more about its traffic.
fn estate_with(traffic: &str, market: &str, rest: &str) -> Scenario {
    let text = estate_text(traffic, market, rest);
    read("t", &text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}")).0
}

fn estate_text(traffic: &str, market: &str, rest: &str) -> String {
    format!(
        "schema = 1\ntitle = \"t\"\n\
         supplier = [{{ id = \"a\", share = 25, gains = 50 }}, {{ id = \"b\", share = 75, gains = 50 }}]\n\
         [time]\nstart = 2021-01-01\nhorizon = 2021-01-11\n\
         [traffic]\nmessages = 1\ndevice-alerts = 1\ndcc-alerts = 0\n{traffic}\n{market}\n\
         [market]\npath = [{{ on = 2020-12-01, meters = 144000 }}]\ngas-share = 0\noff-air-share = 0\n\
         both-share = 0\nmonthly-calendar-share = 0\nschedule-counts = [0, 1, 0, 0, 0]\n\
         switching = {{ \"2021-01\" = 0 }}\n{rest}"
    )
}

/// Messages of a leg by which the background under the last policy exceeds the baseline's.
fn more_than_baseline(scenario: &Scenario, leg: Leg) -> i64 {
    let sum = |policy: &Background| policy.minutes(leg).sum::<u64>() as i64;
    let [baseline, .., tried] = scenario.frame.backgrounds.as_slice() else { panic!("two policies") };
    sum(tried) - sum(baseline)
}

fn policy(more: &str) -> String {
    format!("[[policy]]\nid = \"tried\"\nwhat-if = true\n{more}\n")
}

#[test]
fn the_background_has_its_reads_and_pushes_in_their_hours() {
    let scenario = estate("", "");
    let background = &scenario.frame.backgrounds[0];
    let [south, north]: [Vec<u64>; 2] = [Leg::South, Leg::North].map(|leg| background.minutes(leg).collect());
    // 72,000 unexplained messages and alerts a day are 50 a minute each; 72,000 reads in 360 minutes are 200, as many
    // pushes in 120 are 600.
    assert_eq!([0, 119, 120, 359, 360, 1_439].map(|minute| south[minute]), [250, 250, 250, 250, 50, 50]);
    assert_eq!([0, 119, 120, 359, 360, 1_439].map(|minute| north[minute]), [900, 900, 300, 300, 100, 100]);
    assert_eq!((south.len(), south.iter().sum::<u64>()), (14_400, 10 * 144_000));
}

#[test]
fn a_profile_moves_what_reading_does_not_explain_to_its_hours_and_keeps_the_total() {
    let scenario = estate("", "");
    let mut weights = ["0"; 24];
    weights[8..20].fill("2.5");
    let text = format!("profile = [{}]", weights.join(", "));
    let profiled = estate_with(&text, "", "");
    let [even, of_hours] =
        [&scenario, &profiled].map(|scenario| scenario.frame.backgrounds[0].minutes(Leg::North).collect::<Vec<u64>>());
    let south: Vec<u64> = profiled.frame.backgrounds[0].minutes(Leg::South).collect();
    // 72,000 unexplained messages in the 720 minutes from eight to eight are 100 each; reads stay where they are.
    assert_eq!([0, 359, 360, 479, 480, 1_199, 1_200].map(|minute| south[minute]), [200, 200, 0, 0, 100, 100, 0]);
    assert_eq!(even.iter().sum::<u64>(), of_hours.iter().sum::<u64>());
}

#[test]
fn reads_and_pushes_of_the_estate_fall_into_the_hours_of_their_laws() {
    let laws = "[laws.run-second]\nvalue = { uniform = [\"12 h\", \"86399 s\"] }\n\
                [laws.push-offset]\nvalue = \"90 min\"\n";
    let scenario = estate("", laws);
    let background = &scenario.frame.backgrounds[0];
    let [south, north]: [Vec<u64>; 2] = [Leg::South, Leg::North].map(|leg| background.minutes(leg).collect());
    // 72,000 reads in 720 minutes are 100 each, beside 50 other messages; all pushes come in one minute.
    assert_eq!([0, 719, 720, 1_439].map(|minute| south[minute]), [50, 50, 150, 150]);
    assert_eq!([89, 90, 91].map(|minute| north[minute]), [100, 72_100, 100]);
}

#[test]
fn reading_by_schedule_only_pulls_every_meter_all_year_and_pushes_none() {
    let by = |more: &str| {
        let scenario = estate("", &policy(&format!("{more}\nuse = [{{ mitigation = \"8\" }}]")));
        [Leg::South, Leg::North].map(|leg| more_than_baseline(&scenario, leg))
    };
    // 72,000 calendars become schedules, each read on ten days; on the way north a response takes a push's place.
    assert_eq!(by(""), [720_000, 0]);
    assert_eq!(by("start = 2021-01-06"), [360_000, 0]);
    assert_eq!(by("adoption = 0.5"), [360_000, 0]);
    assert_eq!(by("scope = [\"a\"]"), [180_000, 0]);
    // Taken up evenly over the ten days: half on average, less than a message in a minute lost by rounding.
    let [south, north] = by("adoption = { share = 1, over = \"10 d\" }");
    assert!((south - 360_000).abs() < 1_800 && north.abs() < 3_600, "{south} {north}");
}

#[test]
fn monthly_calendars_take_daily_pushes_from_the_background() {
    let scenario = estate("", &policy("use = [{ mitigation = \"29\" }]"));
    // 600 pushes a minute become 600 / 30.4 = 20, rounded, in 120 minutes of ten days.
    assert_eq!(more_than_baseline(&scenario, Leg::North), -580 * 1_200);
    assert_eq!(more_than_baseline(&scenario, Leg::South), 0);
}

#[test]
fn what_one_measure_has_changed_the_next_finds_changed() {
    let of = |uses: &str| {
        let scenario = estate("", &policy(&format!("use = [{uses}]")));
        [Leg::South, Leg::North].map(|leg| more_than_baseline(&scenario, leg))
    };
    // No calendar is left to be thinned; a monthly one becomes a daily schedule all the same.
    assert_eq!(of("{ mitigation = \"8\" }, { mitigation = \"29\" }"), [720_000, 0]);
    assert_eq!(of("{ mitigation = \"29\" }, { mitigation = \"8\" }"), [720_000, 0]);
    assert_eq!(of("{ mitigation = \"8\" }, { mitigation = \"8\" }"), [720_000, 0]);
}

#[test]
fn half_hourly_pulls_read_each_electricity_meter_once_more_where_no_schedule_brings_profiles() {
    let by = |more: &str| {
        let scenario = estate("", &policy(&format!("{more}\nuse = [{{ mitigation = \"33\" }}]")));
        [Leg::South, Leg::North].map(|leg| more_than_baseline(&scenario, leg))
    };
    // One schedule brings daily reads, so all 144,000 are read once more on each of ten days; no push is spared.
    assert_eq!(by(""), [1_440_000, 1_440_000]);
    assert_eq!(by("adoption = 0.5"), [720_000, 720_000]);
    // Half of the meters are gas, or have a second schedule.
    let set = |from: &str, to: &str| {
        let scenario = estate_of(&[(from, to)], &policy("use = [{ mitigation = \"33\" }]"));
        more_than_baseline(&scenario, Leg::South)
    };
    assert_eq!(set("gas-share = 0", "gas-share = 0.5"), 720_000);
    // Half have a calendar alone, and half of the others have two schedules: a quarter gains none.
    assert_eq!(set("schedule-counts = [0, 1, 0, 0, 0]", "schedule-counts = [0, 1, 1, 0, 0]"), 1_080_000);
}

/// The background of the estate with an outage of the WAN, as differences from the one without it, by minute.
fn outage(keys: &str) -> [Vec<i64>; 3] {
    let fault = format!("[[inject]]\nkind = \"wan-outage\"\n{keys}\n");
    let [with, without] = [fault.as_str(), ""].map(|fault| estate("", fault));
    [Leg::South, Leg::North, Leg::ToUsers].map(|leg| {
        let of = |scenario: &Scenario| scenario.frame.backgrounds[0].minutes(leg).collect::<Vec<u64>>();
        of(&with).iter().zip(of(&without)).map(|(with, without)| *with as i64 - without as i64).collect()
    })
}

#[test]
fn an_outage_of_the_wan_takes_its_share_out_of_the_background_while_it_lasts() {
    // From five to seven on 2 January, a quarter of the meters: of 250 messages south a minute up to six, and 50 later.
    let keys = "from = 2021-01-02T05:00:00\nuntil = 2021-01-02T07:00:00\nshare = 0.25";
    let [south, north, to_users] = outage(keys);
    let at = |minute: usize| 1_440 + minute;
    // Halves are rounded: 187.5 and 37.5 are 188 and 38.
    assert_eq!([299, 300, 359, 360, 419, 420].map(|minute| south[at(minute)]), [0, -62, -62, -12, -12, 0]);
    // 300 north before six, of which 50 are alerts, and 100 later.
    assert_eq!([300, 360].map(|minute| north[at(minute)]), [-75, -25]);
    assert_eq!(north, to_users);
    assert_eq!(south.iter().sum::<i64>(), -60 * (62 + 12));
}

#[test]
fn suppliers_catch_up_on_the_scheduled_reads_that_an_outage_has_cost_them() {
    // In the hour up to six a quarter of 200 reads a minute is missed: 3,000 reads, asked for in two hours.
    let keys = "from = 2021-01-02T05:00:00\nuntil = 2021-01-02T07:00:00\nshare = 0.25\ncatch-up = \"2 h\"";
    let [south, north, _] = outage(keys);
    let at = |minute: usize| 1_440 + minute;
    assert_eq!([419, 420, 539, 540].map(|minute| south[at(minute)]), [-12, 25, 25, 0]);
    assert_eq!([420, 539].map(|minute| north[at(minute)]), [25, 25]);
}

#[test]
fn an_outage_of_a_region_concerns_its_share_of_the_estate() {
    let of = |keys: &str| {
        let text = format!("from = 2021-01-02T10:00:00\nuntil = 2021-01-02T11:00:00\n{keys}");
        outage(&text)[0].iter().sum::<i64>()
    };
    let regions = ["north", "central", "south"].map(|region| of(&format!("where = {{ region = \"{region}\" }}")));
    assert_eq!(of(""), -60 * 50);
    // Each is rounded by the minute.
    assert!((regions.iter().sum::<i64>() + 60 * 50).abs() <= 60, "{regions:?}");
    // All three at once leave none of the 50 messages a minute.
    let fault = |region: &str| {
        format!(
            "[[inject]]\nkind = \"wan-outage\"\nwhere = {{ region = \"{region}\" }}\n\
             from = 2021-01-02T10:00:00\nuntil = 2021-01-02T11:00:00\n"
        )
    };
    let scenario = estate("", &["north", "central", "south"].map(fault).concat());
    let south: Vec<u64> = scenario.frame.backgrounds[0].minutes(Leg::South).collect();
    assert_eq!([599, 600, 659, 660].map(|minute| south[1_440 + minute]), [50, 0, 0, 50]);
}

#[test]
fn reads_that_two_outages_have_cost_are_asked_for_once_and_where_the_meters_have_returned() {
    let fault = "[[inject]]\nkind = \"wan-outage\"\nfrom = 2021-01-02T05:00:00\nuntil = 2021-01-02T06:00:00\n\
                 catch-up = \"2 h\"\n";
    let more = |faults: &str| -> i64 {
        let [with, without] = [faults, ""].map(|faults| estate("", faults));
        let sum = |scenario: &Scenario| scenario.frame.backgrounds[0].minutes(Leg::South).sum::<u64>() as i64;
        sum(&with) - sum(&without)
    };
    // Of 250 messages in each of 60 minutes, 200 are reads, which come later.
    assert_eq!(more(fault), -60 * 50);
    assert_eq!(more(&[fault, fault].concat()), -60 * 50);
    // Away again for the second hour of the catch-up: half of the reads stay away, and so do 50 messages a minute.
    let again = "[[inject]]\nkind = \"wan-outage\"\nfrom = 2021-01-02T07:00:00\nuntil = 2021-01-02T08:00:00\n";
    assert_eq!(more(&[fault, again].concat()), -60 * 50 - 60 * 50 - 6_000);
    // A catch-up within a minute has that minute.
    assert_eq!(more(&fault.replace("2 h", "1 s")), -60 * 50);
}

#[test]
fn meters_push_once_a_day_also_when_the_clocks_go_back() {
    let autumn = [("2021-01-01", "2021-10-30"), ("2021-01-11", "2021-11-02"), ("2020-12-01", "2021-10-01")];
    let changes = [autumn.as_slice(), &[("\"2021-01\"", "\"2021-10\"")]].concat();
    let scenario = estate_of(&changes, "");
    let north: Vec<u64> = scenario.frame.backgrounds[0].minutes(Leg::North).collect();
    // The window begins at 23:00 UTC on 29 October. 100 messages a minute are not reads or pushes, 200 are reads from
    // 00:00 to 06:00, and 600 are pushes from 23:00 on, and from 00:00 on after the clocks have gone back.
    let at = |day: usize, hour: usize| north[1_440 * day + 60 * hour];
    assert_eq!([at(0, 23), at(1, 0), at(1, 1), at(1, 22), at(1, 23)], [700, 900, 300, 100, 700]);
    assert_eq!([at(2, 0), at(2, 1), at(2, 23)], [900, 300, 100]);
    assert_eq!([at(3, 0), at(3, 1), at(3, 2)], [900, 900, 300]);
}

#[test]
fn a_sweep_reads_the_certificates_of_the_whole_estate() {
    let of = |market: &str, more: &str| {
        let sweep = format!("{more}\nuse = [{{ mitigation = \"22\", every = \"5 d\" }}]");
        let scenario = estate("", &format!("{market}\n{}", policy(&sweep)));
        let requests = scenario.frame.backgrounds[1].sweeping_requests() as i64;
        (requests, [Leg::South, Leg::North, Leg::ToUsers].map(|leg| more_than_baseline(&scenario, leg)))
    };
    // On the first day and the sixth: a command, a response, and to the user an answer and the response.
    assert_eq!(of("", ""), (288_000, [288_000, 288_000, 576_000]));
    assert_eq!(of("", "start = 2021-01-07").0, 144_000);
    assert_eq!(of("", "adoption = 0.25").0, 72_000);
    assert_eq!(of("", "scope = [\"b\"]").0, 216_000);
}

#[test]
fn a_sweep_of_the_estate_falls_into_one_minute() {
    let scenario = estate("", &policy("use = [{ mitigation = \"22\", every = \"5 d\" }]"));
    let south: Vec<u64> = scenario.frame.backgrounds[1].minutes(Leg::South).collect();
    assert_eq!([0, 1, 5 * 1_440].map(|minute| south[minute]), [144_250, 250, 144_250]);
}

#[test]
fn sweeps_of_the_estate_of_december_2018_ask_each_device_each_month() {
    let (mut scenario, _) =
        read("t", &format!("{BUILT_IN}\n{}", policy("use = [{ mitigation = \"22\" }]"))).expect("a valid scenario");
    // Eight sweeps, 30 days of 86,400 s apart from midnight of 12 May on: the last two, after the clocks went back, at
    // 23:00 on 7 November and 7 December. The meters on these dates are 504947 together, of 1.43 devices each (0.57 + 2
    // x 0.43).
    let requests = scenario.frame.backgrounds.last().map_or(0, Background::sweeping_requests);
    assert!((requests as f64 - 1.43 * 504_947.0).abs() < 5.0, "{requests}");
    // No messages are counted, and yet the results say it.
    scenario.market.as_mut().expect("a market").path.iter_mut().for_each(|(_, meters)| *meters = 100.0);
    scenario.experiment.replications = 1;
    let results = study::run(&scenario, How::default(), &|_| ()).expect("a study that ends");
    let last = results.policies().len() - 1;
    assert_eq!(Query::total(&metrics::BACKGROUND_REQUESTS).values(&results, last), [Some(requests as f64)]);
}

#[test]
fn scheduled_reads_ask_for_capacity_once_where_the_estate_is_around_them() {
    // 6,000 scripted copies are read at 03:00; the estate's background holds its reads already, 250 messages in that
    // minute.
    let meter = "[[meter]]\nid = 1\ncopies = 6000\nholder = \"a\"\n\
        schedules = [{ owner = \"a\", reads = \"4.6.1\", period = \"daily\", at = \"03:00\" }]\n";
    let scenario = estate("capacity = \"10 /s\"", meter);
    let results = study::run(&scenario, How::default(), &|_| ()).expect("a study that ends");
    // 250 of 600, in parts of a thousand, rounded up.
    assert_eq!(Query::total(&metrics::PEAK_USE).values(&results, 0), [Some(41.7)]);
}
