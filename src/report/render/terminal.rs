//! The screen.

use std::fmt::Write;

use comfy_table::{CellAlignment, ColumnConstraint, presets};

use super::{Form, RenderError, Report};
use crate::report::document::{self, Block, Cell, Document, Item, Piece, Spread, Table, Text};
use crate::results::expectation::Verdict;
use crate::text::number::number;
use crate::text::visible;

/// The form.
pub const FORM: Form =
    Form { name: Some("table"), file: None, about: "Tables and text for a terminal", is_data: false, render };

/// Longest name that the items of a list line up behind.
const LONGEST_NAME: usize = 32;
/// Longest name of a row that is not broken.
const LONGEST_ROW_NAME: usize = 36;
/// Columns that the frame and the padding of a table's column take.
const FRAME: usize = 3;

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    Ok(text_of(&report.document(), report.width()).into_bytes())
}

/// A document as text of this width, without control characters but newlines.
pub(in crate::report) fn text_of(document: &Document, width: usize) -> String {
    let mut out = String::new();
    let mut blocks = document.blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        match block {
            Block::Title(text) => out.push_str(&fill(&plain(text), width, "", "")),
            Block::Heading(text) => out.push_str(&fill(&plain(text), width, "", "")),
            Block::Paragraph(text) => out.push_str(&fill(&plain(text), width, "", "")),
            Block::List(items) => list(&mut out, items, width),
            Block::Table(table) => table_text(&mut out, table, width),
        }
        // What belongs to a heading follows it directly.
        if !matches!(block, Block::Heading(_)) && blocks.peek().is_some() {
            out.push('\n');
        }
    }
    out
}

/// A text with names made visible.
fn plain(text: &Text) -> String {
    text.pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Name(name) => visible(name),
        })
        .collect()
}

/// A verdict on one line.
pub fn verdict(verdict: &Verdict) -> String {
    plain(&document::verdict_line(verdict))
}

/// Running text within the width, after `first` and on further lines after `rest`; ends with a newline.
pub(in crate::report) fn fill(words: &str, width: usize, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(words, options) + "\n"
}

fn list(out: &mut String, items: &[Item], width: usize) {
    let names: Vec<String> = items.iter().map(|item| plain(&item.name)).collect();
    let longest = names.iter().map(|name| textwrap::core::display_width(name)).max().unwrap_or(0).min(LONGEST_NAME);
    let indent = " ".repeat(longest + 4);
    for (item, name) in items.iter().zip(names) {
        let pad = " ".repeat(longest.saturating_sub(textwrap::core::display_width(&name)));
        out.push_str(&fill(&plain(&item.text), width, &format!("  {name}{pad}  "), &indent));
        if let Some(more) = &item.more {
            out.push_str(&fill(&plain(more), width, &indent, &indent));
        }
    }
}

fn table_text(out: &mut String, table: &Table, width: usize) {
    out.push_str(&fill(&plain(&table.title), width, "", ""));
    for part in parts(table, width) {
        let _ = writeln!(out, "{}", framed(table, part, width));
    }
    for note in &table.notes {
        out.push_str(&fill(&plain(note), width, "", ""));
    }
    let longest = table.definitions.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, meaning) in &table.definitions {
        out.push_str(&fill(meaning, width, &format!("  {name:<longest$}  "), &" ".repeat(longest + 4)));
    }
}

/// Which columns go side by side, so that each part of the table is within the width. The first column is in every
/// part.
fn parts(table: &Table, width: usize) -> Vec<std::ops::Range<usize>> {
    let lines = |text: &str| text.lines().map(textwrap::core::display_width).max().unwrap_or(0);
    let names = table.rows.iter().map(|(name, _)| lines(&plain(name))).chain([table.rows_are.len()]);
    let first = names.max().unwrap_or(0).min(LONGEST_ROW_NAME) + FRAME + 1;
    let wide = |column: usize| {
        let cells = table.rows.iter().map(|(_, cells)| lines(&cell_text(&cells[column])));
        cells.chain([lines(&plain(&table.columns[column]))]).max().unwrap_or(0) + FRAME
    };
    let (mut parts, mut from, mut taken) = (Vec::new(), 0, first);
    for column in 0..table.columns.len() {
        let wide = wide(column);
        if column > from && taken + wide > width {
            parts.push(from..column);
            (from, taken) = (column, first);
        }
        taken += wide;
    }
    parts.push(from..table.columns.len());
    parts
}

/// Some columns of a table in a frame: names to the left, numbers to the right.
fn framed(table: &Table, columns: std::ops::Range<usize>, width: usize) -> comfy_table::Table {
    let mut framed = comfy_table::Table::new();
    framed.load_style(presets::UTF8_FULL_CONDENSED);
    framed.set_width(width as u16).set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    let headings = table.columns[columns.clone()].iter().map(plain);
    framed.set_header(std::iter::once(table.rows_are.to_owned()).chain(headings));
    for (name, cells) in &table.rows {
        framed.add_row(std::iter::once(plain(name)).chain(cells[columns.clone()].iter().map(cell_text)));
    }
    for column in framed.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
        // Numbers do not break; long names do.
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    framed
}

/// A number and, beneath it, its precision.
fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Missing => "-".to_owned(),
        Cell::Number(value) | Cell::Mean(value, Spread::None) => number(*value),
        Cell::Mean(value, spread) => format!("{}\n{spread}", number(*value)),
    }
}
