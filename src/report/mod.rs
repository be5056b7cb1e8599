//! What is shown of results: the screen, the machine-readable files, the pictures, one meter's story.

pub mod assumptions;
pub mod folder;
pub mod manifest;
pub mod pictures;
pub mod planner;
pub mod plots;
pub mod rows;
pub mod summary;
pub mod text;
pub mod trace;
