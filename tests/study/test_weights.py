"""Weights and thresholds in a study file: what they may be, and what does not fit."""

from typing import Any

import pytest

from hpsearch.errors import StudyFileError
from hpsearch.study.reading import check_study, read_study_text
from hpsearch.study.spec import StudySpec
from hpsearch.study.weights import Costs


def study(**entries: Any) -> StudySpec:
    raw: dict[str, Any] = {
        "study": {"name": "mine"},
        "data": {"source": "csv"},
        "space": {"units": {"int": [4, 8]}},
    }
    for name, entry in entries.items():
        section, _, key = name.partition("__")
        raw.setdefault(section, {})[key] = entry
    return check_study(raw, "mine.toml")


@pytest.mark.parametrize(
    "entries",
    [
        {"data__weight": "w", "training__class_weights": "balanced"},
        {"training__class_weights": {"no": 1, "yes": 10.5}},
        {"evaluate__threshold": "f1"},
        {"evaluate__threshold": {"false_positive": 1, "false_negative": 10}},
    ],
)
def test_a_study_with_weights_is_written_and_read_back(entries: dict[str, Any]) -> None:
    spec = study(**entries)
    assert read_study_text(spec.as_toml(), "mine.toml", ()) == spec


def test_a_study_without_them_says_nothing_of_them() -> None:
    text = study().as_toml()
    assert not any(word in text for word in ("weight =", "class_weights", "threshold"))


def test_costs_are_a_value() -> None:
    spec = study(evaluate__threshold={"false_positive": 1, "false_negative": 2.5})
    assert spec.evaluate.threshold == Costs(false_positive=1.0, false_negative=2.5)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"training__class_weights": "even"}, 'class_weights   must be "balanced", or finite'),
        ({"training__class_weights": {"no": 0}}, 'class_weights   must be "balanced", or finite'),
        ({"training__class_weights": {"no": float("inf")}}, "class_weights   must be"),
        ({"training__class_weights": {"no": True}}, "class_weights   must be"),
        ({"training__class_weights": {}}, "class_weights   must be"),
        (
            {"data__classes": ["no", "yes"], "training__class_weights": {"yess": 2}},
            "training.class_weights.yess   is none of data.classes; did you mean 'yes'",
        ),
        (
            {"data__task": "regression", "training__class_weights": "balanced"},
            "training.class_weights   needs classes, and data.task = 'regression' has none",
        ),
        ({"evaluate__threshold": "recall"}, 'evaluate.threshold   must be "accuracy", "f1", or'),
        ({"evaluate__threshold": 0.5}, 'evaluate.threshold   must be "accuracy", "f1", or'),
        (
            {"evaluate__threshold": {"false_positive": 1}},
            'evaluate.threshold   must be "accuracy", "f1", or',
        ),
        (
            {"evaluate__threshold": {"false_positive": 1, "false_negative": -1}},
            'evaluate.threshold   must be "accuracy", "f1", or',
        ),
        (
            {"data__task": "multiclass", "evaluate__threshold": "f1"},
            "evaluate.threshold   is of two classes",
        ),
        (
            {"data__label": "y", "data__weight": "y"},
            "data.weight   must name another column than data.label, got 'y' for both",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyFileError) as failure:
        study(**entries)
    assert message in str(failure.value)
    assert len(failure.value.mistakes) == 1
