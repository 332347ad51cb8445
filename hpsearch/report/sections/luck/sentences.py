"""What the numbers of luck mean, in sentences that a reader can act on."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from hpsearch.analysis.absences import GO_ON
from hpsearch.analysis.luck import Optimism, RankStability, SearchStability, average_selection
from hpsearch.data.facts import DataFacts
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.statistics.estimate import Estimate
from hpsearch.statistics.stability import DRAWS, RowsNeeded
from hpsearch.study.cutting import FEW_ROWS, USUAL_FOLDS
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    an,
    metric_digits,
    say_count,
    say_interval,
    say_number,
    say_share,
    say_signed,
)


def say_optimism(outcome: Outcome, by_rank: Sequence[Optimism]) -> Iterator[str]:
    """What came of the value that the search promised for the winner, and why."""
    winner = outcome.winner
    optimisms = {optimism.trial: optimism for optimism in by_rank}
    seeds = {standing.trial: len(standing.runs) for standing in outcome.standings}
    if winner is None or winner.trial.number not in optimisms:
        yield (
            "No configuration was trained again with fresh seeds yet, so what its seed did for the "
            f"best trial is not known. {GO_ON}"
        )
        return
    optimism = optimisms[winner.trial.number]
    metric = outcome.task.metric
    promised = (
        f"{say_number(optimism.search)} {metric.unit}"
        if metric.unit
        else (f"{an(metric.label)} of {say_number(optimism.search)}")
    )
    promise = f"The search promised {promised} for trial {optimism.trial}"
    if optimism.selection is None:
        yield f"{promise}, but with a fresh seed it diverged: do not rely on that value."
        return
    if optimism.test is not None and optimism.total is not None:
        yield (
            f"{promise}; on the test rows its configuration has {say_number(optimism.test)}: "
            f"{_say_total(optimism.total)}."
        )
    else:
        yield f"{promise}, on the validation rows that chose it."
    yield from _say_parts(optimism, optimism.selection, seeds[optimism.trial])
    if outcome.test is not None and outcome.test.averaged > 1:
        yield _say_exported(outcome, outcome.test)
    average = average_selection(metric, outcome.standings)
    several = sum(ranked_optimism.selection is not None for ranked_optimism in by_rank)
    if average and several > 1:
        yield (
            f"On average over {several} configurations selection is {_difference(average)}; that "
            "of rank 1 tends to be too small, as it leads by the mean of its fresh seeds."
        )


def _say_exported(outcome: Outcome, test: TestResult) -> str:
    """The exported mean beside all these numbers, which are of single networks."""
    metric = outcome.task.tested_metric
    digits = metric_digits(metric, outcome.data.target.deviation)
    validation, on_test = (
        say_number(value, digits)
        for value in (test.validated(metric.name), test.metrics[metric.name].value)
    )
    return (
        f"All this is about single networks, which the search saw and compared. The exported "
        f"model, {test.reference}, has {validation} on the validation rows and {on_test} on the "
        f"test rows ({metric.quantity}); what it gains over one network was promised by no search."
    )


def _say_parts(optimism: Optimism, selection: Estimate, seeds: int) -> Iterator[str]:
    """The luck of the seed and that of the rows."""
    yield (
        f"Selection, the luck of its seed: {_difference(selection)}. With "
        f"{f'{seeds} fresh seeds' if seeds > 1 else 'a fresh seed'} the same configuration has "
        f"{say_number(optimism.fresh)} on the same rows."
    )
    if optimism.split is None:
        yield f"Split, the luck of its rows, needs the test rows. {GO_ON}"
    else:
        yield (
            f"Split, the luck of its rows: {_difference(optimism.split)}. The validation rows "
            "chose the configuration and stopped its training, and may be easier than the test "
            "rows."
        )
    if seeds == 1:
        yield "A single seed gives no interval: set evaluate.seeds to 3 or more in a new study."


def _say_total(total: Estimate) -> str:
    if total.value < 0:
        less = Estimate(-total.value, -total.high, -total.low)
        words = f"the test is {say_number(less.value)}{_interval(less)} better"
    else:
        words = f"the promise was {say_number(total.value)}{_interval(total)} too good"
    return f"{words}{_chance(total)}"


def say_choice(search: SearchStability | None) -> str | None:
    """Whether other validation rows would have chosen another trial; None without their losses."""
    if search is None:
        return None
    if len(search.numbers) == 1:
        return "There is one complete trial, so no other could have won."
    resampled = search.resampled
    share = float(resampled.shares[resampled.best])
    best = f"trial {search.numbers[resampled.best]}"
    corrected = resampled.corrected
    resamples = (
        f"On {say_count(DRAWS)} resamples of the {say_count(search.rows)} validation rows {best}, "
        f"the search's best, would have won {say_share(share)} of the time, and another of the "
        f"{say_count(len(search.numbers))} complete trials {say_share(1 - share)}. Chosen on the "
        f"drawn rows and measured on the others, the best has {say_number(corrected.value)} "
        f"{say_interval(asdict(corrected))}"
    )
    if resampled.luck <= 0:
        return (
            f"{resamples}, no more than {best}'s {say_number(resampled.value)}: the rows explain "
            "no luck."
        )
    return (
        f"{resamples}, against {best}'s {say_number(resampled.value)} on the rows that chose it: "
        f"choosing among so many on so few rows flatters by about {say_number(resampled.luck)}, "
        "an estimate that is rather too large than too small."
    )


def say_seeds(ranks: Sequence[RankStability], rows: int) -> str | None:
    """How sure the first rank is; None where there is only one."""
    if len(ranks) < 2:
        return None
    first = ranks[0]
    by_seed = (
        f"Of the {len(ranks)} configurations that were trained again, trial {first.trial} would "
        f"lead in {say_share(first.by_seed)} of cases if each had been judged by one of its seeds"
    )
    if first.by_rows is None:
        return f"{by_seed}."
    return (
        f"{by_seed}, and in {say_share(first.by_rows)} of resamples of the {say_count(rows)} "
        "validation rows by the mean of its seeds."
    )


def say_rows(task: Task, needed: RowsNeeded, data: DataFacts) -> str:
    """Whether there are enough validation rows, and how many would be."""
    rule = (
        f"The best trial's loss differs from the next ones' by {say_number(needed.deviation, 3)} "
        f"{task.metric.unit} from row to row (standard deviation, median), so a 95 % interval of "
        f"±{task.resolution:g} {task.metric.unit} for such a difference takes "
        f"{say_count(needed.needed)} rows"
    )
    if needed.enough:
        return f"The {say_count(needed.rows)} validation rows are enough. {rule}."
    return (
        f"More validation rows are needed. {rule}; the {say_count(needed.rows)} of this study "
        f"leave ±{say_number(needed.resolved)}. {_more_rows(needed, data)}"
    )


def _more_rows(needed: RowsNeeded, data: DataFacts) -> str:
    """Where more validation rows come from."""
    if data.folds:
        return "All rows that are not sealed validate already: it takes a larger table."
    rows = data.train_rows + data.validation_rows
    if rows < FEW_ROWS:
        return (
            f"In a new study with data.folds = {USUAL_FOLDS} all {say_count(rows)} rows that are "
            "not sealed validate in turn."
        )
    return f"Set data.validation to {say_count(needed.needed)} or more in a new study."


def _difference(estimate: Estimate) -> str:
    return f"{say_signed(estimate.value)}{_interval(estimate)}{_chance(estimate)}"


def _chance(estimate: Estimate) -> str:
    """Said of a difference whose interval holds 0."""
    decided = estimate.excludes_zero or not math.isfinite(estimate.high)
    return "" if decided else " (not distinguishable from 0)"


def _interval(estimate: Estimate) -> str:
    """The interval after a value; nothing where a single seed gave none."""
    return f" {say_interval(asdict(estimate))}" if math.isfinite(estimate.high) else ""
