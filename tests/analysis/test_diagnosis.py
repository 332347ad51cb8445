"""Verdicts on made curves whose answer is known."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.analysis.diagnosis import Verdict, diagnose, rule_of, smoothed
from hpsearch.tasks.binary import BINARY
from hpsearch.training.curve import Curve

RISE, PROGRESS = BINARY.rise, BINARY.progress

EPOCHS = 300
LOG_EPOCH = np.log(np.arange(1, EPOCHS + 1) / EPOCHS)


def curve(train: NDArray[np.floating], validation: NDArray[np.floating]) -> Curve:
    losses = np.stack([train, validation], axis=1)
    return Curve(BINARY.curve_names, np.stack([losses, 1 - losses], axis=2).astype(np.float32))


def valley(best: int, rise: float, epochs: int = EPOCHS) -> Curve:
    """Validation falls to 0.55 at ``best`` and rises evenly by ``rise`` to the end; train falls."""
    epoch = np.arange(1, epochs + 1)
    falling = 0.55 + 0.05 * np.maximum(np.log(best / epoch), 0)
    after = np.maximum(epoch - best, 0) / max(epochs - best, 1)
    train = 0.56 - 0.02 * np.log(epoch)
    return curve(train, falling + rise * after)


def plateau(value: float, gap: float) -> Curve:
    """Train and validation fall together until a third of the epochs and then stand still."""
    shape = value + 0.05 * np.maximum(-LOG_EPOCH - np.log(3), 0)
    tilt = 1e-6 * np.arange(EPOCHS)  # so that the best epoch is the first of the plateau
    return curve(shape - gap + tilt, shape + tilt)


def test_validation_that_rises_while_train_falls_is_overfitting() -> None:
    found = diagnose(BINARY, valley(40, 0.1), EPOCHS, math.inf)
    assert (found.verdict, found.reason) == ("overfits", "validation rises")
    assert found.best is not None
    assert found.best.epoch == 40
    assert found.best.validation == pytest.approx(0.55)
    # The last mean is over epochs 270 to 300, 0.1 x 15/260 below the end of the rise; that at the
    # best epoch, over 36 to 44, is 0.0019 above the value there.
    assert found.validation_change == pytest.approx(0.1 * (1 - 15 / 260) - 0.0019, abs=1e-4)
    assert found.train_change < 0


def test_the_gap_is_that_of_the_epochs_as_they_were() -> None:
    found = diagnose(BINARY, plateau(0.55, 0.03), EPOCHS, math.inf)
    assert found.best is not None
    assert found.last is not None
    assert (found.best.epoch, found.last.epoch) == (100, EPOCHS)
    assert found.best.gap == pytest.approx(0.03, abs=1e-6)
    assert found.last.gap == pytest.approx(0.03, abs=1e-6)


@pytest.mark.parametrize(("rise", "verdict"), [(0.5 * RISE, "fits"), (2 * RISE, "overfits")])
def test_a_small_rise_is_no_overfitting(rise: float, verdict: Verdict) -> None:
    assert diagnose(BINARY, valley(40, rise), EPOCHS, math.inf).verdict == verdict


def test_a_rise_with_train_is_no_overfitting() -> None:
    """A learning rate that is too high lets both rise."""
    rising = 0.55 + 0.001 * np.arange(EPOCHS)
    assert diagnose(BINARY, curve(rising, rising), EPOCHS, math.inf).verdict == "fits"


def test_a_single_outlier_decides_nothing() -> None:
    made = plateau(0.55, 0.03)
    made.values[-1, 1, 0] += 0.05
    made.values[-1, 0, 0] -= 0.05
    assert diagnose(BINARY, made, EPOCHS, math.inf).verdict == "fits"


def test_a_standstill_while_train_falls_is_close_to_overfitting() -> None:
    found = diagnose(BINARY, valley(40, 0.5 * RISE), EPOCHS, math.inf)
    assert (found.verdict, found.reason) == ("fits", "only train improves")
    found = diagnose(BINARY, plateau(0.55, 0.03), EPOCHS, math.inf)
    assert (found.verdict, found.reason) == ("fits", "validation holds")


def test_who_still_improves_when_the_epochs_run_out_underfits() -> None:
    """It falls by 0.05 ln(5/4), 0.011, over the last fifth of 300 epochs, and not of 10,000."""
    still = curve(0.5 - 0.05 * LOG_EPOCH, 0.55 - 0.05 * LOG_EPOCH)
    found = diagnose(BINARY, still, EPOCHS, math.inf)
    assert (found.verdict, found.reason) == ("underfits", "still improving")
    assert diagnose(BINARY, still, 10_000, math.inf).verdict == "fits"


@pytest.mark.parametrize(("fall", "verdict"), [(0.5, "fits"), (2.0, "underfits")])
def test_progress_that_is_too_small_to_wait_for_does_not_count(
    fall: float, verdict: Verdict
) -> None:
    """The means at 80 % and at the end are over 216 to 264 and over 270 to 300, 45 epochs apart."""
    slope = fall * PROGRESS / 45
    line = 0.55 - slope * np.arange(EPOCHS)
    assert diagnose(BINARY, curve(line - 0.03, line), EPOCHS, math.inf).verdict == verdict


@pytest.mark.parametrize(
    ("gap", "elsewhere", "verdict"),
    [
        (0.0, 0.53, "underfits"),
        (-0.03, 0.53, "underfits"),  # dropout is on where train is measured
        (0.0, 0.545, "fits"),
        (0.03, 0.53, "fits"),
        (0.0, math.inf, "fits"),
    ],
)
def test_a_small_gap_underfits_where_another_is_clearly_better(
    gap: float, elsewhere: float, verdict: Verdict
) -> None:
    found = diagnose(BINARY, plateau(0.55, gap), EPOCHS, elsewhere)
    assert found.verdict == verdict
    assert (found.reason == "another is better") == (verdict == "underfits")


def test_who_could_learn_more_than_it_generalizes_does_not_underfit() -> None:
    """Its gap is small at the best epoch and large at the last."""
    made = valley(100, 0.5 * RISE)
    made.values[:, 0, 0] += made.values[99, 1, 0] - made.values[99, 0, 0]
    found = diagnose(BINARY, made, EPOCHS, 0.5)
    assert found.best is not None
    assert found.last is not None
    assert found.best.gap < RISE < found.last.gap
    assert found.verdict == "fits"


def test_a_loss_that_is_not_finite_ends_the_curve() -> None:
    made = valley(40, 0.0)
    made.values[200:, 0, 0] = math.nan
    found = diagnose(BINARY, made, EPOCHS, math.inf)
    assert (found.verdict, found.reason) == ("diverged", "loss not finite")
    assert found.last is not None
    assert found.last.epoch == 200
    nothing = diagnose(
        BINARY, Curve(BINARY.curve_names, np.full((3, 2, 2), np.inf, np.float32)), EPOCHS, math.inf
    )
    assert (nothing.verdict, nothing.best, nothing.last) == ("diverged", None, None)
    assert (nothing.train_change, nothing.validation_change) == (0.0, 0.0)


def test_one_epoch_is_too_few() -> None:
    found = diagnose(BINARY, valley(1, 0.0, epochs=1), 1, math.inf)
    assert (found.verdict, found.reason) == ("underfits", "still improving")
    assert found.validation_change == 0.0


def test_of_equally_good_epochs_the_first_is_the_best() -> None:
    flat = curve(np.full(50, 0.5), np.full(50, 0.5))
    best = diagnose(BINARY, flat, EPOCHS, math.inf).best
    assert best is not None
    assert best.epoch == 1


def test_means_are_over_the_epochs_within_a_tenth() -> None:
    losses = np.stack([np.arange(1.0, 31.0), np.arange(30.0, 0.0, -1.0)], axis=1)
    means = smoothed(losses)
    assert means[8].tolist() == losses[8].tolist()
    assert means[9].tolist() == losses[8:11].mean(axis=0).tolist()
    assert means[19].tolist() == pytest.approx(losses[17:22].mean(axis=0).tolist())
    assert means[29].tolist() == pytest.approx(losses[26:30].mean(axis=0).tolist())


def test_the_rule_names_its_numbers() -> None:
    assert str(RISE) in rule_of(BINARY)
    assert str(PROGRESS) in rule_of(BINARY)
