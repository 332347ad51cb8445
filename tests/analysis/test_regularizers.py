"""What regularizers did, for studies of which it is known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from hpsearch.analysis.regularizers import (
    Group,
    LayerWeights,
    ablate,
    combinations,
    norms_by_epoch,
    summarize_layers,
    switches,
    variants,
)
from hpsearch.data.columns import number_columns
from hpsearch.data.facts import DataFacts
from hpsearch.evaluation.leaderboard import Leaderboard, Reason, Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained
from hpsearch.record.trial import StateName, TrialRecord
from hpsearch.space.space import Scalar
from hpsearch.study.reading import check_study
from hpsearch.training.history import UNTRAINED, History
from hpsearch.training.inspection import BINS, NO_LOSSES, Kernels, Losses
from hpsearch.training.run import Run
from tests.outcomes import curve_of

ROWS = 400
SEEDS = (11, 12, 13)

SPEC = check_study(
    {
        "study": {"name": "made"},
        "training": {"weight_decay": 0.01},
        "space": {
            "batch_normalization": {"choice": [False, True]},
            "l1": {"off_or": [1e-6, 1e-2]},
            "dropout": {"off_or": [0.1, 0.6]},
            "optimizer": {"choice": ["adam", "adamw"]},
        },
    },
    "made.toml",
)
RECIPE = SPEC.recipe({}, 0)


def made(
    histories: Mapping[str, History],
    *,
    winner: Sequence[Trained] = (),
    ablations: Sequence[Trained] = (),
    trials: Sequence[TrialRecord] = (),
) -> tuple[Outcome, Standing]:
    """An outcome of these parts, and the standing of trial 4."""
    mean = fmean(run.value for run in winner) if winner else math.nan
    standing = Standing(1, 4, {}, 0.5, mean, 0.0, tuple(winner))
    outcome = Outcome(
        folder=Path("made"),
        spec=SPEC,
        data=DataFacts(
            "csv", "made", False, "sha256:0", number_columns(("a", "b", "c")), 3, 100, ROWS, 100
        ),
        trials=tuple(trials),
        history=lambda run: histories.get(run, UNTRAINED),
        importances={},
        importance_evaluator="",
        leaderboard=Leaderboard((standing,), True, None, Reason.BEST_MEAN),
        baselines=(),
        ablations=tuple(ablations),
        test=None,
        environment={},
        seconds={},
        command="hpsearch optimize",
    )
    return outcome, standing


def losses(seed: int, more: float = 0.0) -> Losses:
    """Rows are hard or easy for every network; a seed changes the loss of each a little."""
    hard = np.random.default_rng(0).gamma(2.0, 0.3, ROWS)
    own = 0.01 * np.random.default_rng(seed).normal(size=ROWS)
    return np.asarray(hard + own + more, np.float32)


def again(index: int, value: float) -> Trained:
    run = Run(f"0004-seed-{index}", "again", "retraining", RECIPE, SEEDS[index], index)
    return Trained(run, value, 5, 10)


def without(name: str, index: int, value: float, trial: int = 4) -> Trained:
    run, label = f"{trial:04d}-without-{name}-seed-{index}", f"without {name}"
    seed = SEEDS[index] if trial == 4 else 99
    return Trained(Run(run, label, name, RECIPE, seed, index), value, 5, 10)


def recorded(values: Losses, *kernels: Kernels) -> History:
    epochs = range(1, len(kernels) + 1)
    return History(
        curve_of(np.zeros((len(kernels), 2, 2))),
        dict.fromkeys(epochs, ""),
        values,
        dict(zip(epochs, kernels, strict=True)),
    )


def ablated(effects: Mapping[str, float], seeds: int = 3) -> tuple[Outcome, Standing]:
    """Ablations that are worse by known amounts, told in an order unlike that of the seeds."""
    found = {index: losses(index) for index in range(seeds)}
    worse = {
        (name, index): losses(100 + index, more)
        for name, more in effects.items()
        for index in reversed(range(seeds))
    }
    histories = {
        **{f"0004-seed-{index}": recorded(values) for index, values in found.items()},
        **{f"0004-without-{n}-seed-{i}": recorded(values) for (n, i), values in worse.items()},
    }
    return made(
        histories,
        winner=[again(index, float(values.mean())) for index, values in found.items()],
        ablations=[
            without(name, index, float(values.mean())) for (name, index), values in worse.items()
        ],
    )


def test_a_change_is_what_taking_away_adds_to_the_loss() -> None:
    """The noise of 400 rows and 3 seeds is 0.0004: an error of 0.002 is no chance."""
    l1, dropout = ablate(*ablated({"l1": 0.0, "dropout": 0.03}))
    assert (l1.name, dropout.name) == ("l1", "dropout")
    assert l1.change is not None
    assert dropout.change is not None
    assert l1.change.value == pytest.approx(0, abs=0.002)
    assert dropout.change.value == pytest.approx(0.03, abs=0.002)
    assert dropout.change.low > 0.02
    assert fmean(dropout.seeds) == pytest.approx(dropout.change.value, abs=1e-6)
    assert dropout.diverged == 0


def test_pairs_take_what_rows_and_seeds_share_out_of_the_interval() -> None:
    """Between rows losses scatter by 0.4, so without pairs the interval would be 0.08 wide."""
    (one,) = ablate(*ablated({"l1": 0.01}))
    assert one.change is not None
    assert one.change.high - one.change.low < 0.01


def test_runs_pair_by_seed_in_the_order_of_the_winners() -> None:
    outcome, standing = ablated({"l1": 0.01})
    runs = variants(outcome, standing)["l1"]
    assert [run.run.seed for run in runs] == list(SEEDS)
    assert ablate(outcome, standing)[0].seeds == tuple(
        run.value - one.value for run, one in zip(runs, standing.runs, strict=True)
    )


def test_a_diverged_run_leaves_no_change() -> None:
    outcome, standing = ablated({"l1": 0.01, "dropout": 0.02})
    first, *others = outcome.ablations
    l1, dropout = ablate(
        replace(outcome, ablations=(replace(first, value=math.inf), *others)), standing
    )
    assert (l1.change, l1.diverged, l1.value) == (None, 1, math.inf)
    assert sum(map(math.isinf, l1.seeds)) == 1
    assert dropout.change is not None


def test_losses_that_are_not_recorded_leave_no_change() -> None:
    outcome, standing = ablated({"l1": 0.01})
    (one,) = ablate(replace(outcome, history=lambda run: UNTRAINED), standing)
    assert (one.change, one.diverged) == (None, 0)
    assert math.isfinite(one.value)


def test_unfinished_variants_and_those_of_another_trial_are_left_out() -> None:
    outcome, standing = ablated({"l1": 0.01})
    others = [without("dropout", 0, 0.6), *(without("l2", i, 0.6, trial=9) for i in range(3))]
    outcome = replace(outcome, ablations=(*outcome.ablations, *others))
    assert [one.name for one in ablate(outcome, standing)] == ["l1"]


def kernels(*fields: tuple[float, float]) -> Kernels:
    """A row of norm and share for each kernel of 10 weights a bin."""
    rows = [[norm, share, -1.0, 1.0, *[10.0] * BINS] for norm, share in fields]
    return np.array(rows, np.float32)


def test_layers_are_the_mean_over_seeds_of_the_last_epoch() -> None:
    outcome, _ = made(
        {
            "a": recorded(NO_LOSSES, kernels((9, 0.9), (9, 0.9)), kernels((1, 0.25), (4, 0))),
            "b": recorded(NO_LOSSES, kernels((3, 0.75), (5, 0.5))),
            "diverged": recorded(NO_LOSSES, kernels((math.nan, 0), (1, 0))),
        }
    )
    hidden, output = summarize_layers(outcome, ["a", "b", "diverged", "nothing recorded"])
    assert hidden == LayerWeights(2.0, 0.5, 10 * BINS)
    assert output == LayerWeights(4.5, 0.25, 10 * BINS)
    assert summarize_layers(outcome, ["diverged", "nothing recorded"]) == ()


def test_norms_by_epoch_are_of_all_kernels_and_of_epochs_that_all_seeds_have() -> None:
    outcome, _ = made(
        {
            "a": recorded(NO_LOSSES, *(kernels((3, 0), (4, 0)),) * 2, kernels((6, 0), (8, 0))),
            "b": recorded(NO_LOSSES, kernels((0, 0), (6, 0)), kernels((5, 0), (12, 0))),
            "diverged": recorded(NO_LOSSES, kernels((1, 0)), kernels((math.nan, 0))),
        }
    )
    runs = ["a", "b", "diverged", "nothing recorded"]
    assert norms_by_epoch(outcome, runs) == {1: 5.5, 2: 9.0}
    assert norms_by_epoch(outcome, ["a"]) == {1: 5.0, 2: 5.0, 3: 10.0}
    assert norms_by_epoch(outcome, runs[2:]) == {}


def trial(
    number: int, value: float | None, params: Mapping[str, Scalar], state: StateName = "complete"
) -> TrialRecord:
    cause = "diverged at epoch 3" if value is None and state == "pruned" else ""
    return TrialRecord(number, state, value, params, 20, 9, number, cause, 0.0, 1.0)


DROPOUT = {"dropout.on": True, "dropout": 0.2}

TRIALS = (
    trial(0, 0.50, DROPOUT),
    trial(1, 0.60, DROPOUT),
    trial(2, 0.56, DROPOUT),
    trial(3, 0.40, DROPOUT, "pruned"),
    trial(4, 0.75, {"batch_normalization": True, "optimizer": "adamw"}),
    trial(5, 0.65, {"dropout.on": False}),
    trial(6, None, DROPOUT, "pruned"),
    trial(7, None, DROPOUT, "failed"),
    trial(8, 0.30, DROPOUT, "running"),
    trial(9, 0.41, {"l1.on": True, "l1": 1e-3}, "pruned"),
)


def test_complete_trials_are_told_by_what_was_on_and_pruned_ones_counted() -> None:
    outcome, _ = made({}, trials=TRIALS)
    found = {one.name: (one.on, one.off) for one in switches(outcome)}
    assert list(found) == ["l1", "dropout", "batch_normalization", "weight_decay"]
    assert found["dropout"] == (Group(3, 1, 0.50, 0.56), Group(2, 1, 0.65, 0.70))
    assert found["l1"][0] == Group(0, 1, None, None)
    assert found["batch_normalization"][0] == Group(1, 0, 0.75, 0.75)


def test_weight_decay_is_on_with_adamw_alone() -> None:
    outcome, _ = made({}, trials=TRIALS)
    (decay,) = (one for one in switches(outcome) if one.name == "weight_decay")
    assert (decay.on.complete, decay.off.complete) == (1, 4)


def test_trials_by_the_exact_set_the_best_first_and_those_without_a_value_last() -> None:
    outcome, _ = made({}, trials=TRIALS)
    assert list(combinations(outcome).items()) == [
        (("dropout",), Group(3, 1, 0.50, 0.56)),
        ((), Group(1, 0, 0.65, 0.65)),
        (("batch_normalization", "weight_decay"), Group(1, 0, 0.75, 0.75)),
        (("l1",), Group(0, 1, None, None)),
    ]


def test_no_trials_make_no_groups() -> None:
    outcome, _ = made({})
    assert (combinations(outcome), switches(outcome)) == ({}, ())
