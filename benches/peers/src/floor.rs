//! What a walk would take without any logic: the same draws, and as many updates of the same counters, at about the
//! same places.

use std::hint::black_box;

use crate::draws::Draws;
use crate::streams::Steps;
use crate::{DAY, SUPPLIERS};

/// Only draws.
pub fn draws(meters: u32) {
    let draws = Draws::default();
    for meter in 0..meters {
        black_box(draws.case(meter));
    }
}

/// Draws and counts, and throws the counts away: they mean nothing.
pub fn run(meters: u32) {
    let draws = Draws::default();
    let (mut reads, mut rejected, mut losers) = (Steps::default(), Steps::default(), [0; SUPPLIERS]);
    for meter in 0..meters {
        let case = draws.case(meter);
        let (first, end) = (case.switch / DAY, case.until / DAY);
        reads.add(case.read, first, end);
        losers[usize::from(case.loser)] += 1;
        for offset in case.rejections {
            rejected.add(offset, first, end);
        }
    }
    black_box((reads, rejected, losers));
}
