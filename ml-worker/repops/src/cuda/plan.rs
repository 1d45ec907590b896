//! How each operation runs on a GPU: its kernels, their grids, and the passes between them.
//!
//! Written over a [`Machine`], so that the emulation of the kernels in `tests/cuda_emulation`, which includes this
//! file, takes the same path as a GPU. Nothing here decides what is computed: grids, tiles and passes leave every
//! definition as it is.

/// A file of kernels with what it needs in front: the unit that is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// A name that no other module on the device has.
    pub name: &'static str,
    /// Texts to be compiled one after the other as one.
    pub texts: &'static [&'static str],
}

const ARITHMETIC: &str = include_str!("../../kernels/arithmetic.cuh");
const ELEMENTARY: &str = include_str!("../../kernels/elementary.cuh");

const ELEMENTWISE: Module = Module {
    name: "neurodata_elementwise",
    texts: &[ARITHMETIC, ELEMENTARY, include_str!("../../kernels/elementwise.cu")],
};
const SUMS: Module = Module { name: "neurodata_sums", texts: &[ARITHMETIC, include_str!("../../kernels/sums.cu")] };
const ROWS: Module =
    Module { name: "neurodata_rows", texts: &[ARITHMETIC, ELEMENTARY, include_str!("../../kernels/rows.cu")] };
const MATMUL: Module =
    Module { name: "neurodata_matmul", texts: &[ARITHMETIC, include_str!("../../kernels/matmul.cu")] };
const WINDOWS: Module =
    Module { name: "neurodata_windows", texts: &[ARITHMETIC, include_str!("../../kernels/windows.cu")] };
pub(super) const EMBEDDINGS: Module =
    Module { name: "neurodata_embeddings", texts: &[ARITHMETIC, include_str!("../../kernels/embeddings.cu")] };

/// Every module. A GPU compiles each at its first use; the emulation compiles all.
#[allow(dead_code)]
pub const MODULES: [Module; 6] = [ELEMENTWISE, SUMS, ROWS, MATMUL, WINDOWS, EMBEDDINGS];

/// Threads of a block in kernels that compute one element a thread.
pub(super) const THREADS: u32 = 256;
/// Blocks of such a kernel at most; each thread takes several elements beyond.
const MOST_BLOCKS: usize = 1 << 20;
/// Terms that a block sums: `SUM_TERMS * SUM_THREADS` of `sums.cu`.
const SUM_BLOCK: usize = 8 * 256;
/// Rows that a block sums, its columns, and the threads for a column: as in `sums.cu`.
const SUM_ROWS_BLOCK: usize = SUM_ROW_TERMS * SUM_ROW_THREADS as usize;
const SUM_ROW_TERMS: usize = 16;
const SUM_ROW_THREADS: u32 = 8;
const SUM_COLUMNS: u32 = 32;
/// Threads of a block in `rows.cu`.
const TEAM: u32 = 128;
/// Columns up to which a row has one thread instead of a block.
const SHORT_ROW: usize = 64;

/// Why a plan gives up before the device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A length exceeds what kernels count with; the largest is 2^32 - 1.
    Length(usize),
    /// An index points outside of what it indexes.
    Index {
        /// The position of the index, row by row.
        position: usize,
        /// The index.
        index: u32,
        /// The end of the range, excluded.
        end: usize,
    },
}

/// What runs kernels.
pub trait Machine {
    /// Why it failed.
    type Error: From<Refusal>;
    /// Binary32 numbers in its memory.
    type Singles;
    /// Binary64 numbers in its memory.
    type Doubles;
    /// Indices in its memory.
    type Indices;

    /// Room for numbers, with any contents.
    fn singles(&self, length: usize) -> Result<Self::Singles, Self::Error>;
    /// Room for numbers, with any contents.
    fn doubles(&self, length: usize) -> Result<Self::Doubles, Self::Error>;
    /// Room for indices, with any contents.
    fn indices(&self, length: usize) -> Result<Self::Indices, Self::Error>;
    /// These indices in its memory.
    fn upload(&self, values: &[u32]) -> Result<Self::Indices, Self::Error>;
    /// The indices, out of its memory.
    fn download(&self, indices: &Self::Indices) -> Result<Vec<u32>, Self::Error>;
    /// Multiprocessors: blocks that run at the same time, at least.
    fn processors(&self) -> usize;
    /// Starts a kernel on a grid of blocks of threads, each (along x, along y).
    ///
    /// The arguments are those of the kernel, in order.
    fn launch(
        &self,
        kernel: Kernel<'_>,
        grid: (u32, u32),
        block: (u32, u32),
        arguments: &mut [Argument<'_, Self>],
    ) -> Result<(), Self::Error>;
}

/// A kernel: its module and its name there.
#[derive(Clone, Copy, Debug)]
pub struct Kernel<'a>(pub &'static Module, pub &'a str);

/// An argument of a kernel.
pub enum Argument<'a, M: Machine + ?Sized> {
    /// `const float*`.
    Singles(&'a M::Singles),
    /// `const double*`.
    Doubles(&'a M::Doubles),
    /// `const u32*`.
    Indices(&'a M::Indices),
    /// `float*`.
    IntoSingles(&'a mut M::Singles),
    /// `double*`.
    IntoDoubles(&'a mut M::Doubles),
    /// `u32*`.
    IntoIndices(&'a mut M::Indices),
    /// `u32`.
    Small(u32),
    /// `u64`.
    Long(u64),
    /// `float`.
    Single(f32),
}

use Argument::{Doubles, Indices, IntoDoubles, IntoIndices, IntoSingles, Long, Single, Singles, Small};

/// A matrix product of (rows, inner) and (inner, columns), one of them perhaps stored transposed.
#[derive(Clone, Copy, Debug)]
pub struct Product {
    /// `nn`, `nt` (the second is transposed) or `tn` (the first is transposed).
    pub form: &'static str,
    /// Rows of the result.
    pub rows: usize,
    /// Terms of each element.
    pub inner: usize,
    /// Columns of the result.
    pub columns: usize,
}

/// A window over a batch of images (n, h, w, c); pairs are (vertical, horizontal).
#[derive(Clone, Copy, Debug)]
pub struct Images {
    /// The shape of the batch.
    pub shape: [usize; 4],
    /// Positions of the window.
    pub output: (usize, usize),
    /// Points that the window covers.
    pub kernel: (usize, usize),
    /// Points from one position to the next.
    pub stride: (usize, usize),
    /// Points of zeros around the image, on either side.
    pub padding: (usize, usize),
}

impl Images {
    /// Rows of the matrix of windows.
    pub fn rows(&self) -> usize {
        self.shape[0] * self.output.0 * self.output.1
    }

    /// Columns of the matrix of windows.
    pub fn columns(&self) -> usize {
        self.kernel.0 * self.kernel.1 * self.shape[3]
    }

    fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the matrix of windows is the batch itself.
    fn sees_points(&self) -> bool {
        (self.kernel, self.stride, self.padding) == ((1, 1), (1, 1), (0, 0))
    }

    fn arguments<'a, M: Machine>(&self) -> Result<[Argument<'a, M>; 11], Refusal> {
        let [_, height, width, channels] = self.shape;
        // Kernels add a padding, a stride and a kernel to a position without a carry.
        let reach = |length: usize, [padding, kernel, stride]: [usize; 3]| {
            small(length.saturating_add(2 * padding).saturating_add(kernel).saturating_add(stride))
        };
        reach(height, [self.padding.0, self.kernel.0, self.stride.0])?;
        reach(width, [self.padding.1, self.kernel.1, self.stride.1])?;
        let (output, kernel, stride, padding) = (self.output, self.kernel, self.stride, self.padding);
        Ok([
            Small(small(height)?),
            Small(small(width)?),
            Small(small(channels)?),
            Small(small(output.0)?),
            Small(small(output.1)?),
            Small(small(kernel.0)?),
            Small(small(kernel.1)?),
            Small(small(stride.0)?),
            Small(small(stride.1)?),
            Small(small(padding.0)?),
            Small(small(padding.1)?),
        ])
    }
}

pub(super) fn small(length: usize) -> Result<u32, Refusal> {
    u32::try_from(length).map_err(|_| Refusal::Length(length))
}

/// Fails at the first index from `end` on.
pub(super) fn ensure_below(indices: &[u32], end: usize) -> Result<(), Refusal> {
    match indices.iter().position(|index| *index as usize >= end) {
        Some(position) => Err(Refusal::Index { position, index: indices[position], end }),
        None => Ok(()),
    }
}

/// Starts a kernel that computes `length` elements, one after the other in each thread.
pub(super) fn for_each<M: Machine>(
    machine: &M,
    kernel: Kernel<'_>,
    length: usize,
    threads: u32,
    arguments: &mut [Argument<'_, M>],
) -> Result<(), M::Error> {
    if length == 0 {
        return Ok(());
    }
    let blocks = length.div_ceil(threads as usize).min(MOST_BLOCKS) as u32;
    machine.launch(kernel, (blocks, 1), (threads, 1), arguments)
}

/// The results of an operation on elements at the same position: `outputs` tensors of the inputs' length.
pub fn sweep<M: Machine>(
    machine: &M,
    name: &str,
    inputs: &[&M::Singles],
    outputs: usize,
    length: usize,
    settings: &[f32],
) -> Result<Vec<M::Singles>, M::Error> {
    let mut results = (0..outputs).map(|_| machine.singles(length)).collect::<Result<Vec<_>, _>>()?;
    let mut arguments: Vec<Argument<'_, M>> = inputs.iter().map(|input| Singles(*input)).collect();
    arguments.extend(results.iter_mut().map(IntoSingles));
    arguments.push(Long(length as u64));
    arguments.extend(settings.iter().map(|setting| Single(*setting)));
    for_each(machine, Kernel(&ELEMENTWISE, &format!("{name}_elements")), length, THREADS, &mut arguments)?;
    Ok(results)
}

/// `x[i][j] + bias[j]`.
pub fn add_bias<M: Machine>(
    machine: &M,
    x: &M::Singles,
    bias: &M::Singles,
    length: usize,
    columns: usize,
) -> Result<M::Singles, M::Error> {
    let mut sums = machine.singles(length)?;
    let arguments =
        &mut [Singles(x), Singles(bias), IntoSingles(&mut sums), Long(length as u64), Small(small(columns)?)];
    for_each(machine, Kernel(&ELEMENTWISE, "add_bias"), length, THREADS, arguments)?;
    Ok(sums)
}

/// The squared errors and the gradient of their mean.
pub fn squared_error<M: Machine>(
    machine: &M,
    outputs: &M::Singles,
    targets: &M::Singles,
    rows: usize,
) -> Result<(M::Doubles, M::Singles), M::Error> {
    let (mut losses, mut gradient) = (machine.doubles(rows)?, machine.singles(rows)?);
    let arguments = &mut [
        Singles(outputs),
        Singles(targets),
        IntoDoubles(&mut losses),
        IntoSingles(&mut gradient),
        Long(rows as u64),
    ];
    for_each(machine, Kernel(&ELEMENTWISE, "squared_error"), rows, THREADS, arguments)?;
    Ok((losses, gradient))
}

/// The index of the first element that is NaN or infinite as two u32, the lower half first; the largest u32 twice if
/// there is none.
pub fn first_not_finite<M: Machine>(machine: &M, x: &M::Singles, length: usize) -> Result<M::Indices, M::Error> {
    let mut position = machine.upload(&[u32::MAX; 2])?;
    let arguments = &mut [Singles(x), IntoIndices(&mut position), Long(length as u64)];
    for_each(machine, Kernel(&ELEMENTWISE, "first_not_finite"), length, THREADS, arguments)?;
    Ok(position)
}

/// The tree over all elements.
pub fn sum<M: Machine>(machine: &M, x: &M::Singles, length: usize) -> Result<M::Singles, M::Error> {
    let pass = |x: &M::Singles, length: usize| {
        let blocks = length.div_ceil(SUM_BLOCK).max(1);
        let mut sums = machine.singles(blocks)?;
        let arguments = &mut [Singles(x), IntoSingles(&mut sums), Long(length as u64)];
        machine.launch(Kernel(&SUMS, "sum_blocks"), (small(blocks)?, 1), (THREADS, 1), arguments)?;
        Ok::<_, M::Error>((sums, blocks))
    };
    let (mut sums, mut length) = pass(x, length)?;
    while length > 1 {
        (sums, length) = pass(&sums, length)?;
    }
    Ok(sums)
}

/// The grid and the block of a pass over blocks of rows, and the number of rows it leaves.
type RowGrid = ((u32, u32), (u32, u32), usize);

fn row_grid(rows: usize, columns: usize) -> Result<RowGrid, Refusal> {
    let blocks = rows.div_ceil(SUM_ROWS_BLOCK).max(1);
    let across = small(columns.div_ceil(SUM_COLUMNS as usize))?;
    // The second dimension of a grid ends at 65,535.
    if across > 65_535 {
        return Err(Refusal::Length(columns));
    }
    Ok(((small(blocks)?, across), (SUM_COLUMNS, SUM_ROW_THREADS), blocks))
}

/// The tree over the rows of each column.
pub fn sum_rows<M: Machine>(machine: &M, x: &M::Singles, rows: usize, columns: usize) -> Result<M::Singles, M::Error> {
    let pass = |x: &M::Singles, rows: usize| {
        let (grid, block, blocks) = row_grid(rows, columns)?;
        let mut sums = machine.singles(blocks * columns)?;
        let arguments = &mut [Singles(x), IntoSingles(&mut sums), Long(rows as u64), Small(small(columns)?)];
        if columns > 0 {
            machine.launch(Kernel(&SUMS, "sum_rows"), grid, block, arguments)?;
        }
        Ok::<_, M::Error>((sums, blocks))
    };
    let (mut sums, mut rows) = pass(x, rows)?;
    while rows > 1 {
        (sums, rows) = pass(&sums, rows)?;
    }
    Ok(sums)
}

/// The tree over the rows of each column, in binary64, of terms that the kernel `first` computes from `inputs`; rounded
/// to binary32 at the end.
fn sum_terms<M: Machine>(
    machine: &M,
    first: &str,
    inputs: Vec<Argument<'_, M>>,
    rows: usize,
    columns: usize,
) -> Result<M::Singles, M::Error> {
    let pass = |kernel: &str, terms: Vec<Argument<'_, M>>, rows: usize| {
        let (grid, block, blocks) = row_grid(rows, columns)?;
        let mut sums = machine.doubles(blocks * columns)?;
        let mut arguments: Vec<Argument<'_, M>> = terms;
        arguments.extend([IntoDoubles(&mut sums), Long(rows as u64), Small(small(columns)?)]);
        if columns > 0 {
            machine.launch(Kernel(&SUMS, kernel), grid, block, &mut arguments)?;
        }
        drop(arguments);
        Ok::<_, M::Error>((sums, blocks))
    };
    let (mut sums, mut left) = pass(first, inputs, rows)?;
    while left > 1 {
        (sums, left) = pass("sum_rows_f64", vec![Doubles(&sums)], left)?;
    }
    let mut rounded = machine.singles(columns)?;
    let arguments = &mut [Doubles(&sums), IntoSingles(&mut rounded), Long(columns as u64)];
    for_each(machine, Kernel(&ELEMENTWISE, "narrow_elements"), columns, THREADS, arguments)?;
    Ok(rounded)
}

/// Starts a kernel of `rows.cu`: its variant for short rows or for long ones.
fn for_rows<M: Machine>(
    machine: &M,
    name: &str,
    rows: usize,
    columns: usize,
    arguments: &mut [Argument<'_, M>],
) -> Result<(), M::Error> {
    if rows == 0 {
        return Ok(());
    }
    if columns <= SHORT_ROW {
        return for_each(machine, Kernel(&ROWS, &format!("{name}_thread")), rows, TEAM, arguments);
    }
    let grid = (rows.min(MOST_BLOCKS) as u32, 1);
    machine.launch(Kernel(&ROWS, &format!("{name}_block")), grid, (TEAM, 1), arguments)
}

/// The losses and the gradient of their mean. Fails for a class from `columns` on.
pub fn softmax_cross_entropy<M: Machine>(
    machine: &M,
    logits: &M::Singles,
    classes: &M::Indices,
    rows: usize,
    columns: usize,
) -> Result<(M::Doubles, M::Singles), M::Error> {
    ensure_below(&machine.download(classes)?, columns)?;
    let (mut losses, mut gradient) = (machine.doubles(rows)?, machine.singles(rows * columns)?);
    let arguments = &mut [
        Singles(logits),
        Indices(classes),
        IntoDoubles(&mut losses),
        IntoSingles(&mut gradient),
        Long(rows as u64),
        Small(small(columns)?),
    ];
    for_rows(machine, "softmax_cross_entropy", rows, columns, arguments)?;
    Ok((losses, gradient))
}

/// What a layer norm gives: its output, means and scales.
pub type Normalised<M> = (<M as Machine>::Singles, <M as Machine>::Doubles, <M as Machine>::Doubles);

/// The layer norm of each row.
pub fn layer_norm<M: Machine>(
    machine: &M,
    x: &M::Singles,
    gain: &M::Singles,
    bias: &M::Singles,
    rows: usize,
    columns: usize,
) -> Result<Normalised<M>, M::Error> {
    let (mut y, mut means, mut scales) =
        (machine.singles(rows * columns)?, machine.doubles(rows)?, machine.doubles(rows)?);
    let arguments = &mut [
        Singles(x),
        Singles(gain),
        Singles(bias),
        IntoSingles(&mut y),
        IntoDoubles(&mut means),
        IntoDoubles(&mut scales),
        Long(rows as u64),
        Small(small(columns)?),
    ];
    for_rows(machine, "layer_norm", rows, columns, arguments)?;
    Ok((y, means, scales))
}

/// The gradients of a layer norm's input, gain and bias.
pub fn layer_norm_grad<M: Machine>(
    machine: &M,
    [x, gain, g]: [&M::Singles; 3],
    [means, scales]: [&M::Doubles; 2],
    rows: usize,
    columns: usize,
) -> Result<[M::Singles; 3], M::Error> {
    let mut of_x = machine.singles(rows * columns)?;
    let arguments = &mut [
        Singles(x),
        Singles(gain),
        Doubles(means),
        Doubles(scales),
        Singles(g),
        IntoSingles(&mut of_x),
        Long(rows as u64),
        Small(small(columns)?),
    ];
    for_rows(machine, "layer_norm_grad", rows, columns, arguments)?;
    let terms = vec![Singles(x), Doubles(means), Doubles(scales), Singles(g)];
    let of_gain = sum_terms(machine, "layer_norm_gain_grad", terms, rows, columns)?;
    let of_bias = sum_terms(machine, "layer_norm_bias_grad", vec![Singles(g)], rows, columns)?;
    Ok([of_x, of_gain, of_bias])
}

/// The tiles of `matmul.cu`, and the threads of a block for each.
pub const TILES: [(usize, u32); 3] = [(128, 256), (64, 128), (32, 64)];

/// A matrix product.
pub fn product<M: Machine>(
    machine: &M,
    product: &Product,
    a: &M::Singles,
    b: &M::Singles,
) -> Result<M::Singles, M::Error> {
    // The largest tiles that keep every multiprocessor busy: large ones load less, small ones spread further.
    let blocks = |tile: usize| product.rows.div_ceil(tile) * product.columns.div_ceil(tile);
    let tile = if blocks(128) >= 3 * machine.processors() {
        TILES[0]
    } else if blocks(64) >= machine.processors() {
        TILES[1]
    } else {
        TILES[2]
    };
    product_in_tiles(machine, product, tile, a, b)
}

/// A matrix product by the kernel with these tiles and threads.
pub fn product_in_tiles<M: Machine>(
    machine: &M,
    product: &Product,
    (tile, threads): (usize, u32),
    a: &M::Singles,
    b: &M::Singles,
) -> Result<M::Singles, M::Error> {
    let Product { form, rows, inner, columns } = *product;
    // Kernels count up to the end of a tile beyond the matrix.
    let half = |length: usize| i32::try_from(length).map(|length| length as u32).map_err(|_| Refusal::Length(length));
    let mut c = machine.singles(rows * columns)?;
    let blocks = rows.div_ceil(tile) * columns.div_ceil(tile);
    // The first dimension of a grid ends at 2^31 - 1.
    let blocks = half(blocks)?;
    let arguments = &mut [
        Singles(a),
        Singles(b),
        IntoSingles(&mut c),
        Small(half(rows)?),
        Small(half(inner)?),
        Small(half(columns)?),
    ];
    if blocks > 0 {
        machine.launch(Kernel(&MATMUL, &format!("matmul_{form}_{tile}")), (blocks, 1), (threads, 1), arguments)?;
    }
    Ok(c)
}

/// The matrix of windows.
pub fn im2col<M: Machine>(machine: &M, x: &M::Singles, images: &Images) -> Result<M::Singles, M::Error> {
    let length = images.rows() * images.columns();
    let mut matrix = machine.singles(length)?;
    let mut arguments = vec![Singles(x), IntoSingles(&mut matrix), Long(length as u64)];
    arguments.extend(images.arguments()?);
    for_each(machine, Kernel(&WINDOWS, "im2col"), length, THREADS, &mut arguments)?;
    drop(arguments);
    Ok(matrix)
}

/// The matrix of windows added up where the windows came from.
pub fn col2im<M: Machine>(machine: &M, matrix: &M::Singles, images: &Images) -> Result<M::Singles, M::Error> {
    let length = images.elements();
    let mut x = machine.singles(length)?;
    let mut arguments = vec![Singles(matrix), IntoSingles(&mut x), Long(length as u64)];
    arguments.extend(images.arguments()?);
    for_each(machine, Kernel(&WINDOWS, "col2im"), length, THREADS, &mut arguments)?;
    drop(arguments);
    Ok(x)
}

/// A convolution with `filters` filters.
pub fn conv2d<M: Machine>(
    machine: &M,
    x: &M::Singles,
    w: &M::Singles,
    images: &Images,
    filters: usize,
) -> Result<M::Singles, M::Error> {
    let of = Product { form: "nn", rows: images.rows(), inner: images.columns(), columns: filters };
    if images.sees_points() {
        return product(machine, &of, x, w);
    }
    product(machine, &of, &im2col(machine, x, images)?, w)
}

/// The gradient of a convolution's input.
pub fn conv2d_input_grad<M: Machine>(
    machine: &M,
    g: &M::Singles,
    w: &M::Singles,
    images: &Images,
    filters: usize,
) -> Result<M::Singles, M::Error> {
    let of = Product { form: "nt", rows: images.rows(), inner: filters, columns: images.columns() };
    col2im(machine, &product(machine, &of, g, w)?, images)
}

/// The gradient of a convolution's filters.
pub fn conv2d_weight_grad<M: Machine>(
    machine: &M,
    x: &M::Singles,
    g: &M::Singles,
    images: &Images,
    filters: usize,
) -> Result<M::Singles, M::Error> {
    let of = Product { form: "tn", rows: images.columns(), inner: images.rows(), columns: filters };
    if images.sees_points() {
        return product(machine, &of, x, g);
    }
    product(machine, &of, &im2col(machine, x, images)?, g)
}

/// Images (n, h, w, c) pooled in windows of `size` by `size`.
#[derive(Clone, Copy, Debug)]
pub struct Tiles {
    /// The shape of the images.
    pub shape: [usize; 4],
    /// Points along a window's side, at least 1.
    pub size: usize,
}

impl Tiles {
    /// Numbers in the pooled images.
    pub fn pooled(&self) -> usize {
        let [batch, height, width, channels] = self.shape;
        batch * (height / self.size) * (width / self.size) * channels
    }

    fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    fn arguments<'a, M: Machine>(&self, length: usize) -> Result<[Argument<'a, M>; 5], Refusal> {
        let [_, height, width, channels] = self.shape;
        small(self.size.saturating_mul(self.size))?;
        Ok([
            Long(length as u64),
            Small(small(height)?),
            Small(small(width)?),
            Small(small(channels)?),
            Small(small(self.size)?),
        ])
    }
}

/// The largest of each window, and its index there.
pub fn max_pool<M: Machine>(machine: &M, x: &M::Singles, tiles: &Tiles) -> Result<(M::Singles, M::Indices), M::Error> {
    let length = tiles.pooled();
    let (mut values, mut positions) = (machine.singles(length)?, machine.indices(length)?);
    let mut arguments = vec![Singles(x), IntoSingles(&mut values), IntoIndices(&mut positions)];
    if length > 0 {
        arguments.extend(tiles.arguments(length)?);
        for_each(machine, Kernel(&WINDOWS, "max_pool"), length, THREADS, &mut arguments)?;
    }
    drop(arguments);
    Ok((values, positions))
}

/// The mean of each window.
pub fn avg_pool<M: Machine>(machine: &M, x: &M::Singles, tiles: &Tiles) -> Result<M::Singles, M::Error> {
    let length = tiles.pooled();
    let mut means = machine.singles(length)?;
    let mut arguments = vec![Singles(x), IntoSingles(&mut means)];
    if length > 0 {
        arguments.extend(tiles.arguments(length)?);
        for_each(machine, Kernel(&WINDOWS, "avg_pool"), length, THREADS, &mut arguments)?;
    }
    drop(arguments);
    Ok(means)
}

/// The gradient of [`max_pool`]'s input.
pub fn max_pool_grad<M: Machine>(
    machine: &M,
    positions: &M::Indices,
    g: &M::Singles,
    tiles: &Tiles,
) -> Result<M::Singles, M::Error> {
    spread(machine, "max_pool_grad", vec![Indices(positions), Singles(g)], tiles)
}

/// The gradient of [`avg_pool`]'s input.
pub fn avg_pool_grad<M: Machine>(machine: &M, g: &M::Singles, tiles: &Tiles) -> Result<M::Singles, M::Error> {
    spread(machine, "avg_pool_grad", vec![Singles(g)], tiles)
}

fn spread<M: Machine>(
    machine: &M,
    name: &str,
    inputs: Vec<Argument<'_, M>>,
    tiles: &Tiles,
) -> Result<M::Singles, M::Error> {
    let length = tiles.elements();
    let mut x = machine.singles(length)?;
    let mut arguments: Vec<Argument<'_, M>> = inputs;
    arguments.push(IntoSingles(&mut x));
    // Beyond u32 a window is larger than any image, and its size still has to fit.
    let [_, height, width, _] = tiles.shape;
    let clipped = Tiles { size: tiles.size.min(height.max(width) + 1), ..*tiles };
    arguments.extend(clipped.arguments(length)?);
    for_each(machine, Kernel(&WINDOWS, name), length, THREADS, &mut arguments)?;
    drop(arguments);
    Ok(x)
}
