"""Runs of a small network under what changes the objective of a step, by PyTorch, for packages/regularizers.

    python testing/references/regularizers/training.py

In float64 from float32 inputs; full batches, gradient descent with momentum 0.9 at the rate 0.1.
"""

import copy
import json
import pathlib

import torch
import torch.nn.functional as functional

torch.manual_seed(5)
STEPS = 8


def float32(values):
    return torch.as_tensor(values).to(torch.float32).to(torch.float64)


INPUTS = float32(torch.randn(6, 3))
LABELS = [0, 1, 2, 1, 0, 2]
VALUES = float32(torch.randn(6, 2))
WEIGHTS = {
    "hidden/kernel": float32(torch.randn(3, 4) * 0.7),
    "hidden/bias": float32(torch.randn(4) * 0.1),
    "output/kernel": float32(torch.randn(4, 3) * 0.7),
    "output/bias": float32(torch.randn(3) * 0.1),
    "values/kernel": float32(torch.randn(4, 2) * 0.7),
    "values/bias": float32(torch.randn(2) * 0.1),
}
TEACHER = {name: float32(torch.randn_like(w) * 1.5) for name, w in WEIGHTS.items() if "values" not in name}
labels = torch.tensor(LABELS)


def forward(w):
    hidden = torch.tanh(INPUTS @ w["hidden/kernel"] + w["hidden/bias"])
    return hidden, hidden @ w["output/kernel"] + w["output/bias"]


def start(names):
    return {name: WEIGHTS[name].clone().requires_grad_() for name in names}


PLAIN = [name for name in WEIGHTS if "values" not in name]


def run(names, step, extra=()):
    """Steps of SGD; `step(w)` gives loss and penalty and leaves gradients."""
    w = start(names)
    optimizer = torch.optim.SGD([*w.values(), *extra], lr=0.1, momentum=0.9)
    losses, penalties = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss, penalty = step(w)
        losses.append(loss)
        penalties.append(penalty)
        optimizer.step()
    return {
        "losses": losses,
        "penalties": penalties,
        "weights": {name: value.detach().flatten().tolist() for name, value in w.items()},
    }


def plain_step(objective):
    def step(w):
        loss, penalty = objective(w)
        (loss + penalty).backward()
        return loss.item(), penalty.item()

    return step


def cross_entropy(w):
    return functional.cross_entropy(forward(w)[1], labels)


def sharpness_aware(adaptive, rho):
    """As github.com/davda54/sam: ascend, take the gradient there, come back."""

    def step(w):
        loss = cross_entropy(w)
        loss.backward()
        parts = [(p.abs() if adaptive else 1) * p.grad for p in w.values()]
        norm = torch.norm(torch.stack([part.norm(p=2) for part in parts]), p=2)
        before = {}
        with torch.no_grad():
            for name, p in w.items():
                before[name] = p.data.clone()
                p.add_((p**2 if adaptive else 1.0) * p.grad * (rho / (norm + 1e-12)))
        for p in w.values():
            p.grad = None
        cross_entropy(w).backward()
        with torch.no_grad():
            for name, p in w.items():
                p.data = before[name]
        return loss.item(), 0.0

    return step


def uncertainty():
    logs = [torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2)]

    def step(w):
        hidden, logits = forward(w)
        classes = functional.cross_entropy(logits, labels)
        values = functional.mse_loss(hidden @ w["values/kernel"] + w["values/bias"], VALUES)
        # With sigma itself: 1 / sigma^2 L + log sigma, and 1 / (2 sigma^2) L + log sigma.
        sigmas = [torch.exp(one / 2) for one in logs]
        (classes / sigmas[0] ** 2 + sigmas[0].log() + values / (2 * sigmas[1] ** 2) + sigmas[1].log()).backward()
        return (classes + values).item(), 0.0

    made = run(WEIGHTS, step, extra=logs)
    return {**made, "logVariances": [one.item() for one in logs]}


def distilled(alpha, temperature):
    with torch.no_grad():
        answers = forward(TEACHER)[1]

    def step(w):
        logits = forward(w)[1]
        loss = functional.cross_entropy(logits, labels)
        divergence = functional.kl_div(
            functional.log_softmax(logits / temperature, 1),
            functional.softmax(answers / temperature, 1),
            reduction="batchmean",
        )
        penalty = alpha * temperature**2 * divergence
        ((1 - alpha) * loss + penalty).backward()
        return loss.item(), penalty.item()

    return run(PLAIN, step)


def mean_teacher(weight, decay):
    teacher = {name: WEIGHTS[name].clone() for name in PLAIN}
    first = [True]

    def step(w):
        # The teacher follows the weights after each step, so those that the last one left.
        if not first[0]:
            with torch.no_grad():
                for name, p in w.items():
                    teacher[name].mul_(decay).add_(p, alpha=1 - decay)
        first[0] = False
        logits = forward(w)[1]
        loss = functional.cross_entropy(logits, labels)
        penalty = weight * functional.mse_loss(logits.softmax(1), forward(teacher)[1].softmax(1))
        (loss + penalty).backward()
        return loss.item(), penalty.item()

    return run(PLAIN, step)


fixture = {
    "made": f"torch {torch.__version__.split('+')[0]}",
    "steps": STEPS,
    "inputs": INPUTS.tolist(),
    "labels": LABELS,
    "values": VALUES.tolist(),
    "shapes": {name: list(w.shape) for name, w in WEIGHTS.items()},
    "weights": {name: w.flatten().tolist() for name, w in WEIGHTS.items()},
    "teacher": {name: w.flatten().tolist() for name, w in TEACHER.items()},
    "sam": run(PLAIN, sharpness_aware(False, 0.2)),
    "adaptiveSam": run(PLAIN, sharpness_aware(True, 0.5)),
    "uncertainty": uncertainty(),
    "distillation": distilled(0.7, 3.0),
    "meanTeacher": mean_teacher(2.0, 0.6),
}
here = pathlib.Path(__file__).parent
(here / "training.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
