"""optax's projections, and the singular values of numpy in float64, for the tests of @espalier/regularizers.

Run from the repository's root, with optax installed:
    python testing/references/regularizers/projections.py
"""

import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)
import numpy as np
import optax

rng = np.random.default_rng(7)


def plain(array):
    return {"shape": list(array.shape), "values": np.asarray(array).flatten().tolist()}


def simplex_by_sorting(v, radius):
    u = np.sort(v)[::-1]
    sums = np.cumsum(u) - radius
    k = np.nonzero(u - sums / np.arange(1, len(v) + 1) > 0)[0][-1]
    return np.maximum(v - sums[k] / (k + 1), 0)


shapes = {"tall": (6, 3), "wide": (2, 5), "filters": (3, 3, 2, 4)}
parameters = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
# Ties, weights much larger than the radius, powers of two, one weight that is far above the others, all of them 0.
parameters["extremes"] = np.stack(
    [[1] * 8, [1000 + i / 8 for i in range(8)], [2.0**i for i in range(8)], [0.0] * 7 + [9.0], [0.0] * 8], axis=1
).astype(np.float32)


def by_unit(project):
    found = {}
    for name, w in parameters.items():
        matrix = w.astype(np.float64).reshape(-1, w.shape[-1])
        found[name] = plain(np.stack([np.asarray(project(c)) for c in matrix.T], axis=1).reshape(w.shape))
    return found


def simplex(radius):
    def project(c):
        want = simplex_by_sorting(c, radius)
        assert np.allclose(want, optax.projections.projection_simplex(c, radius), atol=1e-9)
        return want

    return project


def nuclear():
    found = {}
    for name, w in matrices.items():
        u, s, vt = np.linalg.svd(w.astype(np.float64).reshape(-1, w.shape[-1]), full_matrices=False)
        rank = (s > 1e-9 * max(s[0], 1e-300)).sum()
        polar = (u[:, :rank] @ vt[:rank]).reshape(w.shape)
        found[name] = {"value": float(s.sum()), "parameter": plain(w), "gradient": plain(polar)}
    return found


rotation = lambda n: np.linalg.qr(rng.normal(size=(n, n)))[0]
matrices = {
    **{name: parameters[name] for name in shapes},
    "spread": (rotation(6)[:, :4] @ np.diag([1, 0.1, 0.01, 1e-3]) @ rotation(4)).astype(np.float32),
    "zeros": np.zeros((3, 4), np.float32),
}
matrices["low rank"] = np.outer([1, 2, -1, 3], [2, 1, 0.5]).astype(np.float32)
fixtures = {
    "parameters": {name: plain(w) for name, w in parameters.items()},
    "simplex": by_unit(simplex(1.5)),
    "l1": by_unit(lambda c: optax.projections.projection_l1_ball(c, 1.5)),
    "l2": by_unit(lambda c: optax.projections.projection_l2_ball(c, 1.5)),
    "linf": by_unit(lambda c: optax.projections.projection_linf_ball(c, 0.5)),
    "nuclear": nuclear(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, separators=(",", ":")).replace('},"', '},\n"') + "\n")
