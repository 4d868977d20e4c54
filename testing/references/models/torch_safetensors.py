"""A network of PyTorch and tensors of other types as safetensors, with what it predicts: testing/references/models/saved/."""

import json

import torch
from safetensors.torch import save_file

FOLDER = "testing/references/models/saved"
torch.manual_seed(3)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 3, 3)
        self.norm = torch.nn.BatchNorm2d(3)
        self.fc = torch.nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(torch.relu(self.norm(self.conv(x))).mean((2, 3)))


network = Network().eval()
with torch.no_grad():
    network.norm.running_mean.uniform_(-0.5, 0.5)
    network.norm.running_var.uniform_(0.5, 1.5)
    network.norm.weight.uniform_(0.5, 1.5)
    network.norm.bias.uniform_(-0.5, 0.5)
x = torch.randn(2, 2, 5, 5)
save_file(network.state_dict(), f"{FOLDER}/torch.safetensors", metadata={"made": "by torch"})
values = torch.tensor([1.5, -0.1, 65504.0, 3e-6, 0.0, float("inf"), float("-inf"), float("nan")])
save_file(
    {
        "half": values.half(),
        "brain": values.bfloat16(),
        "double": values.double(),
        "long": torch.tensor([[-3, 2**31 - 1]]),
        "bytes": torch.tensor([0, 255], dtype=torch.uint8),
        "flags": torch.tensor([True, False]),
        "scalar": torch.tensor(2.5),
        "none": torch.zeros(0, 3),
    },
    f"{FOLDER}/types.safetensors",
)
with open(f"{FOLDER}/torch.json", "w") as file:
    json.dump(
        {
            "inputs": x.permute(0, 2, 3, 1).flatten().tolist(),
            "outputs": network(x).flatten().tolist(),
            "half": [str(v) for v in values.half().float().tolist()],
            "brain": [str(v) for v in values.bfloat16().float().tolist()],
        },
        file,
    )
