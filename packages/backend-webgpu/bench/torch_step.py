"""The same steps in PyTorch, eager, on CUDA where there is any: python torch_step.py MODEL STEPS prints milliseconds a step."""
import sys
import time

import torch
from torch import nn

name, steps = sys.argv[1], int(sys.argv[2])
device = "cuda" if torch.cuda.is_available() else "cpu"


def mlp(*widths):
    parts = []
    for a, b in zip(widths, widths[1:]):
        parts += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


def block(inputs, filters):
    return [nn.Conv2d(inputs, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2)]


models = {
    "mlp": lambda: (mlp(784, 64, 64, 10), (64, 784)),
    "wide": lambda: (mlp(784, 800, 800, 800, 10), (64, 784)),
    "cnn": lambda: (
        nn.Sequential(*block(1, 32), *block(32, 64), nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)),
        (64, 1, 28, 28),
    ),
}
model, shape = models[name]()
model.to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
x = torch.rand(shape, device=device)
y = torch.arange(64, device=device) % 10


def train(count):
    for _ in range(count):
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return loss.item()


train(10)
start = time.perf_counter()
train(steps)
print(device, 1000 * (time.perf_counter() - start) / steps)
