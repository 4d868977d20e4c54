"""How near Optuna's TPE comes to the optimum of six searches, for packages/tuning/bench/regret.ts.

The sixth search is over real results: the error of support vector machines on scikit-learn's digits (5 folds, 600 images),
computed once for all 912 points of a grid and kept in the same file.

Run from the repository's root, with optuna and scikit-learn installed (some minutes):
    python testing/references/tuning/optuna_regret.py
"""

import json
import pathlib
import sys

import numpy as np
import optuna
from regret_searches import SEARCHES
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import SVC

optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = 30
# The real search has only 912 points: after 100 trials everybody is at the best of them.
TRIALS = {"svm": 30}
KERNELS = ["rbf", "poly", "sigmoid"]


def svm_errors():
    x, y = load_digits(return_X_y=True)
    x, y = x[:600] / 16, y[:600]
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    errors = {}
    for kernel in KERNELS:
        for c in range(16):
            for gamma in range(19):
                model = SVC(kernel=kernel, C=2.0 ** (c - 5), gamma=2.0 ** (gamma - 15))
                errors[f"{kernel}/{c}/{gamma}"] = round(1 - float(cross_val_score(model, x, y, cv=folds).mean()), 6)
    return errors


target = pathlib.Path(__file__).with_name("optuna_regret.json")
kept = json.loads(target.read_text()) if target.exists() else {}
errors = kept.get("svm") or svm_errors()
least = min(errors.values())


def objective_svm(t):
    kernel = t.suggest_categorical("kernel", KERNELS)
    return errors[f"{kernel}/{t.suggest_int('c', 0, 15)}/{t.suggest_int('gamma', 0, 18)}"] - least


searches = {**SEARCHES, "svm": objective_svm}
regret = {}
for name, objective in searches.items():
    regret[name] = {}
    for kind, options in [("default", {}), ("group", {"multivariate": True, "group": True})]:
        if kind == "group" and name != "mixed":
            continue
        values = []
        for seed in range(SEEDS):
            study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, **options))
            study.optimize(objective, n_trials=TRIALS.get(name, 100))
            values.append(float(study.best_value))
        regret[name][kind] = sorted(values)
        print(name, kind, np.quantile(values, [0.1, 0.5, 0.9]), file=sys.stderr)
target.write_text(json.dumps({"seeds": SEEDS, "trials": {name: TRIALS.get(name, 100) for name in searches}, "svm": errors, "regret": regret}) + "\n")
