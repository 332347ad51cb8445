"""What the comparison with the baselines means, and how the baselines were trained."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from hpsearch.evaluation.baselines import is_network, label_of
from hpsearch.evaluation.outcome import Outcome, TestedBaseline, TestResult
from hpsearch.models import tutorial
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.estimators import EstimatorBaseline
from hpsearch.tasks.metric import Metric
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    an,
    first_upper,
    listed,
    metric_digits,
    say_count,
    say_folds,
    say_interval,
    say_number,
    say_signed,
)

TIE = "not distinguishable"


def judge_difference(metric: Metric, difference: Estimate) -> str:
    """A baseline's objective less the reference's, in words; by whether 0 is inside."""
    if not difference.excludes_zero:
        return TIE
    return "worse" if metric.sign * difference.value > 0 else "better"


def say_verdict(
    task: Task, scale: float, test: TestResult, baselines: Sequence[TestedBaseline]
) -> Iterator[str]:
    """How many baselines the reference beats, the best of them, and which one to use.

    Args:
        scale: Standard deviation of the target.
        baselines: The best on the test rows first.
    """
    metric = task.tested_metric
    verdicts = [
        judge_difference(metric, baseline.differences[metric.name]) for baseline in baselines
    ]
    equal, better = verdicts.count(TIE), verdicts.count("better")
    other = "other " if test.trial is None else ""
    plural = "s" if len(baselines) > 1 else ""
    yield (
        f"{first_upper(test.reference)} is better than {verdicts.count('worse') or 'none'} of "
        f"{len(baselines)} {other}baseline{plural}"
        f"{f', {TIE} from {equal}' if equal else ''}{f', worse than {better}' if better else ''}."
    )
    best, digits = baselines[0], metric_digits(metric, scale)
    loss, difference = best.metrics[metric.name], best.differences[metric.name]
    yield (
        f"The best {other}baseline on the test rows is {best.label}, with {an(metric.label)} of "
        f"{say_number(loss.value, digits)} {say_interval(asdict(loss), digits)} and a difference "
        f"of {say_signed(difference.value, digits)} {say_interval(asdict(difference), digits)} to "
        f"{test.reference}: "
        f"{verdicts[0]}."
    )
    for verdict, words in (("better", "Better than"), (TIE, "Not distinguishable from")):
        labels = [
            baseline.label
            for baseline, judged in zip(baselines, verdicts, strict=True)
            if judged == verdict
        ]
        if labels and labels != [best.label]:
            yield f"{words} {test.reference}: {'; '.join(labels)}."
    if "better" in verdicts:
        first = baselines[verdicts.index("better")]
        yield f"On these rows {first.label} is the one to use, not {test.reference}."
    elif TIE in verdicts:
        yield "Among those that are not distinguishable, use what is cheapest to train and run."


def say_training(outcome: Outcome, test: TestResult, comparisons: int) -> Iterator[str]:
    """How the baselines were trained and compared.

    Args:
        comparisons: Baselines that are compared with the reference.
    """
    data = outcome.data
    names = {baseline.name for baseline in test.baselines}
    trained = (
        f"{say_count(data.train_rows)} rows, with the same {say_count(data.validation_rows)} "
        "validation rows"
    )
    if data.folds:
        folds = say_folds(len(data.folds), data.repeats)
        trained = f"{folds} of {say_count(data.train_rows)} rows, each of them the mean over these"
    yield (
        f"All were trained on the same {trained}, and measured on the same {say_count(test.rows)} "
        "test rows in the same opening."
    )
    if any(map(is_network, names)):
        yield (
            "The networks are trained as in the tutorial: Adam with inverse time decay, which "
            f"halves the learning rate after {say_count(tutorial.DECAY_EPOCHS)} epochs, batches of "
            f"{say_count(tutorial.BATCH_SIZE)}, at most "
            f"{say_count(outcome.spec.evaluate.baseline_epochs)} epochs, early stopping with "
            f"patience {say_count(tutorial.PATIENCE)} on {outcome.task.objective}, one seed. "
            "Unlike the tutorial's, they see standardized features."
        )
    models = [estimator for estimator in outcome.task.estimators if estimator.name in names]
    for estimator in models:
        yield _say_estimator(estimator)
    if test.trial is not None:
        yield (
            f"Trial {test.trial} was chosen among {say_count(len(outcome.trials))} "
            f"trials on the validation rows; {_tries(models)}."
        )
    else:
        yield (f"All are compared with {test.reference}, the best baseline on the validation rows.")
    yield (
        "Differences are paired: both models are measured on the same resamples of the test rows. "
        "A difference is distinguishable from 0 where its 95 % interval excludes 0. Each interval "
        f"is for one comparison, is not corrected for there being {comparisons}, and covers test "
        "rows, not seeds."
    )
    missing = [name for name in outcome.spec.evaluate.baselines if name not in names]
    if missing:
        labels = "; ".join(label_of(outcome.task, name) for name in missing)
        yield f"Not measured, as training diverged: {labels}."


def _say_estimator(estimator: EstimatorBaseline) -> str:
    """How a model of scikit-learn was made."""
    if estimator.settings == 1 and not estimator.staged:
        return (
            f"{estimator.label} is scikit-learn's with its defaults, on the same standardized rows."
        )
    tuned = ""
    if estimator.settings > 1:
        names = listed([name.replace("_", " ") for name in estimator.ranges])
        tuned = (
            f". It was tuned: of {estimator.settings} settings of {names}, all but the first drawn "
            "at random, the best on the validation rows is taken"
        )
    trees = (
        f", with as many of its {estimator.arguments['max_iter']} trees as are best on the "
        "validation rows"
    )
    return f"{estimator.label} is scikit-learn's, on the same standardized rows{trees}{tuned}."


def _tries(models: Sequence[EstimatorBaseline]) -> str:
    """How many configurations of a baseline were tried."""
    tuned = [estimator for estimator in models if estimator.settings > 1]
    if not tuned:
        return "a baseline had one try"
    tries = "; ".join(f"{estimator.label} among {estimator.settings}" for estimator in tuned)
    return f"{tries} settings, and any other baseline had one try"
