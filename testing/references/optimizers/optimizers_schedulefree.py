"""Trajectories of the schedule-free optimizers of their authors' package, for packages/optimizers.

    python testing/references/optimizers/optimizers_schedulefree.py

The parameters and gradients of optimizers.json, in float64. Needs torch and schedulefree. `after` has the parameters of
training, `averages` at the end those of evaluation.
"""

import importlib.metadata
import json
import pathlib

import schedulefree
import torch

FIXTURE = json.loads((pathlib.Path(__file__).parent / "optimizers.json").read_text())
KEPT = (1, 2, 3, 10, 20)

KINDS = {"scheduleFreeSgd": schedulefree.SGDScheduleFree, "scheduleFreeAdamW": schedulefree.AdamWScheduleFree}
NAMES = {"learningRate": "lr", "epsilon": "eps", "weightDecay": "weight_decay", "weightPower": "r", "ratePower": "weight_lr_power"}

CASES = [
    ("scheduleFreeSgd", {"learningRate": 0.1}),
    ("scheduleFreeSgd", {"learningRate": 0.1, "momentum": 0.7, "weightDecay": 0.1, "weightPower": 1, "warmupSteps": 5}),
    ("scheduleFreeAdamW", {}),
    ("scheduleFreeAdamW", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "weightDecay": 0.1}),
    ("scheduleFreeAdamW", {"learningRate": 0.01, "ratePower": 1, "weightPower": 0.5, "warmupSteps": 4}),
]


def array(values, name):
    return torch.tensor(values[name], dtype=torch.float64).reshape(FIXTURE["shapes"][name])


def plain(tensors):
    return {name: tensor.detach().reshape(-1).tolist() for name, tensor in tensors.items()}


def run(kind, options):
    parameters = {name: array(FIXTURE["parameters"], name).requires_grad_() for name in FIXTURE["parameters"]}
    given = dict(options)
    arguments = {"warmup_steps": given.pop("warmupSteps", 0), "foreach": False}
    if kind == "scheduleFreeAdamW":
        arguments["betas"] = (given.pop("beta1", 0.9), given.pop("beta2", 0.999))
    arguments.update({NAMES.get(name, name): value for name, value in given.items()})
    optimizer = KINDS[kind](list(parameters.values()), **arguments)
    optimizer.train()
    after = {}
    for step, gradients in enumerate(FIXTURE["gradients"]):
        for name, tensor in parameters.items():
            tensor.grad = array(gradients, name)
        optimizer.step()
        if step + 1 in KEPT:
            after[str(step + 1)] = plain(parameters)
    optimizer.eval()
    return {"optimizer": kind, "options": options, "after": after, "averages": plain(parameters), "slots": {}}


fixture = {
    "made": f"schedulefree {importlib.metadata.version('schedulefree')}",
    "cases": [run(kind, options) for kind, options in CASES],
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, "bytes")
