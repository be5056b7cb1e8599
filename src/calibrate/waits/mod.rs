//! Laws fitted to observed waits by maximum likelihood. Waits that had not ended in a sending are censored on the
//! right.
//!
//! | Module | Subject |
//! | --- | --- |
//! | [`file`](mod@file) | a CSV file of waits |
//! | [`sample`] | waits that ended, waits that did not, and the Kaplan–Meier curve |
//! | [`mixture`] | log-normal laws and mixtures of two, by EM |
//! | [`families`] | the laws that are tried, their intervals and their AIC |

pub mod families;
pub mod file;
pub mod mixture;
pub mod sample;

pub use families::{Estimate, Family, Fit, fit_all};
pub use file::{Ended, Wait, WaitsError, read};
pub use sample::Sample;
