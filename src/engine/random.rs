//! Counter-based draws: each belongs to a name (seed, replication, entity, purpose, index) rather than to an order of
//! execution, so adding a draw or a purpose moves no other.
//!
//! Two generators share the name. Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) is
//! a bijection of a 128-bit counter under a 64-bit key; the key carries seed and replication, the counter the entity.
//! Half of its one block per entity is where the entity's own sequence of SplitMix64 (Steele, Lea and Flood, "Fast
//! splittable pseudorandom number generators", 2014) starts. Purpose and index are the place in that sequence. Its
//! numbers are found by place, in any order, in less than a tenth of the
//! instructions of a block, and an entity takes dozens.
//!
//! Starts are 64 random bits. The probability that any two of ten million entities have the same start is 3 in a
//! million; that any two share a number at another place, a few in a thousand.

use std::convert::Infallible;

use rand::TryRng;

/// Names what a draw decides. Purposes are numbers given once and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose(pub u16);

/// What a draw belongs to, as 64 bits that the model makes from a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity(pub u64);

/// All draws of one replication of one seed.
///
/// ```
/// use meterchurn::engine::random::{Draws, Entity, Purpose};
///
/// let draws = Draws::new(1, 0);
/// let draw = draws.uniform(Entity(7), Purpose(2), 0);
/// // A name draws the same number whenever it is asked for.
/// assert_eq!(draws.uniform(Entity(7), Purpose(2), 0), draw);
/// assert_eq!((draw * 1e6) as u32, 961_504);
/// // Who draws more than once for an entity keeps its sequence.
/// assert_eq!(draws.of(Entity(7)).uniform(Purpose(2), 0), draw);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    key: [u32; 2],
}

impl Draws {
    /// The draws of replication `replication` under `seed`.
    pub fn new(seed: u64, replication: u32) -> Self {
        // Seed and replication are mixed, so that neighbouring ones share no key.
        let mixed = mix(seed ^ mix(u64::from(replication).wrapping_add(GAMMA)));
        Self { key: [mixed as u32, (mixed >> 32) as u32] }
    }

    /// The draws of one entity.
    pub fn of(&self, entity: Entity) -> Sequence {
        let block = philox([entity.0 as u32, (entity.0 >> 32) as u32, 0, 0], self.key);
        Sequence { start: u64::from(block[0]) | u64::from(block[1]) << 32 }
    }

    /// The uniform draw with this name: in the open interval (0, 1), a multiple of 2⁻⁵² plus half of one.
    pub fn uniform(&self, entity: Entity, purpose: Purpose, index: u32) -> f64 {
        self.of(entity).uniform(purpose, index)
    }

    /// 64 random bits with this name.
    pub fn bits(&self, entity: Entity, purpose: Purpose, index: u32) -> u64 {
        self.of(entity).bits(purpose, index)
    }

    /// A stream for samplers that take a generator.
    pub fn stream(&self, entity: Entity, purpose: Purpose, index: u32) -> Stream {
        self.of(entity).stream(purpose, index)
    }
}

/// The draws of one entity: a sequence of SplitMix64, of which every number is found by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    start: u64,
}

impl Sequence {
    /// The uniform draw with this name, as [`Draws::uniform`] gives it.
    pub fn uniform(self, purpose: Purpose, index: u32) -> f64 {
        open_unit(self.bits(purpose, index))
    }

    /// 64 random bits with this name.
    pub fn bits(self, purpose: Purpose, index: u32) -> u64 {
        // 48 bits, so that no two names share a place.
        split_mix(self.start, u64::from(index) << 16 | u64::from(purpose.0))
    }

    /// Calls `take` with `n` of the numbers 0 to `n` − 1, drawn with replacement. Two are made of each 64 bits.
    pub fn with_replacement(self, purpose: Purpose, n: usize, mut take: impl FnMut(usize)) {
        // The upper half of the product. Each number has probability 1/n, to within 2⁻³².
        let mut take = |bits: u64| take((((bits & 0xFFFF_FFFF) * n as u64) >> 32) as usize);
        for pair in 0..n.div_ceil(2) {
            let bits = self.bits(purpose, pair as u32);
            take(bits);
            if 2 * pair + 1 < n {
                take(bits >> 32);
            }
        }
    }

    /// The draws of a part of the entity. It has a sequence of its own, which starts at the bits with this name; they
    /// are not to be drawn for anything else.
    pub fn part(self, purpose: Purpose, index: u32) -> Self {
        Self { start: self.bits(purpose, index) }
    }

    /// A stream for samplers that take a generator. It is the sequence of a [part](Self::part), in order.
    pub fn stream(self, purpose: Purpose, index: u32) -> Stream {
        Stream { start: self.bits(purpose, index), taken: 0 }
    }
}

/// A generator behind `rand`'s traits; its draws are named like all others.
#[derive(Debug, Clone)]
pub struct Stream {
    start: u64,
    taken: u64,
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        // The upper half, as the authors of SplitMix64 do.
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let next = split_mix(self.start, self.taken);
        self.taken = self.taken.wrapping_add(1);
        Ok(next)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// What SplitMix64 counts up by: 2⁶⁴ over the golden ratio, made odd.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The number of SplitMix64 after `place` others, seeded with `start`.
fn split_mix(start: u64, place: u64) -> u64 {
    mix(start.wrapping_add(GAMMA.wrapping_mul(place.wrapping_add(1))))
}

/// The finaliser of SplitMix64: a bijection of 64 bits that spreads every input bit.
pub const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn open_unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    /// Known-answer vectors of the Random123 distribution.
    #[test]
    fn philox_gives_the_published_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn a_uniform_draw_is_never_zero_nor_one() {
        assert!(open_unit(0) > 0.0);
        assert!(open_unit(u64::MAX) < 1.0);
    }

    /// The known answers that are published for seed 1234567, in order and by place.
    #[test]
    fn split_mix_gives_the_published_known_answers() {
        let known = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        let mut stream = Stream { start: 1_234_567, taken: 0 };
        assert_eq!([(); 5].map(|()| stream.next_u64()), known);
        let sequence = Sequence { start: 1_234_567 };
        for place in [4, 1, 3, 0, 2] {
            assert_eq!(sequence.bits(Purpose(place), 0), known[usize::from(place)]);
        }
    }

    #[test]
    fn a_stream_gives_the_upper_halves_of_its_numbers_and_their_bytes() {
        let stream = || Draws::new(7, 3).stream(Entity(1), Purpose(2), 0);
        let (first, second) = (stream().next_u64(), {
            let mut stream = stream();
            stream.next_u64();
            stream.next_u64()
        });
        assert_eq!(u64::from(stream().next_u32()), first >> 32);
        let mut bytes = [0; 11];
        stream().fill_bytes(&mut bytes);
        assert_eq!((&bytes[..8], &bytes[8..]), (&first.to_le_bytes()[..], &second.to_le_bytes()[..3]));
    }

    #[test]
    fn a_draw_depends_on_its_name_alone() {
        let draws = Draws::new(7, 3);
        let early = draws.uniform(Entity(1), Purpose(2), 0);
        let of = draws.of(Entity(1));
        let mut stream = of.stream(Purpose(2), 0);
        stream.next_u64();
        of.part(Purpose(2), 0).uniform(Purpose(2), 0);
        assert_eq!(early.to_bits(), draws.uniform(Entity(1), Purpose(2), 0).to_bits());
        assert_eq!(early.to_bits(), of.uniform(Purpose(2), 0).to_bits());
        assert_ne!(early.to_bits(), of.uniform(Purpose(3), 0).to_bits());
        assert_ne!(early.to_bits(), of.uniform(Purpose(2), 1).to_bits());
        assert_ne!(early.to_bits(), of.part(Purpose(2), 0).uniform(Purpose(2), 0).to_bits());
        assert_ne!(early.to_bits(), draws.uniform(Entity(2), Purpose(2), 0).to_bits());
        assert_ne!(early.to_bits(), Draws::new(7, 4).uniform(Entity(1), Purpose(2), 0).to_bits());
        assert_ne!(early.to_bits(), Draws::new(8, 3).uniform(Entity(1), Purpose(2), 0).to_bits());
    }

    /// Asserts that n pairs of draws are uncorrelated: |r| ≤ 4.5/√n.
    fn assert_uncorrelated(what: &str, n: u32, pair: impl Fn(u32) -> (f64, f64)) {
        let product = |i| {
            let (a, b) = pair(i);
            (a - 0.5) * (b - 0.5)
        };
        let r = (0..n).map(product).sum::<f64>() / (f64::from(n) / 12.0);
        assert!(r.abs() < 4.5 / f64::from(n).sqrt(), "{what}: {r}");
    }

    #[test]
    fn neighbouring_entities_are_uncorrelated() {
        let draws = Draws::new(1, 0);
        let u = |i: u32| draws.uniform(Entity(i.into()), Purpose(1), 0);
        assert_uncorrelated("entities", 100_000, |i| (u(i), u(i + 1)));
    }

    /// Along one entity's sequence, and between two of its draws over many entities.
    #[test]
    fn neighbouring_purposes_and_indices_of_an_entity_are_uncorrelated() {
        let draws = Draws::new(1, 0);
        let one = draws.of(Entity(7));
        let of = |i: u32| draws.of(Entity(i.into()));
        let n = 100_000;
        // Stops before the last of 65,536 purposes.
        assert_uncorrelated("purposes of one", 65_000, |i| {
            let u = |purpose: u32| one.uniform(Purpose(purpose as u16), 0);
            (u(i), u(i + 1))
        });
        assert_uncorrelated("indices of one", n, |i| (one.uniform(Purpose(1), i), one.uniform(Purpose(1), i + 1)));
        assert_uncorrelated("two purposes", n, |i| (of(i).uniform(Purpose(1), 0), of(i).uniform(Purpose(2), 0)));
        assert_uncorrelated("two indices", n, |i| (of(i).uniform(Purpose(1), 0), of(i).uniform(Purpose(1), 1)));
        assert_uncorrelated("purpose and index", n, |i| (of(i).uniform(Purpose(2), 0), of(i).uniform(Purpose(1), 1)));
        assert_uncorrelated("a part and the whole", n, |i| {
            (of(i).uniform(Purpose(1), 0), of(i).part(Purpose(3), 1).uniform(Purpose(1), 0))
        });
        assert_uncorrelated("two parts", n, |i| {
            let u = |part| of(i).part(Purpose(3), part).uniform(Purpose(1), 0);
            (u(1), u(2))
        });
    }
}
