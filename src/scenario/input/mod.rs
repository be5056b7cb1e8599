//! Inputs: the uncertain numbers of a scenario that an exploration varies, each with a name and a range.
//!
//! Most are parameters of the catalogue, by their own names. A composite parameter, such as the shares of three
//! classes, varies through numbers that keep its parts coherent, with names beneath its own. Each kind of input is one
//! file and one line of the list of families.
//!
//! Setting an input writes its parameter into the scenario's file, and the file is read again. So the checks of the
//! reader, the resolved scenario, its digest and its list of assumptions hold for what was set as for what was written.

mod draft;
mod error;
mod range;
mod setting;
mod used;

pub use error::SetError;
pub use range::{Level, Range, short};
pub use setting::{Setting, find, named};
use used::is_used;
pub(super) use used::lacking;

use super::Assumption;
use super::Scenario;
use super::diagnostics::{Fix, Mistake, Sink};
use super::provenance::{FileRange, PartRange};
use crate::model::laws::NumberKind;
use crate::model::varies::{Part, Span};
use crate::text::{cut, nearest};
use draft::Draft;
use range::Measure;

/// An uncertain number, or a word, of a scenario.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name: an assumption's, or one beneath it.
    pub name: String,
    /// What it means, in a line.
    pub about: String,
    /// Its unit, such as `share` or `d`; empty for words.
    pub unit: &'static str,
    /// Its plausible values.
    pub range: Range,
    /// Why these.
    pub why: String,
    /// The value that the scenario has.
    pub value: Level,
    /// What kind of number that is.
    pub kind: NumberKind,
    /// Where it comes from.
    pub source: String,
    /// The assumption that it varies.
    assumption: String,
    measure: Measure,
    family: &'static Family,
}

impl Input {
    /// The value at a position in the range, 0 to 1. Numbers between the ends are rounded to six significant digits,
    /// so that a command can name them.
    pub fn at(&self, u: f64) -> Level {
        self.range.at(u)
    }

    /// The setting of this input to a value.
    pub fn to(&self, level: Level) -> Setting {
        Setting::Input { name: self.name.clone(), level }
    }

    /// A value as `--set` takes it, with its unit if it is a length of time.
    pub fn print(&self, level: &Level) -> String {
        self.measure.print(level)
    }

    /// Reads a value: a number with or without its unit, per cent, or a word.
    ///
    /// # Errors
    /// What to write instead.
    pub fn read(&self, text: &str) -> Result<Level, String> {
        self.range.read(text, self.measure)
    }
}

/// A kind of input.
#[derive(Debug)]
struct Family {
    /// Those that a scenario has.
    list: fn(&Scenario) -> Vec<Input>,
    /// Writes new values of some of them into a scenario's file.
    put: fn(&Scenario, &[Change<'_>], &mut Draft) -> Result<(), SetError>,
}

/// An input with its new value.
#[derive(Debug, Clone, Copy)]
struct Change<'c> {
    input: &'c Input,
    level: &'c Level,
}

impl Change<'_> {
    /// The new number; the old one where the value is a word.
    fn number(&self) -> f64 {
        self.level.number().or_else(|| self.input.value.number()).unwrap_or_default()
    }

    /// Reports that the value is not possible.
    fn refuse(&self, message: &str, help: &str) -> SetError {
        SetError::refused(&self.input.name, &self.input.print(self.level), message, help)
    }
}

#[cfg(test)]
mod tests;

/// Declares the file of each family, in one line.
macro_rules! families {
    ($($file:ident),+ $(,)?) => {
        $(mod $file;)+

        /// All families.
        static FAMILIES: &[&Family] = &[$(&$file::FAMILY),+];
    };
}

families! {
    keys,
    path,
    switching,
    class_shares,
    gains,
    suppliers,
    calendar_share,
    schedule_counts,
    laws,
    settings,
}

/// The inputs that a scenario uses, family by family.
pub fn of(scenario: &Scenario) -> Vec<Input> {
    let mut inputs = all(scenario);
    inputs.retain(|input| is_used(scenario, &input.name));
    used::keep_within_traffic(scenario, &mut inputs);
    inputs
}

/// All inputs, also those on which no result of the scenario depends.
fn all(scenario: &Scenario) -> Vec<Input> {
    FAMILIES.iter().flat_map(|family| (family.list)(scenario)).collect()
}

/// Makes values of several inputs possible together, where a rule ties them: a gas proxy pushes only if it needs a 6.23
/// of its own.
pub fn keep_coherent(inputs: &[Input], levels: &mut [Level]) {
    let place = |name: &str| inputs.iter().position(|input| input.name == name);
    if let (Some(devices), Some(pusher)) = (place("dcc.gas-devices"), place("dcc.gas-pusher"))
        && levels[devices] == Level::Word("1".to_owned())
        && let Range::OneOf(words) = &inputs[pusher].range
        && let Some(meter) = words.first()
    {
        levels[pusher] = Level::Word(meter.clone());
    }
}

/// The text of a scenario's file with some inputs at other values. Of two values for one input the last counts.
///
/// # Errors
/// When a setting names nothing that can be set, or its value is not possible.
pub fn apply(scenario: &Scenario, source: &str, settings: &[Setting]) -> Result<String, SetError> {
    let inputs = of(scenario);
    let mut draft = Draft::of(source);
    let mut changes: Vec<Change<'_>> = Vec::new();
    for setting in settings {
        match setting {
            Setting::Input { name, level } => {
                let input = find(scenario, &inputs, name)?;
                changes.retain(|change| change.input.name != input.name);
                changes.push(Change { input, level });
            }
            Setting::Key { name, value } => draft.key(scenario, name, value)?,
        }
    }
    for family in FAMILIES {
        let of_family: Vec<Change<'_>> =
            changes.iter().filter(|change| std::ptr::eq(change.input.family, *family)).copied().collect();
        if !of_family.is_empty() {
            (family.put)(scenario, &of_family, &mut draft)?;
        }
    }
    Ok(draft.text())
}

/// The text of a scenario's file with these policies alone, and the number of expectations of other policies that are
/// left out.
pub fn only(source: &str, policies: &[&str]) -> (String, usize) {
    let mut draft = Draft::of(source);
    let left_out = draft.keep_policies(policies);
    (draft.text(), left_out)
}

/// A number of a scenario whose input is being made.
#[derive(Debug, Clone, Copy)]
struct Number<'a> {
    assumption: &'a Assumption,
    family: &'static Family,
}

impl Number<'_> {
    /// The input of a number without parts. `seconds` is its value where it is a length of time, `value` where it is
    /// not.
    fn plain(self, span: &Span, value: Amount) -> Option<Input> {
        self.input("", (&self.assumption.about, self.assumption.unit), span, value)
    }

    /// The input of a part.
    fn part(self, part: &Part, value: Amount) -> Option<Input> {
        self.input(part.name, (part.about, part.unit), &part.span, value)
    }

    fn input(self, part: &str, (about, unit): (&str, &'static str), span: &Span, value: Amount) -> Option<Input> {
        let Self { assumption, family } = self;
        let measure = Measure::of(span, unit);
        let value = match value {
            Amount::Seconds(seconds) => seconds / measure.seconds?,
            Amount::Plain(number) => number,
        };
        let (range, why) = Range::between(span, measure, value, assumption.range_of(part))?;
        let dot = if part.is_empty() { "" } else { "." };
        Some(Input {
            name: format!("{}{dot}{part}", assumption.name),
            about: about.to_owned(),
            unit: measure.unit,
            range,
            why,
            value: Level::Number(value),
            kind: assumption.kind,
            source: assumption.source.clone(),
            assumption: assumption.name.clone(),
            measure,
            family,
        })
    }

    /// The input of a word.
    fn word(self, values: &[&str], why: &str, value: &str) -> Input {
        let Self { assumption, family } = self;
        let value = draft::normal(value);
        let mut words: Vec<String> = values.iter().map(|word| draft::normal(word)).collect();
        if !words.contains(&value) {
            words.push(value.clone());
        }
        Input {
            name: assumption.name.clone(),
            about: assumption.about.clone(),
            unit: "",
            range: Range::OneOf(words),
            why: why.to_owned(),
            value: Level::Word(value),
            kind: assumption.kind,
            source: assumption.source.clone(),
            assumption: assumption.name.clone(),
            measure: Measure::NONE,
            family,
        }
    }
}

/// A value of a scenario: a length of time in seconds, or a number in the unit of its parameter.
#[derive(Debug, Clone, Copy)]
enum Amount {
    Seconds(f64),
    Plain(f64),
}

/// The assumption of this name, unless it is a choice.
fn uncertain<'s>(scenario: &'s Scenario, name: &str) -> Option<&'s Assumption> {
    scenario.assumptions.iter().find(|a| a.name == name && a.kind != NumberKind::PolicyLever)
}

/// Reports ranges of a file that do not suit their numbers.
pub(super) fn check_ranges(scenario: &Scenario, ranges: &[(String, FileRange)], sink: &mut Sink) {
    if ranges.is_empty() {
        return;
    }
    let inputs = of(scenario);
    for (assumption, FileRange { parts, .. }) in ranges {
        let own: Vec<&Input> = inputs.iter().filter(|input| input.assumption == *assumption).collect();
        for PartRange { part, ends, key, span } in parts {
            let dot = if part.is_empty() { "" } else { "." };
            let name = format!("{assumption}{dot}{part}");
            match own.iter().find(|input| input.name == name) {
                Some(input) => range::check(input, ends, span, sink),
                None if own.is_empty() => {}
                None => {
                    let names = own.iter().filter_map(|input| input.name.strip_prefix(assumption.as_str()));
                    let parts: Vec<&str> = names.filter_map(|name| name.strip_prefix('.')).collect();
                    no_such_part(&name, part, (key, &parts), sink);
                }
            }
        }
    }
}

/// Reports a range of a part that a number does not have, or of a number that has ranges only by part.
fn no_such_part(name: &str, part: &str, (key, parts): (&std::ops::Range<usize>, &[&str]), sink: &mut Sink) {
    let message = format!("`{}` has no range of its own", cut(name));
    match nearest(part, parts.iter().copied()).filter(|_| !part.is_empty()) {
        Some(near) => {
            let fix = Fix { span: key.clone(), text: near.to_owned() };
            sink.fixable(Mistake::BadRange, key.clone(), message, (format!("write `{near}`"), fix));
        }
        None if parts.is_empty() => {
            sink.error(Mistake::BadRange, key.clone(), message, "write one range, as in range = [0.1, 0.3]");
        }
        None => {
            let example: Vec<String> = parts.iter().map(|part| format!("{part} = [0.1, 0.3]")).collect();
            let help = format!("write a range for each part, as in range = {{ {} }}", example.join(", "));
            sink.error(Mistake::BadRange, key.clone(), message, help);
        }
    }
}
