"""A network of PyTorch as ONNX, with what it predicts, and tensors of all types: testing/references/models/saved/.

Run from the repository's root, with torch, onnx and onnxscript installed:
    python testing/references/models/torch_onnx.py
"""

import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

FOLDER = "testing/references/models/saved"
torch.manual_seed(4)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 3)
        self.fc = torch.nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).mean((2, 3)))


network = Network().eval()
x = torch.randn(2, 2, 5, 5)
path = f"{FOLDER}/torch.onnx"
torch.onnx.export(network, (x,), path, external_data=False, verbose=False)
# The paths of source files that the exporter writes beside each node are of the machine that it ran on.
model = onnx.load(path)
for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
    part.ClearField("metadata_props")
    part.ClearField("doc_string")
onnx.save(model, path)

values = [1.5, -2.0, 0.25]
whole = [-3, 7, 100]
tensors = [
    helper.make_tensor("floats", TensorProto.FLOAT, [3], values),
    helper.make_tensor("doubles", TensorProto.DOUBLE, [3], values),
    helper.make_tensor("half", TensorProto.FLOAT16, [3], values),
    helper.make_tensor("brain", TensorProto.BFLOAT16, [3], values),
    helper.make_tensor("bytes", TensorProto.INT8, [3], whole),
    helper.make_tensor("longs", TensorProto.INT64, [3, 1], whole),
    helper.make_tensor("flags", TensorProto.BOOL, [2], [True, False]),
    numpy_helper.from_array(np.array(values, np.float16), "rawHalf"),
    numpy_helper.from_array(np.array(whole, np.int64), "rawLongs"),
    numpy_helper.from_array(np.array(2.5, np.float32), "scalar"),
]
graph = helper.make_graph([], "types", [], [], tensors)
onnx.save(helper.make_model(graph, producer_name=""), f"{FOLDER}/types.onnx")

with open(f"{FOLDER}/onnx.json", "w") as file:
    json.dump(
        {
            "x": x.permute(0, 2, 3, 1).flatten().tolist(),
            "y": network(x).detach().flatten().tolist(),
        },
        file,
    )
    file.write("\n")
