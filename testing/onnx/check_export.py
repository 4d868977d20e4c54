"""Checks exported models with onnx.checker and PyPI's onnxruntime.

    node --conditions=@espalier/source --import tsx testing/onnx/export-models.ts FOLDER
    python testing/onnx/check_export.py FOLDER
"""

import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    case = json.loads(path.with_suffix(".json").read_text())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {session.get_inputs()[0].name: np.array(case["input"]["data"], np.float32).reshape(case["input"]["shape"])}
    result = session.run(None, feeds)[0]
    expected = np.array(case["output"]["data"], np.float32).reshape(case["output"]["shape"])
    print(path.name, "opset", model.opset_import[0].version, "largest difference", float(np.abs(result - expected).max()))
    assert np.allclose(result, expected, rtol=1e-5, atol=1e-6)
