"""Trainings after the search: whole and unpruned, cut in segments so that little is ever lost."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from hpsearch.errors import HpsearchError
from hpsearch.execution.pool import Pool
from hpsearch.models.arrays import Arrays
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.search.clock import Problem
from hpsearch.search.trainings import Trainings
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import Ending, summarize
from hpsearch.training.history import History
from hpsearch.training.run import Run


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a run after the search: a re-training, a baseline or an ablation.

    Attributes:
        value: Its best objective on the validation rows; if it diverged infinite, of the sign that
            is worst.
        best_epoch: Epoch of ``value``, counted from 1; 0 where no epoch was finite.
        epochs: Epochs that it ran.
    """

    run: Run
    value: float
    best_epoch: int
    epochs: int

    @property
    def diverged(self) -> bool:
        """Whether a loss became NaN or infinite."""
        return math.isinf(self.value)


#: Virtual seconds after which a state is written down.
SEGMENT_SECONDS = 15.0

#: Epochs after which the kernels are summarized, whatever they cost; then each ``LOOK_EPOCHS``.
FIRST_LOOKS = (1, 2, 5, 10, 20, 50)
LOOK_EPOCHS = 50


def trial_run(spec: StudySpec, trial: TrialRecord, classes: int) -> Run:
    """The training of a trial of the search."""
    recipe = spec.recipe(trial.params, classes)
    return Run(trial.run, f"trial {trial.number}", "trial", recipe, trial.seed)


def recorded(folder: StudyFolder, run: Run) -> History:
    """What the folder has of a run."""
    return folder.files.history(run.name, run.identity)


def trained(folder: StudyFolder, run: Run) -> Trained | None:
    """What came of a run; None while it has epochs to go."""
    seen = summarize(recorded(folder, run).curve, run.recipe.patience)
    if seen.ending == Ending.RUNNING and seen.epochs < run.recipe.epochs:
        return None
    diverged = seen.ending == Ending.DIVERGED or seen.value is None
    worst = run.recipe.the_task().metric.worst
    value = worst if diverged or seen.value is None else seen.value
    return Trained(run, value, seen.best_epoch or 0, seen.epochs)


def train_runs(
    folder: StudyFolder, problem: Problem, pool: Pool, runs: Sequence[Run]
) -> Iterator[tuple[int, int]]:
    """Train what is missing of these runs, the longest first; each goes on where it stopped.

    Yields how many of how many are done, at least every ``POLL_SECONDS``.

    Raises:
        HpsearchError: If a training itself fails.
        WorkerError: If workers died and died; what is trained is kept.
    """
    missing = [run for run in runs if trained(folder, run) is None]
    for run in runs:
        if run not in missing:  # a curve that was lost may still be beside a state
            folder.files.save_history(run.name, run.identity, recorded(folder, run))
    yield from _train(folder, problem, pool, missing, len(runs))


def best_weights(
    folder: StudyFolder, problem: Problem, pool: Pool, runs: Sequence[Run]
) -> list[Arrays]:
    """The weights of each run's best epoch; trained again where they are not recorded."""
    missing = [run for run in runs if _weights(folder, run) is None]
    for _ in _train(folder, problem, pool, missing, len(missing)):
        pass
    weights = [_weights(folder, run) for run in runs]
    return [arrays for arrays in weights if arrays is not None]


def _train(
    folder: StudyFolder, problem: Problem, pool: Pool, missing: Sequence[Run], total: int
) -> Iterator[tuple[int, int]]:
    trainings = Trainings(problem, folder.files, pool, lambda line: None)
    under_way = []
    for run in missing:
        seconds = problem.virtual_seconds(run.recipe.network, run.recipe.epochs)
        training = trainings.begin(run, partial(_cut, problem, run), with_state=True)
        trainings.go_on(training, run.recipe.epochs, -seconds)
        under_way.append(training)
    try:
        yield total - len(under_way), total
        while under_way:
            trainings.wait(under_way[0])
            for training in [training for training in under_way if not training.lacks()]:
                if training.failed():
                    name, failure = training.run.name, training.failure
                    raise HpsearchError(f"training {name} failed: {failure}") from failure
                trainings.end(training, len(training.history), keep_state=True)
                under_way.remove(training)
            yield total - len(under_way), total
    finally:
        trainings.save()


def _cut(problem: Problem, run: Run, epoch: int) -> int:
    """The next epoch after which kernels are summarized, or as many as take a segment's time."""
    look = next(
        (look for look in FIRST_LOOKS if look > epoch),
        (epoch // LOOK_EPOCHS + 1) * LOOK_EPOCHS,
    )
    affordable = int(SEGMENT_SECONDS / problem.virtual_seconds(run.recipe.network, 1))
    return min(look, epoch + max(affordable, 1), run.recipe.epochs)


def _weights(folder: StudyFolder, run: Run) -> Arrays | None:
    epochs = len(recorded(folder, run))
    state = folder.files.state(run.name, run.identity, epochs)
    return None if state is None else state.best.weights
