"""Whether the winner is better than what one would use anyway, on the same test rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from hpsearch.analysis.absences import GO_ON, find_absences
from hpsearch.evaluation.baselines import is_network, label_of
from hpsearch.evaluation.outcome import Outcome, TestedBaseline, TestResult
from hpsearch.models import tutorial
from hpsearch.report.figures.baselines import differences
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.binary import OBJECTIVE
from hpsearch.wording import first_upper, say_count, say_interval, say_number, say_signed

TITLE = "Does it beat the obvious baselines?"

LOSS = "binary_crossentropy"

TIE = "not distinguishable"


def values(outcome: Outcome) -> Mapping[str, Any] | str:
    """The reference, the baselines from the best on the test rows to the worst, and sentences."""
    test = outcome.test
    if not outcome.spec.evaluate.baselines:
        return (
            "The study names no baseline. Name some in evaluate.baselines, "
            "then run the study under a new name."
        )
    if test is None:
        return unmeasured(outcome)
    if not (beside := _beside(test)):
        return (
            f"No baseline was measured that could stand beside {test.reference}. Name more in "
            "evaluate.baselines, then run the study under a new name."
        )
    return {
        "said": {
            "verdict": list(_say_verdict(test, beside)),
            "training": list(_say_training(outcome, test, len(beside))),
        },
        "reference": {
            "label": test.reference,
            "validation": test.metrics[LOSS].validation[test.index or 0],
            "metrics": {
                name: {"value": one.value, "low": one.low, "high": one.high}
                for name, one in test.metrics.items()
            },
        },
        "baselines": [_row(baseline) for baseline in beside],
    }


def figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Callable[[], str]]:
    """``differences``, a line for each baseline."""
    del outcome
    shown = values["reference"]["label"], values["baselines"]
    return {"differences": partial(differences, *shown)}


def unmeasured(outcome: Outcome) -> str:
    """Why nothing was measured on the test rows, and how to get it."""
    if outcome.spec.search.trials and (why := find_absences(outcome).get("best")):
        return why
    return f"Nothing was measured on the test rows yet. {GO_ON}"


def judge_difference(difference: Estimate) -> str:
    """A baseline's cross-entropy less the reference's, in words; by whether 0 is inside."""
    if not difference.excludes_zero:
        return TIE
    return "worse" if difference.value > 0 else "better"


def _beside(test: TestResult) -> list[TestedBaseline]:
    """All but the one that is the reference itself, the best on the test rows first."""
    own = test.reference if test.trial is None else None
    others = (baseline for baseline in test.baselines if baseline.label != own)
    return sorted(others, key=lambda baseline: baseline.metrics[LOSS].value)


def _row(baseline: TestedBaseline) -> dict[str, Any]:
    return {**asdict(baseline), "verdict": judge_difference(baseline.differences[LOSS])}


def _say_verdict(test: TestResult, beside: Sequence[TestedBaseline]) -> Iterator[str]:
    verdicts = [judge_difference(baseline.differences[LOSS]) for baseline in beside]
    equal, better = verdicts.count(TIE), verdicts.count("better")
    other = "other " if test.trial is None else ""
    many = "s" if len(beside) > 1 else ""
    yield (
        f"{first_upper(test.reference)} is better than {verdicts.count('worse') or 'none'} of "
        f"{len(beside)} {other}baseline{many}"
        f"{f', {TIE} from {equal}' if equal else ''}{f', worse than {better}' if better else ''}."
    )
    best = beside[0]
    reached, apart = best.metrics[LOSS], best.differences[LOSS]
    yield (
        f"The best {other}baseline on the test rows is {best.label}, with a cross-entropy of "
        f"{say_number(reached.value)} {say_interval(asdict(reached))} and a difference of "
        f"{say_signed(apart.value)} {say_interval(asdict(apart))} to {test.reference}: "
        f"{verdicts[0]}."
    )
    for verdict, told in (("better", "Better than"), (TIE, "Not distinguishable from")):
        labels = [
            one.label for one, judged in zip(beside, verdicts, strict=True) if judged == verdict
        ]
        if labels and labels != [best.label]:
            yield f"{told} {test.reference}: {'; '.join(labels)}."
    if "better" in verdicts:
        first = beside[verdicts.index("better")]
        yield f"By these rows one would use {first.label}, not {test.reference}."
    elif TIE in verdicts:
        yield "Among those that are not distinguishable, what is cheapest to train and run will do."


def _say_training(outcome: Outcome, test: TestResult, comparisons: int) -> Iterator[str]:
    data = outcome.data
    names = {baseline.name for baseline in test.baselines}
    yield (
        f"All were trained on the same {say_count(data.train_rows)} rows, with the same "
        f"{say_count(data.validation_rows)} validation rows, and measured on the same "
        f"{say_count(test.rows)} test rows in the same opening."
    )
    if any(map(is_network, names)):
        yield (
            "The networks have the tutorial's training: Adam with inverse time decay, which halves "
            f"the learning rate after {say_count(tutorial.DECAY_EPOCHS)} epochs, batches of "
            f"{say_count(tutorial.BATCH_SIZE)}, at most "
            f"{say_count(outcome.spec.evaluate.baseline_epochs)} epochs, early stopping with "
            f"patience {say_count(tutorial.PATIENCE)} on {OBJECTIVE}, one seed. "
            "Unlike the tutorial's, they see standardised features."
        )
    if "logistic_regression" in names:
        yield (
            "Logistic regression is scikit-learn's, by its defaults, on the same standardised rows."
        )
    if "gradient_boosting" in names:
        yield (
            "Histogram gradient boosting is scikit-learn's, on the same standardised rows, with as "
            f"many of its {_trees(outcome)} trees as are best on the validation rows."
        )
    if test.trial is not None:
        yield (
            f"{first_upper(test.reference)} was chosen among {say_count(len(outcome.trials))} "
            "trials on the validation rows; a baseline had one try."
        )
    else:
        yield f"{test.reference} is what all are compared with, as it is best on validation rows."
    yield (
        "A difference is paired: over the same resamples of the test rows for both. It is told "
        "apart from 0 where its 95 % interval does not hold 0. Each interval is for one comparison "
        f"and is not corrected for there being {comparisons}; it is over test rows, not seeds."
    )
    missing = [name for name in outcome.spec.evaluate.baselines if name not in names]
    if missing:
        labels = "; ".join(label_of(outcome.task, name) for name in missing)
        yield f"Not measured, as training diverged: {labels}."


def _trees(outcome: Outcome) -> int:
    estimators = {estimator.name: estimator for estimator in outcome.task.estimators}
    return int(estimators["gradient_boosting"].arguments["max_iter"])
