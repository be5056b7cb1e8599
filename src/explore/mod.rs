//! Exploration of what a study's answer depends on: designs of points over the inputs, and what the outputs at those
//! points say about each input.
//!
//! [`session`] explores a study: a [`plan`] of points is simulated in [`block`]s, and the [`futures`] become
//! [`findings`].
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
//! | [`sizing`] | From which amount on does a limit hold? |

pub mod block;
pub mod bootstrap;
pub mod design;
mod draw;
mod drivers;
pub mod exploration;
pub mod findings;
pub mod futures;
pub mod given;
pub mod indices;
pub mod morris;
pub mod part;
pub mod plan;
pub mod prim;
mod ranks;
pub mod robustness;
pub mod session;
pub mod sizing;
mod statements;
pub mod switching;
mod turns;
pub mod variance;
