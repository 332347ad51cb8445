"""Optimism by rank, stability of the choice, and the validation rows that a choice needs."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.luck import (
    Optimism,
    RankStability,
    SearchStability,
    optimisms,
    rank_stability,
    search_stability,
)
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.section import Values
from hpsearch.report.sections.luck.sentences import say_choice, say_optimism, say_rows, say_seeds
from hpsearch.statistics.stability import DRAWS

#: Trials that are listed by their share of wins.
LISTED = 10


def read_values(outcome: Outcome) -> Values | str:
    """Optimism by rank, stability of the choice, rows needed; each with a sentence."""
    search = search_stability(outcome)
    if not outcome.standings and search is None:
        return find_absences(outcome).get("best") or (
            "No configuration was trained again with fresh seeds, and no losses of validation "
            f"rows are recorded. {GO_ON}"
        )
    by_rank = optimisms(outcome)
    ranks = rank_stability(outcome)
    needed = search.needed if search else None
    return {
        "said": {
            "optimism": list(say_optimism(outcome, by_rank)),
            "choice": say_choice(search),
            "seeds": say_seeds(ranks, outcome.data.validation_rows),
            "rows": say_rows(outcome.task, needed, outcome.data) if needed else None,
        },
        "configurations": _configurations(outcome, by_rank, ranks),
        "choice": _choice(outcome, search) if search else None,
        "rows": {**asdict(needed), "enough": needed.enough} if needed else None,
        "resolution": outcome.task.resolution,
    }


def _configurations(
    outcome: Outcome, by_rank: Sequence[Optimism], ranks: Sequence[RankStability]
) -> list[dict[str, Any]]:
    constants = outcome.spec.space.constants
    return [
        {
            **asdict(optimism),
            "deviation": _deviation(standing),
            "seeds": [run.value for run in standing.runs],
            "first_by_seed": rank.by_seed,
            "first_by_rows": rank.by_rows,
            "params": {
                name: value for name, value in standing.params.items() if name not in constants
            },
        }
        for standing, optimism, rank in zip(outcome.standings, by_rank, ranks, strict=True)
    ]


def _deviation(standing: Standing) -> float | None:
    """None where it means nothing: of a single seed, or where a seed diverged."""
    several = len(standing.runs) > 1 and math.isfinite(standing.mean)
    return standing.deviation if several else None


def _choice(outcome: Outcome, search: SearchStability) -> dict[str, Any]:
    resampled = search.resampled
    ranks = {standing.trial: standing.rank for standing in outcome.standings}
    by_number = {trial.number: trial.value for trial in outcome.trials}
    shares = zip(search.numbers, resampled.shares.tolist(), strict=True)
    ranked = sorted(shares, key=lambda entry: (-entry[1], entry[0]))[:LISTED]
    return {
        "trials": len(search.numbers),
        "rows": search.rows,
        "draws": DRAWS,
        "best": search.numbers[resampled.best],
        "value": resampled.value,
        "corrected": asdict(resampled.corrected),
        "luck": resampled.luck,
        "contenders": [
            {
                "trial": number,
                "value": by_number[number],
                "share": share,
                "rank": ranks.get(number),
            }
            for number, share in ranked
            if share
        ],
    }
