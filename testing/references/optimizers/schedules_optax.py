"""Values of optax's schedules, for packages/optimizers: what PyTorch and Keras have not.

    JAX_ENABLE_X64=1 python testing/references/optimizers/schedules_optax.py
"""

import json
import pathlib

import jax
import optax

jax.config.update("jax_enable_x64", True)

STEPS = [0, 1, 2, 5, 9, 10, 11, 20, 21, 50, 99, 100, 101, 250]


def values(schedule):
    return [float(schedule(step)) for step in STEPS]


fixture = {
    "made": f"optax {optax.__version__}, jax {jax.__version__}",
    "steps": STEPS,
    "decay": values(optax.exponential_decay(0.1, transition_steps=10, decay_rate=0.5, end_value=0.004)),
    "growth": values(optax.exponential_decay(0.1, transition_steps=10, decay_rate=1.5, end_value=0.3)),
    "join": values(
        optax.join_schedules(
            [optax.linear_schedule(0.1, 0.01, 20), optax.cosine_decay_schedule(0.2, 60)], boundaries=[11]
        )
    ),
}
target = pathlib.Path(__file__).with_suffix(".json")
target.write_text(json.dumps(fixture, indent=1) + "\n")
print(target.name, target.stat().st_size, "bytes")
