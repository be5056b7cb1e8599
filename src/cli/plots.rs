//! The plots of a results folder; none without the feature `plots`.

use crate::report::render::Report;

/// What was drawn.
#[derive(Debug, Default)]
pub struct Plots {
    /// Paths within the results folder, and their bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Why a plot is left out: a page does not hold every study.
    pub left_out: Vec<String>,
    /// Why none could be drawn.
    pub failed: Option<String>,
}

/// Paths within the results folder of all plots that a study can have.
#[cfg(feature = "plots")]
pub fn paths() -> Vec<String> {
    crate::report::pictures::paths().collect()
}

/// Draws the plots.
#[cfg(feature = "plots")]
pub fn draw(report: &Report<'_>) -> Plots {
    use crate::report::pictures::{Pictures, pictures};

    match pictures(report.outline(), report.cube(), report.against_baseline()) {
        Ok(Pictures { files, left_out }) => Plots { files, left_out, failed: None },
        Err(error) => Plots { failed: Some(error.to_string()), ..Plots::default() },
    }
}

/// No paths.
#[cfg(not(feature = "plots"))]
pub fn paths() -> Vec<String> {
    Vec::new()
}

/// No plots.
#[cfg(not(feature = "plots"))]
pub fn draw(_: &Report<'_>) -> Plots {
    Plots::default()
}
