// Operations whose sums run along a row: softmax with cross-entropy, and layer norm.
//
// Short rows have a thread each, long ones a block each. Both are written once, over a team: `tree(length, term)` is
// the fixed tree over the terms, `largest(length, term)` the largest; every member gets the result. A member of a team
// takes the columns `first`, `first + step`, and so on.

// Threads of a block in the kernels below.
#define TEAM 128

// A thread on its own.
struct Alone {
    INLINE u32 first() const { return 0; }
    INLINE u32 step() const { return 1; }

    template <typename Term>
    INLINE double tree(u32 length, Term term) const {
        Tree<double> tree;
        for (u32 j = 0; j < length; ++j) tree.push(term(j));
        return tree.sum();
    }

    template <typename Term>
    INLINE float largest(u32 length, Term term) const {
        float largest = term(0);
        for (u32 j = 1; j < length; ++j) {
            float next = term(j);
            largest = next > largest ? next : largest;
        }
        return largest;
    }
};

// The threads of a block.
struct Together {
    // Room for one number of each thread, and for the result.
    double* shared;

    INLINE u32 first() const { return threadIdx.x; }
    INLINE u32 step() const { return TEAM; }

    template <typename Term>
    INLINE double tree(u32 length, Term term) const {
        Tree<double> tree;
        for (u32 block = 0; block < length; block += TEAM) {
            u32 j = block + threadIdx.x;
            if (j < length) shared[threadIdx.x] = term(j);
            tree_of_shared(shared, threadIdx.x, length - block < TEAM ? length - block : TEAM, 1);
            // A thread alone writes its own place, and nobody else reads it before the next barrier.
            if (threadIdx.x == 0) tree.push(shared[0]);
        }
        if (threadIdx.x == 0) shared[TEAM] = tree.sum();
        __syncthreads();
        double sum = shared[TEAM];
        __syncthreads();
        return sum;
    }

    // Which of several equal numbers is taken does not matter: of numbers of different bits only -0 and +0 are equal,
    // and no result below depends on that sign. A row with NaN gives NaN throughout, whatever is taken.
    template <typename Term>
    INLINE float largest(u32 length, Term term) const {
        u32 members = length < TEAM ? length : TEAM;
        if (threadIdx.x < members) {
            float largest = term(threadIdx.x);
            for (u32 j = threadIdx.x + TEAM; j < length; j += TEAM) {
                float next = term(j);
                largest = next > largest ? next : largest;
            }
            shared[threadIdx.x] = widen(largest);
        }
        for (u32 step = 1; step < members; step *= 2) {
            __syncthreads();
            if (threadIdx.x % (2 * step) == 0 && threadIdx.x + step < members) {
                double next = shared[threadIdx.x + step];
                if (next > shared[threadIdx.x]) shared[threadIdx.x] = next;
            }
        }
        __syncthreads();
        float largest = narrow(shared[0]);
        __syncthreads();
        return largest;
    }
};

// Runs `body(team, row)` for every row: a thread a row.
#define ROW_A_THREAD(rows, body) FOR_EACH(row, rows) body(Alone(), row)

// Runs `body(team, row)` for every row: a block a row.
#define ROW_A_BLOCK(rows, body)                                                                 \
    __shared__ double shared[TEAM + 1];                                                         \
    Together team;                                                                              \
    team.shared = shared;                                                                       \
    for (u64 row = blockIdx.x; row < (rows); row += gridDim.x) body(team, row)

template <typename Team>
INLINE void softmax_cross_entropy_row(Team team, u64 row, const float* logits, const u32* classes, double* losses,
                                      float* gradient, u64 rows, u32 columns) {
    const float* l = logits + row * columns;
    double largest = widen(team.largest(columns, [=](u32 j) { return l[j]; }));
    double sum = team.tree(columns, [=](u32 j) { return exponential(sub(widen(l[j]), largest)); });
    u32 expected = classes[row];
    double count = __ull2double_rn(rows);
    for (u32 j = team.first(); j < columns; j += team.step()) {
        double share = div(exponential(sub(widen(l[j]), largest)), sum);
        gradient[row * columns + j] = narrow(div(sub(share, j == expected ? 1.0 : 0.0), count));
    }
    if (team.first() == 0) losses[row] = sub(logarithm(sum), sub(widen(l[expected]), largest));
}

#define SOFTMAX_ROW(team, row) softmax_cross_entropy_row(team, row, logits, classes, losses, gradient, rows, columns)

KERNEL softmax_cross_entropy_thread(const float* logits, const u32* classes, double* losses, float* gradient,
                                    u64 rows, u32 columns) {
    ROW_A_THREAD(rows, SOFTMAX_ROW);
}

KERNEL softmax_cross_entropy_block(const float* logits, const u32* classes, double* losses, float* gradient, u64 rows,
                                   u32 columns) {
    ROW_A_BLOCK(rows, SOFTMAX_ROW);
}

template <typename Team>
INLINE void layer_norm_row(Team team, u64 row, const float* x, const float* gain, const float* bias, float* y,
                           double* means, double* scales, u32 columns) {
    const float* xs = x + row * columns;
    double count = __uint2double_rn(columns);
    double mean = div(team.tree(columns, [=](u32 j) { return widen(xs[j]); }), count);
    double squares = team.tree(columns, [=](u32 j) {
        double d = sub(widen(xs[j]), mean);
        return mul(d, d);
    });
    double scale = div(1.0, root(add(div(squares, count), 1e-5)));
    for (u32 j = team.first(); j < columns; j += team.step()) {
        double normalised = mul(sub(widen(xs[j]), mean), scale);
        y[row * columns + j] = narrow(fused(normalised, widen(gain[j]), widen(bias[j])));
    }
    if (team.first() == 0) {
        means[row] = mean;
        scales[row] = scale;
    }
}

#define LAYER_NORM_ROW(team, row) layer_norm_row(team, row, x, gain, bias, y, means, scales, columns)

KERNEL layer_norm_thread(const float* x, const float* gain, const float* bias, float* y, double* means, double* scales,
                         u64 rows, u32 columns) {
    ROW_A_THREAD(rows, LAYER_NORM_ROW);
}

KERNEL layer_norm_block(const float* x, const float* gain, const float* bias, float* y, double* means, double* scales,
                        u64 rows, u32 columns) {
    ROW_A_BLOCK(rows, LAYER_NORM_ROW);
}

template <typename Team>
INLINE void layer_norm_grad_row(Team team, u64 row, const float* x, const float* gain, const double* means,
                                const double* scales, const float* g, float* dx, u32 columns) {
    const float* xs = x + row * columns;
    const float* gs = g + row * columns;
    double mean = means[row], scale = scales[row], count = __uint2double_rn(columns);
    auto a = [=](u32 j) { return mul(widen(gs[j]), widen(gain[j])); };
    auto normalised = [=](u32 j) { return mul(sub(widen(xs[j]), mean), scale); };
    double first = div(team.tree(columns, a), count);
    double second = div(team.tree(columns, [=](u32 j) { return mul(a(j), normalised(j)); }), count);
    for (u32 j = team.first(); j < columns; j += team.step()) {
        dx[row * columns + j] = narrow(mul(scale, sub(sub(a(j), first), mul(normalised(j), second))));
    }
}

#define LAYER_NORM_GRAD_ROW(team, row) layer_norm_grad_row(team, row, x, gain, means, scales, g, dx, columns)

KERNEL layer_norm_grad_thread(const float* x, const float* gain, const double* means, const double* scales,
                              const float* g, float* dx, u64 rows, u32 columns) {
    ROW_A_THREAD(rows, LAYER_NORM_GRAD_ROW);
}

KERNEL layer_norm_grad_block(const float* x, const float* gain, const double* means, const double* scales,
                             const float* g, float* dx, u64 rows, u32 columns) {
    ROW_A_BLOCK(rows, LAYER_NORM_GRAD_ROW);
}
