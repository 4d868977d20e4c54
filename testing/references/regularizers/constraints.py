"""Keras's constraints, and PyTorch's derivatives of penalties, for the tests of @espalier/regularizers.

Run from the repository's root, with torch and keras installed:
    python testing/references/regularizers/constraints.py
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch

torch.manual_seed(5)


def plain(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


tall, wide, filters = torch.randn(4, 3), torch.randn(2, 5), torch.randn(3, 3, 2, 4)
tall[:, 1] = 0
parameters = {"tall": tall, "wide": wide, "filters": filters}


def constrained(make):
    return {
        name: plain(make(list(range(w.dim() - 1)))(w)) for name, w in parameters.items()
    }


def penalty(f):
    found = {}
    for name, w in parameters.items():
        w = w.clone().double().requires_grad_(True)
        value = f(w)
        value.backward()
        found[name] = {"value": value.item(), "gradient": plain(torch.nan_to_num(w.grad))}
    return found


def orthogonal(w):
    m = w.reshape(-1, w.shape[-1])
    m = m if m.shape[0] >= m.shape[1] else m.T
    return ((m.T @ m - torch.eye(m.shape[1])) ** 2).sum()


def group_lasso(w):
    m = w.reshape(-1, w.shape[-1])
    return m.shape[0] ** 0.5 * m.norm(dim=0).sum()


fixtures = {
    "parameters": {name: plain(w) for name, w in parameters.items()},
    "nonNegative": constrained(lambda axes: keras.constraints.NonNeg()),
    "unitNorm": constrained(lambda axes: keras.constraints.UnitNorm(axis=axes)),
    "minMaxNorm": constrained(lambda axes: keras.constraints.MinMaxNorm(0.8, 1.5, 0.6, axis=axes)),
    "orthogonal": penalty(orthogonal),
    "groupLasso": penalty(group_lasso),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, indent=1) + "\n")
