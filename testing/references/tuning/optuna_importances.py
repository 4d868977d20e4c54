"""Optuna's fANOVA and PED-ANOVA importances of a fixed history, for the tests of @espalier/tuning.

Run from the repository's root, with optuna and scikit-learn installed:
    python testing/references/tuning/optuna_importances.py
"""

import json
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(11)
SPACE = {
    "x": FloatDistribution(0.0, 2.0),
    "y": FloatDistribution(-1.0, 1.0),
    "n": IntDistribution(1, 8),
    "kind": CategoricalDistribution(["a", "b", "c"]),
}
study = optuna.create_study()
trials = []
for _ in range(150):
    p = {
        "x": float(rng.uniform(0, 2)),
        "y": float(rng.uniform(-1, 1)),
        "n": int(rng.integers(1, 9)),
        "kind": "abc"[int(rng.integers(3))],
    }
    value = (p["x"] - 0.7) ** 2 + 0.3 * p["y"] + 0.05 * p["n"] + {"a": 0, "b": 0.4, "c": 0.5}[p["kind"]]
    study.add_trial(create_trial(params=p, distributions=SPACE, value=value))
    trials.append({"parameters": p, "value": value})
shares = [
    get_param_importances(study, evaluator=FanovaImportanceEvaluator(n_trees=256, seed=seed)) for seed in range(4)
]
mean = {name: float(np.mean([s[name] for s in shares])) for name in SPACE}
ped = [
    {"quantile": q, "shares": get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=q))}
    for q in [0.1, 0.3]
]
target = pathlib.Path(__file__).with_name("optuna_importances.json")
target.write_text(json.dumps({"trials": trials, "importances": mean, "pedAnova": ped}) + "\n")
print(mean)
