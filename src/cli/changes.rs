//! `--set` and `--policy`: a scenario with other numbers, or fewer policies.

use clap::Args;

use super::failure::Failure;
use super::streams::report_warnings;
use crate::study::session::Session;

/// What a command changes in a scenario before it is run.
#[derive(Debug, Default, Args)]
pub struct Changes {
    /// Set an input, such as calendar-share=0.72 or immature="20 d"; may be repeated
    ///
    /// NAME is an input's name or a unique ending of it (see `list inputs`). VALUE
    /// is a number with or without its unit, or a word. NAME may also be the full
    /// name of a key, and VALUE a value of TOML, as in
    /// 'laws.notice={ uniform = ["1 d", "4 d"] }'.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Simulate only this policy and the baseline; may be repeated
    ///
    /// Expectations of other policies are left out.
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
}

/// A session with its changes.
pub struct Changed {
    /// The session.
    pub session: Session,
    /// The number of expectations that are left out, if policies are.
    pub left_out: Option<usize>,
}

impl Changes {
    /// Makes the changes, and reports the warnings that follow from them.
    ///
    /// # Errors
    /// When an option names nothing in the scenario, or a value is refused.
    pub fn make(&self, session: &Session) -> Result<Changed, Failure> {
        let of = |option| move |error| Failure::Set { option, error };
        let settings = session.parse_settings(&self.set).map_err(of("--set"))?;
        let set = session.set(&settings).map_err(of("--set"))?;
        if !settings.is_empty() {
            report_warnings(&set);
        }
        let (session, left_out) = set.only(&self.policies).map_err(of("--policy"))?;
        Ok(Changed { session, left_out: Some(left_out).filter(|_| !self.policies.is_empty()) })
    }
}
