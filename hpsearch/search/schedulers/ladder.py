"""When trials report: the rungs at which a scheduler may look at them."""

from dataclasses import dataclass
from functools import cached_property

#: How often a trial of full length reports. Every report is a transaction in the record.
REPORTS = 15


def report_epochs(epochs: int, warmup: int) -> tuple[int, ...]:
    """The epochs after which trials report, ascending, ``epochs`` the last.

    They begin at the end of the warm-up, before which nobody decides anything, and grow
    geometrically: early decisions are the cheap ones, and rank changes become rare later.
    """
    first = min(max(warmup, 1), epochs)
    ratio = (epochs / first) ** (1 / (REPORTS - 1))
    steps = {round(first * ratio**step) for step in range(REPORTS)}
    return tuple(sorted(steps | {epochs}))


@dataclass(frozen=True)
class Ladder:
    """The epochs that a trial may have, and those before which none is pruned.

    Where there are several folds a trial is trained on one after the other, and its *steps* are the
    epochs of all of them. It reports within the first, and then at the end of each; one that stops
    early on a fold is at its end.

    Attributes:
        epochs: The most on a fold.
    """

    epochs: int
    warmup: int
    folds: int = 1

    @property
    def last(self) -> int:
        """The last step."""
        return self.epochs * self.folds

    @cached_property
    def rungs(self) -> tuple[int, ...]:
        """See ``report_epochs``."""
        ends = (self.epochs * fold for fold in range(2, self.folds + 1))
        return (*report_epochs(self.epochs, self.warmup), *ends)

    def after(self, step: int) -> int:
        """The first rung above ``step``, which must be below the last."""
        return next(rung for rung in self.rungs if rung > step)

    def step(self, fold: int, epoch: int = 0, *, over: bool = False) -> int:
        """The step of an epoch on a fold, or that of the fold's end."""
        return self.epochs * fold + (self.epochs if over else epoch)

    def fold(self, step: int) -> int:
        """The fold on which a trial trains up to ``step``."""
        return (step - 1) // self.epochs
