//! What is shown of results: documents and the forms that they take, files and pictures, one meter's story.

pub mod assumptions;
#[cfg(feature = "cli")]
pub mod attribution;
#[cfg(feature = "cli")]
pub mod calibration;
pub mod document;
#[cfg(feature = "cli")]
mod estimates;
#[cfg(feature = "cli")]
pub mod explored;
#[cfg(feature = "cli")]
mod file;
#[cfg(feature = "cli")]
pub mod folder;
#[cfg(feature = "cli")]
pub mod manifest;
#[cfg(all(feature = "cli", feature = "parquet"))]
pub mod opened;
pub mod outline;
#[cfg(feature = "cli")]
pub mod parts;
#[cfg(feature = "plots")]
pub mod pictures;
#[cfg(feature = "plots")]
pub mod plots;
#[cfg(feature = "cli")]
pub mod render;
#[cfg(all(feature = "cli", feature = "parquet"))]
pub mod series;
#[cfg(feature = "cli")]
pub mod sized;
#[cfg(feature = "cli")]
pub mod tested;
#[cfg(feature = "cli")]
pub mod trace;
#[cfg(feature = "cli")]
pub mod two_studies;

#[cfg(feature = "cli")]
pub use file::put_file;
