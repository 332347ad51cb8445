"""Questions on regularized networks are answered from the record, whatever it says."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hpsearch.analysis.enforcement import shrinkages
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.sections.regularizers import REGULARIZERS
from hpsearch.report.sections.regularizers.checks import read_checks
from hpsearch.space.space import Scalar
from hpsearch.training.history import History
from tests.outcomes import MakeOutcome, make_trial

from . import sections

BASE: Mapping[str, Scalar] = {"optimizer": "adam", "learning_rate": 0.01, "layers": 2, "units": 8}
L2 = {"l2.on": True, "l2": 1e-3}
DROPOUT = {"dropout.on": True, "dropout": 0.3}

APPLIED, OFF, BEST = (
    "Is the penalty applied?",
    "Is dropout off at prediction?",
    "Which generalizes best?",
)


def compared(make_outcome: MakeOutcome, *params: Mapping[str, Scalar]) -> Outcome:
    """A study whose trials, in this order of their values, were all trained again."""
    trials = [
        make_trial(number, value=0.5 + 0.01 * number, params={**BASE, **own})
        for number, own in enumerate(params)
    ]
    return replace(make_outcome(trials, standings=len(trials)), ablations=())


def scaled(outcome: Outcome, norms: Mapping[int, float]) -> Outcome:
    """The same with all kernels of a trial's networks having these norms."""

    def history(run: str) -> History:
        found = outcome.history(run)
        norm = norms.get(int(run.partition("-")[0]))
        if norm is None:
            return found
        kernels = {epoch: each.copy() for epoch, each in found.kernels.items()}
        for each in kernels.values():
            each[:, 0] = norm
        return replace(found, kernels=kernels)

    return replace(outcome, history=history)


def answers(outcome: Outcome) -> dict[str, str]:
    return {check["question"]: check["answer"] for check in read_checks(outcome)}


@pytest.mark.parametrize(
    ("norm", "begin"),
    [(1.0, "L2 is applied in trial 0"), (4.0, "There is no sign of L2 in trial 0")],
)
def test_a_penalty_is_seen_by_the_norm_of_the_hidden_kernels_without_it(
    make_outcome: MakeOutcome, norm: float, begin: str
) -> None:
    outcome = scaled(compared(make_outcome, L2, {}), {0: norm, 1: 3.0})
    (found,) = shrinkages(outcome)
    assert (found.norm, found.norm_without) == pytest.approx((norm * 2**0.5, 3.0 * 2**0.5))
    answer = answers(outcome)[APPLIED]
    assert answer.startswith(begin)
    assert "4.24 in the same network without it, trial 1" in answer


def test_the_winners_ablation_stands_before_another_trial(make_outcome: MakeOutcome) -> None:
    outcome = compared(make_outcome, L2, {})
    runs, plain = (standing.runs for standing in outcome.standings)
    ablated = [
        replace(
            again,
            run=replace(again.run, name=f"9-{index}", variant="l2", recipe=plain[0].run.recipe),
        )
        for index, again in enumerate(runs)
    ]
    recorded = outcome.history
    outcome = replace(
        outcome,
        ablations=tuple(ablated),
        history=lambda run: recorded(run.replace("9-", "0001-seed-")),
    )
    outcome = scaled(outcome, {0: 1.0, 1: 3.0, 9: 5.0})
    (found,) = shrinkages(outcome)
    assert found.other is None
    assert found.norm_without == pytest.approx(5.0 * 2**0.5)
    assert "without it, with the same seeds." in answers(outcome)[APPLIED]


def test_networks_that_differ_in_more_say_nothing_of_a_penalty(make_outcome: MakeOutcome) -> None:
    outcome = compared(make_outcome, L2, {"units": 9}, DROPOUT)
    assert list(shrinkages(outcome)) == []
    assert APPLIED not in answers(outcome)


def test_weight_decay_is_seen_by_all_kernels(make_outcome: MakeOutcome) -> None:
    decayed: dict[str, Scalar] = {"optimizer": "adamw", "weight_decay": 0.1}
    outcome = compared(make_outcome, decayed, {**decayed, "weight_decay": 0.0})
    (found,) = shrinkages(scaled(outcome, {0: 1.0, 1: 3.0}))
    assert (found.norm, found.norm_without) == pytest.approx((3**0.5, 3.0 * 3**0.5))


def test_dropout_is_off_where_both_losses_agree(make_outcome: MakeOutcome) -> None:
    outcome = compared(make_outcome, DROPOUT, {})
    assert answers(outcome)[OFF].startswith("It is off in trial 0: the kept weights")

    def noisy(run: str) -> History:
        found = outcome.history(run)
        return replace(found, losses=found.losses + 0.01)

    other = replace(outcome, history=noisy)
    assert answers(other)[OFF].startswith("It is not known to be off in trial 0")
    assert OFF not in answers(compared(make_outcome, L2, {}))


def test_the_best_is_named_on_both_kinds_of_rows(make_outcome: MakeOutcome) -> None:
    outcome = compared(make_outcome, L2, {}, DROPOUT)
    answer = answers(outcome)[BEST]
    assert answer.startswith("On the validation rows trial 0 (L2) has the best mean over seeds, ")
    test = outcome.test
    assert test is not None
    first, second, third = (
        replace(each, seeds=seeds)
        for each, seeds in zip(
            test.configurations, [(0.6, 0.7), (0.5, 0.51), (0.8, 0.9)], strict=True
        )
    )
    tested = replace(outcome, test=replace(test, configurations=(first, second, third)))
    assert (
        "; on the test rows trial 1 (no regularizer) has the best, 0.5050. "
        "All its seeds are better than all of the next one's." in answers(tested)[BEST]
    )
    close = (first, replace(second, seeds=(0.5, 0.65)), third)
    near = replace(outcome, test=replace(test, configurations=close))
    assert "not all better than those of the next, trial 0, 0.6500." in answers(near)[BEST]
    assert answers(replace(outcome, test=None))[BEST].endswith(".")
    assert "test rows" not in answers(replace(outcome, test=None))[BEST]


def test_the_section_lists_questions_with_answers(make_outcome: MakeOutcome) -> None:
    outcome = compared(make_outcome, {**L2, **DROPOUT}, DROPOUT)
    assert list(answers(outcome)) == [APPLIED, OFF, BEST]
    for form in ("html", "md"):
        text = sections.render(REGULARIZERS, outcome, form)
        assert "Were they in force?" in text
        assert text.count("Is the penalty applied?") == 1
