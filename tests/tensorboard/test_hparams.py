"""HParams as TensorBoard's own plugin reads it."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hpsearch.record.status import trial_status
from hpsearch.space.space import Choice, Condition, Float, Parameter, Space
from hpsearch.training.history import UNTRAINED
from tests.board import board_of, metrics_of
from tests.outcomes import MakeOutcome, curve_of, lose, make_diverged, make_trial, with_standings

SWITCHED = (
    Parameter("l2.on", Choice((False, True))),
    Parameter("l2", Float(1e-6, 1e-2, log=True), (Condition("l2.on", (True,)),)),
    Parameter("optimizer", Choice(("sgd", "adam"))),
    Parameter("momentum", Float(0.5, 0.99), (Condition("optimizer", ("sgd",)),)),
)


def test_every_trial_has_a_row_whatever_became_of_it(make_outcome: MakeOutcome) -> None:
    rows = board_of(make_outcome(), curves=0).rows()
    assert list(rows) == [f"trial-{number:04d}" for number in range(30)]
    states = {name: row["hparams"]["state"] for name, row in rows.items()}
    assert states["trial-0000"] == "complete"
    assert states["trial-0003"] == "pruned"
    assert states["trial-0009"] == "diverged"
    assert states["trial-0018"] == "failed"
    assert states["trial-0027"] == "running"
    statuses = {name: row["sessions"][0]["status"] for name, row in rows.items()}
    assert statuses["trial-0003"] == "STATUS_SUCCESS"
    assert statuses["trial-0009"] == "STATUS_FAILURE"
    assert statuses["trial-0027"] == "STATUS_RUNNING"


def test_a_row_holds_live_parameters_best_value_and_epochs(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    rows = board_of(outcome, curves=0).rows()
    for trial, row in zip(outcome.trials, rows.values(), strict=True):
        assert {**trial.params, "state": trial_status(trial)} == row["hparams"]
        metrics = metrics_of(row)
        assert metrics["epochs"] == trial.epochs
        assert metrics["weights"] > 0
        assert "NaN" not in str(metrics)
        if trial.value is not None and trial.state != "running":
            assert metrics["best/val_binary_crossentropy"] == pytest.approx(trial.value)
            assert metrics["best/epoch"] == trial.best_epoch


def test_the_row_of_a_trial_that_runs_says_how_far_it_is(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome([make_trial(0, "running")])
    metrics = metrics_of(board_of(outcome).rows()["trial-0000"])
    losses = outcome.history("0000").curve.validation()
    assert metrics["epochs"] == len(losses)
    assert metrics["best/epoch"] == losses.argmin() + 1
    assert metrics["best/val_binary_crossentropy"] == pytest.approx(losses.min())


def test_the_retrained_have_means_and_the_winner_its_test_values(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    rows = {name: metrics_of(row) for name, row in board_of(outcome, curves=0).rows().items()}
    validation = {
        name: row["seeds/val_binary_crossentropy"]
        for name, row in rows.items()
        if "seeds/val_binary_crossentropy" in row
    }
    assert validation == pytest.approx({f"trial-{s.trial:04d}": s.mean for s in outcome.standings})
    test = {
        name: row["seeds/test_binary_crossentropy"]
        for name, row in rows.items()
        if "seeds/test_binary_crossentropy" in row
    }
    assert test == pytest.approx(
        {f"trial-{c.trial:04d}": np.mean(c.seeds) for c in outcome.test.configurations}
    )
    exported = {name: row["test/auc"] for name, row in rows.items() if "test/auc" in row}
    value = outcome.test.metrics["auc"].value
    assert exported == pytest.approx({f"trial-{outcome.test.trial:04d}": value})


def test_a_configuration_that_diverged_with_a_seed_has_no_mean(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(3, standings=1)
    first = outcome.standings[0]
    runs = (*first.runs[:2], lose(first.runs[2]))
    diverged = replace(first, runs=runs, mean=math.inf)
    rows = board_of(with_standings(outcome, diverged), curves=0).rows()
    assert not any("seeds/val_binary_crossentropy" in metrics_of(row) for row in rows.values())


def test_ranges_and_domains_are_declared(make_outcome: MakeOutcome) -> None:
    experiment = board_of(make_outcome(), curves=0).experiment()
    infos = {info["name"]: info for info in experiment["hparamInfos"]}
    assert infos["learning_rate"]["domainInterval"] == {"minValue": 1e-4, "maxValue": 1e-1}
    assert infos["learning_rate"]["type"] == "DATA_TYPE_FLOAT64"
    assert infos["optimizer"]["domainDiscrete"] == ["sgd", "rmsprop", "adam", "adamw"]
    assert infos["dropout.on"]["domainDiscrete"] == [False, True]
    assert infos["dropout.on"]["type"] == "DATA_TYPE_BOOL"
    assert infos["state"]["domainDiscrete"][:2] == ["complete", "pruned"]


@pytest.mark.parametrize("constants", [{}, {"activation": "relu"}], ids=["bare", "constant"])
@pytest.mark.parametrize("parameters", [None, SWITCHED], ids=["many", "few"])
def test_parallel_coordinates_draw_every_finished_trial_at_first(
    make_outcome: MakeOutcome, parameters: tuple[Parameter, ...] | None, constants: dict[str, str]
) -> None:
    outcome = make_outcome()
    space = Space(parameters or outcome.spec.space.parameters, constants)
    spec = outcome.spec.model_copy(update={"space": space})
    names = {parameter.name for parameter in space.parameters}
    trials = tuple(
        replace(trial, params={n: v for n, v in trial.params.items() if n in names})
        for trial in outcome.trials
    )
    board = board_of(replace(outcome, spec=spec, trials=trials), curves=0)
    experiment = board.experiment()
    shown = [info["name"] for info in experiment["hparamInfos"]][:5]
    metrics = [info["name"]["tag"] for info in experiment["metricInfos"]][:5]
    assert "state" in shown
    assert metrics[0] == "best/val_binary_crossentropy"
    finished = [r for r in board.rows().values() if r["hparams"]["state"] in ("complete", "pruned")]
    assert finished
    for row in finished:
        assert set(shown) <= set(row["hparams"])
        assert set(metrics) <= set(metrics_of(row))


def test_the_most_important_parameters_are_shown_first(make_outcome: MakeOutcome) -> None:
    experiment = board_of(make_outcome(), curves=0).experiment()
    shown = {info["name"] for info in experiment["hparamInfos"][:5]}
    assert {"state", "learning_rate", "units", "dropout.on"} < shown


def test_no_trial_and_only_diverged_trials_can_be_exported(make_outcome: MakeOutcome) -> None:
    assert board_of(make_outcome([], baselines=False)).rows() == {}
    rows = board_of(make_outcome([make_diverged(number) for number in range(3)])).rows()
    assert {row["hparams"]["state"] for row in rows.values()} == {"diverged"}


@pytest.mark.parametrize("state", ["complete", "running"])
def test_values_that_are_not_finite_are_left_out(make_outcome: MakeOutcome, state: Any) -> None:
    trial = make_trial(0, state, value=math.inf, best_epoch=None)
    history = replace(UNTRAINED, curve=curve_of(np.full((100, 2, 2), np.nan)))
    outcome = replace(
        make_outcome([trial], standings=0, baselines=False), history=lambda run: history
    )
    metrics = metrics_of(board_of(outcome).rows()["trial-0000"])
    assert "best/val_binary_crossentropy" not in metrics
    assert metrics["epochs"] == 100
