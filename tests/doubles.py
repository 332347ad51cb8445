"""Trainers and pools that stand in for the real ones, and studies small enough for them."""

import heapq
import itertools
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hpsearch.calls import ATTEMPTS
from hpsearch.data.parts import Fold
from hpsearch.errors import WorkerError
from hpsearch.evaluation.candidates import comparison_runs
from hpsearch.evaluation.retraining import wanted_retrainings
from hpsearch.evaluation.runs import train_runs
from hpsearch.record.folder import StudyFolder
from hpsearch.search.clock import Problem
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.training.curve import NO_EPOCHS, Curve, Ending, summarize
from hpsearch.training.segment import Best, Progress, Segment, State

PROBLEM = Problem(columns=28, train_rows=10_000, validation_rows=1_000)


#: A sampler and a pruner that begin early, for studies of a dozen trials.
STARTUP = {
    "sampler": {"name": "tpe", "startup_trials": 3},
    "pruner": {"name": "median", "startup_trials": 3},
}


def small_study(**overrides: Any) -> StudySpec:
    """A study of 12 trials of up to 20 epochs; ``section__key=value`` overrides an entry."""
    raw: dict[str, dict[str, Any]] = {
        "study": {"name": "small", "seed": 7},
        "space": {
            "layers": {"int": [1, 4]},
            "units": {"int": [4, 64], "log": True},
            "l2": {"off_or": [1e-5, 1e-2], "log": True},
            "optimizer": {"choice": ["sgd", "adam"]},
            "learning_rate": {"float": [1e-4, 1e-1], "log": True},
            "momentum": {"float": [0.0, 0.9], "when": {"optimizer": "sgd"}},
        },
        "training": {"epochs": 20, "patience": 8},
        "search": {"trials": 12, "parallel": 4, "warmup_epochs": 2, **STARTUP},
    }
    for name, value in overrides.items():
        section, _, key = name.partition("__")
        raw.setdefault(section, {})[key] = value
    return check_study(raw, "small.toml")


#: How many classes the rows of ``tiny_fold`` have, by task.
CLASSES = {"binary": 0, "multiclass": 3, "regression": 0}


def tiny_fold(rows: int = 240, columns: int = 3, seed: int = 0, task: str = "binary") -> Fold:
    """Rows that a small network learns in a few epochs."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, columns)).astype(np.float32)
    product = features[:, 0] * features[:, 1]
    match task:
        case "binary":
            labels = (product > 0).astype(np.float32)
        case "multiclass":
            labels = np.digitize(product, [-0.3, 0.3]).astype(np.float32)
        case "regression":
            labels = (product - product.mean()) / product.std()
    cut = rows // 3
    return Fold(features[cut:], labels[cut:], features[:cut], labels[:cut])


class FormulaTrainer:
    """A learning curve that is a function of recipe, seed and epoch; no rows are read.

    ``diverges`` says which segments' trials break, at epoch 3; ``noise`` is how much a seed does.
    """

    def __init__(
        self,
        diverges: Callable[[Segment], bool] = lambda segment: False,
        noise: float = 0.01,
    ) -> None:
        self._noise = noise
        self._diverges = diverges

    def run(self, segment: Segment, fold: Fold) -> Progress:
        """Follow the formula from the segment's first epoch to its last."""
        worst = segment.recipe.the_task().metric.worst
        start = segment.state or State(0, (), (), Best(0, worst, ()))
        history = [np.asarray(row) for row in start.weights]
        names = segment.recipe.the_task().curve_names
        curve = NO_EPOCHS
        best, ending = start.best, Ending.RUNNING
        for epoch in range(start.epoch + 1, segment.last + 1):
            row = self._row(segment, epoch)
            history.append(row)
            curve = curve.then(Curve(names, row[None]))
            recipe = segment.recipe
            seen = summarize(Curve(names, np.stack(history)), recipe.patience, recipe.keep)
            ending = seen.ending
            if seen.best_epoch == epoch and seen.value is not None:
                best = Best(epoch, seen.value, (np.array([epoch], np.float32),))
            if ending != Ending.RUNNING:
                break
        state = State(len(history), tuple(history), (), best)
        return Progress(state, curve, ending)

    def _row(self, segment: Segment, epoch: int) -> NDArray[np.float32]:
        knobs, width = segment.recipe.knobs, sum(segment.recipe.network.widths)
        quality = abs(np.log10(knobs.learning_rate) + 2.5) / 10 + 1 / (10 + width)
        noise = np.random.default_rng([segment.seed, epoch]).normal(0, self._noise)
        overfit = (width / 1e5 + max(knobs.learning_rate - 0.1, 0)) * epoch
        value = 0.5 + quality + 0.3 * np.exp(-epoch / 4) + overfit + noise
        if epoch == 3 and self._diverges(segment):
            value = np.nan
        task = segment.recipe.the_task()
        ranked = [value - 0.05, value]
        if task.metric.sign < 0:  # the mirror image of what is minimized
            ranked = [1.5 - each for each in ranked]
        rest = len(task.curve_names) - 1
        return np.array([[ranked[0], *[0.7] * rest], [ranked[1], *[0.65] * rest]], np.float32)


class Death(Exception):
    """Raised by work to end its worker: a thread cannot be ended otherwise."""


class ThreadPool:
    """Runs a trainer in threads, with delays that shuffle the order in which segments finish.

    ``deaths`` is the chance that what a worker trained is lost with it, and trained again.
    """

    def __init__(
        self, trainer: Any, workers: int = 1, seed: int | None = None, deaths: float = 0.0
    ) -> None:
        self._deaths = deaths
        self._trainer = trainer
        self._threads = ThreadPoolExecutor(workers)
        self._workers = workers
        self._jobs: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []
        self._sequence = itertools.count()
        self._unfinished: list[Future[Any]] = []
        self._rng = None if seed is None else np.random.default_rng(seed)
        self._fold = tiny_fold()
        self.segments: list[Segment] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def train(
        self, segment: Segment, urgency: float, *, name: str = "a segment"
    ) -> Future[Progress]:
        """Run a segment after a random moment."""
        self.segments.append(segment)
        delay, lives = 0.0, 1
        if self._rng is not None:
            delay = float(self._rng.exponential(0.003))
            lives = int(self._rng.geometric(1 - self._deaths))
        return self._submit(urgency, partial(self._run, segment, delay, lives))

    def call(
        self, function: Callable[..., Any], *arguments: Any, name: str | None = None
    ) -> Future[Any]:
        """Run a function before all segments."""
        return self._submit(float("-inf"), partial(function, *arguments))

    def idle(self) -> int:
        """How many threads have nothing to do."""
        self._unfinished = [future for future in self._unfinished if not future.done()]
        return max(self._workers - len(self._unfinished), 0)

    def close(self) -> None:
        """Cancel what waits; what runs ends by itself."""
        for *_, result, _ in self._jobs:
            result.cancel()
        self._threads.shutdown()

    def _submit(self, urgency: float, work: Callable[[], Any]) -> Future[Any]:
        result: Future[Any] = Future()
        heapq.heappush(self._jobs, (urgency, next(self._sequence), result, work))
        self._unfinished.append(result)
        try:
            self._threads.submit(self._run_next)
        except RuntimeError as error:
            raise WorkerError(str(error)) from None
        return result

    def _run_next(self) -> None:
        """Run the most urgent of the jobs."""
        *_, result, work = heapq.heappop(self._jobs)
        if not result.set_running_or_notify_cancel():
            return
        for _ in range(ATTEMPTS):
            try:
                result.set_result(work())
            except Death:
                continue
            except Exception as error:  # noqa: BLE001 - the work's own
                result.set_exception(error)
            return
        result.set_exception(WorkerError("all workers died"))

    def _run(self, segment: Segment, delay: float, lives: int) -> Progress:
        for _ in range(lives):
            time.sleep(delay)
            progress: Progress = self._trainer.run(segment, self._fold)
        return progress


def evaluate(folder: StudyFolder, pool: ThreadPool) -> None:
    """All re-trainings, then all that the winner is compared with."""
    for _ in train_runs(folder, PROBLEM, pool, wanted_retrainings(folder)):
        pass
    for _ in train_runs(folder, PROBLEM, pool, comparison_runs(folder)):
        pass
