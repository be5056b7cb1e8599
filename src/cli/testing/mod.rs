//! What `test` does beside running studies: which files are scenarios, which of them are selected, and where their
//! behaviour is recorded.

pub mod files;
pub mod locks;
pub mod partition;
pub mod selection;
