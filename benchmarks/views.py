"""How long the views of a large study take to write: TensorBoard's files and the report.

    python -m benchmarks.views [--trials 1000]

A study is made, not trained: curves of 100 epochs, written as the search writes them.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
from optuna.trial import TrialState

from hpsearch.data.columns import number_columns
from hpsearch.data.facts import DataFacts
from hpsearch.evaluation.reading import read_outcome
from hpsearch.record.folder import StudyFolder, write_folder
from hpsearch.record.journal import Journal
from hpsearch.report.report import write_report
from hpsearch.search.suggest import suggest
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study
from hpsearch.tensorboard.writing import write_tensorboard
from hpsearch.training.curve import Curve
from hpsearch.training.history import UNTRAINED, History

EPOCHS = 100
NAMES = tuple(f"column {index}" for index in range(28))


def main() -> None:
    """Make a study, write its views twice, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1_000)
    trials = parser.parse_args().trials
    spec = read_study(find_study("higgs"), [f"search.trials={trials}", f"training.epochs={EPOCHS}"])
    facts = DataFacts(
        "higgs", "made rows", True, "sha256:0", number_columns(NAMES), 28, 10_000, 1_000, 10_000
    )
    facts = replace(facts, chance={"binary_crossentropy": 0.69, "auc": 0.5})
    with (
        tempfile.TemporaryDirectory() as temporary,
        write_folder(Path(temporary), spec, facts) as folder,
    ):
        _make(folder, trials)
        for time_of in ("first", "again"):
            began = time.perf_counter()
            outcome = read_outcome(folder)
            read = time.perf_counter()
            write_tensorboard(outcome)
            board = time.perf_counter()
            write_report(outcome)
            ended = time.perf_counter()
            print(
                f"{trials} trials, {time_of}: read {read - began:.2f} s, "
                f"TensorBoard {board - read:.2f} s, report {ended - board:.2f} s"
            )
    print("with TensorFlow" if "tensorflow" in sys.modules else "without TensorFlow")


def _make(folder: StudyFolder, trials: int) -> None:
    """Trials by formula, in the record and in ``curves/``."""
    rng = np.random.default_rng(0)
    hard = rng.gamma(2.0, 0.3, 1_000)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    journal = Journal.of(folder.record)
    for number in range(trials):
        trial = study.ask()
        recipe = folder.spec.recipe(suggest(trial, folder.spec.space), folder.classes)
        trial.set_user_attr("seed", number)
        trial.set_user_attr("started_seconds", float(number))
        journal.asked(study.get_trials(deepcopy=False)[number], study)
        best = float(0.56 + 0.1 * rng.random())
        epochs = np.arange(1, EPOCHS + 1)
        validation = best + 0.02 * np.log(epochs / 60) ** 2
        losses = np.stack([validation - 0.02, validation], axis=1)
        curve = np.stack([losses, 1.1 - 0.7 * losses], axis=2).astype(np.float32)
        rows = (hard - hard.mean() + best + 0.1 * rng.normal(size=1_000)).astype(np.float32)
        named = Curve(folder.spec.task.curve_names, curve)
        history = History(named, {}, rows, UNTRAINED.kernels)
        folder.files.save_history(f"{number:04d}", recipe.identity(number), history)
        ended = {"epochs": EPOCHS, "best_epoch": 60, "cause": "ran all epochs"}
        ended["ended_seconds"] = number + 9.0
        for key, attribute in ended.items():
            trial.set_user_attr(key, attribute)
        study.tell(trial, best)
        journal.told(number, TrialState.COMPLETE, ended, study)


if __name__ == "__main__":
    main()
