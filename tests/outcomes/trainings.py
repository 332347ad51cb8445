"""What was trained after the search: standings, baselines and ablations."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.baselines import baseline_runs
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.retraining import retrainings
from hpsearch.evaluation.runs import Trained
from hpsearch.models.tutorial import TUTORIAL
from hpsearch.record.trial import TrialRecord
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.task import Task
from hpsearch.training.run import Run
from tests.outcomes.studies import CLASSES, make_spec
from tests.outcomes.trials import make_trial


def make_standings(
    trials: Sequence[TrialRecord], configurations: int, seeds: int, task: Task = BINARY
) -> tuple[Standing, ...]:
    """The best complete trials, each re-trained a little worse than the search saw it."""
    complete = [t for t in trials if t.state == "complete" and t.value and math.isfinite(t.value)]
    best = sorted(complete, key=lambda trial: trial.value or 0)[:configurations]
    rng = np.random.default_rng(3)
    standings = []
    for trial in best:
        found = trial.value or 0.0
        values = [found + 0.004 + 0.003 * float(rng.random()) for _ in range(seeds)]
        runs = tuple(
            Trained(replace(run, seed=1_000 + run.index), value, 60 + run.index, 80)
            for run, value in zip(retraining_runs(trial, seeds, task), values, strict=True)
        )
        deviation = float(np.std(values, ddof=1)) if seeds > 1 else 0.0
        mean = float(np.mean(values))
        params = make_spec().space.complete(trial.params)
        standings.append(Standing(0, trial.number, params, found, mean, deviation, runs))
    standings.sort(key=lambda standing: standing.mean)
    return tuple(replace(s, rank=rank) for rank, s in enumerate(standings, start=1))


def retraining_runs(trial: TrialRecord, seeds: int, task: Task = BINARY) -> tuple[Run, ...]:
    """The re-trainings of a trial by so many seeds."""
    return retrainings(make_spec(seeds=seeds, task=task), trial, len(CLASSES[task.name]))


def make_baselines(task: Task = BINARY) -> tuple[Trained, ...]:
    """The tutorial's seven networks, the larger the better."""
    spec = make_spec(task=task)
    every = spec.evaluate.model_copy(update={"baselines": tuple(TUTORIAL)})
    spec = spec.model_copy(update={"evaluate": every})
    return tuple(
        Trained(replace(run, seed=5), 0.60 - 0.005 * place, 40 + place, 240 + place)
        for place, run in enumerate(baseline_runs(spec, len(CLASSES[task.name])))
    )


def make_ablations(standing: Standing, task: Task = BINARY) -> tuple[Trained, ...]:
    """The first of the leaderboard without each regularizer that it uses, 0.01 worse."""
    spec = make_spec(seeds=len(standing.runs), task=task)
    runs = ablation_runs(spec, make_trial(standing.trial), len(CLASSES[task.name]))
    return tuple(
        Trained(replace(run, seed=again.run.seed), again.value + 0.01, 50, 90)
        for again in standing.runs
        for run in runs
        if run.index == again.run.index
    )


def lose(trained: Trained) -> Trained:
    """The same training, diverged."""
    return replace(trained, value=math.inf, best_epoch=0)
