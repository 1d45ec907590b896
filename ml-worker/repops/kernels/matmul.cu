// The matrix product: `out[i][j]` is the fold over k from +0 of `fma(a, b, c)`.
//
// A block computes a tile of `ROWS` by `COLUMNS` elements. It walks along k in steps of `DEPTH`: the pieces of `a` and
// `b` lie in shared memory, two of each, so that the next is loaded while the current one is used. A thread owns the
// elements of `ROW_QUADS * 4` rows and `COLUMN_QUADS * 4` columns and folds each of them on its own over k ascending.
// Rows and columns beyond the matrix are filled with zeros, whose results are dropped; along k nothing is filled, since
// `fma(0, 0, -0)` is +0: the last, partial piece has a loop of its own length.
//
// How a matrix lies in memory: `along k` (its second index is k) or `across` (its first index is k).

template <u32 ROWS, u32 COLUMNS, u32 DEPTH, u32 ROW_QUADS, u32 COLUMN_QUADS>
struct Tile {
    static const u32 THREAD_ROWS = ROWS / (4 * ROW_QUADS);
    static const u32 THREAD_COLUMNS = COLUMNS / (4 * COLUMN_QUADS);
    static const u32 THREADS = THREAD_ROWS * THREAD_COLUMNS;
};

// Four neighbours in memory of which those before `count` are inside of the matrix; zeros for the others.
INLINE float4 load_quad(const float* from, u32 count, bool aligned) {
    float4 quad = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    if (count >= 4 && aligned) return *(const float4*)from;
    if (count > 0) quad.x = from[0];
    if (count > 1) quad.y = from[1];
    if (count > 2) quad.z = from[2];
    if (count > 3) quad.w = from[3];
    return quad;
}

INLINE u32 quad_count(u32 at, u32 end) { return at >= end ? 0 : (end - at < 4 ? end - at : 4); }

// Moves pieces of `WIDTH` rows or columns and `DEPTH` steps of k from memory to shared memory, through registers.
template <bool ALONG_K, u32 WIDTH, u32 DEPTH, u32 THREADS>
struct Loader {
    static const u32 QUADS = WIDTH * DEPTH / 4 / THREADS;
    // Lines of a piece are this far apart in shared memory, which spreads them over its banks.
    static const u32 LINE = WIDTH + 4;
    // From one quad of a thread to its next: along the width, or along k.
    static const u32 WIDTH_STEP = ALONG_K ? THREADS / (DEPTH / 4) : 0;
    static const u32 K_STEP = ALONG_K ? 0 : THREADS / (WIDTH / 4);

    // Where this thread's first quad lies: in memory, and in the piece.
    const float* from;
    u32 across, k;
    // Rows or columns left from there on, steps of k in all, and the distance of two lines in memory.
    u32 width_left, depth, line;
    bool aligned;
    float4 quads[QUADS];

    INLINE Loader(const float* matrix, u32 width, u32 depth, u32 start) : depth(depth) {
        across = ALONG_K ? threadIdx.x / (DEPTH / 4) : threadIdx.x % (WIDTH / 4) * 4;
        k = ALONG_K ? threadIdx.x % (DEPTH / 4) * 4 : threadIdx.x / (WIDTH / 4);
        line = ALONG_K ? depth : width;
        aligned = line % 4 == 0 && (u64)matrix % 16 == 0;
        width_left = start + across < width ? width - start - across : 0;
        from = matrix + (ALONG_K ? (u64)(start + across) * line + k : (u64)k * line + start + across);
    }

    // Loads the piece that begins at this step of k; pieces are loaded in order.
    INLINE void load(u32 from_k) {
#pragma unroll
        for (u32 quad = 0; quad < QUADS; ++quad) {
            u32 count = ALONG_K ? (quad * WIDTH_STEP < width_left ? quad_count(from_k + k, depth) : 0)
                                : (from_k + k + quad * K_STEP < depth ? quad_count(0, width_left) : 0);
            quads[quad] = load_quad(from + (u64)(quad * (ALONG_K ? WIDTH_STEP : K_STEP)) * line, count, aligned);
        }
        from += ALONG_K ? DEPTH : (u64)DEPTH * line;
    }

    INLINE void store(float* piece) const {
#pragma unroll
        for (u32 quad = 0; quad < QUADS; ++quad) {
            float* into = piece + (k + quad * K_STEP) * LINE + across + quad * WIDTH_STEP;
            if (ALONG_K) {
                into[0] = quads[quad].x;
                into[LINE] = quads[quad].y;
                into[2 * LINE] = quads[quad].z;
                into[3 * LINE] = quads[quad].w;
            } else {
                *(float4*)into = quads[quad];
            }
        }
    }
};

// A step of k: every element of the thread takes one more product.
template <u32 ROW_QUADS, u32 COLUMN_QUADS>
INLINE void step_of_k(float (&sums)[4 * ROW_QUADS][4 * COLUMN_QUADS], const float* a, const float* b, u32 row_stride,
                      u32 column_stride) {
    float x[4 * ROW_QUADS], y[4 * COLUMN_QUADS];
#pragma unroll
    for (u32 quad = 0; quad < ROW_QUADS; ++quad) {
        float4 value = *(const float4*)(a + quad * row_stride);
        x[4 * quad] = value.x, x[4 * quad + 1] = value.y, x[4 * quad + 2] = value.z, x[4 * quad + 3] = value.w;
    }
#pragma unroll
    for (u32 quad = 0; quad < COLUMN_QUADS; ++quad) {
        float4 value = *(const float4*)(b + quad * column_stride);
        y[4 * quad] = value.x, y[4 * quad + 1] = value.y, y[4 * quad + 2] = value.z, y[4 * quad + 3] = value.w;
    }
#pragma unroll
    for (u32 i = 0; i < 4 * ROW_QUADS; ++i) {
#pragma unroll
        for (u32 j = 0; j < 4 * COLUMN_QUADS; ++j) sums[i][j] = fused(x[i], y[j], sums[i][j]);
    }
}

template <bool A_ALONG_K, bool B_ALONG_K, u32 ROWS, u32 COLUMNS, u32 DEPTH, u32 ROW_QUADS, u32 COLUMN_QUADS>
INLINE void matmul_tile(const float* a, const float* b, float* out, u32 m, u32 k, u32 n) {
    typedef Tile<ROWS, COLUMNS, DEPTH, ROW_QUADS, COLUMN_QUADS> Shape;
    typedef Loader<A_ALONG_K, ROWS, DEPTH, Shape::THREADS> LoaderA;
    typedef Loader<B_ALONG_K, COLUMNS, DEPTH, Shape::THREADS> LoaderB;
    const u32 ROW_STRIDE = ROWS / ROW_QUADS, COLUMN_STRIDE = COLUMNS / COLUMN_QUADS;
    __shared__ __align__(16) float a_pieces[2][DEPTH * LoaderA::LINE];
    __shared__ __align__(16) float b_pieces[2][DEPTH * LoaderB::LINE];

    // Blocks that run at the same time share rows of `a` and columns of `b`: tiles are taken in groups of eight rows.
    u32 tiles_down = (m + ROWS - 1) / ROWS, tiles_right = (n + COLUMNS - 1) / COLUMNS;
    u32 group = blockIdx.x / (8 * tiles_right), within = blockIdx.x % (8 * tiles_right);
    u32 group_rows = tiles_down - group * 8 < 8 ? tiles_down - group * 8 : 8;
    u32 row = (group * 8 + within % group_rows) * ROWS, column = within / group_rows * COLUMNS;
    u32 thread_row = threadIdx.x / Shape::THREAD_COLUMNS * 4, thread_column = threadIdx.x % Shape::THREAD_COLUMNS * 4;

    float sums[4 * ROW_QUADS][4 * COLUMN_QUADS];
#pragma unroll
    for (u32 i = 0; i < 4 * ROW_QUADS; ++i) {
#pragma unroll
        for (u32 j = 0; j < 4 * COLUMN_QUADS; ++j) sums[i][j] = 0.0f;
    }

    LoaderA a_loader(a, m, k, row);
    LoaderB b_loader(b, n, k, column);
    a_loader.load(0);
    b_loader.load(0);
    a_loader.store(a_pieces[0]);
    b_loader.store(b_pieces[0]);
    __syncthreads();

    u32 current = 0;
    for (u32 from = 0; from < k; from += DEPTH) {
        bool more = k - from > DEPTH;
        if (more) {
            a_loader.load(from + DEPTH);
            b_loader.load(from + DEPTH);
        }
        const float* x = a_pieces[current] + thread_row;
        const float* y = b_pieces[current] + thread_column;
        if (k - from >= DEPTH) {
#pragma unroll
            for (u32 step = 0; step < DEPTH; ++step) {
                step_of_k<ROW_QUADS, COLUMN_QUADS>(sums, x + step * LoaderA::LINE, y + step * LoaderB::LINE,
                                                   ROW_STRIDE, COLUMN_STRIDE);
            }
        } else {
#pragma unroll 1
            for (u32 step = 0; step < k - from; ++step) {
                step_of_k<ROW_QUADS, COLUMN_QUADS>(sums, x + step * LoaderA::LINE, y + step * LoaderB::LINE,
                                                   ROW_STRIDE, COLUMN_STRIDE);
            }
        }
        if (more) {
            // Nobody reads the other pieces any more: their readers passed the barrier below one piece ago.
            current ^= 1;
            a_loader.store(a_pieces[current]);
            b_loader.store(b_pieces[current]);
            __syncthreads();
        }
    }

    bool aligned = n % 4 == 0 && (u64)out % 16 == 0;
#pragma unroll
    for (u32 i = 0; i < 4 * ROW_QUADS; ++i) {
        u32 at_row = row + (i / 4) * ROW_STRIDE + thread_row + i % 4;
        if (at_row >= m) continue;
#pragma unroll
        for (u32 quad = 0; quad < COLUMN_QUADS; ++quad) {
            u32 at_column = column + quad * COLUMN_STRIDE + thread_column;
            u32 count = quad_count(at_column, n);
            float* into = out + (u64)at_row * n + at_column;
            const float* from = sums[i] + 4 * quad;
            if (count == 4 && aligned) {
                *(float4*)into = make_float4(from[0], from[1], from[2], from[3]);
            } else {
#pragma unroll
                for (u32 j = 0; j < 4; ++j) {
                    if (j < count) into[j] = from[j];
                }
            }
        }
    }
}

// The names say the rows and columns of a tile; `src/cuda/plan.rs` knows the threads.
#define MATMUL(form, a_along_k, b_along_k)                                                                             \
    KERNEL __launch_bounds__(256, 2)                                                                                   \
        matmul_##form##_128(const float* a, const float* b, float* out, u32 m, u32 k, u32 n) {                         \
        matmul_tile<a_along_k, b_along_k, 128, 128, 8, 2, 2>(a, b, out, m, k, n);                                      \
    }                                                                                                                  \
    KERNEL __launch_bounds__(128, 4)                                                                                   \
        matmul_##form##_64(const float* a, const float* b, float* out, u32 m, u32 k, u32 n) {                          \
        matmul_tile<a_along_k, b_along_k, 64, 64, 16, 2, 1>(a, b, out, m, k, n);                                       \
    }                                                                                                                  \
    KERNEL __launch_bounds__(64, 8)                                                                                    \
        matmul_##form##_32(const float* a, const float* b, float* out, u32 m, u32 k, u32 n) {                          \
        matmul_tile<a_along_k, b_along_k, 32, 32, 32, 1, 1>(a, b, out, m, k, n);                                       \
    }

MATMUL(nn, true, false)
MATMUL(nt, true, true)
MATMUL(tn, false, false)
