//! What every peer must come to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{DAYS, SUPPLIERS};

/// Hours of the year.
const HOURS: usize = DAYS as usize * 24;

/// The counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Changes of supplier.
    pub cases: u64,
    /// Leaked reads by hour of the year.
    pub reads: Vec<u64>,
    /// Rejections by hour of the year.
    pub rejected: Vec<u64>,
    /// Leaked reads by losing supplier.
    pub losers: Vec<u64>,
}

impl Default for Totals {
    fn default() -> Self {
        Self { cases: 0, reads: vec![0; HOURS], rejected: vec![0; HOURS], losers: vec![0; SUPPLIERS] }
    }
}

impl Totals {
    /// Counts a read alert that went to the supplier that lost the meter.
    pub fn count_read(&mut self, now: u32, loser: u8) {
        self.reads[hour(now)] += 1;
        self.losers[usize::from(loser)] += 1;
    }

    /// Counts a rejection.
    pub fn count_rejection(&mut self, now: u32) {
        self.rejected[hour(now)] += 1;
    }

    /// All leaked reads.
    pub fn leaked_reads(&self) -> u64 {
        self.reads.iter().sum()
    }

    /// All rejections.
    pub fn rejections(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// Represents both histograms.
    pub fn hours_digest(&self) -> String {
        digest(self.reads.iter().chain(&self.rejected))
    }

    /// Represents the counts by losing supplier.
    pub fn losers_digest(&self) -> String {
        digest(&self.losers)
    }
}

fn hour(now: u32) -> usize {
    (now / 3_600) as usize
}

/// The first 16 digits of the SHA-256 of the counts as 64-bit words, low byte first.
fn digest<'a>(counts: impl IntoIterator<Item = &'a u64>) -> String {
    let mut hash = Sha256::new();
    for count in counts {
        hash.update(count.to_le_bytes());
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
