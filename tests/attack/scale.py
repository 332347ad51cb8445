"""How much of the attacks runs: a part with the other tests, the whole with ``make attack``."""

import os

import pytest

#: Whether all of it was asked for, by ``HPSEARCH_ATTACK=all``.
WHOLE = os.environ.get("HPSEARCH_ATTACK") == "all"

#: Marks an attack that is too slow to run with the other tests.
whole = pytest.mark.skipif(not WHOLE, reason="runs with make attack")


def amount(quick: int, whole: int) -> int:
    """How many rounds of an attack run."""
    return whole if WHOLE else quick
