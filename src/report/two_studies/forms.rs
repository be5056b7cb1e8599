//! The forms of a comparison of two studies.

use serde::Serialize;

use super::{Change, How, Input, Number, Side, TwoStudies};
use crate::report::document::{Block, Cell, Document, Item, Spread, Table, Text};
use crate::report::render::table::{Csv, text};
use crate::report::render::{Page, RenderError, json, markdown, terminal};
use crate::results::statistics::{FEWEST_FOR_AN_INTERVAL, Method, Summary};
use crate::text::cut;
use crate::text::number::{counted, number, plain};

/// A form of a comparison.
#[derive(Debug)]
pub struct Form {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for `--help`.
    pub about: &'static str,
    /// Writes a comparison in this form, for a page of this width in columns.
    pub render: fn(&TwoStudies, usize) -> Result<Vec<u8>, RenderError>,
}

/// All forms. The first is the default.
pub static FORMS: &[Form] = &[
    Form {
        name: "table",
        about: "Tables and text for a terminal",
        render: |studies, width| Ok(terminal::text_of(&document(studies, ",\n"), Page::of_width(width)).into_bytes()),
    },
    Form {
        name: "markdown",
        about: "The same as a page of Markdown",
        render: |studies, _| Ok(markdown::text_of(&document(studies, ", ")).into_bytes()),
    },
    Form {
        name: "json",
        about: "Inputs, means, intervals and changes as JSON",
        render: |studies, _| Ok(json::text_of(&file(studies))?.into_bytes()),
    },
    Form { name: "csv", about: "Means, intervals and changes as CSV", render: |studies, _| csv(studies) },
];

/// The form of a name.
pub fn form(name: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.name == name)
}

/// Inputs that a page lists; the other forms list all.
const MOST_INPUTS: usize = 40;

/// What is said. `between` separates the names of policies that share a row of a table.
fn document(studies: &TwoStudies, between: &str) -> Document {
    let TwoStudies { before, after, inputs, .. } = studies;
    let mut blocks = vec![
        Block::Title("Two studies compared".into()),
        Block::List(vec![side("before", before), side("after", after)]),
        Block::Heading("Inputs that differ".into()),
    ];
    if inputs.is_empty() {
        let and = if studies.only_before.is_empty() && studies.only_after.is_empty() { "" } else { ", policies" };
        blocks.push(Block::Paragraph(
            format!(
                "None: titles, sources{and}, expectations and published figures apart, both scenarios are the same."
            )
            .into(),
        ));
    } else {
        blocks.push(Block::List(inputs.iter().take(MOST_INPUTS).map(input).collect()));
    }
    if let Some(more @ 1..) = inputs.len().checked_sub(MOST_INPUTS) {
        blocks.push(Block::Paragraph(format!("And {more} more: `--format json` lists all.").into()));
    }
    for (only, which) in [(&studies.only_before, "first"), (&studies.only_after, "second")] {
        if !only.is_empty() {
            let names = Text::names(only.iter().map(String::as_str));
            let said = Text::from(format!("Policies of the {which} study only: "));
            blocks.push(Block::Paragraph(said.then(names).words(".")));
        }
    }
    blocks.push(Block::Paragraph(how(studies).into()));
    blocks.extend(Number::ALL.iter().filter_map(|number| table(studies, *number, between)).map(Block::Table));
    blocks.extend(same(studies).map(Block::Paragraph));
    Document { blocks }
}

fn side(name: &str, side: &Side) -> Item {
    let Side { folder, outline, cube, .. } = side;
    let asked =
        if outline.is_complete(cube) { String::new() } else { format!(" of {} (incomplete)", outline.replications) };
    let text = Text::name(&*outline.id).words(format!(
        ", seed {}, {}{asked}, digest {}",
        outline.seed,
        counted(cube.n(), "replication"),
        outline.digest.get(..12).unwrap_or(&outline.digest)
    ));
    Item { name: name.into(), text, more: Some(Text::name(&**folder)) }
}

fn input(Input { key, before, after }: &Input) -> Item {
    let value = |value: &Option<String>| match value {
        Some(value) => Text::name(cut(value)),
        None => "(not there)".into(),
    };
    Item { name: Text::name(&**key), text: value(before).words(" -> ").then(value(after)), more: None }
}

/// How the studies are compared.
fn how(studies: &TwoStudies) -> String {
    let level = number(100.0 * studies.level);
    let n = studies.before.cube.n().min(studies.after.cube.n());
    let how = if studies.paired {
        "Both studies have the same seed and the same replications, so they share their random numbers and each \
         replication is compared with its own counterpart."
    } else {
        "The studies do not have the same seed and the same replications, so they are compared as independent samples \
         (Welch)."
    };
    let intervals = if n < FEWEST_FOR_AN_INTERVAL {
        format!(" With fewer than {FEWEST_FOR_AN_INTERVAL} replications there are no intervals.")
    } else {
        format!(" Intervals are at {level} %.")
    };
    let other = if studies.after.outline.confidence == studies.level || n < FEWEST_FOR_AN_INTERVAL {
        ""
    } else {
        " The second study was run with another confidence level."
    };
    format!("{how}{intervals}{other}")
}

/// The table of a number: a row for the policies with the same means and the same change, and under it the policies in
/// which nothing changes.
fn table(studies: &TwoStudies, number: Number, between: &str) -> Option<Table> {
    let mine = || studies.changes.iter().filter(|change| change.number == number);
    let is_known = |change: &&Change| change.before.is_some() || change.after.is_some();
    let differs = |change: &&Change| !is_unchanged(change);
    if !mine().any(|change| is_known(&change) && differs(&change)) {
        return None;
    }
    let same: Vec<&str> = mine().filter(|change| is_unchanged(change)).map(|change| &*change.policy).collect();
    let mut rows: Vec<(Vec<&str>, Vec<Cell>)> = Vec::new();
    for change in mine().filter(differs) {
        let cells = cells(change);
        match rows.iter_mut().find(|(_, others)| *others == cells) {
            Some((policies, _)) => policies.push(&change.policy),
            None => rows.push((vec![&change.policy], cells)),
        }
    }
    let mut notes = Vec::new();
    let spreads = || {
        rows.iter().flat_map(|(_, cells)| cells).filter_map(|cell| match cell {
            Cell::Mean(_, spread) => Some(spread),
            _ => None,
        })
    };
    if spreads().any(|spread| matches!(spread, Spread::Range(_))) {
        notes.push("[a..b] is the range of the replications: too few of them differ for an interval.".into());
    }
    if spreads().any(|spread| matches!(spread, Spread::AnyIn(..))) {
        notes.push("in a of b: of b replications, a have any, which are too few for an interval.".into());
    }
    if !same.is_empty() {
        notes.push(Text::from("Unchanged in every replication: ").then(Text::names(same)).words("."));
    }
    Some(Table {
        title: number.title().into(),
        notes,
        rows_are: "policy",
        columns: ["before", "after", "change", "change,\n%"].map(Text::from).to_vec(),
        rows: rows.into_iter().map(|(policies, cells)| (names(&policies, between), cells)).collect(),
        definitions: Vec::new(),
    })
}

/// The numbers that have no table, because they are the same under all policies.
fn same(studies: &TwoStudies) -> Option<Text> {
    let mine = |number: Number| studies.changes.iter().filter(move |change| change.number == number);
    let is_same = |number: &Number| mine(*number).count() > 0 && mine(*number).all(is_unchanged);
    let same: Vec<String> =
        Number::ALL.into_iter().filter(is_same).map(|number| number.title().to_lowercase()).collect();
    let how = "Unchanged in every replication under every policy that both studies have";
    (!same.is_empty()).then(|| format!("{how}: {}.", same.join("; ")).into())
}

fn names(policies: &[&str], between: &str) -> Text {
    policies.iter().enumerate().fold(Text::default(), |text, (place, policy)| {
        if place == 0 { text.and_name(*policy) } else { text.words(between).and_name(*policy) }
    })
}

/// Whether every replication has the same number in both studies.
fn is_unchanged(change: &Change) -> bool {
    let known = change.difference.as_ref();
    known.is_some_and(|known| known.mean == 0.0 && known.method == How::Pairs(Method::Identical))
}

fn cells(change: &Change) -> Vec<Cell> {
    let mean = |summary: &Option<Summary>| summary.as_ref().map_or(Cell::Missing, Cell::from);
    let difference = change.difference.as_ref();
    vec![
        mean(&change.before),
        mean(&change.after),
        difference.map_or(Cell::Missing, |found| {
            let range = found.range.map_or(Spread::None, Spread::Range);
            Cell::Mean(found.mean, found.interval.map_or(range, Spread::Interval))
        }),
        difference.and_then(|found| found.percent).map_or(Cell::Missing, Cell::Number),
    ]
}

fn csv(studies: &TwoStudies) -> Result<Vec<u8>, RenderError> {
    let mut table = Csv::new([
        "number",
        "unit",
        "policy",
        "before",
        "before_low",
        "before_high",
        "before_n",
        "after",
        "after_low",
        "after_high",
        "after_n",
        "change",
        "change_low",
        "change_high",
        "change_percent",
        "method",
    ])?;
    for change in &studies.changes {
        let query = change.number.query(&studies.before.outline);
        let head = [text(query.metric.id), text(query.metric.unit.name()), text(&change.policy)];
        let tail = match &change.difference {
            Some(found) => {
                let [low, high] = bounds(found.interval);
                let percent = found.percent.map_or(String::new(), plain);
                [plain(found.mean), low, high, percent, text(&found.method.name())]
            }
            None => Default::default(),
        };
        let means = mean(&change.before).into_iter().chain(mean(&change.after));
        table.row(head.into_iter().chain(means).chain(tail))?;
    }
    table.bytes()
}

/// A mean, its bounds and its replications, as fields.
fn mean(summary: &Option<Summary>) -> [String; 4] {
    summary.as_ref().map_or(Default::default(), |summary| {
        let [low, high] = bounds(summary.interval);
        [plain(summary.value), low, high, summary.n.to_string()]
    })
}

fn bounds(interval: Option<[f64; 2]>) -> [String; 2] {
    interval.map_or(Default::default(), |interval| interval.map(plain))
}

/// Version of the JSON document's form.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct File<'s> {
    format: u32,
    before: SideFile<'s>,
    after: SideFile<'s>,
    paired: bool,
    level: f64,
    inputs: &'s [Input],
    only_before: &'s [String],
    only_after: &'s [String],
    changes: Vec<ChangeFile<'s>>,
}

#[derive(Serialize)]
struct SideFile<'s> {
    folder: &'s str,
    scenario: &'s str,
    digest: &'s str,
    seed: u64,
    replications: usize,
    complete: bool,
}

#[derive(Serialize)]
struct ChangeFile<'s> {
    number: &'static str,
    unit: &'static str,
    policy: &'s str,
    before: &'s Option<Summary>,
    after: &'s Option<Summary>,
    change: Option<DifferenceFile>,
}

#[derive(Serialize)]
struct DifferenceFile {
    mean: f64,
    interval: Option<[f64; 2]>,
    method: String,
    percent: Option<f64>,
}

fn file(studies: &TwoStudies) -> File<'_> {
    File {
        format: FORMAT,
        before: side_file(&studies.before),
        after: side_file(&studies.after),
        paired: studies.paired,
        level: studies.level,
        inputs: &studies.inputs,
        only_before: &studies.only_before,
        only_after: &studies.only_after,
        changes: studies.changes.iter().map(|change| change_file(studies, change)).collect(),
    }
}

fn side_file(Side { folder, outline, cube, .. }: &Side) -> SideFile<'_> {
    SideFile {
        folder,
        scenario: &outline.id,
        digest: &outline.digest,
        seed: outline.seed,
        replications: cube.n(),
        complete: outline.is_complete(cube),
    }
}

fn change_file<'s>(studies: &'s TwoStudies, change: &'s Change) -> ChangeFile<'s> {
    let query = change.number.query(&studies.before.outline);
    let difference = change.difference.map(|found| DifferenceFile {
        mean: found.mean,
        interval: found.interval,
        method: found.method.name(),
        percent: found.percent,
    });
    ChangeFile {
        number: query.metric.id,
        unit: query.metric.unit.name(),
        policy: &change.policy,
        before: &change.before,
        after: &change.after,
        change: difference,
    }
}
