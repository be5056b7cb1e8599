//! `market.calendar-share`: its mean over suppliers.

use toml::{Table, Value};

use super::draft::{Draft, Note};
use super::{Amount, Change, Family, Input, Number, SetError, uncertain};
use crate::model::market::CalendarShare;
use crate::model::varies::Varies;
use crate::scenario::Scenario;

/// The family.
pub(super) static FAMILY: Family = Family { list, put };

fn list(scenario: &Scenario) -> Vec<Input> {
    let (Some(market), Some(assumption)) = (&scenario.market, uncertain(scenario, "market.calendar-share")) else {
        return Vec::new();
    };
    let Some(Varies::Through(parts)) = assumption.varies else { return Vec::new() };
    let number = Number { assumption, family: &FAMILY };
    parts.iter().filter_map(|part| number.part(part, Amount::Plain(market.calendar_share.mean()))).collect()
}

fn put(scenario: &Scenario, changes: &[Change<'_>], draft: &mut Draft) -> Result<(), SetError> {
    let (Some(market), Some(change)) = (&scenario.market, changes.last()) else { return Ok(()) };
    let beta = |a: u32, b: u32, mean: Option<f64>| {
        let parameters = [a, b].map(|parameter| Value::Integer(parameter.into())).to_vec();
        let mut table = Table::from_iter([("beta".to_owned(), Value::Array(parameters))]);
        table.extend(mean.map(|mean| ("mean".to_owned(), Value::Float(mean))));
        Value::Table(table)
    };
    let value = match market.calendar_share.with_mean(change.number()) {
        CalendarShare::Fixed(share) => Value::Float(share),
        CalendarShare::Beta(a, b) => beta(a, b, None),
        CalendarShare::Stretched(a, b, mean) => beta(a, b, Some(mean)),
    };
    draft.number(&["market"], "calendar-share", value, &Note::of(changes, &change.input.source));
    Ok(())
}
