//! What a study may not exceed is refused up front, with place and remedy; and the memory that is estimated is the
//! memory that is taken.

use std::fs;
use std::process::{Command, Output};

use meterchurn::model::backlog::Drive;
use meterchurn::scenario::Scenario;
use meterchurn::scenario::diagnostics::Finding;
use meterchurn::study::budget::Cost;
use meterchurn::study::{How, load};

/// One meter that changes supplier, the DCC learning of it 200 days after SSD.
fn script(window: (&str, &str), copies: u64, cos: &str, rest: &str) -> String {
    format!(
        "schema = 1\ntitle = \"t\"\n[time]\nstart = {}\nhorizon = {}\n[[supplier]]\nid = \"a\"\n[[supplier]]\n\
         id = \"b\"\n\
         [[meter]]\nid = 1\nholder = \"a\"\ncopies = {copies}\n\
         calendar = {{ period = \"daily\", offset = \"10 min\" }}\n\
         [[switch]]\nmeter = 1\nfrom = \"a\"\nto = \"b\"\nssd = 2018-12-01\n{cos}\n{rest}",
        window.0, window.1
    )
}

const A_YEAR: (&str, &str) = ("2018-11-01", "2019-11-01");
const EACH_SECOND: &str = "known = \"200 d\"\ncos = { send = \"0 s\", retry = \"1 s\" }";
const AT_ONCE: &str = "cos = { send = \"0 s\" }";

/// 100,000 meters in 2021, a hundredth of which switches each month: some 11,700 switches, withdrawn ones too.
fn market(of_market: &str, rest: &str) -> String {
    let months: Vec<String> = (1..=12).map(|month| format!("\"2021-{month:02}\" = 0.01")).collect();
    format!(
        "schema = 1\ntitle = \"t\"\n\
         supplier = [{{ id = \"a\", share = 40, gains = 50 }}, {{ id = \"b\", share = 60, gains = 50 }}]\n\
         [time]\nstart = 2021-01-01\nhorizon = 2022-01-01\n\
         [market]\npath = [{{ on = 2020-12-01, meters = 100000 }}]\nswitching = {{ {} }}\n{of_market}\n{rest}",
        months.join(", ")
    )
}

/// Two in five meters move, and all commands go south by one stated capacity.
const BOOK: &str = "[traffic]\ncapacity = \"100 /s\"\n\
    [[inject]]\nkind = \"supplier-failure\"\nwhere = { losing = [\"a\"], gaining = [\"b\"] }\nfrom = 2021-06-01\n\
    [[policy]]\nid = \"p\"\nuse = [{ mitigation = \"1\" }]\n";

fn sweep(every: &str) -> String {
    format!("[[policy]]\nid = \"sweeps\"\nuse = [{{ mitigation = \"22\", every = \"{every}\" }}]\n")
}

/// The one mistake of a text, and the line at which it is told.
fn refused(text: &str) -> (Finding, String) {
    let findings: Vec<Finding> = load("t", text).expect_err("more than the limit").into();
    let [finding] = findings.try_into().unwrap_or_else(|all: Vec<Finding>| {
        panic!("one finding: {all:#?}");
    });
    let line = text[..finding.span.start].lines().last().unwrap_or_default().to_owned();
    let rest = text[finding.span.start..].lines().next().unwrap_or_default();
    (finding.clone(), line + rest)
}

fn accepted(text: &str) -> Scenario {
    load("t", text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}")).0
}

#[test]
fn a_sweep_of_a_market_each_second_is_refused_where_its_policy_is_and_a_longer_period_is_not() {
    // Of 11,700 switches most are visited for half a year on average: 1.6e7 seconds each.
    let errors = |text: &str| -> Vec<Finding> {
        let findings = load("t", text).err().unwrap_or_default();
        findings.into_iter().filter(|f| f.message.contains("repeated steps")).collect()
    };
    let text = market("", &sweep("1 s"));
    let [finding] = errors(&text).try_into().expect("one finding");
    assert!(finding.help.as_deref().is_some_and(|help| help.contains("longer `every`")), "{finding:?}");
    assert!(text[finding.span.clone()].contains("policy") || finding.span.start > text.find("[[policy]]").unwrap_or(0));
    assert!(errors(&market("", &sweep("1 h"))).is_empty());
    accepted(&market("", &sweep("1 h")));
}

#[test]
fn a_market_that_sends_again_each_second_is_refused_in_its_section_and_a_longer_retry_is_not() {
    let late = "late-share = 0.5\nretry = ";
    let text = market(&format!("{late}\"1 s\""), "[laws.late-feed]\nvalue = \"300 d\"\n");
    let findings = load("t", &text).expect_err("more than the limit");
    let told = findings.iter().find(|f| f.message.contains("repeated steps")).expect("refused");
    assert!(told.help.as_deref().is_some_and(|help| help.contains("[market] a longer `retry`")), "{told:?}");
    assert!(text[..told.span.start].ends_with("[market]") || text[..told.span.start].ends_with('['), "{told:?}");
    accepted(&text.replace("\"1 s\"", "\"1 h\""));
}

#[test]
fn bytes_beyond_a_counter_are_refused_where_the_switch_is() {
    // 17,280,000 6.23s of a hundred million copies, 4,638 bytes each: 8.0e18, of 1.8e19 that a counter takes.
    let (finding, line) = refused(&script(A_YEAR, 100_000_000, EACH_SECOND, "[traffic]\n"));
    assert!(finding.message.contains("8.0e18 bytes") && line.contains("[[switch]]"), "{finding:?} at {line}");
    accepted(&script(A_YEAR, 10_000_000, EACH_SECOND, "[traffic]\n"));
    accepted(&script(A_YEAR, 100_000_000, EACH_SECOND, ""));
    accepted(&script(
        A_YEAR,
        100_000_000,
        "known = \"200 d\"\ncos = { send = \"0 s\", retry = \"10 s\" }",
        "[traffic]\n",
    ));
}

#[test]
fn a_capacity_that_falls_behind_further_than_a_counter_reaches_is_refused_in_its_section() {
    // 100,000 meters with a million messages a day, one of which goes south each minute.
    let of = |capacity: &str| market("", &format!("[traffic]\nmessages = 1000000\ncapacity = \"{capacity}\"\n"));
    let text = of("1 /min");
    let findings = load("t", &text).expect_err("more than the limit");
    let finding = findings.iter().find(|finding| finding.message.contains("messages wait")).expect("refused");
    assert!(text[..finding.span.start].ends_with('[') && text[finding.span.start..].starts_with("traffic"));
    assert!(finding.help.as_deref().is_some_and(|help| help.contains("larger `capacity`")), "{finding:?}");
    accepted(&of("2000000 /s"));
}

fn on_disk(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.toml");
    fs::write(&path, text).expect("a file");
    let path = path.display().to_string();
    (folder, path)
}

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_meterchurn"))
        .env_remove("COLUMNS")
        .args(arguments)
        .output()
        .expect("the program runs")
}

#[test]
fn check_refuses_what_run_would_refuse() {
    // 17,280,000 repeated steps in each of 6,000 runs.
    let text = script(A_YEAR, 1, EACH_SECOND, "[experiment]\nreplications = 6000\n");
    let (_folder, path) = on_disk(&text);
    let output = program(&["check", &path]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("1.0e11 repeated steps") && told.contains("longer `retry`"), "{told}");
}

#[test]
fn thousands_of_suppliers_over_twenty_years_are_checked_in_little_memory() {
    // 44 million values. A catalogue of them would take gigabytes.
    let suppliers: String = (0..6_000).map(|n| format!("[[supplier]]\nid = \"x{n}\"\ncapacity = \"1 /d\"\n")).collect();
    let (_folder, path) = on_disk(&script(("2001-01-01", "2020-12-31"), 1, AT_ONCE, &suppliers));
    let confined = "ulimit -v 600000; exec \"$0\" check \"$1\"";
    let arguments = ["-c", confined, env!("CARGO_BIN_EXE_meterchurn"), &path];
    let output = Command::new("bash").args(arguments).output().expect("a shell");
    // A small machine has no memory for the run, and says so.
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || told.contains("of memory"), "{:?}: {told}", output.status);
}

/// The largest number of bytes that a run takes, as printed by the program, and the estimate.
fn measured_and_estimated(text: &str) -> Option<(f64, f64)> {
    let total = fs::read_to_string("/proc/meminfo").ok()?;
    let total: f64 =
        total.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok())?;
    let how = How { threads: 1, drive: Drive::Alone, memory: (total * 1_024.0 / 4.0) as u64 };
    let estimated = Cost::of(&accepted(text), how).memory();
    let (folder, path) = on_disk(text);
    let results = folder.path().join("results").display().to_string();
    let output = program(&["run", &path, "-j", "1", "--stats", "-o", &results]);
    let told = String::from_utf8_lossy(&output.stderr);
    let memory = told.lines().find_map(|line| line.trim().strip_prefix("memory")).expect("a row");
    let megabytes: f64 = memory.split_whitespace().next()?.parse().ok()?;
    Some((megabytes * 1e6, estimated))
}

#[test]
fn the_memory_that_is_estimated_is_the_memory_that_is_taken() {
    let policies: String =
        (0..300).map(|n| format!("[[policy]]\nid = \"p{n}\"\nuse = [{{ mitigation = \"1\" }}]\n")).collect();
    let twenty_years = ("2001-01-01", "2020-12-31");
    let mut wrong = Vec::new();
    let capacities: String = (0..100).map(|n| format!("[[supplier]]\nid = \"x{n}\"\ncapacity = \"1 /d\"\n")).collect();
    for (name, text) in [
        ("a script of a year, with pictures", script(A_YEAR, 1, AT_ONCE, "")),
        ("a script of twenty years with messages", script(twenty_years, 1, AT_ONCE, "[traffic]\n")),
        ("a hundred capacities over twenty years", script(twenty_years, 1, AT_ONCE, &capacities)),
        ("301 policies", script(A_YEAR, 1, AT_ONCE, &policies)),
        ("a market", market("", "")),
        ("a market with messages before a capacity", market("", "[traffic]\ncapacity = \"100 /s\"\n")),
        ("two policies with a book that waits for two capacities", {
            let waits = "capacity = \"10000 /d\"";
            market("", BOOK)
                .replace("meters = 100000", "meters = 400000")
                .replace("gains = 50 }]", &format!("gains = 50, {waits} }}]"))
        }),
        ("a market of thirty replications", market("", "[experiment]\nreplications = 30\n")),
    ] {
        // Where the system does not say what a process has taken there is nothing to hold the estimate against.
        let Some((measured, estimated)) = measured_and_estimated(text.as_str()) else { return };
        println!("{name}: {:.0} MB estimated, {:.0} MB taken", estimated / 1e6, measured / 1e6);
        if !(0.75..=1.25).contains(&(estimated / measured)) {
            wrong.push(format!("{name}: {estimated:.3e} estimated, {measured:.3e} taken"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
