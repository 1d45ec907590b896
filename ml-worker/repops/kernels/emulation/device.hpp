// What a GPU's compiler and hardware give a kernel, on the CPU: one block at a time, its threads as fibres that take
// turns at barriers. Compiled in front of the kernels by `tests/cuda_emulation`, with contraction off.
//
// Threads of a block run one after another between two barriers, in ascending or in descending order, so that a kernel
// without a barrier that it needs shows by reading what was not written yet in one of them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include <ucontext.h>

struct Position {
    unsigned x, y, z;
};

static Position threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {

// Bytes of a fibre's stack.
static const size_t STACK = 64 * 1024;

struct Fibre {
    ucontext_t context;
    char* stack;
    Position position;
    bool done;
};

static std::vector<Fibre> fibres;
static ucontext_t scheduler;
static Fibre* current;
static void (*body)(void*);
static void* body_state;
static bool descending;

static void enter() {
    body(body_state);
    current->done = true;
    swapcontext(&current->context, &scheduler);
}

// Runs every thread of the block that `blockIdx` names, each from barrier to barrier. False if some threads wait at a
// barrier that others have passed by returning.
static bool run_block() {
    size_t threads = (size_t)blockDim.x * blockDim.y;
    for (size_t i = fibres.size(); i < threads; ++i) fibres.push_back({{}, (char*)malloc(STACK), {}, true});
    for (size_t i = 0; i < threads; ++i) {
        Fibre& fibre = fibres[i];
        fibre.done = false;
        fibre.position = {(unsigned)(i % blockDim.x), (unsigned)(i / blockDim.x), 0};
        getcontext(&fibre.context);
        fibre.context.uc_stack.ss_sp = fibre.stack;
        fibre.context.uc_stack.ss_size = STACK;
        fibre.context.uc_link = nullptr;
        makecontext(&fibre.context, enter, 0);
    }
    for (;;) {
        size_t finished = 0;
        for (size_t i = 0; i < threads; ++i) {
            current = &fibres[descending ? threads - 1 - i : i];
            threadIdx = current->position;
            swapcontext(&scheduler, &current->context);
            finished += current->done;
        }
        if (finished == threads) return true;
        if (finished > 0) return false;
    }
}

static void barrier() { swapcontext(&current->context, &scheduler); }

template <typename... Arguments, size_t... Index>
static void call(void (*kernel)(Arguments...), void** arguments, std::index_sequence<Index...>) {
    kernel(*(std::remove_cv_t<Arguments>*)arguments[Index]...);
}

// Launches `kernel` on a grid of two dimensions, its arguments given by their addresses, as the driver takes them.
template <typename... Arguments>
static int launch(void (*kernel)(Arguments...), const unsigned* grid, const unsigned* block, void** arguments) {
    struct State {
        void (*kernel)(Arguments...);
        void** arguments;
    } state = {kernel, arguments};
    body_state = &state;
    body = [](void* pointer) {
        State* state = (State*)pointer;
        call(state->kernel, state->arguments, std::index_sequence_for<Arguments...>());
    };
    gridDim = {grid[0], grid[1], 1};
    blockDim = {block[0], block[1], 1};
    for (unsigned y = 0; y < grid[1]; ++y) {
        for (unsigned x = 0; x < grid[0]; ++x) {
            blockIdx = {x, y, 0};
            if (!run_block()) return 2;
        }
    }
    return 0;
}

}  // namespace emulation

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ static
#define __syncthreads emulation::barrier

struct alignas(16) float4 {
    float x, y, z, w;
};

static inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
static inline float __fsqrt_rn(float a) { return std::sqrt(a); }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dsub_rn(double a, double b) { return a - b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double __ddiv_rn(double a, double b) { return a / b; }
static inline double __fma_rn(double a, double b, double c) { return std::fma(a, b, c); }
static inline double __dsqrt_rn(double a) { return std::sqrt(a); }
static inline float __double2float_rn(double a) { return (float)a; }
static inline float __uint2float_rn(unsigned a) { return (float)a; }
static inline double __uint2double_rn(unsigned a) { return (double)a; }
static inline double __ull2double_rn(unsigned long long a) { return (double)a; }

template <typename To, typename From>
static inline To same_bits(From from) {
    To to;
    static_assert(sizeof(To) == sizeof(From), "sizes differ");
    memcpy(&to, &from, sizeof(to));
    return to;
}

static inline unsigned __float_as_uint(float a) { return same_bits<unsigned>(a); }
static inline long long __double_as_longlong(double a) { return same_bits<long long>(a); }
static inline double __longlong_as_double(long long a) { return same_bits<double>(a); }

static inline unsigned long long atomicMin(unsigned long long* at, unsigned long long value) {
    unsigned long long before = *at;
    *at = std::min(before, value);
    return before;
}
