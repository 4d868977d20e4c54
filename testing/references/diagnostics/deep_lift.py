"""DeepLIFT and LRP of captum: of the convolutional network of attributions.json, and of a deeper one with other activations and average
pooling. Needs torch and captum, writes deep-lift.json. Arrays are in the layout of TensorFlow.js.
"""
import json
import os

import torch
import torch.nn as nn
from captum.attr import LRP, DeepLift
from captum.attr._utils.lrp_rules import EpsilonRule

HERE = os.path.dirname(__file__)
torch.set_default_dtype(torch.float64)
torch.manual_seed(8)
with open(os.path.join(HERE, "attributions.json")) as file:
    given = json.load(file)


def tensor(values, *shape):
    return torch.tensor(values, dtype=torch.float64).reshape(*shape)


def numbers(t):
    return [round(v, 9) for v in t.detach().reshape(-1).tolist()]


class Flatten(nn.Module):
    """Channels last, as TensorFlow.js flattens."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).reshape(len(x), -1)


class Apart(nn.Module):
    """Between two layers with rules: captum 0.9 gives the first the gradient that the second had before its rule, if nothing lies between."""

    def forward(self, x):
        return x * 1.0


def run(net, x, base, labels, epsilon):
    lift, gap = DeepLift(net, eps=1e-6).attribute(x, base, target=labels, return_convergence_delta=True)
    assert gap.abs().max() < 1e-9
    out = {"deepLift": numbers(last(lift))}
    if epsilon is not None:
        for layer in net.modules():
            if isinstance(layer, (nn.Linear, nn.Conv2d, nn.MaxPool2d, Flatten, Apart)):
                layer.rule = EpsilonRule(epsilon=epsilon if isinstance(layer, (nn.Linear, nn.Conv2d)) else 1e-12)
        out["lrp"] = numbers(last(LRP(net).attribute(x, target=labels)))
    return out


def last(t):
    return t.permute(0, 2, 3, 1) if t.dim() == 4 else t


# The network of attributions.json; relu, then max pooling. LRP hands the score itself out again, without an epsilon at the output.
conv = nn.Conv2d(2, 4, 3, padding=1)
dense = nn.Linear(64, 3)
conv.weight.data = tensor(given["weights"]["conv/kernel"], 3, 3, 2, 4).permute(3, 2, 0, 1)
conv.bias.data = tensor(given["weights"]["conv/bias"], 4)
dense.weight.data = tensor(given["weights"]["output/kernel"], 64, 3).t()
dense.bias.data = tensor(given["weights"]["output/bias"], 3)
net = nn.Sequential(conv, nn.ReLU(), Apart(), nn.MaxPool2d(2), Flatten(), dense)
x = tensor(given["inputs"], 3, 8, 8, 2).permute(0, 3, 1, 2).contiguous()
labels = torch.tensor(given["labels"])
base = torch.full_like(x, 0.25)
result = {"baseline": 0.25, "cnn": run(net, x, base, labels, 1e-6)}

# Dense layers with tanh, elu, sigmoid, leaky relu and softplus.
sizes = [5, 6, 6, 6, 6, 6, 3]
kinds = [nn.Tanh(), nn.ELU(), nn.Sigmoid(), nn.LeakyReLU(0.2), nn.Softplus()]
layers = []
for i, kind in enumerate(kinds):
    layers += [nn.Linear(sizes[i], sizes[i + 1]), kind]
layers.append(nn.Linear(sizes[-2], sizes[-1]))
mlp = nn.Sequential(*layers)
for p in mlp.parameters():
    p.data = (p.data * 2.5).float().double()
rows = torch.randn(4, 5).float().double()
row_base = torch.randn(1, 5).float().double()
targets = torch.tensor([0, 2, 1, 1])
result["mlp"] = {
    "sizes": sizes,
    "inputs": numbers(rows),
    "base": numbers(row_base),
    "targets": targets.tolist(),
    "weights": [
        {"kernel": numbers(layer.weight.t()), "bias": numbers(layer.bias)}
        for layer in mlp
        if isinstance(layer, nn.Linear)
    ],
    "deepLift": numbers(DeepLift(mlp, eps=1e-6).attribute(rows, row_base, target=targets)),
}
through_zero = nn.Sequential(mlp[0], nn.Tanh(), mlp[10])
for layer in (through_zero[0], through_zero[2]):
    layer.rule = EpsilonRule(epsilon=1e-9)
result["mlp"]["lrp"] = numbers(LRP(through_zero).attribute(rows, target=targets))

with open(os.path.join(HERE, "deep-lift.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
