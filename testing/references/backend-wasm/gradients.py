"""Gradients of convolution, pooling, batch normalisation and embedding, as PyTorch computes them.

Run: python testing/references/backend-wasm/gradients.py
Writes gradients.json beside it. Images are stored channels-last, filters as [height, width, in, out].
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(7)
cases = {}

def grid(*shape):
    """Values on a coarse grid: exact in JSON and in single precision."""
    return (torch.randint(-64, 65, shape).double() / 32).requires_grad_()

def last(x):
    return x.permute(0, 2, 3, 1)

def numbers(x):
    return [("NaN" if v != v else float(f"{v:.9g}")) for v in x.detach().reshape(-1).double().tolist()]

def entry(**tensors):
    return {
        name: {"shape": list(t.shape), "values": numbers(t)} if torch.is_tensor(t) else t
        for name, t in tensors.items()
    }

conv = []
for size, filter_size, channels, outputs, stride, padding in [
    ((1, 1), (1, 1), 1, 1, 1, 0),
    ((5, 7), (3, 3), 2, 3, 1, 1),
    ((7, 6), (3, 2), 3, 9, 2, 0),
    ((9, 5), (5, 3), 1, 8, (2, 1), (2, 1)),
    ((6, 6), (2, 2), 4, 5, 3, 0),
]:
    x = grid(2, channels, *size)
    w = grid(outputs, channels, *filter_size)
    y = F.conv2d(x, w, stride=stride, padding=padding)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    pair = lambda v: list(v) if isinstance(v, tuple) else [v, v]
    conv.append(
        entry(
            x=last(x), filter=w.permute(2, 3, 1, 0), dy=last(dy), y=last(y), strides=pair(stride), padding=pair(padding),
            dx=last(x.grad), dFilter=w.grad.permute(2, 3, 1, 0),
        )
    )
cases["conv2d"] = conv

depthwise = []
for size, filter_size, channels, multiplier, stride, padding in [
    ((5, 6), (3, 3), 3, 1, 1, 1),
    ((7, 5), (3, 2), 2, 3, 2, 0),
]:
    x = grid(2, channels, *size)
    w = grid(channels * multiplier, 1, *filter_size)
    y = F.conv2d(x, w, stride=stride, padding=padding, groups=channels)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    # [C * M, 1, h, w] -> [h, w, C, M]
    tf_filter = lambda t: t.reshape(channels, multiplier, *filter_size).permute(2, 3, 0, 1)
    depthwise.append(
        entry(
            x=last(x), filter=tf_filter(w), dy=last(dy), strides=[stride, stride], padding=padding,
            dx=last(x.grad), dFilter=tf_filter(w.grad),
        )
    )
cases["depthwiseConv2d"] = depthwise

pools = []
for kind, size, window, stride, padding, values in [
    ("max", (4, 4), 2, 2, 0, "random"),
    ("max", (5, 7), 3, 2, 1, "negative"),
    ("max", (5, 5), 3, 1, 1, "ties"),
    ("max", (4, 4), 2, 2, 0, "nan"),
    ("max", (1, 1), 1, 1, 0, "negative"),
    ("avg", (5, 7), 3, 2, 1, "random"),
    ("avg", (3, 3), 3, 1, 1, "random"),
    ("avg", (6, 4), 2, 2, 0, "random"),
]:
    x = grid(2, 3, *size).detach()
    if values == "negative":
        x = -x.abs() - 1
    if values == "ties":
        x = x.round()
    if values == "nan":
        x[0, 0, 1, 1] = float("nan")
        x[1, 2, 2, 3] = float("nan")
        x[1, 2, 3, 3] = float("nan")
    x.requires_grad_()
    if kind == "max":
        y = F.max_pool2d(x, window, stride, padding)
    else:
        y = F.avg_pool2d(x, window, stride, padding, count_include_pad=False)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    pools.append(
        entry(kind=kind, content=values, x=last(x), dy=last(dy), dx=last(x.grad), window=window, stride=stride, padding=padding)
    )
cases["pool2d"] = pools

norms = []
for shape in [(4, 3, 5, 3), (1, 2, 2, 1)]:
    x = grid(*shape)
    scale = grid(shape[1])
    offset = grid(shape[1])
    y = F.batch_norm(x, None, None, scale, offset, training=True, eps=1e-3)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    norms.append(
        entry(
            x=last(x), scale=scale, offset=offset, dy=last(dy), y=last(y),
            dx=last(x.grad), dScale=scale.grad, dOffset=offset.grad,
        )
    )
cases["batchNorm"] = norms

table = grid(7, 5)
ids = torch.tensor([3, 0, 3, 6, 3, 0])
y = F.embedding(ids, table)
dy = grid(*y.shape).detach()
y.backward(dy)
cases["embedding"] = [entry(table=table, ids=ids, dy=dy, dTable=table.grad)]

x = grid(2, 4, 5, 3)
w = grid(3, 5, 4)
y = torch.einsum("abcd,dcf->afb", x, w)
dy = grid(*y.shape).detach()
cases["einsum"] = [entry(equation="abcd,dcf->afb", x=x, w=w, y=y)]
a, b = grid(2, 3, 4), grid(2, 5, 4)
cases["einsum"].append(entry(equation="bqd,bkd->bqk", x=a, w=b, y=torch.einsum("bqd,bkd->bqk", a, b)))
a, b = grid(3), grid(4)
cases["einsum"].append(entry(equation="i,j->ji", x=a, w=b, y=torch.einsum("i,j->ji", a, b)))

pads = []
for mode in ["reflect"]:
    x = grid(1, 1, 4, 5)
    y = F.pad(x, (1, 3, 2, 0), mode=mode)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    pads.append(entry(x=x[0, 0], dy=dy[0, 0], dx=x.grad[0, 0], paddings=[[2, 0], [1, 3]], mode=mode))
cases["mirrorPad"] = pads

conv3 = []
for size, filter_size, stride, padding in [((3, 4, 5), (3, 3, 2), 1, "same"), ((5, 4, 6), (3, 2, 2), 2, "valid")]:
    x = grid(1, 2, *size)
    w = grid(3, 2, *filter_size)
    if padding == "same":
        # One cell more after than before where the filter is even, as TensorFlow pads.
        full = F.pad(x, (0, 1, 1, 1, 1, 1))
    else:
        full = x
    y = F.conv3d(full, w, stride=stride)
    dy = grid(*y.shape).detach()
    y.backward(dy)
    to_last = lambda t: t.permute(0, 2, 3, 4, 1)
    conv3.append(
        entry(
            x=to_last(x), filter=w.permute(2, 3, 4, 1, 0), dy=to_last(dy), strides=stride, padding=padding,
            dx=to_last(x.grad), dFilter=w.grad.permute(2, 3, 4, 1, 0),
        )
    )
cases["conv3d"] = conv3

target = pathlib.Path(__file__).with_name("gradients.json")
target.write_text(json.dumps(cases, separators=(",", ":")))
print(target.name, target.stat().st_size, "bytes")
