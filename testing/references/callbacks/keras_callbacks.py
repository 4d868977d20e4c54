"""Epochs at which Keras's EarlyStopping and ReduceLROnPlateau act on given sequences.

Run: python testing/references/callbacks/keras_callbacks.py
Needs keras and tensorflow-cpu. Writes keras-callbacks.json beside this file.
"""

import json
import math
import os
import pathlib
import random

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras  # noqa: E402

# All values are multiples of 1/8, so that no comparison depends on rounding.
NAN = math.nan


class Optimizer:
    def __init__(self):
        self.learning_rate = 1.0


class Model:
    """What the callbacks touch of a model. Its one weight is the number of epochs done."""

    def __init__(self):
        self.stop_training = False
        self.metrics = []
        self.optimizer = Optimizer()
        self.weight = 0

    def get_weights(self):
        return self.weight

    def set_weights(self, weight):
        self.weight = weight


def early_stopping(values, options):
    names = {
        "minDelta": "min_delta",
        "startFromEpoch": "start_from_epoch",
        "restoreBest": "restore_best_weights",
    }
    callback = keras.callbacks.EarlyStopping(
        monitor="v", **{names.get(k, k): v for k, v in options.items()}
    )
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        model.weight = epoch + 1
        callback.on_epoch_end(epoch, {"v": value})
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end()
    return {"epochs": epochs, "stopped": model.stop_training, "weight": model.weight}


def reduce_lr(values, options):
    names = {"minDelta": "min_delta", "minLearningRate": "min_lr"}
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="v", **{names.get(k, k): v for k, v in options.items()}
    )
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"v": value})
        rates.append(float(model.optimizer.learning_rate))
    return {"rates": rates}


def sequence(rng, length):
    """A walk with plateaus, ties, sign changes and, in places, NaN."""
    value = rng.randint(-4, 12)
    out = []
    for _ in range(length):
        kind = rng.random()
        if kind < 0.45:
            value -= rng.randint(0, 3)
        elif kind < 0.7:
            value += rng.randint(0, 3)
        out.append(NAN if 0.9 < kind < 0.95 else value / 8)
    return out


def first_is_number(values, start):
    """Keras keeps a NaN as the best value when it is the first; those cases are apart."""
    return not math.isnan(values[min(start, len(values) - 1)])


def main():
    rng = random.Random(7)
    plateau = [1, 0.75, 0.75, 0.75, 0.5, 0.5, 0.5, 0.5]
    stopping = [
        (plateau, {"mode": "min"}),
        (plateau, {"mode": "min", "patience": 1}),
        (plateau, {"mode": "min", "patience": 2}),
        (plateau, {"mode": "min", "patience": 3, "restoreBest": True}),
        (plateau, {"mode": "max", "patience": 2, "restoreBest": True}),
        (plateau, {"mode": "min", "patience": 2, "minDelta": 0.25}),
        (plateau, {"mode": "min", "patience": 2, "baseline": 0.5}),
        (plateau, {"mode": "min", "patience": 4, "baseline": 0.625}),
        ([1, 0.375, 0.375, 0.375, 0.375], {"mode": "min", "patience": 2, "baseline": 0.5, "minDelta": 0.25}),
        (plateau, {"mode": "min", "startFromEpoch": 3, "restoreBest": True}),
        (plateau, {"mode": "min", "patience": 20, "restoreBest": True}),
        ([1, NAN, NAN, 0.5, NAN, 0.25, 0.25], {"mode": "min", "patience": 2}),
        ([1, NAN, 0.5, NAN, 0.25, 0.25], {"mode": "min", "patience": 3}),
        ([-1, -1.5, -1.5, -2, -2, -2], {"mode": "min", "patience": 2}),
        ([-1, -0.5, 0, 0, 0], {"mode": "max", "patience": 2}),
        ([3, 3, 3], {"mode": "min", "startFromEpoch": 9}),
    ]
    while len(stopping) < 75:
        options = {"mode": rng.choice(["min", "max"]), "patience": rng.randint(0, 4)}
        if rng.random() < 0.4:
            options["minDelta"] = rng.choice([0.125, 0.25])
        if rng.random() < 0.3:
            options["baseline"] = rng.randint(-4, 8) / 8
        if rng.random() < 0.3:
            options["startFromEpoch"] = rng.randint(1, 5)
        options["restoreBest"] = rng.random() < 0.6
        values = sequence(rng, 14)
        if first_is_number(values, options.get("startFromEpoch", 0)):
            stopping.append((values, options))

    base = {"mode": "min", "factor": 0.5, "minDelta": 0}
    reducing = [
        (plateau * 2, {**base, "patience": 2}),
        (plateau * 2, {**base, "patience": 0}),
        (plateau * 2, {**base, "patience": 1}),
        (plateau * 2, {**base, "patience": 2, "cooldown": 1}),
        (plateau * 2, {**base, "patience": 2, "cooldown": 3}),
        (plateau * 2, {**base, "patience": 2, "minDelta": 0.25}),
        (plateau * 2, {**base, "patience": 1, "minLearningRate": 0.2}),
        ([-1] * 6, {**base, "patience": 2}),
        ([0] * 6, {**base, "patience": 2, "mode": "max"}),
        ([1, NAN, NAN, 0.5, NAN, NAN, NAN], {**base, "patience": 2}),
    ]
    while len(reducing) < 60:
        options = {
            "mode": rng.choice(["min", "max"]),
            "factor": rng.choice([0.5, 0.1]),
            "patience": rng.randint(0, 3),
            "minDelta": rng.choice([0, 0.125, 0.25]),
            "cooldown": rng.randint(0, 3),
            "minLearningRate": rng.choice([0, 0.02, 0.3]),
        }
        values = sequence(rng, 16)
        if first_is_number(values, 0):
            reducing.append((values, options))

    def cases(run, items):
        return [{"values": encode(v), "options": o, **run(v, o)} for v, o in items]

    nan_first = [NAN, 1, 0.75, 0.5, 0.25]
    fixture = {
        "keras": keras.__version__,
        "earlyStopping": cases(early_stopping, stopping),
        "reduceLROnPlateau": cases(reduce_lr, reducing),
        "nanFirst": {
            "values": encode(nan_first),
            "earlyStopping": early_stopping(nan_first, {"mode": "min", "patience": 2}),
            "reduceLROnPlateau": reduce_lr(nan_first, {**base, "patience": 2}),
        },
    }
    text = json.dumps(fixture, separators=(",", ":")).replace('},{"values"', '},\n{"values"')
    pathlib.Path(__file__).with_name("keras-callbacks.json").write_text(text + "\n")


def encode(values):
    """JSON has no NaN."""
    return ["NaN" if math.isnan(v) else v for v in values]


main()
