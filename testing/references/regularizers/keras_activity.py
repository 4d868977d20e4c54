"""Penalties on activations and their gradients, by Keras, for packages/regularizers.

    python testing/references/regularizers/keras_activity.py

In float64 from float32 inputs: a layer that is used twice, one in a model within the model, one whose sequences are masked.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

keras.config.set_floatx("float64")
random = np.random.default_rng(3)


def float32(*shape, scale=1.0):
    return (random.standard_normal(shape) * scale).astype("float32").astype("float64")


def regularized():
    return keras.regularizers.L1L2(l1=0.02, l2=0.05)


def result(model, inputs, targets):
    with tf.GradientTape() as tape:
        outputs = model(inputs, training=True)
        loss = tf.reduce_mean((outputs - targets) ** 2)
        penalty = tf.add_n(model.losses)
        objective = loss + penalty
    gradients = tape.gradient(objective, model.trainable_variables)
    weights = model.trainable_variables
    return {
        "loss": float(loss),
        "penalty": float(penalty),
        "inputs": inputs.tolist(),
        "targets": targets.tolist(),
        "weights": {w.path: w.numpy().flatten().tolist() for w in weights},
        "gradients": {w.path: tf.convert_to_tensor(g).numpy().flatten().tolist() for w, g in zip(weights, gradients)},
    }


def shared():
    keras.utils.clear_session()
    twice = keras.layers.Dense(3, activation="relu", activity_regularizer=regularized(), name="twice")
    inner = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(2, activation="tanh", activity_regularizer=regularized(), name="within")],
        name="inner",
    )
    x = keras.Input((3,))
    model = keras.Model(x, inner(twice(twice(x))))
    for w in model.trainable_variables:
        w.assign(float32(*w.shape, scale=0.8))
    return result(model, float32(5, 3), float32(5, 2))


def masked():
    keras.utils.clear_session()
    x = keras.Input((4, 2))
    h = keras.layers.Masking(0.0)(x)
    h = keras.layers.Dense(3, activation="tanh", activity_regularizer=regularized(), name="steps")(h)
    model = keras.Model(x, keras.layers.Dense(1, name="last")(keras.layers.Flatten()(h)))
    for w in model.trainable_variables:
        w.assign(float32(*w.shape, scale=0.8))
    inputs = float32(3, 4, 2)
    inputs[1, 2:] = 0
    return result(model, inputs, float32(3, 1))


fixture = {"made": f"keras {keras.__version__}", "l1": 0.02, "l2": 0.05, "shared": shared(), "masked": masked()}
here = pathlib.Path(__file__).parent
(here / "keras_activity.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
