//! What `explore` and `merge` have in common: from the blocks of an exploration to its results.

use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::failure::Failure;
use super::machine::page_width;
use super::progress::Bar;
use super::streams::{Stdout, report};
use crate::explore::block::Block;
use crate::explore::findings::{Depth, Simulating, explore};
use crate::explore::futures::Futures;
use crate::explore::plan::Plan;
use crate::explore::session::inputs_of;
use crate::report::explored::{Explored, FORMS, Form, form};
use crate::report::folder;
use crate::report::manifest::Manifest;
use crate::report::render::Page;
use crate::spread::Threads;
use crate::study::progress::Counter;
use crate::study::session::Session;
use crate::study::{How, Stop};
use crate::text::number::counted;
use crate::text::visible_path;

/// Reads the name of a form of findings.
pub(super) fn form_parser() -> impl TypedValueParser<Value = &'static Form> {
    let named = FORMS.iter().map(|form| PossibleValue::new(form.name).help(form.about));
    PossibleValuesParser::new(named).map(|name| form(&name).unwrap_or(&FORMS[0]))
}

/// An exploration whose points are simulated.
pub(super) struct Delivery<'d> {
    /// The study.
    pub session: &'d Session,
    /// What was simulated.
    pub plan: &'d Plan,
    /// How further points are.
    pub how: How,
    /// The threads for them.
    pub threads: &'d Threads,
    /// Whether to go on with them.
    pub stop: &'d Stop,
    /// Where the results folder goes.
    pub output: &'d Path,
}

impl Delivery<'_> {
    /// Finds what the futures say, prints it and writes the results folder. Whether it did, or was asked to stop.
    ///
    /// # Errors
    /// When blocks are missing, a further point cannot be simulated, or the results cannot be written.
    pub fn deliver(&self, blocks: Vec<Block>, form: &Form, out: &mut Stdout) -> Result<bool, Failure> {
        let futures = Futures::of(self.plan.clone(), blocks).map_err(|missing| missing_blocks(self.plan, &missing))?;
        let inputs = inputs_of(&futures.plan, self.session);
        let bar = Bar::of_points(0);
        let shown = |progress| bar.show(progress);
        let counter = Counter::new(0, &shown);
        let simulating = Simulating { how: self.how, threads: self.threads, stop: self.stop, counter: &counter };
        let found = explore(&futures, self.session, &inputs, simulating, Depth::FULL);
        bar.end();
        let Some(exploration) = found? else { return Ok(false) };
        let page = Page::of_width(page_width());
        let digest = self.plan.digest();
        let name = format!("{}-explore-{}", self.plan.id, &digest[..12]);
        let folder = visible_path(&self.output.join(&name));
        let explored = Explored { futures: &futures, exploration: &exploration, folder, page };
        out.write((form.render)(&explored)?);
        let files = explored.files()?;
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
        let command_line: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
        let manifest = Manifest::of_exploration(&self.plan.id, &digest, &command_line, &files);
        let folder = folder::put(self.output, &name, &files, &manifest)?;
        report(format_args!("results in {}", visible_path(&folder)));
        Ok(true)
    }
}

/// Which points are missing, and how to get them.
fn missing_blocks(plan: &Plan, missing: &[usize]) -> Failure {
    const NAMED: usize = 5;
    let ranges: Vec<String> = missing
        .iter()
        .take(NAMED)
        .map(|block| {
            let points = plan.points_of(*block);
            format!("{} to {}", points.start + 1, points.end)
        })
        .collect();
    let more = if missing.len() > NAMED { " and more" } else { "" };
    Failure::Parts(format!(
        "{} of {} are missing: points {}{more}; simulate them with `explore --part` and name their parts too",
        counted(missing.len(), "block"),
        plan.blocks(),
        ranges.join(", ")
    ))
}
