"""Gaussian processes of scikit-learn, and expected improvement in 40 digits.

    python testing/references/tuning/gaussian_process.py
"""

import json
from pathlib import Path

import mpmath as mp
import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

random = np.random.RandomState(0)
cases = []
for n, d, scale, noise in [(1, 1, 1.0, 1e-6), (6, 1, 1.3, 1e-6), (12, 3, 0.7, 1e-3), (40, 5, 2.5, 0.1)]:
    points = random.rand(n, d).round(6)
    values = (np.sin(5 * points).sum(1) + 0.1 * random.randn(n)).round(6)
    lengths = (0.2 + random.rand(d)).round(6)
    kernel = ConstantKernel(scale, "fixed") * Matern(lengths, "fixed", nu=2.5) + WhiteKernel(noise, "fixed")
    # scikit-learn adds `alpha` to the diagonal and no more.
    process = GaussianProcessRegressor(kernel, alpha=0, optimizer=None).fit(points, values)
    asked = np.vstack([random.rand(5, d), points[:1]]).round(6)
    mean, deviation = process.predict(asked, return_std=True)
    cases.append({
        "points": points.tolist(), "values": values.tolist(), "lengths": lengths.tolist(), "scale": scale, "noise": noise,
        "logLikelihood": process.log_marginal_likelihood_value_, "asked": asked.tolist(), "mean": mean.tolist(),
        # Its deviation has the noise in it.
        "variance": (deviation**2 - noise).tolist(),
    })

mp.mp.dps = 40
improvements = []
for mean, deviation, best in [(0, 1, 0), (1, 0.5, 0), (-2, 0.1, -1.5), (3, 1, 0.5), (4, 2, -0.1), (5, 0.1, 0), (40, 1, 0), (2, 1e-3, 0), (0, 1, 30)]:
    z = (mp.mpf(best) - mean) / mp.mpf(deviation)
    cdf, density = mp.ncdf(z), mp.npdf(z)
    improvement = deviation * (density + z * cdf)
    improvements.append([mean, deviation, best, float(mp.log(improvement)), float(-cdf / improvement), float(density / improvement)])

Path(__file__).with_suffix(".json").write_text(json.dumps({"cases": cases, "improvements": improvements}) + "\n")
