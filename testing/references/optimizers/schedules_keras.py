"""Values of Keras's learning-rate schedules, for packages/optimizers.

    KERAS_BACKEND=tensorflow python testing/references/optimizers/schedules_keras.py

Keras computes them in float32.
"""

import json
import pathlib

import keras
from keras.optimizers import schedules

STEPS = [0, 1, 2, 5, 9, 10, 11, 20, 21, 50, 99, 100, 101, 250]


def values(schedule):
    return [float(schedule(step)) for step in STEPS]


fixture = {
    "made": f"keras {keras.__version__}",
    "steps": STEPS,
    "ExponentialDecay": values(schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.8)),
    "ExponentialDecayStaircase": values(schedules.ExponentialDecay(0.1, decay_steps=10, decay_rate=0.8, staircase=True)),
    "CosineDecay": values(schedules.CosineDecay(0.1, decay_steps=100, alpha=0.05)),
    "CosineDecayRestarts": values(schedules.CosineDecayRestarts(0.1, 10, t_mul=2.0, m_mul=0.5, alpha=0.1)),
    "PolynomialDecay": values(schedules.PolynomialDecay(0.1, 100, end_learning_rate=0.01, power=2.0)),
    "PolynomialDecayCycle": values(schedules.PolynomialDecay(0.1, 10, end_learning_rate=0.01, cycle=True)),
    "InverseTimeDecay": values(schedules.InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5)),
    "InverseTimeDecayStaircase": values(
        schedules.InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5, staircase=True)
    ),
    "PiecewiseConstantDecay": values(schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01])),
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, indent=1) + "\n")
print(target.name, target.stat().st_size, "bytes")
