//! The commands. Each is one file: its options, whose doc comment is its help, and what it does.

use clap::Subcommand;

use super::exit::Exit;
use super::failure::Failure;
use super::streams::Stdout;

/// Declares the file of each command, its variant and how it is called, in one line.
macro_rules! commands {
    ($($(#[$when:meta])* $name:ident => $file:ident),+ $(,)?) => {
        $($(#[$when])* pub mod $file;)+

        /// The commands.
        #[derive(Debug, Subcommand)]
        pub enum Command {
            $(
                $(#[$when])*
                #[allow(missing_docs, reason = "the help of its options is its own")]
                $name($file::Options),
            )+
        }

        impl Command {
            /// Does what the command says.
            ///
            /// # Errors
            /// See [`Failure`].
            pub fn run(&self, out: &mut Stdout) -> Result<Exit, Failure> {
                match self {
                    $($(#[$when])* Command::$name(options) => $file::run(options, out),)+
                }
            }
        }
    };
}

commands! {
    Run => run,
    Check => check,
    Test => test,
    #[cfg(feature = "parquet")]
    Report => report,
    #[cfg(feature = "parquet")]
    Compare => compare,
    #[cfg(feature = "parquet")]
    Verify => verify,
    Explore => explore,
    Size => size,
    Merge => merge,
    Calibrate => calibrate,
    Trace => trace,
    List => list,
    Explain => explain,
    Schema => schema,
    Fmt => fmt,
    Init => init,
    Completions => completions,
    Man => man,
}

impl Default for Command {
    fn default() -> Self {
        Command::Run(run::Options::default())
    }
}
