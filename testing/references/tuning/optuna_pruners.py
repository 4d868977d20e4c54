"""What Optuna's pruners decide after each report of a search, for the tests of @espalier/tuning.

Run from the repository's root, with optuna and scipy installed:
    python testing/references/tuning/optuna_pruners.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from optuna.pruners import (HyperbandPruner, MedianPruner, PatientPruner, PercentilePruner, SuccessiveHalvingPruner,
                            ThresholdPruner, WilcoxonPruner)
from scipy.stats import wilcoxon

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
STUDY = "reference"


def curves(seed, trials, steps, start=0, stride=1, nan=0.0):
    rng = np.random.default_rng(seed)
    result = []
    for _ in range(trials):
        level, speed = rng.uniform(0.1, 1), rng.uniform(0.02, 0.5)
        values = []
        for i in range(int(rng.integers(steps // 2, steps + 1)) if steps > 4 else steps):
            step = start + i * stride
            value = level + math.exp(-speed * step) + 0.1 * rng.normal()
            values.append([step, None if rng.uniform() < nan else round(float(value), 2)])
        result.append(values)
    return result


def run(pruner, histories, direction, obey=True):
    """The decision after every report, trial by trial; a pruned trial ends where it is pruned."""
    study = optuna.create_study(direction=direction, pruner=pruner, study_name=STUDY,
                                sampler=optuna.samplers.RandomSampler(seed=0))
    decisions = []
    for history in histories:
        trial = study.ask()
        own = []
        for step, value in history:
            trial.report(math.nan if value is None else value, step)
            own.append(bool(trial.should_prune()))
            if own[-1] and obey:
                break
        decisions.append(own)
        if own and own[-1]:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            last = history[-1][1] if history else 0.0
            study.tell(trial, 0.0 if last is None else last)
    return decisions


cases = []


def case(name, options, make, histories, direction="minimize"):
    decisions = run(make(), histories, direction)
    assert name == "fold" or any(d and d[-1] for d in decisions), name
    cases.append({"pruner": name, "options": options, "direction": direction, "histories": histories,
                  "decisions": decisions})


some = curves(1, 30, 12)
broken = curves(2, 30, 12, nan=0.2)
sparse = curves(3, 30, 16, start=1, stride=3)
for direction in ("minimize", "maximize"):
    case("median", {}, lambda: MedianPruner(), some, direction)
    case("percentile", {"percentile": 25, "startupTrials": 2, "warmupSteps": 2, "intervalSteps": 3, "minTrials": 3},
         lambda: PercentilePruner(25, 2, 2, 3, n_min_trials=3), broken, direction)
    case("patient", {"patience": 2, "minDelta": 0.05}, lambda: PatientPruner(None, 2, 0.05), broken, direction)
    case("patient", {"patience": 1, "pruner": "median"}, lambda: PatientPruner(MedianPruner(), 1), some, direction)
    case("successive-halving", {"minResource": 1, "reductionFactor": 2},
         lambda: SuccessiveHalvingPruner(1, 2), some, direction)
    case("successive-halving", {}, lambda: SuccessiveHalvingPruner(), sparse, direction)
    case("successive-halving", {"minResource": 2, "reductionFactor": 3, "minEarlyStoppingRate": 1, "bootstrapCount": 3},
         lambda: SuccessiveHalvingPruner(2, 3, 1, 3), sparse, direction)
    case("hyperband", {"minResource": 1, "maxResource": 12, "reductionFactor": 3},
         lambda: HyperbandPruner(1, 12, 3), curves(4, 60, 12), direction)
    case("hyperband", {}, lambda: HyperbandPruner(), curves(5, 60, 12, nan=0.05), direction)
case("threshold", {"lower": 0.4, "upper": 1.6, "warmupSteps": 1, "intervalSteps": 2},
     lambda: ThresholdPruner(0.4, 1.6, 1, 2), broken)
rng = np.random.default_rng(6)
folds = [[[f, round(float(level + 0.1 * rng.normal()), 2)] for f in range(8)] for level in rng.uniform(0, 1, 30)]
for options, make in [({}, lambda: WilcoxonPruner()),
                      ({"pThreshold": 0.3, "startupFolds": 4}, lambda: WilcoxonPruner(p_threshold=0.3, n_startup_steps=4))]:
    for direction in ("minimize", "maximize"):
        case("fold", options, make, folds, direction)

tests = []
for n, digits in [(1, 3), (2, 3), (5, 3), (5, 1), (8, 1), (13, 1), (14, 1), (20, 1), (50, 6), (51, 6), (4, 0)]:
    for _ in range(4):
        d = np.round(rng.normal(0.3, 1, n), digits)
        if np.all(d == 0):
            continue
        tests.append({"differences": d.tolist(),
                      "p": float(wilcoxon(d, alternative="greater", zero_method="zsplit").pvalue)})
target = pathlib.Path(__file__).with_name("optuna_pruners.json")
target.write_text(json.dumps({"study": STUDY, "cases": cases, "signedRank": tests}) + "\n")
