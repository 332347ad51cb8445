"""Files and folders are there whole or not at all."""

import multiprocessing
import os
from pathlib import Path

import pytest

from hpsearch.errors import RecordError, UsageError
from hpsearch.files import digest_of, refuse_links, replacing, sweep, write_whole


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


def test_leftovers_of_killed_processes_are_swept_and_nothing_else(tmp_path: Path) -> None:
    with multiprocessing.Pool(1) as pool:
        gone = pool.apply(os.getpid)
    left = tmp_path / f".study.toml.{gone}.new"
    left.touch()
    kept = [tmp_path / name for name in (".lock", "study.toml", f".{gone}.new.toml")]
    for path in kept:
        path.touch()
    kept.append(tmp_path / f".mine.{gone}.new")
    kept[-1].mkdir()
    with replacing(tmp_path / "report.md") as fresh:
        fresh.touch()
        sweep(tmp_path)
        assert fresh.exists()
    assert sorted(tmp_path.iterdir()) == sorted([*kept, tmp_path / "report.md"])
    assert not left.exists()


def test_a_link_of_the_name_that_is_written_to_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (tmp_path / f".report.md.{os.getpid()}.new").symlink_to(outside)
    (tmp_path / "report.md").symlink_to(outside)
    write_whole(tmp_path / "report.md", "new")
    assert outside.read_text() == "mine"
    assert (tmp_path / "report.md").read_text() == "new"


def test_a_folder_with_a_link_anywhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study" / "tensorboard" / "run").mkdir(parents=True)
    refuse_links(tmp_path / "study")
    link = tmp_path / "study" / "tensorboard" / "run" / "events"
    link.symlink_to(tmp_path)
    with pytest.raises(UsageError, match="events must not be a symbolic link"):
        refuse_links(tmp_path / "study")


def test_what_is_written_is_on_the_disk_before_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    rename = os.replace

    def noted_rename(source: Path, target: Path) -> None:
        done.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", lambda file: done.append("sync"))
    monkeypatch.setattr(os, "replace", noted_rename)
    write_whole(tmp_path / "report.md", "text")
    assert done == ["sync", "rename"]


def test_the_digest_of_a_file_that_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert digest_of(tmp_path / "none") is None
    assert str(digest_of(tmp_path / "file")).startswith("ba7816bf")


def test_a_folder_in_a_files_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    with pytest.raises(RecordError, match=r"report\.md must be a file, got a folder; move it away"):
        write_whole(tmp_path / "report.md", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]
