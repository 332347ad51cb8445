"""A study without a winner: terminal, JSON, status, report and dashboard say the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from hpsearch.evaluation.leaderboard import Reason
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.steps import Models, Steps
from hpsearch.listing.outcome import outcome_values, say_outcome
from hpsearch.listing.status import say_status, status_of
from hpsearch.pipeline import export
from hpsearch.progress import SILENT
from hpsearch.record.folder import read_folder, write_folder
from hpsearch.search.loop import search
from hpsearch.seeds import retraining_seed
from hpsearch.study.spec import StudySpec
from hpsearch.training.segment import Segment
from tests.attack.doubled import silent
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, small_study
from tests.evaluation.test_evaluation import guessing, made_rows
from tests.facts import FACTS

TRIALS = 12


def run_through(path: Path, spec: StudySpec, trainer: FormulaTrainer) -> None:
    """Search and evaluate; a model that was saved would be a fault."""

    def save(*_: Any) -> None:
        raise AssertionError("there is no winner to save")

    rows, pool = made_rows(), ThreadPool(trainer)
    with pool, write_folder(path, spec, FACTS, silent) as folder:
        for _ in search(spec, PROBLEM, folder.record, folder.files, pool, silent):
            pass
        steps = Steps(folder, rows, PROBLEM, pool, Models(guessing(rows), save), SILENT)
        steps.run(lambda: None)
        export(folder, tell=silent)


def is_of_search(segment: Segment) -> bool:
    again = {retraining_seed(7, number, index) for number in range(TRIALS) for index in range(3)}
    return segment.seed not in again


@pytest.mark.parametrize(
    ("diverges", "reason", "way_out"),
    [
        (
            lambda segment: not is_of_search(segment),
            Reason.RETRAININGS_DIVERGED,
            "evaluate.top=6",
        ),
        (lambda segment: True, Reason.ALL_DIVERGED, "upper end of learning_rate"),
    ],
    ids=["all re-trainings diverged", "all trials diverged"],
)
def test_all_views_give_one_reason_and_one_way_out(
    diverges: Any, reason: Reason, way_out: str, tmp_path: Path
) -> None:
    path, spec = tmp_path / "run", small_study()
    run_through(path, spec, FormulaTrainer(diverges))
    with read_folder(path) as folder:
        outcome, status = read_outcome(folder), status_of(folder)
        notes = [value for value in folder.record.attributes().values() if isinstance(value, str)]
    assert outcome.leaderboard.reason == reason
    assert outcome.winner is None
    assert outcome_values(outcome)["winner"] is None
    assert outcome_values(outcome)["reason"] == status["reason"] == str(reason)
    report = json.loads((path / "report.json").read_text())
    assert report["best"] is None
    assert report["test"] is None
    for text in (
        say_outcome(outcome),
        say_status(status),
        report["absences"]["best"],
        (path / "report.md").read_text().replace("\\_", "_"),
        "\n".join(notes).replace("\\_", "_"),
    ):
        assert "There is no winner:" in text
        assert way_out in text
        assert "measured on the test rows yet" not in text
    assert not (path / "models").exists()
