"""Arrays in files that are mapped: the same values, once on a machine, and never half of them."""

import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data import mapping
from hpsearch.data.cutting import Cut
from hpsearch.data.mapping import MappedArray, array_folder, mapped
from hpsearch.data.splitting import split
from hpsearch.data.table import Origin, Table
from hpsearch.models.preparation import Preparation
from hpsearch.tasks.regression import REGRESSION
from tests.data.tables import NUMBERS, number_rows

ARRAY = np.arange(3_000, dtype=np.float32).reshape(1_000, 3)


@pytest.fixture(autouse=True)
def least(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small arrays are mapped, too."""
    monkeypatch.setattr(mapping, "LEAST_BYTES", 1)
    monkeypatch.setattr("hpsearch.data.folds.LEAST_BYTES", 1)


def map_it(folder: Path, told: list[str] | None = None) -> Any:
    return mapped(ARRAY, folder, (told if told is not None else []).append)


def test_a_mapped_array_has_the_same_values_and_is_sent_by_its_path(tmp_path: Path) -> None:
    array = map_it(tmp_path)
    np.testing.assert_array_equal(array, ARRAY)
    sent = pickle.dumps(array, protocol=5)
    assert len(sent) < 500
    again = pickle.loads(sent)
    assert isinstance(again, MappedArray)
    np.testing.assert_array_equal(again, ARRAY)


def test_a_file_that_is_gone_is_written_again_where_it_is_needed(tmp_path: Path) -> None:
    array = map_it(tmp_path)
    (file,) = tmp_path.iterdir()
    file.unlink()
    again = pickle.loads(pickle.dumps(array))
    assert isinstance(again, MappedArray)
    np.testing.assert_array_equal(again, ARRAY)
    file.unlink()
    tmp_path.rmdir()
    tmp_path.write_text("in the way")
    sent = pickle.dumps(array)
    np.testing.assert_array_equal(pickle.loads(sent), ARRAY)


def test_a_part_of_one_is_sent_by_its_values(tmp_path: Path) -> None:
    part = map_it(tmp_path)[:10]
    (file,) = tmp_path.iterdir()
    sent = pickle.dumps(part + 1)
    file.unlink()
    np.testing.assert_array_equal(pickle.loads(sent), ARRAY[:10] + 1)


def test_the_same_values_are_written_once_and_other_shapes_apart(tmp_path: Path) -> None:
    map_it(tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_ino
    map_it(tmp_path)
    assert file.stat().st_ino == before
    mapped(ARRAY.reshape(500, 6), tmp_path, print)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", ["bit", "cut", "other"])
def test_a_damaged_file_is_written_again(damage: str, tmp_path: Path) -> None:
    map_it(tmp_path)
    (file,) = tmp_path.iterdir()
    content = bytearray(file.read_bytes())
    match damage:
        case "bit":
            content[-5] ^= 4
        case "cut":
            del content[-100:]
        case "other":
            content = bytearray(b"nothing")
    file.write_bytes(content)
    np.testing.assert_array_equal(map_it(tmp_path), ARRAY)
    np.testing.assert_array_equal(MappedArray.open(file), ARRAY)


def test_who_writes_into_one_changes_no_file(tmp_path: Path) -> None:
    array = map_it(tmp_path)
    array[0, 0] = 99
    np.testing.assert_array_equal(map_it(tmp_path), ARRAY)


def test_a_full_disk_is_told_before_it_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    free = mapping.FREE_BYTES + ARRAY.nbytes - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=free))
    told: list[str] = []
    assert map_it(tmp_path, told) is ARRAY
    assert len(told) == 1
    assert "1.1 GB are free" in told[0]
    assert not list(tmp_path.iterdir())


def test_the_folder_is_that_of_caches_or_none(tmp_path: Path) -> None:
    assert array_folder({"HPSEARCH_CACHE": str(tmp_path)}) == tmp_path / "arrays"
    (tmp_path / "file").write_text("")
    assert array_folder({"HPSEARCH_CACHE": str(tmp_path / "file")}) is None
    assert mapped(ARRAY, None, print) is ARRAY


def test_preparations_of_one_split_share_what_they_have_in_common(tmp_path: Path) -> None:
    ways = [
        Preparation(scaling, transform)
        for scaling in ("standard", "robust")
        for transform in ("none", "log")
    ]
    rows = np.arange(30)
    table = Table(number_rows(30), np.exp(rows / 9.0), NUMBERS, Origin("csv", "rows", False))
    parts = split(table, REGRESSION, Cut(rows[:10], rows[10:25], rows[25:]), ways)
    large = parts.mapped({"HPSEARCH_CACHE": str(tmp_path)}, print)
    for way in ways:
        for one, other in zip(parts.folds[0][way].arrays, large.folds[0][way].arrays, strict=True):
            assert isinstance(other, MappedArray)
            np.testing.assert_array_equal(one, other)
        assert large.folds[0][way].target == parts.folds[0][way].target
    assert len(list((tmp_path / "arrays").iterdir())) == 2 * 2 + 2
    assert len({id(fold.train_features) for fold in large.folds[0].values()}) == 2


def test_where_one_array_of_a_split_is_large_the_others_are_mapped_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.arange(30)
    table = Table(number_rows(30), rows / 9.0, NUMBERS, Origin("csv", "rows", False))
    parts = split(table, REGRESSION, Cut(rows[:10], rows[10:25], rows[25:]))
    environment = {"HPSEARCH_CACHE": str(tmp_path)}
    largest = parts.fold.train_features.nbytes
    for place in ("mapping", "folds"):
        monkeypatch.setattr(f"hpsearch.data.{place}.LEAST_BYTES", largest + 1)
    monkeypatch.setattr("hpsearch.data.folds.LEAST_BYTES_BESIDE", 41)
    assert parts.mapped(environment, print) is parts
    for place in ("mapping", "folds"):
        monkeypatch.setattr(f"hpsearch.data.{place}.LEAST_BYTES", largest)
    large = parts.mapped(environment, print)
    assert parts.fold.validation_labels.nbytes == 40
    assert [isinstance(array, MappedArray) for array in large.fold.arrays] == [True] * 3 + [False]
