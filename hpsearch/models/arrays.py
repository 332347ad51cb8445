"""The arrays that layers hold, described before they exist."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

#: float32.
Array = NDArray[np.float32]

#: Arrays in the order of the layers that hold them.
Arrays = tuple[NDArray[Any], ...]

Initializer = Literal["glorot_uniform", "zeros", "ones"]


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """An array of a layer, float32.

    Attributes:
        name: As Keras names it: ``kernel``, ``moving_mean``.
        shape: Of one or two axes; the inputs come first.
        initializer: How it begins; an array that is padded is padded with zeros, or with ones where
            it begins with them.
        trained: Whether gradients change it; otherwise it is a moving average.
        penalized: Whether L1 and L2 count it.
        decayed: Whether weight decay shrinks it.
    """

    name: str
    shape: tuple[int, ...]
    initializer: Initializer
    trained: bool = True
    penalized: bool = False
    decayed: bool = False

    @property
    def size(self) -> int:
        """Number of its elements."""
        return int(np.prod(self.shape))

    @property
    def padding(self) -> float:
        """The value of elements that stand for no unit."""
        return 1.0 if self.initializer == "ones" else 0.0

    def initial(self, rng: np.random.Generator) -> Array:
        """The values with which it begins.

        Source: Glorot and Bengio (2010), equation 16, for ``glorot_uniform``.
        """
        match self.initializer:
            case "glorot_uniform":
                limit = np.sqrt(6.0 / sum(self.shape))
                return rng.uniform(-limit, limit, self.shape).astype(np.float32)
            case "zeros":
                return np.zeros(self.shape, np.float32)
            case "ones":
                return np.ones(self.shape, np.float32)
