"""JAX, jitted. Argument: case as JSON. Run it on one core (taskset): its flags do not limit its threads.

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

convolves, normalizes = spec["kind"] == "cnn", spec.get("batchNormalization", False)


def layer(shape):
    fan_in = int(np.prod(shape[:-1]))
    weights = jnp.asarray(draw.normal(0, (2 / fan_in) ** 0.5, shape).astype(np.float32))
    own = {"w": weights, "b": jnp.zeros(shape[-1])}
    if len(shape) == 4 or (normalizes and shape[-1] != outputs):
        own |= {"scale": jnp.ones(shape[-1]), "shift": jnp.zeros(shape[-1])}
    return own


outputs = 1 if regression else 10
if convolves:
    filters = [1, *sizes]
    shapes = [(3, 3, a, b) for a, b in zip(filters, filters[1:])] + [(sizes[-1] * 49, 128), (128, outputs)]
else:
    widths = [inputs, *sizes, outputs]
    shapes = list(zip(widths, widths[1:]))
parameters = [layer(shape) for shape in shapes]
# Running means and variances, as a model keeps them for prediction.
running = [{"m": jnp.zeros(shape[-1]), "v": jnp.ones(shape[-1])} for shape in shapes]


def normalized(x, own, kept):
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes)
    kept = {"m": 0.9 * kept["m"] + 0.1 * mean, "v": 0.9 * kept["v"] + 0.1 * variance}
    return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * own["scale"] + own["shift"], kept


def forward(parameters, running, x, key):
    kept = list(running)
    rate = 0.25 if convolves else dropout
    if convolves:
        x = x.reshape(batch, 28, 28, 1)
    for i, own in enumerate(parameters[:-1]):
        if own["w"].ndim == 4:
            x = jax.lax.conv_general_dilated(x, own["w"], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x, kept[i] = normalized(x + own["b"], own, running[i])
            x = jax.nn.relu(x)
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            continue
        x = x.reshape(batch, -1)
        if convolves:
            key, mask = jax.random.split(key)
            x = jnp.where(jax.random.uniform(mask, x.shape) >= rate, x / (1 - rate), 0)
        x = jax.nn.relu(x @ own["w"] + own["b"])
        if rate and not convolves:
            key, mask = jax.random.split(key)
            x = jnp.where(jax.random.uniform(mask, x.shape) >= rate, x / (1 - rate), 0)
        if normalizes:
            x, kept[i] = normalized(x, own, running[i])
    return x @ parameters[-1]["w"] + parameters[-1]["b"], kept


def objective(parameters, running, x, y, key):
    if regression:
        predicted, kept = forward(parameters, running, x, key)
        return jnp.mean((predicted - y) ** 2), (0, kept)
    logits, kept = forward(parameters, running, x.astype(jnp.float32) / 255, key)
    loss = -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))
    return loss, (jnp.sum(jnp.argmax(logits, 1) == y), kept)


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


def step(state, running, x, y, key):
    (loss, (right, kept)), gradients = jax.value_and_grad(objective, has_aux=True)(state[0], running, x, y, key)
    return update(state, gradients), kept, loss, right


step = jax.jit(step, donate_argnums=(0, 1))
done = 0


def run(steps):
    global state, running, done
    total = 0.0
    for i in range(steps):
        rows = slice(i * batch, (i + 1) * batch)
        state, running, loss, right = step(state, running, pictures[rows], labels[rows], jax.random.key(done))
        done += 1
        total += float(loss) + float(right)


run(5)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    start, used = time.perf_counter(), time.process_time()
    run(steps)
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    print(json.dumps({"ms": wall * 1000 / steps, "cpu": cpu * 1000 / steps}), flush=True)
