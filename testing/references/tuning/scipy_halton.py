"""Points of Halton's sequence, for the tests of @espalier/tuning.

    python testing/references/tuning/scipy_halton.py
"""

import json
from pathlib import Path

from scipy.stats import qmc

points = qmc.Halton(8, scramble=False).random(100)
Path(__file__).with_suffix(".json").write_text(json.dumps({"points": points.tolist()}) + "\n")
