"""PyTorch's pruning, for the tests of @espalier/regularizers, and the schedule of TensorFlow Model Optimization written out.

Run from the repository's root, with torch installed:
    python testing/references/regularizers/pruning.py
"""

import json
import pathlib

import torch
from torch.nn.utils import prune

torch.manual_seed(3)


def plain(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


class Two(torch.nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.a = torch.nn.Parameter(a.clone())
        self.b = torch.nn.Parameter(b.clone())

    def forward(self, x):
        return torch.tanh(x @ self.a) @ self.b


a, b = torch.randn(5, 7), torch.randn(7, 3) * 0.3


def masks_of(model):
    return {name: plain(getattr(model, name + "_mask")) for name in ("a", "b")}


def in_turn(amounts, how):
    """Masks after each of several prunings of what is left."""
    model = Two(a, b)
    found = []
    for amount in amounts:
        how(model, amount)
        found.append(masks_of(model))
    return found


def by_layer(model, amount):
    for name in ("a", "b"):
        prune.l1_unstructured(model, name, amount)


def globally(model, amount):
    prune.global_unstructured(
        [(model, "a"), (model, "b")], pruning_method=prune.L1Unstructured, amount=amount
    )


# Five steps of descent with momentum; half of each parameter is pruned after two.
def training():
    x, y = torch.randn(6, 5), torch.randn(6, 3)
    model = Two(a, b)
    velocity = {name: torch.zeros_like(getattr(model, name)) for name in ("a", "b")}
    after = []
    for step in range(5):
        if step == 2:
            by_layer(model, 0.5)
        model.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        for name in ("a", "b"):
            pruned = hasattr(model, name + "_orig")
            leaf = getattr(model, name + "_orig" if pruned else name)
            velocity[name] = 0.9 * velocity[name] + leaf.grad
            with torch.no_grad():
                leaf -= 0.1 * velocity[name]
                # What the optimizer's momentum does to pruned weights is masked when they are used.
        with torch.no_grad():
            used = {
                name: getattr(model, name + "_orig") * getattr(model, name + "_mask")
                if hasattr(model, name + "_orig")
                else getattr(model, name)
                for name in ("a", "b")
            }
            after.append({"loss": loss.item(), **{name: plain(used[name]) for name in ("a", "b")}})
    return {"x": plain(x), "y": plain(y), "steps": after}


def polynomial_decay(step, initial, final, begin, end, power):
    """tensorflow_model_optimization.sparsity.keras.PolynomialDecay.__call__."""
    p = min(1.0, max(0.0, (step - begin) / (end - begin)))
    return (initial - final) * (1 - p) ** power + final


fixtures = {
    "parameters": {"a": plain(a), "b": plain(b)},
    "layer": {str(amount): masks_of(in_one) for amount in (0.1, 0.3, 0.5, 0.9) for in_one in [Two(a, b)] if by_layer(in_one, amount) is None},
    "global": {str(amount): masks_of(in_one) for amount in (0.1, 0.3, 0.5, 0.9) for in_one in [Two(a, b)] if globally(in_one, amount) is None},
    "layerInTurn": in_turn([0.2, 0.2, 0.5], by_layer),
    "globalInTurn": in_turn([0.2, 0.2, 0.5], globally),
    "training": training(),
    "polynomial": [
        {"step": step, "sparsity": polynomial_decay(step, 0.2, 0.8, 10, 50, 3)}
        for step in (10, 20, 30, 40, 50, 60)
    ],
}

path = pathlib.Path(__file__).with_name("pruning.json")
path.write_text(json.dumps(fixtures, separators=(",", ":")) + "\n")
