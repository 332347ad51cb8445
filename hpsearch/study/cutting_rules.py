"""What does not go together in how ``[data]`` says which rows are for what."""

from collections.abc import Iterator
from fractions import Fraction

from hpsearch.errors import Mistake, shown
from hpsearch.study.cutting import KEYS, reads_prefix
from hpsearch.study.sections import DataSection
from hpsearch.tasks.registry import TASKS


def cutting_mistakes(data: DataSection) -> Iterator[Mistake]:
    """What does not go together in ``[data]``."""
    keys = [name for name in (*KEYS, "test_path") if getattr(data, name) is not None]
    for name in keys[1:]:
        yield Mistake(f"data.{name}", f"does not go with data.{keys[0]}: one of them is the rule")
    yield from _size_mistakes(data)
    if data.time is not None and data.shuffle:
        yield Mistake("data.shuffle", "must be false where data.time orders the rows, got true")
    if data.stratify and not data.shuffle:
        yield Mistake("data.stratify", "must be false where data.shuffle is false, got true")
    elif data.stratify and not TASKS[data.task].classification:
        yield Mistake("data.stratify", f"must be false where data.task is {data.task!r}, got true")
    elif data.stratify and data.group is not None:
        yield Mistake("data.stratify", "must be false where data.group keeps rows together")
    if data.part is not None and data.test is not None:
        yield Mistake("data.test", f"is told by the column data.part = {shown(data.part)}")
    if data.test_path is not None and reads_prefix(data.source):
        yield Mistake("data.test_path", f"does not go with data.source = {data.source!r}")
    elif data.test_path is not None and data.test is not None:
        yield Mistake("data.test", f"is all of data.test_path = {shown(data.test_path)}")
    yield from _fold_mistakes(data)
    if data.validation_path is not None and data.test_path is None:
        yield Mistake("data.validation_path", "must stand beside data.test_path, and there is none")


def _fold_mistakes(data: DataSection) -> Iterator[Mistake]:
    """What does not go with folds, and what goes with them alone."""
    if data.folds == 1:
        if data.repeats > 1:
            yield Mistake("data.repeats", "must be 1 where there are no folds (data.folds above 1)")
        return
    for name in ("validation", "validation_path"):
        if getattr(data, name) is not None:
            yield Mistake(
                f"data.{name}",
                f"does not go with data.folds = {data.folds}: all rows that are not sealed "
                f"validate in turn",
            )
    if data.repeats > 1 and data.time is not None:
        yield Mistake("data.repeats", "must be 1 where data.time orders the rows")
    elif data.repeats > 1 and not data.shuffle and data.group is None:
        yield Mistake("data.repeats", "must be 1 where data.shuffle is false")


def _size_mistakes(data: DataSection) -> Iterator[Mistake]:
    sizes = {name: getattr(data, name) for name in ("validation", "train", "test")}
    shares = {name: size for name, size in sizes.items() if isinstance(size, float)}
    if reads_prefix(data.source):
        for name, size in shares.items():
            yield Mistake(
                f"data.{name}",
                f"must be a count of rows for data.source = {data.source!r}, which is read no "
                f"further than it must be, got {shown(size)}",
            )
        return
    total = sum(Fraction(repr(share)) for share in shares.values())
    if total > 1 or (total == 1 and len(shares) < len(sizes)):
        said = " + ".join(f"{share:g} {name}" for name, share in shares.items())
        rule = "add up to 1 at most" if total > 1 else "leave rows for the other parts"
        yield Mistake(f"data.{next(iter(shares))}", f"must, with the other shares, {rule}: {said}")
