//! The entries to the right of a panel: the name and value of each curve, joined to its last point by a leader.

use super::Series;
use super::axis::highest;
use super::font::width;
use super::groups::{Group, groups};
use super::look::Look;
use super::page::{Anchor, ENTRY, ENTRY_LINE, GREY, INK, Page};
use super::text::{clipped, fitted, listed};
use crate::text::number::number;

/// The space to the right of a panel: leaders, then entries.
pub(super) const LEADER: f64 = 34.0;
pub(super) const ENTRIES: f64 = 322.0;
const SAMPLE: f64 = 34.0;

/// A curve and its entry.
pub(super) struct Entry<'a> {
    pub(super) look: Look,
    pub(super) values: &'a [f64],
    name: String,
    /// A longer form of the name, for the description of the picture.
    pub(super) spoken: String,
    /// The value shown.
    pub(super) value: String,
    /// Width of the values of all entries of the panel.
    value_room: f64,
    /// Lines naming the policies that have the same curve.
    pub(super) also: Vec<String>,
}

/// The value shown beside the name of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The value of the last day.
    Last,
    /// The highest value.
    Highest,
}

impl Shown {
    fn value(self, series: &Series) -> String {
        match self {
            Self::Last => series.values.last().map_or_else(String::new, |&value| number(value)),
            Self::Highest => number(highest(&series.values)),
        }
    }
}

impl Entry<'_> {
    /// The last value of its curve.
    pub(super) fn last(&self) -> f64 {
        self.values.last().copied().unwrap_or(0.0)
    }

    /// Height of all its lines.
    pub(super) fn height(&self) -> f64 {
        ENTRY_LINE + self.also.len() as f64 * (ENTRY_LINE - 1.0)
    }
}

/// The entries of a panel. `places` are the policies of both panels, so that each looks the same in both.
pub(super) fn entries<'a>(panel: &'a [Series], places: &[&str], shown: Shown) -> Vec<Entry<'a>> {
    let found = groups(panel.iter().map(|series| (series.name.as_str(), series.values.as_slice())));
    let value_room = panel.iter().fold(40.0, |room: f64, series| room.max(width(&shown.value(series), ENTRY, false)));
    let entry = |group: Group<'a>| {
        let series = &panel[group.first];
        let place = places.iter().position(|name| *name == series.name).unwrap_or(0);
        let lead = if group.first == 0 { "no change:" } else { "same curve:" };
        let also = match group.others.as_slice() {
            [] => Vec::new(),
            others => listed(lead, others, ENTRY - 0.5, ENTRIES - SAMPLE),
        };
        Entry {
            look: Look::of(place),
            values: &series.values,
            name: fitted(&series.name, ENTRY, group.first == 0, ENTRIES - SAMPLE - value_room - 8.0),
            spoken: clipped(&series.name, 80),
            value: shown.value(series),
            value_room,
            also,
        }
    };
    found.into_iter().map(entry).collect()
}

/// Draws the entries to the right of a panel that ends at `right`, each near the height that its leader starts at, and
/// the leaders from `from` to them.
pub(super) fn legend(
    page: &mut Page,
    entries: &[Entry<'_>],
    right: f64,
    (top, bottom): (f64, f64),
    start: impl Fn(&Entry<'_>) -> f64,
    from: f64,
) {
    let heights: Vec<f64> = entries.iter().map(Entry::height).collect();
    let wish: Vec<f64> = entries.iter().map(|entry| start(entry) - ENTRY_LINE / 2.0).collect();
    let tops = apart(&wish, &heights, top - 4.0, bottom + 4.0);
    for (entry, y) in entries.iter().zip(tops) {
        let (look, middle) = (entry.look, y + ENTRY_LINE / 2.0);
        let end = start(entry);
        let x = right + LEADER;
        page.line(
            vec![(from + 4.0, end), (right + 8.0, end), (x - 8.0, middle), (x - 3.0, middle)],
            0.9,
            &[],
            look.colour,
        );
        page.line(vec![(x, middle), (x + SAMPLE - 4.0, middle)], look.thick, look.dash, look.colour);
        look.mark(page, (x + SAMPLE / 2.0 - 2.0, middle));
        let baseline = middle + 4.0;
        page.text((x + SAMPLE + entry.value_room, baseline), entry.value.as_str(), ENTRY, false, Anchor::Right, INK);
        page.text(
            (x + SAMPLE + entry.value_room + 8.0, baseline),
            entry.name.as_str(),
            ENTRY,
            look.place == 0,
            Anchor::Left,
            INK,
        );
        for (i, line) in entry.also.iter().enumerate() {
            let baseline = baseline + (i + 1) as f64 * (ENTRY_LINE - 1.0);
            page.text((x + SAMPLE, baseline), line.as_str(), ENTRY - 0.5, false, Anchor::Left, GREY);
        }
    }
}

/// The tops of boxes in the order given. No box overlaps another, all lie between `top` and `bottom` if they fit, and
/// each is close to where it would like to be.
fn apart(wish: &[f64], heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    // Blocks of touching boxes: the number of boxes, the sum of the tops that each box wants for the block, and the
    // height of the block.
    let mut blocks: Vec<(usize, f64, f64)> = Vec::new();
    let start = |&(n, sum, height): &(usize, f64, f64)| (sum / n as f64).min(bottom - height).max(top);
    for (&wish, &height) in wish.iter().zip(heights) {
        blocks.push((1, wish, height));
        while let [.., above, below] = blocks.as_slice() {
            if start(above) + above.2 <= start(below) {
                break;
            }
            let joined = (above.0 + below.0, above.1 + below.1 - below.0 as f64 * above.2, above.2 + below.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let mut tops = Vec::with_capacity(wish.len());
    let mut rest = heights.iter();
    for block in &blocks {
        let mut y = start(block);
        for height in rest.by_ref().take(block.0) {
            tops.push(y);
            y += height;
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_moved_apart() {
        let heights = [15.0, 43.0, 15.0, 15.0, 15.0];
        for wish in [[0.0; 5], [50.0; 5], [300.0; 5], [0.0, 10.0, 100.0, 101.0, 300.0]] {
            let tops = apart(&wish, &heights, 0.0, 200.0);
            assert!(tops[0] >= 0.0 && tops[4] + heights[4] <= 200.0 + 1e-9, "{tops:?}");
            assert!((1..5).all(|i| tops[i - 1] + heights[i - 1] <= tops[i] + 1e-9), "{tops:?}");
        }
        assert_eq!(apart(&[10.0, 90.0], &[15.0, 15.0], 0.0, 200.0), [10.0, 90.0]);
        assert!(apart(&[], &[], 0.0, 1.0).is_empty());
    }
}
