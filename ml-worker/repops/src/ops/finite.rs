//! The search for numbers that end training.

use candle_core::{CpuStorage, DType};

use crate::{
    cpu::{run, Isa, Work},
    error::Result,
    ops::operation::{apply, Operation, View},
    tensor::Tensor,
};

/// Elements looked at between two decisions to stop.
const BLOCK: usize = 1 << 10;
/// What stands for "none" among positions.
pub(crate) const NONE: u32 = u32::MAX;

/// The index, row by row, of the first element of `x` that is NaN or infinite.
///
/// ## Errors
/// Types other than binary32.
pub fn first_not_finite(x: &Tensor) -> Result<Option<usize>> {
    let [position] = apply(&FirstNotFinite, [x], [&[2]])?;
    let halves = position.to_indices()?;
    Ok(match halves.as_slice() {
        [low, high] if (*low, *high) != (NONE, NONE) => usize::try_from(u64::from(*high) << 32 | u64::from(*low)).ok(),
        _ => None,
    })
}

/// The operation behind [`first_not_finite`]: the index as two u32, the lower half first; [`NONE`] twice if there is
/// none.
pub(crate) struct FirstNotFinite;

impl Operation<1, 1> for FirstNotFinite {
    fn name(&self) -> &'static str {
        "first_not_finite"
    }

    fn types(&self) -> [DType; 1] {
        [DType::F32]
    }

    fn cpu(&self, [x]: [View<'_>; 1]) -> Result<[CpuStorage; 1]> {
        let found = run(Isa::current(), Search(x.f32()?)).map_or([NONE; 2], |index| {
            let index = index as u64;
            [index as u32, (index >> 32) as u32]
        });
        Ok([CpuStorage::U32(found.to_vec())])
    }
}

struct Search<'a>(&'a [f32]);

impl Work for Search<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run(self) -> Option<usize> {
        for (index, block) in self.0.chunks(BLOCK).enumerate() {
            // Without an early end, so that the loop is vector code.
            let finite = block.iter().fold(true, |finite, x| finite & x.is_finite());
            if !finite {
                let within = block.iter().position(|x| !x.is_finite());
                return within.map(|within| index * BLOCK + within);
            }
        }
        None
    }
}
