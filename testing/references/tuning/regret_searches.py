"""The five test functions of optuna_regret.py and optuna_gp.py: regrets, for trials of Optuna. The same as in packages/tuning/bench/searches.ts."""

import math

import numpy as np


def branin(x, y):
    return ((y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2
            + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10) - 0.39788735772973816


HARTMANN_A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
                       [17, 8, 0.05, 10, 0.1, 14]])
HARTMANN_P = 1e-4 * np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                              [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])


def hartmann(x):
    alpha = np.array([1, 1.2, 3, 3.2])
    return float(3.32236801141551 - alpha @ np.exp(-np.sum(HARTMANN_A * (np.array(x) - HARTMANN_P) ** 2, axis=1)))


def objective_branin(t):
    return branin(t.suggest_float("x", -5, 10), t.suggest_float("y", 0, 15))


def objective_hartmann(t):
    return hartmann([t.suggest_float(f"x_{i}", 0, 1) for i in range(6)])


def objective_rosenbrock(t):
    x = [t.suggest_float(f"x_{i}", -2, 2) for i in range(4)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def objective_ackley(t):
    x = np.array([t.suggest_float(f"x_{i}", -5, 8) for i in range(5)])
    return float(-20 * np.exp(-0.2 * np.sqrt(np.mean(x**2))) - np.exp(np.mean(np.cos(2 * np.pi * x))) + 20 + math.e)


def objective_mixed(t):
    """Conditional, logarithmic, whole and categorical parameters, like those of a training run."""
    optimizer = t.suggest_categorical("optimizer", ["sgd", "adam"])
    rate = math.log10(t.suggest_float("rate", 1e-5, 1.0, log=True))
    units = math.log2(t.suggest_int("units", 4, 512, log=True))
    depth = t.suggest_int("depth", 1, 5)
    if optimizer == "sgd":
        momentum = t.suggest_float("momentum", 0, 1)
        return (rate + 1 + 2 * momentum - 1.8) ** 2 + (momentum - 0.9) ** 2 * 4 + 0.1 * (units - 7) ** 2 + 0.2 * abs(depth - 3)
    return 0.1 + (rate + 3) ** 2 + 0.1 * (units - 6) ** 2 + 0.2 * abs(depth - 2)


SEARCHES = {name.removeprefix("objective_"): f for name, f in list(globals().items()) if name.startswith("objective_")}
