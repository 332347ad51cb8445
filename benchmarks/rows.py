"""The rows that all competitors get: read once by hpsearch, cut by hpsearch, written for peers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hpsearch.data.load import load
from hpsearch.data.parts import Fold
from hpsearch.data.sources.higgs.cache import cache_file
from hpsearch.data.table import Table
from hpsearch.errors import DataError
from hpsearch.rows import split_rows
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY

#: The search never sees them.
TEST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows come from.

    Attributes:
        settings: Entries of the study that ask for these rows.
        data: The file that hpsearch reads; None for simulated rows.
        fold: The file with the same train and validation rows for peers.
    """

    settings: Mapping[str, Any]
    data: Path | None
    fold: Path
    description: str


def prepare(data: Path | None, fold: Path) -> Rows:
    """Rows of the file, else of hpsearch's cache, else simulated; nothing is downloaded."""
    settings: dict[str, Any] = {"data.test": TEST_ROWS}
    file = data or cache_file(os.environ)
    if file is not None and (data is not None or file.is_file()):
        try:
            table = _load(_study(settings), file)
        except DataError as error:
            if data is not None:
                raise SystemExit(str(error)) from None
        else:
            return _written(table, settings, file.resolve(), fold)
    settings["data.source"] = "collisions"
    return _written(_load(_study(settings), None), settings, None, fold)


def read_fold(file: Path) -> Fold:
    """The rows that ``prepare`` wrote."""
    with np.load(file) as found:
        return Fold(**found)


def _study(settings: Mapping[str, Any]) -> StudySpec:
    overrides = [f"{key}={value}" for key, value in settings.items()]
    return read_study(find_study("higgs"), overrides)


def _ignore(done: int, total: int) -> None:
    """Shows nothing."""


def _load(spec: StudySpec, file: Path | None) -> Table:
    return load(
        spec.data,
        file,
        task=BINARY,
        seed=spec.study.seed,
        tell=print,
        progress=_ignore,
    )


def _written(table: Table, settings: Mapping[str, Any], data: Path | None, fold: Path) -> Rows:
    parts = split_rows(table, _study(settings)).fold
    np.savez(
        fold,
        train_features=parts.train_features,
        train_labels=parts.train_labels,
        validation_features=parts.validation_features,
        validation_labels=parts.validation_labels,
    )
    return Rows(settings, data, fold, table.origin.description)
