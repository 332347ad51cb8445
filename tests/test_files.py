"""Files and folders are there whole or not at all."""

import multiprocessing
import os
from pathlib import Path

import pytest

from hpsearch.files import replacing, replacing_folder, sweep, write_whole


def test_a_text_is_written_with_its_folder_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.md"
    write_whole(path, "one\n")
    write_whole(path, "zwei ü\n")
    assert path.read_bytes() == "zwei ü\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_text_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "made" / "folder"
    for name in ("first", "second"):
        with replacing_folder(path) as fresh:
            (fresh / name).touch()
    assert [entry.name for entry in path.iterdir()] == ["second"]
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    with replacing_folder(path) as fresh:
        (fresh / "kept").touch()

    def fail() -> None:
        with replacing_folder(path) as fresh:
            (fresh / "lost").touch()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [entry.name for entry in path.iterdir()] == ["kept"]
    assert list(tmp_path.iterdir()) == [path]


def test_leftovers_of_killed_processes_are_swept_and_nothing_else(tmp_path: Path) -> None:
    with multiprocessing.Pool(1) as pool:
        gone = pool.apply(os.getpid)
    (tmp_path / f".folder.{gone}.old").mkdir()
    left = [tmp_path / f".study.toml.{gone}.new", tmp_path / f".folder.{gone}.old"]
    left[0].touch()
    kept = [tmp_path / name for name in (".lock", "study.toml", f".{gone}.new.toml")]
    for path in kept:
        path.touch()
    with replacing(tmp_path / "report.md") as fresh:
        fresh.touch()
        sweep(tmp_path)
        assert fresh.exists()
    assert sorted(tmp_path.iterdir()) == sorted([*kept, tmp_path / "report.md"])
