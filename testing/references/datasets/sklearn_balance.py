"""Weights that balance classes, by scikit-learn, for packages/datasets: python testing/references/datasets/sklearn_balance.py"""

import json
import pathlib

import numpy as np
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

cases = []
for labels in ([0, 0, 0, 1], [2, 0, 2, 1, 2, 0, 0, 0, 0], [5, 5, 5], [0, 3, 3, 3, 3, 3, 3, 7]):
    y = np.array(labels)
    classes = np.unique(y)
    cases.append(
        {
            "labels": labels,
            "class_weights": {int(c): float(w) for c, w in zip(classes, compute_class_weight("balanced", classes=classes, y=y))},
            "sample_weights": compute_sample_weight("balanced", y).tolist(),
        }
    )
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
