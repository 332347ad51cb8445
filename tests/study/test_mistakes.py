"""Keys that a study file does not have are told by what one may do instead."""

import pytest

from hpsearch.errors import StudyFileError
from hpsearch.study.reading import check_study


def test_who_asks_for_fewer_train_rows_in_a_trial_is_told_that_there_are_none() -> None:
    sections = {"study": {"name": "x"}, "training": {"rows": {"int": [100, 1_000]}}}
    with pytest.raises(StudyFileError, match="each trial trains on all train rows"):
        check_study(sections, "x.toml")
