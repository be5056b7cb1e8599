//! The screen.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ColumnConstraint, presets};

use super::{Form, Page, RenderError, Report};
use crate::report::document::{self, Block, Cell, Document, Grid, Item, Spread, Table, Text, of_runs};
use crate::results::expectation::Verdict;
use crate::text::number::number;
use crate::text::shortened;

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
    Ok(text_of(&report.document(), report.page()).into_bytes())
}

/// A document as text of this width, without control characters but newlines.
pub(in crate::report) fn text_of(document: &Document, page: Page) -> String {
    let width = page.width;
    let mut out = String::new();
    let mut blocks = document.blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        match block {
            Block::Title(text) | Block::Heading(text) => {
                out.push_str(&painted(&fill(&text.plain(), width, "", ""), BOLD, page));
            }
            Block::Command(text) => out.push_str(&format!("    {}\n", text.plain())),
            Block::Paragraph(text) => out.push_str(&fill(&text.plain(), width, "", "")),
            Block::Lines(lines) => {
                lines.iter().for_each(|line| out.push_str(&fill(&line.plain(), width, "", "  ")));
            }
            Block::List(items) | Block::Conclusions(items) => list(&mut out, items, page),
            Block::Table(table) => table_text(&mut out, table, width),
            Block::Grid(grid) => grid_text(&mut out, grid, page),
        }
        // What belongs to a heading follows it directly, as lines follow a title.
        let follows = matches!(block, Block::Heading(_))
            || matches!(
                (block, blocks.peek()),
                (Block::Title(_), Some(Block::Lines(_)))
                    | (Block::Lines(_), Some(Block::Heading(_)))
                    | (_, Some(Block::Conclusions(_)))
            );
        if !follows && blocks.peek().is_some() {
            out.push('\n');
        }
    }
    out
}

const BOLD: Style = Style::new().bold();

/// The style of a name in a list: a verdict that is not a pass is coloured.
fn style_of(name: &str) -> Style {
    match name {
        "FAIL" => BOLD.fg_color(Some(AnsiColor::Red.into())),
        "OPEN" => BOLD.fg_color(Some(AnsiColor::Yellow.into())),
        _ => BOLD,
    }
}

/// A text in a style, line by line, if the page has colour.
fn painted(text: &str, style: Style, page: Page) -> String {
    if !page.colour || text.is_empty() {
        return text.to_owned();
    }
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{style}{line}{style:#}") };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A verdict on one line.
pub fn verdict(verdict: &Verdict) -> String {
    document::verdict_line(verdict).plain()
}

/// Running text within the width, after `first` and on further lines after `rest`; ends with a newline.
pub(in crate::report) fn fill(words: &str, width: usize, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    // A number stays with its per cent sign.
    const TIE: &str = "\u{a0}%";
    textwrap::fill(&words.replace(" %", TIE), options).replace(TIE, " %") + "\n"
}

fn list(out: &mut String, items: &[Item], page: Page) {
    let width = page.width;
    let names: Vec<String> = items.iter().map(|item| item.name.plain()).collect();
    let longest = names.iter().map(|name| textwrap::core::display_width(name)).max().unwrap_or(0).min(LONGEST_NAME);
    let indent = " ".repeat(longest + 4);
    for (item, name) in items.iter().zip(names) {
        let pad = " ".repeat(longest.saturating_sub(textwrap::core::display_width(&name)));
        let name = painted(&name, style_of(&name), page);
        out.push_str(&fill(&item.text.plain(), width, &format!("  {name}{pad}  "), &indent));
        if let Some(more) = &item.more {
            out.push_str(&fill(&more.plain(), width, &indent, &indent));
        }
    }
}

fn table_text(out: &mut String, table: &Table, width: usize) {
    out.push_str(&fill(&table.title.plain(), width, "", ""));
    for part in parts(table, width) {
        let _ = writeln!(out, "{}", framed(table, part, width));
    }
    for note in &table.notes {
        out.push_str(&fill(&note.plain(), width, "", ""));
    }
    let longest = table.definitions.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, meaning) in &table.definitions {
        out.push_str(&fill(meaning, width, &format!("  {name:<longest$}  "), &" ".repeat(longest + 4)));
    }
}

/// Spaces between the columns of a grid.
const GAP: usize = 2;
/// Columns that a name keeps, however narrow the page is.
const LEAST_NAME: usize = 12;
/// Columns that the last column of a grid needs beside the others; else its texts go beneath their rows.
const LEAST_BESIDE: usize = 18;

/// A grid: columns line up across all groups, and the texts of the last column wrap.
fn grid_text(out: &mut String, grid: &Grid, page: Page) {
    let width = page.width;
    let wide = textwrap::core::display_width;
    let cells = |row: &[Text]| -> Vec<String> { row.iter().map(Text::plain).collect() };
    let groups: Vec<(String, Vec<Vec<String>>)> =
        grid.groups.iter().map(|(name, rows)| (name.plain(), rows.iter().map(|row| cells(row)).collect())).collect();
    let headings: Vec<Vec<String>> = grid.columns.iter().map(plain_lines).collect();
    let last = headings.len().saturating_sub(1);
    let column = |place: usize| {
        let texts = groups.iter().flat_map(|(_, rows)| rows).map(|row| wide(&row[place]));
        texts.chain(headings[place].iter().map(|line| wide(line))).max().unwrap_or(0)
    };
    let indent = if groups.iter().any(|(name, _)| !name.is_empty()) { 2 } else { 0 };
    let mut widths: Vec<usize> = (0..last).map(column).collect();
    let room_of = |widths: &[usize]| indent + widths.iter().map(|width| width + GAP).sum::<usize>();
    let beside = room_of(&widths) + LEAST_BESIDE.min(column(last)) <= width;
    // Names give way where the numbers beside them would leave the page.
    let excess = room_of(&widths).saturating_sub(GAP + width);
    if let Some(names) = widths.first_mut().filter(|_| !beside) {
        *names = names.saturating_sub(excess).max(LEAST_NAME.min(*names));
    }
    let before = room_of(&widths);
    let line = |texts: &[String], indent: usize| {
        let mut line = " ".repeat(indent);
        for (place, width) in widths.iter().enumerate() {
            let pad = " ".repeat(width.saturating_sub(wide(&texts[place])));
            let gap = " ".repeat(GAP);
            line += &if grid.left.contains(&place) {
                format!("{}{pad}{gap}", texts[place])
            } else {
                format!("{pad}{}{gap}", texts[place])
            };
        }
        line
    };
    if !grid.title.is_empty() {
        out.push_str(&painted(&fill(&grid.title.plain(), width, "", ""), BOLD, page));
    }
    let rows_of_heading = headings.iter().map(Vec::len).max().unwrap_or(0);
    for row in 0..rows_of_heading {
        let texts: Vec<String> = headings
            .iter()
            .map(|lines| (row + lines.len()).checked_sub(rows_of_heading).map_or(String::new(), |at| lines[at].clone()))
            .collect();
        let tail = if beside { texts[last].clone() } else { String::new() };
        // The first column's heading starts where the names of groups do.
        let names = format!("{:<1$}", texts[0], widths.first().map_or(0, |width| width + indent));
        let rest = line(&texts, 0);
        let rest: String = rest.chars().skip(widths.first().copied().unwrap_or(0)).collect();
        out.push_str((names + &rest + &tail).trim_end());
        out.push('\n');
    }
    for (name, rows) in &groups {
        if !name.is_empty() {
            out.push_str(&fill(name, width, "", ""));
        }
        for row in rows {
            let mut row = row.clone();
            if let (Some(name), Some(width)) = (row.first_mut(), widths.first()) {
                *name = shortened(name, *width).into_owned();
            }
            let start = line(&row, indent);
            if beside {
                out.push_str(fill(&row[last], width, &start, &" ".repeat(before)).trim_end());
                out.push('\n');
            } else {
                out.push_str(start.trim_end());
                out.push('\n');
                if !row[last].is_empty() {
                    let under = " ".repeat(indent + 4);
                    let labelled = format!("{}: {}", headings[last].join(" "), row[last]);
                    out.push_str(&fill(&labelled, width, &under, &(under.clone() + "  ")));
                }
            }
        }
    }
    for note in &grid.notes {
        out.push_str(&fill(&note.plain(), width, "", ""));
    }
}

/// The lines of a heading.
fn plain_lines(heading: &Text) -> Vec<String> {
    heading.plain().split('\n').map(str::to_owned).collect()
}

/// Which columns go side by side, so that each part of the table is within the width. The first column is in every
/// part.
fn parts(table: &Table, width: usize) -> Vec<std::ops::Range<usize>> {
    let lines = |text: &str| text.lines().map(textwrap::core::display_width).max().unwrap_or(0);
    let names = table.rows.iter().map(|(name, _)| lines(&name.plain())).chain([table.rows_are.len()]);
    let first = names.max().unwrap_or(0).min(LONGEST_ROW_NAME) + FRAME + 1;
    let wide = |column: usize| {
        let cells = table.rows.iter().map(|(_, cells)| lines(&cell_text(&cells[column])));
        cells.chain([lines(&table.columns[column].plain())]).max().unwrap_or(0) + FRAME
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
    let headings = table.columns[columns.clone()].iter().map(Text::plain);
    framed.set_header(std::iter::once(table.rows_are.to_owned()).chain(headings));
    for (name, cells) in &table.rows {
        framed.add_row(std::iter::once(name.plain()).chain(cells[columns.clone()].iter().map(cell_text)));
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
        Cell::Runs(runs) => of_runs(runs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of two policies whose long ids differ in their last letter.
    fn grid_of(length: usize) -> Grid {
        let row = |end: &str| {
            let id = "p".repeat(length - 1) + end;
            [id.as_str(), "-99.9..-97.5 ?", "-5,436 ±5,949 ?", "rarely, 134 closing reads blocked"]
                .map(Text::name)
                .to_vec()
        };
        Grid {
            title: Text::default(),
            columns: ["change", "leaked reads, %", "unwanted alerts", "price"].map(Text::from).to_vec(),
            left: vec![0, 3],
            groups: vec![("the DCC".into(), vec![row("a"), row("b")])],
            notes: Vec::new(),
        }
    }

    #[test]
    fn names_in_a_grid_keep_both_ends_within_the_page_and_are_whole_where_there_is_room() {
        for length in [10, 26, 40, 64] {
            for width in [80, 100, 120] {
                let mut out = String::new();
                grid_text(&mut out, &grid_of(length), Page::of_width(width));
                assert!(out.lines().all(|line| line.chars().count() <= width), "{length} in {width}:\n{out}");
                assert!(out.contains("pa ") && out.contains("pb "), "{length} in {width}:\n{out}");
                let is_whole = out.contains(&format!("{}a", "p".repeat(length - 1)));
                assert!(is_whole || length > 40 && width < 100, "{length} in {width}:\n{out}");
            }
        }
    }
}
