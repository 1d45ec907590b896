#!/usr/bin/env python3
"""References of the elementary functions, computed with 60 digits.

    references/elementary.py [COUNT] > references/elementary.txt      COUNT inputs per function, 300 unless given

One line per input: function, bits of the input, bits of the result correctly rounded to binary64, and what the rounded
result lacks of the exact one, in units in its last place. `tests/elementary.rs` reads the file. Needs mpmath 1.3.
"""
import math
import random
import struct
import sys

from mpmath import exp, floor, frexp, ldexp, log, mp, mpf, nstr

mp.dps = 60
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 300
draw = random.Random(5)


def bits(number):
    return f"{struct.unpack('<Q', struct.pack('<d', number))[0]:016x}"


def rounded(value):
    """(nearest binary64, the rest in ulp)"""
    exponent = max(frexp(value)[1] - 1, -1022) - 52
    scaled = ldexp(value, -exponent)
    integer = int(floor(scaled + mpf(1) / 2))
    return math.ldexp(integer, exponent), scaled - integer


def tanh(x):
    if abs(x) < mpf("1e-25"):
        return x - x**3 / 3
    power = exp(-2 * abs(x))
    size = (1 - power) / (1 + power)
    return size if x > 0 else -size


def sigmoid(x):
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def sizes(lowest, highest):
    """A number whose exponent is uniform."""
    return math.exp(draw.uniform(math.log(lowest), math.log(highest)))


def sign():
    return draw.choice((-1.0, 1.0))


def near_half_exponents():
    """Where the reduction of the exponential leaves the largest remainder."""
    x = (draw.randint(-1070, 1020) + 0.5) * math.log(2)
    return x * (1 + draw.uniform(-8, 8) * 2.0**-52)


INPUTS = {
    "exp": (exp, [lambda: draw.uniform(-745, 709.7), lambda: draw.uniform(-1, 1), lambda: draw.uniform(-745.1, -708),
                  lambda: sign() * sizes(1e-20, 700), near_half_exponents]),
    "ln": (log, [lambda: draw.uniform(0.6, 1.6), lambda: sizes(1e-307, 1e308), lambda: 1 + sign() * sizes(1e-16, 0.3),
                 lambda: draw.randint(1, 2**52 - 1) * 5e-324, lambda: draw.uniform(0.70, 0.72) * 2.0 ** draw.randint(-2, 2)]),
    "tanh": (tanh, [lambda: sign() * sizes(1e-300, 20), lambda: draw.uniform(-1, 1), lambda: draw.uniform(-22, 22),
                    lambda: sign() * draw.randint(1, 2**52 - 1) * 5e-324, lambda: sign() * sizes(1e-4, 1)]),
    "sigmoid": (sigmoid, [lambda: draw.uniform(-2, 2), lambda: draw.uniform(-40, 40), lambda: draw.uniform(-745, 745),
                          lambda: sign() * sizes(1e-20, 700), lambda: -near_half_exponents() / 40]),
}
for name, (function, kinds) in INPUTS.items():
    for index in range(COUNT):
        x = kinds[index % len(kinds)]()
        result, rest = rounded(function(mpf(x)))
        if result != 0 and math.isfinite(result):
            print(name, bits(x), bits(result), nstr(rest, 4, strip_zeros=False))
