"""The leaderboard over seeds, and the winner: made here once, with its reason."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from hpsearch.evaluation.retraining import best_trials, retrainings
from hpsearch.evaluation.runs import Trained, trained
from hpsearch.record.folder import StudyFolder
from hpsearch.record.status import count_statuses
from hpsearch.record.trial import TrialRecord
from hpsearch.space.space import Scalar
from hpsearch.study.spec import StudySpec


@dataclass(frozen=True, slots=True)
class Standing:
    """A configuration's place on the leaderboard, by the mean over its seeds.

    Attributes:
        params: All values, constants included.
        search_value: The value for which the search chose it.
        mean: Mean best objective over the seeds; if one diverged infinite, of the sign that is
            worst.
        deviation: Sample standard deviation over the seeds; 0 for a single seed.
        runs: Its re-trainings by the index of their seeds.
    """

    rank: int
    trial: int
    params: Mapping[str, Scalar]
    search_value: float
    mean: float
    deviation: float
    runs: tuple[Trained, ...]

    @property
    def diverged(self) -> bool:
        """Whether it diverged with one of its seeds."""
        return math.isinf(self.mean)


class Reason(StrEnum):
    """Why a trial is the winner, or why none is."""

    BEST_MEAN = "it has the best mean over fresh seeds"
    BEST_IN_SEARCH = "it is the best of the search, and not trained again yet"
    NOT_SEARCHED = "the study searches nothing"
    NOT_STARTED = "no trial was started"
    ALL_DIVERGED = "all trials diverged or failed"
    ALL_PRUNED = "all trials were pruned"
    NONE_COMPLETE = "no trial is complete yet"
    RETRAININGS_DIVERGED = "all configurations diverged when they were trained again"


@dataclass(frozen=True, slots=True)
class Winner:
    """The trial that a study recommends.

    Attributes:
        standing: Its place on the leaderboard; None before it was trained again.
    """

    trial: TrialRecord
    standing: Standing | None

    @property
    def search_value(self) -> float | None:
        """The value for which the search chose it."""
        return self.standing.search_value if self.standing else self.trial.value

    @property
    def single(self) -> int | None:
        """Index of the re-training that is the best by validation."""
        if self.standing is None or self.standing.diverged:
            return None
        sign = self.standing.runs[0].run.recipe.the_task().metric.sign
        return min(self.standing.runs, key=lambda trained: sign * trained.value).run.index


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The re-trained configurations and the winner.

    Attributes:
        standings: Those whose re-trainings are all done, by their mean, then by trial.
        complete: Whether all that the study asks for are among them.
        winner: None where there is none; ``reason`` says why, or why it is this one.
    """

    standings: tuple[Standing, ...]
    complete: bool
    winner: Winner | None
    reason: Reason

    @property
    def confirmed(self) -> Winner | None:
        """The winner once it was trained again with fresh seeds and none of them diverged."""
        return self.winner if self.reason == Reason.BEST_MEAN else None


def read_leaderboard(
    folder: StudyFolder, trials: Sequence[TrialRecord], tested: int | None = None
) -> Leaderboard:
    """The leaderboard as the folder has it.

    Args:
        trials: All of the study, by number.
        tested: The trial that was measured on the test rows, if one was.
    """
    best = best_trials(trials, folder.spec.evaluate.top, folder.spec.task.metric.sign)
    standings = [_standing(folder, trial) for trial in best]
    done = [standing for standing in standings if standing is not None]
    return make_leaderboard(folder.spec, trials, done, tested)


def make_leaderboard(
    spec: StudySpec,
    trials: Sequence[TrialRecord],
    standings: Sequence[Standing],
    tested: int | None = None,
) -> Leaderboard:
    """Rank configurations and name the winner.

    A trial that was tested stays the winner where the record no longer has all of its re-trainings.

    Args:
        standings: In any order; their ranks are set here.
    """
    sign = spec.task.metric.sign
    ordered = sorted(standings, key=lambda standing: (sign * standing.mean, standing.trial))
    ranked = tuple(replace(standing, rank=place) for place, standing in enumerate(ordered, start=1))
    wanted = best_trials(trials, spec.evaluate.top, sign)
    winner, reason = _winner(spec, trials, ranked, wanted, tested)
    return Leaderboard(ranked, len(ranked) >= len(wanted) > 0, winner, reason)


def _winner(
    spec: StudySpec,
    trials: Sequence[TrialRecord],
    ranked: Sequence[Standing],
    wanted: Sequence[TrialRecord],
    tested: int | None,
) -> tuple[Winner | None, Reason]:
    by_number = {trial.number: trial for trial in trials}
    places = {standing.trial: standing for standing in ranked}
    finite = [standing.trial for standing in ranked if not standing.diverged]
    for number in (*([] if tested is None else [tested]), *finite):
        if number in by_number:
            return Winner(by_number[number], places.get(number)), Reason.BEST_MEAN
    open_ = [trial for trial in wanted if trial.number not in places]
    if open_:
        return Winner(open_[0], None), Reason.BEST_IN_SEARCH
    if ranked:
        return None, Reason.RETRAININGS_DIVERGED
    return None, _why_none(spec, trials)


def _why_none(spec: StudySpec, trials: Sequence[TrialRecord]) -> Reason:
    """Why there is no complete trial."""
    if not spec.search.trials:
        return Reason.NOT_SEARCHED
    if not trials:
        return Reason.NOT_STARTED
    counts = count_statuses(trials)
    ended = len(trials) - counts["running"]
    if ended and counts["diverged"] + counts["failed"] == ended:
        return Reason.ALL_DIVERGED
    if ended and counts["pruned"] == ended:
        return Reason.ALL_PRUNED
    return Reason.NONE_COMPLETE


def _standing(folder: StudyFolder, trial: TrialRecord) -> Standing | None:
    """A configuration's place, still without a rank; None until all its re-trainings are done."""
    runs = [trained(folder, run) for run in retrainings(folder.spec, trial, folder.classes)]
    done = tuple(run for run in runs if run is not None)
    if len(done) < len(runs):
        return None
    mean, deviation = _spread([run.value for run in done])
    params = folder.spec.space.complete(trial.params)
    return Standing(0, trial.number, params, trial.value or 0.0, mean, deviation, done)


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation; an infinite value makes the mean infinite."""
    infinite = [value for value in values if math.isinf(value)]
    if infinite:
        return infinite[0], 0.0
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0
