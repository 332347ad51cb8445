"""The contract of who decides whether a trial goes on, waits, or ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import optuna

from hpsearch.search.schedulers.ladder import Ladder


@dataclass(frozen=True, slots=True)
class GoOn:
    """Train until ``step`` and report; it is above the steps that the trial has, see ``Ladder``."""

    step: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Keep the state, and let the place go to another trial until a later decision."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the trial: pruned, or ``complete`` where it had all the epochs that it should have."""

    complete: bool = False


Decision = GoOn | Wait | Stop


class Scheduler(Protocol):
    """Decides on trials from what all of them have reported.

    What it is given and what it has decided before are all that a decision may depend on: no clock,
    no random numbers but from a seed. A search that is continued makes the same calls in the same
    order, so attributes of its own need not be recorded.
    """

    #: What samplers see as the study's pruner: with Hyperband's they look at one bracket alone.
    pruner: optuna.pruners.BasePruner

    def decide(self, number: int, study: optuna.Study) -> Mapping[int, Decision]:
        """Decisions after something happened to trial ``number``, in the order they are to begin.

        Called when the trial was asked, each time it reported, and when it ended by itself: it ran
        all epochs, stopped early, diverged or failed. Unless it ended, the trial itself is among
        the decisions. All others are of trials that wait; those that are not named go on waiting.

        Args:
            study: All trials by number, with what they reported so far. One that waits is running
                to Optuna.
        """
        ...

    def finish(self, study: optuna.Study) -> Mapping[int, Decision]:
        """Decisions on the trials that wait when nothing else is to come.

        Called until none waits. A trial that is not named, or told to wait once more, is pruned.
        """
        ...


class MakeScheduler(Protocol):
    """Makes the scheduler of a study, from the options of ``[search.pruner]``."""

    def __call__(self, options: Any, ladder: Ladder, /) -> Scheduler:
        """A scheduler for trials that report on this ladder."""
        ...
