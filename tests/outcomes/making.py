"""The builder of outcomes, and what changes one that is made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from hpsearch.data.columns import number_columns
from hpsearch.data.facts import DataFacts
from hpsearch.data.target import UNSCALED
from hpsearch.evaluation.leaderboard import Leaderboard, Reason, Standing, make_leaderboard
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.trial import TrialRecord
from hpsearch.report.failures import DEBUG
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.task import Task
from hpsearch.training.history import UNTRAINED
from tests.outcomes.histories import make_history
from tests.outcomes.results import TESTS
from tests.outcomes.studies import CLASSES, TARGET, make_spec
from tests.outcomes.trainings import make_ablations, make_baselines, make_standings
from tests.outcomes.trials import make_trials

#: What a model that has learned nothing reaches, by task.
CHANCE: Mapping[str, Mapping[str, float]] = {
    "binary": {"binary_crossentropy": 0.6911, "auc": 0.5},
    "multiclass": {
        **{"sparse_categorical_crossentropy": 0.9433, "balanced_accuracy": 1 / 3},
        "macro_auc": 0.5,
    },
    "regression": {
        **{"mean_squared_error": 1.02, "root_mean_squared_error": 60_600.0},
        **{"mean_absolute_error": 47_100.0, "r2": 0.0},
    },
}


class MakeOutcome(Protocol):
    """Builds an outcome; what is not named is that of a study that went well."""

    def __call__(
        self,
        trials: int | Sequence[TrialRecord] = 30,
        *,
        standings: int = 3,
        seeds: int = 3,
        test: bool = True,
        simulated: bool = False,
        baselines: bool = True,
        description: str = "Which size and regularizer generalize?",
        task: Task = BINARY,
        classes: tuple[str, ...] | None = None,
    ) -> Outcome: ...


#: The leaderboard of a study in which nothing was trained again.
NO_LEADERBOARD = Leaderboard((), False, None, Reason.NOT_STARTED)


def with_standings(outcome: Outcome, *standings: Standing) -> Outcome:
    """The same outcome with another leaderboard."""
    tested = outcome.test.trial if outcome.test else None
    made = make_leaderboard(outcome.spec, outcome.trials, standings, tested)
    return replace(outcome, leaderboard=made)


@pytest.fixture(autouse=True)
def failures_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A section that fails ends a test, as it would without the guard around it."""
    monkeypatch.setenv(DEBUG, "1")


@pytest.fixture
def make_outcome(tmp_path: Path) -> MakeOutcome:
    """The builder of outcomes; its folder is the test's own."""

    def make(
        trials: int | Sequence[TrialRecord] = 30,
        *,
        standings: int = 3,
        seeds: int = 3,
        test: bool = True,
        simulated: bool = False,
        baselines: bool = True,
        description: str = "Which size and regularizer generalize?",
        task: Task = BINARY,
        classes: tuple[str, ...] | None = None,
    ) -> Outcome:
        names = CLASSES[task.name] if classes is None else classes
        target = TARGET if not task.classification else UNSCALED
        records = tuple(make_trials(trials) if isinstance(trials, int) else trials)
        places = make_standings(records, standings, seeds, task)
        first = places[0] if places else None
        networks = make_baselines(task) if baselines else ()
        ablated = make_ablations(first, task) if first else ()
        runs = [run for place in places for run in place.runs]
        runs += [*networks, *ablated]
        histories = {
            **{
                trial.run: make_history(
                    *(trial.number, trial.epochs, trial.best_epoch or 1, trial.value), task
                )
                for trial in records
            },
            **{
                trained.run.name: make_history(
                    *(trained.run.seed, trained.epochs, trained.best_epoch, trained.value), task
                )
                for trained in runs
            },
        }

        source = "collisions" if simulated else "higgs"
        some = any(trial.state == "complete" for trial in records)
        return Outcome(
            folder=tmp_path / "made",
            spec=make_spec(description, source, seeds, task),
            data=DataFacts(
                source=source,
                description="simulated collisions" if simulated else "UCI HIGGS, first rows",
                simulated=simulated,
                fingerprint="sha256:" + "ab" * 32,
                columns=number_columns(tuple(f"column {index}" for index in range(28))),
                width=28,
                train_rows=10_000,
                validation_rows=1_000,
                test_rows=9_977,
                classes=names,
                target=target,
                chance=CHANCE[task.name],
            ),
            trials=records,
            history=lambda run: histories.get(run, UNTRAINED),
            importances={"learning_rate": 0.61, "units": 0.22, "dropout.on": 0.17} if some else {},
            importance_evaluator="PED-ANOVA",
            leaderboard=make_leaderboard(
                make_spec(seeds=seeds, task=task),
                records,
                places,
                first.trial if test and first else None,
            ),
            baselines=networks,
            ablations=ablated,
            test=TESTS[task.name](first.trial, 1, [place.trial for place in places[1:]])
            if test and first
            else None,
            environment={"hpsearch": "0.1.0", "tensorflow": "2.21.0", "processor": "4 cores"},
            seconds={"search": 61.25, "retraining": 12.5, "test": 0.75},
            command="hpsearch optimize --study made",
        )

    return make
