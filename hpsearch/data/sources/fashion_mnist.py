"""Fashion-MNIST: pictures of clothes as 784 columns of bytes, fetched once or from a folder."""

from pathlib import Path

import numpy as np

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.sources.cached_fetch import cached_fetch
from hpsearch.data.sources.idx import read_idx
from hpsearch.data.sources.own_parts import with_parts
from hpsearch.data.sources.remote_file import RemoteFile, fetched
from hpsearch.data.sources.source import Request, Source
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError, UsageError, named
from hpsearch.wording import listed

__all__ = ["CLASSES", "FASHION_MNIST", "FILES"]

#: Where its publisher, and Keras's own loader, have the files.
_SERVERS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
)

_DIGESTS = {
    "train-images-idx3-ubyte.gz": (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    "train-labels-idx1-ubyte.gz": (
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
    ),
}

#: Pictures and labels of the train rows, then of the test rows.
FILES = tuple(
    RemoteFile(name, tuple(server + name for server in _SERVERS), digest)
    for name, digest in _DIGESTS.items()
)

#: By their labels, 0 to 9.
CLASSES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)


def read_folder(folder: Path, request: Request) -> Table:
    """All rows in the four files of a folder, those of the train files first.

    Each pixel is a column, ``pixel1`` the first of the uppermost row, and a byte from 0, black, to
    255. A column that ``data.part`` names says which file a row is from.

    Raises:
        DataError: If a file can't be read, or they do not belong together.
        UsageError: If the study has another task than to tell the ten classes.
    """
    if request.task.name != "multiclass":
        raise UsageError(
            f"Fashion-MNIST has {len(CLASSES)} classes, got data.task = {request.task.name!r}; "
            f"set data.task to 'multiclass'"
        )
    arrays = [read_idx(folder / file.name, 3 if "images" in file.name else 1) for file in FILES]
    pictures, labels = arrays[::2], arrays[1::2]
    sizes = {part: len(own) for part, own in zip(("train", "test"), labels, strict=True)}
    shapes = [part.shape[1:] for part in pictures]
    if shapes[0] != shapes[1] or [len(part) for part in pictures] != [*sizes.values()]:
        raise DataError(
            f"the four files in {named(folder)} must hold pictures of one size and a label for "
            f"each, got the shapes {', '.join(str(array.shape) for array in arrays)}; fetch them "
            f"again"
        )
    numbers = np.concatenate([part.reshape(len(part), -1) for part in pictures])
    classes = np.concatenate(labels)
    if classes.max(initial=0) >= len(CLASSES):
        raise DataError(
            f"the labels in {named(folder)} must be 0 to {len(CLASSES) - 1}, got {classes.max()}; "
            f"give the files of Fashion-MNIST"
        )
    table = Table(
        RawRows.of_numbers(numbers),
        classes.astype(np.float32),
        number_columns(tuple(f"pixel{place}" for place in range(1, numbers.shape[1] + 1))),
        Origin("fashion-mnist", f"the {len(classes):,} rows of Fashion-MNIST", simulated=False),
        CLASSES,
    )
    request.progress(len(table), len(table))
    return with_parts(table, request.section.part, sizes)


def _read(request: Request) -> Table:
    """The rows in the folder that the user names, or in the cache, into which they are fetched."""
    if request.path is not None:
        return read_folder(request.path, request)

    def fetch(cache: Path) -> Table:
        for file in FILES:
            folder = fetched(file, cache / "fashion-mnist").parent
        return read_folder(folder, request)

    table: Table = cached_fetch(
        fetch,
        what="Fashion-MNIST",
        instead=f"name a folder that holds {listed([file.name for file in FILES])} with --data",
        tell=request.tell,
    )
    return table


FASHION_MNIST = Source("fashion-mnist", takes_file=True, simulated=False, read=_read)
