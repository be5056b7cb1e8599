//! Text: from outside the program, shown without what a terminal would act on and compared with known words; and how
//! figures are written.

mod advice;
mod nearest;
pub mod number;
mod quote;
mod visible;

pub use advice::Advice;
pub use nearest::{by_likeness, nearest};
pub use quote::{cut, listed};
pub(crate) use visible::{is_hidden, is_hostile};
pub use visible::{visible, visible_path};
