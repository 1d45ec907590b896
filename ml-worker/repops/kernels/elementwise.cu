// Operations on one element at a time.

#define BINARY(name, expression)                                                                \
    KERNEL name##_elements(const float* a, const float* b, float* out, u64 length) {                       \
        FOR_EACH(i, length) {                                                                   \
            float x = a[i], y = b[i];                                                           \
            out[i] = expression;                                                                \
        }                                                                                       \
    }

#define UNARY(name, expression)                                                                 \
    KERNEL name##_elements(const float* a, float* out, u64 length) {                                       \
        FOR_EACH(i, length) {                                                                   \
            float x = a[i];                                                                     \
            out[i] = expression;                                                                \
        }                                                                                       \
    }

BINARY(add, add(x, y))
BINARY(sub, sub(x, y))
BINARY(mul, mul(x, y))
BINARY(div, div(x, y))

// The first input is the function's result, the second the gradient of that result.
BINARY(relu_grad, x > 0.0f ? y : 0.0f)
BINARY(tanh_grad, mul(y, fused(-x, x, 1.0f)))
BINARY(sigmoid_grad, mul(y, mul(x, sub(1.0f, x))))

UNARY(sqrt, root(x))
UNARY(neg, -x)
// A comparison with NaN is false, so that NaN passes.
UNARY(relu, x <= 0.0f ? 0.0f : x)
UNARY(exp, narrow(exponential(widen(x))))
UNARY(ln, narrow(logarithm(widen(x))))
UNARY(tanh, narrow(hyperbolic_tangent(widen(x))))
UNARY(sigmoid, narrow(logistic(widen(x))))

KERNEL scale_elements(const float* a, float* out, u64 length, float factor) {
    FOR_EACH(i, length) out[i] = mul(a[i], factor);
}

KERNEL narrow_elements(const double* a, float* out, u64 length) {
    FOR_EACH(i, length) out[i] = narrow(a[i]);
}

KERNEL add_bias(const float* x, const float* bias, float* out, u64 length, u32 columns) {
    FOR_EACH(i, length) out[i] = add(x[i], bias[remainder_of(i, columns)]);
}

// `d * d` and the gradient `2 * d / rows` of the mean over the rows.
KERNEL squared_error(const float* outputs, const float* targets, double* losses, float* gradient, u64 rows) {
    double count = __ull2double_rn(rows);
    FOR_EACH(i, rows) {
        double d = sub(widen(outputs[i]), widen(targets[i]));
        losses[i] = mul(d, d);
        gradient[i] = narrow(div(mul(2.0, d), count));
    }
}

// Leaves the smallest index of a number that is NaN or infinite in `position`, which starts at the largest u64.
KERNEL first_not_finite(const float* x, u64* position, u64 length) {
    FOR_EACH(i, length) {
        // Exponent bits all set.
        if ((__float_as_uint(x[i]) & 0x7f800000u) == 0x7f800000u) {
            atomicMin(position, i);
            return;
        }
    }
}

KERNEL sgd_elements(const float* p, const float* v, const float* g, float* next_p, float* next_v, u64 length,
                    float rate, float momentum, float decay) {
    FOR_EACH(i, length) {
        float speed = fused(momentum, v[i], fused(decay, p[i], g[i]));
        next_v[i] = speed;
        next_p[i] = fused(-rate, speed, p[i]);
    }
}

KERNEL adam_elements(const float* p, const float* m, const float* v, const float* g, float* next_p, float* next_m,
                     float* next_v, u64 length, float rate, float beta_1, float beta_2, float one_minus_beta_1,
                     float one_minus_beta_2, float epsilon, float decay_rate, float correction_1,
                     float correction_2) {
    FOR_EACH(i, length) {
        float mean = fused(beta_1, m[i], mul(one_minus_beta_1, g[i]));
        float square = fused(beta_2, v[i], mul(mul(one_minus_beta_2, g[i]), g[i]));
        float step = div(div(mean, correction_1), add(root(div(square, correction_2)), epsilon));
        next_m[i] = mean;
        next_v[i] = square;
        next_p[i] = fused(-rate, step, fused(-decay_rate, p[i], p[i]));
    }
}
