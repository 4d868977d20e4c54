"""PyTorch. Arguments: case as JSON, mode: eager, compile, DataLoader (eager, fed as its tutorials do), or epochs
(eager, a plain loop over shuffled epochs of 20 batches).

Answers the lines of the parent process, see engine-process.ts.
"""

import json
import sys
import time
import warnings
from itertools import islice

import torch
from torch import nn

# PIL warns of an argument that torchvision gives, once per picture.
warnings.simplefilter("ignore")
spec = json.loads(sys.argv[1])
mode = sys.argv[2]
torch.set_num_threads(spec["threads"])
torch.manual_seed(1)
batch, sizes = spec["batch"], spec["sizes"]
count = max(spec["steps"], 10) * batch
inputs, regression, dropout = spec.get("inputs", 784), spec.get("regression", False), spec.get("dropout", 0)
shape = (count, 1, 28, 28) if spec["kind"] == "cnn" else (count, inputs)
pictures = torch.rand(shape) if regression else torch.randint(0, 256, shape, dtype=torch.uint8)
labels = torch.rand((count, 1)) if regression else torch.randint(0, 10, (count,))

layers = []
if spec["kind"] == "cnn":
    before = 1
    for filters in sizes:
        layers += [nn.Conv2d(before, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(), nn.MaxPool2d(2)]
        before = filters
    layers += [nn.Flatten(), nn.Dropout(0.25), nn.Linear(before * 49, 128), nn.ReLU()]
    before = 128
else:
    before = inputs
    for units in sizes:
        layers += [nn.Linear(before, units), nn.ReLU()]
        if dropout:
            layers.append(nn.Dropout(dropout))
        if spec.get("batchNormalization"):
            layers.append(nn.BatchNorm1d(units))
        before = units
model = nn.Sequential(*layers, nn.Linear(before, 1 if regression else 10))
forward = torch.compile(model) if mode == "compile" else model
if spec.get("optimizer") == "sgd":
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, weight_decay=1e-4)
else:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
loss_of = nn.MSELoss() if regression else nn.CrossEntropyLoss()


def slices(steps):
    for i in range(steps):
        x, y = pictures[i * batch : (i + 1) * batch], labels[i * batch : (i + 1) * batch]
        yield (x if regression else x.float().div_(255)), y


def loaded():
    """Batches of a torchvision data set: each example is made a picture and then a tensor when it is asked for."""
    from PIL import Image
    from torch.utils.data import DataLoader
    from torchvision.datasets import VisionDataset
    from torchvision.transforms import ToTensor

    class Pictures(VisionDataset):
        def __len__(self):
            return 50_000

        def __getitem__(self, index):
            picture, target = pictures[index].reshape(28, 28), int(labels[index])
            return self.transform(Image.fromarray(picture.numpy(), mode="L")), target

    return DataLoader(Pictures(root=".", transform=ToTensor()), batch_size=batch, shuffle=True)


def shuffled(steps):
    examples = 20 * batch
    for start in range(0, steps, 20):
        order = torch.randperm(examples)
        for i in range(min(20, steps - start)):
            rows = order[i * batch : (i + 1) * batch]
            yield pictures[rows], labels[rows]


def batches(steps):
    if mode == "epochs":
        return shuffled(steps)
    if mode != "DataLoader":
        return slices(steps)
    return ((x.flatten(1), y) for x, y in islice(loader, steps))


loader = loaded() if mode == "DataLoader" else None


def run(steps):
    loss_sum, right = 0.0, 0
    for x, y in batches(steps):
        optimizer.zero_grad()
        logits = forward(x)
        loss = loss_of(logits, y)
        loss.backward()
        optimizer.step()
        loss_sum += loss.item()
        if not regression:
            right += (logits.argmax(1) == y).sum().item()


run(5)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    steps = json.loads(line)["steps"]
    start, used = time.perf_counter(), time.process_time()
    run(steps)
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    print(json.dumps({"ms": wall * 1000 / steps, "cpu": cpu * 1000 / steps}), flush=True)
