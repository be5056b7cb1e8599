//! `[[expect]]`: what the results must show, checked against the rows that this scenario has.

use super::policy::Declared;
use crate::results::expectation::{self, Expectation, Judging, Limit};
use crate::results::frame::Frame;
use crate::results::query::Query;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { KEYS of "expect" {
    THAT, "that", Shape::Text, "a metric, how it is summarised, and a limit",
        .required("\"leaked-reads.delivered.total == 0\"");
    POLICY, "policy", Shape::Id, "the policy that it is about", .default("\"baseline\"");
    KIND: Judging = judging, "kind", Shape::Words(|| vec!["golden", "invariant", "statistical", "calibration"]),
        "how it is judged: `golden`, `invariant`, `statistical` or `calibration`",
        .required("\"invariant\"");
    WHY: String = |v, sink| v.string(sink).map(str::to_owned), "why", Shape::Text, "the reason for the limit";
}}

fn judging(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Judging> {
    let kinds = [
        ("golden", Judging::Golden),
        ("invariant", Judging::Invariant),
        ("statistical", Judging::Statistical),
        ("calibration", Judging::Calibration),
    ];
    value.one_of(&kinds, sink)
}

/// What expectations are read against.
pub(in crate::scenario) struct Known<'f> {
    /// Its policies.
    pub declared: &'f Declared,
    /// What its catalogue depends on, if that is free of mistakes.
    pub frame: Option<&'f Frame>,
    /// The text of the file.
    pub text: &'f str,
}

/// `[[expect]]`.
pub(in crate::scenario) fn expectations(
    value: Option<Value<'_, '_>>,
    known: &Known<'_>,
    sink: &mut Sink,
) -> Vec<Expectation> {
    let items = value.and_then(|v| v.array(sink)).unwrap_or_default();
    let mut expectations = Vec::new();
    for item in items {
        let Some(mut table) = item.table(sink) else { continue };
        let that = THAT.get(&mut table, sink).and_then(|v| that(&v, known.frame, sink));
        let policy = match POLICY.get(&mut table, sink) {
            Some(v) => known.declared.policy_named(&v, sink).map(str::to_owned),
            None => Some(super::policy::BASELINE.to_owned()),
        };
        let judging = KIND.read(&mut table, sink);
        let why = WHY.optional(&mut table, sink).flatten();
        table.finish(sink);
        if let (Some((that, query, limit)), Some(policy), Some(judging)) = (that, policy, judging) {
            let span = item.span();
            let before = known.text.as_bytes().get(..span.start).unwrap_or_default();
            let line = Some(1 + before.iter().filter(|byte| **byte == b'\n').count());
            expectations.push(Expectation { that, query, limit, policy, judging, why, span, line, pack: None });
        }
    }
    expectations
}

fn that(value: &Value<'_, '_>, frame: Option<&Frame>, sink: &mut Sink) -> Option<(String, Query, Limit)> {
    let text = value.string(sink)?;
    let read = expectation::parse(text).and_then(|(query, limit)| {
        frame.map_or(Ok(()), |frame| query.check(frame))?;
        Ok((text.to_owned(), query, limit))
    });
    match read {
        Ok(read) => Some(read),
        Err(advice) => value.refuse_as(Mistake::BadQuery, advice, sink),
    }
}
