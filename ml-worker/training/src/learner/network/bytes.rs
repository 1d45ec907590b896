//! Tensors and numbers as little-endian bytes of a state.

use neurodata_repops::{Device, Result, Tensor};

/// Append the elements of a binary32 tensor.
pub(super) fn write_tensor(tensor: &Tensor, into: &mut Vec<u8>) -> Result<()> {
    into.reserve(tensor.elements().saturating_mul(4));
    tensor.to_vec()?.into_iter().for_each(|number| into.extend(number.to_le_bytes()));
    Ok(())
}

/// The binary32 tensor of this shape whose elements `bytes` begin with, taken off them, on the CPU.
///
/// `None` if there are too few bytes, or if an element is not finite, which no state holds.
pub(super) fn read_tensor(bytes: &mut &[u8], shape: &[usize]) -> Option<Tensor> {
    let length = shape.iter().product::<usize>().saturating_mul(4);
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    let numbers: Vec<f32> = taken.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
    let are_finite = numbers.iter().all(|number| number.is_finite());
    are_finite.then(|| Tensor::new(numbers, shape, &Device::Cpu).ok()).flatten()
}

/// The u32 that `bytes` begin with, taken off them.
pub(super) fn read_u32(bytes: &mut &[u8]) -> Option<u32> {
    let (word, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*word))
}

/// The u64 that `bytes` begin with, taken off them.
pub(super) fn read_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (word, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*word))
}
