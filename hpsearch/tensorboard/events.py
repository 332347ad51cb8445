"""TensorBoard's events as serialized records: scalars, learning curves, histograms, graphs.

Everything here is deterministic: the same values give the same bytes.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from tensorboard.compat.proto import event_pb2, graph_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.histogram import metadata as histogram_metadata

from hpsearch.training.curve import Curve
from hpsearch.training.inspection import BINS, Kernels

#: Points of a tag that TensorBoard keeps by default; longer curves are thinned to fewer.
POINTS = 1_000


def opening(wall_time: float = 0.0) -> Iterator[bytes]:
    """How every file begins.

    Where a file takes the place of another, the start of a session has TensorBoard's Python loader
    forget the points of the older one; the loader in Rust does so for each tag by itself.
    """
    yield _record(event_pb2.Event(wall_time=wall_time, file_version="brain.Event:2"))
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    yield _record(event_pb2.Event(wall_time=wall_time, session_log=start))


def summary(value: summary_pb2.Summary.Value, wall_time: float) -> bytes:
    """One value at step 0."""
    content = summary_pb2.Summary(value=[value])
    return _record(event_pb2.Event(wall_time=wall_time, summary=content))


def scalars(values: Mapping[str, float | None], wall_time: float, step: int) -> bytes:
    """Finite values by tag; TensorBoard draws no others, and its JSON breaks on them."""
    finite = [
        summary_pb2.Summary.Value(tag=tag, simple_value=value)
        for tag, value in values.items()
        if value is not None and np.isfinite(value)
    ]
    content = summary_pb2.Summary(value=finite)
    return _record(event_pb2.Event(wall_time=wall_time, step=step, summary=content))


def steps(epochs: int, best_epoch: int | None) -> list[int]:
    """Epochs to write, from 1: all of them, or an even thinning with the best and the last."""
    kept = np.unique(np.linspace(1, epochs, min(epochs, POINTS - 1)).round().astype(int)).tolist()
    if best_epoch is not None and 1 <= best_epoch <= epochs:
        kept.append(best_epoch)
    return sorted(set(kept))


def curve_points(
    curve: Curve, best_epoch: int | None, start: float = 0.0, end: float = 0.0
) -> Iterator[bytes]:
    """A learning curve by epoch, its epochs spread evenly from ``start`` to ``end``."""
    for step in steps(len(curve), best_epoch):
        yield curve_point(curve, step, start + (end - start) * step / len(curve))


def curve_point(curve: Curve, step: int, wall_time: float) -> bytes:
    """A learning curve at one epoch."""
    tags = [f"curve/{part}{name}" for part in ("", "val_") for name in curve.metrics]
    values = curve.values[step - 1].ravel().tolist()
    return scalars(dict(zip(tags, values, strict=True)), wall_time, step)


def kernel_histograms(kernels: Mapping[int, Kernels]) -> Iterator[bytes]:
    """Histograms of the kernels by epoch, those of hidden layers counted from 1.

    A kernel with a NaN or an infinity is left out.
    """
    described = histogram_metadata.create_summary_metadata(
        display_name=None, description="Weights without biases."
    )
    for epoch in sorted(kernels):
        content = summary_pb2.Summary()
        for layer, row in enumerate(kernels[epoch], start=1):
            if np.isfinite(row).all():
                name = f"hidden_{layer}" if layer < len(kernels[epoch]) else "output"
                content.value.add(
                    tag=f"{name}/kernel", metadata=described, tensor=_buckets(row.astype(float))
                )
        yield _record(event_pb2.Event(step=epoch, summary=content))


def graph(definition: graph_pb2.GraphDef) -> bytes:
    """A run's graph."""
    content = definition.SerializeToString(deterministic=True)
    return _record(event_pb2.Event(graph_def=content))


def _buckets(row: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tensor_pb2.TensorProto:
    """Left end, right end and count of each bin, float64 ``(bins, 3)``, as TensorBoard has them."""
    _, _, least, largest, *counts = row.tolist()
    edges = np.linspace(least, largest, BINS + 1)
    buckets = np.stack([edges[:-1], edges[1:], counts], axis=1)
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_DOUBLE, tensor_content=buckets.astype("<f8").tobytes()
    )
    for size in buckets.shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def _record(event: event_pb2.Event) -> bytes:
    return bytes(event.SerializeToString(deterministic=True))
