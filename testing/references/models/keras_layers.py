"""Keras' normalisations and attention (values and gradients), for @espalier/models.

Run from the repository's root, with keras and tensorflow installed:
    python testing/references/models/keras_layers.py
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(7)
keras.backend.set_floatx("float64")
random = np.random.default_rng(3)


def plain(values):
    values = np.asarray(values)
    return {"shape": list(values.shape), "values": [float(f"{v:.9g}") for v in values.flatten()]}


def normals(*shape):
    return random.standard_normal(shape).astype("float32").astype("float64")


def normalization(make, shape):
    layer = make()
    x = 3 * normals(*shape) + 1
    layer.build(shape)
    weights = [normals(*w.shape) for w in layer.trainable_weights]
    layer.set_weights(weights)
    tensor = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = layer(tensor)
        upstream = normals(*y.shape)
        total = tf.reduce_sum(y * upstream)
    grads = tape.gradient(total, [tensor] + [w.value for w in layer.trainable_weights])
    return {
        "x": plain(x),
        "weights": [plain(w) for w in weights],
        "y": plain(y),
        "upstream": plain(upstream),
        "dx": plain(grads[0]),
        "dWeights": [plain(g) for g in grads[1:]],
    }


def attention(heads, key, value, out, shapes, mask=None, causal=False, bias=True):
    layer = keras.layers.MultiHeadAttention(heads, key, value_dim=value, output_shape=out, use_bias=bias)
    inputs = [normals(*s) for s in shapes]
    layer(*(inputs if len(inputs) > 1 else [inputs[0], inputs[0]]))
    layer.set_weights([normals(*w.shape) * 0.5 for w in layer.weights])
    # Keras has [C, heads, size] and [heads, size, out]; here they are matrices.
    flat = {}
    for w in layer.weights:
        name = w.path.split("/")[-2] + "_" + w.path.split("/")[-1]
        v = w.numpy()
        if name.startswith("attention_output"):
            name = name.replace("attention_output", "output")
            v = v.reshape(-1, v.shape[-1]) if v.ndim == 3 else v
        else:
            v = v.reshape(v.shape[0], -1) if v.ndim == 3 else v.reshape(-1)
        flat[name] = plain(v)
    tensors = [tf.Variable(x) for x in inputs]
    both = tensors if len(tensors) > 1 else [tensors[0], tensors[0]]
    # Keras hides padded queries as well, which changes no other row; only the values' mask is used.
    call = {"use_causal_mask": causal}
    if mask is not None:
        call["attention_mask"] = np.broadcast_to(np.array(mask)[:, None, :], (inputs[0].shape[0], inputs[0].shape[1], len(mask[0])))
    with tf.GradientTape() as tape:
        y = layer(*both, **call)
        upstream = normals(*y.shape)
        total = tf.reduce_sum(y * upstream)
    grads = tape.gradient(total, tensors)
    return {
        "heads": heads,
        "keySize": key,
        "valueSize": value,
        **({"outputSize": out} if out else {}),
        "bias": bias,
        "causal": causal,
        **({"mask": mask} if mask is not None else {}),
        "inputs": [plain(x) for x in inputs],
        "weights": flat,
        "y": plain(y),
        "upstream": plain(upstream),
        "dInputs": [plain(g) for g in grads],
    }


L = keras.layers
fixtures = {
    "groupNormalization": [
        {"groups": 2, "epsilon": 1e-3, **normalization(lambda: L.GroupNormalization(2), (3, 4, 2, 6))},
        {"groups": 3, "epsilon": 1e-5, **normalization(lambda: L.GroupNormalization(3, epsilon=1e-5), (4, 6))},
        {"groups": "channels", "epsilon": 1e-3, **normalization(lambda: L.GroupNormalization(-1), (2, 5, 3))},
        {"groups": 1, "epsilon": 1e-3, "center": False, "scale": False, **normalization(lambda: L.GroupNormalization(1, center=False, scale=False), (2, 5, 3))},
    ],
    "rmsNormalization": [
        {"epsilon": 1e-6, "scale": True, **normalization(lambda: L.RMSNormalization(), (3, 4, 5))},
        {"epsilon": 0.5, "scale": True, **normalization(lambda: L.RMSNormalization(epsilon=0.5), (3, 5))},
    ],
    "unitNormalization": [normalization(lambda: L.UnitNormalization(), (3, 4, 5))],
    "attention": [
        attention(2, 3, 3, None, [(2, 4, 5)]),
        attention(3, 2, 4, 6, [(2, 3, 5), (2, 7, 4)]),
        attention(2, 3, 3, None, [(2, 4, 5)], causal=True),
        attention(2, 3, 3, None, [(2, 3, 5), (2, 4, 5)], mask=[[True, True, False, False], [True, True, True, False]], bias=False),
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
