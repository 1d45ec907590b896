//! Steps of the optimisers, and their hyper-parameters from millionths.

use crate::{Binary32, Binary64};

/// The hyper-parameters of a step of stochastic gradient descent with momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd<S> {
    /// Learning rate.
    pub rate: S,
    /// Share of the velocity that is kept, 0 for none.
    pub momentum: S,
    /// What of a parameter is added to its gradient.
    pub decay: S,
}

/// The hyper-parameters of a step of Adam with decoupled decay.
///
/// Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam<S> {
    /// Learning rate.
    pub rate: S,
    /// Share of the mean gradient that is kept.
    pub beta_1: S,
    /// Share of the mean squared gradient that is kept.
    pub beta_2: S,
    /// [`one_minus`] of the first.
    pub one_minus_beta_1: S,
    /// [`one_minus`] of the second.
    pub one_minus_beta_2: S,
    /// What is added to the denominator.
    pub epsilon: S,
    /// [`decay_rate`].
    pub decay_rate: S,
    /// [`correction`] of the first at this step.
    pub correction_1: S,
    /// [`correction`] of the second at this step.
    pub correction_2: S,
}

/// A hyper-parameter from millionths: one division by 10^6. `f32` of it is the binary32 hyper-parameter.
#[inline(always)]
pub fn hyper_parameter<D: Binary64>(millionths: u32) -> D {
    super::count::<D>(millionths as usize).div(D::small(1_000_000))
}

/// `f32(1 - beta)`.
#[inline(always)]
pub fn one_minus<D: Binary64>(beta: D) -> D::Single {
    D::ONE.sub(beta).narrow()
}

/// `f32(rate * decay)`.
#[inline(always)]
pub fn decay_rate<D: Binary64>(rate: D, decay: D) -> D::Single {
    rate.mul(decay).narrow()
}

/// `f32(1 - power)`, where `power` has been multiplied by `beta` once per step taken, this one included, from 1.
#[inline(always)]
pub fn correction<D: Binary64>(power: D) -> D::Single {
    D::ONE.sub(power).narrow()
}

/// Parameter and velocity after a step.
///
/// ```text
/// v' = fma(momentum, v, fma(decay, p, g))
/// p' = fma(-rate, v', p)
/// ```
#[inline(always)]
pub fn sgd<S: Binary32>(p: S, v: S, g: S, sgd: &Sgd<S>) -> (S, S) {
    let velocity = sgd.momentum.fma(v, sgd.decay.fma(p, g));
    (sgd.rate.neg().fma(velocity, p), velocity)
}

/// Parameter, mean gradient and mean squared gradient after a step.
///
/// ```text
/// m' = fma(beta_1, m, one_minus_beta_1 * g)
/// v' = fma(beta_2, v, (one_minus_beta_2 * g) * g)
/// p' = fma(-rate, (m' / correction_1) / (sqrt(v' / correction_2) + epsilon), fma(-decay_rate, p, p))
/// ```
#[inline(always)]
pub fn adam<S: Binary32>(p: S, m: S, v: S, g: S, adam: &Adam<S>) -> (S, S, S) {
    let mean = adam.beta_1.fma(m, adam.one_minus_beta_1.mul(g));
    let square = adam.beta_2.fma(v, adam.one_minus_beta_2.mul(g).mul(g));
    let direction = mean.div(adam.correction_1).div(square.div(adam.correction_2).sqrt().add(adam.epsilon));
    (adam.rate.neg().fma(direction, adam.decay_rate.neg().fma(p, p)), mean, square)
}
