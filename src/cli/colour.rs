//! Where colour is used. One choice holds for stdout and stderr, and for what `clap` prints.
//!
//! `--color` goes before the variables, and `NO_COLOR` before `FORCE_COLOR`, `CLICOLOR_FORCE` and `TERM=dumb`.

use std::ffi::{OsStr, OsString};
use std::io;

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR or FORCE_COLOR says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Colour {
    /// The last choice among arguments as they were typed. It is read before they are parsed, because it also holds for
    /// the error if they cannot be.
    pub fn typed(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut chosen = Self::default();
        let mut follows = false;
        for argument in arguments.into_iter().take_while(|argument| argument != "--") {
            let argument = argument.to_string_lossy();
            let value = if follows { Some(&*argument) } else { argument.strip_prefix("--color=") };
            chosen = value.and_then(|value| Self::from_str(value, false).ok()).unwrap_or(chosen);
            follows = argument == "--color";
        }
        chosen
    }

    /// Makes this the choice for the rest of the program.
    pub fn choose(self) {
        self.with(|name| std::env::var_os(name)).write_global();
    }

    /// The choice with these environment variables. `Auto` leaves `CLICOLOR` and the rest to each stream.
    fn with(self, variable: impl Fn(&str) -> Option<OsString>) -> ColorChoice {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
            Self::Auto if set("NO_COLOR").is_some() => ColorChoice::Never,
            Self::Auto => match set("FORCE_COLOR").or_else(|| set("CLICOLOR_FORCE")) {
                Some(force) if force == OsStr::new("0") => ColorChoice::Never,
                Some(_) => ColorChoice::Always,
                None if set("TERM").is_some_and(|term| term == OsStr::new("dumb")) => ColorChoice::Never,
                None => ColorChoice::Auto,
            },
        }
    }
}

/// Whether stdout gets colour.
pub fn on_stdout() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Whether stderr gets colour.
pub fn on_stderr() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_goes_before_no_color_which_goes_before_what_forces_colour() {
        use ColorChoice::{Always, Auto, Never};
        for (colour, variables, choice) in [
            (Colour::Auto, &[][..], Auto),
            (Colour::Auto, &[("NO_COLOR", "1")], Never),
            (Colour::Auto, &[("NO_COLOR", "")], Auto),
            (Colour::Always, &[("NO_COLOR", "1"), ("TERM", "dumb")], Always),
            (Colour::Auto, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Never),
            (Colour::Auto, &[("FORCE_COLOR", "1"), ("TERM", "dumb")], Always),
            (Colour::Auto, &[("FORCE_COLOR", "0")], Never),
            (Colour::Auto, &[("CLICOLOR_FORCE", "1")], Always),
            (Colour::Never, &[("FORCE_COLOR", "1"), ("CLICOLOR_FORCE", "1")], Never),
            (Colour::Auto, &[("TERM", "dumb")], Never),
            (Colour::Auto, &[("TERM", "xterm")], Auto),
        ] {
            let variable =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
            assert_eq!(colour.with(variable), choice, "{colour:?} with {variables:?}");
        }
    }

    #[test]
    fn the_choice_is_found_among_arguments_that_cannot_be_parsed() {
        let typed = |line: &str| Colour::typed(line.split(' ').map(OsString::from));
        assert_eq!(typed("chek --color never --color=always"), Colour::Always);
        assert_eq!(typed("run --color never --no-such"), Colour::Never);
        assert_eq!(typed("run --color=sometimes"), Colour::Auto);
        assert_eq!(typed("check -- --color=always"), Colour::Auto);
    }
}
