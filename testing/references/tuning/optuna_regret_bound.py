"""Optuna's RegretBoundEvaluator and CrossValidationErrorEvaluator on fixed histories.

Run from the repository's root, with optuna and torch installed:
    python testing/references/tuning/optuna_regret_bound.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from optuna._gp import gp, prior
from optuna._gp import search_space as gp_search_space
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.terminator import CrossValidationErrorEvaluator, RegretBoundEvaluator, report_cross_validation_scores
from optuna.terminator.improvement import evaluator as module

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
SPACES = {
    "two numbers": {"x": FloatDistribution(-1, 2), "y": FloatDistribution(0, 1)},
    "mixed": {"kind": CategoricalDistribution(["a", "b", "c"]), "rate": FloatDistribution(1e-4, 1, log=True),
              "n": IntDistribution(1, 9)},
}


def cost(p):
    if "kind" in p:
        return abs(math.log10(p["rate"]) + 2) + {"a": 0, "b": 0.5, "c": 1}[p["kind"]] + 0.05 * (p["n"] - 3) ** 2
    return (p["x"] - 0.5) ** 2 + 2 * (p["y"] - 0.3) ** 2


cases = []
for name, space in SPACES.items():
    for count, direction in [(12, "minimize"), (25, "maximize"), (60, "minimize")]:
        study = optuna.create_study(direction=direction, sampler=optuna.samplers.TPESampler(seed=count))
        told, sign = [], -1 if direction == "maximize" else 1
        for _ in range(count):
            trial = study.ask(space)
            value = sign * cost(trial.params)
            folds = [value + d for d in np.random.default_rng(trial.number).normal(0, 0.1, 5).tolist()]
            report_cross_validation_scores(trial, folds)
            study.tell(trial, value)
            told.append({"parameters": trial.params, "value": value, "folds": folds})
        evaluator = RegretBoundEvaluator(seed=0)
        kept = {}
        original = module._compute_standardized_regret_bound

        def watch(gpr, search_space, params, values, *args, **kwargs):
            kept["weights"] = gpr.inverse_squared_lengthscales.tolist()
            kept["scale"], kept["noise"] = gpr.kernel_scale.item(), gpr.noise_var.item()
            kept["points"], kept["values"] = params.tolist(), values.tolist()
            kept["candidates"] = search_space.sample_normalized_params(32, rng=np.random.RandomState(5)).tolist()
            kept["standardized"] = float(original(gpr, search_space, params, values, optimize_n_samples=32,
                                                  rng=np.random.RandomState(5)))
            return original(gpr, search_space, params, values, *args, **kwargs)

        module._compute_standardized_regret_bound = watch
        bound = evaluator.evaluate(study.trials, study.direction)
        module._compute_standardized_regret_bound = original
        error = CrossValidationErrorEvaluator().evaluate(study.trials, study.direction)
        cases.append({"space": name, "direction": direction, "trials": told, "bound": float(bound), "error": error, **kept})
        print(name, count, bound, error)

pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
