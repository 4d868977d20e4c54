"""Small image files of many kinds and their pixels, by Pillow: python testing/references/datasets/pillow_images.py

Needs pillow and numpy.
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image


HEIGHT, WIDTH = 19, 21
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
rgb = np.stack([12 * x, 13 * y, 6 * (x + y)], axis=-1).clip(0, 255).astype(np.uint8)
rgb[3:7, 4:9] = (250, 20, 30)
rgba = np.concatenate([rgb, (255 - 12 * x)[..., None].clip(0, 255).astype(np.uint8)], axis=-1)
grey = (7 * x + 5 * y).clip(0, 255).astype(np.uint8)
bits = (x - 9) ** 2 + (y - 8) ** 2 < 40

color, mono = Image.fromarray(rgb), Image.fromarray(grey)
one = Image.fromarray((bits * 255).astype(np.uint8)).convert("1", dither=Image.Dither.NONE)
palette = color.quantize(13, dither=Image.Dither.NONE)
swapped = Image.fromarray(bits.astype(np.uint8), mode="P")
swapped.putpalette([255, 255, 255, 0, 0, 0])
wide = Image.fromarray((grey.astype(np.uint16) * 257 - 90).clip(0, 65535).astype(np.uint16))

kinds = {
    "png grey": (mono, "PNG", {}),
    "png 1 bit": (one, "PNG", {}),
    "png rgb": (color, "PNG", {}),
    "png rgba": (Image.fromarray(rgba), "PNG", {}),
    "png grey alpha": (Image.fromarray(rgba).convert("LA"), "PNG", {}),
    "png palette": (palette, "PNG", {}),
    "png palette 4 bit": (palette, "PNG", {"bits": 4}),
    "png 16 bit": (wide, "PNG", {}),
    "jpeg grey": (mono, "JPEG", {"quality": 90}),
    "jpeg 4:2:0": (color, "JPEG", {"quality": 75}),
    "jpeg 4:4:4": (color, "JPEG", {"quality": 90, "subsampling": 0}),
    "jpeg progressive": (color, "JPEG", {"quality": 80, "progressive": True}),
    "bmp 1 bit": (one, "BMP", {}),
    "bmp 8 bit grey": (mono, "BMP", {}),
    "bmp palette": (palette, "BMP", {}),
    "bmp swapped palette": (swapped, "BMP", {}),
    "bmp 24 bit": (color, "BMP", {}),
    "bmp 32 bit": (Image.fromarray(rgba), "BMP", {}),
    "tiff raw": (color, "TIFF", {}),
    "tiff grey": (mono, "TIFF", {}),
    "tiff lzw": (color, "TIFF", {"compression": "tiff_lzw"}),
    "tiff deflate": (mono, "TIFF", {"compression": "tiff_adobe_deflate"}),
    "tiff packbits": (color, "TIFF", {"compression": "packbits"}),
    "tiff rgba": (Image.fromarray(rgba), "TIFF", {}),
    "tiff palette": (palette, "TIFF", {}),
    "tiff 1 bit": (one, "TIFF", {}),
    "tiff ccitt": (one, "TIFF", {"compression": "tiff_ccitt"}),
    "tiff group 3": (one, "TIFF", {"compression": "group3"}),
    "tiff group 4": (one, "TIFF", {"compression": "group4"}),
}
out = []
for name, (image, kind, options) in kinds.items():
    file = io.BytesIO()
    image.save(file, kind, **options)
    read = Image.open(io.BytesIO(file.getvalue()))
    if name == "bmp 32 bit":
        # The format does not say whether the fourth byte is opacity.
        read = read.convert("RGB")
    if read.mode == "I;16":
        pixels = np.round(np.array(read).astype(np.float64) * 255 / 65535).astype(np.uint8)
    elif read.mode in ("1", "L"):
        pixels = np.array(read.convert("L"))
    elif read.mode in ("RGBA", "LA"):
        pixels = np.array(read.convert("RGBA"))
    elif read.mode == "P" and name == "bmp swapped palette":
        pixels = np.array(read.convert("L"))
    else:
        pixels = np.array(read.convert("RGB"))
    out.append(
        {
            "name": name,
            "file": base64.b64encode(file.getvalue()).decode(),
            "width": WIDTH,
            "height": HEIGHT,
            "channels": 1 if pixels.ndim == 2 else pixels.shape[2],
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
        }
    )

Path(__file__).with_suffix(".json").write_text(json.dumps({"pillow": PIL.__version__, "images": out}, separators=(",", ":")) + "\n")
