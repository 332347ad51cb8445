"""Every value of a parameter is in one part of its range."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from hpsearch.analysis.slices import position, slice_parameters, sliced_parameters
from hpsearch.record.trial import TrialRecord
from hpsearch.space.space import Choice, Float, Int, Parameter, Space
from hpsearch.tasks.binary import CROSSENTROPY
from tests.outcomes import make_spec, make_trial


def parts(space: Space, trials: Sequence[TrialRecord], name: str) -> list[tuple[Any, ...]]:
    (found,) = [one for one in slice_parameters(CROSSENTROPY, space, trials) if one.name == name]
    return [(one.where, one.complete, one.pruned, one.best, one.median) for one in found.parts]


def test_ranges_are_told_in_thirds_of_their_scale() -> None:
    domain = Float(1e-6, 1e-3, log=True)
    space = Space((Parameter("l1.on", Choice((False, True))), Parameter("l1", domain)), {})
    trials = [
        make_trial(0, value=0.5, params={"l1.on": False}),
        make_trial(1, value=0.6, params={"l1.on": True, "l1": 1e-6}),
        make_trial(2, value=0.8, params={"l1.on": True, "l1": 9e-6}),
        make_trial(3, "pruned", value=0.1, params={"l1.on": True, "l1": 5e-6}),
        make_trial(4, value=0.7, params={"l1.on": True, "l1": 1e-3}),
        make_trial(5, "running", value=0.2, params={"l1.on": True, "l1": 1e-4}),
    ]
    assert parts(space, trials, "l1") == [
        ("off", 1, 0, 0.5, 0.5),
        ("1e-06 to 1e-05", 2, 1, 0.6, pytest.approx(0.7)),
        ("1e-05 to 0.0001", 0, 0, None, None),
        ("0.0001 to 0.001", 1, 0, 0.7, 0.7),
    ]


def test_few_whole_numbers_and_choices_are_told_one_by_one() -> None:
    layers, optimizer = Int(2, 6, step=2), Choice(("sgd", "adam"))
    space = Space((Parameter("layers", layers), Parameter("optimizer", optimizer)), {})
    trials = [
        make_trial(0, value=0.5, params={"layers": 2, "optimizer": "sgd"}),
        make_trial(1, value=0.4, params={"layers": 6, "optimizer": "sgd"}),
    ]
    assert [(part[0], part[1]) for part in parts(space, trials, "layers")] == [
        ("2", 1),
        ("4", 0),
        ("6", 1),
    ]
    assert [(part[0], part[1]) for part in parts(space, trials, "optimizer")] == [
        ("sgd", 2),
        ("adam", 0),
    ]


@pytest.mark.parametrize(
    "domain",
    [
        Int(16, 512, log=True),
        Int(1, 7, log=True),
        Int(0, 100, step=3),
        Int(3, 3),
        Float(0.5, 0.5),
        Float(0.05, 0.6),
        Float(1e-4, 1e-1, log=True),
    ],
)
def test_the_parts_of_a_range_hold_every_value_once(domain: Float | Int) -> None:
    rng = np.random.default_rng(5)
    drawn: list[float] = [domain.low, domain.high]
    if isinstance(domain, Int):
        drawn += rng.integers(domain.low, domain.high + 1, 200).tolist()
    else:
        drawn += rng.uniform(domain.low, domain.high, 200).tolist()
    trials = [make_trial(n, params={"units": value}) for n, value in enumerate(drawn)]
    found = parts(Space((Parameter("units", domain),), {}), trials, "units")
    assert sum(part[1] for part in found) == len(trials)
    assert len({part[0] for part in found}) == len(found)


def test_a_switch_is_told_with_its_parameter() -> None:
    names = [parameter.name for parameter in sliced_parameters(make_spec().space)]
    assert names == [
        "layers", "units", "batch_normalization", "l2", "dropout", "optimizer", "learning_rate",
        "momentum",
    ]  # fmt: skip


def test_places_in_a_range_follow_its_scale() -> None:
    assert position(Float(0.001, 0.1, log=True), 0.01) == pytest.approx(0.5)
    assert position(Float(0.0, 10.0), 2.5) == 0.25
    assert position(Int(3, 3), 3) == 0.5
