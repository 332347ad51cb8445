"""Files of arrays from somebody else: wrong, huge or hostile ones are refused within bounds."""

import io
import json
import pickle
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.record.histories import ProgressFiles
from tests.attack.damage import symptom
from tests.attack.doubled import begin
from tests.attack.studies import environment, optimize, run

#: Address space that is enough for a file of this size, and for no bomb.
LARGEST_BYTES = 3 * 2**30

#: What a bomb holds unpacked.
BOMB_BYTES = 4 * 2**30


class Marker:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (Path.touch, (self._path,))


def members(path: Path) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put(path: Path, content: Mapping[str, bytes], kind: int = zipfile.ZIP_STORED) -> None:
    """Write an archive with these members."""
    with zipfile.ZipFile(path, "w", kind, compresslevel=1) as archive:
        for name, data in content.items():
            archive.writestr(name, data)


def packed(array: np.ndarray[Any, Any], *, pickles: bool = False) -> bytes:
    """An array as a member of an archive."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=pickles)
    return stream.getvalue()


def claiming(shape: tuple[int, ...]) -> bytes:
    """A member whose header claims a shape that its content has not."""
    stream = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue() + bytes(64)


def changed(name: str, marker: Path) -> Callable[[np.ndarray[Any, Any]], bytes]:
    """How an array becomes a wrong one."""

    def pickled(array: np.ndarray[Any, Any]) -> bytes:
        return packed(np.array([Marker(marker)], dtype=object), pickles=True)

    changes: dict[str, Callable[[np.ndarray[Any, Any]], bytes]] = {
        "wider type": lambda array: packed(array.astype(np.float64)),
        "whole numbers": lambda array: packed(array.astype(np.int64)),
        "complex": lambda array: packed(array.astype(np.complex64)),
        "text": lambda array: packed(array.astype("U8")),
        "flat": lambda array: packed(array.reshape(-1)[:-1]),
        "one more axis": lambda array: packed(array[..., None]),
        "shorter": lambda array: packed(array[:-1]),
        "a number": lambda array: packed(np.asarray(array.sum(), array.dtype)),
        "empty": lambda array: packed(array[:0]),
        "claims much": lambda array: claiming((2**40,)),
        "claims more than can be": lambda array: claiming((2**40, 2**40)),
        "claims less than nothing": lambda array: claiming((-1, 4)),
        "pickled": pickled,
        "a pickle": lambda array: pickle.dumps(Marker(marker)),
        "no array": lambda array: b"",
        "deep header": lambda array: b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 65_535,
    }
    return changes[name]


CHANGES = (
    *("wider type", "whole numbers", "complex", "text", "flat", "one more axis", "shorter"),
    *("a number", "empty", "claims much", "claims more than can be", "claims less than nothing"),
    *("pickled", "a pickle", "no array", "deep header"),
)


def spoil(
    source: Path, target: Path, member: str, change: Callable[[np.ndarray[Any, Any]], bytes]
) -> None:
    """Copy an archive with another array in place of one."""
    content = members(source)
    array = np.lib.format.read_array(io.BytesIO(content[f"{member}.npy"]))
    put(target, {**content, f"{member}.npy": change(array)})


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study in the middle, with curves and states; to be copied."""
    folder = tmp_path_factory.mktemp("begun") / "run"
    begin(folder, lambda: bool(list(folder.glob("curves/*.npz"))))
    return folder


@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_curve_or_state_counts_as_not_there(
    begun: Path, tmp_path: Path, change: str
) -> None:
    marker, folder = tmp_path / "unpickled", tmp_path / "run"
    shutil.copytree(begun, folder)
    complaints = {}
    for kind, member in product(
        ("curves", "checkpoints"), ("curve", "losses", "kernels", "content")
    ):
        path = min((begun / kind).glob("*.npz"))
        before = members(path)
        spoil(path, folder / kind / path.name, member, changed(change, marker))
        if members(folder / kind / path.name) != before:  # an array may be empty as it is
            said = symptom(partial(believed, folder, path))
            complaints[kind, member] = said
        shutil.copy(path, folder / kind / path.name)
    assert complaints
    assert not {place: said for place, said in complaints.items() if said}
    assert not marker.exists()


def believed(folder: Path, original: Path) -> str:
    """What is read of a run whose file was spoilt in ``folder``."""
    with np.load(original) as arrays:
        about = json.loads(str(arrays["about"]))
    files = ProgressFiles(folder, about["rows"])
    history = files.history(original.stem, about["identity"])
    state = files.state(original.stem, about["identity"], max(map(int, about["digests"])))
    return "believed" if len(history) or state is not None else ""


def bomb(path: Path, content: Mapping[str, bytes], member: str) -> None:
    """An archive of some MB with a member that is huge when it is unpacked."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in content.items():
            if name != f"{member}.npy":
                archive.writestr(name, data)
        header = io.BytesIO()
        about = {"descr": "<f4", "fortran_order": False, "shape": (BOMB_BYTES // 4,)}
        np.lib.format.write_array_header_1_0(header, about)
        with archive.open(f"{member}.npy", "w", force_zip64=True) as stream:
            stream.write(header.getvalue())
            for _ in range(BOMB_BYTES // 2**24):
                stream.write(bytes(2**24))


READ_CURVE = """
import sys
from pathlib import Path
from hpsearch.record.histories import ProgressFiles
sys.exit(len(ProgressFiles(Path(sys.argv[1])).history("0000")))
"""


def limited(program: str, argument: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that may not have the memory for a bomb."""
    return subprocess.run(
        [sys.executable, "-c", program, str(argument)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=60,
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_AS, (LARGEST_BYTES, LARGEST_BYTES)),
    )


def test_a_bomb_in_curves_is_not_unpacked(through: Path, tmp_path: Path) -> None:
    (tmp_path / "curves").mkdir()
    bomb(tmp_path / "curves" / "0000.npz", members(through / "curves" / "0000.npz"), "losses")
    done = limited(READ_CURVE, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bomb_in_a_study_that_goes_on_is_trained_again(
    study: Path, through: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(through, out)
    path = out / "curves" / "0001.npz"
    put(path, members(path), zipfile.ZIP_DEFLATED)
    before = path.read_bytes()
    done = run(optimize(study, out, "--quiet"))
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() != before, "a compressed member was believed"
