"""The contract of proposers, for all that are registered and a double that keeps notes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.testing.pytest_samplers import BasicSamplerTestCase
from optuna.trial import FrozenTrial, TrialState

from hpsearch.calls import SideProcess
from hpsearch.record.seals import sampler_attributes
from hpsearch.search import loop
from hpsearch.search.proposers.proposer import Proposer, Turn
from hpsearch.search.proposers.recorded import RecordedSampler
from hpsearch.search.proposers.registry import PROPOSERS
from hpsearch.search.suggest import suggest
from hpsearch.space.space import Choice, Condition, Float, Int, Parameter, Scalar, Space, contains
from hpsearch.study.samplers import Tpe
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import SearchSection
from hpsearch.study.tagged import tagged
from tests.doubles import FormulaTrainer, ThreadPool, small_study
from tests.search.test_loop import assert_equal, run, walk

SPACE = Space(
    (
        Parameter("layers", Int(1, 3)),
        Parameter("rate", Float(1e-4, 1e-1, log=True)),
        Parameter("optimizer", Choice(("sgd", "adam"))),
        Parameter("momentum", Float(0.0, 0.9), (Condition("optimizer", ("sgd",)),)),
        Parameter("units", Int(4, 64, step=4)),
    ),
    {},
)


class Noting(optuna.samplers.RandomSampler):
    """Leaves a note in each trial, and proposes what the notes of the others say.

    As CMA-ES would, which keeps its distribution in the trials that it proposed.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._seed = seed % 2**31

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, optuna.distributions.BaseDistribution]:
        trials = study.get_trials(deepcopy=False)
        notes = [other.system_attrs.get("proposer:sum", 0) for other in trials[:-1]]
        key, value = "proposer:sum", sum(notes) + trial.number + 1
        study._storage.set_trial_system_attr(trial._trial_id, key, value)
        self._rng.rng.seed(self._seed + value)
        return {}


def noting(options: StudyTable, turn: Turn) -> optuna.samplers.BaseSampler:
    return Noting(turn.sampler_seed)


Entry = tuple[StudyTable, Proposer]


@pytest.fixture(params=[*PROPOSERS.items(), (Tpe, noting)], ids=lambda entry: entry[1].__name__)
def entry(request: pytest.FixtureRequest) -> Entry:
    """A proposer with options under which it begins early."""
    options, make = request.param
    early = {"startup_trials": 3} if "startup_trials" in options.model_fields else {}
    return options(**early), make


@pytest.fixture(scope="module")
def side() -> Iterator[SideProcess]:
    """One process for all: to start TensorFlow takes some 6 s."""
    with SideProcess() as side:
        yield side


def history(trials: int = 8) -> optuna.Study:
    """Trials that ended, one of them pruned, and two that run; the same each time."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for number in range(trials):
        trial = study.ask()
        values = suggest(trial, SPACE)
        trial.report(float(values["rate"]), 1)
        if number == 3:
            study.tell(trial, state=TrialState.PRUNED)
        elif number < trials - 2:
            study.tell(trial, float(values["rate"]))
    return study


def ask(
    entry: Entry, side: SideProcess, study: optuna.Study, seed: int = 5
) -> tuple[dict[str, Scalar], dict[str, Any]]:
    """A proposal for the next trial of a study, and what is kept of it besides its values."""
    options, make = entry
    number = len(study.get_trials(deepcopy=False))
    study.sampler = make(options, Turn(SPACE, number, seed, side))
    values = suggest(study.ask(), SPACE)
    return values, sampler_attributes(study.get_trials(deepcopy=False)[number])


def test_every_sampler_of_a_study_file_is_registered() -> None:
    assert set(tagged(SearchSection)["sampler"].values()) == set(PROPOSERS)


def test_values_are_in_their_domains(entry: Entry, side: SideProcess) -> None:
    study = history()
    for _ in range(4):
        values, _ = ask(entry, side, study)
        domains = {parameter.name: parameter.domain for parameter in SPACE.parameters}
        assert all(contains(domains[name], value) for name, value in values.items())
        assert domains.keys() - values.keys() <= {"momentum"}
        assert ("momentum" in values) == (values["optimizer"] == "sgd")


def test_a_proposal_is_a_function_of_history_number_and_seed(
    entry: Entry, side: SideProcess
) -> None:
    first = ask(entry, side, history())
    ask(entry, side, history(7), seed=6)  # whatever is asked in between
    assert ask(entry, side, history()) == first
    assert ask(entry, side, history(9)) != first
    empty = optuna.create_study
    assert ask(entry, side, empty()) != ask(entry, side, empty(), seed=6)


def test_what_follows_a_replayed_proposal_is_what_would_have_followed(
    entry: Entry, side: SideProcess
) -> None:
    study = history()
    values, notes = ask(entry, side, study)
    following = [ask(entry, side, study) for _ in range(2)]

    replayed = history()
    replayed.sampler = RecordedSampler(values)
    trial = replayed.ask()
    for key, note in notes.items():
        replayed._storage.set_trial_system_attr(trial._trial_id, key, note)
    assert suggest(trial, SPACE) == values
    assert [ask(entry, side, replayed) for _ in range(2)] == following


def test_the_record_keeps_the_notes_of_a_proposer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(spec: Any, number: int, side: SideProcess) -> optuna.samplers.BaseSampler:
        return noting(spec.search.sampler, Turn(spec.space, number, spec.study.seed, side))

    monkeypatch.setattr(loop, "make_sampler", make)
    whole = run(tmp_path / "whole", small_study())
    for events in range(1, 30, 4):
        folder = tmp_path / f"{events}"
        walk(folder, small_study(), ThreadPool(FormulaTrainer()), events)
        assert_equal(run(folder, small_study()), whole)


class TestTpe(BasicSamplerTestCase):
    """Ours is Optuna's, with arguments under which it keeps Optuna's contract."""

    @pytest.fixture
    def sampler(self) -> Any:
        turn = Turn(SPACE, 0, 5, SideProcess())
        return lambda: PROPOSERS[Tpe](Tpe(startup_trials=0), turn)
