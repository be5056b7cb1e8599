//! The file of the series, which needs the feature `parquet`.

use crate::cli::failure::Failure;
use crate::results::cube::Cube;
use crate::results::series::Resolution;
use crate::scenario::Scenario;

/// The files that a study can write its series to.
pub fn paths() -> impl Iterator<Item = &'static str> {
    Resolution::ALL.iter().map(|resolution| resolution.file())
}

/// What a study's series will be, before anything runs. `None` where none is asked for.
#[cfg(feature = "parquet")]
pub fn announcement(scenario: &Scenario, runs: usize) -> Option<String> {
    use crate::text::number::{counted, number};

    let resolution = scenario.frame.series?;
    let (rows, bytes) = crate::report::series::size(&scenario.frame, runs)?;
    let megabytes = number((bytes / 1e6).ceil());
    let runs = counted(runs, "run");
    Some(format!("{} for {runs}: {} rows, at most about {megabytes} MB", resolution.file(), number(rows as f64)))
}

/// The file of the series, its name and its bytes. `None` where none is asked for.
///
/// # Errors
/// When it cannot be written as Parquet.
#[cfg(feature = "parquet")]
pub fn file(scenario: &Scenario, cube: &Cube) -> Result<Option<(&'static str, Vec<u8>)>, Failure> {
    let file = crate::report::series::file(cube, &scenario.frame, scenario.window.start.utc_day());
    Ok(file.map_err(crate::report::render::RenderError::from)?)
}

#[cfg(not(feature = "parquet"))]
pub fn announcement(scenario: &Scenario, _: usize) -> Option<String> {
    let resolution = scenario.frame.series?;
    Some(format!("warning: {} is not written: this program was built without Parquet", resolution.file()))
}

#[cfg(not(feature = "parquet"))]
pub fn file(_: &Scenario, _: &Cube) -> Result<Option<(&'static str, Vec<u8>)>, Failure> {
    Ok(None)
}
