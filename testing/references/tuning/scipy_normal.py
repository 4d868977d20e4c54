"""SciPy's normal and truncated normal distributions, for the tests of @espalier/tuning.

Run from the repository's root, with scipy installed:
    python testing/references/tuning/scipy_normal.py
"""

import json
import pathlib

import numpy as np
from scipy.special import log_ndtr, ndtr
from scipy.stats import truncnorm

x = [-40, -20.5, -8, -5.2, -3, -2.83, -2.82, -1, -0.1, 0, 0.3, 1, 2.8, 2.9, 5, 8]
intervals = [(-1, 2), (-30, -20), (3, 4), (20, 21), (-0.001, 0.001), (-6, 0), (0, 6), (-9, 9), (-1000, 0.5)]
shares = [1e-12, 0.01, 0.3, 0.5, 0.9, 1 - 1e-9]
target = pathlib.Path(__file__).with_name("scipy_normal.json")
target.write_text(
    json.dumps(
        {
            "x": x,
            "cdf": ndtr(x).tolist(),
            "logCdf": log_ndtr(x).tolist(),
            "intervals": intervals,
            "shares": shares,
            "quantiles": [truncnorm.ppf(shares, a, b).tolist() for a, b in intervals],
            "logMasses": [
                float(-truncnorm.logpdf((a + b) / 2, a, b) - ((a + b) / 2) ** 2 / 2 - np.log(2 * np.pi) / 2)
                for a, b in intervals
            ],
        }
    )
    + "\n"
)
