"""The first folds of a configuration by PyTorch, one thread: reads configurations and `folds`, how many of five, as lines of JSON;
answers with seconds and the mean loss of these folds."""

import json
import random
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)


def folds(size, k):
    order = list(range(size))
    random.Random(1).shuffle(order)
    return [order[i::k] for i in range(k)]


def score(c):
    torch.manual_seed(c["seed"])
    x = torch.tensor(c["x"], dtype=torch.float32)[:, None]
    y = torch.tensor(c["y"], dtype=torch.float32)[:, None]
    loss_of, losses = nn.MSELoss(), []
    for validation in folds(len(x), 5)[: c["folds"]]:
        train = [i for i in range(len(x)) if i not in set(validation)]
        xt, yt, xv, yv = x[train], y[train], x[validation], y[validation]
        model = nn.Sequential(
            nn.Linear(1, c["hidden1"]), nn.ReLU(), nn.Dropout(c["dropout"]),
            nn.Linear(c["hidden1"], c["hidden2"]), nn.ReLU(), nn.Dropout(c["dropout"]), nn.Linear(c["hidden2"], 1),
        )  # fmt: skip
        decay = {"lr": c["learningRate"], "weight_decay": c["weightDecay"]}
        sgd = c["optimizer"] == "sgd"
        optimizer = torch.optim.SGD(model.parameters(), momentum=0.9, **decay) if sgd else torch.optim.Adam(model.parameters(), **decay)
        for _ in range(c["epochs"]):
            order, total = torch.randperm(len(xt)), torch.zeros(())
            for at in range(0, len(xt), c["batchSize"]):
                batch = order[at : at + c["batchSize"]]
                optimizer.zero_grad()
                loss = loss_of(model(xt[batch]), yt[batch])
                loss.backward()
                optimizer.step()
                total += loss.detach()
            total.item()
        model.eval()
        with torch.no_grad():
            losses.append(loss_of(model(xv), yv).item())
    return sum(losses) / len(losses)


print(json.dumps({"version": torch.__version__.split("+")[0]}), flush=True)
for line in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    loss = score(json.loads(line))
    print(json.dumps({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "loss": loss}), flush=True)
