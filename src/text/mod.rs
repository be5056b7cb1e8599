//! Text: from outside the program, shown without what a terminal would act on and compared with known words; files
//! that a person names; and how figures and commands are written.

mod advice;
mod file;
mod near;
mod nearest;
pub mod number;
mod quote;
mod shell;
mod system;
mod visible;

pub use advice::Advice;
pub use file::{is_path, is_stdin, open_file, read_file, read_stream};
pub use near::{help_instead_of, instead_of, names_in};
pub use nearest::{by_likeness, nearest};
pub use quote::{and, cut, listed, one_of, shortened};
pub use shell::in_shell;
pub use system::reason;
pub(crate) use visible::{is_hidden, is_hostile};
pub use visible::{visible, visible_path};
