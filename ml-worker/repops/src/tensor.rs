//! Tensors that only reproducible operations can be applied to.

use candle_core::{op::BackpropOp, DType, Device, DeviceLocation, Storage};

use crate::error::{Error, Result};

/// An array of binary32, binary64 or u32 numbers, row by row, on the CPU or a GPU.
///
/// Nothing but [`crate::ops`] computes with it. A clone shares the elements, which never change.
#[derive(Clone, Debug)]
pub struct Tensor(candle_core::Tensor);

impl Tensor {
    /// The tensor of `shape` with these binary32 elements, row by row.
    pub fn new(values: Vec<f32>, shape: &[usize], device: &Device) -> Result<Self> {
        Self::with_elements("new", values, shape, device)
    }

    /// The tensor of `shape` with these indices, row by row.
    pub fn indices(values: Vec<u32>, shape: &[usize], device: &Device) -> Result<Self> {
        Self::with_elements("indices", values, shape, device)
    }

    /// The binary32 tensor of `shape` whose elements are all +0.
    pub fn zeros(shape: &[usize], device: &Device) -> Result<Self> {
        count("zeros", shape)?;
        candle_core::Tensor::zeros(shape, DType::F32, device).map(Self).map_err(Error::device("zeros"))
    }

    /// The length of each dimension; empty for a single number.
    pub fn shape(&self) -> &[usize] {
        self.0.dims()
    }

    /// Where the elements lie.
    pub fn device(&self) -> &Device {
        self.0.device()
    }

    /// The number of elements.
    pub fn elements(&self) -> usize {
        self.0.elem_count()
    }

    /// The binary32 elements, row by row. Fails for other types.
    pub fn to_vec(&self) -> Result<Vec<f32>> {
        self.to_elements("to_vec", DType::F32)
    }

    /// The binary64 elements, row by row. Fails for other types.
    pub fn to_vec_f64(&self) -> Result<Vec<f64>> {
        self.to_elements("to_vec_f64", DType::F64)
    }

    /// The indices, row by row. Fails for other types.
    pub fn to_indices(&self) -> Result<Vec<u32>> {
        self.to_elements("to_indices", DType::U32)
    }

    /// The same elements in another shape, without a copy. Fails if their number differs.
    pub fn reshape(&self, shape: &[usize]) -> Result<Self> {
        if count("reshape", shape)? != self.elements() {
            return Err(Error::shape("reshape", format!("a shape of {} elements", self.elements()), shape));
        }
        self.0.reshape(shape).map(Self).map_err(Error::device("reshape"))
    }

    /// The same elements on `device`; a copy if that is another one.
    pub fn to_device(&self, device: &Device) -> Result<Self> {
        self.0.to_device(device).map(Self).map_err(Error::device("to_device"))
    }

    /// The elements of a tensor of candle. Fails for types other than f32, f64 and u32.
    ///
    /// A view that is not row by row is copied. candle's record of how the tensor came to be is dropped.
    pub fn from_candle(tensor: candle_core::Tensor) -> Result<Self> {
        match tensor.dtype() {
            DType::F32 | DType::F64 | DType::U32 => {
                tensor.detach().contiguous().map(Self).map_err(Error::device("from_candle"))
            }
            other => Err(Error::Type { operation: "from_candle", expected: "f32, f64 or u32", found: other.as_str() }),
        }
    }

    /// The same tensor for callers that hold tensors of candle.
    pub fn as_candle(&self) -> &candle_core::Tensor {
        &self.0
    }

    /// The tensor of `shape` over the elements that an operation computed.
    pub(crate) fn from_storage(storage: Storage, shape: &[usize]) -> Self {
        Self(candle_core::Tensor::from_storage(storage, shape, BackpropOp::none(), false))
    }

    /// The type of the elements.
    pub(crate) fn element_type(&self) -> DType {
        self.0.dtype()
    }

    fn with_elements<T: candle_core::WithDType>(
        operation: &'static str,
        values: Vec<T>,
        shape: &[usize],
        device: &Device,
    ) -> Result<Self> {
        if count(operation, shape)? != values.len() {
            return Err(Error::shape(operation, format!("a shape of {} elements", values.len()), shape));
        }
        candle_core::Tensor::from_vec(values, shape, device).map(Self).map_err(Error::device(operation))
    }

    fn to_elements<T: candle_core::WithDType>(&self, operation: &'static str, expected: DType) -> Result<Vec<T>> {
        if self.0.dtype() != expected {
            return Err(Error::Type { operation, expected: expected.as_str(), found: self.0.dtype().as_str() });
        }
        self.0.flatten_all().and_then(|flat| flat.to_vec1()).map_err(Error::device(operation))
    }
}

/// The number of elements of `shape`. Fails if it exceeds the address space.
pub(crate) fn count(operation: &'static str, shape: &[usize]) -> Result<usize> {
    shape
        .iter()
        .try_fold(1usize, |product, length| product.checked_mul(*length))
        .ok_or_else(|| Error::shape(operation, "a shape whose number of elements is a usize", shape))
}

/// The name of a device in errors.
pub(crate) fn device_name(device: &Device) -> String {
    match device.location() {
        DeviceLocation::Cpu => "the CPU".to_owned(),
        DeviceLocation::Cuda { gpu_id } => format!("CUDA device {gpu_id}"),
        DeviceLocation::Metal { gpu_id } => format!("Metal device {gpu_id}"),
    }
}
