//! The operations of [`crate::ops`] on a GPU.

use candle_core::{CudaStorage, Layout};

use super::{lookup, lookup::Lookup, plan, Gpu};
use crate::{
    error::Result,
    matmul::Form,
    ops::{
        bias::AddBias,
        conv::{Conv2d, Conv2dInputGrad, Conv2dWeightGrad, Filtered},
        embedding::{Embedding, EmbeddingGrad, EmbeddingMean, EmbeddingMeanGrad},
        finite::FirstNotFinite,
        layer_norm::{LayerNorm, LayerNormGrad},
        loss::{SoftmaxCrossEntropy, SquaredError},
        matmul::Product,
        operation::{Accelerated, Operation},
        pool::{AvgPool, AvgPoolGrad, MaxPool, MaxPoolGrad, Tiles},
        sums::{Sum, SumRows},
        sweep::{Element, Sweep},
        window::{Col2im, Geometry, Im2col},
    },
};

type Input<'a> = (&'a CudaStorage, &'a Layout);

fn length(input: Input<'_>) -> usize {
    input.1.shape().elem_count()
}

impl<E: Element<INPUTS, OUTPUTS>, const INPUTS: usize, const OUTPUTS: usize> Accelerated<INPUTS, OUTPUTS> for Sweep<E> {
    fn cuda(&self, inputs: [Input<'_>; INPUTS]) -> Result<[CudaStorage; OUTPUTS]> {
        let gpu = Gpu::new(E::NAME, inputs[0].0);
        let numbers = inputs.iter().map(|input| gpu.input(*input)).collect::<Result<Vec<_>>>()?;
        let numbers: Vec<_> = numbers.iter().collect();
        let results = plan::sweep(&gpu, E::NAME, &numbers, OUTPUTS, length(inputs[0]), &self.0.settings())
            .map_err(|failure| gpu.failed(failure))?;
        let results = results.into_iter().map(|result| gpu.output(result)).collect::<Result<Vec<_>>>()?;
        results.try_into().map_err(|_| gpu.failed(candle_core::Error::msg("another number of results").into()))
    }
}

/// Implements an operation by a plan with a result or several: names the inputs, then gives the plan.
macro_rules! accelerate {
    ($(
        $operation:ty, [$($input:ident: $number:ty),+] => [$($output:ident),+],
        |$self:ident, $gpu:ident| $plan:expr;
    )+) => {
        $(
            impl Accelerated<{ [$(stringify!($input)),+].len() }, { [$(stringify!($output)),+].len() }> for $operation {
                fn cuda(
                    &self,
                    inputs: [Input<'_>; { [$(stringify!($input)),+].len() }],
                ) -> Result<[CudaStorage; { [$(stringify!($output)),+].len() }]> {
                    let $self = self;
                    let $gpu = &Gpu::new(Operation::name(self), inputs[0].0);
                    let [$($input),+] = inputs;
                    $(let $input = Reading { length: length($input), numbers: $gpu.input::<$number>($input)? };)+
                    // A pattern with one name has parentheses that it does not need.
                    #[allow(unused_parens)]
                    let ($($output),+) = $plan.map_err(|failure| $gpu.failed(failure))?;
                    Ok([$($gpu.output($output)?),+])
                }
            }
        )+
    };
}

/// An input and the number of its elements.
struct Reading<'a, T> {
    length: usize,
    numbers: super::Numbers<'a, T>,
}

accelerate! {
    Product, [a: f32, b: f32] => [c], |of, gpu| {
        let form = match of.form {
            Form::Nn => "nn",
            Form::Nt => "nt",
            Form::Tn => "tn",
        };
        let product = plan::Product { form, rows: of.rows, inner: of.inner, columns: of.columns };
        plan::product(gpu, &product, &a.numbers, &b.numbers)
    };
    AddBias, [x: f32, bias: f32] => [sums], |of, gpu| {
        plan::add_bias(gpu, &x.numbers, &bias.numbers, x.length, of.columns)
    };
    SumRows, [x: f32] => [sums], |of, gpu| plan::sum_rows(gpu, &x.numbers, of.rows, of.columns);
    Sum, [x: f32] => [sum], |_of, gpu| plan::sum(gpu, &x.numbers, x.length);
    FirstNotFinite, [x: f32] => [position], |_of, gpu| plan::first_not_finite(gpu, &x.numbers, x.length);
    SoftmaxCrossEntropy, [logits: f32, classes: u32] => [losses, gradient], |of, gpu| {
        plan::softmax_cross_entropy(gpu, &logits.numbers, &classes.numbers, of.rows, of.columns)
    };
    SquaredError, [outputs: f32, targets: f32] => [losses, gradient], |of, gpu| {
        plan::squared_error(gpu, &outputs.numbers, &targets.numbers, of.rows)
    };
    Im2col, [x: f32] => [matrix], |of, gpu| plan::im2col(gpu, &x.numbers, &images(&of.geometry));
    Col2im, [matrix: f32] => [x], |of, gpu| plan::col2im(gpu, &matrix.numbers, &images(&of.geometry));
    Conv2d, [x: f32, w: f32] => [y], |of, gpu| {
        let Filtered { geometry, filters } = &of.0;
        plan::conv2d(gpu, &x.numbers, &w.numbers, &images(geometry), *filters)
    };
    Conv2dInputGrad, [g: f32, w: f32] => [x], |of, gpu| {
        let Filtered { geometry, filters } = &of.0;
        plan::conv2d_input_grad(gpu, &g.numbers, &w.numbers, &images(geometry), *filters)
    };
    Conv2dWeightGrad, [x: f32, g: f32] => [w], |of, gpu| {
        let Filtered { geometry, filters } = &of.0;
        plan::conv2d_weight_grad(gpu, &x.numbers, &g.numbers, &images(geometry), *filters)
    };
    MaxPool, [x: f32] => [values, positions], |of, gpu| plan::max_pool(gpu, &x.numbers, &tiles(&of.tiles));
    MaxPoolGrad, [positions: u32, g: f32] => [x], |of, gpu| {
        plan::max_pool_grad(gpu, &positions.numbers, &g.numbers, &tiles(&of.tiles))
    };
    AvgPool, [x: f32] => [means], |of, gpu| plan::avg_pool(gpu, &x.numbers, &tiles(&of.tiles));
    AvgPoolGrad, [g: f32] => [x], |of, gpu| plan::avg_pool_grad(gpu, &g.numbers, &tiles(&of.tiles));
    Embedding, [table: f32, ids: u32] => [rows], |of, gpu| {
        let lookup = Lookup { vocabulary: of.vocabulary, width: of.width, rows: ids.length, length: 1 };
        lookup::embedding(gpu, &table.numbers, &ids.numbers, &lookup)
    };
    EmbeddingGrad, [ids: u32, g: f32] => [table], |of, gpu| {
        let lookup = Lookup { vocabulary: of.vocabulary, width: of.width, rows: ids.length, length: 1 };
        lookup::embedding_grad(gpu, &ids.numbers, &g.numbers, &lookup)
    };
    EmbeddingMean, [table: f32, ids: u32] => [means], |of, gpu| {
        let lookup = Lookup { vocabulary: of.vocabulary, width: of.width, rows: of.rows, length: of.length };
        lookup::embedding_mean(gpu, &table.numbers, &ids.numbers, &lookup)
    };
    EmbeddingMeanGrad, [ids: u32, g: f32] => [table], |of, gpu| {
        let lookup = Lookup { vocabulary: of.vocabulary, width: of.width, rows: of.rows, length: of.length };
        lookup::embedding_mean_grad(gpu, &ids.numbers, &g.numbers, &lookup)
    };
    LayerNorm, [x: f32, gain: f32, bias: f32] => [output, mean, scale], |of, gpu| {
        plan::layer_norm(gpu, &x.numbers, &gain.numbers, &bias.numbers, of.rows, of.columns)
    };
    LayerNormGrad, [x: f32, gain: f32, mean: f64, scale: f64, g: f32] => [of_x, of_gain, of_bias], |of, gpu| {
        let (singles, doubles) = ([&x.numbers, &gain.numbers, &g.numbers], [&mean.numbers, &scale.numbers]);
        plan::layer_norm_grad(gpu, singles, doubles, of.rows, of.columns).map(|[x, gain, bias]| (x, gain, bias))
    };
}

fn images(geometry: &Geometry) -> plan::Images {
    let Geometry { batch, height, width, channels, window, out_height, out_width } = *geometry;
    plan::Images {
        shape: [batch, height, width, channels],
        output: (out_height, out_width),
        kernel: window.kernel,
        stride: window.stride,
        padding: window.padding,
    }
}

fn tiles(tiles: &Tiles) -> plan::Tiles {
    let Tiles { batch, height, width, channels, size } = *tiles;
    plan::Tiles { shape: [batch, height, width, channels], size }
}
