"""Local linear models of the package `lime` (0.2), for a table with a column of categories and for hidden segments of a picture, on the
very rows that it drew. Needs lime, scikit-learn and numpy, writes lime-models.json.
"""
import json
import os

import numpy as np
import sklearn.metrics
from lime.lime_base import LimeBase
from lime.lime_tabular import LimeTabularExplainer

random = np.random.RandomState(5)
training = random.normal(size=(30, 3)) * [1, 3, 0.5] + [0, 2, -1]
training[:, 2] = random.randint(0, 3, 30)
row = np.array([0.5, 1.0, 2.0])


def predict(x):
    p = 1 / (1 + np.exp(-(np.sin(x[:, 0]) + 0.3 * x[:, 1] ** 2 - 0.8 * (x[:, 2] == 2))))
    return np.stack([1 - p, p], 1)


seen = {}
explain = LimeBase.explain_instance_with_data


def watched(self, data, labels, distances, label, *rest, **more):
    seen.update(data=data, scores=labels[:, label], distances=distances)
    return explain(self, data, labels, distances, label, *rest, **more)


LimeBase.explain_instance_with_data = watched


def model(intercept, pairs, r2, local, columns):
    weights = [0.0] * columns
    for column, weight in pairs:
        weights[column] = float(weight)
    return {"intercept": float(intercept), "weights": weights, "r2": float(r2), "local": float(local[0])}


def numbers(a):
    return [float(v) for v in np.asarray(a).reshape(-1)]


def table(features):
    explainer = LimeTabularExplainer(
        training,
        categorical_features=[2],
        discretize_continuous=False,
        feature_selection="highest_weights",
        random_state=1,
    )
    found = explainer.explain_instance(row, predict, labels=(1,), num_features=features, num_samples=40)
    kept = model(found.intercept[1], found.local_exp[1], found.score, found.local_pred, 3)
    return explainer, kept


explainer, whole = table(3)
rows, scores, distances = numbers(seen["data"]), numbers(seen["scores"]), numbers(seen["distances"])
_, two = table(2)

parts = random.randint(0, 2, (30, 6))
parts[0] = 1
parts[7] = 0
part_scores = parts @ np.array([1.0, -2, 0.5, 0, 0, 3]) + parts[:, 0] * parts[:, 1]
part_distances = sklearn.metrics.pairwise_distances(parts, parts[:1], metric="cosine").ravel()
base = LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)))
pictures = model(*explain(base, parts, part_scores[:, None], part_distances, 0, 6, "none"), 6)

result = {
    "training": numbers(training),
    "row": numbers(row),
    "mean": numbers(explainer.scaler.mean_),
    "scale": numbers(explainer.scaler.scale_),
    "rows": rows,
    "scores": scores,
    "distances": distances,
    "kernelWidth": 0.75 * 3**0.5,
    "whole": whole,
    "two": two,
    "parts": numbers(parts),
    "partScores": numbers(part_scores),
    "partDistances": numbers(part_distances),
    "pictures": pictures,
}
with open(os.path.join(os.path.dirname(__file__), "lime-models.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
