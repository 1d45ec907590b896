#!/usr/bin/env python3
"""The constants of `src/elementary.rs`: near-minimax polynomials by Chebyshev interpolation with 60 digits.

Needs mpmath 1.3. Prints the bits of each coefficient, from the constant upwards, and the largest error of the
polynomial (not of its evaluation) relative to the function's result, in units in the last place of binary64.
"""
import struct

from mpmath import chebyfit, exp, log, mp, mpf, nstr, sqrt

mp.dps = 60
MARGIN = mpf("1.001")  # the interval is a little wider than the remainders that occur


def bits(number):
    return f"0x{struct.unpack('<Q', struct.pack('<d', float(number)))[0]:016x}"


def exp_tail(r):
    """(exp(r) - 1 - r) / r^2."""
    return mpf(1) / 2 + r / 6 + r * r / 24 if abs(r) < mpf("1e-15") else (exp(r) - 1 - r) / r**2


def ln_tail(z):
    """(2 atanh(s) - 2 s) / s^3 with z = s^2."""
    s = sqrt(z)
    return mpf(2) / 3 + 2 * z / 5 if z < mpf("1e-15") else (log((1 + s) / (1 - s)) - 2 * s) / s**3


def show(name, function, interval, terms, ulps):
    coefficients, error = chebyfit(function, interval, terms, error=True)
    print(name, "error in ulp", nstr(error * ulps, 3))
    for coefficient in reversed(coefficients):
        print("   ", bits(coefficient))


half = log(2) / 2 * MARGIN
# The smallest result near the ends of the interval is 0.7, whose ulp is 2^-53.
show("EXP", exp_tail, [-half, half], 11, half**2 * 2**53)
end = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * MARGIN
# The smallest result where s is largest is 0.35, whose ulp is 2^-54.
show("LN", ln_tail, [0, end], 8, end ** mpf("1.5") * 2**54)
ln_2 = log(2)
short = struct.unpack("<d", struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", float(ln_2)))[0] & ~0x1FFFFF))[0]
print("LN_2", bits(ln_2), "LN_2_REST", bits(ln_2 - mpf(float(ln_2))))
print("LN_2_SHORT", bits(short), "LN_2_SHORT_REST", bits(ln_2 - mpf(short)))
print("LOG2_E", bits(1 / ln_2), "SQRT_HALF", bits(sqrt(mpf(1) / 2)))
