"""Fashion-MNIST in little: four files of its format, from a folder and over loopback."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.columns import Column
from hpsearch.data.sources import fashion_mnist
from hpsearch.data.sources.fashion_mnist import CLASSES, FASHION_MNIST, FILES
from hpsearch.data.sources.idx import read_idx
from hpsearch.data.sources.remote_file import RemoteFile
from hpsearch.data.sources.source import Request
from hpsearch.data.table import Table
from hpsearch.errors import DataError, DownloadError, UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.registry import TASKS
from tests.data.sources.conftest import Mirror


def idx(values: Any) -> bytes:
    """An array of bytes as such a file holds it."""
    array = np.asarray(values, np.uint8)
    sizes = np.array(array.shape, ">u4").tobytes()
    return gzip.compress(b"\0\0\x08" + bytes([array.ndim]) + sizes + array.tobytes(), mtime=0)


def pictures(rows: int, seed: int, side: int = 6) -> tuple[Any, Any]:
    """Pictures in which the place of a bright row tells the class, and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.resize(np.arange(10), rows))
    images = rng.integers(0, 60, (rows, side, side))
    images[np.arange(rows), labels // 2, (labels % 2) * 3] += 150
    return images, labels


def write_files(folder: Path, train: int = 300, test: int = 100) -> Path:
    folder.mkdir(exist_ok=True)
    arrays = [*pictures(train, 0), *pictures(test, 1)]
    for file, values in zip(FILES, arrays, strict=True):
        (folder / file.name).write_bytes(idx(values))
    return folder


def request(path: Path | None, part: str | None = "part", task: str = "multiclass") -> Request:
    entries = {"source": "fashion-mnist", "task": task, **({"part": part} if part else {})}
    section = DataSection.model_validate(entries)
    return Request(section, TASKS[task], path, 0, print, lambda done, total: None)


def read(path: Path | None, **entries: Any) -> Table:
    return FASHION_MNIST.read(request(path, **entries))


def test_pictures_become_columns_of_bytes_and_the_publishers_parts(tmp_path: Path) -> None:
    table = read(write_files(tmp_path))
    images, labels = pictures(300, 0)
    assert table.raw.numbers.dtype == np.uint8
    np.testing.assert_array_equal(table.raw.numbers[:300], images.reshape(300, 36))
    np.testing.assert_array_equal(table.labels[:300], labels)
    assert table.classes == CLASSES
    assert table.columns[:2] == (Column("pixel1", "number"), Column("pixel2", "number"))
    assert table.columns[-1] == Column("part", "category")
    assert table.raw.texts()[[0, 299, 300, 399], 0].tolist() == ["train", "train", "test", "test"]
    assert table.origin.description == "the 400 rows of Fashion-MNIST"


def test_without_data_part_there_is_no_column_of_it(tmp_path: Path) -> None:
    table = read(write_files(tmp_path), part=None)
    assert table.names[-1] == "pixel36"
    assert table.raw.codes.shape == (400, 0)


def served(serve: Callable[[Mirror], Mirror], folder: Path) -> tuple[RemoteFile, ...]:
    """The files of a folder at addresses of loopback."""
    bodies = {file.name: (folder / file.name).read_bytes() for file in FILES}
    return tuple(
        RemoteFile(name, (serve(Mirror(body)).address,), hashlib.sha256(body).hexdigest())
        for name, body in bodies.items()
    )


def test_files_are_fetched_into_the_cache(
    serve: Callable[[Mirror], Mirror], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = served(serve, write_files(tmp_path / "served"))
    monkeypatch.setattr(fashion_mnist, "FILES", files)
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path / "cache"))
    fetched = read(None)
    assert fetched.fingerprint() == read(tmp_path / "served").fingerprint()
    gone = tuple(RemoteFile(file.name, (), file.sha256) for file in files)
    monkeypatch.setattr(fashion_mnist, "FILES", gone)
    assert read(None).fingerprint() == fetched.fingerprint()


def test_offline_one_sentence_says_how_to_bring_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path / "cache"))
    nowhere = tuple(
        RemoteFile(file.name, ("http://127.0.0.1:9/none",), file.sha256) for file in FILES
    )
    monkeypatch.setattr(fashion_mnist, "FILES", nowhere)
    with pytest.raises(DownloadError) as caught:
        read(None)
    message = str(caught.value)
    assert "run again with a network, or name a folder that holds train-images-idx3" in message
    assert message.endswith("t10k-labels-idx1-ubyte.gz with --data")


def test_another_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"set data\.task to 'multiclass'"):
        read(write_files(tmp_path), task="binary")


@pytest.mark.parametrize(
    ("place", "content", "message"),
    [
        (0, b"no gzip", "cannot be read"),
        (0, idx([1, 2]), "must begin as an IDX file of bytes in 3 dimensions"),
        (1, gzip.compress(b"\0\0\x08\x01\0", mtime=0), "must tell 1 sizes"),
        (1, gzip.compress(b"\0\0\x08\x01\0\0\0\x05abc", mtime=0), "must hold 5 bytes"),
        (1, gzip.compress(b"\0\0\x08\x01\0\0\0\x02abc", mtime=0), "must hold 2 bytes"),
        (1, idx(np.zeros(300))[:-9], "cannot be read"),
        (1, idx(np.zeros(299)), "must hold pictures of one size and a label for each"),
        (1, idx(np.full(300, 10)), "must be 0 to 9, got 10"),
    ],
)
def test_files_that_are_something_else_are_refused(
    tmp_path: Path, place: int, content: bytes, message: str
) -> None:
    (write_files(tmp_path) / FILES[place].name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (write_files(tmp_path) / FILES[2].name).unlink()
    with pytest.raises(DataError, match=r"t10k-images-idx3-ubyte.gz cannot be read: No such file"):
        read(tmp_path)


def test_idx_keeps_the_order_of_its_values(tmp_path: Path) -> None:
    values = np.arange(24).reshape(2, 3, 4)
    (tmp_path / "array.gz").write_bytes(idx(values))
    np.testing.assert_array_equal(read_idx(tmp_path / "array.gz", 3), values)
