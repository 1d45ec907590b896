//! Steps of optimisers, each in one pass over the parameters.
//!
//! ## Errors
//! Every function fails for tensors of a type other than binary32, of different shapes and on different devices.

use neurodata_definition::element;

use crate::{
    error::Result,
    ops::sweep::{sweep, Element},
    tensor::Tensor,
};

/// Stochastic gradient descent with momentum and weight decay.
///
/// ```text
/// v' = momentum * v + (decay * p + g)
/// p' = p - rate * v'
/// ```
///
/// Ranges: `rate` above 0; `momentum`, the part of the last step that is kept, from 0 to below 1; `decay` from 0.
pub type Sgd = element::Sgd<f32>;

/// Adam with decoupled weight decay, at one step.
///
/// ```text
/// m' = beta_1 * m + (1 - beta_1) * g
/// v' = beta_2 * v + (1 - beta_2) * g^2
/// p' = (p - rate * decay * p) - rate * (m' / correction_1) / (sqrt(v' / correction_2) + epsilon)
/// ```
///
/// Ranges: `rate` and `epsilon` above 0; both betas from 0 to below 1; `decay_rate`, the rate times the decay, from 0.
/// At step `t`, counted from 1, `correction = 1 - beta^t`.
///
/// Sources: D. Kingma, J. Ba, "Adam", 2015; I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", 2019.
pub type Adam = element::Adam<f32>;

impl Element<3, 2> for Sgd {
    const NAME: &'static str = "sgd";
    const GRAIN: usize = 1 << 14;

    #[inline(always)]
    fn of(self, [p, v, g]: [f32; 3]) -> [f32; 2] {
        element::sgd(p, v, g, &self).into()
    }

    #[cfg(feature = "cuda")]
    fn settings(self) -> Vec<f32> {
        vec![self.rate, self.momentum, self.decay]
    }
}

impl Element<4, 3> for Adam {
    const NAME: &'static str = "adam";
    const GRAIN: usize = 1 << 13;

    #[inline(always)]
    fn of(self, [p, m, v, g]: [f32; 4]) -> [f32; 3] {
        element::adam(p, m, v, g, &self).into()
    }

    #[cfg(feature = "cuda")]
    fn settings(self) -> Vec<f32> {
        vec![
            self.rate,
            self.beta_1,
            self.beta_2,
            self.one_minus_beta_1,
            self.one_minus_beta_2,
            self.epsilon,
            self.decay_rate,
            self.correction_1,
            self.correction_2,
        ]
    }
}

/// The parameters `p` and the velocities `v` after a step along the gradients `g`, in this order.
pub fn sgd(p: &Tensor, v: &Tensor, g: &Tensor, settings: &Sgd) -> Result<(Tensor, Tensor)> {
    let [p, v] = sweep(*settings, [p, v, g])?;
    Ok((p, v))
}

/// The parameters `p`, first moments `m` and second moments `v` after a step along the gradients `g`, in this order.
pub fn adam(p: &Tensor, m: &Tensor, v: &Tensor, g: &Tensor, settings: &Adam) -> Result<(Tensor, Tensor, Tensor)> {
    let [p, m, v] = sweep(*settings, [p, m, v, g])?;
    Ok((p, m, v))
}
