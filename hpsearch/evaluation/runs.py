"""Trainings after the search: whole and unpruned, cut in segments so that little is ever lost."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean

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
        value: Its objective on the validation rows with the weights that it keeps, the mean over
            the folds; if it diverged on one infinite, of the sign that is worst.
        best_epoch: Epoch of ``value``, counted from 1, the mean over the folds; 0 where no epoch
            was finite.
        epochs: Epochs that it ran on all folds.
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
    return Run(trial.run, f"trial {trial.number}", "trial", recipe, trial.seed, folds=spec.folds)


def recorded(folder: StudyFolder, run: Run) -> History:
    """What the folder has of a run on one fold."""
    return folder.files.history(run.name, run.identity)


def trained(folder: StudyFolder, run: Run) -> Trained | None:
    """What came of a run; None while it has epochs to go on a fold."""
    parts = [_trained(folder, part) for part in run.parts]
    done = [part for part in parts if part is not None]
    if len(done) < len(parts):
        return None
    if len(done) == 1:
        return done[0]
    diverged = next((part.value for part in done if part.diverged), None)
    return Trained(
        run,
        fmean(part.value for part in done) if diverged is None else diverged,
        round(fmean(part.best_epoch for part in done)),
        sum(part.epochs for part in done),
    )


def _trained(folder: StudyFolder, run: Run) -> Trained | None:
    """``trained`` on one fold."""
    recipe = run.recipe
    seen = summarize(recorded(folder, run).curve, recipe.patience, recipe.keep)
    if seen.ending == Ending.RUNNING and seen.epochs < recipe.epochs:
        return None
    diverged = seen.ending == Ending.DIVERGED or seen.value is None
    worst = recipe.the_task().metric.worst
    value = worst if diverged or seen.value is None else seen.value
    return Trained(run, value, seen.best_epoch or 0, seen.epochs)


def train_runs(
    folder: StudyFolder, problem: Problem, pool: Pool, runs: Sequence[Run]
) -> Iterator[tuple[int, int]]:
    """Train what is missing of these runs, the longest first; each goes on where it stopped.

    Yields how many of how many are done, at least every ``POLL_SECONDS``; each fold counts.

    Raises:
        HpsearchError: If a training itself fails.
        WorkerError: If workers died and died; what is trained is kept.
    """
    parts = [part for run in runs for part in run.parts]
    missing = [part for part in parts if trained(folder, part) is None]
    for part in parts:
        if part not in missing:  # a curve that was lost may still be beside a state
            folder.files.save_history(part.name, part.identity, recorded(folder, part))
    yield from _train(folder, problem, pool, missing, len(parts))


def best_weights(
    folder: StudyFolder,
    problem: Problem,
    pool: Pool,
    runs: Sequence[Run],
    watch: Callable[[int, int], object] = lambda done, total: None,
) -> list[Sequence[Arrays]]:
    """The weights that each run keeps, on each fold.

    They are trained again where they are not recorded.

    Args:
        watch: Is told how many of how many are trained again, if some are.
    """
    parts = [part for run in runs for part in run.parts]
    missing = [part for part in parts if _weights(folder, part) is None]
    for done, total in _train(folder, problem, pool, missing, len(missing)):
        if total:
            watch(done, total)
    weights = {part.name: _weights(folder, part) for part in parts}
    return [
        [arrays for part in run.parts if (arrays := weights[part.name]) is not None] for run in runs
    ]


def _train(
    folder: StudyFolder, problem: Problem, pool: Pool, missing: Sequence[Run], total: int
) -> Iterator[tuple[int, int]]:
    trainings = Trainings(problem, folder.files, pool, lambda line: None)
    under_way = []
    for run in missing:
        seconds = problem.virtual_seconds(run.recipe, run.recipe.epochs, run.fold)
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
    affordable = int(SEGMENT_SECONDS / problem.virtual_seconds(run.recipe, 1, run.fold))
    return min(look, epoch + max(affordable, 1), run.recipe.epochs)


def _weights(folder: StudyFolder, run: Run) -> Arrays | None:
    epochs = len(recorded(folder, run))
    state = folder.files.state(run.name, run.identity, epochs)
    return None if state is None else state.best.weights
