//! The registry of mitigations. Each is one file: its name, who acts, what it cannot do, and the levers that it pulls.
//! To add one, write such a file and add its line to [`REGISTRY`].
//!
//! A policy may use several. They are applied in the order of its list, each to the plan that the one before left.

use super::laws::{NumberKind, log_normal};
use super::lever::Lever;
use super::varies::Varies;
use crate::engine::law::Law;
use crate::engine::time::Seconds;

/// Declares the file of each mitigation and its place in the registry, in one line.
macro_rules! registry {
    ($($file:ident),+ $(,)?) => {
        $(mod $file;)+

        /// All mitigations, in the order of the table (domain, section 7).
        pub const REGISTRY: &[Mitigation] = &[$($file::ROW),+];
    };
}

registry! {
    do_nothing,
    prompt_623,
    future_dated_623,
    triage_request,
    escalation,
    raise_defect,
    delete_schedules,
    thin_calendar,
    reads_by_schedule,
    schedules_only_and_deleted,
    black_hole,
    delete_and_notify,
    block_critical_commands,
    filter_by_class,
    filter_by_code,
    filter_everything,
    alert_management_service,
    storm_protection,
    request_throttling,
    guidance,
    rec_obligation,
    licence_enforcement,
    ban_on_non_users,
    monitor_all_623,
    certificate_sweep,
    passing_alert_check,
    schedules_removed_at_ssd,
    neutral_certificate,
    delayed_mpid_transfer,
    critical_alert_forwarding,
    registration_feed_hardening,
    monthly_calendar,
    duty_in_the_sec,
    service_flags,
    prepay_first,
    half_hourly_pulls,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Mitigation {
    /// Its number in the table, such as `13b`.
    pub number: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub line: &'static str,
    /// Who acts.
    pub actor: &'static str,
    /// How it works here.
    pub does: &'static str,
    /// What it cannot do, and its side effects.
    pub limits: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Year, month and day since which it has been in force in Great Britain, where it is; earlier use is a what-if.
    pub since: Option<(i16, i8, i8)>,
    /// What a scenario can set.
    pub parameters: fn() -> Vec<Parameter>,
    /// The levers that it pulls under given settings.
    pub levers: fn(&Settings) -> Vec<Lever>,
}

/// A parameter of a mitigation.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Key in the scenario.
    pub name: &'static str,
    /// Value where the scenario gives none; it also fixes the type of the value.
    pub default: Setting,
    /// The kind of source of the default.
    pub kind: NumberKind,
    /// Where the default comes from.
    pub source: &'static str,
    /// How it can vary; nothing for what a policy chooses.
    pub varies: Option<Varies>,
    /// What it means.
    pub about: &'static str,
}

impl Parameter {
    /// How the response to an ask can vary.
    const RESPONSE: Varies =
        Varies::between("5 d", "30 d", "calibration 8.6: medians with a time limit and without any process");

    /// How long a gaining supplier takes to send when it has guidance and is asked.
    fn response_to_an_ask() -> Self {
        Self {
            name: "response",
            default: Setting::Law(log_normal(14.0, 0.8)),
            kind: NumberKind::Assumed,
            source: "calibration 8.6",
            varies: Some(Self::RESPONSE),
            about: "from the ask to the sending",
        }
    }

    /// How far a duty or advice reaches, for which there is no source.
    fn share_that_follows_mature_practice(share: f64) -> Self {
        Self {
            name: "share",
            default: Setting::Share(share),
            kind: NumberKind::Assumed,
            source: "no source: judgement",
            varies: Some(Varies::between("0.1", "0.9", "no source: from hardly a supplier to nearly all")),
            about: "share of immature gainers' cases that follow mature practice",
        }
    }
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// Alert codes.
    Codes(Vec<u16>),
    /// A number of things.
    Count(u32),
    /// Yes or no.
    Flag(bool),
    /// A law of durations.
    Law(Law),
    /// A duration.
    Length(Seconds),
    /// A share, 0 to 1.
    Share(f64),
    /// A second of the UTC day.
    TimeOfDay(u32),
}

/// The values of a mitigation's parameters, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings(Vec<(&'static str, Setting)>);

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $variant:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, name: &str) -> $type {
            self.0
                .iter()
                .find_map(|(n, setting)| match setting {
                    Setting::$variant(value) if *n == name => Some(value.clone()),
                    _ => None,
                })
                .unwrap_or_else(|| panic!("a mitigation asks for its own parameter {name}, which it did not declare"))
        }
    };
}

impl Settings {
    /// The defaults of a mitigation.
    pub fn defaults(of: &Mitigation) -> Self {
        Self((of.parameters)().into_iter().map(|p| (p.name, p.default)).collect())
    }

    /// Replaces a value. The caller has checked that it has the default's type.
    pub fn set(&mut self, name: &str, value: Setting) {
        if let Some(entry) = self.0.iter_mut().find(|(n, _)| *n == name) {
            entry.1 = value;
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &(&'static str, Setting)> {
        self.0.iter()
    }

    getter!(/// Alert codes.
        codes, Codes, Vec<u16>);
    getter!(/// A number.
        count, Count, u32);
    getter!(/// Yes or no.
        flag, Flag, bool);
    getter!(/// A law.
        law, Law, Law);
    getter!(/// A duration.
        length, Length, Seconds);
    getter!(/// A share.
        share, Share, f64);
    getter!(/// A second of the day.
        time_of_day, TimeOfDay, u32);
}

/// The mitigation with this number or name.
pub fn by_name(name: &str) -> Option<&'static Mitigation> {
    REGISTRY.iter().find(|m| m.number == name || m.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mitigation_builds_its_levers_from_its_own_defaults() {
        for mitigation in REGISTRY {
            let levers = (mitigation.levers)(&Settings::defaults(mitigation));
            assert!(levers.len() <= 2, "{}", mitigation.name);
        }
    }

    #[test]
    fn numbers_and_names_are_unique() {
        let mut seen: Vec<&str> = REGISTRY.iter().flat_map(|m| [m.number, m.name]).collect();
        seen.sort();
        let all = seen.len();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }
}
