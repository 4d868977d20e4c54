"""Principal components, neighbourhoods and points of t-SNE by scikit-learn, of three groups. Needs scikit-learn, writes embeddings.json.

`steps` are points after few iterations of its own gradient descent from the same start, early and late; `divergence` that after all of them.
"""
import json
import os

import numpy as np
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.manifold import _t_sne

random = np.random.RandomState(4)
N, F, PERPLEXITY = 24, 5, 6.0
x = random.normal(size=(N, F)) * [1, 2, 0.5, 1, 3] + 4 * (np.arange(N) % 3)[:, None] * np.array([1, 0, -1, 0.5, 0])
x = np.float32(x).astype(np.float64)
start = np.float32(1e-2 * random.normal(size=(N, 2))).astype(np.float64)


def numbers(a):
    return [float(v) for v in np.asarray(a).reshape(-1)]


found = PCA(3).fit(x)
distances = squareform(pdist(x, "sqeuclidean"))
joint = squareform(_t_sne._joint_probabilities(distances, PERPLEXITY, 0))


def descend(iterations, early):
    """The gradient descent of scikit-learn, as TSNE calls it: 250 iterations at most with p times 12."""
    p = squareform(joint, checks=False)
    args = dict(args=[p, 1, N, 2], min_grad_norm=0, n_iter_without_progress=10**6, learning_rate=5.0)
    y, _, it = _t_sne._gradient_descent(
        _t_sne._kl_divergence, start.ravel().copy(), 0, max_iter=min(iterations, early), momentum=0.5,
        **{**args, "args": [p * 12, 1, N, 2]},
    )
    if iterations > early:
        y, _, _ = _t_sne._gradient_descent(
            _t_sne._kl_divergence, y, it + 1, max_iter=iterations, momentum=0.8, **args
        )
    return y


whole = TSNE(perplexity=PERPLEXITY, method="exact", init=start, random_state=0, learning_rate=50.0).fit(x)
result = {
    "examples": N,
    "columns": F,
    "values": numbers(x),
    "pca": {
        "points": numbers(found.transform(x)),
        "directions": numbers(found.components_),
        "mean": numbers(found.mean_),
        "variances": numbers(found.explained_variance_),
        "shares": numbers(found.explained_variance_ratio_),
    },
    "perplexity": PERPLEXITY,
    "joint": numbers(joint),
    "start": numbers(start),
    "steps": {str(t): numbers(descend(t, 250)) for t in (1, 25)},
    "divergence": float(whole.kl_divergence_),
}
with open(os.path.join(os.path.dirname(__file__), "embeddings.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
