//! Parts of the scenarios, for machines that share a run.

use std::fmt;
use std::str::FromStr;

/// A part of the scenarios. All parts together are all of them, and no scenario is in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    way: Way,
    /// From 1.
    part: u32,
    of: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Slice,
    Hash,
}

impl Partition {
    /// Whether a scenario is in it, by its place among those that are selected, in the order of their paths, and by its
    /// id.
    ///
    /// A slice deals them out one after another. A hash depends on the id alone: the first 8 bytes of its BLAKE3, as a
    /// number with the least significant byte first, modulo the number of parts.
    pub fn has(self, place: usize, id: &str) -> bool {
        let number = match self.way {
            Way::Slice => place as u64,
            Way::Hash => hash_of(id),
        };
        number % u64::from(self.of) == u64::from(self.part - 1)
    }

    /// Whether it is the first of the parts.
    pub fn is_first(self) -> bool {
        self.part == 1
    }

    /// Its name in files, such as `slice-1-of-4`.
    pub fn name(self) -> String {
        let way = match self.way {
            Way::Slice => "slice",
            Way::Hash => "hash",
        };
        format!("{way}-{}-of-{}", self.part, self.of)
    }
}

fn hash_of(id: &str) -> u64 {
    let hash = blake3::hash(id.as_bytes());
    hash.as_bytes().iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = || "write slice:1/4 or hash:1/4, the part from 1 to the number of parts".to_owned();
        let (way, parts) = text.split_once(':').ok_or_else(usage)?;
        let way = match way {
            "slice" => Way::Slice,
            "hash" => Way::Hash,
            _ => return Err(usage()),
        };
        let (part, of) = parts.split_once('/').ok_or_else(usage)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| usage());
        let (part, of) = (number(part)?, number(of)?);
        if part == 0 || part > of { Err(usage()) } else { Ok(Self { way, part, of }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(text: &str) -> Partition {
        text.parse().expect("a partition")
    }

    #[test]
    fn slices_deal_scenarios_out_one_after_another() {
        let of = |text: &str| (0..7).filter(|place| partition(text).has(*place, "")).collect::<Vec<_>>();
        assert_eq!([of("slice:1/3"), of("slice:2/3"), of("slice:3/3")], [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
    }

    #[test]
    fn the_part_of_an_id_is_its_known_hash_modulo_the_parts() {
        // BLAKE3 of `abc` begins with the bytes 64 37 b3 ac 38 46 51 33, that of no bytes with af 13 49 b9 f5 f9 a1 a6.
        assert_eq!([hash_of("abc"), hash_of("")], [0x3351_4638_acb3_3764, 0xa6a1_f9f5_b949_13af]);
        // 0x64 = 100 is 0 modulo 4; 0xaf = 175 is 3.
        assert!(partition("hash:1/4").has(5, "abc") && partition("hash:4/4").has(5, ""));
        // 3,697,813,978,277,427,044 is 2 modulo 3.
        assert!(partition("hash:3/3").has(0, "abc"));
    }

    #[test]
    fn every_id_is_in_one_part() {
        for id in ["december-2018", "gb-year", "a", "b"] {
            let parts = (1..=5).filter(|part| partition(&format!("hash:{part}/5")).has(0, id));
            assert_eq!(parts.count(), 1, "{id}");
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in ["slice:0/4", "slice:5/4", "count:1/4", "slice:1", "hash:1/0", "hash:-1/2", "1/2"] {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
        assert_eq!(partition("hash:2/10").name(), "hash-2-of-10");
    }
}
