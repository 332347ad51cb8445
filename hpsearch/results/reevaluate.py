"""The best configurations trained again with fresh seeds: is a trial good, or was it lucky?"""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from hpsearch.errors import HpsearchError
from hpsearch.network import Knobs, Network
from hpsearch.results.leaderboard import best_trials
from hpsearch.search.clock import Problem
from hpsearch.search.flights import POLL_SECONDS, Train
from hpsearch.search.folder import StudyFolder
from hpsearch.search.progress_files import identity
from hpsearch.search.samplers import retraining_seed
from hpsearch.search.trial import TrialRecord
from hpsearch.study import StudySpec
from hpsearch.training.history import UNTRAINED
from hpsearch.training.segment import Arrays, Ending, Progress, Segment, summarise


@dataclass(frozen=True, slots=True)
class Retraining:
    """A trial's configuration with a seed of its own; ``index`` counts the seeds from 0."""

    trial: TrialRecord
    index: int
    seed: int
    network: Network
    knobs: Knobs
    identity: str

    @property
    def run(self) -> str:
        """Its name in ``curves/`` and ``checkpoints/``."""
        return f"{self.trial.number:04d}-seed-{self.index}"


def retrainings(spec: StudySpec, trial: TrialRecord) -> tuple[Retraining, ...]:
    """The re-trainings of a trial that the study asks for."""
    network, knobs = spec.build(trial.params)
    seeds = (
        retraining_seed(spec.study.seed, trial.number, index)
        for index in range(spec.evaluate.seeds)
    )
    return tuple(
        Retraining(
            trial,
            index,
            seed,
            network,
            knobs,
            identity(network, knobs, seed, spec.training),
        )
        for index, seed in enumerate(seeds)
    )


def retrain(folder: StudyFolder, problem: Problem, train: Train) -> Iterator[tuple[int, int]]:
    """Train the best ``evaluate.top`` trials again, in full and unpruned; those recorded are kept.

    Yields how many of how many are done, at least every ``POLL_SECONDS``.
    """
    best = best_trials(folder.record.trials(), folder.spec.evaluate.top)
    wanted = [one for trial in best for one in retrainings(folder.spec, trial)]
    missing = [one for one in wanted if not _is_done(folder, one)]
    yield from _run(folder, problem, train, missing, len(wanted))


def best_weights(
    folder: StudyFolder, problem: Problem, train: Train, wanted: Sequence[Retraining]
) -> list[Arrays]:
    """The weights of each re-training's best epoch; trained again where they are not recorded."""
    missing = [one for one in wanted if _weights(folder, one) is None]
    for _ in _run(folder, problem, train, missing, len(missing)):
        pass
    weights = [_weights(folder, one) for one in wanted]
    return [one for one in weights if one is not None]


def _run(
    folder: StudyFolder,
    problem: Problem,
    train: Train,
    missing: Sequence[Retraining],
    total: int,
) -> Iterator[tuple[int, int]]:
    epochs = folder.spec.training.epochs
    waiting: dict[Future[Progress], Retraining] = {}
    for one in missing:
        longest_first = -problem.virtual_seconds(one.network, epochs)
        segment = Segment(one.network, one.knobs, one.seed, 0, epochs, None)
        waiting[train(segment, longest_first)] = one
    yield total - len(waiting), total
    while waiting:
        done, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            one = waiting.pop(future)
            if error := future.exception():
                raise HpsearchError(f"re-training trial {one.trial.number} failed: {error}")
            progress = future.result()
            history = UNTRAINED.then(progress)
            folder.files.save_history(one.run, one.identity, history)
            folder.files.save_state(one.run, one.identity, history, progress.state)
        yield total - len(waiting), total


def _is_done(folder: StudyFolder, one: Retraining) -> bool:
    history = folder.files.history(one.run, one.identity)
    seen = summarise(history.curve, folder.spec.training.patience)
    return seen.ending != Ending.RUNNING or seen.epochs == folder.spec.training.epochs


def _weights(folder: StudyFolder, one: Retraining) -> Arrays | None:
    epochs = len(folder.files.history(one.run, one.identity))
    state = folder.files.state(one.run, one.identity, epochs)
    return None if state is None else state.best.weights
