// Sums in the fixed tree.
//
// Aligned blocks of a power of two terms are whole subtrees, and the tree over the blocks' sums is the tree over the
// terms. So a block of threads sums a block of terms, and further passes sum the sums, until one is left.

// Terms of a thread, and threads of a block, in `sum`.
#define SUM_TERMS 8
#define SUM_THREADS 256

// One pass of `sum`: the sums of blocks of SUM_TERMS * SUM_THREADS terms.
KERNEL sum_blocks(const float* x, float* out, u64 length) {
    __shared__ float shared[SUM_THREADS];
    u64 block = (u64)blockIdx.x * (SUM_TERMS * SUM_THREADS);
    u64 first = block + (u64)threadIdx.x * SUM_TERMS;
    float terms[SUM_TERMS];
    u32 count = first < length ? (length - first < SUM_TERMS ? (u32)(length - first) : SUM_TERMS) : 0;
    if (count > 0) {
#pragma unroll
        for (u32 i = 0; i < SUM_TERMS; ++i) terms[i] = i < count ? x[first + i] : 0.0f;
        shared[threadIdx.x] = tree_of_registers(terms, count);
    }
    u64 rest = (length - block + SUM_TERMS - 1) / SUM_TERMS;
    tree_of_shared(shared, threadIdx.x, rest < SUM_THREADS ? (u32)rest : SUM_THREADS, 1);
    if (threadIdx.x == 0) out[blockIdx.x] = length > 0 ? shared[0] : 0.0f;
}

// Rows of a thread, columns of a block and threads for a column in sums over rows. A block sums
// SUM_ROW_TERMS * SUM_ROW_THREADS rows of SUM_COLUMNS columns.
#define SUM_ROW_TERMS 16
#define SUM_ROW_THREADS 8
#define SUM_COLUMNS 32

// One pass of a sum over rows: `term(row, column)` summed over blocks of rows, into `out[block][column]`.
//
// A block has SUM_COLUMNS by SUM_ROW_THREADS threads; blocks of rows are `blockIdx.x`, of columns `blockIdx.y`.
template <typename Number, typename Term>
INLINE void sum_row_blocks(Number* out, u64 rows, u32 columns, Term term) {
    __shared__ Number shared[SUM_ROW_THREADS * SUM_COLUMNS];
    u32 column = blockIdx.y * SUM_COLUMNS + threadIdx.x;
    u64 block = (u64)blockIdx.x * (SUM_ROW_TERMS * SUM_ROW_THREADS);
    u64 first = block + (u64)threadIdx.y * SUM_ROW_TERMS;
    u32 count = first < rows ? (rows - first < SUM_ROW_TERMS ? (u32)(rows - first) : SUM_ROW_TERMS) : 0;
    if (count > 0 && column < columns) {
        Number terms[SUM_ROW_TERMS];
#pragma unroll
        for (u32 i = 0; i < SUM_ROW_TERMS; ++i) terms[i] = i < count ? term(first + i, column) : (Number)0;
        shared[threadIdx.y * SUM_COLUMNS + threadIdx.x] = tree_of_registers(terms, count);
    }
    u64 rest = (rows - block + SUM_ROW_TERMS - 1) / SUM_ROW_TERMS;
    u32 sums = rest < SUM_ROW_THREADS ? (u32)rest : SUM_ROW_THREADS;
    tree_of_shared(shared + threadIdx.x, threadIdx.y, sums, SUM_COLUMNS);
    if (threadIdx.y == 0 && column < columns) {
        out[(u64)blockIdx.x * columns + column] = rows > 0 ? shared[threadIdx.x] : (Number)0;
    }
}

KERNEL sum_rows(const float* x, float* out, u64 rows, u32 columns) {
    sum_row_blocks(out, rows, columns, [=](u64 row, u32 column) { return x[row * columns + column]; });
}

KERNEL sum_rows_f64(const double* x, double* out, u64 rows, u32 columns) {
    sum_row_blocks(out, rows, columns, [=](u64 row, u32 column) { return x[row * columns + column]; });
}

// First pass of the gradient of a layer norm's gain: terms `g * xhat`.
KERNEL layer_norm_gain_grad(const float* x, const double* mean, const double* scale, const float* g, double* out,
                            u64 rows, u32 columns) {
    sum_row_blocks(out, rows, columns, [=](u64 row, u32 column) {
        u64 i = row * columns + column;
        return mul(widen(g[i]), mul(sub(widen(x[i]), mean[row]), scale[row]));
    });
}

// First pass of the gradient of a layer norm's bias: terms `g`.
KERNEL layer_norm_bias_grad(const float* g, double* out, u64 rows, u32 columns) {
    sum_row_blocks(out, rows, columns, [=](u64 row, u32 column) { return widen(g[row * columns + column]); });
}
