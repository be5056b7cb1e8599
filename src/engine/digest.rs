//! Fingerprints of what happened. Each actor hashes its own changes of state in order; the hashes of all actors are
//! added with wrap-around, so that the order of execution does not matter.

use super::random::mix;

/// The running hash of one actor's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventHash([u64; 2]);

impl EventHash {
    /// Begins the hash of the actor with this number.
    pub fn new(actor: u64) -> Self {
        Self([mix(actor), mix(actor ^ 0xA5A5_A5A5_A5A5_A5A5)])
    }

    /// Takes in one event: its second, its kind, and its detail.
    pub fn event(&mut self, at: i64, kind: u8, detail: u64) {
        let what = detail.wrapping_add(u64::from(kind) << 56);
        let word = folded(at as u64 ^ 0xA076_1D64_78BD_642F, what ^ 0xE703_7ED1_A0B4_28DB);
        self.0[0] = folded(self.0[0].rotate_left(5) ^ word, 0x8EBC_6AF0_9C88_C6E3);
        self.0[1] = folded(self.0[1] ^ word.rotate_left(32), 0x5899_65CC_7537_4CC3);
    }
}

/// The halves of a product, added bit by bit: each depends on most bits of both factors. Two of these multiplications
/// cost less than one mixing of 64 bits, and a meter has a dozen events.
const fn folded(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
}

/// The sum of many actors' hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint([u64; 2]);

impl Fingerprint {
    /// Adds one actor's hash.
    pub fn add(&mut self, hash: EventHash) {
        self.add_all(Self(hash.0));
    }

    /// Takes away another sum, a part of this one.
    pub fn subtract_all(&mut self, part: Self) {
        self.0[0] = self.0[0].wrapping_sub(part.0[0]);
        self.0[1] = self.0[1].wrapping_sub(part.0[1]);
    }

    /// Adds another sum.
    pub fn add_all(&mut self, other: Self) {
        self.0[0] = self.0[0].wrapping_add(other.0[0]);
        self.0[1] = self.0[1].wrapping_add(other.0[1]);
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}{:016x}", self.0[0], self.0[1])
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = std::num::ParseIntError;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, second) = text.split_at_checked(16).unwrap_or((text, ""));
        Ok(Self([u64::from_str_radix(first, 16)?, u64::from_str_radix(second, 16)?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(actor: u64, events: &[(i64, u8, u64)]) -> EventHash {
        let mut h = EventHash::new(actor);
        events.iter().for_each(|&(at, kind, detail)| h.event(at, kind, detail));
        h
    }

    #[test]
    fn the_order_of_actors_does_not_show_but_the_order_of_an_actors_events_does() {
        let (a, b) = (hash(1, &[(1, 1, 0), (2, 1, 0)]), hash(2, &[(1, 1, 0)]));
        let mut ab = Fingerprint::default();
        ab.add(a);
        ab.add(b);
        let mut ba = Fingerprint::default();
        ba.add(b);
        ba.add(a);
        assert_eq!(ab, ba);
        let mut swapped = Fingerprint::default();
        swapped.add(hash(1, &[(2, 1, 0), (1, 1, 0)]));
        swapped.add(b);
        assert_ne!(ab, swapped);
    }
}
