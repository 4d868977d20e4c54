"""Values of torchmetrics' and scikit-learn's metrics for the tests of @espalier/metrics.

Run from the repository's root, with torch, torchmetrics and scikit-learn installed:
    python testing/references/metrics/metrics.py
"""

import json
import pathlib

import numpy as np
import torch
from sklearn.metrics import accuracy_score, confusion_matrix, mean_absolute_error, mean_squared_error, r2_score
from torchmetrics.classification import BinaryAccuracy, MulticlassAccuracy, MulticlassConfusionMatrix

torch.manual_seed(3)
N, C, BATCHES = 23, 5, [8, 8, 7]


def plain(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "values": array.flatten().tolist()}


logits = torch.randn(N, C)
labels = torch.randint(0, C - 1, (N,))  # class 4 never occurs
weights = torch.rand(N)
scores = logits.clone()
scores[0], scores[1], scores[2] = 1.0, torch.tensor([0.0, 2, 2, 2, 0]), torch.tensor([0.0, 2, 2, 2, 0])
labels[0], labels[1], labels[2] = 0, 1, 3  # argmax of equal logits is the first
binary_logits = torch.randn(N) * 2
binary_logits[0] = 0.0
binary_labels = torch.randint(0, 2, (N,))

accuracy = MulticlassAccuracy(num_classes=C, average="micro")(scores, labels).item()
assert abs(accuracy - accuracy_score(labels, scores.argmax(1))) < 1e-6

y = (torch.randn(N, 2) * 3 + torch.tensor([100.0, -1.0])).double()
y_hat = y + torch.randn(N, 2)
y, y_hat = y.float().double(), y_hat.float().double()
w = weights.double()

fixtures = {
    "batches": BATCHES,
    "classes": C,
    "logits": plain(scores),
    "labels": plain(labels),
    "weights": plain(weights),
    "accuracy": accuracy,
    "weightedAccuracy": accuracy_score(labels, scores.argmax(1), sample_weight=w),
    "topK": {
        str(k): MulticlassAccuracy(num_classes=C, top_k=k, average="micro")(logits[3:], labels[3:]).item()
        for k in range(1, C + 1)
    },
    "confusionMatrix": MulticlassConfusionMatrix(num_classes=C)(scores, labels).tolist(),
    "weightedConfusionMatrix": confusion_matrix(labels, scores.argmax(1), labels=range(C), sample_weight=w).tolist(),
    "binary": {
        "logits": plain(binary_logits),
        "labels": plain(binary_labels),
        "accuracy": BinaryAccuracy()(torch.sigmoid(binary_logits), binary_labels).item(),
    },
    "oneClass": {
        "accuracy": accuracy_score([2] * N, scores.argmax(1)),
        "confusionMatrix": confusion_matrix([2] * N, scores.argmax(1), labels=range(C)).tolist(),
    },
    "regression": {
        "outputs": plain(y_hat),
        "targets": plain(y),
        "mse": mean_squared_error(y, y_hat),
        "mae": mean_absolute_error(y, y_hat),
        "r2": r2_score(y, y_hat),
        "weighted": {
            "mse": mean_squared_error(y, y_hat, sample_weight=w),
            "mae": mean_absolute_error(y, y_hat, sample_weight=w),
            "r2": r2_score(y, y_hat, sample_weight=w),
        },
    },
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, indent=1) + "\n")
