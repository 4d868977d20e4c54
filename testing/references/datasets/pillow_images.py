"""Small image files of many kinds and their pixels, by Pillow: python testing/references/datasets/pillow_images.py

Needs pillow and numpy, and pypng, tifffile and imagecodecs to write kinds that Pillow reads and does not write.
"""

import base64
import io
import json
from pathlib import Path

import struct

import numpy as np
import PIL
import png
import tifffile
from PIL import Image, TiffImagePlugin


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


def save(image, kind, options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def tags(**values):
    """Tags of a TIFF file by their numbers."""
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for number, value in values.items():
        directory[int(number[1:])] = value
    return {"tiffinfo": directory}


def pypng(values, **options):
    """A PNG file by pypng, of rows of samples."""
    file = io.BytesIO()
    rows = np.asarray(values).reshape(HEIGHT, -1)
    png.Writer(WIDTH, HEIGHT, compression=9, **options).write(file, [list(map(int, row)) for row in rows])
    return file.getvalue()


def tiff(values, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, values, metadata=None, software=None, **options)
    return file.getvalue()


def bmp(depth, body, palette=b"", compression=0, header=40, masks=b"", entry=4):
    """A BMP file of a header of this size; 12 is that of OS/2."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, depth)
    else:
        info = struct.pack("<IiiHHIIiiII", header, WIDTH, HEIGHT, 1, depth, compression, len(body), 0, 0, 0, 0)
        info += masks if header == 40 else masks.ljust(header - 40, b"\0")
    start = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + info + palette + body


def bmp_rows(rows):
    """From the bottom, each filled up to four bytes."""
    return b"".join(row + b"\0" * (-len(row) % 4) for row in reversed(rows))


numbers = (x // 3 + 7 * (y // 2)) % 16
colors = [((37 * i) % 256, (91 * i) % 256, (11 * i + 5) % 256) for i in range(256)]


def bmp_palette(count, entry=4):
    return b"".join(bytes([b, g, r, 0][:entry]) for r, g, b in colors[:count])


def runs(depth, absolute):
    """Run-length encoding, of runs or of pieces that are written out; some pixels are left out by a jump."""
    body = b""
    for row in numbers[::-1]:
        row = [int(v) for v in row]
        at = 0
        while at < WIDTH:
            if absolute and WIDTH - at >= 3:
                count = min(7, WIDTH - at)
                piece = row[at : at + count] + [0]
                if depth == 8:
                    data = bytes(piece[:count])
                else:
                    data = bytes(piece[2 * i] * 16 + piece[2 * i + 1] for i in range((count + 1) // 2))
                body += bytes([0, count]) + data + b"\0" * (len(data) % 2)
            else:
                count = 1
                while at + count < WIDTH and row[at + count] == row[at]:
                    count += 1
                body += bytes([count, row[at] if depth == 8 else row[at] * 17])
            at += count
        body += b"\0\0"
    return body + b"\0\1"


small = (7 * x + 3 * y) % 4
pairs = [bytes(int("".join(f"{v:04b}" for v in row[i : i + 2]).ljust(8, "0"), 2) for i in range(0, WIDTH, 2)) for row in numbers]
five = ((rgb[..., 0].astype(int) >> 3) << 11) | ((rgb[..., 1].astype(int) >> 2) << 5) | (rgb[..., 2] >> 3)
bgra = [rgba[row][:, [2, 1, 0, 3]].tobytes() for row in range(HEIGHT)]
alpha_masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
files = {name: save(*kind) for name, kind in kinds.items()} | {
    "png 1 bit interlaced": pypng(bits, greyscale=True, bitdepth=1, interlace=True),
    "png palette interlaced": pypng(numbers, palette=colors[:16], bitdepth=4, interlace=True),
    "png rgb interlaced": pypng(rgb, greyscale=False, interlace=True),
    "png rgba interlaced": pypng(rgba, greyscale=False, alpha=True, interlace=True),
    "png transparent grey": pypng(grey, greyscale=True, transparent=int(grey[2, 2])),
    "png transparent rgb": pypng(rgb, greyscale=False, transparent=(250, 20, 30)),
    "png transparent palette": pypng(small, palette=[(*c, 60 * i) for i, c in enumerate(colors[:4])], bitdepth=2),
    "bmp os2": bmp(24, bmp_rows([rgb[row][:, ::-1].tobytes() for row in range(HEIGHT)]), header=12),
    "bmp os2 palette": bmp(4, bmp_rows(pairs), bmp_palette(16, 3), header=12),
    "bmp 5 6 5": bmp(16, bmp_rows([row.astype("<u2").tobytes() for row in five]), compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
    "bmp opacity": bmp(32, bmp_rows(bgra), compression=3, header=124, masks=alpha_masks),
    "bmp runs of bytes": bmp(8, runs(8, False), bmp_palette(256), compression=1),
    "bmp bytes written out": bmp(8, runs(8, True), bmp_palette(256), compression=1),
    "bmp runs of half bytes": bmp(4, runs(4, False), bmp_palette(16), compression=2),
    "bmp half bytes written out": bmp(4, runs(4, True), bmp_palette(16), compression=2),
    "tiff grey opacity": save(Image.fromarray(rgba).convert("LA"), "TIFF", {}),
    "tiff planes": tiff(np.moveaxis(rgb, -1, 0), photometric="rgb", planarconfig="separate"),
    "tiff planes in tiles": tiff(np.moveaxis(rgba, -1, 0), photometric="rgb", planarconfig="separate", tile=(16, 16), compression="lzw"),
    "tiff big-endian differences": tiff(rgb, photometric="rgb", byteorder=">", compression="lzw", predictor=True, rowsperstrip=5),
    "tiff 16 bit differences": tiff(np.array(wide), photometric="minisblack", byteorder=">", compression="zlib", predictor=True),
    "tiff tiles": tiff(rgb, photometric="rgb", tile=(16, 16), compression="lzw", predictor=True),
    "tiff tiles of grey": tiff(grey, photometric="minisblack", tile=(16, 32), byteorder=">"),
    "tiff two pictures": tiff(np.stack([grey, 255 - grey]), photometric="minisblack"),
    "tiff bits reversed": save(one, "TIFF", tags(t266=2)),
    "tiff white first": save(one, "TIFF", tags(t262=0)),
    "tiff lzw bits reversed": save(one, "TIFF", {"compression": "tiff_lzw", **tags(t266=2, t262=0)}),
    "tiff group 3 by the row above": save(one, "TIFF", {"compression": "group3", **tags(t292=1)}),
    "tiff group 4 bits reversed": save(one, "TIFF", {"compression": "group4", **tags(t266=2)}),
    "tiff group 4 white first": save(one, "TIFF", {"compression": "group4", **tags(t262=0)}),
}
out = []
for name, file in files.items():
    read = Image.open(io.BytesIO(file))
    if name == "bmp 32 bit":
        # The format does not say whether the fourth byte is opacity.
        read = read.convert("RGB")
    if read.mode in ("I;16", "I;16B"):
        pixels = np.round(np.array(read).astype(np.float64) * 255 / 65535).astype(np.uint8)
    elif read.mode in ("RGBA", "LA") or "transparency" in read.info:
        pixels = np.array(read.convert("RGBA"))
    elif read.mode in ("1", "L"):
        pixels = np.array(read.convert("L"))
    elif read.mode == "P" and name == "bmp swapped palette":
        pixels = np.array(read.convert("L"))
    else:
        pixels = np.array(read.convert("RGB"))
    out.append(
        {
            "name": name,
            "file": base64.b64encode(file).decode(),
            "width": WIDTH,
            "height": HEIGHT,
            "channels": 1 if pixels.ndim == 2 else pixels.shape[2],
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
        }
    )

Path(__file__).with_suffix(".json").write_text(json.dumps({"pillow": PIL.__version__, "images": out}, separators=(",", ":")) + "\n")
