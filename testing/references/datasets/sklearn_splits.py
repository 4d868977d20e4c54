"""Class counts of StratifiedKFold, fold sizes of KFold, and StandardScaler's statistics, from scikit-learn.

python testing/references/datasets/sklearn_splits.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(7)
stratified = []
for classes, size, k in [(3, 50, 5), (4, 37, 4), (2, 11, 3), (10, 203, 7), (1, 9, 2)]:
    labels = rng.choice(classes, size=size, p=rng.dirichlet(np.full(classes, 2.0)))
    # At least k of each class, or scikit-learn warns.
    labels = rng.permutation(np.concatenate([labels, np.repeat(np.arange(classes), k)]))
    folds = StratifiedKFold(n_splits=k).split(np.zeros(len(labels)), labels)
    counts = [np.bincount(labels[test], minlength=classes).tolist() for _, test in folds]
    stratified.append({"k": k, "labels": labels.tolist(), "counts": counts})

sizes = [
    {"size": size, "k": k, "validation": [t.tolist() for _, t in KFold(k).split(np.zeros(size))]}
    for size, k in [(10, 2), (10, 3), (11, 4), (5, 5)]
]

x = np.round(rng.normal(3, 5, size=(40, 3)), 4).astype(np.float32)
x[:, 1] = np.float32(0.1)
scaler = StandardScaler().fit(x.astype(np.float64))
scaled = scaler.transform(x.astype(np.float64))

out = {
    "sklearn": sklearn.__version__,
    "stratified": stratified,
    "kfold": sizes,
    "scaler": {
        "x": x.astype(np.float64).tolist(),
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "scaled": scaled.tolist(),
    },
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
