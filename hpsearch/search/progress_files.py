"""Histories and states on disk: what training returned, kept so that it is not done again.

A run is a trial (``0007``), a re-training (``0007-seed-1``), an ablation
(``0007-without-l1-seed-1``) or a baseline (``baseline-tiny``). ``curves/`` has the history of a
run that ended, ``checkpoints/`` the history and the state of one that goes on, in one file, so that
they can't disagree. Each file names the training that made it, by a digest of all that training
depends on besides the rows, and the rows; a file of another training or of other rows, like a
missing or damaged one, counts as not there.
"""

import hashlib
import json
import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.files import replacing
from hpsearch.network import Knobs, Network
from hpsearch.study import TrainingSection
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.segment import Arrays, Best, State

#: Layout of these files, and the arithmetic that made them; raised when either changes.
FORMAT = 4


def identity(network: Network, knobs: Knobs, seed: int, training: TrainingSection) -> str:
    """Digest of a training, 64 hex digits; how many epochs it may have is no part of it."""
    fixed = (training.engine, training.batch_size, training.patience)
    return hashlib.sha256(repr((FORMAT, network, knobs, seed, *fixed)).encode()).hexdigest()


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
    """

    def __init__(self, folder: Path, rows: str = "") -> None:
        self._curves = folder / "curves"
        self._checkpoints = folder / "checkpoints"
        self._rows = rows

    def history(self, run: str, identity: str | None = None) -> History:
        """The recorded epochs of a run, whatever made them if no ``identity`` is given."""
        files = (self._read(path, identity) for path in (self._curve(run), self._checkpoint(run)))
        histories = [file.history for file in files if file is not None]
        return max(histories, key=len, default=UNTRAINED)

    def save_history(self, run: str, identity: str, history: History) -> None:
        """Replace the recorded epochs of a run that ended, unless they are the same."""
        there = self._read(self._curve(run), identity)
        if there is not None and len(there.history) == len(history):
            return
        about = {"identity": identity, "rows": self._rows}
        _write(self._curve(run), _File(about, history, b""))

    def state(self, run: str, identity: str, epoch: int) -> State | None:
        """The state of a run after ``epoch``, or None where that is not the one recorded."""
        file = self._read(self._checkpoint(run), identity)
        if file is None or len(file.history) != epoch:
            return None
        about, start = file.about, 0
        groups: dict[str, Arrays] = {}
        for name in ("weights", "optimizer", "best"):
            groups[name], start = _unpacked(file.content, about[name], start)
        best = Best(about["best_epoch"], float.fromhex(about["best_value"]), groups["best"])
        return State(epoch, groups["weights"], groups["optimizer"], best)

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
        _write(self._checkpoint(run), _File(about, history, content))

    def drop_state(self, run: str) -> None:
        """Forget the state of a run that ended."""
        self._checkpoint(run).unlink(missing_ok=True)

    def drop_states(self) -> None:
        """Forget all states but those of trials, once nothing needs them any more."""
        for path in self._checkpoints.glob("*.npz"):
            if not path.stem.isdigit():
                path.unlink(missing_ok=True)

    def _read(self, path: Path, identity: str | None) -> _File | None:
        """A file's content, or None where it is not there; any training's without ``identity``."""
        file = _read(path)
        made_here = file is not None and (file.about["identity"], file.about["rows"]) == (
            identity,
            self._rows,
        )
        return file if made_here or identity is None else None

    def _curve(self, run: str) -> Path:
        return self._curves / f"{run}.npz"

    def _checkpoint(self, run: str) -> Path:
        return self._checkpoints / f"{run}.npz"


def _forms(group: Arrays) -> list[tuple[str, tuple[int, ...]]]:
    """Type and shape of each array; their bytes stand elsewhere, since many entries are slow."""
    return [(array.dtype.str, array.shape) for array in group]


def _unpacked(
    content: bytes, forms: list[tuple[str, tuple[int, ...]]], start: int
) -> tuple[Arrays, int]:
    """The arrays of these forms from ``start`` on, and where they end."""
    group = []
    for kind, shape in forms:
        size = math.prod(shape)
        group.append(np.frombuffer(content, kind, size, start).reshape(shape))
        start += group[-1].nbytes
    return tuple(group), start


def _read(path: Path) -> _File | None:
    """A file's content, or None where it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            about = json.loads(str(found["about"]))
            digests = {int(epoch): digest for epoch, digest in about["digests"].items()}
            kernels = dict(zip(digests, found["kernels"], strict=True))
            history = History(found["curve"], digests, found["losses"], kernels)
            return _File(about, history, found["content"].tobytes())
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def _write(path: Path, file: _File) -> None:
    history = file.history
    about = {**file.about, "digests": history.digests}
    kernels = [history.kernels[epoch] for epoch in history.digests]
    with replacing(path) as fresh, fresh.open("wb") as stream:
        np.savez(
            stream,
            about=np.array(json.dumps(about)),
            curve=history.curve,
            losses=history.losses,
            kernels=np.stack(kernels) if kernels else np.zeros((0,), np.float32),
            content=np.frombuffer(file.content, np.uint8),
        )
