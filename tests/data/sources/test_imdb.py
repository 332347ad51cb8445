"""IMDB's reviews in little: an archive of its format, from a file and over loopback."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.columns import Column
from hpsearch.data.sources import imdb
from hpsearch.data.sources.imdb import ARCHIVE, IMDB
from hpsearch.data.sources.remote_file import RemoteFile
from hpsearch.data.sources.source import Request
from hpsearch.data.table import Table
from hpsearch.errors import DataError, DownloadError, UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.registry import TASKS
from tests.data.sources.conftest import Mirror

#: Words that tell the class, and others.
WORDS = {
    "neg": ("awful", "Boring!", "waste"),
    "pos": ("Lovely,", "great", "moving"),
    "": tuple(f"word{number}" for number in range(30)),
}


def review(kind: str, rng: np.random.Generator) -> str:
    """A text of some words, most of which tell nothing."""
    told = rng.choice(WORDS[kind], rng.integers(1, 4))
    words = [*told, *rng.choice(WORDS[""], rng.integers(5, 20))]
    return "<br />".join(" ".join(rng.permutation(words)).split(" ", 1))


def reviews(train: int = 150, test: int = 50) -> dict[str, str]:
    """As many of each class, by their names in the archive."""
    rng = np.random.default_rng(0)
    return {
        f"aclImdb/{part}/{kind}/{number}_{9 if kind == 'pos' else 2}.txt": review(kind, rng)
        for part, rows in (("test", test), ("train", train))
        for kind in ("pos", "neg")
        for number in range(rows)
    }


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return body.getvalue()


def write_archive(path: Path, **rows: int) -> Path:
    """An archive with labelled reviews, and what else the publisher's has."""
    others = [("aclImdb/README", b"about"), ("aclImdb/train/unsup/0_0.txt", b"no label")]
    texts = [(name, text.encode()) for name, text in reviews(**rows).items()]
    path.write_bytes(packed([*others, *texts]))
    return path


def request(path: Path | None, part: str | None = "part", task: str = "binary") -> Request:
    section = DataSection.model_validate(
        {"source": "imdb", "task": task, **({"part": part} if part else {})}
    )
    return Request(section, TASKS[task], path, 0, print, lambda done, total: None)


def read(path: Path | None, **entries: Any) -> Table:
    return IMDB.read(request(path, **entries))


def test_reviews_become_a_column_of_words_and_the_publishers_parts(tmp_path: Path) -> None:
    table = read(write_archive(tmp_path / "reviews.tar.gz"))
    assert table.columns == (Column("review", "words"), Column("part", "category"))
    texts = table.raw.texts()
    wanted = reviews()
    assert texts[:2, 0].tolist() == [wanted[f"aclImdb/train/neg/{row}_2.txt"] for row in (0, 1)]
    assert texts[-1, 0] == wanted["aclImdb/test/pos/49_9.txt"]
    assert texts[[0, 299, 300, 399], 1].tolist() == ["train", "train", "test", "test"]
    np.testing.assert_array_equal(
        table.labels, np.repeat([0, 1, 0, 1], [150, 150, 50, 50]).astype(np.float32)
    )
    assert table.classes == ("negative", "positive")
    assert table.origin.description == "400 reviews of IMDB"


def test_the_order_of_the_archive_changes_nothing(tmp_path: Path) -> None:
    files = [(name, text.encode()) for name, text in reviews().items()]
    (tmp_path / "other.tar.gz").write_bytes(packed(reversed(files)))
    ours = read(write_archive(tmp_path / "reviews.tar.gz"))
    assert read(tmp_path / "other.tar.gz").fingerprint() == ours.fingerprint()


def test_without_data_part_there_is_no_column_of_it(tmp_path: Path) -> None:
    assert read(write_archive(tmp_path / "reviews.tar.gz"), part=None).names == ("review",)


def test_the_archive_is_fetched_into_the_cache(
    serve: Callable[[Mirror], Mirror], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_archive(tmp_path / "reviews.tar.gz")
    mirror, digest = serve(Mirror(file.read_bytes())), hashlib.sha256(file.read_bytes())
    remote = RemoteFile(ARCHIVE.name, (mirror.address,), digest.hexdigest())
    monkeypatch.setattr(imdb, "ARCHIVE", remote)
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path / "cache"))
    assert read(None).fingerprint() == read(file).fingerprint() == read(None).fingerprint()
    assert len(mirror.asked) == 1


def test_offline_one_sentence_says_how_to_bring_the_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path))
    nowhere = RemoteFile(ARCHIVE.name, ("http://127.0.0.1:9/none",), ARCHIVE.sha256)
    monkeypatch.setattr(imdb, "ARCHIVE", nowhere)
    with pytest.raises(DownloadError, match=r"or name aclImdb_v1\.tar\.gz with --data$"):
        read(None)


def test_another_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="set it to 'binary'"):
        read(write_archive(tmp_path / "reviews.tar.gz"), task="multiclass")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "cannot be read as a tar archive packed by gzip"),
        (packed([("aclImdb/README", b"about")]), "got 0 to train on and 0 to test"),
        (packed([("train/pos/0_9.txt", b"good")]), "got 1 to train on and 0 to test"),
        (packed([("train/pos/0_9.txt", bytes(2 << 20))]), "got 2,097,152 bytes in train/pos"),
    ],
)
def test_files_that_are_something_else_are_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "reviews.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / "reviews.tar.gz")


def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "reviews.tar.gz")
    path.write_bytes(path.read_bytes()[:2_000])
    with pytest.raises(DataError, match="cannot be read"):
        read(path)


def test_bytes_that_are_no_text_and_empty_reviews_are_no_error(tmp_path: Path) -> None:
    files = [("train/pos/0_9.txt", b"caf\xe9"), ("test/neg/0_1.txt", b" \n")]
    (tmp_path / "reviews.tar.gz").write_bytes(packed(files))
    table = read(tmp_path / "reviews.tar.gz")
    assert table.raw.texts()[:, 0].tolist() == ["caf\N{REPLACEMENT CHARACTER}", ""]
