"""How ``[data]`` says which rows are for what: sizes, order, and columns that decide."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from hpsearch.study.section import MOST
from hpsearch.tasks.registry import TASKS

#: The fewest rows of a part.
LEAST_ROWS = 2

#: Rows below which one part that validates is too small to choose by, and the folds that are then.
FEW_ROWS, USUAL_FOLDS = 2_000, 5

#: Sources whose rows have an order of their own, the tutorial's: validation, train, test, of which
#: no more are read than a study asks for. All others read a user's rows, and all of them.
PREFIX_SOURCES = ("higgs", "collisions", "linear")

#: Entries that name a column by which rows are dealt out; a study has one of them at most.
KEYS = ("group", "time", "part")

#: The column that says which file a row came from, where the parts are separate files.
FILE_PART = "(file)"

#: Entries by which the size of the test is known, so that a study does not say it.
_SIZED = ("part", "test_path")

#: Rows of each part where a study does not say, of the tutorial and of a user's rows.
_COUNTS: Mapping[str, Any] = {"validation": 1_000, "train": 10_000, "test": 100_000}
_SHARES: Mapping[str, Any] = {"validation": 0.2, "test": 0.2}


def _checked_size(size: Any) -> Any:
    if type(size) is int and LEAST_ROWS <= size <= MOST:
        return size
    if type(size) is float and 0 < size < 1:
        return size
    raise PydanticCustomError(
        "rule",
        f"must be a count of rows, {LEAST_ROWS} to {MOST:,}, or a share of them between 0 and 1",
    )


#: The size of a part: a count of rows, or a share of all rows.
Size = Annotated[int | float, BeforeValidator(_checked_size)]


def reads_prefix(source: str) -> bool:
    """Whether no more rows of a source are read than a study asks for, in the tutorial's order."""
    return source in PREFIX_SOURCES


def with_defaults(entries: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries of ``[data]`` with all that follows from the source and from each other."""
    folded = {"validation"} if entries.get("folds", 1) != 1 else set()
    if reads_prefix(str(entries.get("source", PREFIX_SOURCES[0]))):
        sizes = {name: size for name, size in _COUNTS.items() if name not in folded}
        return {**sizes, "shuffle": False, "stratify": False, **entries}
    told = folded | ({"test"} if entries.keys() & set(_SIZED) else set())
    sizes = {name: size for name, size in _SHARES.items() if name not in told}
    shuffle = entries.get("shuffle", "time" not in entries)
    task = TASKS.get(str(entries.get("task", "binary")))
    classes = task is not None and task.classification
    stratify = classes and shuffle is True and not {"group", "time"} & entries.keys()
    return {**sizes, "shuffle": shuffle, "stratify": stratify, **entries}


def share_of(size: float, rows: int) -> int:
    """The rows that a share is, rounded; the share counts as the decimal that is written."""
    return round(Fraction(repr(size)) * rows)
