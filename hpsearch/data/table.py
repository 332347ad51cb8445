"""Rows in memory: features, labels, and where they came from."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]
Labels = NDArray[np.float32]


Kind = Literal["higgs", "csv", "collisions"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows came from.

    Attributes:
        kind: ``higgs`` real HIGGS rows, ``csv`` a user's own file, ``collisions`` simulated rows.
        description: One line for people: what the rows are, and the name of their file; no path,
            so that it is the same wherever a study is run.
    """

    kind: Kind
    description: str

    @property
    def simulated(self) -> bool:
        """Whether no detector and no user ever measured these rows."""
        return self.kind == "collisions"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of a binary classification problem, in the order of their source.

    Attributes:
        features: float32 ``(rows, columns)``, finite.
        labels: float32 ``(rows,)``, 0 or 1.
        names: Names of the columns.
    """

    features: Features
    labels: Labels
    names: tuple[str, ...]
    source: Source

    def fingerprint(self) -> str:
        """SHA-256 over shape, labels and features of all rows, as ``sha256:`` and 64 hex digits."""
        digest = hashlib.sha256(repr(self.features.shape).encode())
        for array in (self.labels, self.features):
            digest.update(np.ascontiguousarray(array, dtype="<f4").tobytes())
        return f"sha256:{digest.hexdigest()}"
