"""From the name of a table to a study of it: every set that is installed gives one."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from hpsearch.data.cutting import cut_rows
from hpsearch.data.load import load
from hpsearch.data.sources.scikit_learn import INSTALLED
from hpsearch.data.table import Table
from hpsearch.draft.draft import Draft
from hpsearch.draft.looking import draft_of
from hpsearch.draft.table_name import table_name
from hpsearch.errors import UsageError
from hpsearch.listing.draft import say_draft
from hpsearch.study.spec import StudySpec

TASKS = {
    "iris": "multiclass",
    "wine": "multiclass",
    "breast_cancer": "binary",
    "digits": "multiclass",
    "diabetes": "regression",
}


def look(text: str, *given: str, label: str | None = None) -> Draft:
    table = table_name(text)
    return draft_of(table, name=table.study_name, label=label, given=given, tell=print)


def rows_of(spec: StudySpec, tell: Callable[[str], None]) -> Table:
    return load(
        spec.data, None, task=spec.task, seed=1, tell=tell, progress=lambda done, total: None
    )


@pytest.mark.parametrize("name", INSTALLED)
def test_an_installed_set_gives_a_study_and_its_rows(name: str) -> None:
    spec = look(f"scikit-learn:{name}").spec()
    assert (spec.study.name, spec.task.name) == (name, TASKS[name])
    table = rows_of(spec, pytest.fail)
    assert spec.task.targets_problem(table.labels, table.classes) is None
    assert table.names == tuple(spec.data.columns or ())
    assert table.classes == (spec.data.classes or ())
    cut = cut_rows(table, spec.data, spec.study.seed)
    assert len(cut.test) == pytest.approx(0.2 * len(table), abs=1)


def test_what_is_said_is_not_found_out() -> None:
    assert look("scikit-learn:iris", "data.label=petal width (cm)").target.task == "regression"
    said = look("scikit-learn:digits", "data.task=regression", "search.trials=4")
    assert (said.target.task, said.target.classes) == ("regression", ())
    both = look("scikit-learn:wine", "data.label=alcohol", label="hue")
    assert both.target.label == "hue"


def test_classes_have_the_order_in_which_they_are_named() -> None:
    iris = look("scikit-learn:iris", 'data.classes=["virginica", "setosa", "versicolor"]')
    assert iris.spec().data.classes == ("virginica", "setosa", "versicolor")
    cancer = look("scikit-learn:breast_cancer", 'data.classes=["benign", "malignant"]')
    assert cancer.target.task == "binary"
    assert rows_of(cancer.spec(), pytest.fail).classes == ("benign", "malignant")
    with pytest.raises(UsageError, match=r"must name the classes of 'target'.*: 'setosa', 'versi"):
        look("scikit-learn:iris", 'data.classes=["virginica", "rose", "versicolor"]')


def test_numbers_that_are_named_as_classes_are_some(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": np.arange(12) / 7, "y": [3.0, 1.0, 2.0] * 4})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    assert look(str(tmp_path / "rows.csv")).target.task == "regression"
    said = look(str(tmp_path / "rows.csv"), 'data.classes=["2", "1.0", "3"]')
    assert (said.target.task, said.target.classes) == ("multiclass", ("2", "1", "3"))


def test_a_file_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "churn.csv").touch()
    with pytest.raises(UsageError, match=r"chrun\.csv; did you mean 'churn\.csv'"):
        look(str(tmp_path / "chrun.csv"))
    with pytest.raises(UsageError, match="there is no file"):
        look(str(tmp_path / "nowhere" / "churn.csv"))
    with pytest.raises(UsageError, match="there is no file"):
        look("a\0b.csv")


def test_classes_that_not_every_part_can_have_are_left_out_with_a_word(tmp_path: Path) -> None:
    classes = ["a"] * 40 + ["b"] * 30 + ["c"] * 3 + ["odd"] * 2 + ["single"]
    frame = pd.DataFrame({"x": np.arange(len(classes)) / 7, "kind": classes})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    duckdb.from_df(frame).write_parquet(str(tmp_path / "rows.parquet"))
    for name in ("rows.csv", "rows.parquet"):
        draft = look(str(tmp_path / name), label="kind")
        assert "left out  rows of 'odd' (2 rows) and 'single' (1 row): train," in say_draft(draft)
        assert 'leave_out = ["odd", "single"]' in draft.text
        told = check_parts(draft)
        assert f"{name}: 3 rows are left out for their class, as data.leave_out says: " in told
        assert "'odd' (2) and 'single' (1)" in told


def test_a_class_of_few_rows_is_in_each_part_of_a_small_table(tmp_path: Path) -> None:
    labels = list("aaabbbcccddd")
    frame = pd.DataFrame({"x": np.arange(len(labels)) / 7, "y": labels})
    frame.to_csv(tmp_path / "small.csv", index=False)
    draft = look(str(tmp_path / "small.csv"))
    assert "test = 4 " in draft.text
    assert check_parts(draft) == ""


def check_parts(draft: Draft) -> str:
    """Check that each part of a draft's rows has all classes; returns what was told of the rows."""
    told: list[str] = []
    spec = draft.spec()
    table = rows_of(spec, told.append)
    assert table.classes == draft.target.classes
    cut = cut_rows(table, spec.data, spec.study.seed)
    assert len({*cut.validation, *cut.train, *cut.test}) == len(table)
    for part in (cut.test, *(part for fold in cut.folds for part in fold)):
        assert spec.task.targets_problem(table.labels[part], table.classes) is None
    return "".join(told)
