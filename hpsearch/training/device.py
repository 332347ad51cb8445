"""Arrays as tensors of TensorFlow."""

from typing import Any

import tensorflow as tf
from numpy.typing import NDArray

from hpsearch.data.mapping import MappedArray


def tensor_of(array: NDArray[Any]) -> Any:
    """A tensor of an array's values: a copy, or of one that is mapped the mapped pages themselves.

    These begin at a multiple of 64 bytes in memory, as XLA needs it.
    """
    if isinstance(array, MappedArray):
        return tf.experimental.dlpack.from_dlpack(array.__dlpack__())
    return tf.constant(array)
