//! Which lints a project denies, warns of or allows: its file `meterchurn.toml`.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Invalid, Lint, Mistake, Severity, Sink};
use crate::scenario::table::{Table, Value, parse};
use crate::text::nearest;

/// The name of the file.
pub const FILE: &str = "meterchurn.toml";

/// What is made of a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// An error: the scenario is valid, but the project does not accept it.
    Deny,
    /// A warning.
    Warn,
    /// Nothing: it is not reported.
    Allow,
}

/// One lint, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// `warnings`.
    All,
    /// A code.
    One(Lint),
}

impl Which {
    /// Reads a code such as `MC101`, or `warnings`.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        match Code::named(text) {
            Some(Code::Lint(lint)) => Ok(Self::One(lint)),
            Some(code) => Err(format!("{code} is always an error; write the code of a warning, or `warnings`")),
            None if text == "warnings" => Ok(Self::All),
            None => {
                let codes: Vec<String> = Lint::ALL.iter().map(|lint| Code::from(*lint).to_string()).collect();
                let known = || codes.iter().map(String::as_str).chain(["warnings"]);
                let (first, last) = (codes.first().map_or("", String::as_str), codes.last().map_or("", String::as_str));
                Err(match nearest(text, known()) {
                    Some("warnings") => "write `warnings`".to_owned(),
                    Some(near) => format!("write {near}; `explain {near}` says what it means"),
                    None => format!("write a code from {first} to {last}, or `warnings`"),
                })
            }
        }
    }
}

/// The level of each lint, and what set it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    all: Option<(Level, String)>,
    of: BTreeMap<Lint, (Level, String)>,
}

impl Levels {
    /// Reads the text of a `meterchurn.toml`, which `name` identifies in findings:
    ///
    /// ```
    /// use meterchurn::scenario::diagnostics::{Level, Levels, Lint};
    ///
    /// let levels = Levels::read("meterchurn.toml", "[lint]\ndeny = [\"warnings\"]\nallow = [\"MC112\"]\n")?;
    /// assert_eq!((levels.of(Lint::NoSource), levels.of(Lint::WhatIf)), (Level::Deny, Level::Allow));
    /// # Ok::<(), meterchurn::scenario::Invalid>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, Invalid> {
        let mut sink = Sink::new();
        let document = parse(text, &mut sink);
        let mut root = Table::root(&document);
        let mut levels = Self::default();
        if let Some(mut lint) = root.get("lint").and_then(|v| v.table_like("{ deny = [\"MC101\"] }", &mut sink)) {
            for (key, level) in [("deny", Level::Deny), ("warn", Level::Warn), ("allow", Level::Allow)] {
                for item in lint.get(key).and_then(|v| v.array(&mut sink)).unwrap_or_default() {
                    if let Some(which) = read_which(&item, &mut sink) {
                        levels.put(which, level, name);
                    }
                }
            }
            lint.finish(&mut sink);
        }
        root.finish(&mut sink);
        if sink.has_errors() { Err(sink.into_invalid()) } else { Ok(levels) }
    }

    /// Sets a level; `by` is what does so. What is set for one lint holds before what is set for all.
    pub fn put(&mut self, which: Which, level: Level, by: &str) {
        let set = (level, by.to_owned());
        match which {
            Which::All => self.all = Some(set),
            Which::One(lint) => _ = self.of.insert(lint, set),
        }
    }

    /// The level of a lint.
    pub fn of(&self, lint: Lint) -> Level {
        self.set(lint).map_or(Level::Warn, |(level, _)| *level)
    }

    /// Whether a lint is denied by its own code, rather than with all warnings.
    pub fn denies_by_code(&self, lint: Lint) -> bool {
        matches!(self.of.get(&lint), Some((Level::Deny, _)))
    }

    fn set(&self, lint: Lint) -> Option<&(Level, String)> {
        self.of.get(&lint).or(self.all.as_ref())
    }

    /// The diagnostics that are reported, those of denied lints as errors.
    pub fn apply(&self, mut all: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let set = |diagnostic: &Diagnostic| match diagnostic.code {
            Code::Lint(lint) => self.set(lint),
            _ => None,
        };
        all.retain(|diagnostic| !matches!(set(diagnostic), Some((Level::Allow, _))));
        for diagnostic in &mut all {
            if let Some((Level::Deny, by)) = set(diagnostic) {
                diagnostic.severity = Severity::Error;
                diagnostic.denied_by = Some(by.clone());
            }
        }
        all
    }
}

fn read_which(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Which> {
    match Which::parse(value.string(sink)?) {
        Ok(which) => Some(which),
        Err(help) => value.refuse(Mistake::UnknownWord, "the code of a warning", help, sink),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Levels::read("meterchurn.toml", text).expect_err("a mistake").to_string()
    }

    #[test]
    fn one_lint_goes_before_all() {
        let levels =
            Levels::read("meterchurn.toml", "[lint]\nwarn = [\"MC101\"]\ndeny = [\"warnings\"]").expect("valid");
        assert_eq!((levels.of(Lint::NoSource), levels.of(Lint::IdleKey)), (Level::Warn, Level::Deny));
        assert_eq!(Levels::default().of(Lint::NoSource), Level::Warn);
    }

    #[test]
    fn what_is_allowed_is_not_reported_and_what_is_denied_is_an_error() {
        let of = |lint: Lint| Diagnostic::of_file(lint, "a", "m");
        let mistake = Diagnostic::of_file(Mistake::Syntax, "a", "m");
        let all = vec![of(Lint::NoSource), of(Lint::IdleKey), of(Lint::WhatIf), mistake];
        let levels = Levels::read("meterchurn.toml", "[lint]\ndeny = [\"MC101\"]\nallow = [\"MC102\"]").expect("valid");
        let kept: Vec<_> = levels.apply(all).iter().map(|d| (d.code.to_string(), d.severity)).collect();
        let (error, warning) = (Severity::Error, Severity::Warning);
        assert_eq!(kept, [("MC101".into(), error), ("MC112".into(), warning), ("MC001".into(), error)]);
    }

    #[test]
    fn a_code_that_is_no_warning_is_refused_with_advice() {
        assert!(refused("[lint]\ndeny = [\"MC012\"]").contains("MC012 is always an error"));
        assert!(refused("[lint]\ndeny = [\"warning\"]").contains("write `warnings`"));
        assert!(refused("[lint]\ndeny = [\"x\"]").contains("write a code from MC101 to "));
        assert!(refused("[lints]").contains("write `lint`"));
    }
}
