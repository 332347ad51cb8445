"""A study's folder read into one ``Outcome``."""

from hpsearch.results.leaderboard import IMPORTANCE_EVALUATOR, importances
from hpsearch.results.outcome import Outcome
from hpsearch.results.standings import standings
from hpsearch.results.test import recorded_test
from hpsearch.search.folder import StudyFolder
from hpsearch.training.segment import Curve


def read_outcome(folder: StudyFolder) -> Outcome:
    """All that a study found so far; works while it runs."""

    def trial_curve(number: int) -> Curve:
        return folder.files.history(f"{number:04d}").curve

    def run_curve(number: int, index: int) -> Curve:
        return folder.files.history(f"{number:04d}-seed-{index}").curve

    return Outcome(
        folder=folder.path,
        spec=folder.spec,
        data=folder.data(),
        trials=folder.record.trials(),
        trial_curve=trial_curve,
        run_curve=run_curve,
        importances=importances(folder.record),
        importance_evaluator=IMPORTANCE_EVALUATOR,
        standings=standings(folder),
        test=recorded_test(folder.record),
        environment=(folder.environments() or [{}])[-1],
        seconds=folder.record.fact("seconds", {}),
        command=folder.record.fact("command", ""),
    )
