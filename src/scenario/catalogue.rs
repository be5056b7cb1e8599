//! The catalogue of parameters: the keys of all sections, the laws ([`crate::model::laws`]) and the settings of
//! mitigations ([`crate::model::mitigation`]).

use super::law;
#[cfg(test)]
use super::parameter::Absent;
use super::parameter::Parameter;
use super::sections::{SECTIONS, Section, policy};
use super::shape::Shape;
use crate::model::laws::{CATALOGUE, Laws, NumberKind, PREPAY, varies};
use crate::model::mitigation::{self, Mitigation, REGISTRY};
use crate::model::varies::Varies;

/// All keys of scenario files, section by section.
pub fn parameters() -> impl Iterator<Item = &'static Parameter> {
    SECTIONS.iter().flat_map(|section| section.keys.iter().copied())
}

/// The key of this name, such as `market.gas-share`.
pub fn find(name: &str) -> Option<&'static Parameter> {
    let (section, key) = name.rsplit_once('.').unwrap_or(("", name));
    SECTIONS.iter().filter(|s| s.name == section).flat_map(|s| s.keys).copied().find(|p| p.key == key)
}

/// The section of this name.
pub(super) fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}

/// What is known of one parameter, whichever catalogue declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its full name: `market.gas-share`, `laws.notice`, `prompt-6.23.share`.
    pub name: String,
    /// What a scenario may write for it, in words.
    pub value: String,
    /// The default as a scenario would write it.
    pub default: Option<String>,
    /// What holds where it has no default and a file leaves it out.
    pub without: &'static str,
    /// The unit, if the value has none.
    pub unit: &'static str,
    /// How it can vary; nothing for what is chosen.
    pub varies: Option<Varies>,
    /// What kind of number the default is, and where it comes from.
    pub origin: Option<(NumberKind, &'static str)>,
    /// What it means, in a line.
    pub about: &'static str,
}

impl Entry {
    /// A key of a scenario file.
    pub fn of_key(parameter: &Parameter) -> Self {
        Self {
            name: parameter.name(),
            value: parameter.shape.in_words(),
            default: parameter.default_text().map(str::to_owned),
            without: if parameter.is_required() { "required" } else { "none" },
            unit: parameter.unit,
            varies: parameter.varies,
            origin: parameter.origin,
            about: parameter.about,
        }
    }

    /// The law of this name, such as `to-623.mature`.
    pub fn of_law(name: &str) -> Option<Self> {
        let (name, kind, source, about) = CATALOGUE.iter().chain([&PREPAY]).find(|(known, ..)| *known == name)?;
        Some(Self {
            name: format!("laws.{name}"),
            value: Shape::Law.in_words(),
            default: Laws::default().by_name(name).map(|law| law::print(law)),
            without: "none; the law of the supplier's class applies",
            unit: "",
            varies: varies(name),
            origin: Some((*kind, *source)),
            about,
        })
    }

    /// A setting of a mitigation.
    pub fn of_setting(mitigation: &Mitigation, parameter: &mitigation::Parameter) -> Self {
        Self {
            name: format!("{}.{}", mitigation.name, parameter.name),
            value: policy::setting_shape(&parameter.default).in_words(),
            default: Some(policy::print_setting(&parameter.default)),
            without: "",
            unit: policy::setting_unit(&parameter.default),
            varies: parameter.varies,
            origin: Some((parameter.kind, parameter.source)),
            about: parameter.about,
        }
    }

    /// What it means and may be, in a few sentences.
    pub fn description(&self) -> String {
        let mut text = format!("{}.\n\nValue: {}.", sentence(self.about), self.value);
        for (name, said) in self.facts() {
            text += &format!(" {name}: {said}.");
        }
        text
    }

    /// Unit, default, source and range, as far as it has them, each with its name.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if !self.unit.is_empty() {
            facts.push(("Unit", self.unit.to_owned()));
        }
        match &self.default {
            Some(default) => facts.push(("Default", format!("`{default}`"))),
            None if self.without == "required" => facts.push(("Default", "none, it is required".to_owned())),
            None if self.without != "none" => facts.push(("Default", self.without.to_owned())),
            None => {}
        }
        if let Some((kind, source)) = self.origin {
            facts.push(("Source", format!("{source} ({})", kind.name())));
        }
        if let Some(varies) = self.varies {
            facts.push(("Range", format!("{} ({})", varies.text(), varies.why())));
        }
        facts
    }
}

/// A text that begins like a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Every parameter: the keys of scenario files, the laws, and the settings of mitigations.
pub fn entries() -> Vec<Entry> {
    let laws = CATALOGUE.iter().chain([&PREPAY]).filter_map(|(name, ..)| Entry::of_law(name));
    parameters().map(Entry::of_key).chain(laws).chain(settings()).collect()
}

/// The settings of all mitigations.
pub fn settings() -> impl Iterator<Item = Entry> {
    REGISTRY.iter().flat_map(|m| (m.parameters)().into_iter().map(|p| Entry::of_setting(m, &p)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_occurs_once() {
        let mut names: Vec<String> = entries().into_iter().map(|entry| entry.name).collect();
        names.sort();
        let twice: Vec<&[String]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert_eq!(twice, [[""; 2]; 0]);
    }

    #[test]
    fn every_default_and_example_is_a_value_of_toml() {
        for parameter in parameters() {
            if let Absent::Default(text) | Absent::Refused(text) = parameter.absent {
                let parsed = format!("value = {text}").parse::<toml::Table>();
                assert!(parsed.is_ok(), "{}: {text}", parameter.name());
            }
        }
    }

    #[test]
    fn a_number_that_is_no_choice_has_a_range_or_a_reason_for_none() {
        for entry in entries() {
            let uncertain = entry.origin.is_some_and(|(kind, _)| kind != NumberKind::PolicyLever);
            if uncertain {
                assert!(entry.varies.is_some_and(|varies| !varies.why().is_empty()), "{}", entry.name);
            } else if entry.name != "supplier.gains" {
                assert_eq!(entry.varies, None, "{}: a choice has no range", entry.name);
            }
        }
    }

    #[test]
    fn a_range_of_plain_numbers_holds_the_default() {
        let number = |text: &str| text.parse::<f64>().ok();
        let mut tried = 0;
        for entry in entries() {
            if let (Some(Varies::Between(span)), Some(default)) =
                (entry.varies, entry.default.as_deref().and_then(number))
            {
                let [low, high] = [span.low, span.high].map(|end| number(end).expect("a number"));
                assert!(low < high && low <= default && default <= high, "{}", entry.name);
                tried += 1;
            }
        }
        assert!(tried > 10, "{tried}");
    }

    #[test]
    fn a_choice_holds_the_default() {
        let value = |text: &str| format!("value = {text}").parse::<toml::Table>().expect("a value of TOML");
        for entry in entries() {
            if let (Some(Varies::OneOf { values, .. }), Some(default)) = (entry.varies, &entry.default) {
                assert!(values.iter().any(|v| value(v) == value(default)), "{}", entry.name);
            }
        }
    }

    #[test]
    fn a_parameter_is_found_by_its_full_name() {
        assert_eq!(find("market.gas-share").and_then(Parameter::default_text), Some("0.43"));
        assert_eq!(find("switch.cos.latency").and_then(Parameter::default_text), Some("\"1 s\""));
        assert!(find("gas-share").is_none() && find("market").is_some());
    }
}
