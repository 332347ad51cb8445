"""What one would check of regularized networks, answered from what is recorded."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from hpsearch.analysis.enforcement import Shrinkage, prediction_without_dropout, shrinkages
from hpsearch.evaluation.ablation import regularizers_on
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Bullets, Strong
from hpsearch.space.hyperparameter import REGULARIZERS
from hpsearch.wording import listed, say_number

#: Two measurements of a loss in float32 differ by less, in parts of it or of 1.
ROUNDING = 1e-4


def read_checks(outcome: Outcome) -> list[Mapping[str, str]]:
    """Questions and answers; none of what the re-trained trials do not have."""
    return [{"question": question, "answer": answer} for question, answer in _checks(outcome)]


def make_checks(checks: Sequence[Mapping[str, Any]]) -> Bullets:
    """The questions with their answers as a list."""
    return Bullets([(Strong(check["question"]), f" {check['answer']}") for check in checks])


def _checks(outcome: Outcome) -> Iterator[tuple[str, str]]:
    if penalties := [_say_shrinkage(each) for each in shrinkages(outcome)]:
        yield "Is the penalty applied?", " ".join(penalties)
    if dropout := list(_say_predictions(outcome)):
        yield "Is dropout off at prediction?", " ".join(dropout)
    if ranked := _say_best(outcome):
        yield "Which generalizes best?", ranked


def _say_shrinkage(each: Shrinkage) -> str:
    label = REGULARIZERS[each.name]
    applied = each.norm < each.norm_without
    begin = f"{label} is applied in" if applied else f"There is no sign of {label} in"
    begin = begin[:1].upper() + begin[1:]
    other = "with the same seeds" if each.other is None else f"trial {each.other}"
    return (
        f"{begin} trial {each.trial}: the Euclidean norm of the kernels that it acts on is "
        f"{say_number(each.norm, 2)} after the last epoch, and {say_number(each.norm_without, 2)} "
        f"in the same network without it, {other}."
    )


def _say_predictions(outcome: Outcome) -> Iterator[str]:
    for standing in outcome.standings:
        if "dropout" not in _regularizers(outcome, standing):
            continue
        found = (prediction_without_dropout(outcome, trained) for trained in standing.runs)
        pairs = [pair for pair in found if pair is not None]
        if not pairs:
            continue
        trained, predicted = fmean(p.trained for p in pairs), fmean(p.predicted for p in pairs)
        limit = ROUNDING * max(abs(trained), 1.0)
        off = all(abs(pair.trained - pair.predicted) <= limit for pair in pairs)
        begin = "It is off in" if off else "It is not known to be off in"
        yield (
            f"{begin} trial {standing.trial}: the kept weights, in a network that has no dropout, "
            f"give the validation rows a loss of {say_number(predicted)}; measured while "
            f"training, it was {say_number(trained)}."
        )


def _say_best(outcome: Outcome) -> str | None:
    """The configurations with the best means, on validation rows and on test rows."""
    standings = {standing.trial: standing for standing in outcome.standings}
    if len(standings) < 2 or any(standing.diverged for standing in standings.values()):
        return None
    metric = outcome.task.metric
    first = outcome.standings[0]
    validation = (
        f"On the validation rows {_say(outcome, first)} has the best mean over seeds, "
        f"{say_number(first.mean)}"
    )
    test = outcome.test
    tested = {each.trial: each.seeds for each in test.configurations} if test else {}
    if tested.keys() != standings.keys():
        return f"{validation}."
    best, second, *_ = sorted(tested, key=lambda trial: metric.sign * fmean(tested[trial]))
    worst_of_best = max(metric.sign * value for value in tested[best])
    apart = worst_of_best < min(metric.sign * value for value in tested[second])
    seeds = (
        "All its seeds are better than all of the next one's."
        if apart
        else f"Its seeds are not all better than those of the next, trial {second}, "
        f"{say_number(fmean(tested[second]))}."
    )
    also = "it also has" if best == first.trial else f"{_say(outcome, standings[best])} has"
    return (
        f"{validation}; on the test rows {also} the best, {say_number(fmean(tested[best]))}. "
        f"{seeds}"
    )


def _say(outcome: Outcome, standing: Standing) -> str:
    """``trial 2 (L2 and dropout)``."""
    names = [REGULARIZERS[name] for name in _regularizers(outcome, standing)]
    return f"trial {standing.trial} ({listed(names) if names else 'no regularizer'})"


def _regularizers(outcome: Outcome, standing: Standing) -> tuple[str, ...]:
    return regularizers_on(outcome.spec.space.complete(standing.params))
