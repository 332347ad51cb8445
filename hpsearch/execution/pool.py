"""The contract of a pool: what runs the work of a study, wherever its workers are."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, Self

from hpsearch.training.segment import Progress, Segment


class Pool(Protocol):
    """Workers that run segments and other functions; a context manager that closes them.

    What comes back is a function of the work alone. A worker's death is never a result: the work is
    done again, and given up with ``WorkerError`` where it happens over and over.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def train(
        self, segment: Segment, urgency: float, *, name: str = "a segment"
    ) -> Future[Progress]:
        """Train a segment; of those that wait, the least ``urgency`` goes first.

        Args:
            name: Whose it is, for messages.

        Returns:
            Raises ``WorkerError`` if its workers died, one after another, which says nothing about
            the segment, and otherwise what the training itself raised.
        """
        ...

    def call(
        self, function: Callable[..., Any], *arguments: Any, name: str | None = None
    ) -> Future[Any]:
        """Run a picklable function, before any segment that waits.

        Args:
            name: What it does, for messages; None for the function's own name.

        Returns:
            Raises what the function raised, or ``WorkerError`` as for a segment.
        """
        ...

    def idle(self) -> int:
        """How many workers have nothing to do."""
        ...

    def close(self) -> None:
        """Cancel what waits and end the workers at once; the work can be done again.

        Nothing is ended that the pool did not start, and the pool takes no more work.
        """
        ...
