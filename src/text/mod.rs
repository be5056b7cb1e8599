//! Text from outside the program: shown without what a terminal would act on, and compared with known words.

mod nearest;
mod visible;

pub use nearest::nearest;
pub(crate) use visible::{is_hidden, is_hostile};
pub use visible::{visible, visible_path};
