"""States of the Python package cmaes after fixed generations, for the tests of @espalier/tuning.

Run from the repository's root, with cmaes installed:
    python testing/references/tuning/cmaes_states.py
"""

import json
import pathlib

import numpy as np
from cmaes import CMA


def case(dimensions, generations, seed, population=None, downhill=False):
    rng = np.random.default_rng(seed)
    cma = CMA(mean=np.full(dimensions, 0.5), sigma=1 / 6, population_size=population, seed=seed)
    turn = rng.normal(size=(dimensions, dimensions))
    centre = rng.uniform(0.2, 0.8, dimensions)
    states = []
    for _ in range(generations):
        solutions = []
        for _ in range(cma.population_size):
            x = cma.ask()
            bowl = float(np.sum((turn @ (x - centre)) ** 2))
            # Straight downhill the path gets long, which stops the rank-one update for a while.
            solutions.append((x, float(np.sum(x)) if downhill else bowl))
        points = [[x.tolist(), cost] for x, cost in solutions]
        cma.tell(solutions)
        states.append(
            {
                "solutions": points,
                "mean": cma.mean.tolist(),
                "sigma": float(cma._sigma),
                "covariance": cma._C.tolist(),
            }
        )
    return {"dimensions": dimensions, "population": cma.population_size, "states": states}


cases = [case(2, 12, 1), case(5, 10, 2), case(1, 5, 3, population=4), case(3, 6, 4, population=12),
         case(4, 10, 5, downhill=True)]
pathlib.Path(__file__).with_name("cmaes_states.json").write_text(json.dumps(cases) + "\n")
