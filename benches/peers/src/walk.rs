//! Each case walked alone, its daily streams counted in closed form: the way of meterchurn's own engine.

use crate::draws::Draws;
use crate::streams::Streams;
use crate::totals::Totals;

/// Walks all cases.
pub fn run(meters: u32) -> Totals {
    let draws = Draws::default();
    let mut streams = Streams::default();
    for meter in 0..meters {
        streams.count(&draws.case(meter));
    }
    streams.totals()
}
