//! `assumptions.csv`: every number that a study stands on, with its value, its kind and where it comes from.

use crate::scenario::Scenario;
use crate::text::visible;

/// The table as CSV.
///
/// # Errors
/// When the writer fails, which in memory it does not.
pub fn csv(scenario: &Scenario) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["name", "value", "kind", "source", "meaning"])?;
    for a in &scenario.assumptions {
        writer.write_record([&a.name, &a.value, a.kind.name(), &inert(&a.source), &a.about].map(visible))?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

/// A text of a scenario as no spreadsheet takes it for a formula.
fn inert(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{BUILT_IN, read};

    #[test]
    fn a_source_that_looks_like_a_formula_is_made_text() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("calibration 8.1"), "calibration 8.1");
    }

    #[test]
    fn every_number_of_the_built_in_scenario_has_a_kind_and_a_source() {
        let (scenario, findings) = read("december-2018", BUILT_IN).expect("the built-in scenario");
        assert_eq!(findings, []);
        let table = String::from_utf8(csv(&scenario).expect("a table in memory")).expect("text");
        assert_eq!(table.lines().count(), scenario.assumptions.len() + 1);
        assert!(table.contains("market.class-shares"), "{table}");
        assert!(!table.contains("without a source"), "{table}");
    }
}
