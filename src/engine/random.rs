//! Counter-based draws: each belongs to a name (seed, replication, entity, purpose, index) rather than to an order of
//! execution, so adding a draw or a purpose moves no other.
//!
//! The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a bijection of
//! a 128-bit counter under a 64-bit key. The key carries seed and replication, the counter entity, purpose and index.

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
/// assert_eq!((draw * 1e6) as u32, 246_171);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    key: [u32; 2],
}

impl Draws {
    /// The draws of replication `replication` under `seed`.
    pub fn new(seed: u64, replication: u32) -> Self {
        // Seed and replication are mixed, so that neighbouring ones share no key.
        let mixed = mix(seed ^ mix(u64::from(replication).wrapping_add(0x9E37_79B9_7F4A_7C15)));
        Self { key: [mixed as u32, (mixed >> 32) as u32] }
    }

    /// The uniform draw with this name: in the open interval (0, 1), a multiple of 2⁻⁵² plus half of one.
    pub fn uniform(&self, entity: Entity, purpose: Purpose, index: u32) -> f64 {
        open_unit(self.bits(entity, purpose, index))
    }

    /// 64 random bits with this name.
    pub fn bits(&self, entity: Entity, purpose: Purpose, index: u32) -> u64 {
        let block = philox(counter(entity, purpose, index, 0), self.key);
        u64::from(block[0]) | u64::from(block[1]) << 32
    }

    /// A stream for samplers that take a generator; it counts its own blocks.
    pub fn stream(&self, entity: Entity, purpose: Purpose, index: u32) -> Stream {
        Stream { key: self.key, entity, purpose, index, taken: 0 }
    }
}

/// A generator behind `rand`'s traits; its draws are named like all others.
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u32; 2],
    entity: Entity,
    purpose: Purpose,
    index: u32,
    taken: u8,
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let counter = counter(self.entity, self.purpose, self.index, self.taken);
        self.taken = self.taken.wrapping_add(1);
        Ok(philox(counter, self.key)[2])
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = self.try_next_u32()?;
        let high = self.try_next_u32()?;
        Ok(u64::from(low) | u64::from(high) << 32)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(4) {
            let bytes = self.try_next_u32()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// The block number of a [`Stream`] goes beside the purpose, so that two names never share a counter.
fn counter(entity: Entity, purpose: Purpose, index: u32, block: u8) -> [u32; 4] {
    [entity.0 as u32, (entity.0 >> 32) as u32, u32::from(purpose.0) | u32::from(block) << 16, index]
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

    #[test]
    fn a_draw_depends_on_its_name_alone() {
        let draws = Draws::new(7, 3);
        let early = draws.uniform(Entity(1), Purpose(2), 0);
        let mut stream = draws.stream(Entity(1), Purpose(2), 0);
        stream.next_u64();
        assert_eq!(early.to_bits(), draws.uniform(Entity(1), Purpose(2), 0).to_bits());
        assert_ne!(early.to_bits(), draws.uniform(Entity(1), Purpose(3), 0).to_bits());
        assert_ne!(early.to_bits(), Draws::new(7, 4).uniform(Entity(1), Purpose(2), 0).to_bits());
        assert_ne!(early.to_bits(), Draws::new(8, 3).uniform(Entity(1), Purpose(2), 0).to_bits());
    }

    /// Lag-1 correlation of first draws over neighbouring entities; |r| ≤ 4.5/√n.
    #[test]
    fn neighbouring_entities_are_uncorrelated() {
        let draws = Draws::new(1, 0);
        let n = 100_000_u64;
        let u = |i| draws.uniform(Entity(i), Purpose(1), 0) - 0.5;
        let r: f64 = (0..n).map(|i| u(i) * u(i + 1)).sum::<f64>() / (n as f64 / 12.0);
        assert!(r.abs() < 4.5 / (n as f64).sqrt(), "{r}");
    }
}
