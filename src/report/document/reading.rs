//! How to read the tables.

use super::Document;
use crate::report::outline::Outline;
use crate::results::cube::Cube;
use crate::results::statistics::{FEWEST_FOR_AN_INTERVAL, any_after_none};
use crate::text::number::{number, significant};

pub(super) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    let n = cube.n();
    if n >= FEWEST_FOR_AN_INTERVAL {
        document.paragraph(format!(
            "Each cell shows the mean of {n} replications and, beneath it, its {} % interval: ± from Student's t, or \
             low..high from a bootstrap if the replications are skewed. Where too few replications differ for an \
             interval, the cell says in how many the number is not 0, or gives their [range]. A mean with nothing \
             beneath it is the same in every replication; a 0 in all of them means that the probability of any is at \
             most {} %. A busiest minute or day is given as the smallest and the largest of the replications. Tables \
             of messages, capacity and backlogs show means only. All policies see the same switches, delays and \
             faults, so two policies can differ with certainty although their intervals overlap.",
            number(outline.confidence * 100.0),
            significant(100.0 * any_after_none(n, outline.confidence), 2)
        ));
    } else if n > 1 {
        document.paragraph(format!(
            "Each cell shows the mean of {n} replications. Intervals need at least {FEWEST_FOR_AN_INTERVAL} \
             replications."
        ));
    }
}
