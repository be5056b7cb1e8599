//! What the shipped scenarios gave when their behaviour was last accepted, kept in `scenarios/scenarios.lock`: the same
//! in every build, on every machine.
//!
//! `meterchurn test --record scenarios` writes it anew; say in the changelog why it changed.

use std::path::Path;
use std::process::Command;

use meterchurn::study::recorded::{FILE, Lock, Record};
use meterchurn::study::session::Session;
use meterchurn::study::{self, How};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
const SCENARIOS: [&str; 4] = ["december-2018", "dp072-extrapolation", "dp072-fifty-days", "dp072-incident"];

fn kept() -> Lock {
    let text = std::fs::read_to_string(Path::new(FOLDER).join(FILE)).expect("the kept records");
    Lock::parse(&text).expect("records")
}

#[test]
fn every_replication_has_the_events_and_every_metric_the_mean_that_is_kept() {
    let kept = kept();
    for id in SCENARIOS {
        let file = format!("{id}.toml");
        let session = Session::open(&Path::new(FOLDER).join(&file)).expect("a valid scenario");
        let cube = study::run(session.scenario(), How::default(), &|_| {}).expect("conservation holds");
        let now = Record::of(&file, &session.identity().digest, &session.scenario().experiment, &cube);
        let kept = kept.record_of(&file).expect("a record");
        for (now, kept) in now.policies.iter().zip(&kept.policies) {
            assert_eq!(now, kept, "{id}");
        }
        assert_eq!(
            (now.seed, now.replications, now.policies.len()),
            (kept.seed, kept.replications, kept.policies.len())
        );
    }
}

#[test]
fn each_record_is_of_a_shipped_scenario_as_it_is_now() {
    let kept = kept();
    assert!(kept.files().count() >= SCENARIOS.len());
    for file in kept.files() {
        let session = Session::open(&Path::new(FOLDER).join(file)).expect("a valid scenario");
        let (scenario, record) = (session.scenario(), kept.record_of(file).expect("a record"));
        let experiment = &scenario.experiment;
        assert_eq!((record.seed, record.replications), (experiment.seed, experiment.replications), "{file}");
        let policies = scenario.policies.iter().map(|policy| &policy.id);
        assert!(policies.eq(record.policies.iter().map(|policy| &policy.id)), "{file}");
    }
}

/// Runs one test of this file again in a process whose C library believes that the CPU has no FMA.
fn again(test: &str, without_fma: bool) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", test, "--include-ignored", "--nocapture"]);
    if without_fma {
        command.env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-FMA,-AVX2");
    }
    let output = command.output().expect("a second process");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn fingerprints_hold_where_the_c_library_has_no_fma() {
    let digest = |without| {
        let (_, out) = again("digest_of_the_c_librarys_logarithm", without);
        out.lines().find_map(|line| line.split_once("digest ").map(|(_, d)| d.to_owned()))
    };
    // The control: without FMA the C library's logarithm must differ somewhere, or the switch does nothing here.
    if digest(true) == digest(false) {
        println!("not run: the C library's logarithm does not change on this machine");
        return;
    }
    assert!(again("every_replication_has_the_events_and_every_metric_the_mean_that_is_kept", true).0);
}

#[test]
#[ignore = "the control of the test above"]
#[allow(clippy::disallowed_methods, reason = "it is about the C library")]
fn digest_of_the_c_librarys_logarithm() {
    let sum = (1..=1_000_000_u64)
        .fold(0_u64, |sum, i| sum.rotate_left(1) ^ (std::hint::black_box(i as f64) * 1.000_1).ln().to_bits());
    println!("digest {sum:016x}");
}
