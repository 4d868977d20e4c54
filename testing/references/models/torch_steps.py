"""One training step of each model: loss, gradients, and all weights after one step of SGD and of Adam, for @espalier/models.

Everything in float64. Weights and data are functions of their place, which the test computes for itself.

Run from the repository's root, with torch installed:
    python testing/references/models/torch_steps.py
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)

BATCH, CLASSES, EPSILON, MOMENTUM = 7, 3, 1e-3, 0.99
SGD_RATE, ADAM_RATE = 0.1, 0.01

ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.01),
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "swish": F.silu,
    "mish": F.mish,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    # Keras's hard sigmoid has slope 0.2, PyTorch's 1/6.
    "hardSigmoid": lambda x: torch.clamp(0.2 * x + 0.5, 0, 1),
    "linear": lambda x: x * 1,
}


def pattern(shape, phase):
    """Numbers in (-1, 1), as float32 holds them."""
    size = math.prod(shape)
    values = torch.tensor([math.sin(1.7 * (i + 1) + phase) for i in range(size)])
    return values.float().double().reshape(shape)


def initial(name, shape, phase):
    wave = pattern(shape, phase)
    if name.endswith("gamma"):
        return (1 + 0.3 * wave).float().double()
    if name.endswith("variance"):
        return (1 + 0.5 * wave).float().double()
    return (0.6 * wave).float().double()


def normalisation(number, width):
    return [(f"batch_norm_{number}/{part}", [width]) for part in ("gamma", "beta")]


def statistics(number, width):
    return [(f"batch_norm_{number}/{part}", [width]) for part in ("moving_mean", "moving_variance")]


def layers_of(factory, options):
    """Kinds, widths and shapes of the hidden layers in order: convolutions, then dense ones."""
    place = options.get("batchNormalization", "before-activation" if factory == "cnn" else False)
    layers = []
    if factory == "cnn":
        height, width, channels = options["inputs"]
        for i, filters in enumerate(options["filters"]):
            size = options.get("kernelSize", 3)
            layers.append((f"conv_{i + 1}", [size, size, channels, filters], i + 1, place))
            height, width, channels = height // 2, width // 2, filters
        features, hidden, normalised = height * width * channels, options["dense"], False
    else:
        features, hidden, normalised = options["inputs"], options["hidden"], place
    for i, units in enumerate(hidden):
        number = i + 1 + (len(options["filters"]) if factory == "cnn" else 0)
        layers.append((f"hidden_{i + 1}", [features, units], number, normalised))
        features = units
    return layers, features


def weights_of(factory, options):
    """Names and shapes, the trainable ones first, in the order in which the model lists them."""
    layers, features = layers_of(factory, options)
    trainable, fixed = [], []
    for name, shape, number, place in layers:
        trainable.append((f"{name}/kernel", shape))
        if place != "before-activation":
            trainable.append((f"{name}/bias", shape[-1:]))
        if place:
            trainable += normalisation(number, shape[-1])
            fixed += statistics(number, shape[-1])
    trainable += [("output/kernel", [features, CLASSES]), ("output/bias", [CLASSES])]
    return trainable, fixed


def batch_norm(x, weights, number, moved):
    """Over the last axis of channels-last `x`."""
    name = f"batch_norm_{number}"
    rows = x.reshape(-1, x.shape[-1])
    y = F.batch_norm(rows, None, None, weights[f"{name}/gamma"], weights[f"{name}/beta"], True, 0.0, EPSILON)
    # The biased variance, as Keras; PyTorch's running one is unbiased.
    for part, now in (("moving_mean", rows.mean(0)), ("moving_variance", rows.var(0, unbiased=False))):
        key = f"{name}/{part}"
        moved[key] = (MOMENTUM * weights[key] + (1 - MOMENTUM) * now).detach()
    return y.reshape(x.shape)


def forward(factory, options, weights, x):
    activation = ACTIVATIONS[options.get("activation", "relu")]
    moved = {}
    layers, _ = layers_of(factory, options)
    for name, _, number, place in layers:
        kernel, bias = weights[f"{name}/kernel"], weights.get(f"{name}/bias")
        if name.startswith("conv"):
            x = F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), bias, padding="same").permute(0, 2, 3, 1)
        else:
            x = x.flatten(1) @ kernel
            x = x if bias is None else x + bias
        if place == "before-activation":
            x = batch_norm(x, weights, number, moved)
        x = activation(x)
        if place == "after-activation":
            x = batch_norm(x, weights, number, moved)
        if name.startswith("conv"):
            x = F.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)
    return x.flatten(1) @ weights["output/kernel"] + weights["output/bias"], moved


def plain(tensor):
    return [float(f"{v:.8g}") for v in tensor.detach().flatten().tolist()]


def case(factory, options):
    """With the first weights whose gradients are all told apart from 0."""
    for shift in range(100):
        found = attempt(factory, options, shift)
        if found:
            return found
    raise AssertionError(f"no weights for {factory} {options}")


def attempt(factory, options, shift):
    trainable, fixed = weights_of(factory, options)
    inputs = options["inputs"] if factory == "cnn" else [options["inputs"]]
    x = pattern([BATCH, *inputs], 0.5)
    labels = torch.arange(BATCH) % CLASSES

    def step(optimizer):
        weights = {
            name: initial(name, shape, phase + shift) for phase, (name, shape) in enumerate(trainable + fixed)
        }
        for name, _ in trainable:
            weights[name].requires_grad_(True)
        outputs, moved = forward(factory, options, weights, x)
        loss = F.cross_entropy(outputs, labels)
        loss.backward()
        gradients = {name: weights[name].grad.clone() for name, _ in trainable}
        optimizer([weights[name] for name, _ in trainable]).step()
        return loss, gradients, {name: weights[name] for name, _ in trainable}, moved

    loss, gradients, sgd, moved = step(lambda parameters: torch.optim.SGD(parameters, lr=SGD_RATE))
    _, _, adam, _ = step(lambda parameters: torch.optim.Adam(parameters, lr=ADAM_RATE))
    # Adam's first step is the sign of the gradient: one that float32 cannot tell from 0 has none.
    if any(((gradient != 0) & (gradient.abs() < 2e-5)).any() for gradient in gradients.values()):
        return None
    return {
        "factory": factory,
        "shift": shift,
        "options": {**options, "outputs": CLASSES},
        "shapes": dict(trainable + fixed),
        "loss": loss.item(),
        "gradients": {name: plain(value) for name, value in gradients.items()},
        "sgd": {name: plain(value) for name, value in sgd.items()},
        "adam": {name: plain(value) for name, value in adam.items()},
        "moved": {name: plain(value) for name, value in moved.items()},
    }


dense = {"inputs": 3, "hidden": [5, 4]}
image = {"inputs": [6, 5, 2], "filters": [3, 2], "dense": [4]}
cases = [
    case("mlp", {"inputs": 3, "hidden": []}),
    case("mlp", {**dense, "activation": "tanh", "batchNormalization": "before-activation"}),
    case("mlp", {**dense, "activation": "sigmoid", "batchNormalization": "after-activation"}),
    case("mlp", {**dense, "activation": "leakyRelu", "batchNormalization": "after-activation"}),
    *(case("mlp", {"inputs": 3, "hidden": [4], "activation": name}) for name in ACTIVATIONS),
    case("mlp", {**dense, "activation": "relu"}),
    case("cnn", {**image, "activation": "tanh"}),
    case("cnn", {**image, "activation": "relu"}),
    case("cnn", {**image, "activation": "leakyRelu", "batchNormalization": "after-activation"}),
    case("cnn", {**image, "activation": "elu", "batchNormalization": False, "kernelSize": 2}),
    case("cnn", {"inputs": [4, 4, 1], "filters": [], "dense": [3], "activation": "relu"}),
]
fixture = {"batch": BATCH, "classes": CLASSES, "sgdRate": SGD_RATE, "adamRate": ADAM_RATE, "cases": cases}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
