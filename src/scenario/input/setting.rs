//! What is set: an input or any key, by its name.

use super::{Input, Level, Range, SetError, of};
use crate::scenario::{Scenario, catalogue};
use crate::text::{closest, nearest, visible};

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
        match named(&inputs, name) {
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
                Ok(input) => (input.name.clone(), input.print(level)),
                Err(_) => (name.clone(), format!("{level:?}")),
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

/// The input with this name, or the only one whose name ends in it.
///
/// # Errors
/// When there is none, or there are several.
pub fn named<'i>(inputs: &'i [Input], name: &str) -> Result<&'i Input, SetError> {
    if let Some(input) = inputs.iter().find(|input| input.name == name) {
        return Ok(input);
    }
    let ends = |input: &&Input| input.name.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
    let found: Vec<&Input> = inputs.iter().filter(ends).collect();
    match found.as_slice() {
        [input] => Ok(input),
        [] => {
            let endings = || {
                inputs.iter().flat_map(|input| {
                    let all = std::iter::once(input.name.as_str());
                    all.chain(input.name.match_indices('.').map(|(dot, _)| &input.name[dot + 1..]))
                })
            };
            let help = match (name, nearest(name, endings())) {
                ("seed" | "replications", _) => format!("write --{name} instead of --set {name}"),
                (_, Some(near)) => format!("did you mean `{near}`? `meterchurn list inputs FILE` lists all inputs"),
                (_, None) => {
                    let closest = closest(name, endings());
                    let closest = closest.map_or_else(String::new, |name| format!("; the closest is `{name}`"));
                    format!("`meterchurn list inputs FILE` lists all inputs of a scenario{closest}")
                }
            };
            Err(SetError::Unknown { name: name.to_owned(), help })
        }
        several => Err(SetError::Ambiguous {
            name: name.to_owned(),
            candidates: several.iter().map(|input| input.name.clone()).collect(),
        }),
    }
}
