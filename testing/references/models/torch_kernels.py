"""Weight and spectral normalisation, with gradients, by PyTorch, for packages/models.

    python testing/references/models/torch_kernels.py

In float64 from float32 inputs. Kernels are `[inputs, units]` and `[height, width, inputs, units]`, images `[N, height, width, C]`.
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

torch.manual_seed(9)
torch.set_default_dtype(torch.float64)


def float32(*shape):
    return torch.randn(*shape).to(torch.float32).to(torch.float64)


def flat(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


def kernel(w):
    return w.T if w.dim() == 2 else w.permute(2, 3, 1, 0)


def last(x):
    return x if x.dim() == 2 else x.permute(0, 2, 3, 1)


def weight(layer, x):
    layer = weight_norm(layer)
    g, v = layer.parametrizations.weight.original0, layer.parametrizations.weight.original1
    with torch.no_grad():
        for p in (g, v, layer.bias):
            p.copy_(float32(*p.shape))
    x = x.requires_grad_()
    y = layer(x)
    upstream = float32(*y.shape)
    y.backward(upstream)
    units = lambda t: t.reshape(-1)
    return {
        "x": flat(last(x)),
        "weights": [flat(units(g)), flat(kernel(v)), flat(layer.bias)],
        "y": flat(last(y)),
        "upstream": flat(last(upstream)),
        "dx": flat(last(x.grad)),
        "dWeights": [flat(units(g.grad)), flat(kernel(v.grad)), flat(layer.bias.grad)],
    }


def spectral(layer, x, iterations):
    layer = spectral_norm(layer, n_power_iterations=iterations)
    part = layer.parametrizations.weight
    with torch.no_grad():
        part.original.copy_(float32(*part.original.shape))
        layer.bias.copy_(float32(*layer.bias.shape))
    state = [flat(part[0]._u), flat(vector(part[0]._v, part.original))]
    original = part.original
    weights = [flat(kernel(original)), flat(layer.bias)]
    x = x.requires_grad_()
    y = layer(x)
    upstream = float32(*y.shape)
    y.backward(upstream)
    after = [flat(part[0]._u), flat(vector(part[0]._v, original))]
    layer.eval()
    return {
        "x": flat(last(x)),
        "iterations": iterations,
        "weights": [*weights, *state],
        "y": flat(last(y)),
        "upstream": flat(last(upstream)),
        "dx": flat(last(x.grad)),
        "dWeights": [flat(kernel(original.grad)), flat(layer.bias.grad)],
        "after": after,
        "evaluated": flat(last(layer(x))),
    }


def vector(v, w):
    """PyTorch's runs over [inputs, height, width], ours over [height, width, inputs]."""
    return v if w.dim() == 2 else v.reshape(w.shape[1:]).permute(1, 2, 0).reshape(-1)


fixture = {
    "made": f"torch {torch.__version__.split('+')[0]}",
    "weight": [weight(nn.Linear(3, 4), float32(5, 3)), weight(nn.Conv2d(2, 3, 2), float32(2, 2, 4, 3))],
    "spectral": [
        spectral(nn.Linear(3, 4), float32(5, 3), 1),
        spectral(nn.Conv2d(2, 3, 2), float32(2, 2, 4, 3), 2),
    ],
}
here = pathlib.Path(__file__).parent
(here / "torch_kernels.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
