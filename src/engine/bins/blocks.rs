//! Differences of counts along the days, in blocks of days that take memory once something is counted in them.

use std::collections::BTreeMap;

use super::MINUTES_A_DAY;
use crate::engine::table::{By, Label};

/// Days in a block. Memory is allocated and cleared by the block: a page that is first read and then written faults
/// twice, and the second fault interrupts all other threads.
const BLOCK: usize = 16;

/// Cells that are read, or added to others, together.
const TOGETHER: usize = 32;

/// The lanes of a minute. A difference is what begins in the minute less what ends there, and nearly always small: a
/// cell has its lowest byte, with a sign, and [`Blocks::carried`] what is above that.
type Row<const L: usize> = [i8; L];

/// A minute of a day of a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<C> {
    pub channel: C,
    pub day: usize,
    pub minute: usize,
}

/// Differences along the days, one day more than there are: it takes what ends on the last. Equal differences are kept
/// alike.
#[derive(Debug, Clone)]
pub(super) struct Blocks<C: Label, const L: usize> {
    days: usize,
    // By channel and block, empty until something is counted there; then by day and minute.
    rows: By<C, Vec<Vec<Row<L>>>>,
    // Multiples of 256, by the number of their cell; none is 0.
    carried: BTreeMap<u64, i64>,
}

impl<C: Label, const L: usize> Blocks<C, L> {
    const BYTES_OF_BLOCK: usize = BLOCK * MINUTES_A_DAY * L;

    pub fn new(days: usize) -> Self {
        Self { days, rows: By::default(), carried: BTreeMap::new() }
    }

    /// The most bytes that they take over this many days, but for what is carried.
    pub const fn bytes(days: usize) -> usize {
        C::COUNT * (days / BLOCK + 1) * Self::BYTES_OF_BLOCK
    }

    /// Bytes that they have taken.
    pub fn taken(&self) -> usize {
        let blocks = self.rows.values().flatten().filter(|block| !block.is_empty()).count();
        blocks * Self::BYTES_OF_BLOCK + self.carried.len() * size_of::<(u64, i64)>()
    }

    /// Adds a weight in a lane of a minute, on a number of days from that of the place on.
    #[inline]
    pub fn add_days(&mut self, place: Place<C>, days: usize, lane: u8, weight: i64) {
        for (day, weight) in [(place.day, weight), (place.day + days, -weight)] {
            let place = Place { day, ..place };
            let row = row_of(self.days, &mut self.rows[place.channel], place);
            add_to_cell(&mut row[usize::from(lane)], weight, |more| {
                carry(&mut self.carried, number(self.days, L, place) + u64::from(lane), more);
            });
        }
    }

    /// Calls `each` with the differences of a day of a channel: minute, lane and difference. One may come in two parts.
    pub fn each_step(&self, channel: C, day: usize, mut each: impl FnMut(usize, usize, i64)) {
        let block = self.rows[channel].get(day / BLOCK).map_or(&[][..], Vec::as_slice);
        let rows = block.chunks_exact(MINUTES_A_DAY).nth(day % BLOCK).unwrap_or_default();
        // Most cells are 0, so many are looked at together. The minutes of a day are a multiple of these.
        let (together, _) = rows.as_flattened().as_chunks::<TOGETHER>();
        for (n, cells) in together.iter().enumerate().filter(|(_, cells)| **cells != [0; TOGETHER]) {
            for (m, eight) in cells.as_chunks::<8>().0.iter().enumerate() {
                let mut rest = u64::from_le_bytes(eight.map(|step| step as u8));
                while rest != 0 {
                    let place = rest.trailing_zeros() as usize / 8;
                    let cell = TOGETHER * n + 8 * m + place;
                    each(cell / L, cell % L, i64::from(eight[place]));
                    rest &= !(0xFF << (8 * place));
                }
            }
        }
        if !self.carried.is_empty() {
            let first = number(self.days, L, Place { channel, day, minute: 0 });
            for (number, step) in self.carried.range(first..first + (MINUTES_A_DAY * L) as u64) {
                let cell = (number - first) as usize;
                each(cell / L, cell % L, *step);
            }
        }
    }

    /// Adds all differences of others, times a sign.
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for channel in C::ALL {
            for (n, theirs) in other.rows[*channel].iter().enumerate().filter(|(_, block)| !block.is_empty()) {
                self.merge_block((*channel, n), theirs, sign);
            }
        }
        other.carried.iter().for_each(|(number, step)| carry(&mut self.carried, *number, sign * step));
    }

    /// Adds the cells of a block, times a sign.
    fn merge_block(&mut self, (channel, n): (C, usize), theirs: &[Row<L>], sign: i64) {
        let first = number(self.days, L, Place { channel, day: n * BLOCK, minute: 0 });
        let mine = block_of(self.days, &mut self.rows[channel], n);
        // The minutes of a block are a multiple of these.
        let (mine, _) = mine.as_flattened_mut().as_chunks_mut::<TOGETHER>();
        let (theirs, _) = theirs.as_flattened().as_chunks::<TOGETHER>();
        for (number, (mine, theirs)) in (first..).step_by(TOGETHER).zip(mine.iter_mut().zip(theirs)) {
            if add_small(mine, theirs, sign) {
                continue;
            }
            for (number, (mine, theirs)) in (number..).zip(mine.iter_mut().zip(theirs)) {
                add_to_cell(mine, sign * i64::from(*theirs), |more| carry(&mut self.carried, number, more));
            }
        }
    }

    pub fn is_nothing(&self) -> bool {
        self.carried.is_empty() && self.rows.values().flatten().all(|block| is_zero(block))
    }
}

/// Blocks are equal when their differences are, whatever they have allocated.
impl<C: Label, const L: usize> PartialEq for Blocks<C, L> {
    fn eq(&self, other: &Self) -> bool {
        let is_equal = |channel: C, n: usize| {
            let [mine, theirs] = [self, other].map(|blocks| blocks.rows[channel].get(n).map_or(&[][..], Vec::as_slice));
            match (mine, theirs) {
                ([], rest) | (rest, []) => is_zero(rest),
                _ => mine == theirs,
            }
        };
        self.days == other.days
            && self.carried == other.carried
            && C::ALL.iter().all(|channel| (0..=self.days / BLOCK).all(|n| is_equal(*channel, n)))
    }
}

/// A block of a channel, allocated if it is not yet.
#[inline]
fn block_of<const L: usize>(days: usize, blocks: &mut Vec<Vec<Row<L>>>, n: usize) -> &mut Vec<Row<L>> {
    if blocks.is_empty() {
        blocks.resize_with(days / BLOCK + 1, Vec::new);
    }
    let block = &mut blocks[n];
    if block.is_empty() {
        clear(block);
    }
    block
}

/// The row of a place among the blocks of its channel.
#[inline]
fn row_of<C, const L: usize>(days: usize, blocks: &mut Vec<Vec<Row<L>>>, place: Place<C>) -> &mut Row<L> {
    &mut block_of(days, blocks, place.day / BLOCK)[place.day % BLOCK * MINUTES_A_DAY + place.minute]
}

/// The number of the first of the `lanes` cells of a minute. Those of a channel's day follow one another.
fn number<C: Label>(days: usize, lanes: usize, place: Place<C>) -> u64 {
    let day = place.channel.index() * (days + 1) + place.day;
    ((day * MINUTES_A_DAY + place.minute) * lanes) as u64
}

/// Adds to a cell, and passes on what does not fit in it.
fn add_to_cell(cell: &mut i8, weight: i64, carry: impl FnOnce(i64)) {
    let sum = i64::from(*cell) + weight;
    *cell = sum as i8;
    if i64::from(*cell) != sum {
        carry(sum - i64::from(*cell));
    }
}

/// Adds cells to others. Returns whether all sums fit in a byte; if not, nothing is added.
fn add_small(mine: &mut [i8; TOGETHER], theirs: &[i8; TOGETHER], sign: i64) -> bool {
    let (mut sums, mut overflows) = ([0; TOGETHER], 0);
    for ((sum, mine), theirs) in sums.iter_mut().zip(&*mine).zip(theirs) {
        if sign > 0 {
            *sum = mine.wrapping_add(*theirs);
            overflows |= (mine ^ *sum) & (theirs ^ *sum);
        } else {
            *sum = mine.wrapping_sub(*theirs);
            overflows |= (mine ^ theirs) & (mine ^ *sum);
        }
    }
    if overflows >= 0 {
        *mine = sums;
    }
    overflows >= 0
}

/// Adds what does not fit in a cell.
#[cold]
fn carry(carried: &mut BTreeMap<u64, i64>, number: u64, more: i64) {
    let sum = carried.entry(number).or_default();
    *sum += more;
    if *sum == 0 {
        carried.remove(&number);
    }
}

/// Whether all differences of a block are 0.
fn is_zero<const L: usize>(block: &[Row<L>]) -> bool {
    block.as_flattened().iter().all(|cell| *cell == 0)
}

/// Writes the zeros of a block. Zeroed memory from the allocator would be read first.
#[inline(never)]
fn clear<const L: usize>(block: &mut Vec<Row<L>>) {
    block.reserve_exact(BLOCK * MINUTES_A_DAY);
    std::hint::black_box(&mut *block).resize(BLOCK * MINUTES_A_DAY, [0; L]);
}
