//! Every operation on a GPU of NVIDIA's, with the same bits as on the CPU.
//!
//! ## Overview
//!
//! - `plan` and `lookup`: which kernels an operation starts, on which grids, in how many passes.
//! - `operations`: the operations of [`crate::ops`] in terms of those.
//! - Here: compiling the kernels and starting them on candle's device and stream.
//!
//! ## Implementation notes
//!
//! Kernels are compiled at their first use by NVRTC, which the feature links in, for the oldest architecture that
//! serves; the driver translates the result for the GPU at hand. Contraction and approximations are off, and the kernels
//! name the rounding of every operation besides, so that neither step has a choice. `scripts/check_kernels.py` checks
//! the first step without a GPU, `tests/cuda_equality.rs` the whole on one.

mod lookup;
mod operations;
mod plan;

use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use candle_core::{
    cuda_backend::{
        cudarc::{
            driver::{sys::CUdevice_attribute, CudaSlice, CudaView, DeviceRepr, LaunchConfig, PushKernelArg},
            nvrtc::{compile_ptx_with_opts, CompileOptions},
        },
        CudaDType, CudaDevice, WrapErr,
    },
    CudaStorage, Layout,
};

use crate::error::Error;
use plan::{Argument, Kernel, Machine, Module, Refusal};

/// The newest architecture that kernels are compiled for. PTX for it runs on every later one.
const ARCHITECTURE: i32 = 80;

/// The GPU of an operation's inputs, while the operation runs.
struct Gpu<'a> {
    operation: &'static str,
    device: &'a CudaDevice,
}

/// Numbers in the GPU's memory: an input of the operation, or what it computed.
enum Numbers<'a, T> {
    Input(CudaView<'a, T>),
    Computed(CudaSlice<T>),
}

/// Why a plan failed on the GPU.
enum Failure {
    Refused(Refusal),
    Device(candle_core::Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<candle_core::Error> for Failure {
    fn from(error: candle_core::Error) -> Self {
        Self::Device(error)
    }
}

impl<'a> Gpu<'a> {
    /// The GPU that holds `storage`.
    fn new(operation: &'static str, storage: &'a CudaStorage) -> Self {
        Self { operation, device: &storage.device }
    }

    /// The numbers of an input.
    fn input<T: CudaDType>(&self, (storage, layout): (&'a CudaStorage, &Layout)) -> Result<Numbers<'a, T>, Error> {
        let slice = storage.as_cuda_slice::<T>().map_err(Error::device(self.operation))?;
        let start = layout.start_offset();
        let end = start + layout.shape().elem_count();
        let length = slice.as_view().len();
        match slice.try_slice(start..end) {
            Some(view) => Ok(Numbers::Input(view)),
            None => Err(Error::shape(self.operation, format!("{end} elements"), &[length])),
        }
    }

    /// What an operation computed, as candle stores it.
    fn output<T: CudaDType>(&self, numbers: Numbers<'a, T>) -> Result<CudaStorage, Error> {
        match numbers {
            Numbers::Computed(slice) => Ok(CudaStorage::wrap_cuda_slice(slice, self.device.clone())),
            Numbers::Input(_) => Err(self.failed(Failure::Device(candle_core::Error::msg("an input as a result")))),
        }
    }

    fn failed(&self, failure: Failure) -> Error {
        let operation = self.operation;
        match failure {
            Failure::Refused(Refusal::Index { position, index, end }) => {
                Error::Index { operation, position, index, end }
            }
            Failure::Refused(Refusal::Length(length)) => {
                Error::shape(operation, "lengths that a kernel's u32 holds", &[length])
            }
            Failure::Device(source) => Error::device(operation)(source),
        }
    }

    fn allocate<T: DeviceRepr>(&self, length: usize) -> Result<Numbers<'a, T>, Failure> {
        // The driver refuses to allocate nothing.
        // SAFETY: every kernel writes all elements of its outputs before anything reads them.
        Ok(Numbers::Computed(unsafe { self.device.alloc::<T>(length.max(1)) }?))
    }

    /// The compute capability of the GPU, 80 for 8.0.
    fn capability(&self) -> Result<i32, Failure> {
        let stream = self.device.cuda_stream();
        let (major, minor) = stream.context().compute_capability().w()?;
        Ok(10 * major + minor)
    }
}

/// The PTX of `module`, compiled once for each architecture.
fn ptx(module: &'static Module, capability: i32) -> Result<&'static str, Failure> {
    static COMPILED: OnceLock<Mutex<HashMap<(&str, i32), &str>>> = OnceLock::new();
    let architecture = capability.min(ARCHITECTURE);
    let compiled = COMPILED.get_or_init(Mutex::default);
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(ptx) = compiled.get(&(module.name, architecture)) {
        return Ok(ptx);
    }
    let options = CompileOptions {
        ftz: Some(false),
        prec_sqrt: Some(true),
        prec_div: Some(true),
        fmad: Some(false),
        options: vec!["--std=c++17".to_owned(), format!("--gpu-architecture=compute_{architecture}")],
        name: Some(format!("{}.cu", module.name)),
        ..CompileOptions::default()
    };
    let ptx = compile_ptx_with_opts(module.texts.concat(), options)
        .map_err(|error| candle_core::Error::msg(format!("NVRTC cannot compile {}: {error}", module.name)))?;
    // A handful of texts for the life of the process.
    let ptx: &'static str = Box::leak(ptx.to_src().into_boxed_str());
    compiled.insert((module.name, architecture), ptx);
    Ok(ptx)
}

impl<'a> Machine for Gpu<'a> {
    type Error = Failure;
    type Singles = Numbers<'a, f32>;
    type Doubles = Numbers<'a, f64>;
    type Indices = Numbers<'a, u32>;

    fn singles(&self, length: usize) -> Result<Numbers<'a, f32>, Failure> {
        self.allocate(length)
    }

    fn doubles(&self, length: usize) -> Result<Numbers<'a, f64>, Failure> {
        self.allocate(length)
    }

    fn indices(&self, length: usize) -> Result<Numbers<'a, u32>, Failure> {
        self.allocate(length)
    }

    fn upload(&self, values: &[u32]) -> Result<Numbers<'a, u32>, Failure> {
        if values.is_empty() {
            return self.allocate(0);
        }
        Ok(Numbers::Computed(self.device.clone_htod(values)?))
    }

    fn download(&self, indices: &Numbers<'a, u32>) -> Result<Vec<u32>, Failure> {
        Ok(match indices {
            Numbers::Input(view) if view.len() == 0 => Vec::new(),
            Numbers::Input(view) => self.device.clone_dtoh(view)?,
            Numbers::Computed(slice) => self.device.clone_dtoh(slice)?,
        })
    }

    fn processors(&self) -> usize {
        let stream = self.device.cuda_stream();
        let count = stream.context().attribute(CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        // Only the choice of tiles depends on it.
        count.ok().and_then(|count| usize::try_from(count).ok()).unwrap_or(1)
    }

    fn launch(
        &self,
        Kernel(module, name): Kernel<'_>,
        grid: (u32, u32),
        block: (u32, u32),
        arguments: &mut [Argument<'_, Self>],
    ) -> Result<(), Failure> {
        let function = self.device.get_or_load_custom_func(name, module.name, ptx(module, self.capability()?)?)?;
        let mut builder = function.builder();
        for argument in arguments.iter_mut() {
            match argument {
                Argument::Singles(numbers) => read(&mut builder, numbers),
                Argument::Doubles(numbers) => read(&mut builder, numbers),
                Argument::Indices(numbers) => read(&mut builder, numbers),
                Argument::IntoSingles(numbers) => write(&mut builder, numbers)?,
                Argument::IntoDoubles(numbers) => write(&mut builder, numbers)?,
                Argument::IntoIndices(numbers) => write(&mut builder, numbers)?,
                Argument::Small(number) => drop(builder.arg(&*number)),
                Argument::Long(number) => drop(builder.arg(&*number)),
                Argument::Single(number) => drop(builder.arg(&*number)),
            }
        }
        let config =
            LaunchConfig { grid_dim: (grid.0, grid.1, 1), block_dim: (block.0, block.1, 1), shared_mem_bytes: 0 };
        // SAFETY: the arguments are those of the kernel, in its order, and `plan` sizes buffers as the kernel indexes
        // them; the emulation runs the same plans and finds writes beyond a buffer.
        unsafe { builder.launch(config) }.w()?;
        Ok(())
    }
}

type Builder<'a> = candle_core::cuda_backend::cudarc::driver::LaunchArgs<'a>;

fn read<'b: 'a, 'a, T>(builder: &mut Builder<'a>, numbers: &'b Numbers<'_, T>) {
    match numbers {
        Numbers::Input(view) => builder.arg(view),
        Numbers::Computed(slice) => builder.arg(slice),
    };
}

fn write<'b: 'a, 'a, T>(builder: &mut Builder<'a>, numbers: &'b mut Numbers<'_, T>) -> Result<(), Failure> {
    match numbers {
        Numbers::Computed(slice) => {
            builder.arg(slice);
            Ok(())
        }
        Numbers::Input(_) => Err(Failure::Device(candle_core::Error::msg("an input as a result"))),
    }
}
