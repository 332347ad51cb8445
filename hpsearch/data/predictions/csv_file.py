"""Predictions as CSV, a line for each row."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hpsearch.data.predictions.layout import Layout, Predictions

__all__ = ["write_csv"]


@contextmanager
def write_csv(
    path: Path, layout: Layout, tell: Callable[[str], None]
) -> Iterator[Callable[[Predictions], None]]:
    """Write a header, and then each block as it comes; there is nothing to tell."""
    del tell
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(layout.header)

        def put(predictions: Predictions) -> None:
            numbers = layout.columns(predictions).tolist()
            if not layout.classes:
                writer.writerows(numbers)
                return
            called = layout.called(predictions).tolist()
            writer.writerows(
                (*row, layout.classes[place]) for row, place in zip(numbers, called, strict=True)
            )

        yield put
