//! Differences of counts along the days, in blocks of days that take memory once something is counted in them.

use std::collections::BTreeMap;

use super::MINUTES_A_DAY;
use crate::engine::table::{By, Label};

/// Days in a block. Memory is allocated and cleared by the plane: a page that is first read and then written faults
/// twice, and the second fault interrupts all other threads.
const BLOCK: usize = 16;

/// Cells that are read, or added to others, together. The minutes of a day are a multiple of these.
const TOGETHER: usize = 32;

/// The minutes of a lane on the days of a block. Meters are counted in the order of their dates, so what is added next
/// mostly falls on the same few days, whose minutes lie side by side. A difference is what begins in the minute less
/// what ends there, and nearly always small: a cell has its lowest byte, with a sign, and [`Blocks::carried`] what is
/// above that.
type Plane = Vec<i8>;

/// Cells of a plane.
const CELLS: usize = BLOCK * MINUTES_A_DAY;

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
    // By channel, block and lane, empty until something is counted there; then by day and minute.
    planes: By<C, Vec<Plane>>,
    // Multiples of 256, by the number of their cell; none is 0.
    carried: BTreeMap<u64, i64>,
}

impl<C: Label, const L: usize> Blocks<C, L> {
    pub fn new(days: usize) -> Self {
        Self { days, planes: By::default(), carried: BTreeMap::new() }
    }

    /// The bytes that a lane of a channel takes over this many days, but for what is carried.
    pub const fn bytes_of_lane(days: usize) -> usize {
        blocks(days) * CELLS
    }

    /// Bytes that they have taken.
    pub fn taken(&self) -> usize {
        let planes = self.planes.values().flatten().filter(|plane| !plane.is_empty()).count();
        planes * CELLS + self.carried.len() * size_of::<(u64, i64)>()
    }

    /// Adds a weight in a lane of a minute, on a number of days from that of the place on.
    #[inline]
    pub fn add_days(&mut self, place: Place<C>, days: usize, lane: u8, weight: i64) {
        let Place { channel, day, minute } = place;
        let (n, cell) = (day / BLOCK * L + usize::from(lane), day % BLOCK * MINUTES_A_DAY + minute);
        let (all, planes, carried) = (self.days, &mut self.planes[channel], &mut self.carried);
        let mut add = |plane: &mut Plane, (n, cell): (usize, usize), weight: i64| {
            add_to_cell(&mut plane[cell], weight, |more| {
                carry(carried, number::<C, L>(all, channel, n) + cell as u64, more);
            });
        };
        let plane = plane_of::<L>(all, planes, n);
        add(plane, (n, cell), weight);
        // Most end on the next day, in the same plane.
        let end = cell + days * MINUTES_A_DAY;
        if end < CELLS {
            return add(plane, (n, end), -weight);
        }
        let n = n + end / CELLS * L;
        add(plane_of::<L>(all, planes, n), (n, end % CELLS), -weight);
    }

    /// Calls `each` with the differences of a day of a channel: minute, lane and difference. One may come in two parts.
    pub fn each_step(&self, channel: C, day: usize, mut each: impl FnMut(usize, usize, i64)) {
        let first = day % BLOCK * MINUTES_A_DAY;
        let planes = self.planes[channel].chunks_exact(L).nth(day / BLOCK).unwrap_or_default();
        for (lane, plane) in planes.iter().enumerate().filter(|(_, plane)| !plane.is_empty()) {
            each_filled(&plane[first..first + MINUTES_A_DAY], |minute, step| each(minute, lane, i64::from(step)));
        }
        for lane in (0..L).filter(|_| !self.carried.is_empty()) {
            let first = number::<C, L>(self.days, channel, day / BLOCK * L + lane) + first as u64;
            for (number, step) in self.carried.range(first..first + MINUTES_A_DAY as u64) {
                each((number - first) as usize, lane, *step);
            }
        }
    }

    /// Adds all differences of others, times a sign.
    pub fn merge(&mut self, other: &Self, sign: i64) {
        for channel in C::ALL {
            for (n, theirs) in other.planes[*channel].iter().enumerate().filter(|(_, plane)| !plane.is_empty()) {
                self.merge_plane((*channel, n), theirs, sign);
            }
        }
        other.carried.iter().for_each(|(number, step)| carry(&mut self.carried, *number, sign * step));
    }

    /// Adds the cells of a plane, times a sign.
    fn merge_plane(&mut self, (channel, n): (C, usize), theirs: &[i8], sign: i64) {
        let first = number::<C, L>(self.days, channel, n);
        let mine = plane_of::<L>(self.days, &mut self.planes[channel], n);
        let (mine, _) = mine.as_chunks_mut::<TOGETHER>();
        let (theirs, _) = theirs.as_chunks::<TOGETHER>();
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
        self.carried.is_empty() && self.planes.values().flatten().all(|plane| is_zero(plane))
    }
}

/// Blocks are equal when their differences are, whatever they have allocated.
impl<C: Label, const L: usize> PartialEq for Blocks<C, L> {
    fn eq(&self, other: &Self) -> bool {
        let is_equal = |channel: C, n: usize| {
            let [mine, theirs] =
                [self, other].map(|blocks| blocks.planes[channel].get(n).map_or(&[][..], Vec::as_slice));
            match (mine, theirs) {
                ([], rest) | (rest, []) => is_zero(rest),
                _ => mine == theirs,
            }
        };
        self.days == other.days
            && self.carried == other.carried
            && C::ALL.iter().all(|channel| (0..blocks(self.days) * L).all(|n| is_equal(*channel, n)))
    }
}

/// The number of blocks, with that of the day after the last.
const fn blocks(days: usize) -> usize {
    days / BLOCK + 1
}

/// A plane of a channel, allocated if it is not yet.
#[inline]
fn plane_of<const L: usize>(days: usize, planes: &mut Vec<Plane>, n: usize) -> &mut Plane {
    if planes.is_empty() {
        planes.resize_with(blocks(days) * L, Vec::new);
    }
    let plane = &mut planes[n];
    if plane.is_empty() {
        clear(plane);
    }
    plane
}

/// The number of the first cell of a channel's n-th plane.
fn number<C: Label, const L: usize>(days: usize, channel: C, n: usize) -> u64 {
    ((channel.index() * blocks(days) * L + n) * CELLS) as u64
}

/// Calls `each` with the cells that are not 0, and their places. Most are, so many are looked at together.
fn each_filled(cells: &[i8], mut each: impl FnMut(usize, i8)) {
    let (together, _) = cells.as_chunks::<TOGETHER>();
    for (n, cells) in together.iter().enumerate().filter(|(_, cells)| **cells != [0; TOGETHER]) {
        for (m, eight) in cells.as_chunks::<8>().0.iter().enumerate() {
            let mut rest = u64::from_le_bytes(eight.map(|step| step as u8));
            while rest != 0 {
                let place = rest.trailing_zeros() as usize / 8;
                each(TOGETHER * n + 8 * m + place, eight[place]);
                rest &= !(0xFF << (8 * place));
            }
        }
    }
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

/// Whether all differences of a plane are 0.
fn is_zero(plane: &[i8]) -> bool {
    plane.iter().all(|cell| *cell == 0)
}

/// Writes the zeros of a plane. Zeroed memory from the allocator would be read first.
#[inline(never)]
fn clear(plane: &mut Plane) {
    plane.reserve_exact(CELLS);
    std::hint::black_box(&mut *plane).resize(CELLS, 0);
}
