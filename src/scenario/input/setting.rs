//! What is set: an input or any key, by its name.

use super::draft::{OF_SEVERAL, can_be_set};
use super::{Input, Level, Range, SetError, all, lacking, of};
use crate::scenario::parameter::Parameter;
use crate::scenario::{Scenario, catalogue};
use crate::text::{listed, nearest, visible};

/// A new value of an input or of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// Of an input.
    Input {
        /// Its name, or a unique ending of it.
        name: String,
        /// The value.
        level: Level,
    },
    /// Of a key of the file, a law or a setting of a mitigation.
    Key {
        /// Its full name.
        name: String,
        /// A value of TOML.
        value: String,
    },
}

impl Setting {
    /// An input at a number.
    pub fn number(name: &str, number: f64) -> Self {
        Self::Input { name: name.to_owned(), level: Level::Number(number) }
    }

    /// Reads `NAME=VALUE` for a scenario. NAME is the name of an input or a unique ending of it, and VALUE a number
    /// with or without its unit, or a word. NAME may also be the full name of a key, and VALUE a value of TOML.
    ///
    /// # Errors
    /// When nothing in the scenario has the name, or the value cannot be read.
    pub fn parse(scenario: &Scenario, text: &str) -> Result<Self, SetError> {
        let (name, value) = text.split_once('=').ok_or_else(|| SetError::NoValue(text.to_owned()))?;
        let (name, value) = (name.trim(), value.trim());
        let inputs = of(scenario);
        let key = Self::Key { name: name.to_owned(), value: value.to_owned() };
        match find(scenario, &inputs, name) {
            Ok(input) => match input.read(value) {
                Ok(level) => Ok(Self::Input { name: input.name.clone(), level }),
                Err(_) if is_key(scenario, name) && super::draft::parsed(value).is_some() => Ok(key),
                // The scenario may know words that are not plausible enough to be in the range.
                Err(_) if is_key(scenario, &input.name) && is_another_word(value, &input.range) => {
                    Ok(Self::Key { name: input.name.clone(), value: toml::Value::String(value.to_owned()).to_string() })
                }
                Err(help) => {
                    let message = format!("`{}` cannot have the value `{}`", input.name, visible(value));
                    Err(SetError::refused(&input.name, value, &message, &help))
                }
            },
            Err(_) if is_key(scenario, name) => Ok(key),
            Err(error) => Err(error),
        }
    }

    /// Name and value.
    pub fn said(&self, inputs: &[Input]) -> (String, String) {
        match self {
            Setting::Input { name, level } => match named(inputs, name) {
                Some(input) => (input.name.clone(), input.print(level)),
                None => (name.clone(), format!("{level:?}")),
            },
            Setting::Key { name, value } => (name.clone(), value.clone()),
        }
    }
}

/// Whether a word is none of a range, nor a misspelt one of it.
fn is_another_word(word: &str, range: &Range) -> bool {
    let Range::OneOf(words) = range else { return false };
    let is_word = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_word && nearest(word, words.iter().map(|word| word.trim_matches('"'))).is_none()
}

/// Whether a key, a law or a setting of a mitigation has this full name.
fn is_key(scenario: &Scenario, name: &str) -> bool {
    let law = format!("laws.{name}");
    catalogue::find(name).is_some()
        || super::settings::place(scenario, name).is_some()
        || catalogue::entries()
            .iter()
            .any(|entry| (entry.name == name && name.starts_with("laws.")) || entry.name == law)
}

/// The only input with this name, or whose name ends in it.
pub fn named<'i>(inputs: &'i [Input], name: &str) -> Option<&'i Input> {
    match matching(inputs, name).as_slice() {
        [input] => Some(input),
        _ => None,
    }
}

/// The input of a scenario with this name, or the only one whose name ends in it, among its inputs.
///
/// # Errors
/// When there is none, it has no effect in the scenario, or there are several.
pub fn find<'i>(scenario: &Scenario, inputs: &'i [Input], name: &str) -> Result<&'i Input, SetError> {
    match matching(inputs, name).as_slice() {
        [input] => Ok(input),
        [] => Err(missing(scenario, inputs, name)),
        several => Err(SetError::Ambiguous {
            name: name.to_owned(),
            candidates: several.iter().map(|input| input.name.clone()).collect(),
        }),
    }
}

/// The input with a name; where there is none, all whose names end in it.
fn matching<'i>(inputs: &'i [Input], name: &str) -> Vec<&'i Input> {
    match inputs.iter().find(|input| input.name == name) {
        Some(input) => vec![input],
        None => inputs.iter().filter(|input| ends_in(&input.name, name)).collect(),
    }
}

/// Whether a name ends in another, after a full stop.
fn ends_in(whole: &str, name: &str) -> bool {
    whole.strip_suffix(name).is_some_and(|before| before.ends_with('.'))
}

/// Why no input has a name, and what to write instead.
fn missing(scenario: &Scenario, inputs: &[Input], name: &str) -> SetError {
    if let [idle] = matching(&all(scenario), name).as_slice()
        && let Some(needs) = lacking(scenario, &idle.name)
    {
        let help = match is_key(scenario, &idle.name) {
            true => format!("add that, or set it all the same by its full name, {}", idle.name),
            false => "add that first".to_owned(),
        };
        return SetError::Idle { name: idle.name.clone(), needs, help };
    }
    let help = match name {
        "seed" | "replications" => format!("write --{name} instead of --set {name}"),
        _ => of_keys(name).unwrap_or_else(|| {
            let endings = inputs.iter().flat_map(|input| {
                let all = std::iter::once(input.name.as_str());
                all.chain(input.name.match_indices('.').map(|(dot, _)| &input.name[dot + 1..]))
            });
            let near = nearest(name, endings).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            format!("{near}`meterchurn list inputs FILE` lists all inputs")
        }),
    };
    SetError::Unknown { name: name.to_owned(), help }
}

/// What to write where a name is the ending of keys that are no inputs.
fn of_keys(name: &str) -> Option<String> {
    let named = || catalogue::parameters().filter(|key| ends_in(&key.name(), name));
    let full: Vec<String> = named().filter(|key| can_be_set(key)).map(Parameter::name).collect();
    match full.as_slice() {
        [] => named().next().map(|key| format!("`{}` {OF_SEVERAL}", key.name())),
        [key] => Some(format!("`{key}` is no input, but --set takes it by this name")),
        keys => {
            let keys = listed(keys.iter().map(String::as_str), "`");
            Some(format!("{keys} are no inputs, but --set takes them by these names"))
        }
    }
}
