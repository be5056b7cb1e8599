//! Settings of the mitigations that policies use.

use toml::Value;

use super::draft::{Draft, Note, parsed};
use super::laws::{scaled_to, typical};
use super::{Amount, Change, Family, Input, Number, SetError};
use crate::model::laws::NumberKind;
use crate::model::mitigation::{Parameter, REGISTRY, Setting};
use crate::model::varies::Varies;
use crate::scenario::Scenario;
use crate::scenario::sections::policy::{print_setting, read_setting};

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

/// The policy, the names of the mitigation, and the name of its setting.
pub(super) type Place<'s> = (&'s str, [&'static str; 2], &'static str);

/// Where the setting of this name is, such as `policy.guidance.cos-guidance.share`.
pub(super) fn place<'s>(scenario: &'s Scenario, name: &str) -> Option<(Place<'s>, Parameter)> {
    scenario.assumptions.iter().find(|a| a.name == name)?;
    let rest = name.strip_prefix("policy.")?;
    scenario.policies.iter().find_map(|policy| {
        let setting = rest.strip_prefix(policy.id.as_str())?.strip_prefix('.')?;
        REGISTRY.iter().find_map(|mitigation| {
            let own = setting.strip_prefix(mitigation.name)?.strip_prefix('.')?;
            let parameter = (mitigation.parameters)().into_iter().find(|p| p.name == own)?;
            Some(((policy.id.as_str(), [mitigation.name, mitigation.number], parameter.name), parameter))
        })
    })
}

fn list(scenario: &Scenario) -> Vec<Input> {
    let of_policies = scenario.assumptions.iter().filter(|a| a.name.starts_with("policy."));
    let mut inputs: Vec<Input> = Vec::new();
    for assumption in of_policies.filter(|a| a.kind != NumberKind::PolicyLever) {
        let same = || scenario.assumptions.iter().filter(|a| a.name == assumption.name);
        // A policy may use a mitigation twice; only one value can be varied.
        if inputs.iter().any(|input| input.name == assumption.name) || same().any(|a| a.value != assumption.value) {
            continue;
        }
        let Some((_, parameter)) = place(scenario, &assumption.name) else { continue };
        let Some(setting) = read_setting(&parameter.default, &assumption.value) else { continue };
        let number = Number { assumption, family: &FAMILY };
        inputs.extend(match parameter.varies {
            Some(Varies::Between(span)) => amount(&setting).and_then(|value| number.plain(&span, value)),
            Some(Varies::OneOf { values, why }) => Some(number.word(values, why, &assumption.value)),
            Some(Varies::Through(_) | Varies::Fixed { .. }) | None => None,
        });
    }
    inputs
}

/// What varies in a setting.
fn amount(setting: &Setting) -> Option<Amount> {
    match setting {
        Setting::Share(share) => Some(Amount::Plain(*share)),
        Setting::Count(count) => Some(Amount::Plain(f64::from(*count))),
        Setting::Length(length) => Some(Amount::Seconds(length.0 as f64)),
        Setting::Law(law) => typical(law).map(Amount::Seconds),
        Setting::TimeOfDay(_) | Setting::Codes(_) | Setting::Flag(_) => None,
    }
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    for change in changes {
        let name = &change.input.name;
        let Some((place, parameter)) = place(scenario, name) else { continue };
        let before = scenario.assumptions.iter().find(|a| a.name == *name);
        let Some(setting) = before.and_then(|a| read_setting(&parameter.default, &a.value)) else { continue };
        let value = match setting {
            Setting::Share(_) => Some(Value::Float(change.number())),
            Setting::Count(_) => Some(Value::Integer(libm::round(change.number()) as i64)),
            Setting::Length(_) => Some(Value::String(change.input.measure.length(change.number()).to_string())),
            Setting::Law(law) => parsed(&print_setting(&Setting::Law(scaled_to(&law, change)?))),
            Setting::TimeOfDay(_) | Setting::Codes(_) | Setting::Flag(_) => match change.level {
                super::Level::Word(word) => parsed(word),
                super::Level::Number(_) => None,
            },
        };
        if let Some(value) = value {
            draft.setting(place, &value, &Note::of(&[*change], &change.input.source));
        }
    }
    Ok(())
}
