//! How gradients become steps: stochastic gradient descent with momentum, and Adam with decoupled weight decay.
//!
//! ```text
//! rate, momentum, decay, beta 1, beta 2     f32(x), x the spec's millionths / 10^6 in binary64
//! one minus beta                            f32(1 - beta)
//! rate times decay                          f32(rate * decay), the product in binary64
//! epsilon                                   f32(e / 10^12)
//! correction                                f32(1 - beta^t), beta^t by t multiplications from 1 in binary64
//! ```
//!
//! `t` is the number of the step, from 1. Biases, and gains of norms, are not decayed. Without momentum a velocity is
//! computed from 0 and not carried on.

use super::{
    architecture::{Architecture, Parameter},
    bytes,
};
use neurodata_primitives::{
    training::{MICRO, PICO},
    Descent, Optimiser as Rule,
};
use neurodata_repops::{
    ops::{self, Adam, Sgd},
    Device, Result, Tensor,
};

/// A rule with its numbers, as it applies to parameters that decay.
pub(super) enum Optimiser {
    /// Gradient descent.
    Sgd {
        /// Its numbers.
        sgd: Sgd,
        /// The velocity of each parameter without momentum.
        zeros: Option<Vec<Tensor>>,
    },
    /// Adam.
    Adam {
        /// Its numbers, with the corrections of the first step.
        adam: Adam,
        /// Decays of the means in binary64.
        betas: [f64; 2],
    },
}

/// What a rule carries from step to step.
#[derive(Clone)]
pub(super) struct Carried {
    /// Steps taken; 0 for ever unless the rule is Adam.
    steps: u64,
    /// The betas to the power of the steps taken.
    powers: [f64; 2],
    /// For each parameter what [`Optimiser::carried_names`] lists, in its shape.
    tensors: Vec<Vec<Tensor>>,
}

/// What a step gives.
pub(super) enum Updated {
    /// Parameters, and what is carried on; all of it finite.
    Step(Vec<Tensor>, Carried),
    /// The name of the first tensor that would not be finite.
    NotFinite(String),
}

fn millionths(number: u32) -> f64 {
    f64::from(number) / f64::from(MICRO)
}

/// `beta` to the power of `steps`.
fn power(beta: f64, steps: u64) -> f64 {
    let mut power = 1.0;
    for _ in 0..steps {
        let next = power * beta;
        // It has come to 0, or to a number so small that the product rounds to it.
        if next == power {
            break;
        }
        power = next;
    }
    power
}

impl Optimiser {
    pub fn new(descent: &Descent, architecture: &Architecture, device: &Device) -> Result<Self> {
        let (rate, decay) = (millionths(descent.learning_rate), millionths(descent.weight_decay));
        Ok(match descent.optimiser {
            Rule::Sgd { momentum } => Self::Sgd {
                sgd: Sgd { rate: rate as f32, momentum: millionths(momentum) as f32, decay: decay as f32 },
                zeros: (momentum == 0).then(|| zeros(architecture, device)).transpose()?,
            },
            Rule::Adam { beta_1, beta_2, epsilon } => {
                let betas = [beta_1, beta_2].map(millionths);
                let [remainder_1, remainder_2] = betas.map(|beta| (1.0 - beta) as f32);
                let adam = Adam {
                    rate: rate as f32,
                    beta_1: betas[0] as f32,
                    beta_2: betas[1] as f32,
                    one_minus_beta_1: remainder_1,
                    one_minus_beta_2: remainder_2,
                    epsilon: (f64::from(epsilon) / PICO as f64) as f32,
                    decay_rate: (rate * decay) as f32,
                    correction_1: remainder_1,
                    correction_2: remainder_2,
                };
                Self::Adam { adam, betas }
            }
        })
    }

    /// What is carried for each parameter, as it is called behind the parameter's name.
    pub fn carried_names(&self) -> &'static [&'static str] {
        match self {
            Self::Sgd { zeros: Some(_), .. } => &[],
            Self::Sgd { zeros: None, .. } => &["velocity"],
            Self::Adam { .. } => &["mean of gradients", "mean of squared gradients"],
        }
    }

    /// What is carried before the first step.
    pub fn first(&self, architecture: &Architecture, device: &Device) -> Result<Carried> {
        let of_each = self.carried_names().iter().map(|_| zeros(architecture, device)).collect::<Result<Vec<_>>>()?;
        let of = |index: usize| of_each.iter().map(|tensors| tensors[index].clone()).collect();
        let tensors = (0..architecture.parameters.len()).map(of).collect();
        Ok(Carried { steps: 0, powers: [1.0; 2], tensors })
    }

    /// Take a step from `parameters` along `gradients`.
    pub fn step(
        &self,
        architecture: &Architecture,
        parameters: &[Tensor],
        carried: &Carried,
        gradients: &[Tensor],
    ) -> Result<Updated> {
        let mut next = self.ahead(carried);
        let mut moved = Vec::with_capacity(parameters.len());
        for (index, definition) in architecture.parameters.iter().enumerate() {
            let (parameter, gradient) = (&parameters[index], &gradients[index]);
            let carried = &carried.tensors[index];
            let (parameter, carried) =
                self.update(index, definition.decays, parameter, carried, gradient, next.powers)?;
            if ops::first_not_finite(&parameter)?.is_some() {
                return Ok(Updated::NotFinite(definition.name.clone()));
            }
            for (tensor, name) in carried.iter().zip(self.carried_names()) {
                if ops::first_not_finite(tensor)?.is_some() {
                    return Ok(Updated::NotFinite(format!("{} {name}", definition.name)));
                }
            }
            moved.push(parameter);
            next.tensors.push(carried);
        }
        Ok(Updated::Step(moved, next))
    }

    /// What is carried after one more step, without its tensors.
    fn ahead(&self, carried: &Carried) -> Carried {
        let tensors = Vec::with_capacity(carried.tensors.len());
        match self {
            Self::Sgd { .. } => Carried { steps: 0, powers: [1.0; 2], tensors },
            Self::Adam { betas, .. } => {
                let powers = [carried.powers[0] * betas[0], carried.powers[1] * betas[1]];
                Carried { steps: carried.steps.saturating_add(1), powers, tensors }
            }
        }
    }

    fn update(
        &self,
        index: usize,
        decays: bool,
        parameter: &Tensor,
        carried: &[Tensor],
        gradient: &Tensor,
        powers: [f64; 2],
    ) -> Result<(Tensor, Vec<Tensor>)> {
        match self {
            Self::Sgd { sgd, zeros } => {
                let sgd = Sgd { decay: if decays { sgd.decay } else { 0.0 }, ..*sgd };
                let velocity = zeros.as_ref().map_or_else(|| &carried[0], |zeros| &zeros[index]);
                let (parameter, velocity) = ops::sgd(parameter, velocity, gradient, &sgd)?;
                Ok((parameter, if zeros.is_some() { Vec::new() } else { vec![velocity] }))
            }
            Self::Adam { adam, .. } => {
                let [correction_1, correction_2] = powers.map(|power| (1.0 - power) as f32);
                let decay_rate = if decays { adam.decay_rate } else { 0.0 };
                let adam = Adam { decay_rate, correction_1, correction_2, ..*adam };
                let (parameter, mean, square) = ops::adam(parameter, &carried[0], &carried[1], gradient, &adam)?;
                Ok((parameter, vec![mean, square]))
            }
        }
    }

    /// Append what is carried: for Adam the steps taken, u64; then for each parameter its tensors, f32.
    pub fn write(&self, carried: &Carried, into: &mut Vec<u8>) -> Result<()> {
        if let Self::Adam { .. } = self {
            into.extend(carried.steps.to_le_bytes());
        }
        carried.tensors.iter().flatten().try_for_each(|tensor| bytes::write_tensor(tensor, into))
    }

    /// What [`Self::write`] wrote of a state before `step`, taken off `bytes`, on the CPU; `None` if that is something
    /// else.
    pub fn read(&self, architecture: &Architecture, step: u64, bytes: &mut &[u8]) -> Option<Carried> {
        let (steps, powers) = match self {
            Self::Sgd { .. } => (0, [1.0; 2]),
            Self::Adam { betas, .. } => {
                let steps = bytes::read_u64(bytes).filter(|steps| *steps == step)?;
                (steps, betas.map(|beta| power(beta, steps)))
            }
        };
        let names = self.carried_names();
        let of_parameter =
            |parameter: &Parameter| names.iter().map(|_| bytes::read_tensor(bytes, &parameter.shape)).collect();
        let tensors = architecture.parameters.iter().map(of_parameter).collect::<Option<_>>()?;
        Some(Carried { steps, powers, tensors })
    }
}

impl Carried {
    /// The same on another device.
    pub fn to_device(&self, device: &Device) -> Result<Self> {
        let of_parameter = |tensors: &Vec<Tensor>| tensors.iter().map(|tensor| tensor.to_device(device)).collect();
        let tensors = self.tensors.iter().map(of_parameter).collect::<Result<_>>()?;
        Ok(Self { steps: self.steps, powers: self.powers, tensors })
    }
}

fn zeros(architecture: &Architecture, device: &Device) -> Result<Vec<Tensor>> {
    architecture.parameters.iter().map(|parameter| Tensor::zeros(&parameter.shape, device)).collect()
}
