//! Lints: warnings about scenarios whose sections are all valid, but which may not mean what they say. Each file has
//! one subject, and its line in [`warn`].
//!
//! Warnings are given only if there are no errors, so that no finding is a mere consequence of another.

mod alike;
mod expectations;
mod horizon;
mod injections;
mod market;
mod policies;
mod prepay;
mod scaled;
mod suppliers;
mod unused;

use super::Scenario;
use super::diagnostics::{Lint, Sink};
use super::sections::supplier::Habits;
use super::table::{Table, Value};

/// Gives all warnings. `root` is the file from which `scenario` was read. `habits` are those of its suppliers, in the
/// order of the file.
pub(super) fn warn(scenario: &Scenario, root: &mut Table<'_, '_>, habits: &[Habits], sink: &mut Sink) {
    market::warn(scenario, root, sink);
    let without_prepay = prepay::warn(scenario, root, sink);
    suppliers::warn(scenario, habits, without_prepay, root, sink);
    injections::warn(scenario, root, sink);
    policies::warn(scenario, without_prepay, root, sink);
    unused::warn(scenario, root, sink);
    alike::warn(scenario, root, sink);
    horizon::warn(scenario, root, sink);
    scaled::warn(scenario, root, sink);
    expectations::warn(scenario, root, sink);
}

/// The tables of a list of tables, each with its value.
fn tables<'a, 's>(root: &mut Table<'a, 's>, key: &str) -> Vec<(Value<'a, 's>, Table<'a, 's>)> {
    let quiet = &mut Sink::new(); // what is wrong there has been reported
    let items = root.get(key).and_then(|v| v.array(quiet)).unwrap_or_default();
    items.into_iter().filter_map(|v| Some((v.clone(), v.table(quiet)?))).collect()
}

/// The table of a section.
fn section<'a, 's>(root: &mut Table<'a, 's>, key: &str) -> Option<Table<'a, 's>> {
    root.get(key).and_then(|v| v.table(&mut Sink::new()))
}

/// The value in `[laws]` under a name of the catalogue.
fn law_of<'a, 's>(laws: &mut Table<'a, 's>, name: &str) -> Option<Value<'a, 's>> {
    match name.split_once('.') {
        None => laws.get(name),
        Some((group, member)) => section(laws, group)?.get(member),
    }
}

/// Warns of a key that has no effect because something else is missing.
fn idle(value: &Value<'_, '_>, wants: &str, sink: &mut Sink) {
    let message = format!("`{}` has no effect without {wants}", value.path());
    sink.warning(Lint::IdleKey, value.key_span(), message, format!("add {wants}, or leave it out"));
}

fn it(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}
