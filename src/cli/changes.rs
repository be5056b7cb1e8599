//! `--set` and `--policy`: a scenario with other numbers, or fewer policies.

use std::path::Path;

use clap::Args;

use super::failure::Failure;
use super::streams::{report, report_warnings};
use crate::explore::design::from_csv;
use crate::scenario::input::{Level, Range, Setting, named};
use crate::study::session::Session;
use crate::text::{help_instead_of, read_file, reason, visible, visible_path};

/// What a command changes in a scenario before it is run.
#[derive(Debug, Default, Args)]
pub struct Changes {
    /// Set an input, such as calendar-share=0.72 or to-623.immature="20 d"; may be repeated
    ///
    /// NAME is an input's name, or what follows one of its full stops if that is
    /// unique (see `list inputs`). VALUE
    /// is a number with or without its unit, or a word. NAME may also be the full
    /// name of a key, and VALUE a value of TOML, as in
    /// 'laws.notice={ uniform = ["1 d", "4 d"] }'.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Set all inputs as at a point of an exploration: FILE is its design.csv, N the point
    #[arg(long, value_name = "FILE:N")]
    pub point: Option<String>,
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
    /// Makes the changes, and reports the warnings that follow from them. A policy that others are compared with is
    /// kept.
    ///
    /// # Errors
    /// When an option names nothing in the scenario, or a value is refused.
    pub fn make(&self, session: &Session, against: Option<&str>) -> Result<Changed, Failure> {
        let of = |option| move |error| Failure::Set { option, error };
        let mut settings = match &self.point {
            Some(point) => session.parse_settings(&at_point(point)?).map_err(of("--point"))?,
            None => Vec::new(),
        };
        let of_point = settings.len();
        settings.extend(session.parse_settings(&self.set).map_err(of("--set"))?);
        let set = session.set(&settings).map_err(|error| {
            let is_of_point = session.set(&settings[..of_point]).is_err();
            of(if is_of_point { "--point" } else { "--set" })(error)
        })?;
        if !settings.is_empty() {
            report_warnings(&set);
        }
        for warning in implausible(session, &settings) {
            report(warning);
        }
        let mut policies = self.policies.clone();
        if !policies.is_empty() {
            policies.extend(against.map(str::to_owned));
        }
        let (session, left_out) = set.only(&policies).map_err(of("--policy"))?;
        Ok(Changed { session, left_out: Some(left_out).filter(|_| !self.policies.is_empty()) })
    }
}

/// What a point of a design sets: `NAME=VALUE` for each of its columns.
fn at_point(point: &str) -> Result<Vec<String>, Failure> {
    let usage =
        || Failure::Usage("--point takes the design.csv of an exploration and a point, as in design.csv:7".into());
    let (file, number) = point.rsplit_once(':').ok_or_else(usage)?;
    let number: u64 = number.parse().map_err(|_| usage())?;
    let path = Path::new(file);
    let unreadable =
        |error: csv::Error| Failure::Design(format!("cannot read {}: {}", visible_path(path), reason(error)));
    let bytes = read_file(path, from_csv::MOST_BYTES).map_err(|error| {
        let help = help_instead_of(path, &error, "name the design.csv in the results folder of an exploration");
        Failure::Design(format!("cannot read {}: {}{help}", visible_path(path), reason(error)))
    })?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let names = reader.headers().map_err(unreadable)?.clone();
    if names.get(0) != Some(from_csv::POINT) {
        let found = visible(names.get(0).unwrap_or_default());
        let message = format!(
            "{} is no design.csv: its first column is `{found}`, not `{}`",
            visible_path(path),
            from_csv::POINT
        );
        return Err(Failure::Design(message));
    }
    for row in reader.records() {
        let row = row.map_err(unreadable)?;
        if row.get(0).and_then(|found| found.parse().ok()) == Some(number) {
            let pairs = names.iter().zip(row.iter()).skip(1);
            return Ok(pairs.map(|(name, value)| format!("{name}={value}")).collect());
        }
    }
    Err(Failure::NotFound(format!("{} has no point {number}", visible_path(path))))
}

/// Warnings about values that lie outside the plausible ranges of their inputs.
fn implausible(session: &Session, settings: &[Setting]) -> Vec<String> {
    let inputs = session.inputs();
    let of = |setting: &Setting| {
        let Setting::Input { name, level: Level::Number(number) } = setting else { return None };
        let input = named(&inputs, name)?;
        let Range::Between { low, high, .. } = input.range else { return None };
        let print = |number: f64| input.print(&Level::Number(number));
        (*number < low || high < *number).then(|| {
            let value = print(*number);
            format!(
                "warning: {}={value} lies outside its plausible range, {} to {}",
                input.name,
                print(low),
                print(high)
            )
        })
    };
    settings.iter().filter_map(of).collect()
}
