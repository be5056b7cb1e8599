//! What is shown of results: the screen, the machine-readable files, the pictures, one meter's story.

pub mod assumptions;
#[cfg(feature = "cli")]
pub mod folder;
#[cfg(feature = "cli")]
pub mod manifest;
#[cfg(feature = "plots")]
pub mod pictures;
#[cfg(feature = "cli")]
pub mod planner;
#[cfg(feature = "plots")]
pub mod plots;
pub mod rows;
pub mod summary;
#[cfg(feature = "cli")]
pub mod text;
pub mod trace;
pub mod value;
