"""The greedy ensemble of a study's networks: chosen by what the folder holds, saved, measured."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.data.parts import Fold
from hpsearch.errors import RecordError
from hpsearch.evaluation.check import check_folder
from hpsearch.evaluation.ensemble import GreedyEnsemble, choose_ensemble, recorded_ensemble
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.retraining import best_trials
from hpsearch.evaluation.saving import Weighed, saved_models
from hpsearch.evaluation.steps import Models, Steps
from hpsearch.listing.ensemble import ensemble_values, say_ensemble
from hpsearch.progress import SILENT
from hpsearch.record.folder import StudyFolder, read_folder, write_folder
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY
from hpsearch.training.segment import Progress, Segment
from tests.attack.doubled import silent
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, small_study
from tests.evaluation.test_evaluation import guesses, guessing, made_rows
from tests.facts import FACTS

LABELS = made_rows().fold.validation_labels


class GuessingTrainer(FormulaTrainer):
    """Records the losses of what ``guessing`` predicts for the validation rows."""

    def run(self, segment: Segment, fold: Fold) -> Progress:
        """Follow the formula."""
        guessed = guesses(segment.seed, LABELS)
        losses = -np.log(np.where(LABELS == 1, guessed, 1 - guessed)).astype(np.float32)
        return replace(super().run(segment, fold), losses=losses)


def study(**settings: Any) -> StudySpec:
    given = {"top": 2, "seeds": 2, "ablation": False, "baselines": [], **settings}
    return small_study(**{f"evaluate__{key}": value for key, value in given.items()})


def steps(folder: StudyFolder, pool: ThreadPool) -> Steps:
    """The steps after a search, which write down what they would save."""

    def save(model: Path, shares: Sequence[Weighed], threshold: float | None) -> None:
        model.write_text(f"{[(run.name, count) for run, _, count in shares]} {threshold}")

    rows = made_rows()
    return Steps(folder, rows, PROBLEM, pool, Models(guessing(rows), save), SILENT)


@pytest.fixture
def searched(tmp_path: Path) -> Path:
    spec = study()
    with write_folder(tmp_path, spec, FACTS, silent) as folder:
        pool = ThreadPool(GuessingTrainer())
        for _ in search(spec, PROBLEM, folder.record, folder.files, pool, silent):
            pass
    return tmp_path


def recorded(folder: StudyFolder) -> GreedyEnsemble | None:
    trials = folder.record.trials()
    return recorded_ensemble(folder, trials, read_leaderboard(folder, trials))


def test_it_is_saved_without_a_look_at_the_test_rows(searched: Path) -> None:
    pool = ThreadPool(GuessingTrainer())
    with write_folder(searched, study(), FACTS, silent) as folder:
        complete = best_trials(folder.record.trials(), 99, 1)
        ensemble = steps(folder, pool).save_ensemble()
        assert ensemble.networks == len(complete)
        assert {run.seed for run, _ in ensemble.shares} <= {trial.seed for trial in complete}
        assert {each.seed for each in pool.segments} == {run.seed for run, _ in ensemble.shares}
        mean = np.average(
            [guesses(run.seed, LABELS) for run, _ in ensemble.shares],
            axis=0,
            weights=[count for _, count in ensemble.shares],
        )
        assert ensemble.value == pytest.approx(BINARY.metric.value(LABELS, mean), rel=1e-6)
        assert ensemble.winner is None
        assert folder.record.fact("openings", []) == []
        assert not list(searched.glob("checkpoints/*.npz"))
        again = ThreadPool(GuessingTrainer())
        assert steps(folder, again).save_ensemble() == ensemble
        assert again.segments == []
        (saved,) = saved_models(folder.record)
        assert (saved.name, saved.networks) == ("ensemble", len(ensemble.shares))
    assert (searched / "models" / "ensemble.keras").is_file()
    assert not (searched / "models" / "best.keras").exists()


def test_it_is_measured_in_the_same_opening_as_the_winner(searched: Path) -> None:
    with write_folder(searched, study(ensemble=True), FACTS, silent) as folder:
        steps(folder, ThreadPool(GuessingTrainer())).run(lambda: None)
        ensemble = recorded(folder)
        assert ensemble is not None
        assert ensemble.winner is not None
        outcome = read_outcome(folder)
        assert outcome.test is not None
        (opening,) = outcome.test.openings
        assert "a greedy ensemble" in opening.why
        assert [model.name for model in outcome.test.models] == ["single", "ensemble"]
        measured = outcome.test.model("ensemble")
        assert measured is not None
        assert measured.validation == pytest.approx(ensemble.value, rel=1e-6)
        assert ensemble.winner == pytest.approx(
            outcome.test.validated("binary_crossentropy"), rel=1e-6
        )
        assert list(outcome.models) == ["best", "single", "ensemble"]
        again = ThreadPool(GuessingTrainer())
        steps(folder, again).run(lambda: None)
        assert again.segments == []
        assert read_outcome(folder).test == outcome.test
    parts = {finding.part: finding.condition for finding in check_folder(searched)}
    assert parts["models/ensemble.keras"] == parts["models/single.keras"] == "whole"
    (searched / "models" / "single.keras").unlink()
    parts = {finding.part: finding.condition for finding in check_folder(searched)}
    assert parts["models/single.keras"] == "again"


def test_what_was_chosen_stays_though_a_curve_is_lost(searched: Path) -> None:
    with write_folder(searched, study(), FACTS, silent) as folder:
        ensemble = choose_ensemble(folder, made_rows())
        first, _ = ensemble.shares[0]
        (searched / "curves" / f"{first.name}.npz").unlink()
        assert choose_ensemble(folder, made_rows()) == ensemble
        folder.record.set_fact("ensemble", None)
        assert choose_ensemble(folder, made_rows()).networks == ensemble.networks - 1


def test_more_networks_are_another_choice(searched: Path) -> None:
    with write_folder(searched, study(), FACTS, silent) as folder:
        before = choose_ensemble(folder, made_rows())
        steps(folder, ThreadPool(GuessingTrainer())).run(lambda: None)
        assert recorded(folder) is None
        after = choose_ensemble(folder, made_rows())
        assert after.networks == before.networks + 4, "two trials with two seeds each"
        assert after.value <= before.value + 1e-12


def test_without_losses_nothing_can_be_chosen(tmp_path: Path) -> None:
    spec = study()
    with write_folder(tmp_path, spec, FACTS, silent) as folder:
        for _ in search(
            spec, PROBLEM, folder.record, folder.files, ThreadPool(FormulaTrainer()), silent
        ):
            pass
        with pytest.raises(RecordError, match="what networks predict for the validation rows"):
            choose_ensemble(folder, made_rows())


def test_it_is_told_as_words_and_as_values(searched: Path) -> None:
    with write_folder(searched, study(), FACTS, silent) as folder:
        steps(folder, ThreadPool(GuessingTrainer())).run(lambda: None)
        ensemble = choose_ensemble(folder, made_rows())
    words = say_ensemble(searched, BINARY, ensemble)
    assert f"of {ensemble.networks} trainings" in words
    assert "optimistic" in words
    assert "the mean of the winner's seeds: " in words
    assert "The test rows stay sealed" in words
    values = ensemble_values(searched, ensemble)
    assert sum(values["shares"].values()) == sum(count for _, count in ensemble.shares)
    assert values["left_out"] == ensemble.left_out


def test_a_study_of_a_version_that_had_no_choice_keeps_the_single_network(searched: Path) -> None:
    """What it measured and saved stays what its folder says."""
    with write_folder(searched, study(export="single"), FACTS, silent) as folder:
        steps(folder, ThreadPool(GuessingTrainer())).run(lambda: None)
        test = read_outcome(folder).test
        text = "".join(
            line
            for line in folder.record.fact("spec", "").splitlines(keepends=True)
            if not line.startswith(("export", "ensemble"))
        )
        folder.record.set_fact("spec", text)
    with read_folder(searched) as folder:
        assert folder.spec.evaluate.export == "single"
        assert read_outcome(folder).test == test
    assert test is not None
    assert test.averaged == 1
