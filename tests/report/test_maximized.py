"""A study whose objective is maximized says what its mirror image says, with the words turned."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from hpsearch.analysis.diagnosis import diagnose
from hpsearch.analysis.luck import average_selection, optimisms, rank_stability, search_stability
from hpsearch.analysis.regularizers import ablate, combinations
from hpsearch.analysis.slices import slice_parameters
from hpsearch.evaluation.leaderboard import make_leaderboard
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.report.section import Section
from hpsearch.report.sections.baselines import BASELINES
from hpsearch.report.sections.luck import LUCK
from hpsearch.report.sections.overfitting import OVERFITTING
from hpsearch.report.sections.regularizers import REGULARIZERS
from hpsearch.report.sections.search import SEARCH
from hpsearch.report.sections.search.values import best_by_ending, weigh_outcome
from hpsearch.statistics.estimate import Estimate
from hpsearch.tasks.binary import BINARY
from hpsearch.training.curve import Curve
from hpsearch.training.history import History
from tests.outcomes import MakeOutcome

from . import sections

T = TypeVar("T")

#: Trials are ranked by the accuracy on the validation rows.
MAXIMIZED = BINARY.judged_by("accuracy")


def mirrored(outcome: Outcome) -> Outcome:
    """Every value v of the objective as 1 - v."""

    def turn(value: float | None) -> float | None:
        return None if value is None else 1 - value

    def turned(trained: Trained) -> Trained:
        run = replace(trained.run, recipe=replace(trained.run.recipe, objective="accuracy"))
        return replace(trained, run=run, value=1 - trained.value)

    def history(run: str) -> History:
        made = outcome.history(run)
        if not len(made):
            return made
        return replace(made, curve=Curve(MAXIMIZED.curve_names, 1 - made.curve.values))

    search = outcome.spec.search.model_copy(update={"objective": "val_accuracy"})
    spec = outcome.spec.model_copy(update={"search": search})
    trials = tuple(replace(trial, value=turn(trial.value)) for trial in outcome.trials)
    standings = [
        replace(
            standing,
            search_value=1 - standing.search_value,
            mean=1 - standing.mean,
            runs=tuple(map(turned, standing.runs)),
        )
        for standing in outcome.standings
    ]
    test = outcome.test
    if test is not None:
        baselines = tuple(
            replace(
                baseline,
                validation=1 - baseline.validation,
                differences={"accuracy": _negative(baseline.differences["binary_crossentropy"])},
            )
            for baseline in test.baselines
        )
        configurations = tuple(
            replace(each, seeds=tuple(1 - value for value in each.seeds))
            for each in test.configurations
        )
        test = replace(test, baselines=baselines, configurations=configurations)
    return replace(
        outcome,
        spec=spec,
        trials=trials,
        history=history,
        leaderboard=make_leaderboard(spec, trials, standings),
        baselines=tuple(map(turned, outcome.baselines)),
        ablations=tuple(map(turned, outcome.ablations)),
        test=test,
    )


def _negative(estimate: Estimate) -> Estimate:
    return Estimate(-estimate.value, -estimate.high, -estimate.low)


Both = Callable[[Callable[[Outcome], T]], tuple[T, T]]


@pytest.fixture
def both(make_outcome: MakeOutcome) -> Both[Any]:
    """What a function says of a study, and of its mirror image."""

    def apply(say: Callable[[Outcome], Any]) -> tuple[Any, Any]:
        outcome = make_outcome()
        said = say(outcome)
        return said, say(mirrored(outcome))

    return apply


def test_the_same_configurations_lead(both: Both[Any]) -> None:
    plain, mirror = both(lambda outcome: [standing.trial for standing in outcome.standings])
    assert len(plain) == 3
    assert plain == mirror
    plain, mirror = both(lambda outcome: outcome.winner and outcome.winner.single)
    assert plain == mirror


def test_luck_is_as_large(both: Both[Any]) -> None:
    for plain, mirror in zip(*both(optimisms), strict=True):
        assert mirror.selection.value == pytest.approx(plain.selection.value)
        assert mirror.total.value == pytest.approx(plain.total.value)
        assert mirror.search == pytest.approx(1 - plain.search)
    plain, mirror = both(lambda outcome: average_selection(outcome.task.metric, outcome.standings))
    assert mirror.value == pytest.approx(plain.value)
    plain, mirror = both(lambda outcome: [rank.by_seed for rank in rank_stability(outcome)])
    assert plain == mirror


def test_what_rests_on_losses_of_rows_is_left_out(both: Both[Any]) -> None:
    plain, mirror = both(search_stability)
    assert plain is not None
    assert mirror is None, "the accuracy is no mean of the losses"
    plain, mirror = both(lambda outcome: sections.render(LUCK, outcome, "md"))
    assert "Would another trial have won?" in plain
    assert "Would another trial have won?" not in mirror
    assert "where trials are ranked by the loss" in mirror
    assert "where trials are ranked by the loss" not in plain
    assert "The search promised an accuracy of 0.4" in mirror


def test_pruning_slices_and_sets_are_the_same(both: Both[Any]) -> None:
    plain, mirror = both(lambda outcome: [trial.trial for trial in weigh_outcome(outcome).ahead])
    assert plain
    assert plain == mirror
    plain, mirror = both(
        lambda outcome: [
            [(part.where, part.among_best) for part in parameter.parts]
            for parameter in slice_parameters(
                outcome.task.metric, outcome.spec.space, outcome.trials
            )
        ]
    )
    assert plain == mirror
    plain, mirror = both(lambda outcome: [*combinations(outcome)])
    assert plain == mirror


def test_the_best_so_far_rises(both: Both[Any]) -> None:
    plain, mirror = both(lambda outcome: best_by_ending(outcome.task.metric, outcome.trials))
    assert mirror == pytest.approx([1 - value for value in plain])
    assert mirror == sorted(mirror)
    plain, mirror = both(lambda outcome: sections.say(SEARCH, outcome)["said"])
    assert "below the best before" in plain["history"]
    assert mirror["history"] == plain["history"].replace("below", "above").replace(
        *_values(plain["history"], mirror["history"])
    )


def _values(*texts: str) -> tuple[str, str]:
    """The best value as either text tells it."""
    first, second = (text.split(",")[1].strip() for text in texts)
    return first, second


def test_verdicts_on_overfitting_are_the_same(both: Both[Any]) -> None:
    def diagnoses(outcome: Outcome) -> list[str]:
        return [
            diagnose(
                outcome.task,
                outcome.history(baseline.run.name).curve,
                10_000,
                outcome.task.metric.worst,
            ).verdict
            for baseline in outcome.baselines
        ]

    plain, mirror = both(diagnoses)
    assert set(plain) == {"overfits"}
    assert plain == mirror
    plain, mirror = both(lambda outcome: sections.say(OVERFITTING, outcome)["rule"])
    assert "validation rises by more than 0.01 nats while train falls" in plain
    assert "validation falls by more than 0.01 while train rises" in mirror


def test_regularizers_bought_as_much(both: Both[Any]) -> None:
    def bought(outcome: Outcome) -> list[Any]:
        assert outcome.winner is not None
        assert outcome.winner.standing is not None
        return list(ablate(outcome, outcome.winner.standing))

    for plain, mirror in zip(*both(bought), strict=True):
        assert mirror.seeds == pytest.approx(plain.seeds)
        assert mirror.change.value == pytest.approx(plain.change.value)
    plain, mirror = both(lambda outcome: sections.render(REGULARIZERS, outcome, "md"))
    assert "An interval covers seeds alone" in mirror
    assert r"val\_accuracy falls when" in mirror
    assert r"val\_binary\_crossentropy rises when" in plain


def test_baselines_have_the_same_verdicts(both: Both[Any]) -> None:
    plain, mirror = both(lambda outcome: sections.say(BASELINES, outcome)["baselines"])
    verdicts = [{row["name"]: row["verdict"] for row in rows} for rows in (plain, mirror)]
    assert verdicts[0] == verdicts[1]
    assert set(verdicts[0].values()) == {"worse", "not distinguishable"}


@pytest.mark.parametrize("section", [BASELINES, LUCK, OVERFITTING, REGULARIZERS, SEARCH])
def test_figures_are_drawn(section: Section, both: Both[Any]) -> None:
    plain, mirror = both(lambda outcome: sections.drawn(section, outcome))
    assert set(mirror) == set(plain) - {"winners"}
    for name in ("history", "slices"):
        if name in mirror:
            assert "on the lower edge" in mirror[name]
            assert "on the upper edge" in plain[name]
