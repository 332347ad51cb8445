"""The fixtures of outcomes."""

from tests.outcomes import failures_are_raised, make_outcome

__all__ = ["failures_are_raised", "make_outcome"]
