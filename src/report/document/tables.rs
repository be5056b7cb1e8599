//! What each policy does: alerts and reads, exposure and peaks, requests, side effects.

use super::{Block, Cell, Document, Table, Text, definitions};
use crate::model::labels::{AlertClass, FalseBlock, Outcome, Reference};
use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::dimension::Dimension;
use crate::results::metrics;
use crate::results::query::Query;

/// A column: its heading and the number in it.
struct Column {
    heading: &'static str,
    query: Query,
    /// Left out if it is 0 under every policy.
    rare: bool,
}

fn column(heading: &'static str, query: Query) -> Column {
    Column { heading, query, rare: false }
}

fn rare(heading: &'static str, query: Query) -> Column {
    Column { heading, query, rare: true }
}

pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    add_table(document, outline, cube, "Alerts and leaked reads in the window", &[], alerts());
    let note = "* The busiest minute depends on conventions: an SSD starts at 00:00:00, and pushes and runs keep to \
        exact seconds of the day.";
    let title = "Exposure, stocks at the end of the window, and the busiest times";
    add_table(document, outline, cube, title, &[note], exposure(outline));
    add_table(document, outline, cube, "Requests in the window", &[], requests());
    add_table(document, outline, cube, "Side effects in the window", &[], side_effects());
    let title = "Prepay meters at supply risk (by inference)";
    add_table(document, outline, cube, title, &[], supply_risk());
}

fn alerts() -> Vec<Column> {
    let delivered = |class: AlertClass| Query::total(&metrics::ALERTS_DELIVERED).with(Dimension::Class, class.name());
    vec![
        column("unwanted\nalerts", Query::total(&metrics::UNWANTED_DELIVERED)),
        column("E4s\ndelivered", delivered(AlertClass::E4)),
        column("notices\ndelivered", delivered(AlertClass::Notice)),
        column("leaked reads\nemitted", Query::total(&metrics::LEAKED_EMITTED)),
        column("leaked reads\ndelivered", Query::total(&metrics::LEAKED_DELIVERED)),
        column("leaked reads\nretained", Query::total(&metrics::LEAKED_RETAINED)),
    ]
}

fn exposure(outline: &Outline) -> Vec<Column> {
    vec![
        column("exposure,\ndevice-days", Query::total(&metrics::EXPOSURE_DAYS)),
        column(
            "not initiated,\nmeter points",
            Query::total(&metrics::NOT_INITIATED).with(Dimension::At, &*outline.last),
        ),
        column("open cases,\ndevices", Query::total(&metrics::OPEN).with(Dimension::At, &*outline.last)),
        column("meter points\nwith leaks", Query::total(&metrics::PER_CONSUMER)),
        column("busiest minute*,\nunwanted alerts", Query::total(&metrics::PEAK_MINUTE)),
        column("busiest day,\nunwanted alerts", Query::total(&metrics::PEAK_DAY)),
    ]
}

fn requests() -> Vec<Column> {
    let requests = |reference: Reference, outcome: Outcome| {
        let all = Query::total(&metrics::REQUESTS).with(Dimension::Reference, reference.name());
        all.with(Dimension::Outcome, outcome.name())
    };
    vec![
        column("6.23s\naccepted", requests(Reference::R6_23, Outcome::Accepted)),
        column("6.23s refused\nwith E4", requests(Reference::R6_23, Outcome::E4)),
        column("6.8s\naccepted", requests(Reference::R6_8, Outcome::Accepted)),
        column("5.1s\naccepted", requests(Reference::R5_1, Outcome::Accepted)),
        column("5.3s\naccepted", requests(Reference::R5_3, Outcome::Accepted)),
        rare("6.24.1s\naccepted", requests(Reference::R6_24_1, Outcome::Accepted)),
    ]
}

fn side_effects() -> Vec<Column> {
    let blocks = |kind: FalseBlock| Query::total(&metrics::FALSE_BLOCKS).with(Dimension::Kind, kind.name());
    vec![
        column("closing reads\nretained", Query::total(&metrics::CLOSING_RETAINED)),
        column("spoiled\nswitches", Query::total(&metrics::SPOILED)),
        rare("closing reads\nblocked", blocks(FalseBlock::ClosingRead)),
        rare("other alerts\nfalsely blocked", blocks(FalseBlock::StaleCopy)),
        rare("lost safety\nalerts", Query::total(&metrics::LOST_SAFETY)),
        rare("orphan\ndevice-days", Query::total(&metrics::ORPHAN_DAYS)),
        rare("alerts\nlost", Query::total(&metrics::ALERTS_LOST)),
    ]
}

fn supply_risk() -> Vec<Column> {
    vec![rare("meter-days", Query::total(&metrics::RISK_DAYS)), rare("switches", Query::total(&metrics::RISK_SWITCHES))]
}

/// A table with a row for each policy. A table without columns is left out.
fn add_table(
    document: &mut Document,
    outline: &Outline,
    cube: &Cube,
    title: &'static str,
    notes: &[&'static str],
    columns: Vec<Column>,
) {
    let policies = 0..outline.policies.len();
    let cells = |column: &Column| -> Vec<Cell> {
        policies.clone().map(|policy| Cell::of(&column.query, cube, policy, outline.confidence)).collect()
    };
    let filled = columns.into_iter().map(|column| (cells(&column), column));
    let kept = filled.filter(|(cells, column)| !column.rare || cells.iter().any(Cell::is_something));
    let (cells, columns): (Vec<Vec<Cell>>, Vec<Column>) = kept.unzip();
    if columns.is_empty() {
        return;
    }
    let row = |policy: usize| {
        let name = Text::name(&*outline.policies[policy].id);
        (name, cells.iter().map(|column| column[policy].clone()).collect())
    };
    document.push(Block::Table(Table {
        title: title.into(),
        notes: notes.iter().map(|note| Text::from(*note)).collect(),
        rows_are: "policy",
        rows: policies.map(row).collect(),
        definitions: definitions(columns.iter().map(|column| column.query.metric)),
        columns: columns.iter().map(|column| column.heading.into()).collect(),
    }));
}
