//! `[[published]]`: figures that others published, to be shown beside the baseline's numbers.

use crate::results::frame::Frame;
use crate::results::query::Query;
use crate::scenario::Published;
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { KEYS of "published" {
    WHAT, "what", Shape::Text, "the number of the baseline that was published",
        .required("\"not-initiated.open{at=2018-12-31}.total\"");
    VALUE: f64 = |v, sink| v.number(0.0..=1e18, sink), "value", Shape::Number(0.0, 1e18), "the published figure",
        .required("1046");
    SD: f64 = |v, sink| v.number(f64::MIN_POSITIVE..=1e18, sink), "sd", Shape::Number(f64::MIN_POSITIVE, 1e18),
        "how far the figure may lie from the model's mean, as a standard deviation, for `calibrate`";
    SOURCE: String = |v, sink| v.string(sink).map(str::to_owned), "source", Shape::Text, "where it was published",
        .required("\"publisher, year, page\"");
    FITTED: String = |v, sink| v.string(sink).map(str::to_owned), "fitted", Shape::Text,
        "what was fitted to it, in a sentence or two";
}}

/// `[[published]]`. `frame` is what the rows of the scenario depend on, if that is known.
pub(in crate::scenario) fn published(
    value: Option<Value<'_, '_>>,
    frame: Option<&Frame>,
    sink: &mut Sink,
) -> Vec<Published> {
    let mut all = Vec::new();
    for item in value.and_then(|v| v.array(sink)).unwrap_or_default() {
        let Some(mut table) = item.table(sink) else { continue };
        let what = WHAT.get(&mut table, sink).and_then(|v| query(&v, frame, sink));
        let value = VALUE.read(&mut table, sink);
        let sd = SD.optional(&mut table, sink).flatten();
        let source = SOURCE.read(&mut table, sink);
        let fitted = FITTED.optional(&mut table, sink).flatten();
        table.finish(sink);
        if let (Some(what), Some(value), Some(source)) = (what, value, source) {
            all.push(Published { what, value, sd, source, fitted });
        }
    }
    all
}

/// A number that this scenario has.
pub(super) fn query(value: &Value<'_, '_>, frame: Option<&Frame>, sink: &mut Sink) -> Option<Query> {
    let read = value.string(sink)?.parse::<Query>().and_then(|query| {
        frame.map_or(Ok(()), |frame| query.check(frame))?;
        Ok(query)
    });
    match read {
        Ok(query) => Some(query),
        Err(advice) => value.refuse_as(Mistake::BadQuery, advice, sink),
    }
}
