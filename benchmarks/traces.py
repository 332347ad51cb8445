"""Which ``val_binary_crossentropy`` a search had reached when, in any epoch of any trial."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpsearch.record.histories import ProgressFiles


@dataclass(frozen=True, slots=True)
class Trace:
    """Seconds since the start, ascending, at which a new lowest loss was seen; that loss."""

    steps: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, seen: Iterable[tuple[float, float]]) -> "Trace":
        """The improvements among (seconds, loss) in any order; what is not finite counts not."""
        steps: list[tuple[float, float]] = []
        for seconds, loss in sorted(seen):
            if math.isfinite(loss) and (not steps or loss < steps[-1][1]):
                steps.append((seconds, loss))
        return cls(tuple(steps))

    @property
    def best(self) -> float | None:
        """The loss at the end; None if there never was one."""
        return self.steps[-1][1] if self.steps else None

    def best_at(self, seconds: float) -> float | None:
        """The lowest loss that was seen until then; None if there was none."""
        return min((loss for when, loss in self.steps if when <= seconds), default=None)

    def seconds_to(self, loss: float) -> float | None:
        """When a loss as low as this was first seen; None if it never was."""
        return next((when for when, reached in self.steps if reached <= loss), None)


@dataclass(frozen=True, slots=True)
class PeerEpoch:
    """A line of the file that a peer writes while it searches."""

    seconds: float
    trial: int
    loss: float


def read_epochs(files: Sequence[Path]) -> list[PeerEpoch]:
    """The epochs that the processes of one peer wrote down, a file each."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [PeerEpoch(**json.loads(line)) for line in lines]


class CurveWatch:
    """Reads the learning curves of hpsearch's trials whenever one grew; a ``Look``.

    hpsearch writes a curve when a segment of a trial returns, so that each loss is seen a little
    later than it was reached.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ProgressFiles(folder)
        self._changed: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self.seen: list[tuple[float, float]] = []

    @property
    def epochs(self) -> int:
        """Epochs of all trials."""
        return sum(self._epochs.values())

    def __call__(self, pid: int, seconds: float) -> None:
        """Read what changed since the last call; curves of re-trainings are left alone."""
        for path in self._folder.glob("c*/[0-9]*.npz"):  # curves and checkpoints
            changed = _changed_ns(path)
            if path.stem.isdigit() and changed > self._changed.get(path.stem, 0):
                self._changed[path.stem] = changed
                losses = self._files.history(path.stem).curve.validation()
                self._epochs[path.stem] = len(losses)
                finite = losses[np.isfinite(losses)]
                if len(finite):
                    self.seen.append((seconds, float(finite.min())))


def _changed_ns(path: Path) -> int:
    """When a file was written; 0 where it is gone, as checkpoints of trials that ended are."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
