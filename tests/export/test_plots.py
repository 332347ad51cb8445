"""Figures are the same bytes each time, are well-formed, and hold the page's colours and words."""

import math
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib
import pytest

from hpsearch.export.plots import (
    leaderboard,
    learning_curves,
    metrics_beside_validation,
    parameter_importance,
    search_history,
)
from hpsearch.export.winner import NamedCurve

from .conftest import (
    HOSTILE,
    learning_curve,
    make_diverged,
    make_standings,
    make_test,
    make_trial,
    make_trials,
)


def curves() -> list[NamedCurve]:
    return [
        NamedCurve(f"seed {seed}", learning_curve(seed, 80, 60, 0.55), 60, seed == 0)
        for seed in range(3)
    ]


FIGURES: dict[str, Callable[[], str]] = {
    "history": lambda: search_history(make_trials(30)),
    "history without trials": lambda: search_history([]),
    "history of one": lambda: search_history([make_trial(0)]),
    "history of the diverged": lambda: search_history([make_diverged(n) for n in range(3)]),
    "importance": lambda: parameter_importance({"l1": 0.3, "units": 0.7}, "PED-ANOVA"),
    "importance of nothing": lambda: parameter_importance({}, "PED-ANOVA"),
    "importance undefined": lambda: parameter_importance({"l1": math.nan}, HOSTILE),
    "curves": lambda: learning_curves(curves()),
    "no curves": lambda: learning_curves([]),
    "leaderboard": lambda: leaderboard(make_standings(make_trials(60), 30, 3)),
    "empty leaderboard": lambda: leaderboard([]),
    "test": lambda: metrics_beside_validation(make_test(0).metrics, {"accuracy": [0.7, math.nan]}),
    "no metrics": lambda: metrics_beside_validation({}, {}),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_well_formed_and_the_same_each_time(figure: str) -> None:
    svg = FIGURES[figure]()
    assert svg == FIGURES[figure]()
    root = ElementTree.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root[0].tag.endswith("title")
    assert root[0].text == root.attrib["aria-label"]
    assert root[1].tag.endswith("desc")
    assert "metadata" not in svg


def test_colours_follow_the_page_and_words_stay_words() -> None:
    svg = FIGURES["history"]()
    assert "currentColor" in svg
    assert "var(--figure-blue, #0072b2)" in svg
    assert "system-ui" in svg
    assert "DejaVu" not in svg
    for word in ("complete", "pruned", "diverged", "failed", "running", "best so far"):
        assert f">{word}</text>" in svg


def test_hostile_words_are_escaped_and_never_mathematics() -> None:
    svg = parameter_importance({HOSTILE: 1.0}, "PED-ANOVA")
    assert "<script>" not in svg
    assert HOSTILE in "".join(ElementTree.fromstring(svg).itertext())


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    FIGURES["curves"]()
    assert dict(matplotlib.rcParams) == before
