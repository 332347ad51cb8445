"""Rows in memory: features, labels, and where they came from."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hpsearch.study.sections import SourceName

Features = NDArray[np.float32]
Labels = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows came from.

    Attributes:
        kind: The name of their source; where HIGGS can't be had, that of what took its place.
        description: One line for people: what the rows are, and the name of their file; no path,
            so that it is the same wherever a study is run.
        simulated: Whether no detector and no user ever measured these rows.
    """

    kind: SourceName
    description: str
    simulated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of a binary classification problem, in the order of their source.

    Attributes:
        features: float32 ``(rows, columns)``, finite.
        labels: float32 ``(rows,)``, 0 or 1.
        names: Names of the columns, in their order.
    """

    features: Features
    labels: Labels
    names: tuple[str, ...]
    origin: Origin

    def fingerprint(self) -> str:
        """SHA-256 over shape, labels and features of all rows, as ``sha256:`` and 64 hex digits."""
        digest = hashlib.sha256(repr(self.features.shape).encode())
        for array in (self.labels, self.features):
            digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
        return f"sha256:{digest.hexdigest()}"
