"""Trainings under way: which epochs of each are there, and which the pool is asked for.

What is there comes from the study's folder or from the pool, and may be further than what is
needed: workers that would be idle train ahead. Who needs the epochs looks only at those that it has
asked for, so that this changes nothing but the time.
"""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from hpsearch.errors import WorkerError
from hpsearch.execution.pool import Pool
from hpsearch.record.histories import ProgressFiles
from hpsearch.search.clock import Problem
from hpsearch.training.curve import CurveSummary, Ending, summarize
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.run import Run
from hpsearch.training.segment import Progress, State

#: How often who waits for a result wakes up, so that a view and a timeout can act.
POLL_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class Training:
    """A run that is trained.

    Attributes:
        cut: The epoch at which the segment after a given epoch ends.
        history: The epochs that are there, which may be more than are needed.
        target: The epochs that are needed.
        due: When; whose epochs are needed first is trained first.
        resting: Whether it is kept as it is, and nothing is trained ahead.
        state: That after ``history``; None where it is in the folder alone.
        failure: What the training itself raised, after the epochs that are there.
        unsaved: Whether ``history`` and ``state`` are further than what is on disk.
    """

    run: Run
    cut: Callable[[int], int]
    history: History
    target: int = 0
    due: float = 0.0
    resting: bool = False
    state: State | None = None
    pending: Future[Progress] | None = None
    failure: BaseException | None = None
    unsaved: bool = False

    def seen(self) -> CurveSummary:
        """What the curve says up to the target."""
        recipe = self.run.recipe
        return summarize(self.history.curve.until(self.target), recipe.patience, recipe.keep)

    def lacks(self) -> bool:
        """Whether it still has to be trained up to its target."""
        return (
            self.failure is None
            and len(self.history) < self.target
            and self.seen().ending == Ending.RUNNING
        )

    def failed(self) -> bool:
        """Whether it raised before it came to its target."""
        return self.failure is not None and len(self.history) < self.target

    def may_run_ahead(self) -> bool:
        """Whether an idle worker may train it beyond its target."""
        recipe = self.run.recipe
        return (
            self.pending is None
            and self.failure is None
            and not self.resting
            and self.state is not None
            and self.target <= len(self.history) < recipe.epochs
            and summarize(self.history.curve, recipe.patience, recipe.keep).ending == Ending.RUNNING
        )


class Trainings:
    """All that a pool trains for one purpose, and what the study's folder keeps of it.

    Args:
        tell: Gets a line on what is trained again.
    """

    def __init__(
        self, problem: Problem, files: ProgressFiles, pool: Pool, tell: Callable[[str], None]
    ) -> None:
        self._problem = problem
        self._files = files
        self._pool = pool
        self._tell = tell
        self._trainings: list[Training] = []

    def begin(
        self,
        run: Run,
        cut: Callable[[int], int],
        recorded: int = 0,
        *,
        with_state: bool = False,
    ) -> Training:
        """A training with the epochs that the folder has of it.

        Args:
            cut: The epoch at which the segment after a given epoch ends, above that.
            recorded: The epochs that somebody has recorded; a line is told where some are lost.
            with_state: Whether the state after the last epoch is needed, too: without it no epoch
                counts as there.
        """
        history = self._files.history(run.name, run.identity)
        if with_state and self._files.state(run.name, run.identity, len(history)) is None:
            history = UNTRAINED
        if len(history) < recorded:
            self._tell(
                f"{run.label}: only {len(history)} of {recorded} recorded epochs could be read; "
                f"the rest is trained again"
            )
        training = Training(run, cut, history)
        self._trainings.append(training)
        return training

    def go_on(self, training: Training, target: int, due: float) -> None:
        """Let a run be trained to an epoch, as far as it is not; it is needed at ``due``."""
        self._save(training)
        training.target, training.due, training.failure = target, due, None
        training.resting = False
        if training.pending is None and training.lacks():
            self._train(training)

    def rest(self, training: Training) -> None:
        """Keep a training as it is, its state on disk alone, until it goes on."""
        training.resting = True
        self._save(training)
        training.state = None

    def wait(self, training: Training) -> None:
        """Wait a moment for what a run lacks, and let workers that would be idle train ahead.

        Raises:
            WorkerError: If workers died and died, which is no failure of any run.
        """
        if training.pending is not None and not training.pending.done():
            self._run_ahead()
        self._collect()

    def end(self, training: Training, epochs: int, *, keep_state: bool = False) -> None:
        """Take a training out with its first ``epochs``, and forget what was trained ahead.

        Args:
            keep_state: Whether the state stays in the folder, where its weights are needed.
        """
        run = training.run
        if training.pending is not None:
            training.pending.cancel()
        # Before the state: a training whose history is whole is over.
        self._files.save_history(run.name, run.identity, training.history.until(epochs))
        if keep_state:
            self._save(training)
        else:
            self._files.drop_state(run.name)
        training.unsaved = False
        self._trainings.remove(training)

    def save(self) -> None:
        """Write down what was trained and not yet asked for, for who goes on from here."""
        for training in self._trainings:
            self._save(training)

    def _save(self, training: Training) -> None:
        """Write down a training that goes on; of one that ends, no state is ever needed."""
        if training.unsaved and training.state is not None:
            run = training.run
            self._files.save_state(run.name, run.identity, training.history, training.state)
            training.unsaved = False

    def _collect(self) -> None:
        """Wait a moment for any result, and take in those that came, whoever waits for them."""
        waiting = {training.pending: training for training in self._trainings if training.pending}
        done, _ = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            training = waiting[future]
            training.pending = None
            training.failure = future.exception()
            if isinstance(training.failure, WorkerError):
                raise training.failure
            if training.failure is None:
                progress = future.result()
                training.history = training.history.then(progress)
                training.state = progress.state
                training.unsaved = True
                if training.resting:
                    self.rest(training)
                elif training.lacks():
                    self._save(training)
                    self._train(training)

    def _run_ahead(self) -> None:
        """Train on where a run waits for others, as far as workers are idle.

        It costs what is trained of runs that end then.
        """
        waiting = [training for training in self._trainings if training.may_run_ahead()]
        waiting.sort(key=lambda training: training.due)
        for training in waiting[: self._pool.idle()]:
            self._train(training)

    def _train(self, training: Training) -> None:
        """Ask the pool for the segment after the epochs that are there."""
        run, first, state = training.run, len(training.history), training.state
        if first and (state is None or state.epoch != first):
            state = self._files.state(run.name, run.identity, first)
        if first and state is None:
            self._tell(
                f"{run.label}: no state after epoch {first} is in the folder; "
                f"it is trained again from the beginning"
            )
            first = 0
        training.history = training.history.until(first)
        last = training.cut(first)
        beyond = max(last - training.target, 0)
        ahead = self._problem.virtual_seconds(run.recipe, beyond, run.fold)
        training.pending = self._pool.train(
            run.segment(first, last, state), training.due + ahead, name=run.label
        )
