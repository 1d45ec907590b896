//! The Poseidon permutation over BLS12-381's scalar field, in widths 3 and 9, and its sponge.
//!
//! ```text
//! full round:     x_i <- (x_i + c_i)^5 for every i;                        x <- M x
//! partial round:  x_i <- x_i + c_i for every i;  x_0 <- x_0^5;             x <- M x
//! permutation:    4 full rounds, R_P partial rounds, 4 full rounds
//! sponge:         x = (domain, 0, ..); for each block of T - 1 elements: x_{1..} <- x_{1..} + block; permute; out x_1
//! ```
//!
//! The partial rounds are computed in an equivalent form, in which `x <- M x` costs `2 T - 1` products in place of `T^2`
//! (appendix B of the paper). With `M = [[m, v], [w, N]]`, the powers of `N` are carried behind the S-boxes, which they
//! commute with:
//!
//! ```text
//! round i = 1, 2, ..: x <- x + K^(1-i) c_i;  x_0 <- x_0^5;  (x_0, y) <- (m x_0 + v N^(i-1) y, y + N^-i w x_0)
//! after the last, R:  x <- K^R x              with y = x_{1..} and K = [[1, 0], [0, N]]
//! ```
//!
//! Source: Grassi, Khovratovich, Rechberger, Roy and Schofnegger, <https://eprint.iacr.org/2019/458>. Security level
//! 128 bits. `R_P` is the smallest count that resists the attacks of the paper (with the correction of
//! <https://eprint.iacr.org/2023/537>) at 6 full rounds, plus the paper's margin of 2 full rounds and 7.5 % of the
//! partial rounds: 56 for width 3, 57 for width 9.

mod sparse_nine;
mod sparse_three;
mod width_nine;
mod width_three;

use ark_bls12_381::Fr;
use ark_ff::{AdditiveGroup, BigInt, Field};

/// Full rounds, half of them before and half after the partial rounds.
pub const FULL_ROUNDS: usize = 8;

/// The constants of a permutation of width `T`.
pub struct Parameters<const T: usize> {
    /// Round constants, one row for each round.
    pub round_constants: &'static [[Fr; T]],
    /// The matrix of the linear layer.
    pub mds: &'static [[Fr; T]; T],
    /// The partial rounds in their equivalent form.
    sparse: SparseRounds<T>,
}

/// The partial rounds in the form that costs least; see the module's documentation.
struct SparseRounds<const T: usize> {
    /// For each round: constants `K^(1-i) c_i`, row `(m, v N^(i-1))`, column `(0, N^-i w)`.
    rounds: &'static [[[Fr; T]; 3]],
    /// `K^R`, applied after the last of them.
    last: &'static [[Fr; T]; T],
}

/// Width 3, rate 2: inner nodes of a tree.
pub static WIDTH_3: Parameters<3> = Parameters {
    round_constants: &ROUND_CONSTANTS_3,
    mds: &MDS_3,
    sparse: SparseRounds { rounds: &SPARSE_3, last: &LAST_3 },
};

/// Width 9, rate 8: leaves and layouts.
pub static WIDTH_9: Parameters<9> = Parameters {
    round_constants: &ROUND_CONSTANTS_9,
    mds: &MDS_9,
    sparse: SparseRounds { rounds: &SPARSE_9, last: &LAST_9 },
};

static ROUND_CONSTANTS_3: [[Fr; 3]; 64] = elements(&width_three::ROUND_CONSTANTS);
static MDS_3: [[Fr; 3]; 3] = elements(&width_three::MDS);
static ROUND_CONSTANTS_9: [[Fr; 9]; 65] = elements(&width_nine::ROUND_CONSTANTS);
static MDS_9: [[Fr; 9]; 9] = elements(&width_nine::MDS);
static SPARSE_3: [[[Fr; 3]; 3]; 56] = rounds(&sparse_three::ROUNDS);
static LAST_3: [[Fr; 3]; 3] = elements(&sparse_three::LAST);
static SPARSE_9: [[[Fr; 9]; 3]; 57] = rounds(&sparse_nine::ROUNDS);
static LAST_9: [[Fr; 9]; 9] = elements(&sparse_nine::LAST);

const fn rounds<const T: usize, const R: usize>(limbs: &[[[[u64; 4]; T]; 3]; R]) -> [[[Fr; T]; 3]; R] {
    let mut rounds = [[[Fr::new(BigInt::new([0; 4])); T]; 3]; R];
    let mut round = 0;
    while round < R {
        rounds[round] = elements(&limbs[round]);
        round += 1;
    }
    rounds
}

// Evaluated at compile time only: an index out of range would not compile.
const fn elements<const T: usize, const R: usize>(limbs: &[[[u64; 4]; T]; R]) -> [[Fr; T]; R] {
    let mut rows = [[Fr::new(BigInt::new([0; 4])); T]; R];
    let mut row = 0;
    while row < R {
        let mut column = 0;
        while column < T {
            rows[row][column] = Fr::new(BigInt::new(limbs[row][column]));
            column += 1;
        }
        row += 1;
    }
    rows
}

/// Whether the S-box applies to the whole state in a round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Round {
    /// To every element.
    Full,
    /// To the first element alone.
    Partial,
}

impl<const T: usize> Parameters<T> {
    /// Partial rounds.
    pub fn partial_rounds(&self) -> usize {
        self.round_constants.len().saturating_sub(FULL_ROUNDS)
    }

    /// Kind and constants of each round in order.
    pub fn rounds(&self) -> impl Iterator<Item = (Round, &'static [Fr; T])> {
        let partial = FULL_ROUNDS / 2..FULL_ROUNDS / 2 + self.partial_rounds();
        let kind = move |at| if partial.contains(&at) { Round::Partial } else { Round::Full };
        self.round_constants.iter().enumerate().map(move |(at, constants)| (kind(at), constants))
    }

    /// The permutation.
    pub fn permute(&self, state: &mut [Fr; T]) {
        const HALF: usize = FULL_ROUNDS / 2;
        let mut full = self.round_constants.iter();
        full.by_ref().take(HALF).for_each(|constants| self.full_round(state, constants));
        for [constants, row, column] in self.sparse.rounds {
            add(state, constants);
            state.iter_mut().take(1).for_each(sbox);
            let (product, first) = (dot(row, state), state.first().copied().unwrap_or(Fr::ZERO));
            state.iter_mut().zip(column).skip(1).for_each(|(element, entry)| *element += *entry * first);
            state.iter_mut().take(1).for_each(|element| *element = product);
        }
        *state = self.sparse.last.each_ref().map(|row| dot(row, state));
        full.skip(self.partial_rounds()).for_each(|constants| self.full_round(state, constants));
    }

    fn full_round(&self, state: &mut [Fr; T], constants: &[Fr; T]) {
        add(state, constants);
        state.iter_mut().for_each(sbox);
        *state = self.mds.each_ref().map(|row| dot(row, state));
    }

    /// Sponge digest of `elements` under `domain`.
    ///
    /// The last block is filled with zeros, so a domain may be used with one number of elements only.
    pub fn digest(&self, domain: Fr, elements: &[Fr]) -> Fr {
        let mut state = [Fr::ZERO; T];
        if let Some(capacity) = state.first_mut() {
            *capacity = domain;
        }
        for block in elements.chunks(T.saturating_sub(1).max(1)) {
            state.iter_mut().skip(1).zip(block).for_each(|(lane, element)| *lane += element);
            self.permute(&mut state);
        }
        state.into_iter().nth(1).unwrap_or(Fr::ZERO)
    }
}

fn add<const T: usize>(state: &mut [Fr; T], constants: &[Fr; T]) {
    state.iter_mut().zip(constants).for_each(|(element, constant)| *element += constant);
}

fn dot<const T: usize>(row: &[Fr; T], state: &[Fr; T]) -> Fr {
    row.iter().zip(state).fold(Fr::ZERO, |sum, (entry, element)| sum + *entry * element)
}

fn sbox(element: &mut Fr) {
    let fourth = element.square().square();
    *element *= fourth;
}

#[cfg(test)]
mod tests;
