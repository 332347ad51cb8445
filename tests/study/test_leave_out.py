"""Classes whose rows are left out are of a task that has classes, and are not used as well."""

from typing import Any

import pytest

from tests.doubles import small_study
from tests.study.test_study import mistakes


def test_classes_may_be_left_out() -> None:
    spec = small_study(data__task="multiclass", data__leave_out=["x"], data__classes=["a", "b"])
    assert spec.data.leave_out == ("x",)
    assert 'leave_out = [\n    "x",\n]' in spec.as_toml()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"task": "regression", "leave_out": ["x"]}, "names classes, and data.task = 'regression'"),
        ({"classes": ["x", "y"], "leave_out": ["x"]}, "must not name 'x', as data.classes has it"),
    ],
)
def test_what_does_not_go_with_them(data: dict[str, Any], words: str) -> None:
    assert words in mistakes(data=data)["data.leave_out"]
