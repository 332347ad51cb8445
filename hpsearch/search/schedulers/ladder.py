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
    """The epochs that a trial may have, and those before which none is pruned."""

    epochs: int
    warmup: int

    @cached_property
    def rungs(self) -> tuple[int, ...]:
        """See ``report_epochs``."""
        return report_epochs(self.epochs, self.warmup)

    def after(self, epoch: int) -> int:
        """The first rung above ``epoch``, which must be below the last."""
        return next(rung for rung in self.rungs if rung > epoch)
