// Exponential, natural logarithm, hyperbolic tangent and logistic function: `neurodata_definition::elementary`, step by
// step. See there for the formulae and their error.

#define ROUNDING 0x4338000000000000ull
#define BIAS 1023ull
#define FRACTION 52
#define SIGN 0x8000000000000000ull

INLINE double number(u64 bits) { return __longlong_as_double((long long)bits); }
INLINE u64 bits_of(double value) { return (u64)__double_as_longlong(value); }

INLINE double exp_polynomial(double x) {
    double value = number(0x3e21f7340dbc337eull);
    value = fused(value, x, number(0x3e5af4e554377204ull));
    value = fused(value, x, number(0x3e927e4db46cddd1ull));
    value = fused(value, x, number(0x3ec71de01fdbf9caull));
    value = fused(value, x, number(0x3efa01a01a6e1e2aull));
    value = fused(value, x, number(0x3f2a01a01abf85abull));
    value = fused(value, x, number(0x3f56c16c16c162c3ull));
    value = fused(value, x, number(0x3f811111111100beull));
    value = fused(value, x, number(0x3fa5555555555556ull));
    value = fused(value, x, number(0x3fc5555555555557ull));
    return fused(value, x, number(0x3fe0000000000000ull));
}

INLINE double ln_polynomial(double x) {
    double value = number(0x3fc0c0aff044a970ull);
    value = fused(value, x, number(0x3fc0fbde0f4ad17bull));
    value = fused(value, x, number(0x3fc3b1c3c1c81c8full));
    value = fused(value, x, number(0x3fc745cf8e4bba1bull));
    value = fused(value, x, number(0x3fcc71c7201a55d7ull));
    value = fused(value, x, number(0x3fd2492492476a1aull));
    value = fused(value, x, number(0x3fd9999999999a39ull));
    return fused(value, x, number(0x3fe5555555555555ull));
}

// `x` split for the exponential: exp(x) = 2^n * (1 + r + q), `n` as `ROUNDING + n`.
struct Reduced {
    u64 n;
    double r, q;
};

INLINE Reduced reduce(double x) {
    const double ln_2 = number(0x3fe62e42fefa39efull), ln_2_rest = number(0x3c7abc9e3b39803full);
    double shifted = fused(x, number(0x3ff71547652b82feull), number(ROUNDING));
    double minus_n = sub(number(ROUNDING), shifted);
    double t = fused(minus_n, ln_2, x);
    Reduced reduced;
    reduced.r = fused(minus_n, ln_2_rest, t);
    double lost = fused(minus_n, ln_2_rest, sub(t, reduced.r));
    reduced.q = fused(mul(reduced.r, reduced.r), exp_polynomial(reduced.r), lost);
    reduced.n = bits_of(shifted);
    return reduced;
}

// exp(x) as `high + low`.
INLINE void exp_parts(double x, double* high, double* low) {
    x = x < -746.0 ? -746.0 : x;
    x = x > 710.0 ? 710.0 : x;
    Reduced reduced = reduce(x);
    double sum = add(1.0, reduced.r);
    double rest = add(add(sub(1.0, sum), reduced.r), reduced.q);
    double top = add(sum, rest);
    double bottom = add(sub(sum, top), rest);
    u64 doubled = reduced.n - (ROUNDING - 2 * BIAS);
    u64 half = doubled >> 1;
    double first = number(half << FRACTION);
    double second = number((doubled - half) << FRACTION);
    *high = mul(mul(top, first), second);
    *low = mul(mul(bottom, first), second);
}

// (numerator + numerator_low) / (denominator + denominator_low), nearly rounded.
INLINE double precise_quotient(double numerator, double numerator_low, double denominator, double denominator_low) {
    double inverse = div(1.0, denominator);
    double quotient = mul(numerator, inverse);
    double minus = -quotient;
    double remainder = add(fused(minus, denominator, numerator), fused(minus, denominator_low, numerator_low));
    return fused(remainder, inverse, quotient);
}

INLINE double exponential(double x) {
    double high, low;
    exp_parts(x, &high, &low);
    return high;
}

INLINE double logarithm(double x) {
    bool subnormal = x < number(0x0010000000000000ull);
    double scaled = subnormal ? mul(x, number(0x4350000000000000ull)) : x;
    double offset = subnormal ? 1077.0 : 1023.0;
    u64 bits = bits_of(scaled);
    u64 field = (bits + ((BIAS << FRACTION) - 0x3fe6a09e667f3bcdull)) >> FRACTION;
    double significand = number(bits - (field << FRACTION) + (BIAS << FRACTION));
    const u64 two_power_52 = (BIAS + FRACTION) << FRACTION;
    double exponent = sub(sub(number(two_power_52 | field), number(two_power_52)), offset);

    double f = sub(significand, 1.0);
    double s = div(f, add(2.0, f));
    double z = mul(s, s);
    double half = mul(f, 0.5);
    double series = fused(z, ln_polynomial(z), mul(half, f));
    double whole = mul(exponent, number(0x3fe62e42fee00000ull));
    double sum = add(whole, f);
    double lost = add(sub(whole, sum), f);
    double rest = fused(exponent, number(0x3dea39ef35793c76ull), lost);
    rest = fused(s, series, fused(-half, f, rest));
    double result = add(sum, rest);

    const double infinity = number(0x7ff0000000000000ull);
    result = x < infinity ? result : x;
    result = x < 0.0 ? number(0x7ff8000000000000ull) : result;
    return x == 0.0 ? -infinity : result;
}

INLINE double hyperbolic_tangent(double x) {
    double size = fabs(x);
    size = size > 22.0 ? 22.0 : size;
    Reduced reduced = reduce(add(size, size));
    double power = number((reduced.n - (ROUNDING - BIAS)) << FRACTION);
    double whole = sub(power, 1.0);
    double part = mul(power, reduced.r);
    double sum = add(whole, part);
    double rest = fused(power, reduced.q, add(sub(whole, sum), part));
    double high = add(sum, rest);
    double low = add(sub(sum, high), rest);
    double denominator = add(2.0, high);
    bool high_larger = high > 2.0;
    double larger = high_larger ? high : 2.0;
    double smaller = high_larger ? 2.0 : high;
    double denominator_low = add(add(sub(larger, denominator), smaller), low);
    double result = precise_quotient(high, low, denominator, denominator_low);
    return number(bits_of(result) | (bits_of(x) & SIGN));
}

INLINE double logistic(double x) {
    double high, low;
    exp_parts(-fabs(x), &high, &low);
    double denominator = add(1.0, high);
    double denominator_low = add(add(sub(1.0, denominator), high), low);
    bool positive = x >= 0.0;
    return precise_quotient(positive ? 1.0 : high, positive ? 0.0 : low, denominator, denominator_low);
}
