"""Epochs at which the EarlyStopping of PyTorch Lightning and of Ignite stop, and those at which Keras's ModelCheckpoint saves.

Run: python testing/references/callbacks/early_stopping_elsewhere.py
Needs torch, pytorch-lightning, pytorch-ignite and keras. Writes early-stopping-elsewhere.json beside this file.
"""

import json
import math
import os
import pathlib
import random

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import ignite  # noqa: E402
import pytorch_lightning as lightning  # noqa: E402
import torch  # noqa: E402
from ignite.engine import Engine  # noqa: E402
from ignite.handlers import EarlyStopping as IgniteStopping  # noqa: E402
from pytorch_lightning.callbacks import EarlyStopping as LightningStopping  # noqa: E402

# All values are multiples of 1/8 and thresholds powers of 1/2, so that no comparison depends on rounding.
NAN = math.nan


def of_lightning(values, options):
    """Options by their names here."""
    names = {
        "minDelta": "min_delta",
        "checkFinite": "check_finite",
        "stoppingThreshold": "stopping_threshold",
        "divergenceThreshold": "divergence_threshold",
    }
    callback = LightningStopping("v", **{names.get(k, k): v for k, v in options.items()})
    for done, value in enumerate(values, 1):
        stop, _ = callback._evaluate_stopping_criteria(torch.tensor(float(value)))
        if stop:
            return {"epochs": done, "stopped": True}
    return {"epochs": len(values), "stopped": False}


def of_ignite(values, options):
    names = {"minDelta": "threshold", "thresholdMode": "threshold_mode"}
    given = {names.get(k, k): v for k, v in options.items()}
    given["threshold_mode"] = {"absolute": "abs", "relative": "rel"}[given["threshold_mode"]]
    trainer = Engine(lambda engine, batch: None)
    now = []
    handler = IgniteStopping(score_function=lambda engine: now[-1], trainer=trainer, **given)
    for done, value in enumerate(values, 1):
        now.append(float(value))
        handler(trainer)
        if trainer.should_terminate:
            return {"epochs": done, "stopped": True}
    return {"epochs": len(values), "stopped": False}


class Saving:
    """What Keras's ModelCheckpoint touches of a model."""

    def __init__(self):
        self.saved = []

    def save(self, path, overwrite=True):
        self.saved.append(int(pathlib.Path(path).stem))


def of_keras_checkpoint(values, options):
    callback = keras.callbacks.ModelCheckpoint(
        "{epoch}.keras",
        monitor="v",
        mode=options["mode"],
        save_best_only=True,
        initial_value_threshold=options["initialThreshold"],
    )
    model = Saving()
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"v": value})
    return {"saved": model.saved}


def sequence(rng, length, lowest, nan):
    value = rng.randint(8, 16)
    out = []
    for _ in range(length):
        kind = rng.random()
        if kind < 0.45:
            value -= rng.randint(0, 3)
        elif kind < 0.8:
            value += rng.randint(0, 3)
        value = max(value, lowest)
        out.append(NAN if nan and 0.93 < kind else value / 8)
    return out


def encode(values):
    """JSON has no NaN."""
    return ["NaN" if math.isnan(v) else v for v in values]


def main():
    rng = random.Random(23)
    by_lightning, by_ignite, by_keras = [], [], []
    while len(by_lightning) < 40:
        options = {
            "mode": rng.choice(["min", "max"]),
            "patience": rng.randint(1, 5),
            "minDelta": rng.choice([0, 0.125, 0.25]),
            "checkFinite": rng.random() < 0.5,
        }
        values = sequence(rng, 14, -9, True)
        if math.isnan(values[0]):
            continue
        if rng.random() < 0.5:
            options["stoppingThreshold"] = values[0] + (-1 if options["mode"] == "min" else 1) * rng.choice([0.25, 0.5])
        if rng.random() < 0.5:
            options["divergenceThreshold"] = values[0] + (1 if options["mode"] == "min" else -1) * rng.choice([0, 0.25])
        by_lightning.append((values, options))
    while len(by_ignite) < 40:
        options = {
            "mode": rng.choice(["min", "max"]),
            "patience": rng.randint(1, 4),
            "minDelta": rng.choice([0, 0.125, 0.25]),
            "thresholdMode": rng.choice(["absolute", "relative"]),
            "cumulative": rng.random() < 0.5,
        }
        by_ignite.append((sequence(rng, 14, 1, False), options))
    while len(by_keras) < 10:
        options = {"mode": rng.choice(["min", "max"]), "initialThreshold": rng.choice([1, 1.25, 1.5])}
        by_keras.append((sequence(rng, 10, -9, True), options))

    def cases(run, items):
        return [{"values": encode(v), "options": o, **run(v, o)} for v, o in items]

    fixture = {
        "versions": {"lightning": lightning.__version__, "ignite": ignite.__version__, "keras": keras.__version__},
        "lightning": cases(of_lightning, by_lightning),
        "ignite": cases(of_ignite, by_ignite),
        "kerasCheckpoint": cases(of_keras_checkpoint, by_keras),
    }
    text = json.dumps(fixture, separators=(",", ":")).replace('},{"values"', '},\n{"values"')
    pathlib.Path(__file__).with_name("early-stopping-elsewhere.json").write_text(text + "\n")


main()
