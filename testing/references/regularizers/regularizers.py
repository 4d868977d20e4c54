"""Penalties with their gradients, and maps of weights and labels, by PyTorch, for packages/regularizers.

    python testing/references/regularizers/regularizers.py

In float64 from float32 inputs.
"""

import json
import pathlib

import torch
import torch.nn.functional as functional

torch.manual_seed(11)
BATCH = 4


def float32(values):
    return torch.as_tensor(values).to(torch.float32).to(torch.float64)


PARAMETERS = {
    "hidden/kernel": float32(torch.randn(3, 4)),
    "hidden/bias": float32([0.5, -0.25, 0.0, 1.0]),
    "sparse/kernel": float32([[0.0, -0.5, 0.0], [2.0, 0.0, -0.0]]),
    "zero/kernel": torch.zeros(2, 2, dtype=torch.float64),
    "tiny/kernel": float32([[1e-12, -3e-12]]),
    "large/kernel": float32([[1000.0, -20000.0]]),
}
KERNELS = [name for name in PARAMETERS if name.endswith("kernel")]


def plain(tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def l1(w):
    return w.abs().sum()


def l2(w):
    return (w**2).sum()


def case(scaling, lambda1, lambda2):
    weights = {name: tensor.clone().requires_grad_() for name, tensor in PARAMETERS.items()}
    total = torch.zeros((), dtype=torch.float64)
    for name in KERNELS:
        w = weights[name]
        if scaling == "norm":
            total = total + lambda1 * torch.norm(w, 1) + lambda2 * torch.norm(w, 2)
        else:
            factor = {"sum": 1, "half": 1 / 2, "per-sample": 1 / (2 * BATCH)}[scaling]
            total = total + factor * (lambda1 * l1(w) + lambda2 * l2(w))
    total.backward()
    return {
        "scaling": scaling,
        "l1": lambda1,
        "l2": lambda2,
        "value": total.item(),
        "gradients": {name: weights[name].grad.flatten().tolist() for name in KERNELS},
    }


def decayed():
    """What AdamW makes of weights, and Adam without any decay, from one gradient."""
    result = {}
    for kind, decay in (("adam", 0.0), ("adamw", 0.3)):
        weights = {name: PARAMETERS[name].clone().requires_grad_() for name in KERNELS}
        for index, w in enumerate(weights.values()):
            w.grad = torch.cos(torch.arange(w.numel(), dtype=torch.float64) + index).reshape(w.shape)
        torch.optim.AdamW(weights.values(), lr=0.05, weight_decay=decay).step()
        result[kind] = plain(weights)
    return result


LOGITS = float32(torch.randn(BATCH, 3))
LABELS = torch.tensor([2, 0, 1, 1])

fixture = {
    "made": f"torch {torch.__version__.split('+')[0]}",
    "batchSize": BATCH,
    "shapes": {name: list(tensor.shape) for name, tensor in PARAMETERS.items()},
    "parameters": plain(PARAMETERS),
    "penalties": [
        case(scaling, lambda1, lambda2)
        for scaling in ("sum", "half", "per-sample", "norm")
        for lambda1, lambda2 in ((0.01, 0), (0, 0.02), (0.01, 0.02))
    ],
    # softshrink(w, learningRate * lambda)
    "proximal": {
        "learningRate": 0.1,
        "lambda": 4,
        "after": plain({name: functional.softshrink(PARAMETERS[name], 0.4) for name in KERNELS}),
    },
    # AdamW with learning rate 0.05 and weight decay 0.3, and what Adam alone gives.
    "weightDecay": {"learningRate": 0.05, "rate": 0.3, **decayed()},
    # renorm limits the norms of slices along a dimension: along the last one, those of the columns.
    "maxNorm": {
        "max": 0.75,
        "after": plain({name: torch.renorm(PARAMETERS[name], 2, PARAMETERS[name].dim() - 1, 0.75) for name in KERNELS}),
    },
    "labelSmoothing": {
        "alpha": 0.2,
        "logits": LOGITS.flatten().tolist(),
        "labels": LABELS.tolist(),
        "losses": functional.cross_entropy(LOGITS, LABELS, label_smoothing=0.2, reduction="none").tolist(),
    },
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, "bytes")
