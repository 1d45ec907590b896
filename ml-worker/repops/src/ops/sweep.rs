//! One pass over tensors of one shape, element by element.

use std::mem::MaybeUninit;

use candle_core::{CpuStorage, DType};

use crate::{
    cpu::{each, filled, part, run, Isa, Work},
    error::Result,
    ops::{
        ensure_shape,
        operation::{apply, Operation, View},
    },
    tensor::Tensor,
};

/// Elements computed at once where an operation has several results: eight registers of AVX-512.
const BLOCK: usize = 128;

/// What an operation computes from the elements at one position of its `INPUTS` tensors.
pub(crate) trait Element<const INPUTS: usize, const OUTPUTS: usize>: Copy + Send + Sync {
    /// The name of the operation.
    const NAME: &'static str;
    /// Elements below which another thread costs more than it saves.
    const GRAIN: usize;

    /// The elements at this position of the results. Implementations are `#[inline(always)]`.
    fn of(self, inputs: [f32; INPUTS]) -> [f32; OUTPUTS];

    /// The numbers of binary32 that the operation takes besides its tensors, in the order of its kernel's parameters.
    #[cfg(feature = "cuda")]
    fn settings(self) -> Vec<f32> {
        Vec::new()
    }
}

/// The operation that computes [`Element::of`] at every position.
pub(crate) struct Sweep<E>(pub(crate) E);

impl<E: Element<INPUTS, OUTPUTS>, const INPUTS: usize, const OUTPUTS: usize> Operation<INPUTS, OUTPUTS> for Sweep<E>
where
    Self: super::operation::Accelerated<INPUTS, OUTPUTS>,
{
    fn name(&self) -> &'static str {
        E::NAME
    }

    fn types(&self) -> [DType; INPUTS] {
        [DType::F32; INPUTS]
    }

    fn cpu(&self, inputs: [View<'_>; INPUTS]) -> Result<[CpuStorage; OUTPUTS]> {
        let mut slices = [[].as_slice(); INPUTS];
        for (slice, input) in slices.iter_mut().zip(inputs) {
            *slice = input.f32()?;
        }
        Ok(everywhere(self.0, slices).map(CpuStorage::F32))
    }
}

/// The results of `element` on tensors of one shape. Fails if their shapes differ.
pub(crate) fn sweep<E: Element<INPUTS, OUTPUTS>, const INPUTS: usize, const OUTPUTS: usize>(
    element: E,
    inputs: [&Tensor; INPUTS],
) -> Result<[Tensor; OUTPUTS]>
where
    Sweep<E>: super::operation::Accelerated<INPUTS, OUTPUTS>,
{
    let shape = inputs.first().map_or(&[][..], |input| input.shape());
    for other in &inputs[1..] {
        ensure_shape(E::NAME, other, shape)?;
    }
    apply(&Sweep(element), inputs, [shape; OUTPUTS])
}

/// The results of `element` on slices of one length, on as many threads as are worth it.
fn everywhere<E: Element<INPUTS, OUTPUTS>, const INPUTS: usize, const OUTPUTS: usize>(
    element: E,
    inputs: [&[f32]; INPUTS],
) -> [Vec<f32>; OUTPUTS] {
    let length = inputs.iter().map(|input| input.len()).min().unwrap_or(0);
    let isa = Isa::current();
    let size = part(length, E::GRAIN, BLOCK);
    // SAFETY: the parts cover all elements, and the sweep of a part writes each element of each of its outputs.
    unsafe {
        filled(length, |mut outputs| {
            let parts = (0..length).step_by(size).map(|start| {
                let end = length.min(start + size);
                let inputs = inputs.map(|input| &input[start..end]);
                let outputs = outputs.each_mut().map(|rest| rest.split_off_mut(..end - start).unwrap_or_default());
                Part { element, inputs, outputs }
            });
            each(parts, |part| run(isa, part));
        })
    }
}

/// A part of a sweep, for one thread.
struct Part<'a, E, const INPUTS: usize, const OUTPUTS: usize> {
    element: E,
    inputs: [&'a [f32]; INPUTS],
    outputs: [&'a mut [MaybeUninit<f32>]; OUTPUTS],
}

impl<E: Element<INPUTS, OUTPUTS>, const INPUTS: usize, const OUTPUTS: usize> Work for Part<'_, E, INPUTS, OUTPUTS> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { element, inputs, mut outputs } = self;
        let length = outputs.first().map_or(0, |output| output.len());
        if OUTPUTS == 1 {
            let inputs = inputs.map(|input| &input[..length]);
            for index in 0..length {
                let results = element.of(inputs.map(|input| input[index]));
                outputs[0][index].write(results[0]);
            }
            return;
        }
        // Through local arrays, since the compiler gives up proving that so many slices don't overlap.
        let mut start = 0;
        while start < length {
            let width = BLOCK.min(length - start);
            let mut block = [[0f32; BLOCK]; INPUTS];
            for (block, input) in block.iter_mut().zip(&inputs) {
                block[..width].copy_from_slice(&input[start..start + width]);
            }
            let mut results = [[0f32; BLOCK]; OUTPUTS];
            for lane in 0..BLOCK {
                let of_lane = element.of(std::array::from_fn(|input| block[input][lane]));
                for output in 0..OUTPUTS {
                    results[output][lane] = of_lane[output];
                }
            }
            for (output, results) in outputs.iter_mut().zip(&results) {
                output[start..start + width].write_copy_of_slice(&results[..width]);
            }
            start += width;
        }
    }
}
