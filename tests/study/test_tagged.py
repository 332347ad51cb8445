"""Samplers and pruners as tables with options of their own, checked as all else is."""

import tomllib
from itertools import permutations
from typing import Any

import pytest

from hpsearch.errors import StudyFileError, StudyMismatchError
from hpsearch.record.agreement import check_same_study
from hpsearch.study.finding import find_study
from hpsearch.study.pruners import Hyperband, Median, Patient, Unpruned
from hpsearch.study.reading import check_study, read_study
from hpsearch.study.samplers import Bayesian, Random, Tpe
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import SearchSection
from hpsearch.study.spec import StudySpec
from hpsearch.study.tagged import tagged

HIGGS = find_study("higgs")


def study(**search: Any) -> StudySpec:
    raw = {"study": {"name": "x"}, "space": {"units": {"int": [4, 8]}}, "search": search}
    return check_study(raw, "x.toml")


def mistakes(**search: Any) -> dict[str, str]:
    with pytest.raises(StudyFileError) as caught:
        study(**search)
    return {mistake.place: mistake.message for mistake in caught.value.mistakes}


@pytest.mark.parametrize(
    ("entry", "sampler"),
    [
        ("random", Random()),
        ("tpe", Tpe()),
        ({"name": "bayesian"}, Bayesian()),
        ({"name": "bayesian", "startup_trials": 4}, Bayesian(startup_trials=4)),
        ({"startup_trials": 4}, Tpe(startup_trials=4)),
        ({}, Tpe()),
    ],
    ids=str,
)
def test_a_name_stands_for_a_table_with_every_option_at_its_default(
    entry: Any, sampler: StudyTable
) -> None:
    assert study(sampler=entry).search.sampler == sampler


def test_an_option_is_one_of_the_name_that_is_given() -> None:
    assert mistakes(sampler={"name": "random", "startup_trials": 3}) == {
        "search.sampler.startup_trials": "is not an option of 'random'"
    }
    assert mistakes(
        sampler={"startup_trial": 3}, pruner={"name": "hyperband", "reduction_factor": 1}
    ) == {
        "search.sampler.startup_trial": "is not an option of 'tpe'; did you mean 'startup_trials'?",
        "search.pruner.reduction_factor": "must be at least 2, got 1",
    }


@pytest.mark.parametrize("entry", ["hope", {"name": "hope"}, {"name": "hope", "startup_trials": 3}])
def test_a_name_that_is_none_is_told_with_those_that_are(entry: Any) -> None:
    assert mistakes(pruner=entry) == {
        "search.pruner": "must be one of 'median', 'successive_halving', 'hyperband', 'patient' "
        "or 'none', got 'hope'"
    }


@pytest.mark.parametrize("entry", [1, True, [], ["tpe"], 0.5])
def test_what_is_neither_a_name_nor_a_table_is_a_mistake(entry: Any) -> None:
    (message,) = mistakes(sampler=entry).values()
    assert message.startswith("must be a name, or a table of a name and its options, got ")


def test_an_option_beside_the_tables_is_for_each_that_has_it() -> None:
    search = study(startup_trials=3).search
    assert (search.sampler, search.pruner) == (Tpe(startup_trials=3), Median(startup_trials=3))
    search = study(startup_trials=3, sampler="random", pruner={"name": "patient"}).search
    assert (search.sampler, search.pruner) == (Random(), Patient(startup_trials=3))
    search = study(
        startup_trials=3, sampler={"startup_trials": 5}, patience_reports=1, pruner="patient"
    ).search
    assert search.sampler == Tpe(startup_trials=5)
    assert search.pruner == Patient(startup_trials=3, patience_reports=1)
    assert mistakes(startup_trials=[3]) == {
        "search.sampler.startup_trials": "must be a whole number, got [3]",
        "search.pruner.startup_trials": "must be a whole number, got [3]",
    }
    assert mistakes(reduction_factor=3).keys() == {"search.reduction_factor"}


def test_every_kind_with_every_option_survives_being_written_out() -> None:
    for key, models in tagged(SearchSection).items():
        for name, model in models.items():
            numbers = {option: 7 for option in model.model_fields if option != "name"}
            spec = study(**{key: {"name": name, **numbers}})
            assert getattr(spec.search, key) == model(**numbers)
            assert check_study(tomllib.loads(spec.as_toml()), "again.toml") == spec


@pytest.mark.parametrize(
    "entries", list(permutations(("search.sampler=bayesian", "search.sampler.startup_trials=5")))
)
def test_the_order_of_overrides_does_not_matter(entries: tuple[str, ...]) -> None:
    assert read_study(HIGGS, entries).search.sampler == Bayesian(startup_trials=5)


@pytest.mark.parametrize(
    ("entries", "pruner"),
    [
        (["search.pruner.startup_trials=5"], Median(startup_trials=5)),
        (["search.pruner=none"], Unpruned()),
        (
            ["search.pruner={ name = 'hyperband' }", "search.pruner.reduction_factor=4"],
            Hyperband(reduction_factor=4),
        ),
        (
            ["search.pruner.patience_reports=1", "search.pruner.name=patient"],
            Patient(patience_reports=1),
        ),
    ],
)
def test_overrides_reach_into_the_short_form(entries: list[str], pruner: StudyTable) -> None:
    assert read_study(HIGGS, entries).search.pruner == pruner


def test_a_folder_stays_with_its_options() -> None:
    before = study(sampler={"startup_trials": 3})
    check_same_study(HIGGS, before, study(sampler={"name": "tpe", "startup_trials": 3}))
    with pytest.raises(StudyMismatchError) as caught:
        check_same_study(HIGGS, before, study(sampler="bayesian"))
    assert "search.sampler.name   was 'tpe', is 'bayesian'" in str(caught.value)
    assert "search.sampler.startup_trials   was 3, is 10" in str(caught.value)
