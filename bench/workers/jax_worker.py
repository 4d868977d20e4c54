"""JAX, jitted, for an mlp. Argument: case as JSON. Run it on one core (taskset): its flags do not limit its threads.

Answers the lines of the parent process, see engine-process.ts.
"""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

spec = json.loads(sys.argv[1])
batch, sizes = spec["batch"], spec["sizes"]
inputs, regression, dropout = spec.get("inputs", 784), spec.get("regression", False), spec.get("dropout", 0)
count = max(spec["steps"], 10) * batch
draw = np.random.default_rng(1)
pictures = draw.random((count, inputs), np.float32) if regression else draw.integers(0, 256, (count, inputs), np.uint8)
labels = draw.random((count, 1), np.float32) if regression else draw.integers(0, 10, count, np.int32)

widths = [inputs, *sizes, 1 if regression else 10]
parameters = [
    (jnp.asarray(draw.normal(0, (2 / a) ** 0.5, (a, b)).astype(np.float32)), jnp.zeros(b, jnp.float32))
    for a, b in zip(widths, widths[1:])
]


def forward(parameters, x, key):
    for weights, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weights + bias)
        if dropout:
            key, own = jax.random.split(key)
            x = jnp.where(jax.random.uniform(own, x.shape) >= dropout, x / (1 - dropout), 0)
    return x @ parameters[-1][0] + parameters[-1][1]


def objective(parameters, x, y, key):
    if regression:
        return jnp.mean((forward(parameters, x, key) - y) ** 2), 0
    logits = forward(parameters, x.astype(jnp.float32) / 255, key)
    loss = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))
    return loss, jnp.sum(jnp.argmax(logits, 1) == y)


def sgd(state, gradients):
    parameters, velocity = state
    velocity = jax.tree.map(lambda v, g, p: 0.9 * v + g + 1e-4 * p, velocity, gradients, parameters)
    return jax.tree.map(lambda p, v: p - 0.001 * v, parameters, velocity), velocity


def adam(state, gradients):
    parameters, m, v, t = state
    t = t + 1
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradients)
    v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradients)
    rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return jax.tree.map(lambda p, a, b: p - rate * a / (jnp.sqrt(b) + 1e-8), parameters, m, v), m, v, t


def zeros():
    return jax.tree.map(jnp.zeros_like, parameters)


is_sgd = spec.get("optimizer") == "sgd"
state = (parameters, zeros()) if is_sgd else (parameters, zeros(), zeros(), jnp.zeros(()))
update = sgd if is_sgd else adam


def step(state, x, y, key):
    (loss, right), gradients = jax.value_and_grad(objective, has_aux=True)(state[0], x, y, key)
    return update(state, gradients), loss, right


step = jax.jit(step, donate_argnums=0)
done = 0


def run(steps):
    global state, done
    total = 0.0
    for i in range(steps):
        rows = slice(i * batch, (i + 1) * batch)
        state, loss, right = step(state, pictures[rows], labels[rows], jax.random.key(done))
        done += 1
        total += float(loss) + float(right)


run(5)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    start = time.perf_counter()
    run(steps)
    print(json.dumps({"ms": (time.perf_counter() - start) * 1000 / steps}), flush=True)
