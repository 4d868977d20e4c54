"""Deep dream in PyTorch (float64) and scipy's zoom, with the network of attributions.json: octaves, steps and details as the notebook of
Mordvintsev, Olah, Tyka (2015) has them, without jitter. Needs torch and scipy, writes deep-dream.json.
"""
import json
import os

import numpy as np
import scipy.ndimage as nd
import torch
import torch.nn.functional as F

HERE = os.path.dirname(__file__)
with open(os.path.join(HERE, "attributions.json")) as file:
    given = json.load(file)
kernel = torch.tensor(given["weights"]["conv/kernel"], dtype=torch.float64).reshape(3, 3, 2, 4).permute(3, 2, 0, 1)
bias = torch.tensor(given["weights"]["conv/bias"], dtype=torch.float64)
picture = np.array(given["inputs"]).reshape(3, 8, 8, 2)[0].transpose(2, 0, 1)
STEPS, OCTAVES, SCALE, STEP, BOUNDS = 3, 3, 1.4, 0.05, (-1.5, 1.5)


def dream(channel):
    def make_step(x):
        t = torch.tensor(x[None], requires_grad=True)
        a = F.max_pool2d(F.relu(F.conv2d(t, kernel, bias, padding=1)), 2)
        value = (a**2).sum(1).mean() / 2 if channel is None else a[:, channel].mean()
        (g,) = torch.autograd.grad(value, t)
        g = g[0].numpy()
        return np.clip(x + STEP / np.abs(g).mean() * g, *BOUNDS), value.item()

    octaves = [picture]
    for _ in range(OCTAVES - 1):
        octaves.append(nd.zoom(octaves[-1], (1, 1.0 / SCALE, 1.0 / SCALE), order=1))
    detail = np.zeros_like(octaves[-1])
    found = []
    for octave, base in enumerate(octaves[::-1]):
        h, w = base.shape[-2:]
        if octave > 0:
            h1, w1 = detail.shape[-2:]
            detail = nd.zoom(detail, (1, h / h1, w / w1), order=1)
        x = base + detail
        activations = []
        for _ in range(STEPS):
            x, value = make_step(x)
            activations.append(value)
        activations.append(make_step(x)[1])
        detail = x - base
        found.append({"height": h, "width": w, "activations": activations})
    return {"picture": np.round(x.transpose(1, 2, 0).reshape(-1), 9).tolist(), "octaves": found}


result = {
    "steps": STEPS,
    "octaves": OCTAVES,
    "octaveScale": SCALE,
    "stepSize": STEP,
    "bounds": list(BOUNDS),
    "layer": "pool",
    "all": dream(None),
    "channel1": dream(1),
}
with open(os.path.join(HERE, "deep-dream.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
