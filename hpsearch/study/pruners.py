"""``[search.pruner]``: the pruners by name, with the options of each.

What each does is written in ``hpsearch/search/schedulers/``, whose registry has an entry for each.
When a trial is looked at is the search's own: ``search.warmup`` and ``search.warmup_epochs``.
"""

from typing import Annotated, Literal

from pydantic import Field

from hpsearch.study.section import MOST, StudyTable
from hpsearch.study.tagged import Tagged

#: Complete trials before the first is pruned.
StartupTrials = Annotated[int, Field(ge=0, le=MOST)]

#: One in so many trials goes on from a rung to the next.
ReductionFactor = Annotated[int, Field(ge=2, le=MOST)]


class Median(StudyTable):
    """Prunes a trial whose best value is worse than the median at the same epoch."""

    name: Literal["median"] = "median"
    startup_trials: StartupTrials = 10


class Patient(StudyTable):
    """The median pruner, after so many reports without a better value."""

    name: Literal["patient"] = "patient"
    startup_trials: StartupTrials = 10
    patience_reports: Annotated[int, Field(ge=0, le=MOST)] = 3


class SuccessiveHalving(StudyTable):
    """Asynchronous successive halving: on each rung the best of a few trials go on."""

    name: Literal["successive_halving"] = "successive_halving"
    reduction_factor: ReductionFactor = 3


class Hyperband(StudyTable):
    """Several successive halvings, each with a first rung of its own."""

    name: Literal["hyperband"] = "hyperband"
    reduction_factor: ReductionFactor = 3


class Unpruned(StudyTable):
    """Every trial runs all its epochs."""

    name: Literal["none"] = "none"


Pruner = Annotated[
    Median | SuccessiveHalving | Hyperband | Patient | Unpruned,
    Field(discriminator="name"),
    Tagged("median"),
]
