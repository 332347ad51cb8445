"""A worker of a pool: a process that is started with its first job, and again where it died."""

from collections.abc import Callable, Hashable
from typing import Any

from hpsearch.calls import Callee, CannotStart, ProcessDied
from hpsearch.execution.job import Job

#: A Keras model leaks 7 to 9 MB for good, a compiled program of some 25 MB stays in what TensorFlow
#: keeps to itself; a process is replaced after this many.
MODELS_PER_PROCESS = 16


class WorkerProcess:
    """A place for one process at a time.

    Args:
        fork: Starts a process.
        setup: A function and its arguments, called first in each process.

    Attributes:
        job: What it has been given to do; None where it is idle.
        models: What its process has built.
    """

    def __init__(self, fork: Callable[[], Callee], setup: tuple[Any, ...]) -> None:
        self.job: Job | None = None
        self.models: set[Hashable] = set()
        self._fork = fork
        self._setup = setup
        self._process: Callee | None = None

    def run(self, job: Job) -> Any:
        """What a job returns, in this process or a fresh one; raises what it raises.

        Raises:
            ProcessDied: If the process ends before it answers.
            CannotStart: If a fresh process cannot be set up.
        """
        if len(self.models) >= MODELS_PER_PROCESS:
            self.end()
        process = self._process
        if process is None or not process.is_open:
            process = self._start()
        if job.model is not None:
            self.models.add(job.model)
        return process.call(job.function, *job.arguments)

    def kill(self) -> None:
        """End the process, if there is one, from any thread; a job that runs there dies."""
        process = self._process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """End the process, if there is one, and forget what it built; the next job starts another.

        Only for the thread that runs its jobs.
        """
        process, self._process, self.models = self._process, None, set()
        if process is not None and process.is_open:
            process.close()

    def _start(self) -> Callee:
        process = self._process = self._fork()
        try:
            process.call(*self._setup)
        except ProcessDied:
            raise
        except Exception as error:  # whatever it is, it is not the job's
            raise CannotStart(f"it cannot be set up: {error}") from error
        return process
