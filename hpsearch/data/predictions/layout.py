"""The columns of predictions: probabilities, the class that a row is called, or a number."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.data.signature import Signature
from hpsearch.tasks.registry import TASKS

#: Of a block of rows, float64 ``(rows,)``, of several classes ``(rows, classes)``.
Predictions = NDArray[np.float64]

#: What the last column is called.
CALLED = "prediction"


@dataclass(frozen=True, slots=True)
class Layout:
    """What predictions of a model are written as.

    Attributes:
        numbers: Names of the columns of float64: ``probability`` is that of the second class; of
            several classes each has a column; of a number there is only ``prediction``.
        classes: Names of the classes, of which each row is called one in a last column,
            ``prediction``; none where a number is predicted.
        threshold: The probability from which a row is called the second of two classes.
    """

    numbers: tuple[str, ...]
    classes: tuple[str, ...] = ()
    threshold: float | None = None

    @classmethod
    def of(cls, signature: Signature) -> Self:
        """The layout for the predictions of a model."""
        if signature.threshold is not None:
            return cls(("probability",), signature.classes or ("0", "1"), signature.threshold)
        if TASKS[signature.task].classification:
            names = tuple(f"probability of {name}" for name in signature.classes)
            return cls(names, signature.classes)
        return cls((CALLED,))

    @property
    def header(self) -> tuple[str, ...]:
        """Names of all columns."""
        return (*self.numbers, CALLED) if self.classes else self.numbers

    def columns(self, predictions: Predictions) -> NDArray[np.float64]:
        """The values of ``numbers``, ``(rows, columns)``."""
        return predictions.reshape(len(predictions), -1)

    def called(self, predictions: Predictions) -> NDArray[np.int64]:
        """The place of the class that each row is called."""
        if self.threshold is not None:
            return np.asarray(predictions >= self.threshold, np.int64)
        return np.asarray(predictions.argmax(axis=1), np.int64)
