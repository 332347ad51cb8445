"""The sets that come with scikit-learn, by name; all but one are installed with it."""

from collections.abc import Callable
from typing import Any

from hpsearch.data.sources.cached_fetch import cached_fetch
from hpsearch.data.sources.named_tables import NamedTable
from hpsearch.data.sources.source import Request, Sight, Source
from hpsearch.data.table import Table
from hpsearch.errors import UsageError, did_you_mean, shown

__all__ = ["INSTALLED", "SCIKIT_LEARN", "SETS"]

#: Sets that need no network.
INSTALLED = ("iris", "wine", "breast_cancer", "digits", "diabetes")

SETS = (*INSTALLED, "california_housing")


def _named(name: str, tell: Callable[[str], None]) -> NamedTable:
    """A set of scikit-learn, with the names of its classes in place of their numbers.

    Raises:
        UsageError: If there is no set of this name.
        DownloadError: If it is not installed with scikit-learn and can't be fetched.
    """
    if name not in SETS:
        raise UsageError(
            f"scikit-learn's sets are {', '.join(SETS)}, got {shown(name)}"
            f"{did_you_mean(name, SETS)}"
        )
    bunch = _load(name, tell)
    frame, label = bunch.frame, str(bunch.target.name)
    names = bunch.get("target_names")
    if names is not None and len(names) > 1:
        frame = frame.assign(**{label: [str(names[place]) for place in bunch.target]})
    return NamedTable(frame, label, f"the {len(frame):,} rows of scikit-learn's {name}")


def _load(name: str, tell: Callable[[str], None]) -> Any:
    from sklearn import datasets

    match name:
        case "california_housing":
            return cached_fetch(
                lambda cache: datasets.fetch_california_housing(
                    data_home=cache / "scikit-learn", as_frame=True
                ),
                what=f"scikit-learn's {name}",
                instead=f"take one of {', '.join(INSTALLED)}",
                tell=tell,
            )
        case "diabetes":  # by default its columns are divided by a deviation over all rows
            return datasets.load_diabetes(as_frame=True, scaled=False)
    return getattr(datasets, f"load_{name}")(as_frame=True)


def _read(request: Request) -> Table:
    return _named(request.name(), request.tell).table(request)


def _look(name: str, tell: Callable[[str], None]) -> Sight:
    return _named(name, tell).sight()


SCIKIT_LEARN = Source("scikit-learn", takes_file=False, simulated=False, read=_read, look=_look)
