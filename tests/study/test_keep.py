"""Which weights a training keeps is fixed as an entry of ``[training]``, or searched."""

import tomllib

from hpsearch.space.space import Choice, Parameter
from hpsearch.study.reading import check_study
from tests.doubles import small_study
from tests.study.test_study import mistakes


def test_by_default_the_best_epoch_is_kept_and_nothing_says_so() -> None:
    spec = small_study()
    assert spec.keeps == ("best",)
    assert spec.recipe({"units": 4}, 0).keep == "best"
    assert "keep" not in repr(spec.recipe({"units": 4}, 0))
    assert "keep" not in spec.as_toml()


def test_it_may_be_fixed() -> None:
    spec = small_study(training__keep="last")
    assert spec.keeps == ("last",)
    assert spec.recipe({"units": 4}, 0).keep == "last"
    assert check_study(tomllib.loads(spec.as_toml()), "again.toml").space == spec.space


def test_it_may_be_searched() -> None:
    spec = small_study(space__keep={"choice": ["best", "last"]})
    assert Parameter("keep", Choice(("best", "last"))) in spec.space.parameters
    assert spec.keeps == ("best", "last")
    assert spec.recipe({"keep": "last"}, 0).keep == "last"


def test_what_cannot_be_kept_is_told() -> None:
    told = mistakes(training={"keep": "first"})
    assert told["training.keep"] == "must be one of best, last, average, got 'first'"
