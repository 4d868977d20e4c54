"""What MLflow finds in the runs that `mlflowTracker` writes.

The folder mlruns is made by the test of that tracker: UPDATE_FIXTURES=1 npx vitest run packages/callbacks/src/trackers
Run: python testing/references/callbacks/mlflow_read.py
Needs mlflow. Writes mlflow-read.json beside this file.
"""

import json
import math
import os
import pathlib

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
from mlflow.entities import RunStatus  # noqa: E402
from mlflow.store.tracking.file_store import FileStore  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402

HERE = pathlib.Path(__file__).parent


def number(value):
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "Infinity")


def main():
    root = HERE / "mlruns"
    assert FileStore(str(root))
    client = MlflowClient(tracking_uri=root.as_uri())
    experiments = [e for e in client.search_experiments() if e.name != "Default"]
    runs = client.search_runs([e.experiment_id for e in experiments])
    out = []
    for run in sorted(runs, key=lambda run: run.info.run_id):
        history = {
            key: [[m.step, number(m.value)] for m in client.get_metric_history(run.info.run_id, key)]
            for key in sorted(run.data.metrics)
        }
        out.append(
            {
                "id": run.info.run_id,
                "name": run.info.run_name,
                "status": run.info.status,
                "start": run.info.start_time,
                "end": run.info.end_time,
                "metrics": history,
                "params": dict(sorted(run.data.params.items())),
            }
        )
    assert all(RunStatus.from_string(run["status"]) for run in out)
    fixture = {"experiments": [e.name for e in experiments], "runs": out}
    (HERE / "mlflow-read.json").write_text(json.dumps(fixture, indent=1) + "\n")


main()
