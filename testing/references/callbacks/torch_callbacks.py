"""Learning rates after each epoch of PyTorch's ReduceLROnPlateau, and gradients clipped by PyTorch.

Run: python testing/references/callbacks/torch_callbacks.py
Needs torch. Writes torch-callbacks.json beside this file.
"""

import json
import math
import pathlib
import random

import torch

# All values are multiples of 1/8 and thresholds powers of 1/2, so that no comparison depends on rounding.
NAN = math.nan


def reduce_lr(values, options):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for value in values:
        scheduler.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def sequence(rng, length, lowest):
    value = rng.randint(8, 16)
    out = []
    for _ in range(length):
        kind = rng.random()
        if kind < 0.45:
            value -= rng.randint(0, 3)
        elif kind < 0.7:
            value += rng.randint(0, 3)
        value = max(value, lowest)
        out.append(NAN if 0.9 < kind < 0.97 else value / 8)
    return out


def encode(values):
    """JSON has no NaN and no infinity."""
    return [v if math.isfinite(v) else str(v).replace("nan", "NaN").replace("inf", "Infinity") for v in values]


def clip(gradients, max_norm):
    parameters = []
    for gradient in gradients:
        parameter = torch.nn.Parameter(torch.zeros(len(gradient)))
        parameter.grad = torch.tensor(gradient, dtype=torch.float32)
        parameters.append(parameter)
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return {
        "gradients": [encode(g) for g in gradients],
        "maxNorm": max_norm,
        "norm": encode([norm.item()])[0],
        "clipped": [encode(p.grad.tolist()) for p in parameters],
    }


def main():
    rng = random.Random(11)
    plateau = [1, 0.75, 0.75, 0.75, 0.5, 0.5, 0.5, 0.5]
    base = {"mode": "min", "factor": 0.5, "patience": 1, "threshold": 0, "threshold_mode": "abs"}
    items = [
        (plateau * 2, base),
        (plateau * 2, {**base, "patience": 0}),
        (plateau * 2, {**base, "threshold": 0.25}),
        (plateau * 2, {**base, "threshold": 0.25, "threshold_mode": "rel"}),
        (plateau * 2, {**base, "cooldown": 2}),
        (plateau * 2, {**base, "min_lr": 0.2}),
        ([NAN, NAN, NAN, 1, NAN, 0.5, 0.5, 0.5], base),
        ([-1] * 6, base),
    ]
    while len(items) < 60:
        relative = rng.random() < 0.5
        options = {
            "mode": rng.choice(["min", "max"]),
            "factor": rng.choice([0.5, 0.1]),
            "patience": rng.randint(0, 3),
            "threshold": rng.choice([0, 0.125, 0.25]),
            "threshold_mode": "rel" if relative else "abs",
            "cooldown": rng.randint(0, 3),
            "min_lr": rng.choice([0, 0.02, 0.3]),
        }
        items.append((sequence(rng, 16, 1 if relative else -9), options))
    items += [(plateau * 2, {**base, "eps": eps}) for eps in (0.125, 0.1, 0.3)]
    flat = [-1.0] * 6
    flat_options = {**base, "threshold": 1e-4, "threshold_mode": "rel"}
    generator = torch.Generator().manual_seed(3)
    normal = [torch.randn(n, generator=generator).tolist() for n in (3, 7, 1)]
    fixture = {
        "torch": torch.__version__.split("+")[0],
        "reduceLROnPlateau": [{"values": encode(v), "options": o, "rates": reduce_lr(v, o)} for v, o in items],
        "flatNegativeRelative": {"values": flat, "options": flat_options, "rates": reduce_lr(flat, flat_options)},
        "clipGradNorm": [
            clip(normal, 1.0),
            clip(normal, 100.0),
            clip(normal, 0.001),
            clip([[3.0], [4.0]], 5.0),
            clip([[3e-7], [4e-7]], 1e-7),
            clip([[0.0, 0.0], [0.0]], 1.0),
            clip([[1.0, NAN], [2.0]], 1.0),
            clip([[1.0, math.inf], [2.0]], 1.0),
            clip([[1e20, 1.0], [2.0]], 1.0),
        ],
    }
    text = json.dumps(fixture, separators=(",", ":")).replace('},{"', '},\n{"')
    pathlib.Path(__file__).with_name("torch-callbacks.json").write_text(text + "\n")


main()
