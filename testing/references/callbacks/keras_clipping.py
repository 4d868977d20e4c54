"""Gradients clipped by value and by each parameter's own norm, as Keras optimizers do it.

Run: python testing/references/callbacks/keras_clipping.py
Needs keras and tensorflow-cpu. Writes keras-clipping.json beside this file.
"""

import json
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras  # noqa: E402
import numpy as np  # noqa: E402


def encode(value):
    """JSON has no NaN and no infinity."""
    return float(value) if math.isfinite(value) else str(float(value)).replace("nan", "NaN").replace("inf", "Infinity")


def main():
    rng = np.random.default_rng(5)
    sets = [
        [rng.normal(size=n).astype(np.float32).tolist() for n in (4, 6, 1)],
        [[0.0, 0.0], [0.5, -0.5]],
        [[3.0, 4.0], [1e-8]],
        [[1.0, math.nan, -5.0], [2.0]],
    ]
    cases = []
    for gradients in sets:
        for option, keras_name, limit in [("value", "clipvalue", 0.5), ("norm", "clipnorm", 1.0), ("norm", "clipnorm", 5.0)]:
            optimizer = keras.optimizers.SGD(**{keras_name: limit})
            clipped = optimizer._clip_gradients([np.array(g, np.float32) for g in gradients])
            cases.append(
                {
                    "option": option,
                    "limit": limit,
                    "gradients": [[encode(v) for v in g] for g in gradients],
                    "clipped": [[encode(v) for v in keras.ops.convert_to_numpy(g)] for g in clipped],
                }
            )
    text = json.dumps({"keras": keras.__version__, "cases": cases}, separators=(",", ":")).replace('},{"', '},\n{"')
    pathlib.Path(__file__).with_name("keras-clipping.json").write_text(text + "\n")


main()
