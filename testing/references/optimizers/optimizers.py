"""Trajectories of PyTorch's optimizers, for packages/optimizers.

    python testing/references/optimizers/optimizers.py

Twenty steps with given gradients, in float64 from float32 inputs, so that what remains against it is our own rounding.
"""

import json
import pathlib

import torch

STEPS = 20
KEPT = (1, 2, 3, 10, 20)

torch.manual_seed(7)


def float32(tensor):
    return tensor.to(torch.float32).to(torch.float64)


PARAMETERS = {
    "dense/kernel": float32(torch.randn(2, 3, dtype=torch.float64)),
    "dense/bias": float32(torch.tensor([0.5, -0.25, 0.0], dtype=torch.float64)),
    "zero/kernel": float32(torch.tensor([[1.0, -2.0]], dtype=torch.float64)),
    "huge/kernel": float32(torch.tensor([[1.0, 0.0]], dtype=torch.float64)),
    "tiny/kernel": torch.zeros(1, 2, dtype=torch.float64),
    "late/kernel": float32(torch.tensor([[0.1, -0.1]], dtype=torch.float64)),
    "scalar/gamma": torch.tensor(1.0, dtype=torch.float64),
}


def gradient(name, step):
    shape = PARAMETERS[name].shape
    noise = torch.randn(shape, dtype=torch.float64)
    if name.startswith("zero"):
        return torch.zeros(shape, dtype=torch.float64)
    if name.startswith("huge"):
        return float32(1e15 * (1 + noise.abs()))
    if name.startswith("tiny"):
        return float32(1e-20 * (1 + noise.abs()))
    if name.startswith("late"):
        return float32(noise) if step >= 5 else torch.zeros(shape, dtype=torch.float64)
    return float32(noise)


GRADIENTS = [{name: gradient(name, step) for name in PARAMETERS} for step in range(STEPS)]

SGD = {"learningRate": "lr", "momentum": "momentum", "nesterov": "nesterov", "dampening": "dampening"}
ADAM = {"learningRate": "lr", "epsilon": "eps", "amsgrad": "amsgrad"}

CASES = [
    ("sgd", {"learningRate": 0.1}),
    ("sgd", {"learningRate": 0.1, "l2": 0.01}),
    ("sgd", {"learningRate": 0.1, "momentum": 0.9}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.8, "dampening": 0.3}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True, "l2": 0.1}),
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "dampening": 0.5, "l2": 0.1}),
    ("adam", {"learningRate": 0.001}),
    ("adam", {"learningRate": 0.01, "beta1": 0.5, "beta2": 0.9}),
    ("adam", {"learningRate": 0.01, "beta1": 0, "beta2": 0.99}),
    ("adam", {"learningRate": 0.01, "epsilon": 0.1}),
    ("adam", {"learningRate": 0.01, "l2": 0.1}),
    ("adam", {"learningRate": 0.01, "beta2": 0.8, "amsgrad": True}),
    ("adamW", {"learningRate": 0.001}),
    ("adamW", {"learningRate": 0.01, "weightDecay": 0.1}),
    ("adamW", {"learningRate": 0.01, "weightDecay": 0}),
    ("adamW", {"learningRate": 0.01, "beta2": 0.8, "weightDecay": 0.1, "amsgrad": True}),
]


def make(kind, options, parameters):
    names = SGD if kind == "sgd" else ADAM
    arguments = {names[key]: value for key, value in options.items() if key in names}
    for decay in ("l2", "weightDecay"):
        if decay in options:
            arguments["weight_decay"] = options[decay]
    if kind != "sgd":
        arguments["betas"] = (float(options.get("beta1", 0.9)), float(options.get("beta2", 0.999)))
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamW": torch.optim.AdamW}
    return kinds[kind](parameters, foreach=False, **arguments)


def plain(tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def run(kind, options):
    parameters = {name: tensor.clone().requires_grad_() for name, tensor in PARAMETERS.items()}
    optimizer = make(kind, options, list(parameters.values()))
    after = {}
    for step in range(STEPS):
        for name, tensor in parameters.items():
            tensor.grad = GRADIENTS[step][name].clone()
        optimizer.step()
        if step + 1 in KEPT:
            after[str(step + 1)] = plain(parameters)
    slots = {}
    for name, tensor in parameters.items():
        state = optimizer.state[tensor]
        for theirs, ours in (("momentum_buffer", "momentum"), ("exp_avg", "m"), ("exp_avg_sq", "v"), ("max_exp_avg_sq", "vMax")):
            if state.get(theirs) is not None:
                slots[f"{ours}/{name}"] = state[theirs].flatten().tolist()
    return {"optimizer": kind, "options": options, "after": after, "slots": slots}


fixture = {
    "made": f"torch {torch.__version__.split('+')[0]}",
    "shapes": {name: list(tensor.shape) for name, tensor in PARAMETERS.items()},
    "parameters": plain(PARAMETERS),
    "gradients": [plain(gradients) for gradients in GRADIENTS],
    "cases": [run(kind, options) for kind, options in CASES],
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, "bytes")
