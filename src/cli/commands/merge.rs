//! `merge`: puts the parts of an exploration together.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::exploring::{Delivery, form_parser};
use crate::cli::failure::Failure;
use crate::cli::machine::machine;
use crate::cli::progress::Bar;
use crate::cli::signals::Signals;
use crate::cli::streams::Stdout;
use crate::cli::values::whole;
use crate::explore::plan::PlanError;
use crate::explore::session::start;
use crate::report::explored::{FORMS, Form};
use crate::report::parts::{MADE, gathered};
use crate::study::{How, Stop};

/// Put the parts of an exploration together
///
/// The results are the bytes that one machine would have written. Parts may
/// come in any order, and the same part more than once. The plan.json beside
/// the first part says what all of them belong to.
#[derive(Debug, Args)]
#[command(after_long_help = Exit::table_with(&[
    Exit::InvalidScenario,
    Exit::Mismatch,
    Exit::Interrupted,
    Exit::Terminated,
]))]
pub struct Options {
    /// Part files, or folders of parts
    #[arg(required = true, value_name = "PART")]
    pub parts: Vec<PathBuf>,
    /// Format of the findings printed to stdout
    #[arg(long, value_name = "FORM", default_value = FORMS[0].name, value_parser = form_parser())]
    pub format: &'static Form,
    /// Directory in which to create the results folder
    #[arg(short, long, value_name = "DIR", default_value = "output")]
    pub output: PathBuf,
    /// Number of threads; 0 means as many as memory allows
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, value_parser = whole::<usize>(0..=u32::MAX.into()))]
    pub threads: usize,
}

/// Merges parts.
///
/// # Errors
/// See [`Failure`].
pub fn run(options: &Options, out: &mut Stdout) -> Result<Exit, Failure> {
    let Some((plan, blocks)) = gathered(&options.parts)? else {
        return Err(Failure::Parts(format!("there is no part in what was named\nhelp: {MADE}")));
    };
    let mut session = plan.session().map_err(|error| match error {
        PlanError::Load(error) => Failure::Load(error),
        error => Failure::Parts(error.to_string()),
    })?;
    session.set_replications(plan.chance.each());
    let how = session.budget(machine(), options.threads)?.how();
    let threads = start(&how)?;
    let how = How { threads: threads.count(), ..how };
    let stop = Stop::default();
    let signals = Signals::watch(stop.clone(), Bar::none())?;
    let (threads, stop, output) = (&threads, &stop, &options.output);
    let delivery = Delivery { session: &session, plan: &plan, how, threads, stop, output };
    let is_done = delivery.deliver(blocks, options.format, out)?;
    Ok(if is_done { Exit::Success } else { signals.exit() })
}
