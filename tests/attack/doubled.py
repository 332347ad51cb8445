"""A small study with the double as its trainer: begun, ended and exported in milliseconds."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hpsearch.record.folder import read_folder, write_folder
from hpsearch.search.loop import search
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, evaluate, small_study
from tests.facts import FACTS

SPEC = small_study(
    search__trials=5,
    search__parallel=3,
    training__epochs=8,
    training__patience=8,
    evaluate__top=1,
    evaluate__seeds=1,
)

#: What it has in ``curves/`` at its end.
RUNS = (*(f"{number:04d}" for number in range(5)), "0002-seed-0")


def silent(line: str) -> None:
    """Nobody listens."""


def go_on(path: Path, *, drop: bool = True) -> None:
    """Search, re-train and compare; then forget all states, unless it is killed before."""
    with write_folder(path, SPEC, FACTS, tell=silent) as folder:
        pool = ThreadPool(FormulaTrainer())
        for _ in search(SPEC, PROBLEM, folder.record, folder.files, pool, silent):
            pass
        evaluate(folder, pool)
        if drop:
            folder.files.drop_states()


def begin(path: Path, enough: Callable[[], bool]) -> None:
    """Begin it, and leave it in the middle with states of trials in flight."""
    with write_folder(path, SPEC, FACTS, tell=silent) as folder:
        pool = ThreadPool(FormulaTrainer())
        walk = search(SPEC, PROBLEM, folder.record, folder.files, pool, silent)
        for _ in itertools.takewhile(lambda _: not enough(), walk):
            pass
        walk.close()  # type: ignore[attr-defined]
    assert list(path.glob("checkpoints/*.npz"))


def compared(path: Path) -> dict[str, Any]:
    """What it came to."""
    with read_folder(path) as folder:
        histories = {run: folder.files.history(run).curve.values.tobytes() for run in RUNS}
        return {"trials": folder.record.trials(), "curves": histories}
