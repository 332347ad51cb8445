"""The export is read back through TensorBoard's own HParams plugin and event loader."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.errors import RecordError
from hpsearch.export.tensorboard import POINTS, write_tensorboard
from hpsearch.results.outcome import Outcome
from hpsearch.training.segment import Curve
from tests.board import plugin_event_accumulator, serve, session_groups

from .conftest import MakeOutcome, learning_curve, make_diverged, make_trial


def groups_of(outcome: Outcome, **request: Any) -> dict[str, Any]:
    return session_groups(outcome.folder / "tensorboard", **request)


def metrics_of(group: dict[str, Any]) -> dict[str, float]:
    return {metric["name"]["tag"]: metric["value"] for metric in group["metricValues"]}


def scalars_of(outcome: Outcome, run: str) -> Any:
    path = str(outcome.folder / "tensorboard" / run)
    accumulator = plugin_event_accumulator.EventAccumulator(path, size_guidance={"tensors": 0})
    accumulator.Reload()
    return accumulator


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_trial_has_a_row_whatever_became_of_it(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome, curves=2)
    groups = groups_of(outcome)
    assert list(groups) == [f"trial-{number:04d}" for number in range(30)]
    states = {name: group["hparams"]["state"] for name, group in groups.items()}
    assert states["trial-0000"] == "complete"
    assert states["trial-0003"] == "pruned"
    assert states["trial-0009"] == "diverged"
    assert states["trial-0018"] == "failed"
    assert states["trial-0027"] == "running"
    statuses = {name: group["sessions"][0]["status"] for name, group in groups.items()}
    assert statuses["trial-0003"] == "STATUS_SUCCESS"
    assert statuses["trial-0009"] == "STATUS_FAILURE"
    assert statuses["trial-0027"] == "STATUS_RUNNING"


def test_a_row_holds_live_parameters_best_value_and_epochs(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome, curves=2)
    for trial, group in zip(outcome.trials, groups_of(outcome).values(), strict=True):
        assert {**trial.params, "state": group["hparams"]["state"]} == group["hparams"]
        metrics = metrics_of(group)
        assert metrics["epochs"] == trial.epochs
        if trial.value is not None:
            assert metrics["best/val_binary_crossentropy"] == pytest.approx(trial.value)
            assert metrics["best/epoch"] == trial.best_epoch
        assert "NaN" not in str(metrics)


def test_the_winner_has_its_test_values_and_the_retrained_their_mean(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    write_tensorboard(outcome, curves=2)
    groups = groups_of(outcome)
    tested = {name for name, g in groups.items() if "test/auc" in metrics_of(g)}
    assert tested == {f"trial-{outcome.test.trial:04d}"}
    assert metrics_of(groups[tested.pop()])["test/auc"] == pytest.approx(0.7735)
    means = {s.trial: s.mean for s in outcome.standings}
    shown = {
        int(name[-4:]): metrics["seeds/val_binary_crossentropy"]
        for name, group in groups.items()
        if "seeds/val_binary_crossentropy" in (metrics := metrics_of(group))
    }
    assert shown == pytest.approx(means)


def test_ranges_and_domains_are_declared(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome, curves=2)
    experiment = serve(outcome.folder / "tensorboard")("experiment", {})
    infos = {info["name"]: info for info in experiment["hparamInfos"]}
    assert infos["learning_rate"]["domainInterval"] == {"minValue": 1e-4, "maxValue": 1e-1}
    assert infos["learning_rate"]["type"] == "DATA_TYPE_FLOAT64"
    assert infos["optimizer"]["domainDiscrete"] == ["sgd", "rmsprop", "adam", "adamw"]
    assert infos["dropout.on"]["domainDiscrete"] == [False, True]
    assert infos["dropout.on"]["type"] == "DATA_TYPE_BOOL"
    assert infos["state"]["domainDiscrete"][:2] == ["complete", "pruned"]


def test_parallel_coordinates_draw_every_finished_trial_at_first(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome, curves=2)
    experiment = serve(outcome.folder / "tensorboard")("experiment", {})
    parameters = [info["name"] for info in experiment["hparamInfos"]][:5]
    metrics = [info["name"]["tag"] for info in experiment["metricInfos"]][:5]
    assert {"state", "learning_rate", "units", "dropout.on"} < set(parameters)
    assert metrics[0] == "best/val_binary_crossentropy"
    for group in groups_of(outcome).values():
        if group["hparams"]["state"] in ("complete", "pruned"):
            assert set(parameters) <= set(group["hparams"])
            assert set(metrics) <= set(metrics_of(group))


def test_constants_stand_in_where_few_parameters_live_in_every_trial(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    space = outcome.spec.space
    few = tuple(p for p in space.parameters if p.when or p.name == "units")
    spec = outcome.spec.model_copy(update={"space": replace(space, parameters=few)})
    write_tensorboard(replace(outcome, spec=spec), curves=2)
    groups = groups_of(outcome)
    assert groups["trial-0000"]["hparams"]["activation"] == "elu"


def test_curves_are_written_by_epoch_for_train_and_validation(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome)
    events = scalars_of(outcome, "trial-0000")
    curve = outcome.trial_curve(0)
    for tag, column in (("binary_crossentropy", 0), ("accuracy", 1)):
        for part, prefix in enumerate(("curve/", "curve/val_")):
            points = events.Tensors(prefix + tag)
            assert [point.step for point in points] == list(range(1, 101))
            values = [point.tensor_proto.float_val[0] for point in points]
            assert values == pytest.approx(curve[:, part, column].tolist())


def test_only_the_best_trials_have_curves(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(standings=0)
    write_tensorboard(outcome, curves=2)
    best = sorted(outcome.trials, key=lambda t: math.inf if t.value is None else t.value)[:2]
    with_curves = {
        trial.number
        for trial in outcome.trials
        if "curve/binary_crossentropy"
        in scalars_of(outcome, f"trial-{trial.number:04d}").Tags()["tensors"]
    }
    assert with_curves == {trial.number for trial in best} | {27}


def test_a_long_curve_is_thinned_but_keeps_best_and_last(make_outcome: MakeOutcome) -> None:
    curve = learning_curve(0, 5_003, 1_234, 0.55)
    trial = make_trial(0, epochs=5_003, best_epoch=1_234)
    outcome = replace(make_outcome([trial], standings=0), trial_curve=lambda number: curve)
    write_tensorboard(outcome)
    points = scalars_of(outcome, "trial-0000").Tensors("curve/val_accuracy")
    steps = [point.step for point in points]
    assert len(steps) <= POINTS
    assert {1, 1_234, 5_003} <= set(steps)


def test_the_same_outcome_gives_the_same_bytes_and_replaces_what_was_there(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    root = outcome.folder / "tensorboard"
    write_tensorboard(outcome)
    first = written(root)
    (root / "trial-9999").mkdir()
    (root / "trial-9999" / "events.out.tfevents.1.stale").write_bytes(b"stale")
    write_tensorboard(outcome)
    assert written(root) == first
    assert [path.name for path in outcome.folder.iterdir()] == ["tensorboard"]


def test_an_export_that_fails_leaves_the_old_one(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome)
    before = written(outcome.folder)

    def broken(number: int) -> Curve:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tensorboard(replace(outcome, trial_curve=broken))
    assert written(outcome.folder) == before


def test_a_curve_that_cannot_be_read_is_left_out(make_outcome: MakeOutcome) -> None:
    def damaged(number: int) -> Curve:
        raise RecordError("a curve is damaged")

    outcome = replace(make_outcome(), trial_curve=damaged)
    write_tensorboard(outcome, curves=2)
    assert len(groups_of(outcome)) == 30


def test_no_trial_and_only_diverged_trials_can_be_exported(make_outcome: MakeOutcome) -> None:
    empty = make_outcome([])
    write_tensorboard(empty)
    assert groups_of(empty) == {}
    diverged = make_outcome([make_diverged(number) for number in range(3)])
    write_tensorboard(diverged)
    assert {g["hparams"]["state"] for g in groups_of(diverged).values()} == {"diverged"}


def test_values_that_are_not_finite_are_left_out(make_outcome: MakeOutcome) -> None:
    trial = make_trial(0, value=math.inf, best_epoch=None)
    curve = np.full((100, 2, 2), np.nan, dtype=np.float32)
    outcome = replace(make_outcome([trial], standings=0), trial_curve=lambda number: curve)
    write_tensorboard(outcome)
    metrics = metrics_of(groups_of(outcome)["trial-0000"])
    assert "best/val_binary_crossentropy" not in metrics
    assert metrics["epochs"] == 100
