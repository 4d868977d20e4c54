"""Milliseconds of one Adam step in PyTorch eager: python torch_step.py <sizes | cnn> <batch> <threads>."""
import sys
import time

import torch
from torch import nn

kind, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
if kind == "cnn":
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    x = torch.rand(batch, 1, 28, 28)
else:
    sizes = [int(n) for n in kind.split("-")]
    layers = []
    for i in range(1, len(sizes)):
        layers.append(nn.Linear(sizes[i - 1], sizes[i]))
        if i < len(sizes) - 1:
            layers.append(nn.ReLU())
    model = nn.Sequential(*layers)
    x = torch.rand(batch, sizes[0])
y = torch.arange(batch) % 10
loss_of = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def step():
    optimizer.zero_grad()
    loss = loss_of(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(5):
    step()
begin = time.perf_counter()
times = []
while len(times) < 5 or time.perf_counter() - begin < 0.5:
    started = time.perf_counter()
    step()
    times.append(time.perf_counter() - started)
print(sorted(times)[len(times) // 2] * 1000)
