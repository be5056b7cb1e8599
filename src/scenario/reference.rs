//! The reference of scenario files, generated from the catalogue: every key, law and setting, as a page of Markdown
//! whose paragraphs are single lines.

use std::fmt::Write;

use super::catalogue::Entry;
use super::sections::{SECTIONS, Section};
use super::shape::Shape;
use crate::model::laws::{CATALOGUE, NumberKind, PREPAY};
use crate::model::mitigation::REGISTRY;

const HEAD: &str = "# Reference of scenario files

Every key of every section, every law and every setting of a mitigation: what a scenario may write, the default, \
where the default comes from, and how far it may plausibly lie from it. `meterchurn schema --format markdown` prints \
this page from the catalogue that the program itself reads by; do not edit it. [scenarios.md](scenarios.md) explains \
how the sections go together.

- **Durations**, rates, times of day and codes are in quotes. Dates and times are not: `2018-12-01` and \
`2018-12-01T18:00:00` are London time, and `2018-12-01T18:00:00Z` is UTC.
- **A law** is a duration, `\"never\"`, or a table with one of `fixed`, `exponential = { mean }`, `lognormal = { \
median, sigma }`, `uniform = [low, high]` and `mixture = [{ weight, … }, …]`, and optionally a `cap`.
- **With origin**: the value can also be written as `{ value = …, source = \"…\", kind = \"…\", range = … }`.
- **Source** says what kind of number the default is, in brackets: KINDS. Numbers such as `calibration 1.2` are \
sections of [calibration.md](calibration.md), and `R1` is a rule of [semantics.md](semantics.md).
- **Range** is what `explore` varies, with the reason for it in brackets.
";

/// The page.
pub fn reference() -> String {
    let kinds: Vec<String> = NumberKind::ALL.iter().map(|(name, _)| format!("`{name}`")).collect();
    let mut page = HEAD.replace("KINDS", &kinds.join(", "));
    for section in SECTIONS {
        page += &of_section(section);
    }
    page += "\n## `[laws.NAME]`\n\nThe distributions of delays. Each is a table with `value`, a law, and \
        optionally `source`, `kind` and `range`. The range of a law is one of its typical duration.\n\n";
    for entry in CATALOGUE.iter().chain([&PREPAY]).filter_map(|(name, ..)| Entry::of_law(name)) {
        page += &line(entry.name.strip_prefix("laws.").unwrap_or(&entry.name), &entry, false);
    }
    page += "\n## Settings of mitigations\n\nEntries of `use` in a `[[policy]]` take the settings of their \
        mitigation. Each can be written with its origin. Other mitigations have no settings; `meterchurn list \
        mitigations` lists them all.\n";
    for mitigation in REGISTRY {
        let settings = (mitigation.parameters)();
        if settings.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = write!(page, "\n### `{}` ({})\n\n{}\n\n", mitigation.name, mitigation.number, mitigation.line);
        for setting in &settings {
            page += &line(setting.name, &Entry::of_setting(mitigation, setting), true);
        }
    }
    page
}

fn of_section(section: &Section) -> String {
    let heading = match section.name {
        "" => "Top of the file".to_owned(),
        name if is_list(name) => format!("`[[{name}]]`"),
        name => format!("`[{name}]`"),
    };
    let mut text = format!("\n## {heading}\n\n");
    if section.says_origin {
        text += "The table can say where its numbers come from, with `source`, `kind` and `range`.\n\n";
    }
    for parameter in section.keys {
        text += &line(parameter.key, &Entry::of_key(parameter), section.takes_origin_of(parameter));
    }
    text
}

/// Whether a section can be there several times.
fn is_list(name: &str) -> bool {
    let holds = |shape: &Shape| matches!(shape, Shape::List(Shape::Section(of)) if *of == name);
    SECTIONS.iter().flat_map(|section| section.keys).any(|parameter| holds(&parameter.shape))
}

/// The entry of a key.
fn line(key: &str, entry: &Entry, with_origin: bool) -> String {
    let mut text = format!("- **`{key}`**: {}. Value: {}", entry.about, entry.value);
    text += if with_origin { "; with origin." } else { "." };
    for (name, said) in entry.facts() {
        text += &format!(" {name}: {said}.");
    }
    text + "\n"
}
