"""TensorBoard's folder of a study, written without TensorFlow, once or while the study runs.

How a TensorBoard that is open reads decides how files change. It reads on in a file that grew, but
sees nothing of a file that was written anew under its old name. So a file whose events went on is
appended to; one whose events changed is replaced by one with a higher number in its name, which
TensorBoard takes for a restart of the run; and a run that is gone takes its folder with it. The
folder is locked while it is written: the process that runs a study and those that watch it may
write at the same time.
"""

import os
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from filelock import FileLock

from hpsearch.errors import RecordError
from hpsearch.evaluation.outcome import Outcome
from hpsearch.files import sync
from hpsearch.tensorboard.framing import frame_records
from hpsearch.tensorboard.runs import runs_of

#: Names of the files that are written here, whose number rises with each that replaces another.
OURS = "events.out.tfevents.*.hpsearch"

#: Curves that are written unless more are asked for.
CURVES = 200

#: Between two looks at a study that is watched, and how often as long as the last look took.
LOOK_SECONDS = 5.0
LOOKS_APART = 4.0

#: What each run's events are made of, by name.
Written = Mapping[str, tuple[Any, ...]]


def write_tensorboard(outcome: Outcome, *, curves: int = CURVES) -> None:
    """Bring ``outcome.folder / "tensorboard"`` up to date.

    Every trial is in HParams, whatever became of it. The same outcome gives the same bytes: times
    are those of the virtual clock. Nothing is written before all of it is read.

    Args:
        outcome: The study's folder, read.
        curves: Learning curves are written of the best so many trials, and of those that run or
            were re-trained; 0 for none at all. A curve of more than 1,000 epochs is thinned evenly;
            its best and its last epoch stay.
    """
    update(outcome.folder, lambda: outcome, {}, curves=curves)


def follow(
    folder: Path,
    read: Callable[[], Outcome],
    written: Written,
    stop: Event,
    *,
    curves: int = CURVES,
) -> None:
    """Update ``folder / "tensorboard"`` every few seconds until ``stop`` is set.

    Args:
        read: Reads the study's folder. What cannot be read or written is left to the next update.
        written: What ``update`` returned.
    """
    seconds = 0.0
    while not stop.wait(max(LOOK_SECONDS, LOOKS_APART * seconds)):
        began = time.monotonic()
        with suppress(RecordError, OSError):
            written = update(folder, read, written, curves=curves)
        seconds = time.monotonic() - began


def update(
    folder: Path, read: Callable[[], Outcome], written: Written, *, curves: int = CURVES
) -> Written:
    """Write what is not in ``folder / "tensorboard"`` as ``read`` has it, and return what is.

    Args:
        read: Reads the study's folder. It is asked while the folder is locked, so that nobody
            writes something older afterwards.
        written: What the last update returned; runs that are still made of the same are not made.
    """
    root = folder / "tensorboard"
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".lock"):
        runs = list(runs_of(read(), curves))
        folders = {path.parent for path in root.rglob(OURS)}
        changed = [
            run
            for run in runs
            if written.get(run.name) != run.made_of or root / run.name not in folders
        ]
        contents = frame_records([list(run.events()) for run in changed])
        _remove(root, folders - {root / run.name for run in runs})
        for run, content in zip(changed, contents, strict=True):
            _put(root / run.name, content)
    return {run.name: run.made_of for run in runs}


def _put(folder: Path, content: bytes) -> None:
    """Make ``content`` that of a run's file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted(folder.glob(OURS))
    if files and content.startswith(before := files[-1].read_bytes()):
        if len(before) < len(content):
            with files[-1].open("ab") as file:
                file.write(content[len(before) :])
        stale = files[:-1]
    else:
        number = int(files[-1].name.split(".")[3]) + 1 if files else 0
        fresh = folder / ".fresh"  # TensorBoard reads whatever has tfevents in its name
        fresh.unlink(missing_ok=True)
        fresh.write_bytes(content)
        sync(fresh)
        os.replace(fresh, folder / f"events.out.tfevents.{number:010d}.hpsearch")
        stale = files
    for path in stale:
        path.unlink()


def _remove(root: Path, folders: Collection[Path]) -> None:
    """Remove runs that are no more, and folders that are empty then."""
    for folder in folders:
        for path in folder.glob(OURS):
            path.unlink()
        for empty in (folder, *folder.parents):
            if empty == root or any(empty.iterdir()):
                break
            empty.rmdir()
