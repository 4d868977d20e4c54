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
    "prelu": lambda x: F.prelu(x, torch.tensor(0.25, dtype=x.dtype)),
    "rrelu": F.rrelu,
    "celu": F.celu,
    "logSigmoid": F.logsigmoid,
    "hardSwish": F.hardswish,
    "hardTanh": F.hardtanh,
    "hardShrink": F.hardshrink,
    "softShrink": F.softshrink,
    "tanhShrink": F.tanhshrink,
    "threshold": lambda x: F.threshold(x, 0, 0),
    "squareplus": lambda x: (x + torch.sqrt(x * x + 4)) / 2,
    "exponential": torch.exp,
}
with_numbers = [
    ({"name": "leakyRelu", "slope": 0.2}, lambda x: F.leaky_relu(x, 0.2)),
    ({"name": "prelu", "slope": -0.5}, lambda x: F.prelu(x, torch.tensor(-0.5, dtype=x.dtype))),
    ({"name": "rrelu", "lower": 0.2, "upper": 0.6}, lambda x: F.rrelu(x, 0.2, 0.6)),
    ({"name": "celu", "alpha": 0.4}, lambda x: F.celu(x, 0.4)),
    ({"name": "softplus", "beta": 3}, lambda x: F.softplus(x, 3, threshold=1e9)),
    ({"name": "hardSigmoid", "slope": 1 / 6}, F.hardsigmoid),
    ({"name": "hardTanh", "min": -2, "max": 0.75}, lambda x: F.hardtanh(x, -2, 0.75)),
    ({"name": "hardShrink", "lambda": 1.25}, lambda x: F.hardshrink(x, 1.25)),
    ({"name": "softShrink", "lambda": 1.25}, lambda x: F.softshrink(x, 1.25)),
    ({"name": "threshold", "threshold": -1.5, "value": -9}, lambda x: F.threshold(x, -1.5, -9)),
    ({"name": "squareplus", "b": 0.3}, lambda x: (x + torch.sqrt(x * x + 0.3)) / 2),
]


def sparsemax(x):
    """Martins and Astudillo (2016), algorithm 1."""
    z = torch.sort(x, dim=-1, descending=True).values
    sums = z.cumsum(-1)
    k = (1 + torch.arange(1, x.shape[-1] + 1) * z > sums).sum(-1, keepdim=True)
    return torch.clamp(x - (sums.gather(-1, k - 1) - 1) / k, min=0)


def over_rows(f):
    x = (3 * torch.randn(5, 6)).double()
    # Ties, one clear winner, and rows far from 0.
    x[0] = torch.tensor([1.0, 1, 1, 0.9, 0.9, -5])
    x[1] = torch.tensor([0.0, 9, 0, 0, 0, 0])
    x[2] += 1e4
    x = x.float().double().requires_grad_(True)
    y = f(x)
    upstream = torch.randn(y.shape).float().double()
    (y * upstream).sum().backward()
    return {"x": plain(x), "y": plain(y), "upstream": plain(upstream), "dx": plain(x.grad)}


rows = {"glu": F.glu, "sparsemax": sparsemax, "softmax": lambda x: F.softmax(x, -1)}
fixtures = {
    "batchNormalization": cases,
    "points": points.tolist(),
    "activations": {name: activation(f) for name, f in activations.items()},
    "activationsWithNumbers": [{"activation": given, **activation(f)} for given, f in with_numbers],
    "activationsOverRows": {name: over_rows(f) for name, f in rows.items()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
