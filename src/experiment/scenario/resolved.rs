//! The scenario with every default spelled out: what a results folder keeps, and what the scenario's digest is taken of.

use toml::{Table, Value};

use super::Scenario;
use super::quantity::print_duration;
use crate::model::plan::ScheduleRemoval;

/// The file's text, read again, with the defaults of every section that has them put in.
pub fn resolved(scenario: &Scenario, source: &str) -> String {
    let mut root: Table = source.parse().unwrap_or_default();
    root.remove("story");
    let experiment = section(&mut root, "experiment");
    set(experiment, "seed", Value::Integer(scenario.experiment.seed as i64));
    set(experiment, "replications", Value::Integer(i64::from(scenario.experiment.replications)));
    set(experiment, "confidence", Value::Float(scenario.experiment.confidence));
    set(experiment, "baseline", Value::String(scenario.experiment.baseline.clone()));
    let conventions = &scenario.conventions;
    let dcc = section(&mut root, "dcc");
    let removal = match conventions.removal {
        ScheduleRemoval::CosSuccess => "cos-success",
        ScheduleRemoval::Ssd => "ssd",
        ScheduleRemoval::Never => "never",
    };
    let start = conventions.gas_day_start.0;
    set(dcc, "schedule-removal", Value::String(removal.into()));
    set(dcc, "gas-day-start", Value::String(format!("{:02}:{:02}:{:02}", start / 3_600, start / 60 % 60, start % 60)));
    set(dcc, "gas-devices", Value::Integer(i64::from(conventions.gas_devices)));
    set(dcc, "gas-pusher", Value::String(if conventions.gas_pusher == 0 { "meter" } else { "proxy" }.into()));
    if let Some(market) = &scenario.market {
        let table = section(&mut root, "market");
        for (key, value) in [
            ("gas-share", market.gas_share),
            ("gas-ratio", market.gas_ratio),
            ("late-share", market.late_share),
            ("off-air-share", market.off_air_share),
            ("no-response", market.no_response),
            ("erroneous-share", market.erroneous_share),
            ("erroneous-sends", market.erroneous_sends),
            ("withdrawn-share", market.withdrawn_share),
            ("monthly-calendar-share", market.monthly_share),
        ] {
            set(table, key, Value::Float(value));
        }
        let [mature, immature, non_user] = market.class_shares.map(Value::Float);
        let classes = [("mature", mature), ("immature", immature), ("non-user", non_user)];
        set(table, "class-shares", Value::Table(classes.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()));
        set(table, "schedule-counts", Value::Array(market.schedule_counts.iter().map(|w| Value::Float(*w)).collect()));
        set(table, "dead-time", Value::String(format!("{} d", market.dead_time_days)));
        set(table, "retry", Value::String(print_duration(market.retry)));
    }
    let mut text = root.to_string();
    for law in &scenario.assumptions {
        if root.get("laws").and_then(|laws| find(laws, &law.name)).is_none() {
            let source = Value::String(law.source.clone());
            let kind = law.kind.name();
            text.push_str(&format!(
                "\n[laws.{}]\nvalue = {}\nsource = {source}\nkind = \"{kind}\"\n",
                law.name, law.value
            ));
        }
    }
    text
}

fn section<'t>(root: &'t mut Table, name: &str) -> &'t mut Table {
    let entry = root.entry(name).or_insert_with(|| Value::Table(Table::new()));
    if !entry.is_table() {
        *entry = Value::Table(Table::new());
    }
    match entry {
        Value::Table(table) => table,
        _ => unreachable!("a table was just put there"),
    }
}

fn set(table: &mut Table, key: &str, value: Value) {
    table.insert(key.to_owned(), value);
}

fn find<'v>(laws: &'v Value, name: &str) -> Option<&'v Value> {
    name.split('.').try_fold(laws, |value, part| value.get(part))
}

/// BLAKE3 of the resolved text, in hex.
pub fn digest(resolved: &str) -> String {
    blake3::hash(resolved.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{BUILT_IN, read};
    use super::*;

    #[test]
    fn the_resolved_scenario_reads_back_as_the_same_scenario() {
        let (scenario, _) = read("december-2018", BUILT_IN).unwrap();
        let text = resolved(&scenario, BUILT_IN);
        let (again, _) =
            read("december-2018", &text).map_err(|f| super::super::diagnostics::render("r", &text, &f, false)).unwrap();
        assert_eq!((again.market, again.laws), (scenario.market.clone(), scenario.laws.clone()));
        assert_eq!(again.policies, scenario.policies);
        assert_eq!(again.assumptions.len(), scenario.assumptions.len());
    }
}
