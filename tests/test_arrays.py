"""Files of arrays: what comes back, what is refused before it is parsed, and bombs."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.arrays import DamagedError, read_arrays, write_arrays

ARRAYS: dict[str, Any] = {
    "none": np.zeros((0, 3), np.float32),
    "many": np.arange(12, dtype=np.float64).reshape(3, 4),
    "text": np.array('{"name": "ü"}'),
}


def sealed(content: bytes) -> bytes:
    """An archive with a right digest, as only somebody who wants to deceive makes it."""
    import hashlib

    changed = bytearray(content)
    changed[-2:] = (71).to_bytes(2, "little")
    changed += b"sha256:"
    return bytes(changed) + hashlib.sha256(changed).hexdigest().encode()


def test_arrays_come_back_and_numpy_opens_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "some.npz"
    write_arrays(path, ARRAYS)
    found = read_arrays(path)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    with np.load(path) as opened:
        assert set(opened.files) == ARRAYS.keys()
    first = path.read_bytes()
    write_arrays(path, ARRAYS)
    assert path.read_bytes() == first


def test_a_file_that_is_not_there_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "none.npz")
    with pytest.raises(DamagedError, match="cannot be read"):
        read_arrays(tmp_path)


@settings(max_examples=300, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_any_flipped_bit_and_any_cut_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, where: float, bit: int, cut: bool
) -> None:
    path = tmp_path_factory.mktemp("flips") / "some.npz"
    write_arrays(path, ARRAYS)
    content = bytearray(path.read_bytes())
    place = int(where * len(content))
    if cut:
        content = content[:place]
    else:
        content[place] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(DamagedError):
        read_arrays(path)


def npy(header: str, content: bytes) -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + content


@pytest.mark.parametrize(
    ("entry", "compression", "words"),
    [
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (8,)}", b"x" * 8), 0, "must hold"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10**15,)}", b""), 0, "not a file"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -8)}", b""), 0, "must hold"),
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", b"x" * 8), 0, "must hold"),
        (b"\x93NUMPY\x09\x00", 0, "unknown header"),
        (b"no array", 0, "not a file of arrays"),
        (b"0" * 100_000, zipfile.ZIP_DEFLATED, "compressed"),
    ],
)
def test_a_file_made_on_purpose_is_refused(
    tmp_path: Path, entry: bytes, compression: int, words: str
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        archive.writestr("many.npy", entry)
    path = tmp_path / "made.npz"
    path.write_bytes(sealed(packed.getvalue()))
    with pytest.raises(DamagedError, match=words):
        read_arrays(path)


def test_an_archive_of_somebody_else_has_no_digest(tmp_path: Path) -> None:
    np.savez(tmp_path / "theirs.npz", **ARRAYS)
    with pytest.raises(DamagedError, match="does not end in a digest"):
        read_arrays(tmp_path / "theirs.npz")
    (tmp_path / "short.npz").write_bytes(b"")
    with pytest.raises(DamagedError, match="too short for a digest"):
        read_arrays(tmp_path / "short.npz")
