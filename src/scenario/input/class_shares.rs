//! `market.class-shares`: the shares of immature suppliers and of non-Users; mature ones take the rest.

use toml::{Table, Value};

use super::draft::{Draft, Note};
use super::{Amount, Change, Family, Input, Number, SetError, uncertain};
use crate::model::plan::Class;
use crate::model::varies::Varies;
use crate::scenario::Scenario;

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

const NAME: &str = "market.class-shares";

fn list(scenario: &Scenario) -> Vec<Input> {
    let (Some(market), Some(assumption)) = (&scenario.market, uncertain(scenario, NAME)) else { return Vec::new() };
    let Some(Varies::Through(parts)) = assumption.varies else { return Vec::new() };
    let number = Number { assumption, family: &FAMILY };
    let share = |name: &str| class(name).map(|class| Amount::Plain(market.class_shares[class as usize]));
    parts.iter().filter_map(|part| number.part(part, share(part.name)?)).collect()
}

fn class(name: &str) -> Option<Class> {
    Class::ALL.into_iter().find(|class| class.name() == name)
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    let Some(market) = &scenario.market else { return Ok(()) };
    let mut shares = market.class_shares;
    for change in changes {
        let Some(class) = change.input.name.rsplit('.').next().and_then(class) else { continue };
        let more = change.number() - shares[class as usize];
        shares[class as usize] = change.number();
        shares[Class::Mature as usize] -= more;
    }
    // What two differences leave of nothing is nothing.
    let mature = &mut shares[Class::Mature as usize];
    if mature.abs() < 1e-12 {
        *mature = 0.0;
    }
    if let (Some(change), true) = (changes.last(), *mature < 0.0) {
        let help = "write shares of immature suppliers and of non-Users that add up to at most 1";
        return Err(change.refuse("the shares of the classes would add up to more than 1", help));
    }
    let table: Table =
        Class::ALL.map(|class| (class.name().to_owned(), Value::Float(shares[class as usize]))).into_iter().collect();
    let before = changes.first().map_or("", |change| change.input.source.as_str());
    draft.number(&["market"], "class-shares", Value::Table(table), &Note::of(changes, before));
    Ok(())
}
