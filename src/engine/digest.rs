//! Fingerprints of what happened. The hashes of all actors' events are added with wrap-around, so that the order of
//! execution does not matter. An event's second is part of its hash.

use super::random::mix;

/// The sum of the hashes of one actor's events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventHash {
    actor: u64,
    sums: [u64; 2],
}

impl EventHash {
    /// No events of the actor with this number yet.
    pub fn new(actor: u64) -> Self {
        Self { actor: mix(actor), sums: [0; 2] }
    }

    /// Takes in one event: its second, its kind, and its detail.
    #[inline]
    pub fn event(&mut self, at: i64, kind: u8, detail: u64) {
        let what = detail.wrapping_add(u64::from(kind) << 56);
        let word = folded(at as u64 ^ self.actor, what ^ 0xE703_7ED1_A0B4_28DB);
        let hashes = [folded(word, 0x8EBC_6AF0_9C88_C6E3), folded(word.rotate_left(32), 0x5899_65CC_7537_4CC3)];
        self.sums = std::array::from_fn(|n| self.sums[n].wrapping_add(hashes[n]));
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
    /// Adds an actor's hash, for each of its copies.
    pub fn add(&mut self, hash: EventHash, copies: u64) {
        self.add_all(Self(hash.sums.map(|sum| sum.wrapping_mul(copies))));
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

    fn sum(hashes: &[EventHash]) -> Fingerprint {
        let mut sum = Fingerprint::default();
        hashes.iter().for_each(|hash| sum.add(*hash, 1));
        sum
    }

    #[test]
    fn no_order_shows_but_each_actors_seconds_kinds_and_details_do() {
        let (a, b) = (hash(1, &[(1, 1, 0), (2, 1, 0)]), hash(2, &[(1, 1, 0)]));
        assert_eq!(sum(&[a, b]), sum(&[b, a]));
        assert_eq!(sum(&[a]), sum(&[hash(1, &[(2, 1, 0), (1, 1, 0)])]));
        for other in [(2, 1, 0), (1, 2, 0), (1, 1, 1)] {
            assert_ne!(hash(1, &[(1, 1, 0)]), hash(1, &[other]));
        }
        let swapped = [hash(1, &[(1, 1, 0)]), hash(2, &[(1, 1, 0), (2, 1, 0)])];
        assert_ne!(sum(&[a, b]), sum(&swapped));
    }

    #[test]
    fn copies_count_as_often_as_there_are_of_them() {
        let (hash, mut copies) = (hash(1, &[(1, 1, 0)]), Fingerprint::default());
        copies.add(hash, 3);
        assert_eq!(copies, sum(&[hash; 3]));
    }
}
