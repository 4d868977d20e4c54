"""Trajectories of optax's optimizers, for packages/optimizers.

    JAX_ENABLE_X64=1 python testing/references/optimizers/optimizers_optax.py

The parameters and gradients of optimizers.json, in float64. Needs jax and optax.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import optax
from optax import contrib

jax.config.update("jax_enable_x64", True)

HERE = pathlib.Path(__file__).parent
FIXTURE = json.loads((HERE / "optimizers.json").read_text())
KEPT = (1, 2, 3, 10, 20)


def arrays(values, least_rank=0):
    shapes = {name: shape or [1] * least_rank for name, shape in FIXTURE["shapes"].items()}
    return {name: jnp.array(data, jnp.float64).reshape(shapes[name]) for name, data in values.items()}


def plain(tree):
    return {name: array.reshape(-1).tolist() for name, array in tree.items()}


def betas(options, names=("beta1", "beta2")):
    theirs = {"beta1": "b1", "beta2": "b2", "beta3": "b3"}
    return {theirs[name]: options[name] for name in names if name in options}


def lookahead(options):
    return optax.lookahead(optax.sgd(0.1, momentum=0.5), options.get("period", 5), options.get("share", 0.5))


MAKE = {
    "lion": lambda o: optax.lion(o.get("learningRate", 1e-4), **betas(o), weight_decay=o.get("weightDecay", 0)),
    "lamb": lambda o: optax.lamb(
        o.get("learningRate", 0.001), **betas(o), eps=o.get("epsilon", 1e-6), weight_decay=o.get("weightDecay", 0)
    ),
    "lars": lambda o: optax.lars(
        o.get("learningRate", 0.1),
        weight_decay=o.get("l2", 0),
        trust_coefficient=o.get("trustCoefficient", 0.001),
        momentum=o.get("momentum", 0.9),
        nesterov=o.get("nesterov", False),
    ),
    "adaBelief": lambda o: optax.adabelief(
        o.get("learningRate", 0.001), **betas(o), eps=o.get("epsilon", 1e-16), eps_root=o.get("epsilonRoot", 1e-16)
    ),
    "adan": lambda o: optax.adan(
        o.get("learningRate", 0.001),
        **betas(o, ("beta1", "beta2", "beta3")),
        eps=o.get("epsilon", 1e-8),
        eps_root=0.0,
        weight_decay=o.get("weightDecay", 0),
    ),
    "yogi": lambda o: optax.yogi(o.get("learningRate", 0.01), **betas(o), eps=o.get("epsilon", 1e-3)),
    "novograd": lambda o: optax.novograd(
        o.get("learningRate", 0.001), **betas(o), eps=o.get("epsilon", 1e-6), weight_decay=o.get("weightDecay", 0)
    ),
    "signSgd": lambda o: optax.signum(o.get("learningRate", 0.001), beta=o.get("momentum", 0.0)),
    "sm3": lambda o: optax.sm3(o.get("learningRate", 0.1), momentum=o.get("momentum", 0.9)),
    "fromage": lambda o: optax.fromage(o.get("learningRate", 0.01), min_norm=o.get("minNorm", 1e-6)),
    "lookahead": lookahead,
    "rmsprop": lambda o: optax.rmsprop(
        o["learningRate"], decay=o["rho"], eps=o["epsilon"], centered=o.get("centered", False), momentum=o.get("momentum")
    ),
}

# The squares of gradients of 1e-20 are 0 in float32: a norm that is divided by is another one.
LEFT_OUT = {kind: ("tiny/kernel",) for kind in ("lamb", "lars", "novograd")}

CASES = [
    ("lion", {}),
    ("lion", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.5, "weightDecay": 0.1}),
    ("lamb", {}),
    ("lamb", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "weightDecay": 0.1}),
    ("lars", {}),
    ("lars", {"learningRate": 0.5, "trustCoefficient": 0.1, "momentum": 0.8, "nesterov": True, "l2": 0.1}),
    ("adaBelief", {}),
    ("adaBelief", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "epsilonRoot": 1e-4}),
    ("adan", {"differenceScale": 1 - 0.92}),
    ("adan", {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.8, "beta3": 0.7, "epsilon": 1e-3, "differenceScale": 1 - 0.8}),
    ("yogi", {}),
    ("yogi", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1}),
    ("novograd", {}),
    ("novograd", {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "weightDecay": 0.1}),
    ("signSgd", {}),
    ("signSgd", {"learningRate": 0.01, "momentum": 0.8}),
    ("sm3", {}),
    ("sm3", {"learningRate": 0.01, "momentum": 0.5}),
    ("fromage", {}),
    ("fromage", {"learningRate": 0.1, "minNorm": 1e-3}),
    ("lookahead", {}),
    ("lookahead", {"period": 3, "share": 0.8}),
    ("rmsprop", {"learningRate": 0.001, "rho": 0.8, "epsilon": 1e-3, "epsilonPlace": "inside"}),
    ("rmsprop", {"learningRate": 0.001, "rho": 0.8, "epsilon": 1e-2, "epsilonPlace": "inside", "centered": True}),
]


def run(kind, options):
    optimizer = MAKE[kind](options)
    # optax's SM3 has no accumulator for a scalar.
    least_rank = 1 if kind == "sm3" else 0
    parameters = arrays(FIXTURE["parameters"], least_rank)
    if kind == "lookahead":
        parameters = optax.LookaheadParams.init_synced(parameters)
    state = optimizer.init(parameters)
    after = {}
    for step, gradients in enumerate(FIXTURE["gradients"]):
        updates, state = optimizer.update(arrays(gradients, least_rank), state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        if step + 1 in KEPT:
            now = plain(parameters.fast if kind == "lookahead" else parameters)
            after[str(step + 1)] = {name: values for name, values in now.items() if name not in LEFT_OUT.get(kind, ())}
    return {"optimizer": kind, "options": options, "after": after, "slots": {}}


fixture = {
    "made": f"optax {optax.__version__}, jax {jax.__version__}",
    "cases": [run(kind, options) for kind, options in CASES],
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, "bytes")
