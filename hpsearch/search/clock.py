"""The virtual clock: in which order the results of a parallel search are looked at.

A piece of work takes as long as its floating-point operations need on a nominal core. What the
sampler and the pruner have seen at each decision follows from these times alone, so that it does
not depend on how many real workers there are, how fast they are or in which order they finish.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

from hpsearch.data.facts import DataFacts
from hpsearch.models.preparation import width_of
from hpsearch.models.recipe import Recipe

#: Nominal speed of a core. Only the ratio to ``EPOCH_SECONDS`` matters to a result.
OPERATIONS_PER_SECOND = 50e9

#: What an epoch costs besides arithmetic, so that the smallest network is not free.
EPOCH_SECONDS = 1e-3


@dataclass(frozen=True, slots=True)
class Problem:
    """The sizes that decide what an epoch costs.

    Attributes:
        columns: Features of rows that have no bins.
        classes: How many classes the table names.
        encoded: Features by how rows are encoded; see ``DataFacts``.
        folds: Train and validation rows of each fold, where there are several.
    """

    columns: int
    train_rows: int
    validation_rows: int
    classes: int = 0
    folds: tuple[tuple[int, int], ...] = ()
    encoded: Mapping[str, int] = field(default_factory=dict)

    def virtual_seconds(self, recipe: Recipe, epochs: int, fold: int = 0) -> float:
        """Nominal seconds of ``epochs`` epochs on a fold.

        A weight costs 2 operations a row forward and 4 backward; validation goes forward only. The
        size of batches does not count: a step takes some tens of microseconds besides arithmetic,
        but to count it would change the order of events of every parallel study.
        """
        train, validation = (
            self.folds[fold] if self.folds else (self.train_rows, self.validation_rows)
        )
        columns = width_of(recipe.preparation, self.columns, self.encoded)
        operations = recipe.network.operations(columns) * (6 * train + 2 * validation)
        return epochs * (operations / OPERATIONS_PER_SECOND + EPOCH_SECONDS)


def problem_of(data: DataFacts) -> Problem:
    """The sizes of a study's rows."""
    return Problem(
        *(data.width, data.train_rows, data.validation_rows, len(data.classes), data.folds),
        data.encoded_widths,
    )


class VirtualClock:
    """A queue of trials, each with the virtual time at which its segment ends."""

    def __init__(self) -> None:
        self._events: list[tuple[float, int]] = []
        self.now = 0.0

    def __len__(self) -> int:
        """How many trials have an event to come."""
        return len(self._events)

    def push(self, trial: int, seconds: float) -> float:
        """Let a trial's next event come ``seconds`` from now; returns that time."""
        time = self.now + seconds
        heapq.heappush(self._events, (time, trial))
        return time

    def next(self) -> int | None:
        """Go on to the next event and return its trial, the least number first among equals."""
        if not self._events:
            return None
        self.now, trial = heapq.heappop(self._events)
        return trial
