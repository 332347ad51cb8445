"""A trial in flight: it trains on one fold after the other, and its value is the mean over them."""

from dataclasses import dataclass

import optuna

from hpsearch.search.trainings import Training
from hpsearch.training.curve import CurveSummary, Ending, over_folds
from hpsearch.training.run import Run


@dataclass(slots=True, eq=False)
class Flight:
    """A trial that has not ended.

    Attributes:
        run: On all folds.
        training: On the fold that it is on, or the last that it has left.
        epoch: How far it is decided on there.
        before: What came of the folds that it has left.
        left: Whether it has left a fold and not begun the next.
    """

    trial: optuna.Trial
    run: Run
    training: Training
    epoch: int = 0
    before: tuple[CurveSummary, ...] = ()
    left: bool = False

    @property
    def fold(self) -> int:
        """The fold that it is on, or goes to."""
        return len(self.before)

    @property
    def epochs(self) -> int:
        """All epochs that are decided on."""
        return sum(fold.epochs for fold in self.before) + self.epoch

    def catch_up(self) -> int:
        """Take in the epochs that are there up to the target; returns how many are new."""
        epochs = self.training.seen().epochs
        new, self.epoch = epochs - self.epoch, epochs
        return new

    def is_over(self) -> bool:
        """Whether it has trained enough on its fold."""
        recipe = self.run.recipe
        return self.training.seen().ending == Ending.STOPPED_EARLY or self.epoch == recipe.epochs

    def cause(self) -> str:
        """Why it ended by itself."""
        if self.run.folds > 1:
            return "ran on all folds"
        stopped = self.training.seen().ending == Ending.STOPPED_EARLY
        return "stopped early" if stopped else "ran all epochs"

    def leave_fold(self) -> None:
        """Go away from a fold that is over."""
        self.before, self.left, self.epoch = (*self.before, self.training.seen()), True, 0

    def enter_fold(self, training: Training) -> None:
        """Begin the next."""
        self.training, self.left = training, False

    def seen(self) -> CurveSummary:
        """What its curves say; see ``over_folds``."""
        return over_folds(self.before if self.left else (*self.before, self.training.seen()))
