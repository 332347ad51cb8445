"""Tracing in which functions are named by the caller, so that all processes know them alike.

XLA keeps a compiled program on disk under a key that holds the names of its functions, and
TensorFlow numbers those by what a process has traced before: the same program, traced second in one
process and third in another, was compiled twice.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow as tf
from tensorflow.python.framework import ops


def trace(function: Callable[..., Any], name: str, arguments: tuple[Any, ...]) -> Any:
    """``function`` for arguments of these shapes, as XLA will compile it with the first call.

    Args:
        function: Of tensors.
        name: Whatever the computation depends on besides the arguments' shapes.
        arguments: The first arguments.
    """
    with _numbered_by(name):
        compiled = tf.function(function, jit_compile=True, autograph=False)
        return compiled.get_concrete_function(*arguments)


@contextmanager
def _numbered_by(name: str) -> Iterator[None]:
    """Number what is traced inside from a number that ``name`` decides.

    48 bits of a digest: two names whose numbers overlap are one in some 10 billion.
    """
    digest = hashlib.sha256(name.encode()).digest()
    ops.get_default_graph()  # made at its first use, when it takes a number, too
    before, ops.uid = ops.uid, itertools.count(int.from_bytes(digest[:6])).__next__
    try:
        yield
    finally:
        ops.uid = before
