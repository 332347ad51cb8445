"""Worker processes with the real trainers."""

from pathlib import Path

import numpy as np
import pytest

from hpsearch.execution.local import LocalPool
from hpsearch.execution.program_cache import LARGEST_BYTES, program_cache
from hpsearch.execution.worker import start
from hpsearch.network import build
from hpsearch.study import TrainingSection
from hpsearch.training.segment import Progress, Segment
from tests.doubles import tiny_fold

TRAINING = TrainingSection(batch_size=50, epochs=9, patience=9)


def train(programs: Path) -> Progress:
    """A segment on a fresh worker."""
    network, knobs = build({"units": 8, "dropout": 0.3}, epochs=9, decay_epochs=9)
    with LocalPool(1, hash, start, (tiny_fold(), TRAINING, programs)) as pool:
        return pool.train(Segment(network, knobs, 3, 0, 4, None), 0.0).result(120)


def test_programs_are_kept_and_a_damaged_one_is_compiled_again(tmp_path: Path) -> None:
    first = train(tmp_path)
    files = list(tmp_path.iterdir())
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:1_000])
    second = train(tmp_path)
    np.testing.assert_array_equal(second.curve, first.curve)
    assert all(file.stat().st_size > 1_000 for file in tmp_path.iterdir())
    third = train(tmp_path)
    np.testing.assert_array_equal(third.curve, first.curve)


def test_the_cache_is_for_one_kind_of_machine_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = program_cache({"HPSEARCH_CACHE": str(tmp_path)})
    assert folder.name.startswith("tensorflow-2.")
    for age in range(3):
        (folder / f"{age}").write_bytes(b"x" * 100)
    monkeypatch.setattr("hpsearch.execution.program_cache.LARGEST_BYTES", 150)
    assert program_cache({"HPSEARCH_CACHE": str(tmp_path)}) == folder
    assert len(list(folder.iterdir())) == 1
    assert LARGEST_BYTES > 150
