"""Histories and states on disk: what training returned, kept so that it is not done again.

A run is a trial (``0007``), a re-training (``0007-seed-1``), an ablation
(``0007-without-l1-seed-1``) or a baseline (``baseline-tiny``). ``curves/`` has the history of a
run that ended, ``checkpoints/`` the history and the state of one that goes on, in one file, so that
they can't disagree. Each file names the training that made it, by a digest of all that training
depends on besides the rows, and the rows; a file of another training or of other rows, like a
missing or damaged one, counts as not there.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.arrays import Array, DamagedError, read_arrays, write_arrays
from hpsearch.models.arrays import Arrays
from hpsearch.training.curve import Curve
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.inspection import BINS, KERNEL_FIELDS
from hpsearch.training.segment import Best, State, state_digest

#: Names of the files that are written here.
_RUN = re.compile(r"(\d{4,}((-without-[a-z0-9_]+)?-seed-\d+)?|baseline-[a-z0-9_]+)\.npz")

#: dtypes of a state's arrays.
_DTYPES = ("<f4", "<f8", "<i4", "<i8", "|u1", "|b1")


@dataclass(frozen=True, slots=True)
class _File:
    """A file's content: plain values, a history, and the bytes of a state's arrays."""

    about: dict[str, Any]
    history: History
    content: bytes


class ProgressFiles:
    """The folders ``curves/`` and ``checkpoints/`` of a study.

    Args:
        folder: The study's.
        rows: Fingerprint of the rows that it runs on.
        guard: Called before each write; raises where the folder is not the one that was opened.
    """

    def __init__(
        self, folder: Path, rows: str = "", guard: Callable[[], None] = lambda: None
    ) -> None:
        self._curves = folder / "curves"
        self._checkpoints = folder / "checkpoints"
        self._rows = rows
        self._guard = guard

    def history(self, run: str, identity: str | None = None) -> History:
        """The recorded epochs of a run, whatever made them if no ``identity`` is given."""
        files = (self._read(path, identity) for path in (self._curve(run), self._checkpoint(run)))
        histories = [file.history for file in files if file is not None]
        return max(histories, key=len, default=UNTRAINED)

    def problem(self, run: str, identity: str) -> str | None:
        """Why the curve of a run that ended can't be used, or None where it can."""
        try:
            file = _parse(self._curve(run))
        except FileNotFoundError:
            return "is missing"
        except DamagedError as error:
            return f"is damaged: {error}"
        return None if self._made_by(file, identity) else "is of another training or other rows"

    def damaged_states(self) -> Iterator[tuple[str, str]]:
        """Names of the checkpoints that can't be used, and why."""
        for path in sorted(self._checkpoints.glob("*.npz")):
            try:
                file = _parse(path)
                whole = _state(file, len(file.history)) is not None
                problem = "" if whole else "is damaged: its state is not the one it speaks of"
            except (FileNotFoundError, DamagedError) as error:
                problem = f"is damaged: {error}"
            if problem and _RUN.fullmatch(path.name):
                yield path.name, problem

    def save_history(self, run: str, identity: str, history: History) -> None:
        """Replace the recorded epochs of a run that ended, unless they are the same."""
        there = self._read(self._curve(run), identity)
        if there is not None and len(there.history) == len(history):
            return
        about = {"identity": identity, "rows": self._rows}
        self._write(self._curve(run), _File(about, history, b""))

    def state(self, run: str, identity: str, epoch: int) -> State | None:
        """The state of a run after ``epoch``, or None where that is not the one recorded."""
        file = self._read(self._checkpoint(run), identity)
        if file is None or len(file.history) != epoch:
            return None
        return _state(file, epoch)

    def save_state(self, run: str, identity: str, history: History, state: State) -> None:
        """Replace the recorded epochs and the state after them, in one step."""
        groups = {
            "weights": state.weights,
            "optimizer": state.optimizer,
            "best": state.best.weights,
        }
        about = {
            "identity": identity,
            "rows": self._rows,
            "best_epoch": state.best.epoch,
            "best_value": float(state.best.value).hex(),
            **{name: _forms(group) for name, group in groups.items()},
        }
        content = b"".join(array.tobytes() for group in groups.values() for array in group)
        self._write(self._checkpoint(run), _File(about, history, content))

    def drop_state(self, run: str) -> None:
        """Forget the state of a run that ended."""
        self._guard()
        self._checkpoint(run).unlink(missing_ok=True)

    def drop_states(self) -> None:
        """Forget all states but those of trials, once nothing needs them any more."""
        self._guard()
        for path in self._checkpoints.glob("*.npz"):
            if _RUN.fullmatch(path.name) and not path.stem.isdigit():
                path.unlink(missing_ok=True)

    def _read(self, path: Path, identity: str | None) -> _File | None:
        """A file's content, or None where it is not there; any training's without ``identity``."""
        try:
            file = _parse(path)
        except (FileNotFoundError, DamagedError):
            return None
        return file if identity is None or self._made_by(file, identity) else None

    def _made_by(self, file: _File, identity: str) -> bool:
        return bool((file.about["identity"], file.about["rows"]) == (identity, self._rows))

    def _write(self, path: Path, file: _File) -> None:
        self._guard()
        history = file.history
        about = {**file.about, "digests": history.digests, "metrics": history.curve.metrics}
        kernels = [history.kernels[epoch] for epoch in history.digests]
        arrays: dict[str, Array] = {
            "about": np.array(json.dumps(about)),
            "curve": history.curve.values,
            "losses": history.losses,
            "kernels": np.stack(kernels) if kernels else _NO_KERNELS,
            "content": np.frombuffer(file.content, np.uint8),
        }
        write_arrays(path, arrays)

    def _curve(self, run: str) -> Path:
        return self._curves / f"{run}.npz"

    def _checkpoint(self, run: str) -> Path:
        return self._checkpoints / f"{run}.npz"


#: The kernels of a history without epochs.
_NO_KERNELS: Array = np.zeros((0, 0, len(KERNEL_FIELDS) + BINS), np.float32)


def _forms(group: Arrays) -> list[tuple[str, tuple[int, ...]]]:
    """Type and shape of each array; their bytes stand elsewhere, since many entries are slow."""
    return [(array.dtype.str, array.shape) for array in group]


def _state(file: _File, epoch: int) -> State | None:
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


def _parse(path: Path) -> _File:
    """A file's content.

    Raises:
        FileNotFoundError: If there is no such file.
        DamagedError: If it is not as it was written, or is nothing that is written here.
    """
    found = read_arrays(path)
    try:
        about = json.loads(str(found["about"]))
        digests = {int(epoch): str(digest) for epoch, digest in about["digests"].items()}
        if not all(isinstance(about[key], str) for key in ("identity", "rows")):
            raise ValueError("it must name its training and its rows")
        curve, losses, kernels = (
            _checked(found[name], dimensions)
            for name, dimensions in (("curve", 3), ("losses", 1), ("kernels", 3))
        )
        metrics = tuple(map(str, about["metrics"]))
        if curve.shape[1:] != (2, len(metrics)) or not all(
            0 < epoch <= len(curve) for epoch in digests
        ):
            raise ValueError(f"it must hold a learning curve, got {curve.shape}")
        looks = dict(zip(digests, kernels, strict=True))
        return _File(
            about,
            History(Curve(metrics, curve), digests, losses, looks),
            found["content"].tobytes(),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(f"it is no history of a training ({error})") from None


def _checked(array: Array, dimensions: int) -> Any:
    if array.dtype != np.float32 or array.ndim != dimensions:
        raise ValueError(f"an array must be float32 of {dimensions} axes, got {array.dtype}")
    return array
