//! The operations on candle's own tensors, with gradients for candle's graphs.
//!
//! Each function gives the bits of the function of the same name in [`crate::ops`]; `backward` of candle gives those of
//! the gradient operations. candle adds up the gradients of a tensor that is used several times, starting from +0, in
//! an order that depends on the graph alone, so that a gradient of -0 arrives as +0 and all else as computed.
//!
//! ## Example
//!
//! ```
//! use candle_core::{Device, Tensor, Var};
//! use neurodata_repops::candle::{matmul, sum, tanh};
//!
//! let weights = Var::from_tensor(&Tensor::from_vec(vec![0.5f32, -1.0], (2, 1), &Device::Cpu)?)?;
//! let inputs = Tensor::from_vec(vec![1.0f32, 0.0], (1, 2), &Device::Cpu)?;
//! let loss = sum(&tanh(&matmul(&inputs, &weights)?)?)?;
//! let gradient = loss.backward()?.get(&weights).unwrap().flatten_all()?.to_vec1::<f32>()?;
//! assert_eq!(gradient, [0.7864477, 0.0]);
//! # Ok::<(), candle_core::Error>(())
//! ```

use candle_core::{
    backend::BackendStorage, CpuStorage, CudaStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Storage,
    Tensor,
};
use neurodata_definition::tree;

use crate::{
    error::Error,
    ops::{self, Normalised, Window},
    Tensor as Ours,
};

/// The gradients of the inputs from the result and its gradient.
type Backward<const INPUTS: usize> = Box<dyn Fn(&Ours, &Ours) -> crate::Result<[Ours; INPUTS]> + Send + Sync>;

/// An operation of [`crate::ops`] that has been applied, as a node of candle's graph.
struct Applied<const INPUTS: usize> {
    name: &'static str,
    result: Ours,
    backward: Backward<INPUTS>,
}

impl<const INPUTS: usize> Applied<INPUTS> {
    fn new(
        name: &'static str,
        result: Ours,
        backward: impl Fn(&Ours, &Ours) -> crate::Result<[Ours; INPUTS]> + Send + Sync + 'static,
    ) -> Self {
        Self { name, result, backward: Box::new(backward) }
    }

    fn on_cpu(&self) -> Result<(CpuStorage, Shape)> {
        let (storage, layout) = self.result.as_candle().storage_and_layout();
        match &*storage {
            Storage::Cpu(storage) => Ok((storage.clone(), layout.shape().clone())),
            _ => Err(self.elsewhere()),
        }
    }

    fn on_gpu(&self) -> Result<(CudaStorage, Shape)> {
        let (storage, layout) = self.result.as_candle().storage_and_layout();
        match &*storage {
            Storage::Cuda(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => Err(self.elsewhere()),
        }
    }

    fn elsewhere(&self) -> candle_core::Error {
        candle_core::Error::msg(format!("{}: the result lies on another device than its inputs", self.name))
    }

    fn gradients(&self, result: &Tensor, gradient: &Tensor) -> Result<[Option<Tensor>; INPUTS]> {
        let (result, gradient) = (Ours::from_candle(result.clone())?, Ours::from_candle(gradient.clone())?);
        Ok((self.backward)(&result, &gradient)?.map(|gradient| Some(gradient.as_candle().clone())))
    }
}

impl CustomOp1 for Applied<1> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.on_gpu()
    }

    fn bwd(&self, _: &Tensor, result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [first] = self.gradients(result, gradient)?;
        Ok(first)
    }
}

impl CustomOp2 for Applied<2> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.on_gpu()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        self.gradients(result, gradient).map(Into::into)
    }
}

impl CustomOp3 for Applied<3> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.on_cpu()
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        self.on_gpu()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        self.gradients(result, gradient).map(Into::into)
    }
}

fn ours(tensor: &Tensor) -> crate::Result<Ours> {
    Ours::from_candle(tensor.clone())
}

/// Applies an operation of one tensor.
fn unary(
    name: &'static str,
    x: &Tensor,
    forward: impl Fn(&Ours) -> crate::Result<Ours>,
    backward: impl Fn(&Ours, &Ours, &Ours) -> crate::Result<Ours> + Send + Sync + 'static,
) -> Result<Tensor> {
    let input = ours(x)?;
    let applied = Applied::new(name, forward(&input)?, move |y, g| Ok([backward(&input, y, g)?]));
    x.apply_op1(applied)
}

/// Applies an operation of two tensors.
fn binary(
    name: &'static str,
    [a, b]: [&Tensor; 2],
    forward: impl Fn(&Ours, &Ours) -> crate::Result<Ours>,
    backward: impl Fn([&Ours; 2], &Ours, &Ours) -> crate::Result<[Ours; 2]> + Send + Sync + 'static,
) -> Result<Tensor> {
    let inputs = (ours(a)?, ours(b)?);
    let result = forward(&inputs.0, &inputs.1)?;
    a.apply_op2(b, Applied::new(name, result, move |y, g| backward([&inputs.0, &inputs.1], y, g)))
}

/// `a * b`: (rows, inner) and (inner, columns) give (rows, columns).
pub fn matmul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary("matmul", [a, b], ops::matmul, |[a, b], _, g| Ok([ops::matmul_nt(g, b)?, ops::matmul_tn(a, g)?]))
}

/// `x[i][j] + bias[j]` for `x` of shape (rows, columns) and `bias` of shape (columns).
pub fn add_bias(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    binary("add_bias", [x, bias], ops::add_bias, |_, _, g| Ok([g.clone(), ops::sum_rows(g)?]))
}

/// `a + b`.
pub fn add(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary("add", [a, b], ops::add, |_, _, g| Ok([g.clone(), g.clone()]))
}

/// `a - b`.
pub fn sub(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary("sub", [a, b], ops::sub, |_, _, g| Ok([g.clone(), ops::neg(g)?]))
}

/// `a * b`, element by element.
pub fn mul(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary("mul", [a, b], ops::mul, |[a, b], _, g| Ok([ops::mul(g, b)?, ops::mul(g, a)?]))
}

/// `a / b`, element by element; the gradients are `g / b` and `-(g * y) / b` with `y` the quotient.
pub fn div(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary("div", [a, b], ops::div, |[_, b], y, g| Ok([ops::div(g, b)?, ops::div(&ops::neg(&ops::mul(g, y)?)?, b)?]))
}

/// The square root; the gradient is `(g * 0.5) / y` with `y` the root.
pub fn sqrt(x: &Tensor) -> Result<Tensor> {
    unary("sqrt", x, ops::sqrt, |_, y, g| ops::div(&ops::scale(g, 0.5)?, y))
}

/// `-x`.
pub fn neg(x: &Tensor) -> Result<Tensor> {
    unary("neg", x, ops::neg, |_, _, g| ops::neg(g))
}

/// `x * factor`.
pub fn scale(x: &Tensor, factor: f32) -> Result<Tensor> {
    unary("scale", x, |x| ops::scale(x, factor), move |_, _, g| ops::scale(g, factor))
}

/// e to the power of `x`; the gradient is `g * y` with `y` the power.
pub fn exp(x: &Tensor) -> Result<Tensor> {
    unary("exp", x, ops::exp, |_, y, g| ops::mul(g, y))
}

/// The natural logarithm; the gradient is `g / x`.
pub fn ln(x: &Tensor) -> Result<Tensor> {
    unary("ln", x, ops::ln, |x, _, g| ops::div(g, x))
}

/// The hyperbolic tangent.
pub fn tanh(x: &Tensor) -> Result<Tensor> {
    unary("tanh", x, ops::tanh, |_, y, g| ops::tanh_grad(y, g))
}

/// The logistic function.
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    unary("sigmoid", x, ops::sigmoid, |_, y, g| ops::sigmoid_grad(y, g))
}

/// `x` where it is above 0, else +0.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    unary("relu", x, ops::relu, |_, y, g| ops::relu_grad(y, g))
}

/// The sum of all elements: shape ().
pub fn sum(x: &Tensor) -> Result<Tensor> {
    unary("sum", x, ops::sum, |x, _, g| repeated("sum", g, x.shape()))
}

/// The sum of each column of `x`, shape (rows, columns): shape (columns).
pub fn sum_rows(x: &Tensor) -> Result<Tensor> {
    unary("sum_rows", x, ops::sum_rows, |x, _, g| repeated("sum_rows", g, x.shape()))
}

/// Copies of `x` along further dimensions of `shape`.
fn repeated(name: &'static str, x: &Ours, shape: &[usize]) -> crate::Result<Ours> {
    Ours::from_candle(x.as_candle().broadcast_as(shape).map_err(Error::device(name))?)
}

/// The mean over the rows of the cross-entropy of the softmax of `logits`, shape (rows, classes), with the class of
/// each row, u32 of shape (rows): shape (). The mean is a tree in binary64, divided by the number of rows and rounded
/// once.
///
/// Fails without rows.
pub fn softmax_cross_entropy(logits: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let (losses, gradient) = ops::softmax_cross_entropy(&ours(logits)?, &ours(classes)?)?;
    mean_loss("softmax_cross_entropy", logits, losses, gradient)
}

/// The mean over the rows of the squared errors of `outputs` from `targets`, both of shape (rows, 1): shape (). The
/// mean is a tree in binary64, divided by the number of rows and rounded once. Targets take no gradient.
///
/// Fails without rows.
pub fn squared_error(outputs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let (losses, gradient) = ops::squared_error(&ours(outputs)?, &ours(targets)?)?;
    mean_loss("squared_error", outputs, losses, gradient)
}

fn mean_loss(name: &'static str, outputs: &Tensor, losses: Ours, gradient: Ours) -> Result<Tensor> {
    let losses = losses.to_vec_f64()?;
    if losses.is_empty() {
        return Err(Error::shape(name, "at least one row", outputs.dims()).into());
    }
    let mean = tree::sum(|row| losses[row], losses.len()) / losses.len() as f64;
    let mean = Ours::new(vec![mean as f32], &[], outputs.device())?;
    outputs.apply_op1(Applied::new(name, mean, move |_, g| {
        let factor = g.to_vec()?.first().copied().unwrap_or(0.0);
        Ok([ops::scale(&gradient, factor)?])
    }))
}

/// The convolution of `x`, shape (n, h, w, c), with `w`, shape (kh * kw * c, filters): shape (n, oh, ow, filters).
pub fn conv2d(x: &Tensor, w: &Tensor, window: &Window) -> Result<Tensor> {
    let window = *window;
    let forward = |x: &Ours, w: &Ours| ops::conv2d(x, w, &window);
    binary("conv2d", [x, w], forward, move |[x, w], _, g| {
        let shape = four_dimensions("conv2d", x)?;
        Ok([ops::conv2d_input_grad(g, w, &window, shape)?, ops::conv2d_weight_grad(x, g, &window)?])
    })
}

/// The largest of each window of size x size points of `x`, shape (n, h, w, c).
pub fn max_pool(x: &Tensor, size: usize) -> Result<Tensor> {
    let input = ours(x)?;
    let (largest, position) = ops::max_pool(&input, size)?;
    let shape = four_dimensions("max_pool", &input)?;
    x.apply_op1(Applied::new("max_pool", largest, move |_, g| Ok([ops::max_pool_grad(&position, g, size, shape)?])))
}

/// The mean of each window of size x size points of `x`, shape (n, h, w, c).
pub fn avg_pool(x: &Tensor, size: usize) -> Result<Tensor> {
    let forward = |x: &Ours| ops::avg_pool(x, size);
    unary("avg_pool", x, forward, move |x, _, g| ops::avg_pool_grad(g, size, four_dimensions("avg_pool", x)?))
}

fn four_dimensions(name: &'static str, x: &Ours) -> crate::Result<[usize; 4]> {
    ops::dimensions(name, x)
}

/// The rows of `table`, shape (vocabulary, width), that `ids`, u32 of any shape, point at.
pub fn embedding(table: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let ids = ours(ids)?;
    let forward = |table: &Ours| ops::embedding(table, &ids);
    let kept = ids.clone();
    unary("embedding", table, forward, move |table, _, g| ops::embedding_grad(&kept, g, vocabulary(table)))
}

/// The mean of the rows of `table`, shape (vocabulary, width), that each row of `ids`, u32 of shape (rows, length),
/// points at with an id other than 0.
pub fn embedding_mean(table: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let ids = ours(ids)?;
    let forward = |table: &Ours| ops::embedding_mean(table, &ids);
    let kept = ids.clone();
    unary("embedding_mean", table, forward, move |table, _, g| ops::embedding_mean_grad(&kept, g, vocabulary(table)))
}

fn vocabulary(table: &Ours) -> usize {
    table.shape().first().copied().unwrap_or(0)
}

/// Each row of `x`, shape (rows, columns), less its mean and over its standard deviation, times `gain` plus `bias`,
/// both of shape (columns).
pub fn layer_norm(x: &Tensor, gain: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let (input, kept) = (ours(x)?, ours(gain)?);
    let Normalised { output, mean, scale } = ops::layer_norm(&input, &kept, &ours(bias)?)?;
    let applied = Applied::new("layer_norm", output, move |_, g| {
        ops::layer_norm_grad(&input, &kept, &mean, &scale, g).map(Into::into)
    });
    x.apply_op3(gain, bias, applied)
}
