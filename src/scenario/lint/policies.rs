//! Policies that cannot act.

use super::prepay::{has_prepay, sends_prepay_first};
use super::tables;
use crate::model::injection::{Fault, Transfer};
use crate::model::lever::Lever;
use crate::model::market::Weights;
use crate::model::plan::{Class, TransferCause};
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::table::{Table, Value};
use crate::scenario::{Policy, Scenario};

/// Warns of policies that cannot act.
pub(super) fn warn(scenario: &Scenario, without_prepay: bool, root: &mut Table<'_, '_>, sink: &mut Sink) {
    for (value, mut table) in tables(root, "policy") {
        let quiet = &mut Sink::new();
        let id = table.get("id").and_then(|v| v.string(quiet)).unwrap_or_default();
        let Some(policy) = scenario.policies.iter().find(|policy| policy.id == id) else { continue };
        let uses = table.get("use").and_then(|v| v.array(quiet)).unwrap_or_default();
        if uses.is_empty() && id != "baseline" && id != scenario.experiment.baseline {
            let help =
                "add for example use = [{ mitigation = \"1\" }], or use = [{ mitigation = \"0\" }] if you mean that";
            sink.warning(
                Lint::IdlePolicy,
                value.span(),
                format!("the policy `{id}` uses no mitigation and changes nothing"),
                help,
            );
        }
        if let (Some(v), true) = (table.get("adoption"), policy.pulls.iter().any(|pull| pull.adoption.share <= 0.0)) {
            let help = "write a share above 0, as in 0.5, or leave the policy out";
            sink.warning(Lint::IdlePolicy, v.span(), format!("the policy `{id}` is never taken up"), help);
        }
        if sends_prepay_first(policy) && !without_prepay {
            prepay_policy(policy, &value, scenario, sink);
        }
        let uses = |is: fn(&Lever) -> bool| policy.pulls.iter().any(|pull| is(&pull.lever));
        let fails = |transfer: &Transfer| transfer.cause == TransferCause::Failure;
        if uses(|lever| matches!(lever, Lever::HoldsFailures(_))) && !scenario.transfers().iter().any(fails) {
            let message = format!("the policy `{id}` holds identifiers of failed suppliers, but no supplier fails");
            let help = "add an [[inject]] of kind = \"supplier-failure\", or leave the mitigation out";
            sink.warning(Lint::IdlePolicy, value.span(), message, help);
        }
        if uses(|lever| matches!(lever, Lever::BansNonUsers { .. } | Lever::Forwards(_))) && !has_non_users(scenario) {
            let message = format!(
                "the policy `{id}` concerns suppliers that are not DCC Users, but all suppliers are \
                DCC Users"
            );
            let help = "give a [[supplier]] class = \"non-user\", or leave the mitigation out";
            sink.warning(Lint::IdlePolicy, value.span(), message, help);
        }
        if throttles(policy) && !scenario.states_a_capacity() {
            let message =
                format!("the policy `{id}` throttles requests when the network is full, but no capacity is stated");
            sink.warning(
                Lint::IdlePolicy,
                value.span(),
                message,
                "write `capacity = \"600 /s\"` in [traffic], or leave the mitigation out",
            );
        }
    }
}

fn prepay_policy(policy: &Policy, value: &Value<'_, '_>, scenario: &Scenario, sink: &mut Sink) {
    let id = &policy.id;
    if !has_prepay(scenario) {
        let message = format!("the policy `{id}` sends 6.23s of prepay meters first, but no meter is prepay");
        let help = match scenario.market {
            Some(_) => "write a `prepay-share` above 0 in [market], or leave the mitigation out",
            None => "write payment = \"prepay\" in a [[meter]], or leave the mitigation out",
        };
        sink.warning(Lint::IdlePolicy, value.span(), message, help);
    } else if scenario.desks().iter().all(|desk| desk.capacity.is_none()) {
        let message = format!("the policy `{id}` orders the backlogs of suppliers, but no supplier has a `capacity`");
        let help = "write for example capacity = \"1000 /d\" in a [[supplier]], or leave the mitigation out";
        sink.warning(Lint::IdlePolicy, value.span(), message, help);
    } else if scenario.desks().iter().all(|desk| desk.capacity.is_none() || desk.prepay_first) {
        let message = format!("the policy `{id}` sends 6.23s of prepay meters first, but every backlog already does");
        sink.warning(
            Lint::IdlePolicy,
            value.span(),
            message,
            "leave out the suppliers' `prepay-first`, or the mitigation",
        );
    }
}

/// Whether any gaining supplier may not be a DCC User.
fn has_non_users(scenario: &Scenario) -> bool {
    let late = |weights: &Weights| weights.class == Some(Class::NonUser) || weights.user_from.is_some();
    let scripted = scenario.meters.iter().flat_map(|meter| &meter.switches);
    scenario.market.as_ref().is_some_and(|market| market.class_shares[Class::NonUser as usize] > 0.0)
        || scenario.weights().iter().any(late)
        || scripted.into_iter().any(|switch| switch.class == Class::NonUser || switch.user_from.is_some())
        || scenario.injections.iter().any(|injection| matches!(injection.fault, Fault::NotAUser { .. }))
}

fn throttles(policy: &Policy) -> bool {
    !policy.throttles().is_empty()
}
