"""The size of batches is fixed as an entry of ``[training]``, or searched as any hyperparameter."""

import tomllib
from pathlib import Path

import pytest

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Choice, Int, Parameter
from hpsearch.study.finding import find_study
from hpsearch.study.reading import check_study, read_study
from tests.doubles import small_study
from tests.study.test_study import mistakes


def test_a_fixed_one_is_a_constant_of_every_trial() -> None:
    spec = small_study(training__batch_size=64)
    assert spec.recipe({"units": 4}, 0).batch_size == 64
    assert spec.space.constants == {"batch_size": 64}
    written = tomllib.loads(spec.as_toml())
    assert written["training"]["batch_size"] == 64
    assert check_study(written, "again.toml").space == spec.space


def test_without_one_it_is_500() -> None:
    assert HYPERPARAMETERS["batch_size"].default == 500
    assert small_study().recipe({"units": 4}, 0).batch_size == 500


@pytest.mark.parametrize(
    ("entry", "domain"),
    [
        ({"choice": [64, 128, 256]}, Choice((64, 128, 256))),
        ({"int": [32, 500], "log": True}, Int(32, 500, log=True)),
        ({"int": [50, 260], "step": 100}, Int(50, 250, step=100)),
    ],
)
def test_a_trial_has_one_of_those_that_are_searched(
    entry: dict[str, object], domain: Choice | Int
) -> None:
    spec = small_study(space__batch_size=entry)
    assert Parameter("batch_size", domain) in spec.space.parameters
    assert spec.recipe({"batch_size": 250}, 0).batch_size == 250
    assert "batch_size" not in tomllib.loads(spec.as_toml())["training"]


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (0, "must be at least 1 and at most 100000000, got 0"),
        (10**9, "must be at least 1 and at most 100000000, got 1000000000"),
        (0.5, "must be a whole number, got 0.5"),
        (True, "must be a whole number, got True"),
        ({"choice": [32, 64]}, "must be a constant here; move the domain to [space]"),
    ],
)
def test_what_is_no_size_of_a_batch_is_told(entry: object, rule: str) -> None:
    told = mistakes(training={"batch_size": entry})
    assert told["training.batch_size"].startswith(rule)


def test_what_is_searched_must_be_sizes() -> None:
    told = mistakes(space={"batch_size": {"choice": [32, 0]}})
    assert told["space.batch_size.choice"].startswith("must be at least 1")
    told = mistakes(space={"batch_size": {"float": [32.0, 64.0]}})
    assert told["space.batch_size.float"] == "takes whole numbers; use int, got float"
    told = mistakes(training={"batch_size": 9}, space={"batch_size": {"int": [1, 9]}})
    assert told["space.batch_size"] == "is already set in training.batch_size; keep one of the two"


def test_the_command_line_fixes_what_the_file_searches_and_the_reverse(tmp_path: Path) -> None:
    file = tmp_path / "searched.toml"
    file.write_text(small_study(space__batch_size={"choice": [32, 64]}).as_toml())
    fixed = read_study(file, ["training.batch_size=128"])
    assert fixed.space.constants["batch_size"] == 128
    assert "batch_size" not in {parameter.name for parameter in fixed.space.parameters}
    searched = read_study(find_study("higgs"), ["space.batch_size={ choice = [64, 128] }"])
    assert "batch_size" not in searched.space.constants
    assert Parameter("batch_size", Choice((64, 128))) in searched.space.parameters
