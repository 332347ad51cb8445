"""Figures of the search are the same bytes each time, and hold the page's colors and words."""

import math
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

import pytest

from hpsearch.analysis.pruning import Beside
from hpsearch.analysis.spending import Ended
from hpsearch.record.trial import TrialRecord
from hpsearch.report.figures.axes import logarithmic_ticks, say_tick
from hpsearch.report.sections.search.figures import (
    parameter_importance,
    pruned_beside_winner,
    search_history,
)
from hpsearch.report.sections.search.slices import slices
from hpsearch.report.sections.search.values import best_by_ending
from hpsearch.space.space import Choice, Float, Int, Parameter, Space
from hpsearch.tasks.binary import BINARY, CROSSENTROPY
from tests.outcomes import HOSTILE, make_diverged, make_spec, make_trial, make_trials


def ended(trials: Sequence[TrialRecord]) -> list[Ended]:
    return [Ended(trial, 1.0 + place) for place, trial in enumerate(trials)]


def odd_space() -> Space:
    """A parameter of every kind, with names and choices that a page must not take for its own."""
    return Space(
        (
            Parameter(HOSTILE, Choice((HOSTILE, "b", "c"))),
            Parameter("flag", Choice((False, True))),
            Parameter("rate.on", Choice((False, True))),
            Parameter("rate", Float(1e-6, 1e-6, log=True)),
            Parameter("steps", Int(0, 0)),
            Parameter("layers.0.units", Int(1, 512, log=True)),
        ),
        {},
    )


def odd_trials() -> list[TrialRecord]:
    return [
        make_trial(
            number,
            params={
                HOSTILE: "b",
                "flag": True,
                "rate.on": bool(number % 2),
                **({"rate": 1e-6} if number % 2 else {}),
                "steps": 0,
                "layers.0.units": number + 1,
            },
        )
        for number in range(4)
    ]


BESIDE = [
    Beside(1, 30, 0.55, 0.56, 0.01),
    Beside(2, 300, 0.9, 0.5, -0.4),
    Beside(3, 1, 0.7, 0.6, -0.1),
]

FIGURES: dict[str, Callable[[], str]] = {
    "history": lambda: search_history(BINARY, ended(make_trials(30))),
    "history of two": lambda: search_history(BINARY, ended([make_trial(0), make_trial(1)])),
    "history of the diverged": lambda: search_history(
        BINARY, ended([make_diverged(n) for n in range(3)])
    ),
    "importance": lambda: parameter_importance({"l1": 0.3, "units": 0.7}, "PED-ANOVA"),
    "hostile importance": lambda: parameter_importance({HOSTILE: 1.0}, HOSTILE),
    "importance of nothing": lambda: parameter_importance({"l1": 0.0}, "PED-ANOVA"),
    "slices": lambda: slices(BINARY, make_spec().space, make_trials(30), 4),
    "odd slices": lambda: slices(BINARY, odd_space(), odd_trials(), None),
    "pruning": lambda: pruned_beside_winner(BINARY, BESIDE, [0.6, math.inf, 0.5], 7),
    "pruning of one": lambda: pruned_beside_winner(BINARY, BESIDE[2:], [math.inf], 7),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_well_formed_and_the_same_each_time(figure: str) -> None:
    svg = FIGURES[figure]()
    assert svg == FIGURES[figure]()
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root[0].text == root.attrib["aria-label"]
    assert root[1].tag.endswith("desc")
    assert "metadata" not in svg
    assert "<script>" not in svg


def test_colors_follow_the_page_and_words_stay_words() -> None:
    svg = FIGURES["history"]()
    assert "currentColor" in svg
    assert "var(--figure-blue, #0072b2)" in svg
    assert "system-ui" in svg
    assert "DejaVu" not in svg
    for word in ("complete", "pruned", "diverged", "failed", "running", "best so far"):
        assert f">{word}</text>" in svg


def test_hostile_words_are_never_mathematics() -> None:
    for figure in ("hostile importance", "odd slices"):
        assert HOSTILE in "".join(ElementTree.fromstring(FIGURES[figure]()).itertext())


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1e-4, 1e-1, ["1e-4", "0.001", "0.01", "0.1"]),
        (1e-6, 1e-2, ["1e-6", "1e-4", "0.01"]),
        (16, 512, ["30", "100", "300"]),
        (20, 60, ["20", "50"]),
        (0.011, 0.018, ["0.011", "0.018"]),
        (3, 3, ["3"]),
    ],
)
def test_ticks_have_room(low: float, high: float, labels: list[str]) -> None:
    assert [say_tick(tick) for tick in logarithmic_ticks(low, high)] == labels


def test_only_complete_trials_are_the_best_so_far() -> None:
    trials = [
        make_diverged(0),
        make_trial(1, value=0.5),
        make_trial(2, "pruned", value=0.4),
        make_trial(3, value=math.inf),
        make_trial(4, value=0.0),
    ]
    assert best_by_ending(CROSSENTROPY, trials) == [math.inf, 0.5, 0.5, 0.5, 0.0]
