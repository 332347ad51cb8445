"""How much of the validation score was luck, by rank, by rows and by seeds."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.analysis.luck import (
    Optimism,
    RankStability,
    SearchStability,
    average_selection,
    optimisms,
    rank_stability,
    search_stability,
)
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.figures.luck import promises, winners
from hpsearch.statistics.estimate import Estimate
from hpsearch.statistics.stability import DRAWS, RowsNeeded
from hpsearch.tasks.task import Task
from hpsearch.wording import say_count, say_interval, say_number, say_share, say_signed

TITLE = "How much of the validation score was luck?"

#: Trials that are listed by their share of wins.
LISTED = 10


def values(outcome: Outcome) -> Mapping[str, Any] | str:
    """Optimism by rank, stability of the choice, rows needed; each with a sentence."""
    search = search_stability(outcome)
    if not outcome.standings and search is None:
        return find_absences(outcome).get("best") or (
            "No configuration was trained again with fresh seeds, and no losses of validation "
            f"rows are recorded. {GO_ON}"
        )
    found = optimisms(outcome)
    ranks = rank_stability(outcome)
    needed = search.needed if search else None
    return {
        "said": {
            "optimism": list(_say_optimism(outcome, found)),
            "choice": _say_choice(search),
            "seeds": _say_seeds(ranks, outcome.data.validation_rows),
            "rows": _say_rows(outcome.task, needed) if needed else None,
        },
        "configurations": _configurations(outcome, found, ranks),
        "choice": _choice(outcome, search) if search else None,
        "rows": {**asdict(needed), "enough": needed.enough} if needed else None,
        "resolution": outcome.task.resolution,
    }


def figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Callable[[], str]]:
    """``promises`` where something was trained again, ``winners`` where there was a choice."""
    del outcome
    drawn: dict[str, Callable[[], str]] = {}
    if values["configurations"]:
        drawn["promises"] = partial(promises, values["configurations"])
    if values["choice"] and values["choice"]["trials"] > 1:
        drawn["winners"] = partial(winners, values["choice"]["contenders"])
    return drawn


def _configurations(
    outcome: Outcome, found: tuple[Optimism, ...], ranks: tuple[RankStability, ...]
) -> list[Mapping[str, Any]]:
    constants = outcome.spec.space.constants
    return [
        {
            **asdict(optimism),
            "deviation": _deviation(standing),
            "seeds": [run.value for run in standing.runs],
            "first_by_seed": rank.by_seed,
            "first_by_rows": rank.by_rows,
            "params": {n: value for n, value in standing.params.items() if n not in constants},
        }
        for standing, optimism, rank in zip(outcome.standings, found, ranks, strict=True)
    ]


def _deviation(standing: Standing) -> float | None:
    """None where it means nothing: of a single seed, or where a seed diverged."""
    several = len(standing.runs) > 1 and math.isfinite(standing.mean)
    return standing.deviation if several else None


def _choice(outcome: Outcome, search: SearchStability) -> Mapping[str, Any]:
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


def _say_optimism(outcome: Outcome, found: tuple[Optimism, ...]) -> Iterator[str]:
    winner = outcome.winner
    by_trial = {one.trial: one for one in found}
    by_standing = {standing.trial: standing for standing in outcome.standings}
    if winner is None or (one := by_trial.get(winner.trial.number)) is None:
        yield (
            "No configuration was trained again with fresh seeds yet, so what its seed did for the "
            f"best trial is not known. {GO_ON}"
        )
        return
    promise = f"The search promised {say_number(one.search)} nats for trial {one.trial}"
    if one.selection is None:
        yield f"{promise}, but with a fresh seed it diverged: do not rely on that value."
        return
    if one.test is not None and one.total is not None:
        yield (
            f"{promise}; on the test rows its configuration has {say_number(one.test)}: "
            f"{_say_total(one.total)}."
        )
    else:
        yield f"{promise}, on the validation rows that chose it."
    seeds = len(by_standing[one.trial].runs)
    yield (
        f"Selection, the luck of its seed: {_difference(one.selection)}. With "
        f"{f'{seeds} fresh seeds' if seeds > 1 else 'a fresh seed'} the same configuration has "
        f"{say_number(one.fresh)} on the same rows."
    )
    if one.split is None:
        yield f"Split, the luck of its rows, needs the test rows. {GO_ON}"
    else:
        yield (
            f"Split, the luck of its rows: {_difference(one.split)}. The validation rows chose the "
            "configuration and stopped its training, and may be easier than the test rows."
        )
    if seeds == 1:
        yield "A single seed gives no interval: set evaluate.seeds to 3 or more in a new study."
    average = average_selection(outcome.standings)
    several = sum(other.selection is not None for other in found)
    if average and several > 1:
        yield (
            f"On average over {several} configurations selection is {_difference(average)}; that "
            "of rank 1 tends to be too small, as it leads by the mean of its fresh seeds."
        )


def _say_total(total: Estimate) -> str:
    if total.value < 0:
        less = Estimate(-total.value, -total.high, -total.low)
        told = f"the test is {say_number(less.value)}{_interval(less)} better"
    else:
        told = f"the promise was {say_number(total.value)}{_interval(total)} too good"
    return f"{told}{_chance(total)}"


def _say_choice(search: SearchStability | None) -> str | None:
    if search is None:
        return None
    if len(search.numbers) == 1:
        return "There is one complete trial, so no other could have won."
    resampled = search.resampled
    share = float(resampled.shares[resampled.best])
    best = f"trial {search.numbers[resampled.best]}"
    corrected = resampled.corrected
    told = (
        f"On {say_count(DRAWS)} resamples of the {say_count(search.rows)} validation rows {best}, "
        f"the search's best, would have won {say_share(share)} of the time, and another of the "
        f"{say_count(len(search.numbers))} complete trials {say_share(1 - share)}. Chosen on the "
        f"drawn rows and measured on the others, the best has {say_number(corrected.value)} "
        f"{say_interval(asdict(corrected))}"
    )
    if resampled.luck <= 0:
        return f"{told}, no more than {best}'s {say_number(resampled.value)}: rows explain no luck."
    return (
        f"{told}, against {best}'s {say_number(resampled.value)} on the rows that chose it: "
        f"choosing among so many on so few rows flatters by about {say_number(resampled.luck)}, "
        "an estimate that is rather too large than too small."
    )


def _say_seeds(ranks: tuple[RankStability, ...], rows: int) -> str | None:
    if len(ranks) < 2:
        return None
    first = ranks[0]
    told = (
        f"Of the {len(ranks)} configurations that were trained again, trial {first.trial} would "
        f"lead in {say_share(first.by_seed)} of cases if each had been judged by one of its seeds"
    )
    if first.by_rows is None:
        return f"{told}."
    return (
        f"{told}, and in {say_share(first.by_rows)} of resamples of the {say_count(rows)} "
        "validation rows by the mean of its seeds."
    )


def _say_rows(task: Task, needed: RowsNeeded) -> str:
    rule = (
        f"The best trial's loss differs from the next ones' by {say_number(needed.deviation, 3)} "
        f"{task.metric.unit} from row to row (standard deviation, median), so a 95 % interval of "
        f"±{task.resolution:g} {task.metric.unit} for such a difference takes "
        f"{say_count(needed.needed)} rows"
    )
    if needed.enough:
        return f"The {say_count(needed.rows)} validation rows are enough. {rule}."
    return (
        f"More validation rows are needed. {rule}; the {say_count(needed.rows)} there are leave "
        f"±{say_number(needed.resolved)}. Set data.validation to {say_count(needed.needed)} or "
        "more in a new study."
    )


def _difference(estimate: Estimate) -> str:
    return f"{say_signed(estimate.value)}{_interval(estimate)}{_chance(estimate)}"


def _chance(estimate: Estimate) -> str:
    """Said of a difference whose interval holds 0."""
    decided = estimate.excludes_zero or not math.isfinite(estimate.high)
    return "" if decided else " (not distinguishable from 0)"


def _interval(estimate: Estimate) -> str:
    """The interval after a value; nothing where a single seed gave none."""
    return f" {say_interval(asdict(estimate))}" if math.isfinite(estimate.high) else ""
