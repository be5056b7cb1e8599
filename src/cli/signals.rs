//! Ctrl-C and SIGTERM: the first asks the study to stop, the second ends the program at once.

use std::sync::{Arc, OnceLock};

use super::exit::Exit;
use super::failure::Failure;
use super::progress::Bar;
use super::streams::report;
use crate::study::Stop;

/// Watches for signals from its creation to the end of the program.
#[derive(Debug, Default)]
pub struct Signals {
    first: Arc<OnceLock<Exit>>,
}

impl Signals {
    /// Begins to watch. The first signal requests the stop.
    ///
    /// # Errors
    /// When the system refuses.
    #[cfg(unix)]
    pub fn watch(stop: Stop, bar: Bar) -> Result<Self, Failure> {
        use signal_hook::consts::{SIGINT, SIGTERM};

        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]).map_err(Failure::Signals)?;
        let watched = Self::default();
        let first = Arc::clone(&watched.first);
        let watch = move || {
            for signal in signals.forever() {
                let exit = if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
                if first.set(exit).is_ok() {
                    stop.request();
                    report("Stopping once the replications in progress have finished; repeat to stop at once");
                } else {
                    crate::report::folder::abandon();
                    bar.end();
                    std::process::exit(exit.code().into());
                }
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(watch).map_err(Failure::Signals)?;
        Ok(watched)
    }

    /// Watches nothing: the system ends the program.
    #[cfg(not(unix))]
    pub fn watch(_: Stop, _: Bar) -> Result<Self, Failure> {
        Ok(Self::default())
    }

    /// The exit code of the first signal, if there was one.
    pub fn received(&self) -> Option<Exit> {
        self.first.get().copied()
    }

    /// The exit code of a study that a signal has stopped.
    pub fn exit(&self) -> Exit {
        self.received().unwrap_or(Exit::Interrupted)
    }
}
