"""What is trained after the search: which baselines, which ablations, with what."""

from pathlib import Path
from typing import Any

import pytest

from hpsearch.evaluation.ablation import ablation_runs, regularizers_on, without
from hpsearch.evaluation.baselines import baseline_runs
from hpsearch.evaluation.candidates import comparison_runs, find_candidates
from hpsearch.evaluation.retraining import retrainings
from hpsearch.models.dense import dense_network
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.preparation import Preparation, preparations_of
from hpsearch.models.tutorial import tutorial_recipe
from hpsearch.record.folder import write_folder
from hpsearch.record.trial import TrialRecord
from hpsearch.space.space import Scalar
from hpsearch.study.sections import baselines_of
from hpsearch.tasks.binary import BINARY
from tests.doubles import FormulaTrainer, ThreadPool, evaluate, small_study
from tests.facts import FACTS

#: As ORIGINS of the tutorial has them: hidden layers, L2, dropout.
TUTORIAL = {
    "tiny": ((16,), 0.0, 0.0),
    "small": ((16, 16), 0.0, 0.0),
    "medium": ((64, 64, 64), 0.0, 0.0),
    "large": ((512,) * 4, 0.0, 0.0),
    "large_l2": ((512,) * 4, 1e-3, 0.0),
    "large_dropout": ((512,) * 4, 0.0, 0.5),
    "large_combined": ((512,) * 4, 1e-4, 0.5),
}


def trial(**params: Scalar) -> TrialRecord:
    return TrialRecord(7, "complete", 0.5, params, 20, 10, 1, "", 0.0, 1.0)


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_seven_are_those_of_the_tutorial(name: str) -> None:
    recipe = tutorial_recipe(
        name,
        preparation=Preparation(),
        task="binary",
        objective="binary_crossentropy",
        classes=0,
        epochs=10_000,
        engine="compiled",
    )
    knobs = recipe.knobs
    widths, l2, dropout = TUTORIAL[name]
    assert recipe.network == dense_network(widths, "elu", batch_normalization=False, outputs=1)
    assert (knobs.l1, knobs.l2, knobs.dropout) == (0.0, l2, dropout)
    assert (knobs.optimizer, knobs.learning_rate) == ("adam", 1e-3)
    assert (knobs.schedule, knobs.schedule_epochs) == ("inverse_time", 1_000)


def test_baselines_are_trained_as_the_tutorial_trains_and_not_as_the_study() -> None:
    spec = small_study(evaluate__baselines=list(baselines_of(BINARY)), training__batch_size=32)
    runs = baseline_runs(spec, 0)
    assert [run.variant for run in runs] == list(TUTORIAL)
    assert len({run.seed for run in runs}) == 7
    for run in runs:
        assert (run.recipe.batch_size, run.recipe.patience) == (500, 200)
        assert run.recipe.epochs == 10_000
    fewer = baseline_runs(small_study(evaluate__baselines=["large"]), 0)
    assert fewer[0].identity == runs[3].identity


@pytest.mark.parametrize(
    "changes",
    [{"data__scaling": "robust"}, {"space__scaling": {"choice": ["quantile", "robust"]}}],
)
def test_baselines_are_trained_on_rows_that_the_study_prepares(changes: dict[str, Any]) -> None:
    spec = small_study(evaluate__baselines=["tiny"], **changes)
    (run,) = baseline_runs(spec, 0)
    assert run.recipe.preparation == preparations_of(spec.space)[0] != Preparation()


def test_an_ablation_switches_off_one_regularizer_and_keeps_the_seeds() -> None:
    spec = small_study(
        evaluate__seeds=2,
        network__l1=1e-4,
        network__dropout=0.2,
        network__batch_normalization=True,
        training__weight_decay=0.1,
    )
    winner = trial(layers=2, units=8, learning_rate=0.1, optimizer="adam")
    values = spec.space.complete(winner.params)
    assert regularizers_on(values) == ("l1", "dropout", "batch_normalization")
    runs = ablation_runs(spec, winner, 0)
    assert [run.name for run in runs[:2]] == ["0007-without-l1-seed-0", "0007-without-l1-seed-1"]
    assert [run.variant for run in runs[::2]] == ["l1", "dropout", "batch_normalization", "any"]
    seeds = [run.seed for run in retrainings(spec, winner, 0)]
    for run in runs:
        assert run.seed == seeds[int(run.name[-1])]
        names = regularizers_on(values) if run.variant == "any" else (run.variant,)
        assert run.recipe == spec.recipe(without(winner.params, *names), 0)
        knobs, network = run.recipe.knobs, run.recipe.network
        assert (knobs.l1 == 0) == ("l1" in names)
        assert (knobs.dropout == 0) == ("dropout" in names)
        normalized = any(isinstance(layer, BatchNormalization) for layer in network.layers)
        assert normalized == ("batch_normalization" not in names)
    assert without(values) == values


def test_weight_decay_is_a_regularizer_of_adamw_alone() -> None:
    for optimizer, used in (("adamw", ("weight_decay",)), ("adam", ())):
        spec = small_study(
            training__weight_decay=0.1, space__optimizer={"choice": ["sgd", optimizer]}
        )
        assert regularizers_on(spec.space.complete({"layers": 1, "optimizer": optimizer})) == used


def test_regularizers_of_single_layers_are_switched_off_in_all_of_them() -> None:
    spec = small_study(
        **{"space__layers": 2, "space__l1": [0.1, 0.0], "space__dropout": [0.0, 0.5]},
        evaluate__seeds=1,
    )
    winner = trial(units=8, learning_rate=0.1, optimizer="adam")
    assert regularizers_on(spec.space.complete(winner.params)) == ("l1", "dropout")
    knobs = {run.variant: run.recipe.knobs for run in ablation_runs(spec, winner, 0)}
    assert {name: (of.l1, of.dropout) for name, of in knobs.items()} == {
        "l1": (0.0, (0.0, 0.5)),
        "dropout": ((0.1, 0.0), 0.0),
        "any": (0.0, 0.0),
    }


def test_a_network_without_hidden_layers_has_no_regularizer_of_theirs() -> None:
    on = {"l1": 0.1, "l2": 0.1, "dropout": 0.5, "batch_normalization": True}
    assert regularizers_on({"layers": 0, **on}) == ("l1", "l2")
    assert regularizers_on({"layers": 1, **on}) == tuple(on)


def test_a_winner_with_bins_is_trained_without_them_on_rows_that_are_prepared() -> None:
    spec = small_study(
        data__number_encoding="tree_bins", space__bins={"choice": [8, 32]}, evaluate__seeds=1
    )
    winner = trial(layers=1, units=8, l2=1e-3, learning_rate=0.1, bins=32)
    runs = {run.variant: run for run in ablation_runs(spec, winner, 0)}
    assert list(runs) == ["l2", "number_encoding", "any"]
    assert runs["number_encoding"].label == "without bins"
    ways = {name: run.recipe.preparation for name, run in runs.items()}
    tree = Preparation(number_encoding="tree_bins", bins=32)
    assert ways == {"l2": tree, "number_encoding": Preparation(), "any": Preparation()}
    assert set(ways.values()) <= set(preparations_of(spec.space))
    assert runs["number_encoding"].recipe.knobs == spec.recipe(winner.params, 0).knobs


def test_one_regularizer_alone_is_not_left_out_twice() -> None:
    spec = small_study(evaluate__seeds=1)
    runs = ablation_runs(spec, trial(layers=1, units=8, l2=1e-3, learning_rate=0.1), 0)
    assert [run.variant for run in runs] == ["l2"]


def test_a_study_without_a_search_compares_its_baselines(tmp_path: Path) -> None:
    spec = small_study(search__trials=0, evaluate__baselines=["tiny", "logistic_regression"])
    with write_folder(tmp_path, spec, FACTS) as folder:
        assert [run.variant for run in comparison_runs(folder)] == ["tiny"]
        evaluate(folder, ThreadPool(FormulaTrainer()))
        found = find_candidates(folder)
        assert found is not None
        assert not found.configurations
        assert [run.variant for run in found.networks] == ["tiny"]
        assert list(found.models) == ["logistic_regression"]


def test_a_search_without_a_winner_opens_no_test(tmp_path: Path) -> None:
    with write_folder(tmp_path, small_study(), FACTS) as folder:
        assert comparison_runs(folder) == ()
        assert find_candidates(folder) is None
