"""Densities, splits and acquisition of Optuna's TPESampler on fixed histories, for the tests of @espalier/tuning.

Run from the repository's root, with optuna installed:
    python testing/references/tuning/optuna_tpe.py
"""

import json
import pathlib
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_gamma_multiobjective
from optuna.trial import TrialState, create_trial

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(7)
# Which of several equal observations gets which bandwidth depends on NumPy's unstable sort; by number here.
argsort = np.argsort
np.argsort = lambda a, *args, **kwargs: argsort(a, *args, **{"kind": "stable", **kwargs})

SPACE = {
    "x": FloatDistribution(-2.0, 3.0),
    "rate": FloatDistribution(1e-4, 1e-1, log=True),
    "drop": FloatDistribution(0.0, 0.5, step=0.05),
    "units": IntDistribution(16, 256, step=16),
    "width": IntDistribution(1, 100, log=True),
    "depth": IntDistribution(1, 5),
    "act": CategoricalDistribution(["relu", "tanh", "sigmoid"]),
}


def draw():
    point = {}
    for name, d in SPACE.items():
        if isinstance(d, CategoricalDistribution):
            point[name] = d.choices[int(rng.integers(len(d.choices)))]
        elif isinstance(d, IntDistribution):
            point[name] = int(d.low + d.step * rng.integers((d.high - d.low) // d.step + 1))
        elif d.step is not None:
            point[name] = float(min(d.high, d.low + d.step * int(rng.integers(round((d.high - d.low) / d.step) + 1))))
        elif d.log:
            point[name] = float(np.exp(rng.uniform(np.log(d.low), np.log(d.high))))
        else:
            point[name] = float(rng.uniform(d.low, d.high))
    return point


def plain(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"type": "choice", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, IntDistribution) else "float"
    entry = {"type": kind, "low": distribution.low, "high": distribution.high, "log": distribution.log}
    if distribution.step is not None:
        entry["step"] = distribution.step
    return entry


def history(n, directions, pruned=0, infeasible=0, running=0):
    """Trials of all states, in a fixed mixed order."""
    states = ["pruned"] * pruned + ["infeasible"] * infeasible
    states += ["complete"] * (n - pruned - infeasible)
    states = [states[i] for i in rng.permutation(n)] + ["running"] * running
    trials = []
    for state in states:
        trial = {"parameters": draw(), "state": state, "reports": {}, "constraints": []}
        if state in ("complete", "infeasible"):
            trial["values"] = [round(float(v), 2) for v in rng.normal(size=len(directions))]
        if state == "pruned":
            steps = int(rng.integers(0, 4))
            trial["reports"] = {str(s): round(float(rng.normal()), 1) for s in range(steps)}
        if infeasible and state in ("complete", "infeasible"):
            trial["constraints"] = [-1.0, round(float(rng.uniform(0.1, 3)), 1) if state == "infeasible" else -0.5]
        trials.append(trial)
    return trials


def build(trials, directions):
    study = optuna.create_study(directions=directions)
    for trial in trials:
        state = {"complete": TrialState.COMPLETE, "infeasible": TrialState.COMPLETE,
                 "pruned": TrialState.PRUNED, "running": TrialState.RUNNING}[trial["state"]]
        frozen = create_trial(
            state=state, params=trial["parameters"], distributions=SPACE, values=trial.get("values"),
            intermediate_values={int(s): v for s, v in trial["reports"].items()},
            system_attrs={f"constraints:{i}": value for i, value in enumerate(trial["constraints"])},
        )
        study.add_trial(frozen)
    return study


def density(mpe, names, points):
    mixture = mpe._mixture_distribution
    kernels = {}
    for name, d in zip(names, mixture.distributions):
        if hasattr(d, "mu"):
            kernels[name] = {"means": d.mu.tolist(), "widths": d.sigma.tolist()}
        else:
            kernels[name] = {"probabilities": d.weights.tolist()}
    internal = {n: np.array([SPACE[n].to_internal_repr(p[n]) for p in points]) for n in names}
    return {"weights": mixture.weights.tolist(), "kernels": kernels, "log": mpe.log_pdf(internal).tolist()}


def case(name, trials, directions, groups):
    study = build(trials, directions)
    sampler = optuna.samplers.TPESampler(seed=0)
    frozen = study.get_trials(deepcopy=False)
    finished = sum(t.state != TrialState.RUNNING for t in frozen)
    gamma = default_gamma if len(directions) == 1 else default_gamma_multiobjective
    below, above = _split_trials(study, list(frozen), gamma(finished))
    points = [draw() for _ in range(6)]
    densities = []
    for names in groups:
        space = {n: SPACE[n] for n in names}
        low = sampler._build_parzen_estimator(study, space, below, handle_below=True)
        high = sampler._build_parzen_estimator(study, space, above, handle_below=False)
        l, g = density(low, names, points), density(high, names, points)
        densities.append({"names": names, "below": l, "above": g,
                          "acquisition": [a - b for a, b in zip(l["log"], g["log"])]})
    return {
        "name": name,
        "directions": directions,
        "trials": trials,
        "below": [t.number for t in below],
        "above": [t.number for t in above],
        "points": points,
        "densities": densities,
    }


everything = list(SPACE)
single = [[n] for n in everything]
MIN = ["minimize"]
cases = [
    case("few", history(2, MIN), MIN, [everything] + single),
    case("all kinds alone and together", history(30, MIN, pruned=5), MIN, [everything] + single),
    case("maximize", history(20, ["maximize"]), ["maximize"], [everything]),
    case("long", history(90, MIN), MIN, [["x"], ["rate", "act"]]),
    case("more pruned than complete", history(40, MIN, pruned=38), MIN, [["x"]]),
    case("infeasible", history(24, MIN, pruned=4, infeasible=18), MIN, [["x", "act"]]),
    case("running", history(25, MIN, pruned=3, running=6), MIN, [everything]),
    case("two objectives", history(40, ["minimize", "maximize"]), ["minimize", "maximize"], [everything]),
    case("three objectives", history(60, ["minimize"] * 3), ["minimize"] * 3, [["x"]]),
]
target = pathlib.Path(__file__).with_name("optuna_tpe.json")
target.write_text(json.dumps({"space": {n: plain(d) for n, d in SPACE.items()}, "cases": cases}) + "\n")
