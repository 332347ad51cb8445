"""What a learning curve says depends on which weights a training keeps."""

import numpy as np
import pytest

from hpsearch.space.hyperparameter import KEPT_WEIGHTS
from hpsearch.tasks.binary import BINARY
from hpsearch.training.curve import NO_EPOCHS, Curve, Ending, kept_epochs, summarize


def curve(*validation: float, metrics: tuple[str, ...] = BINARY.curve_names) -> Curve:
    values = np.full((len(validation), 2, len(metrics)), 0.5, np.float32)
    values[:, 1, 0] = validation
    return Curve(metrics, values)


VALUES = (0.75, 0.5, 0.625, 0.5, 0.625)


@pytest.mark.parametrize("keep", ["best", "average"])
def test_the_best_epoch_is_kept_the_earliest_of_equals(keep: str) -> None:
    assert kept_epochs(curve(*VALUES), keep).tolist() == [1, 2, 2, 2, 2]
    seen = summarize(curve(*VALUES), 9, keep)
    assert (seen.best_epoch, seen.value, seen.ending) == (2, 0.5, Ending.RUNNING)
    assert summarize(curve(*VALUES), 3, keep).ending == Ending.STOPPED_EARLY


def test_the_last_epoch_is_kept_and_patience_does_not_end_it() -> None:
    assert kept_epochs(curve(*VALUES), "last").tolist() == [1, 2, 3, 4, 5]
    seen = summarize(curve(*VALUES), 1, "last")
    assert (seen.best_epoch, seen.value, seen.ending) == (5, 0.625, Ending.RUNNING)


def test_the_last_epoch_is_the_last_that_was_finite() -> None:
    broken = curve(0.5, 0.625, np.nan)
    for keep, epoch, value in (("last", 2, 0.625), ("best", 1, 0.5)):
        seen = summarize(broken, 9, keep)
        assert (seen.best_epoch, seen.value, seen.ending) == (epoch, value, Ending.DIVERGED)


@pytest.mark.parametrize("keep", KEPT_WEIGHTS)
def test_nothing_is_kept_before_a_finite_epoch(keep: str) -> None:
    assert kept_epochs(NO_EPOCHS, keep).tolist() == []
    assert summarize(NO_EPOCHS, 9, keep).best_epoch is None
    broken = curve(np.nan)
    assert kept_epochs(broken, keep).tolist() == [0]
    seen = summarize(broken, 9, keep)
    assert (seen.best_epoch, seen.value, seen.ending) == (None, None, Ending.DIVERGED)


def test_a_rising_objective_is_best_at_its_largest() -> None:
    names = ("auc", *BINARY.curve_names)
    rising = curve(*VALUES, metrics=names)
    assert kept_epochs(rising, "best").tolist() == [1, 1, 1, 1, 1]
    assert kept_epochs(rising, "last").tolist() == [1, 2, 3, 4, 5]
