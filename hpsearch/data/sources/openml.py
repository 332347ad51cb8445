"""Tables of OpenML by their number, fetched once into the cache that all studies share."""

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hpsearch.data.sources.cached_fetch import cached_fetch
from hpsearch.data.sources.named_tables import NamedTable
from hpsearch.data.sources.source import Request, Sight, Source
from hpsearch.data.table import Table
from hpsearch.errors import DataError, UsageError, printable, shown

__all__ = ["OPENML"]

#: What one does where a table can't be fetched.
INSTEAD = 'save the table as a file and name that; in a study by data.source = "file" and --data'


def _named(number: str, tell: Callable[[str], None]) -> NamedTable:
    """A table of OpenML without the columns that it says to ignore.

    Raises:
        UsageError: If the name is no number.
        DownloadError: If it is not in the cache and can't be fetched.
        DataError: If there is no table of this number, or none that can be read.
    """
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise UsageError(
            f"a table of OpenML is named by its number, as in openml:61, got {shown(number)}"
        )
    bunch = _fetch(number, tell)
    targets = list(bunch.target_names or ())
    details = bunch.details
    title = printable(f"{details['name']} (version {details['version']})")
    return NamedTable(
        bunch.frame,
        str(targets[0]) if len(targets) == 1 else None,
        f"the {len(bunch.frame):,} rows of OpenML's {title}, number {number}",
    )


def _fetch(number: str, tell: Callable[[str], None]) -> Any:
    try:
        return cached_fetch(
            lambda cache: _parsed(int(number), cache),
            what=f"OpenML's table {number}",
            instead=INSTEAD,
            tell=tell,
        )
    except (ValueError, KeyError) as error:  # no such number, sparse rows, another checksum
        raise DataError(
            f"OpenML's table {number} can't be used ({error}); take another, or {INSTEAD}"
        ) from None


def _parsed(number: int, cache: Path) -> Any:
    """A table by scikit-learn's faster parser, or else by the one that knows all of ARFF.

    The faster one fails with a TypeError at nominal columns that pandas 3 takes for numbers, and
    scikit-learn then deletes the kept rows: it is not tried where that is known beforehand.
    """
    from sklearn.datasets import fetch_openml

    asked: dict[str, Any] = {"data_id": number, "data_home": cache, "as_frame": True}
    if not _has_nominal_numbers(number, cache):
        with suppress(TypeError):
            return fetch_openml(**asked, parser="pandas")
    return fetch_openml(**asked, parser="liac-arff")


def _has_nominal_numbers(number: int, cache: Path) -> bool:
    """Whether the kept description of a table lists numbers among the values of a column."""
    kept = cache / "openml" / "openml.org" / "api" / "v1" / "json" / "data" / "features"
    try:
        described = json.loads(gzip.decompress((kept / f"{number}.gz").read_bytes()))
        features = described["data_features"]["feature"]
        values = [value for each in features for value in each.get("nominal_value", ())]
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return False
    return any(str(value).strip("'").replace(".", "", 1).isdecimal() for value in values)


def _read(request: Request) -> Table:
    return _named(request.name(), request.tell).table(request)


def _look(name: str, tell: Callable[[str], None]) -> Sight:
    return _named(name, tell).sight()


OPENML = Source("openml", takes_file=False, simulated=False, read=_read, look=_look)
