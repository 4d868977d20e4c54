"""Optuna's NSGAIISampler: the parents that it chooses from fixed histories, and the hypervolume that it reaches on ZDT1 and ZDT2.

Run from the repository's root, with optuna installed (some minutes):
    python testing/references/tuning/optuna_nsgaii.py
"""

import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from optuna._hypervolume import compute_hypervolume
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
SEEDS, TRIALS, POPULATION, DIMENSIONS = 30, 400, 20, 10
REFERENCE = [1.1, 6.0]


def history(seed, directions, population, trials, levels=None, infinite=False, constrained=False, losses=0.0):
    """Trials told one after the other, some of them failed, and the parents before each new generation."""
    rng = np.random.default_rng(seed)
    sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=seed)
    study = optuna.create_study(directions=directions, sampler=sampler)
    told, parents = [], []
    for number in range(trials):
        trial = study.ask({"x": optuna.distributions.FloatDistribution(0, 1)})
        generation = sampler.get_trial_generation(study, study.trials[number])
        parents.append(sorted(t.number for t in sampler.get_parent_population(study, generation)))
        values = rng.uniform(-1, 1, len(directions))
        if levels:
            values = np.round(values * levels) / levels
        if infinite and rng.random() < 0.2:
            values[rng.integers(len(values))] = rng.choice([math.inf, -math.inf])
        constraints = {}
        if constrained:
            constraints = {"a": float(np.round(rng.uniform(-1, 1), 1)), "b": float(np.round(rng.uniform(-1, 1), 1))}
            for key, value in constraints.items():
                trial.set_constraint(key, value)
        failed = bool(rng.random() < losses)
        if failed:
            study.tell(trial, state=TrialState.FAIL)
        else:
            study.tell(trial, values.tolist())
        told.append({"failed": failed, "values": [str(v) for v in values.tolist()], "constraints": list(constraints.values())})
    return {"directions": directions, "population": population, "trials": told, "parents": parents}


cases = {
    "two objectives": history(1, ["minimize", "minimize"], 6, 40),
    "ties": history(2, ["minimize", "maximize"], 5, 40, levels=2),
    "three objectives, failures": history(3, ["maximize", "minimize", "minimize"], 4, 40, losses=0.3),
    "one objective": history(4, ["maximize"], 4, 30, levels=3),
    "constraints": history(5, ["minimize", "minimize"], 6, 50, constrained=True),
    "constraints and ties": history(6, ["minimize", "minimize"], 4, 40, levels=2, constrained=True),
    "infinite values": history(7, ["minimize", "minimize"], 6, 40, levels=4, infinite=True),
}


def zdt(kind):
    def objective(t):
        x = [t.suggest_float(f"x_{i}", 0, 1) for i in range(DIMENSIONS)]
        g = 1 + 9 * sum(x[1:]) / (DIMENSIONS - 1)
        return x[0], g * (1 - (math.sqrt(x[0] / g) if kind == 1 else (x[0] / g) ** 2))

    return objective


volumes = {}
for kind in (1, 2):
    for name, make in {
        "nsga-ii": lambda seed: optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=seed),
        "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    }.items():
        reached = []
        for seed in range(SEEDS):
            study = optuna.create_study(directions=["minimize", "minimize"], sampler=make(seed))
            study.optimize(zdt(kind), n_trials=TRIALS)
            points = np.array([t.values for t in study.best_trials])
            points = points[np.all(points < REFERENCE, axis=1)]
            reached.append(float(compute_hypervolume(points, np.array(REFERENCE))) if len(points) else 0.0)
        volumes.setdefault(f"zdt{kind}", {})[name] = sorted(reached)
        print(kind, name, np.quantile(reached, [0.1, 0.5, 0.9]))

pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps({
        "cases": cases,
        "search": {"trials": TRIALS, "population": POPULATION, "dimensions": DIMENSIONS, "reference": REFERENCE},
        "hypervolume": volumes,
    }) + "\n")
