//! Random numbers that depend on a seed, a purpose and an index alone.
//!
//! ```text
//! words(seed, purpose, index) = ChaCha20 key stream under key `seed`, 64-bit stream id (purpose << 32 | index),
//!                               counted from block 0, read as little-endian 32-bit words
//! ```
//!
//! Nothing is carried over from one (purpose, index) to the next, so a run that resumes in its 40th epoch draws what an
//! uninterrupted run draws there. Source of the cipher: D. J. Bernstein, "ChaCha, a variant of Salsa20", with the
//! 64-bit counter and 64-bit stream id of that paper.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// What random numbers are drawn for. Each purpose has numbers of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purpose(u32);

impl Purpose {
    /// The choice of the holdout.
    pub const SPLIT: Self = Self(1);
    /// The initial parameters; the index is the layer.
    pub const INITIAL_PARAMETERS: Self = Self(2);
    /// The order of the training rows; the index is the training epoch.
    pub const ROW_ORDER: Self = Self(3);
    /// The choice of the rows that early stopping judges epochs by.
    pub const VALIDATION: Self = Self(4);
    /// The rows that a tree of a forest is grown on; the index is the tree.
    pub const FOREST_ROWS: Self = Self(5);
    /// The columns that the splits of a tree of a forest choose from; the index is the tree.
    pub const FOREST_COLUMNS: Self = Self(6);
    /// The first centres of clusters.
    pub const CLUSTERS: Self = Self(7);

    /// The purpose with this number. Numbers below 1,024 are kept for this project.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

/// The random numbers of one seed, purpose and index, in order.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha20Rng);

impl Stream {
    /// The numbers at index 0 of `purpose`.
    pub fn new(seed: [u8; 32], purpose: Purpose) -> Self {
        Self::at(seed, purpose, 0)
    }

    /// The numbers at `index` of `purpose`.
    pub fn at(seed: [u8; 32], purpose: Purpose, index: u32) -> Self {
        let mut generator = ChaCha20Rng::from_seed(seed);
        generator.set_stream((u64::from(purpose.0) << 32) | u64::from(index));
        Self(generator)
    }

    /// The next 32 bits.
    pub fn next_word(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number from 0, inclusive, to 1, exclusive: a multiple of 2^-24, all equally likely. Takes one word.
    pub fn uniform(&mut self) -> f32 {
        // 24 bits fit the significand, so both the conversion and the product are exact.
        (self.next_word() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// An integer below `end`, all equally likely; 0 if `end` is 0. Takes one word or, rarely, more.
    ///
    /// A word is multiplied by `end`; the upper half is the result unless the lower half lies in the part that would
    /// favour small numbers. Source: D. Lemire, "Fast random integer generation in an interval", 2019.
    pub fn below(&mut self, end: u32) -> u32 {
        if end == 0 {
            return 0;
        }
        let threshold = end.wrapping_neg() % end;
        loop {
            let product = u64::from(self.next_word()) * u64::from(end);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// The numbers `0..length` in random order, all orders equally likely.
    ///
    /// Fisher-Yates: for `i` from the last position down to 1, swap positions `i` and `below(i + 1)`.
    pub fn permutation(&mut self, length: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..length).collect();
        for last in (1..length).rev() {
            let chosen = self.below(last + 1);
            order.swap(last as usize, chosen as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: [u8; 32] = [7; 32];

    #[test]
    fn streams_of_other_seeds_purposes_and_indices_differ() {
        let words = |seed, purpose, index| {
            let mut stream = Stream::at(seed, purpose, index);
            [(); 4].map(|()| stream.next_word())
        };
        let first = words(SEED, Purpose::SPLIT, 0);
        assert_eq!(first, words(SEED, Purpose::SPLIT, 0));
        assert_ne!(first, words([8; 32], Purpose::SPLIT, 0));
        assert_ne!(first, words(SEED, Purpose::ROW_ORDER, 0));
        assert_ne!(first, words(SEED, Purpose::SPLIT, 1));
    }

    #[test]
    fn the_key_stream_is_chacha20() {
        // Key and nonce zero, block 0: RFC 8439, appendix A.1, test vector 1.
        let mut stream = Stream::at([0; 32], Purpose::new(0), 0);
        assert_eq!(stream.next_word(), u32::from_le_bytes([0x76, 0xb8, 0xe0, 0xad]));
        assert_eq!(stream.next_word(), u32::from_le_bytes([0xa0, 0xf1, 0x3d, 0x90]));
    }

    #[test]
    fn golden_values() {
        let mut stream = Stream::new(SEED, Purpose::INITIAL_PARAMETERS);
        let uniform = [(); 4].map(|()| stream.uniform().to_bits());
        assert_eq!(uniform, GOLDEN_UNIFORM);
        assert_eq!(Stream::new(SEED, Purpose::SPLIT).permutation(10), GOLDEN_PERMUTATION);
        let mut stream = Stream::at(SEED, Purpose::ROW_ORDER, 3);
        assert_eq!([(); 4].map(|()| stream.below(1_000)), GOLDEN_BELOW);
    }

    // Computed by a second implementation of the documented definitions, in Python.
    const GOLDEN_UNIFORM: [u32; 4] = [1057435387, 1033042312, 1052237572, 1049595494];
    const GOLDEN_PERMUTATION: [u32; 10] = [9, 0, 7, 3, 1, 4, 5, 2, 6, 8];
    const GOLDEN_BELOW: [u32; 4] = [451, 548, 93, 497];

    #[test]
    fn integers_stay_below_their_end_and_are_even() {
        let mut stream = Stream::new(SEED, Purpose::new(2_000));
        assert_eq!((stream.below(0), stream.below(1)), (0, 0));
        let mut counts = [0u32; 6];
        (0..60_000).for_each(|_| counts[stream.below(6) as usize] += 1);
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        // More than half of the words are refused for this end, which shows that refusal doesn't skew the rest.
        let end = (1 << 31) + 1;
        let upper = (0..10_000).filter(|_| stream.below(end) > end / 2).count();
        assert!((4_800..5_200).contains(&upper), "{upper}");
    }

    #[test]
    fn uniform_numbers_fill_their_interval() {
        let mut stream = Stream::new(SEED, Purpose::new(2_001));
        let numbers: Vec<f32> = (0..10_000).map(|_| stream.uniform()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().map(|number| f64::from(*number)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        for length in [0, 1, 2, 303] {
            let mut order = Stream::new(SEED, Purpose::SPLIT).permutation(length);
            order.sort_unstable();
            assert_eq!(order, (0..length).collect::<Vec<_>>());
        }
    }
}
