"""The trials that a study names come first, whoever proposes the others."""

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import StudyFileError
from hpsearch.space.named_trials import named_values
from hpsearch.study.reading import check_study
from tests.doubles import FormulaTrainer, ThreadPool, small_study
from tests.search.test_loop import assert_equal, run, walk

START: list[dict[str, Any]] = [
    {"layers": 2, "units": 16, "optimizer": "adam", "learning_rate": 0.001},
    {"layers": 1, "units": 64, "optimizer": "sgd", "momentum": 0, "learning_rate": 0.1, "l2": 1e-3},
]


@pytest.mark.parametrize("sampler", ["tpe", "random", "bayesian"])
def test_they_come_first_and_others_follow(tmp_path: Path, sampler: str) -> None:
    trials, _ = run(
        tmp_path, small_study(search__start=START, search__trials=5, search__sampler=sampler)
    )
    rest = {"l2.on": False, **START[0]}
    assert dict(trials[0].params) == rest
    assert dict(trials[1].params) == {**START[1], "l2.on": True}
    assert len(trials) == 5
    assert len({str(sorted(trial.params.items())) for trial in trials}) == 5


def test_a_search_that_is_cut_goes_on_with_them(tmp_path: Path) -> None:
    spec = small_study(search__start=START, search__trials=6)
    whole = run(tmp_path / "whole", spec)
    pool = ThreadPool(FormulaTrainer())
    for _ in itertools.repeat(None, 3):
        walk(tmp_path / "cut", spec, pool, events=2)
    assert_equal(walk(tmp_path / "cut", spec, pool), whole)


def test_fewer_trials_than_are_named_are_the_first_of_them(tmp_path: Path) -> None:
    trials, _ = run(tmp_path, small_study(search__start=START, search__trials=1))
    assert [trial.params["units"] for trial in trials] == [16]


@pytest.mark.parametrize("sampler", ["tpe", "bayesian"])
def test_batch_sizes_are_named_and_proposed_as_any_hyperparameter(
    tmp_path: Path, sampler: str
) -> None:
    sizes = [32, 64, 128]
    spec = small_study(
        space__batch_size={"choice": sizes},
        search__start=[{**START[0], "batch_size": 64}],
        search__sampler={"name": sampler, "startup_trials": 3},
    )
    trials, _ = run(tmp_path, spec)
    assert trials[0].params["batch_size"] == 64
    proposed = {trial.params["batch_size"] for trial in trials}
    assert len(proposed) > 1
    assert proposed <= set(sizes)
    assert spec.recipe(trials[0].params, 0).batch_size == 64


def test_a_name_stands_for_each_layer() -> None:
    space = small_study(space__units={"int": [4, 64], "per_layer": True}).space
    values = named_values(space, START[0])
    assert (values["layers.0.units"], values["layers.1.units"]) == (16, 16)
    assert "layers.2.units" not in values


def test_they_are_written_with_the_study() -> None:
    spec = small_study(search__start=START)
    again = check_study(tomllib.loads(spec.as_toml()), "again.toml")
    assert again.search.start == spec.search.start
    assert "start" not in tomllib.loads(small_study().as_toml())["search"]


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        ({"units": 65}, "units", "must be a value that is searched, got 65"),
        ({"units": 16.5}, "units", "must be a value that is searched, got 16.5"),
        ({"optimizer": "nadam"}, "optimizer", "must be a value that is searched, got 'nadam'"),
        ({"momentum": 0.5}, "momentum", "is not searched beside these values"),
        ({"width": 5}, "width", "is not searched beside these values"),
        ({"optimizer": "sgd"}, "momentum", "is searched, so that the trial must have a value"),
    ],
)
def test_mistakes_are_told_with_their_place(change: dict[str, Any], place: str, rule: str) -> None:
    with pytest.raises(StudyFileError) as caught:
        small_study(search__start=[START[1], {**START[0], **change}])
    (mistake,) = caught.value.mistakes
    assert mistake.place == f"search.start[1].{place}"
    assert mistake.message.startswith(rule)


@pytest.mark.parametrize("start", [5, [5], "x", [{"units": [16]}]])
def test_what_is_no_list_of_tables_is_told(start: Any) -> None:
    with pytest.raises(StudyFileError, match=r"search\.start   must be a list of tables, each of"):
        small_study(search__start=start)
