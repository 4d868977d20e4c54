"""Models saved by Keras 3 as .keras, .weights.h5 and .h5, with what they predict: testing/references/models/saved/."""

import json
import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

FOLDER = "testing/references/models/saved"
layers = keras.layers


def images():
    x = keras.Input((6, 6, 1), name="image")
    y = layers.Conv2D(3, 3, padding="same", activation="relu", name="conv")(x)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.MaxPooling2D(2, name="pool")(y)
    y = layers.Dropout(0.5, name="drop")(y)
    y = layers.Flatten(name="flat")(y)
    y = layers.Dense(4, activation="softmax", name="classes")(y)
    return keras.Model(x, y, name="images")


def joined():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    shared = layers.Dense(4, activation="tanh", name="shared")
    y = layers.Concatenate(name="both")([shared(a), shared(b)])
    y = layers.Add(name="sum")([layers.Dense(2, name="left")(y), layers.Dense(2, name="right")(y)])
    return keras.Model([a, b], layers.Activation("sigmoid", name="answers")(y), name="joined")


def text():
    return keras.Sequential(
        [
            keras.Input((5,), dtype="int32", name="words"),
            layers.Embedding(7, 3, name="embedding"),
            layers.LSTM(4, name="lstm"),
            layers.Dense(1, name="score"),
        ],
        name="text",
    )


def norms():
    x = keras.Input((4, 4, 6), name="image")
    y = layers.GroupNormalization(3, epsilon=1e-2, name="groups")(x)
    y = layers.GroupNormalization(-1, scale=False, name="instances")(y)
    y = layers.GlobalAveragePooling2D(name="pool")(layers.RMSNormalization(name="rms")(y))
    y = layers.UnitNormalization(name="unit")(layers.Dense(3, name="answers")(y))
    return keras.Model(x, y, name="norms")


def draw(model, generator):
    for weight in model.weights:
        shape = weight.shape
        low = 0.5 if "variance" in weight.path else -0.5
        weight.assign(generator.uniform(low, low + 1, shape).astype("float32"))


def numbers(array):
    return {"shape": list(array.shape), "data": [float(x) for x in np.asarray(array, "float64").ravel()]}


generator = np.random.default_rng(7)
expected = {}
for make in (images, joined, text, norms):
    model = make()
    draw(model, generator)
    inputs = [
        generator.integers(0, 7, (2, *x.shape[1:])) if "int" in str(x.dtype) else generator.uniform(-1, 1, (2, *x.shape[1:])).astype("float32")
        for x in model.inputs
    ]
    given = inputs if len(inputs) > 1 else inputs[0]
    name = model.name
    expected[name] = {
        "inputs": [numbers(x) for x in inputs],
        "outputs": numbers(keras.ops.convert_to_numpy(model(given))),
    }
    model.save(f"{FOLDER}/{name}.keras")
    model.save_weights(f"{FOLDER}/{name}.weights.h5")
    model.save(f"{FOLDER}/{name}.h5")

norm = keras.Sequential([keras.Input((3,)), layers.GroupNormalization(1, name="groups"), layers.Lambda(lambda x: x, name="own")])
norm.save(f"{FOLDER}/unknown.keras")
with open(f"{FOLDER}/expected.json", "w") as file:
    json.dump(expected, file)
