//! A network's parameters, and the passes through its layers.

use super::{
    architecture::{Architecture, Parameter},
    bytes::{read_tensor, write_tensor},
    layers::Kept,
};
use crate::{
    model::file::{StoredTensor, TensorFile},
    Error, ModelFileError,
};
use neurodata_repops::{Device, Result as OperationResult, Tensor};
use safetensors::Dtype;
use std::sync::Arc;

/// Layers and their parameters.
#[derive(Clone)]
pub(super) struct Network {
    pub architecture: Arc<Architecture>,
    /// In the order of the architecture's.
    pub parameters: Vec<Tensor>,
}

impl Network {
    /// The network before the first step.
    pub fn initial(architecture: Arc<Architecture>, seed: [u8; 32], device: &Device) -> OperationResult<Self> {
        let initial = |parameter: &Parameter| Tensor::new(parameter.initial(seed), &parameter.shape, device);
        let parameters = architecture.parameters.iter().map(initial).collect::<Result<_, _>>()?;
        Ok(Self { architecture, parameters })
    }

    /// The network with the parameters of a model file.
    pub fn read(architecture: Arc<Architecture>, file: &TensorFile<'_>) -> Result<Self, Error> {
        let mut parameters = Vec::with_capacity(architecture.parameters.len());
        for parameter in &architecture.parameters {
            let stored = file.singles(&parameter.name, &parameter.stored_shape())?;
            parameters.push(Tensor::new(parameter.from_stored(stored), &parameter.shape, &Device::Cpu)?);
        }
        Ok(Self { architecture, parameters })
    }

    /// The network with the parameters of another model.
    ///
    /// Fails on the first tensor that the other lacks or has in another shape, and on one that has no place here.
    /// `others` are no parameters.
    pub fn continued(
        architecture: Arc<Architecture>,
        from: &[StoredTensor],
        others: &[&str],
        device: &Device,
    ) -> Result<Self, Error> {
        let refused = |name: &str, expected: String, found: String| {
            Error::InitialModel(ModelFileError::Tensor { name: name.into(), expected, found })
        };
        let told = |tensor: &StoredTensor| format!("{:?} {:?}", tensor.dtype, tensor.shape);
        let mut parameters = Vec::with_capacity(architecture.parameters.len());
        for parameter in &architecture.parameters {
            let (name, shape) = (&parameter.name, parameter.stored_shape());
            let expected = || format!("{:?} {shape:?}", Dtype::F32);
            let stored = from.iter().find(|tensor| tensor.name == *name);
            let stored = stored.ok_or_else(|| refused(name, expected(), "nothing".into()))?;
            if stored.dtype != Dtype::F32 || stored.shape != shape {
                return Err(refused(name, expected(), told(stored)));
            }
            let words = stored.bytes.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word));
            let numbers = parameter.from_stored(words.collect());
            parameters.push(Tensor::new(numbers, &parameter.shape, device)?);
        }
        let is_known = |name: &str| {
            others.contains(&name) || architecture.parameters.iter().any(|parameter| parameter.name == name)
        };
        match from.iter().find(|tensor| !is_known(&tensor.name)) {
            Some(unknown) => Err(refused(&unknown.name, "nothing".into(), told(unknown))),
            None => Ok(Self { architecture, parameters }),
        }
    }

    /// The parameters as a model file holds them.
    pub fn stored(&self) -> OperationResult<Vec<StoredTensor>> {
        let stored = self.architecture.parameters.iter().zip(&self.parameters).map(|(parameter, tensor)| {
            let numbers = parameter.to_stored(tensor.to_vec()?);
            Ok(StoredTensor::singles(&parameter.name, &parameter.stored_shape(), &numbers))
        });
        stored.collect()
    }

    /// The same network on another device.
    pub fn to_device(&self, device: &Device) -> OperationResult<Self> {
        let parameters =
            self.parameters.iter().map(|parameter| parameter.to_device(device)).collect::<Result<_, _>>()?;
        Ok(Self { architecture: self.architecture.clone(), parameters })
    }

    /// Append the parameters as bytes.
    pub fn write(&self, into: &mut Vec<u8>) -> OperationResult<()> {
        self.parameters.iter().try_for_each(|parameter| write_tensor(parameter, into))
    }

    /// The parameters that [`Self::write`] wrote, taken off `bytes`, on the CPU; `None` if that is something else.
    pub fn read_parameters(architecture: &Architecture, bytes: &mut &[u8]) -> Option<Vec<Tensor>> {
        architecture.parameters.iter().map(|parameter| read_tensor(bytes, &parameter.shape)).collect()
    }

    /// The outputs for a batch of inputs, a row each.
    pub fn outputs(&self, input: Tensor) -> OperationResult<Tensor> {
        let layers = self.architecture.layers.iter();
        layers.copied().try_fold(input, |input, layer| Ok(layer.forward(&self.parameters, input)?.0))
    }

    /// The outputs for a batch of inputs, and what the gradients need of each layer.
    pub fn forward(&self, input: Tensor) -> OperationResult<(Tensor, Vec<Kept>)> {
        let mut kept = Vec::with_capacity(self.architecture.layers.len());
        let mut output = input;
        for layer in &self.architecture.layers {
            let (next, of_layer) = layer.forward(&self.parameters, output)?;
            kept.push(of_layer);
            output = next;
        }
        Ok((output, kept))
    }

    /// The gradients of the parameters, given the gradient `g` of the outputs.
    pub fn gradients(&self, kept: Vec<Kept>, g: Tensor) -> OperationResult<Vec<Tensor>> {
        let mut of_layers = Vec::with_capacity(kept.len());
        let mut g = Some(g);
        for (index, kept) in kept.into_iter().enumerate().rev() {
            // Only the first layer has no gradient of its input, and nothing comes before it.
            let Some(of_output) = g.take() else { break };
            let gradients = kept.backward(&self.parameters, of_output, index > 0)?;
            of_layers.push(gradients.parameters);
            g = gradients.input;
        }
        Ok(of_layers.into_iter().rev().flatten().collect())
    }
}
