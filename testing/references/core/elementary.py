"""Elementary functions in 60 digits, as two float64 whose sum is the value: what core's own are compared with.

    python testing/references/core/elementary.py
"""

import json
import math
from pathlib import Path

import mpmath as mp

mp.mp.prec = 1300
FUNCTIONS = {
    "exp": mp.exp,
    "log1p": lambda x: mp.log(1 + x),
    "log": mp.log,
    "pow": mp.power,
    "sin": mp.sin,
    "sinPi": mp.sinpi,
    "cosPi": mp.cospi,
}


def numbers(count, low, high, seed):
    """Numbers between two bounds, from a generator of whole numbers that is the same everywhere."""
    state = seed
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield low + (high - low) * ((state >> 11) / 2**53)


def arguments():
    """Arguments by function: every size of number, those where results are near 0 or 1, and those that steps have."""
    sizes = [math.ldexp(m, int(e)) for m, e in zip(numbers(70, 0.5, 1, 1), numbers(70, -1060, 1024, 2))]
    yield "log", [(x,) for x in [*sizes, *numbers(40, 0, 2, 3), *numbers(20, 0.9999, 1.0001, 4), 5e-324]]
    powers = [*numbers(60, -745, 709.5, 12), *numbers(60, -2, 2, 13), 1e-300, -1e-17, 709.78, -745.1]
    yield "exp", [(x,) for x in powers]
    yield "log1p", [(x,) for x in [*(x for x in sizes if x < 2.0**1000), *numbers(60, -1, 1, 14), 1e-17, -1e-12, -0.9999999]]
    wide = [(x, e / math.log(x)) for x, e in zip(sizes, numbers(70, -740, 709, 5))]
    decays = [(x, float(int(t))) for x, t in zip(numbers(40, 0.9, 1, 6), numbers(40, 1, 5000, 7))]
    mixed = list(zip(numbers(40, 0, 3, 8), numbers(40, -5, 5, 9)))
    late = [(0.999, 5000.0), (0.9999, 1e5), (1.0000001, 1e6), (0.96, 0.004), (1e6, -0.8)]
    yield "pow", [*wide, *decays, *mixed, *late]
    yield "sin", [(x,) for x in [*sizes, *numbers(60, -50, 50, 10), 3.141592653589793, 6381956970095103.0 * 2.0**797]]
    turns = [*sizes, *numbers(60, -2, 2, 11), 0.25, 0.5, 1.0, 1.5, 7.0, 2.0**53]
    yield "sinPi", [(x,) for x in turns]
    yield "cosPi", [(x,) for x in turns]


def parts(value):
    high = float(value)
    return [high, float(value - high)]


cases = {
    name: [[*xs, *parts(FUNCTIONS[name](*[mp.mpf(x) for x in xs]))] for xs in list_of]
    for name, list_of in arguments()
}
lines = ",\n".join(
    f'  "{name}": [\n' + ",\n".join("    " + json.dumps(row) for row in rows) + "\n  ]" for name, rows in cases.items()
)
Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")
