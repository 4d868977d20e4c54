"""Trajectories of Keras's optimizers, for packages/optimizers: what PyTorch does otherwise, and what it has not.

    KERAS_BACKEND=tensorflow python testing/references/optimizers/optimizers_keras.py

The parameters and gradients of optimizers.json, in float64.
"""

import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import optimizers

keras.config.set_floatx("float64")

FIXTURE = json.loads((pathlib.Path(__file__).parent / "optimizers.json").read_text())
KEPT = (1, 2, 3, 10, 20)
NAMES = list(FIXTURE["parameters"])

KINDS = {
    "rmsprop": (optimizers.RMSprop, {}),
    "adagrad": (optimizers.Adagrad, {"initialAccumulator": "initial_accumulator_value"}),
    "adadelta": (optimizers.Adadelta, {}),
    "adamax": (optimizers.Adamax, {}),
    "nadam": (optimizers.Nadam, {}),
    "adam": (optimizers.Adam, {}),
    "lion": (optimizers.Lion, {}),
    "lamb": (optimizers.Lamb, {}),
    "ftrl": (
        optimizers.Ftrl,
        {
            "power": "learning_rate_power",
            "initialAccumulator": "initial_accumulator_value",
            "l1": "l1_regularization_strength",
            "l2": "l2_regularization_strength",
            "l2Shrinkage": "l2_shrinkage_regularization_strength",
        },
    ),
}
COMMON = {"learningRate": "learning_rate", "weightDecay": "weight_decay", "beta1": "beta_1", "beta2": "beta_2"}
# Ours alone: Keras has but one way.
OURS = {"epsilonPlace", "epsilonRoot", "momentumDecay"}

CASES = [
    ("rmsprop", {"learningRate": 0.001, "rho": 0.9, "epsilon": 1e-7, "epsilonPlace": "inside", "weightDecay": 0.1}),
    ("rmsprop", {"learningRate": 0.001, "rho": 0.8, "epsilon": 1e-3, "epsilonPlace": "inside", "momentum": 0.9}),
    ("adagrad", {"learningRate": 0.1, "initialAccumulator": 0.1, "epsilon": 1e-3, "epsilonPlace": "inside"}),
    ("adadelta", {"learningRate": 1.0, "rho": 0.9, "epsilon": 1e-4, "weightDecay": 0.1}),
    ("adamax", {"learningRate": 0.01, "epsilon": 1e-3, "epsilonPlace": "outside"}),
    ("nadam", {"learningRate": 0.01, "epsilon": 1e-3, "momentumDecay": 1}),
    # Betas that are exact in float32, to which Keras rounds them here.
    ("adam", {"learningRate": 0.01, "beta1": 0.75, "beta2": 0.875, "epsilon": 1e-3, "epsilonRoot": "uncorrected"}),
    ("lion", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "weightDecay": 0.1}),
    ("lamb", {"learningRate": 0.01, "epsilon": 1e-3}),
    ("ftrl", {}),
    ("ftrl", {"learningRate": 0.1, "l1": 0.05, "l2": 0.1, "l2Shrinkage": 0.2, "beta": 0.5, "initialAccumulator": 0.5}),
    ("ftrl", {"learningRate": 0.1, "power": -0.25}),
]


def run(kind, options):
    make, own = KINDS[kind]
    arguments = {own.get(name) or COMMON.get(name, name): value for name, value in options.items() if name not in OURS}
    optimizer = make(**arguments)
    shape = FIXTURE["shapes"]
    array = lambda values, name: np.array(values[name], np.float64).reshape(shape[name])
    variables = [keras.Variable(array(FIXTURE["parameters"], name), dtype="float64") for name in NAMES]
    optimizer.build(variables)
    after = {}
    for step, gradients in enumerate(FIXTURE["gradients"]):
        given = [keras.ops.convert_to_tensor(array(gradients, name), dtype="float64") for name in NAMES]
        optimizer.apply(given, variables)
        if step + 1 in KEPT:
            after[str(step + 1)] = {
                name: np.asarray(variable.value).reshape(-1).tolist() for name, variable in zip(NAMES, variables)
                if (kind, name) != ("lamb", "tiny/kernel")  # Its squares are 0 in float32.
            }
    return {"optimizer": kind, "options": options, "after": after, "slots": {}}


fixture = {
    "made": f"keras {keras.__version__}",
    "cases": [run(kind, options) for kind, options in CASES],
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, "bytes")
