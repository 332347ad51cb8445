"""What a look at a table in memory finds: the kinds of its columns, and which are of no use."""

from collections import Counter

import numpy as np
from narwhals.stable.v2.typing import IntoDataFrame

from hpsearch.data.profile import ColumnProfile, Finding, Profile, is_skewed
from hpsearch.data.sources.frame_columns import Series, floats_of, kind_of, texts_of
from hpsearch.data.sources.frames import columns_of
from hpsearch.errors import DataError

__all__ = ["profile_of"]

#: Different values of a column that are listed.
LISTED = 100

#: Fewer rows than these may well all differ by chance.
FEW_ROWS = 20


def profile_of(frame: IntoDataFrame) -> Profile:
    """The columns of a table of pandas, polars or Arrow as they are found.

    Raises:
        DataError: If it is no table, or two of its columns have one name.
    """
    series = columns_of(frame)
    columns = tuple(_column(name, values) for name, values in series.items())
    return Profile("frame", max((len(values) for values in series.values()), default=0), columns)


def _column(name: str, series: Series) -> ColumnProfile:
    try:
        kind = kind_of(series)
    except DataError:
        return ColumnProfile(name, "text", reason="its values are of several types")
    texts = [text for text in texts_of(series) if text is not None]
    counts = Counter(texts)
    least = largest = None
    skewed = False
    if kind in ("number", "date") and texts:
        numbers = floats_of(series)
        finite = numbers[np.isfinite(numbers)]
        if finite.size:
            least, largest = float(finite.min()), float(finite.max())
            skewed = is_skewed(least, float(finite.mean()), largest)
    finding, reason = _finding(kind, texts, len(counts), least, largest)
    values = dict(counts.most_common()) if len(counts) <= LISTED else {}
    return ColumnProfile(
        name,
        finding,
        missing=len(series) - len(texts),
        distinct=len(counts),
        values=tuple(values),
        least=least,
        largest=largest,
        reason=reason,
        counts=tuple(values.values()),
        skewed=skewed,
    )


def _finding(
    kind: Finding, texts: list[str], distinct: int, least: float | None, largest: float | None
) -> tuple[Finding, str]:
    """What a column is, and why it is left out if it is."""
    rows = len(texts)
    if distinct == 0:
        return kind, "it has no values"
    if distinct == 1:
        return kind, f"all its values are {texts[0]!r}"
    if rows < FEW_ROWS or distinct < rows / 2:
        return kind, ""
    if kind == "category" and distinct == rows:
        return "identifier", "each row has a text of its own"
    if kind == "category" and distinct > LISTED:
        return "text", f"{distinct:,} of its {rows:,} texts are different"
    if kind == "number" and least is not None and largest is not None and distinct == rows:
        whole = largest - least == rows - 1 and all("." not in text for text in texts)
        return ("identifier", "it counts the rows") if whole else (kind, "")
    return kind, ""
