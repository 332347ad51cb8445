"""A list in a study file is a value for each hidden layer."""

import tomllib
from typing import Any

import pytest

from hpsearch.errors import StudyFileError
from hpsearch.space.layered import entry_of, layer_path, values_by_layer
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec


def study(**sections: Any) -> StudySpec:
    return check_study({"study": {"name": "x"}, "search": {"trials": 1}, **sections}, "x.toml")


def mistakes(**network: Any) -> dict[str, str]:
    with pytest.raises(StudyFileError) as caught:
        study(network=network)
    return {mistake.place: mistake.message for mistake in caught.value.mistakes}


def test_a_list_gives_each_hidden_layer_its_own_value() -> None:
    spec = study(
        network={
            **{"layers": 2, "units": [256, 128]},
            **{"l1": [0.1, 0], "l2": [0, 0.1], "dropout": [0.8, 0.5]},
        }
    )
    recipe = spec.recipe({}, 0)
    assert recipe.network.widths == (256, 128)
    knobs = recipe.knobs
    assert (knobs.l1, knobs.l2, knobs.dropout) == ((0.1, 0.0), (0.0, 0.1), (0.8, 0.5))
    layers = [knobs.of_layer(layer) for layer in range(3)]
    assert [(of.l1, of.l2, of.dropout) for of in layers] == [
        (0.1, 0.0, 0.8),
        (0.0, 0.1, 0.5),
        (0.0, 0.0, 0.0),
    ]
    assert [of.layered for of in (knobs, *layers)] == [True, False, False, False]
    again = check_study(tomllib.loads(spec.as_toml()), "again.toml")
    assert again.space == spec.space


def test_equal_values_are_one_for_all() -> None:
    values = {"layers": 3, "l2": 0.5}
    listed = study(network={"layers": 3, "l2": [0.5, 0.5, 0.5]})
    assert listed.recipe({}, 0) == study(network=values).recipe({}, 0)
    assert not listed.recipe({}, 0).knobs.layered


def test_no_hidden_layers_have_a_list_of_no_values() -> None:
    assert study(network={"layers": 0, "units": []}).recipe({}, 0).network.widths == ()


def test_a_list_is_as_long_as_the_deepest_network_and_shallower_ones_take_its_beginning() -> None:
    spec = study(space={"layers": {"int": [0, 3]}, "dropout": [0.1, 0.2, 0.3]})
    drops = [spec.recipe({"layers": depth}, 0).knobs.dropout for depth in range(4)]
    assert drops == [0.0, 0.1, (0.1, 0.2), (0.1, 0.2, 0.3)]


def test_what_a_list_must_be_is_told() -> None:
    assert mistakes(layers=2, l1=[0.1]) == {
        "network.l1": "must list a value for each of 2 hidden layers, got 1"
    }
    assert mistakes(layers=2, dropout=[0.5, 1]) == {
        "network.dropout": "must be at least 0 and below 1, got 1 for hidden layer 2"
    }
    assert mistakes(l2=[0.1, 0.1]) == {
        "network.l2": "needs layers before it; add layers = 2",
    }
    assert mistakes(layers=2, activation=["relu", "elu"])["network.activation"].startswith(
        "must be one of"
    )
    assert list(mistakes(layers=9, l2=[0.1])) == ["network.layers"]


def test_a_single_trial_needs_no_domain_and_more_do() -> None:
    assert study(network={"layers": 1}).space.parameters == ()
    with pytest.raises(StudyFileError, match=r"at least one domain to search.*trials = 1"):
        study(network={"layers": 1}, search={"trials": 2})


def test_paths_name_the_entry_they_come_from() -> None:
    assert layer_path(1, "dropout") == "layers.1.dropout"
    paths = ("layers.1.dropout", "l1.on", "l1", "layers")
    assert [entry_of(path) for path in paths] == ["dropout", "l1", "l1", "layers"]


def test_a_layer_without_a_value_of_its_own_has_that_of_all() -> None:
    values = {"layers": 3, "l1": 0.2, "layers.1.l1": 0.4, "layers.5.l1": 0.6}
    assert values_by_layer(values, "l1") == (0.2, 0.4, 0.2)
    assert values_by_layer({"layers": 0, "l1": 0.2}, "l1") == ()
    assert values_by_layer({}, "units") == (64, 64)
