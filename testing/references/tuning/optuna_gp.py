"""How near Optuna's Gaussian process sampler, and its TPE, come to the optimum of five searches in 50 trials, for
packages/tuning/bench/gaussian-process.ts.

Run from the repository's root, with optuna and torch installed (an hour; it can be stopped and started again, and goes on with the
seeds that are missing):
    python testing/references/tuning/optuna_gp.py [SEEDS]
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import optuna
import torch
from regret_searches import SEARCHES

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")
torch.set_num_threads(1)
TRIALS = 50
SAMPLERS = {"tpe": optuna.samplers.TPESampler, "gp": optuna.samplers.GPSampler}
target = pathlib.Path(__file__).with_name("optuna_gp.json")
kept = json.loads(target.read_text()) if target.exists() else {"trials": TRIALS, "regret": {}}
for seed in range(int(sys.argv[1]) if len(sys.argv) > 1 else 30):
    for name, objective in SEARCHES.items():
        for kind, sampler in SAMPLERS.items():
            values = kept["regret"].setdefault(name, {}).setdefault(kind, [])
            if len(values) > seed:
                continue
            study = optuna.create_study(sampler=sampler(seed=seed))
            study.optimize(objective, n_trials=TRIALS)
            values.append(float(study.best_value))
            target.write_text(json.dumps(kept) + "\n")
            print(seed, name, kind, values[-1], np.quantile(values, [0.1, 0.5, 0.9]), file=sys.stderr, flush=True)
