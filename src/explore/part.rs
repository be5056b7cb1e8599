//! The parts of an exploration as files hold them: its plan once, and each block with the digest of that plan.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::block::Block;
use super::plan::Plan;

/// The version of the form of both files.
const FORMAT: u32 = 1;

/// Why a part cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PartError {
    /// It is not a part.
    #[error("it is not a part of an exploration: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version wrote it.
    #[error("another version of the program wrote it: merge with the version that simulated it")]
    Version,
    /// Its numbers do not suit its plan.
    #[error("its values do not suit its plan: simulate it again")]
    Size,
    /// It belongs to another exploration.
    #[error("it belongs to another exploration: merge each exploration on its own")]
    Other,
    /// Another part has other values for the same points.
    #[error("another part has other values for its points: remove one of them, or simulate the points again")]
    Unequal,
}

/// A plan as its file holds it.
#[derive(Serialize, Deserialize)]
struct PlanFile<'p> {
    format: u32,
    version: Cow<'p, str>,
    plan: Cow<'p, Plan>,
}

/// A block as its file holds it.
#[derive(Serialize, Deserialize)]
struct BlockFile<'b> {
    format: u32,
    version: Cow<'b, str>,
    /// The digest of its plan.
    plan: Cow<'b, str>,
    block: usize,
    values: Cow<'b, [Vec<f64>]>,
}

/// Checks the form and the version of a file.
fn check(format: u32, version: &str) -> Result<(), PartError> {
    if (format, version) == (FORMAT, env!("CARGO_PKG_VERSION")) { Ok(()) } else { Err(PartError::Version) }
}

/// A plan as a file holds it.
///
/// # Errors
/// If it cannot be written as JSON, which a plan can.
pub fn plan_file(plan: &Plan) -> serde_json::Result<Vec<u8>> {
    let version = env!("CARGO_PKG_VERSION").into();
    serde_json::to_vec(&PlanFile { format: FORMAT, version, plan: Cow::Borrowed(plan) })
}

/// Reads the file of a plan. [`Plan::session`] checks that the plan agrees with its scenario.
///
/// # Errors
/// When it is no plan of this version.
pub fn read_plan(bytes: &[u8]) -> Result<Plan, PartError> {
    let file: PlanFile<'_> = serde_json::from_slice(bytes)?;
    check(file.format, &file.version)?;
    Ok(file.plan.into_owned())
}

/// A block as a file holds it. `digest` is that of its plan.
///
/// # Errors
/// If it cannot be written as JSON, which a block can.
pub fn block_file(digest: &str, block: &Block) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&BlockFile {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        plan: digest.into(),
        block: block.number,
        values: block.values.as_slice().into(),
    })
}

/// Reads the file of a block of a plan with this digest.
///
/// # Errors
/// When it is no block of this version, belongs to another plan, or its values do not suit the plan.
pub fn read_block(bytes: &[u8], plan: &Plan, digest: &str) -> Result<Block, PartError> {
    let file: BlockFile<'_> = serde_json::from_slice(bytes)?;
    check(file.format, &file.version)?;
    if file.plan != digest {
        return Err(PartError::Other);
    }
    if file.block >= plan.blocks() {
        return Err(PartError::Size);
    }
    let expected = plan.values_of_a_point();
    let suits = |values: &Vec<f64>| {
        let is_impossible = values.is_empty() && !plan.needs_every_point();
        (values.len() == expected || is_impossible) && values.iter().all(|value| value.is_finite())
    };
    if file.values.len() != plan.points_of(file.block).len() || !file.values.iter().all(suits) {
        return Err(PartError::Size);
    }
    Ok(Block { number: file.block, values: file.values.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::design::Kind;

    fn read(text: &str) -> Result<Block, PartError> {
        read_block(text.as_bytes(), &Plan::of_five_points(Kind::Given), "d1")
    }

    fn written(plan: &str, block: &str, values: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("{{\"format\":1,\"version\":\"{version}\",\"plan\":\"{plan}\",\"block\":{block},\"values\":{values}}}")
    }

    #[test]
    fn a_block_is_read_back_as_it_was_written() {
        let block = Block { number: 1, values: vec![vec![0.1, 2.5]] };
        let bytes = block_file("d1", &block).unwrap();
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), written("d1", "1", "[[0.1,2.5]]"));
        assert_eq!(read_block(&bytes, &Plan::of_five_points(Kind::Given), "d1").unwrap(), block);
    }

    #[test]
    fn a_plan_is_read_back_as_it_was_written() {
        let plan = Plan::of_five_points(Kind::Given);
        assert_eq!(read_plan(&plan_file(&plan).unwrap()).unwrap(), plan);
    }

    #[test]
    fn a_block_that_the_plan_does_not_have_is_refused() {
        for number in ["2", "18446744073709551615"] {
            assert!(matches!(read(&written("d1", number, "[[1.0,2.0]]")), Err(PartError::Size)), "{number}");
        }
        assert!(matches!(read(&written("d1", "-1", "[[1.0,2.0]]")), Err(PartError::Form(_))));
    }

    #[test]
    fn values_of_another_number_than_the_plan_has_are_refused() {
        for values in ["[]", "[[1.0]]", "[[1.0,2.0,3.0]]", "[[1.0,2.0],[1.0,2.0]]"] {
            assert!(matches!(read(&written("d1", "1", values)), Err(PartError::Size)), "{values}");
        }
        assert!(matches!(read(&written("d1", "1", "[[1.0,null]]")), Err(PartError::Form(_))));
    }

    #[test]
    fn a_point_may_be_impossible_unless_the_design_needs_all_of_them() {
        let text = written("d1", "1", "[[]]");
        assert!(read(&text).is_ok());
        assert!(matches!(
            read_block(text.as_bytes(), &Plan::of_five_points(Kind::Saltelli), "d1"),
            Err(PartError::Size)
        ));
    }

    #[test]
    fn a_block_of_another_plan_or_version_is_refused() {
        assert!(matches!(read(&written("d2", "1", "[[1.0,2.0]]")), Err(PartError::Other)));
        let text = written("d1", "1", "[[1.0,2.0]]");
        assert!(matches!(read(&text.replace("\"format\":1", "\"format\":2")), Err(PartError::Version)));
        assert!(matches!(read(&text.replace("\"version\":\"", "\"version\":\"9")), Err(PartError::Version)));
    }
}
