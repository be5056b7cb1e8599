//! x
pub mod engine;
pub mod experiment;
pub mod model;
