"""Writes what torchvision, Keras and scipy make of small images, with every parameter fixed.

Run from the root: python testing/references/augmentation/torchvision_images.py
Needs torch, torchvision, scipy; keras with the tensorflow backend.
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import torch
from scipy import ndimage, stats
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import RandAugment, TrivialAugmentWide
from torchvision.transforms.v2 import functional as F

HEIGHT, WIDTH = 5, 6
rng = np.random.default_rng(7)
bytes_ = rng.integers(0, 256, (2, HEIGHT, WIDTH, 3))
bytes_[1, :, :, 1] = 40  # one channel of a single value
bytes_[1, 2, 3] = [90, 90, 90]  # grey
bytes_[0, :, :, 0] //= 3
images = torch.tensor(bytes_ / 255, dtype=torch.float32).permute(0, 3, 1, 2)


def numbers(values):
    return [float(f"{value:.5f}") for value in np.asarray(values, dtype=np.float64).ravel()]


def nhwc(tensor):
    return numbers(tensor.permute(0, 2, 3, 1).numpy())


BILINEAR, NEAREST = InterpolationMode.BILINEAR, InterpolationMode.NEAREST
color = {
    "brightness 1.4": F.adjust_brightness(images, 1.4),
    "brightness 0.3": F.adjust_brightness(images, 0.3),
    "contrast 1.7": F.adjust_contrast(images, 1.7),
    "contrast 0.2": F.adjust_contrast(images, 0.2),
    "saturation 2.5": F.adjust_saturation(images, 2.5),
    "saturation 0.4": F.adjust_saturation(images, 0.4),
    "sharpness 1.8": F.adjust_sharpness(images, 1.8),
    "sharpness 0.1": F.adjust_sharpness(images, 0.1),
    "hue 0.2": F.adjust_hue(images, 0.2),
    "hue -0.45": F.adjust_hue(images, -0.45),
    "gamma 2.2": F.adjust_gamma(images, 2.2),
    "solarize 0.6": F.solarize(images, 0.6),
    "posterize 3": F.posterize(images, 3),
    "autoContrast": F.autocontrast(images),
    "equalize": F.equalize(images),
    "invert": F.invert(images),
    "grayscale": F.rgb_to_grayscale(images, 3),
    "blur 5 0.8": F.gaussian_blur(images, [5, 5], [0.8, 0.8]),
}

AFFINE = [
    dict(angle=25, translate=[0, 0], scale=1.0, shear=[0, 0]),
    dict(angle=0, translate=[2, -1], scale=1.0, shear=[0, 0]),
    dict(angle=-40, translate=[1, 1], scale=1.3, shear=[12, -7]),
    dict(angle=0, translate=[0, 0], scale=0.7, shear=[-20, 0]),
]
affine = []
for parameters in AFFINE:
    for name, mode in (("bilinear", BILINEAR), ("nearest", NEAREST)):
        # With a fill, bilinear samples at the border are multiplied twice by what they cover: scipy is the reference there.
        fill = [0.1, 0.2, 0.3] if name == "nearest" else None
        out = F.affine(images, interpolation=mode, fill=fill, **parameters)
        affine.append({**parameters, "interpolation": name, "out": nhwc(out)})

resized = [
    {"size": list(size), "interpolation": name, "out": nhwc(F.resize(images, size, mode, antialias=False))}
    for size in ((3, 4), (9, 7))
    for name, mode in (("bilinear", BILINEAR), ("nearest", InterpolationMode.NEAREST_EXACT))
]
crops = [
    {
        "top": top,
        "left": left,
        "height": height,
        "width": width,
        "out": nhwc(F.resized_crop(images, top, left, height, width, [HEIGHT, WIDTH], BILINEAR, antialias=False)),
    }
    for top, left, height, width in ((1, 2, 3, 4), (0, 0, 2, 5))
]

# Positions inside and far outside of one channel of the first image.
plane = images[0, 0].double().numpy()
y = rng.uniform(-9, HEIGHT + 8, 40).round(3)
x = rng.uniform(-9, WIDTH + 8, 40).round(3)
MODES = {
    "constant": "grid-constant",
    "nearest": "nearest",
    "reflect": "mirror",
    "symmetric": "reflect",
    "wrap": "grid-wrap",
}
sampled = {
    mode: {
        name: numbers(ndimage.map_coordinates(plane, [y, x], order=order, mode=scipy_mode, cval=0.25))
        for name, order in (("bilinear", 1), ("nearest", 0))
    }
    for mode, scipy_mode in MODES.items()
}


def operations(policy, table, levels, level):
    cases = []
    for name, (magnitudes, signed) in table.items():
        values = magnitudes(levels, HEIGHT, WIDTH)
        magnitude = float(values[level]) if values is not None else 0.0
        for sign in (1, -1) if signed else (1,):
            out = policy._apply_image_or_video_transform(
                images, name, sign * magnitude, interpolation=NEAREST, fill={}
            )
            cases.append({"name": name, "level": level, "sign": sign, "out": nhwc(out)})
    return cases


policies = {
    "randAugment": operations(RandAugment(), RandAugment._AUGMENTATION_SPACE, 31, 22),
    "trivialAugment": operations(TrivialAugmentWide(), TrivialAugmentWide._AUGMENTATION_SPACE, 31, 17),
}

import keras  # noqa: E402

batch = images.permute(0, 2, 3, 1).numpy()
keras_cases = {
    "rotation": keras.layers.RandomRotation((0.06, 0.06), fill_mode="reflect"),
    "zoom": keras.layers.RandomZoom((0.25, 0.25), fill_mode="nearest"),
    "zoom of two": keras.layers.RandomZoom((-0.3, -0.3), (0.2, 0.2), fill_mode="constant", fill_value=0.5),
}
by_keras = {name: numbers(layer(batch, training=True)) for name, layer in keras_cases.items()}

# Small images have too few pixels for every level: there, evening out changes nothing.
large = torch.tensor(rng.normal(110, 30, (2, 24, 26)).clip(0, 255).round(), dtype=torch.uint8)[:, None]
equalized = {"shape": [2, 24, 26, 1], "bytes": large.ravel().tolist(), "out": F.equalize(large).ravel().tolist()}

quantiles = {
    str(alpha): numbers(stats.beta.ppf(np.arange(0, 65) / 64, alpha, alpha)) for alpha in (0.2, 0.5, 1.0, 2.0, 10.0)
}

fixture = {
    "shape": [2, HEIGHT, WIDTH, 3],
    "bytes": bytes_.ravel().tolist(),
    "color": {name: nhwc(out) for name, out in color.items()},
    "affine": affine,
    "resized": resized,
    "crops": crops,
    "sampled": {"y": y.tolist(), "x": x.tolist(), "fill": 0.25, "modes": sampled},
    "policies": policies,
    "keras": by_keras,
    "equalized": equalized,
    "betaQuantiles": quantiles,
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
