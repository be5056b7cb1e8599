//! Policies and expectations that say the same as another one.

use super::tables;
use crate::results::expectation::Expectation;
use crate::scenario::Scenario;
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::table::Table;
use crate::text::visible;

/// Warns of the second of two that are alike.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    for (value, mut table) in tables(root, "policy") {
        let id = table.get("id").and_then(|v| v.string(&mut Sink::new())).unwrap_or_default();
        let Some(place) = scenario.policies.iter().position(|policy| policy.id == id) else { continue };
        let policy = &scenario.policies[place];
        // A policy without any effect has a warning of its own.
        let is_alike = |other: usize| !policy.pulls.is_empty() && scenario.policies[other].pulls == policy.pulls;
        if let Some(other) = (0..place).find(|other| is_alike(*other)) {
            let other = visible(&scenario.policies[other].id);
            let message = format!("the policy `{id}` does the same as `{other}`");
            sink.warning(Lint::AlikePolicies, value.span(), message, "change its `use`, or leave one of them out");
        }
    }
    let expected = tables(root, "expect");
    for (place, (value, _)) in expected.iter().enumerate() {
        let Some(one) = scenario.expectations.get(place) else { continue };
        let is_alike =
            |other: &Expectation| (&other.query, other.limit, &other.policy) == (&one.query, one.limit, &one.policy);
        let first = scenario.expectations[..place].iter().position(is_alike).map(|first| &expected[first].0);
        if let Some(first) = first {
            let message = format!("`{}` is expected of `{}` twice", visible(&one.that), visible(&one.policy));
            let spans = (value.span(), first.span());
            sink.repeated(Lint::AlikeExpectations, spans, message, "leave one of them out");
        }
    }
}
