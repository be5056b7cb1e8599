//! A page of Markdown, with tables as GitHub and Pandoc read them.

use std::fmt::Write;

use super::{Form, RenderError, Report};
use crate::report::document::{Block, Cell, Document, Grid, Piece, Spread, Table, Text, of_runs};
use crate::text::number::number;
use crate::text::visible;

/// The form.
pub const FORM: Form =
    Form { name: Some("markdown"), file: None, about: "The same as a page of Markdown", is_data: false, render };

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    Ok(text_of(&report.document()).into_bytes())
}

/// A document as Markdown.
pub(in crate::report) fn text_of(document: &Document) -> String {
    let mut out = String::new();
    for (place, block) in document.blocks.iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        match block {
            Block::Title(text) => _ = writeln!(out, "# {}", escaped(text)),
            Block::Heading(text) => _ = writeln!(out, "## {}", escaped(text)),
            Block::Paragraph(text) => _ = writeln!(out, "{}", escaped(text)),
            Block::Command(text) => _ = writeln!(out, "    {}", text.plain()),
            Block::Lines(lines) => {
                // Two spaces end a line within a paragraph.
                let lines: Vec<String> = lines.iter().map(escaped).collect();
                let _ = writeln!(out, "{}", lines.join("  \n"));
            }
            Block::List(items) | Block::Conclusions(items) => {
                for item in items {
                    let _ = writeln!(out, "- **{}** {}", escaped(&item.name), escaped(&item.text));
                    if let Some(more) = &item.more {
                        let _ = writeln!(out, "  {}", escaped(more));
                    }
                }
            }
            Block::Table(table) => table_text(&mut out, table),
            Block::Grid(grid) => grid_text(&mut out, grid),
        }
    }
    out
}

/// A text in which no name is taken for markup.
fn escaped(text: &Text) -> String {
    let name = |name: &str| {
        let special = |c: char| c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | ':' | '/' | '%' | '\'');
        visible(name).chars().fold(String::new(), |mut out, c| {
            if special(c) {
                out.push('\\');
            }
            out.push(c);
            out
        })
    };
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => words.replace('*', "\\*"),
        Piece::Name(text) => name(text),
    };
    text.pieces().iter().map(piece).collect()
}

fn table_text(out: &mut String, table: &Table) {
    let _ = writeln!(out, "## {}\n", escaped(&table.title));
    let headings = table.columns.iter().map(|heading| escaped(heading).replace('\n', " "));
    let headings: Vec<String> = std::iter::once(table.rows_are.to_owned()).chain(headings).collect();
    let _ = writeln!(out, "| {} |", headings.join(" | "));
    let _ = writeln!(out, "| --- |{}", " ---: |".repeat(table.columns.len()));
    for (name, cells) in &table.rows {
        let cells: Vec<String> = std::iter::once(escaped(name)).chain(cells.iter().map(cell_text)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    for note in &table.notes {
        let _ = writeln!(out, "\n{}", escaped(note));
    }
    if !table.definitions.is_empty() {
        out.push('\n');
    }
    for (name, meaning) in &table.definitions {
        let _ = writeln!(out, "- `{name}`: {meaning}");
    }
}

/// A grid as one table; a row with a name alone begins each group.
fn grid_text(out: &mut String, grid: &Grid) {
    let cell = |text: &Text| escaped(text).replace('\n', " ");
    if !grid.title.is_empty() {
        let _ = writeln!(out, "## {}\n", escaped(&grid.title));
    }
    let _ = writeln!(out, "| {} |", grid.columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
    let ruler = |place: usize| if grid.left.contains(&place) { "---" } else { "---:" };
    let _ = writeln!(out, "| {} |", (0..grid.columns.len()).map(ruler).collect::<Vec<_>>().join(" | "));
    for (name, rows) in &grid.groups {
        if !name.is_empty() {
            let _ = writeln!(out, "| *{}* |{}", escaped(name), " |".repeat(grid.columns.len() - 1));
        }
        for row in rows {
            let _ = writeln!(out, "| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "));
        }
    }
    for note in &grid.notes {
        let _ = writeln!(out, "\n{}", escaped(note));
    }
}

fn cell_text(cell: &Cell) -> String {
    match cell {
        Cell::Missing => "-".to_owned(),
        Cell::Number(value) | Cell::Mean(value, Spread::None) => number(*value),
        Cell::Mean(value, spread @ Spread::HalfWidth(_)) => format!("{} {spread}", number(*value)),
        Cell::Mean(value, spread) => format!("{} ({spread})", number(*value)),
        Cell::Runs(runs) => of_runs(runs),
    }
}
