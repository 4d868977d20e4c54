"""Gradients clipped by the norm of each unit's weights and by the root mean square of each parameter, as optax does it.

Run: python testing/references/callbacks/optax_clipping.py
Needs optax. Writes optax-clipping.json beside this file.
"""

import json
import math
import pathlib

import numpy as np
import optax


def plain(arrays):
    def encode(v):
        return float(v) if math.isfinite(v) else str(float(v)).replace("nan", "NaN").replace("inf", "Infinity")

    return {k: {"shape": list(a.shape), "values": [encode(v) for v in np.asarray(a).flatten()]} for k, a in arrays.items()}


def clipped(transform, gradients, parameters):
    return plain(transform.update(gradients, transform.init(parameters), parameters)[0])


def main():
    rng = np.random.default_rng(3)
    shapes = {"dense/kernel": (3, 4), "conv/kernel": (2, 2, 2, 3), "dense/bias": (4,)}
    draw = lambda scale: {k: (scale * rng.normal(size=s)).astype(np.float32) for k, s in shapes.items()}
    holes = {k: np.zeros(s, np.float32) for k, s in shapes.items()}
    broken = draw(1.0)
    broken["dense/kernel"][1, 2] = math.nan
    cases = []
    for parameters, gradients, limit, rms in [
        (draw(1.0), draw(1.0), 0.5, 0.7),
        (draw(0.5), draw(0.01), 0.02, 0.02),
        (holes, draw(1.0), 0.01, 1e-3),
        (draw(1.0), holes, 0.01, 1.0),
        (draw(1.0), broken, 0.1, 0.1),
    ]:
        cases.append(
            {
                "parameters": plain(parameters),
                "gradients": plain(gradients),
                "adaptive": {"limit": limit, "clipped": clipped(optax.adaptive_grad_clip(limit), gradients, parameters)},
                "epsilon": {
                    "value": 0.5,
                    "clipped": clipped(optax.adaptive_grad_clip(limit, 0.5), gradients, parameters),
                },
                "blockRms": {"limit": rms, "clipped": clipped(optax.clip_by_block_rms(rms), gradients, parameters)},
            }
        )
    text = json.dumps({"optax": optax.__version__, "cases": cases}, separators=(",", ":")).replace('},{"', '},\n{"')
    pathlib.Path(__file__).with_name("optax-clipping.json").write_text(text + "\n")


main()
