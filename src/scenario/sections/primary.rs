//! `[[primary]]`: the numbers by which policies are compared.

use std::ops::Range;

use crate::results::comparison::{Indifference, Primary};
use crate::results::frame::Frame;
use crate::results::metrics;
use crate::results::query::{Contrast, Query};
use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { KEYS of "primary" {
    WHAT, "what", Shape::Text, "the number", .required("\"leaked-reads.delivered.total\"");
    INDIFFERENCE: Indifference = indifference, "indifference",
        Shape::Either(&[Shape::Number(0.0, 1e18), Shape::Percentage]),
        "the largest difference that makes no difference: a number in the metric's unit, or a percentage such as \
         \"1 %\"";
}}

/// The numbers of a scenario that names none: leaked reads and unwanted alerts delivered.
pub(in crate::scenario) fn usual() -> Vec<Primary> {
    let primary = |metric| Primary { query: Query::total(metric), indifference: None };
    vec![primary(&metrics::LEAKED_DELIVERED), primary(&metrics::UNWANTED_DELIVERED)]
}

/// `[[primary]]`. `frame` is what the rows of the scenario depend on, if that is known.
pub(in crate::scenario) fn primaries(
    value: Option<Value<'_, '_>>,
    frame: Option<&Frame>,
    sink: &mut Sink,
) -> Vec<Primary> {
    let Some(value) = value else { return usual() };
    let mut all = Vec::<Primary>::new();
    let mut spans = Vec::<Range<usize>>::new();
    for item in value.array(sink).unwrap_or_default() {
        let Some(mut table) = item.table(sink) else { continue };
        let what = WHAT.get(&mut table, sink);
        let query = what.as_ref().and_then(|v| super::published::query(v, frame, sink));
        let indifference = INDIFFERENCE.optional(&mut table, sink);
        table.finish(sink);
        let (Some(what), Some(query)) = (what, query) else { continue };
        if query.contrast != Contrast::Value {
            what.refuse::<()>(
                Mistake::BadQuery,
                "a number of each policy",
                "leave out `diff` or `ratio`: policies are compared anyway",
                sink,
            );
        } else if let Some(place) = all.iter().position(|known| known.query == query) {
            let message = format!("`{}` names a number that is named already", what.path());
            let spans = (what.span(), spans[place].clone());
            sink.repeated(Mistake::NameTwice, spans, message, "leave this entry out");
        } else {
            spans.push(what.span());
            all.push(Primary { query, indifference: indifference.flatten() });
        }
    }
    all
}

fn indifference(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Indifference> {
    if !value.is_string() {
        return value.number(0.0..=1e18, sink).map(Indifference::Absolute);
    }
    let percent = value.string(sink)?.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match percent.filter(|percent| (0.0..=100.0).contains(percent)) {
        Some(percent) => Some(Indifference::Share(percent / 100.0)),
        None => value.refuse(
            Mistake::BadNotation,
            "a number, or a percentage from 0 to 100",
            "write for example 50, or \"1 %\"",
            sink,
        ),
    }
}
