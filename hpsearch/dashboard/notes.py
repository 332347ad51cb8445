"""The notes that a study and its best trials have in the Optuna dashboard, in Markdown."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from hpsearch.analysis.absences import explain_no_winner
from hpsearch.analysis.luck import Optimism, optimisms
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.markdown import escape
from hpsearch.report.values import SIMULATED
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.metric import Metric
from hpsearch.wording import (
    first_upper,
    metric_digits,
    say_count,
    say_interval,
    say_kept_epoch,
    say_number,
    say_openings,
    say_params,
    say_signed,
    say_spread,
)


def study_note(outcome: Outcome, report: str | None) -> str:
    """What a study is, what came out, and how its numbers are to be read.

    Args:
        outcome: The study's folder, read.
        report: Address of the report in the dashboard, if it is there.
    """
    return "\n\n".join(_study_note(outcome, report))


def trial_note(outcome: Outcome, standing: Standing, curves: str | None) -> str:
    """What became of a trial that was trained again.

    Args:
        outcome: The study's folder, read.
        standing: The trial's place.
        curves: Address of the figure of its learning curves, if it is there.
    """
    (optimism,) = (optimism for optimism in optimisms(outcome) if optimism.trial == standing.trial)
    return "\n\n".join(_trial_note(outcome, standing, optimism, curves))


def _study_note(outcome: Outcome, report: str | None) -> Iterator[str]:
    spec, data = outcome.spec, outcome.data
    if data.simulated:
        yield f"> **These are {SIMULATED}.** What is found says nothing about other rows."
    if spec.study.description:
        yield f"**{escape(spec.study.description)}**"
    yield _say_search(outcome)
    yield f"**Rows.** {escape(data.description)}: {outcome.data.parts}."
    if _ended(outcome) or outcome.test:
        yield "### What came out"
        yield from _say_found(outcome)
    if report:
        yield (
            "The whole story with its figures is in report.html, in the study's folder and among "
            f"the artifacts of its first page here: [open it]({report})."
        )
    if spec.search.trials:
        yield "### How to read it"
        yield "\n".join(f"- {line}" for line in _how_to_read(outcome))
    yield (
        "*hpsearch writes this note anew whenever it writes the report. Edited notes are kept; "
        "empty one to regenerate it.*"
    )


def _say_search(outcome: Outcome) -> str:
    search, training = outcome.spec.search, outcome.spec.training
    if not search.trials:
        return (
            "This study of hpsearch searches nothing: it trains and tests the baselines of its "
            "report, so it has no trials here."
        )
    names = dict.fromkeys(
        parameter.name.removesuffix(".on") for parameter in outcome.spec.space.parameters
    )
    folds = outcome.spec.folds
    epochs = f"{say_count(training.epochs)} epochs{f' on each of {folds} folds' * (folds > 1)}"
    return (
        f"hpsearch searches {outcome.task.description}: "
        f"{', '.join(map(escape, names))}. It runs {say_count(search.trials)} trials of up to "
        f"{epochs}, proposed by `{search.sampler.name}`, pruned by `{search.pruner.name}`."
    )


def _how_to_read(outcome: Outcome) -> Iterator[str]:
    """How the words of the dashboard are meant here."""
    evaluate, task = outcome.spec.evaluate, outcome.task
    chance = outcome.data.chance.get(task.metric.name)
    nothing = (
        "" if chance is None else f": a network that has learned nothing has {say_number(chance)}"
    )
    yield (
        f"A trial's **value** is its best `{task.objective}` over the epochs"
        f"{f', in {task.metric.unit} and' if task.metric.unit else ','} without penalties. "
        f"{first_upper(task.metric.better)} is better{nothing}."
    )
    yield (
        "**Intermediate values** are the best so far. A **pruned** trial stopped early because it "
        "lagged behind, or because it diverged: *how it ended* says which."
    )
    yield (
        "**Virtual seconds** count the operations of training, the same on every machine. The "
        "durations that the dashboard shows are wall-clock times with all waiting in them."
    )
    yield (
        "**The best trial is not the winner.** The best of many values on the same "
        f"{say_count(outcome.data.validation_rows)} rows is partly luck. So the best "
        f"{say_count(evaluate.top)} are trained again with {say_count(evaluate.seeds)} fresh seeds "
        "each, and the best mean wins. Trials that were trained again have a note."
    )


def _say_found(outcome: Outcome) -> Iterator[str]:
    """The winner, the leaderboard, the winner's luck, and the test."""
    winner, compared = outcome.leaderboard.confirmed, optimisms(outcome)
    if _ended(outcome):
        yield (
            escape(explain_no_winner(outcome.task, outcome.leaderboard, outcome.trials))
            if winner is None
            else f"**The winner is trial {winner.trial.number}.**"
        )
    if compared:
        heads = ("trial", "in the search", "fresh seeds, mean ± s.d.", "test, the same networks")
        rows = [
            (
                f"{optimism.trial}",
                say_number(optimism.search),
                say_seeds(standing),
                say_number(optimism.test),
            )
            for standing, optimism in zip(outcome.standings, compared, strict=True)
        ]
        yield _table(heads, rows)
        for optimism in compared:
            if winner and optimism.trial == winner.trial.number:
                yield f"**How much of it was luck.** {' '.join(_say_luck(optimism))}"
    if outcome.test:
        yield f"**Test.** {_say_test(outcome, outcome.test)}"


def _ended(outcome: Outcome) -> bool:
    return any(trial.state != "running" for trial in outcome.trials)


def _say_luck(optimism: Optimism) -> Iterator[str]:
    yield f"Trial {optimism.trial} was chosen for {say_number(optimism.search)}."
    if optimism.selection:
        yield (
            f"With fresh seeds it has {say_number(optimism.fresh)} on the same rows: selection, "
            f"the luck of its seed, is {_difference(optimism.selection)}."
        )
    if optimism.split:
        yield (
            f"On the test rows the same networks have {say_number(optimism.test)}: split, the luck "
            f"of its rows, is {_difference(optimism.split)}."
        )


def _say_test(outcome: Outcome, test: TestResult) -> str:
    metrics = [
        f"{metric.label} {say_measured(test, metric, outcome.data.target.deviation)}"
        for metric in outcome.task.test_metrics
        if metric.name in test.metrics
    ]
    times = say_openings(len(test.openings), test.openings_known)
    return (
        f"On {say_count(test.rows)} test rows that took no part in training or choosing, "
        f"{escape(test.reference)} has {', '.join(metrics)}, with 95 % intervals. They were opened "
        f"{times}."
    )


def _trial_note(
    outcome: Outcome, standing: Standing, optimism: Optimism, curves: str | None
) -> Iterator[str]:
    place = f"Rank {standing.rank} of the {len(outcome.standings)} that were trained again"
    winner = outcome.leaderboard.confirmed
    won = winner is not None and winner.standing == standing
    yield f"**{place}{', the winner' if won else ''}.**"
    task, seeds = outcome.task, len(standing.runs)
    rows = [
        ("in the search", say_number(standing.search_value)),
        (f"again, with {seeds} fresh seed{'s' if seeds > 1 else ''}", say_seeds(standing)),
    ]
    if optimism.test is not None:
        rows.append(("the same networks on the test rows, mean", say_number(optimism.test)))
    yield _table((task.metric.label, task.metric.unit), rows)
    test = outcome.test
    if test and test.trial == standing.trial:
        yield f"**Test.** {_say_test(outcome, test)}"
    epochs = ", ".join("diverged" if run.diverged else f"{run.best_epoch}" for run in standing.runs)
    kept = say_kept_epoch({run.run.recipe.keep for run in standing.runs})
    yield f"**{first_upper(kept)}** of each seed: {epochs}."
    yield f"**Configuration.** {escape(say_params(standing.params))}."
    if curves:
        yield f"![Learning curves: train and validation by epoch]({curves})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Numbers on the right, and room before them, as the dashboard puts none between columns."""
    spaced = [heads[0], *(f"&emsp;{head}" for head in heads[1:])]
    ruler = ["---", *["--:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (spaced, ruler, *rows))


def say_seeds(standing: Standing) -> str:
    """Mean and standard deviation over the seeds."""
    if standing.diverged:
        return "diverged"
    return say_spread(standing.mean, standing.deviation if len(standing.runs) > 1 else None)


def say_measured(test: TestResult, metric: Metric, deviation: float) -> str:
    """A metric on the test rows with its interval.

    Args:
        deviation: Of the target.
    """
    measured, digits = test.metrics[metric.name], metric_digits(metric, deviation)
    interval = say_interval({"low": measured.low, "high": measured.high}, digits)
    return f"{say_number(measured.value, digits)} {interval}"


def _difference(estimate: Estimate) -> str:
    interval = f" {say_interval(asdict(estimate))}" if math.isfinite(estimate.high) else ""
    return f"{say_signed(estimate.value)}{interval}"
