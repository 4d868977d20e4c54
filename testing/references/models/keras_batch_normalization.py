"""Keras's batch normalisation: outputs, gradients and moving statistics over two batches, for @espalier/models.

Run from the repository's root, with keras and tensorflow-cpu installed:
    KERAS_BACKEND=tensorflow python testing/references/models/keras_batch_normalization.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(7)


def plain(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "values": [float(f"{v:.9g}") for v in array.flatten().tolist()]}


def case(name, *batches):
    layer = keras.layers.BatchNormalization()
    layer.build(batches[0].shape)
    steps = []
    for batch in batches:
        x = tf.constant(batch, tf.float32)
        upstream = rng.normal(size=batch.shape).astype(np.float32)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
        dx = tape.gradient(y, x, upstream)
        steps.append({
            "x": plain(x),
            "upstream": plain(upstream),
            "y": plain(y),
            "dx": plain(dx),
            "movingMean": plain(layer.moving_mean),
            "movingVariance": plain(layer.moving_variance),
        })
    return {"name": name, "steps": steps, "inference": plain(layer(tf.constant(batches[0], tf.float32), training=False))}


fixtures = [
    case("[5, 3]", *(rng.normal(1, 2, size=(5, 3)) for _ in range(2))),
    case("[2, 3, 3, 2]", *(rng.normal(-1, 3, size=(2, 3, 3, 2)) for _ in range(2))),
    case("a batch of one", rng.normal(size=(1, 3))),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
