"""Trajectories of optimizers without a learning rate, by their authors' packages and optax, for packages/optimizers.

    python testing/references/optimizers/optimizers_rate_free.py

The parameters and gradients of optimizers.json, all of them or those that are neither huge nor tiny, in float64, from distances that
float32 tells from the parameters. Needs torch,
prodigyopt, dadaptation, dog-optimizer and optax.
"""

import importlib.metadata
import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)

import dadaptation
import dog
import jax.numpy as jnp
import optax
import prodigyopt
import torch

FIXTURE = json.loads((pathlib.Path(__file__).parent / "optimizers.json").read_text())
KEPT = (1, 2, 3, 10, 20)
ORDINARY = ["dense/kernel", "dense/bias", "zero/kernel", "late/kernel", "scalar/gamma"]
NAMES = {
    "learningRate": "lr",
    "epsilon": "eps",
    "d0": "d0",
    "dCoefficient": "d_coef",
    "growthRate": "growth_rate",
    "biasCorrection": "use_bias_correction",
    "safeguardWarmup": "safeguard_warmup",
    "beta3": "beta3",
    "initialDistance": "reps_rel",
}

CASES = [
    ("prodigy", {"d0": 0.01}, ORDINARY),
    ("prodigy", {"d0": 0.001, "beta1": 0.8, "beta2": 0.9, "weightDecay": 0.1, "biasCorrection": True, "growthRate": 1.5, "learningRate": 0.5}, ORDINARY),
    ("prodigy", {"d0": 0.01, "l2": 0.1, "beta3": 0.9, "dCoefficient": 2, "safeguardWarmup": True, "learningRate": 0.5}, ORDINARY),
    ("dAdaptAdam", {}, None),
    ("dAdaptAdam", {"d0": 0.01}, ORDINARY),
    ("dAdaptAdam", {"d0": 0.01, "beta1": 0.8, "beta2": 0.9, "weightDecay": 0.1, "biasCorrection": True, "growthRate": 1.5}, ORDINARY),
    ("dAdaptAdam", {"d0": 0.01, "beta2": 0.9, "l2": 0.1, "epsilon": 1e-3, "learningRate": 0.5}, ORDINARY),
    ("dog", {"initialDistance": 0.01}, ORDINARY),
    ("dog", {"initialDistance": 0.1, "learningRate": 0.5, "l2": 0.1, "epsilon": 0.5}, ORDINARY),
    ("dog", {"initialDistance": 0.01, "perParameter": True, "l2": 0.1}, ORDINARY),
    ("cocob", {}, None),
    ("cocob", {"alpha": 2, "epsilon": 0.1, "learningRate": 0.5}, ORDINARY),
]


def plain(tensors):
    return {name: torch.as_tensor(jnp.asarray(t).tolist() if not torch.is_tensor(t) else t.detach()).reshape(-1).tolist() for name, t in tensors.items()}


def torch_optimizer(kind, options, parameters):
    given = dict(options)
    arguments = {}
    if kind == "dog":
        make = dog.LDoG if given.pop("perParameter", False) else dog.DoG
        arguments["weight_decay"] = given.pop("l2", 0.0)
    else:
        make = {"prodigy": prodigyopt.Prodigy, "dAdaptAdam": dadaptation.DAdaptAdam}[kind]
        arguments["betas"] = (given.pop("beta1", 0.9), given.pop("beta2", 0.999))
        decoupled, coupled = given.pop("weightDecay", 0), given.pop("l2", 0)
        arguments["decouple"] = decoupled > 0
        arguments["weight_decay"] = decoupled or coupled
    arguments.update({NAMES[name]: value for name, value in given.items()})
    return make(list(parameters.values()), **arguments)


def run(kind, options, only):
    names = only or list(FIXTURE["parameters"])
    after = {}
    if kind == "cocob":
        shaped = lambda values: {n: jnp.array(values[n], dtype="float64").reshape(FIXTURE["shapes"][n]) for n in names}
        parameters = shaped(FIXTURE["parameters"])
        optimizer = optax.contrib.cocob(options.get("learningRate", 1.0), options.get("alpha", 100), options.get("epsilon", 1e-8))
        state = optimizer.init(parameters)
        for step, gradients in enumerate(FIXTURE["gradients"]):
            updates, state = optimizer.update(shaped(gradients), state, parameters)
            parameters = optax.apply_updates(parameters, updates)
            if step + 1 in KEPT:
                after[str(step + 1)] = plain(parameters)
    else:
        shaped = lambda values, name: torch.tensor(values[name], dtype=torch.float64).reshape(FIXTURE["shapes"][name])
        parameters = {name: shaped(FIXTURE["parameters"], name).requires_grad_() for name in names}
        optimizer = torch_optimizer(kind, options, parameters)
        for step, gradients in enumerate(FIXTURE["gradients"]):
            for name, tensor in parameters.items():
                tensor.grad = shaped(gradients, name)
            optimizer.step()
            if step + 1 in KEPT:
                after[str(step + 1)] = plain(parameters)
    made = {"optimizer": kind, "options": options, "after": after, "slots": {}}
    return {**made, "only": only} if only else made


torch.set_default_dtype(torch.float64)
versions = [f"{name} {importlib.metadata.version(name)}" for name in ("prodigyopt", "dadaptation", "dog-optimizer", "optax")]
fixture = {"made": ", ".join(versions), "cases": [run(*case) for case in CASES]}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, "bytes")
