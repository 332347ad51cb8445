"""How much of a validation score was luck: what a search's choice adds to what it chose.

The value of a search's best trial is too good for two reasons. Its seed was a lucky one, which
fresh seeds on the same rows bring to light: selection. And the validation rows favor it, as it was
chosen and stopped by them, which only other rows bring to light: split.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome, TestedConfiguration
from hpsearch.statistics.estimate import Estimate, around, pooled_deviation
from hpsearch.statistics.stability import (
    Resampled,
    RowsNeeded,
    first_by_one_seed,
    resample_rows,
    rows_needed,
)
from hpsearch.tasks.metric import Metric

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Optimism:
    """By how much the search's value of a configuration was too good.

    Attributes:
        search: The validation value for which the search chose it.
        fresh: Mean over fresh seeds on the same rows; infinite if one diverged.
        test: Mean of these networks on the test rows; None where they were not measured.
        selection: By how much ``fresh`` is worse than ``search``, with Student's interval over the
            seeds, whose ends are infinite for a single seed; None if one diverged.
        split: By how much the same networks are worse on the test rows than on the validation rows,
            with an interval over the rows of both.
        total: By how much ``test`` is worse than ``search``, the sum of both. Its half-widths are
            theirs, added in squares, as seeds and rows are independent.
    """

    rank: int
    trial: int
    search: float
    fresh: float
    test: float | None
    selection: Estimate | None
    split: Estimate | None
    total: Estimate | None


@dataclass(frozen=True, slots=True)
class SearchStability:
    """The search's choice on other draws of its rows.

    Attributes:
        numbers: Of the complete trials that were compared, as ``resampled.shares``.
        rows: Of validation.
        needed: None for a single trial.
    """

    numbers: tuple[int, ...]
    rows: int
    resampled: Resampled
    needed: RowsNeeded | None


@dataclass(frozen=True, slots=True)
class RankStability:
    """How often a re-trained configuration leads when the leaderboard is made again.

    Attributes:
        by_seed: If a single one of each configuration's seeds were drawn.
        by_rows: On resamples of the validation rows, by the seeds' mean loss; None where the
            losses of some configuration are not there, or the objective is no mean of them.
    """

    trial: int
    by_seed: float
    by_rows: float | None


def optimisms(outcome: Outcome) -> tuple[Optimism, ...]:
    """Of each re-trained configuration, in the leaderboard's order."""
    tested = outcome.test.configurations if outcome.test else ()
    by_trial = {configuration.trial: configuration for configuration in tested}
    return tuple(
        _optimism(outcome.task.metric, standing, by_trial.get(standing.trial))
        for standing in outcome.standings
    )


def average_selection(metric: Metric, standings: Sequence[Standing]) -> Estimate | None:
    """Mean of ``Optimism.selection`` over configurations.

    The leader's own is too small, as it leads by its fresh mean; over all that were trained again
    nothing was chosen by it. Those of which a seed diverged are left out; None where all are. The
    interval is Student's with the seeds' deviation pooled over the configurations; its ends are
    infinite where each has a single seed.
    """
    finite = [standing for standing in standings if math.isfinite(standing.mean)]
    if not finite:
        return None
    value = fmean(metric.behind(standing.mean, standing.search_value) for standing in finite)
    groups = [[run.value for run in standing.runs] for standing in finite]
    deviation = pooled_deviation(groups)
    if deviation is None:
        return around(value, math.inf)
    freedom = sum(len(group) - 1 for group in groups)
    error = deviation * math.sqrt(sum(1 / len(group) for group in groups)) / len(groups)
    return around(value, float(stdtrit(freedom, 0.975)) * error)


def search_stability(outcome: Outcome) -> SearchStability | None:
    """Of the choice among complete trials; None where no losses are recorded that it rests on."""
    if not outcome.task.ranks_by_loss:
        return None
    losses_of = {
        trial.number: losses
        for trial in outcome.trials
        if trial.state == "complete" and len(losses := outcome.history(trial.run).losses)
    }
    if not losses_of:
        return None
    losses = np.stack([losses_of[number] for number in sorted(losses_of)])
    needed = rows_needed(losses, outcome.task.resolution) if len(losses) > 1 else None
    return SearchStability(tuple(sorted(losses_of)), losses.shape[1], resample_rows(losses), needed)


def rank_stability(outcome: Outcome) -> tuple[RankStability, ...]:
    """Of the leaderboard, in its order."""
    standings = outcome.standings
    sign = outcome.task.metric.sign
    by_seed = first_by_one_seed(
        [[sign * run.value for run in standing.runs] for standing in standings]
    )
    losses = [
        [outcome.history(run.run.name).losses for run in standing.runs]
        for standing in standings
        if math.isfinite(standing.mean)
    ]
    shares: dict[int, float] = {}
    recorded = losses and all(len(seed) for seeds in losses for seed in seeds)
    if recorded and outcome.task.ranks_by_loss:
        means = np.stack([np.stack(seeds).astype(np.float64).mean(axis=0) for seeds in losses])
        by_rows = resample_rows(means).shares.tolist()
        finite = (standing.trial for standing in standings if math.isfinite(standing.mean))
        shares = dict.fromkeys((standing.trial for standing in standings), 0.0)
        shares.update(zip(finite, by_rows, strict=True))
    return tuple(
        RankStability(standing.trial, chance, shares.get(standing.trial))
        for standing, chance in zip(standings, by_seed, strict=True)
    )


def _optimism(metric: Metric, standing: Standing, tested: TestedConfiguration | None) -> Optimism:
    selection = average_selection(metric, [standing])
    split = tested.split if tested else None
    test = fmean(tested.seeds) if tested else None
    total = None
    if selection and split and test is not None:
        half = math.hypot(selection.high - selection.value, (split.high - split.low) / 2)
        total = around(metric.behind(test, standing.search_value), half)
    return Optimism(
        rank=standing.rank,
        trial=standing.trial,
        search=standing.search_value,
        fresh=standing.mean,
        test=test,
        selection=selection,
        split=split,
        total=total,
    )
