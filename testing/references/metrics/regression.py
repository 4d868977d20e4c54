"""Values of torchmetrics', scikit-learn's and scipy's metrics of numbers and ranked lists for the tests of @espalier/metrics.

Run from the repository's root, with torch, torchmetrics, scipy and scikit-learn installed:
    python testing/references/metrics/regression.py
"""

import json
import pathlib

import numpy as np
import scipy.stats
import sklearn.metrics as sk
import torch
import torchmetrics.functional.regression as tm
import torchmetrics.functional.retrieval as tr

rng = np.random.default_rng(5)
N, D = 30, 2


def plain(array):
    array = np.asarray(array, dtype=np.float64)
    return {"shape": list(array.shape), "values": array.flatten().tolist()}


def rounded(array):
    return np.asarray(array, dtype=np.float32).astype(np.float64)


weights = rounded(rng.uniform(0.1, 2, N))
# Quarters tie; all above 0, for logarithms and deviances.
targets = rounded(np.round(rng.gamma(2, 2, (N, D)) * 4) / 4 + 0.25)
outputs = rounded(np.maximum(np.round((targets * 0.8 + rng.normal(size=(N, D))) * 4) / 4, 0.25))
far_targets = rounded(10_000 + rng.normal(size=(N, 1)))
far_outputs = rounded(far_targets + rng.normal(size=(N, 1)) * 0.5)
y, t = torch.tensor(outputs), torch.tensor(targets)
column = [(outputs[:, d], targets[:, d]) for d in range(D)]

ensemble = rounded(rng.normal(size=(N, 4)))
truth = rounded(rng.normal(size=N))

scores = rounded(rng.uniform(size=(12, 6)))  # above 0 and without ties: torchmetrics takes other items for irrelevant
relevant = rng.integers(0, 2, (12, 6))
relevant[3] = 0
graded = rng.integers(0, 4, (12, 6))
tied = rounded(np.round(rng.normal(size=(12, 6))))


def queries(score, target, **options):
    return float(
        np.mean([score(torch.tensor(s), torch.tensor(r), **options).item() for s, r in zip(scores, target)])
    )


fixtures = {
    "outputs": plain(outputs),
    "targets": plain(targets),
    "weights": plain(weights),
    "far": {"outputs": plain(far_outputs), "targets": plain(far_targets)},
    "values": {
        "rmse": tm.mean_squared_error(y, t, squared=False).item(),
        "mape": tm.mean_absolute_percentage_error(y, t).item(),
        "mapeWeighted": sk.mean_absolute_percentage_error(targets, outputs, sample_weight=weights),
        "smape": tm.symmetric_mean_absolute_percentage_error(y, t).item(),
        "wmape": tm.weighted_mean_absolute_percentage_error(y, t).item(),
        "msle": sk.mean_squared_log_error(targets, outputs),
        "msleWeighted": sk.mean_squared_log_error(targets, outputs, sample_weight=weights),
        "minkowski": tm.minkowski_distance(y, t, p=3).item(),
        "pinball": sk.mean_pinball_loss(targets, outputs, alpha=0.8),
        "pinballWeighted": sk.mean_pinball_loss(targets, outputs, alpha=0.8, sample_weight=weights),
        "cosine": tm.cosine_similarity(y, t, reduction="mean").item(),
        **{
            f"tweedie{p}": sk.mean_tweedie_deviance(targets.flatten(), outputs.flatten(), power=p)
            for p in [0, 1, 1.5, 2, 3]
        },
        "explainedVariance": sk.explained_variance_score(targets, outputs, multioutput="raw_values").tolist(),
        "explainedVarianceWeighted": sk.explained_variance_score(
            targets, outputs, multioutput="raw_values", sample_weight=weights
        ).tolist(),
        "explainedVarianceFar": [sk.explained_variance_score(far_targets, far_outputs)],
        "r2Each": sk.r2_score(targets, outputs, multioutput="raw_values").tolist(),
        "r2Variance": sk.r2_score(targets, outputs, multioutput="variance_weighted"),
        "r2Adjusted": tm.r2_score(y, t, adjusted=3).item(),
        "relativeSquaredError": tm.relative_squared_error(y, t).item(),
        "pearson": [scipy.stats.pearsonr(a, b)[0] for a, b in column],
        "pearsonWeighted": [
            np.cov(a, b, aweights=weights)[0, 1]
            / np.sqrt(np.cov(a, aweights=weights) * np.cov(b, aweights=weights))
            for a, b in column
        ],
        "pearsonFar": [scipy.stats.pearsonr(far_outputs[:, 0], far_targets[:, 0])[0]],
        "concordance": [
            2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2) for a, b in column
        ],
        "spearman": [scipy.stats.spearmanr(a, b)[0] for a, b in column],
        "kendall": [scipy.stats.kendalltau(a, b)[0] for a, b in column],
        "crps": tm.continuous_ranked_probability_score(torch.tensor(ensemble), torch.tensor(truth)).item(),
    },
    "ensemble": {"outputs": plain(ensemble), "targets": plain(truth)},
    "ranking": {
        "scores": plain(scores),
        "relevant": plain(relevant),
        "graded": plain(graded),
        "tied": plain(tied),
        "values": {
            "mrr": queries(tr.retrieval_reciprocal_rank, relevant),
            "mrr2": queries(tr.retrieval_reciprocal_rank, relevant, top_k=2),
            "map": queries(tr.retrieval_average_precision, relevant),
            "map3": queries(tr.retrieval_average_precision, relevant, top_k=3),
            "hitRate": queries(tr.retrieval_hit_rate, relevant, top_k=1),
            "ndcg": sk.ndcg_score(graded, scores),
            "ndcg3": sk.ndcg_score(graded, scores, k=3),
            "ndcgTied": sk.ndcg_score(graded, tied, k=4),
        },
    },
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures) + "\n")
