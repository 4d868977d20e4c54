"""PyTorch's batch normalisation (values, gradients, statistics), activations and whole models, for @espalier/models.

Run from the repository's root, with torch installed:
    python testing/references/models/torch_layers.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(5)


def plain(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]}


def batch_norm(name, x, training, gamma=None, beta=None, momentum=0.9, epsilon=1e-3):
    """`x` is [N, C] or channels-last [N, H, W, C]; double precision, so that the fixture is exact."""
    channels = x.shape[-1]
    x = x.double().requires_grad_(True)
    gamma = None if gamma is None else gamma.double().requires_grad_(True)
    beta = None if beta is None else beta.double().requires_grad_(True)
    mean, variance = torch.linspace(-1, 1, channels).double(), torch.linspace(0.5, 2, channels).double()
    before = (plain(mean), plain(variance))
    rows = x.reshape(-1, channels)
    upstream = torch.randn(rows.shape).double().float().double()
    y = F.batch_norm(rows, mean, variance, gamma, beta, training, 1 - momentum, epsilon)
    (y * upstream).sum().backward()
    if training:
        # Keras moves towards the biased variance, PyTorch towards the unbiased one.
        old = torch.tensor(before[1]["values"]).double()
        variance = momentum * old + (1 - momentum) * rows.var(0, unbiased=False)
    return {
        "name": name,
        "training": training,
        "momentum": momentum,
        "epsilon": epsilon,
        "x": plain(x),
        "upstream": plain(upstream.reshape(x.shape)),
        "gamma": None if gamma is None else plain(gamma),
        "beta": None if beta is None else plain(beta),
        "movingMean": before[0],
        "movingVariance": before[1],
        "y": plain(y.reshape(x.shape)),
        "dx": plain(x.grad),
        "dGamma": None if gamma is None else plain(gamma.grad),
        "dBeta": None if beta is None else plain(beta.grad),
        "newMean": plain(mean),
        "newVariance": plain(variance),
    }


def affine(channels):
    return torch.randn(channels), torch.randn(channels)


cases = []
for training in (True, False):
    mode = "training" if training else "inference"
    cases += [
        batch_norm(f"{mode}, [6, 3]", torch.randn(6, 3) * 2 + 1, training, *affine(3)),
        batch_norm(f"{mode}, [2, 3, 2, 4]", torch.randn(2, 3, 2, 4) * 3, training, *affine(4)),
        batch_norm(f"{mode}, no scale", torch.randn(5, 2), training, None, affine(2)[1]),
        batch_norm(f"{mode}, no center", torch.randn(5, 2), training, affine(2)[0], None),
        batch_norm(f"{mode}, neither", torch.randn(5, 2), training),
        batch_norm(f"{mode}, far from 0", torch.randn(8, 2) * 0.1 + 100, training, *affine(2)),
        batch_norm(f"{mode}, constant", torch.full((4, 2), 3.0), training, *affine(2)),
        batch_norm(f"{mode}, one image", torch.randn(1, 2, 2, 2), training, *affine(2)),
    ]

points = torch.tensor([-30.0, -7, -3.5, -2, -1, -0.5, -1e-3, 1e-3, 0.5, 1, 2, 3.5, 5.5, 7, 30]).double()


def activation(f):
    x = points.clone().requires_grad_(True)
    y = f(x)
    y.sum().backward()
    return {"values": y.tolist(), "slopes": x.grad.tolist()}


activations = {
    "relu": F.relu,
    "relu6": F.relu6,
    "leakyRelu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "swish": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    # Keras's hard sigmoid has slope 0.2, PyTorch's 1/6.
    "hardSigmoid": lambda x: torch.clamp(0.2 * x + 0.5, 0, 1),
    "linear": lambda x: x * 1,
}
fixtures = {
    "batchNormalization": cases,
    "points": points.tolist(),
    "activations": {name: activation(f) for name, f in activations.items()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
