"""TracIn and influence functions in PyTorch (float64), of a small network at two checkpoints: gradients by example, and the Hessian of the
last layer by autograd. Needs torch, writes influence.json. Arrays are in the layout of TensorFlow.js.
"""
import json
import os

import torch
import torch.nn.functional as F

torch.manual_seed(2)
torch.set_default_dtype(torch.float64)
N, TESTS = 8, 3
x, t = torch.randn(N, 4).float().double(), torch.randn(TESTS, 4).float().double()
y, ty = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1]), torch.tensor([2, 0, 1])
names = ["hidden_1/kernel", "hidden_1/bias", "output/kernel", "output/bias"]
shapes = [(4, 5), (5,), (5, 3), (3,)]
checkpoints = [[(0.6 * torch.randn(s)).float().double() for s in shapes] for _ in range(2)]
rates = [0.1, 0.02]
LAST = ["output/kernel", "output/bias"]


def loss(weights, inputs, labels):
    a, b, c, d = weights
    return F.cross_entropy(torch.tanh(inputs @ a + b) @ c + d, labels)


def gradients(weights, inputs, labels, chosen):
    rows = []
    for i in range(len(inputs)):
        given = [w.clone().requires_grad_() for w in weights]
        found = torch.autograd.grad(loss(given, inputs[i : i + 1], labels[i : i + 1]), given)
        rows.append(torch.cat([g.reshape(-1) for g, n in zip(found, names) if n in chosen]))
    return torch.stack(rows)


def numbers(v):
    return [float(e) for e in v.reshape(-1)]


def trac(chosen):
    scores, own = torch.zeros(TESTS, N), torch.zeros(N)
    for weights, rate in zip(checkpoints, rates):
        g, h = gradients(weights, x, y, chosen), gradients(weights, t, ty, chosen)
        scores += rate * h @ g.T
        own += rate * (g * g).sum(1)
    return {"scores": numbers(scores), "own": numbers(own)}


DAMPING = 0.05
weights = checkpoints[0]


def last(flat):
    return loss([weights[0], weights[1], flat[:15].reshape(5, 3), flat[15:]], x, y)


hessian = torch.autograd.functional.hessian(last, torch.cat([weights[2].reshape(-1), weights[3]]))
inverse = torch.linalg.inv(hessian + DAMPING * torch.eye(18))
g, h = gradients(weights, x, y, LAST), gradients(weights, t, ty, LAST)
result = {
    "inputs": numbers(x),
    "labels": y.tolist(),
    "tests": numbers(t),
    "testLabels": ty.tolist(),
    "checkpoints": [
        {"learningRate": r, "weights": {n: {"shape": list(s), "values": numbers(w)} for n, s, w in zip(names, shapes, c)}}
        for c, r in zip(checkpoints, rates)
    ],
    "all": trac(names),
    "last": trac(LAST),
    "damping": DAMPING,
    "influence": {"scores": numbers(h @ inverse @ g.T), "own": numbers(torch.einsum("ni,ij,nj->n", g, inverse, g))},
}
with open(os.path.join(os.path.dirname(__file__), "influence.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
