// What every kernel shares: arithmetic whose rounding is written out, and the fixed tree.
//
// A kernel file is compiled together with the files listed before it in `src/cuda/plan.rs`, in that order; none
// includes another. The same text is compiled by the host's C++ compiler in `tests/cuda_emulation`, with
// `emulation/device.hpp` in front.
//
// Each operation below is one correctly rounded instruction. Kernels use nothing else on floating point, apart from
// comparisons, negation and copies, so that neither contraction nor compiler flags can change a result.

typedef unsigned int u32;
typedef unsigned long long u64;

#define KERNEL extern "C" __global__ void
#define INLINE __device__ __forceinline__

INLINE float add(float a, float b) { return __fadd_rn(a, b); }
INLINE float sub(float a, float b) { return __fsub_rn(a, b); }
INLINE float mul(float a, float b) { return __fmul_rn(a, b); }
INLINE float div(float a, float b) { return __fdiv_rn(a, b); }
INLINE float fused(float a, float b, float c) { return __fmaf_rn(a, b, c); }
INLINE float root(float a) { return __fsqrt_rn(a); }

INLINE double add(double a, double b) { return __dadd_rn(a, b); }
INLINE double sub(double a, double b) { return __dsub_rn(a, b); }
INLINE double mul(double a, double b) { return __dmul_rn(a, b); }
INLINE double div(double a, double b) { return __ddiv_rn(a, b); }
INLINE double fused(double a, double b, double c) { return __fma_rn(a, b, c); }
INLINE double root(double a) { return __dsqrt_rn(a); }

INLINE double widen(float a) { return (double)a; }
INLINE float narrow(double a) { return __double2float_rn(a); }

// The position of this thread in a grid of one dimension, and the number of threads in it.
INLINE u64 first_index() { return (u64)blockIdx.x * blockDim.x + threadIdx.x; }
INLINE u64 index_step() { return (u64)gridDim.x * blockDim.x; }

// Runs the statement that follows for every index below `length`, shared among the threads of the grid.
#define FOR_EACH(index, length) for (u64 index = first_index(); index < (length); index += index_step())

// Quotient and remainder; 32-bit where that suffices, which is several times as fast.
INLINE u64 quotient(u64 a, u32 b) { return a >> 32 ? a / b : (u32)a / b; }
INLINE u32 remainder_of(u64 a, u32 b) { return a >> 32 ? (u32)(a % b) : (u32)a % b; }

// The fixed tree over terms that come one by one.
//
// `sums` holds one complete subtree for each bit set in `count`, the largest first.
template <typename Number>
struct Tree {
    Number sums[33];
    u64 count;
    u32 height;

    INLINE Tree() : count(0), height(0) {}

    INLINE void push(Number term) {
        for (u64 rest = count; rest & 1; rest >>= 1) term = add(sums[--height], term);
        sums[height++] = term;
        ++count;
    }

    INLINE Number sum() const {
        if (height == 0) return 0;
        Number total = sums[height - 1];
        for (u32 level = height - 1; level > 0; --level) total = add(sums[level - 1], total);
        return total;
    }
};

// The fixed tree over the first `count` of `Length` numbers in registers. `Length` is a power of two, `count` at least
// 1.
template <u32 Length, typename Number>
INLINE Number tree_of_registers(Number (&terms)[Length], u32 count) {
#pragma unroll
    for (u32 step = 1; step < Length; step *= 2) {
#pragma unroll
        for (u32 i = 0; i + step < Length; i += 2 * step) {
            if (i + step < count) terms[i] = add(terms[i], terms[i + step]);
        }
    }
    return terms[0];
}

// The fixed tree over `count` numbers in shared memory, `stride` apart, of which this thread owns the one at `place`.
//
// Every thread of the block calls it. `count` is at least 1 and the same for all. The result is in `terms[0]`.
template <typename Number>
INLINE void tree_of_shared(Number* terms, u32 place, u32 count, u32 stride) {
    for (u32 step = 1; step < count; step *= 2) {
        __syncthreads();
        if (place % (2 * step) == 0 && place + step < count) {
            terms[place * stride] = add(terms[place * stride], terms[(place + step) * stride]);
        }
    }
    __syncthreads();
}
