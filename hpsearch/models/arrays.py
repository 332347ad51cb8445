"""The arrays that layers hold, described before they exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

#: float32.
Array = NDArray[np.float32]

#: Arrays in the order of the layers that hold them.
Arrays = tuple[NDArray[Any], ...]

#: The last two are drawn once for all columns that come from one raw column.
Initializer = Literal["glorot_uniform", "zeros", "ones", "normal", "signs"]


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """An array of a layer, float32.

    Attributes:
        name: As Keras names it: ``kernel``, ``moving_mean``.
        shape: Of one to three axes; members come first, then inputs.
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

    def initial(self, rng: np.random.Generator, sections: Sequence[int] | None = None) -> Array:
        """The values with which it begins.

        Args:
            sections: Of each column, from which raw column it comes; None for one of its own.

        Source: Glorot and Bengio (2010), equation 16, for ``glorot_uniform``.
        """
        match self.initializer:
            case "glorot_uniform":
                limit = np.sqrt(6.0 / sum(self.shape[-2:]))
                return rng.uniform(-limit, limit, self.shape).astype(np.float32)
            case "normal" | "signs":
                members, columns = self.shape
                origin = np.arange(columns) if sections is None else np.asarray(sections)
                drawn = rng.standard_normal((members, int(origin.max(initial=-1)) + 1))
                if self.initializer == "signs":
                    drawn = np.where(drawn < 0, -1.0, 1.0)
                return drawn[:, origin].astype(np.float32)
            case "zeros":
                return np.zeros(self.shape, np.float32)
            case "ones":
                return np.ones(self.shape, np.float32)
