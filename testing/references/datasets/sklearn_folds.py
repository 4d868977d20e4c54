"""Folds of groups with classes, and Friedman's problems, from scikit-learn.

python testing/references/datasets/sklearn_folds.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import make_friedman1, make_friedman2, make_friedman3
from sklearn.model_selection import StratifiedGroupKFold

rng = np.random.default_rng(3)
stratified = []
for size, groups, classes, k in [(40, 9, 2, 3), (60, 20, 3, 4), (30, 6, 2, 2)]:
    y = rng.choice(classes, size=size)
    group = rng.choice(groups, size=size)
    folds = StratifiedGroupKFold(n_splits=k).split(np.zeros(size), y, group)
    stratified.append(
        {"k": k, "labels": y.tolist(), "groups": group.tolist(), "validation": [t.tolist() for _, t in folds]}
    )

friedman = {}
for name, make in {"1": make_friedman1, "2": make_friedman2, "3": make_friedman3}.items():
    x, y = make(n_samples=5, random_state=1)
    friedman[name] = {"x": x.tolist(), "y": y.tolist()}

out = {"stratified_group_folds": stratified, "friedman": friedman}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
