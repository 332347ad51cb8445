"""A metric of predictions: its name, its direction and a NumPy reference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric by its Keras name, the direction that is better, and its reference."""

    name: str
    direction: Literal["minimize", "maximize"]
    label: str
    reference: Callable[[Vector, Vector], float]
