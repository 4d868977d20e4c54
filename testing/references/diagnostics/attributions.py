"""A small convolutional network in PyTorch: what each layer gives, gradients, saliency, integrated gradients, Grad-CAM, occlusion.

Integrated gradients and Grad-CAM follow captum's definitions (Riemann middle sums; LayerGradCam with relu_attributions), written out
here in plain PyTorch. Arrays are in the layout of TensorFlow.js: pictures [N, H, W, C], kernels [h, w, in, out] and [in, out].
"""
import json
import os

import torch
import torch.nn.functional as F

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
N, H, W, C, FILTERS, CLASSES = 3, 8, 8, 2, 4, 3

conv = torch.randn(FILTERS, C, 3, 3) * 0.4
conv_bias = torch.randn(FILTERS) * 0.1
dense = torch.randn(CLASSES, FILTERS * 4 * 4) * 0.3
dense_bias = torch.randn(CLASSES) * 0.1
x = torch.randn(N, C, H, W)
# The program works in float32: both start from the same numbers.
conv, conv_bias, dense, dense_bias, x = [t.float().double() for t in (conv, conv_bias, dense, dense_bias, x)]
labels = torch.tensor([0, 2, 1])
parameters = [t.requires_grad_() for t in (conv, conv_bias, dense, dense_bias)]


def layers(inputs):
    a = F.relu(F.conv2d(inputs, conv, conv_bias, padding=1))
    pooled = F.max_pool2d(a, 2)
    flat = pooled.permute(0, 2, 3, 1).reshape(len(inputs), -1)
    return a, pooled, F.linear(flat, dense, dense_bias)


def last(t):
    return t.permute(0, 2, 3, 1)


def numbers(t):
    return [round(v, 9) for v in t.detach().reshape(-1).tolist()]


def score(inputs):
    return layers(inputs)[2].gather(1, labels[:, None]).sum()


def gradient(inputs):
    given = inputs.clone().requires_grad_()
    (found,) = torch.autograd.grad(score(given), given)
    return found


a, pooled, logits = layers(x)
loss = F.cross_entropy(logits, labels)
gradients = torch.autograd.grad(loss, parameters, retain_graph=True)
saliency = gradient(x)
baseline = torch.full_like(x, 0.25)
STEPS = 32
integrated = sum(gradient(baseline + (i + 0.5) / STEPS * (x - baseline)) for i in range(STEPS)) / STEPS * (x - baseline)
(at_conv,) = torch.autograd.grad(logits.gather(1, labels[:, None]).sum(), a)
cam = F.relu((at_conv.mean(dim=(2, 3), keepdim=True) * a).sum(dim=1))

PATCH, STRIDE, VALUE = 3, 2, 0.5
starts = [min(s, H - PATCH) for s in range(0, H - PATCH + STRIDE, STRIDE)]
drops = torch.zeros(N, H, W)
covered = torch.zeros(N, H, W)
with torch.no_grad():
    full = logits.gather(1, labels[:, None])[:, 0]
    for top in starts:
        for left in starts:
            hidden = x.clone()
            hidden[:, :, top : top + PATCH, left : left + PATCH] = VALUE
            drop = full - layers(hidden)[2].gather(1, labels[:, None])[:, 0]
            drops[:, top : top + PATCH, left : left + PATCH] += drop[:, None, None]
            covered[:, top : top + PATCH, left : left + PATCH] += 1

result = {
    "inputs": numbers(last(x)),
    "labels": labels.tolist(),
    "weights": {
        "conv/kernel": numbers(conv.permute(2, 3, 1, 0)),
        "conv/bias": numbers(conv_bias),
        "output/kernel": numbers(dense.t()),
        "output/bias": numbers(dense_bias),
    },
    "activations": {"conv": numbers(last(a)), "pool": numbers(last(pooled)), "output": numbers(logits)},
    "loss": round(loss.item(), 9),
    "gradients": {
        "conv/kernel": numbers(gradients[0].permute(2, 3, 1, 0)),
        "conv/bias": numbers(gradients[1]),
        "output/kernel": numbers(gradients[2].t()),
        "output/bias": numbers(gradients[3]),
    },
    "saliency": numbers(last(saliency)),
    "integrated": {"baseline": 0.25, "steps": STEPS, "values": numbers(last(integrated))},
    "gradCam": numbers(cam),
    "occlusion": {"size": PATCH, "stride": STRIDE, "value": VALUE, "values": numbers(drops / covered)},
}
with open(os.path.join(os.path.dirname(__file__), "attributions.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
