"""IMDB's reviews as Stanford publishes them: one column of texts, fetched once or from a file.

Not Keras's own copy of them, which holds numbers of words in pickled arrays: unpickling executes
what a file says, and a model of numbers of words could take no new review.
"""

import re
import tarfile
import zlib
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import numpy as np

from hpsearch.data.columns import MISSING, Column, RawRows
from hpsearch.data.sources.cached_fetch import cached_fetch
from hpsearch.data.sources.own_parts import with_parts
from hpsearch.data.sources.remote_file import RemoteFile, fetched
from hpsearch.data.sources.source import Request, RowProgress, Source
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError, UsageError, named
from hpsearch.inputs import open_regular

__all__ = ["ARCHIVE", "IMDB", "REVIEW"]

ARCHIVE = RemoteFile(
    "aclImdb_v1.tar.gz",
    ("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",),
    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
)

#: The column of texts; new reviews stand in one of this name.
REVIEW = "review"

#: By their labels, 0 and 1; folders are called by the first letters.
CLASSES = ("negative", "positive")

#: Rows of the archive, for progress; it has as many again without a label.
ROWS = 50_000

#: A review's part, class and number; the rest of its name is how many stars it gave.
_NAME = re.compile(r"(?:.*/)?(train|test)/(neg|pos)/(\d+)_\d+\.txt")

_LONGEST_BYTES = 1 << 20

_Review = tuple[tuple[bool, str, int], str]


def read_archive(path: Path, request: Request) -> Table:
    """All reviews with a label: those to train on first, negative ones first, by their numbers.

    A column that ``data.part`` names says which of them are the test.

    Raises:
        DataError: If the file can't be read, or holds no reviews.
        UsageError: If the study has another task than to tell two classes.
    """
    if request.task.name != "binary":
        raise UsageError(
            f"IMDB's reviews have 2 classes, got data.task = {request.task.name!r}; set it to "
            f"'binary'"
        )
    reviews = sorted(_reviews(path, request.progress), key=itemgetter(0))
    tests = sum(place[0] for place, _ in reviews)
    if not reviews or tests in (0, len(reviews)):
        raise DataError(
            f"{named(path)} must hold reviews as train/pos/0_9.txt and test/neg/0_2.txt, got "
            f"{len(reviews) - tests:,} to train on and {tests:,} to test; give {ARCHIVE.name}"
        )
    vocabulary = tuple(sorted({text for _, text in reviews if text.strip()}))
    known = {text: code for code, text in enumerate(vocabulary)}
    codes = np.array([[known.get(text, MISSING)] for _, text in reviews], np.int32)
    labels = np.array([place[1] == "pos" for place, _ in reviews], np.float32)
    table = Table(
        RawRows(np.empty((len(reviews), 0), np.float32), codes, (vocabulary,)),
        labels,
        (Column(REVIEW, "words"),),
        Origin("imdb", f"{len(reviews):,} reviews of IMDB", simulated=False),
        CLASSES,
    )
    request.progress(len(reviews), len(reviews))
    parts = {"train": len(reviews) - tests, "test": tests}
    return with_parts(table, request.section.part, parts)


def _reviews(path: Path, progress: RowProgress) -> Iterator[_Review]:
    """Reviews in the order of the archive: whether it is a test row, class and number; the text."""
    try:
        with open_regular(path) as file, tarfile.open(fileobj=file, mode="r|gz") as archive:
            count = 0
            for member in archive:
                name = _NAME.fullmatch(member.name)
                content = archive.extractfile(member) if name and member.isreg() else None
                if name is None or content is None:
                    continue
                if member.size > _LONGEST_BYTES:
                    raise DataError(
                        f"{named(path)} must hold reviews of at most 1 MiB, got "
                        f"{member.size:,} bytes in {named(member.name)}; give {ARCHIVE.name}"
                    )
                place = (name[1] == "test", name[2], int(name[3]))
                yield place, content.read().decode("utf-8", "replace")
                count += 1
                if count % 1_000 == 0:
                    progress(count, ROWS)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"{named(path)} cannot be read as a tar archive packed by gzip: {reason}; give "
            f"{ARCHIVE.name}"
        ) from None


def _read(request: Request) -> Table:
    """The reviews in the file that the user names, or in the cache, into which it is fetched."""
    if request.path is not None:
        return read_archive(request.path, request)
    table: Table = cached_fetch(
        lambda cache: read_archive(fetched(ARCHIVE, cache / "imdb"), request),
        what="IMDB's archive of reviews",
        instead=f"name {ARCHIVE.name} with --data",
        tell=request.tell,
    )
    return table


IMDB = Source("imdb", takes_file=True, simulated=False, read=_read)
