//! Kernels for x86-64 with AVX2 and FMA, and with AVX-512.
//!
//! Whole vectors are loaded and stored with a mask of all lanes, which becomes a plain instruction. The functions without
//! a mask check their pointers in builds with debug assertions, which would push every sum out of its register.

use super::kernel::{Kernels, Lanes, Lines};
use std::arch::x86_64::*;

/// Kernels for AVX2 and FMA.
pub(super) mod avx2 {
    use super::{interleave_eight, Eight, Kernels, Lanes};
    use crate::matmul::kernel::{self, tiles, Lines, Tile};

    pub(in crate::matmul) static KERNELS: Kernels = Kernels {
        rows: 6,
        lanes: Eight::WIDTH,
        tiles: tiles!(tile, [1 2 3 4 5 6]),
        row: tile::<1, 8, false, false>,
        row_columns: 8 * Eight::WIDTH,
        interleave,
        copy,
    };

    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile<const ROWS: usize, const VECTORS: usize, const A_BY_ROWS: bool, const B_ENDS: bool>(tile: &Tile) {
        kernel::tile::<Eight, ROWS, VECTORS, A_BY_ROWS, B_ENDS>(tile);
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn interleave(source: Lines, into: *mut f32, into_step: usize) {
        interleave_eight(source, into, into_step);
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn copy(source: Lines, into: *mut f32, into_step: usize) {
        kernel::copy::<Eight>(source, into, into_step);
    }
}

/// Kernels for AVX-512.
pub(super) mod avx512 {
    use super::{interleave_sixteen, Kernels, Lanes, Sixteen};
    use crate::matmul::kernel::{self, tiles, Lines, Tile};

    pub(in crate::matmul) static KERNELS: Kernels = Kernels {
        rows: 14,
        lanes: Sixteen::WIDTH,
        tiles: tiles!(tile, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
        row: tile::<1, 8, false, false>,
        row_columns: 8 * Sixteen::WIDTH,
        interleave,
        copy,
    };

    #[target_feature(enable = "avx512f")]
    unsafe fn tile<const ROWS: usize, const VECTORS: usize, const A_BY_ROWS: bool, const B_ENDS: bool>(tile: &Tile) {
        kernel::tile::<Sixteen, ROWS, VECTORS, A_BY_ROWS, B_ENDS>(tile);
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn interleave(source: Lines, into: *mut f32, into_step: usize) {
        interleave_sixteen(source, into, into_step);
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn copy(source: Lines, into: *mut f32, into_step: usize) {
        kernel::copy::<Sixteen>(source, into, into_step);
    }
}

/// A vector of AVX2.
#[derive(Clone, Copy)]
struct Eight(__m256);

impl Lanes for Eight {
    const WIDTH: usize = 8;
    type Mask = __m256i;

    #[inline(always)]
    unsafe fn first(count: usize) -> __m256i {
        let lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        _mm256_cmpgt_epi32(_mm256_set1_epi32(count as i32), lanes)
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(_mm256_setzero_ps())
    }

    #[inline(always)]
    unsafe fn splat(from: *const f32) -> Self {
        Self(_mm256_broadcastss_ps(_mm_load_ss(from)))
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(_mm256_maskload_ps(from, _mm256_set1_epi32(-1)))
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: __m256i) -> Self {
        Self(_mm256_maskload_ps(from, lanes))
    }

    #[inline(always)]
    unsafe fn store(self, into: *mut f32) {
        _mm256_maskstore_ps(into, _mm256_set1_epi32(-1), self.0);
    }

    #[inline(always)]
    unsafe fn store_first(self, into: *mut f32, lanes: __m256i) {
        _mm256_maskstore_ps(into, lanes, self.0);
    }

    #[inline(always)]
    unsafe fn fma(self, factor: Self, term: Self) -> Self {
        Self(_mm256_fmadd_ps(self.0, factor.0, term.0))
    }
}

/// A vector of AVX-512.
#[derive(Clone, Copy)]
struct Sixteen(__m512);

impl Lanes for Sixteen {
    const WIDTH: usize = 16;
    type Mask = __mmask16;

    #[inline(always)]
    unsafe fn first(count: usize) -> __mmask16 {
        ((1u32 << count) - 1) as __mmask16
    }

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(_mm512_setzero_ps())
    }

    #[inline(always)]
    unsafe fn splat(from: *const f32) -> Self {
        Self(_mm512_broadcastss_ps(_mm_load_ss(from)))
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(_mm512_maskz_loadu_ps(!0, from))
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, lanes: __mmask16) -> Self {
        Self(_mm512_maskz_loadu_ps(lanes, from))
    }

    #[inline(always)]
    unsafe fn store(self, into: *mut f32) {
        _mm512_mask_storeu_ps(into, !0, self.0);
    }

    #[inline(always)]
    unsafe fn store_first(self, into: *mut f32, lanes: __mmask16) {
        _mm512_mask_storeu_ps(into, lanes, self.0);
    }

    #[inline(always)]
    unsafe fn fma(self, factor: Self, term: Self) -> Self {
        Self(_mm512_fmadd_ps(self.0, factor.0, term.0))
    }
}

/// [`interleave`](super::kernel::interleave) for AVX2, eight lines and eight `k` at a time.
#[inline(always)]
unsafe fn interleave_eight(source: Lines, into: *mut f32, into_step: usize) {
    let mut line = 0;
    while line < source.lines {
        // Lanes without a line repeat the last one; nothing uses them.
        let mut from = [source.from; 8];
        for (lane, from) in from.iter_mut().enumerate() {
            *from = from.wrapping_add((line + lane).min(source.lines - 1) * source.step);
        }
        let mut into = into.wrapping_add(line);
        let mut k = 0;
        while k < source.depth {
            let depth = (source.depth - k).min(8);
            let mut x = [Eight::zero(); 8];
            if depth == 8 {
                for (x, from) in x.iter_mut().zip(from) {
                    *x = Eight::load(from.wrapping_add(k));
                }
                for x in transposed_eight(x) {
                    x.store(into);
                    into = into.wrapping_add(into_step);
                }
            } else {
                let read = Eight::first(depth);
                for (x, from) in x.iter_mut().zip(from) {
                    *x = Eight::load_first(from.wrapping_add(k), read);
                }
                for x in transposed_eight(x).into_iter().take(depth) {
                    x.store(into);
                    into = into.wrapping_add(into_step);
                }
            }
            k += depth;
        }
        line += 8;
    }
}

/// The transposed of eight rows of eight.
#[inline(always)]
unsafe fn transposed_eight(rows: [Eight; 8]) -> [Eight; 8] {
    let mut x = [_mm256_setzero_ps(); 8];
    for (x, row) in x.iter_mut().zip(rows) {
        *x = row.0;
    }
    let mut pairs = x;
    for i in 0..4 {
        pairs[2 * i] = _mm256_unpacklo_ps(x[2 * i], x[2 * i + 1]);
        pairs[2 * i + 1] = _mm256_unpackhi_ps(x[2 * i], x[2 * i + 1]);
    }
    let mut fours = pairs;
    for i in 0..2 {
        let [p, q, r, s] = [pairs[4 * i], pairs[4 * i + 1], pairs[4 * i + 2], pairs[4 * i + 3]];
        fours[4 * i] = _mm256_shuffle_ps::<0x44>(p, r);
        fours[4 * i + 1] = _mm256_shuffle_ps::<0xEE>(p, r);
        fours[4 * i + 2] = _mm256_shuffle_ps::<0x44>(q, s);
        fours[4 * i + 3] = _mm256_shuffle_ps::<0xEE>(q, s);
    }
    let mut whole = rows;
    for i in 0..4 {
        whole[i] = Eight(_mm256_permute2f128_ps::<0x20>(fours[i], fours[i + 4]));
        whole[i + 4] = Eight(_mm256_permute2f128_ps::<0x31>(fours[i], fours[i + 4]));
    }
    whole
}

/// [`interleave`](super::kernel::interleave) for AVX-512, sixteen lines and sixteen `k` at a time.
#[inline(always)]
unsafe fn interleave_sixteen(source: Lines, into: *mut f32, into_step: usize) {
    let mut line = 0;
    while line < source.lines {
        // Lanes without a line repeat the last one; nothing uses them.
        let mut from = [source.from; 16];
        for (lane, from) in from.iter_mut().enumerate() {
            *from = from.wrapping_add((line + lane).min(source.lines - 1) * source.step);
        }
        let mut into = into.wrapping_add(line);
        let mut k = 0;
        while k < source.depth {
            let depth = (source.depth - k).min(16);
            let mut x = [Sixteen::zero(); 16];
            if depth == 16 {
                for (x, from) in x.iter_mut().zip(from) {
                    *x = Sixteen::load(from.wrapping_add(k));
                }
                for x in transposed_sixteen(x) {
                    x.store(into);
                    into = into.wrapping_add(into_step);
                }
            } else {
                let read = Sixteen::first(depth);
                for (x, from) in x.iter_mut().zip(from) {
                    *x = Sixteen::load_first(from.wrapping_add(k), read);
                }
                for x in transposed_sixteen(x).into_iter().take(depth) {
                    x.store(into);
                    into = into.wrapping_add(into_step);
                }
            }
            k += depth;
        }
        line += 16;
    }
}

/// The transposed of sixteen rows of sixteen.
#[inline(always)]
unsafe fn transposed_sixteen(rows: [Sixteen; 16]) -> [Sixteen; 16] {
    let mut x = [_mm512_setzero_ps(); 16];
    for (x, row) in x.iter_mut().zip(rows) {
        *x = row.0;
    }
    let mut pairs = x;
    for i in 0..8 {
        pairs[2 * i] = _mm512_unpacklo_ps(x[2 * i], x[2 * i + 1]);
        pairs[2 * i + 1] = _mm512_unpackhi_ps(x[2 * i], x[2 * i + 1]);
    }
    // From here on, vector 4 i + j holds, of rows 4 i to 4 i + 3, columns j, 4 + j, 8 + j and 12 + j.
    let mut fours = pairs;
    for i in 0..4 {
        let [p, q, r, s] = [pairs[4 * i], pairs[4 * i + 1], pairs[4 * i + 2], pairs[4 * i + 3]];
        fours[4 * i] = _mm512_shuffle_ps::<0x44>(p, r);
        fours[4 * i + 1] = _mm512_shuffle_ps::<0xEE>(p, r);
        fours[4 * i + 2] = _mm512_shuffle_ps::<0x44>(q, s);
        fours[4 * i + 3] = _mm512_shuffle_ps::<0xEE>(q, s);
    }
    let mut whole = rows;
    for j in 0..4 {
        let [p, q, r, s] = [fours[j], fours[4 + j], fours[8 + j], fours[12 + j]];
        let (low, high) = (_mm512_shuffle_f32x4::<0x44>(p, q), _mm512_shuffle_f32x4::<0x44>(r, s));
        whole[j] = Sixteen(_mm512_shuffle_f32x4::<0x88>(low, high));
        whole[4 + j] = Sixteen(_mm512_shuffle_f32x4::<0xDD>(low, high));
        let (low, high) = (_mm512_shuffle_f32x4::<0xEE>(p, q), _mm512_shuffle_f32x4::<0xEE>(r, s));
        whole[8 + j] = Sixteen(_mm512_shuffle_f32x4::<0x88>(low, high));
        whole[12 + j] = Sixteen(_mm512_shuffle_f32x4::<0xDD>(low, high));
    }
    whole
}
