"""Curves, histograms and runs as TensorBoard's own plugins read them."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hpsearch.tensorboard.events import POINTS
from hpsearch.training.history import UNTRAINED, History
from tests.board import board_of
from tests.outcomes import MakeOutcome, learning_curve, make_trial

VALIDATION = "curve/val_binary_crossentropy"


def test_curves_are_written_by_epoch_for_train_and_validation(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(1, standings=0, baselines=False)
    board = board_of(outcome)
    curve = outcome.history("0000").curve
    for tag, column in (("binary_crossentropy", 0), ("accuracy", 1)):
        for part, prefix in enumerate(("curve/", "curve/val_")):
            points = board.points("trial-0000", prefix + tag)
            assert list(points) == list(range(1, 101))
            assert list(points.values()) == pytest.approx(curve.values[:, part, column].tolist())


def test_only_the_best_trials_have_curves(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(standings=0, baselines=False)
    best = sorted(outcome.trials, key=lambda t: math.inf if t.value is None else t.value)[:2]
    named = {f"trial-{trial.number:04d}" for trial in best}
    assert board_of(outcome, curves=2).runs(VALIDATION) == named | {"running/trial-0027"}


def test_no_curves_are_no_curves(make_outcome: MakeOutcome) -> None:
    board = board_of(make_outcome(), curves=0)
    assert board.runs(VALIDATION) == set()
    assert len(board.rows()) == 30


def test_baselines_and_retrainings_have_curves(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(3, standings=2, seeds=2)
    board = board_of(outcome)
    runs = {run for run in board.runs(VALIDATION) if not run.startswith(("trial", "running"))}
    assert runs == {
        *(f"sizes/{size}" for size in ("Tiny", "Small", "Medium", "Large")),
        *(f"regularizers/{which}" for which in ("l2", "dropout", "combined")),
        *(f"retrained/trial-{s.trial:04d}/seed-{i}" for s in outcome.standings for i in range(2)),
    }
    curve = outcome.history("baseline-large_l2").curve
    points = board.points("regularizers/l2", VALIDATION)
    assert list(points.values()) == pytest.approx(curve.validation().tolist())


def test_retrainings_have_histograms_of_their_kernels_by_epoch(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(3, standings=1, seeds=1, baselines=False)
    run = f"retrained/trial-{outcome.standings[0].trial:04d}/seed-0"
    board = board_of(outcome)
    assert set(board.get("histograms/tags")[run]) == {
        "hidden_1/kernel",
        "hidden_2/kernel",
        "output/kernel",
    }
    kernels = outcome.history(outcome.standings[0].runs[0].run.name).kernels
    found = board.get("histograms/histograms", run=run, tag="output/kernel")
    assert [step for _, step, _ in found] == sorted(kernels)
    for _, step, buckets in found:
        edges = np.linspace(-0.5, 0.5, 31)
        assert np.allclose(buckets, np.stack([edges[:-1], edges[1:], kernels[step][-1, 4:]], 1))


def test_a_kernel_that_is_not_finite_has_no_histogram(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(3, standings=1, seeds=1, baselines=False)
    run = outcome.standings[0].runs[0].run.name
    history = outcome.history(run)
    broken = {epoch: kernels.copy() for epoch, kernels in history.kernels.items()}
    broken[max(broken)][0] = np.nan

    def read(name: str) -> History:
        return replace(history, kernels=broken) if name == run else outcome.history(name)

    board = board_of(replace(outcome, history=read))
    name = f"retrained/trial-{outcome.standings[0].trial:04d}/seed-0"
    seen = {
        tag: [step for _, step, _ in board.get("histograms/histograms", run=name, tag=tag)]
        for tag in ("hidden_1/kernel", "output/kernel")
    }
    assert seen["hidden_1/kernel"] == sorted(broken)[:-1]
    assert seen["output/kernel"] == sorted(broken)


@pytest.mark.parametrize("state", ["complete", "running"])
def test_a_long_curve_is_thinned_but_keeps_best_and_last(
    make_outcome: MakeOutcome, state: Any
) -> None:
    history = replace(UNTRAINED, curve=learning_curve(0, 5_003, 1_234, 0.55))
    trial = make_trial(0, state, epochs=5_003, best_epoch=1_234)
    outcome = replace(
        make_outcome([trial], standings=0, baselines=False), history=lambda run: history
    )
    board = board_of(outcome)
    (run,) = {run for run in board.runs(VALIDATION) if "trial" in run}
    steps = set(board.points(run, VALIDATION))
    assert len(steps) <= POINTS
    assert steps >= {1, 5_003}
    assert state == "running" or 1_234 in steps


def test_a_trial_without_a_recorded_curve_has_its_row(make_outcome: MakeOutcome) -> None:
    board = board_of(replace(make_outcome(), history=lambda run: UNTRAINED))
    assert len(board.rows()) == 30
    assert board.runs(VALIDATION) == set()
