"""What TensorBoard's own reader finds in the event files of `tensorBoard`, its projector in the files beside them, and that the
precision-recall curves are those of its own summary.

The files are made by the test of that plugin: UPDATE_FIXTURES=1 npx vitest run packages/callbacks/src/tensorboard
Run: python testing/references/callbacks/tensorboard_read.py
Needs tensorboard and tensorflow-cpu. Writes tensorboard-read.json beside this file.
"""

import json
import math
import pathlib

import numpy as np

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.compat.proto import graph_pb2
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.plugins.pr_curve import plugin_data_pb2 as pr_curve_data_pb2
from tensorboard.plugins.pr_curve import summary as pr_curve_summary
from tensorboard.plugins.projector import projector_plugin
from tensorboard.util import tensor_util

HERE = pathlib.Path(__file__).parent
EVERYTHING = {"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}


def number(value):
    """JSON has no NaN and no infinity."""
    return value if math.isfinite(value) else str(value).replace("nan", "NaN").replace("inf", "Infinity")


LABELS = np.array([0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1], dtype=bool)
PREDICTIONS = np.array([0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.51, 0.7, 0.8, 0.995, 1])
WEIGHTS = {"seven": None, "weighted": np.arange(12) / 2}


def pr_curves(events):
    """The curves as they are read, and how many thresholds of each are those of TensorBoard's own summary."""
    out = {}
    for tag, weights in WEIGHTS.items():
        last = events.Tensors(tag)[-1]
        got = tensor_util.make_ndarray(last.tensor_proto)
        own = pr_curve_summary.pb(tag, LABELS, PREDICTIONS, weights=weights)
        np.testing.assert_allclose(got, tensor_util.make_ndarray(own.value[0].tensor), rtol=1e-6)
        metadata = events.SummaryMetadata(tag)
        assert metadata.plugin_data.plugin_name == "pr_curves"
        data = pr_curve_data_pb2.PrCurvePluginData.FromString(metadata.plugin_data.content)
        out[tag] = [[float(v) for v in row] for row in got]
        out |= {"step": last.step, "thresholds": data.num_thresholds, "compared": got.shape[1]}
    return out | {"displayName": events.SummaryMetadata("seven").display_name}


def projector(folder):
    """What the projector's plugin finds in a log directory."""
    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    context = base_plugin.TBContext(
        logdir=str(folder), data_provider=MultiplexerDataProvider(multiplexer, str(folder)), multiplexer=multiplexer
    )
    plugin = projector_plugin.ProjectorPlugin(context)
    plugin._update_configs()
    config = plugin._configs["train"]
    out = {}
    for name, embedding in zip(("first", "plain"), config.embeddings):
        tensor = projector_plugin._read_tensor_tsv_file(str(folder / "train" / embedding.tensor_path))
        out[name] = {
            "shape": list(embedding.tensor_shape),
            "values": [float(v) for row in tensor for v in row],
            "metadata": (folder / "train" / embedding.metadata_path).read_text(),
        }
        if embedding.sprite.image_path:
            out[name]["sprite"] = (folder / "train" / embedding.sprite.image_path).stat().st_size
            out[name]["dims"] = list(embedding.sprite.single_image_dim)
    out["names"] = [embedding.tensor_name for embedding in config.embeddings]
    return out


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
    if "seven" in tags["tensors"]:
        out["prCurves"] = pr_curves(events)
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
    fixture["projector"] = projector(HERE / "tensorboard-events")
    text = json.dumps(fixture, indent=1, sort_keys=True)
    (HERE / "tensorboard-read.json").write_text(text + "\n")


main()
