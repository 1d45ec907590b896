//! Deterministic draws from a seed of the chain.
//!
//! ```text
//! derive(seed, domain, subject) = BLAKE2b-256(SCALE(domain, seed, subject))
//! word(seed, i)                 = first 8 bytes, little-endian, of BLAKE2b-256(SCALE(seed, i))
//! ```
//!
//! A number below `n` is `word mod n`: the bias is at most `n / 2^64`, below one part in 4 billion for any `u32`.

use crate::Seed;
use alloc::vec::Vec;
use codec::Encode;
use sp_crypto_hashing::blake2_256;

/// Domain of the chunks that an audit draws.
pub const AUDIT_DOMAIN: &[u8; 24] = b"neurodata/draw/audit/1  ";
/// Domain of a job's training seed.
pub const TRAINING_DOMAIN: &[u8; 24] = b"neurodata/draw/training1";
/// Domain of the chunk that a compute provider proves.
pub const POSSESSION_DOMAIN: &[u8; 24] = b"neurodata/draw/possess/1";
/// Domain of an evaluation committee.
pub const COMMITTEE_DOMAIN: &[u8; 24] = b"neurodata/draw/committe1";

/// Domain of the inspectors of a package.
pub const INSPECTION_DOMAIN: &[u8; 24] = b"neurodata/draw/inspect/1";

/// A seed for one purpose and one subject.
pub fn derive(seed: &Seed, domain: &[u8; 24], subject: &impl Encode) -> Seed {
    Seed::new(blake2_256(&(domain, seed, subject).encode()))
}

fn word(seed: &Seed, index: u32) -> u64 {
    let digest = blake2_256(&(seed, index).encode());
    digest.iter().take(8).rev().fold(0u64, |value, byte| (value << 8) | u64::from(*byte))
}

/// A number below `end`; 0 if `end` is 0.
pub fn below(seed: &Seed, end: u32) -> u32 {
    word(seed, 0).checked_rem(u64::from(end)).map_or(0, |value| value as u32)
}

/// `count` distinct numbers below `end`, in the order drawn; all of them in ascending order if `count >= end`.
///
/// A partial Fisher-Yates shuffle that remembers only the `count` positions it moved.
pub fn distinct(seed: &Seed, end: u32, count: u32) -> Vec<u32> {
    if count >= end {
        return (0..end).collect();
    }
    let mut moved: Vec<(u32, u32)> = Vec::new();
    let mut drawn = Vec::new();
    let at = |moved: &Vec<(u32, u32)>, position: u32| {
        moved.iter().rev().find(|(index, _)| *index == position).map_or(position, |(_, value)| *value)
    };
    for position in 0..count {
        let left = u64::from(end.saturating_sub(position));
        let offset = word(seed, position).checked_rem(left).map_or(0, |value| value as u32);
        let chosen = position.saturating_add(offset);
        drawn.push(at(&moved, chosen));
        let value = at(&moved, position);
        moved.push((chosen, value));
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_distinct_in_range_and_reproducible() {
        let seed = Seed::new([7; 32]);
        let drawn = distinct(&seed, 225, 32);
        let mut sorted = drawn.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 32);
        assert!(sorted.iter().all(|index| *index < 225));
        assert_eq!(drawn, distinct(&seed, 225, 32));
        assert_ne!(drawn, distinct(&Seed::new([8; 32]), 225, 32));
    }

    #[test]
    fn a_small_set_is_drawn_whole() {
        assert_eq!(distinct(&Seed::new([1; 32]), 5, 32), [0, 1, 2, 3, 4]);
        assert_eq!(below(&Seed::new([1; 32]), 0), 0);
    }

    #[test]
    fn every_member_is_drawn_about_equally_often() {
        let mut counts = [0u32; 10];
        for round in 0..3_000u32 {
            let seed = derive(&Seed::new([0; 32]), COMMITTEE_DOMAIN, &round);
            distinct(&seed, 10, 3).into_iter().for_each(|index| counts[index as usize] += 1);
        }
        assert!(counts.iter().all(|count| (780..=1_020).contains(count)), "{counts:?}");
    }
}
