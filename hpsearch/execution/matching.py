"""Which worker gets which of the jobs that wait."""

from collections.abc import Sequence

from hpsearch.execution.job import Job
from hpsearch.execution.process import WorkerProcess


def match(queue: Sequence[Job], workers: Sequence[WorkerProcess]) -> tuple[Job, WorkerProcess]:
    """The most urgent job that loses nothing by starting now, and the idle worker for it.

    A job loses where the only workers that have its model are busy; it starts all the same if there
    is no other.

    Args:
        queue: The jobs that wait, at least one.
        workers: All workers, of which at least one is idle.
    """
    idle = [worker for worker in workers if worker.job is None]
    freest = min(idle, key=lambda worker: len(worker.models))
    ordered = sorted(queue)
    for job in ordered:
        holders = [worker for worker in workers if job.model in worker.models]
        if not holders:
            return job, freest
        if ready := [worker for worker in holders if worker.job is None]:
            return job, ready[0]
    return ordered[0], freest
