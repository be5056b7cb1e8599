//! Exploration of what a study's answer depends on: designs of points over the inputs, and what the outputs at those
//! points say about each input.
//!
//! The methods know nothing of scenarios. Inputs are rows in the unit cube, outputs are numbers, one per point.
//!
//! | Module | Question |
//! | --- | --- |
//! | [`design`] | At which points is the model run? |
//! | [`indices`] | How much of an output's variance is due to each input? |
//! | [`variance`] | How much of it is due to the inputs, and how much to sampling? |
//! | [`morris`] | Which inputs matter at all? |
//! | [`prim`] | In which part of the inputs' ranges does a statement hold? |
//! | [`robustness`] | How well does each policy do over all futures? |
//! | [`switching`] | At which value of an input does the order of two policies reverse? |

pub mod block;
pub mod bootstrap;
pub mod design;
mod draw;
pub mod exploration;
pub mod findings;
pub mod futures;
pub mod indices;
pub mod morris;
pub mod plan;
pub mod prim;
pub mod robustness;
pub mod session;
pub mod switching;
pub mod variance;
