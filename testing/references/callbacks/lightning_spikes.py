"""Steps at which the SpikeDetection of PyTorch Lightning finds a spike.

Run: python testing/references/callbacks/lightning_spikes.py
Needs torch, pytorch-lightning and torchmetrics. Writes lightning-spikes.json beside this file.
"""

import json
import math
import pathlib
import random

import lightning_fabric
import torch
from lightning_fabric.utilities.spike import SpikeDetection


def spikes(losses, options):
    detection = SpikeDetection(
        window=options["window"], warmup=options["warmup"], rtol=options["relative"], atol=options["absolute"]
    )
    found = []
    for step, loss in enumerate(losses):
        value = torch.tensor(float(loss))
        if step >= options["warmup"] and detection._is_spike(value):
            found.append(step + 1)
        elif math.isfinite(loss):
            detection._update_stats(value)
    return found


def main():
    rng = random.Random(5)
    cases = []
    while len(cases) < 30:
        options = {
            "window": rng.choice([1, 4, 8]),
            "warmup": rng.choice([1, 3]),
            "relative": rng.choice([0.25, 0.5, 1]),
            "absolute": rng.choice([0, 0.5]),
        }
        losses = []
        for _ in range(24):
            kind = rng.random()
            value = rng.randint(6, 10) / 8
            losses.append(math.inf if kind > 0.97 else value * (4 if kind > 0.85 else 1))
        if all(math.isfinite(v) for v in losses[: options["warmup"]]):
            cases.append(
                {
                    "losses": [v if math.isfinite(v) else "Infinity" for v in losses],
                    "options": options,
                    "spikes": spikes(losses, options),
                }
            )
    fixture = {"lightning": lightning_fabric.__version__, "cases": cases}
    text = json.dumps(fixture, separators=(",", ":")).replace('},{"losses"', '},\n{"losses"')
    pathlib.Path(__file__).with_name("lightning-spikes.json").write_text(text + "\n")


main()
