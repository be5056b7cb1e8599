//! The places of a scenario's sections in its file, for findings about the scenario as a whole.

use std::ops::Range;

use super::Policy;
use super::diagnostics::Sink;
use super::table::Table;

/// A section that affects the cost of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `[time]`.
    Time,
    /// `[market]`.
    Market,
    /// `[traffic]`.
    Traffic,
    /// `[[meter]]` and `[[switch]]`.
    Script,
    /// `[[policy]]`, by index.
    Policy(usize),
}

/// The byte ranges of the sections in the text of the file.
#[derive(Debug, Clone, Default)]
pub struct Places {
    time: Range<usize>,
    market: Range<usize>,
    traffic: Range<usize>,
    script: Range<usize>,
    policies: Vec<Range<usize>>,
}

impl Places {
    /// Finds the sections of a document, including these policies.
    pub(super) fn of(root: &mut Table<'_, '_>, policies: &[Policy]) -> Self {
        let whole = root.span();
        let mut span = |name: &str| root.get(name).map_or(whole.clone(), |value| value.key_span());
        let (time, market, traffic, script) = (span("time"), span("market"), span("traffic"), span("switch"));
        // Errors in these entries have already been reported.
        let unheard = &mut Sink::new();
        let mut entries = Vec::new();
        for entry in root.get("policy").and_then(|v| v.array(unheard)).unwrap_or_default() {
            let id = entry.table(unheard).and_then(|mut table| table.get("id")?.string(unheard).map(str::to_owned));
            entries.push((id, entry.span()));
        }
        let place = |policy: &Policy| {
            let entry = entries.iter().find(|(id, _)| id.as_deref() == Some(&policy.id));
            entry.map_or(time.clone(), |(_, span)| span.clone())
        };
        Self { policies: policies.iter().map(place).collect(), time: time.clone(), market, traffic, script }
    }

    /// The place of a section.
    pub fn of_section(&self, section: Section) -> Range<usize> {
        let span = match section {
            Section::Time => &self.time,
            Section::Market => &self.market,
            Section::Traffic => &self.traffic,
            Section::Script => &self.script,
            Section::Policy(place) => self.policies.get(place).unwrap_or(&self.time),
        };
        span.clone()
    }
}
