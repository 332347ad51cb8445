"""The study file: what is read, and that every mistake is told with its place."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpsearch.errors import StudyFileError, UsageError
from hpsearch.models.dense import knobs_of, network_of
from hpsearch.models.preparation import Preparation, preparations_of
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Choice, Condition, Float, Int, Parameter
from hpsearch.study.finding import find_studies, find_study
from hpsearch.study.pruners import Unpruned
from hpsearch.study.reading import check_study, read_study
from tests.doubles import small_study

HIGGS = find_study("higgs")


def mistakes(**sections: Any) -> dict[str, str]:
    """Message by place of a study with these sections."""
    raw = {"study": {"name": "x"}, "space": {"units": {"int": [4, 8]}}, **sections}
    with pytest.raises(StudyFileError) as caught:
        check_study(raw, "x.toml")
    return {mistake.place: mistake.message for mistake in caught.value.mistakes}


@pytest.mark.parametrize("path", find_studies().values(), ids=lambda path: path.stem)
def test_every_shipped_study_is_valid_and_survives_being_written_out(path: Path) -> None:
    spec = read_study(path)
    again = check_study(tomllib.loads(spec.as_toml()), "again.toml")
    assert again.space == spec.space
    assert again.as_toml() == spec.as_toml()


def test_the_reference_study_is_the_tutorials_protocol() -> None:
    spec = read_study(HIGGS)
    assert (spec.data.validation, spec.data.train, spec.data.test) == (1_000, 10_000, 100_000)
    assert spec.space.constants["batch_size"] == 500
    assert spec.space.constants["activation"] == "elu"
    domains = {parameter.name: parameter.domain for parameter in spec.space.parameters}
    assert domains["layers"] == Int(1, 5)
    assert domains["units"] == Int(16, 512, log=True)
    assert domains["optimizer"] == Choice(("sgd", "rmsprop", "adam", "adamw"))
    assert {"l1.on", "l2.on", "dropout.on", "batch_normalization", "schedule"} <= domains.keys()


def test_a_coefficient_that_may_be_absent_becomes_a_switch_and_a_number() -> None:
    parameters = small_study().space.parameters
    assert Parameter("l2.on", Choice((False, True))) in parameters
    number = Parameter("l2", Float(1e-5, 1e-2, log=True), (Condition("l2.on", (True,)),))
    assert number in parameters


def test_widths_of_each_layer_live_while_the_depth_reaches_them() -> None:
    spec = small_study(space__units={"int": [4, 8], "per_layer": True})
    per_layer = [p for p in spec.space.parameters if p.name.startswith("layers.")]
    assert [p.name for p in per_layer] == [f"layers.{i}.units" for i in range(4)]
    alive = [p.name for p in spec.space.parameters if spec.space.alive(p, {"layers": 2})]
    assert {"layers.0.units", "layers.1.units"} <= set(alive)
    assert "layers.2.units" not in alive
    values = {"layers": 2, "layers.0.units": 5, "layers.1.units": 7}
    assert network_of(values, outputs=1).widths == (5, 7)


def test_dead_parameters_are_off() -> None:
    knobs = knobs_of({"l1.on": False, "optimizer": "adam"}, epochs=9, decay_epochs=5)
    assert (knobs.l1, knobs.dropout, knobs.momentum) == (0.0, 0.0, 0.0)


EIGHT = {"int": [4, 8]}


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({}, [Preparation()]),
        ({"data": {"scaling": "robust"}}, [Preparation("robust")]),
        (
            {"space": {"scaling": {"choice": ["robust", "standard"]}, "units": 8}},
            [Preparation("standard"), Preparation("robust")],
        ),
        (
            {
                "data": {"task": "regression"},
                "space": {
                    "target_transform": {"choice": ["log", "none"]},
                    "scaling": {"choice": ["quantile"], "when": {"target_transform": "log"}},
                },
            },
            [Preparation("standard"), Preparation("quantile", "log")],
        ),
        (
            {"space": {"units": EIGHT, "scaling": {"choice": ["robust"], "when": {"units": 8}}}},
            [Preparation("standard"), Preparation("robust")],
        ),
        (
            {"data": {"number_encoding": "tree_bins", "bins": 8, "scaling": "robust"}},
            [Preparation("robust"), Preparation("robust", "none", "tree_bins", 8)],
        ),
        (
            {
                "space": {
                    "units": EIGHT,
                    "number_encoding": {"choice": ["quantile_bins", "none", "tree_bins"]},
                    "bins": {"choice": [8, 16, 32], "when": {"number_encoding": "tree_bins"}},
                },
            },
            [
                Preparation(),
                Preparation(number_encoding="quantile_bins", bins=16),
                *(Preparation(number_encoding="tree_bins", bins=bins) for bins in (8, 16, 32)),
            ],
        ),
        (
            {
                "data": {"number_encoding": "quantile_bins"},
                "space": {"units": EIGHT, "bins": {"int": [8, 24], "step": 8}},
            },
            [
                Preparation(),
                *(Preparation(number_encoding="quantile_bins", bins=bins) for bins in (8, 16, 24)),
            ],
        ),
    ],
)
def test_rows_are_prepared_in_each_way_that_a_trial_may_have(
    sections: dict[str, Any], expected: list[Preparation]
) -> None:
    raw = {"study": {"name": "x"}, "space": {"units": {"int": [4, 8]}}, **sections}
    spec = check_study(raw, "x.toml")
    assert len(preparations_of(spec.space)) == len(expected)
    assert set(preparations_of(spec.space)) == set(expected)
    assert preparations_of(spec.space)[0] == expected[0]
    again = check_study(tomllib.loads(spec.as_toml()), "again.toml")
    assert again.space == spec.space


def test_what_prepares_rows_is_checked_like_other_hyperparameters() -> None:
    assert mistakes(data={"scaling": "robbust", "scalling": "robust"}) == {
        "data.scaling": "must be one of standard, robust, quantile, pixel, got 'robbust'",
        "data.scalling": "is not a key of this section; did you mean 'scaling'?",
    }
    assert mistakes(data={"target_transform": "log"}) == {
        "data.target_transform": "must be 'none' for data.task = 'binary', got 'log'; "
        "classes have no logarithm",
    }


def test_features_are_prepared_in_some_ways_and_not_in_very_many() -> None:
    rule = "must leave at most 16 ways to prepare features, as each is kept beside the others, got "
    way_out = "; search a choice of fewer values"
    encodings = {"choice": ["none", "quantile_bins", "tree_bins"]}
    scalings = {"choice": ["standard", "robust", "quantile"]}
    assert mistakes(data={"number_encoding": "tree_bins"}, space={"bins": {"int": [2, 64]}}) == {
        "space.bins": f"{rule}63 (63 of bins){way_out}"
    }
    space = {"scaling": scalings, "number_encoding": encodings, "bins": {"choice": [8, 16, 32]}}
    assert mistakes(space=space) == {
        "space.bins": f"{rule}21 (3 of bins x 3 of number_encoding x 3 of scaling){way_out}"
    }
    for allowed in ({**space, "bins": {"choice": [8, 16]}}, {"bins": {"int": [2, 64]}}):
        check_study({"study": {"name": "x"}, "space": allowed}, "x.toml")
    assert mistakes(data={"bins": 65, "number_encoding": "bins"}) == {
        "data.bins": "must be at least 2 and at most 64, got 65",
        "data.number_encoding": "must be one of none, quantile_bins, tree_bins, got 'bins'",
    }


def test_how_numbers_are_encoded_stands_beside_the_encoding_of_a_file() -> None:
    data = {"source": "file", "path": "x.csv", "label": "y", "encoding": "latin-1"}
    spec = check_study(
        {
            "study": {"name": "x"},
            "data": {**data, "number_encoding": "tree_bins", "bins": 8},
            "space": {"units": EIGHT},
        },
        "x.toml",
    )
    assert spec.data.encoding == "latin-1"
    assert spec.recipe({"units": 4}, 0).preparation == Preparation(
        number_encoding="tree_bins", bins=8
    )
    assert check_study(tomllib.loads(spec.as_toml()), "again.toml").as_toml() == spec.as_toml()


def test_all_mistakes_are_told_at_once_with_place_rule_and_way_out() -> None:
    told = mistakes(
        serch={},
        search={"trials": -1, "sampler": "tpa", "parrallel": 3},
        space={
            "learning_rate": {"float": [0.0, 1.0], "log": True},
            "optimizer": {"choice": ["sgd", "adam"]},
            "momentum": {"float": [0.1, 0.9], "when": {"optimiser": "sgd"}},
        },
    )
    assert told == {
        "serch": "is not a section; did you mean 'search'?",
        "search.trials": "must be at least 0, got -1",
        "search.sampler": "must be one of 'tpe', 'random', 'bayesian' or "
        "'keras_tuner_random', got 'tpa'",
        "search.parrallel": "is not a key of this section; did you mean 'parallel'?",
        "space.learning_rate.float": "on a log scale low must be above 0, got low = 0.0",
        "space.momentum.when": "'optimiser' is not a parameter before it; "
        "did you mean 'optimizer'?",
    }


@pytest.mark.parametrize(
    ("entry", "place", "rule"),
    [
        ({"float": [1, 0]}, "space.l1.float", "low must not be above high"),
        ({"float": [0.1]}, "space.l1.float", "two finite numbers"),
        ({"float": [0.1, float("nan")]}, "space.l1.float", "two finite numbers"),
        ({"int": [1, 2]}, "space.l1.int", "takes real numbers"),
        ({"float": [0, 1], "int": [0, 1]}, "space.l1", "must have one of"),
        ({}, "space.l1", "must have one of"),
        ({"off_or": [0.0, 1.0]}, "space.l1.off_or", "off is 0 already"),
        ({"float": [-1, 1]}, "space.l1.float", "must be at least 0"),
        ({"choice": []}, "space.l1.choice", "at least one value"),
        ({"choice": [0.1, 0.1]}, "space.l1.choice", "must not repeat"),
        ({"choice": [True]}, "space.l1.choice", "must be a number"),
        ({"float": [0, 1], "step": 2}, "space.l1.step", "belongs to int"),
        ({"float": [0, 1], "lgo": True}, "space.l1.lgo", "did you mean 'log'"),
        ({"float": [0, 1], "log": 1}, "space.l1.log", "true or false"),
        ({"float": [0, 1], "per_layer": True}, "space.l1.per_layer", "for units alone"),
        ("a lot", "space.l1", "must be a number"),
        (-1, "space.l1", "must be at least 0"),
        ([1, 2], "space.l1", "needs layers before it"),
    ],
)
def test_domains_that_break_a_rule(entry: Any, place: str, rule: str) -> None:
    told = mistakes(space={"units": {"int": [4, 8]}, "l1": entry})
    assert list(told) == [place]
    assert rule in told[place]


def test_a_condition_must_be_reachable_and_stand_before() -> None:
    told = mistakes(
        space={
            "optimizer": {"choice": ["adam"]},
            "momentum": {"float": [0, 0.9], "when": {"optimizer": "sgd"}},
            "l1": {"float": [0, 1], "when": {"l1": 0.5}},
        }
    )
    assert told["space.momentum.when"] == "'optimizer' can never be 'sgd'"
    assert "is not a parameter before it" in told["space.l1.when"]


def conditioned(when: Any, **entries: Any) -> str:
    """What is told of a learning rate with this condition, nothing where it is right."""
    space = {
        "layers": {"int": [1, 5]},
        "optimizer": {"choice": ["sgd", "adam", "adamw"]},
        "momentum": {"choice": [0.5, 1e-3], "when": {"optimizer": "sgd"}},
        "l1": {"off_or": [1e-6, 1e-3], "when": {"optimizer": ["sgd", "adam"]}},
        "dropout": {"float": [0.1, 0.5]},
        "units": {"int": [4, 8], "per_layer": True},
        **entries,
        "learning_rate": {"float": [0.1, 0.2], "when": when},
    }
    raw = {"study": {"name": "x"}, "network": {"activation": "elu", "l2": 1}, "space": space}
    try:
        check_study(raw, "x.toml")
    except StudyFileError as error:
        (mistake,) = error.mistakes
        assert mistake.place == "space.learning_rate.when"
        return mistake.message
    return ""


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ({"optimizer": []}, "must give 'optimizer' at least one value, got none"),
        ({"optimizer": ["sgd"] * 1_001}, "must have at most 1,000 values, got 1,001"),
        ({"optimizer": ["sgd", "lion"]}, "'optimizer' can never be 'lion'"),
        ({"optimizer": [["sgd"]]}, "'optimizer' can never be ['sgd']"),
        ({"optimizer": {"choice": ["sgd"]}}, "'optimizer' can never be {'choice': ['sgd']}"),
        ({"activation": "relu"}, "'activation' can never be 'relu'"),
        ({"l2": True}, "'l2' can never be True"),
        ({"layers": True}, "'layers' can never be True"),
        ({"layers": 1.0}, "'layers' can never be 1.0"),
        ({"layers": 6}, "'layers' can never be 6"),
        ({"l1.on": 1}, "'l1.on' can never be 1"),
        ({"l1": 0}, "'l1' can never be 0.0"),
        ({"layers.0.units": 9}, "'layers.0.units' can never be 9"),
        ({"layers.5.units": 4}, "'layers.5.units' is not a parameter before it"),
        ({"momentum": 10**400}, "'momentum' can never be a number of 401 digits"),
        (
            {"dropout": 0.2},
            "'dropout' is any number of a range, practically never 0.2; make it a choice",
        ),
        (
            {"momentum": 0.5, "optimizer": "adam"},
            "can never hold: 'optimizer' would have to be 'adam' and 'sgd' at once",
        ),
        (
            {"optimizer": "adamw", "l1.on": True},
            "can never hold: 'optimizer' would have to be 'adamw' and 'sgd' or 'adam' at once",
        ),
        (
            {"layers.4.units": 4, "layers": [1, 4]},
            "can never hold: 'layers' would have to be 1 or 4 and 5 at once",
        ),
    ],
)
def test_a_condition_that_can_never_hold_is_a_mistake(when: Any, message: str) -> None:
    assert conditioned(when).startswith(message)


@pytest.mark.parametrize(
    "when",
    [
        {"optimizer": ["sgd", "adam"]},
        {"momentum": [0.5, 0.001], "l1.on": False},
        {"l2": 1, "activation": "elu"},
        {"l2": 1.0},
        {"layers.4.units": [4, 8], "layers": [4, 5]},
    ],
)
def test_a_condition_that_can_hold_is_right(when: Any) -> None:
    assert conditioned(when) == ""


def test_a_whole_number_in_a_condition_meets_the_real_one_that_it_equals() -> None:
    assert conditioned({"l1": 1}, l1={"choice": [1, 0.5]}) == ""


def test_a_parent_with_a_mistake_of_its_own_is_told_once() -> None:
    told = mistakes(
        space={
            "optimizer": {"choice": ["adam"]},
            "momentum": {"choice": [0.5], "when": {"optimizer": "sgd"}},
            "l1": {"off_or": [1, 0]},
            "l2": {"float": [0.1, 0.2], "when": {"momentum": 0.5, "l1.on": True}},
        }
    )
    assert list(told) == ["space.momentum.when", "space.l1.off_or"]


@pytest.mark.parametrize(
    ("search", "epochs", "expected"),
    [
        ({}, 300, 30),
        ({}, 30, 3),
        ({}, 29, 2),
        ({}, 9, 0),
        ({"warmup": 0.29}, 100, 29),
        ({"warmup": 0.07}, 100, 7),
        ({"warmup": 1e-05}, 100_000, 1),
        ({"warmup": 0}, 300, 0),
        ({"warmup": 1}, 300, 300),
        ({"warmup_epochs": 7}, 300, 7),
        ({"warmup": 0.5, "warmup_epochs": 0}, 300, 0),
    ],
)
def test_the_warmup_is_a_share_of_the_epochs(
    search: dict[str, float], epochs: int, expected: int
) -> None:
    raw = {"study": {"name": "x"}, "space": {"units": {"int": [4, 8]}}, "search": search}
    spec = check_study({**raw, "training": {"epochs": epochs}}, "x.toml")
    assert spec.warmup_epochs == expected
    written = tomllib.loads(spec.as_toml())["search"]
    assert written["warmup"] == search.get("warmup", 0.1)
    assert ("warmup_epochs" in written) == ("warmup_epochs" in search)


def test_the_reference_study_can_be_shortened() -> None:
    assert read_study(HIGGS).warmup_epochs == 30
    assert read_study(HIGGS, ["training.epochs=10"]).warmup_epochs == 1


@pytest.mark.parametrize("warmup", [-0.1, 1.1, float("nan"), float("inf"), True, "half"])
def test_a_warmup_is_between_nothing_and_all(warmup: Any) -> None:
    assert list(mistakes(search={"warmup": warmup})) == ["search.warmup"]


def test_a_csv_may_be_named_on_the_command_line_alone() -> None:
    spec = small_study(data__source="csv")
    assert spec.data.path is None
    again = check_study(tomllib.loads(spec.as_toml()), "again.toml")
    assert again.data == spec.data


@pytest.mark.parametrize("path", ["", " ", "a\0b", "\x1b[31m", "\udcff"])
def test_a_path_that_names_no_file_is_a_mistake(path: str) -> None:
    for source in ("higgs", "csv", "collisions"):
        assert list(mistakes(data={"source": source, "path": path})) == ["data.path"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (10**400, "a number of 401 digits"),
        (-(16**5_000), "a number of 6,021 digits"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
    ],
    ids=["401 digits", "6,021 digits", "inf", "nan"],
)
def test_a_number_that_no_float_holds_is_told(number: float, shown: str) -> None:
    ends = {"float": [0.1, number]}
    told = mistakes(
        training={"learning_rate": number, "epochs": number},
        space={"units": {"int": [4, 8], "step": number}, "l1": ends},
        study={"name": "x", "seed": number, "description": number},
    )
    assert told["training.learning_rate"] == f"must be finite, got {shown}"
    assert {"training.epochs", "space.units.step", "space.l1.float"} <= told.keys()
    assert told["study.description"] == f"must be text, got {shown}"
    assert told["study.seed"].endswith(f"got {shown}")


def test_a_description_may_have_lines_but_no_control_characters() -> None:
    spec = small_study(study__description="two\nlines and a\ttab")
    assert spec.study.description == "two\nlines and a\ttab"
    told = mistakes(study={"name": "x", "description": "\x1b[31mred"})
    assert told == {"study.description": "must have no control characters, got '\\x1b[31mred'"}


def test_a_name_stands_in_one_section_only() -> None:
    told = mistakes(network={"layers": 2}, space={"layers": {"int": [1, 3]}})
    assert told["space.layers"] == "is already set in network.layers; keep one of the two"


def test_a_hyperparameter_is_fixed_in_its_own_section() -> None:
    told = mistakes(
        network={"optimizer": "sgd", "momentum": {"float": [0.1, 0.9]}, "activation": "elu"},
        training={"layers": 2, "learning_rate": 0.1},
    )
    assert told == {
        "network.optimizer": "belongs in [training], or in [space] to be searched",
        "network.momentum": "belongs in [training], or in [space] to be searched",
        "training.layers": "belongs in [network], or in [space] to be searched",
    }
    spec = small_study(space__nesterov=True, space__activation="relu")
    assert spec.space.constants == {"nesterov": True, "activation": "relu"}


def test_overrides_replace_entries_and_are_checked_the_same_way(tmp_path: Path) -> None:
    spec = read_study(HIGGS, ["search.trials=20", "search.pruner=none", "space.units.int=[8, 16]"])
    assert (spec.search.trials, spec.search.pruner) == (20, Unpruned())
    with pytest.raises(StudyFileError) as caught:
        read_study(HIGGS, ["search.trials=many", "trials=3", "space.units.int.low=3"])
    places = [mistake.place for mistake in caught.value.mistakes]
    assert places == ["--set trials=3", "--set space.units.int.low", "search.trials"]


def test_a_study_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'higgs'"):
        find_study("higs")
    with pytest.raises(UsageError, match="there is no file"):
        find_study(str(tmp_path / "no.toml"))


def test_text_that_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[study\nname = 1")
    with pytest.raises(StudyFileError, match="cannot be parsed"):
        read_study(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        read_study(path)


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
wild = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        *HYPERPARAMETERS,
        "float",
        "int",
        "choice",
        "off_or",
        "log",
        "when",
        "seed",
        "trials",
        "epochs",
    ]
)
tables = st.dictionaries(keys, wild | st.dictionaries(keys, wild, max_size=3), max_size=4)
sections = st.sampled_from(["study", "data", "network", "space", "training", "search", "evaluate"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(sections, tables | wild, max_size=5))
def test_wild_study_files_are_read_or_refused_and_never_crash(raw: dict[str, Any]) -> None:
    try:
        spec = check_study({**raw, "study": {"name": "wild"}}, "wild.toml")
    except StudyFileError:
        return
    assert check_study(tomllib.loads(spec.as_toml()), "again.toml").space == spec.space


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("rows.csv", "studies/rows.csv"),
        ("../rows.csv", "rows.csv"),
        ("/data/rows.csv", "/data/rows.csv"),
        ("~/rows.csv", "~/rows.csv"),
    ],
)
def test_a_path_starts_at_the_study_file(
    written: str, seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "studies").mkdir()
    file = Path("studies") / "mine.toml"
    file.write_text(
        f'[study]\nname = "mine"\n[data]\npath = "{written}"\n[space]\nunits = {{ int = [2, 4] }}\n'
    )
    assert read_study(file).data.path == seen
    assert read_study(file, ["data.path=rows.csv"]).data.path == "rows.csv"
    (tmp_path / "mine.toml").write_bytes(file.read_bytes())
    assert read_study(Path("mine.toml")).data.path == written


def test_an_objective_is_one_of_the_tasks() -> None:
    assert small_study().task.objective == "val_binary_crossentropy"
    spec = small_study(search__objective="val_average_precision")
    assert spec.task.objective == "val_average_precision"
    assert spec.recipe({}, 0).objective == "average_precision"
    assert check_study(tomllib.loads(spec.as_toml()), "again.toml").task.metric == spec.task.metric
    found = mistakes(data={"task": "regression"}, search={"objective": "val_auc"})
    assert found == {
        "search.objective": (
            "must be for data.task = 'regression' one of 'val_mean_squared_error', "
            "'val_mean_absolute_error'; got 'val_auc'"
        )
    }


def test_baselines_are_those_of_the_task() -> None:
    by_task = {
        "binary": ("logistic_regression", "gradient_boosting"),
        "multiclass": ("logistic_regression", "gradient_boosting"),
        "regression": ("ridge_regression", "gradient_boosting"),
    }
    for task, baselines in by_task.items():
        assert small_study(data__task=task).evaluate.baselines == baselines
    found = mistakes(
        data={"task": "regression"}, evaluate={"baselines": ["tiny", "logistic_regression"]}
    )
    (message,) = found.values()
    assert message.startswith("must be for data.task = 'regression': 'tiny', 'small'")
    assert message.endswith("'ridge_regression', 'gradient_boosting'; got 'logistic_regression'")
