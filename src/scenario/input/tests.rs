//! Inputs of the shipped scenarios.

use super::*;
use crate::scenario::read;

/// The shipped scenarios by their names: text and scenario.
fn shipped() -> Vec<(String, String, Scenario)> {
    let folder = format!("{}/scenarios", env!("CARGO_MANIFEST_DIR"));
    let paths = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let toml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    toml.map(|path| {
        let stem = path.file_stem().expect("a stem").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let (scenario, _) = read(&stem, &text).expect("a valid scenario");
        (stem, text, scenario)
    })
    .collect()
}

fn built_in() -> Scenario {
    read("built-in", crate::scenario::BUILT_IN).expect("a valid scenario").0
}

/// The built-in scenario with these settings.
fn with(settings: &[Setting]) -> Result<Scenario, SetError> {
    let text = apply(&built_in(), crate::scenario::BUILT_IN, settings)?;
    read("built-in", &text)
        .map(|(scenario, _)| scenario)
        .map_err(|invalid| SetError::of_reader(String::new(), &invalid))
}

fn setting(input: &Input, level: &Level) -> Setting {
    input.to(level.clone())
}

#[test]
fn setting_every_input_to_its_own_value_gives_an_equal_scenario() {
    let mut tried = 0;
    for (stem, text, scenario) in shipped() {
        for input in of(&scenario) {
            let changed = apply(&scenario, &text, &[setting(&input, &input.value)]).expect("its own value");
            let (again, _) =
                read(&stem, &changed).unwrap_or_else(|e| panic!("{stem} {}: {:?}", input.name, e.findings()));
            assert_eq!(again.market, scenario.market, "{stem} {}", input.name);
            assert_eq!(again.laws, scenario.laws, "{stem} {}", input.name);
            assert_eq!(again.policies, scenario.policies, "{stem} {}", input.name);
            assert_eq!(again.suppliers, scenario.suppliers, "{stem} {}", input.name);
            assert_eq!(
                (again.conventions, again.traffic),
                (scenario.conventions, scenario.traffic),
                "{stem} {}",
                input.name
            );
            assert_eq!((again.window, again.warm_up), (scenario.window, scenario.warm_up), "{stem} {}", input.name);
            assert_eq!(again.meters, scenario.meters, "{stem} {}", input.name);
            let said = again.assumptions.iter().filter(|a| a.source.contains(" set to "));
            assert!(
                said.clone().count() > 0 && said.clone().all(|a| a.source.contains("; before: ")),
                "{stem} {}",
                input.name
            );
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn both_ends_of_the_range_of_every_input_give_a_valid_scenario_that_has_them() {
    for (stem, text, scenario) in shipped() {
        for input in of(&scenario) {
            for level in [input.at(0.0), input.at(1.0)] {
                let changed = apply(&scenario, &text, &[setting(&input, &level)])
                    .unwrap_or_else(|error| panic!("{stem} {}: {error}", input.name));
                let (again, _) = read(&stem, &changed)
                    .unwrap_or_else(|e| panic!("{stem} {} {level:?}: {:?}", input.name, e.findings()));
                // A factor is relative to what the file has.
                if input.unit == "factor" {
                    continue;
                }
                let now = of(&again).into_iter().find(|other| other.name == input.name);
                match (now.map(|other| other.value), &level) {
                    (Some(Level::Number(now)), Level::Number(asked)) => {
                        assert!(
                            (now - asked).abs() <= 1e-6 * asked.abs().max(1e-6),
                            "{stem} {}: {now} {asked}",
                            input.name
                        );
                    }
                    // Where each supplier states its own, no default is left.
                    (None, _) if input.name.starts_with("supplier.") => {}
                    // At 0 it may no longer be used.
                    (None, Level::Number(asked)) => assert_eq!(*asked, 0.0, "{stem} {}", input.name),
                    (now, asked) => assert_eq!(now.as_ref(), Some(asked), "{stem} {}", input.name),
                }
            }
        }
    }
}

#[test]
fn all_inputs_at_the_middle_of_their_ranges_give_a_valid_scenario() {
    let settings: Vec<Setting> = of(&built_in()).iter().map(|input| setting(input, &input.at(0.5))).collect();
    let scenario = with(&settings).expect("a valid scenario");
    let market = scenario.market.expect("a market");
    assert_eq!(market.calendar_share.mean(), 0.5);
    // 0.2 and 0.05 of gains, and the rest.
    assert_eq!(market.class_shares.map(|share| (share * 1e9).round() / 1e9), [0.75, 0.2, 0.05]);
}

#[test]
fn the_shares_of_both_late_classes_leave_the_rest_to_mature_suppliers() {
    let share = |class: &str, share| Setting::number(&format!("market.class-shares.{class}"), share);
    let scenario = with(&[share("immature", 0.3), share("non-user", 0.08)]).expect("a valid scenario");
    let shares = scenario.market.expect("a market").class_shares;
    assert!((shares[0] - 0.62).abs() < 1e-12 && shares[1..] == [0.3, 0.08], "{shares:?}");
    let error = with(&[share("immature", 0.99)]).expect_err("with 0.04 of non-Users it is more than all").to_string();
    assert!(error.contains("more than 1"), "{error}");
}

#[test]
fn gains_keep_their_proportions_within_each_group() {
    let scenario = with(&[Setting::number("supplier.gains.not-large", 0.5)]).expect("a valid scenario");
    let gains = |id: &str| scenario.suppliers.iter().find(|s| s.id == id).expect("a supplier").weights.gains;
    // The file's gains of large-1 and large-6 are 11 and 5.1, of medium-1 and medium-8 7.6 and 2.5.
    assert!((gains("large-1") / gains("large-6") - 11.0 / 5.1).abs() < 1e-12);
    assert!((gains("medium-1") / gains("medium-8") - 7.6 / 2.5).abs() < 1e-12);
    let of = |large: bool| {
        let all = scenario.suppliers.iter().filter(|s| s.id.starts_with("large") == large);
        all.map(|s| s.weights.gains).sum::<f64>()
    };
    assert!((of(true) - of(false)).abs() < 1e-9);
}

#[test]
fn a_late_share_moves_the_weight_and_a_duration_the_late_parts() {
    let set = [Setting::number("to-623.mature.late-share", 0.3), Setting::number("to-623.mature", 10.0)];
    let laws = with(&set).expect("a valid scenario").laws;
    let again = of(&with(&set).expect("a valid scenario"));
    let value = |name: &str| again.iter().find(|input| input.name == name).and_then(|input| input.value.number());
    assert!((value("to-623.mature.late-share").expect("a share") - 0.3).abs() < 1e-12);
    assert!((value("to-623.mature").expect("a mean") - 10.0).abs() < 1e-6);
    assert!(matches!(laws.to_623_mature, crate::engine::law::Law::Mixture(parts) if parts.len() == 3));
}

#[test]
fn a_factor_applies_to_every_month_and_date() {
    let before = built_in().market.expect("a market");
    let set = [Setting::number("market.switching", 0.5), Setting::number("market.path", 1.25)];
    let after = with(&set).expect("a valid scenario").market.expect("a market");
    assert!(before.hazards.iter().zip(&after.hazards).all(|((_, a), (_, b))| a * 0.5 == *b));
    assert!(before.path.iter().zip(&after.path).all(|((_, a), (_, b))| a * 1.25 == *b));
}

#[test]
fn a_name_may_be_a_unique_ending_and_other_names_get_help() {
    let scenario = built_in();
    let parse = |text: &str| Setting::parse(&scenario, text);
    assert_eq!(parse("calendar-share=72 %"), Ok(Setting::number("market.calendar-share", 0.72)));
    assert_eq!(parse("to-623.immature=20 d"), Ok(Setting::number("to-623.immature", 20.0)));
    assert_eq!(parse("class-drawn-for=case"), parse("market.class-drawn-for=\"case\""));
    let refused = |text: &str| parse(text).expect_err(text).to_string();
    assert!(refused("calendar-shar=0.7").contains("did you mean `calendar-share`?"));
    assert!(refused("share=0.7").contains("several inputs end in `share`"));
    assert!(refused("gas-share").contains("write NAME=VALUE"));
    assert!(refused("gas-share=much").contains("write a number"));
    assert!(refused("class-drawn-for=cases").contains("write case"));
}

#[test]
fn a_key_that_is_no_input_takes_a_value_of_toml() {
    let scenario = built_in();
    let set = |text: &str| with(&[Setting::parse(&scenario, text).expect(text)]);
    let law = set("laws.notice={uniform=[\"1 d\",\"4 d\"]}").expect("a valid scenario").laws.notice;
    assert_eq!(law, crate::engine::law::Law::Uniform { low: 86_400.0, high: 4.0 * 86_400.0 });
    let share = set("market.calendar-share={beta=[5, 2]}").expect("a valid scenario").market.expect("a market");
    assert_eq!(share.calendar_share, crate::model::market::CalendarShare::Beta(5, 2));
    assert_eq!(set("experiment.confidence=0.9").expect("a valid scenario").experiment.confidence, 0.9);
    let lever = set("policy.escalation.escalation.response=\"3 d\"").expect("a valid scenario");
    assert_ne!(lever.policies, scenario.policies);
    let refused = Setting::parse(&scenario, "supplier.capacity=\"5 /d\"").and_then(|set| with(&[set]));
    assert!(refused.expect_err("one of a list").to_string().contains("edit the file"));
}

#[test]
fn a_value_that_the_reader_refuses_gets_its_message() {
    let error = with(&[Setting::number("market.gas-share", 1.5)]).expect_err("more than all").to_string();
    assert!(error.contains("`market.gas-share` must be a share from 0 to 1, but is 1.5"), "{error}");
}

/// The findings about the built-in scenario with this line in place of the one of `gas-share`.
fn findings(line: &str) -> Vec<String> {
    let old = "gas-share    = { value = 0.43, source = \"calibration 1.2\", kind = \"derived\" }";
    assert!(crate::scenario::BUILT_IN.contains(old));
    let text = crate::scenario::BUILT_IN.replace(old, line);
    let findings = match read("t", &text) {
        Ok((_, warnings)) => warnings,
        Err(invalid) => invalid.findings().to_vec(),
    };
    findings.into_iter().map(|f| format!("{} | {}", f.message, f.help.unwrap_or_default())).collect()
}

#[test]
fn a_range_of_the_file_goes_before_the_catalogues() {
    let old = "gas-share    = { value = 0.43, source = \"calibration 1.2\", kind = \"derived\" }";
    let new = "gas-share = { value = 0.43, source = \"s\", kind = \"derived\", range = [0.3, 0.5] }";
    let text = crate::scenario::BUILT_IN.replace(old, new);
    let (scenario, _) = read("t", &text).expect("a valid scenario");
    let gas = of(&scenario).into_iter().find(|input| input.name == "market.gas-share").expect("an input");
    assert_eq!((gas.at(0.0), gas.at(1.0)), (Level::Number(0.3), Level::Number(0.5)));
    assert_eq!(gas.why, "the scenario's own range");
    // It stays when the number is set.
    let text = apply(&scenario, &text, &[Setting::number("gas-share", 0.31)]).expect("a value");
    let (scenario, _) = read("t", &text).expect("a valid scenario");
    let gas = of(&scenario).into_iter().find(|input| input.name == "market.gas-share").expect("an input");
    assert_eq!((gas.at(1.0), gas.value), (Level::Number(0.5), Level::Number(0.31)));
}

#[test]
fn a_range_of_the_file_is_checked() {
    let with = |range: &str| {
        findings(&format!("gas-share = {{ value = 0.43, source = \"s\", kind = \"derived\", range = {range} }}"))
    };
    assert_eq!(with("[0.3, 0.5]"), [""; 0]);
    assert!(with("[0.5, 0.3]")[0].ends_with("two bounds, the lower first | write [0.3, 0.5]"));
    assert!(with("[0.3, 1.5]")[0].contains("must be from 0 to 1"), "{:?}", with("[0.3, 1.5]"));
    assert!(with("[\"1 d\", \"2 d\"]")[0].contains("must have numbers"));
    let outside = with("[0.5, 0.6]");
    assert!(outside[0].contains("does not hold its value, 0.43 | write [0.43, 0.6]"), "{outside:?}");
    assert_eq!(with("[0.43, 0.6]"), [""; 0]);
}

#[test]
fn the_parts_of_a_composite_number_have_ranges_of_their_own() {
    let with = |range: &str| {
        let old = "source = \"calibration 8.4, fitted in 7.3\"";
        assert!(crate::scenario::BUILT_IN.contains(old));
        let text = crate::scenario::BUILT_IN.replace(old, &format!("{old}\nrange = {range}"));
        match read("t", &text) {
            Ok((scenario, _)) => Ok(of(&scenario)),
            Err(invalid) => Err(invalid.findings()[0].help.clone().unwrap_or_default()),
        }
    };
    let inputs = with("{ immature = [0.15, 0.2] }").expect("a valid scenario");
    let immature = inputs.iter().find(|input| input.name.ends_with("class-shares.immature")).expect("an input");
    assert_eq!((immature.at(0.0), immature.at(1.0)), (Level::Number(0.15), Level::Number(0.2)));
    assert!(with("[0.15, 0.2]").expect_err("a range of no number").contains("write a range for each part"));
    assert_eq!(with("{ imature = [0.15, 0.2] }").expect_err("a range of no part"), "write `immature`");
}

#[test]
fn a_choice_of_a_policy_is_no_input() {
    let inputs = of(&built_in());
    assert!(inputs.iter().all(|input| input.kind != NumberKind::PolicyLever));
    assert!(inputs.iter().any(|input| input.name == "policy.guidance.cos-guidance.share"));
    assert!(!inputs.iter().any(|input| input.name == "policy.escalation.escalation.response"));
}

#[test]
fn an_input_that_a_scenario_does_not_use_is_not_listed() {
    let all = shipped();
    let names = |stem: &str| -> Vec<String> {
        let (.., scenario) = all.iter().find(|(name, ..)| name == stem).expect("a scenario");
        of(scenario).into_iter().map(|input| input.name).collect()
    };
    assert!(names("dp072-fifty-days").iter().all(|name| !name.starts_with("market.")));
    assert!(!names("december-2018").contains(&"dcc.smets1-pushes".to_owned()), "no SMETS1 on the DCC yet");
    assert!(names("gb-year").contains(&"dcc.smets1-pushes".to_owned()));
    assert!(!names("gb-year").contains(&"to-623.non-user".to_owned()), "no supplier is a non-User");
}

#[test]
fn a_default_of_suppliers_is_set_where_a_supplier_does_not_state_its_own() {
    let (_, text, scenario) =
        shipped().into_iter().find(|(name, ..)| name == "september-2021-solr-wave").expect("a scenario");
    let first = Setting::parse(&scenario, "supplier.prepay-first=true").expect("an input");
    let (after, _) = read("t", &apply(&scenario, &text, &[first]).expect("a word")).expect("a valid scenario");
    for supplier in &after.suppliers {
        assert_eq!(supplier.desk.prepay_first, supplier.desk.capacity.is_some(), "{}", supplier.id);
    }
    assert!(after.suppliers.iter().any(|supplier| supplier.desk.prepay_first));
}

#[test]
fn an_input_without_effect_says_what_is_lacking_and_can_be_set_by_its_full_name() {
    let text = crate::scenario::BUILT_IN.replacen("gas-share    = { value = 0.43,", "gas-share = { value = 0,", 1);
    let scenario = read("without-gas", &text).expect("a valid scenario").0;
    let parse = |text: &str| Setting::parse(&scenario, text);
    for (short, full) in [("gas-devices=1", "dcc.gas-devices"), ("gas-pusher=proxy", "dcc.gas-pusher")] {
        assert_eq!(
            parse(short).expect_err(short).to_string(),
            format!(
                "`{full}` has no effect in this scenario without a `gas-share` above 0\n\
                 help: add that, or set it all the same by its full name, {full}"
            )
        );
    }
    let set = parse("dcc.gas-devices=1").expect("a key");
    let text = apply(&scenario, &text, &[set]).expect("a key that can be set");
    assert!(read("without-gas", &text).is_ok());
}

#[test]
fn a_key_that_is_no_input_gets_its_full_name_and_what_is_near_nothing_gets_no_name() {
    let scenario = built_in();
    let help = |text: &str| {
        let error = Setting::parse(&scenario, text).expect_err(text).to_string();
        error.split_once("\nhelp: ").expect("a remedy").1.to_owned()
    };
    assert_eq!(help("region-shares=1"), "`market.region-shares` is no input, but --set takes it by this name");
    assert_eq!(help("opening-hours=1"), "`supplier.opening-hours` belongs to one of several tables; edit the file");
    assert_eq!(help("foo=1"), "`meterchurn list inputs FILE` lists all inputs");
}
