"""Every write, sync and rename fails once: nothing is lost, and it goes on to the same end."""

import itertools
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from hpsearch.errors import HpsearchError, RecordError
from hpsearch.pipeline import export
from hpsearch.record.folder import read_folder, write_folder
from hpsearch.record.trial import TrialRecord
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from tests.attack.scale import amount
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, evaluate, small_study
from tests.facts import FACTS

Found = tuple[tuple[TrialRecord, ...], dict[str, bytes]]


class Faults:
    """A file system whose ``n``-th write fails: opening a file, a sync, a rename, a commit."""

    def __init__(self, n: int | None) -> None:
        self.writes = 0
        self._n = n

    def write(self) -> None:
        """Count a write; raise if it is the one."""
        self.writes += 1
        if self.writes == self._n:
            raise OSError(28, "No space left on device")


@contextmanager
def faulty(monkeypatch: pytest.MonkeyPatch, n: int | None) -> Iterator[Faults]:
    """Count the writes in the block, and fail the ``n``-th."""
    faults = Faults(n)
    open_path, rename, sync = Path.open, os.replace, os.fsync

    def faulty_open(path: Path, mode: str = "r", *args: Any, **more: Any) -> Any:
        if set(mode) & set("wax+"):
            faults.write()
        return open_path(path, mode, *args, **more)

    def faulty_rename(*arguments: Any, **more: Any) -> None:
        faults.write()
        rename(*arguments, **more)

    def faulty_sync(descriptor: int) -> None:
        faults.write()
        sync(descriptor)

    def faulty_commit(_: object) -> None:
        try:
            faults.write()
        except OSError:
            raise sqlite3.OperationalError("database or disk is full") from None

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", faulty_open)
        patch.setattr(os, "replace", faulty_rename)
        patch.setattr(os, "rename", faulty_rename)
        patch.setattr(os, "fsync", faulty_sync)
        sqlalchemy.event.listen(Engine, "commit", faulty_commit)
        try:
            yield faults
        finally:
            sqlalchemy.event.remove(Engine, "commit", faulty_commit)


SPEC = small_study(
    search__trials=5,
    search__parallel=2,
    training__epochs=6,
    training__patience=6,
    evaluate__top=1,
    evaluate__seeds=1,
)


def silent(line: str) -> None:
    """Nobody listens."""


def run(path: Path, spec: StudySpec = SPEC) -> None:
    """Search, re-train and compare, as far as it goes."""
    with write_folder(path, spec, FACTS, tell=silent) as folder:
        pool = ThreadPool(FormulaTrainer())
        for _ in search(spec, PROBLEM, folder.record, folder.files, pool, silent):
            pass
        evaluate(folder, pool)


def found(path: Path) -> Found:
    with read_folder(path) as folder:
        trials = folder.record.trials()
    curves = {}
    for curve in (path / "curves").glob("*.npz"):
        with np.load(curve) as arrays:
            curves[curve.name] = arrays["curve"].tobytes()
    assert not list(path.rglob("*.new"))
    return trials, curves


def recorded(path: Path) -> dict[int, dict[int, float]]:
    """What the record holds of each trial, and nothing where there is no record yet."""
    if not (path / "study.toml").is_file():
        return {}
    with read_folder(path) as folder:
        return {
            trial.number: dict(trial.intermediate_values) for trial in folder.record.frozen_trials()
        }


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> Found:
    path = tmp_path_factory.mktemp("through")
    run(path)
    return found(path)


def writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    with faulty(monkeypatch, None) as faults:
        run(tmp_path)
    return faults.writes


def failing(
    path: Path, monkeypatch: pytest.MonkeyPatch, n: int, spec: StudySpec = SPEC
) -> str | None:
    """What a run says whose ``n``-th write fails; None if it had done with fewer writes.

    How many it needs depends on what its worker has trained ahead when it goes on.
    """
    with faulty(monkeypatch, n) as faults:
        try:
            run(path, spec)
        except (HpsearchError, OSError) as error:
            told = str(error)
        else:
            assert faults.writes < n
            return None
    assert re.search("disk is full|No space left", told)
    return told


#: Every write is failed, dealt out over these, so that they run beside each other.
SHARES = 8


@pytest.mark.parametrize("share", range(SHARES))
def test_any_write_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, through: Found, share: int
) -> None:
    total = writes(tmp_path / "counted", monkeypatch)
    assert total > 60
    for n in range(1 + share, total + 1, SHARES):
        path = tmp_path / f"{n}"
        if (told := failing(path, monkeypatch, n)) is not None:
            assert len(told.splitlines()) == 1
        before = recorded(path)
        run(path)
        assert found(path) == through, f"write {n} of {total}"
        after = recorded(path)
        for number, reports in before.items():
            assert reports.items() <= after[number].items()


def test_a_longer_study_may_fail_anywhere_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, through: Found
) -> None:
    short = SPEC.model_copy(update={"search": SPEC.search.model_copy(update={"trials": 3})})
    run(tmp_path / "counted", short)
    with faulty(monkeypatch, None) as faults:
        run(tmp_path / "counted")
    for n in range(1, faults.writes + 1, amount(3, 1)):
        path = tmp_path / f"{n}"
        run(path, short)
        failing(path, monkeypatch, n)
        run(path)
        trials, curves = found(path)
        assert trials == through[0]
        assert curves.items() >= through[1].items()


def test_what_is_renamed_was_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[tuple[int, int]] = set()
    renamed: list[str] = []
    rename, sync = os.replace, os.fsync

    def noting_sync(descriptor: int) -> None:
        sync(descriptor)
        status = os.fstat(descriptor)
        synced.add((status.st_dev, status.st_ino))

    def checking_rename(source: Path, target: Path, **more: Any) -> None:
        status = os.stat(source)
        if (status.st_dev, status.st_ino) not in synced:
            renamed.append(str(target))
        rename(source, target, **more)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(os, "replace", checking_rename)
    run(tmp_path)
    kinds = {str(Path(path).relative_to(tmp_path).parent) for path in renamed}
    assert not kinds & {".", "curves", "checkpoints"}, sorted(renamed)


def test_a_lost_record_does_not_mix_rows(tmp_path: Path, through: Found) -> None:
    run(tmp_path)
    for file in tmp_path.glob("study.db*"):
        file.unlink()
    others = replace(FACTS, fingerprint="sha256:" + "1" * 64)
    pool = ThreadPool(FormulaTrainer())
    with write_folder(tmp_path, SPEC, others, tell=silent) as folder:
        for _ in search(SPEC, PROBLEM, folder.record, folder.files, pool, silent):
            pass
    assert {segment.first for segment in pool.segments} >= {0}
    assert {segment.seed for segment in pool.segments} == {trial.seed for trial in through[0]}


def exported(path: Path) -> dict[str, bytes]:
    """The report and TensorBoard's files."""
    files = [*path.glob("report.*"), *path.glob("tensorboard/**/*.tfevents.*")]
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def test_a_view_that_cannot_be_written_leaves_each_file_old_or_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    with read_folder(tmp_path) as folder:
        with faulty(monkeypatch, None) as faults:
            export(folder, times=False)
        new = exported(tmp_path)
        export(folder)
        old = exported(tmp_path)
        assert {"report.html", "report.json", "report.md"} < new.keys() == old.keys()
        for n in range(1, faults.writes + 1):
            with faulty(monkeypatch, n), suppress(OSError, RecordError):
                export(folder, times=False)
                break  # what is the same as before is not written again
            for name, content in exported(tmp_path).items():
                assert content in (old[name], new[name]), f"write {n} broke {name}"
            assert exported(tmp_path).keys() == old.keys()
            assert not list(tmp_path.rglob("*.new"))
        assert n > len(("json", "md", "html"))
        export(folder, times=False)
    assert exported(tmp_path) == new


def killed(path: Path, events: int, workers: int, seed: int) -> Path:
    """A copy of the folder as a kill after so many events leaves it."""
    copy = path.with_name(f"{path.name}-{seed}")
    with write_folder(path, SPEC, FACTS, tell=silent) as folder:
        pool = ThreadPool(FormulaTrainer(), workers, seed, deaths=0.2)
        walk = search(SPEC, PROBLEM, folder.record, folder.files, pool, silent)
        for _ in itertools.islice(walk, events):
            pass
        shutil.copytree(path, copy)
    return copy


@settings(max_examples=amount(25, 400), deadline=None)
@given(
    kills=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=5),
    lost=st.lists(st.integers(0, 4), max_size=2, unique=True),
    older=st.booleans(),
)
def test_any_kills_and_losses_give_the_same_record(
    tmp_path_factory: pytest.TempPathFactory,
    through: Found,
    kills: list[tuple[int, int]],
    lost: list[int],
    older: bool,
) -> None:
    path = tmp_path_factory.mktemp("study")
    for seed, (events, workers) in enumerate(kills):
        database = path / "study.db"
        before = database.read_bytes() if database.is_file() else None
        path = killed(path, events, workers, seed)
        if older and before is not None:  # power was lost, and with it the last transactions
            for file in path.glob("study.db*"):
                file.unlink()
            (path / "study.db").write_bytes(before)
    for number in lost:
        for kind in ("curves", "checkpoints"):
            (path / kind / f"{number:04d}.npz").unlink(missing_ok=True)
    run(path)
    assert found(path) == through


def test_a_study_over_folds_may_fail_anywhere_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = SPEC.data.model_copy(update={"folds": 3, "validation": None})
    search_section = SPEC.search.model_copy(update={"trials": 3})
    folded = SPEC.model_copy(update={"data": data, "search": search_section})
    run(tmp_path / "through", folded)
    whole = found(tmp_path / "through")
    assert sum("-fold-" in name for name in whole[1]) > 3
    with faulty(monkeypatch, None) as faults:
        run(tmp_path / "counted", folded)
    for n in range(1, faults.writes + 1, amount(9, 1)):
        path = tmp_path / f"{n}"
        failing(path, monkeypatch, n, folded)
        run(path, folded)
        assert found(path) == whole, f"write {n} of {faults.writes}"
