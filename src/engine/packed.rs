//! Long lists of whole numbers in little memory.

/// A list of whole numbers that is read from its beginning. Each is kept as its difference from the one before, in as
/// few bytes as that needs: a series that changes little takes one byte a number.
///
/// ```
/// use meterchurn::engine::packed::Packed;
///
/// let packed: Packed = [49_998, 50_002, 0, u64::MAX].into_iter().collect();
/// assert_eq!(packed.iter().collect::<Vec<_>>(), [49_998, 50_002, 0, u64::MAX]);
/// assert_eq!(packed.bytes(), 3 + 1 + 3 + 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packed {
    // Base 128, least significant first; the highest bit says that more follows.
    bytes: Vec<u8>,
}

impl Packed {
    /// Bytes that the list takes.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let (mut bytes, mut last) = (self.bytes.iter(), 0_u64);
        std::iter::from_fn(move || {
            let (mut folded, mut shift) = (0_u64, 0);
            loop {
                let byte = *bytes.next()?;
                folded |= u64::from(byte & 0x7F) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            // The sign is in the lowest bit, so that small differences of either sign are small numbers.
            last = last.wrapping_add((folded >> 1) ^ (folded & 1).wrapping_neg());
            Some(last)
        })
    }
}

impl FromIterator<u64> for Packed {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let (mut bytes, mut last) = (Vec::new(), 0_u64);
        for number in numbers {
            let difference = number.wrapping_sub(last) as i64;
            let mut folded = ((difference << 1) ^ (difference >> 63)) as u64;
            while folded >= 0x80 {
                bytes.push(folded as u8 | 0x80);
                folded >>= 7;
            }
            bytes.push(folded as u8);
            last = number;
        }
        bytes.shrink_to_fit();
        Self { bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_in_order() {
        let numbers: Vec<u64> =
            (0..64).flat_map(|bit| [0, 1 << bit, (1 << bit) - 1, u64::MAX - (1 << bit), u64::MAX]).collect();
        assert_eq!(numbers.iter().copied().collect::<Packed>().iter().collect::<Vec<_>>(), numbers);
    }

    #[test]
    fn a_minute_that_is_as_busy_as_the_last_takes_a_byte() {
        assert_eq!([7; 1_000].into_iter().collect::<Packed>().bytes(), 1_000);
    }
}
