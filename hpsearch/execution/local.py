"""A pool of worker processes on this machine.

Each worker is an executor of one process, so that one that dies takes nothing else with it, and
work can be sent to the worker that has its model ready. The pool decides only when and where work
runs; what it returns is a function of the work alone.
"""

import itertools
import multiprocessing
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hpsearch.errors import WorkerError
from hpsearch.execution.worker import run_segment
from hpsearch.processes import ATTEMPTS, interrupts_blocked, start_resource_tracker
from hpsearch.study import TrainingSection
from hpsearch.training.segment import Progress, Segment

#: A Keras model leaks 7 to 9 MB for good, a compiled program of some 25 MB stays in what TensorFlow
#: keeps to itself; a worker is replaced after this many.
MODELS_PER_WORKER = 16


@dataclass(order=True, slots=True)
class _Job:
    """Work in the queue, the most urgent first, then in the order of arrival."""

    urgency: float
    sequence: int
    function: Callable[..., Any] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)
    model: Hashable = field(compare=False)
    result: Future[Any] = field(compare=False)
    attempts: int = field(compare=False, default=0)


@dataclass(eq=False, slots=True)
class _Worker:
    """One process, started with its first job, and the models it has built."""

    executor: ProcessPoolExecutor
    models: set[Hashable] = field(default_factory=set)
    job: _Job | None = None


class LocalPool:
    """Worker processes that run segments and other functions; a context manager.

    Args:
        workers: Number of processes.
        training: How segments are trained, unless they come with another training.
        model_of: What of a segment a worker has to build before it can train it; segments that
            have it in common go to the same worker where that costs no waiting.
        initializer: Called once in each process with ``initargs``.
        preload: Modules that all processes need; they are imported once, in a server that the
            processes are forked from, so that a process starts in no time and shares their memory.
    """

    def __init__(
        self,
        workers: int,
        training: TrainingSection,
        model_of: Callable[[Segment], Hashable],
        initializer: Callable[..., None],
        initargs: tuple[Any, ...],
        preload: Sequence[str] = (),
    ) -> None:
        start_resource_tracker()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._training = training
        self._model_of = model_of
        self._initializer = initializer
        self._initargs = initargs
        self._lock = threading.RLock()
        self._queue: list[_Job] = []
        self._sequence = itertools.count()
        self._closed = False
        self._workers = [_Worker(self._executor()) for _ in range(workers)]

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def train(
        self, segment: Segment, urgency: float, training: TrainingSection | None = None
    ) -> Future[Progress]:
        """Run a segment; the least ``urgency`` goes first.

        The future raises ``WorkerError`` if the segment ended ``ATTEMPTS`` workers.
        """
        arguments = (segment, training or self._training)
        return self._submit(run_segment, arguments, urgency, self._model_of(segment))

    def call(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Run a picklable function, before any segment that waits."""
        return self._submit(function, arguments, float("-inf"), None)

    def idle(self) -> int:
        """How many workers have nothing to do."""
        with self._lock:
            return sum(worker.job is None for worker in self._workers)

    def close(self) -> None:
        """End the processes at once; what they had not returned is lost and can be done again."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            for worker in self._workers:
                worker.executor.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()

    def _submit(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        urgency: float,
        model: Hashable,
    ) -> Future[Any]:
        job = _Job(urgency, next(self._sequence), function, arguments, model, Future())
        with self._lock:
            self._queue.append(job)
            self._dispatch()
        return job.result

    def _dispatch(self) -> None:
        """Give waiting jobs to idle workers; the lock is held."""
        while self._queue and not self._closed:
            idle = [worker for worker in self._workers if worker.job is None]
            if not idle:
                return
            job, worker = self._match(idle)
            self._queue.remove(job)
            if not (job.attempts or job.result.set_running_or_notify_cancel()):
                continue
            if len(worker.models) >= MODELS_PER_WORKER:
                worker.executor.shutdown(wait=False)
                worker.executor, worker.models = self._executor(), set()
            worker.job = job
            if job.model is not None:
                worker.models.add(job.model)
            try:
                with interrupts_blocked():
                    future = worker.executor.submit(job.function, *job.arguments)
            except BrokenProcessPool:  # it died while idle
                self._replace(worker)
                continue
            future.add_done_callback(partial(self._done, worker))

    def _match(self, idle: list[_Worker]) -> tuple[_Job, _Worker]:
        """The most urgent job that loses nothing by starting now, and the worker for it.

        A job loses where the only workers that have its model are busy; it starts all the same if
        there is no other.
        """
        freest = min(idle, key=lambda worker: len(worker.models))
        queue = sorted(self._queue)
        for job in queue:
            holders = [worker for worker in self._workers if job.model in worker.models]
            if not holders:
                return job, freest
            if ready := [worker for worker in holders if worker.job is None]:
                return job, ready[0]
        return queue[0], freest

    def _done(self, worker: _Worker, done: Future[Any]) -> None:
        """Pass a result on, or replace a worker that died; called from an executor's thread."""
        with self._lock:
            job = worker.job
            if self._closed or job is None:
                return
            error = done.exception()
            if isinstance(error, BrokenProcessPool):
                self._replace(worker)
            else:
                worker.job = None
                if error is None:
                    job.result.set_result(done.result())
                else:
                    job.result.set_exception(error)
            self._dispatch()

    def _replace(self, worker: _Worker) -> None:
        """A new process for a worker that died, its job back into the queue; the lock is held."""
        job, worker.job = worker.job, None
        worker.executor.shutdown(wait=False)
        worker.executor, worker.models = self._executor(), set()
        if job is None:
            return
        job.attempts += 1
        if job.attempts < ATTEMPTS:
            self._queue.append(job)
        else:
            job.result.set_exception(
                WorkerError(f"a piece of work ended {ATTEMPTS} worker processes, one after another")
            )

    def _executor(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=1,
            mp_context=self._context,
            initializer=self._initializer,
            initargs=self._initargs,
        )
