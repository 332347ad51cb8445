"""What commands print of study files."""

from hpsearch.listing.outcome import say_outcome
from hpsearch.listing.studies import say_study
from hpsearch.tasks.regression import REGRESSION
from tests import outcomes
from tests.doubles import small_study
from tests.outcomes import MakeOutcome

make_outcome = outcomes.make_outcome


def test_a_study_is_told_in_words_and_without_values_of_python() -> None:
    spec = small_study(search__pruner="none", network__activation="relu")
    assert say_study(spec).splitlines() == [
        "small",
        "  rows    higgs: 1,000 validate, 10,000 train, 100,000 test",
        "  search  12 trials, 4 in flight, tpe (startup_trials 3), none, up to 20 epochs; "
        "the best 3 again with 3 seeds each",
        "  compare logistic_regression, gradient_boosting, the winner without its regularizers",
        "  space",
        "    layers         1 to 4",
        "    units          4 to 64, logarithmic",
        "    l2.on          no, yes",
        "    l2             1e-05 to 0.01, logarithmic, where l2.on is yes",
        "    optimizer      sgd, adam",
        "    learning_rate  0.0001 to 0.1, logarithmic",
        "    momentum       0 to 0.9, where optimizer is sgd",
        "    activation     = relu",
    ]


def test_values_of_test_metrics_stand_below_each_other(make_outcome: MakeOutcome) -> None:
    lines = say_outcome(make_outcome(task=REGRESSION)).splitlines()
    labels = [metric.label for metric in REGRESSION.test_metrics]
    measured = [line for line in lines if line.strip().startswith(tuple(labels)) and "[" in line]
    assert len(measured) == len(labels)
    width = max(map(len, labels))
    assert all(line[2 + width] == " " != line[3 + width] for line in measured)
