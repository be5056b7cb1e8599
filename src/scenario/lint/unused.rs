//! Suppliers that have no part in a study, and numbers on which no result depends.

use std::collections::BTreeMap;

use super::{idle, law_of, section, tables};
use crate::model::laws::{CATALOGUE, Laws, PREPAY};
use crate::scenario::Scenario;
use crate::scenario::catalogue::find;
use crate::scenario::diagnostics::{Lint, Sink};
use crate::scenario::input::lacking;
use crate::scenario::table::{Table, Value};
use crate::text::visible;

/// Warns of them.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    suppliers(scenario, root, sink);
    if scenario.market.is_some() {
        numbers(scenario, root, sink);
    }
}

/// A supplier has a part if it has or gains meters of a market, or if the file names it somewhere else.
fn suppliers(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    if scenario.market.is_none() && scenario.meters.iter().all(|meter| meter.switches.is_empty()) {
        return; // that nothing switches has a warning of its own
    }
    let mut named = BTreeMap::new();
    for (_, value) in root.entries() {
        count_texts(&value, &mut named);
    }
    for ((value, mut table), supplier) in tables(root, "supplier").into_iter().zip(&scenario.suppliers) {
        let drawn = scenario.market.is_some() && (supplier.weights.share > 0.0 || supplier.weights.gains > 0.0);
        // Once where it is declared.
        if drawn || named.get(supplier.id.as_str()).is_some_and(|count| *count > 1) {
            continue;
        }
        let place = table.get("id").map_or(value.span(), |id| id.span());
        let message = format!("the supplier `{}` has no part in this study", visible(&supplier.id));
        let help = match scenario.market {
            Some(_) => "give it a `share` or `gains` above 0, or leave it out",
            None => "name it in a [[meter]] or [[switch]], or leave it out",
        };
        sink.warning(Lint::UnusedSupplier, place, message, help);
    }
}

/// Counts how often each text occurs in a value.
fn count_texts<'a>(value: &Value<'a, '_>, named: &mut BTreeMap<&'a str, usize>) {
    let quiet = &mut Sink::new();
    if value.is_string() {
        if let Some(text) = value.string(quiet) {
            *named.entry(text).or_default() += 1;
        }
    } else if value.is_array() {
        value.array(quiet).unwrap_or_default().iter().for_each(|item| count_texts(item, named));
    } else if let Some(mut table) = value.is_table().then(|| value.table(quiet)).flatten() {
        table.entries().iter().for_each(|(_, value)| count_texts(value, named));
    }
}

/// Keys of a market's sections that may be unused.
const KEYS: &[(&str, &str)] = &[
    ("market", "calendar-share"),
    ("market", "both-share"),
    ("market", "monthly-calendar-share"),
    ("market", "schedule-counts"),
    ("market", "class-drawn-for"),
    ("market", "class-sizes"),
    ("market", "erroneous-sends"),
    ("market", "gas-ratio"),
    ("dcc", "gas-devices"),
    ("dcc", "gas-pusher"),
    ("dcc", "smets1-pushes"),
];

fn numbers(scenario: &Scenario, root: &mut Table<'_, '_>, sink: &mut Sink) {
    for (table, key) in KEYS {
        let name = format!("{table}.{key}");
        let given = section(root, table).and_then(|mut table| table.get(key));
        if let (Some(given), Some(needs)) = (given, lacking(scenario, &name))
            && !is_default(scenario, &name)
        {
            idle(&given, needs, sink);
        }
    }
    let Some(mut laws) = section(root, "laws") else { return };
    // The law of prepay meters has a warning of its own.
    let (mut own, mut usual) = (scenario.laws.clone(), Laws::default());
    for (name, ..) in CATALOGUE.iter().filter(|(name, ..)| *name != PREPAY.0) {
        let given = law_of(&mut laws, name).filter(|_| own.by_name(name) != usual.by_name(name));
        if let (Some(law), Some(needs)) = (given, lacking(scenario, name)) {
            idle(&law, needs, sink);
        }
    }
}

/// Whether a number has its default, which a file may spell out.
fn is_default(scenario: &Scenario, name: &str) -> bool {
    let toml = |text: &str| format!("value = {text}").parse::<toml::Table>().ok();
    let default = find(name).and_then(|parameter| toml(parameter.default_text()?));
    let own = scenario.assumptions.iter().find(|assumption| assumption.name == name);
    default.is_some() && own.is_some_and(|own| toml(&own.value) == default)
}
