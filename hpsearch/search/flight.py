"""A trial in flight: it trains on one fold after the other, and its value is the mean over them."""

from dataclasses import dataclass
from statistics import fmean

import optuna

from hpsearch.search.trainings import Training
from hpsearch.training.curve import CurveSummary, Ending
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
        """What its curves say: all epochs, and of best epoch and value the mean over the folds.

        There is no value where one is missing on a fold.
        """
        folds = self.before if self.left else (*self.before, self.training.seen())
        if len(folds) == 1:
            return folds[0]
        values = [fold.value for fold in folds if fold.value is not None]
        best = [fold.best_epoch for fold in folds if fold.best_epoch is not None]
        return CurveSummary(
            sum(fold.epochs for fold in folds),
            round(fmean(best)) if best else None,
            fmean(values) if len(values) == len(folds) else None,
            folds[-1].ending,
        )
