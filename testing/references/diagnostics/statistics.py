"""numpy's mean, std, norm and histogram of some awkward numbers."""
import json
import os

import numpy as np

rng = np.random.default_rng(5)
values = np.concatenate([rng.normal(0.3, 2.0, 200), np.zeros(7), rng.uniform(-1e-5, 1e-5, 5), [4.0, 4.0]]).astype(np.float32)
given = values.astype(np.float64)
counts, edges = np.histogram(given, bins=12)
inside, _ = np.histogram(given, bins=8, range=(-1.0, 1.0))
result = {
    "values": [float(v) for v in values],
    "mean": given.mean(),
    "deviation": given.std(),
    "norm": float(np.linalg.norm(given)),
    "zeros": float(np.mean(given == 0)),
    "nearZeros": float(np.mean(np.abs(given) < 1e-4)),
    "histogram": {"counts": counts.tolist(), "edges": edges.tolist()},
    "inside": {"counts": inside.tolist(), "below": int((given < -1).sum()), "above": int((given > 1).sum())},
}
with open(os.path.join(os.path.dirname(__file__), "statistics.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
