"""Worker processes with the real trainers."""

import errno
from pathlib import Path

import numpy as np
import pytest

from hpsearch.execution.local import LocalPool
from hpsearch.execution.program_cache import LARGEST_BYTES, program_cache
from hpsearch.execution.worker import start
from hpsearch.models.preparation import Preparation
from hpsearch.models.recipe import recipe_of
from hpsearch.training.engines import model_of
from hpsearch.training.segment import Progress, Segment
from tests.doubles import tiny_fold


def train(programs: Path, *widths: int) -> list[Progress]:
    """Segments of networks of these widths, one after the other on a fresh worker."""
    with LocalPool(1, model_of, start, (({Preparation(): tiny_fold()},), programs)) as pool:
        found = []
        for units in widths:
            values = {"units": units, "dropout": 0.3, "batch_size": 50}
            recipe = recipe_of(values, epochs=9, patience=9, decay_epochs=9)
            segment = Segment(recipe, 3, 0, 4, None)
            found.append(pool.train(segment, 0.0).result(120))
        return found


def test_a_program_is_found_on_disk_whatever_was_compiled_before_it(tmp_path: Path) -> None:
    small, large = train(tmp_path, 8, 24)
    files = {file.name for file in tmp_path.iterdir()}
    large_first = train(tmp_path, 24, 8)
    assert {file.name for file in tmp_path.iterdir()} == files
    np.testing.assert_array_equal(large_first[0].curve.values, large.curve.values)
    np.testing.assert_array_equal(large_first[1].curve.values, small.curve.values)


def test_programs_are_kept_and_a_damaged_one_is_compiled_again(tmp_path: Path) -> None:
    (first,) = train(tmp_path, 8)
    files = list(tmp_path.iterdir())
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:1_000])
    (second,) = train(tmp_path, 8)
    np.testing.assert_array_equal(second.curve.values, first.curve.values)
    assert all(file.stat().st_size > 1_000 for file in tmp_path.iterdir())
    (third,) = train(tmp_path, 8)
    np.testing.assert_array_equal(third.curve.values, first.curve.values)


def test_the_cache_is_for_one_kind_of_machine_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = program_cache({"HPSEARCH_CACHE": str(tmp_path)})
    assert folder is not None
    assert folder.name.startswith("tensorflow-2.")
    for age in range(3):
        (folder / f"{age}").write_bytes(b"x" * 100)
    monkeypatch.setattr("hpsearch.execution.program_cache.LARGEST_BYTES", 150)
    assert program_cache({"HPSEARCH_CACHE": str(tmp_path)}) == folder
    assert len(list(folder.iterdir())) == 1
    assert LARGEST_BYTES > 150


@pytest.mark.parametrize("way", ["a file", "a file below", "a loop", "no home"])
def test_there_is_no_cache_where_there_can_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    cache = tmp_path / "cache"
    match way:
        case "a file":
            cache.write_bytes(b"")
        case "a file below":
            cache.mkdir()
            (cache / "programs").write_bytes(b"")
        case "a loop":
            cache.symlink_to(cache)
        case "no home":
            monkeypatch.setattr("hpsearch.execution.program_cache.cache_folder", lambda _: None)
    assert program_cache({"HPSEARCH_CACHE": str(cache)}) is None


def test_there_is_no_cache_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a read-only disk, on which the folder may be there; root is refused nothing else."""

    def refuse(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("hpsearch.files.tempfile.TemporaryFile", refuse)
    assert program_cache({"HPSEARCH_CACHE": str(tmp_path)}) is None


def test_what_cannot_be_removed_from_the_cache_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = program_cache({"HPSEARCH_CACHE": str(tmp_path)})
    assert folder is not None
    (folder / "folder").mkdir()
    (folder / "dangling").symlink_to(tmp_path / "nowhere")
    (folder / "program").write_bytes(b"x" * 100)
    monkeypatch.setattr("hpsearch.execution.program_cache.LARGEST_BYTES", 0)
    assert program_cache({"HPSEARCH_CACHE": str(tmp_path)}) == folder
    assert [path.name for path in folder.iterdir()] == ["folder"]
