"""A pool of worker processes on this machine.

Each worker is attended by a thread of its own, so that one that dies, hangs or falls silent holds
up nothing else, and work can be sent to the worker that has its model ready. The pool decides only
when and where work runs; what it returns is a function of the work alone. A death is never a
result: the work is done again, after a wait that grows, and with fewer workers if deaths go on.
"""

import itertools
import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from typing import Any, Self

from hpsearch.calls import ATTEMPTS, CannotStart, ProcessDied, wait_seconds
from hpsearch.errors import WorkerError
from hpsearch.execution.job import Job
from hpsearch.execution.matching import match
from hpsearch.execution.process import WorkerProcess
from hpsearch.execution.server import ForkServer
from hpsearch.execution.worker import run_segment
from hpsearch.training.segment import Progress, Segment

#: After so many deaths without a result in between one worker fewer works; after so many results
#: without a death one more.
DEATHS_TO_SHRINK, RESULTS_TO_GROW = 3, 20

#: A worker that says why it cannot start will hardly start the next time; it counts as so many.
DEATHS_OF_A_START = 5

#: What a training raises where the machine is short of memory or disk: no result of it.
_SHORTAGES = (MemoryError, OSError)


class LocalPool:
    """Worker processes that run segments and other functions; a context manager.

    Args:
        workers: Number of processes.
        model_of: What a worker has to build before it can train by a recipe; segments that have
            it in common go to the same worker where that costs no waiting.
        initializer: Called once in each process with ``initargs``.
        preload: Modules that all processes need; they are imported once, in a server that the
            processes are forked from, so that a process starts in no time and shares their memory.
        tell: Gets a line on each death; called from threads of the pool.
        run: Trains a segment in a process.
    """

    def __init__(
        self,
        workers: int,
        model_of: Callable[[Segment], Hashable],
        initializer: Callable[..., None],
        initargs: tuple[Any, ...],
        preload: Sequence[str] = (),
        tell: Callable[[str], None] = lambda line: None,
        run: Callable[[Segment], Progress] = run_segment,
    ) -> None:
        self._model_of = model_of
        self._tell = tell
        self._run_segment = run
        self._server = ForkServer(preload)
        self._changed = threading.Condition()
        self._queue: list[Job] = []
        self._sequence = itertools.count()
        self._closed = False
        self._size = workers
        self._deaths = self._results = 0  # since the last of the other kind
        self._workers = [
            WorkerProcess(self._server.fork, (initializer, *initargs)) for _ in range(workers)
        ]
        self._threads = [
            threading.Thread(target=self._attend, args=(worker,), daemon=True)
            for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def train(
        self,
        segment: Segment,
        urgency: float,
        *,
        name: str = "a segment",
    ) -> Future[Progress]:
        """See ``Pool.train``; a shortage of the machine counts as a death."""
        model = self._model_of(segment)
        return self._submit(self._run_segment, (segment,), urgency, model, name, _SHORTAGES)

    def call(
        self, function: Callable[..., Any], *arguments: Any, name: str | None = None
    ) -> Future[Any]:
        """See ``Pool.call``."""
        name = name or function.__name__
        return self._submit(function, arguments, float("-inf"), None, name, ())

    def idle(self) -> int:
        """See ``Pool.idle``; a worker that is not replaced for now is not idle."""
        with self._changed:
            return max(self._size - self._busy(), 0)

    def close(self) -> None:
        """See ``Pool.close``."""
        with self._changed:
            self._closed = True
            begun = [job for job in self._queue if not job.result.cancel()]  # it died, and waits
            self._queue.clear()
            self._changed.notify_all()
            for worker in self._workers:
                worker.kill()
        self._server.close()
        for thread in self._threads:
            thread.join()
        for job in (*begun, *(worker.job for worker in self._workers)):
            if job is not None and not job.result.done():
                lost = f"the pool of workers was closed before {job.name} was done"
                job.result.set_exception(WorkerError(lost))

    def _submit(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        urgency: float,
        model: Hashable,
        name: str,
        shortages: tuple[type[Exception], ...],
    ) -> Future[Any]:
        sequence = next(self._sequence)
        job = Job(urgency, sequence, function, arguments, model, name, shortages, Future())
        with self._changed:
            if self._closed:
                raise WorkerError("the pool of workers is closed and takes no work")
            self._queue.append(job)
            self._dispatch()
        return job.result

    def _busy(self) -> int:
        return sum(worker.job is not None for worker in self._workers)

    def _dispatch(self) -> None:
        """Give waiting jobs to idle workers; the lock is held."""
        while self._queue and not self._closed and self._busy() < self._size:
            job, worker = match(self._queue, self._workers)
            self._queue.remove(job)
            if not (job.deaths or job.result.set_running_or_notify_cancel()):
                continue
            worker.job = job
            self._changed.notify_all()

    def _attend(self, worker: WorkerProcess) -> None:
        """Run the jobs that a worker is given, one after another, until the pool is closed."""
        try:
            self._run_jobs(worker)
        except Exception as error:  # noqa: BLE001 - of the pool or of who listens to it
            self._fail(error)
        worker.end()

    def _run_jobs(self, worker: WorkerProcess) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or worker.job is not None)
                job = worker.job
            if self._closed or job is None:
                return
            try:
                value = worker.run(job)
            except ProcessDied as death:
                self._died(worker, job, death)
            except Exception as error:  # noqa: BLE001 - the work's own, for who waits for it
                if isinstance(error, job.shortages):
                    self._died(worker, job, error)
                else:
                    self._done(worker, job, None, error)
            else:
                self._done(worker, job, value, None)

    def _done(
        self, worker: WorkerProcess, job: Job, value: Any, error: BaseException | None
    ) -> None:
        """Pass on what a job returned or raised."""
        with self._changed:
            worker.job = None
            self._deaths, self._results = 0, self._results + 1
            if self._results % RESULTS_TO_GROW == 0:
                self._size = min(self._size + 1, len(self._workers))
            self._dispatch()
        if error is None:
            job.result.set_result(value)
        else:
            job.result.set_exception(error)

    def _fail(self, error: Exception) -> None:
        """End all work after a mistake of the pool itself, so that nobody waits for ever."""
        with self._changed:
            jobs = [worker.job for worker in self._workers if worker.job is not None]
            jobs += self._queue
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
        for job in jobs:
            if not job.result.done():
                job.result.set_exception(WorkerError(f"the pool of workers failed: {error}"))

    def _died(self, worker: WorkerProcess, job: Job, death: BaseException) -> None:
        """After a wait put a job back whose worker died, or give it up."""
        worker.end()
        with self._changed:
            if self._closed:
                return
            job.deaths += DEATHS_OF_A_START if isinstance(death, CannotStart) else 1
            self._deaths, self._results = self._deaths + 1, 0
            shrinks = self._deaths % DEATHS_TO_SHRINK == 0 and self._size > 1
            self._size -= shrinks
            hopeless = self._deaths >= ATTEMPTS * len(self._workers)
            given_up = job.deaths >= ATTEMPTS or hopeless
        fewer = f"; going on with {_workers(self._size)}" if shrinks else ""
        self._tell(f"a worker was lost with {job.name} ({death}), which is done again{fewer}")
        with self._changed:
            if not given_up:
                if self._changed.wait_for(lambda: self._closed, wait_seconds(job.deaths)):
                    return
                self._queue.append(job)
            worker.job = None
            self._dispatch()
        if given_up:
            job.result.set_exception(
                WorkerError(
                    f"workers died with {job.name}, one after another, the last: {death}; is there "
                    f"memory enough? Fewer --workers need less. Run the same command to continue"
                )
            )


def _workers(number: int) -> str:
    return "1 worker" if number == 1 else f"{number} workers"
