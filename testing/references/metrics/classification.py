"""Values of torchmetrics' and scikit-learn's metrics of classes for the tests of @espalier/metrics.

Run from the repository's root, with torch, torchmetrics and scikit-learn installed:
    python testing/references/metrics/classification.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import sklearn.metrics as sk
import torch
import torchmetrics.classification as tmc
import torchmetrics.functional.classification as tm
from scipy.special import expit, softmax

warnings.filterwarnings("ignore")
rng = np.random.default_rng(11)
N, C, L = 40, 4, 3


def plain(array):
    array = np.asarray(array, dtype=np.float64)
    return {"shape": list(array.shape), "values": array.flatten().tolist()}


def clean(value):
    if isinstance(value, dict):
        return {k: clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        return [clean(v) for v in value]
    value = float(value)
    return str(value) if not math.isfinite(value) else value


weights = rng.uniform(0.1, 2, N).astype(np.float32)

# Quarters, so that many scores tie; class 3 has no example, and class 2 is never predicted.
multi = {"logits": np.round(rng.normal(size=(N, C)) * 8) / 4, "labels": rng.integers(0, 3, N)}
multi["logits"][:, 2] -= 6
multi["logits"][np.arange(N), multi["labels"]] += 0.75
binary = {"logits": np.round(rng.normal(size=N) * 4) / 2, "labels": rng.integers(0, 2, N)}
binary["logits"] += binary["labels"]
multilabel = {"logits": np.round(rng.normal(size=(N, L)) * 4) / 2, "labels": rng.integers(0, 2, (N, L))}
multilabel["logits"] += 1.5 * multilabel["labels"]

Y, P = multi["labels"], multi["logits"].argmax(1)
B, Q = binary["labels"], (binary["logits"] > 0).astype(int)
B3 = (expit(binary["logits"]) > 0.3).astype(int)
M, R = multilabel["labels"], (multilabel["logits"] > 0).astype(int)

t_logits, t_labels = torch.tensor(multi["logits"]), torch.tensor(Y)
values = {"multi": {}, "weighted": {}, "binary": {}, "threshold": {}, "multilabel": {}}


def each(name, score, **fixed):
    """A scikit-learn score in all its averages; with zero_division=0 and only the classes that occur in macro."""
    for average in ["macro", "micro", "weighted", None]:
        key = f"{name}/{average or 'none'}"
        labels = range(C) if average is None else None
        values["multi"][key] = score(Y, P, average=average, zero_division=0, labels=labels, **fixed)
        values["weighted"][key] = score(Y, P, average=average, zero_division=0, labels=labels, sample_weight=weights, **fixed)
        values["multilabel"][key] = score(M, R, average=average, zero_division=0, **fixed)
    values["binary"][f"{name}/default"] = score(B, Q, **fixed)
    values["binary"][f"{name}/macro"] = score(B, Q, average="macro", **fixed)
    values["threshold"][f"{name}/default"] = score(B, B3, **fixed)


each("precision", sk.precision_score)
each("recall", sk.recall_score)
each("f1", sk.f1_score)
each("fBeta", sk.fbeta_score, beta=2)
each("jaccard", sk.jaccard_score)

t_b, t_q = torch.tensor(B), torch.tensor(Q)
for name, multi_score, label_score, binary_score in [
    ("specificity", tm.multiclass_specificity, tm.multilabel_specificity, tm.binary_specificity),
    (
        "negativePredictiveValue",
        tm.multiclass_negative_predictive_value,
        tm.multilabel_negative_predictive_value,
        tm.binary_negative_predictive_value,
    ),
]:
    for average in ["macro", "micro", "weighted", "none"]:
        values["multi"][f"{name}/{average}"] = multi_score(t_logits, t_labels, C, average=average).numpy()
        values["multilabel"][f"{name}/{average}"] = label_score(
            torch.tensor(R), torch.tensor(M), L, average=average
        ).numpy()
    values["binary"][f"{name}/default"] = binary_score(t_q, t_b).item()
    values["threshold"][f"{name}/default"] = binary_score(torch.tensor(B3), t_b).item()

probabilities = softmax(multi["logits"], axis=1)
p_binary = expit(binary["logits"])
p_labels = expit(multilabel["logits"])

other = {
    "statScores": tm.multiclass_stat_scores(t_logits, t_labels, C, average=None).numpy(),
    "statScoresMultilabel": tm.multilabel_stat_scores(torch.tensor(R), torch.tensor(M), L, average=None).numpy(),
    "balancedAccuracy": sk.balanced_accuracy_score(Y, P),
    "balancedAccuracyAdjusted": sk.balanced_accuracy_score(Y, P, adjusted=True),
    "balancedAccuracyWeighted": sk.balanced_accuracy_score(Y, P, sample_weight=weights),
    "matthews": sk.matthews_corrcoef(Y, P),
    "matthewsWeighted": sk.matthews_corrcoef(Y, P, sample_weight=weights),
    "matthewsBinary": sk.matthews_corrcoef(B, Q),
    "matthewsOneClass": sk.matthews_corrcoef(np.ones(N), P),
    "kappa": sk.cohen_kappa_score(Y, P),
    "kappaLinear": sk.cohen_kappa_score(Y, P, weights="linear", labels=range(C)),
    "kappaQuadratic": sk.cohen_kappa_score(Y, P, weights="quadratic", labels=range(C)),
    "kappaWeighted": sk.cohen_kappa_score(Y, P, sample_weight=weights),
    "hamming": sk.hamming_loss(M, R),
    "hammingWeighted": sk.hamming_loss(M, R, sample_weight=weights),
    "hammingMulti": sk.hamming_loss(Y, P),
    "exactMatch": sk.accuracy_score(M, R),
    "exactMatchWeighted": sk.accuracy_score(M, R, sample_weight=weights),
    "binaryAccuracy": tm.multilabel_accuracy(torch.tensor(R), torch.tensor(M), L, average="micro").item(),
    "confusionTrue": sk.confusion_matrix(Y, P, labels=range(C), normalize="true"),
    "confusionPredicted": sk.confusion_matrix(Y, P, labels=range(C), normalize="pred"),
    "confusionAll": sk.confusion_matrix(Y, P, labels=range(C), normalize="all"),
    "logLoss": sk.log_loss(Y, probabilities, labels=range(C)),
    "logLossWeighted": sk.log_loss(Y, probabilities, labels=range(C), sample_weight=weights),
    "logLossBinary": sk.log_loss(B, p_binary),
    "perplexity": math.exp(sk.log_loss(Y, probabilities, labels=range(C))),
    "brierBinary": sk.brier_score_loss(B, p_binary),
    "brierMulti": float(np.mean(((probabilities - np.eye(C)[Y]) ** 2).sum(1))),
}
for norm in ["l1", "l2", "max"]:
    other[f"calibration/{norm}"] = tm.multiclass_calibration_error(
        torch.tensor(probabilities), t_labels, C, n_bins=10, norm=norm
    ).item()
    other[f"calibrationBinary/{norm}"] = tm.binary_calibration_error(
        torch.tensor(p_binary), t_b, n_bins=15, norm=norm
    ).item()

report = sk.classification_report(Y, P, labels=range(C), output_dict=True, zero_division=0)
curves = {
    "rocAuc": sk.roc_auc_score(B, p_binary),
    "rocAucWeighted": sk.roc_auc_score(B, p_binary, sample_weight=weights),
    "averagePrecision": sk.average_precision_score(B, p_binary),
    "averagePrecisionWeighted": sk.average_precision_score(B, p_binary, sample_weight=weights),
    "roc": [a.tolist() for a in tm.binary_roc(torch.tensor(p_binary), t_b)],
    "pr": [a.tolist() for a in sk.precision_recall_curve(B, p_binary)],
}
# Classes with examples only: of the others there is no curve.
present = [c for c in range(C) if (Y == c).any()]
curves["rocAucEach"] = [sk.roc_auc_score(Y == c, probabilities[:, c]) for c in present]
curves["averagePrecisionEach"] = [sk.average_precision_score(Y == c, probabilities[:, c]) for c in present]
support = np.array([(Y == c).sum() for c in present])
for name in ["rocAuc", "averagePrecision"]:
    curves[f"{name}Macro"] = float(np.mean(curves[f"{name}Each"]))
    curves[f"{name}ByExamples"] = float(np.dot(curves[f"{name}Each"], support) / support.sum())
curves["rocAucMultilabel"] = sk.roc_auc_score(M, p_labels, average=None)
curves["averagePrecisionMultilabel"] = sk.average_precision_score(M, p_labels, average=None)
curves["rocAucMicro"] = sk.roc_auc_score(M, p_labels, average="micro")
curves["rocAucBinned"] = tm.binary_auroc(torch.tensor(p_binary), t_b, thresholds=11).item()
curves["averagePrecisionBinned"] = tm.binary_average_precision(torch.tensor(p_binary), t_b, thresholds=11).item()
tp, tt = torch.tensor(p_binary), t_b
curves["recallAtPrecision"] = tm.binary_recall_at_fixed_precision(tp, tt, min_precision=0.75)[0].item()
curves["precisionAtRecall"] = tm.binary_precision_at_fixed_recall(tp, tt, min_recall=0.6)[0].item()
curves["sensitivityAtSpecificity"] = tm.binary_sensitivity_at_specificity(tp, tt, min_specificity=0.8)[0].item()
curves["specificityAtSensitivity"] = tm.binary_specificity_at_sensitivity(tp, tt, min_sensitivity=0.6)[0].item()
curves["equalErrorRate"] = tm.binary_eer(tp, tt).item()

groups = rng.integers(0, 3, N)
rates = tm.binary_groups_stat_rates(t_q, t_b, torch.tensor(groups), 3)
fair = tm.binary_fairness(t_q, t_b, torch.tensor(groups), task="all")

fixtures = clean(
    {
        "values": values,
        "other": other,
        "curves": curves,
        "report": {
            "classes": [[report[str(c)][k] for k in ["precision", "recall", "f1-score", "support"]] for c in range(C)],
            "macro": [report["macro avg"][k] for k in ["precision", "recall", "f1-score", "support"]],
            "weighted": [report["weighted avg"][k] for k in ["precision", "recall", "f1-score", "support"]],
            "accuracy": report.get("accuracy", sk.accuracy_score(Y, P)),
        },
        "groups": {
            "groups": groups,
            "predicted": Q,
            "actual": B,
            "rates": [rates[f"group_{g}"].numpy() for g in range(3)],  # tp, fp, tn, fn over all of the group
            "ratios": sorted(v.item() for v in fair.values()),
        },
    }
)
fixtures |= {
    "weights": plain(weights),
    "multi": {k: plain(v) for k, v in multi.items()},
    "binary": {k: plain(v) for k, v in binary.items()},
    "multilabel": {k: plain(v) for k, v in multilabel.items()},
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures, indent=None) + "\n")
