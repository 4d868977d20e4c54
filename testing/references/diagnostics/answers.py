"""Calibration errors by torchmetrics, a temperature by scipy, permutation importance by scikit-learn."""
import json
import os

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import permutation_importance
from torchmetrics.functional.classification import multiclass_calibration_error

rng = np.random.default_rng(7)
N, C = 80, 3
logits = rng.normal(0, 2.5, (N, C)).astype(np.float32)
# Labels that are less sure than the logits say.
chances = softmax(logits.astype(np.float64) / 2.2, axis=1)
labels = np.array([rng.choice(C, p=p) for p in chances])
probabilities = torch.tensor(softmax(logits.astype(np.float64), axis=1))
targets = torch.tensor(labels)


def loss(temperature):
    return -log_softmax(logits.astype(np.float64) / temperature, axis=1)[np.arange(N), labels].mean()


found = minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10})

answers = rng.normal(0, 2, 60).astype(np.float32)
yes = (rng.uniform(size=60) < 1 / (1 + np.exp(-answers.astype(np.float64) / 2))).astype(int)


class Line(RegressorMixin, BaseEstimator):
    def fit(self, x, y):
        self.fitted_ = True
        return self

    def predict(self, x):
        return 2 * x[:, 0] - x[:, 1]


x = rng.normal(0, 1, (40, 3))
y = 2 * x[:, 0] - x[:, 1] + rng.normal(0, 0.3, 40)
importance = permutation_importance(
    Line().fit(x, y), x, y, scoring="neg_mean_squared_error", n_repeats=2000, random_state=0
)

result = {
    "logits": [float(v) for v in logits.reshape(-1)],
    "labels": labels.tolist(),
    "classes": C,
    "expected": multiclass_calibration_error(probabilities, targets, C, n_bins=10, norm="l1").item(),
    "maximum": multiclass_calibration_error(probabilities, targets, C, n_bins=10, norm="max").item(),
    "loss": loss(1.0),
    "temperature": found.x,
    "lossThen": found.fun,
    "expectedThen": multiclass_calibration_error(
        torch.tensor(softmax(logits.astype(np.float64) / found.x, axis=1)), targets, C, n_bins=10, norm="l1"
    ).item(),
    "binary": {
        "logits": [float(v) for v in answers],
        "labels": yes.tolist(),
    },
    "permutation": {
        "x": [round(float(v), 6) for v in x.reshape(-1)],
        "y": [round(float(v), 6) for v in y],
        "means": importance.importances_mean.tolist(),
        "deviations": importance.importances_std.tolist(),
    },
}
with open(os.path.join(os.path.dirname(__file__), "answers.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
