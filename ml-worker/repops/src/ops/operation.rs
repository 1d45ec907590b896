//! The one shape that every operation has, whatever the device.

use candle_core::{CpuStorage, DType, Device, Layout, Storage};

use crate::{
    error::{Error, Result},
    ops::record,
    tensor::{device_name, Tensor},
};

/// An operation with its settings, ready to be applied: `INPUTS` tensors in, `OUTPUTS` tensors out.
///
/// A value of the type has passed every check that needs shapes and settings alone, and holds the lengths that its
/// loops need.
pub(crate) trait Operation<const INPUTS: usize, const OUTPUTS: usize>: Accelerated<INPUTS, OUTPUTS> {
    /// The name, one of [`record::NAMES`].
    fn name(&self) -> &'static str;

    /// The type of the elements of each input.
    fn types(&self) -> [DType; INPUTS];

    /// The elements of each result, row by row, computed on the CPU.
    fn cpu(&self, inputs: [View<'_>; INPUTS]) -> Result<[CpuStorage; OUTPUTS]>;
}

/// An operation's way to compute on a GPU. Implemented in `crate::cuda`, one operation beside the other.
#[cfg(feature = "cuda")]
pub(crate) trait Accelerated<const INPUTS: usize, const OUTPUTS: usize> {
    /// The elements of each result, row by row, computed on the inputs' GPU.
    ///
    /// Every input is contiguous from its layout's start offset, of the type that [`Operation::types`] says, and on the
    /// same GPU. Fails like [`Operation::cpu`] for indices out of range.
    fn cuda(
        &self,
        inputs: [(&candle_core::CudaStorage, &Layout); INPUTS],
    ) -> Result<[candle_core::CudaStorage; OUTPUTS]>;
}

/// Nothing to add where no GPU is compiled in.
#[cfg(not(feature = "cuda"))]
pub(crate) trait Accelerated<const INPUTS: usize, const OUTPUTS: usize> {}

#[cfg(not(feature = "cuda"))]
impl<T, const INPUTS: usize, const OUTPUTS: usize> Accelerated<INPUTS, OUTPUTS> for T {}

/// The elements of an input on the CPU, row by row.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    operation: &'static str,
    storage: &'a CpuStorage,
    start: usize,
    end: usize,
}

impl<'a> View<'a> {
    /// The elements of a binary32 tensor.
    pub(crate) fn f32(self) -> Result<&'a [f32]> {
        self.elements()
    }

    /// The elements of a binary64 tensor.
    pub(crate) fn f64(self) -> Result<&'a [f64]> {
        self.elements()
    }

    /// The elements of a tensor of indices.
    pub(crate) fn u32(self) -> Result<&'a [u32]> {
        self.elements()
    }

    fn elements<T: candle_core::WithDType>(self) -> Result<&'a [T]> {
        let all = self.storage.as_slice::<T>().map_err(Error::device(self.operation))?;
        all.get(self.start..self.end)
            .ok_or_else(|| Error::shape(self.operation, format!("{} elements", self.end), &[all.len()]))
    }
}

/// The results of `operation` on `inputs`, in tensors of these shapes, on the inputs' device.
///
/// Fails unless the inputs have the types that the operation takes and lie on one device.
pub(crate) fn apply<const INPUTS: usize, const OUTPUTS: usize>(
    operation: &impl Operation<INPUTS, OUTPUTS>,
    inputs: [&Tensor; INPUTS],
    shapes: [&[usize]; OUTPUTS],
) -> Result<[Tensor; OUTPUTS]> {
    let name = operation.name();
    for (input, expected) in inputs.iter().zip(operation.types()) {
        let found = input.element_type();
        if found != expected {
            return Err(Error::Type { operation: name, expected: expected.as_str(), found: found.as_str() });
        }
    }
    let device = inputs.first().map_or(&Device::Cpu, |input| input.device());
    if let Some(other) = inputs.iter().find(|input| !input.device().same_device(device)) {
        let (expected, found) = (device_name(device), device_name(other.device()));
        return Err(Error::Devices { operation: name, expected, found });
    }
    let read = inputs.map(|input| input.as_candle().storage_and_layout());
    let storages = match device {
        Device::Cpu => cpu(operation, &read)?.map(Storage::Cpu),
        #[cfg(feature = "cuda")]
        Device::Cuda(_) => cuda(operation, &read)?.map(Storage::Cuda),
        other => return Err(unsupported(name, other)),
    };
    record::note(name);
    let mut shapes = shapes.into_iter();
    Ok(storages.map(|storage| Tensor::from_storage(storage, shapes.next().unwrap_or_default())))
}

type Read<'a> = (candle_core::StorageRef<'a>, &'a Layout);

fn cpu<const INPUTS: usize, const OUTPUTS: usize>(
    operation: &impl Operation<INPUTS, OUTPUTS>,
    inputs: &[Read<'_>; INPUTS],
) -> Result<[CpuStorage; OUTPUTS]> {
    let name = operation.name();
    let mut views = Vec::with_capacity(INPUTS);
    for (storage, layout) in inputs {
        let Storage::Cpu(storage) = &**storage else { return Err(unsupported(name, &Device::Cpu)) };
        let start = layout.start_offset();
        views.push(View { operation: name, storage, start, end: start + layout.shape().elem_count() });
    }
    let views: [View<'_>; INPUTS] = views.try_into().map_err(|_| unsupported(name, &Device::Cpu))?;
    operation.cpu(views)
}

#[cfg(feature = "cuda")]
fn cuda<const INPUTS: usize, const OUTPUTS: usize>(
    operation: &impl Operation<INPUTS, OUTPUTS>,
    inputs: &[Read<'_>; INPUTS],
) -> Result<[candle_core::CudaStorage; OUTPUTS]> {
    let name = operation.name();
    let mut views = Vec::with_capacity(INPUTS);
    for (storage, layout) in inputs {
        let Storage::Cuda(storage) = &**storage else { return Err(unsupported(name, &Device::Cpu)) };
        views.push((storage, *layout));
    }
    let views: [(&candle_core::CudaStorage, &Layout); INPUTS] =
        views.try_into().map_err(|_| unsupported(name, &Device::Cpu))?;
    operation.cuda(views)
}

fn unsupported(operation: &'static str, device: &Device) -> Error {
    let reason = candle_core::Error::msg(format!("no operations for {}", device_name(device)));
    Error::Device { operation, source: Box::new(reason) }
}
