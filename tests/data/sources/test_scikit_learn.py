"""scikit-learn's sets: all that is installed works without a network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hpsearch.data.sources.scikit_learn import INSTALLED, SCIKIT_LEARN, SETS
from hpsearch.data.sources.source import Request
from hpsearch.errors import DataError, DownloadError, UsageError
from hpsearch.study.sections import DataSection
from hpsearch.tasks.binary import BINARY

#: Rows, columns, and how many different labels.
SIZES = {
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "digits": (1_797, 64, 10),
    "diabetes": (442, 10, 214),
}


def request(name: str | None, label: str | int = 0) -> Request:
    section = DataSection.model_validate({"source": "scikit-learn", "name": name, "label": label})
    return Request(section, BINARY, None, 0, print, lambda done, total: None)


@pytest.mark.parametrize("name", INSTALLED)
def test_an_installed_set_is_looked_at(name: str) -> None:
    assert SCIKIT_LEARN.look is not None
    sight = SCIKIT_LEARN.look(name, print)
    assert sight.label == "target"
    (label,) = (column for column in sight.profile.columns if column.name == "target")
    assert (sight.profile.rows, len(sight.profile.columns) - 1, label.distinct) == SIZES[name]
    assert sight.description == f"the {sight.profile.rows:,} rows of scikit-learn's {name}"


def test_classes_have_their_names() -> None:
    table = SCIKIT_LEARN.read(request("breast_cancer"))
    assert table.classes == ("benign", "malignant")
    assert int(table.labels.sum()) == 212
    assert table.names[:2] == ("mean radius", "mean texture")
    assert table.raw.numbers[0, 0] == 17.99
    assert table.origin.kind == "scikit-learn"
    assert table.fingerprint() == SCIKIT_LEARN.read(request("breast_cancer")).fingerprint()


def test_classes_may_be_left_out_with_a_word() -> None:
    told: list[str] = []
    asked = request("wine", "target")
    section = asked.section.model_copy(update={"leave_out": ("class_1",)})
    asked = replace(asked, section=section, tell=told.append)
    table = SCIKIT_LEARN.read(asked)
    assert (len(table), table.classes) == (178 - 71, ("class_0", "class_2"))
    assert told == ["71 rows are left out for their class, as data.leave_out says: 'class_1' (71)"]


def test_a_class_to_leave_out_that_no_row_has_is_told() -> None:
    told: list[str] = []
    asked = request("breast_cancer")
    section = asked.section.model_copy(update={"leave_out": ("unknown",)})
    table = SCIKIT_LEARN.read(replace(asked, section=section, tell=told.append))
    assert len(table) == 569
    assert told == ["0 rows are left out for their class, as data.leave_out says: 'unknown' (0)"]


def test_diabetes_is_in_its_own_units() -> None:
    assert SCIKIT_LEARN.look is not None
    age = SCIKIT_LEARN.look("diabetes", print).profile.columns[0]
    assert (age.name, age.least, age.largest) == ("age", 19.0, 79.0)


def test_another_column_may_be_the_label() -> None:
    with pytest.raises(DataError, match="'pixel_0_1'"):
        SCIKIT_LEARN.read(request("digits", label="pixel_0_1"))


@pytest.mark.parametrize(
    ("name", "words"), [("irs", "did you mean 'iris'"), (None, "set data.name")]
)
def test_a_wrong_name_is_refused(name: str | None, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        SCIKIT_LEARN.read(request(name))
    assert words in str(caught.value)


def test_a_set_that_must_be_fetched_says_so_offline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from sklearn import datasets

    def offline(data_home: Path, as_frame: bool) -> None:
        assert data_home == tmp_path / "scikit-learn"
        raise OSError("no network")

    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path))
    monkeypatch.setattr(datasets, "fetch_california_housing", offline)
    assert np.setdiff1d(SETS, INSTALLED).tolist() == ["california_housing"]
    with pytest.raises(DownloadError, match=r"\(no network\); run again with a network, or take"):
        SCIKIT_LEARN.read(request("california_housing"))
