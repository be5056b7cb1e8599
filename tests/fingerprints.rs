//! Fingerprints of all changes of state, kept beside the scenarios: the same in every build, on every machine.
//!
//! `METERCHURN_BLESS=1 cargo test --test fingerprints` writes them anew; say in the changelog why they changed.

use std::process::Command;

use meterchurn::scenario;
use meterchurn::study::{self, How};

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/fingerprints.csv");
const SCENARIOS: [&str; 4] = ["december-2018", "dp072-extrapolation", "dp072-fifty-days", "dp072-incident"];
fn fingerprints() -> String {
    let mut text = "scenario,policy,replication,fingerprint\n".to_owned();
    for id in SCENARIOS {
        let path = format!("{}/scenarios/{id}.toml", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(path).expect("a shipped scenario");
        let (scenario, _) = scenario::read(id, &source).expect("a valid scenario");
        let results = study::run(&scenario, How::default(), &|_| {}).expect("conservation holds");
        for policy in results.policies() {
            for (replication, run) in policy.runs.iter().enumerate() {
                text += &format!("{id},{},{replication},{}\n", policy.policy, run.fingerprint);
            }
        }
    }
    text
}

#[test]
fn every_replication_has_the_fingerprint_that_is_kept() {
    let now = fingerprints();
    if std::env::var_os("METERCHURN_BLESS").is_some() {
        std::fs::write(KEPT, &now).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(KEPT).expect("the kept fingerprints");
    let differ: Vec<_> = now.lines().zip(kept.lines()).filter(|(now, kept)| now != kept).take(5).collect();
    assert!(now == kept, "the first that differ, now and kept: {differ:#?}");
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
    assert!(again("every_replication_has_the_fingerprint_that_is_kept", true).0);
}

#[test]
#[ignore = "the control of the test above"]
#[allow(clippy::disallowed_methods, reason = "it is about the C library")]
fn digest_of_the_c_librarys_logarithm() {
    let sum = (1..=1_000_000_u64)
        .fold(0_u64, |sum, i| sum.rotate_left(1) ^ (std::hint::black_box(i as f64) * 1.000_1).ln().to_bits());
    println!("digest {sum:016x}");
}
