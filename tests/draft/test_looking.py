"""From the name of a table to a study of it: every set that is installed gives one."""

from pathlib import Path

import pytest

from hpsearch.data.cutting import cut_rows
from hpsearch.data.load import load
from hpsearch.data.sources.scikit_learn import INSTALLED
from hpsearch.draft.draft import Draft
from hpsearch.draft.looking import draft_of
from hpsearch.draft.table_name import table_name
from hpsearch.errors import UsageError

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


@pytest.mark.parametrize("name", INSTALLED)
def test_an_installed_set_gives_a_study_and_its_rows(name: str) -> None:
    spec = look(f"scikit-learn:{name}").spec()
    assert (spec.study.name, spec.task.name) == (name, TASKS[name])
    table = load(
        spec.data,
        None,
        task=spec.task,
        seed=1,
        tell=pytest.fail,
        progress=lambda done, total: None,
    )
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


def test_a_file_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "churn.csv").touch()
    with pytest.raises(UsageError, match=r"chrun\.csv; did you mean 'churn\.csv'"):
        look(str(tmp_path / "chrun.csv"))
    with pytest.raises(UsageError, match="there is no file"):
        look(str(tmp_path / "nowhere" / "churn.csv"))
    with pytest.raises(UsageError, match="there is no file"):
        look("a\0b.csv")
