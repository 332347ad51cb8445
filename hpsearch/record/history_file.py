"""The format of a file with a training's history, and with the state after it where it goes on.

Plain arrays and a JSON text, never pickled; a digest ties the state to the history.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.arrays import Array, DamagedError, read_arrays, write_arrays
from hpsearch.models.arrays import Arrays
from hpsearch.training.curve import Curve
from hpsearch.training.history import History
from hpsearch.training.inspection import BINS, KERNEL_FIELDS, NO_LOSSES
from hpsearch.training.segment import Best, State, state_digest

#: dtypes of a state's arrays.
_DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")


#: The kernels of a history without epochs.
_NO_KERNELS: Array = np.zeros((0, 0, len(KERNEL_FIELDS) + BINS), np.float32)


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file's content: plain values, a history, and the bytes of a state's arrays."""

    about: dict[str, Any]
    history: History
    content: bytes


def packed(state: State) -> tuple[dict[str, Any], bytes]:
    """A state as plain values about its arrays, and the bytes of all of them."""
    groups = {
        "weights": state.weights,
        "optimizer": state.optimizer,
        "best": state.best.weights,
    }
    forms = {
        "best_epoch": state.best.epoch,
        "best_value": float(state.best.value).hex(),
        **{name: _forms(group) for name, group in groups.items()},
    }
    return forms, b"".join(array.tobytes() for group in groups.values() for array in group)


def write_history_file(path: Path, file: HistoryFile) -> None:
    """Replace a file in one step."""
    history = file.history
    about = {**file.about, "digests": history.digests, "metrics": history.curve.metrics}
    kernels = [history.kernels[epoch] for epoch in history.digests]
    arrays: dict[str, Array] = {
        "about": np.array(json.dumps(about)),
        "curve": history.curve.values,
        "losses": history.losses,
        "kernels": np.stack(kernels) if kernels else _NO_KERNELS,
        **({"residuals": history.residuals} if len(history.residuals) else {}),
        "content": np.frombuffer(file.content, np.uint8),
    }
    write_arrays(path, arrays)


def state_in(file: HistoryFile, epoch: int) -> State | None:
    """The state in a checkpoint; None where it is not the one that its history speaks of."""
    about, start = file.about, 0
    groups: dict[str, Arrays] = {}
    try:
        for name in ("weights", "optimizer", "best"):
            groups[name], start = _unpacked(file.content, about[name], start)
        best = Best(int(about["best_epoch"]), float.fromhex(about["best_value"]), groups["best"])
    except (ValueError, KeyError, TypeError):
        return None
    state = State(epoch, groups["weights"], groups["optimizer"], best)
    return state if state_digest(state) == file.history.digests.get(epoch) else None


def read_history_file(path: Path) -> HistoryFile:
    """A file's content.

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedError: If it is not as it was written, or is nothing that is written here.
    """
    arrays = read_arrays(path)
    try:
        about = json.loads(str(arrays["about"]))
        digests = {int(epoch): str(digest) for epoch, digest in about["digests"].items()}
        if not all(isinstance(about[key], str) for key in ("identity", "rows")):
            raise ValueError("it must name its training and its rows")
        curve, losses, kernels = (
            _checked(arrays[name], dimensions)
            for name, dimensions in (("curve", 3), ("losses", 1), ("kernels", 3))
        )
        metrics = tuple(map(str, about["metrics"]))
        if curve.shape[1:] != (2, len(metrics)) or not all(
            0 < epoch <= len(curve) for epoch in digests
        ):
            raise ValueError(f"it must hold a learning curve, got {curve.shape}")
        residuals = _checked(arrays.get("residuals", NO_LOSSES), 1)
        looks = dict(zip(digests, kernels, strict=True))
        return HistoryFile(
            about,
            History(Curve(metrics, curve), digests, losses, looks, residuals),
            arrays["content"].tobytes(),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(f"it is no history of a training ({error})") from None


def _forms(group: Arrays) -> list[tuple[str, tuple[int, ...]]]:
    """Type and shape of each array; their bytes stand elsewhere, since many entries are slow."""
    return [(array.dtype.str, array.shape) for array in group]


def _unpacked(
    content: bytes, forms: list[tuple[str, tuple[int, ...]]], start: int
) -> tuple[Arrays, int]:
    """The arrays of these forms from ``start`` on, and where they end."""
    group = []
    for kind, shape in forms:
        if kind not in _DTYPES:
            raise ValueError(f"an array of a state must be of {_DTYPES}, got {kind}")
        size = math.prod(shape)
        group.append(np.frombuffer(content, kind, size, start).reshape(shape))
        start += group[-1].nbytes
    return tuple(group), start


def _checked(array: Array, dimensions: int) -> Any:
    if array.dtype != np.float32 or array.ndim != dimensions:
        raise ValueError(f"an array must be float32 of {dimensions} axes, got {array.dtype}")
    return array
