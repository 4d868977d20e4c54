"""Moons and circles without noise, by scikit-learn: python testing/references/datasets/sklearn_shapes.py"""

import json
from pathlib import Path

from sklearn.datasets import make_circles, make_moons

out = {}
for name, (x, y) in {
    "moons": make_moons(20, shuffle=False, noise=None),
    "circles": make_circles(20, shuffle=False, noise=None, factor=0.3),
}.items():
    out[name] = {"x": x.tolist(), "y": y.tolist()}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
