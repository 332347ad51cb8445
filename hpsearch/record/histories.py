"""Histories and states on disk: what training returned, kept so that it is not done again.

A run is a trial (``0007``), a re-training (``0007-seed-1``), an ablation
(``0007-without-l1-seed-1``) or a baseline (``baseline-tiny``), each on one of several folds with
``-fold-2`` after it. ``curves/`` has the history of a
run that ended, ``checkpoints/`` the history and the state of one that goes on, in one file, so that
they can't disagree. Each file names the training that made it, by a digest of all that training
depends on besides the rows, and the rows; a file of another training or of other rows, like a
missing or damaged one, counts as not there.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from hpsearch.arrays import DamagedError
from hpsearch.record.history_file import (
    HistoryFile,
    packed,
    read_history_file,
    state_in,
    write_history_file,
)
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.segment import State

#: Names of the files that are written here.
_FOLD = r"(-fold-\d+)?\.npz"
_TRIAL = re.compile(rf"\d{{4,}}{_FOLD}")
_RUN = re.compile(rf"(\d{{4,}}((-without-[a-z0-9_]+)?-seed-\d+)?|baseline-[a-z0-9_]+){_FOLD}")


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
            file = read_history_file(self._curve(run))
        except FileNotFoundError:
            return "is missing"
        except DamagedError as error:
            return f"is damaged: {error}"
        return None if self._made_by(file, identity) else "is of another training or other rows"

    def damaged_states(self) -> Iterator[tuple[str, str]]:
        """Names of the checkpoints that can't be used, and why."""
        for path in sorted(self._checkpoints.glob("*.npz")):
            try:
                file = read_history_file(path)
                whole = state_in(file, len(file.history)) is not None
                problem = "" if whole else "is damaged: its state is not the one it speaks of"
            except (FileNotFoundError, DamagedError) as error:
                problem = f"is damaged: {error}"
            if problem and _RUN.fullmatch(path.name):
                yield path.name, problem

    def save_history(self, run: str, identity: str, history: History) -> None:
        """Replace the recorded epochs of a run that ended, unless they are the same."""
        recorded = self._read(self._curve(run), identity)
        if recorded is not None and len(recorded.history) == len(history):
            return
        about = {"identity": identity, "rows": self._rows}
        self._write(self._curve(run), HistoryFile(about, history, b""))

    def state(self, run: str, identity: str, epoch: int) -> State | None:
        """The state of a run after ``epoch``, or None where that is not the one recorded."""
        file = self._read(self._checkpoint(run), identity)
        if file is None or len(file.history) != epoch:
            return None
        return state_in(file, epoch)

    def save_state(self, run: str, identity: str, history: History, state: State) -> None:
        """Replace the recorded epochs and the state after them, in one step."""
        forms, content = packed(state)
        about = {"identity": identity, "rows": self._rows, **forms}
        self._write(self._checkpoint(run), HistoryFile(about, history, content))

    def drop_state(self, run: str) -> None:
        """Forget the state of a run that ended."""
        self._guard()
        self._checkpoint(run).unlink(missing_ok=True)

    def drop_states(self) -> None:
        """Forget all states but those of trials, once nothing needs them any more."""
        self._guard()
        for path in self._checkpoints.glob("*.npz"):
            if _RUN.fullmatch(path.name) and not _TRIAL.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def _read(self, path: Path, identity: str | None) -> HistoryFile | None:
        """A file's content, or None where it is not there; any training's without ``identity``."""
        try:
            file = read_history_file(path)
        except (FileNotFoundError, DamagedError):
            return None
        return file if identity is None or self._made_by(file, identity) else None

    def _made_by(self, file: HistoryFile, identity: str) -> bool:
        return bool((file.about["identity"], file.about["rows"]) == (identity, self._rows))

    def _write(self, path: Path, file: HistoryFile) -> None:
        self._guard()
        write_history_file(path, file)

    def _curve(self, run: str) -> Path:
        return self._curves / f"{run}.npz"

    def _checkpoint(self, run: str) -> Path:
        return self._checkpoints / f"{run}.npz"
