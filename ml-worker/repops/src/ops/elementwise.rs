//! Operations that compute each element of their result from the elements at the same position.
//!
//! ## Errors
//! Every function fails for tensors of a type other than binary32, for two tensors of different shapes and for tensors
//! on different devices.

use neurodata_definition::element;

use crate::{
    error::Result,
    ops::sweep::{sweep, Element},
    tensor::Tensor,
};

/// Grain of operations that wait for memory.
const CHEAP: usize = 1 << 15;
/// Grain of divisions and square roots.
const MODERATE: usize = 1 << 14;
/// Grain of elementary functions.
const COSTLY: usize = 1 << 12;

/// Declares operations of one and of two tensors: the function, and what it computes at one position.
macro_rules! operations {
    ($($(#[$documentation:meta])* $name:ident($($input:ident),+): $element:ident, $grain:ident;)+) => {
        $(
            #[derive(Clone, Copy)]
            pub(crate) struct $element;

            impl Element<{ [$(stringify!($input)),+].len() }, 1> for $element {
                const NAME: &'static str = stringify!($name);
                const GRAIN: usize = $grain;

                #[inline(always)]
                fn of(self, [$($input),+]: [f32; { [$(stringify!($input)),+].len() }]) -> [f32; 1] {
                    [element::$name($($input),+)]
                }
            }

            $(#[$documentation])*
            pub fn $name($($input: &Tensor),+) -> Result<Tensor> {
                let [result] = sweep($element, [$($input),+])?;
                Ok(result)
            }
        )+
    };
}

operations! {
    /// `a + b`.
    add(a, b): Add, CHEAP;
    /// `a - b`.
    sub(a, b): Sub, CHEAP;
    /// `a * b`.
    mul(a, b): Mul, CHEAP;
    /// `a / b`.
    div(a, b): Div, MODERATE;
    /// The square root; NaN below 0.
    sqrt(x): Sqrt, MODERATE;
    /// `-x`.
    neg(x): Neg, CHEAP;
    /// e to the power of `x`. Error below 0.5001 units in the last place of binary32.
    exp(x): Exp, COSTLY;
    /// The natural logarithm; minus infinity at 0, NaN below. Error below 0.5001 units in the last place of binary32.
    ln(x): Ln, COSTLY;
    /// The hyperbolic tangent. Error below 0.5001 units in the last place of binary32.
    tanh(x): Tanh, COSTLY;
    /// The logistic function `1 / (1 + exp(-x))`. Error below 0.5001 units in the last place of binary32.
    sigmoid(x): Sigmoid, COSTLY;
    /// `x` where it is above 0, else +0.
    relu(x): Relu, CHEAP;
    /// The gradient of `relu` from its result `y` and the gradient `g` of that: `g` where `y` is above 0, else +0.
    relu_grad(y, g): ReluGrad, CHEAP;
    /// The gradient of `tanh` from its result `y` and the gradient `g` of that: `g * (1 - y^2)`.
    tanh_grad(y, g): TanhGrad, CHEAP;
    /// The gradient of `sigmoid` from its result `y` and the gradient `g` of that: `g * (y * (1 - y))`.
    sigmoid_grad(y, g): SigmoidGrad, CHEAP;
}

/// What [`scale`] computes at one position.
#[derive(Clone, Copy)]
pub(crate) struct Scale(f32);

impl Element<1, 1> for Scale {
    const NAME: &'static str = "scale";
    const GRAIN: usize = CHEAP;

    #[inline(always)]
    fn of(self, [x]: [f32; 1]) -> [f32; 1] {
        [element::scale(x, self.0)]
    }

    #[cfg(feature = "cuda")]
    fn settings(self) -> Vec<f32> {
        vec![self.0]
    }
}

/// `x * factor`.
pub fn scale(x: &Tensor, factor: f32) -> Result<Tensor> {
    let [result] = sweep(Scale(factor), [x])?;
    Ok(result)
}
