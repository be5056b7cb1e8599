//! Small sets, a bit for each member.

/// The numbers of the bits that are 1, ascending.
pub fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let next = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (next < u64::BITS).then_some(next as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_numbered_from_the_lowest() {
        assert_eq!(ones(0b1010 | 1 << 63).collect::<Vec<_>>(), [1, 3, 63]);
        assert_eq!(ones(0).count(), 0);
    }
}
