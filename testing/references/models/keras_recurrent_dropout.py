"""Keras' recurrent cells with given dropout masks (the same for all gates): outputs of a sequence, for core's recurrent dropout.

Run from the repository's root, with keras and torch installed:
    KERAS_BACKEND=torch python testing/references/models/keras_recurrent_dropout.py
"""

import json
import pathlib

import keras
import numpy as np

keras.backend.set_floatx("float64")
random = np.random.default_rng(5)
EXAMPLES, PLACES, INPUTS, UNITS, RATE = 3, 4, 2, 3, 0.5


def plain(values):
    values = np.asarray(values)
    return {"shape": list(values.shape), "values": [float(f"{v:.9g}") for v in values.flatten()]}


def case(kind, **options):
    gates = {"SimpleRNN": None, "GRU": 3, "LSTM": 4}[kind]
    layer = getattr(keras.layers, kind)(
        UNITS, dropout=RATE, recurrent_dropout=RATE, return_sequences=True, **options
    )
    x = random.standard_normal((EXAMPLES, PLACES, INPUTS)).astype("float32").astype("float64")
    layer.build(x.shape)
    weights = [random.standard_normal(w.shape).astype("float32").astype("float64") for w in layer.get_weights()]
    layer.set_weights(weights)
    uniforms = {name: random.random((EXAMPLES, n)).astype("float32") for name, n in (("dropout", INPUTS), ("recurrent-dropout", UNITS))}
    masks = {name: (u >= RATE).astype("float64") / (1 - RATE) for name, u in uniforms.items()}
    for name, attribute in (("dropout", "get_dropout_mask"), ("recurrent-dropout", "get_recurrent_dropout_mask")):
        mask = keras.ops.convert_to_tensor(masks[name])
        setattr(layer.cell, attribute, lambda _, mask=mask: [mask] * gates if gates else mask)
    y = keras.ops.convert_to_numpy(layer(x, training=True))
    return {
        "kind": kind,
        "x": plain(x),
        "weights": [plain(w) for w in weights],
        "uniforms": {name: plain(u) for name, u in uniforms.items()},
        "y": plain(y),
    }


cases = [
    case("SimpleRNN"),
    case("GRU", reset_after=False),
    case("LSTM"),
]
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps({"rate": RATE, "cases": cases}) + "\n")
