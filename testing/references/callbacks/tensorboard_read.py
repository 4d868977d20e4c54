"""What TensorBoard's own reader finds in the event files of `tensorBoard`.

The files are made by the test of that plugin: UPDATE_FIXTURES=1 npx vitest run packages/callbacks/src/tensorboard
Run: python testing/references/callbacks/tensorboard_read.py
Needs tensorboard. Writes tensorboard-read.json beside this file.
"""

import json
import math
import pathlib

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import graph_pb2
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2

HERE = pathlib.Path(__file__).parent
EVERYTHING = {"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}


def number(value):
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "Infinity")


def read(folder):
    events = EventAccumulator(str(folder), size_guidance=EVERYTHING)
    events.Reload()
    tags = events.Tags()
    out = {
        "wallTime": events.FirstEventTimestamp(),
        "scalars": {t: [[e.step, number(e.value)] for e in events.Scalars(t)] for t in tags["scalars"]},
        "histograms": {},
        "images": {},
    }
    for tag in tags["histograms"]:
        last = events.Histograms(tag)[-1]
        h = last.histogram_value
        out["histograms"][tag] = {
            "step": last.step,
            "min": h.min,
            "max": h.max,
            "num": h.num,
            "sum": h.sum,
            "sumSquares": h.sum_squares,
            "limits": list(h.bucket_limit),
            "counts": list(h.bucket),
        }
    for tag in tags["images"]:
        last = events.Images(tag)[-1]
        out["images"][tag] = {
            "step": last.step,
            "width": last.width,
            "height": last.height,
            "bytes": len(last.encoded_image_string),
        }
    if tags["graph"]:
        graph = graph_pb2.GraphDef.FromString(events.Graph().SerializeToString())
        out["graph"] = [[n.name, n.op, list(n.input)] for n in graph.node]
    data = {}
    for tag in events.summary_metadata:
        metadata = events.SummaryMetadata(tag)
        if metadata.plugin_data.plugin_name == "hparams":
            data[tag] = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)
    if data:
        start = data["_hparams_/session_start_info"].session_start_info
        out["hparams"] = {k: getattr(v, v.WhichOneof("kind")) for k, v in sorted(start.hparams.items())}
        experiment = data["_hparams_/experiment"].experiment
        out["hparamTypes"] = {i.name: i.type for i in sorted(experiment.hparam_infos, key=lambda i: i.name)}
        out["metrics"] = [m.name.tag for m in experiment.metric_infos]
        out["status"] = api_pb2.Status.Name(data["_hparams_/session_end_info"].session_end_info.status)
    return out


def main():
    fixture = {part: read(HERE / "tensorboard-events" / part) for part in ("train", "validation")}
    text = json.dumps(fixture, indent=1, sort_keys=True)
    (HERE / "tensorboard-read.json").write_text(text + "\n")


main()
