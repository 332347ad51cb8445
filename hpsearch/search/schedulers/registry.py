"""The schedulers, by the options of ``[search.pruner]`` that name them."""

from collections.abc import Mapping

from hpsearch.search.schedulers.halving import hyperband, successive_halving
from hpsearch.search.schedulers.ladder import Ladder
from hpsearch.search.schedulers.median import median, patient
from hpsearch.search.schedulers.scheduler import MakeScheduler, Scheduler
from hpsearch.search.schedulers.unpruned import unpruned
from hpsearch.study.pruners import Hyperband, Median, Patient, SuccessiveHalving, Unpruned
from hpsearch.study.section import StudyTable
from hpsearch.study.spec import StudySpec

SCHEDULERS: Mapping[type[StudyTable], MakeScheduler] = {
    Median: median,
    Patient: patient,
    SuccessiveHalving: successive_halving,
    Hyperband: hyperband,
    Unpruned: unpruned,
}


def make_scheduler(spec: StudySpec, ladder: Ladder) -> Scheduler:
    """The scheduler of a study."""
    options = spec.search.pruner
    return SCHEDULERS[type(options)](options, ladder)
