"""Archives made by Python's zipfile and tarfile: python testing/references/datasets/python_archives.py"""

import base64
import io
import json
import tarfile
import zipfile
from pathlib import Path

FILES = {"pets/a.txt": b"cat\n" * 100, "pets/b.txt": b"", "pets/deep/c.bin": bytes(range(256)), "g\u00fc.txt": b"dog"}

zipped = io.BytesIO()
with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, data in FILES.items():
        info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_STORED if name.endswith(".bin") else zipfile.ZIP_DEFLATED
        archive.writestr(info, data)
    archive.writestr(zipfile.ZipInfo("empty/", (2020, 1, 1, 0, 0, 0)), b"")

tarred = io.BytesIO()
with tarfile.open(fileobj=tarred, mode="w:gz", compresslevel=9) as archive:
    for name, data in FILES.items():
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
packed = bytearray(tarred.getvalue())
packed[4:8] = b"\0\0\0\0"  # the time in gzip's header


def encode(data):
    return base64.b64encode(bytes(data)).decode()


out = {"files": {name: encode(data) for name, data in FILES.items()}, "zip": encode(zipped.getvalue()), "tarGz": encode(packed)}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
