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

# Muon rounds to bfloat16 on its way, which is a matter of speed and not of the rule.
torch.bfloat16 = torch.float64

# By our name: PyTorch's class, and its name for each option.
KINDS = {
    "sgd": (torch.optim.SGD, {}),
    "adam": (torch.optim.Adam, {}),
    "adamW": (torch.optim.AdamW, {}),
    "rmsprop": (torch.optim.RMSprop, {"rho": "alpha"}),
    "adagrad": (torch.optim.Adagrad, {"initialAccumulator": "initial_accumulator_value"}),
    "adadelta": (torch.optim.Adadelta, {}),
    "adamax": (torch.optim.Adamax, {}),
    "nadam": (torch.optim.NAdam, {"momentumDecay": "momentum_decay"}),
    "radam": (torch.optim.RAdam, {}),
    "asgd": (torch.optim.ASGD, {"decay": "lambd", "power": "alpha", "averageFrom": "t0"}),
    "rprop": (torch.optim.Rprop, {}),
    "adafactor": (torch.optim.Adafactor, {"betaDecay": "beta2_decay", "clipThreshold": "d"}),
    "muon": (torch.optim.Muon, {"newtonSchulzSteps": "ns_steps"}),
}
COMMON = {"learningRate": "lr", "epsilon": "eps", "l2": "weight_decay", "weightDecay": "weight_decay"}
# Whose weight_decay is coupled unless told otherwise.
TOLD = {"nadam", "radam"}

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
    ("sgd", {"learningRate": 0.05, "momentum": 0.9, "maximize": True}),
    ("adam", {"learningRate": 0.01, "maximize": True}),
    ("rmsprop", {}),
    ("rmsprop", {"learningRate": 0.001, "rho": 0.9, "epsilon": 1e-4, "momentum": 0.8}),
    ("rmsprop", {"learningRate": 0.001, "rho": 0.8, "centered": True, "epsilon": 1e-3, "l2": 0.1}),
    ("adagrad", {}),
    ("adagrad", {"learningRate": 0.1, "initialAccumulator": 0.1, "epsilon": 1e-3, "l2": 0.1}),
    ("adadelta", {}),
    ("adadelta", {"learningRate": 0.5, "rho": 0.8, "epsilon": 1e-3, "l2": 0.1}),
    ("adamax", {}),
    ("adamax", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-4, "l2": 0.1}),
    ("nadam", {}),
    ("nadam", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "momentumDecay": 0.1, "weightDecay": 0.1}),
    ("nadam", {"learningRate": 0.01, "epsilon": 1e-3, "l2": 0.1}),
    ("radam", {}),
    ("radam", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-4, "weightDecay": 0.1}),
    ("radam", {"learningRate": 0.01, "beta2": 0.8, "l2": 0.1}),
    ("asgd", {}),
    ("asgd", {"learningRate": 0.05, "decay": 0.1, "power": 0.5, "averageFrom": 4, "l2": 0.1}),
    ("rprop", {}),
    ("rprop", {"learningRate": 0.05, "shrink": 0.4, "grow": 1.5, "minStep": 0.01, "maxStep": 0.1}),
    ("adafactor", {}),
    ("adafactor", {"learningRate": 0.5, "betaDecay": -0.5, "epsilon2": 0.1, "clipThreshold": 1.2, "weightDecay": 0.1}),
    ("muon", {"weightDecay": 0.1}),
    ("muon", {"learningRate": 0.01, "momentum": 0.8, "nesterov": False, "newtonSchulzSteps": 3, "adjustment": "rms"}),
]


def make(kind, options, parameters):
    make, own = KINDS[kind]
    given = dict(options)
    arguments = {}
    if kind not in ("sgd", "rmsprop", "adagrad", "adadelta", "asgd", "rprop", "adafactor", "muon"):
        arguments["betas"] = (float(given.pop("beta1", 0.9)), float(given.pop("beta2", 0.999)))
    if kind in TOLD:
        arguments["decoupled_weight_decay"] = "weightDecay" in given
    if kind == "rprop":
        arguments["etas"] = (given.pop("shrink", 0.5), given.pop("grow", 1.2))
        arguments["step_sizes"] = (given.pop("minStep", 1e-6), given.pop("maxStep", 50))
    if kind == "adafactor":
        # PyTorch's default, of the float32 that a model has.
        arguments["eps"] = (given.pop("epsilon1", torch.finfo(torch.float32).eps), given.pop("epsilon2", 1e-3))
    if kind == "muon":
        # Kernels of TensorFlow.js are [inputs, outputs], weights of PyTorch [outputs, inputs].
        rms = given.pop("adjustment", "shape") == "rms"
        arguments["adjust_lr_fn"] = "match_rms_adamw" if rms else "original"
    for name, value in given.items():
        arguments[own.get(name) or COMMON.get(name, name)] = value
    return make(parameters, foreach=False, **arguments) if kind != "muon" else make(parameters, **arguments)


def tensors_of(kind):
    if kind != "muon":
        return {name: tensor.clone() for name, tensor in PARAMETERS.items()}
    return {name: tensor.T.clone() for name, tensor in PARAMETERS.items() if tensor.dim() == 2}


def plain(tensors):
    return {name: tensor.detach().reshape(-1).tolist() for name, tensor in tensors.items()}


ADAM_SLOTS = (("exp_avg", "m"), ("exp_avg_sq", "v"), ("max_exp_avg_sq", "vMax"))
SLOTS = {
    "sgd": (("momentum_buffer", "momentum"),),
    "adam": ADAM_SLOTS,
    "adamW": ADAM_SLOTS,
    "asgd": (("ax", "average"),),
}


def run(kind, options):
    turn = (lambda tensor: tensor.T) if kind == "muon" else (lambda tensor: tensor)
    parameters = {name: tensor.requires_grad_() for name, tensor in tensors_of(kind).items()}
    optimizer = make(kind, options, list(parameters.values()))
    after = {}
    for step in range(STEPS):
        for name, tensor in parameters.items():
            tensor.grad = turn(GRADIENTS[step][name]).clone()
        optimizer.step()
        if step + 1 in KEPT:
            after[str(step + 1)] = plain({name: turn(tensor) for name, tensor in parameters.items()})
    slots = {}
    for name, tensor in parameters.items():
        state = optimizer.state[tensor]
        for theirs, ours in SLOTS.get(kind, ()):
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
