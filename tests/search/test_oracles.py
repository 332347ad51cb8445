"""KerasTuner's oracles behind Optuna's sampler."""

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import psutil  # type: ignore[import-untyped]
import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.testing.pytest_samplers import BasicSamplerTestCase, RelativeSamplerTestCase
from optuna.trial import FrozenTrial, TrialState, create_trial

from hpsearch.calls import SideProcess
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.record import Record
from hpsearch.search import loop
from hpsearch.search.loop import search
from hpsearch.search.proposers.keras_tuner import OracleSampler, finished_trials
from hpsearch.search.proposers.lower_bound import LowerBound
from hpsearch.search.proposers.oracle import OracleName, Question, propose
from hpsearch.search.proposers.oracle_space import from_code
from hpsearch.search.suggest import distribution, suggest
from hpsearch.space.space import (
    Choice,
    Condition,
    Domain,
    Float,
    Int,
    Parameter,
    Scalar,
    Space,
    contains,
)
from hpsearch.study.spec import StudySpec
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, small_study
from tests.search.test_loop import Found, assert_equal, early, run, walk

ORACLES: tuple[OracleName, ...] = ("bayesian", "keras_tuner_random")

#: Every kind of domain and condition.
EVERYTHING = Space(
    (
        Parameter("float", Float(-1.5, 2.5)),
        Parameter("log", Float(1e-5, 1e-2, log=True)),
        Parameter("step", Int(3, 18, step=5)),
        Parameter("layers", Int(1, 3)),
        Parameter("units", Int(4, 64, log=True)),
        Parameter("flag", Choice((False, True))),
        Parameter("rate", Choice((0.1, 0.2, 0.4))),
        Parameter("optimizer", Choice(("sgd", "adam", "rmsprop"))),
        Parameter("one", Choice((7,))),
        Parameter("point", Float(0.25, 0.25)),
        Parameter("momentum", Float(0.0, 0.9), (Condition("optimizer", ("sgd", "rmsprop")),)),
        Parameter("l1", Float(1e-6, 1e-3, log=True), (Condition("flag", (True,)),)),
        Parameter("layers.1.units", Int(4, 64), (Condition("layers", (2, 3)),)),
        Parameter("layers.2.units", Int(4, 64, log=True), (Condition("layers", (3,)),)),
        Parameter(
            "both", Int(1, 9), (Condition("flag", (False,)), Condition("optimizer", ("adam",)))
        ),
        Parameter("nested", Float(0.0, 1.0), (Condition("both", (1, 2, 3, 4, 5)),)),
        Parameter("always", Int(1, 2), (Condition("schedule", ("cosine", "constant")),)),
        Parameter("never", Int(1, 2), (Condition("schedule", ("constant",)),)),
        Parameter("below_never", Int(1, 2), (Condition("never", (1,)),)),
    ),
    {"schedule": "cosine"},
)

SQUARE = Space((Parameter("x", Float(0.0, 1.0)), Parameter("y", Float(0.0, 1.0))), {})
FINITE = Space((Parameter("a", Choice((False, True))), Parameter("b", Int(1, 2))), {})


@pytest.fixture(scope="module")
def side() -> Iterator[SideProcess]:
    """One process for all: to start TensorFlow takes some 6 s."""
    with SideProcess() as side:
        yield side


def sampler(name: OracleName, space: Space, side: Any, number: int) -> OracleSampler:
    seed = int(np.random.SeedSequence(5, spawn_key=(number,)).generate_state(1)[0])
    return OracleSampler(name, space, startup_trials=4, seed=seed, side=side)


def optimize(
    name: OracleName,
    space: Space,
    side: SideProcess,
    objective: Callable[[Mapping[str, Any]], float],
    trials: int,
    seed: int = 0,
) -> optuna.Study:
    """A search without pruning, one trial at a time."""
    study = optuna.create_study()
    for number in range(trials):
        study.sampler = sampler(name, space, side, 1_000 * seed + number)
        trial = study.ask()
        study.tell(trial, objective(suggest(trial, space)))
    return study


def random_values(space: Space, count: int) -> tuple[dict[str, Scalar], ...]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    return tuple(suggest(study.ask(), space) for _ in range(count))


def question(name: OracleName, space: Space = EVERYTHING, **changes: Any) -> Question:
    """After ten trials that ended and two in flight."""
    values = random_values(space, 12)
    entries = {
        "finished": tuple((one, 0.5 + index / 100) for index, one in enumerate(values[:10])),
        "pending": values[10:],
        "startup_trials": 4,
        "seed": 3,
    }
    return Question(name, space, **{**entries, **changes})


# Proposals.


@pytest.mark.parametrize("name", ORACLES)
def test_proposals_hold_the_live_parameters_each_in_its_domain(
    name: OracleName, side: SideProcess
) -> None:
    alive = set()
    for seed in range(4 if name == "bayesian" else 60):
        values = side.call(propose, question(name, seed=seed))
        seen: dict[str, Scalar] = {}
        for parameter in EVERYTHING.walk(seen):
            value = values.pop(parameter.name)
            assert contains(parameter.domain, value), (parameter, value)
            assert type(value) in (bool, int, float, str)
            internal = distribution(parameter.domain).to_internal_repr(value)
            assert distribution(parameter.domain).to_external_repr(internal) == value
            seen[parameter.name] = value
        assert not values, "dead parameters have values"
        alive |= set(seen)
    if name == "keras_tuner_random":
        assert {one.name for one in EVERYTHING.parameters} - alive == {"never", "below_never"}


@pytest.mark.parametrize(
    ("domain", "value", "expected"),
    [
        (Int(4, 64, log=True), 65, 64),
        (Float(1e-5, 1e-2, log=True), np.float64(0.010000000000000002), 1e-2),
        (Float(0.0, 0.3), np.float64(-1e-20), 0.0),
        (Choice((False, True)), np.int64(1), True),
    ],
)
def test_what_oversteps_a_domain_is_its_end(domain: Domain, value: Any, expected: Scalar) -> None:
    found = from_code(domain, value)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("name", ORACLES)
def test_a_proposal_is_a_function_of_the_question(name: OracleName, side: SideProcess) -> None:
    asked = [question(name), question(name, seed=4), question(name, pending=())]
    first = [side.call(propose, one) for one in asked]
    assert [side.call(propose, one) for one in reversed(asked)] == first[::-1]
    assert all(one != other for one, other in pairwise(first))


def test_seed_0_is_a_seed(side: SideProcess) -> None:
    one, other = (side.call(propose, question("keras_tuner_random", seed=0)) for _ in range(2))
    assert one == other


def test_trials_in_flight_keep_the_gaussian_process_away(side: SideProcess) -> None:
    finished = tuple(
        ({"x": x, "y": y}, (x - 0.3) ** 2 + (y - 0.6) ** 2)
        for x, y in np.random.default_rng(0).uniform(size=(12, 2)).tolist()
    )
    ask = question("bayesian", SQUARE, finished=finished, pending=())
    alone = side.call(propose, ask)
    beside = side.call(propose, question("bayesian", SQUARE, finished=finished, pending=(alone,)))
    assert math.dist(alone.values(), beside.values()) > 0.02


def test_the_gaussian_process_finds_the_least_of_a_smooth_function(side: SideProcess) -> None:
    """Random search of 20 trials comes as near with probability 0.061, thrice 2.3e-4."""

    def bowl(values: Mapping[str, Any]) -> float:
        return float((values["x"] - 0.3) ** 2 + (values["y"] - 0.6) ** 2)

    for seed in range(3):
        assert optimize("bayesian", SQUARE, side, bowl, 20, seed).best_value < 1e-3


def test_the_lower_bound_is_that_of_scikit_learn_and_its_gradient_exact() -> None:
    from scipy.optimize import approx_fprime
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern

    rng = np.random.default_rng(0)
    points = rng.uniform(size=(30, 4))
    values = 3 + 5 * np.sin(points.sum(axis=1))
    process = GaussianProcessRegressor(Matern(nu=2.5), alpha=1e-4, normalize_y=True)
    process.fit(points, values)
    bound = LowerBound(process, 2.6)
    for point in rng.uniform(size=(20, 4)):
        mean, deviation = process.predict(point[None], return_std=True)
        value, gradient = bound(point)
        assert value == pytest.approx((mean - 2.6 * deviation).item(), rel=1e-6)
        near = approx_fprime(point, lambda one: bound(one)[0], 1e-7)
        np.testing.assert_allclose(gradient, near, rtol=1e-3, atol=1e-3)


# Ends of the space, and of trials.


@pytest.mark.parametrize("name", ORACLES)
def test_a_space_that_is_exhausted_goes_on_at_random(name: OracleName, side: SideProcess) -> None:
    study = optimize(name, FINITE, side, lambda values: float(values["b"]), 9)
    tried = [tuple(trial.params.items()) for trial in study.trials]
    assert len(tried) == 9
    assert len(set(tried[:4])) == 4


def ended(x: float, value: float | None, state: TrialState, cause: str = "") -> FrozenTrial:
    return create_trial(
        state=state,
        value=value,
        params={"x": x},
        distributions={"x": FloatDistribution(0, 1)},
        user_attrs={"cause": cause},
    )


def test_the_oracle_is_shown_finite_values_alone() -> None:
    trials = [
        ended(0.1, 0.6, TrialState.COMPLETE),
        ended(0.2, 0.5, TrialState.COMPLETE),
        ended(0.3, 0.65, TrialState.PRUNED, "pruned by median"),
        ended(0.4, 0.55, TrialState.PRUNED, "diverged at epoch 7"),
        ended(0.5, None, TrialState.PRUNED, "diverged at epoch 1"),
        ended(0.6, math.inf, TrialState.COMPLETE),
        ended(0.7, None, TrialState.FAIL, "failed: no memory"),
        ended(0.8, None, TrialState.RUNNING),
    ]
    shown = {values["x"]: objective for values, objective in finished_trials(trials)}
    assert shown == {0.1: 0.6, 0.2: 0.5, 0.3: 0.65, 0.4: 0.65, 0.5: 0.65, 0.6: 0.65, 0.7: 0.65}
    assert finished_trials(trials[3:]) == ()


def test_a_huge_loss_does_not_make_the_others_equal() -> None:
    trials = [ended(x, 0.5 + x, TrialState.COMPLETE) for x in (0.0, 0.1, 0.2, 0.3)]
    trials.append(ended(0.9, 1e6, TrialState.COMPLETE))
    *others, huge = (objective for _, objective in finished_trials(trials))
    assert others == [trial.value for trial in trials[:-1]]
    assert max(others) < huge == pytest.approx(0.9)


def test_where_trials_diverge_no_more_are_proposed(side: SideProcess) -> None:
    line = Space((Parameter("x", Float(0.0, 1.0)),), {})
    study = optuna.create_study()
    for x in np.linspace(0.02, 0.98, 9).tolist():
        good = x < 0.6
        state = TrialState.COMPLETE if good else TrialState.PRUNED
        cause = "ran all epochs" if good else "diverged at epoch 2"
        study.add_trial(ended(x, (x - 0.3) ** 2 if good else None, state, cause))
    for number in range(3):
        study.sampler = sampler("bayesian", line, side, number)
        assert float(suggest(study.ask(), line)["x"]) < 0.6


# The search.


class Shared:
    """The module's process in place of a search's own; counts what is asked of it."""

    def __init__(self, side: SideProcess) -> None:
        self._side = side
        self.asked: list[Question] = []

    def __enter__(self) -> "Shared":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def call(self, function: Callable[..., Any], asked: Question) -> Any:
        self.asked.append(asked)
        return self._side.call(function, asked)


@pytest.fixture
def shared(side: SideProcess, monkeypatch: pytest.MonkeyPatch) -> Shared:
    shared = Shared(side)
    monkeypatch.setattr(loop, "SideProcess", lambda: shared)
    return shared


def bayesian_study(**overrides: Any) -> StudySpec:
    return small_study(
        **{
            "search__sampler": early("bayesian"),
            "search__trials": 9,
            "search__parallel": 3,
            **overrides,
        }
    )


@pytest.fixture(scope="module")
def through(side: SideProcess, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The small study, run through by one worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "SideProcess", lambda: Shared(side))
        return run(tmp_path_factory.mktemp("through"), bayesian_study())


def test_workers_change_nothing(tmp_path: Path, through: Found, shared: Shared) -> None:
    assert_equal(run(tmp_path, bayesian_study(), workers=4, seed=1), through)
    assert [len(one.finished) >= 3 for one in shared.asked].count(True) >= 4
    assert any(one.pending for one in shared.asked)


def test_a_study_that_was_stopped_asks_only_for_what_is_missing(
    tmp_path: Path, through: Found, shared: Shared
) -> None:
    pool = ThreadPool(FormulaTrainer(), 2, 1)
    walk(tmp_path, bayesian_study(), pool, events=14)
    before = len(shared.asked)
    assert 0 < before < 9
    assert_equal(run(tmp_path, bayesian_study(), workers=4, seed=2), through)
    assert len(shared.asked) == 9


def test_a_longer_study_equals_one_begun_at_that_length(
    tmp_path: Path, through: Found, shared: Shared
) -> None:
    run(tmp_path, bayesian_study(search__trials=6))
    assert_equal(run(tmp_path, bayesian_study(), workers=4, seed=3), through)
    assert len(shared.asked) == 9


def test_the_process_ends_with_a_search_that_is_stopped(tmp_path: Path) -> None:
    spec = small_study(search__sampler="keras_tuner_random")
    before = set(psutil.Process().children())
    record = Record.open(tmp_path / "study.db", spec.study.name)
    steps: Any = search(
        spec, PROBLEM, record, ProgressFiles(tmp_path), ThreadPool(FormulaTrainer())
    )
    next(steps)
    (process,) = set(psutil.Process().children()) - before
    assert process.is_running()
    steps.close()
    assert set(psutil.Process().children()) <= before
    record.close()


# Optuna's own tests of samplers.


class AnySpace(OracleSampler):
    """Takes its space from what it is asked for, as Optuna's tests expect."""

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        if not search_space:
            return {}
        self._space = Space(
            tuple(Parameter(name, _domain(one)) for name, one in search_space.items()), {}
        )
        return super().sample_relative(study, trial, search_space)


def _domain(found: BaseDistribution) -> Domain:
    match found:
        case FloatDistribution(step=None):
            return Float(found.low, found.high, found.log)
        case FloatDistribution(step=float(step)):
            return Choice(tuple(np.arange(found.low, found.high + step / 2, step).tolist()))
        case IntDistribution():
            return Int(found.low, found.high, found.log, found.step)
        case CategoricalDistribution():
            return Choice(tuple(found.choices))  # type: ignore[arg-type]
    raise TypeError(f"no domain for {found}")


class TestRandomContract(BasicSamplerTestCase, RelativeSamplerTestCase):
    """The random oracle is a sampler as Optuna understands it."""

    @pytest.fixture
    def sampler(self, side: SideProcess) -> Callable[[], OracleSampler]:
        return lambda: AnySpace(
            "keras_tuner_random", Space((), {}), startup_trials=1, seed=1, side=side
        )


class TestBayesianContract(RelativeSamplerTestCase):
    """So is the Gaussian process, from its first trial on."""

    @pytest.fixture
    def sampler(self, side: SideProcess) -> Callable[[], OracleSampler]:
        return lambda: AnySpace("bayesian", Space((), {}), startup_trials=1, seed=1, side=side)
