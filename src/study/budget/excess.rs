//! The limits of a study as errors, each with its numbers and its remedy.

use std::fmt;

use super::limits::{MOST_COUNTED, MOST_REPEATS, MOST_RESULTS, bytes_of};
use super::{MOST_A_DAY, MOST_DEVICE_SECONDS, MOST_HELD, MOST_SWITCHES};
use crate::scenario::places::Section;

/// A limit that a study would exceed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Excess {
    /// Too many switches to simulate.
    Switches {
        /// Of the whole study.
        total: f64,
        /// Of each run.
        each: f64,
        /// Policies times replications.
        runs: f64,
    },
    /// More switches of one fuel on one day than there are separate draws for.
    SwitchesADay {
        /// Expected on the busiest day.
        switches: f64,
    },
    /// More device-seconds than a counter can hold.
    DeviceSeconds {
        /// Of a run, if every device had the wrong certificate throughout.
        device_seconds: f64,
    },
    /// Results that are too large.
    Results {
        /// Values of a run.
        values: f64,
        /// Policies times replications.
        runs: f64,
    },
    /// Too many steps that repeat.
    Repeats {
        /// Of the whole study.
        total: f64,
        /// Those of the kind that repeats most.
        most: f64,
        /// That kind.
        kind: Repeated,
    },
    /// More bytes of repeated 6.23s than a counter can hold.
    RepeatedBytes {
        /// Of a run.
        bytes: f64,
    },
    /// More seconds of waiting before the way south than a counter can hold.
    Waits {
        /// Message-seconds of a run at most.
        seconds: f64,
    },
    /// Too many meters that wait for a supplier's capacity at once.
    Held {
        /// How many.
        meters: f64,
    },
    /// More memory than the machine has.
    Memory {
        /// Bytes that the study needs.
        needed: f64,
        /// Bytes that the machine has.
        available: f64,
        /// Runs at once.
        threads: usize,
        /// Meters held in each of them.
        held: f64,
    },
}

/// A kind of step that repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// 6.23s of scripted meters that are sent again.
    Script,
    /// 6.23s of a market that are sent again.
    Market,
    /// Visits of a policy's certificate sweep, with the index of the policy in the scenario.
    Sweep(usize),
}

impl Excess {
    /// What to change.
    pub fn help(&self) -> String {
        match self {
            Self::Switches { .. } => "use fewer replications or policies, a shorter window or fewer meters".into(),
            Self::SwitchesADay { .. } => "use fewer meters or less switching".into(),
            Self::DeviceSeconds { .. } => "give meters fewer `copies`, or use a shorter window".into(),
            Self::Results { .. } => {
                "use fewer replications or policies, a shorter window, or fewer suppliers with a `capacity`".into()
            }
            Self::Repeats { kind, .. } => {
                let longer = match kind {
                    Repeated::Script => "give their `cos` a longer `retry`",
                    Repeated::Market => "give [market] a longer `retry`",
                    Repeated::Sweep(_) => "give the sweep a longer `every`",
                };
                format!("{longer}, or use a shorter window, or fewer replications, policies or meters")
            }
            Self::RepeatedBytes { .. } => {
                "give meters fewer `copies` or their switches a longer `retry`, or leave out [traffic]".into()
            }
            Self::Waits { .. } => "give [traffic] a larger `capacity` or fewer `messages`".into(),
            Self::Held { .. } => {
                "give scripted meters fewer `copies`, a market fewer meters, or a supplier whose book \
                                  moves a smaller `share`"
                    .into()
            }
            Self::Memory { .. } => {
                "use fewer threads, as in `-j 1`, a shorter window, no [traffic], or fewer meters that \
                                    wait for a supplier's capacity"
                    .into()
            }
        }
    }

    /// The section of the file in which most of it arises, where there is one.
    pub fn section(&self) -> Option<Section> {
        match self {
            Self::Results { .. } => Some(Section::Time),
            Self::Waits { .. } => Some(Section::Traffic),
            Self::Repeats { kind: Repeated::Script, .. } | Self::RepeatedBytes { .. } => Some(Section::Script),
            Self::Repeats { kind: Repeated::Market, .. } => Some(Section::Market),
            Self::Repeats { kind: Repeated::Sweep(policy), .. } => Some(Section::Policy(*policy)),
            _ => None,
        }
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Switches { total, each, runs } => write!(
                f,
                "about {total:.1e} switches to simulate ({each:.1e} in each of {runs} runs) exceed the limit of \
                 {MOST_SWITCHES:.0e}"
            ),
            Self::SwitchesADay { switches } => write!(
                f,
                "about {switches:.1e} switches of one fuel on one day exceed the limit of {MOST_A_DAY:.1e}, beyond \
                 which they would share their draws"
            ),
            Self::DeviceSeconds { device_seconds } => write!(
                f,
                "up to {device_seconds:.1e} device-seconds to count exceed the {MOST_DEVICE_SECONDS:.1e} that a \
                 counter can hold"
            ),
            Self::Results { values, runs } => write!(
                f,
                "about {:.1} GB of results ({values} values in each of {runs} runs) exceed the limit of {:.0} GB",
                bytes_of(values, runs) / 1e9,
                MOST_RESULTS / 1e9
            ),
            Self::Repeats { total, most, kind } => {
                let what = match kind {
                    Repeated::Script => "6.23s of the script that are sent again",
                    Repeated::Market => "6.23s of the market that are sent again",
                    Repeated::Sweep(_) => "visits of a certificate sweep",
                };
                write!(
                    f,
                    "about {total:.1e} repeated steps to simulate exceed the limit of {MOST_REPEATS:.0e}; \
                     {most:.1e} of them are {what}"
                )
            }
            Self::RepeatedBytes { bytes } => write!(
                f,
                "about {bytes:.1e} bytes of repeated 6.23s to count in a run exceed the limit of {MOST_COUNTED:.1e}"
            ),
            Self::Waits { seconds } => write!(
                f,
                "up to {seconds:.1e} seconds that messages wait before the capacity of [traffic] exceed the limit of \
                 {MOST_COUNTED:.1e}"
            ),
            Self::Held { meters } => write!(
                f,
                "about {meters:.0} meters that wait for a supplier's capacity exceed the limit of {MOST_HELD:.0}"
            ),
            Self::Memory { needed, available, threads, held } => {
                let runs =
                    if threads == 1 { "one run at a time".to_owned() } else { format!("{threads} runs at once") };
                let holding = if held > 0.0 { format!(", {held:.0} held meters in each") } else { String::new() };
                write!(
                    f,
                    "about {:.1} GB of memory ({runs}{holding}) exceed the {:.1} GB that this machine has",
                    needed / 1e9,
                    available / 1e9
                )
            }
        }
    }
}

impl std::error::Error for Excess {}
