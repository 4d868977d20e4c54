"""Points of SciPy's Sobol sequence, plain and scrambled, for the tests of @espalier/tuning.

Run from the repository's root, with scipy installed:
    python testing/references/tuning/scipy_sobol.py
"""

import json
import pathlib

import numpy as np
from scipy.stats import qmc
from scipy.stats._sobol import _cscramble

plain = qmc.Sobol(64, scramble=False, bits=30).random(40)

# Scrambled by matrices and shifts that we choose, in SciPy's own code.
D, BITS = 5, 30
rng = np.random.default_rng(3)
engine = qmc.Sobol(D, scramble=False, bits=BITS)
ltm = np.tril(rng.integers(0, 2, size=(D, BITS, BITS), dtype=engine.dtype_i))
shift = rng.integers(0, 2**BITS, size=D, dtype=engine.dtype_i)
_cscramble(dim=D, bits=BITS, ltm=ltm, sv=engine._sv)
engine._shift = shift
engine._quasi = shift.copy()
engine._first_point = (shift / 2**BITS).reshape(1, -1)
points = engine.random(20)
rows = [[int("".join(map(str, row)), 2) for row in matrix.tolist()] for matrix in ltm]

target = pathlib.Path(__file__).with_name("scipy_sobol.json")
target.write_text(
    json.dumps({"plain": plain.tolist(), "rows": rows, "shifts": shift.tolist(), "scrambled": points.tolist()}) + "\n"
)
