"""Learning curves and states on disk: what training returned, kept so that it is not done again.

A run is a trial (``0007``) or a re-training (``0007-seed-1``). Each file names the training that
made it by a digest of all that training depends on besides the rows; a file of another training,
like a missing or damaged one, counts as not there.
"""

import hashlib
import json
import math
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpsearch.network import Knobs, Network
from hpsearch.study import TrainingSection
from hpsearch.training.segment import Arrays, Best, Curve, State


def identity(network: Network, knobs: Knobs, seed: int, training: TrainingSection) -> str:
    """Digest of a training, 64 hex digits; how many epochs it may have is no part of it."""
    fixed = (training.engine, training.batch_size, training.patience)
    return hashlib.sha256(repr((network, knobs, seed, *fixed)).encode()).hexdigest()


class ProgressFiles:
    """The folders ``curves/`` and ``checkpoints/`` of a study."""

    def __init__(self, folder: Path) -> None:
        self._curves = folder / "curves"
        self._checkpoints = folder / "checkpoints"

    def curve(self, run: str, identity: str) -> Curve | None:
        """The recorded epochs of a run, float32 ``(epochs, 2, metrics)``, or None."""
        arrays = _read(self._curves / f"{run}.npz", identity)
        return None if arrays is None else _curve(arrays)

    def any_curve(self, run: str) -> Curve:
        """The recorded epochs of a run whatever made them; no epochs where there are none."""
        arrays = _read(self._curves / f"{run}.npz", None)
        return np.zeros((0, 2, 2), np.float32) if arrays is None else _curve(arrays)

    def save_curve(self, run: str, identity: str, curve: Curve) -> None:
        """Replace the recorded epochs of a run, in one step."""
        _write(self._curves / f"{run}.npz", identity, {"curve": curve})

    def state(self, run: str, identity: str, epoch: int) -> State | None:
        """The state of a run after ``epoch``, or None where that is not the one recorded."""
        arrays = _read(self._checkpoints / f"{run}.npz", identity)
        if arrays is None or int(arrays["epoch"]) != epoch:
            return None
        groups = [_unpacked(arrays, name) for name in ("weights", "optimizer", "best")]
        weights, optimizer, best = groups
        return State(
            epoch,
            weights,
            optimizer,
            Best(int(arrays["best_epoch"]), float(arrays["best_value"]), best),
        )

    def save_state(self, run: str, identity: str, state: State) -> None:
        """Replace the recorded state of a run, in one step."""
        arrays = {
            "epoch": np.array(state.epoch),
            "best_epoch": np.array(state.best.epoch),
            "best_value": np.array(state.best.value),
            **_packed("weights", state.weights),
            **_packed("optimizer", state.optimizer),
            **_packed("best", state.best.weights),
        }
        _write(self._checkpoints / f"{run}.npz", identity, arrays)

    def drop_state(self, run: str) -> None:
        """Forget the state of a run that ended."""
        (self._checkpoints / f"{run}.npz").unlink(missing_ok=True)

    def drop_states(self) -> None:
        """Forget all states of re-trainings, once nothing needs them any more."""
        for path in self._checkpoints.glob("*-seed-*.npz"):
            path.unlink(missing_ok=True)


def _curve(arrays: Mapping[str, NDArray[np.generic]]) -> Curve:
    return arrays["curve"].astype(np.float32, copy=False)


def _packed(name: str, group: Arrays) -> dict[str, NDArray[np.generic]]:
    """Arrays as the bytes of all and the form of each: many small entries take long to write."""
    forms = [(array.dtype.str, array.shape) for array in group]
    content = b"".join(array.tobytes() for array in group)
    return {name: np.frombuffer(content, np.uint8), f"{name}_forms": np.array(json.dumps(forms))}


def _unpacked(arrays: Mapping[str, NDArray[np.generic]], name: str) -> Arrays:
    """Inverse of ``_packed``."""
    content, start, group = arrays[name].tobytes(), 0, []
    for kind, shape in json.loads(str(arrays[f"{name}_forms"])):
        size = math.prod(shape)
        group.append(np.frombuffer(content, kind, size, start).reshape(shape))
        start += group[-1].nbytes
    return tuple(group)


def _read(path: Path, identity: str | None) -> dict[str, NDArray[np.generic]] | None:
    """The arrays of a file, or None where it is missing, damaged or of another training."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = dict(found)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None
    made_by = str(arrays.pop("identity", ""))
    return arrays if identity in (None, made_by) else None


def _write(path: Path, identity: str, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    with partial.open("wb") as file:
        np.savez(file, identity=np.array(identity), **arrays)  # type: ignore[arg-type]
    os.replace(partial, path)
