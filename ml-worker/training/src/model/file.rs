//! Tensors of a model file, written and read with their types and shapes.

use crate::ModelFileError;
use safetensors::{tensor::TensorView, Dtype, SafeTensors};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

/// Key of the description in the file's metadata. There is only one, since the order of several is not fixed.
const DESCRIPTION_KEY: &str = "neurodata";

/// A tensor as the model file holds it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct StoredTensor {
    /// Its name.
    pub name: String,
    /// Type of its elements.
    pub dtype: Dtype,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Elements row by row, little-endian.
    pub bytes: Vec<u8>,
}

impl StoredTensor {
    /// A tensor of binary32 numbers.
    pub fn singles(name: impl Into<String>, shape: &[usize], values: &[f32]) -> Self {
        Self::new(name, Dtype::F32, shape, values.iter().map(|value| value.to_le_bytes()))
    }

    /// A tensor of binary64 numbers.
    pub fn doubles(name: impl Into<String>, shape: &[usize], values: &[f64]) -> Self {
        Self::new(name, Dtype::F64, shape, values.iter().map(|value| value.to_le_bytes()))
    }

    /// A tensor of 32-bit words.
    pub fn words_u32(name: impl Into<String>, shape: &[usize], values: &[u32]) -> Self {
        Self::new(name, Dtype::U32, shape, values.iter().map(|value| value.to_le_bytes()))
    }

    /// A tensor of 16-bit codes.
    pub fn codes_u16(name: impl Into<String>, shape: &[usize], values: &[u16]) -> Self {
        Self::new(name, Dtype::U16, shape, values.iter().map(|value| value.to_le_bytes()))
    }

    fn new<const BYTES: usize>(
        name: impl Into<String>,
        dtype: Dtype,
        shape: &[usize],
        values: impl Iterator<Item = [u8; BYTES]>,
    ) -> Self {
        Self { name: name.into(), dtype, shape: shape.to_vec(), bytes: values.flatten().collect() }
    }
}

/// The bytes of a model file with these tensors. Their order does not matter.
pub(crate) fn write(description: String, tensors: &[StoredTensor]) -> Result<Vec<u8>, ModelFileError> {
    let views: Vec<_> = tensors
        .iter()
        .map(|tensor| Ok((tensor.name.as_str(), TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.bytes)?)))
        .collect::<Result<_, safetensors::SafeTensorError>>()?;
    let metadata = HashMap::from([(DESCRIPTION_KEY.to_string(), description)]);
    Ok(safetensors::serialize(views, Some(metadata))?)
}

/// The tensors of a model file.
pub(crate) struct TensorFile<'file> {
    tensors: SafeTensors<'file>,
    description: String,
    /// Names of the tensors that were asked for.
    known: RefCell<BTreeSet<String>>,
}

impl<'file> TensorFile<'file> {
    /// Read a file; fails on anything that is no safetensors file with a description.
    pub fn open(bytes: &'file [u8]) -> Result<Self, ModelFileError> {
        let tensors = SafeTensors::deserialize(bytes)?;
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let description = metadata.metadata().as_ref().and_then(|entries| entries.get(DESCRIPTION_KEY)).cloned();
        let missing = || ModelFileError::Description(format!("no metadata entry {DESCRIPTION_KEY}"));
        Ok(Self { tensors, description: description.ok_or_else(missing)?, known: RefCell::default() })
    }

    /// The description in the metadata.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Elements of the tensor of this name, where they are the model's own choice; fails if there is none.
    pub fn len(&self, name: &str) -> Result<usize, ModelFileError> {
        match self.tensors.tensor(name) {
            Ok(tensor) => Ok(tensor.shape().iter().product()),
            Err(_) => Err(refused(name, "a tensor".into(), "nothing".into())),
        }
    }

    /// Finite binary32 numbers of the tensor `name` of this shape.
    pub fn singles(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, ModelFileError> {
        let numbers: Vec<f32> = self.elements(name, Dtype::F32, shape, f32::from_le_bytes)?;
        finite(name, numbers.iter().all(|number| number.is_finite()), numbers)
    }

    /// Finite binary64 numbers of the tensor `name` of this shape.
    pub fn doubles(&self, name: &str, shape: &[usize]) -> Result<Vec<f64>, ModelFileError> {
        let numbers: Vec<f64> = self.elements(name, Dtype::F64, shape, f64::from_le_bytes)?;
        finite(name, numbers.iter().all(|number| number.is_finite()), numbers)
    }

    /// 32-bit words of the tensor `name` of this shape.
    pub fn words_u32(&self, name: &str, shape: &[usize]) -> Result<Vec<u32>, ModelFileError> {
        self.elements(name, Dtype::U32, shape, u32::from_le_bytes)
    }

    /// 16-bit codes of the tensor `name` of this shape.
    pub fn codes_u16(&self, name: &str, shape: &[usize]) -> Result<Vec<u16>, ModelFileError> {
        self.elements(name, Dtype::U16, shape, u16::from_le_bytes)
    }

    /// Fails if the file has a tensor that nobody asked for.
    pub fn ensure_nothing_else(&self) -> Result<(), ModelFileError> {
        let known = self.known.borrow();
        let mut names: Vec<&str> = self.tensors.names().into_iter().filter(|name| !known.contains(*name)).collect();
        names.sort_unstable();
        names.first().map_or(Ok(()), |name| Err(ModelFileError::Unknown { name: (*name).into() }))
    }

    fn elements<T, const BYTES: usize>(
        &self,
        name: &str,
        dtype: Dtype,
        shape: &[usize],
        read: impl Fn([u8; BYTES]) -> T,
    ) -> Result<Vec<T>, ModelFileError> {
        let expected = || format!("{dtype:?} {shape:?}");
        let tensor = self.tensors.tensor(name).map_err(|_| refused(name, expected(), "nothing".into()))?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            return Err(refused(name, expected(), format!("{:?} {:?}", tensor.dtype(), tensor.shape())));
        }
        self.known.borrow_mut().insert(name.into());
        // All chunks are whole: the file's reader has checked the length against type and shape.
        Ok(tensor.data().as_chunks().0.iter().map(|word| read(*word)).collect())
    }
}

fn refused(name: &str, expected: String, found: String) -> ModelFileError {
    ModelFileError::Tensor { name: name.into(), expected, found }
}

fn finite<T>(name: &str, finite: bool, numbers: Vec<T>) -> Result<Vec<T>, ModelFileError> {
    finite.then_some(numbers).ok_or_else(|| ModelFileError::NotFinite { name: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Vec<u8> {
        let tensors = [
            StoredTensor::singles("a", &[1, 2], &[0.5, -1.0]),
            StoredTensor::doubles("b", &[1], &[0.25]),
            StoredTensor::words_u32("c", &[2], &[1, u32::MAX]),
            StoredTensor::codes_u16("d", &[1], &[7]),
        ];
        write("text".into(), &tensors).unwrap()
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = stored();
        let file = TensorFile::open(&bytes).unwrap();
        assert_eq!(file.description(), "text");
        assert_eq!(file.singles("a", &[1, 2]).unwrap(), [0.5, -1.0]);
        assert_eq!(file.doubles("b", &[1]).unwrap(), [0.25]);
        assert_eq!(file.words_u32("c", &[file.len("c").unwrap()]).unwrap(), [1, u32::MAX]);
        let unknown = file.ensure_nothing_else();
        assert!(matches!(unknown, Err(ModelFileError::Unknown { name }) if name == "d"));
        assert_eq!(file.codes_u16("d", &[1]).unwrap(), [7]);
        file.ensure_nothing_else().unwrap();
    }

    #[test]
    fn other_types_shapes_and_names_are_refused() {
        let bytes = stored();
        let file = TensorFile::open(&bytes).unwrap();
        let told = |error: ModelFileError| error.to_string();
        let expected = "tensor a of the model file: expected F32 [2, 1], found F32 [1, 2]";
        assert_eq!(told(file.singles("a", &[2, 1]).unwrap_err()), expected);
        let expected = "tensor a of the model file: expected F64 [1, 2], found F32 [1, 2]";
        assert_eq!(told(file.doubles("a", &[1, 2]).unwrap_err()), expected);
        assert!(file.words_u32("z", &[1]).is_err() && file.len("z").is_err());
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        for number in [f32::NAN, f32::INFINITY] {
            let bytes = write("text".into(), &[StoredTensor::singles("a", &[1], &[number])]).unwrap();
            let read = TensorFile::open(&bytes).unwrap().singles("a", &[1]);
            assert!(matches!(read, Err(ModelFileError::NotFinite { .. })));
        }
    }
}
