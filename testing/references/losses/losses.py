"""Values and gradients of PyTorch's losses, per example, for the tests of @espalier/losses.

Run from the repository's root, with torch installed:
    python testing/references/losses/losses.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(1)


def plain(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


def case(name, loss, outputs, targets, upstream=None):
    outputs = outputs.clone().requires_grad_(True)
    # Mean over all axes but the first; class losses give [N] already.
    values = loss(outputs, targets)
    if values.dim() > 1:
        values = values.flatten(1).mean(1)
    upstream = torch.linspace(0.5, 1.5, len(values)) if upstream is None else upstream
    (values * upstream).sum().backward()
    return {
        "name": name,
        "outputs": plain(outputs),
        "targets": plain(targets),
        "integer": targets.dtype == torch.int64,
        "upstream": upstream.tolist(),
        "values": values.tolist(),
        "gradient": plain(outputs.grad),
    }


def cross_entropy(z, t):
    return F.cross_entropy(z, t, reduction="none")


labels = torch.tensor([2, 0, 1, 1, 2])
logits = torch.randn(5, 3) * 3
extreme = torch.tensor([[20.0, 0.0], [0.0, 20.0], [1e4, -1e4], [-1e4, 1e4], [1e4, 1e4], [-1e30, 1e30], [0.0, 0.0]])
wrong = torch.tensor([1, 0, 1, 1, 0, 1, 0])
outputs, targets = torch.randn(4, 3) * 3, torch.randn(4, 3) * 3
targets[0, 0] = outputs[0, 0]
large = torch.tensor([[1e4, -1e4], [0.0, 1e-6], [3.0, -3.0]])
large_targets = torch.tensor([[-1e4, -1e4], [0.0, 0.0], [2.0, 2.0]])
binary = torch.tensor([[20.0, -20.0], [1e4, -1e4], [0.0, 0.3], [-1e4, 1e4]])
binary_targets = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.25, 1.0], [1.0, 0.0]])


def elementwise(f):
    return lambda y, t: f(y, t, reduction="none")


def regression(f):
    return [
        case("[4, 3]", f, outputs, targets),
        case("large and tiny errors", f, large, large_targets),
        case("[5]", f, torch.randn(5), torch.randn(5)),
        case("[2, 2, 3]", f, torch.randn(2, 2, 3), torch.randn(2, 2, 3)),
        case("one example, one value", f, torch.randn(1, 1), torch.randn(1, 1)),
    ]


shares = torch.softmax(torch.randn(5, 3, generator=torch.Generator().manual_seed(2)) * 3, 1)
answers = torch.sigmoid(torch.randn(4, 2, generator=torch.Generator().manual_seed(3)) * 3)
sure = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1e-6, 1 - 1e-6]])
sure_targets = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.25, 0.5]])


def negative_log(p, t):
    return F.nll_loss(torch.log(p), t, reduction="none")


fixtures = {
    "softmaxCrossEntropy": [
        case("integer labels", cross_entropy, logits, labels),
        case("one-hot labels", cross_entropy, logits, F.one_hot(labels, 3).float()),
        case("probabilities", cross_entropy, logits, torch.softmax(torch.randn(5, 3), 1)),
        case("extreme logits, integer labels", cross_entropy, extreme, wrong),
        case("extreme logits, one-hot labels", cross_entropy, extreme, F.one_hot(wrong, 2).float()),
        case("one class", cross_entropy, torch.tensor([[3.0], [-2.0]]), torch.tensor([0, 0])),
        case("one example", cross_entropy, torch.randn(1, 4), torch.tensor([3])),
    ],
    "softmaxCrossEntropyOfProbabilities": [
        case("integer labels", negative_log, shares, labels),
        case("rows", lambda p, t: -(t * torch.log(p)).sum(1), shares, torch.softmax(logits, 1)),
    ],
    "binaryCrossEntropyOfProbabilities": [
        case("[4, 2]", elementwise(F.binary_cross_entropy), answers, binary_targets),
        case("sure", elementwise(F.binary_cross_entropy), sure, sure_targets),
    ],
    "meanSquaredError": regression(elementwise(F.mse_loss)),
    "meanAbsoluteError": regression(elementwise(F.l1_loss)),
    "huber": regression(lambda y, t: F.huber_loss(y, t, reduction="none", delta=1.5)),
    "binaryCrossEntropy": [
        case("extreme logits", elementwise(F.binary_cross_entropy_with_logits), binary, binary_targets),
        case("[5]", elementwise(F.binary_cross_entropy_with_logits), torch.randn(5) * 4, torch.rand(5)),
    ],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, indent=1) + "\n")
