//! `run --confirm`: the words of a comparison on fresh replications.

mod program;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Output;

use meterchurn::report::outline::Outline;
use meterchurn::results::comparison::{Comparison, Word};
use meterchurn::results::confirmation::{Confirmation, OtherWord};
use meterchurn::results::cube::Cube;
use meterchurn::study::Stop;
use meterchurn::study::budget::Machine;
use meterchurn::study::session::Session;
use program::{assert_in_order_unwrapped, fiftieth, file, meterchurn, results, stderr, stdout};

/// Losing suppliers that delete their schedules, and a filter of all alerts.
const TWO: &str = "[[policy]]\nid = \"delete\"\nuse = [{ mitigation = \"6\" }]\n\
    [[policy]]\nid = \"filter\"\nuse = [{ mitigation = \"13b\" }]\n";

fn replications(session: &Session, numbers: std::ops::Range<u32>) -> Cube {
    let budget = session.budget(Machine { memory: 4 << 30, threads: 2 }, 0).expect("within all limits");
    session.replications(numbers, &budget, &Stop::default(), &|_| ()).expect("conservation holds")
}

fn session() -> Session {
    Session::of_text("market.toml", "market", &fiftieth(4, TWO)).expect("a valid scenario")
}

fn compared(session: &Session, cube: &Cube) -> Comparison {
    Outline::of(session.scenario(), "digest", Vec::new()).compare(cube, cube.baseline())
}

#[test]
fn fresh_replications_are_those_that_a_longer_study_has_after_the_first() {
    let session = session();
    let (all, fresh) = (replications(&session, 0..4), replications(&session, 2..4));
    assert_eq!(fresh.replications(), [2, 3]);
    for policy in 0..3 {
        assert_eq!(fresh.runs(policy), &all.runs(policy)[2..]);
    }
    assert_eq!(replications(&session, 0..2).with(fresh), Ok(all));
}

#[test]
fn a_word_that_fresh_replications_do_not_give_is_named_with_both() {
    let session = session();
    let fresh = replications(&session, 4..8);
    let again = compared(&session, &fresh);
    let of = |study: &Comparison| Confirmation::of(study, &again, &fresh).expect("fresh replications");
    let confirmed = of(&again);
    assert_eq!((confirmed.fresh, confirmed.replications(), confirmed.words), ([4, 7], 4, 4));
    assert_eq!(confirmed.others, []);
    let mut study = again.clone();
    study.effects[0].word = Word::More;
    let other = OtherWord {
        policy: "delete".to_owned(),
        number: "leaked-reads.delivered.total".to_owned(),
        word: Word::More,
        fresh: again.effects[0].word,
    };
    assert_ne!(other.fresh, Word::More);
    assert_eq!(of(&study).others, [other]);
}

#[test]
fn the_screen_says_what_is_confirmed_and_no_number_changes() {
    let (_folder, path) = file("market.toml", fiftieth(8, TWO));
    let plain = results(&path, &["--explore", "none"]);
    let confirmed = results(&path, &["--explore", "none", "--confirm"]);
    assert_in_order_unwrapped(&stdout(&confirmed.0), &["confirmed", "by 8 fresh replications (8 to 15)"]);
    assert!(!stdout(&plain.0).contains("confirmed"));
    assert_eq!(plain.0.status.code(), confirmed.0.status.code());
    // In folders with names of their own.
    let tables = |(_, files): &(Output, BTreeMap<PathBuf, Vec<u8>>)| -> BTreeMap<OsString, Vec<u8>> {
        let tables = files.iter().filter(|(path, _)| path.extension().is_some_and(|of| of == "csv"));
        tables.map(|(path, bytes)| (path.file_name().expect("a name").to_owned(), bytes.clone())).collect()
    };
    assert!(tables(&plain).len() >= 4 && tables(&confirmed) == tables(&plain));
}

#[test]
fn a_study_of_one_policy_has_nothing_to_confirm() {
    let (_folder, path) = file("market.toml", fiftieth(2, ""));
    let output = meterchurn(&["run", &path, "--no-output", "--confirm"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--confirm needs a policy beside the baseline"), "{}", stderr(&output));
}
