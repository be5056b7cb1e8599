//! The catalogue of parameters: the keys of all sections, the laws ([`crate::model::laws`]) and the settings of
//! mitigations ([`crate::model::mitigation`]).

use super::law;
use super::parameter::{Absent, Parameter};
use super::sections::{SECTIONS, Section, policy};
use crate::model::laws::{CATALOGUE, Laws, NumberKind, PREPAY, varies};
use crate::model::mitigation::REGISTRY;
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

/// Every parameter: the keys of scenario files, the laws, and the settings of mitigations.
pub fn entries() -> Vec<Entry> {
    let keys = parameters().map(|p| Entry {
        name: p.name(),
        default: p.default_text().map(str::to_owned),
        without: if matches!(p.absent, Absent::Refused(_)) { "required" } else { "none" },
        unit: p.unit,
        varies: p.varies,
        origin: p.origin,
        about: p.about,
    });
    let mut laws = Laws::default();
    let laws = CATALOGUE.iter().chain([&PREPAY]).map(|(name, kind, source, about)| Entry {
        name: format!("laws.{name}"),
        default: laws.by_name(name).map(|law| law::print(law)),
        without: "none; the law of the supplier's class applies",
        unit: "",
        varies: varies(name),
        origin: Some((*kind, *source)),
        about,
    });
    let settings = REGISTRY.iter().flat_map(|m| {
        (m.parameters)().into_iter().map(|p| Entry {
            name: format!("{}.{}", m.name, p.name),
            default: Some(policy::print_setting(&p.default)),
            without: "",
            unit: policy::setting_unit(&p.default),
            varies: p.varies,
            origin: Some((p.kind, p.source)),
            about: p.about,
        })
    });
    keys.chain(laws).chain(settings).collect()
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
