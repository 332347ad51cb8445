"""The runs that TensorBoard shows of a study, each with the events that its file holds.

- ``.``: the experiment, which declares HParams' parameters and columns;
- ``trial-0007``: a row of HParams, and the learning curve of a trial that ended;
- ``running/trial-0008``: the same of one that runs. It is a run of its own since TensorBoard never
  reads again what a run said of its state;
- ``retrained/trial-0007/seed-0``: a re-training with its kernels and its graph;
- ``sizes/Tiny``, ``regularizers/l2``: the baselines, named as in TensorFlow's tutorial.

A run's events are such that what is added to it later stands behind what was there before, so that
a file grows where it can, as TensorBoard expects.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.record.status import rank_trials
from hpsearch.record.trial import TrialRecord
from hpsearch.tensorboard import hparams
from hpsearch.tensorboard.events import (
    curve_point,
    curve_points,
    graph,
    kernel_histograms,
    opening,
    scalars,
    steps,
)
from hpsearch.tensorboard.graph import graph_of
from hpsearch.training.curve import Curve, kept_epochs


@dataclass(frozen=True, slots=True)
class BoardRun:
    """A run of TensorBoard.

    Attributes:
        name: Its folder.
        made_of: What its events are made of; equal where they are, and quicker to compare.
        events: Makes them.
    """

    name: str
    made_of: tuple[Any, ...]
    events: Callable[[], Iterator[bytes]]


def runs_of(outcome: Outcome, curves: int) -> Iterator[BoardRun]:
    """All runs of a study.

    Args:
        curves: As in ``write_tensorboard``.
    """
    made_of = (outcome.spec, dict(outcome.importances))
    yield BoardRun(".", made_of, lambda: _experiment(outcome))
    ranked = rank_trials(outcome.trials, outcome.task.metric.sign)
    shown = {trial.number for trial in ranked[:curves]}
    standings = {standing.trial: standing for standing in outcome.standings}
    for trial in outcome.trials:
        if trial.state == "running":
            yield _running(outcome, trial, with_curve=curves > 0)
        else:
            standing = standings.get(trial.number)
            with_curve = trial.number in shown or (curves > 0 and standing is not None)
            yield _ended(outcome, trial, standing, with_curve=with_curve)
    if curves:
        for standing in outcome.standings:
            yield from (_retrained(outcome, standing, run) for run in standing.runs)
        yield from (_baseline(outcome, trained) for trained in outcome.baselines)


def _experiment(outcome: Outcome) -> Iterator[bytes]:
    yield from opening()
    yield hparams.experiment(outcome)


def _ended(
    outcome: Outcome, trial: TrialRecord, standing: Standing | None, *, with_curve: bool
) -> BoardRun:
    """A trial that ended; what is learned of it after the search stands last."""
    curve = outcome.history(trial.run).curve if with_curve else None
    finite = standing is not None and np.isfinite(standing.mean)
    seeds = tuple(run.value for run in standing.runs) if standing and finite else ()
    tested = _tested(outcome, trial)

    def events() -> Iterator[bytes]:
        begun, ended = trial.started_seconds, hparams.ended_seconds(trial)
        yield from opening(begun)
        yield hparams.start(outcome.spec.space, trial)
        yield hparams.status(trial)
        if curve is not None:
            yield from curve_points(curve, trial.best_epoch, begun, ended)
        yield scalars(hparams.row(outcome, trial), ended, trial.epochs)
        for count in range(1, len(seeds) + 1):
            tag = hparams.seeds_tag(outcome.task)
            yield scalars({tag: fmean(seeds[:count])}, ended, count)
        if tested:
            yield scalars(tested, ended, trial.epochs)

    made_of = (trial, None if curve is None else len(curve), seeds, tested)
    return BoardRun(hparams.row_name(trial), made_of, events)


def _tested(outcome: Outcome, trial: TrialRecord) -> dict[str, float | None]:
    """A trial's columns of test values; empty for one that was not measured."""
    if outcome.test is None:
        return {}
    row: dict[str, float | None] = {}
    for configuration in outcome.test.configurations:
        if configuration.trial == trial.number:
            row[hparams.test_seeds_tag(outcome.task)] = fmean(configuration.seeds)
    if outcome.test.trial == trial.number:
        row |= {f"test/{name}": measured.value for name, measured in outcome.test.metrics.items()}
    return row


def _running(outcome: Outcome, trial: TrialRecord, *, with_curve: bool) -> BoardRun:
    """A trial that runs: with each epoch also the row that it had then."""
    curve, begun = outcome.history(trial.run).curve, trial.started_seconds

    def events() -> Iterator[bytes]:
        yield from opening(begun)
        yield hparams.start(outcome.spec.space, trial)
        yield hparams.status(trial)
        yield scalars({hparams.WEIGHTS: hparams.weights_of(outcome, trial)}, begun, 0)
        best = kept_epochs(curve, outcome.recipe(trial).keep).clip(1)
        for step in steps(max(outcome.spec.training.epochs, len(curve)), None):
            if step <= len(curve):
                if with_curve:
                    yield curve_point(curve, step, begun)
                yield scalars(_row_then(outcome, curve, step, int(best[step - 1])), begun, step)

    made_of = (trial.params, trial.seed, len(curve), with_curve)
    return BoardRun(f"running/{hparams.row_name(trial)}", made_of, events)


def _row_then(
    outcome: Outcome, curve: Curve, epoch: int, best_epoch: int
) -> dict[str, float | None]:
    value = float(curve.validation(outcome.task.metric.name)[best_epoch - 1])
    best = hparams.best_tag(outcome.task)
    return {best: value, hparams.BEST_EPOCH: best_epoch, hparams.EPOCHS: epoch}


def _retrained(outcome: Outcome, standing: Standing, trained: Trained) -> BoardRun:
    history, recipe = outcome.history(trained.run.name), trained.run.recipe

    def events() -> Iterator[bytes]:
        yield from opening()
        yield graph(graph_of(recipe, outcome.data.width_of(recipe.preparation)))
        yield from curve_points(history.curve, trained.best_epoch)
        yield from kernel_histograms(history.kernels)

    name = f"retrained/trial-{standing.trial:04d}/seed-{trained.run.index}"
    return BoardRun(name, (trained, len(history)), events)


def _baseline(outcome: Outcome, trained: Trained) -> BoardRun:
    history = outcome.history(trained.run.name)

    def events() -> Iterator[bytes]:
        yield from opening()
        yield from curve_points(history.curve, trained.best_epoch)

    variant = trained.run.variant.removeprefix("large_")
    regularized = variant != trained.run.variant
    name = f"regularizers/{variant}" if regularized else f"sizes/{variant.capitalize()}"
    return BoardRun(name, (trained, len(history)), events)
